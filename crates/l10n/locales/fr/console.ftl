# The agent console. Ids begin with `console-`.

console-title = Console de l’agent
console-products = Produits
console-no-product = Aucun produit pour l’instant
console-no-product-why = Votre compte n’a pas encore acheté de places.
console-connection-lost = Connexion perdue, nouvelle tentative… Si elle ne revient pas à temps, votre place est libérée pour les autres ; cette page l’indiquera alors.
console-back = Retour à la console
console-preferences = Préférences

# Warnings. The first is also the title of the tab.
console-still-there = Êtes-vous toujours là ?
console-were-inactive = Vous êtes resté inactif.
# $secs counts down.
console-logged-off-in = Vous serez déconnecté dans { $secs } secondes.
console-stay = Rester connecté
# The title of the tab.
console-waited-for = Quelqu’un attend votre place
console-somebody-waits = Quelqu’un attend une place.
console-were-idle = Vous êtes resté inactif.
# $secs counts down.
console-seat-goes-in = La vôtre lui sera donnée dans { $secs } secondes.
# The title of the tab.
console-minutes-end = Les minutes sont presque épuisées
console-minutes-end-now = Les minutes sont presque épuisées.
# $secs counts down.
console-minutes-sign-out-in = Vous serez déconnecté dans { $secs } secondes, sauf si des minutes sont ajoutées.

# The sign-in on this browser.
console-seat = Place
console-pool = Pool
console-signed-in-since = Connecté depuis
console-log-off = Déconnexion en cas d’inactivité
console-at = à { $time }
console-log-off-held = pas pendant un appel ni tant qu’un lien est ouvert
console-device = Appareil
console-seat-kept = Vous gardez votre place tant qu’une page d’Usher est ouverte dans ce navigateur.
console-keep-seat-open = Laissez cette page ouverte pour garder votre place.
console-sign-out-free = Se déconnecter et libérer la place
console-sign-out-of-work = Se déconnecter du travail
console-sign-out = Se déconnecter
console-sign-out-ends = Si vous vous déconnectez, vos sessions dans ce navigateur se terminent, même celles qui sont en pause ou attendent un client.
console-end-and-sign-out = Terminer mes sessions et me déconnecter
console-they-said = Message : « { $note } »
console-quoted = « { $note } »
# After how a session ended.
console-with-note = {" "}: « { $note } »
console-lent = Elle vous est prêtée jusqu’à { $until }.
console-sign-in-to-work = Prenez une place pour travailler.
console-no-license = Vous n’avez pas de licence pour { $product }.
console-license-named = Vous avez une place nominative.
console-license-shared = Vous partagez les places de { $pool }.
# What pays for the work.
console-funding-named = Une place nominative
console-funding-shared = Une place partagée
console-funding-session = Une place partagée, tant que vous avez une session
console-funding-none = Pas encore : une session en prend une
console-funding-minutes = Des minutes à l’usage, car aucune place n’était libre

# Asking for a seat.
console-ask = Demander une place
console-ask-named = Demander une place nominative
console-why = Pourquoi vous en avez besoin
console-why-hint = Les personnes qui gèrent les places le voient aussitôt.
console-asked = Vous avez demandé une place
console-no-answer = Pas encore de réponse
console-answer-here = La réponse apparaît ici.
console-withdraw = Retirer la demande
console-declined-title = Il n’y a pas de place pour vous actuellement
console-declined = Refusée
console-declined-by = { $name } a refusé votre demande ({ $at }).
console-put-away = Masquer
console-request-sent = Votre demande est envoyée. La réponse apparaît ici.

# The queue.
console-offer-title = Une place est à vous
console-offered = Proposée
console-offer = Une place de { $pool } est gardée pour vous.
# $secs counts down.
console-offer-ends-in = Si vous ne la prenez pas dans { $secs } secondes, elle va à la personne suivante.
console-waits = Vous attendez une place de { $pool }
console-waiting = En attente
console-position = Votre rang dans la file
console-estimated-wait = Attente estimée
console-not-known = pas encore connue
console-waiting-since = En attente depuis
console-wait-sign-in = Vous attendez d’être connecté.
console-wait-session = Vous attendez de démarrer une session.
console-wait-resume = Vous attendez de reprendre une session en pause.
console-keep-open = Laissez cette page ouverte pour garder votre rang.
console-place-kept = Vous gardez votre rang tant qu’une page d’Usher est ouverte dans ce navigateur.
console-seat-elsewhere = La place est pour { $device } : prenez-la là-bas. Pour vous connecter ici, quittez d’abord la file.
console-take-seat = Prendre la place
console-leave-queue = Quitter la file
console-left-queue = Vous avez quitté la file d’attente.
console-under-a-minute = moins d’une minute
console-about-minutes =
    { $count ->
        [one] environ une minute
       *[other] environ { $count } minutes
    }
console-about-hours =
    { $count ->
        [one] environ une heure
       *[other] environ { $count } heures
    }
console-elsewhere = Vous êtes connecté sur { $device } depuis { $since }.

