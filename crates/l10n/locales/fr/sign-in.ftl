# Signing in to the portal. Ids begin with `sign-in-`.

sign-in-do = Se connecter
sign-in-email = Adresse e-mail
sign-in-password = Mot de passe
sign-in-forgot = Mot de passe oublié ?
sign-in-sso = Se connecter par authentification unique
sign-in-operator = Exploitant de ce serveur
sign-in-no-password = Pas encore de mot de passe ? Demandez une invitation à un propriétaire ou administrateur de votre compte.
sign-in-wrong = L’adresse e-mail ou le mot de passe est incorrect.
sign-in-signed-out = Vous êtes déconnecté.
sign-in-changed-meanwhile = Quelque chose a changé pendant votre connexion. Connectez-vous de nouveau.
sign-in-back = Retour à la connexion
sign-in-cancel = Annuler

# One address with the same password in several accounts.
sign-in-choose = Choisir un compte
sign-in-choose-why = Votre adresse a ce mot de passe dans plusieurs comptes. Dans lequel voulez-vous entrer ?
sign-in-choose-too-late = C’était trop long. Connectez-vous de nouveau et choisissez le compte dans les cinq minutes.

# The second factor.
sign-in-code-title = Saisir votre code
sign-in-code-why = Votre mot de passe est correct. Vous avez un second facteur : ouvrez votre application d’authentification.
sign-in-code = Code
sign-in-code-hint = Les six chiffres que l’application affiche maintenant, ou un code de récupération.
sign-in-code-lost = Ni application ni code de récupération sous la main ? Demandez à un propriétaire ou administrateur de votre compte de retirer votre second facteur.
sign-in-code-wrong = Ce code est incorrect ou déjà utilisé. Saisissez celui que votre application affiche maintenant, ou un code de récupération.
sign-in-code-too-late = C’était trop long. Connectez-vous de nouveau et saisissez le code dans les cinq minutes.
sign-in-recovery-used =
    { $left ->
        [0] C’était votre dernier code de récupération. Créez-en de nouveaux sur votre page.
        [one] Ce code de récupération est épuisé. Il en reste { $left }.
       *[other] Ce code de récupération est épuisé. Il en reste { $left }.
    }

# A forgotten password.
sign-in-forgotten = Mot de passe oublié
sign-in-forgotten-no-mail = Ce serveur n’envoie pas d’e-mails : un propriétaire ou administrateur de votre compte vous aide. Sur votre page, parmi les utilisateurs, il crée un lien de réinitialisation du mot de passe.
sign-in-forgotten-why = Saisissez l’adresse avec laquelle vous vous connectez. Vous recevrez un lien pour choisir un autre mot de passe.
sign-in-forgotten-send = Envoyer le lien
sign-in-forgotten-sent = Si vous vous connectez avec { $address } et un mot de passe, un lien de réinitialisation est en route vers vous.
sign-in-forgotten-invited = Si vous avez été invité et n’avez pas encore choisi de mot de passe, utilisez le lien de l’invitation. S’il ne fonctionne plus, demandez-en un autre à un propriétaire ou administrateur de votre compte.
sign-in-forgotten-sent-hint = Il fonctionne une fois, pendant une heure. Si rien n’arrive en quelques minutes, regardez dans les indésirables, ou demandez à un propriétaire ou administrateur de votre compte. Si vous ne vous connectez que par authentification unique, il n’y a pas de mot de passe à choisir.

# Above the form.
sign-in-has-ended = Vous avez été déconnecté dans ce navigateur : votre mot de passe a changé, quelqu’un a mis fin à la connexion, ou elle n’a pas été utilisée pendant trop longtemps.
sign-in-no-account = Ce serveur n’a pas encore de compte.
sign-in-no-account-how = Pour le configurer, ouvrez le lien qu’il a affiché au démarrage : il se termine par `/setup/` et un secret. Chaque démarrage en affiche un tant qu’il n’y a pas de compte.
