"""Evidence out: bundles that our verifier, sha256sum and openssl accept, and reject once a byte was changed."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from appliance import Appliance, event

FROM, TO = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"


def run(*arguments, **options):
    return subprocess.run([str(argument) for argument in arguments], capture_output=True, text=True, **options)


class TimestampAuthority:
    """An RFC 3161 authority made of the `openssl ts` command, on loopback."""

    def __init__(self, folder):
        self.folder = Path(folder)
        (self.folder / "tsa.cnf").write_text(
            "[tsa]\ndefault_tsa = tsa1\n[tsa1]\nserial = serial\ncrypto_device = builtin\nsigner_cert = tsa.pem\nsigner_key = tsa.key\n"
            "signer_digest = sha256\ndefault_policy = 1.2.3.4.1\nother_policies = 1.2.3.4.1\ndigests = sha256\naccuracy = secs:1\nordering = no\n"
            "tsa_name = yes\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n")
        (self.folder / "serial").write_text("01\n")
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
                     "-subj", "/CN=Test root", "-days", "30")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test TSA")
        (self.folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
        self.openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.pem", "-days", "30", "-extfile", "ext")
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                (authority.folder / "query").write_bytes(query)
                authority.openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
                reply = (authority.folder / "reply").read_bytes()
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def openssl(self, *arguments):
        done = run("openssl", *arguments, cwd=self.folder)
        if done.returncode != 0:
            raise AssertionError(done.stderr)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Bundle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.work = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        cls.authority = TimestampAuthority(tempfile.mkdtemp(prefix="countersign-e2e-"))
        config = cls.appliance.config.read_text()
        config = config.replace('url = ""', f'url = "{cls.authority.url}"\nca = "{cls.authority.folder}/ca.pem"')
        cls.appliance.config.write_text(config)
        cls.appliance.add_tenant("acme")
        token = cls.appliance.add_source("app", tenant="acme")
        cls.appliance.start()
        for first in range(0, 400, 100):
            status, _ = cls.appliance.post(token, [event(n, type="challenge.failed" if n % 4 == 0 else "challenge.verified") for n in range(first, first + 100)])
            assert status == 200
        assert cls.appliance.stop() == 0
        cls.fingerprint = run("openssl", "x509", "-in", cls.appliance.folder / "keys/signer.pem", "-noout", "-fingerprint", "-sha256").stdout.strip().split("=")[1]
        cls.bundle = cls.export("all.zip")

    @classmethod
    def tearDownClass(cls):
        cls.authority.close()
        shutil.rmtree(cls.authority.folder)
        shutil.rmtree(cls.work)
        cls.appliance.__exit__()

    @classmethod
    def export(cls, name, *more):
        cls.appliance.run("export", "acme", "--from", FROM, "--to", TO, "-o", cls.work / name, *more)
        return cls.work / name

    def verify(self, bundle, *more, pinned=True):
        identity = ["--fingerprint", self.fingerprint, "--tsa-ca", self.authority.folder / "ca.pem"] if pinned else []
        return self.appliance.run("--json", "verify", bundle, *identity, *more, check=False)

    def unpack(self, bundle):
        folder = Path(tempfile.mkdtemp(dir=self.work))
        done = run("bsdtar", "-xf", bundle, "-C", folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        (bag,) = folder.iterdir()
        return bag

    def test_is_accepted_by_our_verifier_only_as_far_as_it_was_told_whom_to_trust(self):
        self.assertEqual(self.verify(self.bundle).returncode, 0, self.verify(self.bundle).stdout)
        self.assertEqual(self.verify(self.bundle, pinned=False).returncode, 20)
        doubtful = self.appliance.run("verify", self.bundle, "--fingerprint", self.fingerprint, check=False)
        self.assertEqual(doubtful.returncode, 20, "a timestamp by an authority that was not named is a doubt")
        wrong = self.appliance.run("verify", self.bundle, "--fingerprint", "ab" * 32, check=False)
        self.assertEqual(wrong.returncode, 9, wrong.stdout)
        vkey = self.appliance.json("checkpoint", "acme", "--keys")["log_key"]
        self.assertEqual(self.appliance.run("verify", self.bundle, "--log-key", vkey, "--tsa-ca", self.authority.folder / "ca.pem", check=False).returncode, 0)

    def test_needs_no_configuration_to_be_verified(self):
        environment = {"PATH": os.environ["PATH"]}
        done = run(Path(os.environ["COUNTERSIGN_BIN"]) / "countersign", "verify", self.bundle, "--fingerprint", self.fingerprint, "--tsa-ca", self.authority.folder / "ca.pem", env=environment, cwd="/")
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("complete", "unaltered", "signed by", "existed before"):
            self.assertIn(word, done.stdout.lower())

    def test_is_accepted_by_sha256sum_and_openssl(self):
        bag = self.unpack(self.bundle)
        for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            self.assertEqual(run("sha256sum", "-c", manifest, cwd=bag).returncode, 0)
        seal = bag / "tagmanifest-sha256.txt"
        cms = run("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", f"{seal}.p7s", "-content", seal, "-CAfile", bag / "keys/signer.pem",
                  "-purpose", "any", "-out", "/dev/null")
        self.assertEqual(cms.returncode, 0, cms.stderr)
        stamp = run("openssl", "ts", "-verify", "-in", f"{seal}.p7s.tsr", "-data", f"{seal}.p7s", "-CAfile", self.authority.folder / "ca.pem")
        self.assertEqual(stamp.returncode, 0, stamp.stderr)

    def test_the_chain_can_be_followed_by_hand(self):
        bag = self.unpack(self.bundle)
        prev = None
        for line in (bag / "data/records.jsonl").read_bytes().splitlines():
            record = json.loads(line)
            if prev is not None:
                self.assertEqual(record["prev"], prev)
            import base64

            prev = base64.b64encode(hashlib.sha256(b"\0" + line).digest()).decode()
        self.assertIsNotNone(prev)

    def test_every_file_of_it_is_guarded(self):
        bag = self.unpack(self.bundle)
        files = sorted(path for path in bag.rglob("*") if path.is_file())
        self.assertGreater(len(files), 12)
        for path in files:
            content = path.read_bytes()
            middle = len(content) // 2
            if content:
                path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:])
                self.assertEqual(self.verify(bag).returncode, 9, f"a changed byte in {path.relative_to(bag)} was not noticed")
                path.write_bytes(content[:-1])
                self.assertEqual(self.verify(bag).returncode, 9, f"a missing byte in {path.relative_to(bag)} was not noticed")
            path.write_bytes(content + b"\n")
            self.assertEqual(self.verify(bag).returncode, 9, f"an added byte in {path.relative_to(bag)} was not noticed")
            path.unlink()
            if path.suffix != ".tsr":  # a bundle without a timestamp is one that claims no time
                self.assertEqual(self.verify(bag).returncode, 9, f"the missing {path.relative_to(bag)} was not noticed")
            path.write_bytes(content)
        (bag / "data/extra.txt").write_text("added")
        self.assertEqual(self.verify(bag).returncode, 9)
        (bag / "data/extra.txt").unlink()
        self.assertEqual(self.verify(bag).returncode, 0)

    def test_comes_as_tar_zst_filtered_and_redacted(self):
        bulk = self.export("all.tar.zst")
        self.assertEqual(self.verify(bulk).returncode, 0)
        failed = self.export("failed.zip", "--filter", "type=challenge.failed")
        self.assertEqual(self.verify(failed).returncode, 0)
        lines = (self.unpack(failed) / "data/records.jsonl").read_text().splitlines()
        withheld = [line for line in lines if line.startswith('{"withheld"')]
        self.assertEqual((len(lines), len(withheld)), (400, 300))
        redacted = self.export("redacted.zip", "--redact")
        self.assertEqual(self.verify(redacted).returncode, 0)
        bag = self.unpack(redacted)
        self.assertFalse((bag / "data/disclosures.jsonl").exists())
        for path in bag.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"mail.example", path.read_bytes(), path)
        self.assertIn(b"mail.example", (self.unpack(self.bundle) / "data/events.csv").read_bytes())

    def test_of_a_period_without_records_proves_that(self):
        empty = self.work / "empty.zip"
        self.appliance.run("export", "acme", "--from", "2021-01-01T00:00:00Z", "--to", "2021-02-01T00:00:00Z", "-o", empty)
        self.assertEqual(self.verify(empty).returncode, 0, self.verify(empty).stdout)

    def test_is_checked_against_a_checkpoint_kept_elsewhere(self):
        kept = self.work / "kept"
        kept.write_text(self.appliance.run("checkpoint", "acme").stdout)
        self.assertEqual(self.verify(self.bundle, "--checkpoint", kept).returncode, 0, self.verify(self.bundle, "--checkpoint", kept).stdout)
        other = self.work / "other"
        other.write_text(kept.read_text().replace("\n400\n", "\n399\n"))
        self.assertEqual(self.verify(self.bundle, "--checkpoint", other).returncode, 9)

    def test_refuses_what_is_no_bundle(self):
        for content in (b"", b"PK\3\4", os.urandom(4096), b"not a bundle"):
            path = self.work / "rubbish.zip"
            path.write_bytes(content)
            self.assertNotIn(self.verify(path).returncode, (0, 20))

    def test_its_export_is_in_the_system_log(self):
        self.appliance.start()
        import time

        until = time.monotonic() + 30
        while not any(record["event"]["type"] == "export.performed" for record in self.appliance.records("_system")):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)
        self.assertEqual(self.appliance.stop(), 0)


if __name__ == "__main__":
    unittest.main()
