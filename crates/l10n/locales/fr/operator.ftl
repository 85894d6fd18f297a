# The operator pages. Ids begin with `operator-`.

operator-menu-accounts = Comptes
operator-menu-requests = Demandes
operator-menu-branding = Image de marque
operator-menu-keys = Clés de l’exploitant
operator-menu-server = Serveur
