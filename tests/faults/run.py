#!/usr/bin/env python3
"""Makes the disk, the clock and the machine of a real server fail, and checks that nothing acknowledged is lost.

    python3 tests/faults/run.py USHER_BINARY [--only NAME] [--seed N] [--hours H] [--list]

Needs Python 3.11, gcc and Linux. README.md beside this file says how it works and what it found.
"""

import argparse
import os
import pathlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

from harness.disk import compile_library
from harness.run import SCENARIOS, play
from scenarios import ALL

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "target" / "faults"
SEED = 20260101
# Most scenarios wait most of the time.
AT_A_TIME = 6


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path, nargs="?", default=HERE.parents[1] / "target/debug/usher")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="scenarios whose name contains this")
    parser.add_argument("--seed", type=int, default=SEED, help="the random seed; further rounds count up from it")
    parser.add_argument("--hours", type=float, default=0, help="repeat with new seeds for this long")
    parser.add_argument("--scale", type=int, default=1, help="multiplies the number of kills in each scenario")
    parser.add_argument("--jobs", type=int, default=AT_A_TIME, help="how many scenarios run at a time")
    parser.add_argument("--list", action="store_true", help="only list the scenarios")
    return parser.parse_args()


def one_round(chosen, given, library, seed):
    """Runs every chosen scenario once. Yields the outcomes as they come."""
    with ThreadPoolExecutor(given.jobs) as pool:
        jobs = [pool.submit(play, it, given.binary.resolve(), library, seed, given.scale) for it in chosen]
        for job in as_completed(jobs):
            outcome = job.result()
            print(outcome.line(), flush=True)
            if outcome.folder:
                print(f"     repeat with --only {outcome.scenario.name} --seed {seed}; left in {outcome.folder}")
            yield outcome


def main():
    given = arguments()
    chosen = [it for it in SCENARIOS if not given.only or any(part in it.name for part in given.only)]
    if given.list:
        for it in chosen:
            print(f"{it.name:<28} {'a control that must fail: ' if it.is_control else ''}{it.right}")
        return 0
    if not chosen or not given.binary.exists():
        sys.exit("no such scenario" if given.binary.exists() else f"there is no program at {given.binary}")
    library = compile_library(TARGET)
    started, seed, outcomes = time.monotonic(), given.seed, []
    while True:
        outcomes += one_round(chosen, given, library, seed)
        if time.monotonic() - started > given.hours * 3600:
            break
        seed += 1
        print(f"== seed {seed}", flush=True)
    bad = sorted({it.scenario.name for it in outcomes if not it.is_good})
    took = time.monotonic() - started
    print(f"{len(outcomes)} runs of {len(chosen)} scenarios in {took:.0f} s, {len(bad)} of them failed {' '.join(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    os.umask(0o077)
    assert ALL
    sys.exit(main())
