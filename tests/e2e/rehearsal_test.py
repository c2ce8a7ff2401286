"""docs/disaster-recovery.md, carried out: the machine is lost, and what there is comes back with the truth about what does not."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from appliance import BIN, until
from witness_test import LOG, TwoAppliances, size_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "disaster-recovery.md"


class Rehearsal(TwoAppliances):
    def setUp(self):
        super().setUp()
        self.blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        self.scratch = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)

    def follow(self, begins, code=0):
        """Runs the next block of the page, which begins so; what it printed."""
        block = self.blocks.pop(0)
        self.assertTrue(block.startswith(begins), block)
        environment = dict(os.environ, PATH=f"{BIN}:{os.environ['PATH']}", COUNTERSIGN_CONFIG=str(self.log.folder / "countersign.toml"), ETC=str(self.log.folder),
                           DATA=str(self.log.folder / "data"), BACKUPS=str(self.scratch / "backups"), SAFE=str(self.scratch / "safe"))
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=self.scratch, env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, code, f"{block}\n{done.stdout}{done.stderr}")
        return done.stdout

    def lose_the_machine(self):
        """Nothing of it is left but what the page told to keep elsewhere. The folder here holds more than a real one of configurations would."""
        self.log.kill()
        for name in ("data", "heads"):
            shutil.rmtree(self.scratch / "safe" / name, ignore_errors=True)
        for entry in self.log.folder.iterdir():
            if entry.name != "countersignd.log":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def test_every_step_of_the_page(self):
        self.start_log()
        self.send(0, 20)
        self.wait_witnessed(20)
        listed = self.follow("countersign backup --to")
        self.assertIn("alpha: cosigned", listed)
        self.send(20, 57)
        self.wait_witnessed(57)
        self.lose_the_machine()

        self.follow("mkdir -p")
        self.follow("countersign backup check")
        report = self.follow("countersign restore", code=21)
        told = re.search(rf"ROLLED BACK {LOG}: 57 records were signed \(a witness, \S+Z\), 20 are here: 37 are missing, records 20 to 56, all from after this copy was made", report)
        self.assertTrue(told, report)
        self.follow("countersign export acme")
        verified = self.log.run("verify", self.scratch / "acme-before.zip", check=False)
        self.assertEqual(verified.returncode, 20, verified.stdout + verified.stderr)
        self.assertIn("20 records", verified.stdout)
        self.log.start(wait=False)
        self.assertEqual(self.log.daemon.wait(30), 1, "it does not go on with the old region")

        self.follow("cp ")
        self.log.region = "eu-2"
        self.start_log()
        logs = self.follow("countersign witness logs")
        self.assertIn('origin = "log.example.com/eu-2/"', logs)
        self.witness.config.write_text(self.witness.config.read_text() + "\n" + logs)
        self.assertEqual(self.witness.stop(), 0)
        self.witness.start()
        # The sources send again what the old log lost; what it has is known by nobody here, and is not sent.
        self.send(20, 57)
        until(lambda: size_of(self.witnessed("log.example.com/eu-2/acme") or "\n0\n") == 37, "the new region's log is witnessed")
        self.assertEqual({r["log"] for r in self.log.records("acme")}, {"log.example.com/eu-2/acme"})
        self.assertEqual(self.follow("countersign --config").count("challenge.verified"), 20, "the old region is read on")
        self.assertEqual(self.blocks, [], "every block of the page was run")


if __name__ == "__main__":
    unittest.main()
