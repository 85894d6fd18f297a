# Texts whose ids begin with `link-`.
