# The list of users, a user's page, inviting, and changes of many. Ids begin with `users-`.

# In a badge.
users-invited = Invité
users-invitation-expired = Invitation expirée
users-invitation-ended = Invitation terminée
