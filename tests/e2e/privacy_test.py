"""A person is erased: from the vault, for good, while every record and every bundle still verifies."""

import json
import shutil
import subprocess
import time
import unittest
import zipfile

import kept_logs
from appliance import BIN, Appliance

ANA = ["ana@example.com", "Ana Example", "+14155550112", "ana-17", "device-of-ana"]
FROM, TO = "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"


def event(number, actor, **more):
    return {"id": f"e{number}", "time": "2026-01-31T09:30:00Z", "type": "challenge.verified", "tenant": "acme", "actor": actor,
            "challenge": {"id": f"c{number}", "factor": "sms"}, **more}


EVENTS = [
    event(1, {"id": "ana-17", "email": "Ana@example.com", "name": "Ana Example"}, device={"fingerprint": "device-of-ana", "ip": "203.0.113.7"}),
    event(2, {"id": "ana-17", "phone": "+14155550112"}, device={"ip": "192.0.2.1"}, attributes={"plan": "pro"}),
    event(3, {"email": "bob@example.com"}, device={"ip": "192.0.2.1"}, attributes={"plan": "pro"}),
    event(4, {"id": "admin-of-acme", "name": "Administrator"}, attributes={"note": "unlocked ana@example.com"}),
]


class Privacy(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.token = self.appliance.add_source("app")
        self.appliance.start()
        self.appliance.wait_known(self.token)
        self.assertEqual(self.appliance.post(self.token, EVENTS)[0], 200)

    def erase(self, *more, subject="email=ana@example.com"):
        return self.appliance.json("privacy", "erase", "--tenant", "acme", "--subject", subject, *more)

    def export(self, name):
        path = self.appliance.folder / name
        until = time.monotonic() + 30
        while True:  # until a checkpoint covers the records
            done = self.appliance.run("export", "acme", "--from", FROM, "--to", TO, "-o", path, check=False)
            if done.returncode == 8 and time.monotonic() < until:
                time.sleep(0.1)
                continue
            self.assertEqual(done.returncode, 0, done.stderr)
            with zipfile.ZipFile(path) as bundle:
                evidence = json.loads(bundle.read(next(n for n in bundle.namelist() if n.endswith("/evidence.json"))))
            if evidence["counts"]["records"] == len(EVENTS) or time.monotonic() > until:
                return path, evidence
            path.unlink()
            time.sleep(0.1)

    def assert_verifies(self, path):
        done = subprocess.run([BIN / "countersign", "verify", path], capture_output=True, text=True, check=False)
        kept_logs.errors(done.stderr)
        self.assertIn(done.returncode, (0, 20), done.stdout + done.stderr)

    def names_ana(self, path):
        with zipfile.ZipFile(path) as bundle:
            text = b"".join(bundle.read(name) for name in bundle.namelist()).decode(errors="replace").lower()
        return [value for value in ANA if value.lower() in text]

    def system_events(self, kind):
        return [r["event"] for r in self.appliance.records("_system") if r["event"]["type"] == kind]

    def wait_system_event(self, kind, count=1):
        until = time.monotonic() + 30
        while len(self.system_events(kind)) < count and time.monotonic() < until:
            time.sleep(0.05)
        return self.system_events(kind)

    def test_a_person_is_erased_and_everything_still_verifies(self):
        before, claims = self.export("before.zip")
        self.assertEqual(len(self.names_ana(before)), len(ANA))
        plan = self.erase()
        self.assertFalse(plan["erased"])
        self.assertEqual({(v["kind"], v["value"], v["tie"]) for v in plan["values"] if v["kind"] in ("email", "phone", "name", "ip")},
                         {("email", "A•••@example.com", "subject"), ("phone", "+1415•••••12", "identity"), ("name", "A••• E•••", "only_here"),
                          ("ip", "203.0.113.•", "only_here"), ("ip", "192.0.2.•", "shared")})
        self.assertEqual(len(self.names_ana(self.export("still.zip")[0])), len(ANA), "a plan erases nothing")

        result = self.erase("--yes", "--reason", "gdpr_art_17")
        self.assertTrue(result["erased"])
        self.assertEqual((result["erased_values"], result["kept_values"]), (7, 0))
        after, claimed = self.export("after.zip")
        self.assertEqual(self.names_ana(after), [])
        for path in (before, after):
            self.assert_verifies(path)
        self.assertEqual((claims["checkpoint"]["size"], claims["checkpoint"]["root"]), (claimed["checkpoint"]["size"], claimed["checkpoint"]["root"]))
        self.assertEqual(len(self.appliance.records("acme")), len(EVENTS))
        for place in (self.appliance.folder / "data").rglob("*"):
            if place.is_file():
                content = place.read_bytes().lower()
                self.assertEqual([v for v in ANA if v.lower().encode() in content], [], place)

        performed = self.wait_system_event("erasure.performed")
        self.assertEqual(len(performed), 1)
        self.assertEqual(performed[0]["id"], "erasure/" + result["erasure"])
        self.assertEqual((performed[0]["action"]["resource"], performed[0]["outcome"]["reason"]), ("acme", "gdpr_art_17"))
        self.assertTrue(performed[0]["action"]["context"].startswith("records=2 values=7 "), performed[0]["action"]["context"])
        self.assertEqual(self.appliance.run("privacy", "erase", "--tenant", "acme", "--subject", "user=ana-17", check=False).returncode,
                         self.appliance.run("show", "acme", "99", check=False).returncode, "nothing is known of her any more")
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.region_file("."), check=False).returncode, 0)

    def test_an_older_vault_does_not_bring_her_back(self):
        self.appliance.stop()
        kept = self.appliance.folder / "older.sqlite"
        shutil.copy(self.appliance.region_file("vault.sqlite"), kept)
        self.appliance.start()
        self.erase("--yes", "--reason", "gdpr_art_17")
        self.wait_system_event("erasure.performed")
        self.appliance.stop()
        shutil.copy(kept, self.appliance.region_file("vault.sqlite"))
        self.assertEqual(self.erase()["records"], 2, "the older copy knows her")
        self.appliance.start()
        self.assertNotEqual(self.appliance.run("privacy", "erase", "--tenant", "acme", "--subject", "user=ana-17", check=False).returncode, 0)
        self.assertEqual(len(self.system_events("erasure.performed")), 1)

    def test_an_order_waits_for_the_daemon(self):
        self.appliance.stop()
        arguments = ("privacy", "erase", "--tenant", "acme", "--subject", "phone=+1 (415) 555-0112", "--yes", "--reason", "gdpr_art_17")
        waiting = self.appliance.run(*arguments, check=False)
        self.assertNotEqual(waiting.returncode, 0)
        self.assertIn("countersignd is not running", waiting.stderr)
        self.appliance.start()
        self.wait_system_event("erasure.performed")
        self.assertEqual(self.names_ana(self.export("after.zip")[0]), [])

    def test_a_person_gets_everything_and_nothing_of_others(self):
        self.export("all.zip")
        path = self.appliance.folder / "ana.zip"
        result = self.appliance.json("privacy", "access", "--tenant", "acme", "--subject", "user=ana-17", "-o", path)
        self.assertEqual((result["records"] - result["withheld"], result["withheld"]), (3, 1), "her records, and one that mentions her")
        self.assertEqual(len(self.names_ana(path)), len(ANA))
        self.assert_verifies(path)
        with zipfile.ZipFile(path) as bundle:
            text = {name.rpartition("/")[2]: bundle.read(name).decode(errors="replace") for name in bundle.namelist()}
        everything = "".join(text.values())
        self.assertEqual([other for other in ("bob@example.com", "Administrator", "admin-of-acme") if other in everything], [])
        self.assertIn("unlocked ana@example.com", text["disclosures.jsonl"].replace("\\", ""))
        self.assertIn("192.0.2.1", text["disclosures.jsonl"], "also what she shares")
        self.assertEqual([value for value in ANA if value.lower() in text["evidence.json"].lower()], [], "what the bundle claims names nobody")
        contexts = lambda: [e["action"]["context"] for e in self.system_events("export.performed")]
        until = time.monotonic() + 30
        while not any("of one person" in context for context in contexts()) and time.monotonic() < until:
            time.sleep(0.05)
        self.assertTrue(any("of one person" in context for context in contexts()), contexts())

    def test_a_legal_hold_keeps_what_it_covers(self):
        hold = lambda *args: self.appliance.run("privacy", "hold", *args, check=False)
        self.assertEqual(hold("add", "case-17", "--tenant", "acme", "--subject", "phone=+14155550112").returncode, 0)
        self.assertEqual(hold("add", "case-17", "--tenant", "acme").returncode, 4, "a name stands once")
        self.assertEqual(hold("add", "Ana Example", "--tenant", "acme").returncode, 2)
        listed = self.appliance.json("privacy", "hold", "list")
        self.assertEqual([(h["hold"], h["tenant"], h["values"]) for h in listed], [("case-17", "acme", 7)])
        arguments = ("privacy", "erase", "--tenant", "acme", "--yes", "--reason", "gdpr_art_17", "--subject")
        refused = self.appliance.run(*arguments, "email=ana@example.com", check=False)
        self.assertEqual(refused.returncode, 8)
        self.assertIn("the hold case-17", refused.stderr)
        self.assertFalse(self.erase()["erased"], "what would go is still shown")
        self.assertTrue(self.erase("--yes", "--reason", "gdpr_art_17", subject="email=bob@example.com")["erased"], "others are not held")
        self.assertEqual(len(self.names_ana(self.export("held.zip")[0])), len(ANA))

        # An order that was left before the hold stood is refused by the daemon as well.
        self.assertEqual(hold("release", "case-17").returncode, 0)
        self.appliance.stop()
        self.assertIn("not running", self.appliance.run(*arguments, "email=ana@example.com", check=False).stderr)
        self.assertEqual(hold("add", "everything", "--tenant", "acme").returncode, 0)
        self.appliance.start()
        reports = self.appliance.region_file("orders")
        until = time.monotonic() + 30
        while not list(reports.glob("*.done")) and time.monotonic() < until:
            time.sleep(0.05)
        self.assertIn("the hold everything", next(reports.glob("*.done")).read_text())
        self.assertEqual(len(self.names_ana(self.export("still.zip")[0])), len(ANA))
        self.assertEqual(hold("release", "everything").returncode, 0)
        self.assertEqual(hold("release", "everything").returncode, 3)
        self.assertTrue(self.erase("--yes", "--reason", "gdpr_art_17")["erased"])
        self.wait_system_event("hold.released", 2)
        self.assertEqual(sorted(e["action"]["resource"] for e in self.system_events("hold.placed")), ["case-17", "everything"])

    def test_what_is_refused(self):
        refuse = lambda *args: self.appliance.run("privacy", "erase", *args, check=False)
        self.assertEqual(refuse("--tenant", "acme", "--subject", "email=ana@example.com", "--yes").returncode, 2)
        self.assertEqual(refuse("--tenant", "acme", "--subject", "email=ana@example.com", "--yes", "--reason", "Ana asked").returncode, 2)
        self.assertEqual(refuse("--tenant", "acme", "--subject", "ana@example.com").returncode, 2)
        self.assertIn("no tenant globex", refuse("--tenant", "globex", "--subject", "email=a@b.c").stderr)
        nobody = refuse("--tenant", "acme", "--subject", "email=nobody@example.com")
        self.assertIn("nothing is known", nobody.stderr)
        self.assertNotIn("nobody@", nobody.stderr + self.appliance.log_text())


if __name__ == "__main__":
    unittest.main()
