# The list of users, a user's page, inviting, and changes of many. Ids begin with `users-`.

# In a badge.
users-invited = Invitado
users-invitation-expired = Invitación caducada
users-invitation-ended = Invitación terminada
