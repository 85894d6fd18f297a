"""Labels (`external_id`, `metadata`): they must come back as given, from everything that takes them, or be refused."""

import threading
import urllib.parse

from harness.api import Gone
from target import PRODUCT, attack

from .programs import desk
from .races import at_once

# As long and as odd as is allowed.
METADATA = {"k" * 40: "v" * 500, "émile 日本 \U0001f44d": "\"quoted\" \\ <b>&amp;</b> {{ }} ${x}", "null": "null"}
ODD_IDS = ("a/b?c=d&e#f", "id with spaces ", "日本語", "%2e%2e%2f", "x" * 255, "'; DROP TABLE users; --", "0", "null")


def creators(account, sign_in, token):
    """What can have labels: how it is created, by whom, and where it is listed."""
    operator = account.operator
    device = operator.by(token)
    return {
        "account": (operator, "/v1/accounts", lambda name: {"name": name}),
        "user": (operator, f"{account.path}/users",
                 lambda name: {"name": "N", "email": f"{name}@labels.example", "assign_seat": False}),
        "pool": (operator, f"{account.path}/pools", lambda name: {"name": name, "product": PRODUCT, "seats": 0}),
        "session": (device, f"{account.path}/sessions",
                    lambda _: {"sign_in": sign_in, "kind": "attended", "start": "standby"}),
    }


def labels_of(thing):
    thing = thing.get("user", thing) if isinstance(thing.get("user"), dict) else thing
    return thing.get("external_id"), thing.get("metadata")


@attack("labels given at creation are lost, altered, or found under another id", is_on_new=True)
def labels_given_at_creation(target):
    account, _, people = desk(target, seats=3, people=2)
    sign_in, token = people[0].sign_in()
    found, made = [], []
    for what, (client, path, body) in creators(account, sign_in, token).items():
        for number, odd in enumerate(ODD_IDS):
            wanted = (odd, METADATA)
            answer = client.post(path, {**body(f"{what}{number}"), "external_id": odd, "metadata": METADATA})
            if answer.status != 201:
                found.append(f"{what} {odd!r}: {answer}"[:200])
                continue
            thing = f"{path}/{answer.body['id']}"
            made.append((thing, wanted))
            by_id = client.ok("GET", f"{path}?external_id={urllib.parse.quote(odd, safe='')}")["items"]
            forms = [("created", answer.body), ("read", client.ok("GET", thing)), *(("listed", it) for it in by_id)]
            for how, one in forms:
                if labels_of(one) != wanted:
                    found.append(f"{what} {how}: {labels_of(one)}"[:200])
            if [it["id"] for it in by_id] != [answer.body["id"]]:
                found.append(f"{what} {odd!r}: {len(by_id)} found")
            if what == "session":
                client.post(f"{thing}/end?as=user")
    group = {"name": "G", "members": [], "external_id": ODD_IDS[0]}
    group = account.operator.ok("POST", f"{account.path}/groups", group)["id"]
    made.append((f"{account.path}/groups/{group}", (ODD_IDS[0], None)))
    target.server.kill()
    target.serve()
    for thing, wanted in made:
        answer = target.operator.get(thing)
        if answer.status != 200 or labels_of(answer.body) != wanted:
            found.append(f"{thing} after a restart: {answer}"[:200])
    return f"{found[:6]}" if found else None


@attack("a creation with labels that is refused, or cut off by a crash, leaves a thing without them", is_on_new=True)
def creation_without_its_labels(target):
    account, _, people = desk(target, seats=3, people=2)
    sign_in, token = people[0].sign_in()
    found = []
    for what, (client, path, body) in creators(account, sign_in, token).items():
        if what not in ("user", "pool"):
            # Only these must be unique.
            continue
        clients = [target.server.client(client.key) for _ in range(6)]
        for it in clients:
            it.get("/livez")
        for number in range(5):
            same = {"external_id": f"crm-{number}", "metadata": {"case": str(number)}}
            answers = at_once(*(lambda it=it, place=place: it.post(path, {**body(f"race{number}x{place}"), **same})
                                for place, it in enumerate(clients)))
            there = [it for it in client.all(path) if f"race{number}x" in (it.get("email") or it["name"])]
            if [answer.status for answer in answers].count(201) != 1 or len(there) != 1:
                found.append(f"{what}: {sorted(answer.status for answer in answers)}, {len(there)} created")
    for number in range(4):
        found += cut_off(target, account, number)
        account.operator = target.operator
    return f"{found[:6]}" if found else None


def cut_off(target, account, number):
    """Kills the server while users are created. Returns who has no labels, and which acknowledged ones are gone."""
    acknowledged, is_over = [], threading.Event()

    def create(place):
        client = target.server.client(timeout=5)
        for turn in range(10_000):
            name = f"cut{number}x{place}x{turn}"
            body = {"name": name, "email": f"{name}@labels.example", "assign_seat": False,
                    "external_id": name, "metadata": {"case": name}}
            try:
                if client.post(f"{account.path}/users", body).status == 201:
                    acknowledged.append(name)
            except Gone:
                return
            if is_over.is_set():
                return

    threads = [threading.Thread(target=create, args=(place,), daemon=True) for place in range(6)]
    for thread in threads:
        thread.start()
    is_over.wait(0.4 + number / 20)
    target.server.kill()
    is_over.set()
    for thread in threads:
        thread.join(10)
    target.serve()
    people = target.operator.all(f"{account.path}/users")
    people = {it["name"]: labels_of(it) for it in people if f"cut{number}x" in it["name"]}
    found = [f"{name}: {labels}" for name, labels in people.items() if labels != (name, {"case": name})]
    if not acknowledged:
        raise AssertionError("nobody was created")
    return found + [f"{name} is gone" for name in acknowledged if name not in people]
