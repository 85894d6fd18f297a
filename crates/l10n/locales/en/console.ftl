# The agent console. Ids begin with `console-`.

console-title = Agent console
console-products = Products
console-no-product = No product yet
console-no-product-why = Your account has bought no seats yet.
console-connection-lost = Connection lost, trying again… If it is not back in time, your seat is freed for others; this page then says so.
console-back = Back to the console
console-preferences = Preferences

# Warnings. The first is also the title of the tab.
console-still-there = Are you still there?
console-were-inactive = You have been inactive.
# $secs counts down.
console-logged-off-in = You will be logged off in { $secs } seconds.
console-stay = Stay
# The title of the tab.
console-waited-for = Somebody waits for your seat
console-somebody-waits = Somebody waits for a seat.
console-were-idle = You have been idle.
# $secs counts down.
console-seat-goes-in = Yours goes to them in { $secs } seconds.
# The title of the tab.
console-minutes-end = The minutes are nearly used up
console-minutes-end-now = The minutes are nearly used up.
# $secs counts down.
console-minutes-sign-out-in = You will be signed out in { $secs } seconds, unless minutes are added.

# The sign-in on this browser.
console-seat = Seat
console-pool = Pool
console-signed-in-since = Signed in since
console-log-off = Log-off if you are idle
console-at = at { $time }
console-log-off-held = not during a call or while a link is open
console-device = Device
console-seat-kept = Your seat is kept while any page of Usher is open in this browser.
console-keep-seat-open = Keep this page open: your seat is kept while it is.
console-sign-out-free = Sign out and free the seat
console-sign-out-of-work = Sign out of work
console-sign-out = Sign out
console-sign-out-ends = Your sessions on this browser end when you sign out, also those that are paused or wait for a customer.
console-end-and-sign-out = End my sessions and sign out
console-they-said = They said: “{ $note }”
console-quoted = “{ $note }”
# After how a session ended.
console-with-note = : “{ $note }”
console-lent = It is lent until { $until }.
console-sign-in-to-work = Take a seat to work.
console-no-license = You have no license for { $product }.
console-license-named = You have a seat of your own.
console-license-shared = You share the seats of { $pool }.
# What pays for the work.
console-funding-named = A seat of your own
console-funding-shared = A shared seat
console-funding-session = A shared seat, as long as you have a session
console-funding-none = None yet: a session takes one
console-funding-minutes = Pay-per-use minutes, because no seat was free

# Asking for a seat.
console-ask = Ask for a seat
console-ask-named = Ask for a named seat
console-why = Why you need it
console-why-hint = The people who manage seats see it at once.
console-asked = You have asked for a seat
console-no-answer = No answer yet
console-answer-here = The answer appears here.
console-withdraw = Withdraw the request
console-declined-title = There is no seat for you now
console-declined = Declined
console-declined-by = { $name } declined your request { $at }.
console-put-away = Put away
console-request-sent = Your request is sent. The answer appears here.

# The queue.
console-offer-title = A seat is yours
console-offered = Offered
console-offer = A seat of { $pool } is kept for you.
# $secs counts down.
console-offer-ends-in = If you do not take it in { $secs } seconds, it goes to the next one.
console-waits = You wait for a seat of { $pool }
console-waiting = Waiting
console-position = Your place in the queue
console-estimated-wait = Estimated wait
console-not-known = not known yet
console-waiting-since = Waiting since
console-wait-sign-in = You wait to be signed in.
console-wait-session = You wait to start a session.
console-wait-resume = You wait to take up a paused session.
console-keep-open = Keep this page open: your place is kept while it is.
console-place-kept = Your place is kept while any page of Usher is open in this browser.
console-seat-elsewhere = The seat is for { $device }: take it there. To be signed in here, leave the queue first.
console-take-seat = Take the seat
console-leave-queue = Leave the queue
console-left-queue = You have left the queue.
console-under-a-minute = less than a minute
console-about-minutes =
    { $count ->
        [one] about a minute
       *[other] about { $count } minutes
    }
console-about-hours =
    { $count ->
        [one] about an hour
       *[other] about { $count } hours
    }
console-elsewhere = You are signed in on { $device } since { $since }.

