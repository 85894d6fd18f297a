# Texts whose ids begin with `refusals-`.
