"""The first run: a link that is used twice, and a first account that is made by half."""

import re
import socket
import threading
import time
import urllib.parse

from target import PASSWORD, Browser, attack

from .races import at_once

OWNER = "olga@first.example"
FORM = {"setting": "company", "account": "First", "name": "Olga Owner", "email": OWNER, "password": PASSWORD,
        "password_again": PASSWORD, "product_name": "Remote support", "shared_seats": "2", "named_seats": "1"}


def link_of(server):
    """The path of the set-up link that a start has printed, or None."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        found = re.search(r"/setup/\S+", server.text())
        if found or "Sign in at" in server.text():
            return re.sub(r"\x1b\[[0-9;]*m", "", found[0]) if found else None
        time.sleep(0.01)
    raise AssertionError(f"neither a link nor where to sign in: {server.text()}")


def accounts(target):
    return target.server.client().ok("GET", "/v1/accounts")["items"]


def is_whole(target):
    """What is missing of the first account, if it is there."""
    found = accounts(target)
    if not found:
        return None
    path, client = f"/v1/accounts/{found[0]['id']}", target.server.client()
    browser = Browser(target.address)
    # 503: too many passwords are being checked on this machine, which says nothing about this one.
    tries = (browser.sign_in(OWNER).status for _ in range(20))
    status = next((status for status in tries if status != 503), 503)
    if status != 303:
        return f"its owner cannot sign in: {status}"
    if client.ok("GET", f"{path}/subscription-management")["mode"] != "free":
        return "it has to ask for its own seats"
    subscription = client.ok("GET", f"{path}/subscription")["products"]
    return None if subscription else "it has no seats"


@attack("a set-up link that is used by several browsers at once, or again, makes a second account", is_on_new=True)
def setup_link_used_twice(target):
    target.serve()
    link, found = link_of(target.server), []
    browsers = [target.browser() for _ in range(6)]
    forms = [{**FORM, "account": f"First {number}", "email": f"olga{number}@first.example"} for number in range(6)]
    pages = at_once(*(lambda it=it, form=form: it.ask(link, form) for it, form in zip(browsers, forms)))
    if [page.status for page in pages].count(303) != 1 or len(accounts(target)) != 1:
        found.append(f"{[page.status for page in pages]}, {len(accounts(target))} accounts")
    again = target.browser()
    if again.ask(link).status == 200 or again.ask(link, FORM).status == 303:
        found.append("the link works again")
    target.server.stop()
    target.serve()
    if link_of(target.server) or target.browser().ask(link).status == 200:
        found.append("a link after a restart, beside an account")
    return "; ".join(found) or None


@attack("a set-up link of an earlier start, of another place, or in a form of another site makes an account", is_on_new=True)
def setup_link_from_elsewhere(target):
    target.serve()
    old, found = link_of(target.server), []
    target.server.stop()
    target.serve()
    link = link_of(target.server)
    place = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    tries = {"an earlier link": (old, {}), "a form of another site": (link, place),
             "an opaque origin": (link, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
             "a link with another end": (link[:-1], {}), "an empty link": ("/setup/", {}), "no link": ("/setup/null", {}),
             "a link in capitals": (link.upper().replace("/SETUP/", "/setup/"), {})}
    for what, (path, headers) in tries.items():
        answer = target.browser().ask(path, FORM, headers)
        if answer.status == 303 or accounts(target):
            found.append(what)
            break
    page = target.browser().ask(link)
    if page.headers.get("Referrer-Policy") not in ("no-referrer", "same-origin") or "no-store" not in page.headers.get("Cache-Control", ""):
        found.append("the page lets its address be remembered or passed on")
    return "; ".join(found) or None


@attack("a set-up link in an old log makes an account again, once the last account is closed", is_on_new=True)
def setup_link_after_the_last_account(target):
    target.serve()
    link = link_of(target.server)
    account = target.server.client().ok("POST", "/v1/accounts", {"name": "By a program"})
    target.server.client().ok("DELETE", f"/v1/accounts/{account['id']}")
    if accounts(target):
        raise AssertionError("the account is not closed")
    opened = target.browser().ask(link).status
    made = target.browser().ask(link, FORM).status
    return f"the page answers {opened}, its form {made}" if 200 in (opened, made) or accounts(target) else None


def send(address, path, then_wait):
    """Sends the form, and closes the connection soon afterwards: a browser whose tab is closed."""
    place = urllib.parse.urlsplit(address)
    body = urllib.parse.urlencode(FORM).encode()
    head = (f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nSec-Fetch-Site: same-origin\r\n\r\n")
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(head.encode() + body)
        then_wait(connection)


def settled(target, link):
    """Waits until the first account is whole or the link works; returns what is wrong if neither happens."""
    wrong = None
    for _ in range(150):
        wrong = is_whole(target) if accounts(target) else \
            None if target.browser().ask(link).status == 200 else "no account, and the link is dead"
        if wrong is None:
            return None
        time.sleep(0.02)
    return wrong


def time_of_a_first_run(target):
    """How long the server works on the form."""
    target.serve()
    began = time.monotonic()
    if target.browser().ask(link_of(target.server), FORM).status != 303:
        raise AssertionError("the form was refused")
    took = time.monotonic() - began
    afresh(target)
    return took


def afresh(target):
    target.server.kill()
    target.data = target.folder / f"data{len(target.servers)}"


@attack("a browser that goes away while it makes the first account leaves half of it, and a dead link", is_on_new=True)
def first_run_without_its_browser(target):
    took, found = time_of_a_first_run(target), []
    for number in range(24):
        target.serve()
        link = link_of(target.server)
        # The end of the work matters: most of its time is the digest of the password.
        send(target.address, link, lambda _, number=number: time.sleep(took * (0.3 + number / 30)))
        if wrong := settled(target, link):
            found.append(wrong)
        afresh(target)
    return f"{len(found)} of 24: {sorted(set(found))}" if found else None


@attack("a kill while the first account is made leaves half of it, and no link at the next start", is_on_new=True)
def first_run_through_a_crash(target):
    took, found = time_of_a_first_run(target), []
    for number in range(24):
        target.serve()
        link = link_of(target.server)
        killed = threading.Timer(took * (0.4 + number / 35), target.server.process.kill)
        killed.start()
        try:
            send(target.address, link, lambda connection: connection.recv(1))
        except OSError:
            pass
        killed.join()
        target.server.gone()
        target.serve()
        link = link_of(target.server)
        if link:
            # What the crash has left gives way to what the link makes.
            send(target.address, link, lambda connection: connection.recv(1))
        wrong = is_whole(target) if accounts(target) else "no account, and no link that makes one"
        if wrong:
            found.append(wrong)
        afresh(target)
    return f"{len(found)} of 24: {sorted(set(found))}" if found else None
