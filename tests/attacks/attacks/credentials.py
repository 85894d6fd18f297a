"""Locking users out, and eavesdropping."""

from target import OTHER_PASSWORD, attack

ATTEMPTS = 60


@attack("an attacker who only knows an address locks its user out")
def wrong_guesses_lock_the_owner_out(target):
    account = target.serve().account("Locked")
    for _ in range(ATTEMPTS):
        account.owner.ask_for_token("wrong-guess-of-an-attacker", came_from="203.0.113.5")
    answer = account.owner.ask_for_token(came_from="198.51.100.7")
    return f"the right password from another network: {answer.status} {answer.code}" if answer.status != 201 else None


@attack("the same in the portal")
def wrong_guesses_lock_the_owner_out_of_the_portal(target):
    account = target.serve().account("Locked")
    for _ in range(ATTEMPTS):
        target.browser("203.0.113.5").sign_in(account.owner.email, OTHER_PASSWORD)
    page = target.browser("198.51.100.7").sign_in(account.owner.email)
    return f"the right password from another network: {page.status}" if page.status != 303 else None


@attack("everybody who can reach the server reads its metrics")
def metrics_are_public(target):
    target.serve()
    answer = target.operator.by(None).get("/metrics")
    return "/metrics answered without a token" if answer.status == 200 else None


@attack("a browser that uses https is not told to keep using it")
def https_is_not_remembered(target):
    target.serve()
    for path in ("/sign-in", "/livez", "/v1/accounts", "/join/none", "/docs"):
        page = target.browser().ask(path, headers={"X-Forwarded-Proto": "https"})
        if not page.headers.get("Strict-Transport-Security"):
            return f"{path} has no HSTS header"
    return None
