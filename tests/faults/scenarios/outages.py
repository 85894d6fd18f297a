"""Time in which the server could not act counts against nobody (S11)."""

import http.client
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.parse

from harness.api import Gone
from harness.desk import Desk
from harness.disk import ENOSPC, SYNC_HANG, WRITE_ERRNO
from harness.run import scenario
from harness.wrong import Wrong, expect

LEASE_SECS = 5
OUTAGE_SECS = 8
# The server's own time limits: for requests under way, and for storing the rest.
STOP_SECS_MAX = 25


class Hearts:
    """Agents who each send a heartbeat every third of a lease, and note the answers."""

    def __init__(self, desk):
        self.desk, self.ended = desk, {}
        self.beats = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._beat, args=(it,), daemon=True) for it in desk.people]
        for thread in self._threads:
            thread.start()

    def _beat(self, person):
        client = self.desk.client.by(person.token)
        client.timeout = 2 * OUTAGE_SECS + 10
        while not self._stop.wait(LEASE_SECS / 3):
            # The desk may be on another server by now.
            client.address = self.desk.client.address
            try:
                answer = self.desk.beat(person, client)
            except Gone:
                continue
            if answer.status == 200:
                self.beats += 1
            elif not answer.is_in_doubt:
                self.ended[person.name] = answer
                return

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(4 * OUTAGE_SECS)


def help_desk(run, people=10, **more):
    server = run.serve(*more.pop("arguments", ()))
    rules = {"preset": "help_desk_shift", "lease_secs": LEASE_SECS, **more}
    desk = Desk(server.client(), seats=people, rules=rules, people=people)
    for person in desk.people:
        desk.sign_in(person)
    return server, desk


def expect_all_in(desk, hearts):
    """Checks that everybody is still signed in, and stays so for another lease."""
    for _ in range(2):
        there = desk.signed_in()
        out = [it.name for it in desk.people if there.get(it.user, {}).get("id") != it.sign_in]
        ended = next(iter(hearts.ended.values()), "")
        expect(not out and not ended, f"{len(out)} of {len(desk.people)} were signed out {ended}")
        time.sleep(LEASE_SECS * 0.7)
    hearts.stop()


def poke(desk):
    """A change during the outage: its answer may come late, or never."""
    client = desk.client.by(desk.client.key)
    client.timeout = 3 * OUTAGE_SECS

    def change():
        try:
            client.patch(f"{desk.path}/users/{desk.people[0].user}", {"name": "Poked"})
        except Gone:
            pass
    threading.Thread(target=change, daemon=True).start()


@scenario("all ten agents are signed in after a sync that hung for longer than a lease")
def sync_hangs(run):
    server, desk = help_desk(run)
    hearts = Hearts(desk)
    time.sleep(1)
    with run.disk.wrong(SYNC_HANG, 1):
        poke(desk)
        time.sleep(OUTAGE_SECS)
    expect_all_in(desk, hearts)
    server.stop()
    run.expect_verified()


