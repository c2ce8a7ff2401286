"""The portal in a real browser, against a real daemon with a real ledger: every screen, every role (tests/portal)."""

import csv
import datetime
import json
import os
import subprocess
import sys
import unittest
import zipfile
from pathlib import Path
from unittest import mock

import openpyxl
from openpyxl.worksheet.datavalidation import DataValidation

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "web" / "oidc"))
from provider_test import RealProvider  # noqa: E402

import hostile_strings
import kept_logs
from appliance import BIN, Appliance, until
from found import finding_id, open_finding
from person import PASSWORD, Person, invited
from portal_data import life

TESTS = Path(__file__).resolve().parent.parent / "portal"
WAIT_S = 600


def stamp(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


RIGHTS = {
    "admin@example.com": ["--role", "admin", "--all-tenants"],
    "second@example.com": ["--role", "admin", "--all-tenants"],
    "clerk@example.com": ["--role", "admin", "--tenant", "acme"],
    "analyst@example.com": ["--role", "analyst", "--tenant", "acme"],
    "privacy@example.com": ["--role", "privacy", "--all-tenants"],
    "auditor@example.com": ["--role", "auditor", "--tenant", "acme", "--from", stamp(-100), "--before", stamp(100), "--expires", stamp(100)],
    "lost@example.com": ["--role", "analyst", "--tenant", "acme"],
}

PROVIDER = """
[oidc.corp]
display_name = "Example Corp"
issuer = "{issuer}"
client_id = "basic"
client_secret_file = "keys/oidc-corp.secret"
scopes = ["openid", "profile", "email", "groups"]
roles_claim = "groups"
[[oidc.corp.rights]]
group = "sec"
role = "analyst"
tenants = ["acme"]
"""


def wrong_until_locked(appliance, name):
    """Shows wrong codes until the account's second factors are locked."""
    person = Person(appliance, name)
    assert person.sign_in() == 201
    for _ in range(2):
        status, _, sent = person.ask("POST", "/v1/session/challenges", {"factor": "totp"})
        assert status == 201, sent
        for _ in range(5):
            person.ask("POST", f"/v1/session/challenges/{sent['id']}", {"code": "000000"})


class Portal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = cls.enterClassContext(Appliance())
        address = f"http://localhost:{cls.appliance.port}"
        provider = RealProvider(redirect_uris=[f"{address}/v1/oidc/corp/callback"], backchannel_logout_uri=f"{address}/v1/oidc/corp/back-channel-logout")
        cls.addClassCleanup(provider.close)
        secret = cls.appliance.folder / "keys" / "oidc-corp.secret"
        secret.write_text("secret-of-basic\n")
        kept_logs.secret("OIDC client secret", "secret-of-basic")
        secret.chmod(0o600)
        settings = cls.appliance.config.read_text().replace("\n[access]\n", f'\n[access]\naddress = "{address}"\n')
        cls.appliance.config.write_text(settings + PROVIDER.format(issuer=provider.issuer))
        cls.witness_itself()
        cls.appliance.add_tenant("acme")
        cls.appliance.add_tenant("globex")
        cls.token = cls.appliance.add_source("shop")
        cls.appliance.add_source("silent-source", tenant="acme")
        cls.appliance.start()
        cls.appliance.wait_known(cls.token)
        now = datetime.datetime.now(datetime.timezone.utc)
        cls.send(life("acme", 1200, now))
        cls.send(life("globex", 30, now, seed=3))
        people = {}
        for name, rights in RIGHTS.items():
            person = invited(cls.appliance, name, *rights)
            # The next code that was not used: the one of the enrolment counts as used.
            people[name] = {"secret": person.secret, "recovery": person.recovery_codes, "step": person.used + 1}
        cls.settings = cls.appliance.folder / "portal.json"
        cls.settings.write_text(json.dumps({
            "port": cls.appliance.port, "password": PASSWORD, "people": people, "token": cls.token, "provider": provider.issuer,
            "invitation": cls.appliance.json("user", "add", "new@example.com", *RIGHTS["auditor@example.com"])["link"]}))
        until(lambda: cls.appliance.hits("acme", "challenge.sent"), "the index has nothing of what was sent")

    @classmethod
    def witness_itself(cls):
        """No witness to rely on, but one to look at."""
        key = cls.appliance.json("witness", "init", "witness.example.com/w1")["vkey"]
        cls.appliance.config.write_text(
            cls.appliance.config.read_text() + '[witness]\nname = "witness.example.com/w1"\nkey = "keys/witness.key"\n' + cls.appliance.run("witness", "logs").stdout +
            f'[[witnesses]]\nname = "alpha"\nvkey = "{key}"\nurl = "http://127.0.0.1:{cls.appliance.port}/witness"\n[cosigning]\nevery_s = 1\n')

    @classmethod
    def send(cls, events):
        for at in range(0, len(events), 500):
            status, answer = cls.appliance.post(cls.token, events[at:at + 500])
            assert status == 200 and answer["rejected"] == 0, answer

    def run_tests(self, name, settings=None):
        environment = dict(os.environ, PORTAL=str(settings or self.settings), TOKEN=self.token)
        done = subprocess.run(["node", "--test", "--test-reporter=tap", str(TESTS / f"{name}.test.mjs")], env=environment, capture_output=True,
                              text=True, timeout=WAIT_S, check=False)
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}")
        self.assertIn("\n# fail 0\n", done.stdout)
        self.assertNotIn("\n# pass 0\n", done.stdout)

    def test_coming_in(self):
        self.run_tests("sign_in")

    def of_its_own(self, tenants, more=""):
        """An appliance of its own, whose clock can be set ahead: (appliance, a source's token, settings for the tests)."""
        appliance = self.enterContext(Appliance())
        settings = appliance.config.read_text().replace("\n[access]\n", f'\n[access]\naddress = "http://localhost:{appliance.port}"\n')
        appliance.config.write_text(settings + more)
        for tenant in tenants:
            appliance.add_tenant(tenant)
        token = appliance.add_source("shop")
        clock, ahead = appliance.folder / "clock.so", appliance.folder / "ahead"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", clock, TESTS / "clock.c"], check=True)
        ahead.write_bytes(bytes(8))
        with mock.patch.dict(os.environ, LD_PRELOAD=str(clock), AHEAD=str(ahead), ASAN_OPTIONS="verify_asan_link_order=0"):
            appliance.start()
        appliance.wait_known(token)
        return appliance, token, {"port": appliance.port, "password": PASSWORD, "people": {}, "token": token, "ahead": str(ahead), "folder": str(appliance.folder),
                                  "countersign": str(BIN / "countersign"), "config": str(appliance.config)}

    @staticmethod
    def invite_all(appliance, settings, everybody):
        """The person who was invited last."""
        for name, rights in everybody.items():
            person = invited(appliance, name, *rights)
            settings["people"][name] = {"secret": person.secret, "recovery": person.recovery_codes, "step": person.used + 1}
        return person

    def for_admin(self):
        """The settings of an appliance of its own: what is administered here would be in the way of others."""
        appliance, token, settings = self.of_its_own(("acme", "globex"))
        appliance.add_source("till", tenant="acme")
        events = life("acme", 60, datetime.datetime.now(datetime.timezone.utc), seed=9)
        status, answer = appliance.post(token, events)
        self.assertEqual((status, answer["rejected"]), (200, 0))
        self.invite_all(appliance, settings, {**RIGHTS, "locked@example.com": RIGHTS["analyst@example.com"]})
        wrong_until_locked(appliance, "locked@example.com")
        path = appliance.folder / "portal.json"
        path.write_text(json.dumps({**settings, "sms": sum(e["type"] == "challenge.verified" and e["challenge"]["factor"] == "sms" for e in events)}))
        until(lambda: appliance.hits("acme", "challenge.sent"), "the index has nothing of what was sent")
        return path

    def test_admin(self):
        self.run_tests("admin", self.for_admin())

    def for_reports(self):
        """A tenant with people of its own, whose controls nobody has tested yet, and of which each report needs a second factor of its own."""
        self.appliance.add_tenant("initech")
        events = life("initech", 400, datetime.datetime.now(datetime.timezone.utc), seed=11)
        until(lambda: self.appliance.post(self.token, events[:1])[1]["rejected"] == 0, "the daemon does not know the tenant")
        self.send(events)
        policy = self.appliance.folder / "initech.json"
        policy.write_text(json.dumps({"access": {"audit_access": {"window_s": 0}}}))
        self.appliance.run("tenant", "policy", "apply", "initech", policy)
        for number in range(56):
            open_finding(self.appliance, "initech", "KEY-ROTATION", f"page {number}", observed=f"found as number {number}")
        open_finding(self.appliance, "initech", "ODD", "user\u202eevil", records=range(40), observed="W" * 180 + " \u202Etxt.exe <b>x</b> \u200b")
        settings = json.loads(self.settings.read_text())
        for name, rights in {"ria@example.com": ["--role", "analyst"], "tess@example.com": ["--role", "auditor", "--from", stamp(-100), "--before", stamp(100)],
                             "nils@example.com": ["--role", "auditor", "--from", stamp(-20), "--before", stamp(1)]}.items():
            person = invited(self.appliance, name, "--tenant", "initech", "--expires", stamp(100), *rights)
            settings["people"][name] = {"secret": person.secret, "recovery": person.recovery_codes, "step": person.used + 1}
        settings["tests"] = str(self.appliance.region_file("standing") / "initech.history.jsonl")
        settings["late"] = sum(e["type"] == "challenge.verified" and e["challenge"]["factor"] in ("sms", "whatsapp", "email") and e["time"] > e["challenge"]["expires_at"]
                               for e in events)
        self.settings.write_text(json.dumps(settings))
        until(lambda: len(self.appliance.system_events("finding.opened")) > 56, "the findings are not opened")

    def test_reports(self):
        self.for_reports()
        self.run_tests("reports")

    def for_evidence(self):
        """A tenant of which nothing is known, and one where each look needs a second factor of its own and full values need a second person."""
        for name in ("blank", "careful"):
            self.appliance.add_tenant(name)
        events = life("careful", 20, datetime.datetime.now(datetime.timezone.utc), seed=5)
        until(lambda: self.appliance.post(self.token, events[:1])[1]["rejected"] == 0, "the daemon does not know the tenant")
        self.send(events)
        policy = self.appliance.folder / "careful.json"
        policy.write_text(json.dumps({"access": {"audit_access": {"four_eyes": True, "window_s": 0}}}))
        self.appliance.run("tenant", "policy", "apply", "careful", policy)
        alarm = self.appliance.folder / "data" / "alarms" / "0123456789abcdef"
        alarm.mkdir(parents=True)
        (alarm / "alarm.json").write_text(json.dumps({"time": "2026-01-31T09:30:00.000000Z", "kind": "rollback", "origin": "log.example.com/eu-1/careful",
                                                      "from": "witness alpha", "what": "more was signed than is here"}))
        signer = self.appliance.folder / "keys" / "signer.pem"
        print_of = subprocess.run(["openssl", "x509", "-in", signer, "-noout", "-fingerprint", "-sha256"], capture_output=True, text=True, check=True)
        settings = json.loads(self.settings.read_text())
        self.settings.write_text(json.dumps({**settings, "countersign": str(BIN / "countersign"), "config": str(self.appliance.config),
                                             "folder": str(self.appliance.folder), "fingerprint": print_of.stdout.strip().split("=")[1]}))

    def test_evidence(self):
        self.for_evidence()
        self.run_tests("overview")
        self.run_tests("evidence")

    def for_procurement(self):
        """The settings of an appliance of its own, with a tenant whose policy a test changes, and an analyst who acts for all."""
        appliance, token, settings = self.of_its_own(("acme", "vendor"), '[trust]\nenabled = true\nvendor = "Example <b>Corp</b>"\ntenant = "vendor"\n')
        status, answer = appliance.post(token, life("vendor", 40, datetime.datetime.now(datetime.timezone.utc), seed=13))
        self.assertEqual((status, answer["rejected"]), (200, 0))
        names = ("admin@example.com", "clerk@example.com", "analyst@example.com", "privacy@example.com", "auditor@example.com")
        person = self.invite_all(appliance, settings, {**{name: RIGHTS[name] for name in names}, "ada@example.com": ["--role", "analyst", "--all-tenants"]})
        # A control that is first tested later would change what answers go by.
        facts = lambda: (person.ask("GET", "/v1/answers/facts?tenant=vendor")[2] or {}).get("facts", {})
        state = lambda control: facts().get(f"control.{control}.state", {}).get("value")
        until(lambda: person.ask("POST", "/v1/tenants/vendor/controls/run")[0] == 202, "the controls are not tested")
        until(lambda: state("FACTOR-ALLOWED") == "passed" and state("RETENTION-KEPT") == "nothing", "the controls were not tested")
        workbook = appliance.folder / "choices.xlsx"
        self.write_workbook(workbook)
        path = appliance.folder / "portal.json"
        path.write_text(json.dumps({**settings, "workbook": str(workbook), "scripts": hostile_strings.SCRIPT}))
        return path

    @staticmethod
    def write_workbook(path):
        """Two questions whose cells take yes or no alone, and a hidden sheet."""
        book = openpyxl.Workbook()
        sheet = book.active
        for row in (["Question", "Response"], ["Do you allow SMS codes as a second factor?"], ["How long do you keep audit logs?"]):
            sheet.append(row)
        choices = DataValidation(type="list", formula1='"Yes,No"')
        choices.add("B2:B3")
        sheet.add_data_validation(choices)
        hidden = book.create_sheet("Scoring")
        hidden.append(["Question", "Score"])
        hidden.append(["Is this one hidden?", 1])
        hidden.sheet_state = "hidden"
        book.save(path)

    def test_procurement(self):
        settings = self.for_procurement()
        self.run_tests("procurement", settings)
        self.run_tests("procurement_admin", settings)

    def test_events(self):
        self.run_tests("events")

    def for_hostile(self):
        """A tenant whose events hold hostile strings in every field; where a field refuses one, as free attributes alone."""
        self.appliance.add_tenant("hostile")
        when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        heartbeat = {"id": "begin", "time": when, "type": "source.heartbeat", "tenant": "hostile"}
        until(lambda: self.appliance.post(self.token, [heartbeat])[1]["rejected"] == 0, "the daemon does not know the tenant")
        seqs = {}
        for number, text in enumerate(hostile_strings.ALL):
            whole = hostile_strings.event(number, text, "hostile", when)
            _, answer = self.appliance.post(self.token, [whole])
            if answer["appended"] != 1:
                _, answer = self.appliance.post(self.token, [{**heartbeat, "id": f"plain-{number}", "attributes": {"note": text}}])
            if answer["appended"] == 1:
                seqs[text] = answer["results"][0]["receipt"]["seq"]
        self.assertGreater(len(seqs), 0.8 * len(hostile_strings.ALL), "most of the strings are refused, so nothing is shown of them")
        self.assertTrue(set(hostile_strings.SCRIPT) <= set(seqs), "a string was refused")
        settings = json.loads(self.settings.read_text())
        admin = self.appliance.json("operator", "add", "speaker", "--role", "admin", "--all-tenants")["token"]
        findings = []
        for number, text in enumerate(hostile_strings.SCRIPT[:6]):
            open_finding(self.appliance, "hostile", "OTP-LIFETIME", f"item {number}", observed=hostile_strings.cut(text, 200), records=[seqs[text]])
            findings.append(finding_id("hostile", "OTP-LIFETIME", f"item {number}"))
        until(lambda: sum(r["event"]["type"] == "finding.opened" for r in self.appliance.records("_system")) >= len(findings), "the findings are not opened")
        for finding, text in zip(findings, hostile_strings.SCRIPT):
            path = f"/v1/tenants/hostile/findings/{finding}/answer"

            def answered():
                status, _, body = self.appliance.request("POST", path, json.dumps({"text": text}), {"Authorization": f"Bearer {admin}", "Content-Type": "application/json"})
                assert status in (200, 401, 404), body
                return status == 200
            until(answered, "the finding is not known")
        report = self.appliance.folder / "hostile.html"
        until(lambda: self.appliance.run("report", "--tenant", "hostile", "--from", stamp(-2), "--to", stamp(1), "-o", report, check=False).returncode == 0,
              "there is no report")
        shown = [seqs[text] for text in (*hostile_strings.SCRIPT[::3], *hostile_strings.LINES, *hostile_strings.SIGHT[::3]) if text in seqs]
        settings["hostile"] = {"events": len(seqs), "shown": shown, "scripts": hostile_strings.SCRIPT, "findings": findings, "report": str(report),
                               "controls": ["OTP-LIFETIME", "EVIDENCE-COMPLETE", "FACTOR-ALLOWED"]}
        self.settings.write_text(json.dumps(settings))
        return report

    def test_hostile(self):
        report = self.for_hostile()
        self.run_tests("hostile")
        self.assertNotIn("<script>window.owned", report.read_text().replace("&lt;", ""))
        self.assert_no_formula()
        self.assert_log_is_one_of_ours()

    def assert_no_formula(self):
        """No cell of a bundle's table is one that a spreadsheet would reckon with."""
        bundle = self.appliance.folder / "hostile.zip"
        self.appliance.run("export", "hostile", "--from", stamp(-2), "--to", stamp(1), "-o", bundle)
        self.assertEqual(self.appliance.run("verify", bundle, check=False).returncode, 20)
        with zipfile.ZipFile(bundle) as archive:
            table = next(name for name in archive.namelist() if name.endswith("data/events.csv"))
            rows = list(csv.reader(archive.read(table).decode("utf-8-sig").splitlines(keepends=True)))
        self.assertGreater(len(rows), 100)
        cells = [cell for row in rows for cell in row]
        self.assertTrue(any("HYPERLINK" in cell for cell in cells), "the formulas are not in the table, so nothing is shown of them")
        self.assertEqual([cell for cell in cells if cell[:1] in tuple("=+-@\t\r＝＋－＠")], [])

    def assert_log_is_one_of_ours(self):
        """Each line of the daemon's log is a whole entry, without control characters, and none was forged."""
        lines = self.appliance.log_text().split("\n")
        for line in filter(None, lines):
            self.assertIsInstance(json.loads(line), dict)
            self.assertEqual([c for c in line if ord(c) < 32 or 127 <= ord(c) < 160], [])
            self.assertNotIn("forged", line)


if __name__ == "__main__":
    unittest.main()
