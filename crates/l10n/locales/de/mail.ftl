# Texts whose ids begin with `mail-`.
