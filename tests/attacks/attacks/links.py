"""One-time links: taking an account over with one, using one twice, and what a crash leaves."""

import re
import threading
import time
import urllib.parse

from target import OTHER_PASSWORD, PASSWORD, Browser, attack

from .races import at_once

CHOSEN = {"password": OTHER_PASSWORD, "password_again": OTHER_PASSWORD}


def newcomer(account, name, **fields):
    """A user without a password. Returns the path below the API and the address."""
    email = f"{name}@{account.id[5:13].lower()}.example"
    body = {"name": name, "email": email, "assign_seat": False, **fields}
    return f"{account.path}/users/" + account.operator.ok("POST", f"{account.path}/users", body)["id"], email


def path_of(link):
    return urllib.parse.urlsplit(link["url"]).path


def use(target, path, form=None, browser=None):
    """Opens a link's page and sends its form. Returns the answer, or the page if it has no form."""
    browser = browser or target.browser()
    page = browser.ask(path)
    return browser.ask(path, {**browser.hidden(page), **(form or CHOSEN)}) if page.status == 200 else page


def signs_in(target, email, password=OTHER_PASSWORD):
    # 503: too many passwords are being checked on this machine, which says nothing about this one.
    tries = (target.browser().sign_in(email, password).status for _ in range(20))
    return next((status for status in tries if status != 503), 503) == 303


@attack("a link is used twice: at once, again, or with its other page", is_on_new=True)
def link_used_twice(target):
    account, found = target.serve().account("Twice"), []
    for number in range(5):
        user, _ = newcomer(account, f"user{number}")
        path = path_of(account.operator.ok("POST", f"{user}/invitation", {}))
        browsers = [target.browser() for _ in range(6)]
        forms = [(it, {**it.hidden(it.ask(path)), **CHOSEN}) for it in browsers]
        pages = at_once(*(lambda it=it, form=form: it.ask(path, form) for it, form in forms))
        if [page.status for page in pages].count(303) != 1:
            found.append(f"{[page.status for page in pages]}")
        if use(target, path).status != 410 or browsers[0].ask(path, forms[0][1]).status != 410:
            found.append("the link works again")
    return "; ".join(found) or None


@attack("a link works after what ends it: another one, a revocation, a password, a deactivation", is_on_new=True)
def link_outlives_its_end(target):
    account, found = target.serve().account("Ends"), []
    ends = {
        "another one": lambda user: account.operator.ok("POST", f"{user}/invitation", {}),
        "a revocation": lambda user: account.operator.delete(f"{user}/invitation"),
        "a password": lambda user: account.operator.ok("PATCH", user, {"password": PASSWORD}),
        "a deactivation": lambda user: [account.operator.ok("PATCH", user, {"active": active}) for active in (False, True)],
    }
    for number, (what, end) in enumerate(ends.items()):
        user, email = newcomer(account, f"user{number}")
        path = path_of(account.operator.ok("POST", f"{user}/invitation", {}))
        browser = target.browser()
        form = {**browser.hidden(browser.ask(path)), **CHOSEN}
        end(user)
        if browser.ask(path, form).status == 303 or signs_in(target, email):
            found.append(what)
    return "; ".join(found) or None


@attack("a manager of users gets the account: with a link for somebody with more rights, then or later", is_on_new=True)
def link_to_more_rights(target):
    account, found = target.serve().account("Takeover"), []
    manager = account.person("Uma", role="manager", privileges=["users.manage"]).client()
    stronger, _ = newcomer(account, "ann", role="admin")
    for kind in ("invitation", "password-reset-link"):
        if manager.post(f"{stronger}/{kind}", {}).status == 201:
            found.append(f"{kind} for an admin")
    if manager.post(f"{account.owner.path}/password-reset-link", {}).status == 201:
        found.append("a link for the owner")
    # Made while they were equals, and kept.
    rising, email = newcomer(account, "rik")
    kept = path_of(manager.ok("POST", f"{rising}/invitation", {}))
    account.operator.ok("PATCH", rising, {"role": "owner"})
    if use(target, kept).status == 303 or signs_in(target, email):
        found.append("a link from before the promotion")
    # Made by somebody who has lost the right since.
    other, email = newcomer(account, "ola")
    kept = path_of(manager.ok("POST", f"{other}/invitation", {}))
    users = account.operator.ok("GET", f"{account.path}/users?q=uma")["items"]
    account.operator.ok("PATCH", f"{account.path}/users/{users[0]['id']}", {"active": False})
    if use(target, kept).status == 303 or signs_in(target, email):
        found.append("a link of somebody who is gone")
    return "; ".join(found) or None


