# The agent console. Ids begin with `console-`.

console-title = Agentkonsol
console-products = Produkter
console-no-product = Ingen produkt än
console-no-product-why = Ditt konto har inte köpt några platser än.
console-connection-lost = Anslutningen bröts, försöker igen … Om den inte är tillbaka i tid frigörs din plats för andra; det visas i så fall här.
console-back = Tillbaka till konsolen
console-preferences = Mina inställningar

# Warnings. The first is also the title of the tab.
console-still-there = Är du kvar?
console-were-inactive = Du har varit inaktiv.
# $secs counts down.
console-logged-off-in = Du loggas ut om { $secs } sekunder.
console-stay = Stanna kvar
# The title of the tab.
console-waited-for = Någon väntar på din plats
console-somebody-waits = Någon väntar på en plats.
console-were-idle = Du har varit inaktiv.
# $secs counts down.
console-seat-goes-in = Din plats går vidare om { $secs } sekunder.
# The title of the tab.
console-minutes-end = Minuterna är snart slut
console-minutes-end-now = Minuterna är snart slut.
# $secs counts down.
console-minutes-sign-out-in = Du loggas ut om { $secs } sekunder om inga minuter läggs till.

# The sign-in on this browser.
console-seat = Plats
console-pool = Pool
console-signed-in-since = Inloggad sedan
console-log-off = Utloggning vid inaktivitet
console-at = kl. { $time }
console-log-off-held = inte under ett samtal eller medan en länk är öppen
console-device = Enhet
console-seat-kept = Du behåller din plats så länge en sida i Usher är öppen i den här webbläsaren.
console-keep-seat-open = Håll den här sidan öppen, så behåller du din plats.
console-sign-out-free = Logga ut och frigör platsen
console-sign-out-of-work = Logga ut från arbetet
console-sign-out = Logga ut
console-sign-out-ends = När du loggar ut avslutas dina sessioner i den här webbläsaren, även de som är pausade eller väntar på en kund.
console-end-and-sign-out = Avsluta mina sessioner och logga ut
console-they-said = Meddelande: ”{ $note }”
console-quoted = ”{ $note }”
# After how a session ended.
console-with-note = : ”{ $note }”
console-lent = Den är utlånad till { $until }.
console-sign-in-to-work = Ta en plats för att arbeta.
console-no-license = Du har ingen licens för { $product }.
console-license-named = Du har en personlig plats.
console-license-shared = Du delar platserna i { $pool }.
# What pays for the work.
console-funding-named = En personlig plats
console-funding-shared = En delad plats
console-funding-session = En delad plats så länge du har en session
console-funding-none = Ingen än: en session tar en plats
console-funding-minutes = Minuter efter förbrukning, eftersom ingen plats var ledig

# Asking for a seat.
console-ask = Be om en plats
console-ask-named = Be om en personlig plats
console-why = Varför du behöver den
console-why-hint = De som hanterar platser ser det direkt.
console-asked = Du har bett om en plats
console-no-answer = Inget svar än
console-answer-here = Svaret visas här.
console-withdraw = Dra tillbaka förfrågan
console-declined-title = Det finns ingen plats för dig just nu
console-declined = Avslagen
console-declined-by = { $name } avslog din förfrågan { $at }.
console-put-away = Dölj
console-request-sent = Din förfrågan är skickad. Svaret visas här.

# The queue.
console-offer-title = En plats är din
console-offered = Erbjuden
console-offer = En plats i { $pool } hålls åt dig.
# $secs counts down.
console-offer-ends-in = Om du inte tar den inom { $secs } sekunder går den till nästa i kön.
console-waits = Du väntar på en plats i { $pool }
console-waiting = Väntar
console-position = Din plats i kön
console-estimated-wait = Beräknad väntetid
console-not-known = inte känd än
console-waiting-since = Väntar sedan
console-wait-sign-in = Du väntar på att loggas in.
console-wait-session = Du väntar på att starta en session.
console-wait-resume = Du väntar på att återuppta en pausad session.
console-keep-open = Håll den här sidan öppen, så behåller du din plats i kön.
console-place-kept = Du behåller din plats i kön så länge en sida i Usher är öppen i den här webbläsaren.
console-seat-elsewhere = Platsen är för { $device }: ta den där. Lämna kön först om du vill logga in här.
console-take-seat = Ta platsen
console-leave-queue = Lämna kön
console-left-queue = Du har lämnat kön.
console-under-a-minute = mindre än en minut
console-about-minutes =
    { $count ->
        [one] ungefär en minut
       *[other] ungefär { $count } minuter
    }
console-about-hours =
    { $count ->
        [one] ungefär en timme
       *[other] ungefär { $count } timmar
    }
console-elsewhere = Du är inloggad på { $device } sedan { $since }.

