"""The portal and verify.html in Firefox and in WebKit, which Safari is made of: a person signs in, sees every screen, has a proof and a bundle checked by the
browser, and downloads a bundle; what was tampered with is refused there, too. A visitor of the trust page asks for access."""

import os
import time
import unittest
import zipfile
from pathlib import Path

from appliance import Appliance, event, until
from person import PASSWORD, invited
from webdriver import Marionette, OtherBrowser, WebKit

PICTURES = os.environ.get("PICTURES")
# Each screen, and something of its own that it says once it has what it shows.
SCREENS = {
    "t/acme/overview": "Last checkpoint", "t/acme/events": "Challenge verified", "t/acme/evidence": "Check a bundle", "t/acme/reports": "Make a report", "t/acme/findings": "Findings",
    "t/acme/policy": "Policy", "procurement/questionnaires": "Questionnaires", "procurement/answers": "Too many failures lock a person out", "procurement/documents": "Documents",
    "admin/sources": "shop", "admin/users": "ana@", "admin/tokens": "Tokens", "admin/tenants": "acme", "admin/keys": "signs checkpoints", "admin/regions": "eu-1",
    "admin/backups": "Backups", "admin/health": "Health", "account": "Your account"}
SUBMIT = "() => document.querySelector('main form, form').requestSubmit()"
PRESS = """name => {
  const found = [...document.querySelectorAll('button, a')].filter(one => one.textContent.trim() === name);
  if (found.length !== 1) throw new Error(`${found.length} of ${name}`);
  found[0].click();
}"""
# A driver's scripts may see other globals than the page's; its elements they share.
WATCH = """() => {
  const noted = document.documentElement.dataset;
  noted.trouble = '';
  const note = what => { noted.trouble += `${what}\\n`; };
  addEventListener('error', e => note(e.message));
  addEventListener('unhandledrejection', e => note(e.reason));
  addEventListener('securitypolicyviolation', e => note(`${e.violatedDirective} ${e.blockedURI}`));
}"""


