"""A wall clock that is set back or forward, and downtime: durations are the time that really passed."""

import datetime
import signal
import time

from harness.desk import Desk
from harness.run import scenario
from harness.wrong import expect

from .outages import LEASE_SECS, Hearts, expect_all_in, expect_freed_within, help_desk

HOUR = 3600


def one_seat(run):
    """A dead agent on the only seat, and a user who waits for it."""
    server = run.serve()
    rules = {"preset": "help_desk_shift", "lease_secs": LEASE_SECS, "when_full": ["queue"]}
    desk = Desk(server.client(), seats=1, rules=rules, people=2)
    desk.sign_in(desk.people[0])
    return server, desk


def expect_audit_in_order(desk):
    times = [datetime.datetime.fromisoformat(it["at"]) for it in sorted(desk.all("audit"), key=lambda entry: entry["seq"])]
    expect(times == sorted(times), "times in the audit fall")


def expect_wall_time(moment, shift):
    """The current time on a clock that was moved by this many seconds."""
    off = datetime.datetime.fromisoformat(moment).timestamp() - (time.time() + shift)
    expect(abs(off) < 30, f"{moment} is {off:.0f} s off the machine's clock")


@scenario("a dead agent's seat is free within its lease even if the clock is set back by an hour")
def clock_back(run):
    server, desk = one_seat(run)
    run.disk.shift_clock(-HOUR)
    started = time.monotonic()
    waiting = desk.ask_to_sign_in(desk.people[1], wait=True)
    expect(waiting.status == 202, f"the seat is taken: {waiting}")
    ticket, by_ticket = waiting.body["ticket"]["id"], desk.client.by(waiting.body["token"])
    expect_wall_time(waiting.body["ticket"]["since"], -HOUR)
    # Reading the ticket keeps it.
    while by_ticket.ok("GET", f"{desk.path}/tickets/{ticket}")["state"] != "offered":
        took = time.monotonic() - started
        expect(took < LEASE_SECS + 1.5, f"the seat of a dead agent is not offered to who waits after {took:.1f} s")
        time.sleep(0.2)
    claimed = by_ticket.post(f"{desk.path}/tickets/{ticket}/claim")
    expect(claimed.status == 201, f"the offered seat cannot be taken: {claimed}")
    expect_audit_in_order(desk)
    server.stop()
    run.expect_verified()


@scenario("the same across a restart, within one more lease")
def clock_back_and_a_restart(run):
    server, desk = one_seat(run)
    run.disk.shift_clock(-HOUR)
    server = run.again(server, desk)
    expect_freed_within(desk, desk.people[0], LEASE_SECS + 2, time.monotonic())
    expect_audit_in_order(desk)
    desk.sign_in(desk.people[1])
    expect_wall_time(desk.signed_in()[desk.people[1].user]["since"], -HOUR)
    desk.add_person(desk.pool)
    expect_wall_time(max(desk.all("audit"), key=lambda entry: entry["seq"])["wall_time"], -HOUR)
    expect_freed_within(desk, desk.people[1], LEASE_SECS + 1.5, time.monotonic())
    expect_audit_in_order(desk)
    server.stop()


@scenario("agents with heartbeats stay signed in when the clock is set back and forward")
def clock_back_and_on(run):
    server, desk = help_desk(run)
    hearts = Hearts(desk)
    for step in (-HOUR, 30, -10, HOUR - 20):
        time.sleep(1.5)
        run.disk.shift_clock(step)
    expect_all_in(desk, hearts)
    server.stop()
    run.expect_verified()


@scenario("agents with heartbeats stay signed in when the clock is set forward by an hour")
def clock_on(run):
    server, desk = help_desk(run)
    hearts = Hearts(desk)
    time.sleep(2)
    run.disk.shift_clock(HOUR)
    expect_all_in(desk, hearts)
    server.stop()
    run.expect_verified()


@scenario("one minute is charged for 18 s of work with 65 s of downtime five times")
def downtime_on_minutes(run):
    server = run.serve()
    rules = {"occupies": "session", "when_full": ["pay_per_use"], "lease_secs": 90}
    desk = Desk(server.client(), seats=1, rules=rules, people=2, minutes=2)
    for person in desk.people:
        desk.sign_in(person)
    fundings = [desk.start_session(person)[1] for person in desk.people]
    expect(fundings == ["seat", "minutes"], f"paid by {fundings}")
    for _ in range(5):
        time.sleep(2.5)
        server.kill()
        # The clock is moved while nothing runs, so the test need not wait for the downtime.
        run.disk.shift_clock(65)
        server = run.serve()
        desk.on(server.client())
    time.sleep(1)
    sessions = [it for it in desk.all("sessions") if it["state"] != "ended"]
    left = desk.minutes_left()
    expect(left == 1 and len(sessions) == 2, f"{left} minutes are left of 2, {len(sessions)} of 2 sessions go on")
    server.stop()


@scenario("a stall costs no minutes and ends no session on its last one")
def stall_on_minutes(run):
    server = run.serve()
    rules = {"occupies": "session", "when_full": ["pay_per_use"], "lease_secs": 90}
    desk = Desk(server.client(), seats=0, rules=rules, people=1, minutes=1, spare_seats=1)
    desk.sign_in(desk.people[0])
    desk.start_session(desk.people[0])
    started = time.monotonic()
    # Two thirds of a minute of work, and 25 s in which the server was stopped.
    time.sleep(20)
    server.signal(signal.SIGSTOP)
    time.sleep(25)
    server.signal(signal.SIGCONT)
    while time.monotonic() - started < 66:
        time.sleep(1)
    running = [it for it in desk.all("sessions") if it["state"] != "ended"]
    expect(len(running) == 1, "the last minute ended early: 41 s of work and 25 s of standstill")
    server.stop()
