# Texts whose ids begin with `rules-`.
