# Refusals in words for people. Ids begin with `sentences-`.

# No seat. $figures is how full the pool is, as below.
sentences-no-seat = Alle gemeinsamen Plätze sind belegt. Um eine Sitzung zu starten, warten Sie bitte, bis ein Platz frei wird. { $figures }
sentences-pool-figures =
    { $waiting ->
        [0] In { $pool } sind { $occupied } von { $seats } Plätzen belegt.
        [one] In { $pool } sind { $occupied } von { $seats } Plätzen belegt, { $waiting } Person wartet.
       *[other] In { $pool } sind { $occupied } von { $seats } Plätzen belegt, { $waiting } Personen warten.
    }
sentences-user-seat-limit =
    { $held ->
        [one] Sie belegen { $held } Platz, und Ihre eigene Grenze ist { $limit }. Einen anderen Platz freizugeben hilft nicht: Wenden Sie sich an den Inhaber Ihres Kontos.
       *[other] Sie belegen { $held } Plätze, und Ihre eigene Grenze ist { $limit }. Einen anderen Platz freizugeben hilft nicht: Wenden Sie sich an den Inhaber Ihres Kontos.
    }
sentences-signed-in-elsewhere = Sie sind bereits auf { $device } angemeldet. Melden Sie sich zuerst dort ab, oder tun Sie beides hier mit einem Klick: Laufende Arbeit dort endet dann.
sentences-seat-in-call = Dieser Platz ist bereits in einem Anruf. Beenden oder pausieren Sie zuerst diese Sitzung; ein Platz trägt { $max } zugleich.
sentences-no-license = Dieser Benutzer hat keine Lizenz für { $product }. Bitten Sie einen Administrator, einen Platz zuzuweisen.
sentences-license-ended = Die Lizenz für { $product } ist abgelaufen: Sie gilt nur noch auf Geräten, die bereits angemeldet sind. Bitten Sie einen Administrator, einen Platz zuzuweisen.
sentences-user-inactive = Dieser Benutzer ist deaktiviert. Bitten Sie einen Administrator, ihn zu aktivieren.
sentences-subscription-ended = Das Abonnement dieses Kontos ist abgelaufen. Bitten Sie einen Inhaber des Kontos, es zu verlängern.
sentences-cooling-down = Sie wurden von einem Administrator abgemeldet. In { $time } können Sie wieder einen Platz belegen.
# How long something lasts: "in 30 seconds".
sentences-seconds =
    { $count ->
        [one] { $count } Sekunde
       *[other] { $count } Sekunden
    }
sentences-minutes =
    { $count ->
        [one] { $count } Minute
       *[other] { $count } Minuten
    }
sentences-minutes-exhausted = Alle gemeinsamen Plätze sind belegt, und die Minuten nach Verbrauch sind aufgebraucht. Bitten Sie den Inhaber Ihres Kontos um Minuten.

# Seats that are bought or given out.
sentences-plan-excludes-shared = Der Tarif { $plan } hat nur persönliche Plätze. Für gemeinsame Plätze braucht das Konto einen anderen Tarif: Wenden Sie sich an den Betreiber dieses Servers.
sentences-not-enough-named =
    { $asked ->
        [one] Es fehlt { $asked } persönlicher Platz für { $product }; frei sind { $left } von { $total }. Nehmen Sie jemandem einen persönlichen Platz, oder kaufen Sie weitere.
       *[other] Es fehlen { $asked } persönliche Plätze für { $product }; frei sind { $left } von { $total }. Nehmen Sie jemandem einen persönlichen Platz, oder kaufen Sie weitere.
    }
sentences-not-enough-shared =
    { $asked ->
        [one] Es fehlt { $asked } gemeinsamer Platz für { $product }; frei sind { $left } von { $total }. Verkleinern Sie einen anderen Pool, oder kaufen Sie weitere.
       *[other] Es fehlen { $asked } gemeinsame Plätze für { $product }; frei sind { $left } von { $total }. Verkleinern Sie einen anderen Pool, oder kaufen Sie weitere.
    }
