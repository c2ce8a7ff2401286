"""A questionnaire's way: a customer's workbook comes in, evidence answers it, a person approves, the same workbook goes back; and what evidence no longer shows is stale within a minute."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
from datetime import datetime, timedelta, timezone
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from appliance import Appliance, until
from person import invited

NOW = datetime.now(timezone.utc)
OCTETS = {"Content_Type": "application/octet-stream"}
ONCE = "Is each one-time password accepted only once?"
OWN = {"topic": "mfa", "title": "Codes are good once", "asks": [ONCE], "claims": [
    {"answer": "yes", "text": "Of {control.OTP-SINGLE-USE.items} passed challenges each was passed once.", "needs": [{"fact": "control.OTP-SINGLE-USE.state", "is": "passed"}]},
    {"answer": "partial", "text": "There were {control.OTP-SINGLE-USE.exceptions} exceptions.", "needs": [{"fact": "control.OTP-SINGLE-USE.state", "is": "failed"}]}]}
SOC2 = "Do you have a current SOC 2 Type II report?"
FIREWALL = "Are firewalls installed in all of your offices?"


def moment(**ago):
    return (NOW - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def event(number, kind, challenge=None, **ago):
    return {"id": f"e{number}", "time": moment(**ago), "type": kind, "tenant": "acme", "actor": {"id": "ana", "email": "ana@example.com", "role": "admin"},
            **({"challenge": {"id": challenge, "purpose": "login", "factor": "totp"}} if challenge else {})}


def workbook():
    """As a customer sends it: a cover, a sheet of questions with choices and colours, and a hidden one."""
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "Cover"
    cover["A1"] = "Please fill in the next sheet."
    sheet = book.create_sheet("Assessment")
    sheet.append(["Example Corp vendor assessment"])
    sheet.merge_cells("A1:E1")
    sheet.append(["Ref", "Question", "Response", "Additional Information", "Weight"])
    for cell in sheet[2]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="203864")
    sheet.append(["", "Authentication"])
    sheet.append(["1.1", ONCE, None, None, 3])
    sheet.append(["1.2", SOC2, None, None, 5])
    sheet.append(["1.3", FIREWALL, None, None, "=E4+E5"])
    choices = DataValidation(type="list", formula1='"Yes,No,N/A"')
    choices.add("C4:C6")
    sheet.add_data_validation(choices)
    for row in (4, 5, 6):
        sheet[f"D{row}"].alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 90
    sheet.column_dimensions["B"].width, sheet.column_dimensions["D"].width = 60, 70
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr = "landscape", 0, PageSetupProperties(fitToPage=True)
    hidden = book.create_sheet("Scoring")
    hidden.append(["Question", "Score"])
    hidden.append(["Is this one hidden?", 1])
    hidden.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Questionnaires(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.addClassCleanup(cls.appliance.__exit__)
        for tenant in ("acme", "globex"):
            cls.appliance.add_tenant(tenant)
        cls.appliance.start()
        cls.source = cls.appliance.add_source("app", tenant="acme")
        cls.appliance.wait_known(cls.source)
        cls.send([event(1, "challenge.sent", "c1", days=2), event(2, "challenge.verified", "c1", days=2)])
        cls.admin = invited(cls.appliance, "admin@example.com", "--role", "admin", "--all-tenants")
        cls.analyst = invited(cls.appliance, "analyst@example.com", "--role", "analyst", "--all-tenants")
        cls.bystander = invited(cls.appliance, "bystander@example.com", "--role", "analyst", "--tenant", "acme")
        until(lambda: cls.admin.ask("POST", "/v1/tenants/acme/controls/run")[0] == 202, "the controls are tested")
        until(lambda: cls.fact("control.OTP-SINGLE-USE.state") == "passed", "the control has passed")

    @classmethod
    def send(cls, events):
        status, answer = cls.appliance.post(cls.source, events)
        assert status == 200, answer

    @classmethod
    def fact(cls, name):
        status, _, got = cls.admin.ask("GET", "/v1/answers/facts?tenant=acme")
        return got["facts"].get(name, {}).get("value") if status == 200 else None

    def asked(self, method, path, body=None, status=200, by=None, **headers):
        got, fields, answer = (by or self.analyst).ask(method, path, body, **headers)
        self.assertEqual(got, status, answer)
        return answer if method != "POST" or "/export" not in path else (fields, answer)

    def add(self, content, file_name, status=201, tenant="acme", **more):
        query = urllib.parse.urlencode({"file_name": file_name, "tenant": tenant, **more})
        return self.asked("POST", f"/v1/questionnaires?{query}", content, status, **OCTETS)

    def questions(self, entry):
        return self.asked("GET", f"/v1/questionnaires/{entry['id']}/questions")["questions"]

    def add_report(self, until_days):
        day = lambda days: (NOW + timedelta(days=days)).strftime("%Y-%m-%d")
        document = self.asked("POST", "/v1/documents", {"kind": "soc2-type2", "title": "SOC 2 Type II report"}, 201, self.admin)
        query = urllib.parse.urlencode({"file_name": "soc2.pdf", "issuer": "Example Auditors LLP", "valid_from": day(-100), "valid_until": day(until_days)})
        content = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
        self.asked("POST", f"/v1/documents/{document['id']}/versions?{query}", content, 201, self.admin, **OCTETS)
        return document["id"], hashlib.sha256(content).hexdigest()

    def test_a_workbook_goes_back_with_answers_that_evidence_shows_and_turns_stale_with_it(self):
        document, hash_of_report = self.add_report(200)
        self.asked("PUT", "/v1/answers/otp-single-use", OWN, by=self.admin)
        original = workbook()
        entry = self.add(original, "Example Corp.xlsx", name="Example Corp")
        self.assertEqual((entry["questions"], entry["form"], entry["sha256"]), (3, "workbook", hashlib.sha256(original).hexdigest()))
        sheets = {sheet["name"]: sheet for sheet in entry["sheets"]}
        self.assertEqual(sheets["Assessment"]["layout"], {"sheet": "Assessment", "header_row": 2, "question": "B", "id": "A", "answer": "C", "comment": "D"})
        self.assertNotIn("layout", sheets["Scoring"])
        self.assertIn("hidden", sheets["Scoring"]["why"])
        self.assertTrue(any("formula" in note for note in entry["notes"]), entry["notes"])
        first, second, third = self.questions(entry)
        self.assertEqual((first["id"], first["section"], first["choices"], first["match"]["answer"]), ("1.1", "Authentication", ["Yes", "No", "N/A"], "otp-single-use"))
        self.assertEqual((first["proposal"]["holds"], first["proposal"]["value"], first["proposal"]["cites"]), (True, "yes", ["control:OTP-SINGLE-USE"]))
        self.assertTrue(first["match"]["candidates"][0]["why"])
        self.assertEqual((second["match"]["answer"], second["proposal"]["value"]), ("soc2-type2", "yes"))
        self.assertIn("Example Auditors LLP", second["proposal"]["text"])
        self.assertNotIn("answer", third["match"], "what evidence cannot show is left to a person")

        path = f"/v1/questionnaires/{entry['id']}"
        self.asked("POST", path + "/export", status=409)
        self.asked("POST", path + "/answers", {"answers": [{"number": 3}]}, 409)
        firewall = {"number": 3, "value": "yes", "text": "In both offices.\nAsk us."}
        approved = self.asked("POST", path + "/answers", {"answers": [{"number": 1}, {"number": 2}, firewall]})
        self.assertEqual((approved["approved"], approved["stale"]), (3, 0))
        fields, answered = self.asked("POST", path + "/export")
        self.assertIn('filename="Example_Corp.xlsx"', fields["Content-Disposition"])
        self.assertNotIn("Countersign-Left-Out", fields)
        self.check_workbook(original, answered, hash_of_report)
        self.assertEqual(self.asked("GET", path + "/file"), original, "the original is as it came")
        exported = self.appliance.system_events("questionnaire.exported")[-1]["action"]
        self.assertIn("sha256=" + hashlib.sha256(answered).hexdigest(), exported["context"])

        self.asked("POST", "/v1/answers/otp-single-use/adoption", {"tenant": "acme", "owner": "the security lead"})
        self.planted(path)
        # A document that is withdrawn.
        self.asked("POST", f"/v1/documents/{document}/versions/1/withdraw", {"reason": "a newer one is to come"}, by=self.admin)
        until(lambda: self.questions(entry)[1]["approved"]["state"] == "stale", "the answer that cites the document is stale", 60)
        self.assertIn("document soc2-type2: valid, and missing now", self.questions(entry)[1]["approved"]["stale"])
        self.asked("POST", path + "/answers/withdraw", {"numbers": [1, 2]})
        _, answered = self.asked("POST", path + "/export")
        self.assertEqual(openpyxl.load_workbook(io.BytesIO(answered))["Assessment"]["C6"].value, "Yes")
        self.asked("DELETE", path, status=204)
        self.asked("GET", path, status=404)

    def check_workbook(self, original, answered, hash_of_report):
        """With openpyxl: what was not answered is as before. With LibreOffice: it opens, and shows the answers."""
        before, after = openpyxl.load_workbook(io.BytesIO(original)), openpyxl.load_workbook(io.BytesIO(answered))
        self.assertEqual(after.sheetnames, before.sheetnames)
        self.assertEqual(after["Scoring"].sheet_state, "hidden")
        sheet, was = after["Assessment"], before["Assessment"]
        self.assertEqual([sheet[f"C{row}"].value for row in (4, 5, 6)], ["Yes", "Yes", "Yes"])
        self.assertIn("control OTP-SINGLE-USE passed", sheet["D4"].value)
        self.assertIn("SHA-256 " + hash_of_report, sheet["D5"].value)
        self.assertEqual(sheet["D6"].value, "In both offices.\nAsk us.")
        self.assertEqual(sheet["E6"].value, "=E4+E5")
        look = lambda cell: [repr(part) for part in (cell.font, cell.fill, cell.border, cell.alignment, cell.number_format)]
        answers = {f"{column}{row}" for column in "CD" for row in (4, 5, 6)}
        for name in before.sheetnames:
            for row in before[name].iter_rows():
                for cell in row:
                    same = after[name][cell.coordinate]
                    self.assertEqual(look(same), look(cell), cell.coordinate)
                    if name != "Assessment" or cell.coordinate not in answers:
                        self.assertEqual(same.value, cell.value, cell.coordinate)
        self.assertEqual(sheet.column_dimensions["B"].width, was.column_dimensions["B"].width)
        self.assertEqual([str(r) for r in sheet.merged_cells.ranges], [str(r) for r in was.merged_cells.ranges])
        self.assertEqual([(str(v.sqref), v.formula1) for v in sheet.data_validations.dataValidation], [("C4:C6", '"Yes,No,N/A"')])
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "answered.xlsx"
            file.write_bytes(answered)
            subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", "--outdir", folder, file],
                           check=True, capture_output=True, timeout=120)
            if "PICTURES" in os.environ:
                subprocess.run(["pdftoppm", "-png", "-r", "70", file.with_suffix(".pdf"), Path(os.environ["PICTURES"]) / "questionnaire"], check=True)
            text = subprocess.run(["pdftotext", "-layout", file.with_suffix(".pdf"), "-"], check=True, capture_output=True, text=True).stdout
        for shown in ("In both offices.", "Ask us.", "control OTP-SINGLE-USE passed", hash_of_report[:16]):
            self.assertIn(shown, text)

    def planted(self, path):
        """A code that passes twice makes the control fail: within a minute the answers that cite it are stale, and nothing goes out."""
        until(lambda: self.appliance.run("--json", "evidence", "facts", "--tenant", "acme", check=False).returncode == 0, "the index has caught up")
        began = time.monotonic()
        self.send([event(5, "challenge.verified", "c1", hours=47)])
        stale = lambda: self.asked("GET", path)["stale"]
        until(lambda: stale() == 1, "the answer is stale", 60)
        adopted = lambda: next(a for a in self.asked("GET", "/v1/answers?tenant=acme")["answers"] if a["id"] == "otp-single-use")["adopted"]
        until(lambda: adopted()["state"] == "stale", "the adopted answer is stale", 60)
        took = time.monotonic() - began
        self.assertLess(took, 60)
        print(f"stale after {took:.1f} s", file=sys.stderr, flush=True)
        self.assertIn("control OTP-SINGLE-USE: passed, and failed now", adopted()["stale"])
        told = self.appliance.system_events("answer.stale", 2)
        self.assertEqual({t["action"]["resource"].split("/")[0] for t in told}, {"acme", "questionnaire"})
        refused = self.analyst.ask("POST", path + "/export")
        self.assertEqual((refused[0], "question 1 is stale" in refused[2]["detail"]), (409, True), refused[2])
        self.assertEqual(self.questions({"id": path.rsplit("/", 1)[1]})[0]["proposal"]["value"], "partial", "what is proposed now is what evidence shows")

    def test_json_and_delimited_files_and_columns_that_a_person_chooses(self):
        entry = self.add(json.dumps([{"id": "a", "question": ONCE, "answer": ""}, {"id": "b", "question": FIREWALL}], indent=1), "questions.json")
        self.asked("POST", f"/v1/questionnaires/{entry['id']}/answers", {"answers": [{"number": 2, "value": "no", "text": "There are none."}]})
        _, answered = self.asked("POST", f"/v1/questionnaires/{entry['id']}/export")
        answered = answered if isinstance(answered, list) else json.loads(answered)
        self.assertEqual(answered[1], {"id": "b", "question": FIREWALL, "answer": "No", "comment": "There are none."})
        self.assertEqual(answered[0]["answer"], "")

        content = f"x;y;z\r\none;{ONCE};\r\ntwo;{FIREWALL};\r\n".encode("utf-16")
        entry = self.add(content, "table.csv")
        self.assertEqual((entry["form"], entry["questions"]), ("delimited", 2))
        path = f"/v1/questionnaires/{entry['id']}"
        self.assertEqual(self.asked("GET", path + "/sheet?name=")["rows"][1], ["one", ONCE, ""])
        chosen = {"sheet": "", "header_row": 1, "question": "B", "id": "A", "answer": "C"}
        again = self.asked("PUT", path + "/layouts", {"layouts": [chosen]})
        self.assertEqual(again["chosen"], [chosen])
        self.assertEqual([q["id"] for q in self.questions(entry)], ["one", "two"])
        for wrong in ({"layouts": [{**chosen, "question": "2"}]}, {"layouts": [{**chosen, "answer": "B"}]}, {"layouts": [{**chosen, "sheet": "none"}]}, {"layouts": 7}):
            self.asked("PUT", path + "/layouts", wrong, 422)

    def test_bad_files_are_refused_with_the_reason(self):
        self.assertIn("macros", self.add(macros(), "macros.xlsx", 422)["detail"])
        self.assertIn(".xls", self.add(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000), "old.xls", 422)["detail"])
        for content in (b"", b"PK\x03\x04 broken", b"%PDF-1.7", b"[]", b"{", bytes(range(256))):
            self.assertIn(self.analyst.ask("POST", "/v1/questionnaires?file_name=x&tenant=acme", content, **OCTETS)[0], (400, 422), content)
        for query in ("file_name=x", "tenant=acme", "file_name=a%2Fb&tenant=acme", "file_name=x&tenant=acme&more=1", "file_name=x&file_name=y&tenant=acme"):
            self.assertEqual(self.analyst.ask("POST", f"/v1/questionnaires?{query}", b"Question,Answer\nIs it?,\n", **OCTETS)[0], 422, query)
        self.assertEqual(self.analyst.ask("POST", "/v1/questionnaires?file_name=x&tenant=nowhere", b"Question,Answer\nIs it?,\n", **OCTETS)[0], 404)

    def test_who_may_not(self):
        for path in ("/v1/questionnaires", "/v1/answers?tenant=acme", "/v1/answers/facts?tenant=acme"):
            self.assertEqual(self.bystander.ask("GET", path)[0], 403, path)
            self.assertEqual(self.appliance.request("GET", path)[0], 401, path)
        own = {"topic": "mfa", "title": "Badges", "asks": ["Who has a purple badge?"], "claims": [{"answer": "text", "text": "All.", "needs": [{"fact": "figure.region", "is": "eu-1"}]}]}
        self.asked("PUT", "/v1/answers/own-badge", own, 403)
        self.asked("PUT", "/v1/answers/own-badge", own, by=self.admin)
        listed = {a["id"]: a for a in self.asked("GET", "/v1/answers?tenant=acme")["answers"]}
        self.assertEqual((listed["own-badge"]["own"], listed["own-badge"]["proposal"]["text"], listed["mfa-privileged"]["own"]), (True, "All.", False))
        self.assertEqual(self.admin.ask("PUT", "/v1/answers/own-badge", {**own, "claims": [{"answer": "yes", "text": "{control.NONE.items}", "needs": []}]})[0], 422)
        self.asked("POST", "/v1/answers/mfa-privileged/adoption", {"tenant": "globex"}, 409)
        self.asked("DELETE", "/v1/answers/own-badge", status=204, by=self.admin)
        self.asked("DELETE", "/v1/answers/own-badge", status=404, by=self.admin)


def macros():
    """A workbook with macros, called as if it had none."""
    import zipfile
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as was, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in was.infolist():
            archive.writestr(item, was.read(item))
        archive.writestr("xl/vbaProject.bin", b"\xcc\x61" + bytes(100))
    return out.getvalue()


if __name__ == "__main__":
    unittest.main()
