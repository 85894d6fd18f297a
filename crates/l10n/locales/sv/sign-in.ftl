# Signing in to the portal. Ids begin with `sign-in-`.

sign-in-do = Logga in
sign-in-email = E-postadress
sign-in-password = Lösenord
sign-in-forgot = Glömt lösenordet?
sign-in-sso = Logga in med enkel inloggning
sign-in-operator = Driftansvarig för servern
sign-in-no-password = Inget lösenord än? Be en ägare eller administratör för ditt konto om en inbjudan.
sign-in-wrong = E-postadressen eller lösenordet är fel.
sign-in-signed-out = Du är utloggad.
sign-in-changed-meanwhile = Något ändrades medan du loggade in. Logga in igen.
sign-in-back = Tillbaka till inloggningen
sign-in-cancel = Avbryt

# One address with the same password in several accounts.
sign-in-choose = Välj konto
sign-in-choose-why = Din adress har det här lösenordet i flera konton. Vilket vill du öppna?
sign-in-choose-too-late = Det tog för lång tid. Logga in igen och välj konto inom fem minuter.

# The second factor.
sign-in-code-title = Skriv din kod
sign-in-code-why = Lösenordet är rätt. Du har en andra faktor: öppna din autentiseringsapp.
sign-in-code = Kod
sign-in-code-hint = De sex siffrorna som appen visar nu, eller en återställningskod.
sign-in-code-lost = Har du varken app eller återställningskod till hands? Be en ägare eller administratör för ditt konto att ta bort din andra faktor.
sign-in-code-wrong = Koden är fel eller har redan använts. Skriv den som appen visar nu, eller en återställningskod.
sign-in-code-too-late = Det tog för lång tid. Logga in igen och skriv koden inom fem minuter.
sign-in-recovery-used =
    { $left ->
        [0] Det var din sista återställningskod. Skapa nya på din sida.
        [one] Den återställningskoden är förbrukad. { $left } är kvar.
       *[other] Den återställningskoden är förbrukad. { $left } är kvar.
    }

# A forgotten password.
sign-in-forgotten = Glömt lösenord
sign-in-forgotten-no-mail = Servern skickar ingen e-post, så en ägare eller administratör för ditt konto hjälper dig: på din sida under Användare skapar de en länk för att återställa lösenordet.
sign-in-forgotten-why = Skriv adressen som du loggar in med. Du får en länk där du väljer ett nytt lösenord.
sign-in-forgotten-send = Skicka länk
sign-in-forgotten-sent = Om du loggar in med { $address } och ett lösenord är en länk för att återställa det på väg till dig.
sign-in-forgotten-invited = Om du har blivit inbjuden och inte valt ett lösenord än, använd länken i inbjudan. Om den inte fungerar längre, be en ägare eller administratör för ditt konto om en ny.
sign-in-forgotten-sent-hint = Den fungerar en gång, i en timme. Om inget kommer inom några minuter, titta i skräpposten eller fråga en ägare eller administratör för ditt konto. Om du bara loggar in med enkel inloggning finns det inget lösenord att välja.

# Above the form.
sign-in-has-ended = Du loggades ut i den här webbläsaren: ditt lösenord ändrades, någon avslutade inloggningen eller den användes inte på för länge.
sign-in-no-account = Servern har inget konto än.
sign-in-no-account-how = Öppna länken som skrevs ut när servern startade för att ställa in den: den slutar med `/setup/` och en hemlighet. Varje start skriver ut en tills det finns ett konto.
