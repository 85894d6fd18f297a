# Words that several areas share. Ids begin with `common-`.

# What people and sessions are doing, in a badge.
common-doing-signed-in = Angemeldet
common-doing-not-signed-in = Nicht angemeldet
common-doing-waits-for-customer = Wartet auf den Kunden
common-doing-active = Aktiv
common-doing-paused = Pausiert
common-doing-closing = Wird geschlossen
common-doing-in-call = Im Anruf
common-doing-link-open = Link offen, wartet auf den Kunden
common-doing-session-paused = Sitzung pausiert
common-doing-inactive = Inaktiv
common-doing-waits-for-seat = Wartet auf einen Platz

# How full a pool is, in a badge.
common-pool-draining = Wird verkleinert
common-pool-no-seats = Keine Plätze
common-pool-full = Voll
common-pool-free = Plätze frei
common-pool-all-assigned = Alle zugewiesen

common-deleted-user = Ein gelöschter Benutzer

# What to do about something that is missing: the label of a button.
common-remedy-see-subscription = Zum Abonnement
common-remedy-billing-contact = Sich selbst zum Rechnungskontakt machen
common-remedy-own-license = Sich selbst eine Lizenz geben
common-remedy-add-people = Personen hinzufügen
common-remedy-set-up-pool = Pool einrichten
common-remedy-choose-licenses = Lizenzen vergeben
common-remedy-take-seat = Platz belegen
# Otherwise, whom to ask: "Ask Ann, Ben or Olga."
common-ask = Wenden Sie sich an { $people }.

# A list of alternatives, made from its beginning: "Ann", "Ann, Ben", "Ann, Ben or Olga", "Ann, Ben or 3 more".
common-any-first = { $name }
common-any-next = { $list }, { $name }
common-any-last = { $list } oder { $name }
common-any-more = { $list } oder { $count } weitere

# Above a form with errors.
common-form-failed = Das hat nicht geklappt.

# The reader's or the account's language.
common-language = Sprache
common-language-own-hint = In der Sie Seiten lesen.
common-language-of-account = Die des Kontos
common-language-of-browser = Wie der Browser
common-no-such-language = Diese Sprache gibt es hier nicht. Wählen Sie eine aus der Liste.
