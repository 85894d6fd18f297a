# Signing in to the portal. Ids begin with `sign-in-`.

sign-in-do = Iniciar sesión
sign-in-email = Correo electrónico
sign-in-password = Contraseña
sign-in-forgot = ¿Ha olvidado la contraseña?
sign-in-sso = Entrar con inicio de sesión único
sign-in-operator = Operador de este servidor
sign-in-no-password = ¿Aún no tiene contraseña? Pida una invitación a un propietario o administrador de su cuenta.
sign-in-wrong = El correo electrónico o la contraseña no es correcto.
sign-in-signed-out = Ha cerrado la sesión.
sign-in-changed-meanwhile = Algo cambió mientras entraba. Inicie sesión de nuevo.
sign-in-back = Volver al inicio de sesión
sign-in-cancel = Cancelar

# One address with the same password in several accounts.
sign-in-choose = Elija una cuenta
sign-in-choose-why = Su dirección tiene esta contraseña en más de una cuenta. ¿En cuál quiere entrar?
sign-in-choose-too-late = Ha tardado demasiado. Inicie sesión de nuevo y elija la cuenta en menos de cinco minutos.

# The second factor.
sign-in-code-title = Escriba su código
sign-in-code-why = La contraseña es correcta. Tiene un segundo factor: abra su aplicación de autenticación.
sign-in-code = Código
sign-in-code-hint = Los seis dígitos que muestra ahora la aplicación, o un código de recuperación.
sign-in-code-lost = ¿No tiene a mano la aplicación ni un código de recuperación? Pida a un propietario o administrador de su cuenta que quite su segundo factor.
sign-in-code-wrong = Este código no es correcto o ya se usó. Escriba el que muestra ahora su aplicación, o un código de recuperación.
sign-in-code-too-late = Ha tardado demasiado. Inicie sesión de nuevo y escriba el código en menos de cinco minutos.
sign-in-recovery-used =
    { $left ->
        [0] Era su último código de recuperación. Genere nuevos en su página.
        [one] Ese código de recuperación está usado. Queda { $left }.
       *[other] Ese código de recuperación está usado. Quedan { $left }.
    }

# A forgotten password.
sign-in-forgotten = Contraseña olvidada
sign-in-forgotten-no-mail = Este servidor no envía correos, así que ayuda un propietario o administrador de su cuenta: en su página, entre los usuarios, crea un enlace para restablecer la contraseña.
sign-in-forgotten-why = Escriba la dirección con la que inicia sesión. Recibirá un enlace con el que elegir otra contraseña.
sign-in-forgotten-send = Enviar enlace
sign-in-forgotten-sent = Si inicia sesión con { $address } y una contraseña, un enlace para restablecerla está en camino.
sign-in-forgotten-invited = Si recibió una invitación y aún no ha elegido una contraseña, use el enlace de la invitación. Si ya no funciona, pida otra a un propietario o administrador de su cuenta.
sign-in-forgotten-sent-hint = Funciona una vez, durante una hora. Si no llega nada en unos minutos, mire en el correo no deseado o pregunte a un propietario o administrador de su cuenta. Si solo entra con inicio de sesión único, no hay contraseña que elegir.

# Above the form.
sign-in-has-ended = Se cerró su sesión en este navegador: cambió su contraseña, alguien terminó la sesión o no se usó durante demasiado tiempo.
sign-in-no-account = Este servidor aún no tiene ninguna cuenta.
sign-in-no-account-how = Para configurarlo, abra el enlace que imprimió al arrancar: termina en `/setup/` y un secreto. Cada arranque imprime uno hasta que hay una cuenta.
