# Texts whose ids begin with `seats-`.
