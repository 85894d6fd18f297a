# Texts whose ids begin with `work-`.
