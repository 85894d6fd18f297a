"""Vendors' programs: idempotency keys, stream tickets, pages of other origins, acting as a user."""

import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from target import OTHER_PASSWORD, PRODUCT, attack, raw

ORIGIN = "https://support.example.com"
LOOKALIKES = (
    "null", "*", "http://support.example.com", f"{ORIGIN}:8443", f"{ORIGIN}.", f"{ORIGIN}.evil.example",
    f"{ORIGIN}@evil.example", f"{ORIGIN}/", f"{ORIGIN}, https://evil.example", "https://evilsupport.example.com",
    "https://x.support.example.com", "https://evil.example#" + ORIGIN, "https://support_example.com",
)


def desk(target, seats=1, people=2):
    """An account with shared seats in a pool with a queue, and its agents."""
    account = target.serve().account("Desk", named=0, shared=seats)
    pool = account.operator.ok("GET", f"{account.path}/pools")["items"][0]["id"]
    account.operator.ok("PATCH", f"{account.path}/pools/{pool}", {"seats": seats, "rules": {"when_full": ["queue"]}})
    agents = [account.person(f"Agent {number}", assign_seat=False) for number in range(people)]
    for agent in agents:
        account.operator.ok("PUT", f"{agent.path}/licenses/{PRODUCT}", {"kind": "shared", "pool": pool})
    return account, pool, agents


def wish(agent, device="laptop", **more):
    return {"user": agent.id, "product": PRODUCT, "device": {"id": device, "name": device, "kind": "desktop"}, **more}


@attack("one idempotency key, sent many times at once with different bodies, creates several things", is_on_new=True)
def racing_equal_keys(target):
    account, _, agents = desk(target, seats=4, people=4)
    for number in range(6):
        def send(place, number=number):
            client = target.server.client()
            body = wish(agents[place % 4], f"laptop-{number}")
            return client.post(f"{account.path}/sign-ins", body, Idempotency_Key=f"race-{number}")

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(send, range(8)))
        made = {answer.body["sign_in"]["id"] for answer in answers if answer.status in (200, 201)}
        if len(made) != 1:
            return f"one key made {len(made)} sign-ins: {[answer.status for answer in answers]}"
        account.operator.delete(f"{account.path}/sign-ins/{made.pop()}")
    return None


@attack("a used idempotency key is accepted for another request, or for somebody else's")
def key_stands_for_two_requests(target):
    account, _, (one, other) = desk(target, seats=2)
    key = {"Idempotency_Key": "attempt-1"}
    first = account.operator.post(f"{account.path}/sign-ins", wish(one), **key)
    found = []
    again = account.operator.post(f"{account.path}/sign-ins", wish(other), **key)
    team = account.operator.post(f"{account.path}/teams", {"name": "Team", "members": []}, **key)
    found += [what for what, answer in (("another body", again), ("another address", team)) if answer.status < 300]
    # For another user the same key is a different one: the answer must have neither the first one's thing nor its token.
    of_other = other.client().post(f"{account.path}/sign-ins", wish(other), **key)
    if first.body["token"] in str(of_other.body):
        found.append("another user was given the token")
    account.operator.delete(f"{account.path}/sign-ins/{first.body['sign_in']['id']}")
    late = account.operator.post(f"{account.path}/sign-ins", wish(other, "late"), **key)
    found += ["another body after the end"] if late.status < 300 else []
    return f"taken: {found}" if found else None


@attack("a crash and a retry lose or repeat an acknowledged claim or session", is_on_new=True)
def claim_and_key_through_a_crash(target):
    account, pool, (one, other) = desk(target)
    sign_in, _ = one.sign_in()
    waiting = account.operator.ok("POST", f"{account.path}/sign-ins", wish(other, wait=True))
    account.operator.delete(f"{account.path}/sign-ins/{sign_in}")
    claim = f"{account.path}/tickets/{waiting['ticket']['id']}/claim"
    claimed = target.operator.by(waiting["token"]).ok("POST", claim)
    body = {"sign_in": claimed["sign_in"]["id"], "kind": "attended", "start": "standby"}

    def start():
        device = target.operator.by(claimed["token"])
        return device.post(f"{account.path}/sessions", body, Idempotency_Key="call-1")

    started = start()
    target.server.kill()
    target.serve()
    again, repeated = target.operator.by(waiting["token"]).post(claim), start()
    seats = target.operator.ok("GET", f"{account.path}/pools/{pool}")
    held = [it["id"] for it in target.operator.all(f"{account.path}/sign-ins")]
    calls = [it["id"] for it in target.operator.all(f"{account.path}/sessions")]
    is_once = held == [claimed["sign_in"]["id"]] and calls == [started.body["id"]] and seats["occupied"] == 1
    if is_once and (again.status, repeated.status) == (200, 200) and repeated.body["code"] == started.body["code"]:
        return None
    return f"{held}, {calls}, {seats['occupied']} of {seats['seats']} seats, and the answers {again}, {repeated}"


