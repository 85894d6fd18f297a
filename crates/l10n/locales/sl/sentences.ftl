# Refusals in words for people. Ids begin with `sentences-`.

# No seat. $figures is how full the pool is, as below.
sentences-no-seat = Vsa skupna mesta so zasedena. Za začetek seje počakajte na prosto mesto. { $figures }
sentences-pool-figures =
    { $waiting ->
        [0] { $pool }: zasedenih mest { $occupied } od { $seats }.
        [one] { $pool }: zasedenih mest { $occupied } od { $seats }, čaka { $waiting } oseba.
        [two] { $pool }: zasedenih mest { $occupied } od { $seats }, čakata { $waiting } osebi.
        [few] { $pool }: zasedenih mest { $occupied } od { $seats }, čakajo { $waiting } osebe.
       *[other] { $pool }: zasedenih mest { $occupied } od { $seats }, čaka { $waiting } oseb.
    }
sentences-user-seat-limit =
    { $held ->
        [one] Zasedate { $held } mesto, vaša lastna omejitev pa je { $limit }. Sprostitev drugega mesta ne pomaga: obrnite se na lastnika računa.
        [two] Zasedate { $held } mesti, vaša lastna omejitev pa je { $limit }. Sprostitev drugega mesta ne pomaga: obrnite se na lastnika računa.
        [few] Zasedate { $held } mesta, vaša lastna omejitev pa je { $limit }. Sprostitev drugega mesta ne pomaga: obrnite se na lastnika računa.
       *[other] Zasedate { $held } mest, vaša lastna omejitev pa je { $limit }. Sprostitev drugega mesta ne pomaga: obrnite se na lastnika računa.
    }
sentences-signed-in-elsewhere = Prijavljeni ste že na napravi { $device }. Najprej se odjavite tam ali pa oboje opravite tukaj z enim klikom: delo, ki tam teče, se konča.
sentences-seat-in-call = To mesto je že v klicu. Najprej končajte ali ustavite tisto sejo; največ sej na mestu hkrati: { $max }.
sentences-no-license = Ta uporabnik nima licence za { $product }. Prosite skrbnika, naj dodeli mesto.
sentences-license-ended = Licenca za { $product } je potekla: velja samo še na napravah, ki so že prijavljene. Prosite skrbnika, naj dodeli mesto.
sentences-user-inactive = Ta uporabnik je deaktiviran. Prosite skrbnika, naj ga aktivira.
sentences-subscription-ended = Naročnina tega računa je potekla. Prosite lastnika računa, naj jo podaljša.
sentences-cooling-down = Skrbnik vas je odjavil. Mesto lahko znova zasedete čez { $time }.
# How long something lasts: "in 30 seconds".
sentences-seconds =
    { $count ->
        [one] { $count } sekundo
        [two] { $count } sekundi
        [few] { $count } sekunde
       *[other] { $count } sekund
    }
sentences-minutes =
    { $count ->
        [one] { $count } minuto
        [two] { $count } minuti
        [few] { $count } minute
       *[other] { $count } minut
    }
sentences-minutes-exhausted = Vsa skupna mesta so zasedena in plačljivih minut ni več. Za minute se obrnite na lastnika računa.

# Seats that are bought or given out.
sentences-plan-excludes-shared = Paket { $plan } ima samo imenska mesta. Za skupna mesta račun potrebuje drug paket: obrnite se na upravljavca tega strežnika.
sentences-not-enough-named =
    { $asked ->
        [one] Za { $product } manjka { $asked } imensko mesto; prostih je { $left } od { $total }. Odvzemite komu imensko mesto ali jih dokupite.
        [two] Za { $product } manjkata { $asked } imenski mesti; prostih je { $left } od { $total }. Odvzemite komu imensko mesto ali jih dokupite.
        [few] Za { $product } manjkajo { $asked } imenska mesta; prostih je { $left } od { $total }. Odvzemite komu imensko mesto ali jih dokupite.
       *[other] Za { $product } manjka { $asked } imenskih mest; prostih je { $left } od { $total }. Odvzemite komu imensko mesto ali jih dokupite.
    }
