# Signing in to the portal. Ids begin with `sign-in-`.

sign-in-do = Anmelden
sign-in-email = E-Mail-Adresse
sign-in-password = Passwort
sign-in-forgot = Passwort vergessen?
sign-in-sso = Mit Single Sign-on anmelden
sign-in-operator = Betreiber dieses Servers
sign-in-no-password = Noch kein Passwort? Bitten Sie einen Inhaber oder Administrator Ihres Kontos um eine Einladung.
sign-in-wrong = Die E-Mail-Adresse oder das Passwort ist falsch.
sign-in-signed-out = Sie sind abgemeldet.
sign-in-changed-meanwhile = Während der Anmeldung hat sich etwas geändert. Melden Sie sich erneut an.
sign-in-back = Zurück zur Anmeldung
sign-in-cancel = Abbrechen

# One address with the same password in several accounts.
sign-in-choose = Konto wählen
sign-in-choose-why = Ihre Adresse hat dieses Passwort in mehreren Konten. In welches möchten Sie?
sign-in-choose-too-late = Das hat zu lange gedauert. Melden Sie sich erneut an, und wählen Sie das Konto innerhalb von fünf Minuten.

# The second factor.
sign-in-code-title = Code eingeben
sign-in-code-why = Ihr Passwort ist richtig. Sie haben einen zweiten Faktor: Öffnen Sie Ihre Authenticator-App.
sign-in-code = Code
sign-in-code-hint = Die sechs Ziffern, die die App jetzt zeigt, oder ein Wiederherstellungscode.
sign-in-code-lost = Weder App noch Wiederherstellungscode zur Hand? Bitten Sie einen Inhaber oder Administrator Ihres Kontos, Ihren zweiten Faktor zu entfernen.
sign-in-code-wrong = Dieser Code ist falsch oder wurde schon benutzt. Geben Sie den ein, den Ihre App jetzt zeigt, oder einen Wiederherstellungscode.
sign-in-code-too-late = Das hat zu lange gedauert. Melden Sie sich erneut an, und geben Sie den Code innerhalb von fünf Minuten ein.
sign-in-recovery-used =
    { $left ->
        [0] Das war Ihr letzter Wiederherstellungscode. Erzeugen Sie neue auf Ihrer Seite.
        [one] Dieser Wiederherstellungscode ist verbraucht. { $left } ist noch übrig.
       *[other] Dieser Wiederherstellungscode ist verbraucht. { $left } sind noch übrig.
    }

# A forgotten password.
sign-in-forgotten = Passwort vergessen
sign-in-forgotten-no-mail = Dieser Server versendet keine E-Mails. Deshalb hilft ein Inhaber oder Administrator Ihres Kontos: Auf Ihrer Seite unter „Benutzer“ erstellt er einen Link zum Zurücksetzen des Passworts.
sign-in-forgotten-why = Geben Sie die Adresse ein, mit der Sie sich anmelden. Sie erhalten einen Link, mit dem Sie ein neues Passwort wählen.
sign-in-forgotten-send = Link anfordern
sign-in-forgotten-sent = Falls Sie sich mit { $address } und einem Passwort anmelden, ist ein Link zum Zurücksetzen des Passworts an Sie unterwegs.
sign-in-forgotten-invited = Wenn Sie eingeladen wurden und noch kein Passwort gewählt haben, benutzen Sie den Link der Einladung. Wenn er nicht mehr funktioniert, bitten Sie einen Inhaber oder Administrator Ihres Kontos um einen neuen.
sign-in-forgotten-sent-hint = Er gilt einmal und eine Stunde lang. Wenn in den nächsten Minuten nichts ankommt, sehen Sie im Spam-Ordner nach, oder fragen Sie einen Inhaber oder Administrator Ihres Kontos. Wenn Sie sich nur mit Single Sign-on anmelden, gibt es kein Passwort zu wählen.

# Above the form.
sign-in-has-ended = Sie wurden in diesem Browser abgemeldet: Ihr Passwort wurde geändert, jemand hat die Anmeldung beendet, oder sie wurde zu lange nicht benutzt.
sign-in-no-account = Dieser Server hat noch kein Konto.
sign-in-no-account-how = Um ihn einzurichten, öffnen Sie den Link, den er beim Start ausgegeben hat: Er endet auf `/setup/` und ein Geheimnis. Jeder Start gibt einen aus, bis es ein Konto gibt.
