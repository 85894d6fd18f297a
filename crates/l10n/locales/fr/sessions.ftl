# Texts whose ids begin with `sessions-`.
