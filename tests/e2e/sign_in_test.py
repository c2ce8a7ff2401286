"""People sign in: invitation, password, authenticator app, recovery codes, sessions, and what stands in the system log of it."""

import concurrent.futures
import json
import re
import subprocess
import unittest

from appliance import Appliance, until
from person import PASSWORD, Person, invited, totp

ADMIN = ("--role", "admin", "--all-tenants")
UNAUTHORIZED = "the user name or the password is wrong"


class SignIn(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.appliance.start()

    def test_from_the_invitation_to_a_fresh_proof(self):
        added = self.appliance.json("user", "add", "Ana@Example.com", "--display-name", "Ana Example", *ADMIN)
        self.assertEqual((added["user"], added["state"]), ("ana@example.com", "invited"))
        self.assertEqual(added["link"], f"http://127.0.0.1:{self.appliance.port}/invitation#{added['token']}")
        ana = Person(self.appliance, "ana@example.com")
        self.assertEqual(ana.sign_in(), 401, "no password yet")
        self.assertEqual(ana.accept(added["token"], "short"), 422)
        self.assertEqual(ana.accept(added["token"][:-1]), 404)
        status, fields, session = ana.ask("POST", "/v1/invitations", {"token": added["token"], "password": PASSWORD})
        self.assertEqual(status, 201)
        self.assertRegex(fields["Set-Cookie"], r"^__Host-countersign=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict$")
        self.assertEqual(session["account"]["role"], "admin")
        self.assertEqual(session["second_factor"], {"enrolled": [], "passkeys": [], "shown": None, "recovered": False,
                                                    "recovery_codes_left": 0, "locked": False})
        self.assertEqual(Person(self.appliance, "ana@example.com").accept(added["token"]), 404, "once")

        # A password opens one's own account and nothing else.
        status, _, problem = ana.ask("GET", "/v1/tenants/acme/policy")
        self.assertEqual((status, problem["type"]), (403, "urn:countersign:problem:second-factor-needed"))
        before = ana.cookie
        begun = ana.enrol()
        self.assertEqual(self.read_qr_code(begun["qr_svg"]), begun["uri"])
        self.assertIn("otpauth://totp/Countersign:ana%40example.com?secret=" + begun["secret"], begun["uri"])
        self.assertEqual(len(set(ana.recovery_codes)), 10)
        self.assertNotEqual(ana.cookie, before, "a new cookie with new rights")
        self.assertEqual(ana.ask("GET", "/v1/session", Cookie=f"__Host-countersign={before}")[0], 401)
        self.assertEqual(ana.ask("GET", "/v1/tenants/acme/policy")[0], 200)

        again = Person(self.appliance, "ANA@example.com")
        again.secret, again.used = ana.secret, ana.used
        self.assertEqual(again.sign_in(), 201)
        self.assertEqual(again.ask("GET", "/v1/tenants/acme/policy")[0], 403)
        sent = again.ask("POST", "/v1/session/challenges", {"factor": "totp"})[2]
        used = totp(again.secret, again.used * 30)
        self.assertEqual(again.ask("POST", f"/v1/session/challenges/{sent['id']}", {"code": used})[0], 403, "the code was used to enrol")
        self.assertEqual(again.show_factor(), 200)
        shown = again.ask("GET", "/v1/session")[2]["second_factor"]["shown"]
        self.assertEqual(shown["factor"], "totp")
        self.assertEqual(again.ask("GET", "/v1/tenants/acme/policy")[0], 200)
        self.assertEqual(again.ask("DELETE", "/v1/session")[0], 204)
        self.assertIsNone(again.cookie)
        self.assertEqual(again.ask("GET", "/v1/session")[0], 401)
        self.assertEqual(ana.ask("GET", "/v1/session")[0], 200, "other sessions stay")
        self.check_the_log(added["id"])

    def check_the_log(self, account):
        self.appliance.system_events("session.ended")
        types = [r["event"]["type"] for r in self.appliance.records("_system")]
        for kind in ("user.provisioned", "password.set", "factor.enrolled", "login.succeeded", "challenge.sent", "challenge.failed",
                     "challenge.cancelled", "challenge.verified", "login.failed", "session.ended"):
            self.assertIn(kind, types)
        verified = self.appliance.system_events("challenge.verified")[0]
        self.assertEqual((verified["challenge"]["purpose"], verified["challenge"]["factor"]), ("login", "totp"))
        # The four that SOC 2 evidence asks for are there, and personal ones as tokens.
        self.assertTrue(all(len(v) == 43 for v in (verified["actor"]["id"], verified["device"]["ip"], verified["device"]["user_agent"])))
        self.assertEqual(verified["action"]["name"], "sign in")
        self.assertEqual(self.appliance.system_events("user.provisioned")[0]["action"]["resource"], account)
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.region_file("."), check=False).returncode, 0)

    def read_qr_code(self, svg):
        """Read by a real reader, from the picture that is drawn of it."""
        path = re.search(r'<path d="([^"]*)"', svg)[1]
        side = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])
        dark = {(int(x) + i, int(y)) for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", path) for i in range(int(width))}
        scale = 4
        rows = [" ".join("1" if (x // scale, y // scale) in dark else "0" for x in range(side * scale)) for y in range(side * scale)]
        picture = self.appliance.folder / "qr.pbm"
        picture.write_text(f"P1\n{side * scale} {side * scale}\n" + "\n".join(rows) + "\n")
        return subprocess.run(["zbarimg", "--raw", "-q", picture], capture_output=True, text=True, check=True).stdout.strip()

    def test_answers_do_not_tell_who_is_there(self):
        invited(self.appliance, "ana@example.com", *ADMIN)
        self.appliance.json("user", "add", "invited@example.com", *ADMIN)
        invited(self.appliance, "disabled@example.com", *ADMIN)
        self.appliance.run("user", "disable", "disabled@example.com")
        answers = []
        odd = {"User_Agent": "a\tb"}
        self.assertEqual([Person(self.appliance, n).ask("POST", "/v1/session", {"user": n, "password": "wrong"}, **odd)[0]
                          for n in ("ana@example.com", "nobody@example.com")], [401, 401], "a record fails for nobody")
        for name in ("ana@example.com", "invited@example.com", "disabled@example.com", "nobody@example.com", "no name"):
            for password in ("wrong", PASSWORD + "x"):
                status, fields, problem = Person(self.appliance, name).ask("POST", "/v1/session", {"user": name, "password": password})
                answers.append((status, problem["detail"], sorted(k for k in fields if k != "Date")))
        self.assertEqual(len({json.dumps(a) for a in answers}), 1, answers)
        self.assertEqual(answers[0][:2], (401, UNAUTHORIZED))
        until(lambda: Person(self.appliance, "disabled@example.com").sign_in() == 401, "a disabled account signs in")

    def test_guessing_is_slowed_down(self):
        ana = invited(self.appliance, "ana@example.com", *ADMIN)
        # All at once: each counts before its password is looked at.
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            statuses = sorted(pool.map(lambda _: Person(self.appliance, ana.name).sign_in("wrong"), range(12)))
        self.assertEqual(statuses, [401] * 5 + [429] * 7)
        status, fields, _ = Person(self.appliance, ana.name).ask("POST", "/v1/session", {"user": ana.name, "password": PASSWORD})
        if status == 429:
            self.assertGreaterEqual(int(fields["Retry-After"]), 1)
        until(lambda: Person(self.appliance, ana.name).sign_in() == 201, "the wait has no end")

    def test_second_factors_are_locked_and_unlocked(self):
        ana = invited(self.appliance, "ana@example.com", *ADMIN)
        statuses = []
        while 423 not in statuses and len(statuses) < 20:
            status, _, sent = ana.ask("POST", "/v1/session/challenges", {"factor": "totp"})
            if status != 201:
                statuses.append(status)
                continue
            for _ in range(5):
                statuses.append(ana.ask("POST", f"/v1/session/challenges/{sent['id']}", {"code": "000000"})[0])
        self.assertEqual(statuses[:10], [403] * 9 + [423])
        self.assertEqual(len(self.appliance.system_events("challenge.failed", 10)), 10)
        self.assertEqual(self.appliance.json("user", "list")[0]["state"], "locked")
        self.appliance.run("user", "unlock", "ana@example.com")
        self.assertEqual(ana.show_factor(), 200)

    def test_a_recovery_code_lets_enrol_anew_and_see_nothing(self):
        ana = invited(self.appliance, "ana@example.com", *ADMIN)
        self.assertEqual(ana.sign_in(), 201)
        self.assertEqual(ana.ask("POST", "/v1/account/totp")[0], 403, "there is a factor to be shown first")
        self.assertEqual(ana.ask("POST", "/v1/session/recovery", {"code": "aaaa-aaaa-aaaa-aaaa"})[0], 403)
        code = ana.recovery_codes[0]
        status, _, session = ana.ask("POST", "/v1/session/recovery", {"code": code.upper().replace("-", " ")})
        self.assertEqual((status, session["second_factor"]["recovered"], session["second_factor"]["enrolled"]), (200, True, ["totp"]))
        self.assertEqual(ana.ask("GET", "/v1/tenants/acme/policy")[0], 403)
        thief = Person(self.appliance, ana.name)
        self.assertEqual(thief.sign_in(), 201)
        self.assertEqual(thief.ask("POST", "/v1/account/totp")[0], 403, "nobody enrols by the password alone")
        ana.enrol()
        self.assertEqual(ana.ask("GET", "/v1/tenants/acme/policy")[0], 200)
        self.assertEqual(ana.sign_in(), 201)
        self.assertEqual(ana.ask("POST", "/v1/session/recovery", {"code": code})[0], 403, "once")
        self.assertEqual(len(self.appliance.system_events("factor.reset")), 1)

    def test_what_another_site_sends_is_refused(self):
        ana = invited(self.appliance, "ana@example.com", *ADMIN)
        here = f"http://127.0.0.1:{self.appliance.port}"
        change = {"factor": "totp"}
        for headers in ({"X_CSRF_Token": ""}, {"X_CSRF_Token": "A" * 43}, {"Origin": "https://evil.example"}, {"Origin": "null"},
                        {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}):
            self.assertEqual(ana.ask("POST", "/v1/session/challenges", change, **headers)[0], 403, headers)
        for headers in ({"Origin": here}, {"Sec_Fetch_Site": "same-origin"}, {}):
            self.assertEqual(ana.ask("POST", "/v1/session/challenges", change, **headers)[0], 201, headers)
        login = {"user": ana.name, "password": PASSWORD}
        for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
            self.assertEqual(Person(self.appliance, ana.name).ask("POST", "/v1/session", login, **headers)[0], 403)
        self.assertEqual(Person(self.appliance, ana.name).ask("POST", "/v1/session", json.dumps(login), Content_Type="text/plain")[0], 415)
        # A cookie that somebody has set beside ours makes both worthless, and a planted one is never taken over.
        self.assertEqual(ana.ask("GET", "/v1/session", Cookie=f"__Host-countersign={ana.cookie}; __Host-countersign=x")[0], 401)
        planted = "P" * 43
        stranger = Person(self.appliance, ana.name)
        self.assertEqual(stranger.ask("POST", "/v1/session", login, Cookie=f"__Host-countersign={planted}")[0], 201)
        self.assertNotEqual(stranger.cookie, planted)
        self.assertEqual(ana.ask("GET", "/v1/session", Cookie=f"__Host-countersign={planted}")[0], 401)

    def test_sessions_end_with_the_account(self):
        ana = invited(self.appliance, "ana@example.com", *ADMIN)
        bob = invited(self.appliance, "bob@example.com", "--role", "analyst", "--tenant", "acme")
        self.appliance.run("user", "disable", "bob@example.com")
        until(lambda: bob.ask("GET", "/v1/session")[0] == 401, "the session of a disabled account goes on")
        self.appliance.run("user", "enable", "bob@example.com")
        until(lambda: bob.sign_in() == 201, "an enabled account does not sign in")
        self.appliance.run("user", "remove", "bob@example.com")
        until(lambda: bob.ask("GET", "/v1/session")[0] == 401, "the session of a removed account goes on")
        self.assertEqual(ana.ask("GET", "/v1/session")[0], 200)
        self.appliance.stop()
        self.appliance.start()
        self.assertEqual(ana.ask("GET", "/v1/session")[0], 401, "nobody stays signed in over a restart")
        self.assertEqual(ana.sign_in(), 201)
        # What was removed is nowhere on the disk but in the vault, where records of it point to.
        for place in (self.appliance.folder / "data").glob("accounts*"):
            self.assertNotIn(b"bob@example.com", place.read_bytes())

    def test_a_reset_ends_what_the_factor_had_opened(self):
        ana = invited(self.appliance, "ana@example.com", *ADMIN)
        self.appliance.run("user", "reset-factors", "ana@example.com")
        until(lambda: ana.ask("GET", "/v1/session")[0] == 401, "the session goes on without its factor")
        self.assertEqual(ana.sign_in(), 201)
        ana.enrol()
        self.appliance.run("user", "disable", "ana@example.com")
        self.appliance.run("user", "enable", "ana@example.com")
        until(lambda: ana.ask("GET", "/v1/session")[0] == 401, "a short suspension spares the session")

    def test_a_password_is_changed(self):
        ana = invited(self.appliance, "ana@example.com", *ADMIN)
        other = Person(self.appliance, ana.name)
        self.assertEqual(other.sign_in(), 201)
        self.assertEqual(other.ask("PUT", "/v1/account/password", {"present": PASSWORD, "new": "lilac horn eleven"})[0], 403, "a password alone")
        self.assertEqual(ana.ask("PUT", "/v1/account/password", {"present": "wrong", "new": "lilac horn eleven"})[0], 403)
        self.assertEqual(ana.ask("PUT", "/v1/account/password", {"present": PASSWORD, "new": "ana@example.com"})[0], 422)
        self.assertEqual(ana.ask("PUT", "/v1/account/password", {"present": PASSWORD, "new": "lilac horn eleven"})[0], 204)
        self.assertEqual(other.ask("GET", "/v1/session")[0], 401)
        self.assertEqual(ana.ask("GET", "/v1/session")[0], 200)
        self.assertEqual(ana.sign_in(), 401)
        self.assertEqual(ana.sign_in("lilac horn eleven"), 201)

    def test_commands_refuse_what_makes_no_sense(self):
        refuse = lambda *args: self.appliance.run("user", *args, check=False).returncode
        period = ("--from", "2026-01-01T00:00:00Z", "--before", "2027-01-01T00:00:00Z")
        expires = ("--expires", "2099-01-01T00:00:00Z")
        self.assertEqual(refuse("add", "a@example.com", "--role", "auditor", "--tenant", "acme"), 2, "no period")
        self.assertEqual(refuse("add", "a@example.com", "--role", "auditor", "--tenant", "acme", *period), 2, "no expiry")
        self.assertEqual(refuse("add", "a@example.com", "--role", "auditor", "--all-tenants", *period, *expires), 2)
        self.assertEqual(refuse("add", "a@example.com", "--role", "auditor", "--tenant", "acme", *period, *expires), 0)
        self.assertEqual(refuse("add", "A@example.com", *ADMIN), 4)
        self.assertEqual(refuse("add", "b@example.com", "--role", "admin"), 2)
        self.assertEqual(refuse("add", "b@example.com", "--role", "admin", "--tenant", "nowhere"), 3)
        self.assertEqual(refuse("add", "b c", *ADMIN), 2)
        self.assertEqual(refuse("add", "b@example.com", *ADMIN, "--expires", "2020-01-01T00:00:00Z"), 2)
        self.assertEqual(refuse("disable", "nobody@example.com"), 3)
        self.assertEqual(refuse("enable", "a@example.com"), 8)
        self.assertEqual(refuse("unlock", "a@example.com"), 8)

    def test_no_secret_is_in_a_log_or_on_the_disk(self):
        ana = invited(self.appliance, "ana@example.com", *ADMIN)
        token = self.appliance.json("user", "add", "bob@example.com", *ADMIN)["token"]
        self.assertEqual(ana.sign_in(), 201)
        self.assertEqual(ana.show_factor(), 200)
        self.appliance.system_events("challenge.verified")
        self.appliance.stop()
        secrets = [PASSWORD, ana.secret, ana.cookie, ana.csrf, token, *ana.recovery_codes, totp(ana.secret, ana.used * 30)]
        secrets = [s for s in secrets if len(s) > 6]
        for place in self.appliance.folder.rglob("*"):
            if place.is_file():
                content = place.read_bytes()
                self.assertEqual([s for s in secrets if s.encode() in content], [], place)
        log = self.appliance.log_text()
        for personal in ("ana@example.com", "bob@example.com", "person/1"):
            self.assertNotIn(personal, log)


if __name__ == "__main__":
    unittest.main()
