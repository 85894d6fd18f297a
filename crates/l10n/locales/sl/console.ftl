# The agent console. Ids begin with `console-`.

console-title = Konzola agenta
console-products = Izdelki
console-no-product = Izdelka še ni
console-no-product-why = Vaš račun še ni kupil nobenega mesta.
console-connection-lost = Povezava je prekinjena, poskušamo znova … Če se ne vzpostavi pravočasno, se vaše mesto sprosti za druge; to bo potem prikazano tukaj.
console-back = Nazaj na konzolo
console-preferences = Moje nastavitve

# Warnings. The first is also the title of the tab.
console-still-there = Ste še tam?
console-were-inactive = Nekaj časa niste bili dejavni.
# $secs counts down.
console-logged-off-in = Čez { $secs } s boste odjavljeni.
console-stay = Ostani
# The title of the tab.
console-waited-for = Nekdo čaka na vaše mesto
console-somebody-waits = Nekdo čaka na mesto.
console-were-idle = Niste bili dejavni.
# $secs counts down.
console-seat-goes-in = Čez { $secs } s dobi vaše mesto.
# The title of the tab.
console-minutes-end = Minute so skoraj porabljene
console-minutes-end-now = Minute so skoraj porabljene.
# $secs counts down.
console-minutes-sign-out-in = Čez { $secs } s boste odjavljeni, če minute ne bodo dodane.

# The sign-in on this browser.
console-seat = Mesto
console-pool = Nabor
console-signed-in-since = Prijavljeni od
console-log-off = Odjava ob nedejavnosti
console-at = ob { $time }
console-log-off-held = ne med klicem ali ko je povezava odprta
console-device = Naprava
console-seat-kept = Mesto ohranite, dokler je v tem brskalniku odprta katera od strani Usherja.
console-keep-seat-open = Pustite to stran odprto: dokler je odprta, ohranite svoje mesto.
console-sign-out-free = Odjava in sprostitev mesta
console-sign-out-of-work = Odjava z dela
console-sign-out = Odjava
console-sign-out-ends = Ob odjavi se vaše seje v tem brskalniku končajo, tudi začasno ustavljene in tiste, ki čakajo na stranko.
console-end-and-sign-out = Končaj moje seje in me odjavi
console-they-said = Sporočilo: »{ $note }«
console-quoted = »{ $note }«
# After how a session ended.
console-with-note = : »{ $note }«
console-lent = Posojeno je do { $until }.
console-sign-in-to-work = Za delo zasedite mesto.
console-no-license = Nimate licence za { $product }.
console-license-named = Imate svoje imensko mesto.
console-license-shared = Delite si mesta nabora { $pool }.
# What pays for the work.
console-funding-named = Imensko mesto
console-funding-shared = Skupno mesto
console-funding-session = Skupno mesto, dokler imate sejo
console-funding-none = Zasede ga šele seja
console-funding-minutes = Plačljive minute, ker ni bilo prostega mesta

# Asking for a seat.
console-ask = Zaprosi za mesto
console-ask-named = Zaprosi za imensko mesto
console-why = Zakaj ga potrebujete
console-why-hint = Upravitelji mest to takoj vidijo.
console-asked = Zaprosili ste za mesto
console-no-answer = Še brez odgovora
console-answer-here = Odgovor se prikaže tukaj.
console-withdraw = Umakni zahtevek
console-declined-title = Trenutno za vas ni mesta
console-declined = Zavrnjeno
console-declined-by = { $name }: zahtevek zavrnjen { $at }.
console-put-away = Skrij
console-request-sent = Vaš zahtevek je poslan. Odgovor se prikaže tukaj.

