# Texts whose ids begin with `api-keys-`.
