# The list of users, a user's page, inviting, and changes of many. Ids begin with `users-`.

# In a badge.
users-invited = Inbjuden
users-invitation-expired = Inbjudan har gått ut
users-invitation-ended = Inbjudan har avslutats
