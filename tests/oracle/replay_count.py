#!/usr/bin/env python3
"""Counts a replay of one feature of FlexNet debug logs, independently of Usher's own code.

    replay_count.py LOG[.gz] --feature F [--seats N] [--group none|host|user]
    replay_count.py LOG[.gz] --many < LINES     (each line: seats, grouping, feature)

Written from the format of the logs and from what a replay means, to check Usher's figures against. It first
pairs each OUT with its IN: an IN ends the oldest open piece of work of the same client with the same count, or,
where there is none, gives back from the oldest ones. A restart of the daemon ends what is open. Then it asks for
the seats of each piece of work at its OUT and frees them at its IN, if it got them. It is as plain as can be: it
works out after every step, from scratch, who holds what. Without --seats it takes the log's own peak.
"""

import argparse
import datetime
import gzip
import json
import re
import sys

LINE = re.compile(r"\s*(?:(\d{4})-(\d\d)-(\d\d)[T ])?(\d{1,2}):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)? +\(([^)]*)\) ?(.*)", re.S)
DATES = [
    re.compile(r"TIMESTAMP (\d+)/(\d+)/(\d{4})\s*$"),
    re.compile(r".* started on .*\((\d+)/(\d+)/(\d{4})\)\s*$"),
]
SPELT = re.compile(
    r"(?:\(@\S+-SLOG@\) (?:Start-Date|Time)|Server's System Date and Time): "
    r"\w+ (\w{3}) (\d+) (\d{4}) (\d+):(\d\d):(\d\d)"
)
USE = re.compile(
    r'(OUT|IN|DENIED|UPGRADE): "([^"]+)" +(?:\([^)@]*\) +)?([^@]*)@((?:[^\s\[(]*@)*)([^\s\[(]*)(.*)', re.S
)
OLD_DENIAL = re.compile(r'DENIED: (\d+) "?([^"\s]+)"? to ([^@\s]+)@(\S+)(.*)', re.S)
COUNT = re.compile(r"\((\d+)(?: licenses?)?\)")
RAISED = re.compile(r"\((\d+)->(\d+) licenses?\)")
LATE, HOUR, DAY, RETRY = 600, 3600, 86400, 600


