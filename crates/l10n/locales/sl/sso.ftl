# Texts whose ids begin with `sso-`.
