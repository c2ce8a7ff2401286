"""Witnesses that do not show what they have cosigned, answer wrongly, late or not at all: what an appliance makes of it at the start, in a
restore, and from round to round."""

import json
import shutil
import signal
import tempfile
import time
import unittest
from pathlib import Path

from appliance import Appliance, event, until
from backup_test import copy_appliance
from blind_witness import BREAK, HANG, BlindWitness

LOG, OTHER, SYSTEM = (f"log.example.com/eu-1/{name}" for name in ("acme", "globex", "_system"))


class Blind(unittest.TestCase):
    def setUp(self):
        self.witness = BlindWitness()
        self.addCleanup(self.witness.close)
        self.new_log()

    def new_log(self):
        self.log = Appliance()
        self.addCleanup(self.log.__exit__)
        for tenant in ("acme", "globex"):
            self.log.add_tenant(tenant)
        self.token = self.log.add_source("app")
        self.alone = self.log.config.read_text()
        self.set_cosigning()

    def set_cosigning(self, text=""):
        self.log.config.write_text(self.alone + self.witness.settings() + "\n[cosigning]\nevery_s = 1\n" + text)

    def send(self, first, end, tenant="acme"):
        events = [event(n, tenant, id=f"{tenant}-{n}") for n in range(first, end)]
        status, answer = self.log.post(self.token, events)
        self.assertEqual((status, answer["appended"]), (200, end - first), answer)

    def start_log(self):
        self.log.start()
        self.log.wait_known(self.token)

    def wait_cosigned(self, size, origin=LOG, witness=None):
        until(lambda: (witness or self.witness).sizes.get(origin, 0) >= size, f"{size} records of {origin} are cosigned")

    def alarms(self, appliance=None):
        return [(a["origin"], a["kind"], a["from"]) for a in (appliance or self.log).json("alarm", "list")["alarms"]]

    def metric(self, name):
        for line in self.log.request("GET", "/metrics")[2].decode().splitlines():
            if line.startswith(name):
                return int(line.rsplit(" ", 1)[1])
        return None

    def another_machine(self, data):
        """Same configuration and keys, with this data and no head memory."""
        folder = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        machine = copy_appliance(self.log, folder, heads=False)
        if data:
            shutil.copytree(data, folder / "data")
        self.addCleanup(machine.kill)
        return machine

    def copy_at_20_of_50(self):
        """A copy of the data with 20 records, while 50 were signed and cosigned."""
        self.start_log()
        self.send(0, 20)
        self.wait_cosigned(20)
        self.assertEqual(self.log.stop(), 0)
        older = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, older, ignore_errors=True)
        shutil.copytree(self.log.folder / "data", older / "data")
        self.start_log()
        self.send(20, 50)
        self.wait_cosigned(50)
        self.assertEqual(self.log.stop(), 0)
        return self.another_machine(older / "data")

    # --- At the start

    def test_an_older_copy_signs_nothing_where_the_witness_only_says_that_it_has_more(self):
        copy = self.copy_at_20_of_50()
        for get in (404, 405, 500):
            self.witness.get = get
            copy.start(wait=False)
            self.assertEqual(copy.daemon.wait(30), 1, get)
        self.assertIn((LOG, "rollback", "witness blind"), self.alarms(copy))
        self.assertEqual(len(self.alarms(copy)), len(set(self.alarms(copy))), "one alarm, however often it starts")
        alarm = next(a for a in copy.json("alarm", "list")["alarms"] if a["origin"] == LOG)
        self.assertIsNone(copy.json("alarm", "show", alarm["id"])["theirs"])
        self.assertIn("says that it has cosigned 50", alarm["what"])
        self.assertEqual(copy.run("checkpoint", "acme").stdout.splitlines()[1], "20", "nothing was signed")
        # To the true log all is well.
        self.witness.get = 404
        self.start_log()
        self.assertEqual(self.alarms(), [])
        self.assertNotIn("could not be asked", self.log.log_text())

    def test_one_log_that_is_not_answered_for_hides_no_other(self):
        copy = self.copy_at_20_of_50()
        for fault in (503, BREAK):
            shutil.rmtree(copy.folder / "data" / "alarms", ignore_errors=True)
            self.witness.faults = {SYSTEM: fault}
            copy.start(wait=False)
            self.assertEqual(copy.daemon.wait(30), 1)
            self.assertEqual([a[0] for a in self.alarms(copy)], [LOG])
        self.start_log()
        self.assertRegex(self.log.log_text(), "could not be asked whether the data is an older copy; going on without, of 1 of 3 logs: .*_system")

    def test_many_logs_are_asked_about_at_once_and_over_few_connections(self):
        self.set_cosigning("start_wait_s = 600\n")
        for number in range(60):
            self.log.add_tenant(f"tenant-{number}")
        self.start_log()
        self.assertIn(self.witness.looked, (62, 63), "the first round has one more")
        self.assertLessEqual(self.witness.connections, 12)

    def test_a_start_that_waits_for_a_witness_can_be_stopped(self):
        self.set_cosigning("start_wait_s = 600\n")
        self.witness.get = HANG
        self.log.start(wait=False)
        until(lambda: self.witness.looked > 0, "it asks")
        began = time.monotonic()
        self.log.daemon.send_signal(signal.SIGTERM)
        self.assertEqual(self.log.daemon.wait(30), 0)
        self.assertLess(time.monotonic() - began, 5)
        self.assertIn("it is to stop before all witnesses were asked", self.log.log_text())
        self.assertNotIn('"level":"critical"', self.log.log_text())
        self.assertEqual(self.log.records("_system"), [], "nothing was signed")

    # --- While it runs

    def test_a_rollback_that_a_witness_names_is_an_alarm_whatever_it_shows(self):
        for get in (404, 405, 500, BREAK):
            with self.subTest(get=get):
                self.new_log()
                self.set_cosigning("start_wait_s = 0\n")
                self.witness.get, self.witness.sizes = 404, {}
                self.start_log()
                for tenant, origin in (("acme", LOG), ("globex", OTHER)):
                    self.send(0, 5, tenant)
                    self.wait_cosigned(5, origin)
                self.witness.get, self.witness.sizes[LOG] = get, 5_700
                self.send(5, 10)
                until(lambda: self.alarms() == [(LOG, "rollback", "witness blind")], "it is an alarm")
                self.send(5, 10, "globex")
                self.wait_cosigned(10, OTHER)
                self.assertEqual(self.log.stop(), 0)

    def test_a_log_that_is_not_answered_for_keeps_no_other_from_being_cosigned(self):
        self.set_cosigning("start_wait_s = 0\n")
        self.witness.faults = {SYSTEM: BREAK, LOG: BREAK}
        self.start_log()
        self.send(0, 5)
        self.send(0, 5, "globex")
        self.wait_cosigned(5, OTHER)
        self.assertNotIn(LOG, self.witness.sizes)
        self.witness.faults = {}
        self.wait_cosigned(5)
        self.assertEqual(self.alarms(), [])

    def test_a_region_that_cannot_be_read_keeps_no_other_from_being_cosigned(self):
        self.log.config.write_text(self.alone.replace('regions = ["eu-1"]', 'regions = ["eu-1", "us-1"]'))
        self.log.run("region", "init", "us-1")
        self.alone = self.log.config.read_text()
        self.set_cosigning()
        self.start_log()
        self.send(0, 5)
        self.wait_cosigned(5)
        ledger = self.log.folder / "data" / "us-1" / "ledger.sqlite"
        away = ledger.rename(ledger.with_name("away.sqlite"))
        before = self.metric("countersign_witness_failures_total")
        until(lambda: self.metric("countersign_witness_failures_total") > before + 1, "a metric says so")
        self.send(5, 10)
        self.wait_cosigned(10)
        away.rename(ledger)
        self.assertEqual(self.log.log_text().count("has not cosigned the region us-1: its ledger cannot be read"), 1, "once")

    # --- In a restore

    def test_a_restore_takes_a_witness_at_its_word(self):
        backups = self.log.folder / "backups"
        self.start_log()
        self.send(0, 20)
        self.wait_cosigned(20)
        self.log.run("backup", "--to", backups)
        self.log.add_tenant("beta")
        self.send(20, 57)
        until(lambda: self.log.post(self.token, [event(0, "beta")])[1]["rejected"] == 0, "the tenant is known")
        self.wait_cosigned(57)
        self.wait_cosigned(1, "log.example.com/eu-1/beta")
        self.log.kill()
        registry = self.log.folder / "data" / "registry.json"
        for get in (404, 405):
            self.witness.get = get
            machine = self.another_machine(None)
            (machine.folder / "data").mkdir()
            shutil.copy(registry, machine.folder / "data")
            done = machine.run("--json", "restore", "--from", backups, check=False)
            self.assertEqual(done.returncode, 21, done.stdout + done.stderr)
            report = json.loads(done.stdout)
            acme = next(one for one in report["logs"] if one["log"] == LOG)
            self.assertEqual([acme[name] for name in ("standing", "records", "signed_elsewhere", "missing", "known_from")],
                             ["rolled_back", 20, 57, 37, "a witness, which does not show it"])
            # Of a log that is not here it cannot be asked; that is said, with its name.
            self.assertIn("log.example.com/eu-1/beta", report["witnesses"][0]["error"])
            self.assertEqual(report["witnesses"][0]["logs"], 2)
            machine.start(wait=False)
            self.assertEqual(machine.daemon.wait(30), 1)

    def test_a_restore_goes_on_behind_a_log_that_is_not_answered_for(self):
        backups = self.log.folder / "backups"
        self.start_log()
        self.send(0, 20)
        self.send(0, 20, "globex")
        self.wait_cosigned(20, OTHER)
        self.log.run("backup", "--to", backups)
        self.log.kill()
        self.witness.faults = {SYSTEM: 503, LOG: BREAK}
        done = self.another_machine(None).run("restore", "--from", backups, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("The witness blind was asked: it has cosigned 1 logs of the region", done.stdout)
        self.assertRegex(done.stdout, f"COULD NOT BE ASKED about (?=.*{SYSTEM}: .*503)(?=.*{LOG}: )")
        self.assertNotIn("globex: it", done.stdout)


if __name__ == "__main__":
    unittest.main()
