# Refusals in words for people. Ids begin with `sentences-`.

# No seat. $figures is how full the pool is, as below.
sentences-no-seat = All shared seats are in use. To start a session, please wait for an available seat. { $figures }
sentences-pool-figures =
    { $waiting ->
        [0] { $pool } has { $occupied } of { $seats } seats taken.
        [one] { $pool } has { $occupied } of { $seats } seats taken, and { $waiting } person waits.
       *[other] { $pool } has { $occupied } of { $seats } seats taken, and { $waiting } people wait.
    }
sentences-user-seat-limit =
    { $held ->
        [one] You hold { $held } seat, and your own limit is { $limit }. Freeing another seat will not help: ask your account owner.
       *[other] You hold { $held } seats, and your own limit is { $limit }. Freeing another seat will not help: ask your account owner.
    }
sentences-signed-in-elsewhere = You are signed in on { $device } already. Sign out there first, or do both here with one click: work that goes on there ends.
sentences-seat-in-call = This seat is already in a call. End or pause that session first; a seat takes { $max } at a time.
sentences-no-license = This user has no license for { $product }. Ask an admin to assign a seat.
sentences-license-ended = The license for { $product } has ended: it lasts only on the devices that are signed in already. Ask an admin to assign a seat.
sentences-user-inactive = This user is inactive. Ask an admin to activate them.
sentences-subscription-ended = The subscription of this account has ended. Ask an owner of the account to renew it.
sentences-cooling-down = An admin signed you out. You can take a seat again in { $time }.
# How long something lasts: "in 30 seconds".
sentences-seconds =
    { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
sentences-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
sentences-minutes-exhausted = All shared seats are in use, and no pay-per-use minutes are left. Ask your account owner for minutes.

# Seats that are bought or given out.
sentences-plan-excludes-shared = The plan { $plan } has named seats only. For shared seats the account needs another plan: ask the operator of this server.
sentences-not-enough-named =
    { $asked ->
        [one] { $asked } more named seat of { $product } is needed, and { $left } of { $total } { $left ->
            [one] is left
           *[other] are left
        }. Take a named seat from somebody, or buy more.
       *[other] { $asked } more named seats of { $product } are needed, and { $left } of { $total } { $left ->
            [one] is left
           *[other] are left
        }. Take a named seat from somebody, or buy more.
    }
sentences-not-enough-shared =
    { $asked ->
        [one] { $asked } more shared seat of { $product } is needed, and { $left } of { $total } { $left ->
            [one] is left
           *[other] are left
        }. Lower another pool, or buy more.
       *[other] { $asked } more shared seats of { $product } are needed, and { $left } of { $total } { $left ->
            [one] is left
           *[other] are left
        }. Lower another pool, or buy more.
    }
sentences-over-subscription =
    { $over ->
        [one] The account is over its subscription: { $over } named seat of { $product } is assigned and not bought any more. Take { $over } from somebody, or buy more, before you assign another.
       *[other] The account is over its subscription: { $over } named seats of { $product } are assigned and not bought any more. Take { $over } from somebody, or buy more, before you assign another.
    }
# $free is how many seats have to be freed first.
sentences-named-in-use =
    { $in_use ->
        [one] { $in_use } named seat of { $product } is in use. Free { $free } of them before lowering to { $asked }.
       *[other] { $in_use } named seats of { $product } are in use. Free { $free } of them before lowering to { $asked }.
    }
sentences-shared-in-use =
    { $in_use ->
        [one] { $in_use } shared seat of { $product } is in use. Free { $free } of them before lowering to { $asked }.
       *[other] { $in_use } shared seats of { $product } are in use. Free { $free } of them before lowering to { $asked }.
    }
sentences-pool-not-empty =
    { $users ->
        [one] The pool has { $users } user. Move them to another pool or take their licenses away first.
       *[other] The pool has { $users } users. Move them to another pool or take their licenses away first.
    }
sentences-default-pool = The default pool of a product cannot be deleted. Lower its seats to 0 instead.
# A rule of the pool; $taken and $waiting are how it is used, as below.
sentences-pool-in-use = “{ $rule }” cannot change while the pool is in use: { $taken } taken, and { $waiting }. Change it when nobody is signed in, or make a new pool with the other rule.
sentences-seats-are =
    { $count ->
        [one] { $count } seat is
       *[other] { $count } seats are
    }
sentences-people-wait =
    { $count ->
        [one] { $count } person waits
       *[other] { $count } people wait
    }

# Rights.
sentences-last-owner = This is the account's last active owner. Make another user an owner first.
sentences-group-mapping = The members of the group { $group } get this pool. Change the group's mapping first.
sentences-break-glass = Single sign-on needs an active owner who can sign in without it. Name one as the break-glass owner, or stop requiring single sign-on.
sentences-control-own-needs-view = Users who may end their own sessions must also see them. Allow both, or neither.
sentences-control-all-needs-view = Users who may end everybody’s sessions must also see them. Allow both, or neither.
# $needed is one of the following.
sentences-forbidden = You need { $needed } for that. Ask an owner or admin of your account.
sentences-need-owner = to be an owner
sentences-need-admin = to be an owner or admin
sentences-need-manager = to be a manager, admin or owner
sentences-need-more = a role with more rights
sentences-need-users = the privilege to manage users and teams
sentences-need-seats = the privilege to manage seats
sentences-need-reports = the privilege to see reports
sentences-need-settings = the privilege to change settings
sentences-need-view-own = to be allowed to see your own sessions
sentences-need-control-own = to be allowed to end your own sessions
sentences-need-view-all = to be allowed to see everybody’s sessions
sentences-need-control-all = to be allowed to end everybody’s sessions

# The subscription.
sentences-named-outside-bounds = This account may have { $min } to { $max } named seats of { $product }, and not { $asked }. Choose a number in between, or ask the operator of this server.
sentences-shared-outside-bounds = This account may have { $min } to { $max } shared seats of { $product }, and not { $asked }. Choose a number in between, or ask the operator of this server.
sentences-minutes-outside-bounds = This account may add { $max } minutes in 30 days, and { $left } of them are left. Add no more than that, or ask the operator of this server.
sentences-plan-outside-bounds = This account has the plan { $plan }. Keep it, or ask the operator of this server for another.
sentences-subscription-closed = Only the operator of this server changes this account's subscription. Ask them for a change.

# States.
sentences-sign-in-ended = This sign-in has ended. Sign in again.
sentences-ticket-ended = This place in the queue is gone. Ask for a seat again.
sentences-not-your-session = Only the user who started this session can do that. Ask them, or end the session if you may.
sentences-already-joined = Another customer has already joined with this code. Ask your agent for a new one.
sentences-key-reused = This request was already made in another way. Load the page again.
# A name or an address is taken.
sentences-taken-email = Another user has this e-mail address already. Choose another.
sentences-taken-external-id = Another user has this id in your own system already. Choose another.
sentences-taken-pool = Another pool has this name already. Choose another.
sentences-taken-team = Another team has this name already. Choose another.
sentences-taken-group = Another group has this name already. Choose another.
sentences-taken = This name is taken already. Choose another.

# Something is not as it was when the page was opened.
sentences-changed-meanwhile = This was changed in the meantime. Look at how it is now, and choose again.
sentences-codes-at-limit = As many codes and links wait for customers as may at a time. End those that nobody needs.
sentences-wrong-state = This is in another state by now, in which that cannot be done. Load the page again to see how it is now.

# $field is the label of a field, $expected what it takes.
sentences-must-be = { $field } must be { $expected }.

# $what is one of the following.
sentences-not-found = There is no { $what } at this address.
sentences-thing-account = account
sentences-thing-code = code
sentences-thing-device = device
sentences-thing-domain = domain
sentences-thing-form = form
sentences-thing-group = group
sentences-thing-key = API key
sentences-thing-license = license
sentences-thing-operator-key = operator key
sentences-thing-owner = active owner
sentences-thing-page = page
sentences-thing-pool = pool
sentences-thing-product = product
sentences-thing-provider = provider
sentences-thing-request = subscription request
sentences-thing-session = session
sentences-thing-sign-in = sign-in
sentences-thing-team = team
sentences-thing-ticket = ticket
sentences-thing-user = user

# What is wrong with a field. $expected is one of the following.
sentences-this-must-be = This must be { $expected }.
sentences-expected-name = a name of 1 to 120 characters without control characters
sentences-expected-email = an e-mail address, such as `sven@example.com`
sentences-expected-external-id = an id of 1 to 255 characters without control characters
sentences-expected-note = a reason of 1 to 300 characters without control characters
sentences-expected-code = a code of 6 to 16 letters and digits; hyphens and spaces are ignored
sentences-expected-slug = a product slug: 1 to 64 of a-z, 0-9 and `-`, starting with a letter
sentences-expected-origin = an origin such as `https://support.example.com`: http or https, a host and perhaps a port, and nothing behind
sentences-no-such-zone = There is no time zone of this name. Choose one of the list.

# Passwords.
sentences-password-hint = At least 12 characters: a few words that nobody would expect together.
sentences-wrong-password = This is not your present password.
sentences-password-length = Choose a password of { $min } to { $max } characters.
sentences-passwords-differ = The two passwords differ. Type the same one twice.
sentences-password-short = A password needs at least { $min } characters.
sentences-password-long = A password has at most { $max } characters.
# $why is one of the following.
sentences-password-weak = This password would soon be guessed: { $why }; use a few words that nobody would expect together.
sentences-weak-common = it is on the lists that are tried first
sentences-weak-nearly-common = it is nearly a common password, and the usual changes are tried as well
sentences-weak-about-user = it is made of your name, your address or your account’s name
sentences-weak-one-word = one word or name is tried soon
sentences-weak-row = keys or letters in a row are tried soon
sentences-weak-repeats = it repeats itself
sentences-weak-date = dates are tried soon
sentences-weak-regular = too little of it cannot be foreseen

# Pages that say what went wrong: title, what happened, what to do.
sentences-title-not-found = Not found
sentences-title-forbidden = Not allowed
sentences-title-busy = Usher cannot answer right now
sentences-fault = Something is wrong with this page
sentences-fault-why = Usher could not make this page. Its log says why.
sentences-remedy = Go back and try again.
sentences-remedy-not-found = Check the address. What exists may also be for others only: ask an owner or admin of your account.
sentences-remedy-forbidden = Go back, or begin at the start page.
sentences-remedy-wait = Wait that long and try again. If you forgot your password, ask an owner or admin of your account for a new one.
sentences-remedy-fault = Tell the operator of this server when it happened.
sentences-remedy-busy = Wait a moment and load the page again.
sentences-go-home = Go to the start page
# The pages of the subscription, for users who are no billing contact.
sentences-billing-contacts-only = Only billing contacts see and change the subscription. An owner ticks “Billing contact” on a user’s page, also on their own.
sentences-make-yourself-billing = You are an owner, so you can make yourself billing contact.
sentences-open-own-page = Open your own page
# A session in a state in which something cannot be done.
sentences-session-state = The session is { $state ->
         [standby] in standby
         [active] active
         [paused] paused
         [ending] ending
        *[ended] ended
    }, and must be { $expected ->
         [standby] in standby
         [active] active
         [paused] paused
         [ending] ending
        *[ended] ended
    } for that. Load the page again to see how it is now.
