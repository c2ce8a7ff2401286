"""Appliances that witness each other's logs: cosignatures, what they prove, and what becomes of a copy that goes another way."""

import base64
import hashlib
import json
import os
import shutil
import socket
import sqlite3
import struct
import tempfile
import threading
import time
import unittest
import zipfile
from datetime import datetime, timezone
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from appliance import Appliance, event, free_port, until
from backup_test import copy_appliance
from person import invited

LOG = "log.example.com/eu-1/acme"
NAME = "witness.example.com/w1"


def monitoring(origin):
    return hashlib.sha256(origin.encode()).hexdigest()


def cosigners(note, *vkeys):
    """Who of these has cosigned a note, with the time, computed with nothing of ours: {name: seconds}."""
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    keys = {}
    for vkey in vkeys:
        name, key_id, encoded = vkey.split("+", 2)
        raw = base64.b64decode(encoded)
        assert raw[0] == 4 and hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] == key_id
        keys[name, bytes.fromhex(key_id)] = Ed25519PublicKey.from_public_bytes(raw[1:])
    found = {}
    for line in lines.splitlines():
        dash, name, encoded = line.split(" ")
        assert dash == "—"
        raw = base64.b64decode(encoded)
        key = keys.get((name, raw[:4]))
        if key is None:
            continue
        (seconds,) = struct.unpack(">Q", raw[4:12])
        key.verify(raw[12:], f"cosignature/v1\ntime {seconds}\n{text}".encode())
        found[name] = seconds
    return found


def size_of(note):
    return int(note.splitlines()[1])


class TwoAppliances(unittest.TestCase):
    """The log's appliance, and another that witnesses for it over TLS."""

    def setUp(self):
        self.witness = Appliance(tls=True)
        self.addCleanup(self.witness.__exit__)
        self.log = Appliance()
        self.addCleanup(self.log.__exit__)
        self.log.add_tenant("acme")
        self.token = self.log.add_source("app")
        self.vkey = self.witness.json("witness", "init", NAME)["vkey"]
        self.append(self.witness, f'[witness]\nname = "{NAME}"\nkey = "keys/witness.key"\n' + self.log.run("witness", "logs").stdout)
        self.assertEqual(self.witness.run("witness", "key").stdout.strip(), self.vkey)
        self.witness.start()
        self.alone = self.log.config.read_text()
        self.append(self.log, self.asked("alpha", self.vkey, f"https://localhost:{self.witness.port}/witness",
                                         f'ca_file = "{self.witness.folder}/keys/tls.pem"\n') + "\n[cosigning]\nevery_s = 1\n")

    def append(self, appliance, text):
        appliance.config.write_text(appliance.config.read_text() + "\n" + text)

    def asked(self, name, vkey, url, more=""):
        return f'[[witnesses]]\nname = "{name}"\nvkey = "{vkey}"\nurl = "{url}"\n{more}'

    def send(self, first, end, appliance=None, token=None):
        self.assertEqual((appliance or self.log).post(token or self.token, [event(n) for n in range(first, end)])[0], 200)

    def start_log(self):
        self.log.start()
        self.log.wait_known(self.token)

    def witnessed(self, origin=LOG):
        """The checkpoint that the witness has of a log."""
        status, fields, body = self.witness.request("GET", f"/witness/{monitoring(origin)}/checkpoint")
        if status == 404:
            return None
        self.assertEqual((status, fields["Content-Type"]), (200, "text/plain; charset=utf-8"))
        return body.decode()

    def wait_witnessed(self, size):
        until(lambda: size_of(self.witnessed() or "\n0\n") >= size, f"{size} records are cosigned")
        until(lambda: self.cosigned_size() >= size, "and the log keeps the cosignature")

    def cosigned_size(self, appliance=None):
        done = (appliance or self.log).run("checkpoint", "acme", "--cosigned", check=False)
        return size_of(done.stdout) if done.returncode == 0 else 0

    def alarms(self, appliance):
        return appliance.json("alarm", "list")["alarms"]

    def copy_of_log(self):
        """A copy of the stopped log's appliance with all its data, as a snapshot of its machine would be; it has no head memory."""
        folder = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        copy = copy_appliance(self.log, folder, heads=False)
        shutil.copytree(self.log.folder / "data", folder / "data")
        copy.port = free_port()
        copy.config.write_text(copy.config.read_text().replace(f"port = {self.log.port}\n", f"port = {copy.port}\n"))
        self.addCleanup(copy.kill)
        return copy


