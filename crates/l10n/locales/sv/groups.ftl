# Texts whose ids begin with `groups-`.