# The queue.
console-offer-title = Mesto je vaše
console-offered = Ponujeno
console-offer = Mesto nabora { $pool } je prihranjeno za vas.
# $secs counts down.
console-offer-ends-in = Če ga v { $secs } s ne sprejmete, ga dobi naslednji v vrsti.
console-waits = Čakate na mesto nabora { $pool }
console-waiting = Čaka
console-position = Vaše mesto v vrsti
console-estimated-wait = Predvideno čakanje
console-not-known = še ni znano
console-waiting-since = Čaka od
console-wait-sign-in = Čakate na prijavo.
console-wait-session = Čakate na začetek seje.
console-wait-resume = Čakate na nadaljevanje ustavljene seje.
console-keep-open = Pustite to stran odprto: dokler je odprta, ohranite mesto v vrsti.
console-place-kept = Mesto v vrsti ohranite, dokler je v tem brskalniku odprta katera od strani Usherja.
console-seat-elsewhere = Mesto je za napravo { $device }: sprejmite ga tam. Če se želite prijaviti tukaj, najprej zapustite vrsto.
console-take-seat = Sprejmi mesto
console-leave-queue = Zapusti vrsto
console-left-queue = Zapustili ste vrsto.
console-under-a-minute = manj kot minuto
console-about-minutes =
    { $count ->
        [one] približno { $count } minuto
        [two] približno { $count } minuti
        [few] približno { $count } minute
       *[other] približno { $count } minut
    }
console-about-hours =
    { $count ->
        [one] približno { $count } uro
        [two] približno { $count } uri
        [few] približno { $count } ure
       *[other] približno { $count } ur
    }
console-elsewhere = Prijavljeni ste na napravi { $device } od { $since }.

# Sessions.
console-sessions = Vaše seje
console-no-session = Trenutno ni seje
console-no-session-why = Spodaj ustvarite povezavo za klic ali kodo za podporo in jo dajte stranki.
console-call = Klic
console-attended = Seja s stranko
console-unattended = Nenadzorovana seja
console-call-with = Klic: { $customer }
console-attended-with = Seja s stranko: { $customer }
console-unattended-with = Nenadzorovana seja: { $customer }
console-since = Od { $at }
console-on-minutes = na plačljivih minutah
console-on-device = na napravi { $device }
# The title of the tab.
console-session-was-ended = Seja je bila končana
console-ended-this = { $name }: ta seja je bila končana.
# $secs counts down.
console-closes-in = Zapre se čez { $secs } s.
# $secs counts down.
console-minutes-session-ends-in = Ta seja se konča čez { $secs } s, če se ne sprosti mesto ali minute niso dodane.
console-code = Koda
console-copy = Kopiraj
console-copy-code = Kopiraj kodo
console-link = Povezava
console-copy-link = Kopiraj povezavo
console-share = Deli …
console-good-until = Velja do
console-qr = Koda QR povezave
console-pause = Ustavi
console-resume = Nadaljuj
console-close-now = Zapri zdaj
# Takes back a link that nobody has used.
console-cancel = Prekliči
console-end = Končaj
console-sessions-ended = Končane seje
console-session-ended = Končali ste jo vi ali stranka
console-session-ended-by = Končal(a): { $name }
console-session-expired = Nihče ni prišel, preden je koda potekla
console-session-minutes = Končana, ker so bile minute porabljene
console-session-signed-out = Končana, ker ste bili odjavljeni

# Forms.
console-sign-in = Zasedba mesta v tem brskalniku
console-device-name = Ime te naprave
console-device-hint = Skrbniki in vi ga vidite ob vašem mestu.
console-this-browser = Ta brskalnik
console-take-a-seat = Zasedi mesto
# For screen readers, after "Take a seat".
console-of-product = za { $product }
console-start-work = Začetek dela
console-kept-for =
    { $secs ->
        [one] Vaše mesto je prihranjeno { $secs } sekundo, ko ste na tej strani.
        [two] Vaše mesto je prihranjeno { $secs } sekundi, ko ste na tej strani.
        [few] Vaše mesto je prihranjeno { $secs } sekunde, ko ste na tej strani.
       *[other] Vaše mesto je prihranjeno { $secs } sekund, ko ste na tej strani.
    }
