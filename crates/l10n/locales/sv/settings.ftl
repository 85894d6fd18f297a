# Settings. Ids begin with `settings-`.

settings-region = Språk och tidszon
settings-language = Kontots språk
settings-language-hint = För sidor och e-post till alla som inte har valt ett eget under Mina inställningar.
settings-region-save = Spara språk och tidszon
settings-region-saved = Sparat. Kontot är nu i tidszonen { $zone }.
