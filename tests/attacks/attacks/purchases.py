"""Buying more than the operator allows, and changes that the operator is to bill."""

import threading

from harness.server import command
from target import PRODUCT, attack

from attacks.races import at_once

BOUNDS = {PRODUCT: {"named_seats": {"min": 1, "max": 6}, "shared_seats": {"min": 0, "max": 4}}}


def buyer(account):
    """A member who is the billing contact, as the API sees them."""
    person = account.person("Bea Buyer", role="manager", privileges=["subscription.manage"], billing_contact=True)
    return person.client()


def manage(account, mode, **more):
    account.operator.ok("PUT", f"{account.path}/subscription-management", {"mode": mode, **more})


def bought(account):
    """Named and shared seats, and minutes."""
    seats = account.operator.ok("GET", f"{account.path}/subscription")["products"][PRODUCT]
    minutes = account.operator.ok("GET", f"{account.path}/usage")["minutes"]["remaining"]
    return seats["named_seats"], seats["shared_seats"], minutes


def ask_for(named, shared=0):
    return {"plan": "enterprise", "products": {PRODUCT: {"named_seats": named, "shared_seats": shared}}}


def clients(target, client, number):
    """This many connections of one caller, already open."""
    all_of_them = [target.server.client(client.key) for _ in range(number)]
    for it in all_of_them:
        it.get("/livez")
    return all_of_them


@attack("an account buys more within bounds than they allow", is_on_new=True)
def more_than_the_bounds(target):
    account = target.serve().account("Bounds", named=2)
    manage(account, "within_bounds", bounds={"products": BOUNDS, "minutes_per_30_days": 60})
    bea = buyer(account)
    calls = clients(target, bea, 12)
    at_once(*(lambda it=it, n=n: it.post(f"{account.path}/minutes", {"minutes": 10 + n % 2}) for n, it in enumerate(calls)))
    at_once(*(lambda it=it, n=n: it.put(f"{account.path}/subscription", ask_for(n, n)) for n, it in enumerate(calls)))
    for named, shared in ((7, 0), (0, 0), (6, 5), (2**31, 0), (-1, 0)):
        bea.put(f"{account.path}/subscription", ask_for(named, shared))
    other = {"plan": "enterprise", "products": {**ask_for(3)["products"], "another": {"named_seats": 9, "shared_seats": 0}}}
    bea.put(f"{account.path}/subscription", other)
    bea.put(f"{account.path}/subscription", {**ask_for(3), "plan": "team"})
    subscription = account.operator.ok("GET", f"{account.path}/subscription")
    named, shared, minutes = bought(account)
    if not 1 <= named <= 6 or shared > 4 or minutes > 60 or subscription["plan"] != "enterprise":
        return f"{named} named and {shared} shared seats, {minutes} minutes, plan {subscription['plan']}"
    return "seats of another product" if "another" in subscription["products"] else None


@attack("an account that may only ask changes something, answers itself or sets its own mode", is_on_new=True)
def asking_is_not_buying(target):
    account = target.serve().account("Asking", named=2)
    other = target.account("Other", named=2)
    bea, reached = buyer(account), []
    stranger = buyer(other)
    for body, path in ((ask_for(5), "subscription"), ({"minutes": 500}, "minutes")):
        answer = bea.put(f"{account.path}/{path}", body) if path == "subscription" else bea.post(f"{account.path}/{path}", body)
        if answer.status != 202:
            return f"asking answered {answer}"
    own = account.operator.ok("GET", f"{account.path}/subscription-requests")["items"]
    requests = f"{account.path}/subscription-requests"
    for request in own:
        for who, client in (("the asker", bea), ("a stranger", stranger), ("an owner", account.owner.client())):
            for path in (requests, f"{other.path}/subscription-requests"):
                for answer in ("approve", "decline"):
                    if client.post(f"{path}/{request['id']}/{answer}", {}).status < 300:
                        reached.append(f"{who} could {answer}")
        if stranger.delete(f"{other.path}/subscription-requests/{request['id']}").status < 300:
            reached.append("withdrawn by another account")
        operator = account.operator.post(f"{other.path}/subscription-requests/{request['id']}/approve", {})
        if operator.status < 300:
            reached.append("approved under another account's address")
    for mode in ("free", "closed"):
        for client in (bea, account.owner.client()):
            if client.put(f"{account.path}/subscription-management", {"mode": mode}).status < 300:
                reached.append(f"own mode set to {mode}")
    for path in ("/v1/subscription-requests", "/v1/subscription-changes"):
        if bea.get(path).status < 300:
            reached.append(f"read {path} of all accounts")
    if bought(account) != (2, 0, 0):
        reached.append(f"bought without an answer: {bought(account)}")
    return "; ".join(reached) or None


@attack("a request is answered twice, or bought although it was withdrawn", is_on_new=True)
def answered_at_once(target):
    account = target.serve().account("Answers", named=2)
    bea, expected = buyer(account), 0
    requests = f"{account.path}/subscription-requests"
    for _ in range(12):
        if bea.post(f"{account.path}/minutes", {"minutes": 7}).status != 202:
            return "asking for minutes was no request"
        request = next(it["id"] for it in bea.ok("GET", requests)["items"] if it["answer"] is None)
        operators = clients(target, account.operator, 4)
        withdrawing = target.server.client(bea.key)
        answers = at_once(*(lambda it=it: it.post(f"{requests}/{request}/approve", {}) for it in operators[:2]),
                          *(lambda it=it: it.post(f"{requests}/{request}/decline", {}) for it in operators[2:]),
                          lambda: withdrawing.delete(f"{requests}/{request}"))
        done = [answer.status < 300 for answer in answers]
        if sum(done[:4]) > 1:
            return f"answered {sum(done[:4])} times"
        expected += 7 * (done[0] or done[1])
        bea.delete(f"{requests}/{request}")
    minutes = bought(account)[2]
    return f"{minutes} minutes, but approved were {expected}" if minutes != expected else None


