"""The trust page: off unless it is set up, told by the evidence alone, and the way from a stranger's request to an auditor's login that ends."""

import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import sys
import time
import tomllib
import unittest
import urllib.parse
from datetime import datetime, timedelta, timezone

import kept_logs
from appliance import Appliance, until
from browser import Browser
from hostile_strings import SCRIPT
from person import Person, invited

NOW = datetime.now(timezone.utc)
AXE = pathlib.Path(os.environ["CLIENTS"]) / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OCTETS = {"Content_Type": "application/octet-stream"}
SIX = ["soc2-type2", "hipaa-baa", "pci-dss", "gdpr-dpa", "data-residency", "audit-log-export"]
TRUST = {"enabled": True, "vendor": "Example <Vendor> & Sons", "tenant": "acme", "contact": "trust@example.com",
         "controls": ["PRIVILEGED-MFA", "OTP-SINGLE-USE", "OTP-LIFETIME", "RESIDENCY-KEPT", "RETENTION-AT-HAND", "LEDGER-VERIFIED"]}


def moment(**ago):
    return (NOW - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def day(days):
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%d")


def event(number, kind, challenge, **ago):
    return {"id": f"e{number}", "time": moment(**ago), "type": kind, "tenant": "acme", "actor": {"id": "ana", "email": "ana@example.com"},
            "challenge": {"id": challenge, "purpose": "login", "factor": "totp"}}


def pdf(words):
    return b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n% " + words + b"\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Off(unittest.TestCase):
    def test_there_is_no_page_unless_it_is_set_up(self):
        with Appliance() as appliance:
            self.assertNotIn("trust", tomllib.loads(appliance.config.read_text()))
            appliance.start()
            plain = lambda body: {name: value for name, value in json.loads(body).items() if name != "request_id"}
            unknown = appliance.request("GET", "/v1/nothing-is-here")
            for method, path in (("GET", "/trust"), ("GET", "/v1/trust"), ("GET", "/v1/trust/documents/1/file"), ("POST", "/trust/requests"), ("POST", "/v1/trust/requests")):
                status, fields, body = appliance.request(method, path, "x" if method == "POST" else None)
                self.assertEqual((status, fields["Content-Type"], plain(body)), (404, unknown[1]["Content-Type"], plain(unknown[2])), path)
            refused = appliance.run("trust", "show", check=False)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("[trust] names no vendor", refused.stderr)


class Restored(unittest.TestCase):
    def test_a_request_is_there_again_after_a_restore(self):
        with Appliance() as appliance:
            Trust.set_up(appliance)
            appliance.add_tenant("acme")
            appliance.start()
            admin = invited(appliance, "admin@example.com", "--role", "admin", "--all-tenants")
            body = {"name": "Vera", "email": "vera@visitor.example", "company": "Visitor Corp", "reason": "to look"}
            self.assertEqual(appliance.request("POST", "/v1/trust/requests", json.dumps(body), {"Content-Type": "application/json"})[0], 202)
            appliance.system_events("access.requested")
            before = admin.ask("GET", "/v1/access-requests")[2]
            self.assertEqual(len(before["requests"]), 1)
            backups = appliance.folder / "backups"
            appliance.json("backup", "--to", backups)
            appliance.stop()
            self.assertFalse([p for p in backups.rglob("*") if p.is_file() and b"vera@visitor" in p.read_bytes()], "it is sealed")
            shutil.rmtree(appliance.region_file(""))
            appliance.json("restore", "--from", backups, "--verify")
            self.assertEqual((appliance.region_file("trust") / "requests.sqlite").stat().st_mode & 0o777, 0o600)
            appliance.start()
            self.assertEqual((admin.sign_in(), admin.show_factor()), (201, 200))
            self.assertEqual(admin.ask("GET", "/v1/access-requests")[2], before)
            self.assertEqual(len(appliance.system_events("access.requested")), 1)


class Trust(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.addClassCleanup(cls.appliance.__exit__)
        cls.set_up(cls.appliance)
        cls.appliance.add_tenant("acme")
        cls.appliance.add_tenant("globex")
        cls.appliance.start()
        cls.source = cls.appliance.add_source("app", tenant="acme")
        cls.appliance.wait_known(cls.source)
        cls.send([event(1, "challenge.sent", "c1", days=2, minutes=1), event(2, "challenge.verified", "c1", days=2)])
        cls.admin = invited(cls.appliance, "admin@example.com", "--role", "admin", "--all-tenants")
        cls.browser = cls.enterClassContext(Browser())

    @classmethod
    def set_up(cls, appliance):
        """With a proxy before it, so that visitors come from networks of their own."""
        text, done = re.subn(r"(\n\[listen\].*\n)", r'\1trusted_proxies = ["127.0.0.1"]\n', appliance.config.read_text())
        assert done == 1
        appliance.config.write_text(text + "\n[trust]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in TRUST.items()))

    @classmethod
    def send(cls, events):
        status, answer = cls.appliance.post(cls.source, events)
        assert status == 200, answer

    def told(self):
        status, fields, body = self.appliance.request("GET", "/v1/trust")
        self.assertEqual((status, fields["Content-Type"]), (200, "application/json"))
        return json.loads(body)

    def item(self, name):
        return next(one for one in self.told()["items"] if one["id"] == name)

    def control(self, name):
        return next((one["state"] for one in self.told()["controls"]["list"] if one["id"] == name), None)

    def page(self):
        status, fields, body = self.appliance.request("GET", "/trust")
        self.assertEqual((status, fields["Content-Type"]), (200, "text/html; charset=utf-8"))
        return body.decode()

    def add(self, content, kind, title, confidentiality, **version):
        status, _, document = self.admin.ask("POST", "/v1/documents", {"kind": kind, "title": title, "confidentiality": confidentiality, "nda": title == "NDA"})
        self.assertEqual(status, 201, document)
        query = urllib.parse.urlencode({"file_name": "file", **version})
        status, _, answer = self.admin.ask("POST", f"/v1/documents/{document['id']}/versions?{query}", content, **OCTETS)
        self.assertEqual(status, 201, answer)
        return document["id"]

    def ask(self, address, network="192.0.2.1", **more):
        """The answer to a request for access."""
        body = {"name": "Vera Visitor", "email": address, "company": "Visitor Corp", "reason": "We assess our vendors", **more}
        for value in body.values():
            kept_logs.personal("of a visitor", value)
        status, _, answer = self.appliance.request("POST", "/v1/trust/requests", json.dumps(body), {"Content-Type": "application/json", "X-Forwarded-For": network})
        return status, json.loads(answer)

    def pending(self, address):
        status, _, listed = self.admin.ask("GET", "/v1/access-requests")
        self.assertEqual(status, 200, listed)
        return [one for one in listed["requests"] if one.get("email") == address]

    def test_1_the_page_says_what_the_evidence_shows(self):
        until(lambda: self.control("OTP-SINGLE-USE") == "passed", "the control has passed", 90)
        told = self.told()
        self.assertEqual((told["state"], told["vendor"], [one["id"] for one in told["items"]]), ("known", TRUST["vendor"], SIX))
        self.assertEqual([one["id"] for one in told["controls"]["list"]], TRUST["controls"])
        self.assertEqual({name: self.item(name)["state"] for name in SIX[:4]}, dict.fromkeys(SIX[:4], "missing"))
        self.assertEqual(told["region"], "eu-1")
        self.assertIn("kept in the region eu-1", self.item("data-residency")["sentence"])
        status, fields, page = self.appliance.request("GET", "/trust")
        page = page.decode()
        self.assertIn("<h1>Example &lt;Vendor&gt; &amp; Sons</h1>", page)
        style = page.split("<style>")[1].split("</style>")[0]
        policy = fields["Content-Security-Policy"]
        self.assertIn(f"style-src 'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'", policy)
        for rule in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"):
            self.assertIn(rule, policy)
        self.assertNotIn("<script", page)
        for text in (page, json.dumps(told)):
            self.assertNotRegex(text.lower(), "complian")
        again = self.appliance.request("GET", "/v1/trust", headers={"If-None-Match": self.appliance.request("GET", "/v1/trust")[1]["ETag"]})
        self.assertIn(again[0], (200, 304))
        done = self.appliance.run("--json", "trust", "show", check=False)
        shown = json.loads(done.stdout)
        self.assertEqual([one["id"] for one in shown["items"]], SIX)
        self.assertEqual(shown["controls"]["passed"], told["controls"]["passed"])
        self.assertIn("No SOC 2 Type II report is on file.", self.appliance.run("trust", "show").stdout)

    def test_2_documents_count_by_who_may_have_them(self):
        report, subs, agreement = pdf(b"soc"), b"Example Hosting, eu-1\n", pdf(b"dpa")
        self.add(report, "soc2-type2", "SOC 2 Type II", "nda", issuer="Example Auditors LLP", valid_from=day(-100), valid_until=day(200))
        self.add(pdf(b"secret"), "pci-aoc", "A secret title", "internal", issuer="Secret Issuer")
        public = self.add(subs, "sub-processors", "Our sub-processors", "public", valid_until=day(30))
        self.add(agreement, "gdpr-dpa", "DPA", "public", valid_until=day(-1))
        until(lambda: self.item("soc2-type2")["state"] == "shown", "the report is shown", 60)
        until(lambda: self.told()["sub_processors"]["state"] == "shown", "the list is shown", 60)
        until(lambda: self.item("gdpr-dpa")["state"] == "expired", "the agreement has expired", 60)
        soc2, told, page = self.item("soc2-type2"), self.told(), self.page()
        self.assertEqual((soc2["issuer"], soc2["valid_until"], soc2["sha256"]), ("Example Auditors LLP", day(200), sha256(report)))
        self.assertNotIn("file", soc2)
        self.assertEqual(self.item("pci-dss")["state"], "missing")
        for text in (json.dumps(told), page):
            self.assertNotIn("Secret Issuer", text)
            self.assertNotIn("secret title", text)
        [document] = told["documents"]
        self.assertEqual((document["id"], document["file"], told["sub_processors"]["file"]), (public, f"/v1/trust/documents/{public}/file", document["file"]))
        self.assertIn(document["file"], page)
        status, fields, got = self.appliance.request("GET", document["file"])
        self.assertEqual((status, got), (200, subs))
        self.assertTrue(fields["Content-Disposition"].startswith("attachment;"), fields)
        self.assertEqual(fields["Content-Security-Policy"], "sandbox; default-src 'none'")
        listed = {one["kind"]: one["id"] for one in self.admin.ask("GET", "/v1/documents")[2]["documents"]}
        for kind in ("soc2-type2", "pci-aoc", "gdpr-dpa"):
            self.assertEqual(self.appliance.request("GET", f"/v1/trust/documents/{listed[kind]}/file")[0], 404, kind)
        self.assertEqual(self.appliance.request("GET", "/v1/trust/documents/0/file")[0], 404)
        self.assertRegex(self.appliance.request("GET", "/metrics")[2].decode(), r"countersign_trust_downloads_total 1\n")

    def test_3_a_planted_failing_control_changes_the_page_within_a_minute(self):
        until(lambda: self.control("OTP-SINGLE-USE") == "passed", "the control has passed", 90)
        until(lambda: self.item("soc2-type2")["state"] == "shown", "the report is shown", 60)
        until(lambda: self.appliance.run("--json", "evidence", "facts", "--tenant", "acme", check=False).returncode == 0, "the index has caught up")
        began = time.monotonic()
        self.send([event(3, "challenge.verified", "c1", hours=47)])
        until(lambda: self.control("OTP-SINGLE-USE") == "failed", "the control has failed", 60)
        until(lambda: 'class="state bad"' in self.page().split('id="control-OTP-SINGLE-USE"')[1].split("</tr>")[0], "the page says so", 60)
        took = time.monotonic() - began
        self.assertLess(took, 60)
        print(f"the page has changed after {took:.1f} s", file=sys.stderr, flush=True)
        soc2 = self.item("soc2-type2")
        self.assertEqual(soc2["state"], "exceptions")
        self.assertRegex(soc2["sentence"], r", [1-9] failed")
        self.assertIn("exceptions noted", self.page())

    def test_4_from_a_request_to_an_auditor_whose_login_ends(self):
        address = "vera@visitor.example"
        terms = b"You tell nobody.\n"
        self.add(terms, "policy", "NDA", "public")
        self.assertEqual(self.ask(address), (202, {"taken": True}))
        self.assertEqual(self.ask(address.upper(), "198.51.100.1", name="Somebody Else"), (202, {"taken": True}), "nothing tells that she has asked before")
        [request] = self.pending(address)
        self.assertEqual((request["state"], request["name"], request["company"], request["reason"]), ("pending", "Vera Visitor", "Visitor Corp", "We assess our vendors"))
        requests = self.appliance.region_file("trust") / "requests.sqlite"
        self.assertEqual(requests.stat().st_mode & 0o777, 0o600)
        self.assertIn(address.encode(), requests.read_bytes())
        [asked] = [one for one in self.appliance.system_events("access.requested") if one["action"]["resource"] == f"access/{request['id']}"]
        self.assertNotIn("Vera", json.dumps(asked))
        self.assertNotIn(address, json.dumps(asked), "tokens stand for who asks")
        until(lambda: self.appliance.system_events("personal.viewed"), "who sees the list is recorded")

        path = f"/v1/access-requests/{request['id']}"
        self.assertEqual(self.admin.ask("POST", path + "/approve", {"tenant": "nowhere"})[0], 422)
        ends = (datetime.now(timezone.utc) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
        status, _, approved = self.admin.ask("POST", path + "/approve", {"expires": ends})
        self.assertEqual(status, 201, approved)
        self.assertEqual((approved["request"]["state"], approved["request"]["account"]), ("approved", approved["account"]["id"]))
        self.assertEqual((approved["account"]["user"], approved["account"]["role"], approved["account"]["tenants"]), (address, "auditor", ["acme"]))
        self.assertEqual(self.admin.ask("POST", path + "/approve", {})[0], 409)
        self.assertEqual(self.admin.ask("DELETE", path)[0], 409)
        self.assertEqual(self.pending(address), [])
        for personal in (address, "Vera Visitor", "Visitor Corp"):
            self.assertNotIn(personal.encode(), requests.read_bytes(), "it is forgotten with the decision")
        [decided] = self.appliance.system_events("access.approved")
        self.assertTrue(decided["action"]["context"].startswith(f"account={approved['account']['id']} tenant=acme from="), decided)
        self.assertEqual((decided["challenge"]["factor"], decided["actor"]["role"]), ("totp", "admin"))

        auditor = Person(self.appliance, address)
        self.assertEqual(auditor.accept(approved["link"].split("#")[1]), 201)
        auditor.enrol()
        [soc2] = [one["id"] for one in self.admin.ask("GET", "/v1/documents")[2]["documents"] if one["kind"] == "soc2-type2"]
        file = f"/v1/documents/{soc2}/versions/1/file"
        status, _, refused = auditor.ask("GET", file)
        self.assertEqual((status, refused["type"]), (403, "urn:countersign:problem:nda-needed"))
        nda = auditor.ask("GET", "/v1/documents/nda")[2]
        self.assertEqual(auditor.ask("POST", "/v1/documents/nda/acceptance", {"sha256": nda["sha256"]})[0], 200)
        status, _, got = auditor.ask("GET", file)
        self.assertEqual((status, got), (200, pdf(b"soc")))
        self.assertEqual(len(self.appliance.system_events("nda.accepted")), 1)
        until(lambda: auditor.ask("POST", "/v1/tenants/acme/records/search", {})[0] == 200, "she reads evidence")
        self.assertEqual(auditor.ask("GET", "/v1/access-requests")[0], 403)

    def test_5_a_login_that_has_expired_is_refused(self):
        address = "short@visitor.example"
        self.assertEqual(self.ask(address)[0], 202)
        [request] = self.pending(address)
        ends = (datetime.now(timezone.utc) + timedelta(seconds=20)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        status, _, approved = self.admin.ask("POST", f"/v1/access-requests/{request['id']}/approve", {"expires": ends})
        self.assertEqual(status, 201, approved)
        auditor = Person(self.appliance, address)
        self.assertEqual(auditor.accept(approved["link"].split("#")[1]), 201)
        auditor.enrol()
        self.assertEqual(auditor.ask("GET", "/v1/documents")[0], 200)
        until(lambda: auditor.ask("GET", "/v1/documents")[0] == 401, "the session ends with the account", 60)
        self.assertEqual(auditor.sign_in(), 401)
        failed = [one for one in self.appliance.system_events("login.failed") if one["outcome"]["reason"] == "expired"]
        self.assertTrue(failed)

    def test_6_refused_deleted_taken_and_hostile(self):
        self.assertEqual(self.admin.ask("POST", f"/v1/access-requests/{'0' * 32}/approve", {})[0], 404)
        for text in ("<script>window.owned=1</script>", "=1+1", "\u202egpj.exe"):
            self.assertEqual(self.appliance.request("POST", "/v1/trust/requests", json.dumps({"name": text, "email": text, "company": text, "reason": text}), {"Content-Type": "application/json"})[0], 422, text)
        self.appliance.run("user", "add", "known@visitor.example", "--role", "analyst", "--tenant", "globex")
        for address in ("known@visitor.example", "refused@visitor.example"):
            self.assertEqual(self.ask(address, "192.0.2.2", reason="=HYPERLINK(\"//evil.example\")")[0], 202, address)
        [known], [refused] = self.pending("known@visitor.example"), self.pending("refused@visitor.example")
        status, _, answer = self.admin.ask("POST", f"/v1/access-requests/{known['id']}/approve", {})
        self.assertEqual((status, "there is an account of that name" in answer["detail"]), (409, True), answer)
        self.assertEqual(self.admin.ask("DELETE", f"/v1/access-requests/{known['id']}")[0], 204)
        self.assertEqual(self.pending("known@visitor.example"), [])
        self.assertEqual(self.admin.ask("POST", f"/v1/access-requests/{refused['id']}/refuse", {"reason": ""})[0], 422)
        status, _, answer = self.admin.ask("POST", f"/v1/access-requests/{refused['id']}/refuse", {"reason": "not a customer"})
        self.assertEqual((status, answer["state"], "email" in answer), (200, "refused", False), answer)
        reasons = {one["action"]["resource"]: one["outcome"]["reason"] for one in self.appliance.system_events("access.refused", 2)}
        self.assertEqual(reasons, {f"access/{known['id']}": "deleted", f"access/{refused['id']}": "not a customer"})
        # What is malformed counts for nothing.
        answers = [self.ask(f"more{number}@visitor.example", "192.0.2.2")[0] for number in range(4)]
        self.assertEqual(answers, [202, 202, 202, 429])
        self.assertEqual(self.ask("elsewhere@visitor.example", "192.0.2.3")[0], 202)
        # Who asked can be erased from the records, too.
        erased = self.appliance.run("privacy", "erase", "--tenant", "_system", "--region", "eu-1", "--subject", "email=refused@visitor.example", "--reason", "gdpr_art_17", "--yes", check=False)
        self.assertEqual(erased.returncode, 0, erased.stderr + erased.stdout)

    def violations(self, page):
        page.send("Runtime.evaluate", {"expression": AXE.read_text()})
        found = page.run("async tags => (await axe.run(document, {runOnly: tags, resultTypes: ['violations']})).violations", RULES)
        self.assertIsInstance(found, list, found)
        return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]

    def open(self, scheme, width, path="/trust"):
        page = self.browser.page("about:blank")
        page.send("Page.setBypassCSP", {"enabled": False})
        page.send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        page.send("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600})
        for domain in ("Network", "Log", "Runtime"):
            page.send(f"{domain}.enable")
        page.go(f"http://127.0.0.1:{self.appliance.port}{path}")
        return page

    def test_7_axe_finds_nothing_in_either_theme_nor_at_either_width(self):
        grounds = set()
        for scheme in ("light", "dark"):
            for width in (1280, 360):
                with self.subTest(scheme=scheme, width=width):
                    page = self.open(scheme, width)
                    self.assertEqual(self.violations(page), [])
                    grounds.add(page.run("() => getComputedStyle(document.body).backgroundColor"))
                    self.assertLessEqual(page.run("() => document.documentElement.scrollWidth"), width)
                    self.assertEqual([one for one in page.happened("Log.entryAdded") if one["entry"]["level"] == "error"], [])
                    if pictures := os.environ.get("PICTURES"):
                        pathlib.Path(pictures).mkdir(parents=True, exist_ok=True)
                        taken = page.send("Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png"})["data"]
                        (pathlib.Path(pictures) / f"trust-{scheme}-{width}.png").write_bytes(base64.b64decode(taken))
        self.assertEqual(len(grounds), 2, "both themes look the same")

    def test_8_the_form_is_sent_by_a_browser_and_answered_on_a_page(self):
        page = self.open("light", 1280)
        page.run("""() => { const form = document.querySelector('form');
            for (const [name, value] of Object.entries({name: 'Bo Visitor', email: 'bo@visitor.example', company: 'B', reason: 'one\\ntwo'})) form.elements[name].value = value;
            form.querySelector('button').click(); }""")
        until(lambda: page.run("() => location.pathname") == "/trust/requests", "the form is sent")
        until(lambda: page.run("() => document.querySelector('h1')?.textContent") == "Thank you", "the answer is a page")
        self.assertEqual(self.violations(page), [])
        [request] = self.pending("bo@visitor.example")
        self.assertEqual((request["name"], request["reason"]), ("Bo Visitor", "one  two"))

    def test_81_what_others_have_written_runs_nowhere(self):
        """Titles and issuers of documents for everybody, as hostile as they can be."""
        for number, text in enumerate(SCRIPT):
            self.add(f"{number}\n".encode(), "other", text, "public", issuer=text)
        until(lambda: len([one for one in self.told()["documents"] if one["kind"] == "other"]) == len(SCRIPT), "all are told", 60)
        self.assertEqual([one["title"] for one in self.told()["documents"] if one["kind"] == "other"], SCRIPT)
        page = self.open("light", 1280)
        self.assertEqual(page.run("() => [typeof window.owned, document.querySelectorAll('script, iframe, img, object, base, [onerror], [onload]').length]"), ["undefined", 0])
        titles = page.run("() => [...document.querySelectorAll('#files ~ ul h3')].map(one => one.textContent)")
        self.assertEqual([one for one in titles if one in SCRIPT], SCRIPT)
        self.assertEqual(page.happened("Runtime.exceptionThrown"), [])

    def test_9_the_page_says_that_nothing_is_known_where_the_facts_fail(self):
        """The book of what was found cannot be read: nothing of before is told as the present."""
        book = self.appliance.region_file("standing") / "acme.watch.json"
        kept = book.read_bytes()
        book.write_text("{")
        until(lambda: self.told()["state"] == "unknown", "nothing is known", 60)
        told = self.told()
        self.assertEqual({one["state"] for one in told["items"]}, {"unknown"})
        self.assertIn("since", told)
        self.assertIn("not known at the moment", self.page())
        book.write_bytes(kept)
        until(lambda: self.told()["state"] == "known", "it is known again", 60)


if __name__ == "__main__":
    unittest.main()
