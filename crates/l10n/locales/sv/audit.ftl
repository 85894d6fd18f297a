# Texts whose ids begin with `audit-`.
