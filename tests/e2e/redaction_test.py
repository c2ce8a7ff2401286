"""Bundles show as much of personal values as their profile says, as the tenant's policy allows, and no more."""

import csv
import io
import json
import subprocess
import time
import unittest
import zipfile

import kept_logs
from appliance import BIN, DATA, Appliance

FROM, TO = "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"
VALUES = ["ana@example.com", "Ana Example", "+14155550112", "ana-17-identifier", "fingerprint-of-anas-device", "203.0.113.7", "session-of-ana",
          "unlocked by hand", "bob@example.com", "192.0.2.1"]


def event(number, actor, **more):
    return {"id": f"e{number}", "time": "2026-01-31T09:30:00Z", "type": "challenge.verified", "tenant": "acme", "actor": actor,
            "challenge": {"id": f"c{number}", "factor": "sms"}, **more}


EVENTS = [
    event(1, {"id": "ana-17-identifier", "email": "ana@example.com", "name": "Ana Example"},
          device={"fingerprint": "fingerprint-of-anas-device", "ip": "203.0.113.7"}, session={"id": "session-of-ana"}),
    event(2, {"id": "ana-17-identifier", "phone": "+14155550112"}, device={"ip": "203.0.113.7"}),
    event(3, {"email": "bob@example.com"}, device={"ip": "192.0.2.1"}, attributes={"note": "unlocked by hand"}),
]


