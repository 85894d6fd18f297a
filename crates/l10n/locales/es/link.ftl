# The pages of one-time links: invitations and new passwords. Ids begin with `link-`.

link-welcome-title = Le damos la bienvenida a Usher
link-welcome = Hola, { $name }
link-invited = { $account } le ha invitado. Elija una contraseña y ya habrá entrado.
link-choose = Elija una contraseña nueva
link-choose-why = Es para su usuario en la cuenta { $account }. Se cerrarán sus sesiones en todos los demás lugares, también en sus dispositivos.
link-sign-in-with = Inicia sesión con { $email }.
link-password = Contraseña nueva
link-password-again = Contraseña nueva, otra vez
link-set = Guardar contraseña y entrar
link-ended = Este enlace ya no funciona
link-ended-invitation = Una invitación funciona una vez, durante siete días y solo hasta que se crea otra. Si ya ha elegido su contraseña, inicie sesión.
link-ended-ask = Si no, pida una invitación nueva a la persona que le invitó.
link-ended-reset = Un enlace para restablecer la contraseña funciona una vez, durante una hora y solo hasta que se crea otro. Si ya ha elegido su contraseña, inicie sesión.
# $open and $close make a link of the words between them.
link-ended-again = Si no, { $open }pida uno nuevo{ $close }.
link-incomplete = Este enlace no está completo
link-incomplete-why = Falta una parte, como cuando un programa de correo corta una línea larga. Copie el enlace entero del correo, hasta su última letra, en la barra de direcciones.
