"""Locking users out, and eavesdropping."""

from concurrent.futures import ThreadPoolExecutor

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


@attack("an attacker in a few networks, who goes on guessing for hours, locks a user out of every other network")
def guesses_for_hours_lock_the_owner_out(target):
    account = target.serve("--sandbox").account("Patience")
    guessed = dict.fromkeys((f"203.0.113.{number}" for number in range(12)), 0)
    steps = 40
    for step in range(steps):
        # The sandbox moves its clock on request. Every four minutes, each network guesses as often as it may.
        target.operator.ok("POST", "/v1/sandbox/clock", {"advance_secs": 240})
        for network in guessed:
            while account.owner.ask_for_token("a guess of the attacker", came_from=network).status == 401:
                guessed[network] += 1
        if step % 4 == 3 and (right := account.owner.ask_for_token(came_from="198.51.100.7")).status != 201:
            return f"after {4 * step + 4} minutes the right password from elsewhere: {right.status} {right.code}"
    # SECURITY.md: 8, and then one every 24 minutes.
    most = max(guessed.values())
    return f"{most} guesses from one network in {4 * steps} minutes" if most > 8 + 4 * steps // 24 else None


@attack("many guesses at the same moment from one network are more than its bound", is_on_new=True)
def burst_of_guesses(target):
    account = target.serve().account("Burst")
    with ThreadPoolExecutor(30) as pool:
        def guess(number):
            client = target.server.client(None)
            # IPv6: all addresses of one /64 are one network, and so is one written in another way.
            network = ("2001:db8::", "2001:0db8:0:0:", "[2001:db8::")[number % 3]
            came_from = f"{network}{number:x}" + ("]:443" if number % 3 == 2 else "" if number % 3 == 0 else ":0:0:0")
            email = account.owner.email if number % 2 else account.owner.email.upper()
            body = {"account": account.id, "email": email, "password": f"guess {number} of an attacker"}
            return client.post("/v1/tokens", body, X_Forwarded_For=came_from).status
        answers = list(pool.map(guess, range(60)))
    wrong = [status for status in answers if status not in (401, 429, 503)]
    if wrong:
        raise AssertionError(f"answers: {set(wrong)}")
    return f"{answers.count(401)} of 60 were tried" if answers.count(401) > 8 else None


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
