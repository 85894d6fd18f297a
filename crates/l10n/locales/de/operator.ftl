# The operator pages. Ids begin with `operator-`.

operator-menu-accounts = Konten
operator-menu-requests = Anfragen
operator-menu-branding = Erscheinungsbild
operator-menu-keys = Betreiberschlüssel
operator-menu-server = Server
