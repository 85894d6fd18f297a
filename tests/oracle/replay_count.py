#!/usr/bin/env python3
"""Counts a replay of one feature of a FlexNet debug log, apart from Usher's own code.

    replay_count.py LOG[.gz] --feature F [--seats N] [--group none|host|user]

Written from the format of the logs and from what a replay means, to check Usher's figures against. It is as
plain as can be: it works out after every line, from scratch, who holds what. Without --seats it takes the
log's own peak.
"""

import argparse
import collections
import datetime
import gzip
import json
import re
import sys

LINE = re.compile(r"\s*(\d{1,2}):(\d\d):(\d\d) +\(([^)]*)\) ?(.*)", re.S)
DATES = [
    re.compile(r"TIMESTAMP (\d+)/(\d+)/(\d{4})\s*$"),
    re.compile(r".* started on .*\((\d+)/(\d+)/(\d{4})\)\s*$"),
]
SPELT = re.compile(
    r"(?:\(@\S+-SLOG@\) (?:Start-Date|Time)|Server's System Date and Time): "
    r"\w+ (\w{3}) (\d+) (\d{4}) (\d+):(\d\d):(\d\d)"
)
USE = re.compile(
    r'(OUT|IN|DENIED): "([^"]+)" +(?:\([^)@]*\) +)?([^@]*)@((?:[^\s\[(]*@)*)([^\s\[(]*)(.*)', re.S
)
COUNT = re.compile(r"\((\d+) licenses?\)")
LATE, HOUR, DAY = 600, 3600, 86400


def raw_lines(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    for line in data.split(b"\n"):
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            yield line.decode("latin-1")


def day_number(year, month, day):
    return (datetime.date(year, month, day) - datetime.date(1970, 1, 1)).days


def day_said(message, clock):
    for pattern in DATES:
        found = pattern.match(message)
        if found:
            month, day, year = map(int, found.groups())
            return day_number(year, month, day)
    found = SPELT.match(message)
    if found:
        at = datetime.datetime.strptime(" ".join(found.groups()), "%b %d %Y %H %M %S")
        off = clock - (at.hour * HOUR + at.minute * 60 + at.second)
        if abs(off) <= HOUR:
            return day_number(at.year, at.month, at.day)
    return None


def said_lines(path):
    """(seconds of the day, day or None, daemon, message) of each line that has a time."""
    for text in raw_lines(path):
        found = LINE.match(text)
        if found:
            hours, minutes, seconds = (int(part) for part in found.groups()[:3])
            clock = hours * HOUR + minutes * 60 + seconds
            yield clock, day_said(found[5], clock), found[4], found[5]


def dated_lines(path):
    """(seconds since 1970, daemon, message).

    A clock that goes back by more than an hour passed midnight. One that, within minutes of midnight, shows the
    last minutes of a day belongs to a line from before midnight that was written late.
    """
    lines = list(said_lines(path))
    first = next((index for index, line in enumerate(lines) if line[1] is not None), None)
    day = 0
    if first is not None:
        clocks = [line[0] for line in lines[: first + 1]]
        day = lines[first][1] - sum(a - b > HOUR for a, b in zip(clocks, clocks[1:]))
    latest = None
    for clock, said, daemon, message in lines:
        if latest is not None and clock - latest % DAY >= DAY - LATE:
            yield latest, daemon, message
            continue
        if latest is not None and latest % DAY - clock > HOUR:
            day += 1
        if said is not None:
            day = said
        at = day * DAY + clock
        latest = at if latest is None else max(at, latest)
        yield latest, daemon, message


def uses(path, feature):
    """(seconds since 1970, what, user, host, count) of the feature; what is OUT, IN, DENIED or START."""
    lines = list(dated_lines(path))
    daemons = {daemon for _, daemon, message in lines if f': "{feature}" ' in message}
    for at, daemon, message in lines:
        if message.startswith("Server started on ") and daemon in daemons:
            yield at, "START", "", "", 0
            continue
        found = USE.match(message)
        if not found or found[2] != feature:
            continue
        what, _, user, more, host, rest = found.groups()
        user = "@".join([user, *more.split("@")[:-1]])
        if what == "DENIED" and "Licensed number of users already reached" not in rest:
            continue
        count = COUNT.search(re.sub(r"\[[^]]*\]", "", rest))
        yield at, what, user, host, int(count[1]) if count else 1


def occupied(held, group):
    if group == "none":
        return sum(held.values())
    part = 0 if group == "user" else 1
    return len({client[part] for client, count in held.items() if count})


def log_peak(lines):
    held, peak = collections.Counter(), 0
    for _, what, user, host, count in lines:
        if what == "START":
            held.clear()
        elif what == "OUT":
            held[user, host] += count
        elif what == "IN":
            held[user, host] -= min(count, held[user, host])
        peak = max(peak, occupied(held, "none"))
    return peak


def replay(lines, seats, group):
    held = collections.Counter()
    granted = refused = peak = at_limit = longest = 0
    users, last, full_since = set(), None, None
    for at, what, user, host, count in lines:
        if last is None and what == "START":
            continue
        if full_since is not None:
            at_limit += at - last
            longest = max(longest, at - full_since)
        last = at
        if what == "START":
            held.clear()
        elif what == "IN":
            held[user, host] -= min(count, held[user, host])
        else:
            users.add(user)
            wanted = held.copy()
            wanted[user, host] += count
            need = occupied(wanted, group)
            if need <= seats:
                granted += 1
                peak = max(peak, need)
                if what == "OUT":
                    held = wanted
            else:
                refused += 1
        now = occupied(held, group)
        peak = max(peak, now)
        if now < seats:
            full_since = None
        elif full_since is None:
            full_since = at
    return {
        "attempts": granted + refused,
        "granted": granted,
        "refused": refused,
        "peak": peak,
        "secs_at_limit": at_limit,
        "longest_full_secs": longest,
        "users": len(users),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log")
    parser.add_argument("--feature", required=True)
    parser.add_argument("--seats", type=int)
    parser.add_argument("--group", choices=["none", "host", "user"], default="none")
    arguments = parser.parse_args()
    lines = list(uses(arguments.log, arguments.feature))
    seats = log_peak(lines) if arguments.seats is None else arguments.seats
    json.dump({"seats": seats, **replay(lines, seats, arguments.group)}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
