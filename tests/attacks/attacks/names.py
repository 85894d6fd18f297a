"""Names that are not what they look like."""

from target import PRODUCT, attack

INVISIBLE = {"\u202e": "right-to-left override", "\u200b": "zero width space", "\u2066": "isolate", "\u00ad": "soft hyphen",
             "\ufeff": "mark", "\u2060": "word joiner", "\U000e0041": "tag"}


@attack("a name with invisible or direction-changing characters")
def names_with_invisible_characters(target):
    account = target.serve().account("Names")
    taken = []
    for number, (letter, name) in enumerate(INVISIBLE.items()):
        tries = {
            "user": ("users", {"name": f"An{letter}na", "email": f"a{number}@names.example", "assign_seat": False}),
            "address": ("users", {"name": "Anna", "email": f"b{letter}{number}@names.example", "assign_seat": False}),
            "team": ("teams", {"name": f"Te{letter}am {number}", "members": []}),
            "group": ("groups", {"name": f"Gr{letter}oup {number}"}),
            "pool": ("pools", {"name": f"Po{letter}ol {number}", "product": PRODUCT, "seats": 0}),
        }
        for what, (path, body) in tries.items():
            if target.operator.post(f"{account.path}/{path}", body).status == 201:
                taken.append(f"{what} with a {name}")
    return f"taken: {taken}" if taken else None


@attack("two users with addresses that look the same")
def addresses_in_two_forms(target):
    account = target.serve().account("Forms")
    for email in ("jos\u00e9@forms.example", "jose\u0301@forms.example"):
        body = {"name": "Jose", "email": email, "assign_seat": False}
        answer = target.operator.post(f"{account.path}/users", body)
    return "the same address in NFC and NFD makes two users" if answer.status == 201 else None


@attack("a spreadsheet executes a user's name as a formula")
def formula_in_an_export(target):
    account = target.serve().account("Sheets")
    for letter in "＝＋－＠":
        name = f"{letter}cmd {ord(letter)}"
        account.operator.ok("POST", f"{account.path}/teams", {"name": name, "members": []})
    browser = target.browser()
    if browser.sign_in(account.owner.email).status != 303:
        raise AssertionError("the owner could not sign in")
    page = browser.ask(f"/a/{account.id}/audit/export?format=csv")
    if page.status != 200:
        raise AssertionError(f"no export: {page.status}")
    cells = [cell.strip('"') for line in page.text.splitlines() for cell in line.split(",")]
    found = [cell for cell in cells if cell[:1] in "＝＋－＠=+-@" and cell]
    if not page.body.startswith(b"\xef\xbb\xbf"):
        found.append("(the file has no mark of its encoding)")
    return f"cells: {found[:4]}" if found else None


@attack("a product's display name is markup, hides something, is endless, or makes two products look the same", is_on_new=True)
def display_names_of_products(target):
    account, found = target.serve().account("Products", shared=1), []
    account.operator.ok("PUT", f"{account.path}/subscription", {"plan": "enterprise", "products": {
        PRODUCT: {"named_seats": 1, "shared_seats": 1}, "other": {"named_seats": 1, "shared_seats": 1}}})
    settings = f"{account.path}/settings"
    bad = {f"a {name}": f"Re{letter}mote" for letter, name in INVISIBLE.items()}
    bad |= {"10 kB": "x" * 10_000, "nothing": "", "a space": " ", "a line": "a\nb", "a null": "a\0b"}
    for what, name in bad.items():
        if target.operator.patch(settings, {"product_names": {PRODUCT: name}}).status < 300:
            found.append(f"taken: {what}")
    names = {f"product-{number}": "Endless" for number in range(5_000)}
    if (answer := target.operator.patch(settings, {"product_names": names})).status not in range(400, 500):
        found.append(f"5,000 names of products: {answer.status}")
    for same in ("Remote support", "REMOTE SUPPORT", "Remote  support", "Ｒemote support"):
        names = {PRODUCT: "Remote support", "other": same}
        if target.operator.patch(settings, {"product_names": names}).status < 300:
            found.append(f"two products are called {same!r}")
        target.operator.patch(settings, {"product_names": {"other": "Other"}})
    markup = "<img src=x onerror=alert(1)>\"'&amp;"
    answer = target.operator.patch(settings, {"product_names": {PRODUCT: markup}})
    browser = target.browser()
    browser.sign_in(account.owner.email)
    pages = ("", "/users", "/pools", "/subscription", "/settings", "/give-back", "/requests", "/refusals", "/minutes", "/sessions")
    for path in (*(f"/a/{account.id}{it}" for it in pages), "/console"):
        page = browser.ask(path)
        if page.status >= 500 or "<img src=x" in page.text or 'x onerror=alert(1)>"\'' in page.text:
            found.append(f"{path.replace(account.id, '')}: {page.status}")
    return "; ".join(found) or None
