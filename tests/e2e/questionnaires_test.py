"""A questionnaire's way: a customer's workbook comes in, evidence answers it, a person approves, the same workbook goes back; and what evidence no longer shows is stale within a minute."""

import email
import email.policy
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

import kept_logs
from appliance import Appliance, until
from notify_receivers import MailServer, SyslogListener, certificate
from person import invited

NOW = datetime.now(timezone.utc)
MAIL_PASSWORD = "amber fern nine"
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
        cls.tell_owners()
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
    def tell_owners(cls):
        """A mail server and a syslog receiver that are told of answers; the latter of those of globex only."""
        cert, key = certificate(cls.appliance.folder, "mail")
        cls.mail, cls.syslog, cls.others = MailServer("countersign", MAIL_PASSWORD, (cert, key)), SyslogListener(), SyslogListener()
        for receiver in (cls.mail, cls.syslog, cls.others):
            cls.addClassCleanup(receiver.stop)
        kept_logs.secret("mail password", MAIL_PASSWORD)
        password = cls.appliance.folder / "keys" / "mail.secret"
        password.write_text(MAIL_PASSWORD + "\n")
        password.chmod(0o600)
        settings = [{"name": "owners", "kind": "email", "server": f"localhost:{cls.mail.port}", "user": "countersign", "password": "keys/mail.secret",
                     "from": "countersign@example.com", "to": ["compliance@example.com"], "ca_file": str(cert)},
                    {"name": "siem", "kind": "syslog", "address": f"tcp://127.0.0.1:{cls.syslog.port}"},
                    {"name": "globex", "kind": "syslog", "address": f"tcp://127.0.0.1:{cls.others.port}", "tenants": ["globex"]}]
        with open(cls.appliance.config, "a", encoding="utf-8") as config:
            for each in settings:
                config.write('\n[[notify]]\nevents = ["answers"]\n' + "".join(f"{name} = {json.dumps(value)}\n" for name, value in each.items()))

    def mails(self, subject):
        """Those of a subject: to whom, and what."""
        read = [(each["to"], email.message_from_string(each["text"], policy=email.policy.default)) for each in self.mail.received]
        return [(to, mail) for to, mail in read if mail["Subject"] == subject]

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
        self.told(path.rsplit("/", 1)[1], began)
        told = self.appliance.system_events("answer.stale", 2)
        self.assertEqual({t["action"]["resource"].split("/")[0] for t in told}, {"acme", "questionnaire"})
        refused = self.analyst.ask("POST", path + "/export")
        self.assertEqual((refused[0], "question 1 is stale" in refused[2]["detail"]), (409, True), refused[2])
        self.assertEqual(self.questions({"id": path.rsplit("/", 1)[1]})[0]["proposal"]["value"], "partial", "what is proposed now is what evidence shows")

    def told(self, questionnaire, began):
        """Who has approved an answer is told by mail; where the owner is no account it is who the settings name."""
        of_question, adopted = "[Countersign] stale: question 1 of a questionnaire", "[Countersign] stale: answer otp-single-use of acme"
        until(lambda: self.mails(of_question) and self.mails(adopted), "the owners have their mail", 60)
        self.assertLess(time.monotonic() - began, 60)
        [(to, mail)], [(others, other)] = self.mails(of_question), self.mails(adopted)
        self.assertEqual((to, mail["To"]), (["analyst@example.com"], "analyst@example.com"))
        for said in ("Changed    control OTP-SINGLE-USE: passed, and failed now", "Tenant     acme", "Questions  1\r\n", f"Id         {questionnaire}\r\n"):
            self.assertIn(said, mail.get_content())
        self.assertNotIn("Example Corp", mail.as_string(), "who asks is confidential")
        self.assertEqual(others, ["compliance@example.com"])
        self.assertIn("Title      Codes are good once", other.get_content())
        until(lambda: len([m for m in self.syslog.messages if "OTP-SINGLE-USE: passed, and failed now" in m]) == 2, "syslog is told, too")
        line = next(m for m in self.syslog.messages if questionnaire in m)
        self.assertIn('answer.stale [countersign@32473 id="msg_', line)
        self.assertIn(f'tenant="acme" region="eu-1" severity="medium" questionnaire="{questionnaire}" questions="1"', line)
        self.assertEqual(self.others.messages, [], "an answer is of the tenant whose evidence it goes by")

    def test_the_owner_of_an_answer_is_told_while_there_is_an_account(self):
        owner = invited(self.appliance, "owner@example.com", "--role", "analyst", "--all-tenants")
        own = {"topic": "residency", "title": "Where the log is kept", "asks": ["Which shelf is the log on?"], "claims": [
            {"answer": "yes", "text": "On the top one.", "needs": [{"fact": "policy.access.lockout.attempts", "below": "1000000"}]}]}
        subject = lambda state: f"[Countersign] {state}: answer own-shelf of acme"
        policy = self.appliance.folder / "policy.json"

        def attempts(number):
            policy.write_text(json.dumps({"access": {"lockout": {"attempts": number}}}))
            self.appliance.run("tenant", "policy", "apply", "acme", policy)
            until(lambda: self.fact("policy.access.lockout.attempts") == str(number), "the policy is in force")
        attempts(11)
        self.asked("PUT", "/v1/answers/own-shelf", own, by=self.admin)
        self.asked("POST", "/v1/answers/own-shelf/adoption", {"tenant": "acme", "owner": "Owner@example.com"})
        attempts(12)
        until(lambda: self.mails(subject("stale")), "the owner has the mail", 60)
        [(to, mail)] = self.mails(subject("stale"))
        self.assertEqual(to, ["owner@example.com"])
        self.assertIn("Changed    policy access.lockout.attempts: 11, and 12 now", mail.get_content())
        attempts(11)
        until(lambda: self.mails(subject("current")), "and the one that it holds again", 60)
        self.assertEqual(self.mails(subject("current"))[0][0], ["owner@example.com"])
        account = owner.ask("GET", "/v1/session")[2]["account"]["id"]
        self.asked("POST", f"/v1/admin/users/{account}/disable", by=self.admin)
        attempts(12)
        until(lambda: len(self.mails(subject("stale"))) == 2, "somebody is told", 60)
        self.assertEqual(self.mails(subject("stale"))[1][0], ["compliance@example.com"], "who has left gets no mail")
        yesterday = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%d")
        self.asked("POST", "/v1/answers/own-shelf/adoption", {"tenant": "acme", "review_by": yesterday})
        until(lambda: len(self.mails(subject("stale"))) == 3, "whose review was due is stale", 60)
        to, mail = self.mails(subject("stale"))[2]
        self.assertEqual(to, ["analyst@example.com"], "who adopts it is the owner where no other is named")
        self.assertIn(f"Changed    it was to be reviewed by {yesterday}", mail.get_content())
        recorded = [e for e in self.appliance.records("_system") if e["event"]["type"] == "answer.stale"]
        self.assertNotIn("owner@example.com", json.dumps(recorded))
        self.assertNotIn("owner@example.com", self.appliance.log_text())
        self.asked("DELETE", "/v1/answers/own-shelf/adoption?tenant=acme", status=204)
        self.asked("DELETE", "/v1/answers/own-shelf", status=204, by=self.admin)

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
        found = self.asked("PUT", path + "/layouts", {"layouts": []})
        self.assertEqual((found["chosen"], found["sheets"]), ([], entry["sheets"]))
        self.assertEqual([q.get("id") for q in self.questions(entry)], [None, None])

    def test_bad_files_are_refused_with_the_reason(self):
        self.assertIn("macros", self.add(macros(), "macros.xlsx", 422)["detail"])
        self.assertIn(".xls", self.add(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000), "old.xls", 422)["detail"])
        many = self.add(b"Question,Answer\n" + b"Is it?,\n" * 20_001, "many.csv", 422)
        self.assertIn("more than 20000 questions", many["detail"])
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
