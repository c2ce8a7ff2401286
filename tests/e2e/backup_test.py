"""Backups beside a daemon under load, and restores on another machine: whole, of one moment, private, rolled back, killed."""

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from appliance import BIN, Appliance, event
from disk_full_test import small_disk
from sender import Sender

ANA = ["ana@example.com", "Ana Example", "+14155550112", "ana-17", "device-of-ana"]
SEED = int(os.environ.get("COUNTERSIGN_SEED", random.randrange(1 << 32)))
KILLS = int(os.environ.get("COUNTERSIGN_KILLS", "12"))


def of_ana(number):
    return event(number, actor={"id": "ana-17", "email": "ana@example.com", "name": "Ana Example", "phone": "+14155550112"},
                 device={"fingerprint": "device-of-ana", "ip": "203.0.113.7"})


def copy_appliance(appliance, folder, heads):
    """Another machine: the same configuration and keys, no data; with the folder of the memories or without it."""
    other = Appliance.__new__(Appliance)
    other.__dict__.update(appliance.__dict__)
    other.own_folder, other.folder, other.daemon = False, Path(folder), None
    other.config = other.folder / "countersign.toml"
    shutil.copy(appliance.config, other.config)
    shutil.copytree(appliance.folder / "keys", other.folder / "keys")
    if heads:
        shutil.copytree(appliance.folder / "heads", other.folder / "heads")
    return other


