"""The operator pages: sessions that outlive their key, cookies of another kind, forged forms, and scopes."""

import re
import time
import urllib.parse

from target import PRODUCT, attack

from .purchases import bought
from .races import form_of

HOME = "/operator"
LIST = f"{HOME}/accounts"


def entered(target, key=None, came_from=None):
    """A browser in which somebody has entered an operator key."""
    browser = target.browser(came_from)
    page = browser.ask(f"{HOME}/sign-in", {"key": key or target.operator.key, "back": ""})
    if page.status != 303:
        raise AssertionError(f"the key was not accepted: {page.status}")
    return browser


def cookie(browser, name="usher_operator"):
    return next((it.value for it in browser.jar if it.name == name), None)


def with_cookie(target, path, value, name="usher_operator", form=None):
    """A request of a browser that has this cookie and no other."""
    return target.browser().ask(path, form, {"Cookie": f"{name}={value}"})


def key(target, *scopes, **more):
    """Creates an operator key. Returns its id and secret."""
    made = target.operator.ok("POST", "/v1/operator-keys", {"name": "Attacked", "scopes": list(scopes), **more})
    return made["id"], made["key"]


@attack("a session of the operator pages works after its key was revoked, was replaced or expired, or after it was left",
        is_on_new=True)
def operator_session_outlives_its_key(target):
    account, found = target.serve().account("Kept"), []
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
    keys = {"revoked": key(target, "everything"), "replaced": key(target, "everything"),
            "expired": key(target, "everything", expires_at=later), "left": key(target, "everything")}
    browsers = {how: entered(target, secret) for how, (_, secret) in keys.items()}
    pages = {how: browser.ask(f"{LIST}/{account.id}") for how, browser in browsers.items()}
    target.operator.ok("DELETE", f"/v1/operator-keys/{keys['revoked'][0]}")
    target.operator.ok("POST", f"/v1/operator-keys/{keys['replaced'][0]}/rotate", {"overlap_secs": 0})
    browser = browsers["left"]
    copied = cookie(browser)
    browser.ask(f"{HOME}/sign-out", browser.hidden(pages["left"]))
    time.sleep(3.5)
    for how, browser in browsers.items():
        if pages[how].status != 200:
            raise AssertionError(f"no page before: {pages[how].status}")
        secret = copied if how == "left" else cookie(browser)
        if with_cookie(target, LIST, secret).status == 200:
            found.append(f"{how}: the list of accounts")
        form = {**browser.hidden(pages[how]), "name": f"Renamed {how}"}
        if with_cookie(target, f"{LIST}/{account.id}/name", secret, form=form).location == f"{LIST}/{account.id}":
            found.append(f"{how}: an account was renamed")
    return "; ".join(found) or None


@attack("a cookie opens pages of the other kind, or a cookie that was planted before works after the key was entered",
        is_on_new=True)
def cookies_of_another_kind(target):
    account, found = target.serve().account("Cookies"), []
    of_account = f"/a/{account.id}/users"
    owner, operator = target.browser(), entered(target)
    owner.sign_in(account.owner.email)
    of_owner, of_operator = cookie(owner, "usher_session"), cookie(operator)
    tries = {
        "the owner's cookie in the operator's place": (LIST, of_owner, "usher_operator"),
        "the owner's cookie": (LIST, of_owner, "usher_session"),
        "the operator's cookie in the owner's place": (of_account, of_operator, "usher_session"),
        "the operator's cookie": (of_account, of_operator, "usher_operator"),
        "the key as a cookie": (LIST, target.operator.key, "usher_operator"),
    }
    found += [what for what, (path, value, name) in tries.items() if with_cookie(target, path, value, name).status == 200]
    if target.operator.by(of_operator).get("/v1/accounts").status == 200:
        found.append("the cookie as a key")
    # Somebody who can set a cookie in the operator's browser plants one, of nobody or of a key of their own.
    planted = {"made up": "usher_opweb_" + "a" * 43, "of another key": cookie(entered(target, key(target, "accounts.read")[1]))}
    for what, value in planted.items():
        browser = target.browser()
        answer = browser.ask(f"{HOME}/sign-in", {"key": target.operator.key, "back": ""}, {"Cookie": f"usher_operator={value}"})
        if answer.status != 303:
            raise AssertionError(f"the key was not accepted: {answer.status}")
        if cookie(browser) in (None, value) or with_cookie(target, f"{HOME}/keys", value).status == 200:
            found.append(f"a planted cookie {what}")
    return "; ".join(found) or None


def forms_of(account):
    """The forms of the operator pages: path and fields, all valid."""
    of = f"{LIST}/{account.id}"
    return {
        f"{of}/name": {"name": "Forged"},
        f"{of}/subscription": {"plan": "enterprise", f"named-{PRODUCT}": "77", f"shared-{PRODUCT}": "0"},
        f"{of}/minutes": {"minutes": "77"},
        f"{LIST}/new": {"name": "Forged"},
        f"{HOME}/keys": {"name": "Forged", "scopes": "everything"},
        f"{of}/close": {},
    }


def fields_of(browser, path):
    """The fields of the form that a page sends to this path, as the page shows them."""
    page = {"name": "", "minutes": "/subscription"}
    return form_of(browser, re.sub(r"/(name|minutes)$", lambda it: page[it[1]], path), path)


