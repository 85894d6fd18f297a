# The customer's page. Ids begin with `join-`. Its readers are not users of Usher; what they join is a session.

join-enter = Unirse a una sesión
join-enter-hint = Su agente le ha dado un código. Escríbalo aquí; las mayúsculas, los guiones y los espacios no importan.
join-code = Código
join-continue = Continuar
join-no-such-code = Este código no es válido: puede estar mal escrito, usado o caducado. Compruébelo o pida uno nuevo a su agente.
join-another-code = Introducir otro código
# Links of the operator.
join-help = Ayuda
join-privacy = Privacidad

join-title = Su sesión
join-your-call = Su llamada con { $account }
join-your-session = Su sesión de soporte con { $account }
join-connection-lost = Se ha perdido la conexión; reintentando…
join-ready = Todo listo para usted
join-waits = { $agent } le espera. Únase cuando quiera.
join-good-until = El código es válido hasta { $until }.
join-name = Su nombre, si lo desea
join-join = Unirse
join-agent-busy = Su agente está ahora en otra sesión. Espere un poco y vuelva a unirse.
join-is-paused = Su agente ha puesto la sesión en pausa. Esta página indica cuándo continúa.

join-connected = Conectado
join-of-another = Otro cliente ya se ha unido con este código, y cada código es para un cliente. Pida uno nuevo a { $agent }.
join-in-call = Está en una llamada con { $agent }.
join-in-call-as = Está en una llamada con { $agent } como { $name }.
join-in-session = Está en una sesión de soporte con { $agent }.
join-in-session-as = Está en una sesión de soporte con { $agent } como { $name }.
join-keep-open = Deje esta página abierta.
join-agent-paused = { $agent } ha puesto la sesión en pausa. Deje esta página abierta: indica cuándo continúa la sesión.
join-leave = Salir de la sesión
join-leave-why = La sesión termina para ambos y el código queda usado.
join-end-and-leave = Terminar y salir
join-leave-now = Salir ahora
join-left = Ha salido de la sesión. Gracias.

join-ended-by = { $account } ha terminado la sesión.
# $secs counts down.
join-closes-in = Se cierra en { $secs } segundos.
join-they-said = Mensaje: «{ $note }»
join-over = Terminada
join-over-customer = El cliente terminó la sesión. Puede cerrar esta página.
join-over-agent = La sesión ha terminado. La terminó { $agent }. Puede cerrar esta página.
join-over-account = { $account } ha terminado la sesión. Puede cerrar esta página.
join-over-expired = Nadie entró antes de que caducara el código. Pida uno nuevo.
join-over-no-seat = La sesión ha terminado porque { $account } no tenía ninguna plaza para ella. Si aún necesita ayuda, pida un código nuevo.
join-over-signed-out = { $agent } ya no está conectado, así que la sesión ha terminado. Si aún necesita ayuda, pida un código nuevo.
