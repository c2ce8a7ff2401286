"""Old records are sealed into files and retired by rule, and everything still verifies, is found, and says what went."""

import json
import shutil
import subprocess
import time
import unittest

from appliance import BIN, Appliance


def event(number, kind="challenge.verified", tenant="acme"):
    return {"id": f"{tenant}-e{number}", "time": "2026-01-31T09:30:00Z", "type": kind, "tenant": tenant,
            "actor": {"id": f"user-{number}", "email": f"person{number}@example.com"}, "device": {"fingerprint": f"device-{number}"},
            "challenge": {"id": f"c{number}", "factor": "sms"}}


class Retention(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.token = self.appliance.add_source("app")
        self.appliance.start()
        self.appliance.wait_known(self.token)
        self.run = self.appliance.run

    def send(self, first, count, **more):
        self.assertEqual(self.appliance.post(self.token, [event(n, **more) for n in range(first, first + count)])[0], 200)

    def apply_until(self, what, seconds=60):
        """What the rounds did together, until one of them did `what`."""
        done = {"sealed": [], "retired": [], "erased_values": 0, "held": []}
        until = time.monotonic() + seconds
        while not done[what] and time.monotonic() < until:
            report = self.appliance.json("retention", "apply")
            for key, value in done.items():
                done[key] = value + report[key]
            time.sleep(0.3)
        self.assertTrue(done[what], done)
        return done

    def retire(self, records, seconds=60):
        """Rounds until so many records were retired; how many."""
        retired, self.erased = 0, 0
        until = time.monotonic() + seconds
        while retired < records and time.monotonic() < until:
            report = self.appliance.json("retention", "apply")
            retired += sum(part["records"] for part in report["retired"])
            self.erased += report["erased_values"]
            time.sleep(0.3)
        return retired

    def verify(self):
        return json.loads(self.run("--json", "verify", "--data", self.appliance.folder / "data", check=False).stdout)

    def assert_verifies(self):
        report = self.verify()
        self.assertEqual([fault for ledger in report["ledgers"] for fault in ledger["faults"]], [])
        return report

    def seqs(self, *query):
        return [json.loads(record)["seq"] for record in self.appliance.hits("acme", *query, "--limit", "1000")]

    def wait_for(self, condition):
        until = time.monotonic() + 30
        while not condition() and time.monotonic() < until:
            time.sleep(0.1)
        self.assertTrue(condition())

    def system_events(self, kind):
        return [r["event"] for r in self.appliance.records("_system") if r["event"]["type"] == kind]

    def test_sealed_records_are_found_shown_and_verified_and_retired_ones_leave_their_hashes(self):
        self.send(0, 300)
        self.wait_for(lambda: self.seqs("challenge.factor:sms") == list(range(299, -1, -1)))
        before = self.run("show", "acme", "17").stdout
        self.wait_for(lambda: self.run("checkpoint", "acme", check=False).returncode == 0)
        root = self.appliance.json("checkpoint", "acme")
        self.run("retention", "set", "acme", "--rule", "custom", "--keep", "15 seconds", "--at-hand", "1 second")
        self.apply_until("sealed")
        self.wait_for(lambda: self.appliance.json("retention", "apply") and self.appliance.records("acme") == [])
        self.assertEqual(self.run("show", "acme", "17").stdout, before)
        self.assertEqual(len(self.seqs("challenge.factor:sms")), 300)
        self.assertEqual(self.appliance.json("checkpoint", "acme"), root)
        self.assertEqual([ledger["sealed"] for ledger in self.assert_verifies()["ledgers"]], [300])
        folder = self.appliance.region_file("segments")
        lines = subprocess.run(["zstd", "-dqc", *sorted(folder.iterdir())], capture_output=True, check=True).stdout.splitlines()
        self.assertEqual(len(lines), 300)
        self.assertEqual(lines[17].decode(), before.splitlines()[0])

        # What is tampered with in a sealed file is found.
        name = next(folder.iterdir())
        whole = name.read_bytes()
        name.write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
        self.assertNotEqual(self.verify()["ledgers"][0]["faults"], [])
        name.write_bytes(whole)

        # Moved to other storage it is backed up as long as it can be reached, and is not left out where it cannot.
        away, backups = self.appliance.folder / "worm", self.appliance.folder / "backups"
        away.mkdir()
        shutil.move(name, away / name.name)
        name.symlink_to(away / name.name)
        self.run("backup", "--to", backups)
        away.rename(self.appliance.folder / "unmounted")
        done = self.run("backup", "--to", backups, check=False)
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertIn("cannot be reached", done.stderr)
        (self.appliance.folder / "unmounted").rename(away)

        self.assertEqual(self.retire(300, 60), 300)
        self.assertGreaterEqual(self.erased, 900, "three values of each person")
        self.assertEqual(list(folder.iterdir()), [])
        report = self.assert_verifies()["ledgers"][0]
        self.assertEqual({(part["rule"], part["keep"]) for part in report["retired"]}, {("custom", "15 seconds")})
        self.assertIn("was retired on", self.run("show", "acme", "17", check=False).stderr)
        self.wait_for(lambda: self.seqs("challenge.factor:sms") == [])
        self.send(300, 10)
        self.wait_for(lambda: self.seqs("challenge.factor:sms") == list(range(309, 299, -1)))
        self.assert_verifies()
        status, answer = self.appliance.post(self.token, [event(17)])
        self.assertEqual((status, answer["results"][0]["status"]), (200, "duplicate"))
        gone = self.system_events("records.retired")
        self.assertEqual(len(self.system_events("records.sealed")), len(gone))
        self.assertEqual(len(gone), len(report["retired"]))
        self.assertIn("rule custom keeps 15 seconds", gone[0]["action"]["context"])
        self.assertTrue(any(e["outcome"]["reason"] == "retention" for e in self.system_events("erasure.performed")))

        # No value of the retired persons is left in any file of the region, and a rebuilt index says the same.
        self.appliance.stop()
        self.run("index", "rebuild")
        self.appliance.start()
        self.assertEqual(self.seqs("challenge.factor:sms"), list(range(309, 299, -1)))

    def test_a_legal_hold_keeps_what_is_due_and_says_so(self):
        self.send(0, 5)
        self.run("privacy", "hold", "add", "case-1", "--tenant", "acme")
        self.run("retention", "set", "acme", "--rule", "custom", "--keep", "1 second")
        self.assertEqual(set(self.apply_until("held")["held"]), {"case-1"})
        self.assertIn("the hold case-1 keeps records that are due", self.run("retention", "apply").stdout)
        self.assertNotIn("retired", self.run("retention", "list", "acme").stdout.replace("RETIRED", ""))
        self.run("privacy", "hold", "release", "case-1")
        self.assertEqual(self.retire(5), 5)
        self.assertIn("retired", self.run("retention", "list", "acme").stdout)
        self.assert_verifies()

    def test_types_have_their_own_time(self):
        self.send(0, 20)
        self.send(20, 20, kind="login.failed")
        self.run("retention", "set", "acme", "--rule", "hipaa", "--type", "challenge.*=2 seconds")
        self.assertEqual(self.retire(20), 20)
        self.wait_for(lambda: self.seqs() == list(range(39, 19, -1)))
        self.assert_verifies()

    def test_rules_are_shown_changed_and_recorded(self):
        self.assertIn("PCI DSS 4.0.1, 10.5.1", self.run("retention", "show").stdout)
        self.run("retention", "set", "acme", "--rule", "pci_dss", "--type", "login.*=hipaa")
        self.assertIn("acme                 pci_dss: 12 months, 3 months at hand; login.* hipaa: 6 years", self.run("retention", "show").stdout)
        for wrong, says in [(["--rule", "pci_dss", "--keep", "1 month"], "pci_dss keeps 12 months at least"),
                            (["--rule", "gdpr"], "there is no rule 'gdpr'"),
                            (["--rule", "custom"], "needs --keep"),
                            (["--rule", "custom", "--keep", "soon"], "'soon' is no time to keep"),
                            (["--rule", "hipaa", "--type", "logins=1 year"], "covers no type of event"),
                            (["--rule", "hipaa", "--type", "login.*"], "is not TYPES=RULE")]:
            done = self.run("retention", "set", "acme", *wrong, check=False)
            self.assertEqual(done.returncode, 2, wrong)
            self.assertIn(says, done.stderr)
        self.run("retention", "clear", "acme")
        self.wait_for(lambda: len(self.system_events("policy.changed")) == 8)
        events = self.system_events("policy.changed")
        self.assertEqual({event["action"]["name"] for event in events}, {"retention set"})
        changes = [event["action"]["context"] for event in events]
        self.assertEqual(changes[:4], ["retention.rule: before forever, after pci_dss", "retention.keep: before forever, after 12 months",
                                       "retention.at_hand: before 12 months, after 3 months",
                                       'retention.types[0]: before null, after {"types":"login.*","rule":"hipaa","keep":"6 years"}'])
        self.assertEqual(changes[4], "retention.rule: before pci_dss, after forever")

    def test_without_the_daemon_the_command_says_so(self):
        self.appliance.stop()
        done = self.run("retention", "apply", check=False)
        self.assertEqual(done.returncode, 6)
        self.assertIn("countersignd is not running", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
