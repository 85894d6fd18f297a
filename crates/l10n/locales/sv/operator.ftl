# The operator pages. Ids begin with `operator-`.

operator-menu-accounts = Konton
operator-menu-requests = Förfrågningar
operator-menu-branding = Utseende
operator-menu-keys = Driftnycklar
operator-menu-server = Server