# Sessions.
console-sessions = Dina sessioner
console-no-session = Ingen session just nu
console-no-session-why = Skapa en samtalslänk eller en supportkod nedan och ge den till din kund.
console-call = Samtal
console-attended = Bemannad session
console-unattended = Obemannad session
console-call-with = Samtal med { $customer }
console-attended-with = Bemannad session med { $customer }
console-unattended-with = Obemannad session med { $customer }
console-since = Sedan { $at }
console-on-minutes = på minuter efter förbrukning
console-on-device = på { $device }
# The title of the tab.
console-session-was-ended = En session avslutades
console-ended-this = { $name } avslutade den här sessionen.
# $secs counts down.
console-closes-in = Den stängs om { $secs } sekunder.
# $secs counts down.
console-minutes-session-ends-in = Den här sessionen avslutas om { $secs } sekunder om ingen plats blir ledig och inga minuter läggs till.
console-code = Kod
console-copy = Kopiera
console-copy-code = Kopiera koden
console-link = Länk
console-copy-link = Kopiera länken
console-share = Dela …
console-good-until = Giltig till
console-qr = QR-kod för länken
console-pause = Pausa
console-resume = Återuppta
console-close-now = Stäng nu
# Takes back a link that nobody has used.
console-cancel = Ta tillbaka
console-end = Avsluta
console-sessions-ended = Avslutade sessioner
console-session-ended = Avslutad av dig eller kunden
console-session-ended-by = Avslutad av { $name }
console-session-expired = Ingen kom innan koden gick ut
console-session-minutes = Avslutad eftersom minuterna tog slut
console-session-signed-out = Avslutad eftersom du loggades ut

# Forms.
console-sign-in = Ta en plats i den här webbläsaren
console-device-name = Enhetens namn
console-device-hint = Administratörer och du själv ser det vid din plats.
console-this-browser = Den här webbläsaren
console-take-a-seat = Ta en plats
# For screen readers, after "Take a seat".
console-of-product = för { $product }
console-start-work = Börja arbeta
console-kept-for =
    { $secs ->
        [one] Din plats hålls i { $secs } sekund medan du är på den här sidan.
       *[other] Din plats hålls i { $secs } sekunder medan du är på den här sidan.
    }
console-name-customer = Ange kunden först
console-customer = Kundens namn, om du vet det
console-create-link = Skapa samtalslänk
console-create-code = Skapa supportkod
console-start-unattended = Starta obemannat
console-choose-kind = Välj vad du vill starta: ett samtal, en bemannad session eller obemannat arbete.
console-needed = När du behövs
console-needed-title = Flikens titel visar när en plats hålls åt dig och innan du loggas ut.
console-needed-sound = Flikens titel visar när en plats hålls åt dig och innan du loggas ut, och ett ljud spelas upp.
console-notified = Din webbläsare visar en avisering medan du tittar på något annat.
console-not-notified = Din webbläsare tillåter inte aviseringar från den här sidan; du kan ändra det i inställningarna för webbplatsen.
console-allow-notifications = Tillåt aviseringar

# A refusal, and what can be done about it.
console-refused-no-license = Du har ingen licens för den här produkten. Be en administratör att tilldela dig en plats.
console-refused-no-seat = Alla delade platser används. Vänta på en ledig plats för att starta en session.
console-license-ended = Din licens har gått ut: du behåller den bara där du redan är inloggad, och bara tills du loggar ut där. Be om en plats om du behöver den längre.
console-see-holders = Visa vem som har platserna
# Since when somebody has a seat, or a session goes on.
console-holder-since = sedan { $at }
console-more-holders = och { $count } till
console-see-pool = Visa poolen
console-see-sessions = Visa sessionerna
console-what-this-means = Vad det här betyder
console-own-sessions = Du kan avsluta eller pausa en av dina egna sessioner:
console-can-ask = Du kan fråga { $people }.
console-take-over = Logga ut där och in här
console-wait-in-queue = Vänta i kön
console-not-now = Inte nu

# How things ended. $name may be the operator or a program, as below.
console-the-operator = Den driftansvariga för servern
console-a-program = Ett program i ditt konto
console-another-person = En annan person
# The same at the end of a sentence: "Ended by another person".
console-the-operator-within = den driftansvariga för servern
console-a-program-within = ett program i ditt konto
console-another-person-within = en annan person
console-lost-offer = Platsen som hölls åt dig togs inte i tid, så den gick till nästa i kön. Logga in eller börja arbeta igen om du fortfarande behöver en plats.
console-lost-evicted = { $name } tog bort dig från kön.
console-lost-lease = Den här webbläsaren hörde inte av sig på för länge, så du förlorade din plats i kön. Du behåller den så länge en sida i Usher är öppen här och har anslutning.
console-lost-password = Ditt lösenord ändrades, så du loggades ut överallt och förlorade din plats i kön.
console-lost-license = Din licens eller poolen ändrades, så du förlorade din plats i kön.
console-out = Du loggade ut.
console-out-evicted = { $name } loggade ut dig.
console-out-takeover = Du loggade in på en annan enhet, så du loggades ut här.
console-out-lease = Den här webbläsaren hörde inte av sig på för länge, så din plats frigjordes. Du behåller den så länge en sida i Usher är öppen här och har anslutning.
console-out-inactive = Du loggades ut eftersom du hade varit inaktiv för länge.
console-out-reclaimed = Du var inaktiv medan någon väntade på en plats, så din plats gick till den personen.
console-out-license = Din licens ändrades eller togs bort, så du loggades ut.
console-out-license-by = { $name } ändrade din licens, så du loggades ut.
console-out-deactivated = Din användare inaktiverades.
console-out-password = Ditt lösenord ändrades, så du loggades ut överallt.
console-out-minutes = Minuterna efter förbrukning tog slut, så du loggades ut.
console-out-pool-deleted = Poolen togs bort, så du loggades ut.
