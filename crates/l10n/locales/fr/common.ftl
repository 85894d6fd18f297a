# Words that several areas share. Ids begin with `common-`.

# What people and sessions are doing, in a badge.
common-doing-signed-in = Connecté
common-doing-not-signed-in = Non connecté
common-doing-waits-for-customer = Attend le client
common-doing-active = Active
common-doing-paused = En pause
common-doing-closing = Se ferme
common-doing-in-call = En appel
common-doing-link-open = Lien ouvert, attend le client
common-doing-session-paused = Session en pause
common-doing-inactive = Inactif
common-doing-waits-for-seat = Attend une place

# How full a pool is, in a badge.
common-pool-draining = En réduction
common-pool-no-seats = Aucune place
common-pool-full = Complet
common-pool-free = Places libres
common-pool-all-assigned = Toutes attribuées

common-deleted-user = Un utilisateur supprimé

# What to do about something that is missing: the label of a button.
common-remedy-see-subscription = Voir l’abonnement
common-remedy-billing-contact = Devenir contact de facturation
common-remedy-own-license = S’attribuer une licence
common-remedy-add-people = Ajouter des personnes
common-remedy-set-up-pool = Configurer le pool
common-remedy-choose-licenses = Choisir qui reçoit une licence
common-remedy-take-seat = Prendre une place
# Otherwise, whom to ask: "Ask Ann, Ben or Olga."
common-ask = Adressez-vous à { $people }.

# A list of alternatives, made from its beginning: "Ann", "Ann, Ben", "Ann, Ben or Olga", "Ann, Ben or 3 more".
common-any-first = { $name }
common-any-next = { $list }, { $name }
common-any-last = { $list } ou { $name }
common-any-more = { $list } ou { $count } de plus

# Above a form with errors.
common-form-failed = Cela n’a pas pu être fait.

# The reader's or the account's language.
common-language = Langue
common-language-own-hint = Dans laquelle vous lisez les pages.
common-language-of-account = Celle du compte
common-language-of-browser = Celle du navigateur
common-no-such-language = Cette langue n’existe pas. Choisissez-en une dans la liste.
