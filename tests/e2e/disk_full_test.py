"""A file system that really is full (a small tmpfs): 507, nothing acknowledged is lost, and ingest goes on by itself."""

import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from appliance import Appliance, event


def small_disk(folder, size):
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True).returncode == 0


class DiskFull(unittest.TestCase):
    def test_is_answered_507_and_ingest_goes_on_when_there_is_room(self):
        folder = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        if not small_disk(folder, "24m"):
            self.skipTest("mounting a tmpfs needs to be root")
        try:
            with Appliance(folder=folder) as appliance:
                # Without a reserve SQLite itself meets the full disk.
                text = appliance.config.read_text()
                appliance.config.write_text(text.replace("disk_reserve_bytes = 16777216", "disk_reserve_bytes = 0"))
                appliance.add_tenant("acme")
                token = appliance.add_source("app", tenant="acme")
                appliance.start()
                ballast = folder / "ballast"
                free = os.statvfs(folder)
                with open(ballast, "wb") as file:
                    file.write(b"\0" * (free.f_bavail * free.f_frsize - (6 << 20)))
                acknowledged, statuses, number = {}, [], 0
                while statuses[-5:] != [507] * 5 and number < 400:
                    batch = [event(n, action={"name": "x", "context": "c" * 900}) for n in range(number * 100, number * 100 + 100)]
                    status, answer = appliance.post(token, batch)
                    statuses.append(status)
                    if status == 200:
                        acknowledged.update({sent["id"]: result["receipt"]["seq"] for sent, result in zip(batch, answer["results"])})
                    number += 1
                self.assertEqual(statuses[-5:], [507] * 5)
                self.assertGreater(len(acknowledged), 100)
                self.assertIsNone(appliance.daemon.poll(), "the daemon has ended")
                ballast.unlink()
                until = time.monotonic() + 30
                while appliance.post(token, event(999_999))[0] != 200:
                    self.assertLess(time.monotonic(), until, "ingest does not go on")
                    time.sleep(0.1)
                self.assertEqual(appliance.stop(), 0)
                stored = {record["event"]["id"]: record["seq"] for record in appliance.records("acme")}
                for name, seq in acknowledged.items():
                    self.assertEqual(stored.get(name), seq)
                self.assertIn("evt-999999", stored)
                appliance.run("verify", "--data", folder / "data")
        finally:
            subprocess.run(["umount", folder], check=False)
            folder.rmdir()


if __name__ == "__main__":
    unittest.main()