class Cosignatures(TwoAppliances):
    def test_checkpoints_proofs_and_bundles_carry_them(self):
        self.start_log()
        self.send(0, 20)
        self.wait_witnessed(20)
        note = self.log.run("checkpoint", "acme", "--cosigned").stdout
        self.assertLess(abs(cosigners(note, self.vkey)[NAME] - time.time()), 60, "checked by another library")
        self.assertIn(NAME, cosigners(self.witnessed(), self.vkey))
        self.assertEqual(size_of(note), 20)
        until(lambda: self.witnessed("log.example.com/eu-1/_system"), "the system log is cosigned, too")
        listed = {(one["log"], one["witness"]): one["cosigned"] for one in self.log.json("witness", "list")["witnesses"]}
        self.assertEqual(listed[LOG, "alpha"]["size"], 20)

        keys = [word for key in self.log.json("checkpoint", "acme", "--keys")["all"] for word in ("--log-key", key)]
        proof, record = self.log.folder / "7.tlog-proof", self.log.folder / "7.json"
        proof.write_text(self.log.run("proof", "make", "acme", 7, "--cosigned").stdout)
        record.write_text(self.record_bytes(7))
        checked = self.log.run("proof", "check", proof, record, *keys, "--witness", self.vkey)
        self.assertIn("1 of the 1 witnesses that you named cosigned that", checked.stdout)
        stranger = Appliance()
        self.addCleanup(stranger.__exit__)
        other = stranger.json("witness", "init", "other.example.com/w")["vkey"]
        self.assertEqual(self.log.run("proof", "check", proof, record, *keys, "--witness", other, check=False).returncode, 9)

        bundle = self.log.folder / "b.zip"
        self.log.run("export", "acme", "--from", "2020-01-01T00:00:00Z", "--to", "2040-01-01T00:00:00Z", "--output", bundle)
        verify = lambda *more: self.log.run("--json", "verify", bundle, keys[0], keys[1], *more, check=False)
        state = lambda done: next((c["state"] for c in json.loads(done.stdout)["checks"] if c["name"] == "witnesses"), None)
        done = verify("--witness", self.vkey)
        self.assertEqual((done.returncode, state(done)), (0, "passed"), done.stdout)
        done = verify()
        self.assertEqual((done.returncode, state(done)), (0, None), "without a name nobody is looked for")
        for more in (("--witness", self.vkey, "--witness", other), ("--witness", self.vkey, "--witness", other, "--quorum", 2), ("--witness", other)):
            done = verify(*more)
            self.assertEqual((done.returncode, state(done)), (9, "failed"), more)
        done = verify("--witness", self.vkey, "--witness", other, "--quorum", 1)
        self.assertEqual((done.returncode, state(done)), (0, "passed"))
        policy = self.log.folder / "policy"
        lines = [f"witness A {self.vkey}", f"witness B {other}", "group both all A B", "group one any both"]
        for quorum, code in (("A", 0), ("B", 9), ("both", 9), ("none", 0)):
            policy.write_text("\n".join([f"log {keys[1]}", *lines[:3], f"quorum {quorum}"]) + "\n")
            for what in ((bundle,), ("--data", self.log.folder / "data")):
                done = self.log.run("verify", *what, "--policy", policy, check=False)
                self.assertEqual(done.returncode, code, (what, quorum, done.stdout, done.stderr))
            self.assertEqual(self.log.run("proof", "check", proof, record, "--policy", policy, check=False).returncode, code, quorum)
        policy.write_text("\n".join(lines[:3]) + "\nquorum A\n")
        self.assertEqual(self.log.run("proof", "check", proof, record, "--policy", policy, check=False).returncode, 2, "no key of the log is named")
        foreign = self.witness.json("checkpoint", "_system", "--keys")["log_key"]
        named = self.renamed(foreign, LOG)
        policy.write_text("\n".join([f"log {named}", *lines[:3], "quorum A"]) + "\n")
        self.assertEqual(self.log.run("verify", "--data", self.log.region_file("ledger.sqlite"), "--policy", policy, check=False).returncode, 9,
                         "the policy's key of the log counts")
        policy.write_text("quorum nobody\n")
        self.assertEqual(self.log.run("verify", bundle, "--policy", policy, check=False).returncode, 2)

        live = lambda *more: self.log.run("verify", "--data", self.log.folder / "data", *more, check=False)
        done = live("--witness", self.vkey)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(live("--witness", other).returncode, 9)

    def test_a_bundle_of_a_period_that_has_ended_takes_the_checkpoint_that_was_cosigned(self):
        self.start_log()
        self.send(0, 20)
        self.wait_witnessed(20)
        time.sleep(1.1)
        ended = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        time.sleep(1.1)
        self.send(20, 25)
        self.wait_witnessed(25)
        self.witness.kill()
        self.send(25, 30)
        until(lambda: size_of(self.log.run("checkpoint", "acme").stdout) == 30, "a newer one is signed")
        vkeys = [word for key in self.log.json("checkpoint", "acme", "--keys")["all"] for word in ("--log-key", key)]
        for to, size, code in ((ended, 25, 0), ("2040-01-01T00:00:00Z", 30, 9)):
            bundle = self.log.folder / f"to-{size}.zip"
            self.log.run("export", "acme", "--from", "2020-01-01T00:00:00Z", "--to", to, "--output", bundle)
            with zipfile.ZipFile(bundle) as archive:
                note = next(archive.read(name).decode() for name in archive.namelist() if name.endswith("/data/checkpoint"))
            self.assertEqual(size_of(note), size)
            self.assertEqual(bool(cosigners(note, self.vkey)), code == 0)
            done = self.log.run("--json", "verify", bundle, *vkeys, "--witness", self.vkey, check=False)
            self.assertEqual(done.returncode, code, done.stdout)
            states = {check["name"]: check["state"] for check in json.loads(done.stdout)["checks"]}
            self.assertEqual([states[name] for name in ("witnesses", "checkpoint", "completeness")], ["passed" if code == 0 else "failed", "passed", "passed"])

    def record_bytes(self, seq):
        database = sqlite3.connect(f"file:{self.log.region_file('ledger.sqlite')}?mode=ro", uri=True)
        try:
            number = database.execute("SELECT number FROM logs WHERE name=?", (LOG,)).fetchone()[0]
            return bytes(database.execute("SELECT record FROM records WHERE place=?", ((number << 40) | seq,)).fetchone()[0]).decode()
        finally:
            database.close()

    def test_a_witness_that_is_down_holds_nothing_up_and_catches_up(self):
        # Nothing listens there; and one that takes connections and says nothing.
        with socket.socket() as mute:
            mute.bind(("127.0.0.1", 0))
            mute.listen()
            dead = self.asked("dead", self.vkey_of(b"\x05" * 32), f"http://127.0.0.1:{free_port()}")
            silent = self.asked("silent", self.vkey_of(b"\x06" * 32), f"http://127.0.0.1:{mute.getsockname()[1]}")
            text = self.log.config.read_text()
            self.log.config.write_text(text.replace("\n[cosigning]\n", "\n" + dead + silent + "[cosigning]\nstart_wait_s = 1\n"))
            self.witness.kill()
            began = time.monotonic()
            self.start_log()
            self.assertLess(time.monotonic() - began, 30)
            self.assertIn("could not be asked whether the data is an older copy", self.log.log_text())
            self.send(0, 30)
            until(lambda: size_of(self.log.run("checkpoint", "acme", check=False).stdout or "\n0\n") == 30, "checkpoints are signed without witnesses")
            self.assertEqual(self.cosigned_size(), 0)
            self.witness.start()
            self.wait_witnessed(30)
            self.assertEqual(self.log.stop(), 0)

    def renamed(self, vkey, name):
        """The same key as that of a log of another name."""
        raw = base64.b64decode(vkey.split("+", 2)[2])
        return f"{name}+{hashlib.sha256(name.encode() + bytes([10]) + raw).hexdigest()[:8]}+{base64.b64encode(raw).decode()}"

    def vkey_of(self, public, name="nobody.example"):
        raw = b"\x04" + public
        return f"{name}+{hashlib.sha256(name.encode() + bytes([10]) + raw).hexdigest()[:8]}+{base64.b64encode(raw).decode()}"

    def test_killed_at_any_time_the_witness_never_goes_back(self):
        self.start_log()
        seen, sent, stop = [], [0], threading.Event()

        def ingest():
            while not stop.is_set():
                self.send(sent[0], sent[0] + 5)
                sent[0] += 5
                time.sleep(0.05)
        sender = threading.Thread(target=ingest)
        sender.start()
        try:
            for _ in range(6):
                until(lambda: size_of(self.witnessed() or "\n0\n") > (seen[-1] if seen else 0), "it goes on")
                seen.append(size_of(self.witnessed()))
                self.witness.kill()
                self.witness.start()
                self.assertGreaterEqual(size_of(self.witnessed()), seen[-1], "what was answered was on disk")
        finally:
            stop.set()
            sender.join()
        self.wait_witnessed(sent[0])
        # Whatever the log was given, the witness knows: the largest that it has is what the witness cosigned last.
        listed = next(one["cosigned"] for one in self.log.json("witness", "list")["witnesses"] if one["log"] == LOG)
        self.assertEqual(listed["size"], size_of(self.witnessed()))

    def test_of_several_requests_at_once_one_is_cosigned(self):
        self.log.config.write_text(self.alone)
        self.start_log()
        known, newest = self.log.folder / "three.checkpoint", lambda: self.log.run("checkpoint", "acme", check=False).stdout
        for first, end in ((0, 3), (3, 20)):
            self.send(first, end)
            until(lambda: size_of(newest() or "\n0\n") == end, "a checkpoint is signed")
            if end == 3:
                known.write_text(newest())
        first = self.witness.request("POST", "/witness/add-checkpoint", b"old 0\n\n" + known.read_bytes())
        self.assertEqual((first[0], first[1]["Content-Type"]), (200, "text/plain; charset=utf-8"))
        proof = "".join(line + "\n" for line in self.log.json("proof", "extends", "acme", known)["path"])
        answers = []

        def ask():
            answers.append(self.witness.request("POST", "/witness/add-checkpoint", f"old 3\n{proof}\n{newest()}".encode()))
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(status for status, _, _ in answers), [200, 409, 409, 409])
        for status, fields, body in answers:
            if status == 409:
                self.assertEqual((fields["Content-Type"], body), ("text/x.tlog.size", b"20\n"))


