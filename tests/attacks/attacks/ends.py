"""Ends of subscriptions and seats: races at the moment of an end, and choices of what is given back."""

import time

from harness.server import command
from target import PRODUCT, attack

from .loans import assigned, in_secs
from .programs import wish
from .races import at_once


def subscription(named, shared=0, temporary=(), **more):
    products = {PRODUCT: {"named_seats": named, "shared_seats": shared, "temporary": list(temporary)}}
    return {"plan": "enterprise", "products": products, **more}


def distributed(account):
    product = account.target.operator.ok("GET", f"{account.path}/subscription")["products"][PRODUCT]
    return product["shared_distributed"], product["shared_seats"], product["shared_unallocated"]


def set_subscription(account, body):
    return account.target.operator.ok("PUT", f"{account.path}/subscription", body)


@attack("seats that end are assigned or bought again by a race at that moment, or somebody at work is thrown out",
        is_on_new=True)
def seats_taken_as_they_end(target):
    account, found = target.serve().account("Ending", named=6, shared=4), []
    people = [account.person(f"Agent {number}", assign_seat=False) for number in range(8)]
    at_work = people[0]
    for number in range(5):
        for it in people:
            target.operator.delete(f"{it.path}/licenses/{PRODUCT}")
        set_subscription(account, subscription(6, 4))
        ends = {"named_seats": 4, "shared_seats": 3, "until": in_secs(2)}
        set_subscription(account, subscription(6, 4, [ends]))
        for it in people[:4]:
            target.operator.ok("PUT", f"{it.path}/licenses/{PRODUCT}", {"kind": "named"})
        sign_in, _ = at_work.sign_in()
        over = time.time() + 2.4
        clients = [target.server.client() for _ in range(8)]
        pool = target.operator.ok("GET", f"{account.path}/pools")["items"][0]["id"]
        while time.time() < over:
            calls = [lambda it=it, who=who: it.put(f"{who.path}/licenses/{PRODUCT}", {"kind": "named"})
                     for it, who in zip(clients, people[4:])]
            calls.append(lambda: clients[5].patch(f"{account.path}/pools/{pool}", {"seats": 4}))
            calls.append(lambda: clients[6].delete(f"{people[5].path}/licenses/{PRODUCT}"))
            if number == 2:
                calls.append(lambda: clients[7].post(f"{people[1].path}/licenses/{PRODUCT}/reassign", {"to": people[7].id}))
            found += [repr(it) for it in at_once(*calls) if it.status >= 500]
            if number == 4 and time.time() > over - 0.5 and target.server.process.poll() is None:
                target.server.kill()
                target.serve()
                account.operator = target.operator
                clients = [target.server.client() for _ in range(8)]
        given, bought = assigned(account)
        shared, of, _ = distributed(account)
        if bought != 2 or of != 1 or given > bought or shared > of:
            found.append(f"after the end {given} named of {bought}, {shared} shared of {of}")
        if target.operator.get(f"{account.path}/sign-ins/{sign_in}").status != 200:
            found.append("somebody at work was thrown out")
        target.operator.delete(f"{account.path}/sign-ins/{sign_in}")
    target.server.stop()
    code, said = command(target.binary, "verify", data=target.data)
    if code:
        found.append(f"usher verify: {said[-300:]}")
    return f"{found[:4]}" if found else None


@attack("somebody signs in after the subscription has ended, with a race, a restart, or a claim of an offer", is_on_new=True)
def sign_ins_past_the_end(target):
    account, found = target.serve().account("Past", named=1, shared=2), []
    pool = account.operator.ok("GET", f"{account.path}/pools")["items"][0]["id"]
    account.operator.ok("PATCH", f"{account.path}/pools/{pool}", {"seats": 2, "rules": {"when_full": ["queue"]}})
    people = [account.person(f"Agent {number}", assign_seat=False) for number in range(6)]
    for it in people:
        account.operator.ok("PUT", f"{it.path}/licenses/{PRODUCT}", {"kind": "shared", "pool": pool})
    for number in range(3):
        set_subscription(account, subscription(1, 2, terms={}))
        end = int(time.time()) + 2
        set_subscription(account, subscription(1, 2, terms={"end": in_secs(2)}))
        clients = [target.server.client() for _ in people]
        kept = [it for it in (clients[0].post(f"{account.path}/sign-ins", wish(people[0])),) if it.status == 201]
        while time.time() < end + 0.3:
            answers = at_once(*(lambda it=it, who=who: it.post(f"{account.path}/sign-ins", wish(who, wait=True))
                                for it, who in zip(clients[1:], people[1:])))
            for it in answers:
                if it.status == 201 and "sign_in" in it.body and time.time() < end - 0.5:
                    target.operator.delete(f"{account.path}/sign-ins/{it.body['sign_in']['id']}")
        if number == 1:
            target.server.kill()
            target.serve()
            account.operator = target.operator
            clients = [target.server.client() for _ in people]
        # Whoever works goes on, and whoever waits gets no seat when one becomes free.
        for it in kept:
            if target.operator.get(f"{account.path}/sign-ins/{it.body['sign_in']['id']}").status != 200:
                found.append("somebody at work was signed out by the end")
        for it in target.operator.all(f"{account.path}/sign-ins"):
            target.operator.delete(f"{account.path}/sign-ins/{it['id']}")
        for ticket in target.operator.all(f"{account.path}/tickets"):
            answer = clients[1].post(f"{account.path}/tickets/{ticket['id']}/claim")
            if answer.status < 300:
                found.append("an offer was claimed after the end")
            clients[1].delete(f"{account.path}/tickets/{ticket['id']}")
        for who in people:
            answer = clients[2].post(f"{account.path}/sign-ins", wish(who, "phone"))
            if answer.status == 201:
                found.append("a sign-in after the end")
                clients[2].delete(f"{account.path}/sign-ins/{answer.body['sign_in']['id']}")
    return f"{found[:4]}" if found else None


