# Settings. Ids begin with `settings-`.

settings-region = Language and time zone
settings-language = Language of the account
settings-language-hint = People read pages in it who have not chosen their own under Preferences.
settings-region-save = Save language and time zone
settings-region-saved = Saved. The account is in the time zone { $zone } now.
