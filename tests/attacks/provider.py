"""An OpenID Connect provider that does as it is told, and a hostile one."""

import base64
import hashlib
import http.server
import json
import random
import threading
import time
import urllib.parse


def is_prime(number, chance=random.Random(1)):
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(24):
        power = pow(chance.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = pow(power, 2, number)
            if power == number - 1:
                break
        else:
            return False
    return True


def prime(bits, chance):
    while True:
        number = chance.getrandbits(bits) | 1 | (3 << (bits - 2))
        if number % 65537 != 1 and is_prime(number):
            return number


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """RSA with SHA-256, as simple as possible. Only for tests."""

    def __init__(self, seed):
        chance = random.Random(seed)
        one, two = prime(1024, chance), prime(1024, chance)
        self.modulus = one * two
        self.secret = pow(65537, -1, (one - 1) * (two - 1))

    def jwk(self):
        modulus = encode(self.modulus.to_bytes(256, "big"))
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one", "n": modulus, "e": encode(b"\x01\x00\x01")}

    def sign(self, claims):
        head = encode(json.dumps({"alg": "RS256", "kid": "one", "typ": "JWT"}).encode())
        text = f"{head}.{encode(json.dumps(claims).encode())}"
        digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(text.encode()).digest()
        padded = b"\x00\x01" + b"\xff" * (256 - len(digest) - 3) + b"\x00" + digest
        return f"{text}.{encode(pow(int.from_bytes(padded, 'big'), self.secret, self.modulus).to_bytes(256, 'big'))}"


KEY = Key(7)


class Provider:
    """Serves discovery, keys and tokens. `claims` go into each ID token; `delay` delays every answer."""

    def __init__(self, claims=None, sends_iss=False):
        self.claims, self.delay, self.sends_iss = claims or {}, 0, sends_iss
        self.codes, self.asked = {}, []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                provider.answer(self, {})

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                provider.answer(self, dict(urllib.parse.parse_qsl(self.rfile.read(length).decode())))

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.delay = 0
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request, form):
        path = urllib.parse.urlsplit(request.path).path
        self.asked.append((path, form))
        time.sleep(self.delay)
        body = {
            "/.well-known/openid-configuration": self.discovery,
            "/keys": lambda: {"keys": [KEY.jwk()]},
            "/token": lambda: self.token(form),
        }.get(path, lambda: {})()
        data = json.dumps(body).encode()
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        try:
            request.wfile.write(data)
        except OSError:
            pass

    def discovery(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": self.sends_iss,
        }

    def authorize(self, location, code):
        """The redirect with which the provider sends back the browser of a signed-in user; None if the redirect URI
        is not registered."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
        self.codes[code] = query
        back = {"code": code, "state": query["state"]}
        if self.sends_iss:
            back["iss"] = self.issuer
        return f"{query['redirect_uri']}?{urllib.parse.urlencode(back)}"

    def token(self, form):
        query = self.codes.get(form.get("code"), {})
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": query.get("client_id", "usher"), "sub": "someone", "iat": now,
                  "exp": now + 300, "nonce": query.get("nonce", ""), **self.claims}
        return {"access_token": "none", "token_type": "Bearer", "id_token": KEY.sign(claims)}
