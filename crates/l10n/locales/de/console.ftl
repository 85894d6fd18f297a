# The agent console. Ids begin with `console-`.

console-title = Agentenkonsole
console-products = Produkte
console-no-product = Noch kein Produkt
console-no-product-why = Ihr Konto hat noch keine Plätze gekauft.
console-connection-lost = Verbindung unterbrochen, neuer Versuch läuft … Kommt sie nicht rechtzeitig zurück, wird Ihr Platz für andere frei; diese Seite zeigt es dann an.
console-back = Zurück zur Konsole
console-preferences = Einstellungen

# Warnings. The first is also the title of the tab.
console-still-there = Sind Sie noch da?
console-were-inactive = Sie waren längere Zeit inaktiv.
# $secs counts down.
console-logged-off-in = Sie werden in { $secs } Sekunden abgemeldet.
console-stay = Angemeldet bleiben
# The title of the tab.
console-waited-for = Jemand wartet auf Ihren Platz
console-somebody-waits = Jemand wartet auf einen Platz.
console-were-idle = Sie waren untätig.
# $secs counts down.
console-seat-goes-in = Ihr Platz wird in { $secs } Sekunden weitergegeben.
# The title of the tab.
console-minutes-end = Die Minuten sind fast aufgebraucht
console-minutes-end-now = Die Minuten sind fast aufgebraucht.
# $secs counts down.
console-minutes-sign-out-in = Sie werden in { $secs } Sekunden abgemeldet, wenn keine Minuten dazukommen.

# The sign-in on this browser.
console-seat = Platz
console-pool = Pool
console-signed-in-since = Angemeldet seit
console-log-off = Abmeldung bei Inaktivität
console-at = um { $time }
console-log-off-held = nicht während eines Anrufs oder solange ein Link offen ist
console-device = Gerät
console-seat-kept = Ihr Platz bleibt Ihnen, solange in diesem Browser eine Seite von Usher geöffnet ist.
console-keep-seat-open = Lassen Sie diese Seite geöffnet, damit Sie Ihren Platz behalten.
console-sign-out-free = Abmelden und Platz freigeben
console-sign-out-of-work = Von der Arbeit abmelden
console-sign-out = Abmelden
console-sign-out-ends = Wenn Sie sich abmelden, enden Ihre Sitzungen in diesem Browser, auch pausierte und solche, die auf einen Kunden warten.
console-end-and-sign-out = Meine Sitzungen beenden und abmelden
console-they-said = Nachricht: „{ $note }“
console-quoted = „{ $note }“
# After how a session ended.
console-with-note = : „{ $note }“
console-lent = Er ist bis { $until } geliehen.
console-sign-in-to-work = Nehmen Sie einen Platz, um zu arbeiten.
console-no-license = Sie haben keine Lizenz für { $product }.
console-license-named = Sie haben einen persönlichen Platz.
console-license-shared = Sie teilen sich die Plätze von { $pool }.
# What pays for the work.
console-funding-named = Ein persönlicher Platz
console-funding-shared = Ein gemeinsamer Platz
console-funding-session = Ein gemeinsamer Platz, solange Sie eine Sitzung haben
console-funding-none = Noch keiner: erst eine Sitzung belegt einen
console-funding-minutes = Minuten nach Verbrauch, weil kein Platz frei war

# Asking for a seat.
console-ask = Platz anfragen
console-ask-named = Persönlichen Platz anfragen
console-why = Wofür Sie ihn brauchen
console-why-hint = Wer die Plätze verwaltet, sieht Ihre Anfrage sofort.
console-asked = Sie haben einen Platz angefragt
console-no-answer = Noch keine Antwort
console-answer-here = Die Antwort erscheint hier.
console-withdraw = Anfrage zurückziehen
console-declined-title = Zurzeit gibt es keinen Platz für Sie
console-declined = Abgelehnt
console-declined-by = { $name } hat Ihre Anfrage abgelehnt ({ $at }).
console-put-away = Ausblenden
console-request-sent = Ihre Anfrage ist gesendet. Die Antwort erscheint hier.