sentences-over-subscription =
    { $over ->
        [one] Das Konto liegt über seinem Abonnement: { $over } persönlicher Platz für { $product } ist zugewiesen, aber nicht mehr gekauft. Nehmen Sie ihn jemandem, oder kaufen Sie weitere, bevor Sie einen zuweisen.
       *[other] Das Konto liegt über seinem Abonnement: { $over } persönliche Plätze für { $product } sind zugewiesen, aber nicht mehr gekauft. Nehmen Sie { $over } zurück, oder kaufen Sie weitere, bevor Sie einen zuweisen.
    }
# $free is how many seats have to be freed first.
sentences-named-in-use =
    { $in_use ->
        [one] { $in_use } persönlicher Platz für { $product } ist vergeben. Geben Sie { $free } frei, bevor Sie auf { $asked } senken.
       *[other] { $in_use } persönliche Plätze für { $product } sind vergeben. Geben Sie { $free } davon frei, bevor Sie auf { $asked } senken.
    }
sentences-shared-in-use =
    { $in_use ->
        [one] { $in_use } gemeinsamer Platz für { $product } ist vergeben. Geben Sie { $free } frei, bevor Sie auf { $asked } senken.
       *[other] { $in_use } gemeinsame Plätze für { $product } sind vergeben. Geben Sie { $free } davon frei, bevor Sie auf { $asked } senken.
    }
sentences-pool-not-empty =
    { $users ->
        [one] Der Pool hat { $users } Benutzer. Verschieben Sie ihn zuerst in einen anderen Pool, oder nehmen Sie ihm die Lizenz.
       *[other] Der Pool hat { $users } Benutzer. Verschieben Sie sie zuerst in einen anderen Pool, oder nehmen Sie ihnen die Lizenzen.
    }
sentences-default-pool = Der Standardpool eines Produkts kann nicht gelöscht werden. Setzen Sie stattdessen seine Plätze auf 0.
# A rule of the pool; $taken and $waiting are how it is used, as below.
sentences-pool-in-use = „{ $rule }“ kann nicht geändert werden, solange der Pool benutzt wird: { $taken } belegt, { $waiting }. Ändern Sie es, wenn niemand angemeldet ist, oder legen Sie einen neuen Pool mit der anderen Regel an.
sentences-seats-are =
    { $count ->
        [one] { $count } Platz ist
       *[other] { $count } Plätze sind
    }
sentences-people-wait =
    { $count ->
        [one] { $count } Person wartet
       *[other] { $count } Personen warten
    }

# Rights.
sentences-last-owner = Das ist der letzte aktive Inhaber des Kontos. Machen Sie zuerst einen anderen Benutzer zum Inhaber.
sentences-group-mapping = Die Mitglieder der Gruppe { $group } erhalten diesen Pool. Ändern Sie zuerst die Zuordnung der Gruppe.
sentences-break-glass = Single Sign-on braucht einen aktiven Inhaber, der sich auch ohne anmelden kann. Benennen Sie einen als Notfallinhaber, oder verlangen Sie kein Single Sign-on mehr.
sentences-control-own-needs-view = Wer die eigenen Sitzungen beenden darf, muss sie auch sehen. Erlauben Sie beides oder keines.
sentences-control-all-needs-view = Wer alle Sitzungen beenden darf, muss sie auch sehen. Erlauben Sie beides oder keines.
# $needed is one of the following.
sentences-forbidden = Dazu fehlt Ihnen das Recht ({ $needed }). Wenden Sie sich an einen Inhaber oder Administrator Ihres Kontos.
sentences-need-owner = Rolle Inhaber
sentences-need-admin = Rolle Inhaber oder Administrator
sentences-need-manager = Rolle Manager, Administrator oder Inhaber
sentences-need-more = eine Rolle mit mehr Rechten
sentences-need-users = Benutzer und Teams verwalten
sentences-need-seats = Plätze verwalten
sentences-need-reports = Berichte sehen
sentences-need-settings = Einstellungen ändern
sentences-need-view-own = eigene Sitzungen sehen
sentences-need-control-own = eigene Sitzungen beenden
sentences-need-view-all = alle Sitzungen sehen
sentences-need-control-all = alle Sitzungen beenden

