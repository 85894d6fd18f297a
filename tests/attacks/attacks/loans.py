"""Seats that are asked for and lent: on behalf of others, twice, without an end, through a crash, and kept for ever."""

import time

from harness.server import command
from target import PRODUCT, attack

from .races import at_once


def in_secs(secs):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + secs))


def named(**more):
    return {"license": {"kind": "named", **more}}


def license_of(person):
    """The license, and whether it is lent."""
    user = person.account.target.operator.ok("GET", person.path)
    return user["licenses"].get(PRODUCT), PRODUCT in user["lent"]


def assigned(account):
    """Named seats that are assigned, and that are bought."""
    product = account.target.operator.ok("GET", f"{account.path}/subscription")["products"][PRODUCT]
    return product["named_assigned"], product["named_seats"]


@attack("somebody asks for a seat for somebody else, or answers a request who may not", is_on_new=True)
def seats_asked_for_others(target):
    account, other = target.serve().account("Asked", named=9), target.account("Others", named=9)
    asker, member = (account.person(name, assign_seat=False) for name in ("Ada Asker", "Max Member"))
    people = account.person("Petra People", role="manager", privileges=["users.manage", "reports.view", "settings.manage"])
    stranger, request = other.person("Sten Stranger", role="admin"), f"{asker.path}/seat-requests/{PRODUCT}"
    key = account.owner.client().ok("POST", f"{account.path}/api-keys", {"name": "k", "scopes": ["read", "users.manage"]})
    callers = {"a member": member.client(), "a manager of users": people.client(), "a stranger": stranger.client(),
               "a key": target.operator.by(key["key"]), "nobody": target.operator.by(None)}
    found = [f"{who} asked" for who, it in callers.items() if it.put(request, {"note": "For Ada."}).status < 300]
    asker.client().ok("PUT", request, {"note": "I need one."})
    pool = {"license": {"kind": "shared", "pool": target.operator.ok("GET", f"{account.path}/pools")["items"][0]["id"]}} \
        if target.operator.ok("GET", f"{account.path}/pools")["items"] else named()
    callers["the asker"] = asker.client()
    for who, it in callers.items():
        for body in (named(), named(until=in_secs(600)), pool):
            found += [f"{who} granted"] * (it.post(f"{request}/grant", body).status < 300)
        found += [f"{who} declined"] * (it.post(f"{request}/decline", {"note": "No."}).status < 300)
        if who != "the asker":
            found += [f"{who} withdrew"] * (it.delete(request).status < 300)
            for path in (request, f"{account.path}/seat-requests"):
                answer = it.get(path)
                if who not in ("a manager of users", "a key") and answer.status == 200 and "I need one" in str(answer.body):
                    found.append(f"{who} read it")
    # The account in the path is another one than the user's.
    mixed = f"{other.path}/users/{asker.id}/seat-requests/{PRODUCT}"
    for it in (stranger.client(), target.operator):
        found += ["granted in another account"] * (it.post(f"{mixed}/grant", named()).status < 300)
    found += ["Ada has a seat"] * (license_of(asker)[0] is not None)
    found += ["the request is gone"] * (target.operator.get(request).status != 200)
    return "; ".join(found) or None


@attack("requests that are granted at the same time give more seats than there are, or one request several answers",
        is_on_new=True)
def granted_at_once(target):
    account, found = target.serve().account("Granted", named=3), []
    askers = [account.person(f"Asker {number}", assign_seat=False) for number in range(5)]
    for number in range(10):
        for asker in askers:
            target.operator.delete(f"{asker.path}/licenses/{PRODUCT}")
            target.operator.ok("PUT", f"{asker.path}/seat-requests/{PRODUCT}", {"note": f"Round {number}."})
        kinds = []
        for asker in askers:
            of = f"{asker.path}/seat-requests/{PRODUCT}"
            kinds += [(asker, "grant", f"{of}/grant", named()), (asker, "grant", f"{of}/grant", named(until=in_secs(900))),
                      (asker, "decline", f"{of}/decline", {})]
        clients = [target.server.client() for _ in kinds]
        for it in clients:
            it.get("/livez")
        answers = at_once(*(lambda it=it, kind=kind: it.post(kind[2], kind[3]) for it, kind in zip(clients, kinds)))
        given, bought = assigned(account)
        if given > bought:
            found.append(f"{given} seats of {bought}")
        for asker in askers:
            done = [kind[1] for kind, answer in zip(kinds, answers) if kind[0] is asker and answer.status < 300]
            has = license_of(asker)[0] is not None
            if len(done) > 1 or has != ("grant" in done):
                found.append(f"answered {done}, has a seat: {has}")
        found += [repr(answer) for answer in answers if answer.status >= 500]
    return f"{found[:4]}" if found else None


