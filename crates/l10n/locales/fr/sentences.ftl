# Refusals in words for people. Ids begin with `sentences-`.

# No seat. $figures is how full the pool is, as below.
sentences-no-seat = Toutes les places partagées sont occupées. Pour démarrer une session, attendez qu’une place se libère. { $figures }
sentences-pool-figures =
    { $waiting ->
        [0] { $pool } : { $occupied } places occupées sur { $seats }.
        [one] { $pool } : { $occupied } places occupées sur { $seats }, { $waiting } personne attend.
       *[other] { $pool } : { $occupied } places occupées sur { $seats }, { $waiting } personnes attendent.
    }
sentences-user-seat-limit =
    { $held ->
        [one] Vous occupez { $held } place et votre propre limite est { $limit }. Libérer une autre place n’aidera pas : adressez-vous au propriétaire de votre compte.
       *[other] Vous occupez { $held } places et votre propre limite est { $limit }. Libérer une autre place n’aidera pas : adressez-vous au propriétaire de votre compte.
    }
sentences-signed-in-elsewhere = Vous êtes déjà connecté sur { $device }. Déconnectez-vous d’abord là-bas, ou faites les deux ici en un clic : le travail en cours là-bas se termine.
sentences-seat-in-call = Cette place est déjà en appel. Terminez ou mettez d’abord en pause cette session ; une place en accepte { $max } à la fois.
sentences-no-license = Cet utilisateur n’a pas de licence pour { $product }. Demandez à un administrateur d’attribuer une place.
sentences-license-ended = La licence pour { $product } est arrivée à son terme : elle ne vaut plus que sur les appareils déjà connectés. Demandez à un administrateur d’attribuer une place.
sentences-user-inactive = Cet utilisateur est désactivé. Demandez à un administrateur de l’activer.
sentences-subscription-ended = L’abonnement de ce compte est arrivé à son terme. Demandez à un propriétaire du compte de le renouveler.
sentences-cooling-down = Un administrateur vous a déconnecté. Vous pourrez reprendre une place dans { $time }.
# How long something lasts: "in 30 seconds".
sentences-seconds =
    { $count ->
        [one] { $count } seconde
       *[other] { $count } secondes
    }
sentences-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
sentences-minutes-exhausted = Toutes les places partagées sont occupées et il ne reste plus de minutes à l’usage. Demandez des minutes au propriétaire de votre compte.

# Seats that are bought or given out.
sentences-plan-excludes-shared = La formule { $plan } n’a que des places nominatives. Pour des places partagées, le compte a besoin d’une autre formule : adressez-vous à l’exploitant de ce serveur.
sentences-not-enough-named =
    { $asked ->
        [one] Il manque { $asked } place nominative de { $product } ; il en reste { $left } sur { $total }. Retirez une place nominative à quelqu’un, ou achetez-en.
       *[other] Il manque { $asked } places nominatives de { $product } ; il en reste { $left } sur { $total }. Retirez une place nominative à quelqu’un, ou achetez-en.
    }
sentences-not-enough-shared =
    { $asked ->
        [one] Il manque { $asked } place partagée de { $product } ; il en reste { $left } sur { $total }. Réduisez un autre pool, ou achetez-en.
       *[other] Il manque { $asked } places partagées de { $product } ; il en reste { $left } sur { $total }. Réduisez un autre pool, ou achetez-en.
    }
sentences-over-subscription =
    { $over ->
        [one] Le compte est au-delà de son abonnement : { $over } place nominative de { $product } est attribuée et n’est plus achetée. Retirez-la à quelqu’un, ou achetez-en, avant d’en attribuer une autre.
       *[other] Le compte est au-delà de son abonnement : { $over } places nominatives de { $product } sont attribuées et ne sont plus achetées. Retirez-en { $over }, ou achetez-en, avant d’en attribuer une autre.
    }
# $free is how many seats have to be freed first.
sentences-named-in-use =
    { $in_use ->
        [one] { $in_use } place nominative de { $product } est utilisée. Libérez-en { $free } avant de passer à { $asked }.
       *[other] { $in_use } places nominatives de { $product } sont utilisées. Libérez-en { $free } avant de passer à { $asked }.
    }
sentences-shared-in-use =
    { $in_use ->
        [one] { $in_use } place partagée de { $product } est utilisée. Libérez-en { $free } avant de passer à { $asked }.
       *[other] { $in_use } places partagées de { $product } sont utilisées. Libérez-en { $free } avant de passer à { $asked }.
    }
sentences-pool-not-empty =
    { $users ->
        [one] Le pool a { $users } utilisateur. Déplacez-le d’abord dans un autre pool, ou retirez-lui sa licence.
       *[other] Le pool a { $users } utilisateurs. Déplacez-les d’abord dans un autre pool, ou retirez-leur leurs licences.
    }
