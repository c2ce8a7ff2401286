"""Reports: made by the command and into bundles, recomputed far from the appliance, and named wrong when a figure, a control or the page was changed."""

import datetime
import hashlib
import json
import os
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from appliance import BIN, Appliance, until

NOW = datetime.datetime.now(datetime.timezone.utc)


def moment(**ago):
    return (NOW - datetime.timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


FROM, TO = moment(days=1), moment(days=-1)


def event(number, time, kind, **members):
    return {"id": f"e{number}", "time": time, "type": kind, "tenant": "acme", **members}


def challenge(identity, purpose="admin_action", factor="sms", **more):
    return {"id": identity, "purpose": purpose, "factor": factor, **more}


# The appliance is told of all of it at once, so what was before the first record is known of none but those of the log's begin: the
# actions lie behind the window after it. The controls go by when things happened.
EVENTS = [
    event(0, moment(minutes=1), "challenge.sent", actor={"id": "ana", "phone": "+14155550100"}, challenge=challenge("c1", provider="twilio"),
          device={"fingerprint": "d1", "country": "DE"}, cost={"amount": "0.0075", "currency": "USD"}),
    event(1, moment(seconds=50), "challenge.verified", actor={"id": "ana"}, challenge=challenge("c1"), device={"fingerprint": "d1"}),
    # Passed too late, with another device that several share.
    event(2, moment(minutes=40), "challenge.sent", actor={"id": "eve", "phone": "+14155550101"}, challenge=challenge("c2", "login"),
          device={"fingerprint": "d3"}),
    event(3, moment(minutes=20), "challenge.verified", actor={"id": "eve"}, challenge=challenge("c2", "login"), device={"fingerprint": "d3"}),
    # Names no device.
    event(4, moment(minutes=5), "challenge.failed", actor={"id": "eve"}, challenge=challenge("c3", "login"), outcome={"reason": "wrong code"}),
]

CONTROL = """kind = "control"
id = "MINE"
title = "Mine"
objective = "Mine."
procedure = "Inspected mine."
unit = "events"
frequency = "each"
severity = "low"
[criteria]
soc2 = ["CC6.1"]
"""


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.addClassCleanup(cls.appliance.__exit__, None, None, None)
        cls.appliance.start()
        cls.appliance.add_tenant("acme")
        cls.token = cls.appliance.add_source("shop", tenant="acme")
        cls.appliance.wait_known(cls.token)
        status, answer = cls.appliance.post(cls.token, EVENTS)
        assert status == 200, (status, answer)
        # Where no sequence of records is missing, the index has all of them, and a checkpoint covers them.
        until(lambda: len(cls.appliance.hits("acme", "source:shop")) == len(EVENTS), "the events are not indexed")
        until(lambda: cls.ready(), "no report can be made")
        cls.folder = Path(tempfile.mkdtemp(dir=cls.appliance.folder))
        cls.bundle = cls.folder / "acme.zip"
        cls.appliance.run("export", "acme", "--from", FROM, "--to", TO, "-o", cls.bundle, "--report", "CC6.1,CC7.2")

    @classmethod
    def ready(cls):
        done = cls.appliance.run("--json", "report", "--tenant", "acme", "--from", FROM, "--to", TO, check=False)
        return done.returncode == 0

    def report(self, *options, tenant="acme", start=FROM, end=TO, check=True):
        return self.appliance.run("report", "--tenant", tenant, "--from", start, "--to", end, *options, check=check)

    def made(self, name, *options):
        self.report("-o", self.folder / name, *options)
        return (self.folder / name).read_bytes()

    def test_finds_what_is_there_and_says_what_it_could_not_test(self):
        said = self.report("--criteria", "CC6.1,CC7.2").stdout
        self.assertRegex(said, r"OTP-LIFETIME +Exception noted: 1 of 2 passed challenges")
        self.assertRegex(said, r"EVIDENCE-COMPLETE +Exception noted: 1 of 5 challenges and outcomes")
        self.assertIn("The period begins before the records do", said)
        self.assertIn("The period ends after the records do", said)
        self.assertRegex(said, r"\d+ of \d+ controls had nothing to test")

    def test_is_the_same_byte_for_byte_from_the_same_records(self):
        self.assertEqual(self.made("a.json"), self.made("b.json"))
        report = json.loads(self.made("c.json"))
        self.assertEqual(report["format"], "countersign-report/1")
        self.assertEqual(report["records"]["events"], len(EVENTS))

    def test_comes_as_a_page_a_pdf_and_oscal(self):
        page = self.made("r.html").decode()
        self.assertIn("OTP-LIFETIME", page)
        self.assertNotIn("<script", page)
        self.assertTrue(self.made("r.pdf").startswith(b"%PDF-"))
        self.assertEqual(json.loads(self.made("r.oscal.json"))["assessment-results"]["metadata"]["oscal-version"], "1.2.1")
        older = json.loads(self.made("s.oscal.json", "--oscal-version", "1.1.2"))
        self.assertEqual(older["assessment-results"]["metadata"]["oscal-version"], "1.1.2")

    def test_is_recorded_in_the_system_log(self):
        self.report()
        said = self.appliance.system_events("report.performed")[-1]["action"]
        self.assertEqual(said["resource"], "acme")
        self.assertRegex(said["context"], "sha256=[0-9a-f]{64}")

    def test_arranges_the_same_evidence_by_each_framework(self):
        for framework, clause in (("hipaa", "164.312(d)"), ("pci_dss", "8.3.4"), ("gdpr", "Art. 32(1)(b)"), ("iso_27001", "A.8.5"),
                                  ("nist_800_53", "AU-3"), ("nist_800_63b", "3.2.2")):
            report = json.loads(self.made("f.json", "--framework", framework))
            self.assertIn(clause, [one["id"] for one in report["clauses"]], framework)
        done = self.report("--framework", "pci_dss", "--criteria", "99.9", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no control supports '99.9' of PCI DSS 4.0.1; known are", done.stderr)

    def test_prints_sql_that_gives_the_same_figures_in_the_sqlite3_shell(self):
        queries = self.folder / "queries"
        report = json.loads(self.made("q.json", "--queries", queries))
        index = self.appliance.region_file("index.sqlite")
        tested = 0

        def rows(name):
            script = (queries / "workspace.sql").read_text() + ".mode json\n" + (queries / f"{name}.sql").read_text()
            done = subprocess.run(["sqlite3", "-readonly", "-bail", index], input=script, capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)
            return json.loads(done.stdout) if done.stdout.strip() else []
        for control in report["controls"]:
            population = rows(control["id"] + ".population")
            items = sorted((row["item"] for row in population))
            self.assertEqual(len(items), control["population"]["count"], control["id"])
            text = "".join(f"{item}\n" for item in items)
            self.assertEqual(hashlib.sha256(text.encode()).hexdigest(), control["population"]["sha256"], control["id"])
            exceptions = rows(control["id"] + ".exceptions")
            self.assertEqual(sorted(row["item"] for row in exceptions), [one["item"] for one in control["exceptions"]["list"]], control["id"])
            self.assertEqual({str(row["observed"]) for row in exceptions}, {one["observed"] for one in control["exceptions"]["list"]})
            tested += len(items)
        for table in report["tables"]:
            self.assertEqual([list(row.values()) for row in rows(table["id"])], table["rows"], table["id"])
        self.assertGreater(tested, 10)

    def test_draws_samples_that_anybody_draws_again(self):
        report = json.loads(self.made("s.json", "--sample", "EVIDENCE-COMPLETE=random:3", "--seed", "2026-q1"))
        (sample,) = report["samples"]
        items = [0, 1, 2, 3, 4]
        keys = sorted((hashlib.sha256(f"2026-q1:{item}".encode()).hexdigest(), item) for item in items)[:3]
        self.assertEqual([(pick["key"], pick["item"]) for pick in sample["picks"]], keys)
        self.assertIn("needs a seed", self.report("--sample", "random:3", check=False).stderr)

    def test_of_a_period_without_events_says_so_first(self):
        said = self.report(start=moment(days=60), end=moment(days=30)).stdout
        self.assertTrue(said.startswith("Note: No event in the period: nothing was tested"), said)

    def test_refuses_what_cannot_be_reported(self):
        for options, code, words in (
                ({"start": TO, "end": FROM}, 2, "the period ends before it begins"),
                ({"tenant": "nobody"}, 3, ""),
                ({"start": "yesterday"}, 2, "RFC 3339")):
            done = self.report(**options, check=False)
            self.assertNotEqual(done.returncode, 0, options)
            self.assertIn(words, done.stderr)
        done = self.report("-o", self.folder / "r.doc", check=False)
        self.assertIn("does not tell the format", done.stderr)
        done = self.appliance.run("export", "acme", "--from", FROM, "--to", TO, "-o", self.folder / "f.zip", "--report", "all", "--filter",
                                  "type=challenge.sent", check=False)
        self.assertIn("a report is made of all records of the period", done.stderr)
        self.assertFalse((self.folder / "f.zip").exists())

    def test_refuses_controls_that_write_or_have_no_end_with_file_and_line(self):
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        (folder / "mine.toml").write_text(CONTROL)
        good = "SELECT seq AS item, seq AS records, 'x' AS observed FROM evidence WHERE in_period AND type = 'challenge.failed'\n"
        for bad, words in (("DELETE FROM evidence\n", "mine.sql:5: it is not a SELECT alone: DELETE"),
                           ("ATTACH 'x' AS y\n", "mine.sql:5: it is not a SELECT alone: ATTACH"),
                           ("PRAGMA query_only = 0\n", "mine.sql:5: it is not a SELECT alone: PRAGMA"),
                           ("SELECT seq AS item, seq AS records, 'x' AS observed\nFROM evidnce\n", "mine.sql:6: SQL error: no such table: evidnce"),
                           ("SELECT a.seq AS item, a.seq AS records, 'x' AS observed FROM evidence a, evidence b\n", "mine.sql:5: it is unbounded"),
                           (good.replace("in_period AND type = 'challenge.failed'", "seq < 4"), "is not of the population")):
            (folder / "mine.sql").write_text("-- population\nSELECT seq AS item FROM evidence WHERE in_period AND type LIKE '%failed'\n\n-- exceptions\n" + bad)
            done = self.report("--controls", folder, check=False)
            self.assertEqual(done.returncode, 2, bad)
            self.assertIn(words, done.stderr)
        (folder / "mine.sql").write_text("-- population\nSELECT seq AS item FROM evidence WHERE in_period AND type LIKE '%failed'\n\n-- exceptions\n" + good)
        self.assertRegex(self.report("--controls", folder).stdout, r"MINE +Exception noted: 1 of 1 events")

    def verify(self, bundle, *options):
        environment = {name: value for name, value in os.environ.items() if name != "COUNTERSIGN_CONFIG"}
        return subprocess.run([BIN / "countersign", "verify", bundle, *options], capture_output=True, text=True, check=False, env=environment)

    def test_in_a_bundle_is_made_again_far_from_the_appliance(self):
        with zipfile.ZipFile(self.bundle) as bundle:
            names = {name.partition("/")[2] for name in bundle.namelist()}
        self.assertLessEqual({"data/reports/report.json", "data/reports/report.html", "data/reports/report.pdf", "data/reports/oscal.json",
                              "data/reports/system.jsonl", "data/controls/step-up-missing.sql"}, names)
        done = self.verify(self.bundle, "--recompute")
        self.assertEqual(done.returncode, 20, done.stdout)
        self.assertIn("Every figure of the report was made again from the records", done.stdout)
        self.assertIn("The controls are those that this program has", done.stdout)
        self.assertIn("ask for it with --recompute", self.verify(self.bundle).stdout)

    def altered(self, change):
        """The bundle with files changed by somebody who holds the signing key."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        with zipfile.ZipFile(self.bundle) as bundle:
            bundle.extractall(folder)
        (top,) = folder.iterdir()
        change(top)
        files = sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file())
        listed = lambda names: "".join(f"{hashlib.sha256((top / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
        payload = [name for name in files if name.startswith("data/")]
        info = (top / "bag-info.txt").read_text().splitlines()
        oxum = f"Payload-Oxum: {sum((top / name).stat().st_size for name in payload)}.{len(payload)}"
        (top / "bag-info.txt").write_text("".join((oxum if line.startswith("Payload-Oxum") else line) + "\n" for line in info))
        (top / "manifest-sha256.txt").write_text(listed(payload))
        (top / "tagmanifest-sha256.txt").write_text(listed(
            [name for name in files if not name.startswith(("data/", "tagmanifest-sha256.txt"))]))
        keys = self.appliance.folder / "keys"
        subprocess.run(["openssl", "cms", "-sign", "-binary", "-cades", "-md", "sha256", "-in", top / "tagmanifest-sha256.txt", "-signer",
                        keys / "signer.pem", "-inkey", keys / "signer.key", "-outform", "DER", "-out", top / "tagmanifest-sha256.txt.p7s"],
                       check=True, capture_output=True)
        return top

    def replaced(self, name, old, new):
        def change(top):
            text = (top / name).read_text()
            self.assertIn(old, text)
            (top / name).write_text(text.replace(old, new, 1))
        return self.altered(change)

    def test_whose_files_are_signed_again_as_they_are_still_follows_from_the_records(self):
        done = self.verify(self.altered(lambda top: None), "--recompute")
        self.assertEqual(done.returncode, 20, done.stdout)

    def test_names_the_figure_that_was_changed(self):
        path = "data/reports/report.json"

        def fewer(top):
            report = json.loads((top / path).read_text())
            control = next(one for one in report["controls"] if one["id"] == "OTP-LIFETIME")
            control["exceptions"]["count"] = 0
            (top / path).write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
        done = self.verify(self.altered(fewer), "--recompute")
        self.assertEqual(done.returncode, 9, done.stdout)
        self.assertIn("controls/OTP-LIFETIME/exceptions/count is 0 in the report and 1 by the records", done.stdout)

    def test_notices_a_page_that_says_something_else(self):
        done = self.verify(self.replaced("data/reports/report.html", "Exception noted", "No exceptions noted"), "--recompute")
        self.assertEqual(done.returncode, 9, done.stdout)
        self.assertIn("report.html is not what data/reports/report.json says", done.stdout)
        done = self.verify(self.replaced("data/reports/oscal.json", "not-satisfied", "satisfied"), "--recompute")
        self.assertEqual(done.returncode, 9, done.stdout)
        self.assertIn("oscal.json is not what data/reports/report.json says", done.stdout)

    def test_notices_a_control_that_was_changed(self):
        done = self.verify(self.replaced("data/controls/otp-lifetime.toml", "default = 600", "default = 6000"), "--recompute")
        self.assertEqual(done.returncode, 9, done.stdout)
        self.assertIn("controls/OTP-LIFETIME/", done.stdout)

    def test_notices_a_report_that_was_taken_out(self):
        done = self.verify(self.altered(lambda top: (top / "data/reports/report.json").unlink()), "--recompute")
        self.assertEqual(done.returncode, 9)
        self.assertIn("data/reports/report.json is missing", done.stdout)

    def test_a_bundle_without_a_report_has_none_to_recompute(self):
        bundle = self.folder / "bare.zip"
        self.appliance.run("export", "acme", "--from", FROM, "--to", TO, "-o", bundle)
        self.assertEqual(self.verify(bundle).returncode, 20)
        done = self.verify(bundle, "--recompute")
        self.assertEqual(done.returncode, 9)
        self.assertIn("There is no report in the bundle to recompute", done.stdout)


if __name__ == "__main__":
    unittest.main()
