# Refusals in words for people. Ids begin with `sentences-`.

# No seat. $figures is how full the pool is, as below.
sentences-no-seat = Todas las plazas compartidas están en uso. Para iniciar una sesión, espere a que quede libre una plaza. { $figures }
sentences-pool-figures =
    { $waiting ->
        [0] { $pool } tiene ocupadas { $occupied } de { $seats } plazas.
        [one] { $pool } tiene ocupadas { $occupied } de { $seats } plazas y espera { $waiting } persona.
       *[other] { $pool } tiene ocupadas { $occupied } de { $seats } plazas y esperan { $waiting } personas.
    }
sentences-user-seat-limit =
    { $held ->
        [one] Ocupa { $held } plaza y su propio límite es { $limit }. Liberar otra plaza no ayuda: diríjase al propietario de su cuenta.
       *[other] Ocupa { $held } plazas y su propio límite es { $limit }. Liberar otra plaza no ayuda: diríjase al propietario de su cuenta.
    }
sentences-signed-in-elsewhere = Ya está conectado en { $device }. Desconéctese antes allí o haga ambas cosas aquí con un clic: el trabajo en curso allí termina.
sentences-seat-in-call = Esta plaza ya está en una llamada. Termine o pause antes esa sesión; una plaza admite { $max } a la vez.
sentences-no-license = Este usuario no tiene licencia para { $product }. Pida a un administrador que asigne una plaza.
sentences-license-ended = La licencia para { $product } ha terminado: solo vale en los dispositivos ya conectados. Pida a un administrador que asigne una plaza.
sentences-user-inactive = Este usuario está desactivado. Pida a un administrador que lo active.
sentences-subscription-ended = La suscripción de esta cuenta ha terminado. Pida a un propietario de la cuenta que la renueve.
sentences-cooling-down = Un administrador le ha desconectado. Podrá volver a ocupar una plaza en { $time }.
# How long something lasts: "in 30 seconds".
sentences-seconds =
    { $count ->
        [one] { $count } segundo
       *[other] { $count } segundos
    }
sentences-minutes =
    { $count ->
        [one] { $count } minuto
       *[other] { $count } minutos
    }
sentences-minutes-exhausted = Todas las plazas compartidas están en uso y no quedan minutos de pago por uso. Pida minutos al propietario de su cuenta.

# Seats that are bought or given out.
sentences-plan-excludes-shared = El plan { $plan } solo tiene plazas nominales. Para plazas compartidas, la cuenta necesita otro plan: diríjase al operador de este servidor.
sentences-not-enough-named =
    { $asked ->
        [one] Falta { $asked } plaza nominal de { $product }; quedan { $left } de { $total }. Quite una plaza nominal a alguien o compre más.
       *[other] Faltan { $asked } plazas nominales de { $product }; quedan { $left } de { $total }. Quite una plaza nominal a alguien o compre más.
    }
sentences-not-enough-shared =
    { $asked ->
        [one] Falta { $asked } plaza compartida de { $product }; quedan { $left } de { $total }. Reduzca otro pool o compre más.
       *[other] Faltan { $asked } plazas compartidas de { $product }; quedan { $left } de { $total }. Reduzca otro pool o compre más.
    }
sentences-over-subscription =
    { $over ->
        [one] La cuenta está por encima de su suscripción: { $over } plaza nominal de { $product } está asignada y ya no está comprada. Quítela a alguien o compre más antes de asignar otra.
       *[other] La cuenta está por encima de su suscripción: { $over } plazas nominales de { $product } están asignadas y ya no están compradas. Quite { $over } o compre más antes de asignar otra.
    }
# $free is how many seats have to be freed first.
sentences-named-in-use =
    { $in_use ->
        [one] { $in_use } plaza nominal de { $product } está en uso. Libere { $free } antes de bajar a { $asked }.
       *[other] { $in_use } plazas nominales de { $product } están en uso. Libere { $free } antes de bajar a { $asked }.
    }
sentences-shared-in-use =
    { $in_use ->
        [one] { $in_use } plaza compartida de { $product } está en uso. Libere { $free } antes de bajar a { $asked }.
       *[other] { $in_use } plazas compartidas de { $product } están en uso. Libere { $free } antes de bajar a { $asked }.
    }
sentences-pool-not-empty =
    { $users ->
        [one] El pool tiene { $users } usuario. Muévalo antes a otro pool o quítele la licencia.
       *[other] El pool tiene { $users } usuarios. Muévalos antes a otro pool o quíteles las licencias.
    }
