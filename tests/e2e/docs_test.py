"""Every command of the documentation, run as it stands there, by the user who would run it; what a page shows of output and settings is held against the programs."""

import base64
import functools
import gzip
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import tomllib
import unittest
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jsonschema

import docs_machine
import kept_logs
from appliance import BIN, until
from docs_machine import CONFIG, ETC, LIB, ROOT, STAGE, Machine, Shell, folder_for, run
from portal_data import life

sys.path.insert(0, str(ROOT / "tests" / "tidy"))

import doc_pages  # noqa: E402

PAGES = {name: doc_pages.read(ROOT, name) for name in doc_pages.names(ROOT)}
# What happened in the example, and when its pages are followed.
BEGIN, EVENTS, TODAY = "2026-01-02T09:00:00Z", "2026-01-31T09:00:00Z", "2026-04-02T09:00:00Z"
# Pages whose commands are run by other tests, as a whole: these know the machines that the pages are about.
ELSEWHERE = {
    "docs/install.md": "package_test.py",
    "docs/disaster-recovery.md": "rehearsal_test.py",
    "packaging/systemd/README.md": "unit_test.py",
}
# How many blocks of settings, queries and the like a page has, all of which are put to use here.
PIECES = {("docs/backfill.md", "toml"): 1, ("docs/keys.md", "toml"): 1, ("docs/notify.md", "toml"): 1, ("docs/operations.md", "yaml"): 1,
          ("docs/facts.md", "toml"): 1, ("docs/residency.md", "toml"): 1, ("docs/siem.md", "toml"): 5, ("docs/transparency.md", "toml"): 4, ("docs/trust.md", "toml"): 1,
          ("reports/README.md", "toml"): 1,
          ("reports/README.md", "sql"): 1,
          # A piece of the unit, which unit_test.py puts there.
          ("docs/keys.md", "ini"): 1}
WITH_SYSTEMD = "# as root, with systemd\n"
ANA = {"id": "u-17", "email": "ana@example.com", "phone": "+14155550100", "name": "Ana Example", "role": "owner"}


def ana_event(number, kind, when, **more):
    return {"id": f"ana-{number}", "time": when, "type": f"challenge.{kind}", "tenant": "acme", "actor": ANA,
            "challenge": {"id": f"ana-c-{number}", "purpose": "login", "factor": "sms", "provider": "twilio", "attempt": 1}, "action": {"name": "sign in"},
            "device": {"fingerprint": "device-of-ana-example", "ip": "203.0.113.17"}, **more}


def what_happened():
    """A tenant's life, Ana in it, and a code that somebody guesses at."""
    now = datetime.fromisoformat(EVENTS.replace("Z", "+00:00"))
    guesses = [ana_event(n, "failed", f"2026-01-31T08:58:{n:02}Z", outcome={"reason": "wrong_code"}) for n in range(20, 40)]
    return [*life("acme", 60, now), ana_event(1, "sent", "2026-01-30T10:00:00Z"), ana_event(2, "verified", "2026-01-30T10:00:09Z"), *guesses]


def lines(events):
    """A file of events, whose personal values no log may hold."""
    kept_logs.document(events)
    return "".join(json.dumps(event) + "\n" for event in events)


def make_appliance(machine):
    """The machine as most pages find it: set up as docs/install.md says, with what happened in January."""
    machine.clear()
    machine.set_clock(BEGIN)
    told = machine.root("countersign", "init", "--origin", "evidence.example.com", "--region", "eu-1", "--reach", "audit.example.com:8443")
    machine.fingerprint = re.search(r"\b[0-9a-f]{64}\b", told)[0]
    trust(ETC / "keys" / "tls.pem")
    for tenant in ("acme", "globex"):
        machine.user("countersign", "tenant", "add", tenant)
    machine.secrets["WEB"] = machine.json("source", "add", "web")["token"]
    machine.set_clock(EVENTS)
    machine.start()
    history = LIB / "events.ndjson"
    history.write_text(lines(what_happened()), encoding="utf-8")
    machine.user("countersign", "ingest", history, "--token", machine.secrets["WEB"])
    history.unlink()
    until(lambda: machine.json("finding", "list", "--tenant", "acme")["findings"], "no detection finds that somebody guesses")
    machine.stop()
    keep(STAGE / "template")


