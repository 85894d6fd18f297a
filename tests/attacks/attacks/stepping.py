"""The stepping core: many kinds of commands at once, keys used twice, and kills amid follow-up events."""

import threading
import time

from harness.api import Gone
from harness.server import command
from target import PRODUCT, attack

from .programs import desk, wish
from .races import at_once


@attack("one idempotency key, sent at once with different operations, creates several things or a wrong answer",
        is_on_new=True)
def one_key_for_many_operations(target):
    account, pool, people = desk(target, seats=8, people=6)
    device = people[5].sign_in()
    found = []
    for number in range(15):
        key = {"Idempotency_Key": f"many-{number}"}
        bodies = {
            "sign-ins": wish(people[number % 5], f"d{number}"),
            "sessions": {"sign_in": device[0], "kind": "attended", "start": "standby"},
            "minutes": {"minutes": 7},
            "users": {"name": "Many", "email": f"many{number}@keys.example", "assign_seat": False},
            "teams": {"name": f"Team {number}", "members": []},
            "groups": {"name": f"Group {number}", "members": []},
            "pools": {"name": f"Pool {number}", "product": PRODUCT, "seats": 0},
            "api-keys": {"name": f"key {number}", "scopes": ["read"]},
        }
        # Twice each: two equal requests must create one thing.
        kinds = list(bodies) * 2
        clients = [target.server.client() for _ in kinds]
        for it in clients:
            it.get("/livez")
        minutes = minutes_of(account)
        answers = at_once(*(lambda it=it, kind=kind: it.post(f"{account.path}/{kind}", bodies[kind], **key)
                            for it, kind in zip(clients, kinds)))
        made = {}
        for kind, answer in zip(kinds, answers):
            if answer.status >= 500:
                found.append(f"{kind}: {answer}")
            elif answer.status < 300:
                made.setdefault(kind, set()).add(thing_of(kind, answer.body))
        more = (minutes_of(account) - minutes) // 7
        if more != len(made.get("minutes", ())):
            found.append(f"{more} additions of minutes, {len(made.get('minutes', ()))} acknowledged")
        for kind, things in made.items():
            if len(things) != 1 or None in things:
                found.append(f"{kind}: {things}")
        if len(made) > 1:
            found.append(f"one key made {sorted(made)}")
        for ids in made.get("sign-ins", ()):
            account.operator.delete(f"{account.path}/sign-ins/{ids}")
    return f"{found[:6]}" if found else None


def thing_of(kind, body):
    """The id of what was created, in the form of its own kind; None if the answer is of another kind."""
    if kind == "minutes":
        return "added" if list(body) == ["remaining"] else None
    thing = body.get("sign_in") or body.get("user") or body
    if isinstance(thing, str):
        thing = body
    prefix = {"sign-ins": "sign_", "sessions": "sess_", "users": "user_", "teams": "team_", "groups": "grp_",
              "pools": "pool_", "api-keys": "key_"}[kind]
    return thing["id"] if str(thing.get("id", "")).startswith(prefix) else None


def minutes_of(account):
    """The minutes that the account has left."""
    return account.operator.ok("GET", f"{account.path}/usage")["minutes"]["remaining"]


class Load(threading.Thread):
    """An agent who signs in, or waits and claims, and signs out, over and over; and what was acknowledged to them."""

    def __init__(self, target, account, person, round_number):
        super().__init__(daemon=True)
        self.target, self.account, self.person, self.round = target, account, person, round_number
        self.over, self.number, self.wrong = False, 0, []
        self.ended = set()

    def run(self):
        client = self.target.server.client(timeout=5)
        while not self.over:
            self.number += 1
            try:
                self.take_turn(client)
            except Gone:
                return

    def take_turn(self, client):
        path = self.account.path
        key = f"{self.person.id}-{self.round}-{self.number}"
        answer = client.post(f"{path}/sign-ins", wish(self.person, wait=True), Idempotency_Key=key)
        if answer.status >= 500:
            self.wrong.append(answer)
            return
        if "ticket" in answer.body:
            ticket = f"{path}/tickets/{answer.body['ticket']['id']}"
            for _ in range(50):
                state = client.get(ticket)
                if self.over or state.status != 200 or state.body["state"] != "waiting":
                    break
            answer = client.post(f"{ticket}/claim")
            if answer.status >= 300:
                client.delete(ticket)
                return
        if "sign_in" not in answer.body:
            return
        going = answer.body["sign_in"]["id"]
        if client.delete(f"{path}/sign-ins/{going}").status < 300:
            self.ended.add(going)


@attack("a kill amid the follow-up events of a change leaves seats that nobody has, or that two have", is_on_new=True)
def kills_amid_follow_up_events(target):
    account, pool, people = desk(target, seats=2, people=9)
    of_pool, found = f"{account.path}/pools/{pool}", []
    second = {"name": "Spare", "product": PRODUCT, "seats": 0}
    second = account.operator.ok("POST", f"{account.path}/pools", second)["id"]
    for number in range(5):
        loads = [Load(target, account, person, number) for person in people]
        for load in loads:
            load.start()
        # Each change of the seats is followed by offers to those who wait, in the same commit.
        until = time.monotonic() + 0.6 + number / 10
        while time.monotonic() < until:
            account.operator.post(f"{of_pool}/move-seats", {"to": second, "seats": 1})
            account.operator.post(f"{account.path}/pools/{second}/move-seats", {"to": pool, "seats": 1})
        target.server.kill()
        for load in loads:
            load.over = True
            load.join(20)
        target.serve()
        account.operator = target.operator
        found += whole(target, account, pool, loads)
    target.server.stop()
    code, said = command(target.binary, "verify", data=target.data)
    if code:
        found.append(f"usher verify: {said[-300:]}")
    return f"{found}" if found else None


