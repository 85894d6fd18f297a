#!/usr/bin/env python3
"""Sends a running server requests that its OpenAPI document allows, and many that it does not.

    python3 tests/fuzz/run.py USHER_BINARY

Two sandbox servers are started, each with one account that has something of each kind. Schemathesis then
makes requests out of the document, with fixed seeds, as different callers. It fails on an answer of 500 or above, on a
status, a content type, a header or a body that the document does not name, on a method that is answered though it is
not named, and on a request that is answered without the credential that the document asks for.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "target" / "fuzz"
OPERATOR_KEY = "usher_op_0123456789abcdef0123456789abcdef"
SEED = 20260101
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
    "use_after_free",
]
# An event stream has no end to wait for: the streams have tests of their own.
STREAMS = ("followSignIn", "followTicket")
# Operations that would remove the things that later requests of the same pass need.
ENDING = ("delete", "revoke", "end", "signOut", "remove", "drop", "leave", "rotate")


def installed():
    """The program, installed into its own folder if necessary."""
    wanted = (HERE / "requirements.txt").read_text()
    packages, stamp = TARGET / "packages", TARGET / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        TARGET.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*pip, "--upgrade", "--target", packages, "-r", HERE / "requirements.txt"], check=True)
        stamp.write_text(wanted)
    return packages


class Server:
    """A sandbox server on a free port, ended when the block is left."""

    def __init__(self, binary):
        self.command = [binary, "serve", "--sandbox", "--listen", "127.0.0.1:0"]

    def __enter__(self):
        environment = {**os.environ, "USHER_OPERATOR_KEY": OPERATOR_KEY, "USHER_LOG": "error"}
        self.process = subprocess.Popen(self.command, env=environment, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if "listens on " in line:
                self.address = line.split("listens on ")[1].strip()
                return self
        raise SystemExit("the server ended before it listened")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def ask(self, path, body=None, method=None, key=OPERATOR_KEY):
        """Sends one request as the operator, and returns the JSON."""
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def operations(self):
        """The names of all operations of the document."""
        paths = self.ask("/v1/openapi.json")["paths"].values()
        return [operation["operationId"] for path in paths for operation in path.values()]


class World:
    """An account with one thing of each kind, and its callers."""

    def __init__(self, server):
        self.server = server
        self.account = server.ask("/v1/accounts", {"name": "Fuzz"})["id"]
        seats = {"named_seats": 5, "shared_seats": 3}
        subscription = {"plan": "enterprise", "products": {"remote-support": seats}}
        self.ask("/subscription", subscription, "PUT")
        self.ask("/minutes", {"minutes": 500})
        self.pool = self.ask("/pools")["items"][0]["id"]
        owner = {"name": "Olga", "email": "olga@example.org", "role": "owner", "password": "vellum quartz 91 heron"}
        self.owner = self.ask("/users", owner)["id"]
        login = {"account": self.account, "email": owner["email"], "password": owner["password"]}
        self.owner_token = server.ask("/v1/tokens", login)["token"]
        self.user = self.ask("/users", {"name": "Sven", "email": "sven@example.org", "assign_seat": False})["id"]
        license = {"kind": "shared", "pool": self.pool}
        self.ask(f"/users/{self.user}/licenses/remote-support", license, "PUT")
        device = {"id": "laptop-7", "name": "Svens laptop", "kind": "desktop"}
        signed_in = self.ask("/sign-ins", {"user": self.user, "product": "remote-support", "device": device})
        self.sign_in, self.device_token = signed_in["sign_in"]["id"], signed_in["token"]
        session = {"sign_in": self.sign_in, "kind": "attended", "start": "standby"}
        session = self.ask("/sessions", session)
        self.session, self.code = session["id"], session["code"]
        self.team = self.ask("/teams", {"name": "Night shift", "members": [self.user]})["id"]
        self.key = self.ask("/api-keys", {"name": "Back end", "scopes": ["read"]})["id"]

    def ask(self, path, body=None, method=None):
        return self.server.ask(f"/v1/accounts/{self.account}{path}", body, method)

    def of_the_account(self):
        """Only the account is known, so most ids do not exist."""
        return {"path.account": self.account}

    def things(self):
        """The id of an existing thing, wherever the document asks for one."""
        return {
            **self.of_the_account(),
            "path.pool": self.pool,
            "path.user": self.user,
            "path.sign_in": self.sign_in,
            "path.session": self.session,
            "path.team": self.team,
            "path.api_key": self.key,
            "path.product": "remote-support",
            "path.code": self.code,
        }


def without(operations):
    """The arguments that leave these operations out."""
    return [argument for name in operations for argument in ("--exclude-operation-id", name)]


def run_pass(packages, server, name, token, parameters, *arguments):
    """Runs Schemathesis once. Returns its output if it found something."""
    folder = TARGET / name
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "schemathesis.toml"
    lines = [f"{json.dumps(where)} = {json.dumps(value)}" for where, value in parameters.items()]
    config.write_text("\n".join(["[parameters]", *lines, ""]))
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", config, "run", f"{server.address}/v1/openapi.json",
        "--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS), "--seed", str(SEED),
        *without(STREAMS), "--warnings", "off", "--continue-on-failure", *arguments,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True)
    cases = [line.strip() for line in done.stdout.splitlines() if " generated, " in line]
    failures = "" if done.returncode == 0 else f"\n{done.stdout}\n{done.stderr}"
    # In one call, because the other thread prints too.
    print(f"{name}: {cases[0] if cases else 'no summary'}{failures}\n", end="", flush=True)
    return done.returncode == 0


def among_things(server, world):
    """Passes of several callers with requests about things that exist and stay."""
    kept = without(name for name in server.operations() if name.startswith(ENDING))
    return [
        ("operator-among-things", OPERATOR_KEY, world.things(), [*kept, "--max-examples", "40"]),
        ("device-among-things", world.device_token, world.things(), [*kept, "--max-examples", "10"]),
        ("owner-among-things", world.owner_token, world.things(), [*kept, "--max-examples", "20"]),
    ]


def at_large(_, world):
    """Passes of the operator, who also creates and ends things, and mostly requests things that do not exist."""
    every = without(["deleteAccount"])
    return [
        ("operator-everywhere", OPERATOR_KEY, world.of_the_account(), [*every, "--max-examples", "40"]),
        ("operator-at-random", OPERATOR_KEY, {}, [*every, "--max-examples", "10"]),
    ]


def run_row(binary, packages, passes_of):
    """Runs passes one after the other against their own server. Returns whether none found anything."""
    with Server(binary) as server:
        passes = passes_of(server, World(server))
        passed = [run_pass(packages, server, name, *rest[:2], *rest[2]) for name, *rest in passes]
        if server.process.poll() is not None:
            print("the server did not survive", flush=True)
            return False
    return all(passed)


def main():
    packages = installed()
    # Schemathesis keeps one processor busy, and the server much less.
    with ThreadPoolExecutor() as rows:
        running = [rows.submit(run_row, sys.argv[1], packages, passes_of) for passes_of in (among_things, at_large)]
        passed = [row.result() for row in running]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
