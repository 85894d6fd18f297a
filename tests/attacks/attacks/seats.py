"""The seat map: who learns what from it, and what it costs."""

import re

from target import PRODUCT, attack

HOUR = 3600


def desk(target, name, shared, *arguments):
    """An account with shared seats. Returns it and its pool."""
    account = target.serve(*arguments).account(name, named=0, shared=shared)
    pool = account.operator.ok("GET", f"{account.path}/pools")["items"][0]["id"]
    return account, pool


def agent(account, name, pool, **fields):
    """A user with a license of the pool."""
    person = account.person(name, assign_seat=False, **fields)
    account.operator.ok("PUT", f"{person.path}/licenses/{PRODUCT}", {"kind": "shared", "pool": pool})
    return person


def browser_of(target, person):
    browser = target.browser()
    if browser.sign_in(person.email).status != 303:
        raise AssertionError(f"{person.email} cannot sign in")
    return browser


def call(account, token, sign_in, customer="Kim"):
    body = {"sign_in": sign_in, "kind": "call", "start": "active", "customer": {"name": customer}}
    return account.operator.by(token).ok("POST", f"{account.path}/sessions", body)["id"]


@attack("a query that is repeated in the link of each seat makes a page of megabytes")
def links_repeat_the_query(target):
    account, pool = desk(target, "Links", shared=40)
    for number in range(40):
        agent(account, f"Agent {number}", pool).sign_in()
    owner = browser_of(target, account.owner)
    page = f"/a/{account.id}/seats?hall={pool}"
    plain = owner.ask(page)
    long = owner.ask(f"{page}&q={'!' * 20_000}")
    if plain.status != 200 or long.status not in (200, 414, 431):
        raise AssertionError(f"{plain.status}, {long.status}")
    # The stream's address may repeat it once, and the address of the page.
    more = len(long.body) - len(plain.body)
    return f"20 KB of query made {more / 1e6:.1f} MB more of page for 40 seats" if more > 200_000 else None


@attack("an open seat, which the page loads again by itself, keeps an unused session alive")
def open_seat_keeps_a_session(target):
    account, pool = desk(target, "Idle", 1, "--sandbox")
    sign_in, _ = agent(account, "Sven", pool).sign_in()
    owner = browser_of(target, account.owner)
    seat = f"/a/{account.id}/seats?seat={sign_in}"
    page = owner.ask(seat)
    # As the script does: the path that the section names, or else the page itself.
    named = re.search(r'data-again="([^"]+)"', page.text)
    again = f"{named[1]}?seat={sign_in}" if named else seat
    for _ in range(14):
        target.operator.ok("POST", "/v1/sandbox/clock", {"advance_secs": HOUR})
        owner.ask(again)
    return "a session without use is alive after 14 hours" if owner.ask("/me").status == 200 else None


@attack("a member learns how many pools are full of which they may see nothing")
def menu_counts_hidden_pools(target):
    account, pool = desk(target, "Counts", shared=2)
    night = account.operator.ok("POST", f"{account.path}/pools", {"name": "Night", "product": PRODUCT, "seats": 0})
    account.operator.ok("PATCH", f"{account.path}/pools/{pool}", {"seats": 1})
    account.operator.ok("PATCH", f"{account.path}/pools/{night['id']}", {"seats": 1})
    member = browser_of(target, agent(account, "Mia", pool))

    def note():
        page = member.ask(f"/a/{account.id}/seats")
        return re.search(r'id="note-seats"[^>]*>([^<]*)<', page.text)[1]

    before = note()
    agent(account, "Sven", night["id"]).sign_in()
    return f"the menu says {note()!r} as the hidden pool fills" if note() != before else None


@attack("a member who sees one call of an agent sees all devices of the agent, and how long they have been idle")
def devices_beside_a_call(target):
    account, pool = desk(target, "Devices", shared=5)
    sees = {"view_own": True, "control_own": True, "view_account": True, "control_account": False}
    account.operator.ok("PATCH", f"{account.path}/settings", {"session_permissions": sees})
    account.operator.ok("PATCH", f"{account.path}/pools/{pool}", {"rules": {"max_devices_per_user": None}})
    sven = agent(account, "Sven", pool)
    sign_in, token = sven.sign_in("laptop")
    call(account, token, sign_in)
    sven.sign_in("secret-phone")
    member = browser_of(target, agent(account, "Mia", pool))
    seat = member.ask(f"/a/{account.id}/seats?seat={sign_in}").text
    return "the other device is shown" if "secret-phone" in seat else None


@attack("forms tell strangers which sign-ins and sessions there have been")
def forms_tell_what_is_over(target):
    account, pool = desk(target, "Over", shared=5)
    sign_in, token = agent(account, "Sven", pool).sign_in()
    session = call(account, token, sign_in)
    member = browser_of(target, account.person("Mia", assign_seat=False))
    fields = member.hidden(member.ask("/me"))
    own = {"sign_in": sign_in, "session": session}
    nothing = {name: re.sub(r"[^_]+$", "01h2xcejqtf2nbrexx3vqjhp41", value) for name, value in own.items()}
    forms = {"sign_in": ["seats/sign-out"], "session": ["seats/end", "sessions/end"]}

    def answers(ids):
        return [(path, member.ask(f"/a/{account.id}/{path}", {**fields, name: ids[name]}).status)
                for name, paths in forms.items() for path in paths]

    unknown, hidden = answers(nothing), answers(own)
    account.operator.ok("DELETE", f"{account.path}/sign-ins/{sign_in}")
    over = answers(own)
    told = {path for (path, one), (_, two), (_, three) in zip(unknown, hidden, over) if len({one, two, three}) > 1}
    return f"different answers from {', '.join(sorted(told))}" if told else None
