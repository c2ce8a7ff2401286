"""Passkeys in a real browser: Chromium with virtual authenticators enrols them, signs in, steps up, and is refused where it must be."""

import base64
import hashlib
import http.server
import json
import subprocess
import threading
import unittest

import kept_logs
from appliance import Appliance
from browser import Browser
from person import Person

ADMIN = ("--role", "admin", "--all-tenants")
COOKIE = "__Host-countersign"


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def is_verified(credential):
    """Whether the authenticator says that it was the person herself (WebAuthn section 6.1, flag UV)."""
    return bool(from_base64url(credential["response"]["authenticatorData"])[32] & 4)


class ThroughThePage:
    """Sends requests from a page's own script; the browser itself keeps the cookies and says where it comes from."""

    def __init__(self, page):
        self.page = page

    def request(self, method, path, body=None, headers=None):
        fields = {name: value for name, value in (headers or {}).items() if name != "User-Agent"}
        kept_logs.request(path, fields, body)
        status, got, text = self.page.fetch(method, path, body, fields)
        kept_logs.answer(got, text)
        for cookie in self.page.cookies():
            kept_logs.secret("cookie", cookie["value"])
        return status, {name.title(): value for name, value in got.items()}, text


class Visitor(Person):
    """A person at a window of the browser."""

    def __init__(self, page, name):
        super().__init__(ThroughThePage(page), name)
        self.page = page

    def begin_passkey(self):
        status, _, begun = self.ask("POST", "/v1/account/passkeys/options")
        assert status == 201, (status, begun)
        return begun["options"]

    def confirm_passkey(self, credential, name="laptop"):
        """(status, answer)"""
        assert "thrown" not in credential, credential
        status, _, done = self.ask("POST", "/v1/account/passkeys", {"name": name, "credential": credential})
        return status, done

    def enrol_passkey(self, name="laptop"):
        status, done = self.confirm_passkey(self.page.create_passkey(self.begin_passkey()), name)
        assert status == 200, (status, done)
        return done

    def challenge(self, factor="passkey"):
        """(status, answer)"""
        status, _, sent = self.ask("POST", "/v1/session/challenges", {"factor": factor})
        return status, sent

    def answer(self, challenge, credential):
        assert "thrown" not in credential, credential
        return self.ask("POST", f"/v1/session/challenges/{challenge['id']}", {"credential": credential})[0]

    def show_passkey(self):
        """The status of an answer to a new challenge, or of asking for one."""
        status, sent = self.challenge()
        return self.answer(sent, self.page.use_passkey(sent["options"])) if status == 201 else status

    def second_factor(self):
        return self.ask("GET", "/v1/session")[2]["second_factor"]

    def sees(self):
        """The status of a route that a second factor opens."""
        return self.ask("GET", "/v1/tenants/acme/policy")[0]

    def remove_passkey(self, number=0):
        return self.ask("DELETE", f"/v1/account/passkeys/{self.second_factor()['passkeys'][number]['id']}")[0]


class Passkeys(unittest.TestCase):
    TLS = True

    def setUp(self):
        self.appliance = Appliance(tls=self.TLS)
        self.addCleanup(self.appliance.__exit__)
        self.address = f"{'https' if self.TLS else 'http'}://localhost:{self.appliance.port}"
        settings = self.appliance.config.read_text()
        self.assertIn("\n[access]\n", settings)
        self.appliance.config.write_text(settings.replace("\n[access]\n", f'\n[access]\naddress = "{self.address}"\n'))
        self.appliance.add_tenant("acme")
        self.appliance.start()
        self.browser = Browser(*([f"--ignore-certificate-errors-spki-list={self.key_of_the_certificate()}"] if self.TLS else []))
        self.addCleanup(self.browser.__exit__)

    def key_of_the_certificate(self):
        """The one self-signed certificate that the browser takes, as it names it."""
        certificate = self.appliance.folder / "keys" / "tls.pem"
        key = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], capture_output=True, check=True).stdout
        der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, capture_output=True, check=True).stdout
        return base64.b64encode(hashlib.sha256(der).digest()).decode()

    def window(self, name="ana@example.com"):
        return Visitor(self.browser.page(self.address + "/healthz"), name)

    def invited(self, name="ana@example.com"):
        """A person who has set her password and has no second factor yet."""
        visitor = self.window(name)
        self.assertEqual(visitor.accept(self.appliance.json("user", "add", name, *ADMIN)["token"]), 201)
        return visitor

    def signed_in(self, name="ana@example.com"):
        """The same person once more, in a window of its own."""
        visitor = self.window(name)
        self.assertEqual(visitor.sign_in(), 201)
        return visitor

    def events(self, kind, count=1):
        found = self.appliance.system_events(kind, count)
        self.assertEqual(len(found), count, f"{kind}: {found}")
        return found

    def reasons(self, count):
        return [event["outcome"]["reason"] for event in self.events("challenge.failed", count)]


