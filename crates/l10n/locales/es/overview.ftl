# Texts whose ids begin with `overview-`.
