# Texts whose ids begin with `me-`.
