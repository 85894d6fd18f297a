# Settings. Ids begin with `settings-`.

settings-region = Sprache und Zeitzone
settings-language = Sprache des Kontos
settings-language-hint = Für alle, die unter „Einstellungen“ keine eigene Sprache gewählt haben.
settings-region-save = Sprache und Zeitzone speichern
settings-region-saved = Gespeichert. Das Konto ist jetzt in der Zeitzone { $zone }.
