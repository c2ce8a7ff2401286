"""The daemon verifies its ledgers by itself, and each verification, also one by a command, is in the system log."""

import shutil
import sqlite3
import time
import unittest

from appliance import Appliance, event, until

SHORT = "every_hours = 0.0005"  # 1.8 s
DAILY = "\nevery_hours = 24\n\n[controls]"


def alter(ledger, log, seq):
    """Alters a record, as who owns the file can, and leaves the triggers as they were."""
    database = sqlite3.connect(ledger)
    try:
        triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type='trigger'").fetchall()
        place = (database.execute("SELECT number FROM logs WHERE name=?", (log,)).fetchone()[0] << 40) + seq
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        record = database.execute("SELECT record FROM records WHERE place=?", (place,)).fetchone()[0]
        changed = record.replace(b'"login"', b'"signup"')
        assert changed != record
        database.execute("UPDATE records SET record=? WHERE place=?", (changed, place))
        for _, sql in triggers:
            database.execute(sql)
        database.commit()
    finally:
        database.close()


class Verifying(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.source = self.appliance.add_source("app")

    def start(self):
        self.appliance.start()
        self.appliance.wait_known(self.source)

    def fill(self):
        """With so many that the daemon does not look at the first of them when it starts."""
        self.assertEqual(self.appliance.post(self.source, [event(n) for n in range(600)])[0], 200)

    def shorten(self):
        text = self.appliance.config.read_text()
        self.assertEqual(text.count(DAILY), 1)
        self.appliance.config.write_text(text.replace(DAILY, f"\n{SHORT}\n\n[controls]"))

    def outcomes(self):
        return [r["event"]["outcome"]["reason"] for r in self.appliance.records("_system") if r["event"]["type"] == "ledger.verified"]

    def failed(self):
        text = self.appliance.request("GET", "/metrics")[2].decode()
        line = next(line for line in text.splitlines() if line.startswith('countersign_verification_failures_total{region="eu-1"}'))
        return int(line.split()[1])

    def verify(self, folder=None):
        return self.appliance.run("verify", "--data", folder or self.appliance.folder / "data", check=False)

    def test_the_daemon_does_it_by_itself_and_tells_what_it_finds(self):
        self.shorten()
        self.start()
        self.fill()
        found = self.appliance.system_events("ledger.verified", 3)
        self.assertEqual(found[0]["action"]["name"], "verify ledger")
        self.assertEqual(found[0]["action"]["resource"], "all")
        self.assertRegex(found[-1]["action"]["context"], "^records=[0-9]+ logs=2 seconds=[0-9]+$")
        self.assertNotIn("actor", found[0])
        self.assertEqual(set(self.outcomes()), {"intact"})
        self.assertEqual(self.failed(), 0)
        began = time.monotonic()
        self.assertEqual(self.appliance.stop(), 0)
        self.assertLess(time.monotonic() - began, 15, "it does not wait for a verification")

        alter(self.appliance.region_file("ledger.sqlite"), "log.example.com/eu-1/acme", 7)
        self.appliance.start()
        until(lambda: self.outcomes()[-1] != "intact", "the altered record is told in the system log")
        reason = self.outcomes()[-1]
        self.assertRegex(reason, "^record [78] of the log of a tenant: ")
        self.assertNotIn("acme", reason, "every tenant of the region is shown the record")
        until(lambda: self.failed() > 0, "the metric counts it")
        self.assertRegex(self.appliance.log_text(), "the ledger of the region eu-1 is altered or incomplete: log.example.com/eu-1/acme record [78]: ")

    def test_a_command_leaves_a_record_too(self):
        self.start()
        self.fill()
        done = self.verify()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(self.appliance.system_events("ledger.verified")[0]["action"]["context"], "^records=[0-9]+ logs=2 seconds=[0-9]+$")
        self.assertTrue(self.appliance.json("verify", "--data", self.appliance.region_file("ledger.sqlite"))["ledgers"][0]["recorded"])
        self.assertEqual([e["outcome"] for e in self.appliance.system_events("ledger.verified", 2)], [{"reason": "intact"}] * 2)
        self.appliance.stop()

        # Of a copy that lies elsewhere the system log is not this appliance's.
        copy = self.appliance.folder / "copy"
        shutil.copytree(self.appliance.folder / "data", copy)
        alter(copy / "eu-1" / "ledger.sqlite", "log.example.com/eu-1/acme", 7)
        self.assertEqual(self.verify(copy).returncode, 9)
        waiting = lambda folder: list((folder / "eu-1" / "outbox").glob("*.json"))
        self.assertEqual((waiting(copy), waiting(self.appliance.folder / "data")), ([], []))

        alter(self.appliance.region_file("ledger.sqlite"), "log.example.com/eu-1/acme", 7)
        done = self.verify()
        self.assertEqual(done.returncode, 9)
        self.assertRegex(done.stdout, "FAIL log.example.com/eu-1/acme record [78]: ")
        self.assertEqual(len(waiting(self.appliance.folder / "data")), 1)
        self.appliance.start()
        self.assertRegex(self.appliance.system_events("ledger.verified", 3)[2]["outcome"]["reason"], "^record [78] of the log of a tenant: ")

    def test_where_it_cannot_be_recorded_the_verification_still_tells(self):
        self.start()
        self.fill()
        self.appliance.stop()
        outbox = self.appliance.region_file("outbox")
        shutil.rmtree(outbox, ignore_errors=True)
        outbox.write_text("no folder")
        done = self.verify()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("The system log of eu-1 will not say that this was verified: ", done.stdout)

    def test_what_is_no_interval_is_refused(self):
        text = self.appliance.config.read_text()
        for wrong in ("-1", '"daily"', "9999", "true"):
            self.appliance.config.write_text(text.replace(DAILY, f"\nevery_hours = {wrong}\n\n[controls]"))
            done = self.appliance.run("tenant", "list", check=False)
            self.assertEqual((done.returncode, "verification.every_hours must be a number from 0 to 8784" in done.stderr), (2, True), done.stderr)
        for right in ("0", "0.5", "168"):
            self.appliance.config.write_text(text.replace(DAILY, f"\nevery_hours = {right}\n\n[controls]"))
            self.appliance.run("tenant", "list")


if __name__ == "__main__":
    unittest.main(verbosity=2)
