# Settings. Ids begin with `settings-`.

settings-region = Språk och tidszon
settings-language = Kontots språk
settings-language-hint = För sidor som visas för alla som inte har valt ett eget under Mina inställningar.
settings-region-save = Spara språk och tidszon
settings-region-saved = Sparat. Kontot är nu i tidszonen { $zone }.