@attack("a program that follows the changes to bill misses one, or sees one twice", is_on_new=True)
def changes_that_nobody_bills(target):
    target.serve()
    accounts = [target.account(f"Billed {number}", named=1) for number in range(6)]
    for account in accounts:
        manage(account, "free")
    cursor, seen, is_over = None, [], threading.Event()

    def read():
        nonlocal cursor
        query = f"?limit=3&cursor={cursor}" if cursor else "?limit=3"
        page = reader.ok("GET", f"/v1/subscription-changes{query}")
        for change in page["items"]:
            seen.append(change)
            cursor = change["cursor"]
        return len(page["items"])

    def follow():
        while not is_over.is_set():
            read()

    reader = target.server.client(target.operator.key)
    follower = threading.Thread(target=follow)
    follower.start()
    acknowledged = []
    try:
        for number in range(8):
            writers = clients(target, target.operator, len(accounts))
            minutes = 1000 * (number + 1)
            calls = [lambda it=it, a=a, n=n: it.post(f"{a.path}/minutes", {"minutes": minutes + n})
                     for n, (it, a) in enumerate(zip(writers, accounts))]
            for place, answer in enumerate(at_once(*calls)):
                if answer.status < 300:
                    acknowledged.append((accounts[place].id, minutes + place))
    finally:
        is_over.set()
        follower.join(60)
    while read():
        pass
    cursors = [change["cursor"] for change in seen]
    if len(set(cursors)) != len(cursors):
        return "a change was listed twice"
    listed = [(change["account"], change["minutes"]) for change in seen if change.get("minutes") in range(1000, 9000)]
    lost = [it for it in acknowledged if it not in listed]
    if lost:
        return f"never listed: {lost}"
    return f"listed {len(listed)} of {len(acknowledged)}" if len(listed) != len(acknowledged) else None


@attack("something is bought after the operator has closed the subscription, or taken the privilege away", is_on_new=True)
def bought_after_the_door_closed(target):
    account, found = target.serve().account("Closing", named=2), []
    bea = account.person("Bea Buyer", role="manager", privileges=["subscription.manage"], billing_contact=True)
    key = bea.client().key
    for number in range(10):
        manage(account, "free")
        account.operator.ok("PATCH", bea.path, {"role": "manager", "privileges": ["subscription.manage"]})
        before, buyers = bought(account)[2], clients(target, target.operator.by(key), 10)
        close = (lambda: manage(account, "closed")) if number % 2 else \
            (lambda: account.operator.ok("PATCH", bea.path, {"privileges": ["users.manage"]}))
        answers = at_once(*(lambda it=it: it.post(f"{account.path}/minutes", {"minutes": 3}) for it in buyers[:9]), close)
        late = buyers[9].post(f"{account.path}/minutes", {"minutes": 3})
        acknowledged = 3 * sum(answer.status == 200 for answer in answers[:9])
        if late.status < 300 or bought(account)[2] != before + acknowledged:
            found.append(f"{late.status} afterwards, {bought(account)[2] - before} bought, {acknowledged} acknowledged")
    return f"{found[:3]}" if found else None


@attack("an account reads the changes of others, or a cursor made by hand, or used after a rebuild, loses some", is_on_new=True)
def cursors_made_by_hand(target):
    accounts = [target.serve().account("One", named=1), target.account("Two", named=1)]
    for number in range(6):
        accounts[number % 2].operator.ok("POST", f"{accounts[number % 2].path}/minutes", {"minutes": 100 + number})
    path, found = "/v1/subscription-changes", []
    changes = target.operator.all(path)
    bea = buyer(accounts[0])
    key = target.operator.ok("POST", f"{accounts[0].path}/api-keys", {"name": "k", "scopes": ["read", "subscription.manage"]})
    for who, it in {"a billing contact": bea, "an owner": accounts[0].owner.client(), "a key": target.operator.by(key["key"]),
                    "nobody": target.operator.by(None)}.items():
        for more in ("", f"?cursor={changes[0]['cursor']}", f"?account={accounts[1].id}"):
            found += [f"read by {who}"] * (it.get(f"{path}{more}").status < 300)
    odd = ("0", "0.0", "0.0.0", "-1.0.0", "0.-1.0", "99999999999999999999.0.0", "0.18446744073709551615.4294967295",
           "0.9223372036854775807.0", "1.0.0", "a.b.c", "0.1.1.1", "%00", "'", "0." * 2000, "0.1.99999999999")
    known = [it["cursor"] for it in changes]
    for cursor in odd:
        answer = target.operator.get(f"{path}?limit=200&cursor={cursor}")
        if answer.status >= 500:
            found.append(f"{cursor[:30]}: {answer.status}")
        elif answer.status == 200 and (listed := [it["cursor"] for it in answer.body["items"]]) != known[len(known) - len(listed):]:
            found.append(f"{cursor[:30]}: not an end of the list")
    target.server.stop()
    code, said = command(target.binary, "rebuild", data=target.data)
    if code:
        raise AssertionError(f"no rebuild: {said}")
    target.serve()
    after = target.operator.all(path)
    if after != changes:
        found.append("another list after a rebuild")
    for place, change in enumerate(changes):
        rest = target.operator.ok("GET", f"{path}?limit=200&cursor={change['cursor']}")["items"]
        if [it["cursor"] for it in rest] != known[place + 1:]:
            found.append(f"after {change['cursor']}: {len(rest)} of {len(changes) - place - 1}")
    return "; ".join(found) or None