class OtherBrowsers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = cls.enterClassContext(Appliance(tls=True))
        cls.appliance.config.write_text(cls.appliance.config.read_text() + '[trust]\nenabled = true\nvendor = "Example Inc."\ntenant = "acme"\ncontrols = ["OTP-SINGLE-USE"]\n')
        cls.appliance.add_tenant("acme")
        token = cls.appliance.add_source("shop", tenant="acme")
        cls.appliance.start()
        cls.appliance.wait_known(token)
        status, answer = cls.appliance.post(token, [event(number, actor={"id": f"user-{number}", "email": f"user{number}@example.com"}) for number in range(30)])
        assert (status, answer["rejected"]) == (200, 0), answer
        until(lambda: cls.appliance.hits("acme", "challenge.verified"), "the index has nothing of what was sent")
        cls.good, cls.bad = cls.appliance.folder / "good.zip", cls.appliance.folder / "bad.zip"
        export = ("export", "acme", "--from", "2020-01-01T00:00:00Z", "--to", "2090-01-01T00:00:00Z", "-o", cls.good)
        until(lambda: cls.appliance.run(*export, check=False).returncode == 0, "no checkpoint covers what was sent")
        with zipfile.ZipFile(cls.good) as whole, zipfile.ZipFile(cls.bad, "w", zipfile.ZIP_DEFLATED) as other:
            for name in whole.namelist():
                content = whole.read(name)
                other.writestr(name, content.replace(b'"challenge.verified"', b'"challenge.failed"', 1) if name.endswith("records.jsonl") else content)
                if name.endswith("verify.html"):
                    cls.page = cls.appliance.folder / "verify.html"
                    cls.page.write_bytes(content)

    def check_everything(self, kind, name):
        person = invited(self.appliance, f"ana@{name}.example", "--role", "admin", "--all-tenants")
        with OtherBrowser(kind) as browser:
            print(f"in {browser.version}")
            browser.size(1360, 900)
            self.sign_in(browser, person)
            browser.run(WATCH)
            for place, words in SCREENS.items():
                with self.subTest(screen=place):
                    browser.run("place => { location.hash = `#/${place}` }", place)
                    browser.sees(words)
                    self.assertLessEqual(browser.run("() => document.documentElement.scrollWidth - innerWidth"), 0, "it goes beyond the window")
                    self.keep(browser, f"{name}-{place.replace('/', '-')}")
            self.a_proof_is_checked(browser)
            self.bundles_are_checked(browser)
            self.a_bundle_is_asked_for(browser)
            self.assertEqual(browser.run("() => document.documentElement.dataset.trouble"), "")
            self.the_page_in_a_bundle_checks_it(browser, name)
            self.a_visitor_asks_for_access(browser, name)

    def test_firefox(self):
        self.check_everything(Marionette, "firefox")

    def test_webkit(self):
        self.check_everything(WebKit, "webkit")

    @staticmethod
    def keep(browser, name):
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            browser.picture(Path(PICTURES) / f"{name}.png")

    def sign_in(self, browser, person):
        browser.go(f"https://localhost:{self.appliance.port}/")
        browser.sees("Sign in")
        browser.type("input[autocomplete=username]", person.name)
        browser.type("input[type=password]", PASSWORD)
        browser.run(SUBMIT)
        browser.sees("Show a second factor")
        browser.type("input[autocomplete=one-time-code]", person.code())
        browser.run(SUBMIT)
        browser.sees("Last checkpoint")

    def a_proof_is_checked(self, browser):
        browser.run("() => { location.hash = '#/t/acme/events/3' }")
        browser.sees("Check the proof in this browser")
        browser.run(PRESS, "Check the proof in this browser")
        text = browser.sees("Proven")
        self.assertNotIn("Not proven", text)
        self.assertNotIn("does not hold", text)

    def bundles_are_checked(self, browser):
        for file, verdict in ((self.good, "Whole in itself; whose it is was not checked"), (self.bad, "Do not rely on this bundle")):
            browser.run("() => { location.hash = '#/t/acme/overview' }")
            browser.sees("Last checkpoint")
            browser.run("() => { location.hash = '#/t/acme/evidence/check' }")
            browser.sees("Choose a file")
            browser.type("input[type=file]", str(file))
            browser.sees(file.name)
            browser.run("name => [...document.querySelectorAll('button')].filter(one => one.textContent.trim() === name).forEach(one => one.click())", "Check it")
            browser.sees(verdict)

    def a_bundle_is_asked_for(self, browser):
        """With what the browser itself has: cookie, CSRF token and fetch; the bytes are those that the appliance keeps."""
        made = browser.run("""async () => {
          const session = await (await fetch('/v1/session')).json();
          const order = {from: '2020-01-01T00:00:00Z', to: '2090-01-01T00:00:00Z', profile: 'pseudonymous'};
          const asked = await fetch('/v1/tenants/acme/bundles', {method: 'POST', headers: {'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf_token}, body: JSON.stringify(order)});
          return [asked.status, await asked.json()];
        }""")
        self.assertIn(made[0], (201, 202), made)
        number = made[1]["id"]
        until(lambda: browser.run("async id => (await (await fetch(`/v1/tenants/acme/bundles/${id}`)).json()).state", number) == "ready", "the bundle is made")
        got = browser.run("""async id => {
          const answer = await fetch(`/v1/tenants/acme/bundles/${id}/content`);
          const bytes = await answer.arrayBuffer();
          const digest = await crypto.subtle.digest('SHA-256', bytes);
          return [answer.status, bytes.byteLength, [...new Uint8Array(bytes.slice(0, 2))], digest.byteLength];
        }""", number)
        self.assertEqual((got[0], got[2], got[3]), (200, [0x50, 0x4B], 32))
        self.assertGreater(got[1], 10_000)

    def the_page_in_a_bundle_checks_it(self, browser, name):
        for file, verdict in ((self.good, "Whole, but whose"), (self.bad, "Not to be trusted")):
            browser.go(self.page.as_uri())
            browser.type("input[type=file]", str(file))
            browser.run(SUBMIT)
            browser.sees(verdict)
            self.keep(browser, f"{name}-verify-{file.stem}")

    def a_visitor_asks_for_access(self, browser, name):
        browser.go(f"https://localhost:{self.appliance.port}/trust")
        browser.sees("OTP-SINGLE-USE – nothing to test")
        self.keep(browser, f"{name}-trust")
        for field, text in {"name": "Vera Visitor", "email": f"vera@{name}.example", "company": "Visitor Ltd", "reason": "We look at vendors."}.items():
            browser.type(f"[name={field}]", text)
        browser.run(SUBMIT)
        browser.sees("Thank you")


if __name__ == "__main__":
    unittest.main()
