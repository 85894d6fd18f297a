# Texts whose ids begin with `directories-`.
