"""What a server leaves behind about people: its log and its metrics."""

import re
import urllib.parse

from provider import Provider
from target import PASSWORD, PRODUCT, attack

# Words that are found nowhere else, each with what it is.
MARKS = {
    "zorblatt": "a user's name", "quiblex": "a user's address",
    "frimbolo": "a device's name", "dwenkle": "a device's id",
    "gramsnit": "a customer's name", "blorvane": "a note", "plinthor": "metadata", "crestvig": "an external id",
    "yorbast": "a team's name", "wuldrake": "a group's name",
    "snargold": "a key's name", "vextrum": "an account's name",
    "clombret": "what was searched for", "trelfish": "a wrong password", "dribnack": "an unknown address",
    "hurmgate": "an invalid value", "203.0.113.77": "a network address",
}


def leave_marks(target, provider):
    """Does everything that has a personal word in it, right and wrong. Returns the account and further secrets."""
    operator, secrets = target.operator, {PASSWORD: "a password"}
    account = target.account("Vextrum Ltd", named=4, shared=1)
    path = account.path
    labels = {"external_id": "crestvig-1", "metadata": {"case": "plinthor"}}
    person = account.person("Zorblatt", email="quiblex@marks.example", **labels)
    other = account.person("Zorblatt Second", email="quiblex2@marks.example", role="admin")
    for kind, word in (("teams", "Yorbast"), ("groups", "Wuldrake")):
        operator.ok("POST", f"{path}/{kind}", {"name": word, "members": [person.id]})
        operator.post(f"{path}/{kind}", {"name": word, "members": [person.id]})
    key = {"name": "Snargold", "scopes": ["directory.provision"]}
    key = account.owner.client().ok("POST", f"{path}/api-keys", key)["key"]
    secrets[key] = "an API key"

    device = {"id": "dwenkle-1", "name": "Frimbolo", "kind": "desktop"}
    wish = {"user": person.id, "product": PRODUCT, "device": device}
    signed_in = operator.post(f"{path}/sign-ins", wish, X_Forwarded_For="203.0.113.77").body
    secrets[signed_in["token"]] = "a sign-in's token"
    by_device = operator.by(signed_in["token"])
    operator.post(f"{path}/sign-ins", {**wish, "device": {**device, "id": "dwenkle-2"}})
    call = {"sign_in": signed_in["sign_in"]["id"], "kind": "attended", "start": "standby",
            "customer": {"name": "Gramsnit"}, **labels}
    session = by_device.ok("POST", f"{path}/sessions", call)
    secrets[session["code"]] = "a join code"
    nobody = operator.by(None)
    nobody.get(f"/join/{session['code']}")
    joined = nobody.post(f"/join/{session['code']}", {"name": "Gramsnit"}).body
    secrets[joined["token"]] = "a customer's token"
    operator.by(joined["token"]).get(f"/join/{session['code']}")
    nobody.post(f"/join/{session['code']}", {"name": "Gramsnit"})
    raw_stream(target, joined["events_url"])
    operator.post(f"{path}/sessions/{session['id']}/end?as=admin", {"reason": "blorvane"})
    operator.post(f"{path}/sessions/end", {"reason": "blorvane", "user": person.id})
    operator.delete(f"{path}/sign-ins/{signed_in['sign_in']['id']}?as=admin&reason=blorvane")

    # Wrong and odd requests: an error must not repeat what was sent into the log.
    for search in ("q=clombret", "email=quiblex%40marks.example", "external_id=crestvig-1", "clombret=1"):
        operator.get(f"{path}/users?{search}")
    operator.get("/v1/accounts/clombret/users/quiblex@marks.example")
    operator.get("/quiblex@marks.example?token=clombret")
    operator.patch(person.path, {"name": "hurmgate\0", "email": "hurmgate"})
    operator.patch(person.path, {"hurmgate": "hurmgate"})
    operator.post(f"{path}/users", {"name": "Zorblatt", "email": "quiblex@marks.example"})
    operator.put(f"{path}/users/{person.id}/licenses/hurmgate", {"kind": "hurmgate"})
    nobody.post("/v1/tokens", {"account": account.id, "email": "dribnack@marks.example", "password": "trelfish-guess"})
    person.ask_for_token("trelfish-guess", came_from="203.0.113.77")
    operator.by("usher_key_hurmgate").get(f"{path}/users")
    operator.ask("GET", f"{path}/users", headers={"User-Agent": "frimbolo/1",
                                                  "Idempotency-Key": "hurmgate", "X-Forwarded-For": "hurmgate"})
    of_directory(account, operator.by(key))
    in_the_portal(target, account, person, other, secrets)
    by_provider(target, account, provider, secrets)
    operator.delete(person.path)
    return account, secrets


def of_directory(account, scim):
    path = f"/scim/v2/{account.id}"
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "quiblex3@marks.example",
            "externalId": "crestvig-3", "name": {"givenName": "Zorblatt", "familyName": "Third"}, "active": True}
    made = scim.post(f"{path}/Users", user)
    if made.status != 201:
        raise AssertionError(f"the directory created nobody: {made}")
    scim.post(f"{path}/Users", user)
    scim.post(f"{path}/Users", {**user, "userName": "hurmgate", "active": "hurmgate"})
    for query in ('userName eq "quiblex3@marks.example"', 'clombret zz "hurmgate"'):
        scim.get(f"{path}/Users?filter={urllib.parse.quote(query)}")
    bulk = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [
        {"method": "POST", "path": "/Users", "bulkId": "hurmgate", "data": {**user, "userName": "quiblex4@x.example"}},
        {"method": "PATCH", "path": "/Users/hurmgate", "data": {"hurmgate": "quiblex"}}]}
    scim.post(f"{path}/Bulk", bulk)