@attack("an open session or a key of the account is enough for another password", is_on_new=True)
def link_for_oneself(target):
    account, found = target.serve().account("Oneself"), []
    member, owner = account.person("Mia"), account.owner
    for who in (member, owner):
        if who.client().post(f"{who.path}/password-reset-link", {}).status == 201:
            found.append(f"a link of {who.email} for themselves")
    key = owner.client().ok("POST", f"{account.path}/api-keys", {"name": "Key", "scopes": ["users.manage"]})["key"]
    program = account.operator.by(key)
    if program.post(f"{member.path}/password-reset-link", {}).status == 201:
        found.append("a link of a key")
    body = {"name": "Eve", "email": "eve@evil.example", "invite": True, "assign_seat": False}
    if program.post(f"{account.path}/users", body).status == 201:
        found.append("an invitation by a key")
    browser = target.browser()
    browser.sign_in(member.email)
    page = browser.ask("/me")
    form = {"_csrf": re.search(r'name="_csrf" value="([^"]*)"', page.text)[1]}
    for kind in ("invitation", "password-reset-link"):
        answer = browser.ask(f"/a/{account.id}/users/{member.id}/{kind}", form)
        if "/reset-password/" in answer.text or "/invitation/usher" in answer.text:
            found.append(f"a {kind} in the portal")
    return "; ".join(found) or None


@attack("a link is made for a user of another account, or another text than the link opens its page", is_on_new=True)
def link_of_another_account(target):
    account, other = target.serve().account("One"), target.account("Other")
    user, email = newcomer(other, "amara")
    client, found = account.owner.client(), []
    bare = user.rsplit("/", 1)[1]
    for path in (user, f"{account.path}/users/{bare}"):
        if client.post(f"{path}/invitation", {}).status == 201:
            found.append(f"a link through {path}")
    path = path_of(other.operator.ok("POST", f"{user}/invitation", {}))
    wrong = {"the other page": path.replace("/invitation/", "/reset-password/"), "less of it": path[:-1],
             "capitals": path.upper().replace("/INVITATION/", "/invitation/"), "more of it": path + "0",
             "no secret": "/invitation/usher_invite_", "an end": path + "%00", "a pattern": "/invitation/%25"}
    for what, text in wrong.items():
        if target.browser().ask(text).status == 200:
            found.append(what)
    # The form without its page, or with that of another browser.
    one, two = target.browser(), target.browser()
    form = one.hidden(one.ask(path))
    for what, browser, sent in (("no page", target.browser(), CHOSEN), ("no token", one, CHOSEN),
                                ("another browser", two, {**form, **CHOSEN})):
        if browser.ask(path, sent).status == 303:
            found.append(what)
            break
    place = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    if target.browser().ask(path, {**form, **CHOSEN}, place).status == 303 or signs_in(target, email):
        found.append("a form of another site")
    return "; ".join(found) or None


@attack("a link leads to another host, or is passed on, stored or logged", is_on_new=True)
def link_to_another_host(target):
    account = target.serve("--public-url", "https://desk.example.com", log="trace").account("Host")
    user, _ = newcomer(account, "amara")
    evil, found = {"Host": "evil.example", "X_Forwarded_Host": "evil.example", "Forwarded": "host=evil.example"}, []
    link = account.operator.post(f"{user}/invitation", {}, **evil).body
    if not link["url"].startswith("https://desk.example.com/invitation/"):
        found.append(f"its address is {link['url']}")
    path = path_of(link)
    page = target.browser().ask(path)
    if page.status != 200 or page.headers["Referrer-Policy"] != "no-referrer" or "no-store" not in page.headers["Cache-Control"]:
        found.append("the page lets its address be remembered or passed on")
    if re.search(r'(?:src|href|action)="https?://', page.text):
        found.append("the page loads something from elsewhere")
    use(target, path, {"password": "short", "password_again": "short"})
    use(target, path)
    secret = path.rsplit("/", 1)[1]
    if secret in target.server.text() or secret[20:50] in target.server.text():
        found.append("the log has the link")
    target.server.stop()
    for file in target.data.rglob("*"):
        if file.is_file() and secret.encode() in file.read_bytes():
            found.append(f"{file.name} has the link")
    return "; ".join(found) or None


