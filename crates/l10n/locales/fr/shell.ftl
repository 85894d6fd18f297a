shell-skip = Aller au contenu
shell-operator = Exploitant
shell-operator-pages = Pages de l’exploitant
# The operator key with which somebody is signed in.
shell-operator-key = Clé { $name }
# The label of the menu, for screen readers.
shell-pages-of = Pages de { $account }
shell-menu = Menu
shell-search = Rechercher personnes, pools, sessions
# What the search of the header searches, for screen readers.
shell-search-region = Tout
# Beside the search: the page is up to date.
shell-live = En direct · { $time }
shell-stale = Pas à jour depuis { $time }, nouvelle tentative…
shell-own-page = Licences et sessions
shell-own-sign-in = Mot de passe et connexions
shell-preferences = Préférences
shell-sign-out = Se déconnecter
shell-api = Documentation de l’API
shell-refusals-help = Signification des refus
# $open and $close make a link of the zone.
shell-zone = Heures en { $open }{ $zone }{ $close }
shell-zone-browser = Heures dans le fuseau de votre navigateur

# The menu.
shell-group-live = En direct
shell-group-people = Personnes
shell-group-history = Historique
shell-group-account = Compte
shell-overview = Vue d’ensemble
shell-seats = Places
shell-sessions = Sessions
shell-queue = File d’attente
shell-users = Utilisateurs
shell-teams = Équipes
shell-groups = Groupes
shell-requests = Demandes
shell-refusals = Refus et attentes
shell-minutes = Minutes
shell-audit = Audit
shell-subscription = Abonnement
shell-settings = Paramètres
shell-api-keys = Clés d’API
shell-pools = Pools de places
shell-console = Console de l’agent
# Pools without a free seat, beside "Seats".
shell-note-full = { $count } { $count ->
        [one] plein
       *[other] pleins
    }

# What the script says. A `#` stands for a value.
shell-script-copied = Copié
# Before a time that is left: "in 5 min".
shell-script-in = dans #
shell-script-under-minute = moins d’1 min
