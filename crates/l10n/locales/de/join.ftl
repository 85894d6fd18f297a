# The customer's page. Ids begin with `join-`. Its readers are not users of Usher; what they join is a session.

join-enter = Sitzung beitreten
join-enter-hint = Ihr Agent hat Ihnen einen Code gegeben. Geben Sie ihn hier ein; Großschreibung, Bindestriche und Leerzeichen spielen keine Rolle.
join-code = Code
join-continue = Weiter
join-no-such-code = Dieser Code ist nicht gültig: Er ist vielleicht vertippt, verbraucht oder abgelaufen. Prüfen Sie ihn, oder bitten Sie Ihren Agenten um einen neuen.
join-another-code = Anderen Code eingeben
# Links of the operator.
join-help = Hilfe
join-privacy = Datenschutz

join-title = Ihre Sitzung
join-your-call = Ihr Anruf bei { $account }
join-your-session = Ihre Supportsitzung mit { $account }
join-connection-lost = Verbindung unterbrochen, neuer Versuch läuft …
join-ready = Bereit für Sie
join-waits = { $agent } wartet auf Sie. Treten Sie bei, wenn Sie bereit sind.
join-good-until = Der Code ist gültig bis { $until }.
join-name = Ihr Name, wenn Sie möchten
join-join = Beitreten
join-agent-busy = Ihr Agent ist gerade in einer anderen Sitzung. Warten Sie ein wenig, und treten Sie dann noch einmal bei.
join-is-paused = Ihr Agent hat die Sitzung pausiert. Diese Seite zeigt, wann es weitergeht.

join-connected = Verbunden
join-of-another = Mit diesem Code ist bereits ein anderer Kunde beigetreten, und ein Code gilt für einen Kunden. Bitten Sie { $agent } um einen neuen.
join-in-call = Sie sind in einem Anruf mit { $agent }.
join-in-call-as = Sie sind als { $name } in einem Anruf mit { $agent }.
join-in-session = Sie sind in einer Supportsitzung mit { $agent }.
join-in-session-as = Sie sind als { $name } in einer Supportsitzung mit { $agent }.
join-keep-open = Lassen Sie diese Seite geöffnet.
join-agent-paused = { $agent } hat die Sitzung pausiert. Lassen Sie diese Seite geöffnet: Sie zeigt, wann es weitergeht.
join-leave = Sitzung verlassen
join-leave-why = Die Sitzung endet für beide, und der Code ist verbraucht.
join-end-and-leave = Beenden und verlassen
join-leave-now = Jetzt verlassen
join-left = Sie haben die Sitzung verlassen. Vielen Dank.

join-ended-by = Die Sitzung wurde von { $account } beendet.
# $secs counts down.
join-closes-in = Sie schließt in { $secs } Sekunden.
join-they-said = Nachricht: „{ $note }“
join-over = Beendet
join-over-customer = Die Sitzung wurde vom Kunden beendet. Sie können diese Seite schließen.
join-over-agent = Die Sitzung ist beendet. { $agent } hat sie beendet. Sie können diese Seite schließen.
join-over-account = Die Sitzung wurde von { $account } beendet. Sie können diese Seite schließen.
join-over-expired = Niemand kam, bevor der Code ablief. Bitten Sie um einen neuen.
join-over-no-seat = Die Sitzung ist beendet, weil { $account } keinen Platz mehr dafür hatte. Wenn Sie noch Hilfe brauchen, bitten Sie um einen neuen Code.
join-over-signed-out = { $agent } ist nicht mehr angemeldet, deshalb ist die Sitzung beendet. Wenn Sie noch Hilfe brauchen, bitten Sie um einen neuen Code.
