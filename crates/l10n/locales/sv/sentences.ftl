# Refusals in words for people. Ids begin with `sentences-`.

# No seat. $figures is how full the pool is, as below.
sentences-no-seat = Alla delade platser används. Vänta på en ledig plats för att starta en session. { $figures }
sentences-pool-figures =
    { $waiting ->
        [0] { $pool } har { $occupied } av { $seats } platser upptagna.
        [one] { $pool } har { $occupied } av { $seats } platser upptagna, och { $waiting } person väntar.
       *[other] { $pool } har { $occupied } av { $seats } platser upptagna, och { $waiting } personer väntar.
    }
sentences-user-seat-limit =
    { $held ->
        [one] Du har { $held } plats, och din egen gräns är { $limit }. Det hjälper inte att frigöra en annan plats: fråga kontots ägare.
       *[other] Du har { $held } platser, och din egen gräns är { $limit }. Det hjälper inte att frigöra en annan plats: fråga kontots ägare.
    }
sentences-signed-in-elsewhere = Du är redan inloggad på { $device }. Logga ut där först, eller gör båda här med ett klick: arbete som pågår där avslutas.
sentences-seat-in-call = Den här platsen är redan i ett samtal. Avsluta eller pausa den sessionen först; en plats klarar { $max } åt gången.
sentences-no-license = Den här användaren har ingen licens för { $product }. Be en administratör att tilldela en plats.
sentences-license-ended = Licensen för { $product } har gått ut: den gäller bara på enheter som redan är inloggade. Be en administratör att tilldela en plats.
sentences-user-inactive = Den här användaren är inaktiverad. Be en administratör att aktivera användaren.
sentences-subscription-ended = Kontots abonnemang har upphört. Be en ägare av kontot att förnya det.
sentences-cooling-down = En administratör loggade ut dig. Du kan ta en plats igen om { $time }.
# How long something lasts: "in 30 seconds".
sentences-seconds =
    { $count ->
        [one] { $count } sekund
       *[other] { $count } sekunder
    }
sentences-minutes =
    { $count ->
        [one] { $count } minut
       *[other] { $count } minuter
    }
sentences-minutes-exhausted = Alla delade platser används, och det finns inga minuter efter förbrukning kvar. Be kontots ägare om minuter.

# Seats that are bought or given out.
sentences-plan-excludes-shared = Abonnemangsformen { $plan } har bara personliga platser. För delade platser behöver kontot en annan: fråga den driftansvariga för servern.
sentences-not-enough-named =
    { $asked ->
        [one] Det behövs { $asked } personlig plats till för { $product }; { $left } av { $total } finns kvar. Ta en personlig plats från någon, eller köp fler.
       *[other] Det behövs { $asked } personliga platser till för { $product }; { $left } av { $total } finns kvar. Ta en personlig plats från någon, eller köp fler.
    }
sentences-not-enough-shared =
    { $asked ->
        [one] Det behövs { $asked } delad plats till för { $product }; { $left } av { $total } finns kvar. Minska en annan pool, eller köp fler.
       *[other] Det behövs { $asked } delade platser till för { $product }; { $left } av { $total } finns kvar. Minska en annan pool, eller köp fler.
    }
sentences-over-subscription =
    { $over ->
        [one] Kontot ligger över abonnemanget: { $over } personlig plats för { $product } är tilldelad men inte längre köpt. Ta { $over } från någon, eller köp fler, innan du tilldelar en till.
       *[other] Kontot ligger över abonnemanget: { $over } personliga platser för { $product } är tilldelade men inte längre köpta. Ta { $over } tillbaka, eller köp fler, innan du tilldelar en till.
    }
# $free is how many seats have to be freed first.
sentences-named-in-use =
    { $in_use ->
        [one] { $in_use } personlig plats för { $product } används. Frigör { $free } innan du sänker till { $asked }.
       *[other] { $in_use } personliga platser för { $product } används. Frigör { $free } av dem innan du sänker till { $asked }.
    }
sentences-shared-in-use =
    { $in_use ->
        [one] { $in_use } delad plats för { $product } används. Frigör { $free } innan du sänker till { $asked }.
       *[other] { $in_use } delade platser för { $product } används. Frigör { $free } av dem innan du sänker till { $asked }.
    }
sentences-pool-not-empty =
    { $users ->
        [one] Poolen har { $users } användare. Flytta användaren till en annan pool eller ta bort licensen först.
       *[other] Poolen har { $users } användare. Flytta dem till en annan pool eller ta bort deras licenser först.
    }
