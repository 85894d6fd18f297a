"""An account to work in, and the requests that scenarios make."""

import itertools

from .wrong import Wrong, expect

PRODUCT = "remote-support"
NUMBERS = itertools.count(1)


class Person:
    def __init__(self, user, pool, name):
        self.user, self.pool, self.name = user, pool, name
        self.device = {"id": f"desk-{name}", "name": f"Desk of {name}", "kind": "desktop"}
        # Of the sign-in, where this person is signed in.
        self.sign_in = self.token = None


class Desk:
    """An account with one pool and the people in it; further pools are added."""

    def __init__(self, client, seats, rules=None, people=0, minutes=0, spare_seats=0):
        self.client = client
        self.account = client.ok("POST", "/v1/accounts", {"name": "Under faults"})["id"]
        self.path = f"/v1/accounts/{self.account}"
        bought = {PRODUCT: {"named_seats": 0, "shared_seats": seats + spare_seats}}
        self.put("subscription", {"plan": "enterprise", "products": bought})
        self.default = client.all(f"{self.path}/pools")[0]["id"]
        client.ok("PATCH", f"{self.path}/pools/{self.default}", {"seats": 0})
        self.minutes = minutes
        if minutes:
            self.post("minutes", {"minutes": minutes})
        self.pool = self.add_pool("Support", seats, rules or {})
        self.people = [self.add_person(self.pool) for _ in range(people)]

    def on(self, client):
        """The same account on a restarted server."""
        self.client = client
        return self

    def get(self, path):
        return self.client.ok("GET", f"{self.path}/{path}")

    def all(self, path):
        return self.client.all(f"{self.path}/{path}")

    def put(self, path, body):
        return self.client.ok("PUT", f"{self.path}/{path}", body)

    def post(self, path, body):
        return self.client.ok("POST", f"{self.path}/{path}", body)

    def add_pool(self, name, seats, rules):
        return self.post("pools", {"name": name, "product": PRODUCT, "seats": seats, "rules": rules})["id"]

    def add_person(self, pool):
        name = f"p{next(NUMBERS)}"
        fields = {"name": name, "email": f"{name}@faults.example", "assign_seat": False}
        user = self.post("users", fields)["id"]
        self.put(f"users/{user}/licenses/{PRODUCT}", {"kind": "shared", "pool": pool})
        return Person(user, pool, name)

    def ask_to_sign_in(self, person, client=None, wait=False):
        body = {"user": person.user, "product": PRODUCT, "device": person.device, "wait": wait}
        return (client or self.client).post(f"{self.path}/sign-ins", body)

    def sign_in(self, person):
        answer = self.ask_to_sign_in(person)
        if answer.status not in (200, 201):
            raise Wrong(f"{person.name} was not signed in: {answer}")
        person.sign_in, person.token = answer.body["sign_in"]["id"], answer.body["token"]

    def beat(self, person, client=None):
        """Sends a heartbeat for a signed-in person."""
        client = (client or self.client).by(person.token)
        return client.post(f"{self.path}/sign-ins/{person.sign_in}/heartbeat", {"active": True})

    def start_session(self, person):
        """Starts a session at once. Returns what pays for it."""
        body = {"sign_in": person.sign_in, "kind": "unattended", "start": "active"}
        session = self.client.by(person.token).ok("POST", f"{self.path}/sessions", body)
        return session["id"], session["funding"]

    def end_session(self, person, session):
        client = self.client.by(person.token)
        return client.ok("POST", f"{self.path}/sessions/{session}/end", {})

    def signed_in(self):
        """All sign-ins, by user."""
        return {it["user"]: it for it in self.all("sign-ins")}

    def usage_of(self, pool):
        pools = [it for product in self.get("usage")["products"] for it in product["pools"]]
        return next(it for it in pools if it["id"] == pool)

    def minutes_left(self):
        return self.get("usage")["minutes"]["remaining"]

    def expect_never_oversold(self):
        """Checks that no pool has more holders than seats, by its own figures and by the list of sign-ins."""
        for product in self.get("usage")["products"]:
            for pool in product["pools"]:
                expect(pool["occupied"] <= pool["seats"] and len(pool.get("holders", [])) <= pool["seats"],
                       f"oversold: {pool['occupied']} of {pool['seats']} seats, {len(pool.get('holders', []))} holders")
        on_seats = {}
        sign_ins = {it["id"]: it for it in self.all("sign-ins")}
        for sign_in in sign_ins.values():
            if sign_in["funding"] == "seat":
                on_seats.setdefault(sign_in.get("pool"), set()).add(sign_in["user"])
        for session in self.all("sessions"):
            sign_in = sign_ins.get(session["sign_in"])
            if session["funding"] == "seat" and sign_in and session["state"] not in ("ended", "paused"):
                on_seats.setdefault(sign_in.get("pool"), set()).add(session["user"])
        seats = {it["id"]: it["seats"] for it in self.all("pools")}
        for pool, holders in on_seats.items():
            expect(len(holders) <= seats[pool], f"oversold: {len(holders)} users hold {seats[pool]} seats of {pool}")
