# The pages of one-time links: invitations and new passwords. Ids begin with `link-`.

link-welcome-title = Willkommen bei Usher
link-welcome = Willkommen, { $name }
link-invited = { $account } hat Sie eingeladen. Wählen Sie ein Passwort, und Sie sind angemeldet.
link-choose = Neues Passwort wählen
link-choose-why = Es gilt für Ihren Benutzer im Konto { $account }. Überall sonst werden Sie abgemeldet, auch auf Ihren Geräten.
link-sign-in-with = Sie melden sich mit { $email } an.
link-password = Neues Passwort
link-password-again = Neues Passwort, noch einmal
link-set = Passwort setzen und anmelden
link-ended = Dieser Link funktioniert nicht mehr
link-ended-invitation = Eine Einladung gilt einmal, sieben Tage lang und nur, bis eine neue erstellt wird. Wenn Sie Ihr Passwort schon gewählt haben, melden Sie sich an.
link-ended-ask = Wenn nicht, bitten Sie die Person, die Sie eingeladen hat, um eine neue Einladung.
link-ended-reset = Ein Link zum Zurücksetzen des Passworts gilt einmal, eine Stunde lang und nur, bis ein neuer erstellt wird. Wenn Sie Ihr Passwort schon gewählt haben, melden Sie sich an.
# $open and $close make a link of the words between them.
link-ended-again = Wenn nicht, { $open }fordern Sie einen neuen an{ $close }.
link-incomplete = Dieser Link ist nicht vollständig
link-incomplete-why = Ein Stück davon fehlt, etwa weil ein E-Mail-Programm eine lange Zeile umbricht. Kopieren Sie den ganzen Link aus der E-Mail, bis zum letzten Buchstaben, in die Adresszeile.
