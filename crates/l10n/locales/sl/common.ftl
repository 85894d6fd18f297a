# Words that several areas share. Ids begin with `common-`.

# What people and sessions are doing, in a badge.
common-doing-signed-in = Prijavljen
common-doing-not-signed-in = Ni prijavljen
common-doing-waits-for-customer = Čaka na stranko
common-doing-active = Aktivna
common-doing-paused = Ustavljena
common-doing-closing = Se zapira
common-doing-in-call = V klicu
common-doing-link-open = Povezava odprta, čaka na stranko
common-doing-session-paused = Seja ustavljena
common-doing-inactive = Neaktiven
common-doing-waits-for-seat = Čaka na mesto

# How full a pool is, in a badge.
common-pool-draining = Se zmanjšuje
common-pool-no-seats = Brez mest
common-pool-full = Poln
common-pool-free = Prosta mesta
common-pool-all-assigned = Vsa dodeljena

common-deleted-user = Izbrisan uporabnik

# What to do about something that is missing: the label of a button.
common-remedy-see-subscription = Pokaži naročnino
common-remedy-billing-contact = Določite sebe za stik za obračun
common-remedy-own-license = Dodeli si licenco
common-remedy-add-people = Dodaj osebe
common-remedy-set-up-pool = Nastavi nabor
common-remedy-choose-licenses = Izberi, kdo dobi licenco
common-remedy-take-seat = Zasedi mesto
# Otherwise, whom to ask: "Ask Ann, Ben or Olga."
common-ask = Obrnite se na: { $people }.

# A list of alternatives, made from its beginning: "Ann", "Ann, Ben", "Ann, Ben or Olga", "Ann, Ben or 3 more".
common-any-first = { $name }
common-any-next = { $list }, { $name }
common-any-last = { $list } ali { $name }
common-any-more = { $list } ali še { $count }

# Above a form with errors.
common-form-failed = Tega ni bilo mogoče izvesti.

# The reader's or the account's language.
common-language = Jezik
common-language-own-hint = V katerem berete strani.
common-language-of-account = Jezik računa
common-language-of-browser = Kot v brskalniku
common-no-such-language = Tega jezika ni. Izberite enega s seznama.
