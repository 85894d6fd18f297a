# The operator pages. Ids begin with `operator-`.

operator-menu-accounts = Cuentas
operator-menu-requests = Solicitudes
operator-menu-branding = Imagen de marca
operator-menu-keys = Claves de operador
operator-menu-server = Servidor