# The subscription.
sentences-named-outside-bounds = Dieses Konto darf { $min } bis { $max } persönliche Plätze für { $product } haben, nicht { $asked }. Wählen Sie eine Zahl dazwischen, oder wenden Sie sich an den Betreiber dieses Servers.
sentences-shared-outside-bounds = Dieses Konto darf { $min } bis { $max } gemeinsame Plätze für { $product } haben, nicht { $asked }. Wählen Sie eine Zahl dazwischen, oder wenden Sie sich an den Betreiber dieses Servers.
sentences-minutes-outside-bounds = Dieses Konto darf in 30 Tagen { $max } Minuten hinzufügen; { $left } davon sind übrig. Fügen Sie nicht mehr hinzu, oder wenden Sie sich an den Betreiber dieses Servers.
sentences-plan-outside-bounds = Dieses Konto hat den Tarif { $plan }. Behalten Sie ihn, oder bitten Sie den Betreiber dieses Servers um einen anderen.
sentences-subscription-closed = Nur der Betreiber dieses Servers ändert das Abonnement dieses Kontos. Bitten Sie ihn um eine Änderung.

# States.
sentences-sign-in-ended = Diese Anmeldung ist beendet. Melden Sie sich erneut an.
sentences-ticket-ended = Diesen Platz in der Warteschlange gibt es nicht mehr. Fragen Sie erneut nach einem Platz.
sentences-not-your-session = Das kann nur, wer diese Sitzung gestartet hat. Fragen Sie diese Person, oder beenden Sie die Sitzung, wenn Sie dürfen.
sentences-already-joined = Mit diesem Code ist bereits ein anderer Kunde beigetreten. Bitten Sie Ihren Agenten um einen neuen.
sentences-key-reused = Diese Anfrage wurde bereits auf andere Weise gestellt. Laden Sie die Seite neu.
# A name or an address is taken.
sentences-taken-email = Ein anderer Benutzer hat diese E-Mail-Adresse bereits. Wählen Sie eine andere.
sentences-taken-external-id = Ein anderer Benutzer hat diese Id in Ihrem eigenen System bereits. Wählen Sie eine andere.
sentences-taken-pool = Ein anderer Pool heißt bereits so. Wählen Sie einen anderen Namen.
sentences-taken-team = Ein anderes Team heißt bereits so. Wählen Sie einen anderen Namen.
sentences-taken-group = Eine andere Gruppe heißt bereits so. Wählen Sie einen anderen Namen.
sentences-taken = Dieser Name ist bereits vergeben. Wählen Sie einen anderen.

# Something is not as it was when the page was opened.
sentences-changed-meanwhile = Das wurde inzwischen geändert. Sehen Sie nach, wie es jetzt ist, und wählen Sie erneut.
sentences-codes-at-limit = Es warten bereits so viele Codes und Links auf Kunden wie erlaubt. Beenden Sie die, die niemand braucht.
sentences-wrong-state = Das ist inzwischen nicht mehr möglich, weil sich der Zustand geändert hat. Laden Sie die Seite neu, um ihn zu sehen.

# $field is the label of a field, $expected what it takes.
sentences-must-be = { $field }: Die Eingabe ist nicht gültig ({ $expected }).

# $what is one of the following.
sentences-not-found = Unter dieser Adresse nicht gefunden: { $what }.
sentences-thing-account = Konto
sentences-thing-code = Code
sentences-thing-device = Gerät
sentences-thing-domain = Domain
sentences-thing-form = Formular
sentences-thing-group = Gruppe
sentences-thing-key = API-Schlüssel
sentences-thing-license = Lizenz
sentences-thing-operator-key = Betreiberschlüssel
sentences-thing-owner = aktiver Inhaber
sentences-thing-page = Seite
sentences-thing-pool = Pool
sentences-thing-product = Produkt
sentences-thing-provider = Anbieter
sentences-thing-request = Abonnementanfrage
sentences-thing-session = Sitzung
sentences-thing-sign-in = Anmeldung
sentences-thing-team = Team
sentences-thing-ticket = Platz in der Warteschlange
sentences-thing-user = Benutzer

