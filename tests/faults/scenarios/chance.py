"""Random faults: a chain of faults chosen by the seed, under load."""

import signal
import sqlite3
import time

from harness.agents import Crowd
from harness.disk import (CUT, DATABASE, EIO, ENOSPC, KEEP_UNDO, SEED, SYNC_DELAY_US, SYNC_ERRNO, SYNC_HANG, TEAR_AFTER,
                          WAL, WRITE_ERRNO, WRITE_HANG, WRITE_SHORT)
from harness.run import scenario

STEPS = 8


class Chain:
    """One server after another, and one group of agents that works on all of them."""

    def __init__(self, run):
        self.run, self.disk, self.random = run, run.disk, run.random
        self.disk.put(KEEP_UNDO, 1)
        self.server = run.serve()
        self.crowd = Crowd.make(self.server.client(), run.folder, run.seed)

    def passing(self, slot, value, longest_secs, **how):
        with self.disk.wrong(slot, value, **how):
            time.sleep(self.random.uniform(0.1, longest_secs))

    def failing_syncs(self):
        self.passing(SYNC_ERRNO, self.random.choice((EIO, ENOSPC)), 1.5, every=self.random.choice((1, 2, 3, 7)))

    def failing_writes(self):
        files = self.random.choice((WAL, DATABASE, WAL | DATABASE))
        self.passing(WRITE_ERRNO, self.random.choice((EIO, ENOSPC)), 1.5, files=files, every=self.random.choice((1, 2, 9)))

    def short_writes(self):
        self.passing(WRITE_SHORT, 1, 1, every=self.random.choice((1, 2, 5)))

    def hanging_syncs(self):
        self.passing(SYNC_HANG, 1, 4)

    def hanging_writes(self):
        self.passing(WRITE_HANG, 1, 3, files=WAL)

    def slow_syncs(self):
        self.passing(SYNC_DELAY_US, 20_000, 1)

    def standstill(self):
        self.server.signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(0.1, 3))
        self.server.signal(signal.SIGCONT)

    def clock(self):
        self.disk.shift_clock(self.random.choice((-3600, -5, 3, 20)))

    def foreign_lock(self):
        stranger = sqlite3.connect(self.run.data / "usher.db", isolation_level=None, timeout=10)
        stranger.execute("BEGIN IMMEDIATE")
        time.sleep(self.random.uniform(0.1, 3))
        stranger.execute("ROLLBACK")
        stranger.close()

    def kill(self):
        self.server.kill()

    def power_cut(self):
        self.disk.put(SEED, self.random.randrange(1, 2**31))
        self.disk.put(CUT, 1)
        try:
            self.server.gone(within_secs=15)
        finally:
            self.disk.put(CUT, 0)

    def torn_write(self):
        self.disk.put(TEAR_AFTER, self.random.randrange(1, 40))
        self.server.gone(within_secs=15)

    def clean_restart(self):
        self.server.stop()

    PASSING = (failing_syncs, failing_writes, short_writes, hanging_syncs, hanging_writes, slow_syncs, standstill, clock,
               foreign_lock)
    ENDING = (kill, power_cut, torn_write, clean_restart)

    def step(self):
        """Some temporary faults, and perhaps one that ends the server; then the record is checked."""
        self.crowd.start()
        self.crowd.wait_for_answers(self.random.randrange(20, 120))
        for fault in self.random.choices(self.PASSING, k=self.random.randrange(1, 4)):
            self.crowd.record.note(f"fault {fault.__name__}")
            fault(self)
        self.crowd.wait_for_answers(20)
        if self.random.random() < 0.6:
            fault = self.random.choice(self.ENDING)
            self.crowd.record.note(f"fault {fault.__name__}")
            fault(self)
            self.crowd.stop()
            self.disk.heal()
            self.server = self.run.serve()
            self.crowd.desk.on(self.server.client())
        else:
            self.crowd.stop()
        self.crowd.record.check()


@scenario("whatever fails, nothing acknowledged is lost and nothing is oversold")
def chance(run):
    chain = Chain(run)
    for _ in range(STEPS * run.scale):
        chain.step()
    chain.server.stop()
    run.expect_verified()
    run.expect_never_oversold()
