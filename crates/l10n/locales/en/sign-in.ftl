# Signing in to the portal. Ids begin with `sign-in-`.

sign-in-do = Sign in
sign-in-email = E-mail address
sign-in-password = Password
sign-in-forgot = Forgot your password?
sign-in-sso = Sign in with single sign-on
sign-in-operator = Operator of this server
sign-in-no-password = No password yet? Ask an owner or admin of your account for an invitation.
sign-in-wrong = The e-mail address or the password is wrong.
sign-in-signed-out = You are signed out.
sign-in-changed-meanwhile = Something changed while you signed in. Sign in again.
sign-in-back = Back to sign in
sign-in-cancel = Cancel

# One address with the same password in several accounts.
sign-in-choose = Choose an account
sign-in-choose-why = Your address has this password in more than one account. Which one do you want to enter?
sign-in-choose-too-late = That took too long. Sign in again, and choose the account within five minutes.

# The second factor.
sign-in-code-title = Type your code
sign-in-code-why = Your password is right. You have a second factor: open your authenticator app.
sign-in-code = Code
sign-in-code-hint = The six digits that the app shows now, or a recovery code.
sign-in-code-lost = No app and no recovery code at hand? Ask an owner or admin of your account to remove your second factor.
sign-in-code-wrong = This code is wrong, or was used before. Type the one that your app shows now, or a recovery code.
sign-in-code-too-late = That took too long. Sign in again, and type the code within five minutes.
sign-in-recovery-used =
    { $left ->
        [0] That was your last recovery code. Draw new ones on your page.
        [one] That recovery code is used up. { $left } is left.
       *[other] That recovery code is used up. { $left } are left.
    }

# A forgotten password.
sign-in-forgotten = Forgotten password
sign-in-forgotten-no-mail = This server sends no mail, so an owner or admin of your account helps: on your page among the users, they create a password reset link for you.
sign-in-forgotten-why = Type the address that you sign in with. You get a password reset link, with which you choose another one.
sign-in-forgotten-send = Send password reset link
sign-in-forgotten-sent = If you sign in with { $address } and a password, a password reset link is on its way to you.
sign-in-forgotten-invited = If you were invited and have not chosen a password yet, use the link of the invitation. If it no longer works, ask an owner or admin of your account for another.
sign-in-forgotten-sent-hint = It works once, for an hour. If nothing arrives within some minutes, look among unwanted mail, or ask an owner or admin of your account. If you sign in with single sign-on only, there is no password to choose.

# Above the form.
sign-in-has-ended = You were signed out on this browser: your password was changed, somebody ended the session, or it was not used for too long.
sign-in-no-account = This server has no account yet.
sign-in-no-account-how = To set it up, open the link that its start printed: it ends in `/setup/` and a secret. Each start prints one until there is an account.