class Backup(unittest.TestCase):
    def setUp(self):
        print(f"seed {SEED}")
        self.chance = random.Random(SEED)
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.scratch = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, self.scratch, ignore_errors=True)
        self.backups = self.scratch / "backups"
        self.appliance.add_tenant("acme")
        self.token = self.appliance.add_source("app")
        self.appliance.start()
        self.appliance.wait_known(self.token)

    def send(self, first, end):
        for start in range(first, end, 500):
            self.assertEqual(self.appliance.post(self.token, [event(n) for n in range(start, min(start + 500, end))])[0], 200)

    def back_up(self, *more):
        return self.appliance.json("backup", "--to", self.backups, *more)

    def wait_signed(self, records, seconds=30, log=("acme",)):
        """Until a checkpoint covers so many records of the log."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            note = self.appliance.run("checkpoint", *log, check=False).stdout
            if note and int(note.splitlines()[1]) >= records:
                return note
            time.sleep(0.05)
        raise AssertionError("nothing was signed")

    def other_machine(self, heads=True):
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        return copy_appliance(self.appliance, folder, heads)

    def restore(self, machine, *more, code=0):
        done = machine.run("--json", "restore", "--from", self.backups, *more, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout) if done.stdout else json.loads(done.stderr)["error"]

    def system_events(self, machine, kind):
        until = time.monotonic() + 30
        while time.monotonic() < until:
            found = [r["event"] for r in machine.records("_system") if r["event"]["type"] == kind]
            if found:
                return found
            time.sleep(0.05)
        return []

    def standing(self, report, tenant="acme"):
        return next(log for log in report["logs"] if log["log"].endswith("/" + tenant))

    # ---

    def test_a_machine_is_lost_and_its_region_is_put_back_on_another(self):
        self.send(0, 9000)
        self.wait_signed(9000)
        self.appliance.run("retention", "set", "acme", "--rule", "hipaa")
        first = self.back_up()
        again = self.back_up()
        self.assertLess(again["new_bytes"], first["new_bytes"] / 5, "what has not changed is not stored again")
        performed = self.system_events(self.appliance, "backup.performed")
        context = {e["action"]["resource"]: e["action"]["context"] for e in performed}
        self.assertIn(f"bytes={first['bytes']} ", context[first["snapshot"]])
        self.assertEqual(self.appliance.stop(), 0)
        last = self.back_up()
        listed = self.appliance.json("backup", "list", "--from", self.backups)
        self.assertEqual([s["snapshot"] for s in listed["snapshots"]], [first["snapshot"], again["snapshot"], last["snapshot"]])
        self.assertEqual(listed["snapshots"][0]["signed_records"] >= 9000, True)
        checked = self.appliance.json("backup", "check", "--from", self.backups)
        self.assertTrue(checked["whole"] and checked["opened"])

        machine = self.other_machine()
        self.addCleanup(machine.kill)
        report = self.restore(machine, "--verify")
        self.assertEqual((report["snapshot"], report["rolled_back"], report["registry_restored"]), (last["snapshot"], 0, True))
        self.assertEqual(self.standing(report)["records"], 9000)
        tokens = report["tokens"]
        self.assertEqual((tokens["open"], tokens["missing"], tokens["damaged"]), (tokens["all"], 0, 0))
        self.assertFalse(list((machine.folder / "data").glob(".*")), "nothing of the way is left")
        self.assertEqual(machine.run("verify", "--data", machine.folder / "data").returncode, 0)
        self.assertIn("hipaa: 6 years", machine.run("retention", "show").stdout)
        self.assertEqual(len(json.loads(machine.run("--json", "search", "acme", "actor.email:user7@mail.example", "--limit", "100").stdout)) > 0, True)
        before = self.appliance.records("acme")
        self.assertEqual(machine.records("acme"), before)
        machine.start()
        self.assertEqual(machine.post(self.token, [event(n) for n in range(8990, 9010)])[0], 200, "the registry is back, and the log goes on")
        self.assertEqual(machine.records("acme")[:9000], before)
        restored = self.system_events(machine, "backup.restored")
        self.assertEqual(restored[0]["action"]["resource"], last["snapshot"])
        self.assertEqual(machine.stop(), 0)

    def test_a_machine_burns_down_with_its_head_memory(self):
        self.send(0, 1500)
        self.wait_signed(1500)
        self.back_up()
        self.appliance.kill()
        machine = self.other_machine(heads=False)
        self.addCleanup(machine.kill)
        done = machine.run("restore", "--from", self.backups, "--verify")
        self.assertIn("cannot be excluded", done.stdout)
        machine.start()
        status, answer = machine.post(self.token, [event(n) for n in range(1000, 1600)])
        self.assertEqual(status, 200)
        self.assertEqual([r["status"] for r in answer["results"]], ["duplicate"] * 500 + ["appended"] * 100)
        self.assertEqual(machine.stop(), 0)
        self.assertEqual(machine.run("verify", "--data", machine.folder / "data").returncode, 0)
        # Its backups go on in the same folder.
        again = machine.json("backup", "--to", self.backups)
        self.assertTrue(machine.json("backup", "check", "--from", self.backups)["whole"])
        shutil.rmtree(machine.folder / "data")
        self.assertEqual(self.restore(machine, "--verify")["snapshot"], again["snapshot"])

    def test_backups_under_load_are_each_of_one_moment(self):
        senders = [Sender(self.appliance, self.token, n) for n in range(2)]
        for sender in senders:
            sender.start()
        taken = []
        for _ in range(6):
            time.sleep(0.2)
            acknowledged = dict(senders[0].acknowledged)
            taken.append((self.back_up()["snapshot"], acknowledged))
        wal = self.appliance.region_file("ledger.sqlite-wal").stat().st_size
        for sender in senders:
            sender.stopping = True
        for sender in senders:
            sender.join(30)
            self.assertEqual(sender.wrong, [])
        self.assertLess(wal, 200 << 20)
        self.assertEqual(self.appliance.stop(), 0)
        for snapshot, acknowledged in taken:
            machine = self.other_machine()
            report = self.restore(machine, "--verify", "--snapshot", snapshot, code=21)
            self.assertEqual((report["tokens"]["missing"], report["tokens"]["damaged"]), (0, 0))
            stored = {record["event"]["id"]: record["seq"] for record in machine.records("acme")}
            for name, (seq, _) in acknowledged.items():
                self.assertEqual(stored.get(name), seq, "what was acknowledged before a backup is in it")
            shutil.rmtree(machine.folder)

    def test_backups_while_persons_are_erased(self):
        sender = Sender(self.appliance, self.token, 3)
        sender.start()
        environment = dict(os.environ, COUNTERSIGN_CONFIG=str(self.appliance.config))
        erasures = 0
        for person in range(6):
            time.sleep(0.3)
            backing_up = subprocess.Popen([BIN / "countersign", "backup", "--to", self.backups], env=environment, stdout=subprocess.DEVNULL)
            done = self.appliance.run("privacy", "erase", "--tenant", "acme", "--subject", f"user=user-{person}", "--yes", "--reason", "gdpr_art_17", check=False)
            erasures += done.returncode == 0
            self.assertEqual(backing_up.wait(60), 0)
        sender.stopping = True
        sender.join(30)
        self.assertEqual(sender.wrong, [])
        self.assertGreater(erasures, 3)
        self.assertEqual(self.appliance.stop(), 0)
        self.back_up()
        for snapshot in self.appliance.json("backup", "list", "--from", self.backups)["snapshots"]:
            machine = self.other_machine()
            done = machine.run("--json", "restore", "--from", self.backups, "--verify", "--snapshot", snapshot["snapshot"], check=False)
            self.assertIn(done.returncode, (0, 21), done.stderr)
            tokens = json.loads(done.stdout)["tokens"]
            self.assertEqual((tokens["missing"], tokens["damaged"]), (0, 0))
            self.assertGreater(tokens["erased"], 0)
            shutil.rmtree(machine.folder)

    def test_an_older_backup_is_a_rollback_and_says_so(self):
        self.send(0, 1000)
        signed = self.wait_signed(1000)
        older = self.back_up()
        self.send(1000, 1700)
        newer_note = self.wait_signed(1700)
        self.back_up()
        self.assertEqual(self.appliance.stop(), 0)
        machine = self.other_machine()
        done = machine.run("restore", "--from", self.backups, "--snapshot", older["snapshot"], "--verify", check=False)
        self.assertEqual(done.returncode, 21, done.stderr)
        self.assertIn("ROLLED BACK log.example.com/eu-1/acme: 1700 records were signed (the head memory), 1000 are here: 700 are missing", done.stdout)
        self.assertIn("This is a rollback", done.stdout)
        # It can be read, verified up to there and exported; the daemon does not go on with it.
        self.assertEqual(len(machine.records("acme")), 1000)
        out = machine.folder / "up-to-then.zip"
        machine.run("export", "acme", "--from", "2020-01-01T00:00:00Z", "--to", "2030-01-01T00:00:00Z", "-o", out)
        self.assertIn(subprocess.run([BIN / "countersign", "verify", out], check=False, capture_output=True).returncode, (0, 20))
        machine.start(wait=False)
        self.assertEqual(machine.daemon.wait(20), 1)
        self.assertIn("were signed", machine.log_text())

        # Without a memory a newer snapshot still tells, and without that a checkpoint that somebody kept.
        blind = self.other_machine(heads=False)
        report = self.restore(blind, "--snapshot", older["snapshot"], code=21)
        self.assertEqual((self.standing(report)["missing"], self.standing(report)["known_from"]), (700, "a newer snapshot"))
        blind.start(wait=False)
        self.assertEqual(blind.daemon.wait(20), 1, "what was learned is remembered: no second history is signed")
        (blind.folder / "heads" / "eu-1.heads").unlink()
        shutil.rmtree(blind.folder / "data")
        newest = blind.run("restore", "--from", self.backups)
        self.assertIn("cannot be excluded", newest.stdout)
        for path in (self.backups / "snapshots").iterdir():
            if older["snapshot"] not in path.name:
                path.unlink()
        shutil.rmtree(blind.folder / "data")
        self.assertIn("cannot be excluded", blind.run("restore", "--from", self.backups).stdout)
        for note, code, standing in ((newer_note, 21, "rolled_back"), (signed, 0, "level")):
            kept = self.scratch / "kept.checkpoint"
            kept.write_text(note)
            shutil.rmtree(blind.folder / "data")
            shutil.rmtree(blind.folder / "heads")
            report = self.restore(blind, "--checkpoint", kept, code=code)
            self.assertEqual((self.standing(report)["standing"], self.standing(report)["known_from"]), (standing, "a checkpoint"))
            self.assertTrue(report["compared"])

    def test_a_backup_from_before_the_log_key_was_rotated_is_a_rollback_and_says_so(self):
        self.send(0, 400)
        self.wait_signed(400)
        older = self.back_up()
        self.appliance.json("key", "rotate", "log")
        self.send(400, 700)
        newer_note = self.wait_signed(700)
        newest = self.back_up()
        self.assertEqual(self.appliance.stop(), 0)
        machine = self.other_machine(heads=False)
        report = self.restore(machine, "--snapshot", older["snapshot"], "--verify", code=21)
        self.assertEqual((self.standing(report)["missing"], self.standing(report)["known_from"]), (300, "a newer snapshot"))
        (self.backups / "snapshots" / f"{newest['snapshot']}.json").unlink()
        kept = self.scratch / "kept.checkpoint"
        kept.write_text(newer_note)
        for folder in ("data", "heads"):
            shutil.rmtree(machine.folder / folder)
        report = self.restore(machine, "--checkpoint", kept, code=21)
        self.assertEqual((self.standing(report)["missing"], self.standing(report)["known_from"]), (300, "a checkpoint"))

    def test_backups_go_on_after_the_key_encryption_key_was_rotated(self):
        self.send(0, 300)
        self.wait_signed(300)
        self.appliance.run("source", "add", "hook", "--adapter", "okta", "--tenant", "acme", "--scheme", "shared_header")
        first = self.back_up()
        self.appliance.json("key", "rotate", "kek")
        self.assertTrue(self.appliance.json("backup", "check", "--from", self.backups)["opened"])
        last = self.back_up()
        listed = self.appliance.json("backup", "list", "--from", self.backups)["snapshots"]
        self.assertEqual([one["snapshot"] for one in listed], [first["snapshot"], last["snapshot"]], "in the same folder")
        self.assertEqual(self.appliance.stop(), 0)
        # Another machine has the keys of now and nothing else.
        machine = self.other_machine(heads=False)
        for snapshot in (first, last):
            done = machine.run("restore", "--from", self.backups, "--snapshot", snapshot["snapshot"], "--verify", check=False)
            self.assertEqual(done.returncode, 21 if snapshot is first else 0, done.stdout + done.stderr)
            self.assertRegex(done.stdout, "missing: 0, damaged: 0")
            shown = machine.json("show", "acme", "7", "--reveal")
            self.assertIn("user7@mail.example", [one.get("value") for one in shown["disclosures"]])
            if snapshot is first:
                shutil.rmtree(machine.folder / "data")
        machine.start()
        self.addCleanup(machine.kill)
        machine.json("key", "rotate", "kek")
        self.assertEqual(machine.stop(), 0)

    def test_settings_that_differ_are_named_and_stay_unless_told_otherwise(self):
        self.send(0, 100)
        self.appliance.add_tenant("globex")
        older = self.back_up()
        self.appliance.run("source", "revoke", "app")
        self.appliance.run("retention", "set", "acme", "--rule", "hipaa")
        policy = self.scratch / "policy.json"
        policy.write_text('{"access":{"factors":["totp"]}}')
        self.appliance.run("tenant", "policy", "apply", "acme", policy)
        self.assertTrue(self.system_events(self.appliance, "source.revoked"))
        newer = self.back_up()
        self.assertEqual(self.appliance.stop(), 0)
        machine = self.other_machine()
        report = self.restore(machine, "--snapshot", older["snapshot"], code=21)
        self.assertEqual((report["registry_restored"], report["settings_differ"]), (True, []))
        registry = machine.folder / "data" / "registry.json"
        before = registry.read_text()
        # As where another region's older snapshot came first.
        shutil.rmtree(machine.folder / "data" / "eu-1")
        done = machine.run("restore", "--from", self.backups, check=False)
        self.assertIn("SETTINGS DIFFER", done.stdout)
        self.assertRegex(done.stdout, r"source app: here .*; in the snapshot .*, revoked")
        self.assertRegex(done.stdout, r'tenant acme: here .*"sms".*; in the snapshot .*"factors":\["totp"\]')
        self.assertNotIn("globex", done.stdout)
        self.assertEqual(registry.read_text(), before)
        shutil.rmtree(machine.folder / "data" / "eu-1")
        report = self.restore(machine, "--snapshot", newer["snapshot"], "--replace-settings", code=done.returncode)
        self.assertEqual((report["registry_restored"], report["settings_differ"]), (True, []))
        self.assertEqual(registry.read_text(), (self.appliance.folder / "data" / "registry.json").read_text())
        self.assertEqual((registry.parent / f"registry.json.before-{newer['snapshot']}").read_text(), before)
        self.assertIn("hipaa", machine.run("retention", "show").stdout.split("TENANT")[-1])

    def test_who_was_erased_after_a_backup_stays_erased(self):
        self.assertEqual(self.appliance.post(self.token, [of_ana(1), of_ana(2)] + [event(n) for n in range(10, 400)])[0], 200)
        self.wait_signed(392)
        with_her = self.back_up()
        erased = self.appliance.json("privacy", "erase", "--tenant", "acme", "--subject", "email=ana@example.com", "--yes", "--reason", "gdpr_art_17")
        self.appliance.system_events("erasure.performed")
        self.wait_signed(len(self.appliance.records("_system")), log=("_system", "--region", "eu-1"))
        self.back_up()
        self.assertEqual(self.appliance.stop(), 0)
        for heads in (True, False):  # the memory beside the heads, or what a newer backup tells of it
            machine = self.other_machine(heads)
            self.addCleanup(machine.kill)
            report = self.restore(machine, "--snapshot", with_her["snapshot"], "--verify", code=21)
            self.assertEqual((report["erasures"], report["values_erased"]), (1, erased["erased_values"]))
            self.assertEqual((report["tokens"]["erased"], report["tokens"]["missing"]), (erased["erased_values"], 0))
            nobody = machine.run("privacy", "erase", "--tenant", "acme", "--subject", "user=ana-17", check=False)
            self.assertIn("nothing is known", nobody.stderr)
            out = machine.folder / "all.zip"
            machine.run("export", "acme", "--from", "2020-01-01T00:00:00Z", "--to", "2030-01-01T00:00:00Z", "-o", out)
            unpacked = subprocess.run(["unzip", "-p", out], capture_output=True, check=True).stdout.lower()
            for value in ANA:
                self.assertNotIn(value.lower().encode(), unpacked)
            self.assertIn(b"user11@mail.example", unpacked, "others are there")
            self.assert_nowhere(machine.folder / "data", ANA)
            memory = machine.folder / "heads" / "eu-1.erasures"
            self.assertEqual([f.stem for f in memory.iterdir()], [erased["erasure"]], "the memory is there again")

    def assert_nowhere(self, folder, values):
        for path in folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes().lower()
                self.assertEqual([v for v in values if v.lower().encode() in content], [], path)

    def test_no_byte_of_a_backup_is_personal(self):
        self.assertEqual(self.appliance.post(self.token, [of_ana(n) for n in range(200)])[0], 200)
        self.back_up()
        values = [*ANA, "203.0.113.7"]
        self.assert_nowhere(self.backups, values)
        for path in self.backups.rglob("*"):
            self.assertNotRegex(path.name, r"acme|ana|app")
        # What is not sealed, unpacked with the stock tool.
        chunks = list((self.backups / "chunks" / "open").rglob("*"))
        self.assertTrue(any(path.is_file() for path in chunks))
        for path in filter(Path.is_file, chunks):
            plain = subprocess.run(["zstd", "-dc"], input=path.read_bytes()[32:], capture_output=True, check=True).stdout.lower()
            self.assertEqual([v for v in values if v.lower().encode() in plain], [], path)
        key = bytes.fromhex((self.appliance.folder / "keys/vault.key").read_text().strip())
        for path in filter(Path.is_file, self.backups.rglob("*")):
            self.assertNotIn(key, path.read_bytes())

    def test_old_snapshots_age_out(self):
        for n in range(4):
            self.send(n * 200, n * 200 + 200)
            last = self.back_up()
        kept = self.back_up("--keep", 2)
        self.assertEqual(len(kept["removed"]), 3)
        listed = self.appliance.json("backup", "list", "--from", self.backups)["snapshots"]
        self.assertEqual([s["snapshot"] for s in listed], [last["snapshot"], kept["snapshot"]])
        self.assertTrue(self.appliance.json("backup", "check", "--from", self.backups)["whole"])

    def test_kills_leave_nothing_half_done(self):
        self.send(0, 4000)
        sender = Sender(self.appliance, self.token, 7)
        sender.start()
        environment = dict(os.environ, COUNTERSIGN_CONFIG=str(self.appliance.config))

        def killed(environment, longest, *arguments):
            process = subprocess.Popen([BIN / "countersign", *map(str, arguments)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(self.chance.uniform(0, longest))
            process.send_signal(signal.SIGKILL)
            return process.wait() == -signal.SIGKILL

        begun = time.monotonic()
        self.back_up()
        took = time.monotonic() - begun
        cut_short = sum(killed(environment, took, "backup", "--to", self.backups) for _ in range(KILLS))
        checked = self.appliance.json("backup", "check", "--from", self.backups)
        self.assertTrue(checked["whole"], checked)
        last = self.back_up()
        self.assertFalse(list(self.backups.rglob(".*.tmp")), "what was cut short is swept away")
        sender.stopping = True
        sender.join(30)
        self.assertEqual(sender.wrong, [])
        self.assertEqual(self.appliance.stop(), 0)
        self.assertTrue(self.appliance.json("backup", "check", "--from", self.backups)["whole"])

        machine = self.other_machine()
        begun = time.monotonic()
        self.restore(machine, "--verify", code=21)
        took = time.monotonic() - begun
        region = machine.folder / "data" / "eu-1"
        environment["COUNTERSIGN_CONFIG"] = str(machine.config)
        restores = 0
        for _ in range(KILLS):
            shutil.rmtree(region, ignore_errors=True)
            restores += killed(environment, took, "restore", "--from", self.backups, "--verify")
            if region.exists():  # it was done: then it is whole
                self.assertTrue((region / "ledger.sqlite").exists() and (region / "vault.sqlite").exists())
        shutil.rmtree(region, ignore_errors=True)
        report = self.restore(machine, "--verify", code=21)
        self.assertEqual((report["snapshot"], report["tokens"]["missing"]), (last["snapshot"], 0))
        self.assertFalse(list((machine.folder / "data").glob(".*")), "what the killed ones left is gone")
        print(f"{cut_short} backups and {restores} restores were cut short, of {KILLS} each")
        self.assertGreater(cut_short + restores, 2)

    def test_what_is_refused_says_why(self):
        self.send(0, 300)
        run = lambda *a, machine=self.appliance: machine.run(*a, check=False)
        inside = run("backup", "--to", self.appliance.folder / "data" / "backups")
        self.assertEqual(inside.returncode, 2)
        self.assertIn("in the data folder", inside.stderr)
        self.assertEqual(run("backup").returncode, 2)
        self.assertEqual(run("backup", "list", "--from", self.scratch / "nowhere").returncode, 3)
        snapshot = self.back_up()["snapshot"]
        # Another region's, or another appliance's.
        with Appliance(region="us-1") as other:
            refused = run("backup", "--to", self.backups, machine=other)
            self.assertEqual(refused.returncode, 8)
            self.assertEqual(run("restore", "--from", self.backups, machine=other).returncode, 8)
        busy = run("restore", "--from", self.backups)
        self.assertEqual(busy.returncode, 8)
        self.assertIn("in use by process", busy.stderr)
        self.assertEqual(self.appliance.stop(), 0)
        there = run("restore", "--from", self.backups)
        self.assertEqual(there.returncode, 4)
        self.assertIn("mv ", there.stderr)
        machine = self.other_machine()
        self.assertEqual(run("restore", "--from", self.backups, "--snapshot", "20200101T000000.000000Z", machine=machine).returncode, 3)
        self.assertEqual(run("restore", "--from", self.backups, "--snapshot", "../x", machine=machine).returncode, 2)
        # Another key-encryption key.
        (machine.folder / "keys/vault.key").write_text("ab" * 32 + "\n")
        wrong = run("restore", "--from", self.backups, machine=machine)
        self.assertEqual(wrong.returncode, 8)
        self.assertIn("keys.vault", wrong.stderr)
        shutil.copy(self.appliance.folder / "keys/vault.key", machine.folder / "keys/vault.key")
        # A chunk that is damaged, with another snapshot that does not need it.
        self.appliance.start()
        self.send(300, 600)
        newest = self.back_up()["snapshot"]
        manifest = lambda name: json.loads((self.backups / "snapshots" / f"{name}.json").read_text().splitlines()[0])
        chunks = lambda name: {c for f in manifest(name)["files"] if f["name"] == "ledger.sqlite" for piece in f["pieces"] for c in piece}
        victim = next(iter(chunks(newest) - chunks(snapshot)))
        path = self.backups / "chunks" / "open" / victim[:2] / victim
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        damaged = run("restore", "--from", self.backups, machine=machine)
        self.assertEqual(damaged.returncode, 9)
        for text in (str(path), f"snapshot {newest}", f"--snapshot {snapshot}"):
            self.assertIn(text, damaged.stderr)
        self.assertFalse(list((machine.folder / "data").glob("*")), "nothing is half-done")
        checked = run("backup", "check", "--from", self.backups)
        self.assertEqual(checked.returncode, 9)
        self.assertIn(str(path), checked.stdout)
        # A manifest that is cut short.
        file = self.backups / "snapshots" / f"{newest}.json"
        file.write_bytes(file.read_bytes()[:-100])
        cut = run("restore", "--from", self.backups, machine=machine)
        self.assertEqual(cut.returncode, 9)
        self.assertIn(str(file), cut.stderr)
        # Whole, whether or not more was signed since.
        self.assertIn(run("restore", "--from", self.backups, "--snapshot", snapshot, machine=machine).returncode, (0, 21))

    def test_a_full_disk_leaves_nothing_half_done(self):
        self.send(0, 6000)
        small = self.scratch / "small"
        small.mkdir()
        if not small_disk(small, "2m"):
            self.skipTest("mounting a tmpfs needs to be root")
        self.addCleanup(subprocess.run, ["umount", small], check=False)
        room = os.statvfs(small)
        (small / "ballast").write_bytes(b"0" * (room.f_bavail * room.f_frsize - (300 << 10)))
        full = self.appliance.run("backup", "--to", small / "backups", check=False)
        self.assertEqual(full.returncode, 7, full.stderr)
        self.assertEqual(self.appliance.json("backup", "list", "--from", small / "backups")["snapshots"], [])
        self.assertEqual([path for path in (small / "backups" / "chunks").rglob("*") if path.is_file()], [])
        self.back_up()
        self.assertEqual(self.appliance.stop(), 0)
        shutil.rmtree(small / "backups")
        (small / "ballast").unlink()
        machine = copy_appliance(self.appliance, small, True)
        refused = machine.run("restore", "--from", self.backups, check=False)
        self.assertEqual(refused.returncode, 7, refused.stderr)
        self.assertFalse(list((machine.folder / "data").glob("*")))


if __name__ == "__main__":
    unittest.main()
