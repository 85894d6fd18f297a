# The agent console. Ids begin with `console-`.

console-title = Consola del agente
console-products = Productos
console-no-product = Aún no hay ningún producto
console-no-product-why = Su cuenta aún no ha comprado plazas.
console-connection-lost = Se ha perdido la conexión; reintentando… Si no vuelve a tiempo, su plaza queda libre para otros y esta página lo indicará.
console-back = Volver a la consola
console-preferences = Preferencias

# Warnings. The first is also the title of the tab.
console-still-there = ¿Sigue ahí?
console-were-inactive = Lleva un rato sin actividad.
# $secs counts down.
console-logged-off-in = Se le desconectará en { $secs } segundos.
console-stay = Seguir conectado
# The title of the tab.
console-waited-for = Alguien espera su plaza
console-somebody-waits = Alguien espera una plaza.
console-were-idle = Lleva un rato sin actividad.
# $secs counts down.
console-seat-goes-in = Su plaza pasará a esa persona en { $secs } segundos.
# The title of the tab.
console-minutes-end = Los minutos están a punto de agotarse
console-minutes-end-now = Los minutos están a punto de agotarse.
# $secs counts down.
console-minutes-sign-out-in = Se le desconectará en { $secs } segundos si no se añaden minutos.

# The sign-in on this browser.
console-seat = Plaza
console-pool = Pool
console-signed-in-since = Conectado desde
console-log-off = Desconexión por inactividad
console-at = a las { $time }
console-log-off-held = no durante una llamada ni mientras haya un enlace abierto
console-device = Dispositivo
console-seat-kept = Conserva su plaza mientras haya una página de Usher abierta en este navegador.
console-keep-seat-open = Deje esta página abierta para conservar su plaza.
console-sign-out-free = Desconectarse y liberar la plaza
console-sign-out-of-work = Desconectarse del trabajo
console-sign-out = Desconectarse
console-sign-out-ends = Al desconectarse terminan sus sesiones en este navegador, también las que están en pausa o esperan a un cliente.
console-end-and-sign-out = Terminar mis sesiones y desconectarme
console-they-said = Mensaje: «{ $note }»
console-quoted = «{ $note }»
# After how a session ended.
console-with-note = : «{ $note }»
console-lent = Es un préstamo hasta { $until }.
console-sign-in-to-work = Ocupe una plaza para trabajar.
console-no-license = No tiene licencia para { $product }.
console-license-named = Tiene una plaza nominal.
console-license-shared = Comparte las plazas de { $pool }.
# What pays for the work.
console-funding-named = Una plaza nominal
console-funding-shared = Una plaza compartida
console-funding-session = Una plaza compartida mientras tenga una sesión
console-funding-none = Ninguna todavía: la ocupa una sesión
console-funding-minutes = Minutos de pago por uso, porque no había plazas libres

# Asking for a seat.
console-ask = Solicitar una plaza
console-ask-named = Solicitar una plaza nominal
console-why = Para qué la necesita
console-why-hint = Quienes gestionan las plazas lo ven al momento.
console-asked = Ha solicitado una plaza
console-no-answer = Sin respuesta todavía
console-answer-here = La respuesta aparece aquí.
console-withdraw = Retirar la solicitud
console-declined-title = Ahora no hay ninguna plaza para usted
console-declined = Rechazada
console-declined-by = { $name } rechazó su solicitud ({ $at }).
console-put-away = Ocultar
console-request-sent = Su solicitud se ha enviado. La respuesta aparece aquí.

# The queue.
console-offer-title = Tiene una plaza
console-offered = Ofrecida
console-offer = Se le reserva una plaza de { $pool }.
# $secs counts down.
console-offer-ends-in = Si no la ocupa en { $secs } segundos, pasa a la siguiente persona.
console-waits = Espera una plaza de { $pool }
console-waiting = En espera
console-position = Su posición en la cola
console-estimated-wait = Espera estimada
console-not-known = aún no se sabe
console-waiting-since = En espera desde
console-wait-sign-in = Espera para conectarse.
console-wait-session = Espera para iniciar una sesión.
console-wait-resume = Espera para reanudar una sesión en pausa.
console-keep-open = Deje esta página abierta para conservar su posición.
console-place-kept = Conserva su posición mientras haya una página de Usher abierta en este navegador.
console-seat-elsewhere = La plaza es para { $device }: ocúpela allí. Para conectarse aquí, salga antes de la cola.
console-take-seat = Ocupar la plaza
console-leave-queue = Salir de la cola
console-left-queue = Ha salido de la cola.
console-under-a-minute = menos de un minuto
console-about-minutes =
    { $count ->
        [one] alrededor de un minuto
       *[other] unos { $count } minutos
    }
console-about-hours =
    { $count ->
        [one] alrededor de una hora
       *[other] unas { $count } horas
    }
console-elsewhere = Está conectado en { $device } desde { $since }.

