"""A record of everything acknowledged, independent of the server, and checks whether the server still has it.

Each person is worked for by one thread, so what is known of them has no races. A request is noted before it is sent and
once it is answered; one without an answer leaves a doubt, and both outcomes are right.
"""

import threading
import time

from .wrong import Wrong, expect

# A claim on minutes costs one at its start and one at each full minute (Q3); no session here lasts that long.
SESSION_SECS_MAX = 55


class Known:
    """What is known about one thing: its value, or its possible values."""

    def __init__(self, value):
        self.may_be = (value,)

    @property
    def is_sure(self):
        return len(self.may_be) == 1

    def doubt(self, other):
        self.may_be = (*self.may_be, other)

    def learn(self, value):
        self.may_be = (value,)


# A sign-in or session with an unknown id, because its answer was lost.
SOME = "some"


class Record:
    def __init__(self, desk, log_path):
        self.desk = desk
        self.sign_ins = {}  # user -> Known(id, or None)
        self.sessions = {}  # user -> Known(id, or None)
        self.names = {}  # user -> Known(name)
        self.minutes_added = Known(desk.minutes)
        self.minutes_charged_min = self.minutes_charged_max = 0
        self.acknowledged = 0
        self.wrong = []
        self._seats = {}  # pool -> seats
        self._held = {}  # pool -> users who certainly hold a seat
        self._lock = threading.Lock()
        self._log = log_path.open("a", buffering=1)

    def add_pool(self, pool, seats):
        self._seats[pool], self._held[pool] = seats, set()

    def add_person(self, person):
        self.sign_ins[person.user] = Known(None)
        self.sessions[person.user] = Known(None)
        self.names[person.user] = Known(person.name)

    def note(self, what, answer=None):
        self._log.write(f"{time.time():.3f} {what} {answer or ''}\n")

    def acknowledge(self, what, answer):
        with self._lock:
            self.acknowledged += 1
        self.note(what, answer)

    def holds(self, person):
        """Notes that by an answer this person has a seat."""
        with self._lock:
            held = self._held[person.pool]
            held.add(person.user)
            if len(held) > self._seats[person.pool]:
                self.wrong.append(f"oversold: {len(held)} of {self._seats[person.pool]} seats were given")

    def may_let_go(self, person):
        """Notes that from here on the seat may be free."""
        with self._lock:
            self._held[person.pool].discard(person.user)

    def charge(self, at_least, at_most):
        with self._lock:
            self.minutes_charged_min += at_least
            self.minutes_charged_max += at_most

    def check(self):
        """Compares an idle server with everything acknowledged, then resolves what was unknown."""
        if self.wrong:
            raise Wrong(self.wrong[0])
        with self._lock:
            for held in self._held.values():
                held.clear()
        self._check_sign_ins()
        self._check_sessions()
        for user in self.desk.all("users"):
            known = self.names[user["id"]]
            expect(user["name"] in known.may_be, f"lost: a name is {user['name']}, not {known.may_be}")
            known.learn(user["name"])
        self._check_minutes()
        self.desk.expect_never_oversold()

    def _check_sign_ins(self):
        present = self.desk.signed_in()
        for user, known in self.sign_ins.items():
            found = present.pop(user, None)
            found = found and found["id"]
            compare("sign-in", user, known, found)
        expect(not present, f"sign-ins of nobody: {present}")

    def _check_sessions(self):
        present = {it["user"]: it["id"] for it in self.desk.all("sessions") if it["state"] != "ended"}
        for user, known in self.sessions.items():
            compare("session", user, known, present.pop(user, None))
        expect(not present, f"sessions of nobody: {present}")

    def _check_minutes(self):
        if not self.desk.minutes:
            return
        left = self.desk.minutes_left()
        least = min(self.minutes_added.may_be) - self.minutes_charged_max
        most = max(self.minutes_added.may_be) - self.minutes_charged_min
        expect(least <= left <= most, f"minutes: {left} are left, not {least} to {most}")
        if not self.minutes_added.is_sure:
            # Either is right; which one it is only decides what is known from here on.
            self.minutes_charged_min += min(self.minutes_added.may_be) - max(self.minutes_added.may_be)
            self.minutes_added.learn(min(self.minutes_added.may_be))


def compare(what, user, known, found):
    """Whether `found` is possible; from here on it is the known value."""
    if found is not None and SOME in known.may_be:
        known.learn(found)
        return
    if found not in known.may_be:
        acknowledged = [it for it in known.may_be if it != SOME]
        word = "lost" if found is None else "came back" if acknowledged == [None] else "another"
        raise Wrong(f"{word}: the {what} of {user} is {found}, acknowledged {acknowledged}")
    known.learn(found)
