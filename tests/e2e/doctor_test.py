"""`countersign doctor`: it names each fault that is planted into a real appliance and what mends it, and changes nothing."""

import glob
import hashlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import kept_logs
from appliance import BIN, Appliance, event, until
from disk_full_test import small_disk
from verifying_test import alter

FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
# What depends on the machine that the test runs on.
OF_THE_MACHINE = ("clock.ntp", "storage.file_system/", "storage.space/")


def at(offset):
    """An environment in which the clock is off."""
    return {"LD_PRELOAD": FAKETIME[0], "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def tree(folder):
    """Everything below a folder, as it can be told from outside and inside."""
    out = {}
    for path in sorted(Path(folder).rglob("*")):
        info = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        out[str(path)] = (info.st_mode, info.st_uid, info.st_gid, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino, content)
    return out


class Doctor(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance(tls=True)
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.token = self.appliance.add_source("app", tenant="acme")
        self.keys = self.appliance.folder / "keys"

    def start(self):
        self.appliance.start()
        self.appliance.wait_known(self.token)

    def send(self, first, count):
        status, answer = self.appliance.post(self.token, [event(n) for n in range(first, first + count)])
        self.assertEqual(status, 200, answer)
        until(lambda: self.signed("acme") >= first + count, "no checkpoint covers the records")

    def signed(self, tenant):
        done = self.appliance.run("checkpoint", tenant, check=False)
        return int(done.stdout.splitlines()[1]) if done.returncode == 0 else 0

    def look(self, **environment):
        """The checks by name."""
        done = subprocess.run([BIN / "countersign", "--config", self.appliance.config, "--json", "doctor"], capture_output=True, text=True,
                              env={**os.environ, **environment})
        kept_logs.errors(done.stderr)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        document = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1 if document["faults"] else 0)
        for check in document["checks"]:
            self.assertEqual(bool(check["mend"]), check["state"] != "ok", check)
        return {check["id"]: check for check in document["checks"]}

    def finds(self, name, state, *words, **environment):
        checks = self.look(**environment)
        self.assertIn(name, checks)
        self.assertEqual(checks[name]["state"], state, checks[name])
        for word in words:
            self.assertIn(word, checks[name]["what"])
        return checks[name]

    def is_well(self, name):
        checks = self.look()
        self.assertEqual(checks.get(name, {"state": "ok"})["state"], "ok", checks.get(name))

    def mends(self, name, state, *words):
        """That the command which it names does mend it."""
        check = self.finds(name, state, *words)
        done = subprocess.run(["sh", "-c", check["run"]], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"{check['run']}: {done.stderr}")
        self.is_well(name)

    def run_daemon(self, command):
        """A command that ends with &: what it starts is the appliance's daemon."""
        self.assertTrue(command.endswith(" &"), command)
        with open(self.appliance.folder / "countersignd.log", "ab") as log:
            self.appliance.daemon = subprocess.Popen(shlex.split(command[:-2]), stdout=log, stderr=log)
        self.appliance.wait_ready()

    def test_a_running_appliance_is_well_and_none_of_its_secrets_is_told(self):
        self.start()
        self.send(0, 300)
        # Until the index is made it cannot be told what the system log says.
        until(lambda: self.look()["upkeep.backup/eu-1"]["state"] == "ok", "the index is made")
        bad = {name: check for name, check in self.look().items() if check["state"] != "ok" and not name.startswith(OF_THE_MACHINE)}
        self.assertEqual(bad, {})
        text = self.appliance.run("doctor", "--all", check=False).stdout
        self.assertIn("the daemon answers at 127.0.0.1", text)
        self.assertRegex(text, r"\n[0-9]+ checks: 0 faults, [0-9]+ warnings\n$")
        for secret in (self.token, "mail.example", "user-1", "device-", "192.0.2.7", (self.keys / "vault.key").read_text().strip()):
            self.assertNotIn(secret, text)
        self.assertNotIn("OK ", self.appliance.run("doctor", check=False).stdout, "what is well is not shown unasked")
        # Beside it all goes on, and no file is left.
        until((self.appliance.folder / "data" / "sources.json").exists, "the book of the sources is kept")
        names = set(tree(self.appliance.folder / "data"))
        for number in range(300, 304):
            self.look()
            self.send(number, 1)
        self.assertEqual(set(tree(self.appliance.folder / "data")) - names, set())
        self.assertEqual(self.appliance.stop(), 0)
        self.appliance.run("verify", "--data", self.appliance.folder / "data")

    def test_it_changes_nothing_down_to_the_times_of_files(self):
        self.start()
        self.send(0, 300)
        self.appliance.kill()
        self.assertGreater(self.appliance.region_file("ledger.sqlite-wal").stat().st_size, 0)
        before = tree(self.appliance.folder)
        checks = self.look()
        self.assertIn("2 logs, ", checks["ledger.readable/eu-1"]["what"], "what is in the WAL is read")
        self.assertEqual(tree(self.appliance.folder), before, "after a crash")
        self.appliance.start()
        self.assertEqual(self.appliance.stop(), 0)
        before = tree(self.appliance.folder)
        self.look()
        self.assertEqual(tree(self.appliance.folder), before, "after a stop")

    def test_files_that_others_can_read_or_own(self):
        log_key = self.keys / "log.key"
        log_key.chmod(0o644)
        self.mends("owner.secret/log.key", "fault", "can be read by others")
        self.keys.chmod(0o755)
        self.mends("owner.folder/keys", "warning", "can be entered by others")
        (self.appliance.folder / "data").chmod(0o777)
        self.mends("owner.folder/data", "fault", "can be written by others")
        self.appliance.config.chmod(0o666)
        self.mends("owner.configuration", "fault", "can be written by others")
        if os.geteuid() != 0:
            self.skipTest("only root gives files away")
        os.chown(self.appliance.region_file("vault.sqlite"), 12345, 12345)
        self.mends("owner.files/eu-1", "fault", "vault.sqlite")
        os.chown(log_key, 12345, 12345)
        self.mends("owner.secret/log.key", "fault", "#12345")

    def test_a_daemon_that_does_not_run_and_what_waits_for_it(self):
        self.start()
        self.send(0, 10)
        self.assertEqual(self.appliance.stop(), 0)
        self.appliance.run("verify", "--data", self.appliance.folder / "data")
        for left in self.appliance.region_file("outbox").glob("*.json"):
            os.utime(left, (time.time() - 600, time.time() - 600))
        self.finds("service.outbox/eu-1", "warning", "the oldest for 10 minutes")
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", self.appliance.port))
            other.listen()
            self.finds(f"service.port/{self.appliance.port}", "warning", "somebody listens")
        self.run_daemon(self.finds("service.running", "fault")["run"])
        until(lambda: "service.outbox/eu-1" not in self.look(), "what waited is taken")
        self.is_well("service.running")
        self.is_well("service.answers")
        # One that hangs has the files, and does not answer.
        self.appliance.daemon.send_signal(signal.SIGSTOP)
        try:
            self.finds("service.answers", "fault", "does not answer")
        finally:
            self.appliance.daemon.send_signal(signal.SIGCONT)

    def test_certificates_that_have_expired_are_for_others_or_were_not_read(self):
        self.start()
        address = f"https://evidence.example.com:{self.appliance.port}"
        text = self.appliance.config.read_text()
        self.appliance.config.write_text(text.replace("[access]\n", f'[access]\naddress = "{address}"\n'))
        self.mends("certificate.tls_name", "fault", "is not for evidence.example.com")
        # It is another one than the daemon serves, until it reads it.
        self.finds("service.answers", "fault", "another certificate")
        self.appliance.daemon.send_signal(signal.SIGHUP)
        until(lambda: self.look()["service.answers"]["state"] == "ok", "the daemon serves the new one")

        make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=listener", "-addext",
                "subjectAltName=DNS:evidence.example.com", "-keyout", self.keys / "tls.key", "-out", self.keys / "tls.pem"]
        subprocess.run([*make, "-days", "10"], check=True, capture_output=True, env={**os.environ, **at("-400d")})
        self.mends("certificate.tls", "fault", "has expired on")
        subprocess.run([*make, "-days", "20"], check=True, capture_output=True)
        self.mends("certificate.tls", "warning", "expires in 19 days")
        shutil.copy(self.keys / "signer.key", self.keys / "tls.key")
        self.mends("certificate.tls_key", "fault", "is not that of the certificate")
        (self.keys / "signer.key").unlink()
        self.mends("certificate.signer", "fault", "signer.key")
        self.finds("certificate.signer", "fault", "has expired on", **at("+4000d"))

    def test_keys_that_are_missing_or_belong_to_others(self):
        for name, check in (("log.key", "key.checkpoints/eu-1"), ("clock.key", "key.checkpoints/eu-1"), ("vault.key", "key.kek")):
            (self.keys / name).rename(self.keys / "away")
            self.assertIn("put back", self.finds(check, "fault", name)["mend"])
            (self.keys / "away").rename(self.keys / name)
            self.is_well(check)
        with Appliance() as other:
            for name, check in (("log.key", "key.checkpoints/eu-1"), ("vault.key", "key.vault/eu-1")):
                (self.keys / name).rename(self.keys / "away")
                shutil.copy(other.folder / "keys" / name, self.keys / name)
                self.assertIn("put back", self.finds(check, "fault")["mend"])
                (self.keys / "away").rename(self.keys / name)
                self.is_well(check)

    def test_a_clock_that_was_set_back(self):
        self.assertTrue(FAKETIME, "libfaketime is not installed")
        self.start()
        self.send(0, 10)
        self.assertEqual(self.appliance.stop(), 0)
        check = self.finds("clock.records/eu-1", "fault", "2 days behind the newest record", **at("-50h"))
        self.assertIn("timedatectl set-ntp true", check["run"])
        self.is_well("clock.records/eu-1")
        # Long after, what is to be done each day was not done.
        later = self.look(**at("+30d"))
        self.assertEqual(later["upkeep.verification/eu-1"]["state"], "fault")
        self.assertEqual(later["upkeep.backup/eu-1"]["state"], "warning")

    def test_an_older_copy_of_the_ledger(self):
        self.start()
        self.send(0, 100)
        self.assertEqual(self.appliance.stop(), 0)
        region = self.appliance.folder / "data" / "eu-1"
        shutil.copytree(region, self.appliance.folder / "older")
        self.start()
        self.send(100, 50)
        self.assertEqual(self.appliance.stop(), 0)
        self.is_well("ledger.heads/eu-1")
        region.rename(self.appliance.folder / "newer")
        (self.appliance.folder / "older").rename(region)
        check = self.finds("ledger.heads/eu-1", "fault", "150 records of log.example.com/eu-1/acme were signed, 100 are here")
        self.assertIn("do not start it", check["mend"])
        shutil.rmtree(region)
        self.assertTrue(self.finds("ledger.readable/eu-1", "fault")["run"].endswith(" region init eu-1"))
        (self.appliance.folder / "newer").rename(region)
        (self.appliance.folder / "heads" / "eu-1.heads").rename(self.appliance.folder / "away")
        self.finds("ledger.heads/eu-1", "warning", "remembers nothing")

    def test_a_ledger_that_a_verification_found_altered(self):
        self.start()
        self.send(0, 600)
        self.assertEqual(self.appliance.stop(), 0)
        alter(self.appliance.region_file("ledger.sqlite"), "log.example.com/eu-1/acme", 7)
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.folder / "data", check=False).returncode, 9)
        self.start()
        until(lambda: self.look()["upkeep.verification/eu-1"]["state"] == "fault", "the fault is told")
        check = self.finds("upkeep.verification/eu-1", "fault", "found a fault", "of the log of a tenant")
        self.assertNotIn("acme", check["what"])
        self.assertEqual(subprocess.run(["sh", "-c", check["run"]], capture_output=True).returncode, 9)

    def test_a_source_that_is_silent_and_one_that_is_refused(self):
        self.start()
        quiet = self.appliance.json("source", "add", "quiet", "--tenant", "acme", "--silent-after", "60s")["token"]
        self.appliance.wait_known(quiet)
        self.assertNotIn("source.silent/quiet", self.look())
        self.assertIn("since it was added", self.look(**at("+120"))["source.silent/quiet"]["what"])
        self.send(0, 10)
        self.appliance.post(quiet, [dict(event(n), type="no.such") for n in range(5)])
        until(lambda: "source.refused/quiet" in self.look(), "what was refused is told")
        check = self.finds("source.refused/quiet", "warning", "were refused")
        shown = subprocess.run(["sh", "-c", check["run"]], capture_output=True, text=True)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertNotIn("source.refused/app", self.look())

    def test_a_disk_that_is_full(self):
        disk = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(disk.rmdir)
        if not small_disk(disk, "40m"):
            self.skipTest("mounting a tmpfs needs to be root")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        region = disk / "eu-1"
        shutil.move(self.appliance.folder / "data" / "eu-1", region)
        with open(self.appliance.config, "a") as config:
            config.write(f'\n[region.eu-1]\ndirectory = "{region}"\nown_file_system = true\n')
        region.chmod(0o750)
        self.finds("storage.space/eu-1", "warning" if self.free(disk) < 64 << 20 else "ok")
        self.finds("storage.file_system/eu-1", "warning", "which is memory")
        ballast = disk / "ballast"
        ballast.write_bytes(b"\0" * (self.free(disk) - (8 << 20)))
        self.finds("storage.space/eu-1", "fault", "events are refused with 507")
        ballast.unlink()
        self.assertNotEqual(self.look()["storage.space/eu-1"]["state"], "fault")
        # The region is on the same file system as the data folder.
        back = self.appliance.folder / "elsewhere"
        shutil.copytree(region, back)
        self.appliance.config.write_text(self.appliance.config.read_text().replace(f'"{region}"', f'"{back}"'))
        self.finds("storage.own_file_system", "fault", "the same file system")

    @staticmethod
    def free(folder):
        info = os.statvfs(folder)
        return info.f_bavail * info.f_frsize

    def test_a_configuration_that_is_not_there_or_wrong(self):
        with open(self.appliance.config, "a") as config:
            config.write("\n[nonsense]\n")
        self.finds("configuration.valid", "fault", "nonsense")
        self.appliance.config.unlink()
        self.assertIn("countersign init", self.finds("configuration.valid", "fault")["run"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
