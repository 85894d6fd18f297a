# Texts whose ids begin with `setup-`.