class FirstFactor(Passkeys):
    def test_a_passkey_is_enrolled_first_and_signs_in(self):
        ana = self.invited()
        laptop = ana.page.add_authenticator()
        self.assertEqual(ana.sees(), 403, "a password alone")
        done = ana.enrol_passkey("my laptop")
        self.assertEqual(len(set(done["recovery_codes"])), 10)
        self.assertEqual(ana.sees(), 200)
        shown = ana.second_factor()
        self.assertEqual((shown["enrolled"], shown["shown"]["factor"], shown["recovery_codes_left"]), (["passkey"], "passkey", 10))
        held = laptop.credentials()[0]
        self.assertEqual((held["rpId"], base64.b64decode(held["userHandle"]).hex()), ("localhost", done["account"]["id"]))
        listed = shown["passkeys"][0]
        self.assertEqual(from_base64url(listed["id"]), base64.b64decode(held["credentialId"]))
        self.assertEqual((listed["name"], listed["suspended"]), ("my laptop", False))
        self.assertNotIn("last_used", listed)
        self.assertEqual(ana.remove_passkey(), 409, "it is the only factor")

        self.assertEqual(ana.ask("DELETE", "/v1/session")[0], 204)
        self.assertEqual(ana.page.cookies(), [])
        self.assertEqual(ana.sign_in(), 201)
        self.assertEqual(ana.sees(), 403)
        self.assertEqual(ana.challenge("totp")[0], 409)
        self.assertEqual(ana.show_passkey(), 200)
        self.assertEqual(ana.sees(), 200)
        self.assertIn("last_used", ana.second_factor()["passkeys"][0])

        self.assertEqual(self.events("factor.enrolled")[0]["challenge"], {"factor": "passkey"})
        self.assertEqual(len(self.events("login.succeeded", 2)), 2, "one of them came with the enrolment")
        verified = self.events("challenge.verified")[0]
        sent = self.events("challenge.sent")[0]
        self.assertEqual(verified["challenge"], {"id": sent["challenge"]["id"], "purpose": "login", "factor": "passkey", "attempt": 1})
        # The four that SOC 2 evidence asks for are there, and personal ones as tokens.
        self.assertTrue(all(len(v) == 43 for v in (verified["actor"]["id"], verified["device"]["ip"], verified["device"]["user_agent"])))
        self.assertEqual(verified["action"]["name"], "sign in")

    def test_scripts_cannot_read_the_cookie_and_need_the_token(self):
        ana = self.invited()
        kept = ana.page.cookies()
        self.assertEqual([(c["name"], c["httpOnly"], c["secure"], c["sameSite"], c["path"], c["domain"], c["session"]) for c in kept],
                         [(COOKIE, True, True, "Strict", "/", "localhost", True)])
        self.assertEqual(ana.page.run("() => document.cookie"), "")
        self.assertIsNone(ana.page.run("async () => (await fetch('/v1/session')).headers.get('set-cookie')"))
        for token in ("", "A" * 43):
            self.assertEqual(ana.ask("POST", "/v1/account/passkeys/options", X_CSRF_Token=token)[0], 403)
        ana.page.add_authenticator()
        ana.enrol_passkey()
        self.assertNotEqual(ana.page.cookies()[0]["value"], kept[0]["value"], "a new cookie with new rights")
        # Another site's page does not even get there: its request comes without the cookie, and is refused for where it comes from.
        ana.page.go(self.address.replace("localhost", "127.0.0.1") + "/healthz")
        status, kept_back = ana.page.post_across(self.address + "/v1/session")
        self.assertEqual((status, list(kept_back)), (403, [COOKIE]))
        self.assertRegex(" ".join(kept_back[COOKIE]), "SameSiteStrict")
        ana.page.go(self.address + "/healthz")
        self.assertEqual(ana.sees(), 200)

    def test_an_answer_without_the_user_counts_nothing(self):
        ana = self.invited()
        key = ana.page.add_authenticator(hasUserVerification=False, isUserVerified=False)
        asked = ana.begin_passkey()
        self.assertEqual(asked["authenticatorSelection"]["userVerification"], "required")
        self.assertEqual(ana.page.create_passkey({**asked, "timeout": 1000})["thrown"], "NotAllowedError", "the browser's own refusal")
        # A page that asks for less than the appliance does.
        asked = ana.begin_passkey()
        altered = {**asked, "authenticatorSelection": {**asked["authenticatorSelection"], "userVerification": "discouraged"}}
        made = ana.page.create_passkey(altered)
        self.assertFalse(is_verified(made))
        self.assertEqual(ana.confirm_passkey(made)[0], 403)
        self.assertEqual(ana.second_factor()["enrolled"], [])
        key.remove()
        laptop = ana.page.add_authenticator()
        ana.enrol_passkey()
        self.assertEqual(ana.sign_in(), 201)
        laptop.verify_user(False)
        status, sent = ana.challenge()
        self.assertEqual((status, sent["options"]["userVerification"]), (201, "required"))
        answer = ana.page.use_passkey({**sent["options"], "userVerification": "discouraged"})
        self.assertFalse(is_verified(answer))
        self.assertEqual(ana.answer(sent, answer), 403)
        self.assertEqual(self.reasons(1), ["wrong_passkey"])
        self.assertEqual(ana.sees(), 403)
        laptop.verify_user(True)
        self.assertEqual(ana.show_passkey(), 200)

    def test_an_answer_for_another_origin_is_refused(self):
        ana = self.invited()
        ana.page.add_authenticator()
        ana.enrol_passkey()
        self.assertEqual(ana.sign_in(), 201)
        status, sent = ana.challenge()
        self.assertEqual(status, 201)
        with OtherSite() as other:
            # The host is the same, and so the browser lets it use the passkey; the port, or the scheme, is not.
            ana.page.go(other.address + "/")
            elsewhere = ana.page.use_passkey(sent["options"])
            self.assertEqual(json.loads(from_base64url(elsewhere["response"]["clientDataJSON"]))["origin"], other.address)
        ana.page.go(self.address + "/healthz")
        self.assertEqual(ana.answer(sent, elsewhere), 403)
        self.assertEqual(self.reasons(1), ["wrong_passkey"])
        self.assertEqual(ana.sees(), 403)
        self.assertEqual(ana.show_passkey(), 200)