@attack("a seat is lent into the past, beyond all time, or with an end that is none", is_on_new=True)
def loans_with_odd_ends(target):
    account, found = target.serve().account("Ends", named=3), []
    user = account.person("Una User", assign_seat=False)
    path = f"{user.path}/licenses/{PRODUCT}"
    for end in (in_secs(-1), in_secs(-9e6), "1970-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "-1000-01-01T00:00:00Z"):
        if target.operator.put(path, {"kind": "named", "until": end}).status < 300:
            found.append(f"lent until {end}")
    for end in ("10000-01-01T00:00:00Z", "+262143-12-31T23:59:59Z", "2999-02-30T00:00:00Z", "9e99", 2**63, True, {}, []):
        answer = target.operator.put(path, {"kind": "named", "until": end})
        if answer.status < 300 or answer.status >= 500:
            found.append(f"until {end}: {answer.status}")
    for end in ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999999-14:00", "9999-12-31T23:59:60Z"):
        answer = target.operator.put(path, {"kind": "named", "until": end})
        pages = [target.operator.get(it) for it in (user.path, f"{account.path}/users", f"{account.path}/audit")]
        browser = target.browser()
        browser.sign_in(account.owner.email)
        pages += [browser.ask(f"/a/{account.id}/users/{user.id}"), browser.ask(f"/a/{account.id}/audit")]
        bad = [it.status for it in [answer, *pages] if it.status >= 500]
        if bad or answer.status < 300 and not license_of(user)[1]:
            found.append(f"until {end}: {answer.status}, {bad}, {license_of(user)}")
        target.operator.delete(path)
    subscription = {"plan": "enterprise", "products": {PRODUCT: {"named_seats": 3, "shared_seats": 0}}}
    for end in ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"):
        terms = {"end": end, "grace_days": 366}
        for more in ({}, {"renewal_months": 60}):
            target.operator.put(f"{account.path}/subscription", {**subscription, "terms": {**terms, **more}})
            browser = target.browser()
            browser.sign_in(account.owner.email)
            pages = [target.operator.get(f"{account.path}/subscription"), target.operator.get("/v1/subscription-changes"),
                     browser.ask(f"/a/{account.id}/subscription"), browser.ask(f"/a/{account.id}"), browser.ask("/console")]
            found += [f"terms until {end}: {it.status}" for it in pages if it.status >= 500]
    return "; ".join(found) or None


@attack("a seat that was lent is not given back: because of a crash, or because somebody took another at that moment",
        is_on_new=True)
def loans_through_crashes(target):
    account, found = target.serve().account("Crashes", named=5), []
    lent = [account.person(f"Lent {number}", assign_seat=False) for number in range(4)]
    spare = [account.person(f"Spare {number}", assign_seat=False) for number in range(3)]
    busy = lent[3]
    for number in range(6):
        for it in spare + lent:
            target.operator.delete(f"{it.path}/licenses/{PRODUCT}")
        for it in lent:
            target.operator.ok("PUT", f"{it.path}/licenses/{PRODUCT}", {"kind": "named", "until": in_secs(2)})
        sign_in, _ = busy.sign_in()
        over = time.time() + 0.9 + number / 5
        takers = [target.server.client() for _ in spare]
        while time.time() < over:
            at_once(*(lambda it=it, who=who: it.put(f"{who.path}/licenses/{PRODUCT}", {"kind": "named"})
                      for it, who in zip(takers, spare)))
            if (use := assigned(account))[0] > use[1]:
                found.append(f"{use[0]} seats of {use[1]}")
        target.server.kill()
        target.serve()
        account.operator = target.operator
        time.sleep(max(0, over + 2.2 - time.time()))
        has = [license_of(it)[0] for it in lent]
        if has[:3] != [None] * 3:
            found.append(f"not given back: {has[:3]}")
        if has[3] is None or target.operator.get(f"{account.path}/sign-ins/{sign_in}").status != 200:
            found.append("somebody at work lost the seat")
        target.operator.delete(f"{account.path}/sign-ins/{sign_in}")
        time.sleep(0.3)
        if license_of(busy)[0] is not None:
            found.append("kept after the end of the work")
        if (use := assigned(account))[0] > use[1]:
            found.append(f"{use[0]} seats of {use[1]}")
    target.server.stop()
    code, said = command(target.binary, "verify", data=target.data)
    if code:
        found.append(f"usher verify: {said[-300:]}")
    return f"{found[:4]}" if found else None


def kept_on_another_device(target, person, first):
    """Whether somebody whose license has ended keeps it by signing in on another device before they sign out."""
    account, path = person.account, f"{person.account.path}/sign-ins"
    for number, more in enumerate(({}, {"takeover": True}, {"wait": True})):
        device = {"id": f"other-{number}", "name": "Other", "kind": "desktop"}
        for caller in (target.operator, person.client()):
            answer = caller.post(path, {"user": person.id, "product": PRODUCT, "device": device, **more})
            if answer.status < 300:
                target.operator.delete(f"{path}/{first}")
                time.sleep(0.3)
                return f"{answer.status} with {more}, and after the first sign-out: {license_of(person)[0]}"
    # The device that is signed in goes on, and what it began.
    again = target.operator.post(path, {"user": person.id, "product": PRODUCT, "device": {"id": "laptop", "name": "laptop", "kind": "desktop"}})
    beat = target.operator.post(f"{path}/{first}/heartbeat", {})
    assert again.status == 200 and beat.status < 300, (again, beat)
    target.operator.delete(f"{account.path}/sign-ins/{first}")
    return None


@attack("a license that has ended, or goes after work, is kept by signing in on one more device each time", is_on_new=True)
def licenses_kept_on_one_more_device(target):
    account, found = target.serve().account("Kept", named=5, shared=3), []
    pool = target.operator.ok("GET", f"{account.path}/pools")["items"][0]["id"]
    shared = {"kind": "shared", "pool": pool}
    for license, kind in (({"kind": "named"}, "named"), (shared, "shared")):
        person = account.person(f"Lent {kind}", assign_seat=False)
        target.operator.ok("PUT", f"{person.path}/licenses/{PRODUCT}", {**license, "until": in_secs(2)})
        first, _ = person.sign_in()
        time.sleep(2.2)
        found += [f"lent {kind}: {it}" for it in [kept_on_another_device(target, person, first)] if it]
        person = account.person(f"Leaving {kind}", assign_seat=False)
        target.operator.ok("PUT", f"{person.path}/licenses/{PRODUCT}", license)
        first, _ = person.sign_in()
        target.operator.ok("DELETE", f"{person.path}/licenses/{PRODUCT}?after_work=true")
        found += [f"after work, {kind}: {it}" for it in [kept_on_another_device(target, person, first)] if it]
    return "; ".join(found) or None


@attack("a lent license becomes one for good, because its user is moved after work", is_on_new=True)
def loans_that_lose_their_end(target):
    account, found = target.serve().account("Moved", named=1, shared=6), []
    pools = f"{account.path}/pools"
    home = target.operator.ok("GET", pools)["items"][0]["id"]
    target.operator.ok("PATCH", f"{pools}/{home}", {"seats": 2})
    night, day = (target.operator.ok("POST", pools, {"name": name, "product": PRODUCT, "seats": 2})["id"] for name in ("Night", "Day"))
    person = account.person("Petra Person", assign_seat=False)
    license = f"{person.path}/licenses/{PRODUCT}"
    for is_over in (False, True):
        target.operator.ok("PUT", license, {"kind": "shared", "pool": home})
        target.operator.ok("PUT", license, {"kind": "shared", "pool": night, "until": in_secs(2)})
        first, _ = person.sign_in()
        time.sleep(2.2 if is_over else 0)
        browser = target.browser()
        browser.sign_in(account.owner.email)
        page = browser.ask(f"/a/{account.id}/pools/{night}/users")
        form = {**browser.hidden(page), "to": day, "user": person.id, "work": "wait"}
        moved = browser.ask(f"/a/{account.id}/pools/{night}/users/move", form)
        assert moved.status == 303, moved.status
        target.operator.delete(f"{account.path}/sign-ins/{first}")
        time.sleep(2.5)
        has, is_lent = license_of(person)
        if has != {"kind": "shared", "pool": home} or is_lent:
            found.append(f"{'after' if is_over else 'before'} its end: {has}, lent: {is_lent}")
    return "; ".join(found) or None
