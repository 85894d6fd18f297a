# Settings. Ids begin with `settings-`.

settings-region = Jezik in časovni pas
settings-language = Jezik računa
settings-language-hint = Za strani vseh, ki si pod »Moje nastavitve« niso izbrali svojega.
settings-region-save = Shrani jezik in časovni pas
settings-region-saved = Shranjeno. Račun je zdaj v časovnem pasu { $zone }.
