"""A person who signs in over HTTP, as a browser does: keeps the cookie, sends the CSRF token, and has an authenticator app."""

import base64
import hashlib
import hmac
import json
import struct
import time

PASSWORD = "violet tuba seven"


def totp(secret, when=None):
    """The code of an authenticator app (RFC 6238), made without our code."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time() if when is None else when) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Person:
    def __init__(self, appliance, name):
        self.appliance = appliance
        self.name = name
        self.cookie = None
        self.csrf = None
        self.secret = None
        self.recovery_codes = []
        self.used = 0  # the step of the last code

    def ask(self, method, path, body=None, **headers):
        """(status, fields, parsed body)"""
        fields = {"User-Agent": "person/1", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if self.cookie and "Cookie" not in fields:
            fields["Cookie"] = f"__Host-countersign={self.cookie}"
        if self.csrf and method not in ("GET", "HEAD") and "X-CSRF-Token" not in fields:
            fields["X-CSRF-Token"] = self.csrf
        if body is not None:
            fields.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        status, got, answer = self.appliance.request(method, path, body, fields)
        if "json" in got.get("Content-Type", ""):
            answer = json.loads(answer)
        if status < 300 and "Set-Cookie" in got:
            self.cookie = got["Set-Cookie"].split(";")[0].split("=", 1)[1] or None
        if status < 300 and isinstance(answer, dict) and "csrf_token" in answer:
            self.csrf = answer["csrf_token"]
        return status, got, answer

    def sign_in(self, password=PASSWORD):
        self.cookie = self.csrf = None
        return self.ask("POST", "/v1/session", {"user": self.name, "password": password})[0]

    def accept(self, token, password=PASSWORD):
        self.cookie = self.csrf = None
        return self.ask("POST", "/v1/invitations", {"token": token, "password": password})[0]

    def code(self):
        """A code that was not used yet; waits for the next where it must."""
        while int(time.time()) // 30 <= self.used:
            # The step after the present one counts, too.
            if int(time.time()) // 30 + 1 > self.used:
                self.used = int(time.time()) // 30 + 1
                return totp(self.secret, self.used * 30)
            time.sleep(0.2)
        self.used = int(time.time()) // 30
        return totp(self.secret)

    def enrol(self):
        status, _, begun = self.ask("POST", "/v1/account/totp")
        assert status == 201, (status, begun)
        self.secret = begun["secret"]
        self.used = 0
        status, _, done = self.ask("POST", "/v1/account/totp/confirmation", {"code": self.code()})
        assert status == 200, (status, done)
        self.recovery_codes = done["recovery_codes"]
        return begun

    def show_factor(self):
        """Answers a challenge with a code of the app."""
        status, _, sent = self.ask("POST", "/v1/session/challenges", {"factor": "totp"})
        assert status == 201, (status, sent)
        return self.ask("POST", f"/v1/session/challenges/{sent['id']}", {"code": self.code()})[0]


def invited(appliance, name, *rights):
    """A person who was added, has set her password and enrolled an app."""
    person = Person(appliance, name)
    token = appliance.json("user", "add", name, *rights)["token"]
    assert person.accept(token) == 201
    person.enrol()
    return person