@attack("a kill while a link is used leaves a user who can neither sign in nor use it", is_on_new=True)
def link_through_a_crash(target):
    account, found = target.serve().account("Crash"), []
    for number in range(12):
        user, email = newcomer(account, f"user{number}")
        path = path_of(account.operator.ok("POST", f"{user}/invitation", {}))
        browser = Browser(target.address)
        form = {**browser.hidden(browser.ask(path)), **CHOSEN}
        answers = []

        def send(browser=browser, path=path, form=form, answers=answers):
            try:
                answers.append(browser.ask(path, form).status)
            except OSError:
                pass

        sender = threading.Thread(target=send)
        sender.start()
        # A password takes some tens of milliseconds to estimate and hash: the kills sweep over its storing.
        time.sleep(0.01 * number)
        target.server.kill()
        sender.join()
        target.serve()
        account.operator = target.operator
        works, knows = target.browser().ask(path).status == 200, signs_in(target, email)
        if works == knows or (303 in answers and not knows):
            found.append(f"after {10 * number} ms: the link {'works' if works else 'is dead'}, "
                         f"the password {'works' if knows else 'does not'}, answers {answers}")
    return "; ".join(found) or None


@attack("links drawn with a stolen operator key work on when the key is revoked or gets another secret", is_on_new=True)
def link_outlives_its_operator_key(target):
    account, found = target.serve().account("Keys"), []
    for end in ("revoked", "rotated"):
        made = account.operator.ok("POST", "/v1/operator-keys", {"name": end, "scopes": ["accounts.manage"]})
        stolen, key = account.operator.by(made["key"]), f"/v1/operator-keys/{made['id']}"
        invited, email = newcomer(account, f"{end}-new")
        known, address = newcomer(account, f"{end}-known", password=PASSWORD)
        kept = {email: path_of(stolen.ok("POST", f"{invited}/invitation", {})),
                address: path_of(stolen.ok("POST", f"{known}/password-reset-link", {}))}
        if end == "revoked":
            account.operator.delete(key)
        else:
            account.operator.ok("POST", f"{key}/rotate", {})
        for email, path in kept.items():
            if use(target, path).status == 303 or signs_in(target, email):
                found.append(f"{path.split('/')[1]} of a key that was {end}")
    return "; ".join(found) or None


@attack("links drawn with a stolen session work on when it is signed out, or the password changes", is_on_new=True)
def link_outlives_its_session(target):
    account, found = target.serve().account("Sessions"), []
    owner = account.owner

    def browser_of_owner(password=PASSWORD):
        browser = target.browser()
        browser.sign_in(owner.email, password)
        return browser

    def send(browser, path, **fields):
        token = re.search(r'name="_csrf" value="([^"]*)"', browser.ask("/me").text)[1]
        return browser.ask(path, {"_csrf": token, **fields})

    changed = {"present": PASSWORD, "password": OTHER_PASSWORD, "password_again": OTHER_PASSWORD}
    ends = {"signed out everywhere else": lambda mine: send(mine, "/me/sessions/end-others"),
            "with another password": lambda mine: send(mine, "/me/password", **changed)}
    for number, (what, end) in enumerate(ends.items()):
        mine, stolen = browser_of_owner(), browser_of_owner()
        user, email = newcomer(account, f"user{number}")
        page = send(stolen, f"/a/{account.id}/users/{user.rsplit('/', 1)[1]}/invitation")
        path = "/invitation/" + re.search(r"/invitation/(usher_invite_\w+)", page.text)[1]
        end(mine)
        if stolen.ask("/me").status == 200:
            found.append(f"the session itself, {what}")
        if use(target, path).status == 303 or signs_in(target, email):
            found.append(f"its invitation, {what}")
    return "; ".join(found) or None
