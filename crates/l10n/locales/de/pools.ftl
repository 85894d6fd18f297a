# Seat pools. Ids begin with `pools-`.

# In a badge.
pools-not-in-call = Nicht im Anruf
