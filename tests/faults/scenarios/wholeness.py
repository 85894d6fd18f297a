"""Atomicity: first starts, migrations, rebuilds and backups that are killed half-way."""

import json
import pathlib
import shutil
import sqlite3
import time

from harness import server as programs
from harness.desk import Desk
from harness.disk import EIO, EVERY, SYNC_DELAY_US, SYNC_ERRNO, WRITE_DELAY_US
from harness.run import scenario
from harness.wrong import Wrong, expect

# The data of earlier versions, and what was acknowledged there.
EARLIER = pathlib.Path(__file__).resolve().parents[2] / "data-directories"
SLOW_SYNC_US = 5000


def killed_at_random(run, times, prepare):
    """Starts the server this many times on the data that `prepare` creates, kills it at a random moment, and starts
    it again."""
    failed = []
    longest_secs = duration_of_start(run, prepare)
    for number in range(times):
        prepare(run)
        run.disk.put(SYNC_DELAY_US, SLOW_SYNC_US)
        process = run.begin("serve", "--listen", "127.0.0.1:0")
        time.sleep(run.random.uniform(0, longest_secs))
        process.kill()
        process.wait()
        run.disk.heal()
        try:
            run.serve().stop()
        except Wrong as wrong:
            failed.append(f"kill {number + 1}: {wrong}")
    expect(not failed, f"{len(failed)} of {times} no longer open; {failed[0] if failed else ''}")


def emptied(run):
    shutil.rmtree(run.data)
    run.data.mkdir(mode=0o700)


def duration_of_start(run, prepare):
    """How long a start takes here until the server answers, in seconds, with slow syncs."""
    prepare(run)
    run.disk.put(SYNC_DELAY_US, SLOW_SYNC_US)
    started = time.monotonic()
    server = run.serve()
    took = time.monotonic() - started
    run.disk.heal()
    server.kill()
    return took


@scenario("a first start that was killed starts again")
def first_start_killed(run):
    killed_at_random(run, 15 * run.scale, emptied)


def data_of_before(run):
    """Replaces the data with a directory of an earlier version. Returns what is known about it."""
    kept = run.random.choice([it.parent for it in sorted(EARLIER.glob("*/*/usher.db"))])
    shutil.rmtree(run.data)
    shutil.copytree(kept, run.data)
    run.data.chmod(0o700)
    for file in run.data.iterdir():
        file.chmod(0o600)
    return kept.name, json.loads((kept.parent / "known.json").read_text())


@scenario("an upgrade that was killed starts again with all data")
def upgrade_killed(run):
    killed_at_random(run, 12 * run.scale, data_of_before)
    how, known = data_of_before(run)
    server = run.serve()
    users = server.client().all(f"/v1/accounts/{known['account']}/users")
    missing = set(known["people"].values()) - {it["id"] for it in users}
    expect(not missing, f"{len(missing)} users are missing after the upgrade of data that was {how}")
    server.stop()
    run.expect_verified()


@scenario("an upgrade whose disk fails changes nothing, and is done at the next start")
def upgrade_fails(run):
    for every in (1, 2, 3, 5):
        data_of_before(run)
        run.disk.put(SYNC_ERRNO, EIO)
        run.disk.put(EVERY, every)
        server = run.launch()
        try:
            server.wait_until_ready(20)
        except (programs.NotStarted, Wrong):
            pass
        server.kill()
        run.disk.heal()
        run.serve().stop()
        run.expect_verified()


def audit_of(run):
    with sqlite3.connect(f"file:{run.data / 'usher.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT place, action FROM audit ORDER BY place").fetchall()
    database.close()
    return rows


@scenario("after `usher rebuild` was killed, either the old or the new tables are served completely")
def rebuild_killed(run):
    server = run.serve()
    desk = Desk(server.client(), seats=3, rules={"preset": "help_desk_shift"}, people=20)
    for number in range(150):
        desk.client.ok("PATCH", f"{desk.path}/users/{desk.people[number % 20].user}", {"name": f"Name {number}"})
    whole_by_api = len(desk.all("audit"))
    server.stop()
    whole = audit_of(run)
    expect(len(whole) == whole_by_api and whole_by_api > 170, f"{whole_by_api} entries by the API, {len(whole)} rows")
    run.disk.put(WRITE_DELAY_US, 200)
    run.disk.put(SYNC_DELAY_US, SLOW_SYNC_US)
    started = time.monotonic()
    expect(run.begin("rebuild").wait(60) == 0, "`usher rebuild` failed")
    longest = time.monotonic() - started
    for number in range(15 * run.scale):
        process = run.begin("rebuild")
        time.sleep(run.random.uniform(0, longest))
        process.kill()
        process.wait()
        found = audit_of(run)
        expect(found == whole, f"kill {number + 1}: {len(found)} of {len(whole)} entries of the audit are there")
    run.disk.heal()
    server = run.serve()
    desk.on(server.client())
    expect(len(desk.all("audit")) == whole_by_api, "the server has another audit than before")
    server.stop()
    run.expect_verified()


@scenario("a backup that was killed leaves nothing that looks like one")
def backup_killed(run):
    server = run.serve()
    desk = Desk(server.client(), seats=3, rules={"preset": "help_desk_shift"}, people=20)
    backups = run.folder / "backups"
    backups.mkdir()
    target = backups / "copy.db"
    started = time.monotonic()
    code, said = programs.command(run.binary, "backup", target, data=run.data)
    longest = time.monotonic() - started
    expect(code == 0, f"`usher backup` ended with {code}: {said}")
    target.unlink()
    for number in range(10 * run.scale):
        process = run.begin("backup", target)
        time.sleep(run.random.uniform(0, longest))
        process.kill()
        process.wait()
        if target.exists():
            check_copy(target, number, desk)
            target.unlink()
    code, said = programs.command(run.binary, "backup", target, data=run.data)
    expect(code == 0, f"after killed ones, `usher backup` ended with {code}: {said}")
    check_copy(target, 0, desk)
    server.stop()


def check_copy(target, number, desk):
    """Checks that every file with the name of a backup is a complete one."""
    try:
        with sqlite3.connect(f"file:{target}?mode=ro", uri=True) as database:
            sound = database.execute("PRAGMA integrity_check").fetchone()[0]
            commits = database.execute("SELECT COUNT(*) FROM commits").fetchone()[0]
        database.close()
    except sqlite3.Error as error:
        raise Wrong(f"kill {number + 1}: a file with the name of a backup is none: {error}") from None
    expect(sound == "ok" and commits >= 40, f"kill {number + 1}: a backup with {commits} commits is {sound}")
