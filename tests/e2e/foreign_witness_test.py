"""A witness that is not ours cosigns our logs, and tells an older copy from the true one although it shows nobody what it has cosigned."""

import base64
import hashlib
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from appliance import Appliance, event, free_port, until
from backup_test import copy_appliance
from witness_test import LOG, NAME, cosigners, size_of

LITEWITNESS = Path(os.environ.get("LITEWITNESS", "")) / "litewitness"


@unittest.skipUnless(LITEWITNESS.exists(), "litewitness (filippo.io/torchwood) could not be built: what a witness of another make has to say is missing")
class Foreign(unittest.TestCase):
    """A witness of another make, which has its key in an ssh-agent, its logs in a database, and shows nobody what it has cosigned."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        key, agent, self.database = self.folder / "key", self.folder / "agent", self.folder / "w.db"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        self.run_beside("ssh-agent", "-D", "-a", agent)
        until(agent.exists, "the agent runs")
        subprocess.run(["ssh-add", "-q", key], check=True, env=dict(os.environ, SSH_AUTH_SOCK=str(agent)))
        public = base64.b64decode(key.with_suffix(".pub").read_text().split()[1])[-32:]
        raw = b"\x04" + public
        self.vkey = f"{NAME}+{hashlib.sha256(NAME.encode() + bytes([10]) + raw).hexdigest()[:8]}+{base64.b64encode(raw).decode()}"
        fingerprint = subprocess.run(["ssh-keygen", "-lf", key], check=True, capture_output=True, text=True).stdout.split()[1]
        self.port = free_port()
        self.run_beside(LITEWITNESS, "-name", NAME, "-key", fingerprint, "-ssh-agent", agent, "-db", self.database, "-listen", f"127.0.0.1:{self.port}")
        until(self.listens, "litewitness runs")

    def listens(self):
        with socket.socket() as probe:
            return self.database.exists() and probe.connect_ex(("127.0.0.1", self.port)) == 0

    def run_beside(self, *words):
        process = subprocess.Popen(list(map(str, words)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

    def test_it_cosigns_and_what_it_says_of_a_copy_is_an_alarm(self):
        with Appliance() as log:
            log.add_tenant("acme")
            token = log.add_source("app")
            vkey = log.json("witness", "logs")["logs"][0]["vkeys"][0].split("+", 1)[1]
            raw = base64.b64decode(vkey.split("+", 1)[1])
            keys = {origin: f"{origin}+{hashlib.sha256(origin.encode() + bytes([10]) + raw).hexdigest()[:8]}+{base64.b64encode(raw).decode()}"
                    for origin in (LOG, "log.example.com/eu-1/_system")}
            database = sqlite3.connect(self.database)
            with database:
                database.executemany("INSERT INTO log VALUES(?,0,?)", [(origin, base64.b64encode(hashlib.sha256(b"").digest()).decode()) for origin in keys])
                database.executemany("INSERT INTO key VALUES(?,?)", keys.items())
            database.close()
            log.config.write_text(log.config.read_text() + f'\n[[witnesses]]\nname = "lite"\nvkey = "{self.vkey}"\nurl = "http://127.0.0.1:{self.port}"\n[cosigning]\nevery_s = 1\n')
            log.start()
            log.wait_known(token)
            for first, end in ((0, 20), (20, 300), (300, 301)):
                log.post(token, [event(n) for n in range(first, end)])
                until(lambda: size_of(log.run("checkpoint", "acme", "--cosigned", check=False).stdout or "\n0\n") == end, f"{end} records are cosigned")
                if end == 20:
                    self.assertEqual(log.stop(), 0)
                    shutil.copytree(log.folder / "data", self.folder / "data")
                    log.start()
            self.assertIn(NAME, cosigners(log.run("checkpoint", "acme", "--cosigned").stdout, self.vkey))
            self.assertEqual(log.stop(), 0)
            (self.folder / "copy").mkdir()
            copy = copy_appliance(log, self.folder / "copy", heads=False)
            self.addCleanup(copy.kill)
            shutil.copytree(self.folder / "data", copy.folder / "data")
            copy.start(wait=False)
            self.assertEqual(copy.daemon.wait(30), 1, "it does not show what it has cosigned, and says how much it is")
            alarm = next(a for a in copy.json("alarm", "list")["alarms"] if a["origin"] == LOG)
            self.assertEqual((alarm["kind"], alarm["from"]), ("rollback", "witness lite"))
            self.assertIn("says that it has cosigned 301", alarm["what"])
            self.assertIsNone(copy.json("alarm", "show", alarm["id"])["theirs"], "it shows nobody what it has cosigned")
            self.assertEqual(size_of(copy.run("checkpoint", "acme").stdout), 20, "nothing was signed")
            # The first round finds the same where the start does not ask.
            shutil.rmtree(copy.folder / "data" / "alarms")
            copy.config.write_text(copy.config.read_text() + "start_wait_s = 0\n")
            copy.start()
            until(lambda: any(a["origin"] == LOG for a in copy.json("alarm", "list")["alarms"]), "the first round finds it")
            copy.kill()
            # A restore of what was kept at the time says the same.
            backups, machine = self.folder / "backups", self.folder / "machine"
            shutil.rmtree(copy.folder / "data")
            shutil.copytree(self.folder / "data", copy.folder / "data")
            copy.run("backup", "--to", backups)
            machine.mkdir()
            restored = copy_appliance(log, machine, heads=False).run("restore", "--from", backups, check=False)
            self.assertEqual(restored.returncode, 21, restored.stdout + restored.stderr)
            self.assertIn(f"ROLLED BACK {LOG}: 301 records were signed (a witness, which does not show it), 20 are here", restored.stdout)
            # And the true log starts, with all that was cosigned.
            log.start()
            self.assertEqual(log.json("alarm", "list")["alarms"], [])
            self.assertNotIn("could not be asked", log.log_text())


if __name__ == "__main__":
    unittest.main()
