# Signing in to the portal. Ids begin with `sign-in-`.

sign-in-do = Prijava
sign-in-email = E-naslov
sign-in-password = Geslo
sign-in-forgot = Ste pozabili geslo?
sign-in-sso = Prijava z enotno prijavo
sign-in-operator = Upravljavec tega strežnika
sign-in-no-password = Še nimate gesla? Za povabilo prosite lastnika ali skrbnika svojega računa.
sign-in-wrong = E-naslov ali geslo ni pravilno.
sign-in-signed-out = Odjavljeni ste.
sign-in-changed-meanwhile = Med prijavo se je nekaj spremenilo. Prijavite se znova.
sign-in-back = Nazaj na prijavo
sign-in-cancel = Prekliči

# One address with the same password in several accounts.
sign-in-choose = Izberite račun
sign-in-choose-why = Vaš naslov ima to geslo v več računih. V katerega želite vstopiti?
sign-in-choose-too-late = Trajalo je predolgo. Prijavite se znova in izberite račun v petih minutah.

# The second factor.
sign-in-code-title = Vnesite kodo
sign-in-code-why = Geslo je pravilno. Imate drugi dejavnik: odprite aplikacijo za preverjanje pristnosti.
sign-in-code = Koda
sign-in-code-hint = Šest števk, ki jih aplikacija zdaj prikazuje, ali obnovitvena koda.
sign-in-code-lost = Nimate pri roki ne aplikacije ne obnovitvene kode? Prosite lastnika ali skrbnika svojega računa, naj odstrani vaš drugi dejavnik.
sign-in-code-wrong = Ta koda ni pravilna ali je bila že uporabljena. Vnesite tisto, ki jo aplikacija zdaj prikazuje, ali obnovitveno kodo.
sign-in-code-too-late = Trajalo je predolgo. Prijavite se znova in vnesite kodo v petih minutah.
sign-in-recovery-used =
    { $left ->
        [0] To je bila vaša zadnja obnovitvena koda. Nove ustvarite na svoji strani.
        [one] Ta obnovitvena koda je porabljena. Ostala je še { $left }.
        [two] Ta obnovitvena koda je porabljena. Ostali sta še { $left }.
        [few] Ta obnovitvena koda je porabljena. Ostale so še { $left }.
       *[other] Ta obnovitvena koda je porabljena. Ostalo jih je še { $left }.
    }

# A forgotten password.
sign-in-forgotten = Pozabljeno geslo
sign-in-forgotten-no-mail = Ta strežnik ne pošilja e-pošte, zato pomaga lastnik ali skrbnik vašega računa: na vaši strani med uporabniki ustvari povezavo za ponastavitev gesla.
sign-in-forgotten-why = Vnesite naslov, s katerim se prijavljate. Prejeli boste povezavo, s katero izberete novo geslo.
sign-in-forgotten-send = Pošlji povezavo
sign-in-forgotten-sent = Če se prijavljate z naslovom { $address } in geslom, je povezava za ponastavitev gesla na poti k vam.
sign-in-forgotten-invited = Če ste bili povabljeni in še niste izbrali gesla, uporabite povezavo iz povabila. Če ne deluje več, za novo prosite lastnika ali skrbnika svojega računa.
sign-in-forgotten-sent-hint = Deluje enkrat in eno uro. Če v nekaj minutah nič ne prispe, poglejte med neželeno pošto ali vprašajte lastnika ali skrbnika svojega računa. Če se prijavljate samo z enotno prijavo, gesla ni treba izbrati.

# Above the form.
sign-in-has-ended = V tem brskalniku ste bili odjavljeni: geslo je bilo spremenjeno, nekdo je končal prijavo ali pa predolgo ni bila uporabljena.
sign-in-no-account = Ta strežnik še nima računa.
sign-in-no-account-how = Za nastavitev odprite povezavo, ki jo je izpisal ob zagonu: konča se s `/setup/` in skrivnostjo. Vsak zagon izpiše eno, dokler ni računa.
