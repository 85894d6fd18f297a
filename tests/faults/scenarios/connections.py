"""Kept connections."""

import socket
import time
import urllib.parse

from harness.desk import Desk
from harness.run import scenario
from harness.server import OPERATOR_KEY
from harness.wrong import Wrong, expect

BODY = b'{"reason": "late"}'


def read_answer(stream):
    """The head of one answer; its body has a length, or there is none."""
    content = b""
    while b"\r\n\r\n" not in content:
        more = stream.recv(65536)
        if not more:
            raise Wrong("the connection was closed without a word")
        content += more
    head, body = content.split(b"\r\n\r\n", 1)
    lines = head.decode().lower().split("\r\n")
    length = next((int(it.split(":")[1]) for it in lines if it.startswith("content-length:")), 0)
    while len(body) < length:
        more = stream.recv(65536)
        if not more:
            raise Wrong("an answer was cut off")
        body += more
    return head.decode()


@scenario("a request is answered even if the previous one's body came late")
def late_body(run):
    server = run.serve()
    desk = Desk(server.client(), seats=1, rules={"preset": "concurrent_sessions"}, people=2)
    for person in desk.people:
        desk.sign_in(person)
    session, _ = desk.start_session(desk.people[0])
    ticket = "tickets/tick_00000000000000000000000001"
    token, operator = desk.people[0].token, OPERATOR_KEY
    requests = {
        "pause": ("POST", f"{desk.path}/sessions/{session}/pause", token),
        "claim": ("POST", f"{desk.path}/{ticket}/claim", operator),
        "leave": ("DELETE", f"{desk.path}/{ticket}", operator),
        "sign out": ("DELETE", f"{desk.path}/sign-ins/{desk.people[1].sign_in}", desk.people[1].token),
        "401": ("POST", f"{desk.path}/users", None),
        "404": ("POST", "/no/such/page", operator),
        "405": ("DELETE", "/livez", operator),
    }
    place = urllib.parse.urlsplit(server.address)
    broken = []
    for name, (method, path, key) in requests.items():
        authorization = f"authorization: Bearer {key}\r\n" if key else ""
        head = (f"{method} {path} HTTP/1.1\r\nhost: usher\r\ncontent-type: application/json\r\n{authorization}"
                f"content-length: {len(BODY)}\r\n\r\n")
        with socket.create_connection((place.hostname, place.port), timeout=10) as stream:
            stream.sendall(head.encode())
            time.sleep(0.01)
            try:
                stream.sendall(BODY)
                if "connection: close" in read_answer(stream).lower():
                    continue
                stream.sendall(b"GET /livez HTTP/1.1\r\nhost: usher\r\n\r\n")
                expect(" 200 " in read_answer(stream).splitlines()[0], f"the request after {name} fails")
            except (Wrong, OSError) as error:
                broken.append(f"{name} ({error})")
    expect(not broken, f"no answer to the request after: {', '.join(broken)}")
    server.stop()
