"""The vendor's documents: added by curl and by command, refused for what they hold, given to whom they may be, reminded of, and there again after kills and a restore."""

import email
import email.policy
import hashlib
import io
import json
import random
import shutil
import signal
import struct
import subprocess
import tempfile
import threading
import time
import unittest
import zipfile
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import kept_logs
from appliance import BIN, Appliance, until
from notify_receivers import MailServer, certificate
from person import PASSWORD, invited

MAIL_PASSWORD = "correct-horse-battery-staple"
OCTETS = {"Content_Type": "application/octet-stream"}
WORD = "wordprocessingml.document.main+xml"


def pdf(objects=b""):
    return b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n" + objects + b"\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def office(parts=(), main=WORD):
    """An office file as others write it, packed."""
    out = io.BytesIO()
    types = f'<Types><Override PartName="/main.xml" ContentType="application/vnd.openxmlformats-officedocument.{main}"/></Types>'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("[Content_Types].xml", types), ("main.xml", "<document/>"), *parts):
            archive.writestr(name, content)
    return out.getvalue()


def png():
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def day(days):
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y-%m-%d")


class Documents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.addClassCleanup(cls.appliance.__exit__)
        cls.configure()
        cls.appliance.add_tenant("acme")
        cls.appliance.start()
        cls.admin = invited(cls.appliance, "admin@example.com", "--role", "admin", "--all-tenants")
        cls.analyst = invited(cls.appliance, "analyst@example.com", "--role", "analyst", "--tenant", "acme")
        always = ("--from", "2020-01-01T00:00:00Z", "--before", "2099-01-01T00:00:00Z", "--expires", "2099-01-01T00:00:00Z")
        cls.auditor = invited(cls.appliance, "auditor@example.com", "--role", "auditor", "--tenant", "acme", *always)

    @classmethod
    def configure(cls):
        """Small files, and a mail server that takes reminders."""
        cert, key = certificate(cls.appliance.folder, "localhost")
        cls.mail = MailServer("countersign", MAIL_PASSWORD, (cert, key))
        cls.addClassCleanup(cls.mail.stop)
        kept_logs.secret("mail password", MAIL_PASSWORD)
        password = cls.appliance.folder / "keys" / "mail.secret"
        password.write_text(MAIL_PASSWORD + "\n")
        password.chmod(0o600)
        settings = {"name": "owners", "kind": "email", "events": ["documents"], "server": f"localhost:{cls.mail.port}", "user": "countersign",
                    "password": "keys/mail.secret", "from": "countersign@example.com", "to": ["owners@example.com"], "ca_file": str(cert)}
        with open(cls.appliance.config, "a", encoding="utf-8") as config:
            config.write("\n[documents]\nfile_bytes_max = 2000000\n\n[[notify]]\n")
            config.write("".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))

    def add(self, **more):
        status, fields, document = self.admin.ask("POST", "/v1/documents", {"kind": "soc2-type2", "title": "SOC 2 Type II", **more})
        self.assertEqual(status, 201, document)
        self.assertEqual(fields["Location"], f"/v1/documents/{document['id']}")
        return document["id"]

    def send(self, document, content, query="", **more):
        """(status, answer)"""
        status, _, answer = self.admin.ask("POST", f"/v1/documents/{document}/versions{query}", content, **OCTETS, **more)
        return status, answer

    def file(self, person, document, version=1, **more):
        return person.ask("GET", f"/v1/documents/{document}/versions/{version}/file", **more)

    def recorded(self, kind, resource):
        """The events of a type about a document or version, once there are any."""
        found = []

        def look():
            found[:] = [r["event"] for r in self.appliance.records("_system") if r["event"]["type"] == kind and r["event"]["action"]["resource"] == resource]
            return found
        until(look, f"no {kind} of {resource}")
        return found

    def test_curl_adds_a_file_whose_hash_the_ledger_has(self):
        document = self.add(confidentiality="nda")
        path = self.appliance.folder / "SOC 2 Prüfung.pdf"
        path.write_bytes(pdf())
        hashed = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout.split()[0]
        url = f"http://127.0.0.1:{self.appliance.port}/v1/documents/{document}/versions"
        curl = ["curl", "-sS", "-w", "%{stderr}%{http_code}", "-b", f"__Host-countersign={self.admin.cookie}"]
        query = "?file_name=SOC%202%20Pr%C3%BCfung.pdf&issuer=Example%20Auditors&valid_from=" + day(-30) + "&valid_until=" + day(300)
        send = [*curl, "-H", f"X-CSRF-Token: {self.admin.csrf}", "-H", "Content-Type: application/octet-stream", "--data-binary", f"@{path}", url + query]
        done = subprocess.run(send, capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "201", done.stdout)
        version = json.loads(done.stdout)
        self.assertEqual((version["sha256"], version["media_type"], version["version"]), (hashed, "application/pdf", 1))
        [event] = self.recorded("document.added", f"soc2-type2/{document}/1")
        self.assertEqual(event["action"]["context"], f"sha256={hashed} bytes={path.stat().st_size} valid_from={day(-30)} valid_until={day(300)} issuer=Example Auditors")
        self.assertEqual(event["actor"]["role"], "admin")
        self.assertEqual(event["challenge"]["factor"], "totp")
        account = self.admin.ask("GET", "/v1/session")[2]["account"]["id"]
        self.assertNotIn(account, json.dumps(event), "a token stands for who did it, and for the owner")
        # Sent again, as after a broken line, it is there once.
        again = subprocess.run(send, capture_output=True, text=True, check=True)
        self.assertEqual((again.stderr, json.loads(again.stdout)["version"]), ("200", 1))

        got = subprocess.run([*curl, "-D", self.appliance.folder / "fields", f"{url}/1/file"], capture_output=True, check=True).stdout
        self.assertEqual(got, path.read_bytes())
        fields = (self.appliance.folder / "fields").read_text().lower()
        for field in ("content-type: application/pdf\n", "content-disposition: attachment; filename=\"soc_2_pr_fung.pdf\"; filename*=utf-8''soc%202%20pr%c3%bcfung.pdf\n",
                      "x-content-type-options: nosniff\n", "content-security-policy: sandbox; default-src 'none'\n", "cache-control: no-store\n"):
            self.assertIn(field, fields.replace("\r", ""))
        status, fields, part = self.file(self.admin, document, Range="bytes=5-7")
        self.assertEqual((status, part, fields["Content-Range"]), (206, b"1.7", f"bytes 5-7/{path.stat().st_size}"))
        viewed = self.recorded("document.viewed", f"soc2-type2/{document}/1")
        until(lambda: len(self.recorded("document.viewed", f"soc2-type2/{document}/1")) == 2, "each part is recorded")
        self.assertEqual(viewed[0]["action"]["context"], f"sha256={hashed} confidentiality=nda")
        self.assertEqual((viewed[0]["challenge"]["purpose"], viewed[0]["challenge"]["factor"]), ("audit_access", "totp"))
        kept = self.appliance.region_file("documents") / hashed
        self.assertEqual((kept.read_bytes(), kept.stat().st_mode & 0o777), (path.read_bytes(), 0o600))

    def test_every_kind_is_told_by_its_contents(self):
        document = self.add(kind="other")
        for content, name, media_type, called in ((office(), "a.bin", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a.docx"),
                                                  (office(main="spreadsheetml.sheet.main+xml"), "a.docx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "a.xlsx"),
                                                  (png(), "page.html", "image/png", "page.png"), (b"a,b\n", "list.csv", "text/csv", "list.csv"),
                                                  (b"# A\n", "read.md", "text/plain", "read.md"), (b"plain\n", "run.bat", "text/plain", "run.txt")):
            status, answer = self.send(document, content, f"?file_name={name}")
            self.assertEqual((status, answer.get("media_type"), answer.get("file_name")), (201, media_type, called), answer)
        status, fields, _ = self.file(self.admin, document, 4)
        self.assertEqual((status, fields["Content-Type"]), (200, "text/csv; charset=utf-8"))

    def test_what_does_something_is_refused_with_the_reason(self):
        document = self.add(kind="other")
        script = b"<</S/JavaScript/JS(app.alert(1))>>"
        packed = zlib.compress(b"5 0 7 35 " + script)
        refused = [(b"<!DOCTYPE html><script>1</script>", "markup"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "markup"), (b"#!/bin/sh\n", "script"),
                   (b"MZ\x90\0" + bytes(60), "program"), ((BIN / "countersign").read_bytes()[:4096], "program of Linux"), (b"", "empty"),
                   (b"PK\x05\x06" + bytes(18), "no kind"), (b"GIF89a;\0" + pdf(), "before the beginning of the PDF"), (pdf() + b"<html>", "behind it"),
                   (pdf(script), "script"), (pdf(b"2 0 obj\n<</N 1/First 8/Filter/FlateDecode>>\nstream\n" + packed + b"\nendstream\nendobj"), "script"),
                   (pdf(b"<</S/Launch/F(x)>>"), "starts a program"), (pdf(b"<</Type/EmbeddedFile>>"), "file within it"),
                   (office([("word/vbaProject.bin", "x")]), "macros"), (office(main="x" + WORD + "application/vnd.ms-word.document.macroEnabled.main+xml"), "macros"),
                   (office([("word/embeddings/oleObject1.bin", "x")]), "OLE"), (office() + b"x", "two files in one"), (png() + b"PK", "behind the end")]
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as packed_up:
            packed_up.writestr("a.txt", "x")
        refused.append((archive.getvalue(), "archive"))
        for content, why in refused:
            status, answer = self.send(document, content, "?file_name=a.pdf")
            self.assertEqual(status, 422, (content[:40], answer))
            self.assertIn(why, answer["detail"])
        for query, why in (("?valid_untill=2030-01-01", "not known"), ("?valid_until=tomorrow", "valid_until must be a day"), ("?sha256=" + "0" * 64, "SHA-256"),
                           ("?issuer=a&issuer=b", "twice"), ("?valid_from=2030-01-02&valid_until=2030-01-01", "before valid_from"), ("?issuer=" + "x" * 201, "issuer")):
            status, answer = self.send(document, pdf(), query)
            self.assertEqual(status, 422, answer)
            self.assertIn(why, answer["detail"])
        self.assertEqual(self.send(document, b"x" * 2000001)[0], 413)
        self.assertEqual(self.admin.ask("GET", f"/v1/documents/{document}")[2]["versions"], [])
        for wish, why in (({"kind": "letter", "title": "a"}, "kind is one of"), ({"kind": "other"}, "title"), ({"kind": "other", "title": "a", "x": 1}, "not known"),
                          ({"kind": "other", "title": "a", "remind_days": ["30"]}, "remind_days"), ({"kind": "other", "title": "a", "nda": True}, "NDA")):
            status, _, answer = self.admin.ask("POST", "/v1/documents", wish)
            self.assertEqual(status, 422, answer)
            self.assertIn(why, answer["detail"])

    def test_an_auditor_sees_what_is_public_and_behind_the_nda_once_it_is_accepted(self):
        nda = self.add(kind="policy", title="Non-disclosure agreement", nda=True)
        self.assertEqual(self.send(nda, pdf())[0], 422)
        self.assertEqual(self.send(nda, b"You tell nobody.\n")[0], 201)
        documents = {sort: self.add(title=f"A {sort} one", confidentiality=sort, owner="somebody") for sort in ("public", "nda", "internal")}
        for document in documents.values():
            self.assertEqual(self.send(document, b"Said of " + document.encode())[0], 201)
        seen = lambda: {d["id"] for d in self.auditor.ask("GET", "/v1/documents")[2]["documents"]} & set(documents.values())
        self.assertEqual(seen(), {documents["public"]})
        self.assertGreaterEqual(self.auditor.ask("GET", "/v1/documents")[2]["behind_nda"], 1)
        status, _, problem = self.file(self.auditor, documents["nda"])
        self.assertEqual((status, problem["type"]), (403, "urn:countersign:problem:nda-needed"))
        self.assertEqual(self.file(self.auditor, documents["internal"])[0], 404)
        self.assertEqual(self.file(self.analyst, documents["internal"])[0], 200)

        text = self.auditor.ask("GET", "/v1/documents/nda")[2]
        self.assertEqual((text["text"], text["sha256"], "accepted" in text), ("You tell nobody.\n", sha256(b"You tell nobody.\n"), False))
        accept = lambda hashed: self.auditor.ask("POST", "/v1/documents/nda/acceptance", {"sha256": hashed})
        self.assertEqual(accept("0" * 64)[0], 409)
        status, _, answer = accept(text["sha256"])
        self.assertEqual((status, "accepted" in answer), (200, True), answer)
        [event] = self.recorded("nda.accepted", f"policy/{nda}/1")
        self.assertEqual((event["action"]["context"], event["actor"]["role"]), (f"sha256={text['sha256']}", "auditor"))
        self.assertEqual(seen(), {documents["public"], documents["nda"]})
        self.assertEqual(self.file(self.auditor, documents["nda"])[2], b"Said of " + documents["nda"].encode())
        [viewed] = self.recorded("document.viewed", f"soc2-type2/{documents['nda']}/1")
        self.assertTrue(viewed["action"]["context"].endswith(f"confidentiality=nda nda={text['sha256']}"), viewed)
        shown = json.dumps(self.auditor.ask("GET", f"/v1/documents/{documents['nda']}")[2])
        self.assertFalse({"owner", "added_by", "remind_days"} & set(json.loads(shown)), shown)

        # Another text has to be accepted anew.
        self.assertEqual(self.send(nda, b"You tell nobody, ever.\n")[0], 201)
        self.assertEqual((self.file(self.auditor, documents["nda"])[0], seen()), (403, {documents["public"]}))
        self.assertEqual(accept(text["sha256"])[0], 409)
        self.assertEqual(accept(sha256(b"You tell nobody, ever.\n"))[0], 200)
        self.assertEqual(self.file(self.auditor, documents["nda"])[0], 200)

        # What is withdrawn is kept from auditors; what is removed, from everybody.
        path = f"/v1/documents/{documents['nda']}"
        withdraw = lambda **more: self.admin.ask("POST", f"{path}/versions/1/withdraw", {"reason": "the wrong file", **more})
        self.assertEqual(withdraw()[2]["versions"][0]["withdrawn"]["reason"], "the wrong file")
        self.assertEqual((self.file(self.auditor, documents["nda"])[0], self.file(self.analyst, documents["nda"])[0]), (410, 200))
        self.assertEqual(withdraw()[0], 409)
        self.assertEqual(withdraw(remove_contents=True)[0], 200)
        self.assertEqual(self.file(self.analyst, documents["nda"])[0], 410)
        gone = sha256(b"Said of " + documents["nda"].encode())
        self.assertFalse((self.appliance.region_file("documents") / gone).exists())
        until(lambda: len(self.recorded("document.withdrawn", f"soc2-type2/{documents['nda']}/1")) == 2, "each step is recorded")
        self.assertEqual([e["action"]["context"] for e in self.recorded("document.withdrawn", f"soc2-type2/{documents['nda']}/1")],
                         [f"sha256={gone} contents=kept", f"sha256={gone} contents=removed"])
        self.assertEqual(self.admin.ask("GET", path)[2]["versions"][0]["sha256"], gone, "the hash stays")

    def test_a_file_that_was_altered_is_not_given_out(self):
        document = self.add()
        self.assertEqual(self.send(document, b"We attest that all is well.\n")[0], 201)
        kept = self.appliance.region_file("documents") / sha256(b"We attest that all is well.\n")
        kept.write_bytes(b"We attest that all is ill!!\n")
        self.assertEqual(self.file(self.admin, document)[0], 500)
        self.assertIn("not what was added", self.appliance.log_text())

    def test_reminders_are_recorded_once_and_mailed(self):
        document = self.add(title="Pentest für 2026", remind_days=[30, 7])
        self.assertEqual(self.send(document, b"until soon\n", f"?valid_until={day(3)}")[0], 201)
        old = self.add(title="Last year's")
        self.assertEqual(self.send(old, b"until yesterday\n", f"?valid_until={day(-1)}")[0], 201)
        [event] = self.recorded("document.expiring", f"soc2-type2/{document}/1")
        left = (datetime.strptime(day(3), "%Y-%m-%d").date() - datetime.now(timezone.utc).date()).days
        self.assertEqual(event["action"]["context"], f"valid_until={day(3)} remind_days=7 left={left} title=Pentest für 2026")
        self.assertNotIn("actor", event)
        self.recorded("document.expired", f"soc2-type2/{old}/1")
        mails = {}

        def arrived():
            for each in self.mail.received:
                if "text" in each:
                    mail = email.message_from_string(each["text"], policy=email.policy.default)
                    mails[mail["Subject"]] = mail.get_content()
            return len(mails) >= 2
        until(arrived, "the reminders are mailed")
        self.assertEqual(set(mails), {f"[Countersign] document expiring: Pentest für 2026, holds until {day(3)}, {left} days are left",
                                      f"[Countersign] document expired: Last year's, held until {day(-1)}"})
        self.assertIn(document, "".join(mails.values()))
        # Whoever asks again: nothing new.
        self.assertEqual(self.admin.ask("PATCH", f"/v1/documents/{document}", {"remind_days": [30, 7, 5]})[0], 200)
        until(lambda: len(self.recorded("document.expiring", f"soc2-type2/{document}/1")) == 2, "a nearer reminder is due")
        states = {d["id"]: d["state"] for d in self.admin.ask("GET", "/v1/documents")[2]["documents"]}
        self.assertEqual((states[document], states[old]), ("valid", "expired"))
        until(lambda: b'countersign_documents{state="expired"} 1' in self.appliance.request("GET", "/metrics")[2], "the metric")
        self.assertEqual(len(self.recorded("document.expired", f"soc2-type2/{old}/1")), 1)

    def test_a_session_without_a_second_factor_is_given_nothing(self):
        self.addCleanup(self.analyst.show_factor)
        self.assertEqual(self.analyst.sign_in(PASSWORD), 201)
        status, _, problem = self.analyst.ask("GET", "/v1/documents")
        self.assertEqual((status, problem["type"]), (403, "urn:countersign:problem:second-factor-needed"))


class WithoutDaemon(unittest.TestCase):
    """By command alone, and what kills and restores leave."""

    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.scratch = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)

    def write(self, name, content):
        path = self.scratch / name
        path.write_bytes(content)
        return path

    def add(self, path, *more):
        return self.appliance.json("document", "add", path, *more)

    def test_commands_do_the_same(self):
        report = self.write("soc2.pdf", pdf())
        document = self.add(report, "--kind", "soc2-type2", "--title", "SOC 2", "--valid-until", day(100), "--remind-days", "90,30", "--confidentiality", "nda")
        self.assertEqual((document["state"], document["versions"][0]["sha256"], document["remind_days"]), ("valid", sha256(pdf()), [90, 30]))
        newer = self.write("soc2-new.pdf", pdf(b"% new"))
        self.add(newer, "--document", document["id"], "--valid-from", day(101))
        listed = self.appliance.run("document", "list").stdout
        self.assertIn(f"soc2-type2        valid     nda       {document['id']}  SOC 2\n", listed)
        for arguments, code, why in ((("add", report), 2, "--kind and --title"), (("add", self.write("a.html", b"<html>"), "--kind", "other", "--title", "x"), 2, "markup"),
                                     (("show", "0" * 32), 3, "no such document"), (("withdraw", document["id"], "7", "--reason", "x"), 3, "no such version"),
                                     (("add", report, "--document", document["id"], "--valid-until", "soon"), 2, "--valid-until")):
            done = self.appliance.run("document", *arguments, check=False)
            self.assertEqual((done.returncode, why in done.stderr), (code, True), done.stderr)
        self.assertEqual(len(self.appliance.json("document", "list")["documents"]), 1, "what is refused leaves no document")
        withdrawn = self.appliance.json("document", "withdraw", document["id"], "2", "--reason", "a draft", "--remove-contents")
        self.assertEqual((withdrawn["versions"][1]["withdrawn"]["reason"], withdrawn["versions"][1]["has_contents"]), ("a draft", False))
        self.appliance.start()
        added = self.appliance.system_events("document.added", 3)
        self.assertEqual([e["action"]["context"].split(" ")[0] for e in added[1:]], [f"sha256={sha256(pdf())}", f"sha256={sha256(pdf(b'% new'))}"])
        [event] = self.appliance.system_events("document.withdrawn")
        self.assertEqual((event["outcome"]["reason"], event["actor"]["role"]), ("a draft", "account"))

    def test_files_of_other_programs(self):
        """PDFs as qpdf writes them, with all objects packed."""
        inside = self.write("inside.txt", b"inside")
        made = {"plain": [], "attached": ["--add-attachment", inside, "--"], "encrypted": ["--encrypt", "", "owner", "256", "--"]}
        for name, more in made.items():
            path = self.scratch / f"{name}.pdf"
            subprocess.run(["qpdf", "--empty", "--object-streams=generate", *more, path], check=True)
            done = self.appliance.run("--json", "document", "add", path, "--kind", "other", "--title", name, check=False)
            made[name] = done.stderr if done.returncode else json.loads(done.stdout)["versions"][0].get("notes", [])
        self.assertEqual(made["plain"], [])
        self.assertIn("a file within it", made["attached"])
        self.assertEqual(made["encrypted"], ["the PDF is encrypted: not all of it could be looked into"])

    def check_all(self, acknowledged):
        """What was acknowledged is there, whole, and recorded; and nothing is there that is not recorded."""
        versions = {}
        for document in self.appliance.json("document", "list")["documents"]:
            for version in document["versions"]:
                versions[version["sha256"]] = f"{document['kind']}/{document['id']}/{version['version']}"
        self.assertEqual(set(acknowledged) - set(versions), set())
        for hashed in versions:
            self.assertEqual(sha256((self.appliance.region_file("documents") / hashed).read_bytes()), hashed)
        told = lambda: {e["action"]["resource"] for e in (r["event"] for r in self.appliance.records("_system")) if e["type"] == "document.added"}
        until(lambda: set(versions.values()) <= told(), "each version is recorded")
        return versions

    def test_kills_lose_nothing_that_was_acknowledged(self):
        chance = random.Random()
        acknowledged = []
        document = self.add(self.write("first.txt", b"first\n"), "--kind", "other", "--title", "t")["id"]
        for number in range(12):
            content = f"Version {number}\n".encode() * 20000
            path = self.write(f"{number}.txt", content)
            command = subprocess.Popen([BIN / "countersign", "--config", self.appliance.config, "document", "add", path, "--document", document],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                command.wait(chance.uniform(0.001, 0.08))
            except subprocess.TimeoutExpired:
                command.send_signal(signal.SIGKILL)
            if command.wait() == 0:
                acknowledged.append(sha256(content))
        # And of the daemon, while a person sends.
        self.appliance.start()
        admin = invited(self.appliance, "admin@example.com", "--role", "admin", "--all-tenants")
        sent = threading.Event()

        def send():
            for number in range(10000):
                content = f"Over HTTP {number}\n".encode() * 20000
                try:
                    status = admin.ask("POST", f"/v1/documents/{document}/versions", content, **OCTETS)[0]
                except OSError:
                    return
                if status == 201:
                    acknowledged.append(sha256(content))
                    sent.set()
        thread = threading.Thread(target=send)
        thread.start()
        self.assertTrue(sent.wait(20))
        time.sleep(chance.uniform(0.05, 0.4))
        self.appliance.kill()
        thread.join()
        self.appliance.start()
        versions = self.check_all(acknowledged)
        print(f"{len(acknowledged)} acknowledged, {len(versions)} there")
        self.assertGreater(len(acknowledged), 0)
        # Files of uploads that were cut short go.
        names = lambda: {p.name for p in self.appliance.region_file("documents").iterdir()}
        until(lambda: names() == {*versions, "documents.sqlite", "lock"}, "what a kill left is removed")

    def test_a_backup_has_them_and_a_restore_brings_them_back(self):
        backups = self.scratch / "backups"
        document = self.add(self.write("soc2.pdf", pdf()), "--kind", "soc2-type2", "--title", "SOC 2", "--valid-until", day(1))["id"]
        self.appliance.json("backup", "--to", backups)
        self.add(self.write("more.txt", b"more\n"), "--document", document)
        self.appliance.start()
        self.appliance.system_events("document.added", 3)
        again = self.appliance.json("backup", "--to", backups)
        self.appliance.stop()
        self.assertTrue(self.appliance.json("backup", "check", "--from", backups)["whole"])
        # Sealed: nobody finds the text in the repository.
        self.assertFalse([p for p in backups.rglob("*") if p.is_file() and b"more\n" in p.read_bytes()])
        before = self.appliance.json("document", "show", document)
        shutil.rmtree(self.appliance.region_file(""))
        self.appliance.json("restore", "--from", backups, "--verify", "--snapshot", again["snapshot"])
        self.assertEqual(self.appliance.json("document", "show", document), before)
        for content in (pdf(), b"more\n"):
            kept = self.appliance.region_file("documents") / sha256(content)
            self.assertEqual((kept.read_bytes(), kept.stat().st_mode & 0o777), (content, 0o600))
        self.appliance.start()
        self.check_all([sha256(pdf()), sha256(b"more\n")])
        self.assertEqual(len(self.appliance.system_events("document.added", 3)), 3)
        self.appliance.stop()
        # The older one: as it was then, with its records.
        shutil.rmtree(self.appliance.region_file(""))
        first = self.appliance.json("backup", "list", "--from", backups)["snapshots"][0]["snapshot"]
        self.appliance.run("restore", "--from", backups, "--snapshot", first, check=False)
        self.assertEqual([v["sha256"] for v in self.appliance.json("document", "show", document)["versions"]], [sha256(pdf())])
        self.assertEqual({p.name for p in self.appliance.region_file("documents").iterdir()} - {"lock"}, {sha256(pdf()), "documents.sqlite"})


if __name__ == "__main__":
    unittest.main()