console-name-customer = Najprej navedite stranko
console-customer = Ime stranke, če ga poznate
console-create-link = Ustvari povezavo za klic
console-create-code = Ustvari kodo za podporo
console-start-unattended = Začni nenadzorovano
console-choose-kind = Izberite, kaj želite začeti: klic, sejo s stranko ali nenadzorovano delo.
console-needed = Ko vas potrebujemo
console-needed-title = Naslov tega zavihka pove, ko je mesto prihranjeno za vas in preden ste odjavljeni.
console-needed-sound = Naslov tega zavihka pove, ko je mesto prihranjeno za vas in preden ste odjavljeni; oglasi se tudi zvok.
console-notified = Brskalnik prikaže obvestilo, ko gledate nekaj drugega.
console-not-notified = Brskalnik tej strani ne dovoli obvestil; to lahko spremenite v nastavitvah spletnega mesta.
console-allow-notifications = Dovoli obvestila

# A refusal, and what can be done about it.
console-refused-no-license = Nimate licence za ta izdelek. Prosite skrbnika, naj vam dodeli mesto.
console-refused-no-seat = Vsa skupna mesta so zasedena. Za začetek seje počakajte na prosto mesto.
console-license-ended = Vaša licenca je potekla: obdržite jo samo tam, kjer ste že prijavljeni, in samo do odjave. Če jo potrebujete dlje, zaprosite za mesto.
console-see-holders = Pokaži, kdo ima mesta
# Since when somebody has a seat, or a session goes on.
console-holder-since = od { $at }
console-more-holders = in še { $count }
console-see-pool = Pokaži nabor
console-see-sessions = Pokaži seje
console-what-this-means = Kaj to pomeni
console-own-sessions = Končate ali ustavite lahko eno od svojih sej:
console-can-ask = Obrnete se lahko na: { $people }.
console-take-over = Odjavi me tam in prijavi tukaj
console-wait-in-queue = Počakaj v vrsti
console-not-now = Ne zdaj

# How things ended. $name may be the operator or a program, as below.
console-the-operator = Upravljavec tega strežnika
console-a-program = Program vašega računa
console-another-person = Druga oseba
# The same at the end of a sentence: "Ended by another person".
console-the-operator-within = upravljavec tega strežnika
console-a-program-within = program vašega računa
console-another-person-within = druga oseba
console-lost-offer = Mesto, prihranjeno za vas, ni bilo pravočasno sprejeto, zato ga je dobil naslednji v vrsti. Če ga še potrebujete, se znova prijavite ali znova začnite delo.
console-lost-evicted = { $name }: odstranjeni ste bili iz vrste.
console-lost-lease = Ta brskalnik se predolgo ni oglasil, zato ste izgubili mesto v vrsti. Ohranite ga, dokler je tukaj odprta katera od strani Usherja in ima povezavo.
console-lost-password = Vaše geslo je bilo spremenjeno, zato ste bili povsod odjavljeni in ste izgubili mesto v vrsti.
console-lost-license = Vaša licenca ali nabor mest je bil spremenjen, zato ste izgubili mesto v vrsti.
console-out = Odjavili ste se.
console-out-evicted = { $name }: bili ste odjavljeni.
console-out-takeover = Prijavili ste se na drugi napravi, zato ste bili tukaj odjavljeni.
console-out-lease = Ta brskalnik se predolgo ni oglasil, zato se je vaše mesto sprostilo. Ohranite ga, dokler je tukaj odprta katera od strani Usherja in ima povezavo.
console-out-inactive = Odjavljeni ste bili, ker predolgo niste bili dejavni.
console-out-reclaimed = Niste bili dejavni, medtem ko je nekdo čakal na mesto, zato je dobil vaše.
console-out-license = Vaša licenca je bila spremenjena ali odvzeta, zato ste bili odjavljeni.
console-out-license-by = { $name }: vaša licenca je bila spremenjena, zato ste bili odjavljeni.
console-out-deactivated = Vaš uporabnik je bil deaktiviran.
console-out-password = Vaše geslo je bilo spremenjeno, zato ste bili povsod odjavljeni.
console-out-minutes = Plačljive minute so bile porabljene, zato ste bili odjavljeni.
console-out-pool-deleted = Nabor mest je bil izbrisan, zato ste bili odjavljeni.
