"""People sign in with an OpenID Provider: a real one, a browser between the two, and the real daemon."""

import os
import ssl
import sys
import time
import unittest
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "web" / "oidc"))
from browser import Browser, NoRedirect  # noqa: E402
from provider_test import FAULTS, RealProvider  # noqa: E402

import kept_logs  # noqa: E402
from appliance import Appliance, until  # noqa: E402
from person import PASSWORD, Person, invited  # noqa: E402
from scim_test import Platform  # noqa: E402

SETTINGS = """
[oidc.corp]
display_name = "Example Corp"
issuer = "{issuer}"
client_id = "basic"
client_secret_file = "keys/oidc-corp.secret"
scopes = ["openid", "profile", "email", "groups"]
roles_claim = "groups"
[[oidc.corp.rights]]
group = "admins"
role = "admin"
all_tenants = true
[[oidc.corp.rights]]
group = "sec"
role = "analyst"
tenants = ["acme"]
[[oidc.corp.rights]]
group = "globex-sec"
role = "analyst"
tenants = ["globex"]
[[oidc.corp.rights]]
group = "outside"
role = "auditor"
tenants = ["acme"]
from = "2026-01-01T00:00:00Z"
before = "2027-01-01T00:00:00Z"
days = 30

[oidc.gone]
issuer = "http://127.0.0.1:1"
client_id = "basic"
roles_claim = ["groups"]
[[oidc.gone.rights]]
group = "admins"
role = "admin"
all_tenants = true
"""

PROVISIONED = """
[scim]
provider = "corp"
"""


class SecureBrowser(Browser):
    """Trusts the appliance's certificate; sends Secure cookies over TLS only."""

    def __init__(self, context):
        self.jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context),
                                                   urllib.request.HTTPCookieProcessor(self.jar), NoRedirect)

    def fetch(self, url, form=None):
        kept_logs.request(url, {})
        answer = super().fetch(url, form)
        kept_logs.answer(answer[1], answer[2])
        for cookie in self.jar:
            kept_logs.secret("cookie", cookie.value or "")
        return answer

    def cookie(self, name):
        return next((cookie.value for cookie in self.jar if cookie.name == name), None)


