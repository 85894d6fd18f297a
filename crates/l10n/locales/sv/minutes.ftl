# Texts whose ids begin with `minutes-`.
