# Settings. Ids begin with `settings-`.

settings-region = Langue et fuseau horaire
settings-language = Langue du compte
settings-language-hint = Pour les pages de celles et ceux qui n’en ont pas choisi dans leurs préférences.
settings-region-save = Enregistrer la langue et le fuseau horaire
settings-region-saved = Enregistré. Le compte est maintenant dans le fuseau horaire { $zone }.