class Contradictions(TwoAppliances):
    def setUp(self):
        super().setUp()
        self.start_log()
        self.send(0, 20)
        self.wait_witnessed(20)
        self.assertEqual(self.log.stop(), 0)
        self.copy = self.copy_of_log()
        self.start_log()
        self.send(20, 50)
        self.wait_witnessed(50)

    def check_alarm(self, appliance, kind, ours, theirs):
        alarm = next(one for one in self.alarms(appliance) if one["origin"] == LOG)
        self.assertEqual((alarm["kind"], alarm["from"]), (kind, "witness alpha"))
        folder = appliance.folder / "data" / "alarms" / alarm["id"]
        notes = [(folder / f"{side}.checkpoint").read_text() for side in ("ours", "theirs")]
        self.assertEqual([size_of(note) for note in notes], [ours, theirs])
        self.assertIn(NAME, cosigners(notes[1], self.vkey))
        return alarm

    def test_an_older_copy_signs_nothing_once_a_witness_knows_more(self):
        self.copy.start(wait=False)
        self.assertEqual(self.copy.daemon.wait(30), 1)
        self.assertIn("records 20 to 49 are missing", self.copy.log_text())
        alarm = self.check_alarm(self.copy, "rollback", 20, 50)
        shown = self.copy.run("alarm", "show", alarm["id"]).stdout
        self.assertIn("\n50\n", shown)
        self.assertEqual(size_of(self.copy.run("checkpoint", "acme").stdout), 20, "nothing was signed")
        self.copy.start(wait=False)
        self.assertEqual(self.copy.daemon.wait(30), 1)
        self.assertEqual(len(self.alarms(self.copy)), len({a["origin"] for a in self.alarms(self.copy)}), "one alarm, however often it starts")

    def test_a_copy_that_could_not_ask_and_went_its_own_way_is_a_split_view(self):
        text = self.copy.config.read_text()
        away = text.replace(f"https://localhost:{self.witness.port}/", f"https://localhost:{free_port()}/")
        self.copy.config.write_text(away)
        self.copy.start()
        self.copy.wait_known(self.token)
        # Other events under the same numbers, and more of them than the true log has.
        self.send(1000, 1040, self.copy)
        until(lambda: size_of(self.copy.run("checkpoint", "acme").stdout) == 60, "the copy signs a history of its own")
        self.assertEqual(self.copy.stop(), 0)
        self.copy.config.write_text(text)
        self.copy.start(wait=False)
        self.assertEqual(self.copy.daemon.wait(30), 1)
        self.check_alarm(self.copy, "split_view", 60, 50)
        # A start that does not wait for witnesses goes on; the first round then finds the same, and it is one alarm still.
        self.copy.config.write_text(text.replace("\n[cosigning]\n", "\n[cosigning]\nstart_wait_s = 0\n"))
        self.copy.start()
        until(lambda: "contradicts what is here" in self.copy.log_text(), "the round finds it")
        alarm = self.check_alarm(self.copy, "split_view", 60, 50)
        self.assertEqual(len([a for a in self.alarms(self.copy) if a["origin"] == LOG]), 1)
        events = self.copy.system_events("alarm.raised")
        mine = next(e for e in events if e["action"]["resource"] == LOG)
        self.assertEqual(mine["action"]["name"], "split_view")
        self.assertIn(f"alarm={alarm['id']} from=witness alpha ours=60 theirs=50", mine["action"]["context"])
        scrape = self.copy.request("GET", "/metrics")[2].decode()
        self.assertIn('countersign_alarms{kind="split_view"}', scrape)

        ana = invited(self.copy, "ana@example.com", "--role", "admin", "--all-tenants")
        status, _, overview = ana.ask("GET", "/v1/tenants/acme/overview")
        self.assertEqual((status, [(a["id"], a["kind"]) for a in overview["alarms"]]), (200, [(alarm["id"], "split_view")]), overview)
        self.assertEqual(overview["witnesses"][0]["name"], "alpha")
        status, _, health = ana.ask("GET", "/v1/admin/health")
        self.assertEqual((status, health["degraded"]), (200, True), health)
        self.assertIn(alarm["id"], [a["id"] for a in health["alarms"]])

        for one in self.alarms(self.copy):
            self.copy.run("alarm", "acknowledge", one["id"], "--reason", "the copy is stopped")
        self.assertEqual(self.alarms(self.copy), [])
        self.assertEqual(self.copy.run("alarm", "acknowledge", alarm["id"], "--reason", "again", check=False).returncode, 4)
        acknowledged = self.copy.system_events("alarm.acknowledged")
        self.assertIn("the copy is stopped", {e["outcome"]["reason"] for e in acknowledged})
        until(lambda: 'countersign_alarms{kind="split_view"} 0' in self.copy.request("GET", "/metrics")[2].decode(), "the metric follows")
        # To the true log nothing has happened.
        self.assertEqual(self.alarms(self.log), [])
        self.send(50, 60)
        self.wait_witnessed(60)

    def test_two_roots_for_one_size_are_an_alarm_at_the_witness(self):
        note = self.log.run("checkpoint", "acme").stdout
        away = self.copy.config.read_text().replace(f"https://localhost:{self.witness.port}/", f"https://localhost:{free_port()}/")
        self.copy.config.write_text(away)
        self.copy.start()
        self.copy.wait_known(self.token)
        self.send(1000, 1030, self.copy)
        until(lambda: size_of(self.copy.run("checkpoint", "acme").stdout) == 50, "the copy is as long")
        other = self.copy.run("checkpoint", "acme").stdout
        self.assertNotEqual(note.splitlines()[2], other.splitlines()[2])
        status, _, body = self.witness.request("POST", "/witness/add-checkpoint", f"old 50\n\n{other}".encode())
        self.assertEqual(status, 422, body)
        alarm = self.alarms(self.witness)[0]
        self.assertEqual((alarm["kind"], alarm["origin"], alarm["from"]), ("split_view", LOG, "the log itself"))
        folder = self.witness.folder / "data" / "alarms" / alarm["id"]
        roots = {(folder / f"{side}.checkpoint").read_text().splitlines()[2] for side in ("ours", "theirs")}
        self.assertEqual(roots, {note.splitlines()[2], other.splitlines()[2]})
        self.assertTrue(self.witness.system_events("alarm.raised"))