sentences-default-pool = Standardpoolen för en produkt kan inte tas bort. Sätt dess platser till 0 i stället.
# A rule of the pool; $taken and $waiting are how it is used, as below.
sentences-pool-in-use = ”{ $rule }” kan inte ändras medan poolen används: { $taken } upptagna, och { $waiting }. Ändra när ingen är inloggad, eller skapa en ny pool med den andra regeln.
sentences-seats-are =
    { $count ->
        [one] { $count } plats är
       *[other] { $count } platser är
    }
sentences-people-wait =
    { $count ->
        [one] { $count } person väntar
       *[other] { $count } personer väntar
    }

# Rights.
sentences-last-owner = Det här är kontots sista aktiva ägare. Gör en annan användare till ägare först.
sentences-group-mapping = Medlemmarna i gruppen { $group } får den här poolen. Ändra gruppens koppling först.
sentences-break-glass = Enkel inloggning kräver en aktiv ägare som kan logga in utan den. Utse en som nödägare, eller sluta kräva enkel inloggning.
sentences-control-own-needs-view = Användare som får avsluta sina egna sessioner måste också se dem. Tillåt båda eller ingetdera.
sentences-control-all-needs-view = Användare som får avsluta allas sessioner måste också se dem. Tillåt båda eller ingetdera.
# $needed is one of the following.
sentences-forbidden = Du saknar behörighet för det ({ $needed }). Fråga en ägare eller administratör för kontot.
sentences-need-owner = rollen ägare
sentences-need-admin = rollen ägare eller administratör
sentences-need-manager = rollen ansvarig, administratör eller ägare
sentences-need-more = en roll med fler rättigheter
sentences-need-users = hantera användare och team
sentences-need-seats = hantera platser
sentences-need-reports = se rapporter
sentences-need-settings = ändra inställningar
sentences-need-view-own = se dina egna sessioner
sentences-need-control-own = avsluta dina egna sessioner
sentences-need-view-all = se allas sessioner
sentences-need-control-all = avsluta allas sessioner

# The subscription.
sentences-named-outside-bounds = Det här kontot får ha { $min } till { $max } personliga platser för { $product }, inte { $asked }. Välj ett tal däremellan, eller fråga den driftansvariga för servern.
sentences-shared-outside-bounds = Det här kontot får ha { $min } till { $max } delade platser för { $product }, inte { $asked }. Välj ett tal däremellan, eller fråga den driftansvariga för servern.
sentences-minutes-outside-bounds = Det här kontot får lägga till { $max } minuter på 30 dagar, och { $left } av dem återstår. Lägg inte till fler, eller fråga den driftansvariga för servern.
sentences-plan-outside-bounds = Det här kontot har abonnemangsformen { $plan }. Behåll den, eller fråga den driftansvariga för servern om en annan.
sentences-subscription-closed = Bara den driftansvariga för servern ändrar det här kontots abonnemang. Be om en ändring.

# States.
sentences-sign-in-ended = Den här inloggningen har avslutats. Logga in igen.
sentences-ticket-ended = Den här platsen i kön finns inte längre. Be om en plats igen.
sentences-not-your-session = Bara den som startade sessionen kan göra det. Fråga den personen, eller avsluta sessionen om du får.
sentences-already-joined = En annan kund har redan anslutit med den här koden. Be din agent om en ny.
sentences-key-reused = Den här begäran har redan gjorts på ett annat sätt. Ladda om sidan.
# A name or an address is taken.
sentences-taken-email = En annan användare har redan den här e-postadressen. Välj en annan.
sentences-taken-external-id = En annan användare har redan det här id:t i ert eget system. Välj ett annat.
sentences-taken-pool = En annan pool har redan det här namnet. Välj ett annat.
sentences-taken-team = Ett annat team har redan det här namnet. Välj ett annat.
sentences-taken-group = En annan grupp har redan det här namnet. Välj ett annat.
sentences-taken = Namnet är redan upptaget. Välj ett annat.

# Something is not as it was when the page was opened.
sentences-changed-meanwhile = Det här ändrades under tiden. Se hur det är nu och välj igen.
sentences-codes-at-limit = Så många koder och länkar som tillåts väntar redan på kunder. Avsluta dem som ingen behöver.
sentences-wrong-state = Det är inte möjligt längre, eftersom läget har ändrats. Ladda om sidan för att se hur det är nu.

# $field is the label of a field, $expected what it takes.
sentences-must-be = { $field }: värdet är inte giltigt ({ $expected }).