sentences-default-pool = El pool predeterminado de un producto no se puede eliminar. Ponga sus plazas a 0.
# A rule of the pool; $taken and $waiting are how it is used, as below.
sentences-pool-in-use = «{ $rule }» no se puede cambiar mientras el pool está en uso: { $taken } y { $waiting }. Cámbielo cuando nadie esté conectado o cree otro pool con la otra regla.
sentences-seats-are =
    { $count ->
        [one] { $count } plaza ocupada
       *[other] { $count } plazas ocupadas
    }
sentences-people-wait =
    { $count ->
        [one] { $count } persona en espera
       *[other] { $count } personas en espera
    }

# Rights.
sentences-last-owner = Es el último propietario activo de la cuenta. Haga antes propietario a otro usuario.
sentences-group-mapping = Los miembros del grupo { $group } reciben este pool. Cambie antes la asignación del grupo.
sentences-break-glass = El inicio de sesión único necesita un propietario activo que pueda entrar sin él. Nombre a uno como propietario de emergencia o deje de exigirlo.
sentences-control-own-needs-view = Los usuarios que pueden terminar sus propias sesiones también deben verlas. Permita ambas cosas o ninguna.
sentences-control-all-needs-view = Los usuarios que pueden terminar las sesiones de todos también deben verlas. Permita ambas cosas o ninguna.
# $needed is one of the following.
sentences-forbidden = Le falta el derecho para eso ({ $needed }). Diríjase a un propietario o administrador de su cuenta.
sentences-need-owner = rol de propietario
sentences-need-admin = rol de propietario o administrador
sentences-need-manager = rol de gestor, administrador o propietario
sentences-need-more = un rol con más derechos
sentences-need-users = gestionar usuarios y equipos
sentences-need-seats = gestionar plazas
sentences-need-reports = ver informes
sentences-need-settings = cambiar la configuración
sentences-need-view-own = ver sus propias sesiones
sentences-need-control-own = terminar sus propias sesiones
sentences-need-view-all = ver las sesiones de todos
sentences-need-control-all = terminar las sesiones de todos

# The subscription.
sentences-named-outside-bounds = Esta cuenta puede tener de { $min } a { $max } plazas nominales de { $product }, no { $asked }. Elija un número intermedio o diríjase al operador de este servidor.
sentences-shared-outside-bounds = Esta cuenta puede tener de { $min } a { $max } plazas compartidas de { $product }, no { $asked }. Elija un número intermedio o diríjase al operador de este servidor.
sentences-minutes-outside-bounds = Esta cuenta puede añadir { $max } minutos en 30 días y quedan { $left }. No añada más o diríjase al operador de este servidor.
sentences-plan-outside-bounds = Esta cuenta tiene el plan { $plan }. Consérvelo o pida otro al operador de este servidor.
sentences-subscription-closed = Solo el operador de este servidor cambia la suscripción de esta cuenta. Pídale el cambio.

# States.
sentences-sign-in-ended = Esta conexión ha terminado. Conéctese de nuevo.
sentences-ticket-ended = Este lugar en la cola ya no existe. Solicite de nuevo una plaza.
sentences-not-your-session = Solo puede hacerlo quien inició esta sesión. Pídaselo o termine la sesión si puede.
sentences-already-joined = Otro cliente ya ha entrado con este código. Pida uno nuevo a su agente.
sentences-key-reused = Esta petición ya se hizo de otra manera. Vuelva a cargar la página.
# A name or an address is taken.
sentences-taken-email = Otro usuario ya tiene esta dirección de correo. Elija otra.
sentences-taken-external-id = Otro usuario ya tiene este id en su propio sistema. Elija otro.
sentences-taken-pool = Otro pool ya tiene este nombre. Elija otro.
sentences-taken-team = Otro equipo ya tiene este nombre. Elija otro.
sentences-taken-group = Otro grupo ya tiene este nombre. Elija otro.
sentences-taken = Este nombre ya está en uso. Elija otro.

# Something is not as it was when the page was opened.
sentences-changed-meanwhile = Esto ha cambiado mientras tanto. Mire cómo está ahora y elija de nuevo.
sentences-codes-at-limit = Ya esperan a clientes tantos códigos y enlaces como se permiten. Termine los que nadie necesita.
sentences-wrong-state = Ya no es posible porque el estado ha cambiado. Vuelva a cargar la página para verlo.

# $field is the label of a field, $expected what it takes.
sentences-must-be = { $field }: el valor no es válido ({ $expected }).

