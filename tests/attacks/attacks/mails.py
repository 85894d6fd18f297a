"""Mails: floods, lost and doubled ones through crashes, headers and links of a stranger's making, traces in the log."""

import email
import email.policy
import re
import socketserver
import threading
import time
from html.parser import HTMLParser

from target import PRODUCT, attack

SECRET = "correct-horse-for-the-mail-server"
OPERATOR = "operator@vendor.example"


class MailServer(socketserver.ThreadingTCPServer):
    """Takes every mail, and remembers for whom."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.mails, self.lock = [], threading.Lock()
        # Whether mails are put off: what is written then waits.
        self.is_busy = False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()

    def taken(self):
        with self.lock:
            return list(self.mails)


class Conversation(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        recipients = []
        try:
            self.say("220 mail.example ESMTP")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"EHLO":
                    self.say("250-mail.example\r\n250-8BITMIME\r\n250 AUTH PLAIN")
                elif word == b"AUTH":
                    self.say("235 2.7.0 welcome")
                elif word == b"MAIL":
                    recipients = []
                    self.say("451 4.3.2 busy" if self.server.is_busy else "250 ok")
                elif word == b"RCPT":
                    recipients.append(re.search(rb"<([^>]*)>", line)[1].decode())
                    self.say("250 ok")
                elif word == b"DATA":
                    self.say("354 go ahead")
                    body = b""
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        body += part[1:] if part.startswith(b".") else part
                    mail = email.message_from_bytes(body, policy=email.policy.default)
                    with self.server.lock:
                        self.server.mails.append((recipients, mail))
                    self.say("250 2.0.0 queued")
                elif word == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")
        except (ConnectionError, OSError):
            pass


def settings(server):
    place = f"smtp+plain://127.0.0.1:{server.server_address[1]}"
    return ["--mail-server", place, "--mail-from", "Desk <desk@vendor.example>", "--mail-operator", OPERATOR,
            "--public-url", "https://usher.vendor.example"]


def until(is_done, secs=10):
    deadline = time.monotonic() + secs
    while time.monotonic() < deadline and not is_done():
        time.sleep(0.05)


def settled(server, secs=3):
    """The mails, once no more come."""
    seen = -1
    while seen != (seen := len(server.taken())):
        time.sleep(secs)
    return server.taken()


def text_of(mail):
    return "".join(part.get_content() for part in mail.walk() if not part.is_multipart())


def tags_of(html):
    """The tags of a page with their attributes: not what its text says of tags."""
    tags, parser = [], HTMLParser()
    parser.handle_starttag = lambda tag, values: tags.append((tag, values))
    parser.feed(html)
    return tags


def account_with_reader(target, server, name):
    """An account whose owner has signed in: until then, nobody is told what others do."""
    account = target.serve(*settings(server)).account(name)
    account.owner.client()
    return account


def is_warned_of_a_browser(target, server, email):
    """Whether a user is told of a sign-in with a browser that they have not used before."""
    target.browser().sign_in(email)
    is_warning = lambda mail: "browser" in (mail["Subject"] or "") and email in mail["To"]
    until(lambda: any(is_warning(mail) for _, mail in server.taken()))
    return any(is_warning(mail) for _, mail in server.taken())


@attack("members flood an owner's mailbox, until notices of security are not sent to it any more", is_on_new=True)
def mails_flood_a_mailbox(target):
    server = target.keep(MailServer())
    account = account_with_reader(target, server, "Flood")
    browser = target.browser()
    browser.sign_in(account.owner.email)
    page = f"/a/{account.id}/settings/mail"
    form = browser.hidden(browser.ask(page))
    for _ in range(60):
        browser.ask(page, form)
    askers = [account.person(f"Asker {number}", assign_seat=False) for number in range(25)]
    for asker in askers:
        client = asker.client()
        for number in range(2):
            client.ok("PUT", f"{asker.path}/seat-requests/{PRODUCT}", {"note": f"Please, {number}."})
    mails = [mail for recipients, mail in settled(server) if account.owner.email in recipients]
    # None at all would prove nothing.
    if not mails:
        return "no mail came"
    kinds = {}
    for mail in mails:
        kind = "test" if "works" in mail["Subject"] else "request"
        kinds[kind] = kinds.get(kind, 0) + 1
    found = [f"{count} mails of the kind {kind}" for kind, count in kinds.items() if count > 20]
    if not is_warned_of_a_browser(target, server, account.owner.email):
        found.append("no notice of another browser")
    return "; ".join(found) or None


@attack("another customer uses up the notices of security to an address", is_on_new=True)
def mails_of_another_customer(target):
    server = target.keep(MailServer())
    target.serve(*settings(server))
    vera = target.account("Victim").person("Vera Victim", email="vera@victim.example")
    target.browser().sign_in(vera.email)
    password = "another long enough password"
    same = target.account("Other").person("Same Address", email=vera.email, password=password)
    same.client(password)
    for number in range(50):
        role = ("manager", "member")[number % 2]
        target.operator.ok("PATCH", same.path, {"role": role})
    settled(server, 1)
    return None if is_warned_of_a_browser(target, server, vera.email) else "no notice of another browser"


@attack("a kill loses the mail about an acknowledged request, or makes it another mail", is_on_new=True)
def mails_through_kills(target):
    server = target.keep(MailServer())
    account = account_with_reader(target, server, "Killed")
    askers = [account.person(f"Asker {number}", assign_seat=False) for number in range(15)]
    tokens = [asker.client().key for asker in askers]
    settled(server, 1)
    for number, (asker, token) in enumerate(zip(askers, tokens)):
        note = {"note": f"Note {number} of all."}
        target.operator.by(token).ok("PUT", f"{asker.path}/seat-requests/{PRODUCT}", note)
        # At once, amid writing the mail, and amid sending it.
        time.sleep((0, 0.002, 0.01, 0.03, 0.08)[number % 5])
        target.server.kill()
        target.serve(*settings(server))
    missing = lambda: {n for n in range(15) if not any(f"Note {n} of" in text_of(mail) for _, mail in server.taken())}
    until(lambda: not missing())
    found = [f"lost: {sorted(missing())}"] if missing() else []
    for number in range(15):
        ids = [mail["Message-ID"] for _, mail in server.taken() if f"Note {number} of" in text_of(mail)]
        if len(set(ids)) > 1:
            found.append(f"note {number} in {len(set(ids))} mails")
        # One copy more for each kill from the request on, and no more than there are attempts.
        if len(ids) > min(8, 16 - number):
            found.append(f"note {number} {len(ids)} times")
    return "; ".join(found) or None


@attack("a name or a note makes a header, another recipient, markup or a link of its own", is_on_new=True)
def mails_with_strange_names(target):
    server = target.keep(MailServer())
    account = account_with_reader(target, server, "<b>Strange</b> & =?utf-8?q?=0D=0ABcc:_eve=40evil.example?=")
    names = ["Bcc: eve@evil.example", "=?utf-8?q?x=0D=0ABcc:_eve=40evil.example?=", "Eve <eve@evil.example>",
             "x, eve@evil.example", "a" * 110, "<img src=https://evil.example/x>", "\"; eve@evil.example"]
    found = []
    for number, name in enumerate(names):
        body = {"name": name, "email": f"asker{number}@strange.example", "password": "a long enough password"}
        user = target.operator.post(f"{account.path}/users", {**body, "assign_seat": False})
        if user.status >= 300:
            continue
        user = user.body.get("user", user.body)
        owner = {"account": account.id, "email": body["email"], "password": body["password"]}
        token = target.operator.by(None).ok("POST", "/v1/tokens", owner)
        link = "https://evil.example <a href=https://evil.example>x</a>"
        note = {"note": f"Hello\r\n.\r\nMAIL FROM:<eve@evil.example>\n{link}"}
        request = f"{account.path}/users/{user['id']}/seat-requests/{PRODUCT}"
        caller = target.operator.by(token["token"])
        if caller.put(request, note).status >= 300:
            caller.put(request, {"note": f"{link} {name}"})
    for recipients, mail in settled(server):
        if any("evil" in it for it in recipients) or mail["Bcc"] or mail["Cc"] or len(mail.get_all("To")) != 1:
            found.append(f"{recipients} {mail.items()}")
        html = next(part.get_content() for part in mail.walk() if part.get_content_type() == "text/html")
        if any(tag in ("img", "script", "b") or "evil" in f"{values}" for tag, values in tags_of(html)):
            found.append(f"markup in {mail['Subject']}")
    return "; ".join(found) or (None if server.taken() else "no mail came")


@attack("a request with another host makes mails whose links lead there", is_on_new=True)
def mails_with_a_strangers_host(target):
    server = target.keep(MailServer())
    account = account_with_reader(target, server, "Hosts")
    places = {"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}, {"Forwarded": "host=evil.example"}
    for number, headers in enumerate(places):
        asker = account.person(f"Asker {number}", assign_seat=False)
        note = {"note": f"Note {number}."}
        asker.client().ask("PUT", f"{asker.path}/seat-requests/{PRODUCT}", note, headers)
    texts = [text_of(mail) for _, mail in settled(server)]
    if not texts:
        return "no mail came"
    links = {link.rstrip(".") for text in texts for link in re.findall(r"https?://[^/\s\"<]+", text)}
    return f"{links}" if links != {"https://usher.vendor.example"} else None


@attack("the log shows whom mails are for, what they say, or the password for the mail server", is_on_new=True)
def mails_in_the_log(target):
    server = target.keep(MailServer())
    password = target.data.parent / f"{target.data.name}.password"
    password.write_text(SECRET)
    login = ["--mail-user", "desk", "--mail-password-file", str(password)]
    account = target.serve(*settings(server), *login, log="trace").account("Traces")
    account.owner.client()
    asker = account.person("Ada Asker", assign_seat=False)
    asker.client().ok("PUT", f"{asker.path}/seat-requests/{PRODUCT}", {"note": "A note of mine."})
    settled(server, 1)
    server.is_busy = True
    other = account.person("Eva Asker", assign_seat=False)
    other.client().ok("PUT", f"{other.path}/seat-requests/{PRODUCT}", {"note": "Another note of mine."})
    time.sleep(2)
    log = target.server.text()
    words = [SECRET, account.owner.email, asker.email, other.email, OPERATOR, "note of mine", "Ada Asker", "Eva Asker"]
    found = [word for word in words if word in log]
    password.unlink()
    return f"in the log: {found}" if found else (None if server.taken() else "no mail came")