def in_the_portal(target, account, person, other, secrets):
    browser = target.browser("203.0.113.77")
    browser.sign_in("dribnack@marks.example", "trelfish-guess")
    browser.sign_in(person.email, "trelfish-guess")
    browser.sign_in(account.owner.email)
    secrets.update({cookie.value: f"the cookie {cookie.name}" for cookie in browser.jar if len(cookie.value) > 12})
    pages = f"/a/{account.id}"
    for page in ("/users?q=clombret", f"/users/{person.id}", "/audit?q=clombret", "/audit/export?format=csv",
                 "/sessions?q=clombret", "/refusals?q=clombret", "/quiblex@marks.example", "/teams?q=clombret"):
        browser.ask(pages + page)
    form = browser.hidden(browser.ask(f"{pages}/users"))
    browser.ask(f"{pages}/users", {**form, "name": "Zorblatt", "email": "hurmgate"})
    browser.ask(f"{pages}/users/{other.id}", {**form, "name": "Zorblatt Fourth", "email": "quiblex4@marks.example"})
    browser.ask("/join/hurmgate")
    browser.ask("/sso", {"email": "dribnack@marks.example"})


def by_provider(target, account, provider, secrets):
    provider.claims = {"sub": "zorblatt-sub", "email": "quiblex5@marks.example", "name": "Zorblatt Fifth",
                       "email_verified": True, "groups": ["Wuldrake"]}
    body = {"issuer": provider.issuer, "client_id": "usher", "client_secret": "a-client-secret-of-hurmgate",
            "label": "Company", "creates_users": True, "groups_claim": "groups", "email_domains": ["marks.example"]}
    account.owner.client().ok("PUT", f"{account.path}/single-sign-on", body)
    for number, claims in enumerate((provider.claims, {"sub": "zorblatt-sub2", "email": "quiblex6@else.example"})):
        provider.claims = claims
        browser = target.browser("203.0.113.77")
        page = browser.ask(f"/sso/{account.id}")
        if page.status == 200:
            page = browser.ask(f"/sso/{account.id}", browser.hidden(page))
        back = urllib.parse.urlsplit(provider.authorize(page.location, f"clombret-code-{number}"))
        secrets[f"clombret-code-{number}"] = "a provider's code"
        browser.ask(f"{back.path}?{back.query}")
        browser.ask(f"{back.path}?error=access_denied&error_description=hurmgate&state=clombret")


def raw_stream(target, url):
    """Opens a stream, and closes it after its first line."""
    place = urllib.parse.urlsplit(url)
    target.browser().ask(f"{place.path}x?{place.query}")


def found_in(text, marks):
    """The lines with one of these words, each once for a word."""
    found = {}
    for line in text.splitlines():
        plain = urllib.parse.unquote(line).lower()
        for word, what in marks.items():
            if word.lower() in plain:
                found.setdefault(what, line.strip()[:240])
    return found


def marks_of(secrets):
    return {**MARKS, **secrets}


@attack("the log at its level `debug` names people, their devices, customers and notes, or has a secret",
        is_on_new=True)
def log_names_people(target):
    target.serve("--private-providers", "--public-url", "http://127.0.0.1", log="debug")
    account, secrets = leave_marks(target, target.keep(Provider()))
    target.server.stop()
    said = target.server.text()
    if account.id not in said or said.count("\n") < 40:
        raise AssertionError(f"there is no log of {account.id}: {said[:400]}")
    # SECURITY.md: at this level, the addresses of connections that were closed.
    found = found_in(said, marks_of(secrets))
    return f"{found}" if found else None


@attack("metrics name a user, an account, or what somebody put into an address", is_on_new=True)
def metrics_name_people(target):
    target.serve("--private-providers", "--public-url", "http://127.0.0.1")
    account, secrets = leave_marks(target, target.keep(Provider()))
    before = len(series(target))
    for number in range(60):
        for path in (f"/a/{account.id}/users/quiblex{number}", f"/v1/accounts/x{number}/clombret{number}",
                     f"/clombret/{number}", f"/join/HURMGATE{number}", f"/sso/hurmgate{number}",
                     f"/problems/hurmgate{number}"):
            target.browser().ask(path)
        target.operator.ask(f"CLOMBRET{number}", "/v1/accounts")
    lines = series(target)
    ids = {account.id[5:]: "an account's id", account.owner.id[5:]: "a user's id", account.owner.email: "an address"}
    found = found_in("\n".join(lines), {**marks_of(secrets), **ids})
    if len(lines) > before + 40:
        found["the number of series"] = f"{before} before, {len(lines)} after 420 odd requests"
    people = [line for line in lines if re.search(r"(user|sign|sess|tick|acct|pool|team|grp|key)_[0-9a-z]{26}", line)]
    return f"{found or people[:3]}" if found or people else None


def series(target):
    return [line for line in target.operator.get("/metrics").body.splitlines() if not line.startswith("#")]