# The queue.
console-offer-title = Ein Platz ist für Sie frei
console-offered = Angeboten
console-offer = Ein Platz von { $pool } wird für Sie freigehalten.
# $secs counts down.
console-offer-ends-in = Wenn Sie ihn nicht in { $secs } Sekunden annehmen, geht er an die nächste Person.
console-waits = Sie warten auf einen Platz von { $pool }
console-waiting = Wartet
console-position = Ihre Position in der Warteschlange
console-estimated-wait = Geschätzte Wartezeit
console-not-known = noch nicht bekannt
console-waiting-since = Wartet seit
console-wait-sign-in = Sie warten darauf, angemeldet zu werden.
console-wait-session = Sie warten darauf, eine Sitzung zu starten.
console-wait-resume = Sie warten darauf, eine pausierte Sitzung fortzusetzen.
console-keep-open = Lassen Sie diese Seite geöffnet, damit Ihre Position erhalten bleibt.
console-place-kept = Ihre Position bleibt erhalten, solange in diesem Browser eine Seite von Usher geöffnet ist.
console-seat-elsewhere = Der Platz ist für { $device }: Nehmen Sie ihn dort an. Um sich hier anzumelden, verlassen Sie zuerst die Warteschlange.
console-take-seat = Platz annehmen
console-leave-queue = Warteschlange verlassen
console-left-queue = Sie haben die Warteschlange verlassen.
console-under-a-minute = weniger als eine Minute
console-about-minutes =
    { $count ->
        [one] etwa eine Minute
       *[other] etwa { $count } Minuten
    }
console-about-hours =
    { $count ->
        [one] etwa eine Stunde
       *[other] etwa { $count } Stunden
    }
console-elsewhere = Sie sind auf { $device } angemeldet (seit { $since }).

# Sessions.
console-sessions = Ihre Sitzungen
console-no-session = Zurzeit keine Sitzung
console-no-session-why = Erstellen Sie unten einen Anruflink oder einen Supportcode und geben Sie ihn Ihrem Kunden.
console-call = Anruf
console-attended = Begleitete Sitzung
console-unattended = Unbeaufsichtigte Sitzung
console-call-with = Anruf mit { $customer }
console-attended-with = Begleitete Sitzung mit { $customer }
console-unattended-with = Unbeaufsichtigte Sitzung mit { $customer }
console-since = Seit { $at }
console-on-minutes = mit Minuten nach Verbrauch
console-on-device = auf { $device }
# The title of the tab.
console-session-was-ended = Eine Sitzung wurde beendet
console-ended-this = { $name } hat diese Sitzung beendet.
# $secs counts down.
console-closes-in = Sie schließt in { $secs } Sekunden.
# $secs counts down.
console-minutes-session-ends-in = Diese Sitzung endet in { $secs } Sekunden, wenn kein Platz frei wird und keine Minuten dazukommen.
console-code = Code
console-copy = Kopieren
console-copy-code = Code kopieren
console-link = Link
console-copy-link = Link kopieren
console-share = Teilen …
console-good-until = Gültig bis
console-qr = QR-Code des Links
console-pause = Pausieren
console-resume = Fortsetzen
console-close-now = Jetzt schließen
# Takes back a link that nobody has used.
console-cancel = Zurücknehmen
console-end = Beenden
console-sessions-ended = Beendete Sitzungen
console-session-ended = Von Ihnen oder vom Kunden beendet
console-session-ended-by = Beendet von { $name }
console-session-expired = Niemand kam, bevor der Code ablief
console-session-minutes = Beendet, weil die Minuten aufgebraucht waren
console-session-signed-out = Beendet, weil Sie abgemeldet wurden

# Forms.
console-sign-in = In diesem Browser einen Platz nehmen
console-device-name = Name dieses Geräts
console-device-hint = Administratoren und Sie selbst sehen ihn bei Ihrem Platz.
console-this-browser = Dieser Browser
console-take-a-seat = Platz belegen
# For screen readers, after "Take a seat".
console-of-product = von { $product }
console-start-work = Arbeit beginnen
console-kept-for =
    { $secs ->
        [one] Ihr Platz wird { $secs } Sekunde lang freigehalten, während Sie auf dieser Seite sind.
       *[other] Ihr Platz wird { $secs } Sekunden lang freigehalten, während Sie auf dieser Seite sind.
    }
