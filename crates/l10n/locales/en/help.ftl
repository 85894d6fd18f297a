# Texts whose ids begin with `help-`.
