"""The vendor's documents and a questionnaire in a bundle of a tenant of another region: over HTTP and by the command, checked by the command and by the page's program;
and every way to alter them is found by both."""

import hashlib
import io
import json
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import zipfile
from datetime import datetime, timedelta, timezone

import openpyxl

from appliance import records_of, until
from person import invited
from regions_test import with_regions
from verify_page_test import Bag

NOW = datetime.now(timezone.utc)
FROM, TO = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
OCTETS = {"Content_Type": "application/octet-stream"}
PAGE = pathlib.Path(__file__).resolve().parents[2] / "web" / "ui"
MFA = "Is each one-time password accepted only once?"
ASKED = ("Is a second factor needed by administrators?", MFA, "Do you have a current SOC 2 Type II report?")


def day(offset):
    return (NOW + timedelta(days=offset)).strftime("%Y-%m-%d")


def pdf(note):
    return b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n% " + note + b"\ntrailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def workbook():
    book = openpyxl.Workbook()
    book.active.append(["Ref", "Question", "Response", "Comments"])
    for number, question in enumerate(ASKED, 1):
        book.active.append([f"1.{number}", question, None, None])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class VendorBundle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The vendor's home is eu-1, and the tenant's records are in us-1.
        cls.appliance = with_regions("us-1")
        cls.addClassCleanup(cls.appliance.__exit__)
        cls.work = pathlib.Path(tempfile.mkdtemp(dir=cls.appliance.folder))
        cls.keys = cls.appliance.folder / "keys"
        cls.appliance.run("tenant", "add", "acme", "--region", "us-1")
        cls.appliance.run("tenant", "add", "globex", "--region", "eu-1")
        cls.appliance.start()
        source = cls.appliance.add_source("app", tenant="acme")
        cls.appliance.wait_known(source)
        events = [{"id": f"e{n}", "time": (NOW - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ"), "type": kind, "tenant": "acme",
                   "actor": {"id": "ana", "email": "ana@example.com", "role": "admin"}, "challenge": {"id": "c1", "purpose": "login", "factor": "totp"}}
                  for n, kind in enumerate(("challenge.sent", "challenge.verified"))]
        assert cls.appliance.post(source, events)[0] == 200
        cls.admin = invited(cls.appliance, "admin@example.com", "--role", "admin", "--all-tenants")
        cls.bystander = invited(cls.appliance, "bystander@example.com", "--role", "analyst", "--tenant", "acme")
        cls.auditor = invited(cls.appliance, "auditor@example.com", "--role", "auditor", "--tenant", "acme", "--from", FROM, "--before", TO, "--expires", "2099-01-01T00:00:00Z")
        shown = subprocess.run(["openssl", "x509", "-in", cls.keys / "signer.pem", "-noout", "-fingerprint", "-sha256"], check=True, capture_output=True, text=True).stdout
        cls.fingerprint = shown.strip().split("=")[1]
        cls.soc2_text, cls.dpa_text = pdf(b"of the auditors"), pdf(b"what we process")
        cls.soc2 = cls.document("soc2-type2", "SOC 2 Type II report", "nda", cls.soc2_text, issuer="Example Auditors LLP", valid_from=day(-100), valid_until=day(200))
        cls.old = cls.document("iso27001", "ISO 27001", "public", pdf(b"of last year"), valid_until=day(-10))
        cls.plans = cls.document("other", "Plans", "internal", pdf(b"nobody's business"))
        (cls.work / "nda.txt").write_text("You tell nobody.\n")
        cls.appliance.run("document", "add", cls.work / "nda.txt", "--kind", "policy", "--nda", "--title", "Non-disclosure agreement")
        until(lambda: cls.admin.ask("POST", "/v1/tenants/acme/controls/run")[0] == 202, "the controls are tested")
        known = lambda: cls.admin.ask("GET", "/v1/answers/facts?tenant=acme")[2].get("facts", {})
        until(lambda: known().get("control.OTP-SINGLE-USE.state", {}).get("value") == "passed", "the control has passed", 60)
        cls.form, cls.original = cls.questionnaire("acme", ask=True)
        cls.check_program = cls.work / "check.mjs"
        cls.bundle_program()

    @classmethod
    def document(cls, kind, title, confidentiality, content, **more):
        status, _, made = cls.admin.ask("POST", "/v1/documents", {"kind": kind, "title": title, "confidentiality": confidentiality})
        assert status == 201, made
        status, _, answer = cls.admin.ask("POST", f"/v1/documents/{made['id']}/versions?" + urllib.parse.urlencode({"file_name": f"{kind}.pdf", **more}), content, **OCTETS)
        assert status == 201, answer
        return made["id"]

    @classmethod
    def questionnaire(cls, tenant, ask=False):
        original = workbook()
        query = urllib.parse.urlencode({"file_name": "Example Corp.xlsx", "tenant": tenant, "name": "Example Corp"})
        status, _, entry = cls.admin.ask("POST", f"/v1/questionnaires?{query}", original, **OCTETS)
        assert status == 201, entry
        if ask:
            path = f"/v1/questionnaires/{entry['id']}/answers"
            for wishes in ([{"number": 1, "value": "yes", "text": "By each of them – always."}, {"number": 2, "value": "no", "text": "Twice."}], [{"number": 3}],
                           [{"number": 2, "value": "yes", "text": "Once.", "cites": ["control:OTP-SINGLE-USE", "document:soc2-type2"]}]):
                status, _, answer = cls.admin.ask("POST", path, {"answers": wishes})
                assert status == 200, answer
        return entry["id"], original

    @classmethod
    def bundle_program(cls):
        """The page's verifier as a program: what the page says of a file, without a browser."""
        source = cls.work / "check.ts"
        source.write_text(f"""import {{ readFileSync }} from 'node:fs';
import {{ verifyBundle }} from '{PAGE}/src/verify/index';
const [file, fingerprint] = process.argv.slice(2) as [string, string];
process.stdout.write(JSON.stringify(await verifyBundle(new Blob([readFileSync(file)]), {{ fingerprint }})));
""")
        built = f"import {{ build }} from 'esbuild'; await build({{ entryPoints: ['{source}'], outfile: '{cls.check_program}', bundle: true, format: 'esm', platform: 'node', " \
                f"target: 'es2022', nodePaths: ['{PAGE}/node_modules'] }});"
        subprocess.run(["node", "--input-type=module", "-e", built], cwd=PAGE, check=True, capture_output=True, timeout=120)

    def compare(self, path):
        """What both verifiers say of a bundle: the same, word for word."""
        wanted = json.loads(self.appliance.run("--json", "verify", path, "--fingerprint", self.fingerprint, check=False).stdout)
        said = json.loads(subprocess.run(["node", "--no-warnings", self.check_program, path, self.fingerprint], check=True, capture_output=True, timeout=120).stdout)
        lines = lambda report: [(one["name"], one["state"], one["sentence"]) for one in report["checks"] if one["name"] != "signature" or one["state"] != "failed"]
        self.assertEqual(lines(said), lines(wanted))
        self.assertEqual((said["verdict"], said["sentence"]), (wanted["verdict"], wanted["sentence"]))
        return wanted

    def export(self, name, *more, check=True, code=0):
        path = self.work / name
        path.unlink(missing_ok=True)
        done = self.appliance.run("export", "acme", "--from", FROM, "--to", TO, "-o", path, *more, check=False)
        self.assertEqual(done.returncode == 0, code == 0, done.stderr)
        return path if code == 0 else done.stderr

    def order(self, by, status, **members):
        got, _, answer = by.ask("POST", "/v1/tenants/acme/bundles", {"from": FROM, "to": TO, "profile": "pseudonymous", **members})
        self.assertEqual(got, status, answer)
        return answer

    def ready(self, by, bundle):
        """Once it is: the bundle, or why it failed."""
        path, found = f"/v1/tenants/acme/bundles/{bundle['id']}", {}

        def done():
            found.update(by.ask("GET", path)[2])
            return found["state"] != "making"
        until(done, "the bundle is not made", 60)
        return found

    def test_what_is_in_it_is_proven_by_the_command_and_by_the_page(self):
        path = self.export("whole.zip", "--document", self.soc2, "--document", f"{self.old}@1", "--questionnaire", self.form, "--report", "all")
        said = self.compare(path)
        self.assertEqual(said["verdict"], "verified", said["sentence"])
        checks = {one["name"]: one for one in said["checks"]}
        for name in ("vendor_records", "documents", "questionnaire", "answers", "cited_controls"):
            self.assertEqual(checks[name]["state"], "passed", checks[name])
        self.assertIn("log.example.com/eu-1/_system", checks["vendor_records"]["sentence"], "the vendor's home, not the tenant's region")
        self.assertIn("Each of the 2 documents is, byte by byte", checks["documents"]["sentence"])
        self.assertIn("1 held by these days, 1 did no longer", checks["documents"]["sentence"])
        bag = Bag(path)
        self.assertEqual(bag.files[f"data/documents/{sha256(self.soc2_text)}.pdf"], self.soc2_text)
        self.assertEqual(bag.files["data/questionnaire/original.xlsx"], self.original)
        stated = json.loads(bag.files["data/questionnaire/questionnaire.json"])
        answered = openpyxl.load_workbook(io.BytesIO(bag.files["data/questionnaire/answered.xlsx"])).active
        self.assertEqual([answered[f"C{row}"].value for row in (2, 3, 4)], ["Yes", "Yes", "Yes"])
        self.assertEqual([one["answer"]["text"] for one in stated["answers"]][:2], ["By each of them – always.", "Once."])
        self.assertEqual(stated["answers"][2]["answer"]["facts"]["document.soc2-type2.sha256"]["value"], sha256(self.soc2_text))
        self.assertEqual([one["approved"]["size"] for one in stated["answers"]], [2, 1, 1], "approved two, one and one at a time")
        self.assertIn("data/vendor/log.vkey", bag.files)
        self.assertEqual(stated["answers"][1]["answer"]["facts"]["control.OTP-SINGLE-USE.state"]["value"], "passed")
        self.assertNotIn(b"nobody's business", b"".join(bag.files.values()))
        self.assertIn("data/documents/", bag.files["README.txt"].decode())
        self.another_report(bag)
        viewed = [one for one in self.appliance_events("document.viewed") if one["action"]["resource"] == f"soc2-type2/{self.soc2}/1"][-1]
        exported = self.tenant_exports()[-1]
        self.assertIn(f"bundle={exported['id']}", viewed["action"]["context"])
        self.assertIn(f", documents=2, questionnaire={self.form}; destination=us-1", exported["action"]["context"])

    def another_report(self, bag):
        """A report of another outcome is no fault of the answers, and is told."""
        report = json.loads(bag.files["data/reports/report.json"])
        [control] = [one for one in report["controls"] if one["id"] == "OTP-SINGLE-USE"]
        self.assertEqual(control["outcome"], "no_exceptions")
        control["outcome"] = "exceptions"
        bag.files["data/reports/report.json"] = json.dumps(report).encode()
        bag.reseal(self.keys)
        bag.pack(self.work / "case.zip")
        said = self.compare(self.work / "case.zip")
        [cited] = [one for one in said["checks"] if one["name"] == "cited_controls"]
        self.assertEqual((said["verdict"], cited["state"]), ("verified", "not_claimed"))
        self.assertIn("OTP-SINGLE-USE (passed in the answers, failed in the report)", cited["sentence"])

    def appliance_events(self, kind):
        found = []
        until(lambda: found.extend(self.appliance.system_events(kind)) or found, f"no {kind}")
        return found

    def tenant_exports(self):
        """In the system log of the tenant's region."""
        time.sleep(2)
        ledger = self.appliance.folder / "data" / "us-1" / "ledger.sqlite"
        return [one["event"] for one in records_of(ledger, "us-1/_system") if one["event"]["type"] == "export.performed"]

    def test_whatever_is_altered_is_found_by_both(self):
        whole = self.export("altered.zip", "--document", self.soc2, "--questionnaire", self.form)
        documents, form, records = "data/documents/documents.json", "data/questionnaire/questionnaire.json", "data/vendor/system.jsonl"
        soc2 = f"data/documents/{sha256(self.soc2_text)}.pdf"
        edit = lambda name, old, new: lambda bag: bag.edit(name, lambda text: text.replace(old, new, 1))
        other = pdf(b"of other auditors")

        def swap(bag):
            bag.files.pop(soc2)
            bag.files[f"data/documents/{sha256(other)}.pdf"] = other
            bag.edit(documents, lambda text: text.replace(sha256(self.soc2_text), sha256(other)).replace(f'"bytes": {len(self.soc2_text)}', f'"bytes": {len(other)}'))

        def without(*names):
            return lambda bag: [bag.files.pop(name) for name in list(bag.files) if name.startswith(names)]
        cases = [
            ("another file", lambda bag: bag.files.update({soc2: other}), "documents", soc2),
            ("another file with a statement that fits", swap, "documents", "is not what was recorded when it was added"),
            ("a longer time", edit(documents, day(200), day(2000)), "documents", "the days between which"),
            ("another title", edit(documents, "SOC 2 Type II report", "SOC 3 report"), "documents", "the title"),
            ("another issuer", edit(documents, "Example Auditors", "Better Auditors"), "documents", "the issuer"),
            ("public", edit(documents, '"nda"', '"public"'), "documents", "confidentiality"),
            ("a word more", edit(documents, "{\n", '{\n  "certified": 1,\n'), "documents", documents),
            ("a document taken out", without(soc2), "documents", soc2),
            ("the list of documents taken out", without(documents), "documents", documents),
            ("all documents taken out", without("data/documents/"), "vendor_records", records),
            ("a document added", lambda bag: bag.files.update({"data/documents/more.pdf": other}), "documents", "data/documents/more.pdf"),
            ("an answer edited", edit(form, "By each of them", "By most of them"), "questionnaire", "went out with these answers"),
            ("an answer spelled anew", edit(form, '"number": 1,', '"number":  1,'), "questionnaire", form),
            ("an answer's path", edit(form, '"index": 0', '"index": 1'), "answers", "question 1"),
            ("a fact at the export", lambda bag: self.edit_fact(bag, form), "questionnaire", "went out with these answers"),
            ("another tenant", edit(form, '"tenant": "acme"', '"tenant": "globex"'), "questionnaire", "another tenant"),
            ("another original", lambda bag: bag.files.update({"data/questionnaire/original.xlsx": b"PK other"}), "questionnaire", "data/questionnaire/original.xlsx"),
            ("another answered file", lambda bag: bag.files.update({"data/questionnaire/answered.xlsx": b"PK other"}), "questionnaire", "data/questionnaire/answered.xlsx"),
            ("the questionnaire taken out", without("data/questionnaire/"), "vendor_records", records),
            ("the answers taken out", without(form), "questionnaire", form),
            ("a record edited", edit(records, '"action":{"name":"add version"', '"action":{"name":"add versiom"'), "vendor_records", "it was altered"),
            ("a record taken out", lambda bag: bag.edit_lines(records, lambda lines: lines[1:]), "vendor_records", records),
            ("all records taken out", without("data/vendor/"), "vendor_records", "data/vendor/system.proofs.json"),
            ("the keys of the vendor's region taken out", without("data/vendor/log.vkey"), "vendor_records", "data/vendor/log.vkey"),
            ("other keys", edit("data/vendor/log.vkey", "eu-1", "us-1"), "vendor_records", ""),
            ("the tenant's keys", lambda bag: bag.files.update({"data/vendor/log.vkey": bag.files["keys/log.vkey"]}), "vendor_records", "another log"),
            ("a file beside the records", lambda bag: bag.files.update({"data/vendor/more": b"more"}), "vendor_records", "data/vendor/more"),
        ]
        for what, change, name, told in cases:
            with self.subTest(what):
                bag = Bag(whole)
                change(bag)
                bag.reseal(self.keys)
                path = self.work / "case.zip"
                bag.pack(path)
                said = self.compare(path)
                self.assertEqual(said["verdict"], "failed")
                failed = [one for one in said["checks"] if one["state"] == "failed"]
                self.assertEqual(failed[0]["name"], name, failed)
                self.assertIn(told, failed[0]["sentence"])
        bag = Bag(whole)
        without("data/documents/", "data/questionnaire/", "data/vendor/")(bag)
        bag.reseal(self.keys)
        bag.pack(self.work / "case.zip")
        self.assertEqual(self.compare(self.work / "case.zip")["verdict"], "verified", "a bundle without any of it says nothing of it")

    def edit_fact(self, bag, form):
        """With the hash of the facts made to fit."""
        text = bag.files[form].decode()
        stated = json.loads(text)
        known = stated["facts"]["known"]
        known["document.soc2-type2.title"]["value"] = "SOC 3"
        spelled = json.dumps({name: known[name] for name in sorted(known)}, separators=(",", ":"), ensure_ascii=False)
        again = json.dumps(known["document.soc2-type2.title"], ensure_ascii=False)
        self.assertIn("SOC 3", again)
        begin, end = text.index('"known": {'), text.index('"answers": [')
        facts = text[begin:end].replace('"SOC 2 Type II report"', '"SOC 3"')
        bag.files[form] = (text[:begin].replace(stated["facts"]["sha256"], sha256(spelled.encode())) + facts + text[end:]).encode()

    def test_over_http_by_who_may(self):
        made = self.ready(self.admin, self.order(self.admin, 202, documents=[self.soc2], questionnaire=self.form))
        self.assertEqual((made["state"], made["documents"], made["questionnaire"]), ("ready", [self.soc2], self.form))
        status, _, content = self.admin.ask("GET", f"/v1/tenants/acme/bundles/{made['id']}/content")
        self.assertEqual(status, 200)
        path = self.work / "http.zip"
        path.write_bytes(content)
        self.assertEqual(self.compare(path)["verdict"], "verified")

        self.assertIn("internal", self.order(self.admin, 403, documents=[self.plans])["detail"])
        self.assertIn("no version of the document", self.order(self.admin, 409, documents=[self.old])["detail"].lower())
        self.assertIn("twice", self.order(self.admin, 422, documents=[self.soc2, f"{self.soc2}@1"])["detail"])
        self.assertIn("at most", self.order(self.admin, 422, documents=[self.soc2] * 101)["detail"])
        self.order(self.admin, 404, documents=["0" * 32])
        self.order(self.admin, 404, documents=[f"{self.soc2}@9"])
        self.order(self.admin, 404, questionnaire="0" * 32)
        for wrong in ({"documents": "all"}, {"documents": [7]}, {"documents": ["../x"]}, {"documents": [f"{self.soc2}@0"]}, {"documents": [f"{self.soc2}@1x"]}, {"questionnaire": "x"},
                      {"questionnaire": 7}):
            self.order(self.admin, 422, **wrong)
        globex, _ = self.questionnaire("globex")
        self.assertIn("another tenant", self.order(self.admin, 409, questionnaire=globex)["detail"])
        self.assertIn("no answer", self.order(self.admin, 409, questionnaire=self.questionnaire("acme")[0])["detail"])

        # An analyst of this tenant is given documents, and no questionnaire, neither his own nor another's bundle of it.
        self.order(self.bystander, 403, questionnaire=self.form)
        self.assertEqual(self.bystander.ask("GET", f"/v1/tenants/acme/bundles/{made['id']}/content")[0], 403)
        self.assertNotIn(made["id"], [one["id"] for one in self.bystander.ask("GET", "/v1/tenants/acme/bundles")[2]["bundles"]])
        self.assertEqual(self.ready(self.bystander, self.order(self.bystander, 202, documents=[self.soc2]))["state"], "ready")

    def test_an_auditor_accepts_the_nda_first(self):
        others = self.ready(self.admin, self.order(self.admin, 202, documents=[self.soc2]))
        content = f"/v1/tenants/acme/bundles/{others['id']}/content"
        refused = self.order(self.auditor, 403, documents=[self.soc2])
        self.assertEqual(refused["type"], "urn:countersign:problem:nda-needed")
        self.assertEqual(self.auditor.ask("GET", content)[0], 403)
        self.assertEqual(self.order(self.auditor, 404, documents=[self.plans])["detail"], "there is no such document")
        self.order(self.auditor, 403, questionnaire=self.form)
        self.assertEqual(self.ready(self.auditor, self.order(self.auditor, 202, documents=[f"{self.old}@1"]))["state"], "ready", "what is public needs no NDA")
        text = self.auditor.ask("GET", "/v1/documents/nda")[2]
        self.assertEqual(self.auditor.ask("POST", "/v1/documents/nda/acceptance", {"sha256": text["sha256"]})[0], 200)
        self.assertEqual(self.ready(self.auditor, self.order(self.auditor, 202, documents=[self.soc2]))["state"], "ready")
        viewed = []

        def recorded():
            viewed[:] = [one for one in self.appliance.system_events("document.viewed") if one["actor"].get("role") == "auditor" and self.soc2 in one["action"]["resource"]]
            return viewed
        until(recorded, "it is not recorded that the auditor was given it")
        self.assertRegex(viewed[-1]["action"]["context"], f"confidentiality=nda nda={text['sha256']} bundle=[0-9a-f]{{32}}$")
        self.assertEqual(self.auditor.ask("GET", content)[0], 200)

    def test_what_was_withdrawn_goes_into_no_further_bundle(self):
        baa = self.document("hipaa-baa", "BAA", "public", self.dpa_text)
        before = self.export("before.zip", "--document", baa)
        status, _, answer = self.admin.ask("POST", f"/v1/documents/{baa}/versions/1/withdraw", {"reason": "the wrong file", "remove_contents": True})
        self.assertEqual(status, 200, answer)
        self.assertEqual(self.compare(before)["verdict"], "verified", "what was handed out verifies as ever")
        self.assertIn("was withdrawn", self.export("after.zip", "--document", f"{baa}@1", code=1))
        self.assertIn("no version of the document", self.export("after.zip", "--document", baa, code=1).lower())
        self.assertIn("was withdrawn", self.order(self.admin, 409, documents=[f"{baa}@1"])["detail"])
        self.assertFalse((self.work / "after.zip").exists())

    def test_a_stale_answer_goes_into_no_bundle(self):
        report = self.document("pci-aoc", "AOC", "public", pdf(b"of an assessor"), valid_until=day(100))
        form, _ = self.questionnaire("acme")
        path = f"/v1/questionnaires/{form}/answers"
        self.assertEqual(self.admin.ask("POST", path, {"answers": [{"number": 1, "value": "yes", "text": "See there.", "cites": ["document:pci-aoc"]}]})[0], 200)
        self.assertEqual(self.compare(self.export("cited.zip", "--questionnaire", form))["verdict"], "verified")
        self.assertEqual(self.admin.ask("POST", f"/v1/documents/{report}/versions/1/withdraw", {"reason": "another one"})[0], 200)
        self.assertIn("stale", self.export("stale.zip", "--questionnaire", form, code=1))

    def test_it_verifies_after_keys_were_rotated(self):
        for key in ("log", "clock"):
            self.appliance.run("key", "rotate", key)
        path = self.export("rotated.zip", "--document", self.soc2)
        self.assertIn("data/vendor/rotations/2", Bag(path).files)
        self.assertEqual(self.compare(path)["verdict"], "verified")
        bag = Bag(path)
        del bag.files["data/vendor/rotations/2"]
        bag.reseal(self.keys)
        bag.pack(self.work / "case.zip")
        self.assertEqual(self.compare(self.work / "case.zip")["verdict"], "failed")

    def test_records_of_another_appliance_prove_nothing(self):
        """Its log has the same name, and its own keys."""
        other = with_regions("us-1")
        self.addCleanup(other.__exit__)
        other.run("tenant", "add", "acme", "--region", "us-1")
        other.start()
        file = self.work / "forged.pdf"
        file.write_bytes(pdf(b"of nobody"))
        document = other.json("document", "add", file, "--kind", "soc2-type2", "--title", "SOC 2", "--confidentiality", "public")
        other.run("export", "acme", "--from", FROM, "--to", TO, "-o", self.work / "other.zip", "--document", document["id"])
        bag = Bag(self.export("own.zip"))
        bag.files.update({name: content for name, content in Bag(self.work / "other.zip").files.items() if name.startswith(("data/vendor/", "data/documents/"))})
        bag.reseal(self.keys)
        bag.pack(self.work / "case.zip")
        said = self.compare(self.work / "case.zip")
        [failed] = [one for one in said["checks"] if one["state"] == "failed"]
        self.assertEqual(failed["name"], "vendor_records")
        self.assertEqual(failed["sentence"], "the checkpoint of log.example.com/eu-1/_system is not signed by keys of the tenant's log: it is of another appliance")

    def test_a_bundle_has_its_limits(self):
        database = sqlite3.connect(self.appliance.folder / "data" / "eu-1" / "documents" / "documents.sqlite", isolation_level=None)
        self.addCleanup(database.close)
        large = self.document("insurance", "Policy", "public", pdf(b"of an insurer"))
        database.execute("UPDATE versions SET bytes=? WHERE document=?", ((512 << 20) + 1, large))
        self.assertIn("a bundle takes 536870912", self.order(self.admin, 422, documents=[large])["detail"])
        self.assertIn("a bundle takes 536870912", self.export("large.zip", "--document", large, code=1))
        # The room that events need, where a setting can ask for more than there is.
        most = 10 ** 12
        if shutil.disk_usage(self.work).free > most:
            return
        text = self.appliance.config.read_text()
        reserve = re.compile(r"^#? *disk_reserve_bytes = \d+", re.M)
        self.assertRegex(text, reserve)
        try:
            self.appliance.config.write_text(reserve.sub(f"disk_reserve_bytes = {most}", text))
            self.assertIn("there is no room for the documents", self.export("full.zip", "--document", self.soc2, code=1))
        finally:
            self.appliance.config.write_text(text)
        self.export("room.zip", "--document", self.soc2)

    def test_without_the_daemon_nothing_is_promised(self):
        """Records that nobody writes prove nothing."""
        self.assertEqual(self.appliance.stop(), 0)
        try:
            said = self.export("asleep.zip", "--questionnaire", self.form, code=1)
            self.assertIn("while the daemon runs", said)
            self.assertFalse((self.work / "asleep.zip").exists())
        finally:
            self.appliance.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