def state(target, account):
    """What the forms would change."""
    accounts = [(it["id"], it["name"]) for it in target.operator.all("/v1/accounts")]
    keys = [it["name"] for it in target.operator.ok("GET", "/v1/operator-keys")["items"]]
    closed = account.id not in dict(accounts)
    return sorted(accounts), sorted(keys), None if closed else bought(account)


@attack("a form that no page of the operator's own session has sent changes something", is_on_new=True)
def forged_operator_forms(target):
    account, found = target.serve().account("Forged", named=2), []
    operator, other, owner = entered(target), entered(target), target.browser()
    owner.sign_in(account.owner.email)
    of_owner = owner.hidden(owner.ask(f"/a/{account.id}/users/new")).get("_csrf", "")
    of_other = other.hidden(other.ask(LIST)).get("_csrf", "")
    before = state(target, account)
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    sibling = {"Origin": target.address, "Sec-Fetch-Site": "same-site"}
    for path, fields in forms_of(account).items():
        hidden = fields_of(operator, path)
        if "_csrf" not in hidden:
            raise AssertionError(f"the form of {path} was not found")
        form = {**hidden, **fields}
        tries = {
            "without a token": ({**form, "_csrf": ""}, {}),
            "with a token of another session": ({**form, "_csrf": of_other}, {}),
            "with a token of the owner's session": ({**form, "_csrf": of_owner}, {}),
            "of another site": (form, evil),
            "of a neighbouring site": (form, sibling),
        }
        for what, (body, headers) in tries.items():
            operator.ask(path, body, headers)
            if (after := state(target, account)) != before:
                return f"{path} {what}"
    # Being signed in by another site, with the attacker's key.
    browser = target.browser()
    answer = browser.ask(f"{HOME}/sign-in", {"key": target.operator.key, "back": ""}, evil)
    if answer.status == 303:
        found.append("another site entered a key")
    for back in ("https://evil.example", "//evil.example", "/operator/../../evil", "/\\evil.example", "/operator/\r\nX: y"):
        page = entered(target).ask(f"{HOME}/sign-in", {"key": target.operator.key, "back": back})
        if urllib.parse.urlsplit(urllib.parse.urljoin(target.address, page.location)).netloc != target.address.split("//")[1]:
            found.append(f"led to {page.location}")
    return "; ".join(found) or None


@attack("a key does on the operator pages what it may not do through the API, or what is closed or of another kind",
        is_on_new=True)
def operator_pages_beyond_their_scope(target):
    account = target.serve().account("Scopes", named=2)
    full, found = entered(target), []
    hidden = {path: fields_of(full, path) for path in forms_of(account)}
    allowed = {"accounts.read": (), "accounts.manage": ("name", "new", "close"), "billing.manage": ("subscription", "minutes")}
    for scope, may in allowed.items():
        _, secret = key(target, scope)
        browser = entered(target, secret)
        token = browser.hidden(browser.ask(LIST))["_csrf"]
        before = state(target, account)
        for path, fields in forms_of(account).items():
            if path.rsplit("/", 1)[1] in may:
                continue
            browser.ask(path, {**hidden[path], **fields, "_csrf": token})
            if state(target, account) != before:
                found.append(f"{scope}: {path}")
                before = state(target, account)
        if browser.ask(f"{HOME}/keys").status == 200:
            found.append(f"{scope}: the keys and their trail")
    closed = target.account("Closed")
    paths = forms_of(closed)
    token = full.hidden(full.ask(LIST))["_csrf"]
    fields = {path: {**fields_of(full, path), **fields} for path, fields in paths.items()}
    target.operator.ok("DELETE", closed.path)
    for path in list(paths)[:3]:
        answer = full.ask(path, {**fields[path], "_csrf": token})
        if answer.status < 400:
            found.append(f"a closed account: {path} {answer.status}")
    for strange in (account.owner.id, "acct_00000000000000000000000000", "..", "%2e%2e%2fkeys", "x" * 4000, "%00"):
        answer = full.ask(f"{LIST}/{strange}")
        if answer.status >= 500 or answer.status == 200 and "Attacked" in answer.text:
            found.append(f"{strange[:40]}: {answer.status}")
    return "; ".join(found) or None


@attack("an operator key that somebody chose is guessed on the operator pages, faster than one a minute", is_on_new=True)
def guessed_operator_keys(target):
    target.serve()
    guesses, found = {}, []
    for number in range(60):
        # All addresses of a /64 are one network.
        browser = target.browser(f"2001:db8::{number + 1:x}")
        status = browser.ask(f"{HOME}/sign-in", {"key": f"usher_op_guess{number}", "back": ""}).status
        guesses[status] = guesses.get(status, 0) + 1
    if guesses.get(422, 0) > 11:
        found.append(f"{guesses[422]} guesses from one network at once")
    # The right key does not tell itself to somebody who has no more guesses.
    late = target.browser("2001:db8::ffff").ask(f"{HOME}/sign-in", {"key": target.operator.key, "back": ""})
    if late.status == 303:
        found.append("the right key after too many wrong ones")
    elsewhere = target.browser("198.51.100.9").ask(f"{HOME}/sign-in", {"key": target.operator.key, "back": ""})
    if elsewhere.status != 303:
        found.append(f"the operator is locked out of another network: {elsewhere.status}")
    return "; ".join(found) or None
