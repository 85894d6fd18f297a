# Texts whose ids begin with `join-`.
