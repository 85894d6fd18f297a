"""Crashes and failed writes under load: nothing acknowledged is lost, no pool is oversold."""

import shutil
import time

from harness.agents import Crowd
from harness.desk import Desk
from harness.disk import (CUT, DATABASE, EIO, ENOSPC, KEEP_UNDO, SEED, SYNC_ERRNO, SYNC_SWALLOW, TEAR_AFTER, WAL,
                          WRITE_ERRNO, WRITE_SHORT)
from harness.run import scenario
from harness.wrong import expect

ONE_SEAT_AND_MINUTES = {"occupies": "session", "when_full": ["pay_per_use"]}


def nine_on_minutes(desk):
    """One user on the seat and nine on minutes, who end one after the other; then all start again."""
    for person in desk.people:
        desk.sign_in(person)
    sessions = [(person, desk.start_session(person)[0]) for person in desk.people]
    for person, session in sessions:
        desk.end_session(person, session)
    fundings = [desk.start_session(person)[1] for person in desk.people]
    expect(sorted(fundings) == ["minutes"] * 9 + ["seat"], f"ten sessions on one seat are paid by {fundings}")


def expect_one_of_one(desk):
    usage = desk.usage_of(desk.pool)
    expect((usage["occupied"], usage["on_minutes"]) == (1, 9),
           f"oversold: {usage['occupied']} of 1 occupied, {usage['on_minutes']} on minutes")
    fundings = sorted(it["funding"] for it in desk.all("sessions") if it["state"] != "ended")
    expect(fundings == ["minutes"] * 9 + ["seat"], f"ten sessions on one seat are paid by {fundings}")


@scenario("1 of 1 seats is occupied and nine users are on minutes, after a kill too")
def minutes_and_a_kill(run):
    server = run.serve()
    desk = Desk(server.client(), seats=1, rules=ONE_SEAT_AND_MINUTES, people=10, minutes=100)
    nine_on_minutes(desk)
    expect_one_of_one(desk)
    server = run.again(server, desk)
    expect_one_of_one(desk)
    # Later decisions use the loaded state.
    desk.client.ok("PATCH", f"{desk.path}/users/{desk.people[0].user}", {"name": "Somebody"})
    expect_one_of_one(desk)
    expect(desk.minutes_left() == 100 - 18, f"{desk.minutes_left()} minutes are left of 100, 18 were begun")
    server.stop()
    run.expect_verified()


@scenario("1 of 1 seats is occupied and nine users are on minutes, after a failed write too")
def minutes_and_a_failed_write(run):
    server = run.serve()
    desk = Desk(server.client(), seats=1, rules=ONE_SEAT_AND_MINUTES, people=10, minutes=100)
    nine_on_minutes(desk)
    with run.disk.wrong(SYNC_ERRNO, EIO):
        answer = desk.client.patch(f"{desk.path}/users/{desk.people[0].user}", {"name": "Somebody"})
        expect(answer.is_in_doubt, f"acknowledged though the disk failed: {answer}")
    deadline = time.monotonic() + 10
    while desk.client.patch(f"{desk.path}/users/{desk.people[0].user}", {"name": "Somebody else"}).status != 200:
        expect(time.monotonic() < deadline, "the server did not come back after a failed write")
        time.sleep(0.1)
    expect_one_of_one(desk)
    server.stop()


def under_load(run, rounds, break_it):
    """Has many agents work, breaks something with `break_it(server, crowd, round)`, which returns whether the server
    still runs, and checks the record."""
    server = run.serve()
    crowd = Crowd.make(server.client(), run.folder, run.seed)
    for number in range(rounds):
        crowd.start()
        crowd.wait_for_answers(run.random.randrange(60, 250))
        lives = break_it(server, crowd, number)
        if not lives:
            server.kill()
            crowd.stop()
            run.disk.heal()
            server = run.serve()
            crowd.desk.on(server.client())
        else:
            crowd.stop()
        crowd.record.check()
    server.stop()
    run.expect_verified()
    run.expect_never_oversold()


@scenario("nothing acknowledged is lost by kill -9")
def kills_under_load(run):
    under_load(run, 4 * run.scale, lambda *_: False)


@scenario("nothing acknowledged is lost in a power cut")
def power_cuts(run):
    cut_power(run, 5 * run.scale)


def cut_power(run, rounds):
    run.disk.put(KEEP_UNDO, 1)

    def cut(server, *_):
        run.disk.put(SEED, run.random.randrange(1, 2**31))
        run.disk.put(CUT, 1)
        try:
            server.gone(within_secs=10)
        finally:
            run.disk.put(CUT, 0)
        return False
    under_load(run, rounds, cut)


@scenario("nothing acknowledged is lost when a crash tears a write")
def torn_writes(run):
    def tear(server, _, number):
        run.disk.put(TEAR_AFTER, run.random.randrange(1, 30))
        server.gone(within_secs=10)
        return False
    under_load(run, 4 * run.scale, tear)


@scenario("failing syncs are reported, and nothing acknowledged is lost or oversold")
def syncs_that_fail(run):
    def fail(_, crowd, number):
        with run.disk.wrong(SYNC_ERRNO, EIO, every=run.random.choice((1, 2, 5))):
            time.sleep(1)
        crowd.wait_for_answers(50)
        return number % 2 == 0
    under_load(run, 3 * run.scale, fail)


@scenario("the server continues after short writes")
def short_writes(run):
    def shorten(_, crowd, __):
        with run.disk.wrong(WRITE_SHORT, 1, every=2):
            crowd.wait_for_answers(100)
        return False
    under_load(run, 2 * run.scale, shorten)


@scenario("a full disk is reported, readiness included, and work continues once there is room")
def full_disk(run):
    def fill(server, crowd, number):
        with run.disk.wrong(WRITE_ERRNO, ENOSPC, files=DATABASE | WAL):
            time.sleep(1.5)
            ready = server.client(None).get("/readyz")
            expect(ready.status == 503, f"ready on a full disk: {ready}")
        crowd.wait_for_answers(50)
        deadline = time.monotonic() + 10
        while server.client(None).get("/readyz").status != 200:
            expect(time.monotonic() < deadline, "not ready again once there is room")
            time.sleep(0.1)
        return number % 2 == 0
    under_load(run, 2 * run.scale, fill)


@scenario("a disk that lies about its syncs must be found", is_control=True)
def control_syncs_swallowed(run):
    server = run.serve()
    run.disk.put(KEEP_UNDO, 1)
    run.disk.put(SEED, run.seed)
    crowd = Crowd.make(server.client(), run.folder, run.seed)
    run.disk.put(SYNC_SWALLOW, 1)
    crowd.start()
    crowd.wait_for_answers(200)
    run.disk.put(CUT, 1)
    server.gone(within_secs=10)
    crowd.stop()
    run.disk.heal()
    # The record must find it; the server's own findings are accepted with --accept-loss.
    server = run.serve_with_loss()
    crowd.desk.on(server.client())
    crowd.record.check()


@scenario("an older copy of the data must be found", is_control=True)
def control_older_copy(run):
    server = run.serve()
    crowd = Crowd.make(server.client(), run.folder, run.seed)
    server.stop()
    shutil.copytree(run.data, run.folder / "older")
    server = run.serve()
    crowd.desk.on(server.client())
    crowd.start()
    crowd.wait_for_answers(200)
    crowd.stop()
    server.stop()
    shutil.rmtree(run.data)
    shutil.copytree(run.folder / "older", run.data)
    server = run.serve_with_loss()
    crowd.desk.on(server.client())
    crowd.record.check()
