"""Identity providers that are hostile, slow or untrustworthy."""

import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from provider import Provider
from target import attack

from .races import at_once

SETTINGS = {"client_id": "usher", "client_secret": "a-client-secret", "label": "Company", "creates_users": True}


def set_up(target, account, provider, **more):
    """Sets the account's provider. Returns the path at which a browser starts signing in with it."""
    body = {**SETTINGS, "issuer": provider.issuer, **more}
    owner = account.owner.client()
    answer = owner.put(f"{account.path}/single-sign-on", body)
    if answer.status != 200:
        raise AssertionError(f"no provider: {answer}")
    return f"/sso/{account.id}"


def begin(target, way, browser=None):
    """The provider's URL that the browser is redirected to."""
    browser = browser or target.browser()
    page = browser.ask(way)
    if page.status == 200:
        page = browser.ask(way, browser.hidden(page))
    return page.location


@attack("an honest provider's code goes to another account's provider, with everything needed to use it (mix-up)")
def mix_up(target):
    target.serve("--private-providers", "--public-url", "http://127.0.0.1")
    honest, hostile = target.keep(Provider()), target.keep(Provider())
    victims, crooks = target.account("Victims"), target.account("Crooks")
    to_honest = set_up(target, victims, honest)
    to_hostile = set_up(target, crooks, hostile)
    registered = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(begin(target, to_honest)).query))["redirect_uri"]

    browser = target.browser()
    sent_to = begin(target, to_hostile, browser)
    # The hostile provider redirects the browser to the honest one, where the victim is signed in.
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(sent_to).query))
    query["redirect_uri"] = registered
    back = honest.authorize(f"{honest.issuer}/authorize?{urllib.parse.urlencode(query)}", "a-code-of-the-victim")
    place = urllib.parse.urlsplit(back)
    browser.ask(f"{place.path}?{place.query}")

    stolen = [form for path, form in hostile.asked if path == "/token" and form.get("code") == "a-code-of-the-victim"]
    return f"the hostile provider was given {sorted(stolen[0])}" if stolen else None


@attack("an address that the provider has not verified creates a user")
def unverified_address(target):
    target.serve("--private-providers", "--public-url", "http://127.0.0.1")
    provider = target.keep(Provider())
    account = target.account("Victims")
    way = set_up(target, account, provider)
    for number, verified in enumerate(({}, {"email_verified": False}, {"email_verified": "no"})):
        provider.claims = {"sub": str(number), "email": f"boss{number}@victims.example", "name": "Boss", **verified}
        browser = target.browser()
        back = urllib.parse.urlsplit(provider.authorize(begin(target, way, browser), f"code-{number}"))
        page = browser.ask(f"{back.path}?{back.query}")
        if page.status >= 500 and number < 2:
            raise AssertionError(f"the sign-in was answered {page.status}: {page.text}")
    found = [it["email"] for it in account.operator.all(f"{account.path}/users") if "boss" in it["email"]]
    return f"made {found}" if found else None


@attack("a hanging provider keeps users of other accounts from signing in with theirs")
def slow_provider(target):
    target.serve("--private-providers", "--public-url", "http://127.0.0.1")
    honest, hostile = target.keep(Provider()), target.keep(Provider())
    victims, crooks = target.account("Victims"), target.account("Crooks")
    to_honest = set_up(target, victims, honest)
    to_hostile = set_up(target, crooks, hostile)
    ways = []
    for number in range(120):
        browser = target.browser(f"203.0.{number // 50}.{number % 50}")
        back = urllib.parse.urlsplit(hostile.authorize(begin(target, to_hostile, browser), f"code-{number}"))
        ways.append((browser, f"{back.path}?{back.query}"))
    hostile.delay = 8
    with ThreadPoolExecutor(len(ways)) as pool:
        waiting = [pool.submit(browser.ask, way) for browser, way in ways]
        time.sleep(1.5)
        browser = target.browser("198.51.100.7")
        started = time.monotonic()
        back = urllib.parse.urlsplit(honest.authorize(begin(target, to_honest, browser), "honest"))
        page = browser.ask(f"{back.path}?{back.query}")
        took = time.monotonic() - started
        for job in waiting:
            job.exception()
    # The honest provider sends no address, so a refusal of the person is a proper answer; a busy server is not.
    if page.status >= 500 or took > 5:
        return f"an honest sign-in was answered {page.status} after {took:.1f} s"
    return None


@attack("single sign-on is required of everybody while the way in is taken away")
def way_in_is_removed_while_it_is_needed(target):
    target.serve("--private-providers", "--public-url", "http://127.0.0.1")
    provider, account, found = target.keep(Provider()), target.account("Doors"), []
    settings, of_provider = f"{account.path}/settings", f"{account.path}/single-sign-on"
    body = {"issuer": provider.issuer, "client_id": "usher", "client_secret": "a-secret", "label": "Company"}
    clients = [target.server.client() for _ in range(6)]
    takers = (lambda by, _: by.patch(settings, {"sign_in": {"break_glass": None}}),
              lambda by, spare: by.patch(spare.path, {"active": False}),
              lambda by, spare: by.patch(spare.path, {"role": "member"}),
              lambda by, spare: by.delete(spare.path))
    spare = account.person("Spare Owner", role="owner")
    for number in range(200):
        removes = number % 5 > 0
        take = (lambda by, _: by.delete(of_provider)) if removes else takers[number // 5 % 4]
        account.operator.ok("PUT", of_provider, body)
        account.operator.ok("PATCH", settings, {"sign_in": {"break_glass": spare.id}})
        require = {"sign_in": {"sso_required": True}}
        # Three of each: the moment between looking and storing is short.
        at_once(*(lambda it=it: it.patch(settings, require) for it in clients[:3]),
                *(lambda it=it: take(it, spare) for it in clients[3:]))
        rules = account.operator.ok("GET", settings)["sign_in"]
        people = {it["id"]: it for it in account.operator.all(f"{account.path}/users")}
        glass = people.get(rules["break_glass"])
        if rules["sso_required"] and not (glass and glass["role"] == "owner" and glass["active"]):
            found.append(f"the way in is {glass and (glass['role'], glass['active'])}")
        if rules["sso_required"] and account.operator.get(of_provider).status != 200:
            found.append("there is no provider")
        if found:
            break
        account.operator.ok("PATCH", settings, {"sign_in": {"sso_required": False, "break_glass": None}})
        if not removes:
            spare = account.person(f"Spare Owner {number}", role="owner")
    return f"required, though {found}" if found else None


@attack("while single sign-on is required, the way in becomes an owner without a password")
def way_in_without_a_password(target):
    target.serve("--private-providers", "--public-url", "http://127.0.0.1")
    provider, account = target.keep(Provider()), target.account("Doors")
    bare = {"name": "Bare Owner", "email": "bare@doors.example", "role": "owner", "assign_seat": False}
    bare = account.operator.ok("POST", f"{account.path}/users", bare)["id"]
    owner, settings = account.owner.client(), f"{account.path}/settings"
    owner.ok("PUT", f"{account.path}/single-sign-on",
             {"issuer": provider.issuer, "client_id": "usher", "client_secret": "a-secret", "label": "Company"})
    owner.ok("PATCH", settings, {"sign_in": {"break_glass": account.owner.id, "sso_required": True}})
    if owner.patch(settings, {"sign_in": {"break_glass": bare}}).status != 200:
        return None
    answer = account.owner.ask_for_token()
    return f"it has none, and the owner who has one is refused: {answer.status} {answer.code}"
