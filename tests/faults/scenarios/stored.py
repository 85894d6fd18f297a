"""Nothing stored is trusted unchecked, and a lost tail is noticed."""

import sqlite3
import time

from harness.desk import Desk
from harness.run import scenario
from harness.wrong import expect

# By then the newest acknowledged commit is certainly noted.
NOTED_WITHIN_SECS = 7
# A snapshot is taken once this much of a journal would have to be replayed.
SNAPSHOT_AFTER_CHANGES = 1500


def worked_on(run, changes=60):
    """A server with an account whose newest commits are in the write-ahead file, and noted."""
    server = run.serve()
    desk = Desk(server.client(), seats=3, rules={"preset": "help_desk_shift"}, people=4)
    for number in range(changes):
        desk.client.ok("PATCH", f"{desk.path}/users/{desk.people[0].user}", {"name": f"Name {number}"})
    time.sleep(NOTED_WITHIN_SECS)
    return server, desk


def expect_missed(run, desk):
    """Checks that a start that finds less than was acknowledged says so, and continues only with --accept-loss."""
    said = run.refused()
    expect("--accept-loss" in said and "missing" in said, f"does not say what is missing and what to do: {said}")
    server = run.serve("--accept-loss")
    server.stop()
    # Once accepted, it need not be accepted again.
    run.serve().stop()


@scenario("a flipped byte in the write-ahead file is noticed at the start")
def flipped_byte(run):
    server, desk = worked_on(run)
    server.kill()
    log = run.data / "usher.db-wal"
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 0x10
    log.write_bytes(content)
    expect_missed(run, desk)


@scenario("a missing write-ahead file is noticed at the start")
def log_gone(run):
    server, desk = worked_on(run)
    server.kill()
    (run.data / "usher.db-wal").unlink()
    expect_missed(run, desk)


@scenario("a truncated write-ahead file is noticed at the start")
def log_cut_off(run):
    server, desk = worked_on(run)
    server.kill()
    log = run.data / "usher.db-wal"
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])
    expect_missed(run, desk)


@scenario("a missing database is noticed at the start if its secrets are there")
def database_gone(run):
    server, desk = worked_on(run)
    server.stop()
    for file in run.data.glob("usher.db*"):
        file.unlink()
    expect_missed(run, desk)


@scenario("an empty database is noticed at the start if its secrets are there")
def database_empty(run):
    server, desk = worked_on(run)
    server.stop()
    for file in run.data.glob("usher.db-*"):
        file.unlink()
    (run.data / "usher.db").write_bytes(b"")
    expect_missed(run, desk)


@scenario("a snapshot that somebody changed is named by `usher verify`, and no server starts on it")
def tampered_snapshot(run):
    server = run.serve()
    desk = Desk(server.client(), seats=3, rules={"preset": "help_desk_shift", "when_full": []}, people=6)
    long = "x" * 90
    for number in range(SNAPSHOT_AFTER_CHANGES):
        desk.client.ok("PATCH", f"{desk.path}/users/{desk.people[0].user}", {"name": f"{long} {number}"})
    server.stop()
    with sqlite3.connect(run.data / "usher.db") as database:
        rows = database.execute("SELECT rowid, state FROM snapshots").fetchall()
        expect(rows, "there is no snapshot: the scenario does not do what it is for")
        changed = 0
        for rowid, state in rows:
            other = bytes(state).replace(b'"seats":3', b'"seats":9')
            if other != bytes(state):
                changed += 1
                database.execute("UPDATE snapshots SET state = ? WHERE rowid = ?", (other, rowid))
    database.close()
    expect(changed, "no snapshot names the seats: the scenario does not do what it is for")
    code, said = run.verify()
    expect(code != 0 and "snapshot" in said, f"`usher verify` ended with {code}: {said}")
    try:
        server = run.launch().wait_until_ready()
    except Exception as refused:  # noqa: BLE001 - it may refuse, or go on without the snapshot
        expect("snapshot" in str(refused), f"ended without naming it: {refused}")
        return
    desk.on(server.client())
    granted = sum(desk.ask_to_sign_in(it).status == 201 for it in desk.people)
    expect(granted == 3, f"{granted} of 3 seats were granted")


@scenario("a read model that somebody changed is named by `usher verify`")
def tampered_read_model(run):
    server = run.serve()
    desk = Desk(server.client(), seats=2, rules={"preset": "help_desk_shift", "when_full": []}, people=3)
    desk.sign_in(desk.people[0])
    desk.sign_in(desk.people[1])
    expect(desk.ask_to_sign_in(desk.people[2]).status == 409, "a third seat of two")
    server.stop()
    wrong = {
        "occupancy": "UPDATE occupancy SET occupied = occupied + 5 WHERE place = (SELECT MAX(place) FROM occupancy)",
        "refusals": "UPDATE refusals SET seats = 99",
        "sign_ins": "UPDATE sign_ins SET ended_at = 1 WHERE id = (SELECT MIN(id) FROM sign_ins)",
        "audit": "DELETE FROM audit WHERE place = (SELECT MIN(place) FROM audit)",
    }
    unseen = []
    for table, statement in wrong.items():
        pristine = (run.data / "usher.db").read_bytes()
        with sqlite3.connect(run.data / "usher.db") as database:
            expect(database.execute(statement).rowcount, f"nothing to change in {table}")
        database.close()
        code, said = run.verify()
        if code == 0:
            unseen.append(table)
        for file in run.data.glob("usher.db-*"):
            file.unlink()
        (run.data / "usher.db").write_bytes(pristine)
    expect(not unseen, f"`usher verify` saw no difference in {', '.join(unseen)}")
    run.expect_verified()
