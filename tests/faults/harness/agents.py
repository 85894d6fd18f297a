"""Agents who work at the same time until they are stopped, no matter what happens to the server."""

import random
import threading
import time

from .api import Gone
from .desk import PRODUCT
from .record import SOME, Record
from .wrong import Wrong, expect

HELP_DESK = {"preset": "help_desk_shift", "lease_secs": 600, "max_devices_per_user": 1, "when_full": []}
ON_MINUTES = {"occupies": "session", "when_full": ["pay_per_use"], "lease_secs": 600}
# An agent whose server is gone retries this often.
RETRY_SECS = 0.05
PACE_SECS = 0.004


class Crowd:
    """Users of two pools, one whose seats are taken by signing in and one by sessions with minutes, and a thread for
    each user."""

    def __init__(self, desk, log_path, seed, threads=6, people=6):
        self.desk, self.threads = desk, threads
        self.sessions_pool = desk.add_pool("Sessions", 2, ON_MINUTES)
        self.record = Record(desk, log_path)
        for pool, seats in ((desk.pool, 3), (self.sessions_pool, 2)):
            self.record.add_pool(pool, seats)
        at_the_desk = [desk.add_person(desk.pool) for _ in range(people)]
        on_call = [desk.add_person(self.sessions_pool) for _ in range(people)]
        self.people = at_the_desk + on_call
        for person in self.people:
            self.record.add_person(person)
        self.random = random.Random(seed)
        self._running = []
        self._stop = threading.Event()
        self._address = desk.client.address

    @classmethod
    def make(cls, client, folder, seed, **sizes):
        from .desk import Desk
        desk = Desk(client, seats=3, rules=HELP_DESK, minutes=100_000, spare_seats=2)
        return cls(desk, folder / "acknowledged.log", seed, **sizes)

    def start(self, timeout=60):
        """Everybody starts to work on the desk's server."""
        self._stop.clear()
        self._address = self.desk.client.address
        for number in range(self.threads):
            people = self.people[number::self.threads]
            worker = Worker(self, people, number == 0, random.Random(self.random.random()), timeout)
            thread = threading.Thread(target=worker.run, daemon=True)
            thread.start()
            self._running.append(thread)

    def stop(self, within_secs=60):
        self._stop.set()
        deadline = time.monotonic() + within_secs
        for thread in self._running:
            thread.join(max(0.1, deadline - time.monotonic()))
            expect(not thread.is_alive(), "an agent still waits for an answer")
        self._running.clear()

    def wait_for_answers(self, count, within_secs=30):
        """Waits until this many more requests were acknowledged."""
        wanted, deadline = self.record.acknowledged + count, time.monotonic() + within_secs
        while self.record.acknowledged < wanted:
            expect(not self.record.wrong, self.record.wrong and self.record.wrong[0])
            expect(time.monotonic() < deadline, f"{count} answers did not come within {within_secs} s")
            time.sleep(0.01)

    def stopped(self):
        return self._stop.is_set()


