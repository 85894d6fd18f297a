"""Customers with a code, and others who have learned it."""

import urllib.parse

from target import attack, raw

REASON = "Dismissed for cause"


class Call:
    """A session with a code, its agent's device, and the customer who joined first."""

    def __init__(self, account, name):
        self.account, self.nobody = account, account.operator.by(None)
        self.agent = account.person(name)
        self.sign_in, token = self.agent.sign_in()
        self.device = account.operator.by(token)
        body = {"sign_in": self.sign_in, "kind": "attended", "start": "standby"}
        session = self.device.ok("POST", f"{account.path}/sessions", body)
        self.id, self.code = session["id"], session["code"]
        self.link = f"/join/{self.code}"

    def join(self, name="Kim Customer"):
        answer = self.nobody.ok("POST", self.link, {"name": name})
        self.customer = self.account.operator.by(answer.get("token"))
        self.events_url = answer.get("events_url", "")
        return self


@attack("a second customer joins a session with the first one's code, or ends it")
def second_customer_takes_the_code(target):
    call = Call(target.serve().account("Codes"), "Cora Code").join()
    eve = {"name": "Eve"}
    tries = {
        "came in": lambda: call.nobody.post(call.link, eve),
        "came in with a key of her own": lambda: call.nobody.post(call.link, eve, Idempotency_Key="eve-draws-a-key-of-her-own"),
        "came in with an empty proof": lambda: call.nobody.by("usher_pass_").post(call.link, eve),
        "ended it": lambda: call.nobody.post(f"{call.link}/leave"),
    }
    for what, attempt in tries.items():
        if attempt().status < 300:
            return f"the second customer {what}"
    # The same in the portal, with a browser that lacks the first one's cookie.
    browser = target.browser()
    browser.ask(call.link, {"name": "Eve"})
    browser.ask(f"{call.link}/leave", {})
    state = call.device.ok("GET", f"{call.account.path}/sessions/{call.id}")
    if state["state"] != "active" or state["customer"]["name"] != "Kim Customer":
        return f"a second browser left the session {state['state']}, with {state['customer']}"
    return None


@attack("a customer follows, joins or ends another customer's session")
def customer_reaches_another_session(target):
    account = target.serve().account("Two")
    one, other = Call(account, "Cora Code").join(), Call(account, "Otto Other").join("Zoe")
    # With their own token, even after their own session has ended.
    for ended in (False, True):
        if ended:
            one.device.ok("POST", f"{account.path}/sessions/{one.id}/end", {})
        token, elsewhere = one.customer.key, one.events_url.replace(one.code, other.code) or f"{other.link}/events"
        tries = {
            "followed": raw(account.target.address, [f"GET {other.link}/events", f"Authorization: Bearer {token}"],
                            whole=False),
            "followed with a ticket": raw(account.target.address, [f"GET {elsewhere}"], whole=False),
            "entered": one.customer.post(other.link, {}),
            "ended": one.customer.post(f"{other.link}/leave"),
            "looked into the account": one.customer.get(f"{account.path}/sessions/{other.id}"),
            "entered with the stream's ticket":
                one.nobody.by(one.events_url.rsplit("=", 1)[-1]).post(one.link, {"name": "Eve"}),
        }
        for what, answer in tries.items():
            if answer.status < 300:
                return f"{what}: {answer.status}"
    return None


@attack("a session's code reveals an admin's note to the agent, or the customer's name")
def code_tells_what_is_not_for_customers(target):
    account = target.serve().account("Talk")
    call, found = Call(account, "Cora Code").join(), []

    def look(when):
        browser = target.browser()
        answers = call.nobody.get(call.link), call.nobody.post(call.link, {})
        texts = [browser.ask(call.link).text, *(str(answer.body) for answer in answers)]
        found.extend(f"{word} {when}" for word in (REASON, "Kim Customer") if any(word in text for text in texts))

    look("in the session")
    reason = urllib.parse.quote(REASON)
    if account.owner.client().delete(f"{account.path}/sign-ins/{call.sign_in}?reason={reason}").status != 204:
        raise AssertionError("the owner could not sign the agent out")
    look("after the end")
    return f"it tells {found}" if found else None


@attack("wrong codes from a network lock its customers out of their sessions")
def wrong_codes_block_right_ones(target):
    call = Call(target.serve().account("Flood"), "Cora Code")
    letters = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
    stopped = False
    for number in range(120):
        wrong = "ZZZZZZZZ" + letters[number // 30] + letters[number % 30]
        stopped = stopped or call.nobody.get(f"/join/{wrong}").status == 429
    if not stopped:
        return "120 wrong codes in a row were all looked up"
    answer = call.nobody.post(call.link, {"name": "Kim"})
    return f"the right code: {answer}" if answer.status != 200 else None