class OtherSite:
    """A page on another port."""

    def __enter__(self):
        class Blank(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Blank)
        self.address = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class StepUp(Passkeys):
    def test_a_passkey_steps_up_after_a_code_and_is_taken_off(self):
        ana = self.invited()
        ana.enrol()
        ana.page.add_authenticator()
        self.assertEqual(ana.enrol_passkey()["recovery_codes"], [], "those of the app stay good")
        self.assertEqual(ana.second_factor()["enrolled"], ["totp", "passkey"])
        self.assertEqual(ana.sign_in(), 201)
        self.assertEqual(ana.ask("POST", "/v1/account/passkeys/options")[0], 403, "there is a factor to be shown first")
        self.assertEqual(ana.show_factor(), 200)
        before = ana.page.cookies()[0]["value"]
        self.assertEqual(ana.show_passkey(), 200)
        self.assertNotEqual(ana.page.cookies()[0]["value"], before)
        self.assertEqual(ana.second_factor()["shown"]["factor"], "passkey")
        verified = self.events("challenge.verified", 2)
        # Those of one moment may stand in any order.
        self.assertCountEqual([(v["challenge"]["factor"], v["challenge"]["purpose"], v["action"]["name"]) for v in verified],
                              [("totp", "login", "sign in"), ("passkey", "audit_access", "audit access")])

        self.assertEqual(ana.page.create_passkey(ana.begin_passkey())["thrown"], "InvalidStateError", "the laptop has one already")
        self.assertEqual(ana.remove_passkey(), 204)
        self.assertEqual((ana.second_factor()["enrolled"], ana.challenge()[0]), (["totp"], 409))
        self.assertEqual(self.events("factor.removed")[0]["challenge"], {"factor": "passkey"})
        self.assertEqual(ana.show_factor(), 200)
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.region_file("."), check=False).returncode, 0)

    def test_an_answer_counts_once_and_in_the_session_that_asked(self):
        ana = self.invited()
        laptop = ana.page.add_authenticator()
        ana.enrol_passkey()
        first, second = self.signed_in(), self.signed_in()
        first.page.add_authenticator().add(laptop.credentials()[0])
        asked_first, asked_second = first.challenge()[1], second.challenge()[1]
        answer = first.page.use_passkey(asked_first["options"])
        self.assertEqual(second.answer(asked_first, answer), 404, "another session's challenge")
        self.assertEqual(second.answer(asked_second, answer), 403, "another session's answer")
        self.assertEqual(second.answer(asked_second, answer), 404, "with which the challenge is over")
        self.assertEqual(second.sees(), 403)
        self.assertEqual(first.answer(asked_first, answer), 200)
        self.assertEqual(first.answer(asked_first, answer), 404, "once")
        self.assertEqual(first.answer(first.challenge()[1], answer), 403, "to one challenge")
        self.assertEqual(self.reasons(2), ["wrong_passkey", "wrong_passkey"])
        self.assertEqual(first.sees(), 200)

    def test_a_passkey_belongs_to_one_account(self):
        ana, bob = self.invited(), self.invited("bob@example.com")
        anas_laptop, bobs_laptop = ana.page.add_authenticator(), bob.page.add_authenticator()
        hers = ana.page.create_passkey(ana.begin_passkey())
        self.assertEqual(ana.confirm_passkey(hers)[0], 200)
        # No authenticator makes the same one twice; but what it attests is not signed, so a page can hand on what it has seen.
        his = bob.page.create_passkey(bob.begin_passkey())
        planted = {**hers, "response": {**hers["response"], "clientDataJSON": his["response"]["clientDataJSON"]}}
        self.assertEqual(bob.confirm_passkey(planted)[0], 409)
        self.assertEqual(bob.second_factor()["enrolled"], [])
        bob.enrol_passkey()
        self.assertEqual(bob.sign_in(), 201)
        bobs_laptop.add(anas_laptop.credentials()[0])
        sent = bob.challenge()[1]
        answer = bob.page.use_passkey({**sent["options"], "allowCredentials": [{"type": "public-key", "id": hers["id"]}]})
        self.assertEqual(answer["id"], hers["id"])
        self.assertEqual(bob.answer(sent, answer), 403)
        self.assertEqual(self.reasons(1), ["unknown_passkey"])
        self.assertEqual(bob.sees(), 403)


