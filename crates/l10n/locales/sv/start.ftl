# Texts whose ids begin with `start-`.