# Sessions.
console-sessions = Your sessions
console-no-session = No session at the moment
console-no-session-why = Create a call link or a support code below, and give it to your customer.
console-call = Call
console-attended = Attended session
console-unattended = Unattended session
console-call-with = Call with { $customer }
console-attended-with = Attended session with { $customer }
console-unattended-with = Unattended session with { $customer }
console-since = Since { $at }
console-on-minutes = on pay-per-use minutes
console-on-device = on { $device }
# The title of the tab.
console-session-was-ended = A session was ended
console-ended-this = { $name } ended this session.
# $secs counts down.
console-closes-in = It closes in { $secs } seconds.
# $secs counts down.
console-minutes-session-ends-in = This session ends in { $secs } seconds, unless a seat frees or minutes are added.
console-code = Code
console-copy = Copy
console-copy-code = Copy the code
console-link = Link
console-copy-link = Copy the link
console-share = Share…
console-good-until = Good until
console-qr = QR code of the link
console-pause = Pause
console-resume = Resume
console-close-now = Close now
# Takes back a link that nobody has used.
console-cancel = Cancel
console-end = End
console-sessions-ended = Sessions that ended
console-session-ended = Ended by you or the customer
console-session-ended-by = Ended by { $name }
console-session-expired = Nobody came before the code expired
console-session-minutes = Ended because the minutes were used up
console-session-signed-out = Ended because you were signed out

# Forms.
console-sign-in = Take a seat on this browser
console-device-name = Name of this device
console-device-hint = Admins and you yourself see it beside your seat.
console-this-browser = This browser
console-take-a-seat = Take a seat
# For screen readers, after "Take a seat".
console-of-product = of { $product }
console-start-work = Start work
console-kept-for =
    { $secs ->
        [one] Your seat is kept for { $secs } second while you are on this page.
       *[other] Your seat is kept for { $secs } seconds while you are on this page.
    }
console-name-customer = Name the customer first
console-customer = Customer's name, if you know it
console-create-link = Create a call link
console-create-code = Create a support code
console-start-unattended = Start unattended
console-choose-kind = Choose what to start: a call, a support session, or unattended work.
console-needed = When you are needed
console-needed-title = The title of this tab says so: when a seat is kept for you, and before you are signed out.
console-needed-sound = The title of this tab says so, and a sound plays: when a seat is kept for you, and before you are signed out.
console-notified = Your browser shows a notification while you look at something else.
console-not-notified = Your browser does not allow this page to show notifications; its settings for this site can.
console-allow-notifications = Allow notifications

# A refusal, and what can be done about it.
console-refused-no-license = You have no license for this product. Ask an admin to assign a seat to you.
console-refused-no-seat = All shared seats are in use. To start a session, please wait for an available seat.
console-license-ended = Your license has ended: you keep it only where you are signed in already, and only until you sign out there. If you need it for longer, ask for a seat.
console-see-holders = See who has the seats
# Since when somebody has a seat, or a session goes on.
console-holder-since = since { $at }
console-more-holders = and { $count } more
console-see-pool = See the pool
console-see-sessions = See the sessions
console-what-this-means = What this means
console-own-sessions = You can end or pause one of your own sessions:
console-can-ask = You can ask { $people }.
console-take-over = Sign out there and in here
console-wait-in-queue = Wait in the queue
console-not-now = Not now

# How things ended. $name may be the operator or a program, as below.
console-the-operator = The operator of this server
console-a-program = A program of your account
console-another-person = Another person
# The same at the end of a sentence: "Ended by another person".
console-the-operator-within = the operator of this server
console-a-program-within = a program of your account
console-another-person-within = another person
console-lost-offer = The seat that was kept for you was not taken in time, so it went to the next one. Sign in or start your work again if you still need one.
console-lost-evicted = { $name } took you out of the queue.
console-lost-lease = Nothing was heard from this browser for too long, so your place in the queue is gone. It is kept while a page of Usher is open here and has a connection.
console-lost-password = Your password was changed, so you were signed out everywhere and your place in the queue is gone.
console-lost-license = Your license or the seat pool was changed, so your place in the queue is gone.
console-out = You signed out.
console-out-evicted = { $name } logged you out.
console-out-takeover = You signed in on another device, so you were signed out here.
console-out-lease = Nothing was heard from this browser for too long, so your seat was freed. It is kept while a page of Usher is open here and has a connection.
console-out-inactive = You were logged off because you had been inactive for too long.
console-out-reclaimed = You were idle while somebody waited for a seat, so your seat went to them.
console-out-license = Your license was changed or taken away, so you were signed out.
console-out-license-by = { $name } changed your license, so you were signed out.
console-out-deactivated = Your user was deactivated.
console-out-password = Your password was changed, so you were signed out everywhere.
console-out-minutes = The pay-per-use minutes were used up, so you were signed out.
console-out-pool-deleted = The seat pool was deleted, so you were signed out.