class Oidc(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance(tls=True)
        self.addCleanup(self.appliance.__exit__)
        self.address = f"https://127.0.0.1:{self.appliance.port}"
        self.callback = f"{self.address}/v1/oidc/corp/callback"
        certificate = self.appliance.folder / "keys" / "tls.pem"
        self.context = ssl.create_default_context(cafile=str(certificate))
        os.environ["NODE_EXTRA_CA_CERTS"] = str(certificate)
        self.provider = RealProvider(redirect_uris=[self.callback],
                                     backchannel_logout_uri=f"{self.address}/v1/oidc/corp/back-channel-logout")
        self.addCleanup(self.provider.close)
        for tenant in ("acme", "globex"):
            self.appliance.add_tenant(tenant)
        secret = self.appliance.folder / "keys" / "oidc-corp.secret"
        secret.write_text("secret-of-basic\n")
        kept_logs.secret("OIDC client secret", "secret-of-basic")
        secret.chmod(0o600)
        config = self.appliance.config.read_text()
        self.appliance.config.write_text(config.replace("[access]\n", f'[access]\naddress = "{self.address}"\n')
                                         + SETTINGS.format(issuer=self.provider.issuer))
        self.appliance.start()

    def browser(self):
        return SecureBrowser(self.context)

    def to_callback(self, browser, person="ana", press="yes"):
        """As far as the address that the provider sends the browser back to."""
        return browser.go(f"{self.address}/v1/oidc/corp/sign-in", self.callback, {"login": person, "password": "x"}, press)

    def try_to_sign_in(self, person="ana", press="yes"):
        """Status and page of the answer; nobody may be signed in by it."""
        browser = self.browser()
        status, _, page = browser.fetch(self.to_callback(browser, person, press))
        self.assertIsNone(browser.cookie("__Host-countersign"))
        self.assertIsNone(browser.cookie("__Host-countersign-oidc"), "the sign-in is over")
        return status, page

    def sign_in(self, browser=None, person="ana"):
        browser = browser or self.browser()
        status, _, page = browser.fetch(self.to_callback(browser, person))
        self.assertEqual(status, 200, page)
        return self.person_of(browser)

    def person_of(self, browser):
        person = Person(self.appliance, None)
        person.cookie = browser.cookie("__Host-countersign")
        self.assertTrue(person.cookie)
        self.assertEqual(person.ask("GET", "/v1/session")[0], 200)
        return person

    def failed(self, reason, count):
        """The failed sign-ins of that reason, once there are so many."""
        found = []

        def enough():
            found[:] = [e for e in self.appliance.system_events("login.failed") if e["outcome"]["reason"] == reason]
            return len(found) >= count

        until(enough, f"{count} failures are not recorded with the reason {reason}")
        self.assertEqual(len(found), count)
        return found

    def account(self):
        return next(a for a in self.appliance.json("user", "list") if "issuer" in a)

    def groups(self, *names):
        self.provider.control(f"groups?of=ana&names={','.join(names)}", "POST")

    def test_from_the_first_sign_in_to_the_logout_at_the_provider(self):
        browser = self.browser()
        listed = Person(self.appliance, None).ask("GET", "/v1/oidc")[2]["providers"]
        self.assertEqual(listed, [{"name": "corp", "display_name": "Example Corp", "sign_in": "/v1/oidc/corp/sign-in"},
                                  {"name": "gone", "display_name": "gone", "sign_in": "/v1/oidc/gone/sign-in"}])
        status, fields, _ = self.browser().fetch(f"{self.address}/v1/oidc/corp/sign-in")
        self.assertEqual(status, 303)
        self.assertTrue(fields["Location"].startswith(f"{self.provider.issuer}/auth?"))
        self.assertRegex(fields["Set-Cookie"],
                         r"^__Host-countersign-oidc=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$")

        status, fields, page = browser.fetch(self.to_callback(browser))
        self.assertEqual(status, 200)
        self.assertIn('<meta http-equiv="refresh" content="0; url=/">', page)
        self.assertNotIn("<script", page)
        self.assertTrue(fields["Content-Security-Policy"].startswith("default-src 'none'; "))
        self.assertNotIn("sandbox", fields["Content-Security-Policy"], "the page goes on by itself")
        self.assertEqual((fields["Referrer-Policy"], fields["Cache-Control"]), ("no-referrer", "no-store"))
        ended, begun = fields.get_all("Set-Cookie")
        self.assertEqual(ended, "__Host-countersign-oidc=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
        self.assertRegex(begun, r"^__Host-countersign=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict$")

        # The provider is one factor and opens one's own account; that it says "mfa" changes nothing.
        ana = self.person_of(browser)
        session = ana.ask("GET", "/v1/session")[2]
        self.assertEqual({k: session["account"][k] for k in ("user", "display_name", "role", "tenants", "all_tenants")},
                         {"user": "ana@example.com", "display_name": "Ana", "role": "analyst", "tenants": ["acme"], "all_tenants": False})
        status, _, problem = ana.ask("GET", "/v1/tenants/acme/policy")
        self.assertEqual((status, problem["type"]), (403, "urn:countersign:problem:second-factor-needed"))
        ana.enrol()
        self.assertEqual(ana.ask("GET", "/v1/tenants/acme/policy")[0], 200)
        self.assertEqual(ana.ask("GET", "/v1/tenants/globex/policy")[0], 403)
        account = self.account()
        self.assertEqual((account["user"], account["state"], account["issuer"]), ("ana@example.com", "active", self.provider.issuer))
        provisioned = self.appliance.system_events("user.provisioned")
        self.assertEqual([e["action"] for e in provisioned],
                         [{"name": "add account", "resource": account["id"], "context": "with the provider corp: role analyst, tenants acme"}])
        self.assertEqual(len(provisioned[0]["actor"]["name"]), 43, "a token")
        self.assertEqual([e["action"] for e in self.appliance.system_events("identity.verified")], [{"name": "sign in", "context": "with the provider corp"}])
        self.assertEqual(len(self.appliance.system_events("login.succeeded")), 1)

        # Other groups, other rights, at the next sign-in; the second factor stays.
        self.groups("globex-sec", "sec")
        again = self.sign_in()
        self.assertEqual(again.ask("GET", "/v1/session")[2]["account"]["tenants"], ["acme", "globex"])
        self.groups("sec", "admins")
        again = self.sign_in()
        again.secret, again.used = ana.secret, ana.used
        self.assertEqual(again.ask("GET", "/v1/session")[2]["account"]["role"], "admin")
        self.assertEqual(again.ask("GET", "/v1/tenants/globex/policy")[0], 403)
        self.assertEqual(again.show_factor(), 200)
        self.assertEqual(again.ask("GET", "/v1/tenants/globex/policy")[0], 200)
        self.assertEqual([e["action"]["context"] for e in self.appliance.system_events("user.role_changed", 2)],
                         ["with the provider corp: role analyst, tenants acme globex", "with the provider corp: role admin, all tenants"])
        self.assertEqual([a["id"] for a in self.appliance.json("user", "list")], [account["id"]])

        browser.go(f"{self.provider.issuer}/session/end", f"{self.provider.issuer}/session/end/success", press="yes")
        until(lambda: ana.ask("GET", "/v1/session")[0] == 401, "a logout at the provider does not end the session")
        self.assertEqual(again.ask("GET", "/v1/session")[0], 200, "it is another session at the provider")
        ended = self.appliance.system_events("session.ended")
        self.assertEqual([(e["action"]["context"], e["outcome"]["reason"]) for e in ended], [("with the provider corp", "back_channel_logout")])
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.region_file("."), check=False).returncode, 0)

    def test_a_rotation_of_the_provider_s_keys_is_followed(self):
        self.sign_in()
        self.provider.control("rotate", "POST")
        # Keys are fetched at most once in half a minute, whoever makes tokens up; then the new one is found.
        end = time.monotonic() + 60
        while True:
            browser = self.browser()
            status, _, page = browser.fetch(self.to_callback(browser))
            if status == 200:
                return
            self.assertIn("not signed with a key that the provider publishes", page)
            self.assertLess(time.monotonic(), end, "the new keys are not fetched")
            time.sleep(3)

    def test_each_wrong_token_is_refused(self):
        for name, words in FAULTS.items():
            with self.subTest(name):
                self.provider.fault(name)
                status, page = self.try_to_sign_in()
                self.assertEqual(status, 400, page)
                self.assertIn(words, page)
        self.provider.fault()
        self.assertEqual(self.try_to_sign_in(press="no")[0], 403)
        self.failed("not_proven", len(FAULTS))
        self.failed("refused_by_provider", 1)
        self.assertEqual(self.appliance.json("user", "list"), [], "nobody was made")
        self.sign_in()

    def test_an_answer_serves_the_browser_that_began_once(self):
        mine, other = self.browser(), self.browser()
        answer = self.to_callback(mine)
        status, _, page = other.fetch(answer)
        self.assertEqual(status, 400, "without a cookie")
        self.assertIn("no sign-in was begun", page)
        other.fetch(f"{self.address}/v1/oidc/corp/sign-in")
        status, _, page = other.fetch(answer)
        self.assertEqual(status, 400, "with the cookie of another sign-in")
        self.assertIn("(state)", page)
        self.assertIsNone(other.cookie("__Host-countersign"))

        cookie = mine.cookie("__Host-countersign-oidc")
        self.assertEqual(mine.fetch(answer)[0], 200)
        self.assertIsNone(mine.cookie("__Host-countersign-oidc"))
        ask = lambda path: self.appliance.request("GET", path, headers={"Cookie": f"__Host-countersign-oidc={cookie}"})[0]
        self.assertEqual(ask(answer[len(self.address):]), 400, "once")

        # What went wrong serves no second try, and no other provider.
        answer = self.to_callback(other)
        cookie = other.cookie("__Host-countersign-oidc")
        path = answer[len(self.address):]
        self.assertEqual(ask(path.replace("/corp/", "/gone/")), 400)
        self.assertEqual(ask(path), 400)
        answer = self.to_callback(mine)
        cookie = mine.cookie("__Host-countersign-oidc")
        path = answer[len(self.address):]
        self.assertEqual(ask(path.replace("state=", "state=x")), 400)
        self.assertEqual(ask(path), 400)
        self.failed("not_proven", 2)

    def test_who_has_no_group_of_ours_is_refused(self):
        status, page = self.try_to_sign_in("bob")
        self.assertEqual(status, 403)
        self.assertIn("none of the groups", page)
        self.assertEqual(self.appliance.json("user", "list"), [])
        ana = self.sign_in()
        self.groups("others")
        self.assertEqual(self.try_to_sign_in()[0], 403)
        self.assertEqual(ana.ask("GET", "/v1/session")[0], 401, "what she has no right to any more ends")
        tried = self.failed("no_role", 2)
        self.assertTrue(all(len(e["actor"]["id"]) == 43 for e in tried), "it is known who it was, as a token")

    def test_an_auditor_has_a_tenant_a_period_and_an_end(self):
        self.groups("outside")
        account = self.sign_in().ask("GET", "/v1/session")[2]["account"]
        self.assertEqual((account["role"], account["tenants"]), ("auditor", ["acme"]))
        self.assertEqual(account["period"], {"from": "2026-01-01T00:00:00.000000Z", "before": "2027-01-01T00:00:00.000000Z"})
        self.assertEqual(self.sign_in().ask("GET", "/v1/session")[2]["account"]["expires"], account["expires"], "it is not put off")

    def test_whom_a_platform_provisions_the_provider_opens_and_nobody_else(self):
        self.provider.control("groups?of=bob&names=sec", "POST")
        self.sign_in(person="bob")  # before it was so
        self.appliance.stop()
        config = self.appliance.config.read_text().replace("[[oidc.corp.rights]]", "[[scim.rights]]").replace("\n[oidc.gone]", PROVISIONED + "\n[oidc.gone]")
        self.appliance.config.write_text(config)
        token = self.appliance.json("operator", "add", "idp", "--role", "provisioner", "--all-tenants")["token"]
        self.appliance.start()
        platform = Platform(self.appliance, token)
        status, page = self.try_to_sign_in()
        self.assertEqual(status, 403)
        self.assertIn("has not provisioned an account", page)
        self.failed("not_provisioned", 1)
        self.assertEqual(self.try_to_sign_in(person="bob")[0], 403, "an account that was made otherwise")

        user = platform.user("ana.example", externalId="ana")
        platform.group("sec", user)
        ana = self.sign_in()
        account = ana.ask("GET", "/v1/session")[2]["account"]
        self.assertEqual((account["user"], account["role"], account["tenants"]), ("ana.example", "analyst", ["acme"]), "whatever the provider's token says of groups")
        self.assertEqual(platform.patch(f"/Users/{user}", op="replace", value={"active": False})[0], 200)
        self.assertEqual(ana.ask("GET", "/v1/session")[0], 401)
        status, page = self.try_to_sign_in()
        self.assertEqual(status, 403)
        self.assertIn("The account is disabled", page)
        self.assertEqual(platform.patch(f"/Users/{user}", op="replace", value={"active": True})[0], 200)
        self.sign_in()

    def test_a_disabled_account_stays_disabled(self):
        ana = self.sign_in()
        self.appliance.run("user", "disable", "ana@example.com")
        until(lambda: ana.ask("GET", "/v1/session")[0] == 401, "the session of a disabled account goes on")
        self.groups("admins")
        status, page = self.try_to_sign_in()
        self.assertEqual(status, 403)
        self.assertIn("disabled", page)
        self.failed("disabled", 1)
        self.assertEqual((self.account()["state"], self.account()["role"]), ("disabled", "analyst"))
        self.appliance.run("user", "enable", "ana@example.com")
        self.assertEqual(self.sign_in().ask("GET", "/v1/session")[2]["account"]["role"], "admin")

    def test_an_address_takes_no_account_over(self):
        local = invited(self.appliance, "ana@example.com", "--role", "admin", "--all-tenants")
        came = self.sign_in().ask("GET", "/v1/session")[2]["account"]
        self.assertRegex(came["user"], r"^ana@example\.com-[0-9a-f]{8}$")
        self.assertEqual((came["role"], came["all_tenants"]), ("analyst", False))
        own = local.ask("GET", "/v1/session")[2]["account"]
        self.assertNotEqual(own["id"], came["id"])
        self.assertEqual((own["user"], own["role"]), ("ana@example.com", "admin"))
        self.assertEqual(local.sign_in(), 201)

        # There is no password that could be set or guessed.
        refused = self.appliance.run("user", "invite", came["user"], check=False)
        self.assertEqual(refused.returncode, 8, refused.stderr)
        self.assertEqual(Person(self.appliance, came["user"]).sign_in(PASSWORD), 401)
        self.assertEqual(Person(self.appliance, came["user"]).sign_in(""), 401)

    def test_a_logout_token_ends_whose_sessions_it_names(self):
        local = invited(self.appliance, "ana@example.com", "--role", "admin", "--all-tenants")
        first, second = self.sign_in(), self.sign_in()

        def log_out(token, **form):
            body = urllib.parse.urlencode(form or {"logout_token": token})
            status, fields, _ = self.appliance.request("POST", "/v1/oidc/corp/back-channel-logout", body,
                                                       {"Content-Type": "application/x-www-form-urlencoded"})
            self.assertEqual(fields["Cache-Control"], "no-store")
            return status

        token = lambda query: self.provider.control(f"logout_token?client=basic&{query}")
        for fault in ("aud", "iss", "expired", "none", "hs256_pem", "other_key", "events", "nonce_there"):
            self.assertEqual(log_out(token(f"sub=ana&fault={fault}")), 400, fault)
        self.assertEqual(log_out("garbage"), 400)
        self.assertEqual(log_out("", other="x"), 400)
        self.assertEqual(log_out(token("sub=bob")), 200)
        self.assertEqual(log_out(token("sub=ana&sid=unknown")), 200)
        for person in (first, second):
            self.assertEqual(person.ask("GET", "/v1/session")[0], 200)
        good = token("sub=ana")
        self.assertEqual(log_out(good), 200)
        for person in (first, second):
            self.assertEqual(person.ask("GET", "/v1/session")[0], 401)
        self.assertEqual(log_out(good), 400, "once")
        self.assertEqual(local.ask("GET", "/v1/session")[0], 200, "who came with a password stays")
        self.assertEqual(len(self.appliance.system_events("session.ended", 2)), 2)

    def test_a_provider_that_is_gone_keeps_nobody_else_waiting(self):
        status, _, page = self.browser().fetch(f"{self.address}/v1/oidc/gone/sign-in")
        self.assertEqual(status, 502)
        self.assertIn("could not be asked", page)
        self.assertNotIn("127.0.0.1", page)
        self.assertEqual(self.browser().fetch(f"{self.address}/v1/oidc/nobody/sign-in")[0], 404)
        picture = {"Sec-Fetch-Dest": "image"}
        self.assertEqual(self.appliance.request("GET", "/v1/oidc/corp/sign-in", headers=picture)[0], 403)
        browser = self.browser()
        answer = self.to_callback(browser)
        self.provider.close()
        self.assertEqual(browser.fetch(answer)[0], 502)
        self.failed("provider_unavailable", 1)
        self.assertEqual(invited(self.appliance, "bob@example.com", "--role", "admin", "--all-tenants").sign_in(), 201)

    def test_no_secret_is_in_a_log(self):
        browser = self.browser()
        answer = self.to_callback(browser)
        pending = browser.cookie("__Host-countersign-oidc")
        self.assertEqual(browser.fetch(answer)[0], 200)
        self.provider.fault("nonce")
        refused = self.browser()
        wrong = self.to_callback(refused)
        self.assertEqual(refused.fetch(wrong)[0], 400)
        self.provider.fault()
        token = self.provider.control("logout_token?client=basic&sub=ana")
        self.appliance.request("POST", "/v1/oidc/corp/back-channel-logout", f"logout_token={token}")
        self.appliance.system_events("session.ended")
        self.appliance.stop()
        secrets = ["secret-of-basic", pending, browser.cookie("__Host-countersign"), token, token.split(".")[1]]
        for url in (answer, wrong):
            query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
            secrets += [query["code"], query["state"]]
        self.assertIn("a sign-in with the provider corp failed: ", self.appliance.log_text())
        for personal in ("ana@example.com", '"Ana"', "audit-team"):
            self.assertNotIn(personal, self.appliance.log_text())
        for place in self.appliance.folder.rglob("*"):
            if place.is_file() and place.name != "oidc-corp.secret":
                content = place.read_bytes()
                self.assertEqual([s for s in secrets if s.encode() in content], [], place)

    def test_the_daemon_does_not_start_with_a_secret_that_others_can_read(self):
        self.appliance.stop()
        (self.appliance.folder / "keys" / "oidc-corp.secret").chmod(0o644)
        self.appliance.start(wait=False)
        self.assertEqual(self.appliance.daemon.wait(30), 1)
        self.assertIn("run: chmod 600", self.appliance.log_text())


if __name__ == "__main__":
    unittest.main()
