shell-skip = Ir al contenido
shell-operator = Operador
shell-operator-pages = Páginas del operador
# The operator key with which somebody is signed in.
shell-operator-key = Clave { $name }
# The label of the menu, for screen readers.
shell-pages-of = Páginas de { $account }
shell-menu = Menú
shell-search = Buscar personas, pools, sesiones
# What the search of the header searches, for screen readers.
shell-search-region = Todo
# Beside the search: the page is up to date.
shell-live = En vivo · { $time }
shell-stale = Sin actualizar desde las { $time }; reintentando…
shell-own-page = Licencias y sesiones
shell-own-sign-in = Contraseña e inicios de sesión
shell-preferences = Preferencias
shell-sign-out = Cerrar sesión
shell-api = Documentación de la API
shell-refusals-help = Qué significan los rechazos
# $open and $close make a link of the zone.
shell-zone = Horas en la zona { $open }{ $zone }{ $close }
shell-zone-browser = Horas en la zona horaria de su navegador

# The menu.
shell-group-live = En vivo
shell-group-people = Personas
shell-group-history = Historial
shell-group-account = Cuenta
shell-overview = Resumen
shell-seats = Plazas
shell-sessions = Sesiones
shell-queue = Cola
shell-users = Usuarios
shell-teams = Equipos
shell-groups = Grupos
shell-requests = Solicitudes
shell-refusals = Rechazos y esperas
shell-minutes = Minutos
shell-audit = Auditoría
shell-subscription = Suscripción
shell-settings = Configuración
shell-api-keys = Claves de API
shell-pools = Pools de plazas
shell-console = Consola del agente
# Pools without a free seat, beside "Seats".
shell-note-full = { $count } { $count ->
        [one] lleno
       *[other] llenos
    }

# What the script says. A `#` stands for a value.
shell-script-copied = Copiado
# Before a time that is left: "in 5 min".
shell-script-in = en #
shell-script-under-minute = menos de 1 min