@attack("a password made of the user's own address is accepted if the request has other fields too", is_on_new=True)
def guessable_password_with_an_external_id(target):
    account = target.serve().account("Weak")
    words = {"name": "Wilhelmina Weakling", "password": "wilhelmina.weakling@weak", "assign_seat": False}
    for number, more in enumerate(({"external_id": "crm-1"}, {"metadata": {"case": "1"}})):
        body = {**words, "email": f"wilhelmina.weakling@weak{number}.example", **more}
        if target.operator.post(f"{account.path}/users", body).status == 201:
            return f"it was taken beside {more}"
    return None


@attack("a stream ticket opens another stream, another account's, an ended one, or something that is not a stream",
        is_on_new=True)
def stream_ticket_is_used_elsewhere(target):
    account, _, (one, other) = desk(target, seats=2)
    sign_in, token = one.sign_in()
    others, others_token = other.sign_in()
    tickets = f"{account.path}/stream-tickets"
    if target.operator.by(others_token).post(tickets, {"sign_in": sign_in}).status == 200:
        return "a colleague's device got a ticket"
    made = target.operator.by(token).ok("POST", tickets, {"sign_in": sign_in})
    url, ticket = made["url"], made["ticket"]
    foreign = target.account("Foreign")
    tries = {
        "a colleague's stream": url.replace(sign_in, others),
        "the sign-in": url.replace("/events", ""),
        "users": f"{account.path}/users?ticket={ticket}",
        "another account": url.replace(account.id, target.account("Foreign").id),
        "a longer life": url.replace("usher_pass_1", "usher_pass_2"),
    }
    found = [what for what, path in tries.items() if raw(target.address, [f"GET {path}"], whole=False).status == 200]
    if target.operator.by(ticket).get(f"{account.path}/sign-ins/{sign_in}").status == 200:
        found.append("the sign-in, as a token")
    of_other = target.operator.by(others_token).ok("POST", tickets, {"sign_in": others})["url"]
    account.operator.ok("PATCH", one.path, {"password": OTHER_PASSWORD})
    target.operator.by(others_token).delete(f"{account.path}/sign-ins/{others}")
    for what, path in (("a new password", url), ("signing out", of_other)):
        if raw(target.address, [f"GET {path}"], whole=False).status == 200:
            found.append(f"the stream after {what}")
    return f"it opened {found}" if found else None


@attack("a page of an unlisted origin reads answers, or any page does so with a browser's cookies",
        is_on_new=True)
def page_of_another_origin(target):
    account = target.serve().account("Pages")
    other = target.account("Others")
    account.operator.ok("PATCH", f"{account.path}/settings", {"cors_origins": [ORIGIN]})

    def allowed(origin, path, method="OPTIONS"):
        head = [f"{method} {path}", f"Origin: {origin}", "Access-Control-Request-Method: POST"]
        answer = raw(target.address, head)
        if answer.headers.get("Access-Control-Allow-Credentials"):
            raise AssertionError("cookies are allowed")
        return answer.headers.get("Access-Control-Allow-Origin")

    if allowed(ORIGIN, f"{account.path}/sign-ins") != ORIGIN:
        raise AssertionError("the listed origin is not allowed")
    found = [f"{origin} at the account" for origin in LOOKALIKES if allowed(origin, f"{account.path}/sign-ins")]
    elsewhere = (f"{other.path}/sign-ins", "/v1/accounts", "/v1/tokens", f"/a/{account.id}/overview",
                 "/join/ZZZZZZZZZZ", f"/v1/accounts/{other.id}/..%2f{account.id}/users", f"/v1/accounts//{account.id}/users")
    found += [f"{path} to the account's origin" for path in elsewhere for method in ("OPTIONS", "GET")
              if allowed(ORIGIN, path, method)]
    return f"allowed: {found}" if found else None


