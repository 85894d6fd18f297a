# The pages of one-time links: invitations and new passwords. Ids begin with `link-`.

link-welcome-title = Dobrodošli v Usherju
link-welcome = Pozdravljeni, { $name }
link-invited = Povabil vas je račun { $account }. Izberite geslo in že ste prijavljeni.
link-choose = Izberite novo geslo
link-choose-why = Velja za vašega uporabnika v računu { $account }. Povsod drugje boste odjavljeni, tudi na svojih napravah.
link-sign-in-with = Prijavljate se z naslovom { $email }.
link-password = Novo geslo
link-password-again = Novo geslo, še enkrat
link-set = Nastavi geslo in me prijavi
link-ended = Ta povezava ne deluje več
link-ended-invitation = Povabilo deluje enkrat, sedem dni in samo do novega povabila. Če ste geslo že izbrali, se prijavite.
link-ended-ask = Če ga še niste, prosite osebo, ki vas je povabila, za novo povabilo.
link-ended-reset = Povezava za ponastavitev gesla deluje enkrat, eno uro in samo do nove povezave. Če ste geslo že izbrali, se prijavite.
# $open and $close make a link of the words between them.
link-ended-again = Če ga še niste, { $open }zaprosite za novo{ $close }.
link-incomplete = Ta povezava ni popolna
link-incomplete-why = En del manjka, na primer ker program za e-pošto prelomi dolgo vrstico. Celotno povezavo iz e-pošte, do zadnje črke, kopirajte v naslovno vrstico.