sentences-default-pool = Le pool par défaut d’un produit ne peut pas être supprimé. Ramenez plutôt ses places à 0.
# A rule of the pool; $taken and $waiting are how it is used, as below.
sentences-pool-in-use = « { $rule } » ne peut pas changer pendant que le pool est utilisé : { $taken } et { $waiting }. Changez-le quand personne n’est connecté, ou créez un nouveau pool avec l’autre règle.
sentences-seats-are =
    { $count ->
        [one] { $count } place occupée
       *[other] { $count } places occupées
    }
sentences-people-wait =
    { $count ->
        [one] { $count } personne en attente
       *[other] { $count } personnes en attente
    }

# Rights.
sentences-last-owner = C’est le dernier propriétaire actif du compte. Nommez d’abord un autre utilisateur propriétaire.
sentences-group-mapping = Les membres du groupe { $group } reçoivent ce pool. Modifiez d’abord la correspondance du groupe.
sentences-break-glass = L’authentification unique exige un propriétaire actif qui puisse se connecter sans elle. Désignez-en un comme propriétaire de secours, ou cessez de l’exiger.
sentences-control-own-needs-view = Les utilisateurs qui peuvent terminer leurs propres sessions doivent aussi les voir. Autorisez les deux, ou aucun.
sentences-control-all-needs-view = Les utilisateurs qui peuvent terminer les sessions de tous doivent aussi les voir. Autorisez les deux, ou aucun.
# $needed is one of the following.
sentences-forbidden = Il vous manque un droit pour cela ({ $needed }). Adressez-vous à un propriétaire ou administrateur de votre compte.
sentences-need-owner = rôle de propriétaire
sentences-need-admin = rôle de propriétaire ou d’administrateur
sentences-need-manager = rôle de gestionnaire, d’administrateur ou de propriétaire
sentences-need-more = un rôle avec plus de droits
sentences-need-users = gérer les utilisateurs et les équipes
sentences-need-seats = gérer les places
sentences-need-reports = voir les rapports
sentences-need-settings = modifier les paramètres
sentences-need-view-own = voir vos propres sessions
sentences-need-control-own = terminer vos propres sessions
sentences-need-view-all = voir les sessions de tous
sentences-need-control-all = terminer les sessions de tous

# The subscription.
sentences-named-outside-bounds = Ce compte peut avoir de { $min } à { $max } places nominatives de { $product }, et non { $asked }. Choisissez un nombre entre les deux, ou adressez-vous à l’exploitant de ce serveur.
sentences-shared-outside-bounds = Ce compte peut avoir de { $min } à { $max } places partagées de { $product }, et non { $asked }. Choisissez un nombre entre les deux, ou adressez-vous à l’exploitant de ce serveur.
sentences-minutes-outside-bounds = Ce compte peut ajouter { $max } minutes en 30 jours, et il en reste { $left }. N’en ajoutez pas plus, ou adressez-vous à l’exploitant de ce serveur.
sentences-plan-outside-bounds = Ce compte a la formule { $plan }. Gardez-la, ou demandez-en une autre à l’exploitant de ce serveur.
sentences-subscription-closed = Seul l’exploitant de ce serveur modifie l’abonnement de ce compte. Demandez-lui la modification.

# States.
sentences-sign-in-ended = Cette connexion est terminée. Reconnectez-vous.
sentences-ticket-ended = Ce rang dans la file n’existe plus. Demandez de nouveau une place.
sentences-not-your-session = Seule la personne qui a démarré cette session peut le faire. Demandez-lui, ou terminez la session si vous le pouvez.
sentences-already-joined = Un autre client s’est déjà connecté avec ce code. Demandez-en un nouveau à votre agent.
sentences-key-reused = Cette demande a déjà été faite autrement. Rechargez la page.
# A name or an address is taken.
sentences-taken-email = Un autre utilisateur a déjà cette adresse e-mail. Choisissez-en une autre.
sentences-taken-external-id = Un autre utilisateur a déjà cet identifiant dans votre propre système. Choisissez-en un autre.
sentences-taken-pool = Un autre pool a déjà ce nom. Choisissez-en un autre.
sentences-taken-team = Une autre équipe a déjà ce nom. Choisissez-en un autre.
sentences-taken-group = Un autre groupe a déjà ce nom. Choisissez-en un autre.
sentences-taken = Ce nom est déjà pris. Choisissez-en un autre.

# Something is not as it was when the page was opened.
sentences-changed-meanwhile = Cela a changé entre-temps. Regardez l’état actuel et choisissez de nouveau.
sentences-codes-at-limit = Autant de codes et de liens que permis attendent déjà des clients. Terminez ceux dont personne n’a besoin.
sentences-wrong-state = Ce n’est plus possible, car l’état a changé. Rechargez la page pour le voir.

# $field is the label of a field, $expected what it takes.
sentences-must-be = { $field } : la valeur n’est pas valable ({ $expected }).

