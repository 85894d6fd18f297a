"""A server to attack, with accounts and users, and a browser without script."""

import html
import http.client
import http.cookiejar
import pathlib
import re
import shutil
import tempfile
import urllib.parse
import urllib.request

from harness.server import Server

ATTACKS = []
PRODUCT = "remote-support"
PASSWORD = "quiet-harbour-74-lanterns"
OTHER_PASSWORD = "copper-meadow-19-violins"


class Attack:
    def __init__(self, function, aim, is_on_new):
        self.name, self.function, self.aim, self.is_on_new = function.__name__, function, aim, is_on_new


def attack(aim, is_on_new=False):
    """Makes a function an attack. It returns what it reached, or None.

    `is_on_new`: what it attacks is not in the older program, so it cannot succeed there.
    """
    def register(function):
        ATTACKS.append(Attack(function, aim, is_on_new))
        return function
    return register


class Target:
    """A running server on a directory of its own."""

    def __init__(self, binary):
        self.binary = binary
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="usher-attacks-"))
        self.data = self.folder / "data"
        self.servers, self.closables = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for closable in self.closables:
            closable.close()
        for server in self.servers:
            server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def serve(self, *arguments, log="warn"):
        """Starts the server; `log`: directives of `USHER_LOG`."""
        server = Server(self.binary, self.data, None, arguments, log)
        self.servers.append(server)
        server.wait_until_ready()
        self.server = server
        self.operator = server.client()
        return self

    def keep(self, closable):
        """Closes something at the end."""
        self.closables.append(closable)
        return closable

    @property
    def address(self):
        return self.server.address

    def account(self, name, named=5, shared=0, plan="enterprise"):
        return Account(self, name, named, shared, plan)

    def browser(self, came_from=None):
        return Browser(self.address, came_from)

    def cpu_secs(self):
        """The processor time that the server has used."""
        fields = pathlib.Path(f"/proc/{self.server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def memory_mib(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


class Account:
    """An account with an owner, made by the operator."""

    def __init__(self, target, name, named, shared, plan):
        self.target, self.operator = target, target.operator
        self.id = self.operator.ok("POST", "/v1/accounts", {"name": name})["id"]
        self.path = f"/v1/accounts/{self.id}"
        seats = {PRODUCT: {"named_seats": named, "shared_seats": shared}}
        self.operator.ok("PUT", f"{self.path}/subscription", {"plan": plan, "products": seats})
        self.owner = self.person("Olga Owner", role="owner")

    def person(self, name, client=None, **fields):
        """Creates a user with a password. Returns the id and the address."""
        local = re.sub(r"\W+", ".", name.lower())
        body = {"name": name, "email": f"{local}@{self.id[5:13].lower()}.example", "password": PASSWORD, **fields}
        user = (client or self.operator).ok("POST", f"{self.path}/users", body)
        user = user.get("user", user)
        return Person(self, user["id"], body["email"])


class Person:
    def __init__(self, account, user, email):
        self.account, self.id, self.email = account, user, email
        self.path = f"{account.path}/users/{user}"

    def ask_for_token(self, password=PASSWORD, came_from=None, client=None):
        client = client or self.account.operator.by(None)
        headers = {"X_Forwarded_For": came_from} if came_from else {}
        body = {"account": self.account.id, "email": self.email, "password": password}
        return client.post("/v1/tokens", body, **headers)

    def client(self, password=PASSWORD):
        """The API as this person."""
        answer = self.ask_for_token(password)
        if answer.status != 201:
            raise AssertionError(f"no token for {self.email}: {answer}")
        return self.account.operator.by(answer.body["token"])

    def sign_in(self, device="laptop"):
        """Signs this person in on a device. Returns the id and the token of the sign-in."""
        body = {"user": self.id, "product": PRODUCT, "device": {"id": device, "name": device, "kind": "desktop"}}
        answer = self.account.operator.ok("POST", f"{self.account.path}/sign-ins", body)
        return answer["sign_in"]["id"], answer["token"]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Page:
    def __init__(self, answer):
        self.status, self.headers = answer.status, answer.headers
        self.body = answer.read()
        self.text = self.body.decode("utf-8", "replace")
        self.location = answer.headers.get("Location")


class Browser:
    """Cookies, forms and redirects, and no script."""

    def __init__(self, address, came_from=None):
        self.address, self.came_from = address, came_from
        self.jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=None))
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), NoRedirect)

    def ask(self, path, form=None, headers=None):
        url = urllib.parse.urljoin(self.address, path)
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        headers = {"Accept": "text/html", **(headers or {})}
        if form is not None:
            place = urllib.parse.urlsplit(self.address)
            headers = {"Origin": f"{place.scheme}://{place.netloc}", "Sec-Fetch-Site": "same-origin", **headers}
        if self.came_from:
            headers["X-Forwarded-For"] = self.came_from
        request = urllib.request.Request(url, data, headers)
        try:
            return Page(self.opener.open(request, timeout=30))
        except urllib.error.HTTPError as answer:
            return Page(answer)

    def follow(self, page, most=5):
        while page.status in (302, 303, 307) and most:
            page, most = self.ask(page.location), most - 1
        return page

    def hidden(self, page):
        """The hidden fields of a page's first form with any."""
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        return {html.unescape(name): html.unescape(value) for name, value in fields}

    def sign_in(self, email, password=PASSWORD):
        page = self.ask("/sign-in")
        return self.ask("/sign-in", {**self.hidden(page), "email": email, "password": password})


def raw(address, head, body=b"", timeout=10, whole=True):
    """Sends one raw request. Returns the status line and headers of the answer; with `whole`, the body too (not for
    streams, which have no end)."""
    place = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=timeout)
    connection.putrequest(*head[0].split(" "), skip_accept_encoding=True)
    for line in head[1:]:
        connection.putheader(*line.split(": ", 1))
    connection.endheaders(body)
    answer = connection.getresponse()
    if whole:
        answer.read()
    connection.close()
    return answer
