#!/usr/bin/env python3
"""Attacks a running server, and checks that every attack fails.

    python3 tests/attacks/run.py USHER_BINARY [--only NAME] [--must-succeed]

Needs Python 3.11 and Linux. README.md beside this file says how it works.
"""

import argparse
import pathlib
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed

HERE = pathlib.Path(__file__).resolve().parent
# One harness serves all suites that run the real program.
sys.path[:0] = [str(HERE), str(HERE.parent / "faults")]

from attacks import ALL  # noqa: E402
from target import ATTACKS, Target  # noqa: E402

# Attacks that use much memory or processor time disturb one another little: each has its own server.
AT_A_TIME = 3


def play(attack, binary):
    """What the attack reached, or None; or the error that stopped it."""
    try:
        with Target(binary) as target:
            return attack, attack.function(target), None
    except Exception:  # pylint: disable=broad-except
        return attack, None, traceback.format_exc()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--only", action="append", default=[], help="attacks whose name contains this")
    parser.add_argument("--must-succeed", action="store_true", help="for an older program: each attack must succeed")
    given = parser.parse_args()
    chosen = [it for it in ATTACKS if not given.only or any(part in it.name for part in given.only)]
    if given.must_succeed and not given.only:
        chosen = [it for it in chosen if not it.is_on_new]
    if not chosen:
        sys.exit("no such attack")
    bad = 0
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        jobs = [pool.submit(play, attack, given.binary.resolve()) for attack in chosen]
        for job in as_completed(jobs):
            attack, reached, error = job.result()
            is_bad = error is not None or (reached is None) == given.must_succeed
            bad += is_bad
            word = "broken" if error else "reached" if reached else "failed"
            print(f"{'BAD' if is_bad else 'ok ':<4} {attack.name:<34} {word}: {reached or attack.aim}", flush=True)
            if error:
                print(error)
    print(f"{len(chosen) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    assert ALL
    sys.exit(main())