# Sessions.
console-sessions = Vos sessions
console-no-session = Aucune session en ce moment
console-no-session-why = Créez ci-dessous un lien d’appel ou un code d’assistance et donnez-le à votre client.
console-call = Appel
console-attended = Session assistée
console-unattended = Session non assistée
console-call-with = Appel avec { $customer }
console-attended-with = Session assistée avec { $customer }
console-unattended-with = Session non assistée avec { $customer }
console-since = Depuis { $at }
console-on-minutes = sur minutes à l’usage
console-on-device = sur { $device }
# The title of the tab.
console-session-was-ended = Une session a été terminée
console-ended-this = { $name } a terminé cette session.
# $secs counts down.
console-closes-in = Elle se ferme dans { $secs } secondes.
# $secs counts down.
console-minutes-session-ends-in = Cette session se termine dans { $secs } secondes, sauf si une place se libère ou si des minutes sont ajoutées.
console-code = Code
console-copy = Copier
console-copy-code = Copier le code
console-link = Lien
console-copy-link = Copier le lien
console-share = Partager…
console-good-until = Valable jusqu’à
console-qr = Code QR du lien
console-pause = Mettre en pause
console-resume = Reprendre
console-close-now = Fermer maintenant
# Takes back a link that nobody has used.
console-cancel = Annuler
console-end = Terminer
console-sessions-ended = Sessions terminées
console-session-ended = Terminée par vous ou par le client
console-session-ended-by = Terminée par { $name }
console-session-expired = Personne n’est venu avant l’expiration du code
console-session-minutes = Terminée parce que les minutes étaient épuisées
console-session-signed-out = Terminée parce que vous avez été déconnecté

# Forms.
console-sign-in = Prendre une place dans ce navigateur
console-device-name = Nom de cet appareil
console-device-hint = Les administrateurs et vous-même le voyez à côté de votre place.
console-this-browser = Ce navigateur
console-take-a-seat = Prendre une place
# For screen readers, after "Take a seat".
console-of-product = de { $product }
console-start-work = Commencer à travailler
console-kept-for =
    { $secs ->
        [one] Votre place est gardée { $secs } seconde pendant que vous êtes sur cette page.
       *[other] Votre place est gardée { $secs } secondes pendant que vous êtes sur cette page.
    }
console-name-customer = Indiquer d’abord le client
console-customer = Nom du client, si vous le connaissez
console-create-link = Créer un lien d’appel
console-create-code = Créer un code d’assistance
console-start-unattended = Démarrer sans assistance
console-choose-kind = Choisissez quoi démarrer : un appel, une session assistée ou un travail non assisté.
console-needed = Quand on a besoin de vous
console-needed-title = Le titre de cet onglet l’indique : quand une place est gardée pour vous et avant que vous soyez déconnecté.
console-needed-sound = Le titre de cet onglet l’indique et un son retentit : quand une place est gardée pour vous et avant que vous soyez déconnecté.
console-notified = Votre navigateur affiche une notification pendant que vous regardez autre chose.
console-not-notified = Votre navigateur n’autorise pas les notifications de cette page ; ses paramètres pour ce site le permettent.
console-allow-notifications = Autoriser les notifications

# A refusal, and what can be done about it.
console-refused-no-license = Vous n’avez pas de licence pour ce produit. Demandez à un administrateur de vous attribuer une place.
console-refused-no-seat = Toutes les places partagées sont occupées. Pour démarrer une session, attendez qu’une place se libère.
console-license-ended = Votre licence est arrivée à son terme : vous ne la gardez que là où vous êtes déjà connecté, et seulement jusqu’à votre déconnexion. Si vous en avez besoin plus longtemps, demandez une place.
console-see-holders = Voir qui occupe les places
# Since when somebody has a seat, or a session goes on.
console-holder-since = depuis { $at }
console-more-holders = et { $count } de plus
console-see-pool = Voir le pool
console-see-sessions = Voir les sessions
console-what-this-means = Ce que cela signifie
console-own-sessions = Vous pouvez terminer ou mettre en pause l’une de vos sessions :
console-can-ask = Vous pouvez vous adresser à { $people }.
console-take-over = Se déconnecter là-bas et se connecter ici
console-wait-in-queue = Attendre dans la file
console-not-now = Pas maintenant

# How things ended. $name may be the operator or a program, as below.
console-the-operator = L’exploitant de ce serveur
console-a-program = Un programme de votre compte
console-another-person = Une autre personne
# The same at the end of a sentence: "Ended by another person".
console-the-operator-within = l’exploitant de ce serveur
console-a-program-within = un programme de votre compte
console-another-person-within = une autre personne
console-lost-offer = La place gardée pour vous n’a pas été prise à temps et est allée à la personne suivante. Connectez-vous ou reprenez votre travail si vous en avez encore besoin.
console-lost-evicted = { $name } vous a retiré de la file d’attente.
console-lost-lease = Ce navigateur n’a pas donné signe de vie pendant trop longtemps, vous avez donc perdu votre rang dans la file. Vous le gardez tant qu’une page d’Usher est ouverte ici et connectée.
console-lost-password = Votre mot de passe a été changé, vous avez donc été déconnecté partout et perdu votre rang dans la file.
console-lost-license = Votre licence ou le pool de places a été modifié, vous avez donc perdu votre rang dans la file.
console-out = Vous vous êtes déconnecté.
console-out-evicted = { $name } vous a déconnecté.
console-out-takeover = Vous vous êtes connecté sur un autre appareil, vous avez donc été déconnecté ici.
console-out-lease = Ce navigateur n’a pas donné signe de vie pendant trop longtemps, votre place a donc été libérée. Vous la gardez tant qu’une page d’Usher est ouverte ici et connectée.
console-out-inactive = Vous avez été déconnecté car vous étiez inactif depuis trop longtemps.
console-out-reclaimed = Vous étiez inactif pendant que quelqu’un attendait une place, la vôtre lui a donc été donnée.
console-out-license = Votre licence a été modifiée ou retirée, vous avez donc été déconnecté.
console-out-license-by = { $name } a modifié votre licence, vous avez donc été déconnecté.
console-out-deactivated = Votre utilisateur a été désactivé.
console-out-password = Votre mot de passe a été changé, vous avez donc été déconnecté partout.
console-out-minutes = Les minutes à l’usage étaient épuisées, vous avez donc été déconnecté.
console-out-pool-deleted = Le pool de places a été supprimé, vous avez donc été déconnecté.