# Sessions.
console-sessions = Sus sesiones
console-no-session = Ninguna sesión por ahora
console-no-session-why = Cree abajo un enlace de llamada o un código de soporte y déselo a su cliente.
console-call = Llamada
console-attended = Sesión asistida
console-unattended = Sesión desatendida
console-call-with = Llamada con { $customer }
console-attended-with = Sesión asistida con { $customer }
console-unattended-with = Sesión desatendida con { $customer }
console-since = Desde { $at }
console-on-minutes = con minutos de pago por uso
console-on-device = en { $device }
# The title of the tab.
console-session-was-ended = Se ha terminado una sesión
console-ended-this = { $name } ha terminado esta sesión.
# $secs counts down.
console-closes-in = Se cierra en { $secs } segundos.
# $secs counts down.
console-minutes-session-ends-in = Esta sesión termina en { $secs } segundos si no queda libre una plaza ni se añaden minutos.
console-code = Código
console-copy = Copiar
console-copy-code = Copiar el código
console-link = Enlace
console-copy-link = Copiar el enlace
console-share = Compartir…
console-good-until = Válido hasta
console-qr = Código QR del enlace
console-pause = Pausar
console-resume = Reanudar
console-close-now = Cerrar ahora
# Takes back a link that nobody has used.
console-cancel = Anular
console-end = Terminar
console-sessions-ended = Sesiones terminadas
console-session-ended = Terminada por usted o por el cliente
console-session-ended-by = Terminada por { $name }
console-session-expired = Nadie acudió antes de que caducara el código
console-session-minutes = Terminada porque se agotaron los minutos
console-session-signed-out = Terminada porque se le desconectó

# Forms.
console-sign-in = Ocupar una plaza en este navegador
console-device-name = Nombre de este dispositivo
console-device-hint = Los administradores y usted lo ven junto a su plaza.
console-this-browser = Este navegador
console-take-a-seat = Ocupar una plaza
# For screen readers, after "Take a seat".
console-of-product = de { $product }
console-start-work = Empezar a trabajar
console-kept-for =
    { $secs ->
        [one] Su plaza se reserva { $secs } segundo mientras está en esta página.
       *[other] Su plaza se reserva { $secs } segundos mientras está en esta página.
    }
console-name-customer = Indicar antes el cliente
console-customer = Nombre del cliente, si lo conoce
console-create-link = Crear un enlace de llamada
console-create-code = Crear un código de soporte
console-start-unattended = Iniciar desatendida
console-choose-kind = Elija qué iniciar: una llamada, una sesión asistida o trabajo desatendido.
console-needed = Cuando se le necesita
console-needed-title = El título de esta pestaña lo indica: cuando se le reserva una plaza y antes de desconectarle.
console-needed-sound = El título de esta pestaña lo indica y suena un aviso: cuando se le reserva una plaza y antes de desconectarle.
console-notified = Su navegador muestra una notificación mientras mira otra cosa.
console-not-notified = Su navegador no permite notificaciones de esta página; puede cambiarlo en su configuración de este sitio.
console-allow-notifications = Permitir notificaciones

# A refusal, and what can be done about it.
console-refused-no-license = No tiene licencia para este producto. Pida a un administrador que le asigne una plaza.
console-refused-no-seat = Todas las plazas compartidas están en uso. Para iniciar una sesión, espere a que quede libre una plaza.
console-license-ended = Su licencia ha terminado: solo la conserva donde ya está conectado y solo hasta que se desconecte allí. Si la necesita más tiempo, solicite una plaza.
console-see-holders = Ver quién ocupa las plazas
# Since when somebody has a seat, or a session goes on.
console-holder-since = desde { $at }
console-more-holders = y { $count } más
console-see-pool = Ver el pool
console-see-sessions = Ver las sesiones
console-what-this-means = Qué significa esto
console-own-sessions = Puede terminar o pausar una de sus propias sesiones:
console-can-ask = Puede dirigirse a { $people }.
console-take-over = Desconectarse allí y conectarse aquí
console-wait-in-queue = Esperar en la cola
console-not-now = Ahora no

# How things ended. $name may be the operator or a program, as below.
console-the-operator = El operador de este servidor
console-a-program = Un programa de su cuenta
console-another-person = Otra persona
# The same at the end of a sentence: "Ended by another person".
console-the-operator-within = el operador de este servidor
console-a-program-within = un programa de su cuenta
console-another-person-within = otra persona
console-lost-offer = La plaza que se le reservó no se ocupó a tiempo y pasó a la siguiente persona. Conéctese o empiece de nuevo su trabajo si aún la necesita.
console-lost-evicted = { $name } le sacó de la cola.
console-lost-lease = Hace demasiado tiempo que no se sabe nada de este navegador, así que perdió su posición en la cola. La conserva mientras haya aquí una página de Usher abierta y con conexión.
console-lost-password = Se cambió su contraseña, así que se le desconectó en todas partes y perdió su posición en la cola.
console-lost-license = Se cambió su licencia o el pool de plazas, así que perdió su posición en la cola.
console-out = Se ha desconectado.
console-out-evicted = { $name } le ha desconectado.
console-out-takeover = Se conectó en otro dispositivo, así que se le desconectó aquí.
console-out-lease = Hace demasiado tiempo que no se sabe nada de este navegador, así que su plaza quedó libre. La conserva mientras haya aquí una página de Usher abierta y con conexión.
console-out-inactive = Se le desconectó porque llevaba demasiado tiempo sin actividad.
console-out-reclaimed = Estaba sin actividad mientras alguien esperaba una plaza, así que la suya pasó a esa persona.
console-out-license = Se cambió o retiró su licencia, así que se le desconectó.
console-out-license-by = { $name } cambió su licencia, así que se le desconectó.
console-out-deactivated = Su usuario se ha desactivado.
console-out-password = Se cambió su contraseña, así que se le desconectó en todas partes.
console-out-minutes = Se agotaron los minutos de pago por uso, así que se le desconectó.
console-out-pool-deleted = Se eliminó el pool de plazas, así que se le desconectó.