sentences-not-enough-shared =
    { $asked ->
        [one] Za { $product } manjka { $asked } skupno mesto; prostih je { $left } od { $total }. Zmanjšajte drug nabor ali jih dokupite.
        [two] Za { $product } manjkata { $asked } skupni mesti; prostih je { $left } od { $total }. Zmanjšajte drug nabor ali jih dokupite.
        [few] Za { $product } manjkajo { $asked } skupna mesta; prostih je { $left } od { $total }. Zmanjšajte drug nabor ali jih dokupite.
       *[other] Za { $product } manjka { $asked } skupnih mest; prostih je { $left } od { $total }. Zmanjšajte drug nabor ali jih dokupite.
    }
sentences-over-subscription =
    { $over ->
        [one] Račun presega naročnino: { $over } imensko mesto za { $product } je dodeljeno, a ni več kupljeno. Odvzemite ga komu ali jih dokupite, preden dodelite novo.
        [two] Račun presega naročnino: { $over } imenski mesti za { $product } sta dodeljeni, a nista več kupljeni. Odvzemite ju ali jih dokupite, preden dodelite novo.
        [few] Račun presega naročnino: { $over } imenska mesta za { $product } so dodeljena, a niso več kupljena. Odvzemite jih ali jih dokupite, preden dodelite novo.
       *[other] Račun presega naročnino: { $over } imenskih mest za { $product } je dodeljenih, a niso več kupljena. Odvzemite jih ali jih dokupite, preden dodelite novo.
    }
# $free is how many seats have to be freed first.
sentences-named-in-use =
    { $in_use ->
        [one] V uporabi je { $in_use } imensko mesto za { $product }. Preden znižate na { $asked }, jih sprostite toliko: { $free }.
        [two] V uporabi sta { $in_use } imenski mesti za { $product }. Preden znižate na { $asked }, jih sprostite toliko: { $free }.
        [few] V uporabi so { $in_use } imenska mesta za { $product }. Preden znižate na { $asked }, jih sprostite toliko: { $free }.
       *[other] V uporabi je { $in_use } imenskih mest za { $product }. Preden znižate na { $asked }, jih sprostite toliko: { $free }.
    }
sentences-shared-in-use =
    { $in_use ->
        [one] V uporabi je { $in_use } skupno mesto za { $product }. Preden znižate na { $asked }, jih sprostite toliko: { $free }.
        [two] V uporabi sta { $in_use } skupni mesti za { $product }. Preden znižate na { $asked }, jih sprostite toliko: { $free }.
        [few] V uporabi so { $in_use } skupna mesta za { $product }. Preden znižate na { $asked }, jih sprostite toliko: { $free }.
       *[other] V uporabi je { $in_use } skupnih mest za { $product }. Preden znižate na { $asked }, jih sprostite toliko: { $free }.
    }
sentences-pool-not-empty =
    { $users ->
        [one] V naboru je { $users } uporabnik. Najprej ga premaknite v drug nabor ali mu odvzemite licenco.
        [two] V naboru sta { $users } uporabnika. Najprej ju premaknite v drug nabor ali jima odvzemite licenci.
        [few] V naboru so { $users } uporabniki. Najprej jih premaknite v drug nabor ali jim odvzemite licence.
       *[other] V naboru je { $users } uporabnikov. Najprej jih premaknite v drug nabor ali jim odvzemite licence.
    }
sentences-default-pool = Privzetega nabora izdelka ni mogoče izbrisati. Namesto tega nastavite njegova mesta na 0.
# A rule of the pool; $taken and $waiting are how it is used, as below.
sentences-pool-in-use = »{ $rule }« ni mogoče spremeniti, dokler je nabor v uporabi: { $taken }, { $waiting }. Spremenite, ko nihče ni prijavljen, ali ustvarite nov nabor z drugim pravilom.
sentences-seats-are =
    { $count ->
        [one] { $count } zasedeno mesto
        [two] { $count } zasedeni mesti
        [few] { $count } zasedena mesta
       *[other] { $count } zasedenih mest
    }
sentences-people-wait =
    { $count ->
        [one] čaka { $count } oseba
        [two] čakata { $count } osebi
        [few] čakajo { $count } osebe
       *[other] čaka { $count } oseb
    }