@scenario("all ten agents are signed in after a foreign lock on the database")
def foreign_lock(run):
    server, desk = help_desk(run)
    hearts = Hearts(desk)
    time.sleep(1)
    stranger = sqlite3.connect(run.data / "usher.db", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    poke(desk)
    time.sleep(OUTAGE_SECS)
    stranger.execute("ROLLBACK")
    stranger.close()
    expect_all_in(desk, hearts)
    server.stop()


@scenario("all ten agents are signed in after the process was stopped for a while")
def frozen(run):
    server, desk = help_desk(run)
    hearts = Hearts(desk)
    time.sleep(1)
    server.signal(signal.SIGSTOP)
    time.sleep(OUTAGE_SECS)
    server.signal(signal.SIGCONT)
    expect_all_in(desk, hearts)
    server.stop()


@scenario("all ten agents are signed in after stalls of less than a lease, one after the other")
def frozen_again_and_again(run):
    server, desk = help_desk(run)
    hearts = Hearts(desk)
    for _ in range(4):
        time.sleep(0.4)
        server.signal(signal.SIGSTOP)
        time.sleep(LEASE_SECS * 0.7)
        server.signal(signal.SIGCONT)
    expect_all_in(desk, hearts)
    server.stop()


@scenario("all ten agents are signed in after the server was down, and a dead one's seat is free a lease later")
def down(run):
    server, desk = help_desk(run)
    dead = desk.add_person(desk.pool)
    desk.client.ok("PUT", f"{desk.path}/subscription",
                   {"plan": "enterprise", "products": {"remote-support": {"named_seats": 0, "shared_seats": 11}}})
    desk.client.ok("PATCH", f"{desk.path}/pools/{desk.pool}", {"seats": 11})
    desk.sign_in(dead)
    hearts = Hearts(desk)
    server.kill()
    time.sleep(OUTAGE_SECS)
    server = run.serve()
    started = time.monotonic()
    desk.on(server.client())
    expect(dead.user in desk.signed_in(), "the outage was held against somebody")
    expect_freed_within(desk, dead, LEASE_SECS + 2, started)
    expect_all_in(desk, hearts)
    server.stop()


def expect_freed_within(desk, dead, secs, started):
    while dead.user in desk.signed_in():
        expect(time.monotonic() - started < secs, f"the seat of a dead agent is still taken after {secs} s")
        time.sleep(0.1)


@scenario("the seat of a dead agent is free within its lease")
def dead_agent(run):
    server, desk = help_desk(run, people=2)
    dead = desk.people[1]
    started = time.monotonic()
    desk.people = desk.people[:1]
    hearts = Hearts(desk)
    expect_freed_within(desk, dead, LEASE_SECS + 1.5, started)
    expect(time.monotonic() - started > LEASE_SECS - 1, "the seat was taken before the lease was over")
    expect_all_in(desk, hearts)
    server.stop()


@scenario("SIGTERM during a hang ends the server in time, and it reports what was not stored")
def stop_during_a_hang(run):
    server, desk = help_desk(run, people=2)
    with run.disk.wrong(SYNC_HANG, 1):
        poke(desk)
        run.disk.wait_until_hanging()
        started = time.monotonic()
        server.signal(signal.SIGTERM)
        try:
            server.gone(within_secs=STOP_SECS_MAX)
        except subprocess.TimeoutExpired:
            raise Wrong(f"it did not end within {STOP_SECS_MAX} s of SIGTERM") from None
    said = server.text()
    expect("stored" in said, f"ended after {time.monotonic() - started:.0f} s, without reporting what is lost: {said}")
    server = run.serve()
    desk.on(server.client())
    expect(len(desk.signed_in()) == 2, "an acknowledged sign-in is lost")
    server.stop()


@scenario("a clean stop leaves no write-ahead file behind, even with open streams and connections")
def clean_stop(run):
    server, desk = help_desk(run)
    hearts = Hearts(desk)
    streams = [follow(desk, person) for person in desk.people[:3]]
    for number in range(200):
        desk.client.ok("PATCH", f"{desk.path}/users/{desk.people[0].user}", {"name": f"Name {number}"})
    took = server.stop()
    hearts.stop()
    for stream in streams:
        stream.close()
    left = [it.name for it in run.data.iterdir() if it.name.endswith(("-wal", "-shm"))]
    expect(not left, f"left behind: {left}")
    expect(took < 12, f"a clean stop took {took:.0f} s")


def follow(desk, person):
    """An open stream of a sign-in's events, which nobody reads to its end."""
    place = urllib.parse.urlsplit(desk.client.address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    headers = {"Authorization": f"Bearer {person.token}"}
    connection.request("GET", f"{desk.path}/sign-ins/{person.sign_in}/events", headers=headers)
    expect(connection.getresponse().status == 200, "no stream")
    return connection


@scenario("on a full disk an account is shown as it was, and afterwards nobody has lost anything")
def full_disk_read(run):
    server, desk = help_desk(run)
    hearts = Hearts(desk)
    time.sleep(1)
    with run.disk.wrong(WRITE_ERRNO, ENOSPC):
        until = time.monotonic() + 2 * LEASE_SECS + 2
        while time.monotonic() < until:
            for place in ("users", "sign-ins", "usage", "pools", "sessions", "settings", "audit", "refusals"):
                answer = desk.client.get(f"{desk.path}/{place}")
                expect(answer.status == 200, f"{place} on a full disk: {answer}")
            there = desk.signed_in()
            expect(len(there) == len(desk.people), f"{len(there)} of {len(desk.people)} are shown on a full disk")
            changed = desk.client.patch(f"{desk.path}/users/{desk.people[0].user}", {"name": "Nobody"})
            expect(changed.status == 503, f"a change on a full disk: {changed}")
            time.sleep(0.2)
    expect_all_in(desk, hearts)
    server.stop()
    run.expect_verified()


@scenario("a start on a full disk says where to make room and how much, and after that it starts")
def full_disk_start(run):
    def expect_refused(when):
        run.disk.put(WRITE_ERRNO, ENOSPC)
        said = run.refused()
        run.disk.heal()
        for part in (f"Make room on the disk of {run.data}", " MiB are free there now", " MiB are needed"):
            expect(part in said, f"{when}, {part!r} is not in: {said}")

    expect_refused("at the first start")
    server, desk = help_desk(run, people=3)
    server.kill()
    expect_refused("after a kill")
    server = run.serve()
    server.stop()
    expect_refused("after a clean stop")
    server = run.serve()
    desk.on(server.client())
    expect(len(desk.signed_in()) == 3, "an acknowledged sign-in is lost")
    server.stop()
    run.expect_verified()