class Clones(Passkeys):
    def test_a_clone_whose_counter_goes_back_is_refused_and_suspends_the_passkey(self):
        ana = self.invited()
        ana.enrol()
        laptop = ana.page.add_authenticator()
        ana.enrol_passkey()
        copied = laptop.credentials()[0]
        self.assertEqual((ana.show_passkey(), ana.show_passkey()), (200, 200))
        self.assertEqual(laptop.credentials()[0]["signCount"], copied["signCount"] + 2)
        thief = self.signed_in()
        copy = thief.page.add_authenticator()
        copy.add(copied)
        self.assertEqual(thief.show_passkey(), 403)
        self.assertEqual(copy.credentials()[0]["signCount"], copied["signCount"] + 1, "the copy has signed")
        self.assertEqual(thief.sees(), 403)
        failed = self.events("challenge.failed")[0]
        self.assertEqual((failed["outcome"]["reason"], failed["challenge"]["factor"]), ("cloned_authenticator", "passkey"))
        self.assertEqual(thief.second_factor()["passkeys"][0]["suspended"], True)
        status, problem = thief.challenge()
        self.assertEqual((status, problem["detail"].split(":")[0]), (409, "no passkey is usable"))

        # Nobody knows who has the copy: all that was open ends, and the one who has the app goes on.
        self.assertEqual(ana.ask("GET", "/v1/session")[0], 401)
        self.assertEqual(ana.sign_in(), 201)
        self.assertEqual(ana.challenge()[0], 409, "the laptop itself serves no more")
        self.assertEqual(ana.show_factor(), 200)
        self.assertEqual(ana.sees(), 200)
        self.assertEqual(ana.remove_passkey(), 204)
        ana.enrol_passkey("again")
        self.assertEqual(ana.show_passkey(), 200)
        self.assertEqual(thief.ask("GET", "/v1/session")[0], 401, "the enrolment has ended it")

    def test_a_clone_that_came_first_is_found_when_the_owner_comes(self):
        ana = self.invited()
        laptop = ana.page.add_authenticator()
        codes = ana.enrol_passkey()["recovery_codes"]
        thief = self.signed_in()
        thief.page.add_authenticator().add(laptop.credentials()[0])
        self.assertEqual((thief.show_passkey(), thief.show_passkey()), (200, 200), "nothing tells it from the laptop yet")
        self.assertEqual(thief.sees(), 200)
        self.assertEqual(ana.show_passkey(), 403)
        self.assertEqual(self.reasons(1), ["cloned_authenticator"])
        self.assertEqual(thief.ask("GET", "/v1/session")[0], 401, "what the copy has opened is shut")
        self.assertEqual((ana.sees(), ana.second_factor()["shown"]), (403, None), "and nothing stays proven here")
        self.assertEqual(ana.ask("POST", "/v1/account/passkeys/options")[0], 403)
        self.assertEqual(ana.ask("POST", "/v1/session/recovery", {"code": codes[0]})[0], 200)
        ana.enrol()
        self.assertEqual(ana.sees(), 200)
        self.assertEqual(ana.remove_passkey(), 204)
        self.assertEqual(ana.second_factor()["enrolled"], ["totp"])


class OnLoopbackWithoutTls(Passkeys):
    TLS = False

    def test_a_passkey_is_enrolled_and_signs_in(self):
        ana = self.invited()
        ana.page.add_authenticator()
        ana.enrol_passkey()
        self.assertEqual(ana.sign_in(), 201)
        self.assertEqual(ana.show_passkey(), 200)
        self.assertEqual(ana.sees(), 200)


if __name__ == "__main__":
    unittest.main()
