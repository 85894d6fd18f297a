# The list of users, a user's page, inviting, and changes of many. Ids begin with `users-`.

# In a badge.
users-invited = Eingeladen
users-invitation-expired = Einladung abgelaufen
users-invitation-ended = Einladung beendet
