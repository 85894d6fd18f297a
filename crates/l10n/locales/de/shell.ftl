shell-skip = Zum Inhalt springen
shell-operator = Betreiber
shell-operator-pages = Seiten des Betreibers
# The operator key with which somebody is signed in.
shell-operator-key = Schlüssel { $name }
# The label of the menu, for screen readers.
shell-pages-of = Seiten von { $account }
shell-menu = Menü
shell-search = Personen, Pools, Sitzungen suchen
# What the search of the header searches, for screen readers.
shell-search-region = Alles
# Beside the search: the page is up to date.
shell-live = Live · { $time }
shell-stale = Stand { $time }, Verbindung wird neu aufgebaut …
shell-own-page = Lizenzen und Sitzungen
shell-own-sign-in = Passwort und Anmeldungen
shell-preferences = Einstellungen
shell-sign-out = Abmelden
shell-api = API-Dokumentation
shell-refusals-help = Was Ablehnungen bedeuten
# $open and $close make a link of the zone.
shell-zone = Zeiten in { $open }{ $zone }{ $close }
shell-zone-browser = Zeiten in der Zeitzone Ihres Browsers

# The menu.
shell-group-live = Live
shell-group-people = Personen
shell-group-history = Verlauf
shell-group-account = Konto
shell-overview = Übersicht
shell-seats = Plätze
shell-sessions = Sitzungen
shell-queue = Warteschlange
shell-users = Benutzer
shell-teams = Teams
shell-groups = Gruppen
shell-requests = Anfragen
shell-refusals = Ablehnungen und Wartezeiten
shell-minutes = Minuten
shell-audit = Protokoll
shell-subscription = Abonnement
shell-settings = Kontoeinstellungen
shell-api-keys = API-Schlüssel
shell-pools = Lizenzpools
shell-console = Agentenkonsole
# Pools without a free seat, beside "Seats".
shell-note-full = { $count } voll

# What the script says. A `#` stands for a value.
shell-script-copied = Kopiert
# Before a time that is left: "in 5 min".
shell-script-in = in #
shell-script-under-minute = unter 1 min
