# Texts whose ids begin with `requests-`.
