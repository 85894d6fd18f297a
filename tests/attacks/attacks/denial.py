"""Exhausting the server."""

import socket
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from target import OTHER_PASSWORD, PRODUCT, attack

LONG = "Tr0ub4dor&3-" * 20


@attack("a user without the right has passwords estimated and hashed")
def work_before_rights(target):
    account = target.serve().account("Costs")
    mia = account.person("Mia Member")
    member = mia.client()
    new = {"name": "New", "email": "new@costs.example", "assign_seat": False}
    ways = {
        "a new user": lambda password: member.post(f"{account.path}/users", {**new, **password}),
        "the owner": lambda password: member.patch(account.owner.path, {"name": "Olga", **password}),
        "more rights of one's own": lambda password: member.patch(mia.path, {"role": "owner", **password}),
        "nobody": lambda password: member.patch(f"{account.path}/users/user_{'0' * 26}", {"name": "No", **password}),
    }

    def cost(way, password):
        before = target.cpu_secs()
        for _ in range(12):
            way(password)
        return target.cpu_secs() - before

    for who, way in ways.items():
        plain = max(cost(way, {}), 0.05)
        dear = cost(way, {"password": LONG})
        if dear > 6 * plain:
            return f"12 forbidden requests for {who} cost {dear / plain:.0f} times as much with a password"
    return None


@attack("a long password costs the estimator far more than a short one")
def long_passwords(target):
    account = target.serve().account("Long")
    admin = account.person("Ada Admin", role="admin").client()

    def cost(password):
        before = target.cpu_secs()
        for number in range(6):
            body = {"name": "N", "email": f"n{number}.{len(password)}@long.example", "password": password}
            admin.post(f"{account.path}/users", {**body, "assign_seat": False})
        return target.cpu_secs() - before

    short, long = max(cost("aB1!" * 8), 0.1), cost("aB1!" * 64)
    return f"256 characters cost {long / short:.0f} times as much as 32" if long > 5 * short else None


@attack("members of one account keep users of another from signing in")
def one_account_takes_all_hashing(target):
    target.serve()
    hostile, honest = target.account("Hostile"), target.account("Honest")
    members = [hostile.person(f"Hugo Hostile {number}", assign_seat=False) for number in range(80)]
    until = time.monotonic() + 6

    def flood(number):
        client = target.server.client(None)
        while time.monotonic() < until:
            try:
                # Right passwords, which are not throttled.
                members[number % 80].ask_for_token(client=client, came_from=f"203.0.113.{number}")
            except OSError:
                pass

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(240)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    answers = []
    while time.monotonic() < until - 0.5:
        answer = honest.owner.ask_for_token(client=target.server.client(None), came_from="198.51.100.7")
        answers.append(answer.status)
    for thread in threads:
        thread.join()
    bad = [status for status in answers if status != 201]
    return f"{len(bad)} of {len(answers)} honest sign-ins were answered {set(bad)}" if bad else None


@attack("attempts with huge addresses fill memory")
def throttle_keeps_what_it_is_sent(target):
    account = target.serve().account("Memory")
    before = target.memory_mib()

    def send(number):
        client = target.server.client(None)
        email = f"{number}." + "x" * 240_000 + "@memory.example"
        body = {"account": account.id, "email": email, "password": OTHER_PASSWORD}
        client.post("/v1/tokens", body, X_Forwarded_For=f"203.0.{number // 250}.{number % 250}")
        browser = target.browser(f"203.1.{number // 250}.{number % 250}")
        browser.ask("/sign-in", {"email": email, "password": OTHER_PASSWORD, "back": ""})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(400)))
    more = target.memory_mib() - before
    return f"{more:.0f} MiB more after 800 attempts" if more > 60 else None


@attack("one device opens any number of streams")
def streams_without_end(target):
    account = target.serve().account("Streams")
    sign_in, token = account.person("Stella Stream").sign_in()
    place = urllib.parse.urlsplit(target.address)
    head = (f"GET {account.path}/sign-ins/{sign_in}/events HTTP/1.1\r\nHost: {place.netloc}\r\n"
            f"Authorization: Bearer {token}\r\n\r\n").encode()
    opened = 0
    for _ in range(300):
        connection = target.keep(socket.create_connection((place.hostname, place.port), 10))
        connection.sendall(head)
        if b" 200 " not in connection.recv(64):
            break
        opened += 1
    return f"{opened} streams of one sign-in are open" if opened == 300 else None


@attack("a member fills the disk with refusals")
def refusals_fill_the_disk(target):
    account = target.serve().account("Disk", shared=1)
    pool = account.operator.ok("GET", f"{account.path}/pools")["items"][0]["id"]
    users = []
    for name in ("Sitting", "Refused"):
        user = account.person(name, assign_seat=False)
        account.operator.ok("PUT", f"{user.path}/licenses/{PRODUCT}", {"kind": "shared", "pool": pool})
        users.append(user)
    rules = {"rules": {"when_full": []}}
    account.operator.ok("PATCH", f"{account.path}/pools/{pool}", rules)
    users[0].sign_in()
    member = users[1].client()

    def size():
        return sum(path.stat().st_size for path in target.data.iterdir() if path.is_file())

    before, refused = size(), 0
    for number in range(1500):
        device = {"id": f"d{number % 7}", "name": "x" * 100, "kind": "desktop"}
        body = {"user": users[1].id, "product": PRODUCT, "device": device}
        refused += member.post(f"{account.path}/sign-ins", body).status == 409
    kept = len(account.operator.all(f"{account.path}/refusals"))
    return f"all {kept} refusals are kept, {(size() - before) // 1024} KiB" if kept > 1000 else None
