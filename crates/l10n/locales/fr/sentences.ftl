# Texts whose ids begin with `sentences-`.
