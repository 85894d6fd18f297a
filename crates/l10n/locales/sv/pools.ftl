# Seat pools. Ids begin with `pools-`.

# In a badge.
pools-not-in-call = Inte i samtal
