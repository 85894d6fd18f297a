# Texts whose ids begin with `queue-`.
