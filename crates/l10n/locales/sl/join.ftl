# The customer's page. Ids begin with `join-`. Its readers are not users of Usher; what they join is a session.

join-enter = Pridružite se seji
join-enter-hint = Agent vam je dal kodo. Vnesite jo tukaj; velike črke, vezaji in presledki niso pomembni.
join-code = Koda
join-continue = Naprej
join-no-such-code = Ta koda ni veljavna: morda je napačno vtipkana, porabljena ali potekla. Preverite jo ali prosite agenta za novo.
join-another-code = Vnesi drugo kodo
# Links of the operator.
join-help = Pomoč
join-privacy = Zasebnost

join-title = Vaša seja
join-your-call = Vaš klic: { $account }
join-your-session = Vaša seja podpore: { $account }
join-connection-lost = Povezava je prekinjena, poskušamo znova …
join-ready = Pripravljeno za vas
join-waits = { $agent } čaka na vas. Pridružite se, ko ste pripravljeni.
join-good-until = Koda velja do { $until }.
join-name = Vaše ime, če želite
join-join = Pridruži se
join-agent-busy = Vaš agent je trenutno v drugi seji. Počakajte malo in se znova pridružite.
join-is-paused = Vaš agent je sejo začasno ustavil. Ta stran pokaže, kdaj se nadaljuje.

join-connected = Povezano
join-of-another = S to kodo se je že pridružila druga stranka, koda pa velja za eno stranko. Za novo se obrnite na agenta ({ $agent }).
join-in-call = V klicu ste. Vaš agent: { $agent }.
join-in-call-as = V klicu ste kot { $name }. Vaš agent: { $agent }.
join-in-session = V seji podpore ste. Vaš agent: { $agent }.
join-in-session-as = V seji podpore ste kot { $name }. Vaš agent: { $agent }.
join-keep-open = Pustite to stran odprto.
join-agent-paused = Seja je začasno ustavljena ({ $agent }). Pustite to stran odprto: pokaže, kdaj se seja nadaljuje.
join-leave = Zapusti sejo
join-leave-why = Seja se konča za oba in koda je porabljena.
join-end-and-leave = Končaj in zapusti
join-leave-now = Zapusti zdaj
join-left = Zapustili ste sejo. Hvala.

join-ended-by = Sejo je končal račun { $account }.
# $secs counts down.
join-closes-in = Zapre se čez { $secs } s.
join-they-said = Sporočilo: »{ $note }«
join-over = Končano
join-over-customer = Sejo je končala stranka. To stran lahko zaprete.
join-over-agent = Seja je končana. Končal(a): { $agent }. To stran lahko zaprete.
join-over-account = Sejo je končal račun { $account }. To stran lahko zaprete.
join-over-expired = Nihče ni prišel, preden je koda potekla. Prosite za novo.
join-over-no-seat = Seja je končana, ker zanjo ni bilo več mesta ({ $account }). Če še potrebujete pomoč, prosite za novo kodo.
join-over-signed-out = { $agent } ni več na zvezi, zato je seja končana. Če še potrebujete pomoč, prosite za novo kodo.
