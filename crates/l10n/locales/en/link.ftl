# The pages of one-time links: invitations and new passwords. Ids begin with `link-`.

link-welcome-title = Welcome to Usher
link-welcome = Welcome, { $name }
link-invited = { $account } has invited you. Choose a password, and you are signed in.
link-choose = Choose a new password
link-choose-why = It is for your user in the account { $account }. You will be signed out everywhere else, on your devices too.
link-sign-in-with = You sign in with { $email }.
link-password = New password
link-password-again = New password, again
link-set = Set password and sign in
link-ended = This link no longer works
link-ended-invitation = An invitation works once, for seven days, and only until a new one is created. If you have chosen your password already, sign in.
link-ended-ask = If not, ask the person who invited you for a new invitation.
link-ended-reset = A password reset link works once, for an hour, and only until a new one is created. If you have chosen your password already, sign in.
# $open and $close make a link of the words between them.
link-ended-again = If not, { $open }ask for a new one{ $close }.
link-incomplete = This link is not complete
link-incomplete-why = A piece of it is missing, as when a mail program breaks a long line. Copy the whole link from the mail, up to its last letter, into the address bar.
