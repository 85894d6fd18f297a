# Words that several areas share. Ids begin with `common-`.

# What people and sessions are doing, in a badge.
common-doing-signed-in = Conectado
common-doing-not-signed-in = No conectado
common-doing-waits-for-customer = Espera al cliente
common-doing-active = Activa
common-doing-paused = En pausa
common-doing-closing = Cerrándose
common-doing-in-call = En una llamada
common-doing-link-open = Enlace abierto, espera al cliente
common-doing-session-paused = Sesión en pausa
common-doing-inactive = Inactivo
common-doing-waits-for-seat = Espera una plaza

# How full a pool is, in a badge.
common-pool-draining = Reduciéndose
common-pool-no-seats = Sin plazas
common-pool-full = Lleno
common-pool-free = Plazas libres
common-pool-all-assigned = Todas asignadas

common-deleted-user = Un usuario eliminado

# What to do about something that is missing: the label of a button.
common-remedy-see-subscription = Ver la suscripción
common-remedy-billing-contact = Hágase contacto de facturación
common-remedy-own-license = Asignarse una licencia
common-remedy-add-people = Añadir personas
common-remedy-set-up-pool = Configurar el pool
common-remedy-choose-licenses = Elegir quién recibe una licencia
common-remedy-take-seat = Ocupar una plaza
# Otherwise, whom to ask: "Ask Ann, Ben or Olga."
common-ask = Diríjase a { $people }.

# A list of alternatives, made from its beginning: "Ann", "Ann, Ben", "Ann, Ben or Olga", "Ann, Ben or 3 more".
common-any-first = { $name }
common-any-next = { $list }, { $name }
common-any-last = { $list } o { $name }
common-any-more = { $list } o { $count } más

# Above a form with errors.
common-form-failed = No se ha podido hacer.

# The reader's or the account's language.
common-language = Idioma
common-language-own-hint = En el que lee las páginas.
common-language-of-account = El de la cuenta
common-language-of-browser = El del navegador
common-no-such-language = No existe ese idioma. Elija uno de la lista.
