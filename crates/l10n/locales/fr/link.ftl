# The pages of one-time links: invitations and new passwords. Ids begin with `link-`.

link-welcome-title = Bienvenue dans Usher
link-welcome = Bienvenue, { $name }
link-invited = { $account } vous a invité. Choisissez un mot de passe et vous êtes connecté.
link-choose = Choisir un nouveau mot de passe
link-choose-why = Il vaut pour votre utilisateur dans le compte { $account }. Vous serez déconnecté partout ailleurs, sur vos appareils aussi.
link-sign-in-with = Vous vous connectez avec { $email }.
link-password = Nouveau mot de passe
link-password-again = Nouveau mot de passe, encore une fois
link-set = Enregistrer le mot de passe et se connecter
link-ended = Ce lien ne fonctionne plus
link-ended-invitation = Une invitation fonctionne une fois, pendant sept jours, et seulement jusqu’à ce qu’une nouvelle soit créée. Si vous avez déjà choisi votre mot de passe, connectez-vous.
link-ended-ask = Sinon, demandez une nouvelle invitation à la personne qui vous a invité.
link-ended-reset = Un lien de réinitialisation fonctionne une fois, pendant une heure, et seulement jusqu’à ce qu’un nouveau soit créé. Si vous avez déjà choisi votre mot de passe, connectez-vous.
# $open and $close make a link of the words between them.
link-ended-again = Sinon, { $open }demandez-en un nouveau{ $close }.
link-incomplete = Ce lien n’est pas complet
link-incomplete-why = Il en manque un morceau, par exemple parce qu’un logiciel de messagerie coupe une longue ligne. Copiez le lien entier depuis l’e-mail, jusqu’à sa dernière lettre, dans la barre d’adresse.