console-name-customer = Zuerst den Kunden angeben
console-customer = Name des Kunden, falls bekannt
console-create-link = Anruflink erstellen
console-create-code = Supportcode erstellen
console-start-unattended = Unbeaufsichtigt starten
console-choose-kind = Wählen Sie, was Sie starten: einen Anruf, eine begleitete Sitzung oder unbeaufsichtigte Arbeit.
console-needed = Wenn Sie gebraucht werden
console-needed-title = Der Titel dieses Tabs meldet, wenn ein Platz für Sie freigehalten wird und bevor Sie abgemeldet werden.
console-needed-sound = Der Titel dieses Tabs meldet, wenn ein Platz für Sie freigehalten wird und bevor Sie abgemeldet werden; dazu ertönt ein Signal.
console-notified = Ihr Browser zeigt eine Benachrichtigung, während Sie etwas anderes ansehen.
console-not-notified = Ihr Browser erlaubt dieser Seite keine Benachrichtigungen; Sie können das in seinen Einstellungen für diese Website ändern.
console-allow-notifications = Benachrichtigungen erlauben

# A refusal, and what can be done about it.
console-refused-no-license = Sie haben keine Lizenz für dieses Produkt. Bitten Sie einen Administrator, Ihnen einen Platz zuzuweisen.
console-refused-no-seat = Alle gemeinsamen Plätze sind belegt. Um eine Sitzung zu starten, warten Sie bitte, bis ein Platz frei wird.
console-license-ended = Ihre Lizenz ist abgelaufen: Sie behalten sie nur dort, wo Sie bereits angemeldet sind, und nur, bis Sie sich dort abmelden. Wenn Sie sie länger brauchen, fragen Sie einen Platz an.
console-see-holders = Anzeigen, wer die Plätze belegt
# Since when somebody has a seat, or a session goes on.
console-holder-since = seit { $at }
console-more-holders = und { $count } weitere
console-see-pool = Zum Pool
console-see-sessions = Zu den Sitzungen
console-what-this-means = Was das bedeutet
console-own-sessions = Sie können eine Ihrer eigenen Sitzungen beenden oder pausieren:
console-can-ask = Sie können sich an { $people } wenden.
console-take-over = Dort abmelden und hier anmelden
console-wait-in-queue = In der Warteschlange warten
console-not-now = Nicht jetzt

# How things ended. $name may be the operator or a program, as below.
console-the-operator = Der Betreiber dieses Servers
console-a-program = Ein Programm Ihres Kontos
console-another-person = Eine andere Person
# The same at the end of a sentence: "Ended by another person".
console-the-operator-within = dem Betreiber dieses Servers
console-a-program-within = einem Programm Ihres Kontos
console-another-person-within = einer anderen Person
console-lost-offer = Der für Sie freigehaltene Platz wurde nicht rechtzeitig angenommen und ging an die nächste Person. Melden Sie sich erneut an oder starten Sie Ihre Arbeit neu, wenn Sie noch einen brauchen.
console-lost-evicted = { $name } hat Sie aus der Warteschlange genommen.
console-lost-lease = Dieser Browser hat sich zu lange nicht gemeldet, deshalb haben Sie Ihre Position in der Warteschlange verloren. Sie bleibt erhalten, solange hier eine Seite von Usher geöffnet und verbunden ist.
console-lost-password = Ihr Passwort wurde geändert, deshalb wurden Sie überall abgemeldet und haben Ihre Position in der Warteschlange verloren.
console-lost-license = Ihre Lizenz oder der Pool wurde geändert, deshalb haben Sie Ihre Position in der Warteschlange verloren.
console-out = Sie haben sich abgemeldet.
console-out-evicted = { $name } hat Sie abgemeldet.
console-out-takeover = Sie haben sich auf einem anderen Gerät angemeldet, deshalb wurden Sie hier abgemeldet.
console-out-lease = Dieser Browser hat sich zu lange nicht gemeldet, deshalb wurde Ihr Platz frei. Er bleibt Ihnen, solange hier eine Seite von Usher geöffnet und verbunden ist.
console-out-inactive = Sie wurden abgemeldet, weil Sie zu lange inaktiv waren.
console-out-reclaimed = Sie waren untätig, während jemand auf einen Platz wartete, deshalb ging Ihr Platz an diese Person.
console-out-license = Ihre Lizenz wurde geändert oder entzogen, deshalb wurden Sie abgemeldet.
console-out-license-by = { $name } hat Ihre Lizenz geändert, deshalb wurden Sie abgemeldet.
console-out-deactivated = Ihr Benutzer wurde deaktiviert.
console-out-password = Ihr Passwort wurde geändert, deshalb wurden Sie überall abgemeldet.
console-out-minutes = Die Minuten nach Verbrauch waren aufgebraucht, deshalb wurden Sie abgemeldet.
console-out-pool-deleted = Der Pool wurde gelöscht, deshalb wurden Sie abgemeldet.