# $what is one of the following.
sentences-not-found = Det finns inget på den här adressen ({ $what }).
sentences-thing-account = konto
sentences-thing-code = kod
sentences-thing-device = enhet
sentences-thing-domain = domän
sentences-thing-form = formulär
sentences-thing-group = grupp
sentences-thing-key = API-nyckel
sentences-thing-license = licens
sentences-thing-operator-key = driftnyckel
sentences-thing-owner = aktiv ägare
sentences-thing-page = sida
sentences-thing-pool = pool
sentences-thing-product = produkt
sentences-thing-provider = leverantör
sentences-thing-request = abonnemangsförfrågan
sentences-thing-session = session
sentences-thing-sign-in = inloggning
sentences-thing-team = team
sentences-thing-ticket = plats i kön
sentences-thing-user = användare

# What is wrong with a field. $expected is one of the following.
sentences-this-must-be = Det är inte giltigt. Det ska vara { $expected }.
sentences-expected-name = ett namn på 1 till 120 tecken utan styrtecken
sentences-expected-email = en e-postadress, till exempel `sven@example.com`
sentences-expected-external-id = ett id på 1 till 255 tecken utan styrtecken
sentences-expected-note = ett skäl på 1 till 300 tecken utan styrtecken
sentences-expected-code = en kod på 6 till 16 bokstäver och siffror; bindestreck och mellanslag räknas inte
sentences-expected-slug = ett kortnamn på 1 till 64 tecken a–z, 0–9 och `-` som börjar med en bokstav
sentences-expected-origin = ett ursprung som `https://support.example.com`: http eller https, en värd och eventuellt en port, inget mer
sentences-no-such-zone = Det finns ingen tidszon med det namnet. Välj en i listan.

# Passwords.
sentences-password-hint = Minst 12 tecken: några ord som ingen väntar sig tillsammans.
sentences-wrong-password = Det är inte ditt nuvarande lösenord.
sentences-password-length = Välj ett lösenord på { $min } till { $max } tecken.
sentences-passwords-differ = Lösenorden är olika. Skriv samma två gånger.
sentences-password-short = Ett lösenord behöver minst { $min } tecken.
sentences-password-long = Ett lösenord har högst { $max } tecken.
# $why is one of the following.
sentences-password-weak = Lösenordet skulle snart gissas: { $why }. Använd några ord som ingen väntar sig tillsammans.
sentences-weak-common = det finns på listorna som prövas först
sentences-weak-nearly-common = det är nästan ett vanligt lösenord, och de vanliga ändringarna prövas också
sentences-weak-about-user = det består av ditt namn, din adress eller kontots namn
sentences-weak-one-word = ett enda ord eller namn prövas snart
sentences-weak-row = tangenter eller bokstäver i rad prövas snart
sentences-weak-repeats = det upprepar sig
sentences-weak-date = datum prövas snart
sentences-weak-regular = det är för lätt att förutse

# Pages that say what went wrong: title, what happened, what to do.
sentences-title-not-found = Hittades inte
sentences-title-forbidden = Inte tillåtet
sentences-title-busy = Usher kan inte svara just nu
sentences-fault = Något är fel med den här sidan
sentences-fault-why = Usher kunde inte skapa sidan. Loggen visar varför.
sentences-remedy = Gå tillbaka och försök igen.
sentences-remedy-not-found = Kontrollera adressen. Sidan kan också vara bara för andra: fråga en ägare eller administratör för ditt konto.
sentences-remedy-forbidden = Gå tillbaka, eller börja på startsidan.
sentences-remedy-wait = Vänta så länge och försök igen. Om du har glömt lösenordet, be en ägare eller administratör för ditt konto om ett nytt.
sentences-remedy-fault = Berätta för den driftansvariga för servern när det hände.
sentences-remedy-busy = Vänta en stund och ladda om sidan.
sentences-go-home = Till startsidan
# The pages of the subscription, for users who are no billing contact.
sentences-billing-contacts-only = Bara faktureringskontakter ser och ändrar abonnemanget. En ägare kryssar i ”Faktureringskontakt” på en användares sida, även på sin egen.
sentences-make-yourself-billing = Du är ägare, så du kan göra dig själv till faktureringskontakt.
sentences-open-own-page = Öppna din egen sida
# A session in a state in which something cannot be done.
sentences-session-state = Sessionen är { $state ->
         [standby] väntande
         [active] aktiv
         [paused] pausad
         [ending] på väg att stängas
        *[ended] avslutad
    } och måste vara { $expected ->
         [standby] väntande
         [active] aktiv
         [paused] pausad
         [ending] på väg att stängas
        *[ended] avslutad
    } för det. Ladda om sidan för att se hur det är nu.
