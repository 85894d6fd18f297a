# The customer's page. Ids begin with `join-`. Its readers are not users of Usher; what they join is a session.

join-enter = Rejoindre une session
join-enter-hint = Votre agent vous a donné un code. Saisissez-le ici ; les majuscules, les tirets et les espaces n’ont pas d’importance.
join-code = Code
join-continue = Continuer
join-no-such-code = Ce code n’est pas valable : il est peut-être mal saisi, déjà utilisé ou expiré. Vérifiez-le, ou demandez-en un nouveau à votre agent.
join-another-code = Saisir un autre code
# Links of the operator.
join-help = Aide
join-privacy = Confidentialité

join-title = Votre session
join-your-call = Votre appel avec { $account }
join-your-session = Votre session d’assistance avec { $account }
join-connection-lost = Connexion perdue, nouvelle tentative…
join-ready = Prêt pour vous
join-waits = { $agent } vous attend. Rejoignez la session quand vous êtes prêt.
join-good-until = Le code est valable jusqu’à { $until }.
join-name = Votre nom, si vous le souhaitez
join-join = Rejoindre
join-agent-busy = Votre agent est actuellement dans une autre session. Attendez un peu, puis réessayez.
join-is-paused = Votre agent a mis la session en pause. Cette page indique quand elle reprend.

join-connected = Connecté
join-of-another = Un autre client a déjà rejoint la session avec ce code, et un code vaut pour un seul client. Demandez-en un nouveau à { $agent }.
join-in-call = Vous êtes en appel avec { $agent }.
join-in-call-as = Vous êtes en appel avec { $agent } en tant que { $name }.
join-in-session = Vous êtes en session d’assistance avec { $agent }.
join-in-session-as = Vous êtes en session d’assistance avec { $agent } en tant que { $name }.
join-keep-open = Laissez cette page ouverte.
join-agent-paused = { $agent } a mis la session en pause. Laissez cette page ouverte : elle indique quand la session reprend.
join-leave = Quitter la session
join-leave-why = La session se termine pour vous deux et le code est épuisé.
join-end-and-leave = Terminer et quitter
join-leave-now = Quitter maintenant
join-left = Vous avez quitté la session. Merci.

join-ended-by = La session a été terminée par { $account }.
# $secs counts down.
join-closes-in = Elle se ferme dans { $secs } secondes.
join-they-said = Message : « { $note } »
join-over = Terminée
join-over-customer = La session a été terminée par le client. Vous pouvez fermer cette page.
join-over-agent = La session est terminée. { $agent } y a mis fin. Vous pouvez fermer cette page.
join-over-account = La session a été terminée par { $account }. Vous pouvez fermer cette page.
join-over-expired = Personne n’est venu avant l’expiration du code. Demandez-en un nouveau.
join-over-no-seat = La session est terminée, car { $account } n’avait plus de place pour elle. Si vous avez encore besoin d’aide, demandez un nouveau code.
join-over-signed-out = { $agent } n’est plus connecté, la session est donc terminée. Si vous avez encore besoin d’aide, demandez un nouveau code.
