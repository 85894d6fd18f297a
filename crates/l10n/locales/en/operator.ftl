# The operator pages. Ids begin with `operator-`.

operator-menu-accounts = Accounts
operator-menu-requests = Requests
operator-menu-branding = Branding
operator-menu-keys = Operator keys
operator-menu-server = Server
