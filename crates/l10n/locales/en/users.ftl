# The list of users, a user's page, inviting, and changes of many. Ids begin with `users-`.

# In a badge.
users-invited = Invited
users-invitation-expired = Invitation expired
users-invitation-ended = Invitation ended
