# Texts whose ids begin with `subscription-`.
