# Words that several areas share. Ids begin with `common-`.

# What people and sessions are doing, in a badge.
common-doing-signed-in = Signed in
common-doing-not-signed-in = Not signed in
common-doing-waits-for-customer = Waits for the customer
common-doing-active = Active
common-doing-paused = Paused
common-doing-closing = Closing
common-doing-in-call = In a call
common-doing-link-open = Link open, waits for the customer
common-doing-session-paused = Session paused
common-doing-inactive = Inactive
common-doing-waits-for-seat = Waits for a seat

# How full a pool is, in a badge.
common-pool-draining = Draining
common-pool-no-seats = No seats
common-pool-full = Full
common-pool-free = Free seats
common-pool-all-assigned = All assigned

common-deleted-user = A deleted user

# What to do about something that is missing: the label of a button.
common-remedy-see-subscription = See the subscription
common-remedy-billing-contact = Make yourself billing contact
common-remedy-own-license = Give yourself a license
common-remedy-add-people = Add people
common-remedy-set-up-pool = Set up the pool
common-remedy-choose-licenses = Choose who gets a license
common-remedy-take-seat = Take a seat
# Otherwise, whom to ask: "Ask Ann, Ben or Olga."
common-ask = Ask { $people }.

# A list of alternatives, made from its beginning: "Ann", "Ann, Ben", "Ann, Ben or Olga", "Ann, Ben or 3 more".
common-any-first = { $name }
common-any-next = { $list }, { $name }
common-any-last = { $list } or { $name }
common-any-more = { $list } or { $count } more

# Above a form with errors.
common-form-failed = This could not be done.

# The reader's or the account's language.
common-language = Language
common-language-own-hint = In which you read pages.
common-language-of-account = The account’s
common-language-of-browser = As the browser
common-no-such-language = There is no such language. Choose one of the list.
