# Texts whose ids begin with `sign-in-`.