class Worker:
    def __init__(self, crowd, people, is_admin, chance, timeout):
        self.desk, self.record, self.crowd = crowd.desk, crowd.record, crowd
        self.people, self.is_admin, self.random = people, is_admin, chance
        self.client = crowd.desk.client.by(crowd.desk.client.key)
        self.client.timeout = timeout

    def run(self):
        while not self.crowd.stopped():
            try:
                self.do(self.random.choice(self.people))
                time.sleep(PACE_SECS)
            except Gone as error:
                self.record.note("gone", error)
                time.sleep(RETRY_SECS)
            except (Wrong, AssertionError, KeyError, TypeError) as error:
                self.record.wrong.append(f"{type(error).__name__}: {error}")
                return

    def do(self, person):
        if self.random.random() < 0.05:
            return self.rename(person)
        if self.is_admin and self.random.random() < 0.1:
            return self.add_minutes()
        known = self.record.sign_ins[person.user]
        # If the answer to a sign-in was lost and a check found it, the token is unknown: signing in again returns it.
        is_in = known.is_sure and known.may_be[0] and known.may_be[0] == person.sign_in
        if person.pool == self.desk.pool:
            return self.sign_out(person) if is_in and self.random.random() < 0.6 else self.sign_in(person)
        if not is_in:
            return self.sign_in(person)
        session = self.record.sessions[person.user]
        if not session.is_sure:
            return self.look_for_session(person, session)
        return self.end_session(person, session) if session.may_be[0] else self.start_session(person, session)

    def settled(self, what, answer, fine):
        """Whether the status is one of these; false if the outcome is unknown."""
        if answer.is_in_doubt:
            self.record.note(f"doubt {what}", answer)
            return False
        if answer.status not in fine:
            raise Wrong(f"{what}: {answer}")
        self.record.acknowledge(what, answer.status)
        return True

    def sign_in(self, person):
        known = self.record.sign_ins[person.user]
        known.doubt(SOME)
        answer = self.desk.ask_to_sign_in(person, self.client)
        what = f"sign in {person.name}"
        if not self.settled(what, answer, (200, 201, 409)):
            return
        if answer.status == 409:
            expect(answer.code == "no-seat-available", f"{what}: {answer}")
            expect(None in known.may_be, f"lost: {what}: {answer}")
            return known.learn(None)
        sign_in = answer.body["sign_in"]
        sure = [it for it in known.may_be if it != SOME]
        expect(sure != [sign_in["id"]] or answer.status == 200, f"another sign-in for the same device: {answer}")
        # The first attempt may have created it already: the answer must be the existing one.
        if len(known.may_be) == 2 and sure[0] is not None:
            expect(sign_in["id"] == sure[0], f"lost: {what}: {answer}, acknowledged {sure[0]}")
        known.learn(sign_in["id"])
        person.sign_in, person.token = sign_in["id"], answer.body["token"]
        if sign_in["funding"] == "seat":
            self.record.holds(person)

    def sign_out(self, person):
        known = self.record.sign_ins[person.user]
        known.doubt(None)
        self.record.may_let_go(person)
        answer = self.client.by(person.token).delete(f"{self.desk.path}/sign-ins/{person.sign_in}")
        if self.settled(f"sign out {person.name}", answer, (204,)):
            known.learn(None)

    def start_session(self, person, known):
        known.doubt(SOME)
        body = {"sign_in": person.sign_in, "kind": "unattended", "start": "active"}
        self.record.charge(0, 1)
        answer = self.client.by(person.token).post(f"{self.desk.path}/sessions", body)
        if not self.settled(f"start of {person.name}", answer, (201,)):
            return
        known.learn(answer.body["id"])
        if answer.body["funding"] == "minutes":
            self.record.charge(1, 0)
        else:
            self.record.charge(0, -1)
            self.record.holds(person)

    def end_session(self, person, known):
        session = known.may_be[0]
        known.doubt(None)
        self.record.may_let_go(person)
        client = self.client.by(person.token)
        answer = client.post(f"{self.desk.path}/sessions/{session}/end", {})
        if self.settled(f"end of {person.name}", answer, (200,)):
            known.learn(None)

    def look_for_session(self, person, known):
        answer = self.client.get(f"{self.desk.path}/sessions?user={person.user}")
        if not self.settled(f"look at {person.name}", answer, (200,)):
            return
        running = [it["id"] for it in answer.body["items"] if it["state"] != "ended"]
        found = running[0] if running else None
        expect(found in known.may_be or (found and SOME in known.may_be), f"lost: session {found}, {known.may_be}")
        known.learn(found)

    def rename(self, person):
        known = self.record.names[person.user]
        name = f"{person.name} {self.random.randrange(10**9)}"
        known.doubt(name)
        answer = self.client.patch(f"{self.desk.path}/users/{person.user}", {"name": name})
        if self.settled(f"rename {person.name}", answer, (200,)):
            expect(answer.body["name"] == name, f"renamed to {name}: {answer}")
            known.learn(name)

    def add_minutes(self):
        added = self.record.minutes_added
        if not added.is_sure:
            return
        after = added.may_be[0] + 10
        added.doubt(after)
        answer = self.client.post(f"{self.desk.path}/minutes", {"minutes": 10})
        if self.settled("add minutes", answer, (200,)):
            added.learn(after)
