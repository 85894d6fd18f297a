"""The API over one kept connection."""

import http.client
import json
import time
import urllib.parse


# Servers close connections that are idle for longer than about a minute.
IDLE_SECS_MAX = 20


class Gone(OSError):
    """No answer: it is unknown whether the request was executed."""


class Answer:
    def __init__(self, status, body):
        self.status, self.body = status, body

    @property
    def code(self):
        """The code of a problem document."""
        return self.body.get("code") if isinstance(self.body, dict) else None

    @property
    def is_in_doubt(self):
        """Whether the answer leaves the outcome of the request unknown."""
        return self.status >= 500 or self.status == 408

    def __repr__(self):
        return f"{self.status} {json.dumps(self.body)[:400]}"


class Client:
    """One connection with one credential; for one thread at a time."""

    def __init__(self, address, key, timeout=30):
        self.address, self.key, self.timeout = address, key, timeout
        self._connection = None
        self._used_at = 0

    def by(self, key):
        """The same server with another credential."""
        return Client(self.address, key, self.timeout)

    def ask(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body)
        if self._connection and time.monotonic() - self._used_at > IDLE_SECS_MAX:
            self._connection.close()
            self._connection = None
        if self._connection is None:
            place = urllib.parse.urlsplit(self.address)
            self._connection = http.client.HTTPConnection(place.hostname, place.port, timeout=self.timeout)
        try:
            self._connection.request(method, path, data, headers)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            self._connection = None
            raise Gone(f"{method} {path}: {error!r}") from error
        self._used_at = time.monotonic()
        if answer.will_close:
            self._connection.close()
            self._connection = None
        kind = answer.headers.get("content-type", "")
        return Answer(answer.status, json.loads(text) if text and "json" in kind else text.decode())

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body=None, **headers):
        return self.ask("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def put(self, path, body):
        return self.ask("PUT", path, body)

    def patch(self, path, body):
        return self.ask("PATCH", path, body)

    def delete(self, path):
        return self.ask("DELETE", path)

    def ok(self, method, path, body=None):
        """The body of an answer, which must be a success."""
        answer = self.ask(method, path, body)
        if answer.status >= 300:
            raise AssertionError(f"{method} {path}: {answer}")
        return answer.body

    def all(self, path):
        """Every item of a list."""
        items, cursor = [], None
        while True:
            separator = "&" if "?" in path else "?"
            more = f"&cursor={urllib.parse.quote(cursor)}" if cursor else ""
            page = self.ok("GET", f"{path}{separator}limit=200{more}")
            items += page["items"]
            cursor = page.get("next_cursor")
            if not cursor:
                return items
