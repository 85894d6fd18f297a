#!/usr/bin/env python3
"""Writes a data directory with a given usher binary: `write.py path/to/usher NAME`.

Makes `NAME/stopped` (after a clean stop), `NAME/killed` (the same with some further changes, after SIGKILL, so with a
write-ahead file) and `NAME/known.json`: what was acknowledged, for the test that opens both. README.md says when.
"""

import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request

OPERATOR_KEY = "the-operator-key-of-the-kept-data-directories"
PASSWORD = "plum-lantern-orbit-47"
PRODUCT = "remote-support"
# No heartbeats are sent to a directory that is kept for years.
RULES = {"lease_secs": 2592000, "standby_expires_secs": 2592000, "auto_log_off_after_secs": 2592000}
# The public key of the example in RFC 8037, appendix A.
PUBLIC_KEY = {"kty": "OKP", "crv": "Ed25519", "kid": "kept", "use": "sig", "alg": "EdDSA",
              "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
# Created by each start.
NOT_KEPT = {"usher.lock", "usher.db-shm"}


class Server:
    """A server of the given binary on a free port."""

    def __init__(self, usher, data):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("USHER_")}
        environment["USHER_OPERATOR_KEY"] = OPERATOR_KEY
        command = [usher, "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--private-providers"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
        line = self.process.stdout.readline().strip()
        assert line.startswith("Usher listens on "), line
        self.url = line.removeprefix("Usher listens on ")

    def call(self, method, path, body=None, token=OPERATOR_KEY, expect=(200, 201, 202, 204)):
        """The JSON of an answer whose status is one of those expected."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        assert status in expect, f"{method} {path}: {status} {text.decode()}"
        return json.loads(text) if text else None

    def end(self, with_signal):
        self.process.send_signal(with_signal)
        self.process.wait()


class Provider(http.server.BaseHTTPRequestHandler):
    """The discovery document of a provider of single sign-on: the server asks for it before it keeps the settings."""

    def do_GET(self):
        issuer = f"http://127.0.0.1:{self.server.server_port}"
        body = json.dumps({
            "issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA"], "keys": [PUBLIC_KEY],
        }).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start_provider():
    provider = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{provider.server_port}"


def sign_in(server, account, user, device, **more):
    body = {"user": user, "product": PRODUCT, "device": {"id": device, "name": f"The {device}", "kind": "desktop"}}
    return server.call("POST", f"{account}/sign-ins", body | more, expect=(201, 202, 409))


def fill(server):
    """Creates an account with something in every table. Returns everything that was acknowledged."""
    made = server.call("POST", "/v1/accounts", {"name": "Kept Example"})
    account = f"/v1/accounts/{made['id']}"
    products = {PRODUCT: {"named_seats": 1, "shared_seats": 4}}
    server.call("PUT", f"{account}/subscription", {"plan": "enterprise", "products": products})
    server.call("POST", f"{account}/minutes", {"minutes": 500})
    default = server.call("GET", f"{account}/pools")["items"][0]["id"]
    server.call("PATCH", f"{account}/pools/{default}", {"seats": 0})

    def pool(name, seats, **rules):
        body = {"name": name, "product": PRODUCT, "seats": seats, "rules": RULES | rules}
        return server.call("POST", f"{account}/pools", body)["id"]

    shifts = pool("Shifts", 2, occupies="sign_in", when_full=["queue"])
    calls = pool("Calls", 1, occupies="session", when_full=["pay_per_use"])
    strict = pool("Strict", 1, occupies="sign_in", when_full=[])

    def user(name, **more):
        email = f"{name.lower()}@kept.example"
        return server.call("POST", f"{account}/users", {"name": name, "email": email, "assign_seat": False} | more)["id"]

    def shared(user, pool):
        server.call("PUT", f"{account}/users/{user}/licenses/{PRODUCT}", {"kind": "shared", "pool": pool})

    owner = user("Olga", role="owner", password=PASSWORD, billing_contact=True)
    named = user("Nils")
    server.call("PUT", f"{account}/users/{named}/licenses/{PRODUCT}", {"kind": "named"})
    people = {}
    for at, names in ((shifts, "Ada Ben Cleo"), (calls, "Dora Emil Fay"), (strict, "Gus Hana")):
        for name in names.split():
            people[name] = user(name)
            shared(people[name], at)
    gone = user("Ines")
    server.call("DELETE", f"{account}/users/{gone}")
    server.call("POST", f"{account}/teams", {"name": "Nordics", "members": [people["Ada"], people["Ben"]]})
    group = server.call("POST", f"{account}/groups", {"name": "Support", "members": [named]})["id"]
    server.call("PUT", f"{account}/groups/{group}/mapping", {"role": "manager"})
    scopes = ["read", "sign-ins.write", "reports.view", "users.manage", "seats.manage"]
    key = server.call("POST", f"{account}/api-keys", {"name": "Kept", "scopes": scopes})["key"]
    provider = {"issuer": start_provider(), "client_id": "usher", "client_secret": "not-a-secret-of-anybody",
                "label": "Kept Login", "creates_users": False, "email_domains": ["kept.example"]}
    server.call("PUT", f"{account}/single-sign-on", provider)
    token = server.call("POST", "/v1/tokens", {"account": made["id"], "email": "olga@kept.example", "password": PASSWORD})

    signed_in = {name: sign_in(server, account, people[name], "desk") for name in ("Ada", "Ben", "Dora", "Emil", "Fay", "Gus")}
    signed_in["Nils"] = sign_in(server, account, named, "laptop")
    ticket = sign_in(server, account, people["Cleo"], "desk", wait=True)["ticket"]
    refused = sign_in(server, account, people["Hana"], "desk")
    assert refused["code"] == "no-seat-available", refused

    def session(name, kind, start):
        token = signed_in[name]["token"]
        body = {"sign_in": signed_in[name]["sign_in"]["id"], "kind": kind, "start": start}
        return server.call("POST", f"{account}/sessions", body, token=token)

    on_seat = session("Dora", "call", "standby")
    on_minutes = session("Emil", "attended", "active")
    over = session("Fay", "unattended", "active")
    over_id = over.get("session", over)["id"]
    server.call("POST", f"{account}/sessions/{over_id}/end", {}, token=signed_in["Fay"]["token"])
    other = server.call("POST", "/v1/accounts", {"name": "Other Example"})["id"]
    server.call("POST", f"/v1/accounts/{other}/users", {"name": "Owen", "email": "owen@other.example", "role": "owner"})
    return {
        "operator_key": OPERATOR_KEY, "account": made["id"], "other_account": other, "api_key": key,
        "user_token": token["token"], "password": PASSWORD, "owner": owner,
        "pools": {"shifts": shifts, "calls": calls, "strict": strict}, "people": people | {"Nils": named},
        "sign_ins": {name: {"id": answer["sign_in"]["id"], "token": answer["token"]} for name, answer in signed_in.items()},
        "sessions": {"seat": on_seat.get("session", on_seat)["id"], "minutes": on_minutes.get("session", on_minutes)["id"]},
        "ticket": ticket["id"],
    }


def work_on(server, known):
    """Changes that are only in the write-ahead file when the server is killed."""
    account = f"/v1/accounts/{known['account']}"
    ada = known["sign_ins"]["Ada"]
    server.call("DELETE", f"{account}/sign-ins/{ada['id']}", token=ada["token"])
    zoe = server.call("POST", f"{account}/users", {"name": "Zoe", "email": "zoe@kept.example", "assign_seat": False})
    known["only_in_killed"] = {"user": zoe["id"], "signed_out": ada["id"]}


def keep(data, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(data, target, ignore=lambda _, names: NOT_KEPT.intersection(names))


def main(usher, name):
    here = pathlib.Path(__file__).resolve().parent / name
    with tempfile.TemporaryDirectory() as scratch:
        data = pathlib.Path(scratch) / "data"
        server = Server(usher, data)
        known = fill(server)
        server.end(signal.SIGTERM)
        keep(data, here / "stopped")
        server = Server(usher, data)
        work_on(server, known)
        server.end(signal.SIGKILL)
        keep(data, here / "killed")
    (here / "known.json").write_text(json.dumps(known, indent=2) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
