# Texts whose ids begin with `teams-`.