def raw_lines(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16").encode()
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
            hours, minutes, seconds = (int(part) for part in found.groups()[3:6])
            clock = hours * HOUR + minutes * 60 + seconds
            day = day_number(*map(int, found.groups()[:3])) if found[1] else day_said(found[8], clock)
            yield clock, day, found[7], found[8]


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


def is_for_lack_of_seats(rest):
    reasons = re.findall(r"\(((?:[^()]|\([^()]*\))*)\)", rest.split("^^^")[0])
    reasons = [reason for reason in reasons if not re.fullmatch(r"\d+(?: licenses?)?", reason.strip())]
    if not reasons:
        return True
    return re.search(r"Licensed number of users already reached|Users are queued|\(-(4|24)[,)]", reasons[-1]) is not None


def uses(lines, feature):
    """(seconds since 1970, daemon, what, user, host, count) of the feature.

    `what` is OUT, IN, DENIED, START, or UPGRADE, whose count is (from, to).
    """
    rereading = set()
    for at, daemon, message in lines:
        if re.match(r"Rereading license file", message):
            rereading.add(daemon)
        elif re.match(r"\.\.\.Finished rereading", message):
            rereading.discard(daemon)
        elif message.startswith("Server started on ") and daemon != "lmgrd":
            if daemon not in rereading:
                yield at, daemon, "START", "", "", 0
        old = OLD_DENIAL.match(message)
        if old:
            if old[2] == feature and is_for_lack_of_seats(old[5]):
                yield at, daemon, "DENIED", old[3], old[4], int(old[1])
            continue
        found = USE.match(message)
        if not found or found[2] != feature:
            continue
        what, _, user, more, host, rest = found.groups()
        user = "@".join([user, *more.split("@")[:-1]])
        if "^^^" in rest and not user:
            user = rest.split("^^^")[1].split()[1]
        rest = rest.split("^^^")[0]
        if what == "DENIED" and not is_for_lack_of_seats(rest):
            continue
        rest = re.sub(r"\[[^]]*\]", "", rest)
        raised = RAISED.search(rest)
        if what == "UPGRADE":
            if raised:
                yield at, daemon, what, user, host, (int(raised[1]), int(raised[2]))
            continue
        counts = COUNT.findall(rest)
        yield at, daemon, what, user, host, int(counts[-1]) if counts else 1


def steps(lines, feature):
    """(seconds, what, number of the piece of work, user, host, count): what is TAKE, GROW, GIVE, PROBE or UNSEEN.

    The count of a GIVE is what is left of the piece of work in the log.
    """
    open_work, number = [], 0  # of [number, daemon, user, host, count], oldest first

    def give(at, work, count):
        work[4] -= count
        if not work[4]:
            open_work.remove(work)
        return at, "GIVE", work[0], work[2], work[3], work[4]

    for at, daemon, what, user, host, count in uses(lines, feature):
        mine = [work for work in open_work if work[1:4] == [daemon, user, host]]
        if what == "START":
            for work in [work for work in open_work if work[1] == daemon]:
                yield give(at, work, work[4])
        elif what == "DENIED":
            yield at, "PROBE", None, user, host, count
        elif what == "OUT":
            open_work.append([number, daemon, user, host, count])
            yield at, "TAKE", number, user, host, count
            number += 1
        elif what == "UPGRADE":
            low, high = count
            work = next((work for work in mine if work[4] == low), mine[0] if mine else None)
            if work is None:
                open_work.append([number, daemon, user, host, high])
                yield at, "TAKE", number, user, host, high
                number += 1
            elif high > low:
                work[4] += high - low
                yield at, "GROW", work[0], user, host, high - low
            elif high < low:
                yield give(at, work, min(low - high, work[4] - 1))
        else:
            exact = next((work for work in mine if work[4] == count), None)
            if exact:
                yield give(at, exact, count)
                continue
            if not mine:
                yield at, "UNSEEN", None, user, host, count
            for work in mine:
                part = min(count, work[4])
                if part:
                    count -= part
                    yield give(at, work, part)


def occupied(held, group):
    """`held` is of (user, host, count) by the number of the piece of work."""
    if group == "none":
        return sum(count for _, _, count in held.values())
    part = 0 if group == "user" else 1
    return len({work[part] for work in held.values()})


def log_peak(lines, feature):
    held, peak = {}, 0
    for _, what, number, user, host, count in steps(lines, feature):
        if what in ("TAKE", "GROW"):
            held[number] = user, host, held.get(number, (0, 0, 0))[2] + count
        elif what == "GIVE":
            held[number] = user, host, count
            if not count:
                del held[number]
        peak = max(peak, occupied(held, "none"))
    return peak


def episodes(attempts):
    """How many episodes: attempts of one user with less than ten minutes between them; of (seconds, user)."""
    last, count = {}, 0
    for at, user in attempts:
        if user not in last or at - last[user] >= RETRY:
            count += 1
        last[user] = at
    return count


def replay(lines, feature, seats, group):
    held, attempts = {}, []
    granted = refused = peak = at_limit = longest = 0
    last, full_since = None, None
    for at, what, number, user, host, count in steps(lines, feature):
        if full_since is not None:
            at_limit += at - last
            longest = max(longest, at - full_since)
        last = at
        if what == "GIVE":
            if number in held:
                held[number] = user, host, min(count, held[number][2])
                if not count:
                    del held[number]
        elif what == "UNSEEN" or (what == "GROW" and number not in held):
            pass
        else:
            attempts.append((at, user))
            before = held.get(number)
            held[number] = user, host, (before[2] if before else 0) + count
            need = occupied(held, group)
            if need <= seats:
                granted += 1
                peak = max(peak, need)
            else:
                refused += 1
            if need > seats or what == "PROBE":
                del held[number]
                if before:
                    held[number] = before
        now = occupied(held, group)
        peak = max(peak, now)
        if now < seats:
            full_since = None
        elif full_since is None:
            full_since = at
    return {
        "attempts": granted + refused,
        "episodes": episodes(attempts),
        "granted": granted,
        "refused": refused,
        "peak": peak,
        "secs_at_limit": at_limit,
        "longest_full_secs": longest,
        "users": len({user for _, user in attempts}),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log")
    parser.add_argument("--feature")
    parser.add_argument("--seats", type=int)
    parser.add_argument("--group", choices=["none", "host", "user"], default="none")
    parser.add_argument("--many", action="store_true")
    arguments = parser.parse_args()
    lines = list(dated_lines(arguments.log))
    if arguments.many:
        wanted = [line.rstrip("\n").split(" ", 2) for line in sys.stdin]
    else:
        seats = log_peak(lines, arguments.feature) if arguments.seats is None else arguments.seats
        wanted = [(seats, arguments.group, arguments.feature)]
    for seats, group, feature in wanted:
        json.dump({"seats": int(seats), **replay(lines, feature, int(seats), group)}, sys.stdout)
        print()


if __name__ == "__main__":
    main()