# What is wrong with a field. $expected is one of the following.
sentences-this-must-be = Das ist nicht gültig. Erwartet wird: { $expected }.
sentences-expected-name = ein Name mit 1 bis 120 Zeichen ohne Steuerzeichen
sentences-expected-email = eine E-Mail-Adresse wie `sven@example.com`
sentences-expected-external-id = eine Id mit 1 bis 255 Zeichen ohne Steuerzeichen
sentences-expected-note = ein Grund mit 1 bis 300 Zeichen ohne Steuerzeichen
sentences-expected-code = ein Code aus 6 bis 16 Buchstaben und Ziffern; Bindestriche und Leerzeichen zählen nicht
sentences-expected-slug = ein Kurzname aus 1 bis 64 Zeichen a–z, 0–9 und `-`, der mit einem Buchstaben beginnt
sentences-expected-origin = ein Ursprung wie `https://support.example.com`: http oder https, ein Host und eventuell ein Port, sonst nichts
sentences-no-such-zone = Diese Zeitzone gibt es nicht. Wählen Sie eine aus der Liste.

# Passwords.
sentences-password-hint = Mindestens 12 Zeichen: ein paar Wörter, die niemand zusammen erwartet.
sentences-wrong-password = Das ist nicht Ihr jetziges Passwort.
sentences-password-length = Wählen Sie ein Passwort mit { $min } bis { $max } Zeichen.
sentences-passwords-differ = Die beiden Passwörter sind verschieden. Geben Sie zweimal dasselbe ein.
sentences-password-short = Ein Passwort braucht mindestens { $min } Zeichen.
sentences-password-long = Ein Passwort hat höchstens { $max } Zeichen.
# $why is one of the following.
sentences-password-weak = Dieses Passwort wäre bald erraten: { $why }. Nehmen Sie ein paar Wörter, die niemand zusammen erwartet.
sentences-weak-common = Es steht auf den Listen, die zuerst probiert werden
sentences-weak-nearly-common = Es ist fast ein häufiges Passwort, und die üblichen Abwandlungen werden auch probiert
sentences-weak-about-user = Es besteht aus Ihrem Namen, Ihrer Adresse oder dem Namen Ihres Kontos
sentences-weak-one-word = Ein einzelnes Wort oder ein Name wird bald probiert
sentences-weak-row = Tasten oder Buchstaben in einer Reihe werden bald probiert
sentences-weak-repeats = Es wiederholt sich
sentences-weak-date = Daten werden bald probiert
sentences-weak-regular = Es ist zu leicht vorherzusehen

# Pages that say what went wrong: title, what happened, what to do.
sentences-title-not-found = Nicht gefunden
sentences-title-forbidden = Nicht erlaubt
sentences-title-busy = Usher kann gerade nicht antworten
sentences-fault = Mit dieser Seite stimmt etwas nicht
sentences-fault-why = Usher konnte diese Seite nicht erstellen. Der Grund steht im Log.
sentences-remedy = Gehen Sie zurück, und versuchen Sie es erneut.
sentences-remedy-not-found = Prüfen Sie die Adresse. Vielleicht ist die Seite auch nur für andere: Fragen Sie einen Inhaber oder Administrator Ihres Kontos.
sentences-remedy-forbidden = Gehen Sie zurück, oder beginnen Sie auf der Startseite.
sentences-remedy-wait = Warten Sie so lange, und versuchen Sie es dann erneut. Wenn Sie Ihr Passwort vergessen haben, bitten Sie einen Inhaber oder Administrator Ihres Kontos um ein neues.
sentences-remedy-fault = Sagen Sie dem Betreiber dieses Servers, wann es passiert ist.
sentences-remedy-busy = Warten Sie einen Moment, und laden Sie die Seite neu.
sentences-go-home = Zur Startseite
# The pages of the subscription, for users who are no billing contact.
sentences-billing-contacts-only = Nur Abrechnungskontakte sehen und ändern das Abonnement. Ein Inhaber setzt das Häkchen „Abrechnungskontakt“ auf der Seite eines Benutzers, auch auf der eigenen.
sentences-make-yourself-billing = Sie sind Inhaber und können sich deshalb selbst zum Abrechnungskontakt machen.
sentences-open-own-page = Eigene Seite öffnen
# A session in a state in which something cannot be done.
sentences-session-state = Die Sitzung ist { $state ->
         [standby] wartend
         [active] aktiv
         [paused] pausiert
         [ending] am Schließen
        *[ended] beendet
    }; dafür muss sie { $expected ->
         [standby] wartend
         [active] aktiv
         [paused] pausiert
         [ending] am Schließen
        *[ended] beendet
    } sein. Laden Sie die Seite neu, um zu sehen, wie es jetzt ist.