# $what is one of the following.
sentences-not-found = No existe en esta dirección: { $what }.
sentences-thing-account = cuenta
sentences-thing-code = código
sentences-thing-device = dispositivo
sentences-thing-domain = dominio
sentences-thing-form = formulario
sentences-thing-group = grupo
sentences-thing-key = clave de API
sentences-thing-license = licencia
sentences-thing-operator-key = clave de operador
sentences-thing-owner = propietario activo
sentences-thing-page = página
sentences-thing-pool = pool
sentences-thing-product = producto
sentences-thing-provider = proveedor
sentences-thing-request = solicitud de suscripción
sentences-thing-session = sesión
sentences-thing-sign-in = conexión
sentences-thing-team = equipo
sentences-thing-ticket = lugar en la cola
sentences-thing-user = usuario

# What is wrong with a field. $expected is one of the following.
sentences-this-must-be = No es válido. Se espera { $expected }.
sentences-expected-name = un nombre de 1 a 120 caracteres sin caracteres de control
sentences-expected-email = una dirección de correo, como `sven@example.com`
sentences-expected-external-id = un id de 1 a 255 caracteres sin caracteres de control
sentences-expected-note = un motivo de 1 a 300 caracteres sin caracteres de control
sentences-expected-code = un código de 6 a 16 letras y cifras; los guiones y espacios no cuentan
sentences-expected-slug = un nombre corto de 1 a 64 caracteres a-z, 0-9 y `-` que empiece por una letra
sentences-expected-origin = un origen como `https://support.example.com`: http o https, un host y quizá un puerto, nada más
sentences-no-such-zone = No existe esa zona horaria. Elija una de la lista.

# Passwords.
sentences-password-hint = Al menos 12 caracteres: unas palabras que nadie esperaría juntas.
sentences-wrong-password = Esta no es su contraseña actual.
sentences-password-length = Elija una contraseña de { $min } a { $max } caracteres.
sentences-passwords-differ = Las dos contraseñas no coinciden. Escriba la misma dos veces.
sentences-password-short = Una contraseña necesita al menos { $min } caracteres.
sentences-password-long = Una contraseña tiene como máximo { $max } caracteres.
# $why is one of the following.
sentences-password-weak = Esta contraseña se adivinaría pronto: { $why }. Use unas palabras que nadie esperaría juntas.
sentences-weak-common = está en las listas que se prueban primero
sentences-weak-nearly-common = es casi una contraseña común, y también se prueban los cambios habituales
sentences-weak-about-user = está hecha de su nombre, su dirección o el nombre de su cuenta
sentences-weak-one-word = una sola palabra o un nombre se prueba pronto
sentences-weak-row = las teclas o letras seguidas se prueban pronto
sentences-weak-repeats = se repite
sentences-weak-date = las fechas se prueban pronto
sentences-weak-regular = es demasiado previsible

# Pages that say what went wrong: title, what happened, what to do.
sentences-title-not-found = No encontrado
sentences-title-forbidden = No permitido
sentences-title-busy = Usher no puede responder ahora
sentences-fault = Hay un problema con esta página
sentences-fault-why = Usher no ha podido crear esta página. Su registro dice por qué.
sentences-remedy = Vuelva atrás e inténtelo de nuevo.
sentences-remedy-not-found = Compruebe la dirección. También puede ser solo para otros: pregunte a un propietario o administrador de su cuenta.
sentences-remedy-forbidden = Vuelva atrás o empiece en la página de inicio.
sentences-remedy-wait = Espere ese tiempo e inténtelo de nuevo. Si ha olvidado la contraseña, pida una nueva a un propietario o administrador de su cuenta.
sentences-remedy-fault = Diga al operador de este servidor cuándo ocurrió.
sentences-remedy-busy = Espere un momento y vuelva a cargar la página.
sentences-go-home = Ir a la página de inicio
# The pages of the subscription, for users who are no billing contact.
sentences-billing-contacts-only = Solo los contactos de facturación ven y cambian la suscripción. Un propietario marca «Contacto de facturación» en la página de un usuario, también en la suya.
sentences-make-yourself-billing = Es propietario, así que puede hacerse contacto de facturación.
sentences-open-own-page = Abrir su propia página
# A session in a state in which something cannot be done.
sentences-session-state = La sesión está { $state ->
         [standby] en espera
         [active] activa
         [paused] en pausa
         [ending] cerrándose
        *[ended] terminada
    } y para eso debe estar { $expected ->
         [standby] en espera
         [active] activa
         [paused] en pausa
         [ending] cerrándose
        *[ended] terminada
    }. Vuelva a cargar la página para ver cómo está ahora.