@attack("a caller claims to act in a capacity that they do not have", is_on_new=True)
def acting_without_the_right(target):
    account, _, (one, other) = desk(target, seats=2)
    sign_in, token = one.sign_in()
    body = {"sign_in": sign_in, "kind": "attended", "start": "active"}
    session = target.operator.by(token).ok("POST", f"{account.path}/sessions", body)["id"]
    foreign = target.account("Foreign")

    def key(*scopes):
        return target.operator.by(account.operator.ok(
            "POST", f"{account.path}/api-keys", {"name": "-".join(scopes), "scopes": list(scopes)})["key"])

    def operator(scope):
        return target.operator.by(target.operator.ok(
            "POST", "/v1/operator-keys", {"name": scope, "scopes": [scope]})["key"])

    callers = {
        "a colleague": other.client(), "the owner": account.owner.client(), "a seats key": key("seats.manage", "read"),
        "a reading operator": operator("accounts.read"), "a billing operator": operator("billing.manage"),
        "an owner of another account": foreign.owner.client(), "nobody": target.operator.by(None),
    }
    of_session, of_sign_in = f"{account.path}/sessions/{session}", f"{account.path}/sign-ins/{sign_in}"
    found = []
    for who, caller in callers.items():
        for what, answer in {
            "pause": caller.post(f"{of_session}/pause?as=user"),
            "resume": caller.post(f"{of_session}/resume?as=user", {}),
            "connect": caller.post(f"{of_session}/connect?as=user", {}),
            "end as the user": caller.post(f"{of_session}/end?as=user", {}),
            "sign out as the user": caller.delete(f"{of_sign_in}?as=user"),
            "get a stream": caller.post(f"{account.path}/stream-tickets", {"sign_in": sign_in}),
        }.items():
            found += [f"{who}: {what}"] if answer.status < 300 else []
    for who, caller in {"the device": target.operator.by(token), "the user": one.client(),
                        "a colleague": other.client(), "a device's key": key("sign-ins.write")}.items():
        for what, answer in {
            "evict": caller.delete(f"{of_sign_in}?as=admin"),
            "end as an admin": caller.post(f"{of_session}/end?as=admin", {"reason": "No"}),
        }.items():
            found += [f"{who}: {what}"] if answer.status < 300 else []
    # The operator acts as a user of the account in the path, and of no other account.
    elsewhere = target.operator.post(f"{foreign.path}/sessions/{session}/pause?as=user")
    found += ["the operator, in another account"] if elsewhere.status < 300 else []
    return f"{found}" if found else None


@attack("external ids and metadata accept control characters, reveal strangers, or are changed by their subject",
        is_on_new=True)
def labels_tell_or_take_too_much(target):
    account = target.serve().account("Labels")
    other = target.account("Strangers")
    found = []
    worker, mole = account.person("Will Worker"), account.person("Mo Mole")
    target.operator.ok("PATCH", worker.path, {"external_id": "crm-7", "metadata": {"salary": "secret"}})
    stranger = other.owner.client()
    lookup = "?external_id=" + urllib.parse.quote("crm-7")
    for who, client, path in (
        ("a colleague", mole.client(), f"{account.path}/users{lookup}"),
        ("a colleague by address", mole.client(), f"{account.path}/users?email={urllib.parse.quote(worker.email)}"),
        ("a stranger in her own account", stranger, f"{other.path}/users{lookup}"),
        ("a stranger", stranger, f"{account.path}/users{lookup}"),
    ):
        answer = client.get(path)
        if answer.status == 200 and answer.body["items"]:
            found.append(f"{who} found the user")
    if worker.client().patch(worker.path, {"external_id": "crm-8"}).status == 200:
        found.append("the user changed it")
    if target.operator.patch(mole.path, {"external_id": "crm-7"}).status == 200:
        found.append("two users have one external id")
    for what, labels in {
        "21 entries": {"metadata": {str(number): "" for number in range(21)}},
        "a long value": {"metadata": {"key": "v" * 501}},
        "a long key": {"metadata": {"k" * 41: ""}},
        "an empty key": {"metadata": {"": "v"}},
        "a NUL": {"metadata": {"key": "\0"}},
        "an escape": {"metadata": {"key": "\x1b[31m"}},
        "an object": {"metadata": {"key": {"a": 1}}},
        "a number": {"metadata": {"key": 1}},
        "a long id": {"external_id": "x" * 513},
        "an empty id": {"external_id": ""},
        "an id of two lines": {"external_id": "a\nb"},
    }.items():
        if target.operator.patch(mole.path, labels).status == 200:
            found.append(what)
    return f"{found}" if found else None


@attack("a user without `reports.view` reads the list of waits", is_on_new=True)
def waits_are_read_by_members(target):
    account, _, (one, other) = desk(target)
    one.sign_in()
    target.operator.post(f"{account.path}/sign-ins", wish(other, wait=True))
    if not target.operator.all(f"{account.path}/waits"):
        raise AssertionError("the wait is not listed")
    manager = account.person("Mona Manager", role="manager", privileges=["users.manage"])
    callers = {"a member": one.client(), "a manager of users": manager.client(), "nobody": target.operator.by(None),
               "a stranger": target.account("Strangers").owner.client()}
    found = [who for who, caller in callers.items() if caller.get(f"{account.path}/waits").status == 200]
    page = target.browser()
    page.sign_in(one.email)
    if page.ask(f"/a/{account.id}/refusals").status == 200:
        found.append("a member in the portal")
    return f"read by {found}" if found else None
