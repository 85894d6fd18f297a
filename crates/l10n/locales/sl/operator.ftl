# The operator pages. Ids begin with `operator-`.

operator-menu-accounts = Računi
operator-menu-requests = Zahtevki
operator-menu-branding = Podoba
operator-menu-keys = Ključi upravljavca
operator-menu-server = Strežnik