# Rights.
sentences-last-owner = To je zadnji aktivni lastnik računa. Najprej določite drugega uporabnika za lastnika.
sentences-group-mapping = Člani skupine { $group } dobijo ta nabor. Najprej spremenite preslikavo skupine.
sentences-break-glass = Enotna prijava potrebuje aktivnega lastnika, ki se lahko prijavi brez nje. Določite ga za zasilnega lastnika ali enotne prijave ne zahtevajte več.
sentences-control-own-needs-view = Uporabniki, ki smejo končati svoje seje, jih morajo tudi videti. Dovolite oboje ali nič.
sentences-control-all-needs-view = Uporabniki, ki smejo končati seje vseh, jih morajo tudi videti. Dovolite oboje ali nič.
# $needed is one of the following.
sentences-forbidden = Za to nimate pravice ({ $needed }). Obrnite se na lastnika ali skrbnika svojega računa.
sentences-need-owner = vloga lastnik
sentences-need-admin = vloga lastnik ali skrbnik
sentences-need-manager = vloga vodja, skrbnik ali lastnik
sentences-need-more = vloga z več pravicami
sentences-need-users = upravljanje uporabnikov in ekip
sentences-need-seats = upravljanje mest
sentences-need-reports = ogled poročil
sentences-need-settings = spreminjanje nastavitev
sentences-need-view-own = ogled svojih sej
sentences-need-control-own = končanje svojih sej
sentences-need-view-all = ogled sej vseh
sentences-need-control-all = končanje sej vseh

# The subscription.
sentences-named-outside-bounds = Ta račun ima lahko od { $min } do { $max } imenskih mest za { $product }, ne { $asked }. Izberite število vmes ali se obrnite na upravljavca tega strežnika.
sentences-shared-outside-bounds = Ta račun ima lahko od { $min } do { $max } skupnih mest za { $product }, ne { $asked }. Izberite število vmes ali se obrnite na upravljavca tega strežnika.
sentences-minutes-outside-bounds = Minute, ki jih ta račun lahko doda v 30 dneh: { $max }; še na voljo: { $left }. Ne dodajte več ali se obrnite na upravljavca tega strežnika.
sentences-plan-outside-bounds = Ta račun ima paket { $plan }. Obdržite ga ali za drugega prosite upravljavca tega strežnika.
sentences-subscription-closed = Naročnino tega računa spreminja samo upravljavec tega strežnika. Za spremembo se obrnite nanj.

# States.
sentences-sign-in-ended = Ta prijava je končana. Prijavite se znova.
sentences-ticket-ended = Tega mesta v vrsti ni več. Znova zaprosite za mesto.
sentences-not-your-session = To lahko stori samo uporabnik, ki je začel sejo. Obrnite se nanj ali končajte sejo, če smete.
sentences-already-joined = S to kodo se je že pridružila druga stranka. Prosite svojega agenta za novo.
sentences-key-reused = Ta zahteva je bila že poslana drugače. Znova naložite stran.
# A name or an address is taken.
sentences-taken-email = Drug uporabnik že ima ta e-naslov. Izberite drugega.
sentences-taken-external-id = Drug uporabnik že ima to oznako v vašem sistemu. Izberite drugo.
sentences-taken-pool = Drug nabor že ima to ime. Izberite drugo.
sentences-taken-team = Druga ekipa že ima to ime. Izberite drugo.
sentences-taken-group = Druga skupina že ima to ime. Izberite drugo.
sentences-taken = To ime je že zasedeno. Izberite drugo.

# Something is not as it was when the page was opened.
sentences-changed-meanwhile = To je bilo medtem spremenjeno. Preverite, kako je zdaj, in izberite znova.
sentences-codes-at-limit = Na stranke že čaka toliko kod in povezav, kolikor jih sme hkrati. Končajte tiste, ki jih nihče ne potrebuje.
sentences-wrong-state = To ni več mogoče, ker se je stanje spremenilo. Znova naložite stran, da ga vidite.

# $field is the label of a field, $expected what it takes.
sentences-must-be = { $field }: vnos ni veljaven ({ $expected }).

# $what is one of the following.
sentences-not-found = Na tem naslovu ni tega: { $what }.
sentences-thing-account = račun
sentences-thing-code = koda
sentences-thing-device = naprava
sentences-thing-domain = domena
sentences-thing-form = obrazec
sentences-thing-group = skupina
sentences-thing-key = ključ API
sentences-thing-license = licenca
sentences-thing-operator-key = ključ upravljavca
sentences-thing-owner = aktivni lastnik
sentences-thing-page = stran
sentences-thing-pool = nabor
sentences-thing-product = izdelek
sentences-thing-provider = ponudnik
sentences-thing-request = zahtevek za naročnino
sentences-thing-session = seja
sentences-thing-sign-in = prijava
sentences-thing-team = ekipa
sentences-thing-ticket = mesto v vrsti
sentences-thing-user = uporabnik

