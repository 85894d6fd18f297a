shell-skip = Preskoči na vsebino
shell-operator = Upravljavec
shell-operator-pages = Strani upravljavca
# The operator key with which somebody is signed in.
shell-operator-key = Ključ { $name }
# The label of the menu, for screen readers.
shell-pages-of = Strani računa { $account }
shell-menu = Meni
shell-search = Iščite osebe, nabore, seje
# What the search of the header searches, for screen readers.
shell-search-region = Vse
# Beside the search: the page is up to date.
shell-live = V živo · { $time }
shell-stale = Ni osveženo od { $time }, poskušamo znova …
shell-own-page = Licence in seje
shell-own-sign-in = Geslo in prijave
shell-preferences = Moje nastavitve
shell-sign-out = Odjava
shell-api = Dokumentacija API
shell-refusals-help = Kaj pomenijo zavrnitve
# $open and $close make a link of the zone.
shell-zone = Časi so v pasu { $open }{ $zone }{ $close }
shell-zone-browser = Časi so v časovnem pasu vašega brskalnika

# The menu.
shell-group-live = V živo
shell-group-people = Osebe
shell-group-history = Zgodovina
shell-group-account = Račun
shell-overview = Pregled
shell-seats = Mesta
shell-sessions = Seje
shell-queue = Čakalna vrsta
shell-users = Uporabniki
shell-teams = Ekipe
shell-groups = Skupine
shell-requests = Zahtevki
shell-refusals = Zavrnitve in čakanja
shell-minutes = Minute
shell-audit = Revizijska sled
shell-subscription = Naročnina
shell-settings = Nastavitve
shell-api-keys = Ključi API
shell-pools = Nabori mest
shell-console = Konzola agenta
# Pools without a free seat, beside "Seats".
shell-note-full = { $count } { $count ->
        [one] poln
        [two] polna
        [few] polni
       *[other] polnih
    }

# What the script says. A `#` stands for a value.
shell-script-copied = Kopirano
# Before a time that is left: "in 5 min".
shell-script-in = čez #
shell-script-under-minute = manj kot 1 min