@attack("somebody who may not chooses what is given back, or a choice takes more, or from somebody else", is_on_new=True)
def choices_of_what_is_given_back(target):
    account, other = target.serve().account("Choice", named=4, shared=4), target.account("Other choice", named=4, shared=4)
    found, now = [], in_secs(3600)
    people = [account.person(f"Holder {number}") for number in range(4)]
    foreign = other.person("Foreign Holder")
    set_subscription(account, subscription(4, 4, [{"named_seats": 1, "shared_seats": 1, "until": now}]))
    set_subscription(other, subscription(4, 4, [{"named_seats": 1, "shared_seats": 1, "until": now}]))
    pools = {it.id: target.operator.ok("GET", f"{it.path}/pools")["items"][0]["id"] for it in (account, other)}
    path = f"{account.path}/subscription/give-back"
    choice = {"product": PRODUCT, "users": [people[0].id], "pools": []}
    buyer = account.person("Bea Buyer", role="manager", privileges=["subscription.manage", "users.manage"],
                           billing_contact=True, assign_seat=False)
    stranger = other.person("Sten Stranger", role="admin", assign_seat=False)
    for who, it in {"a member": people[1], "the billing contact": buyer, "a stranger": stranger}.items():
        if it.client().put(path, choice).status < 300:
            found.append(f"chosen by {who}")
        if who != "the billing contact" and people[0].id in str(it.client().get(path).body):
            found.append(f"read by {who}")
    admin = account.person("Ann Admin", role="admin", assign_seat=False).client()
    wrong = {
        "another account's user": {"users": [foreign.id]}, "another account's pool": {"pools": [{"pool": pools[other.id], "seats": 1}]},
        "two for one": {"users": [people[0].id, people[1].id]}, "more than the pool has": {"pools": [{"pool": pools[account.id], "seats": 5}]},
        "more than end": {"pools": [{"pool": pools[account.id], "seats": 2}]}, "none of a pool": {"pools": [{"pool": pools[account.id], "seats": 0}]},
        "one pool twice": {"pools": [{"pool": pools[account.id], "seats": 1}] * 2}, "below nothing": {"pools": [{"pool": pools[account.id], "seats": -1}]},
        "a user without a seat": {"users": [account.owner.id, "user_00000000000000000000000000"]},
        "ten thousand": {"users": [people[0].id] * 10_000},
    }
    for what, body in wrong.items():
        answer = admin.put(path, {"product": PRODUCT, "users": [], "pools": [], **body})
        gives = target.operator.ok("GET", path)["products"][PRODUCT]["next_end"]
        if answer.status >= 500 or len(gives["gives"]["users"]) > 1 or sum(it["seats"] for it in gives["gives"]["pools"]) > 1:
            found.append(f"{what}: {answer.status} {gives['gives']}")
        if answer.status < 300 and what != "ten thousand":
            found.append(f"{what} was accepted")
    # What was chosen is gone or at work when the seats end: nobody else than the proposal gives, and no more than one.
    admin.ok("PUT", path, {**choice, "users": [people[2].id]})
    target.operator.ok("DELETE", f"{people[2].path}/licenses/{PRODUCT}")
    target.operator.ok("PUT", f"{people[2].path}/licenses/{PRODUCT}", {"kind": "shared", "pool": pools[account.id]})
    set_subscription(account, subscription(4, 4, [{"named_seats": 1, "until": in_secs(1)}]))
    time.sleep(1.8)
    if (use := assigned(account)) != (3, 3):
        found.append(f"{use[0]} of {use[1]} named seats are assigned")
    return "; ".join(found) or None
