# The customer's page. Ids begin with `join-`. Its readers are not users of Usher; what they join is a session.

join-enter = Anslut till en session
join-enter-hint = Din agent har gett dig en kod. Skriv den här; stora bokstäver, bindestreck och mellanslag spelar ingen roll.
join-code = Kod
join-continue = Fortsätt
join-no-such-code = Koden är inte giltig: den kan vara felskriven, använd eller ha gått ut. Kontrollera den, eller be din agent om en ny.
join-another-code = Ange en annan kod
# Links of the operator.
join-help = Hjälp
join-privacy = Integritet

join-title = Din session
join-your-call = Ditt samtal med { $account }
join-your-session = Din supportsession med { $account }
join-connection-lost = Anslutningen bröts, försöker igen …
join-ready = Redo för dig
join-waits = { $agent } väntar på dig. Anslut när du är redo.
join-good-until = Koden gäller till { $until }.
join-name = Ditt namn, om du vill
join-join = Anslut
join-agent-busy = Din agent är i en annan session just nu. Vänta en stund och anslut igen.
join-is-paused = Din agent har pausat sessionen. Den här sidan visar när den fortsätter.

join-connected = Ansluten
join-of-another = En annan kund har redan anslutit med den här koden, och en kod gäller för en kund. Be { $agent } om en ny.
join-in-call = Du är i ett samtal med { $agent }.
join-in-call-as = Du är i ett samtal med { $agent } som { $name }.
join-in-session = Du är i en supportsession med { $agent }.
join-in-session-as = Du är i en supportsession med { $agent } som { $name }.
join-keep-open = Håll den här sidan öppen.
join-agent-paused = { $agent } har pausat sessionen. Håll den här sidan öppen: den visar när sessionen fortsätter.
join-leave = Lämna sessionen
join-leave-why = Sessionen avslutas för er båda, och koden är förbrukad.
join-end-and-leave = Avsluta och lämna
join-leave-now = Lämna nu
join-left = Du har lämnat sessionen. Tack.

join-ended-by = Sessionen avslutades av { $account }.
# $secs counts down.
join-closes-in = Den stängs om { $secs } sekunder.
join-they-said = Meddelande: ”{ $note }”
join-over = Avslutad
join-over-customer = Sessionen avslutades av kunden. Du kan stänga den här sidan.
join-over-agent = Sessionen är avslutad. { $agent } avslutade den. Du kan stänga den här sidan.
join-over-account = Sessionen avslutades av { $account }. Du kan stänga den här sidan.
join-over-expired = Ingen kom innan koden gick ut. Be om en ny.
join-over-no-seat = Sessionen är avslutad, eftersom { $account } inte hade någon plats kvar för den. Be om en ny kod om du fortfarande behöver hjälp.
join-over-signed-out = { $agent } är inte längre inloggad, så sessionen är avslutad. Be om en ny kod om du fortfarande behöver hjälp.
