# Texts whose ids begin with `search-`.
