# Words that several areas share. Ids begin with `common-`.

# What people and sessions are doing, in a badge.
common-doing-signed-in = Inloggad
common-doing-not-signed-in = Inte inloggad
common-doing-waits-for-customer = Väntar på kunden
common-doing-active = Aktiv
common-doing-paused = Pausad
common-doing-closing = Stängs
common-doing-in-call = I samtal
common-doing-link-open = Länk öppen, väntar på kunden
common-doing-session-paused = Session pausad
common-doing-inactive = Inaktiv
common-doing-waits-for-seat = Väntar på en plats

# How full a pool is, in a badge.
common-pool-draining = Minskas
common-pool-no-seats = Inga platser
common-pool-full = Full
common-pool-free = Lediga platser
common-pool-all-assigned = Alla tilldelade

common-deleted-user = En borttagen användare

# What to do about something that is missing: the label of a button.
common-remedy-see-subscription = Visa abonnemanget
common-remedy-billing-contact = Gör dig själv till faktureringskontakt
common-remedy-own-license = Ge dig själv en licens
common-remedy-add-people = Lägg till personer
common-remedy-set-up-pool = Skapa poolen
common-remedy-choose-licenses = Välj vilka som får en licens
common-remedy-take-seat = Ta en plats
# Otherwise, whom to ask: "Ask Ann, Ben or Olga."
common-ask = Fråga { $people }.

# A list of alternatives, made from its beginning: "Ann", "Ann, Ben", "Ann, Ben or Olga", "Ann, Ben or 3 more".
common-any-first = { $name }
common-any-next = { $list }, { $name }
common-any-last = { $list } eller { $name }
common-any-more = { $list } eller { $count } till

# Above a form with errors.
common-form-failed = Det gick inte att genomföra.

# The reader's or the account's language.
common-language = Språk
common-language-own-hint = Som du läser sidor på.
common-language-of-account = Kontots
common-language-of-browser = Som webbläsaren
common-no-such-language = Det språket finns inte. Välj ett i listan.
