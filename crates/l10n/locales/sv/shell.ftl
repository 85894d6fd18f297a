shell-skip = Hoppa till innehållet
shell-operator = Driftansvarig
shell-operator-pages = Driftansvarigas sidor
# The operator key with which somebody is signed in.
shell-operator-key = Nyckel { $name }
# The label of the menu, for screen readers.
shell-pages-of = Sidor för { $account }
shell-menu = Meny
shell-search = Sök personer, pooler, sessioner
# What the search of the header searches, for screen readers.
shell-search-region = Allt
# Beside the search: the page is up to date.
shell-live = Live · { $time }
shell-stale = Inte uppdaterad sedan { $time }, försöker igen …
shell-own-page = Licenser och sessioner
shell-own-sign-in = Lösenord och inloggningar
shell-preferences = Mina inställningar
shell-sign-out = Logga ut
shell-api = API-dokumentation
shell-refusals-help = Vad avslag betyder
# $open and $close make a link of the zone.
shell-zone = Tider visas i { $open }{ $zone }{ $close }
shell-zone-browser = Tider visas i webbläsarens tidszon

# The menu.
shell-group-live = Live
shell-group-people = Personer
shell-group-history = Historik
shell-group-account = Konto
shell-overview = Översikt
shell-seats = Platser
shell-sessions = Sessioner
shell-queue = Kö
shell-users = Användare
shell-teams = Team
shell-groups = Grupper
shell-requests = Förfrågningar
shell-refusals = Avslag och väntetider
shell-minutes = Minuter
shell-audit = Granskningslogg
shell-subscription = Abonnemang
shell-settings = Inställningar
shell-api-keys = API-nycklar
shell-pools = Licenspooler
shell-console = Agentkonsol
# Pools without a free seat, beside "Seats".
shell-note-full = { $count } { $count ->
        [one] full
       *[other] fulla
    }

# What the script says. A `#` stands for a value.
shell-script-copied = Kopierat
# Before a time that is left: "in 5 min".
shell-script-in = om #
shell-script-under-minute = under 1 min