def whole(target, account, pool, loads):
    """What is wrong after a restart: with the seats, the queue, and what was acknowledged."""
    usage = target.operator.ok("GET", f"{account.path}/pools/{pool}")
    sign_ins = target.operator.all(f"{account.path}/sign-ins")
    found = [repr(answer) for load in loads for answer in load.wrong]
    # An offered seat is held for its user, and so counts as occupied.
    if usage["occupied"] > 2 or usage["occupied"] - usage["offered"] != len(sign_ins):
        found.append(f"{usage['occupied']} occupied and {usage['offered']} offered of 2, {len(sign_ins)} signed in")
    if usage["waiting"] and usage["occupied"] < usage["seats"]:
        found.append(f"{usage['waiting']} wait beside a free seat")
    back = {it["id"] for it in sign_ins} & set().union(*(load.ended for load in loads))
    if back:
        found.append(f"signed out, and there again: {back}")
    if not any(load.ended for load in loads):
        raise AssertionError("nobody signed in and out")
    for it in sign_ins:
        target.operator.delete(f"{account.path}/sign-ins/{it['id']}")
    for it in target.operator.all(f"{account.path}/tickets"):
        target.operator.delete(f"{account.path}/tickets/{it['id']}")
    empty = target.operator.ok("GET", f"{account.path}/pools/{pool}")
    if empty["occupied"] or empty["offered"] or empty["waiting"]:
        found.append(f"left behind: {empty['occupied']} occupied, {empty['waiting']} waiting")
    return found


@attack("a pool that is lowered while users sign in gives out more seats than it has", is_on_new=True)
def seats_taken_while_the_pool_is_lowered(target):
    account = target.serve().account("Lowered", named=0, shared=6)
    pool = account.operator.ok("GET", f"{account.path}/pools")["items"][0]["id"]
    of_pool = f"{account.path}/pools/{pool}"
    people = [account.person(f"Agent {number}", assign_seat=False) for number in range(10)]
    for person in people:
        account.operator.ok("PUT", f"{person.path}/licenses/{PRODUCT}", {"kind": "shared", "pool": pool})
    target.operator.ok("PATCH", of_pool, {"rules": {"when_full": []}})
    clients, found = [target.server.client() for _ in people], []
    for number in range(25):
        target.operator.ok("PATCH", of_pool, {"seats": 6})
        low = number % 6

        def take(place, number=number):
            person, device = people[place], {"id": f"d{number}", "name": "d", "kind": "desktop"}
            body = {"user": person.id, "product": PRODUCT, "device": device}
            return clients[place].post(f"{account.path}/sign-ins", body)

        answers = at_once(*(lambda it=it: take(it) for it in range(8)),
                          lambda low=low: target.operator.patch(of_pool, {"seats": low}))
        there = target.operator.ok("GET", of_pool)
        held = [it.body["sign_in"]["id"] for it in answers[:-1] if it.status == 201]
        late = [take(8), take(9)]
        if len(held) > 6 or there["occupied"] != len(held) or any(it.status >= 500 for it in answers + late):
            found.append(f"{len(held)} of 6 acknowledged, {there['occupied']} occupied")
        free = max(low - len(held), 0) if answers[-1].status == 200 else 6 - len(held)
        more = [it for it in late if it.status == 201]
        if len(more) != min(free, 2):
            found.append(f"{len(more)} more seats of {low} after {len(held)}")
        for sign_in in held + [it.body["sign_in"]["id"] for it in more]:
            target.operator.delete(f"{account.path}/sign-ins/{sign_in}")
        if target.operator.ok("GET", of_pool)["occupied"]:
            found.append("a seat is left behind")
    return f"{found}" if found else None


@attack("seats that are moved between pools, sold and lowered at the same time come into being", is_on_new=True)
def seats_moved_at_once(target):
    account = target.serve().account("Moved", named=0, shared=6)
    first = account.operator.ok("GET", f"{account.path}/pools")["items"][0]["id"]
    account.operator.ok("PATCH", f"{account.path}/pools/{first}", {"seats": 3})
    second = account.operator.ok("POST", f"{account.path}/pools",
                                 {"name": "Second", "product": PRODUCT, "seats": 2})["id"]
    clients, found = [target.server.client() for _ in range(6)], []

    def bought(seats):
        return {"plan": "enterprise", "products": {PRODUCT: {"named_seats": 0, "shared_seats": seats}}}

    for number in range(20):
        move = {"product": PRODUCT, "seats": 2}
        answers = at_once(
            lambda: clients[0].post(f"{account.path}/pools/{first}/move-seats", {"to": second, "seats": 2}),
            lambda: clients[1].post(f"{account.path}/pools/{second}/move-seats", {"to": first, "seats": 1}),
            lambda: clients[2].patch(f"{account.path}/pools/{first}", {"seats": 4}),
            lambda: clients[3].patch(f"{account.path}/pools/{second}", {"seats": 3}),
            lambda: clients[4].put(f"{account.path}/subscription", bought(5 + number % 2)),
            lambda: clients[5].post(f"{account.path}/pools", {"name": f"P{number}", **move}))
        seats = sum(it["seats"] for it in account.operator.all(f"{account.path}/pools"))
        have = account.operator.ok("GET", f"{account.path}/subscription")["products"]
        if seats > 6 or any(it.status >= 500 for it in answers):
            found.append(f"{seats} seats in pools of {have}: {[it.status for it in answers]}")
    return f"{found}" if found else None