def keep(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    run("cp", "-a", ETC, folder / "etc")
    run("cp", "-a", LIB, folder / "lib")


def trust(certificate):
    with open("/etc/ssl/certs/ca-certificates.crt", "a", encoding="utf-8") as store:
        store.write(certificate.read_text(encoding="utf-8"))


def merged(settings, more):
    """Settings with a page's piece put in: tables joined, everything else in place of what was there."""
    for name, value in more.items():
        settings[name] = merged(dict(settings.get(name, {})), value) if isinstance(value, dict) else value
    return settings


def toml_of(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {toml_of(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_of, value)) + "]"
    return json.dumps(value)


def configure(piece, change=None, at=CONFIG):
    """Puts a page's piece of configuration into that of the machine; `change` is given the whole."""
    settings = merged(tomllib.loads(at.read_text(encoding="utf-8")), tomllib.loads(piece))
    if change:
        change(settings)
    at.write_text("".join(f"{name} = {toml_of(value)}\n" for name, value in settings.items()), encoding="utf-8")


def comparable(line):
    """The beginning of a line of output, with whatever differs from run to run taken out."""
    words = re.sub(r"[0-9]+|\S*…\S*|[0-9a-f]{8,}", "#", line).split()
    return " ".join(words[:3])


def closed(schema):
    """A description in which every object has the members that it names, and no other."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: closed(part) for name, part in schema.items()}
    return {"additionalProperties": False, **parts} if isinstance(schema.get("properties"), dict) else parts


def bodies(description, heading):
    """(name, schema) of what is sent and answered under a heading of docs/api.md, whose further paths may be told by their ends."""
    begins = re.search(r"/[^\s,]*", heading)[0]
    if re.search(r", /(?!v1)", heading):
        begins = begins.rsplit("/", 1)[0]
    for path, operations in description["paths"].items():
        for method, operation in operations.items() if path.startswith(begins) else ():
            if method == "parameters":
                continue
            answers = [answer for status, answer in operation["responses"].items() if status[0] == "2"]
            for part in [operation.get("requestBody", {}), *answers]:
                schema = part.get("content", {}).get("application/json", {}).get("schema")
                # What takes any object says nothing.
                if schema and list(jsonschema.Draft202012Validator({**schema, "components": description["components"]}).iter_errors({"no": "member"})):
                    yield f"{method} {path}", schema


class Received(list):
    open = False


def shape(value):
    """The names of a document's members, at every depth."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


class Docs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if why := docs_machine.refused():
            raise unittest.SkipTest(f"the documentation is not followed: {why}")
        docs_machine.build()
        cls.machine = Machine()
        cls.addClassCleanup(cls.machine.clear)
        make_appliance(cls.machine)

    def setUp(self):
        self.machine.clear()
        self.machine.set_clock(TODAY)
        run("cp", "-a", STAGE / "template" / "etc", ETC)
        run("cp", "-a", STAGE / "template" / "lib", LIB)
        self.folder = folder_for(self.id())
        self.variables = {}
        self.shell = None

    def tearDown(self):
        if self.shell:
            self.shell.end()
        self.machine.stop()

    def token(self, printed):
        """Takes the token that a command has printed, as a person would, and the second in which the daemon learns of it."""
        self.let("TOKEN", re.search(r"\bc\w\w_[\w-]{20,}", printed)[0])
        self.wait_known(self.variables["TOKEN"])

    def wait_known(self, token):
        def known():
            asked = ["/v1/tenants/acme/policy"] if token.startswith("cso_") else ["/v1/events", "-d", "[]", "-H", "Content-Type: application/json"]
            told = self.machine.user("curl", "-s", "-k", "-o", "/dev/null", "-w", "%{http_code}", "-H", f"Authorization: Bearer {token}",
                                     "https://localhost:8443" + asked[0], *asked[1:], check=False)
            return told not in ("000", "401")
        until(known, "the daemon does not know the token")

    def write(self, name, content):
        """A file that the page takes for granted."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        shutil.chown(path, "countersign", "countersign")
        return path

    def let(self, name, value):
        """A variable that the page takes for granted."""
        if name == "TOKEN":
            kept_logs.secret("token", value)
        self.variables[name] = value

    def value(self, name):
        """Of a variable that a page has set."""
        return self.shell.run(f'printf %s "${name}"')[1]

    def follow(self, name, before=None, after=None, under=None):
        """Runs the commands of a page, or those under some of its headings. `before` and `after` say by number of the block what else happens there; the latter
        is given what was printed."""
        before, after = before or {}, after or {}
        page = PAGES[name]
        commands = [block for block in page.of("sh") if (not under or block.heading in under) and not block.text.startswith(WITH_SYSTEMD)]
        self.assertTrue(commands, f"{name} has no commands")
        self.assertLess(max([*before, *after], default=0), len(commands), f"{name} has fewer blocks than this test knows")
        for number, block in enumerate(commands):
            before.get(number, lambda: None)()
            printed = self.run_block(block)
            self.compare(block, page, printed)
            after.get(number, lambda printed: None)(printed)

    def run_block(self, block):
        place = f"{block.page}:{block.line}"
        if block.text.startswith("# as root\n"):
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", block.text], cwd=self.folder, env=self.machine.environment(**self.variables),
                                  capture_output=True, text=True, check=False)
            well, out, err = done.returncode == 0, done.stdout, done.stderr
        else:
            self.shell = self.shell or Shell(self.machine, self.folder)
            sets = "".join(f"{name}='{value}'\n" for name, value in self.variables.items())
            well, out, err = self.shell.run(sets + block.text)
        log = ETC / "countersignd.log"
        told = log.read_text(errors="replace")[-1500:] if log.exists() and not well else ""
        self.assertTrue(well, f"{place} fails\n{block.text}\n{out}\n{err}\n{told}")
        return out

    def compare(self, block, page, printed):
        """A block of text, or of JSON, right behind commands is what they print: loosely, because numbers and times differ."""
        behind = page.blocks[page.blocks.index(block) + 1:][:1]
        if behind and behind[0].word == "text" and behind[0].follows:
            began = {comparable(line) for line in printed.splitlines()}
            for line in filter(str.strip, behind[0].text.splitlines()):
                self.assertIn(comparable(line), began, f"{behind[0].page}:{behind[0].line} shows what is not printed: {line}")

    # The pages.

    def test_readme(self):
        self.machine.clear()

        def set_up(printed):
            self.let("FINGERPRINT", re.search(r"\b[0-9a-f]{64}\b", printed)[0])
            self.token(printed)

        def wait_for_checkpoint(_):
            config = self.folder / "appliance" / "countersign.toml"
            asked = self.machine.as_user("countersign", "checkpoint", "acme", COUNTERSIGN_CONFIG=config)
            until(lambda: subprocess.run(asked, capture_output=True, check=False, cwd=self.folder).returncode == 0, "no checkpoint is signed")
        self.follow("README.md", after={0: set_up, 1: wait_for_checkpoint})

    def test_access(self):
        self.machine.start()

        def fail_to_sign_in():
            body = json.dumps({"user": "ana@example.com", "password": "not the right words"})
            self.machine.user("curl", "-s", "-H", "Content-Type: application/json", "-d", body, "https://audit.example.com:8443/v1/session")
        self.follow("docs/access.md", before={3: fail_to_sign_in})

    def test_backfill(self):
        self.machine.user("countersign", "source", "add", "okta-prod", "--tenant", "acme")
        for month in ("2025-11", "2025-12"):
            event = ana_event(month, "verified", f"{month}-03T10:00:00Z")
            self.write(f"{month}.jsonl.gz", gzip.compress(lines([event]).encode()))
        self.machine.start()
        self.follow("docs/backfill.md", after={0: lambda printed: self.wait_known(self.value("COUNTERSIGN_TOKEN"))})
        found = []
        until(lambda: len(self.filled(found, "search", "acme", "source:okta-prod", member="records")) == 2, "what was imported is not found")
        self.assertEqual({json.loads(hit)["proof"] for hit in found}, {"backfill"})

    def filled(self, into, *command, member=None):
        """A list, filled with what a command prints as JSON."""
        document = self.machine.json(*command)
        into[:] = document[member] if member else document
        return into

    def test_backup(self):
        self.machine.start()
        mount = Path("/mnt/backups")
        mount.mkdir()
        shutil.chown(mount, "countersign", "countersign")

        def lose_the_region():
            self.machine.stop()
            self.machine.user("countersign", "backup", "--to", "/mnt/backups/eu-1")
            shutil.rmtree(LIB / "data" / "eu-1")
        self.follow("docs/backup.md", before={1: lose_the_region})
        self.machine.start()

    def test_documents(self):
        for name in ("soc2.pdf", "soc2-2027.pdf"):
            self.write(name, b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n% " + name.encode() + b"\ntrailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n")
        self.write("nda.txt", "You tell nobody.\n")
        self.machine.start()

        def name_it(_):
            first = self.machine.json("document", "list")["documents"][0]
            self.let("DOCUMENT", first["id"])
            self.hash = first["versions"][0]["sha256"]

        def compare_hash(printed):
            self.assertIn(self.hash, printed)

        def wait_recorded():
            until(lambda: len(self.filled([], "search", "_system", "document.added", "--region", "eu-1", member="records")) == 5, "what was added is not found")
        self.follow("docs/documents.md", before={2: wait_recorded}, after={0: name_it, 2: compare_hash})

    def test_facts(self):
        configure(PAGES["docs/facts.md"].of("toml")[0].text)
        self.machine.start()

        def told():
            return self.machine.user("countersign", "evidence", "facts", "--tenant", "acme", check=False)

        def changed():
            return len(self.filled([], "search", "_system", "control.changed", member="records")) == 2
        self.follow("docs/facts.md", before={0: lambda: until(told, "no facts are told"), 1: lambda: until(changed, "the controls are not watched")})

    def test_trust(self):
        configure(PAGES["docs/trust.md"].of("toml")[0].text)
        self.machine.start()

        def told():
            return self.machine.user("countersign", "trust", "show", check=False)

        def ask():
            body = json.dumps({"name": "Vera Visitor", "email": "vera@visitor.example", "company": "Visitor Corp", "reason": "to look"})
            self.machine.user("curl", "-fsS", "-H", "Content-Type: application/json", "-d", body, "https://audit.example.com:8443/v1/trust/requests")
            until(lambda: len(self.filled([], "search", "_system", "access.requested", "--region", "eu-1", member="records")) == 1, "the request is not found")
        self.follow("docs/trust.md", before={0: lambda: until(told, "nothing is told"), 1: ask})

    def test_clients(self):
        self.machine.start()
        self.follow("docs/clients.md", after={0: lambda printed: self.wait_known(self.value("COUNTERSIGN_TOKEN"))})

    def test_retention(self):
        self.follow("docs/retention.md")

    def test_privacy(self):
        self.machine.start()

        def ana_comes_back(*_):
            fresh = self.write("fresh.ndjson", lines([ana_event(99, "verified", "2026-04-01T10:00:00Z")]))
            self.machine.user("countersign", "ingest", fresh, "--token", self.machine.secrets["WEB"])
            self.wait_signed(len(what_happened()) + 1)
        self.follow("docs/privacy.md", after={0: ana_comes_back, 2: self.token})

    def wait_signed(self, size, *options):
        """Until a checkpoint covers so many records of the tenant."""
        command = ("countersign", "checkpoint", "acme", *options)
        until(lambda: self.machine.user(*command, check=False).splitlines()[1:2] == [str(size)], f"no such checkpoint of {size} records is signed")

    def test_policy(self):
        self.machine.start()

        def change_is(number):
            def look(*_):
                history = []
                until(lambda: len(self.filled(history, "tenant", "policy", "history", "acme")) == 2, "both changes are in the history")
                self.let("CHANGE", history[number]["change"])
            return look

        def ask_for(factors):
            def write(*_):
                policy = json.loads((self.folder / "policy.json").read_text(encoding="utf-8"))
                policy["access"]["factors"] = factors
                self.write("policy.json", json.dumps(policy))
            return write

        def is_default(_):
            """The document that the page shows is what was answered."""
            shown = json.loads(PAGES["docs/policy.md"].of("json")[0].text)
            self.assertEqual(json.loads((self.folder / "policy.json").read_text(encoding="utf-8")), shown)
        # What was applied by command is the newest, what an operator has put is the one before.
        self.follow("docs/policy.md", before={2: ask_for(["totp", "passkey"]), 3: ask_for(["passkey"]), 6: change_is(0), 7: change_is(1)},
                    after={0: self.token, 1: is_default})

    def test_reports(self):
        self.machine.start()
        self.let("FINDING", self.machine.json("finding", "list", "--tenant", "acme")["findings"][0]["finding"])
        self.let("FINGERPRINT", self.machine.fingerprint)
        self.let("SEED", "chosen by the auditor")
        self.follow("docs/reports.md")

    def test_keys(self):
        # Credentials are sealed by a key of the machine, which systemd keeps on no file system in memory.
        systemd = tempfile.mkdtemp(prefix="countersign-e2e-", dir=ROOT / "build")
        self.addCleanup(shutil.rmtree, systemd)
        Path("/var/lib/systemd").mkdir()
        run("mount", "--bind", systemd, "/var/lib/systemd")
        self.addCleanup(run, "umount", "/var/lib/systemd")
        pin = ETC / "pin"
        pin.write_text("2468\n", encoding="utf-8")
        tokens = Path("/var/lib/softhsm/tokens")
        tokens.mkdir(parents=True)
        conf = Path("/etc/softhsm/softhsm2.conf")
        conf.parent.chmod(0o755)
        conf.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n", encoding="utf-8")
        for path in (pin, tokens, conf):
            shutil.chown(path, "countersign", "countersign")
        pin.chmod(0o600)
        self.machine.user("softhsm2-util", "--init-token", "--free", "--label", "evidence", "--pin", "2468", "--so-pin", "13579111")
        vault_key = (ETC / "keys" / "vault.key").read_text(encoding="utf-8")
        kek = self.id_of("kek")
        self.machine.start()

        def restart(_):
            self.machine.stop()
            self.machine.start()
        self.follow("docs/keys.md", before={3: lambda: configure(PAGES["docs/keys.md"].of("toml")[0].text)}, after={3: restart})
        sealed = run("systemd-creds", "decrypt", "--name=kek", "/etc/credstore.encrypted/countersign.kek", "-", env=self.machine.environment())
        self.assertEqual(sealed, vault_key)
        until(lambda: self.rotated(kek), "the key that was rotated is not in use")

    def id_of(self, key):
        return next(one["id"] for one in self.machine.json("key", "list") if one["key"] == key)

    def rotated(self, kek):
        return self.id_of("kek") != kek

    def test_residency(self):
        Path("/mnt/eu").mkdir()
        run("mount", "-t", "tmpfs", "-o", "mode=0700,uid=countersign,gid=countersign", "tmpfs", "/mnt/eu")
        run("cp", "-a", f"{LIB}/data/eu-1/.", "/mnt/eu")
        shutil.rmtree(LIB / "data" / "eu-1")
        configure(PAGES["docs/residency.md"].of("toml")[0].text)
        self.machine.user("countersign", "region", "init", "us-1")
        self.machine.start()
        self.follow("docs/residency.md")

    def test_sources(self):
        self.write("auth-token.txt", "0123456789abcdef0123456789abcdef\n")
        for name in ("client", "next"):
            self.machine.root("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "365", "-subj", f"/CN={name}",
                              "-keyout", "/dev/null", "-out", self.folder / f"{name}.pem")
        configure("[listen]\nclient_certificates = true\n")
        self.machine.start()
        self.follow("docs/sources.md")

    def test_mapping_of_the_import(self):
        self.write("history.toml", PAGES["docs/backfill.md"].of("toml")[0].text)
        table = self.write("history.csv", "attempt_id,step,created_at,status,user_id,msisdn,channel,plan,unused\n"
                                          "a-1,2,2025-11-03 10:00:00,ok,u-17,+14155550100,text,gold,x\na-2,1,2025-11-03 10:00:00,test,u-17,,,,\n")
        printed = self.machine.user("countersign", "ingest", "--mapping", self.folder / "history.toml", "--dry-run", "5", table)
        self.assertEqual(json.loads(printed.splitlines()[0]), {
            "id": "a-1/2", "time": "2025-11-03T10:00:00+02:00", "type": "challenge.verified", "tenant": "acme", "actor": {"id": "u-17", "phone": "+14155550100"},
            "challenge": {"id": "a-1", "factor": "sms"}, "attributes": {"plan": "gold"}})

    def test_control_of_your_own(self):
        page, folder = PAGES["reports/README.md"], self.folder / "controls"
        folder.mkdir(mode=0o755)
        for word in ("toml", "sql"):
            (folder / f"NIGHT-EXPORTS.{word}").write_text(page.of(word)[0].text, encoding="utf-8")
        self.machine.user("countersign", "control", "check", folder)
        self.machine.start()
        report = self.machine.json("report", "--tenant", "acme", "--criteria", "CC6.7", "--from", "2026-01-01T00:00:00Z", "--to", "2026-04-01T00:00:00Z",
                                   "--controls", folder)
        self.assertIn("NIGHT-EXPORTS", json.dumps(report))

    def test_format(self):
        self.machine.start()
        self.folder.chmod(0o755)
        self.machine.user("countersign", "export", "acme", "--from", "2026-01-01T00:00:00Z", "--to", "2026-04-01T00:00:00Z", "-o", self.folder / "all.zip")
        records = run("unzip", "-p", self.folder / "all.zip", "*/data/records.jsonl").splitlines(keepends=True)
        self.write("record.json", records[17])
        disclosed = [json.loads(line) for line in run("unzip", "-p", self.folder / "all.zip", "*/data/disclosures.jsonl").splitlines()]
        email = next(value for value in disclosed if value["kind"] == "email")
        self.let("SALT", email["salt"])
        self.let("VALUE", email["value"])
        printed = []
        self.follow("ledger/FORMAT.md", after={0: printed.append, 1: printed.append})
        self.assertEqual([line.strip() for line in printed], [email["token"], json.loads(records[18])["prev"]])

    def test_notify(self):
        page = PAGES["docs/notify.md"]
        received = self.receive_webhooks("alerts.example.com")
        credentials = self.folder / "credentials"
        credentials.mkdir()
        (credentials / "notify-mail").write_text("a password of the mail server\n", encoding="utf-8")
        for path in (credentials, credentials / "notify-mail"):
            shutil.chown(path, "countersign", "countersign")
            path.chmod(0o700 if path.is_dir() else 0o400)

        def begin(printed):
            secret = ETC / "keys" / "notify-pager.secret"
            secret.write_text(printed, encoding="utf-8")
            shutil.chown(secret, "countersign", "countersign")
            secret.chmod(0o600)
            configure(page.of("toml")[0].text, impatient)
            self.machine.start(CREDENTIALS_DIRECTORY=credentials)
            # Of Ana and of somebody else: one message is dropped, one is left.
            guesses = [ana_event(f"{who}-{n}", "failed", f"2026-04-02T08:58:{n:02}Z", outcome={"reason": "wrong_code"}, actor={**ANA, "id": who})
                       for who in ("u-17", "u-18") for n in range(20, 40)]
            self.machine.user("countersign", "ingest", self.write("guesses.ndjson", lines(guesses)), "--token", self.machine.secrets["WEB"])
            listed = []

            def of(destination):
                return [one for one in self.filled(listed, "notify", "list", member="deliveries") if one["destination"] == destination]
            until(lambda: len(of("siem")) == 2 and [one["state"] for one in of("pager")] == ["given up"] * 2, "nothing waits, or nothing is given up")
            self.let("MESSAGE", of("siem")[0]["id"])
            received.open = True

        def impatient(settings):
            settings["notify"][0]["retry_s"] = [1]
        self.follow("docs/notify.md", after={0: begin})
        until(lambda: len(received) >= 2, "what was given up is not sent again")
        sent = next(json.loads(body) for body in received if b"finding.opened" in body)
        shown = json.loads(page.of("json")[0].text)
        self.assertEqual(shape(sent), shape(shown))
        self.assertIn("finding.test", [json.loads(body)["type"] for body in received])

    def test_siem(self):
        page = PAGES["docs/siem.md"]
        for name in ("stream-siem.secret", "splunk.secret", "elastic.secret", "kafka.secret"):
            self.keep_secret(name, "dGhlIHRva2VuIG9mIGEgcmVjZWl2ZXI")
        shutil.copy(ETC / "keys" / "tls.pem", ETC / "keys" / "forwarder-ca.pem")
        streams = [stream for block in page.of("toml") for stream in tomllib.loads(block.text)["stream"]]
        configure("", lambda settings: settings.update(stream=streams))
        self.machine.start()
        listed = self.machine.json("stream", "list")
        self.assertEqual({stream["name"] for stream in streams} - set(re.findall(r'"name": ?"([^"]+)"', json.dumps(listed))), set())
        self.let("RAW_DATA", self.machine.json("show", "acme", "17")["record"])
        printed = []
        self.follow("docs/siem.md", after={1: printed.append})
        self.assertEqual(bytes.fromhex(printed[0].split()[0]), base64.b64decode(self.machine.json("show", "acme", "17")["hash"]))

    def keep_secret(self, name, text):
        path = ETC / "keys" / name
        path.write_text(text + "\n", encoding="utf-8")
        shutil.chown(path, "countersign", "countersign")
        path.chmod(0o600)

    def test_operations(self):
        page = PAGES["docs/operations.md"]
        self.machine.start()
        until(lambda: self.machine.json("doctor", check=False)["faults"] == 0, "the appliance looks after itself", 60)
        # One block needs systemd, and is run by unit_test.py.
        self.assertEqual(sum(block.text.startswith(WITH_SYSTEMD) for block in page.of("sh")), 1)
        self.follow("docs/operations.md")
        # Prometheus finds the certificate and the rules where the page says that they are; the rules' own place is the package's.
        config = page.of("yaml")[0].text.replace("/usr/share/countersign/monitoring", str(ROOT / "packaging" / "monitoring"))
        run("promtool", "check", "config", self.write("prometheus.yml", config))

    def test_transparency(self):
        """What the page says of reading logs as tiles and of mirrors is run by tlog_test.py, where there is a second appliance."""
        page = PAGES["docs/transparency.md"]
        asking, being, public, mirror = page.of("toml")
        for piece in (public, mirror):
            self.is_taken(piece)
        other, older = self.another_appliance("witness.example.com"), STAGE / "older"
        keep(older)

        def both(*_):
            """The other appliance becomes a witness of this one, as the page says, and this one asks it."""
            known = self.machine.user("countersign", "witness", "logs")
            key = self.machine.json("witness", "init", "witness.example.com/w1", at=other)
            self.is_taken(being, at=other)
            other.write_text(other.read_text(encoding="utf-8") + f'\n[witness]\nname = "witness.example.com/w1"\nkey = "keys/witness.key"\n{known}', encoding="utf-8")
            self.serve(other)
            self.is_taken(asking)
            configure(asking.text, lambda settings: (settings["witnesses"][0].update(vkey=key["vkey"]), settings["cosigning"].update(every_s=1)))
            self.machine.start()
            fresh = self.write("fresh.ndjson", lines([ana_event(99, "verified", "2026-04-01T10:00:00Z")]))
            self.machine.user("countersign", "ingest", fresh, "--token", self.machine.secrets["WEB"])
            self.wait_signed(len(what_happened()) + 1, "--cosigned")
            log_key = self.machine.json("checkpoint", "acme", "--keys")["log_key"]
            self.machine.user("countersign", "export", "acme", "-o", self.folder / "acme-q1.zip", "--from", "2026-01-01T00:00:00Z", "--to", "2026-04-02T08:00:00Z")
            self.write("acme.policy", f"log {log_key}\nwitness alpha {key['vkey']}\nquorum alpha\n")
            self.let("LOG_KEY", log_key)
            self.let("ALPHA", key["vkey"])
            self.let("BETA", tomllib.loads(asking.text)["witnesses"][0]["vkey"])

        def an_older_copy_comes_back():
            self.machine.stop()
            shutil.rmtree(LIB / "data")
            shutil.rmtree(LIB / "heads")
            run("cp", "-a", older / "lib" / "data", LIB / "data")
            (LIB / "heads").mkdir(mode=0o700)
            shutil.chown(LIB / "heads", "countersign", "countersign")
            done = subprocess.run(self.machine.as_user("countersignd"), capture_output=True, text=True, timeout=60, check=False, cwd="/")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.let("ALARM", self.machine.json("alarm", "list")["alarms"][0]["id"])
        here, there = {"Witnesses", "Being a witness", "Alarms"}, {"Reading a log as tiles", "Mirrors"}
        self.assertEqual({block.heading for block in page.of("sh")}, here | there)
        self.follow("docs/transparency.md", before={3: an_older_copy_comes_back}, after={0: both}, under=here)

    def another_appliance(self, name):
        """The configuration of one that others run, which is reached by that name at the port of HTTPS."""
        folder = folder_for(name)
        self.machine.user("countersign", "init", "--dir", folder / "other", "--origin", "other.example.org", "--region", "eu-9",
                          "--address", docs_machine.HOSTS["witness"], "--port", "443", "--tls-name", name)
        trust(folder / "other" / "keys" / "tls.pem")
        return folder / "other" / "countersign.toml"

    def serve(self, config):
        kept_logs.Log(config.parent)
        with open(config.parent / "countersignd.log", "ab") as log:
            daemon = subprocess.Popen(self.machine.as_user("countersignd", COUNTERSIGN_CONFIG=config), stdout=log, stderr=log, cwd="/")
        self.addCleanup(daemon.wait, 30)
        self.addCleanup(daemon.terminate)

    def is_taken(self, block, at=CONFIG):
        """A page's piece of settings is one that the programs read, and none that they pass over: with a member too many they refuse it."""
        for text, well in ((block.text, True), (f"{block.text}\nno_such_member = 1\n", False)):
            tried = at.parent / "tried.toml"
            run("cp", "-a", at, tried)
            configure(text, at=tried)
            done = subprocess.run(self.machine.as_user("countersign", "--config", tried, "region", "list"), capture_output=True, text=True, check=False, cwd="/")
            self.assertEqual(done.returncode == 0, well, f"{block.page}:{block.line}: {done.stdout}{done.stderr}")
            tried.unlink()

    def test_interface(self):
        """What docs/api.md shows of bodies and answers is what the description of the interface allows; the first two are sent, and answered."""
        page, description = PAGES["docs/api.md"], closed(json.loads((ROOT / "collector/endpoints/openapi.json").read_text(encoding="utf-8")))
        sent, answered = page.of("json")[:2]
        self.machine.start()
        answer = json.loads(self.machine.user("curl", "-fsS", "-H", f"Authorization: Bearer {self.machine.secrets['WEB']}", "-H", "Content-Type: application/json",
                                              "-d", sent.text, "https://audit.example.com:8443/v1/events"))
        shown = json.loads(answered.text)
        self.assertEqual(shape(answer), shape(shown))
        for members in (answer, shown):
            members["results"][0]["receipt"]["seq"] = members["results"][0]["receipt"]["hash"] = None
            members["results"][1]["errors"][0]["reason"] = members["results"][1]["errors"][0]["reason"][:30]
        self.assertEqual(answer, shown)
        for block in page.of("json")[1:]:
            for document in doc_pages.documents(block.text):
                fits = [name for name, schema in bodies(description, block.heading)
                        if not list(jsonschema.Draft202012Validator({**schema, "components": description["components"]}).iter_errors(document))]
                self.assertTrue(fits, f"docs/api.md:{block.line} fits no body or answer of {block.heading}: {str(document)[:200]}")

    def receive_webhooks(self, name):
        """The bodies that are posted to a machine of that name, as they come, once it is open."""
        received = Received()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if received.open:
                    received.append(body)
                self.send_response(204 if received.open else 503)
                self.end_headers()

            def log_message(self, *_):
                pass
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650", "-subj", f"/CN={name}",
            "-addext", f"subjectAltName=DNS:{name}", "-keyout", self.folder / "receiver.key", "-out", self.folder / "receiver.pem", env=self.machine.environment())
        trust(self.folder / "receiver.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "receiver.pem", self.folder / "receiver.key")
        server = ThreadingHTTPServer(("127.0.0.1", 443), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return received


class Said(unittest.TestCase):
    """What pages say of commands in the middle of a text, and that no block of commands or settings is passed over here. It needs no machine."""

    def test_inline(self):
        """Commands in the middle of a text: there is such a command, and it has these options."""
        for page in PAGES.values():
            for line, span in page.spans:
                if re.match(r"countersignd? [a-z-]", span):
                    with self.subTest(f"{page.name}:{line}", span=span):
                        self.check_words(span)

    def test_command_line(self):
        """The table of docs/cli.md tells of every command, and of none that there is not."""
        told = set()
        for line in (ROOT / "docs" / "cli.md").read_text(encoding="utf-8").splitlines():
            for span in re.findall(r"`([^`]+)`", re.split(r"(?<!\\)\|", line)[1]) if line.startswith("| `") else ():
                with self.subTest(span):
                    self.check_words("countersign " + span.replace("\\|", "|"))
                told.add(span.split()[0])
        commands = re.findall(r"(?m)^  ([a-z-]+)  ", self.help("countersign").split("\nSubcommands:")[1])
        self.assertEqual(set(commands) - told, set())

    def check_words(self, span):
        words = span.split()
        program = words.pop(0)
        command, told = [], self.help(program)
        for word in words:
            names = word.split("|")
            options = re.match(r"(--?[a-z][a-z-]*)", word)
            if options:
                self.assertRegex(told, rf"(^|[\s,]){re.escape(options[1])}\b", "there is no such option")
            elif "\nSubcommands:" in told and re.fullmatch(r"[a-z|-]+", word):
                for name in names:
                    self.assertRegex(told.split("\nSubcommands:")[1], rf"(?m)^  {re.escape(name)}\b", "there is no such command")
                command.append(names[0])
                told = self.help(program, *command)

    @functools.lru_cache(maxsize=None)
    def help(self, *command):
        return run(BIN / command[0], *command[1:], "--help")

    def test_every_page_is_followed(self):
        """By a test of this file, as often as the page has pieces, or by the test that knows its machine."""
        source = Path(__file__).read_text(encoding="utf-8")
        for page in PAGES.values():
            if page.name in ELSEWHERE:
                self.assertIn(page.name.rsplit("/", 1)[-1], (Path(__file__).parent / ELSEWHERE[page.name]).read_text(encoding="utf-8"))
                continue
            if page.of("sh"):
                self.assertIn(f'self.follow("{page.name}"', source, f"no test follows {page.name}")
            for word in ("toml", "sql", "yaml", "ini"):
                self.assertEqual(len(page.of(word)), PIECES.get((page.name, word), 0), f"{page.name} has other blocks of {word} than the tests know")
            if page.name != "docs/clients.md":
                self.assertEqual([block.line for word in ("python", "js", "go", "java") for block in page.of(word)], [], f"{page.name} has programs that nobody runs")


if __name__ == "__main__":
    docs_machine.enter()
    unittest.main()
