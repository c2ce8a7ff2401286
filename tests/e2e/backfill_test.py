"""History from files: mapped CSV, packed JSON lines, interruption, and what cannot be used."""

import gzip
import json
import os
import random
import subprocess
import time
import unittest
from pathlib import Path

from appliance import BIN, DATA, Appliance

MAPPING = """
unmapped = "drop"
skip = [{ column = "status", in = ["test"] }]
[event]
id = "attempt"
time = { column = "at", format = "epoch_ms" }
type = { column = "status", map = { ok = "challenge.verified", bad = "challenge.failed" } }
tenant = { const = "acme" }
actor.phone = "phone"
challenge.id = "attempt"
challenge.factor = { const = "sms" }
"""


class Backfill(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.appliance.add_source("shop")
        self.appliance.add_source("okta", adapter="okta", tenant="acme")
        self.token = self.appliance.json("source", "backfill", "shop")["token"]
        self.appliance.start()
        self.mapping = self.appliance.folder / "map.toml"
        self.mapping.write_text(MAPPING)
        self.environment = dict(os.environ, COUNTERSIGN_CONFIG=str(self.appliance.config), COUNTERSIGN_TOKEN=self.token,
                                XDG_STATE_HOME=str(self.appliance.folder / "state"))

    def command(self, *arguments):
        return [BIN / "countersign", "--json", "ingest", *map(str, arguments)]

    def ingest(self, *arguments, expect=0, token=None):
        environment = dict(self.environment, COUNTERSIGN_TOKEN=token or self.token)
        done = subprocess.run(self.command(*arguments), env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout.startswith("{") and done.stdout.count("\n") == 1 else done

    def csv(self, count, name="log.csv", packed=False):
        text = "attempt,at,status,phone,otp\n" + "".join(
            f'a-{n},{1769851800000 + n},{("ok", "bad")[n % 2]},"+1415555{n:04}",99739104\n' for n in range(count))
        path = self.appliance.folder / (name + (".gz" if packed else ""))
        path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
        return path

    def ids(self):
        return sorted(r["event"]["id"] for r in self.appliance.records("acme"))

    def places(self):
        """How far each import came, as it is kept on disk."""
        found = {}
        for path in Path(self.environment["XDG_STATE_HOME"]).rglob("*"):
            try:
                found[path] = path.read_bytes() if path.is_file() else b""
            except FileNotFoundError:
                pass
        return found

    def test_a_mapped_table_is_imported_once(self):
        path = self.csv(2500, packed=True)
        result = self.ingest(path, "--mapping", self.mapping)
        self.assertEqual((result["appended"], result["rejected"]), (2500, 0))
        records = self.appliance.records("acme")
        self.assertEqual({r["proof"] for r in records}, {"backfill"})
        self.assertEqual(records[1]["event"]["type"], "challenge.failed")
        self.assertEqual(self.ingest(path, "--mapping", self.mapping)["duplicate"], 2500)
        for place in (self.appliance.folder / "data").rglob("*"):
            if place.is_file():
                self.assertNotIn(b"99739104", place.read_bytes(), place)

    def test_killed_at_any_moment_it_goes_on(self):
        path = self.csv(20000)
        arguments = (path, "--mapping", self.mapping, "--batch", "200")
        for _ in range(6):
            before = self.places()
            started = subprocess.Popen(self.command(*arguments), env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            until = time.monotonic() + 30
            while self.places() == before and started.poll() is None and time.monotonic() < until:
                time.sleep(0.001)
            time.sleep(random.uniform(0, 0.03))
            started.kill()
            self.assertLess(started.wait(), 0, "it was killed before its end")
        result = self.ingest(*arguments)
        resumed = result["resumed"]
        self.assertGreater(resumed, 0, "something was acknowledged before a kill")
        self.assertEqual(self.ids(), sorted(f"a-{n}" for n in range(20000)))
        self.assertEqual(self.ingest(*arguments)["resumed"], 0, "what was finished begins anew")

    def test_a_changed_file_begins_anew(self):
        path = self.csv(20000)
        started = subprocess.Popen(self.command(path, "--mapping", self.mapping, "--batch", "100"), env=self.environment, stdout=subprocess.DEVNULL)
        time.sleep(0.2)
        started.kill()
        started.wait()
        with open(path, "a", encoding="utf-8") as out:
            out.write("late,1769851800000,ok,,\n")
        result = self.ingest(path, "--mapping", self.mapping)
        self.assertEqual(result["resumed"], 0)
        self.assertIn("late", self.ids())

    def test_what_cannot_be_used(self):
        path = self.appliance.folder / "bad.csv"
        path.write_text("attempt,at,status,phone\na-1,1769851800000,ok,\na-2,yesterday,ok,\na-3,1769851800000,what,\na-4,1769851800000,test,\n,1769851800000,ok,\n")
        rejected = self.appliance.folder / "rejected.jsonl"
        result = self.ingest(path, "--mapping", self.mapping, "--rejected", rejected, expect=2)
        self.assertEqual((result["appended"], result["rejected"], result["skipped"]), (1, 3, 1))
        rows = [json.loads(line) for line in rejected.read_text().splitlines()]
        self.assertEqual([(r["event"], r["errors"][0]["path"]) for r in rows], [(2, "at"), (3, "status"), (5, "id")])
        self.assertEqual(self.ids(), ["a-1"])
        broken = self.appliance.folder / "broken.csv"
        broken.write_text("attempt,at,status,phone\na-9,1769851800000,ok,\na-10\n")
        done = self.ingest(broken, "--mapping", self.mapping, expect=2)
        self.assertIn("broken.csv: row 2 has 1 cells, the header 4", done.stderr)
        self.assertIn("needs --mapping", self.ingest(path, expect=2).stderr)
        self.mapping.write_text("[event]\n")
        self.assertIn("map.toml", self.ingest(path, "--mapping", self.mapping, expect=2).stderr)

    def test_a_dry_run_sends_nothing(self):
        done = self.ingest(self.csv(10), "--mapping", self.mapping, "--dry-run", "2")
        lines = [json.loads(line) for line in done.stdout.splitlines()[:2]]
        self.assertEqual([e["id"] for e in lines], ["a-0", "a-1"])
        self.assertEqual(self.ids(), [])

    def test_a_providers_export_needs_no_mapping(self):
        token = self.appliance.json("source", "backfill", "okta")["token"]
        self.appliance.wait_known(token)
        path = self.appliance.folder / "okta.jsonl.gz"
        path.write_bytes(gzip.compress((DATA / "payloads" / "okta" / "panther.jsonl").read_bytes()))
        result = self.ingest(path, expect=2, token=token)
        self.assertGreater(result["appended"], 0)
        self.assertGreater(result["unmapped"], 0)


if __name__ == "__main__":
    unittest.main()
