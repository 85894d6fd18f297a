# The list of users, a user's page, inviting, and changes of many. Ids begin with `users-`.

# In a badge.
users-invited = Povabljen
users-invitation-expired = Povabilo je poteklo
users-invitation-ended = Povabilo se je končalo