# What is wrong with a field. $expected is one of the following.
sentences-this-must-be = To ni veljavno. Pričakovano: { $expected }.
sentences-expected-name = ime z 1 do 120 znaki brez krmilnih znakov
sentences-expected-email = e-naslov, na primer `sven@example.com`
sentences-expected-external-id = oznaka z 1 do 255 znaki brez krmilnih znakov
sentences-expected-note = razlog z 1 do 300 znaki brez krmilnih znakov
sentences-expected-code = koda s 6 do 16 črkami in števkami; vezaji in presledki ne štejejo
sentences-expected-slug = kratko ime z 1 do 64 znaki a–z, 0–9 in `-`, ki se začne s črko
sentences-expected-origin = izvor, kot je `https://support.example.com`: http ali https, gostitelj in morda vrata, nič drugega
sentences-no-such-zone = Časovnega pasu s tem imenom ni. Izberite enega s seznama.

# Passwords.
sentences-password-hint = Vsaj 12 znakov: nekaj besed, ki jih skupaj nihče ne pričakuje.
sentences-wrong-password = To ni vaše sedanje geslo.
sentences-password-length = Izberite geslo z { $min } do { $max } znaki.
sentences-passwords-differ = Gesli se razlikujeta. Dvakrat vnesite isto.
sentences-password-short = Geslo mora imeti vsaj toliko znakov: { $min }.
sentences-password-long = Geslo ima lahko največ toliko znakov: { $max }.
# $why is one of the following.
sentences-password-weak = To geslo bi bilo kmalu uganjeno: { $why }. Uporabite nekaj besed, ki jih skupaj nihče ne pričakuje.
sentences-weak-common = je na seznamih, ki se preizkusijo najprej
sentences-weak-nearly-common = je skoraj pogosto geslo, običajne spremembe pa se tudi preizkusijo
sentences-weak-about-user = sestavljeno je iz vašega imena, naslova ali imena računa
sentences-weak-one-word = ena sama beseda ali ime se kmalu preizkusi
sentences-weak-row = tipke ali črke po vrsti se kmalu preizkusijo
sentences-weak-repeats = se ponavlja
sentences-weak-date = datumi se kmalu preizkusijo
sentences-weak-regular = prelahko ga je predvideti

# Pages that say what went wrong: title, what happened, what to do.
sentences-title-not-found = Ni najdeno
sentences-title-forbidden = Ni dovoljeno
sentences-title-busy = Usher trenutno ne more odgovoriti
sentences-fault = S to stranjo je nekaj narobe
sentences-fault-why = Usher te strani ni mogel pripraviti. Razlog je v dnevniku.
sentences-remedy = Pojdite nazaj in poskusite znova.
sentences-remedy-not-found = Preverite naslov. Morda je stran namenjena samo drugim: vprašajte lastnika ali skrbnika svojega računa.
sentences-remedy-forbidden = Pojdite nazaj ali začnite na začetni strani.
sentences-remedy-wait = Počakajte toliko časa in poskusite znova. Če ste pozabili geslo, za novo prosite lastnika ali skrbnika svojega računa.
sentences-remedy-fault = Upravljavcu tega strežnika povejte, kdaj se je zgodilo.
sentences-remedy-busy = Počakajte trenutek in znova naložite stran.
sentences-go-home = Na začetno stran
# The pages of the subscription, for users who are no billing contact.
sentences-billing-contacts-only = Naročnino vidijo in spreminjajo samo stiki za obračun. Lastnik označi »Stik za obračun« na strani uporabnika, tudi na svoji.
sentences-make-yourself-billing = Ste lastnik, zato lahko sebe določite za stik za obračun.
sentences-open-own-page = Odpri svojo stran
# A session in a state in which something cannot be done.
sentences-session-state = Seja je v stanju »{ $state ->
         [standby] čaka na stranko
         [active] aktivna
         [paused] ustavljena
         [ending] se zapira
        *[ended] končana
    }«, za to pa mora biti v stanju »{ $expected ->
         [standby] čaka na stranko
         [active] aktivna
         [paused] ustavljena
         [ending] se zapira
        *[ended] končana
    }«. Znova naložite stran, da vidite, kako je zdaj.