# $what is one of the following.
sentences-not-found = Introuvable à cette adresse : { $what }.
sentences-thing-account = compte
sentences-thing-code = code
sentences-thing-device = appareil
sentences-thing-domain = domaine
sentences-thing-form = formulaire
sentences-thing-group = groupe
sentences-thing-key = clé d’API
sentences-thing-license = licence
sentences-thing-operator-key = clé de l’exploitant
sentences-thing-owner = propriétaire actif
sentences-thing-page = page
sentences-thing-pool = pool
sentences-thing-product = produit
sentences-thing-provider = fournisseur
sentences-thing-request = demande d’abonnement
sentences-thing-session = session
sentences-thing-sign-in = connexion
sentences-thing-team = équipe
sentences-thing-ticket = rang dans la file
sentences-thing-user = utilisateur

# What is wrong with a field. $expected is one of the following.
sentences-this-must-be = Ce n’est pas valable. Il faut { $expected }.
sentences-expected-name = un nom de 1 à 120 caractères sans caractères de contrôle
sentences-expected-email = une adresse e-mail, telle que `sven@example.com`
sentences-expected-external-id = un identifiant de 1 à 255 caractères sans caractères de contrôle
sentences-expected-note = un motif de 1 à 300 caractères sans caractères de contrôle
sentences-expected-code = un code de 6 à 16 lettres et chiffres ; les tirets et les espaces ne comptent pas
sentences-expected-slug = un nom court de 1 à 64 caractères a-z, 0-9 et `-` commençant par une lettre
sentences-expected-origin = une origine telle que `https://support.example.com` : http ou https, un hôte et éventuellement un port, rien d’autre
sentences-no-such-zone = Ce fuseau horaire n’existe pas. Choisissez-en un dans la liste.

# Passwords.
sentences-password-hint = Au moins 12 caractères : quelques mots que personne n’attendrait ensemble.
sentences-wrong-password = Ce n’est pas votre mot de passe actuel.
sentences-password-length = Choisissez un mot de passe de { $min } à { $max } caractères.
sentences-passwords-differ = Les deux mots de passe diffèrent. Saisissez deux fois le même.
sentences-password-short = Un mot de passe doit avoir au moins { $min } caractères.
sentences-password-long = Un mot de passe a au plus { $max } caractères.
# $why is one of the following.
sentences-password-weak = Ce mot de passe serait vite deviné : { $why }. Utilisez quelques mots que personne n’attendrait ensemble.
sentences-weak-common = il figure sur les listes essayées en premier
sentences-weak-nearly-common = c’est presque un mot de passe courant, et les variantes habituelles sont essayées aussi
sentences-weak-about-user = il est fait de votre nom, de votre adresse ou du nom de votre compte
sentences-weak-one-word = un seul mot ou nom est vite essayé
sentences-weak-row = des touches ou des lettres à la suite sont vite essayées
sentences-weak-repeats = il se répète
sentences-weak-date = les dates sont vite essayées
sentences-weak-regular = il est trop prévisible

# Pages that say what went wrong: title, what happened, what to do.
sentences-title-not-found = Introuvable
sentences-title-forbidden = Non autorisé
sentences-title-busy = Usher ne peut pas répondre pour l’instant
sentences-fault = Cette page a un problème
sentences-fault-why = Usher n’a pas pu produire cette page. Son journal dit pourquoi.
sentences-remedy = Revenez en arrière et réessayez.
sentences-remedy-not-found = Vérifiez l’adresse. La page est peut-être réservée à d’autres : demandez à un propriétaire ou administrateur de votre compte.
sentences-remedy-forbidden = Revenez en arrière, ou commencez par la page d’accueil.
sentences-remedy-wait = Attendez ce temps et réessayez. Si vous avez oublié votre mot de passe, demandez-en un nouveau à un propriétaire ou administrateur de votre compte.
sentences-remedy-fault = Dites à l’exploitant de ce serveur quand c’est arrivé.
sentences-remedy-busy = Attendez un instant et rechargez la page.
sentences-go-home = Aller à la page d’accueil
# The pages of the subscription, for users who are no billing contact.
sentences-billing-contacts-only = Seuls les contacts de facturation voient et modifient l’abonnement. Un propriétaire coche « Contact de facturation » sur la page d’un utilisateur, même la sienne.
sentences-make-yourself-billing = Vous êtes propriétaire, vous pouvez donc vous désigner comme contact de facturation.
sentences-open-own-page = Ouvrir votre page
# A session in a state in which something cannot be done.
sentences-session-state = La session est { $state ->
         [standby] en attente
         [active] active
         [paused] en pause
         [ending] en cours de fermeture
        *[ended] terminée
    } et doit être { $expected ->
         [standby] en attente
         [active] active
         [paused] en pause
         [ending] en cours de fermeture
        *[ended] terminée
    } pour cela. Rechargez la page pour voir son état actuel.
