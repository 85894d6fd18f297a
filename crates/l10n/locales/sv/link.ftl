# The pages of one-time links: invitations and new passwords. Ids begin with `link-`.

link-welcome-title = Välkommen till Usher
link-welcome = Välkommen, { $name }
link-invited = { $account } har bjudit in dig. Välj ett lösenord, så är du inloggad.
link-choose = Välj ett nytt lösenord
link-choose-why = Det gäller din användare i kontot { $account }. Du loggas ut överallt annars, även på dina enheter.
link-sign-in-with = Du loggar in med { $email }.
link-password = Nytt lösenord
link-password-again = Nytt lösenord, igen
link-set = Spara lösenordet och logga in
link-ended = Länken fungerar inte längre
link-ended-invitation = En inbjudan fungerar en gång, i sju dagar, och bara tills en ny skapas. Logga in om du redan har valt ditt lösenord.
link-ended-ask = Be annars den som bjöd in dig om en ny inbjudan.
link-ended-reset = En länk för att återställa lösenordet fungerar en gång, i en timme, och bara tills en ny skapas. Logga in om du redan har valt ditt lösenord.
# $open and $close make a link of the words between them.
link-ended-again = Annars kan du { $open }be om en ny{ $close }.
link-incomplete = Länken är inte komplett
link-incomplete-why = En bit saknas, till exempel för att ett e-postprogram bryter en lång rad. Kopiera hela länken från mejlet, till sista bokstaven, till adressfältet.
