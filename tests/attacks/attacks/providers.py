"""Identity providers that are hostile, slow or untrustworthy."""

import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from provider import Provider
from target import attack

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
