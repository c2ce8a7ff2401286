"""Every key is rotated while the appliance takes events in, and a lost or wrong key does no damage."""

import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import zipfile
from pathlib import Path

import kept_logs
from appliance import BIN, Appliance, event, records_of

FROM, TO = "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "4711-4711"


class Load(threading.Thread):
    """Sends events until it is told to stop; keeps what was accepted and what was not."""

    def __init__(self, appliance, token, first):
        super().__init__(daemon=True)
        self.appliance, self.token, self.next = appliance, token, first
        self.accepted, self.refused, self.ended = [], [], threading.Event()

    def run(self):
        connection = self.appliance.connection()
        while not self.ended.is_set():
            numbers = range(self.next, self.next + 20)
            self.next += 20
            status, answer = self.appliance.post(self.token, [event(n) for n in numbers], connection=connection)
            if status == 200:
                self.accepted += numbers
            else:
                self.refused.append((status, answer))
            time.sleep(0.005)
        connection.close()

    def finish(self):
        self.ended.set()
        self.join(30)


class Keys(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.token = self.appliance.add_source("app")
        self.keys = self.appliance.folder / "keys"

    def start(self):
        self.appliance.start()
        self.appliance.wait_known(self.token)

    def send(self, first, count):
        for begin in range(first, first + count, 500):
            status, answer = self.appliance.post(self.token, [event(n) for n in range(begin, min(begin + 500, first + count))])
            self.assertEqual(status, 200, answer)

    def set_environment(self, **values):
        for name, value in values.items():
            before = os.environ.get(name)
            os.environ[name] = str(value)
            self.addCleanup(lambda n=name, b=before: os.environ.pop(n) if b is None else os.environ.update({n: b}))

    def configure(self, **settings):
        """Sets members of [keys]."""
        text = self.appliance.config.read_text()
        lines = []
        for line in text.splitlines():
            name = line.lstrip("# ").split(" = ")[0]
            if name in settings and (line.startswith(name) or name == "vault_sealed"):
                line = f'{name} = "{settings.pop(name)}"'
            lines.append(line)
        self.assertEqual(settings, {})
        self.appliance.config.write_text("\n".join(lines) + "\n")

    def rotate(self, key):
        return self.appliance.json("key", "rotate", key)

    def ids(self):
        """(key, id) of everything that `key list` tells."""
        return [(one["key"], one["id"]) for one in self.appliance.json("key", "list")]

    def vkey(self):
        return self.appliance.json("checkpoint", "acme", "--keys")["log_key"]

    def wait_for_checkpoint(self, size):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            done = self.appliance.run("--json", "checkpoint", "acme", check=False)
            if done.returncode == 0 and json.loads(done.stdout)["size"] >= size:
                return
            time.sleep(0.05)
        self.fail("no checkpoint")

    def export(self, name):
        path = self.appliance.folder / name
        self.appliance.run("export", "acme", "--from", FROM, "--to", TO, "-o", path)
        return path

    def verify(self, *arguments):
        """The exit code of a verification that knows nothing of the appliance."""
        done = subprocess.run([BIN / "countersign", "--config", "/nowhere.toml", "verify", *map(str, arguments)], capture_output=True, text=True, check=False)
        kept_logs.errors(done.stderr)
        self.report = done.stdout + done.stderr
        return done.returncode

    def rotations(self):
        return [r["event"]["action"]["resource"] for r in self.appliance.records("_system") if r["event"]["type"] == "key.rotated"]

    def wait_rotations(self, expected):
        until = time.monotonic() + 15
        while self.rotations() != expected and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(self.rotations(), expected)

    def assert_whole(self, numbers):
        """Each event is there once, and each value has one token."""
        tokens, seen = {}, []
        for record in self.appliance.records("acme"):
            number = int(record["event"]["id"].removeprefix("evt-"))
            seen.append(number)
            for kind, value, token in (("user", number % 50, record["event"]["actor"]["id"]), ("email", number % 50, record["event"]["actor"]["email"]),
                                       ("device", number % 70, record["event"]["device"]["fingerprint"])):
                self.assertEqual(tokens.setdefault((kind, value), token), token, f"{kind} {value} has two tokens")
        self.assertEqual(len(set(tokens.values())), len(tokens))
        self.assertEqual(sorted(seen), sorted(numbers))

    def assert_reveals(self, seq, number):
        shown = self.appliance.json("show", "acme", seq, "--reveal")
        self.assertIn(f"user{number % 50}@mail.example", [one.get("value") for one in shown["disclosures"]])

    def vault(self, sql):
        database = sqlite3.connect(f"file:{self.appliance.region_file('vault.sqlite')}?mode=ro", uri=True)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def files(self):
        """What lies on disk, but for what a look itself leaves."""
        out = {}
        for place in self.appliance.folder.rglob("*"):
            if place.is_file() and place.name not in ("countersignd.log", "lock", "kek.lock") and not place.name.endswith(("-shm", "-wal")):
                out[str(place.relative_to(self.appliance.folder))] = hashlib.sha256(place.read_bytes()).hexdigest()
        return out

    def refuses_to_start(self, *words):
        """The daemon ends and says what is wrong; nothing has changed."""
        before = self.files()
        self.appliance.start(wait=False)
        self.assertEqual(self.appliance.daemon.wait(20), 1)
        last = self.appliance.log_text().splitlines()[-1]
        for word in words:
            self.assertIn(word, last)
        self.assertEqual(self.files(), before)
        return last

    def fails(self, *arguments, code=8, words=()):
        done = self.appliance.run(*arguments, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)


class Rotation(Keys):
    def add_hook(self, name):
        """A source whose secret is kept sealed."""
        self.appliance.run("source", "add", name, "--adapter", "okta", "--tenant", "acme", "--scheme", "shared_header")

    def test_every_key_is_rotated_under_load(self):
        self.start()
        self.send(0, 3000)
        self.wait_for_checkpoint(3000)
        before, old_vkey, old_ids = self.export("before.zip"), self.vkey(), self.ids()
        kept = self.appliance.folder / "kept.checkpoint"
        kept.write_text(self.appliance.run("checkpoint", "acme").stdout)
        kek, certificate = (self.keys / "vault.key").read_text(), (self.keys / "signer.pem").read_text()
        tokens = dict(self.vault("SELECT token,tenant FROM personal"))
        load = Load(self.appliance, self.token, 3000)
        load.start()
        order = ["vault", "log", "clock", "kek", "signer", "vault", "log"]
        hooks, ended = [], threading.Event()

        def add_hooks():
            while not ended.is_set():
                self.add_hook(f"hook-{len(hooks)}")
                hooks.append(f"hook-{len(hooks)}")

        for key in order:
            adding = threading.Thread(target=add_hooks)
            if key == "kek":
                adding.start()
            result = self.rotate(key)
            self.assertNotEqual(result["before"], result["since"])
            if key == "kek":
                ended.set()
                adding.join(30)
        load.finish()
        self.assertGreater(len(hooks), 3, "secrets were sealed while the key that seals them changed")
        self.assertEqual(load.refused, [])
        self.assertGreater(len(load.accepted), 500)
        self.wait_for_checkpoint(3000 + len(load.accepted))
        self.assert_whole(list(range(3000)) + load.accepted)
        self.assertTrue(set(tokens) <= {row[0] for row in self.vault("SELECT token FROM personal")})
        self.assertEqual(self.vault("SELECT DISTINCT generation FROM personal"), [(3,)])
        self.assertEqual(sorted(row[0] for row in self.vault("SELECT name FROM keys")), ["data/3", "lookup/3"])
        self.wait_rotations(order)
        self.assertFalse({one for _, one in old_ids} & {one for _, one in self.ids()})
        self.assertNotIn(kek.strip(), "".join((self.keys / name).read_text() for name in os.listdir(self.keys)))
        self.assertEqual([name for name in os.listdir(self.keys) if name.endswith(".next")], [])
        self.assertIn(certificate, [(self.keys / name).read_text() for name in os.listdir(self.keys) if name.startswith("signer-")])

        after = self.export("after.zip")
        new_vkey = self.vkey()
        self.assertNotEqual(new_vkey, old_vkey)
        for path in (before, after):
            self.assertEqual(self.verify(path, "--log-key", old_vkey), 0, self.report)
        self.assertEqual(self.verify(after, "--log-key", new_vkey), 0, self.report)
        self.assertEqual(self.verify(after, "--checkpoint", kept, "--log-key", new_vkey), 0, self.report)
        self.assertEqual(self.verify(before, "--log-key", new_vkey), 9, "an older bundle cannot know the new key")
        with zipfile.ZipFile(after) as bundle:
            names = [name.partition("/")[2] for name in bundle.namelist()]
        self.assertEqual([name for name in names if "rotations" in name], [f"keys/rotations/{n}" for n in (1, 2, 3)])
        self.assertEqual(self.verify("--data", self.appliance.region_file("."), "--checkpoint", kept, "--log-key", old_vkey), 0, self.report)

        self.assert_reveals(0, 0)
        self.assertEqual(self.appliance.stop(), 0)
        self.start()
        self.assert_reveals(7, 7)
        self.assertEqual(self.appliance.json("search", "acme", "actor.email:user7@mail.example")["records"][0][:5], '{"v":')
        self.assertNotIn("error", self.appliance.log_text())

    def test_the_keys_of_every_region_are_rotated(self):
        text = self.appliance.config.read_text().replace('regions = ["eu-1"]', 'regions = ["eu-1", "us-1"]')
        self.appliance.config.write_text(text)
        self.appliance.run("region", "init", "us-1")
        self.appliance.run("tenant", "add", "globex", "--region", "us-1")
        self.start()

        def send(first):
            for tenant in ("acme", "globex"):
                status, answer = self.appliance.post(self.token, [dict(event(n), tenant=tenant, id=f"{tenant}-{n}") for n in range(first, first + 50)])
                self.assertEqual(status, 200, answer)

        send(0)
        for key in ("vault", "log", "kek", "clock", "vault"):
            self.rotate(key)
        send(50)
        for region in ("eu-1", "us-1"):
            database = sqlite3.connect(f"file:{self.appliance.folder / 'data' / region / 'vault.sqlite'}?mode=ro", uri=True)
            try:
                self.assertEqual(database.execute("SELECT DISTINCT generation FROM personal").fetchall(), [(3,)], region)
                self.assertEqual(sorted(row[0] for row in database.execute("SELECT name FROM keys")), ["data/3", "lookup/3"], region)
            finally:
                database.close()
        self.assertEqual(self.appliance.stop(), 0)
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.folder / "data").returncode, 0)
        self.start()
        for tenant in ("acme", "globex"):
            for seq in (7, 57):
                shown = self.appliance.json("show", tenant, seq, "--reveal")
                self.assertIn(f"user{seq % 50}@mail.example", [one.get("value") for one in shown["disclosures"]])
        self.assertNotIn("error", self.appliance.log_text())

    def test_no_key_goes_while_a_region_that_needs_it_is_not_served(self):
        text = self.appliance.config.read_text()
        both = text.replace('regions = ["eu-1"]', 'regions = ["eu-1", "us-1"]')
        self.start()
        before = self.ids()
        self.appliance.config.write_text(both)
        self.appliance.run("region", "init", "us-1")
        for key in ("kek", "log", "clock"):
            self.fails("key", "rotate", key, code=8, words=["us-1", "restart countersignd"])
        self.assertEqual(self.appliance.stop(), 0)
        self.start()
        self.appliance.run("tenant", "add", "globex", "--region", "us-1")
        self.appliance.post(self.token, dict(event(1), tenant="globex"))
        self.assertEqual(self.appliance.stop(), 0)
        self.appliance.config.write_text(text)
        self.start()
        for key in ("kek", "log", "clock"):
            self.fails("key", "rotate", key, code=8, words=["us-1", "us-1.heads"])
        self.assertEqual(self.ids(), before)
        self.assertFalse(list(self.keys.glob("*.next")))
        os.rename(self.appliance.folder / "heads" / "us-1.heads", self.appliance.folder / "us-1.heads")
        self.rotate("kek")

    def test_a_region_with_a_damaged_vault_does_not_keep_another_from_its_record(self):
        self.appliance.config.write_text(self.appliance.config.read_text().replace('regions = ["eu-1"]', 'regions = ["eu-1", "us-1"]'))
        self.appliance.run("region", "init", "us-1")
        self.appliance.run("tenant", "add", "globex", "--region", "us-1")
        self.start()
        for tenant in ("acme", "globex"):
            self.assertEqual(self.appliance.post(self.token, [dict(event(n), tenant=tenant, id=f"{tenant}-{n}") for n in range(20)])[0], 200)
        self.assertEqual(self.appliance.stop(), 0)
        database = sqlite3.connect(self.appliance.folder / "data" / "us-1" / "vault.sqlite")
        with database:
            database.execute("UPDATE personal SET sealed=zeroblob(length(sealed)) WHERE lookup IN (SELECT lookup FROM personal LIMIT 3)")
        database.close()
        self.start()
        self.fails("key", "rotate", "vault", code=8, words=["3 values of the region us-1 cannot be sealed anew"])
        self.wait_rotations(["vault"])
        kinds = [r["event"]["action"]["resource"] for r in records_of(self.appliance.folder / "data" / "us-1" / "ledger.sqlite", "us-1/_system") if r["event"]["type"] == "key.rotated"]
        self.assertEqual(kinds, ["vault"])

    def test_an_order_waits_for_the_daemon(self):
        for key in ("vault", "log", "kek"):
            self.fails("key", "rotate", key, code=6, words=["The order stays"])
        self.start()
        self.wait_rotations(["vault", "log", "kek"])
        self.send(0, 10)
        self.wait_for_checkpoint(10)
        self.assertEqual(self.appliance.run("key", "list", check=False).returncode, 0)

    def test_a_kill_at_any_moment_is_gone_on_from(self):
        self.start()
        self.send(0, 20_000)
        done, chance = 20_000, random.Random(7)
        rotated = 0
        for key in ("vault", "log", "kek", "clock", "vault", "kek"):
            command = subprocess.Popen([BIN / "countersign", "key", "rotate", key], env=dict(os.environ, COUNTERSIGN_CONFIG=str(self.appliance.config)),
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(3):
                time.sleep(chance.uniform(0.05, 1.4))
                self.appliance.kill()
                self.start()
                self.send(done, 50)
                done += 50
            command.wait(90)
            rotated += 1
            until = time.monotonic() + 30
            while len(set(self.rotation_ids())) < rotated and time.monotonic() < until:
                time.sleep(0.1)
        self.assertEqual(len(self.rotation_ids()), 6, "each order is carried out once")
        self.wait_for_checkpoint(done)
        self.assert_whole(range(done))
        self.assertEqual(self.vault("SELECT DISTINCT generation FROM personal"), [(3,)])
        self.assertEqual(self.verify("--data", self.appliance.region_file(".")), 0, self.report)
        self.assert_reveals(11, 11)
        path = self.export("after.zip")
        self.assertEqual(self.verify(path, "--log-key", self.vkey()), 0, self.report)

    def rotation_ids(self):
        return [r["event"]["id"] for r in self.appliance.records("_system") if r["event"]["type"] == "key.rotated"]

    def test_a_person_who_was_erased_stays_so_while_keys_are_rotated(self):
        self.start()
        self.send(0, 2000)
        self.appliance.run("key", "rotate", "vault")
        erased = self.appliance.json("privacy", "erase", "--tenant", "acme", "--subject", "email=user3@mail.example", "--yes", "--reason", "gdpr_art_17")
        self.assertTrue(erased["erased"])
        self.appliance.run("key", "rotate", "vault")
        shown = self.appliance.json("show", "acme", "3", "--reveal")
        self.assertNotIn("user3@mail.example", json.dumps(shown))
        self.assertNotIn(b"user3@mail.example", self.appliance.region_file("vault.sqlite").read_bytes())

    def test_the_signer_is_rotated_without_the_daemon_and_after_a_crash(self):
        first = (self.keys / "signer.pem").read_text()
        # As a crash between key and certificate leaves it.
        self.appliance.run("key", "rotate", "signer")
        second, key = (self.keys / "signer.pem").read_text(), (self.keys / "signer.key").read_text()
        self.assertNotEqual(first, second)
        (self.keys / "signer.pem.next").write_text(second)
        (self.keys / "signer.pem").write_text(first)
        self.start()
        self.send(0, 10)
        self.wait_for_checkpoint(10)
        fingerprint = next(one for key_name, one in self.ids() if key_name == "signer")
        with zipfile.ZipFile(self.export("one.zip")) as bundle:
            self.assertEqual(bundle.read(next(n for n in bundle.namelist() if n.endswith("keys/signer.pem"))).decode(), second)
        self.appliance.run("key", "rotate", "signer")
        self.assertEqual(((self.keys / "signer.pem").read_text(), (self.keys / "signer.key").read_text()), (second, key), "the one that was begun is ended")
        self.assertEqual(next(one for key_name, one in self.ids() if key_name == "signer"), fingerprint)
        self.wait_rotations(["signer"])


class WrongKeys(Keys):
    def test_a_wrong_or_lost_key_encryption_key_stops_the_start_and_changes_nothing(self):
        self.start()
        self.send(0, 20)
        self.wait_for_checkpoint(20)
        self.appliance.stop()
        key = self.keys / "vault.key"
        good = key.read_text()
        others = {"missing": (None, "is not there; put back its copy"), "damaged": (good[:40] + "\n", "64 hexadecimal digits"),
                  "empty": ("", "64 hexadecimal digits"), "another region's": ("ab" * 32 + "\n", "not the one that this vault's keys are wrapped with")}
        for name, (text, words) in others.items():
            with self.subTest(name):
                if text is None:
                    key.unlink()
                else:
                    key.write_text(text)
                    key.chmod(0o600)
                self.refuses_to_start("vault.key", "keys.vault", words, "Nothing was changed")
                before = self.files()
                for command in (["show", "acme", "0", "--reveal"], ["search", "acme", "actor.email:user7@mail.example"],
                                ["export", "acme", "--from", FROM, "--to", TO, "-o", self.appliance.folder / "no.zip"], ["key", "list"]):
                    done = self.appliance.run(*command, check=False)
                    self.assertNotEqual(done.returncode, 0, command)
                    self.assertIn("keys.vault", done.stderr)
                self.assertEqual(self.files(), before)
        key.write_text(good)
        key.chmod(0o644)
        self.refuses_to_start("vault.key", "chmod 600")
        key.chmod(0o600)
        self.start()
        self.assert_reveals(7, 7)

    def test_a_wrong_log_key_or_certificate_is_named(self):
        with Appliance() as other:
            theirs = {name: (other.folder / "keys" / name).read_bytes() for name in ("log.key", "clock.key", "signer.pem")}
        for name in ("log.key", "clock.key"):
            own = (self.keys / name).read_bytes()
            (self.keys / name).write_bytes(theirs[name])
            self.refuses_to_start(name, "keys." + name.removesuffix(".key"), "put back the file that belongs to it")
            (self.keys / name).write_bytes(own[:30])
            self.refuses_to_start(name, "is damaged")
            (self.keys / name).unlink()
            self.refuses_to_start(name, "is not there")
            (self.keys / name).write_bytes(own)
            (self.keys / name).chmod(0o600)
        self.start()
        self.send(0, 5)
        self.wait_for_checkpoint(5)
        (self.keys / "signer.pem").write_bytes(theirs["signer.pem"])
        self.fails("export", "acme", "--from", FROM, "--to", TO, "-o", self.appliance.folder / "no.zip", words=["signer.pem", "is not for the key"])
        self.assertFalse((self.appliance.folder / "no.zip").exists())
        self.fails("key", "list", words=["is not for the key"])

    def test_an_older_vault_is_brought_forward_and_a_newer_one_refused(self):
        self.start()
        self.send(0, 100)
        self.appliance.stop()
        file = self.appliance.region_file("vault.sqlite")
        database = sqlite3.connect(file)
        database.executescript("ALTER TABLE personal DROP COLUMN generation; PRAGMA user_version=1;")
        database.close()
        self.assert_reveals(7, 7)
        self.start()
        self.send(100, 100)
        self.assertEqual(self.vault("PRAGMA user_version"), [(2,)])
        self.assert_whole(range(200))
        self.rotate("vault")
        self.assert_reveals(7, 7)
        self.appliance.stop()
        database = sqlite3.connect(file)
        database.execute("PRAGMA user_version=3")
        database.close()
        self.refuses_to_start("the vault has format 3")


class Credential(Keys):
    def test_a_credential_is_read_and_rotated_in_two_steps(self):
        folder = Path(tempfile.mkdtemp(prefix="credentials-"))
        self.addCleanup(shutil.rmtree, folder)
        shutil.move(self.keys / "vault.key", folder / "kek")
        self.configure(vault="credential:kek")
        self.refuses_to_start("LoadCredential=kek:PATH", "$CREDENTIALS_DIRECTORY is not set")
        self.set_environment(CREDENTIALS_DIRECTORY=folder)
        self.start()
        self.send(0, 50)
        self.assert_reveals(7, 7)
        self.appliance.run("source", "add", "hook", "--adapter", "okta", "--tenant", "acme", "--scheme", "shared_header")
        self.fails("key", "rotate", "kek", words=["kek.next"])
        (folder / "kek.next").write_text("0123456789abcdef" * 4 + "\n")
        result = self.rotate("kek")
        self.assertIn("kek.next", result["advice"])
        self.assert_reveals(7, 7)
        self.fails("key", "rotate", "kek", words=["already", "hand that key over as kek"])
        self.appliance.stop()
        shutil.move(folder / "kek.next", folder / "kek")
        self.start()
        self.assert_reveals(7, 7)
        self.wait_rotations(["kek"])
        self.appliance.stop()
        (folder / "kek").unlink()
        self.refuses_to_start("the credential kek", "LoadCredential=kek:PATH", "Nothing was changed")


@unittest.skipUnless(Path(MODULE).exists(), "SoftHSM is a package of the group test")
class Token(Keys):
    def setUp(self):
        super().setUp()
        self.hsm = Path(tempfile.mkdtemp(prefix="softhsm-"))
        self.addCleanup(shutil.rmtree, self.hsm)
        (self.hsm / "tokens").mkdir()
        (self.hsm / "softhsm2.conf").write_text(f"directories.tokendir = {self.hsm}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.set_environment(SOFTHSM2_CONF=self.hsm / "softhsm2.conf")
        subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "evidence", "--pin", PIN, "--so-pin", "87654321"], check=True, capture_output=True)
        self.keygen("kek-1")
        self.pin = self.hsm / "pin"
        self.pin.write_text(PIN + "\n")

    def tool(self, *arguments):
        return subprocess.run(["pkcs11-tool", "--module", MODULE, "--token-label", "evidence", "--login", "--pin", PIN, *arguments], check=True, capture_output=True)

    def keygen(self, label, *more):
        self.tool("--keygen", "--key-type", "AES:32", "--sensitive", "--label", label, "--id", "01", *more)

    def uri(self, token="evidence", key="kek-1", module=MODULE):
        return f"pkcs11:token={token};object={key}?module-path={module}&pin-source={self.pin}"

    def seal(self):
        self.configure(vault=self.uri(), vault_sealed="keys/vault.sealed")
        self.appliance.run("key", "seal-kek", "--from", self.keys / "vault.key")

    def test_a_token_opens_the_key_and_it_is_rotated(self):
        self.start()
        self.send(0, 50)
        self.appliance.stop()
        self.seal()
        self.assertEqual(self.appliance.run("key", "seal-kek", "--from", self.keys / "vault.key", check=False).returncode, 4, "it is not overwritten")
        clear = (self.keys / "vault.key").read_text().strip()
        (self.keys / "vault.key").unlink()
        self.start()
        self.assert_reveals(7, 7)
        sealed = (self.keys / "vault.sealed").read_text()
        self.rotate("kek")
        self.rotate("vault")
        self.assertNotEqual((self.keys / "vault.sealed").read_text(), sealed)
        self.assert_reveals(7, 7)
        self.appliance.stop()
        self.start()
        self.assert_reveals(7, 7)
        self.wait_rotations(["kek", "vault"])
        for place in self.appliance.folder.rglob("*"):
            if place.is_file():
                content = place.read_bytes()
                self.assertNotIn(clear.encode(), content, place)
                self.assertNotIn(PIN.encode(), content, place)

    def test_whatever_is_wrong_with_the_token_is_said_and_nothing_is_changed(self):
        self.seal()
        for vault, words in ((self.uri(module="/nowhere.so"), "/nowhere.so cannot be loaded"), (self.uri(token="another"), "is not there; connect it"),
                             (self.uri(key="another"), "no AES key of the name"), ("pkcs11:token=evidence;object=kek-1", "names no pin-source"),
                             (self.uri().replace("pin-source", "pin-value"), "does not belong into a configuration")):
            with self.subTest(words):
                self.configure(vault=vault)
                self.refuses_to_start(words)
        self.configure(vault=self.uri())
        sealed = self.keys / "vault.sealed"
        good = sealed.read_text()
        for text, words in ((good[:50], "is cut short or damaged"), ("", "is cut short or damaged"), (good[:30] + ("A" if good[30] != "A" else "B") + good[31:], "vault.sealed")):
            with self.subTest(words):
                sealed.write_text(text)
                self.refuses_to_start("vault.sealed", words, "keys.vault_sealed")
        sealed.unlink()
        self.refuses_to_start("vault.sealed", "countersign key seal-kek")
        sealed.write_text(good)
        self.pin.unlink()
        self.refuses_to_start("PIN", str(self.pin))
        self.pin.write_text(PIN + "\n")
        self.start()
        self.send(0, 5)
        # The token goes while the daemon serves: what it has read is enough to serve, and a rotation says why not.
        shutil.move(self.hsm / "tokens", self.hsm / "gone")
        (self.hsm / "tokens").mkdir()
        self.send(5, 5)
        self.appliance.stop()
        self.refuses_to_start("is not there; connect it")
        shutil.rmtree(self.hsm / "tokens")
        shutil.move(self.hsm / "gone", self.hsm / "tokens")
        self.start()

    def test_a_wrong_pin_is_tried_once(self):
        self.seal()
        self.pin.write_text("0000-0000\n")
        self.refuses_to_start("refuses the PIN", "not tried again")
        for _ in range(15):
            self.fails("key", "list", code=5, words=["has failed before"])
        self.pin.write_text(PIN + "\n")
        self.fails("key", "list", code=5, words=["pkcs11-tool"])
        self.tool("--list-objects")
        self.start()

    def test_a_key_that_can_be_extracted_is_refused(self):
        self.keygen("open", "--extractable")
        self.configure(vault=self.uri(key="open"), vault_sealed="keys/vault.sealed")
        self.fails("key", "seal-kek", "--from", self.keys / "vault.key", words=["can be extracted"])
        self.assertFalse((self.keys / "vault.sealed").exists())


if __name__ == "__main__":
    unittest.main()