class Restored(TwoAppliances):
    def test_a_restore_says_what_is_missing_since_the_backup(self):
        backups = self.log.folder / "backups"
        self.start_log()
        self.send(0, 20)
        self.wait_witnessed(20)
        self.log.add_tenant("beta")
        self.log.run("backup", "--to", backups)
        # A tenant of which nothing was in the log yet.
        self.send(20, 57)
        until(lambda: self.log.post(self.token, [event(n, "beta", id=f"beta-{n}") for n in range(3)])[1]["rejected"] == 0, "the tenant is known")
        self.wait_witnessed(57)
        until(lambda: self.witnessed("log.example.com/eu-1/beta"), "its log is cosigned, too")
        self.log.kill()
        folder = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        machine = copy_appliance(self.log, folder, heads=False)
        done = machine.run("--json", "restore", "--from", backups, check=False)
        self.assertEqual(done.returncode, 21, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        acme = next(one for one in report["logs"] if one["log"] == LOG)
        self.assertEqual([acme[name] for name in ("standing", "records", "signed_elsewhere", "missing", "first_missing", "known_from")],
                         ["rolled_back", 20, 57, 37, 20, "a witness"])
        self.assertIsNotNone(acme["known_time"])
        beta = next(one for one in report["logs"] if one["log"] == "log.example.com/eu-1/beta")
        self.assertEqual([beta[name] for name in ("standing", "records", "signed_elsewhere", "missing", "known_from")], ["rolled_back", 0, 3, 3, "a witness"])
        self.assertEqual([(w["name"], w["error"]) for w in report["witnesses"]], [("alpha", None)])
        machine.start(wait=False)
        self.addCleanup(machine.kill)
        self.assertEqual(machine.daemon.wait(30), 1, "it does not sign another history")

        # The witness is gone, too, and somebody has kept what it said.
        kept = self.log.folder / "kept.checkpoint"
        kept.write_text(self.witnessed())
        self.witness.kill()
        for more in ((), ("--witness-checkpoint", kept)):
            shutil.rmtree(folder / "data")
            shutil.rmtree(folder / "heads", ignore_errors=True)
            done = machine.run("restore", "--from", backups, *more, check=False)
            self.assertIn("The witness alpha COULD NOT BE ASKED", done.stdout)
            self.assertEqual(done.returncode, 21 if more else 0, done.stdout + done.stderr)
            self.assertEqual("37 are missing, records 20 to 56" in done.stdout, bool(more), done.stdout)
            self.assertEqual("cannot be excluded" in done.stdout, not more)


class Settings(unittest.TestCase):
    def test_a_key_and_what_it_cosigned_are_made_once_and_together(self):
        with Appliance() as appliance:
            self.assertEqual(appliance.run("witness", "key", check=False).returncode, 8)
            self.assertEqual(appliance.run("witness", "init", check=False).returncode, 2)
            appliance.run("witness", "init", NAME)
            key = appliance.folder / "keys" / "witness.key"
            self.assertEqual(key.stat().st_mode & 0o777, 0o600)
            self.assertEqual(appliance.run("witness", "init", NAME, check=False).returncode, 4)
            appliance.config.write_text(appliance.config.read_text() + f'\n[witness]\nname = "{NAME}"\nkey = "keys/witness.key"\n')
            state = appliance.folder / "heads" / "witness.sqlite"
            moved = state.rename(state.with_suffix(".away"))
            appliance.start(wait=False)
            self.assertEqual(appliance.daemon.wait(30), 1)
            self.assertIn("the key must not be used again", appliance.log_text())
            self.assertFalse(state.exists(), "it is not made anew")
            moved.rename(state)
            appliance.start()
            self.assertEqual(appliance.request("POST", "/witness/add-checkpoint", b"old 0\n\nx\n")[0], 400)
            self.assertEqual(appliance.request("POST", "/witness/add-checkpoint", b"x" * 70_000)[0], 413)
            self.assertEqual(appliance.request("GET", "/witness/add-checkpoint")[0], 405)
            self.assertEqual(appliance.request("GET", f"/witness/{monitoring(LOG)}/checkpoint")[0], 404)
            self.assertEqual(appliance.stop(), 0)

    def test_an_appliance_without_the_setting_is_no_witness(self):
        with Appliance() as appliance:
            appliance.start()
            self.assertEqual(appliance.request("POST", "/witness/add-checkpoint", b"old 0\n\nx\n")[0], 404)
            self.assertEqual(appliance.json("alarm", "list"), {"alarms": [], "damaged": []})
            self.assertEqual(appliance.run("alarm", "show", "0" * 16, check=False).returncode, 3)

    def test_an_alarm_that_cannot_be_read_is_not_silent(self):
        with Appliance() as appliance:
            damaged = appliance.folder / "data" / "alarms" / "0123456789abcdef"
            damaged.mkdir(parents=True)
            (damaged / "alarm.json").write_text("{")
            appliance.start()
            self.assertIn('countersign_alarms{kind="unreadable"} 1\n', appliance.request("GET", "/metrics")[2].decode())
            self.assertIn('countersign_alarms{kind="rollback"} 0\n', appliance.request("GET", "/metrics")[2].decode())
            self.assertIn(f"{damaged} cannot be read", appliance.log_text())
            done = appliance.run("alarm", "list", check=False)
            self.assertEqual(done.returncode, 9)
            self.assertIn(f"DAMAGED  the alarm {damaged}", done.stdout)
            self.assertIn(str(damaged), appliance.run("doctor", check=False).stdout)
            ana = invited(appliance, "ana@example.com", "--role", "admin", "--all-tenants")
            status, _, health = ana.ask("GET", "/v1/admin/health")
            self.assertEqual((status, health["degraded"], health["alarms"], health["alarms_unreadable"]), (200, True, [], 1))
            shutil.rmtree(damaged)
            until(lambda: 'countersign_alarms{kind="unreadable"} 0\n' in appliance.request("GET", "/metrics")[2].decode(), "the metric follows")

    def test_wrong_settings_are_named(self):
        with Appliance() as appliance:
            good = appliance.config.read_text()
            vkey = appliance.json("witness", "init", NAME)["vkey"]
            log_key = appliance.json("witness", "logs")["logs"][0]["vkeys"][0]
            cases = {
                "witness.name": f'[witness]\nkey = "k"\n',
                "witness.key": f'[witness]\nname = "{NAME}"\n',
                "witness.logs.vkeys": f'[witness]\nname = "{NAME}"\nkey = "k"\n[[witness.logs]]\norigin = "other.example/eu/"\nvkeys = ["{log_key}"]\n',
                "witness.logs.origin": f'[witness]\nname = "{NAME}"\nkey = "k"\n[[witness.logs]]\norigin = "with space"\nvkeys = ["{log_key}"]\n',
                "witnesses.vkey": f'[[witnesses]]\nname = "a"\nvkey = "{log_key}"\nurl = "https://w.example"\n',
                "witnesses.url": f'[[witnesses]]\nname = "a"\nvkey = "{vkey}"\nurl = "http://w.example"\n',
                "witnesses.name": f'[[witnesses]]\nname = "A b"\nvkey = "{vkey}"\nurl = "https://w.example"\n',
                "cosigning.every_s": "[cosigning]\nevery_s = 0\n",
                "cosigning.often": "[cosigning]\noften = 1\n",
            }
            for member, text in cases.items():
                appliance.config.write_text(good + "\n" + text)
                done = appliance.run("alarm", "list", check=False)
                self.assertEqual(done.returncode, 2, member)
                self.assertIn(member, done.stderr)


if __name__ == "__main__":
    unittest.main()
