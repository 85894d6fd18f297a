# Settings. Ids begin with `settings-`.

settings-region = Idioma y zona horaria
settings-language = Idioma de la cuenta
settings-language-hint = Para las páginas de quienes no han elegido el suyo en Preferencias.
settings-region-save = Guardar idioma y zona horaria
settings-region-saved = Guardado. La cuenta está ahora en la zona horaria { $zone }.
