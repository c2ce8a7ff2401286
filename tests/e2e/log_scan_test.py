"""The scan of the logs finds what it is for, and does not pass for want of anything to look at."""

import base64
import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECRET = "violet/tuba \"seven\" und Öl"

# A test's process, as far as it keeps anything.
KEEPER = """
import json, sys, kept_logs
folder = sys.argv[1]
log = kept_logs.Log(folder)
kept_logs.request("/v1/session?code=code-of-a-provider&email=ana%40example.com", {"Authorization": "Bearer cso_of-a-request", "Cookie": "a=cookie-one; b=cookie-two",
                  "X-CSRF-Token": "csrf-of-a-request"}, json.dumps({"user": "ana@example.com", "password": "a good password"}))
kept_logs.request("/v1/events", {"Authorization": "Basic dXNlcjpiYXNpYyBwYXNzd29yZA=="}, json.dumps({"actor": {"email": "bob@example.com",
                  "phone": "+14155550100"}, "device": {"ip": "192.0.2.7"}}).encode() + b"\\n" + json.dumps({"device": {"ip": "127.0.0.1"}}).encode())
kept_logs.answer({"Set-Cookie": "__Host-x=cookie-three; Path=/", "Location": "https://id.example.com/?state=state-of-ours&nonce=nonce-of-ours"},
                 json.dumps({"csrf_token": "csrf-of-an-answer", "recovery_codes": ["aaaa-bbbb-cccc"], "deep": [{"secret": "TOTPSECRET234567"}], "code": "123456"}))
kept_logs.command(["source", "add", "--secret-file", folder + "/signing"], "shown once: cst_0123456789abcdef", "countersign: what went wrong")
"""


class LogScan(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="countersign-e2e-")
        self.addCleanup(scratch.cleanup)
        self.logs = Path(scratch.name) / "logs"
        self.logs.mkdir()
        self.appliance = Path(scratch.name) / "appliance"
        (self.appliance / "keys").mkdir(parents=True)

    def log(self, content, name="a_test-1-1.daemon.log"):
        (self.logs / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    def secret(self, value=SECRET, kind="password", process="a_test-1"):
        with open(self.logs / f"{process}.secrets", "a") as out:
            out.write(json.dumps({"kind": kind, "value": base64.b64encode(value.encode()).decode()}) + "\n")

    def scan(self):
        """(exit code, what it says)"""
        done = subprocess.run([sys.executable, "-B", HERE / "log_scan.py", "scan", self.logs], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def test_finds_a_value_however_it_is_spelled(self):
        self.secret()
        value = SECRET.encode()
        for spelled in (value, json.dumps(SECRET), json.dumps(SECRET, ensure_ascii=False), "violet%2Ftuba%20%22seven%22%20und%20%C3%96l",
                        "violet%2ftuba%20%22seven%22%20und%20%c3%96l", value.hex(), value.hex().upper(), base64.b64encode(value),
                        base64.urlsafe_b64encode(value), base64.b64encode(b"user:" + value + b" and so on"), base64.urlsafe_b64encode(b"ab" + value)):
            spelled = spelled if isinstance(spelled, bytes) else spelled.encode()
            self.log(b"first\n" + b'{"message":"<' + spelled + b'>"}\n')
            code, said = self.scan()
            self.assertEqual(code, 1, spelled)
            self.assertIn("a_test-1-1.daemon.log:2: password ", said)
            self.assertNotIn("violet", said)
        self.log("violet/tuba\n")
        self.assertEqual(self.scan()[0], 0)

    def test_looks_for_values_in_the_logs_of_others_and_of_commands(self):
        self.secret()
        self.log("well\n")
        self.log("\n" + SECRET, "b_test-2.command.log")
        self.assertIn("b_test-2.command.log:2: password", self.scan()[1])

    def test_finds_codes_that_stand_alone_in_their_own_log(self):
        self.secret("482913", "code")
        self.secret("000000", "code")
        for content, code in (("code 482913.", 1), ("[482913]", 1), ("1482913", 0), ("a482913", 0), ("000000", 0)):
            self.log(content)
            self.assertEqual(self.scan()[0], code, content)
        self.log("well")
        self.log("482913", "b_test-2-1.daemon.log")
        self.assertEqual(self.scan()[0], 0)

    def test_finds_secrets_that_nobody_has_told_it_by_their_shapes(self):
        self.secret()
        for content in ("Authorization: Bearer x", "token cso_AAAAAAAAAAAA", "csi_AAAAAAAAAAAA", "otpauth://totp/x", "-----BEGIN PRIVATE KEY-----",
                        "Cookie: __Host-countersign=x", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"):
            self.log(content)
            self.assertEqual(self.scan()[0], 1, content)

    def test_takes_an_example_for_one_only_where_it_is_given_as_one(self):
        self.secret("ana@example.com", "e-mail address")
        self.log("a subject is KIND=VALUE, as in email=ana@example.com; kinds are")
        self.assertEqual(self.scan()[0], 0)
        self.log("a subject is KIND=VALUE, as in email=ana@example.com; not email=ana@example.com")
        self.assertEqual(self.scan()[0], 1)

    def test_fails_where_nothing_was_kept(self):
        self.assertEqual(self.scan()[0], 1)
        self.log("well")
        code, said = self.scan()
        self.assertEqual(code, 1)
        self.assertIn("no secret was kept", said)
        self.secret()
        self.assertEqual(self.scan()[0], 0)
        self.log("")
        self.assertIn("no log of a daemon was kept", self.scan()[1])

    def test_what_a_test_sends_gets_and_runs_is_kept(self):
        (self.appliance / "countersignd.log").write_text("well\n")
        (self.appliance / "keys" / "log.key").write_text("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n")
        (self.appliance / "signing").write_text("signing-secret\n")
        subprocess.run([sys.executable, "-B", "-c", KEEPER, self.appliance], check=True, cwd=HERE, env=dict(os.environ, COUNTERSIGN_E2E_LOGS=str(self.logs)))
        listed = list(self.logs.glob("*.secrets"))
        self.assertEqual([stat.S_IMODE(path.stat().st_mode) for path in listed], [0o600])
        kept = {base64.b64decode(json.loads(line)["value"]).decode() for line in listed[0].read_text().splitlines()}
        self.assertEqual(kept, {
            "code-of-a-provider", "ana@example.com", "cso_of-a-request", "cookie-one", "cookie-two", "csrf-of-a-request", "a good password",
            "dXNlcjpiYXNpYyBwYXNzd29yZA==", "basic password", "bob@example.com", "+14155550100", "192.0.2.7", "cookie-three", "state-of-ours",
            "nonce-of-ours", "csrf-of-an-answer", "aaaa-bbbb-cccc", "TOTPSECRET234567", "123456", "cst_0123456789abcdef", "signing-secret",
            "MC4CAQAwBQYDK2Vw"})
        self.assertEqual(self.scan()[0], 0, self.scan()[1])
        self.assertEqual([path.read_text() for path in self.logs.glob("*.daemon.log")], ["well\n"])
        self.assertIn("what went wrong", next(self.logs.glob("*.command.log")).read_text())
        subprocess.run([sys.executable, "-B", HERE / "log_scan.py", "begin", self.logs], check=True)
        self.assertEqual(list(self.logs.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