class Redaction(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.appliance.add_tenant("acme")
        token = cls.appliance.add_source("app")
        cls.appliance.start()
        cls.appliance.wait_known(token)
        assert cls.appliance.post(token, EVENTS)[0] == 200
        cls.count = 0
        until = time.monotonic() + 30
        while time.monotonic() < until:  # until a checkpoint covers the records
            done = cls.appliance.run("--json", "export", "acme", "--from", FROM, "--to", TO, "-o", cls.appliance.folder / "warm.zip", check=False)
            if done.returncode == 0 and json.loads(done.stdout)["records"] == len(EVENTS):
                break
            (cls.appliance.folder / "warm.zip").unlink(missing_ok=True)
            time.sleep(0.1)
        cls.fingerprint = json.loads(subprocess.run([BIN / "countersign", "--json", "verify", cls.appliance.folder / "warm.zip"],
                                                    capture_output=True, text=True, check=False).stdout)["signer_fingerprint"]

    @classmethod
    def tearDownClass(cls):
        cls.appliance.__exit__()

    def try_export(self, *more):
        type(self).count += 1
        path = self.appliance.folder / f"bundle-{self.count}.zip"
        return path, self.appliance.run("--json", "export", "acme", "--from", FROM, "--to", TO, "-o", path, *more, check=False)

    def export(self, *more):
        path, done = self.try_export(*more)
        self.assertEqual(done.returncode, 0, done.stderr)
        with zipfile.ZipFile(path) as bundle:
            files = {name.partition("/")[2]: bundle.read(name).decode(errors="replace") for name in bundle.namelist()}
        self.assert_verifies(path)
        return files, json.loads(done.stdout)

    def assert_verifies(self, path):
        done = subprocess.run([BIN / "countersign", "--json", "verify", "--fingerprint", self.fingerprint, path], capture_output=True, text=True, check=False)
        kept_logs.errors(done.stderr)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def refused(self, *more):
        path, done = self.try_export(*more)
        self.assertFalse(path.exists())
        return done.returncode, done.stderr

    def shown(self, files):
        text = "".join(files.values())
        return [value for value in VALUES if value in text]

    def rows(self, files):
        return list(csv.DictReader(io.StringIO(files["data/events.csv"], newline="")))

    def system_events(self, kind, holding):
        """Those of the system log whose context holds a text; waited for."""
        until = time.monotonic() + 30
        while True:
            found = [r["event"] for r in self.appliance.records("_system")
                     if r["event"]["type"] == kind and holding in r["event"].get("action", {}).get("context", "")]
            if found or time.monotonic() > until:
                return found
            time.sleep(0.05)

    def seq_of(self, event_id):
        return next(r["seq"] for r in self.appliance.records("_system") if r["event"]["id"] == event_id)

    def test_each_profile_shows_more_than_the_one_before(self):
        tokens = [value for record in self.appliance.records("acme") for value in json.dumps(record["event"]).split('"') if len(value) == 43]
        self.assertGreater(len(tokens), 8)
        nothing, told = self.export("--profile", "none")
        self.assertEqual((told["records"], told["withheld"], told["profile"]), (3, 3, "none"))
        self.assertEqual(self.shown(nothing), [])
        self.assertEqual([t for t in tokens if t in "".join(nothing.values())], [], "not even tokens")
        self.assertEqual(len(nothing["data/records.jsonl"].splitlines()), 3)
        self.assertEqual(self.rows(nothing), [])

        closed, _ = self.export("--profile", "pseudonymous")
        again, _ = self.export("--redact")
        self.assertEqual(closed["data/events.csv"], again["data/events.csv"], "another word for it")
        self.assertEqual(self.shown(closed), [])
        self.assertIn(tokens[0], closed["data/records.jsonl"])

        masked, told = self.export("--profile", "masked")
        self.assertEqual(self.shown(masked), [])
        self.assertEqual((told["disclosures"], told["masks"]), (0, 10))
        first, second, third = self.rows(masked)
        self.assertEqual((first["actor.id"], first["actor.email"], first["actor.name"]), ("an•••", "a•••@example.com", "A••• E•••"))
        self.assertEqual((first["device.fingerprint"], first["device.ip"], first["session.id"]), ("fing•••", "203.0.113.•", "•••"))
        self.assertEqual((second["actor.phone"], third["attributes"]), ("'+1415•••••12", '{"note":"•••"}'))
        self.assertNotIn("data/disclosures.jsonl", masked)
        self.assertIn("A MASK CANNOT BE CHECKED", masked["README.txt"])

        full, told = self.export("--profile", "full")
        self.assertEqual(sorted(self.shown(full)), sorted(VALUES))
        for files, profile in ((nothing, "none"), (closed, "pseudonymous"), (masked, "masked"), (full, "full")):
            claims = json.loads(files["evidence.json"])
            self.assertEqual((claims["format"], claims["parameters"]["personal_values"]), ("countersign-bundle/2", profile))
            self.assertEqual(claims["counts"]["records"], 3)
            self.assertIn(f"The profile of this bundle is {profile}", files["README.txt"])
        roots = {json.loads(files["evidence.json"])["checkpoint"]["root"] for files in (nothing, closed, masked, full)}
        self.assertEqual(len(roots), 1)

    def test_the_verifier_says_what_a_mask_proves(self):
        path, done = self.try_export("--profile", "masked")
        self.assertEqual(done.returncode, 0, done.stderr)
        report = self.assert_verifies(path)
        self.assertEqual((report["profile"], report["masks"]), ("masked", 10))
        self.assertIn("operator's statement", next(c["sentence"] for c in report["checks"] if c["name"] == "masks"))
        self.assertIn("operator's statement", next(p["sentence"] for p in report["promises"] if p["word"] == "unaltered"))

    def test_a_period_of_the_profile_none_is_the_operators_statement(self):
        """Its neighbours stand as hashes, so what is proven is the number, and the verifier says so."""
        times = [record["received"] for record in self.appliance.records("acme")]
        if times[1] == times[2]:
            self.skipTest("the records were received in one moment")
        type(self).count += 1
        path = self.appliance.folder / f"bundle-{self.count}.zip"
        self.appliance.run("export", "acme", "--from", times[1], "--to", times[2], "--profile", "none", "-o", path)
        report = self.assert_verifies(path)
        complete = next(p for p in report["promises"] if p["word"] == "complete")
        self.assertTrue(complete["proven"])
        self.assertIn("is the operator's statement", complete["sentence"])

    def test_the_policy_decides_what_a_role_is_given(self):
        show = lambda: self.appliance.json("tenant", "policy", "show", "acme")["sharing"]
        self.assertEqual(show(), {"auditor": "pseudonymous", "analyst": "masked", "privacy": "full", "admin": "full"})
        self.assertEqual(self.export("--for-role", "auditor")[1]["profile"], "pseudonymous")
        self.assertEqual(self.export("--for-role", "analyst")[1]["profile"], "masked")
        self.assertEqual(self.export()[1]["profile"], "full", "whoever runs the command is the admin")
        code, why = self.refused("--for-role", "auditor", "--profile", "masked")
        self.assertEqual(code, 5)
        self.assertIn("pseudonymous at most", why)
        self.assertIn("countersign tenant policy set acme auditor masked", why)
        code, why = self.refused("--for-role", "auditor", "--disclose-records", "0", "--recipient", "Jo")
        self.assertEqual(code, 5)
        self.assertIn("countersign tenant policy set acme auditor selective", why)

        changed = self.appliance.json("tenant", "policy", "set", "acme", "auditor", "selective")
        self.assertEqual((changed["before"], changed["after"], changed["changed"]), ("pseudonymous", "selective", True))
        self.assertFalse(self.appliance.json("tenant", "policy", "set", "acme", "auditor", "selective")["changed"])
        recorded = self.system_events("policy.changed", "role auditor")
        self.assertEqual([e["action"]["context"] for e in recorded], ["sharing with the role auditor: before pseudonymous, after selective"])
        self.assertEqual(recorded[0]["action"]["resource"], "acme")
        self.assertEqual(self.export("--for-role", "auditor")[1]["profile"], "masked", "in bulk")
        self.assertEqual(self.refused("--for-role", "auditor", "--profile", "full")[0], 5)
        files, told = self.export("--for-role", "auditor", "--disclose-records", "2", "--recipient", "Jo Auditor, Example LLP")
        self.assertEqual((told["profile"], sorted(self.shown(files))), ("full", ["192.0.2.1", "bob@example.com", "unlocked by hand"]))
        self.appliance.run("tenant", "policy", "set", "acme", "auditor", "none")
        self.assertEqual(self.export("--for-role", "auditor")[1]["profile"], "none")
        self.appliance.run("tenant", "policy", "set", "acme", "auditor", "pseudonymous")
        refuse = lambda *args: self.appliance.run("tenant", "policy", *args, check=False).returncode
        self.assertEqual(refuse("set", "acme", "auditor", "everything"), 2)
        self.assertEqual(refuse("set", "acme", "intern", "full"), 2)
        self.assertEqual(refuse("set", "globex", "auditor", "full"), 3)
        self.assertEqual(refuse("show", "globex"), 3)

    def test_chosen_values_are_opened_and_no_others(self):
        who = ("--recipient", "Jo Auditor, Example LLP")
        files, told = self.export("--disclose-kinds", "phone,email", *who)
        self.assertEqual(sorted(self.shown(files)), ["+14155550112", "ana@example.com", "bob@example.com"])
        claims = json.loads(files["evidence.json"])["parameters"]
        self.assertEqual((claims["disclosure"], claims["recipient"]), ({"kinds": "email,phone"}, who[1]))
        self.assertIn("For      Jo Auditor, Example LLP", files["README.txt"])
        self.assertEqual(told["also_opened"], 0)
        recorded = self.system_events("export.performed", "kinds email,phone")
        self.assertEqual(len(recorded), 1)
        self.assertRegex(recorded[0]["attributes"]["recipient"], "^[A-Za-z0-9_-]{43}$")
        self.assertEqual([v for v in [*VALUES, "Jo Auditor"] if v in json.dumps(recorded)], [])
        self.assertIn("Jo Auditor", self.appliance.run("show", "_system", self.seq_of(recorded[0]["id"]), "--reveal").stdout)
        self.appliance.run("privacy", "erase", "--tenant", "_system", "--subject", "name=" + who[1], "--yes", "--reason", "gdpr_art_17")
        for path in (self.appliance.folder / "data").rglob("*"):
            if path.is_file() and "bundles" not in path.parts:
                self.assertNotIn(b"Jo Auditor", path.read_bytes(), path)

        files, told = self.export("--disclose-records", "0", *who)
        self.assertEqual(sorted(self.shown(files)), sorted(VALUES[:2] + VALUES[3:7]), "and neither the phone nor Bob")
        self.assertEqual(told["also_opened"], 1, "her user and address stand in the second record, too")
        self.assertEqual(self.rows(files)[1]["actor.id"], "ana-17-identifier", "a token opened once is opened wherever it stands")
        self.assertEqual(json.loads(files["evidence.json"])["parameters"]["disclosure"], {"records": "0"})
        self.assertIn("wherever the token stands", files["README.txt"])

        files, _ = self.export("--disclose-records", "2,0-1", "--disclose-kinds", "ip", *who)
        self.assertEqual(sorted(self.shown(files)), ["192.0.2.1", "203.0.113.7"], "both must hold")
        self.assertEqual(json.loads(files["evidence.json"])["parameters"]["disclosure"], {"kinds": "ip", "records": "0-2"})
        files, told = self.export("--disclose-kinds", "email", "--profile", "masked", *who)
        self.assertEqual((told["masks"], self.shown(files)), (2, []))
        said = self.appliance.run("export", "acme", "--from", FROM, "--to", TO, "-o", self.appliance.folder / "said.zip", "--disclose-records", "0", *who).stdout
        self.assertIn("1 other records that are shown hold some of the same values", said)

    def test_what_is_refused(self):
        self.assertEqual(self.refused("--disclose-kinds", "email")[0], 2, "for whom?")
        who = ("--recipient", "Jo")
        for wrong in (("--disclose-kinds", "mail"), ("--disclose-kinds", "email,"), ("--disclose-records", "a"), ("--disclose-records", "5-2"),
                      ("--disclose-records", "99"), ("--disclose-records", "-1"), ("--disclose-records", "0", "--filter", "type=login.failed"),
                      ("--disclose-records", "0", "--redact"), ("--redact", "--profile", "full"), ("--profile", "open"), ("--for-role", "intern"),
                      ("--profile", "none", "--filter", "type=login.failed")):
            self.assertEqual(self.refused(*wrong, *who)[0], 2, wrong)
        self.assertEqual(self.refused("--disclose-records", "0-20000", *who)[0], 7)
        self.assertEqual(self.refused("--recipient", "Jo\nevidence: none")[0], 2)

    def test_what_a_person_gets_is_held_to_its_scope(self):
        path = self.appliance.folder / "ana.zip"
        self.appliance.run("privacy", "access", "--tenant", "acme", "--subject", "user=ana-17-identifier", "-o", path)
        self.assert_verifies(path)
        with zipfile.ZipFile(path) as bundle:
            claims = json.loads(bundle.read(next(n for n in bundle.namelist() if n.endswith("/evidence.json"))))
        tokens = claims["parameters"]["disclosure"]["tokens"]
        self.assertEqual(len(tokens), claims["counts"]["disclosures"])

    def test_bundles_made_before_there_were_profiles_verify(self):
        fingerprint = (DATA / "bundles-before-profiles" / "signer.txt").read_text().strip()
        for name, profile in (("disclosed", "full"), ("withheld", "pseudonymous"), ("access", "full")):
            done = subprocess.run([BIN / "countersign", "--json", "verify", "--fingerprint", fingerprint, DATA / "bundles-before-profiles" / f"{name}.zip"],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertEqual(json.loads(done.stdout)["profile"], profile)


if __name__ == "__main__":
    unittest.main()
