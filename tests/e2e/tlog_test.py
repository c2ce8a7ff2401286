"""Logs as tiles (C2SP tlog-tiles): served to who may read them, mirrored by another appliance through kills, forks and rotations of keys,
and read by an implementation that is not ours."""

import gzip
import hashlib
import http.server
import json
import os
import random
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from appliance import Appliance, event, until
from sender import Sender, stop_all

SEED = int(os.environ.get("COUNTERSIGN_SEED", random.randrange(1 << 32)))
KILLS = int(os.environ.get("COUNTERSIGN_KILLS", "6"))
OTHER_READER = Path(os.environ.get("TLOG_CHECKER", "")) / "tlog-check"
LOG = "/eu-1/acme"
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "transparency.md"


def split(bundle):
    """The entries of a bundle."""
    out = []
    while bundle:
        size = int.from_bytes(bundle[:2], "big")
        out.append(bundle[2:2 + size])
        assert len(out[-1]) == size
        bundle = bundle[2 + size:]
    return out


def leaf(record):
    return hashlib.sha256(b"\0" + record).digest()


def root_of(hashes):
    """RFC 6962 section 2.1."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\1" + root_of(hashes[:k]) + root_of(hashes[k:])).digest()


class Source(Appliance):
    """An appliance that keeps the log of acme, with tokens of each kind."""

    def __init__(self, **options):
        super().__init__(**options)
        for tenant in ("acme", "globex"):
            self.add_tenant(tenant)
        self.app = self.add_source("app")
        self.sent = 0

    def token(self, name, role, *rights):
        return self.json("operator", "add", name, "--role", role, *rights)["token"]

    def open_log(self):
        self.mirror = self.token("mirror", "mirror", "--tenant", "acme")
        self.start()
        self.wait_known(self.app)
        return self

    def send(self, count, **more):
        for first in range(self.sent, self.sent + count, 500):
            events = [event(n, **more) for n in range(first, min(first + 500, self.sent + count))]
            status, answer = self.post(self.app, events)
            assert status == 200 and answer["failed"] == answer["rejected"] == 0, answer
        self.sent += count

    def get(self, path, token=None, **fields):
        """(status, fields, bytes)"""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.request("GET", path, None, {**headers, **fields})

    def signed(self, records):
        """Once a checkpoint covers so many records; its size."""
        def size():
            status, _, note = self.get(LOG + "/checkpoint", self.mirror)
            return int(note.split(b"\n")[1]) if status == 200 else 0
        until(lambda: size() >= records, f"{records} records are not signed")
        return size()

    def keys(self):
        return self.json("checkpoint", "acme", "--keys")

    def set(self, text):
        with self.config.open("a") as config:
            config.write(text)


class Mirror(Appliance):
    """An appliance that mirrors another one's log of acme."""

    def __init__(self, source, token=None, name="acme"):
        super().__init__(region="us-1")
        self.source, self.name = source, name
        file = self.folder / "keys" / "mirror.token"
        file.write_text((token or source.mirror) + "\n")
        file.chmod(0o600)
        self.admin = self.json("operator", "add", "anna", "--role", "admin", "--all-tenants")["token"]
        self.reader = self.json("operator", "add", "reader", "--role", "mirror", "--all-tenants")["token"]
        keys = source.keys()
        self.bare = self.config.read_text()
        self.follow([keys["log_key"], keys["clock_key"]])

    def follow(self, keys):
        scheme, trusted = ("https", f'ca_file = "{self.source.folder}/keys/tls.pem"') if self.source.tls else ("http", "")
        self.config.write_text(self.bare + f"""
[[mirror]]
name = "{self.name}"
url = "{scheme}://127.0.0.1:{self.source.port}{LOG}"
keys = {json.dumps(keys)}
token = "keys/mirror.token"
every_s = 1
{trusted}
""")

    def copy(self):
        return self.folder / "data" / "mirrors" / self.name

    def standing(self):
        status, _, answer = self.request("GET", "/v1/mirrors", None, {"Authorization": f"Bearer {self.admin}"})
        assert status == 200, answer
        return json.loads(answer)["mirrors"][0]

    def wait_standing(self, what, seconds=40, **members):
        until(lambda: all(self.standing()[name] == value for name, value in members.items()), f"{what}: {self.standing()}", seconds)
        return self.standing()

    def check(self, *more, code=0):
        """What `tlog check` finds in the copy."""
        done = self.run("--json", "tlog", "check", self.copy(), "--log-key", self.source.keys()["log_key"], *more, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)


def other_reader(place, vkey, *token):
    """How many records Go's own implementation reads and finds as they were signed."""
    if not OTHER_READER.exists():
        raise unittest.SkipTest("the other reader could not be built: what it has to say is missing")
    done = subprocess.run([OTHER_READER, str(place), vkey, *token], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


class Between:
    """What stands between a mirror and its log: passes requests on, but answers 404 for paths that `hidden` matches."""

    def __init__(self, source):
        self.hidden = None
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                status, fields, body = 404, {}, b""
                if not (between.hidden and re.search(between.hidden, self.path)):
                    status, fields, body = source.request("GET", self.path, None, dict(self.headers.items()))
                self.send_response(status)
                for name in ("Content-Type", "Content-Encoding"):
                    if name in fields:
                        self.send_header(name, fields[name])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Tlog(unittest.TestCase):
    def make(self, kind, *arguments, **options):
        one = kind(*arguments, **options)
        self.addCleanup(one.__exit__)
        return one

    def restart(self, appliance):
        self.assertEqual(appliance.stop(), 0)
        appliance.start()

    # --- Serving

    def test_the_log_is_served_as_the_specification_says(self):
        source = self.make(Source).open_log()
        source.send(300)
        self.assertEqual(source.signed(300), 300)
        get = lambda path, **fields: source.get(LOG + path, source.mirror, **fields)
        status, fields, note = get("/checkpoint")
        self.assertEqual((status, fields["Content-Type"], fields["Cache-Control"]), (200, "text/plain; charset=utf-8", "private, max-age=1"))
        self.assertEqual(note.decode(), source.run("checkpoint", "acme").stdout)
        bundles = []
        for path in ("/tile/entries/000", "/tile/entries/001.p/44"):
            status, fields, bundle = get(path)
            self.assertEqual((status, fields["Content-Type"]), (200, "application/octet-stream"))
            self.assertEqual(fields["Cache-Control"], "private, max-age=31536000, immutable")
            status, packed_fields, packed = get(path, **{"Accept-Encoding": "br, gzip"})
            self.assertEqual((status, packed_fields["Content-Encoding"]), (200, "gzip"))
            self.assertEqual(gzip.decompress(packed), bundle)
            self.assertLess(len(packed), len(bundle) / 2)
            bundles += split(bundle)
        self.assertEqual(bundles, [json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode() for record in source.records("acme")])
        hashes = [leaf(record) for record in bundles]
        self.assertEqual(get("/tile/0/000")[2] + get("/tile/0/001.p/44")[2], b"".join(hashes))
        self.assertEqual(get("/tile/1/000.p/1")[2], root_of(hashes[:256]))
        for width in (1, 43):  # of every size that was published, and of those between
            self.assertEqual(get(f"/tile/0/001.p/{width}")[2], b"".join(hashes[256:256 + width]))
            self.assertEqual(split(get(f"/tile/entries/001.p/{width}")[2]), bundles[256:256 + width])
        self.assertEqual(source.request("HEAD", LOG + "/tile/0/000", None, {"Authorization": f"Bearer {source.mirror}"})[1]["Content-Length"], "8192")
        for path in ("/tile/0/001", "/tile/0/001.p/45", "/tile/0/002.p/1", "/tile/1/000", "/tile/1/000.p/2", "/tile/2/000.p/1", "/tile/entries/001",
                     "/tile/0/0", "/tile/00/000", "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/0/000/", "/tile/0/%30%30%30", "/tile/entries",
                     "/tile/entries/000.p/", "/tile/64/000", "/tile/0/x000/000", "/tile/", "/tile", "/checkpoint/", "/tile/0/../0/000"):
            self.assertEqual(get(path)[0], 404, path)
        self.assertEqual(other_reader(f"http://127.0.0.1:{source.port}{LOG}", source.keys()["log_key"], source.mirror), 300)
        file = source.folder / "token"
        file.write_text(source.mirror)
        file.chmod(0o600)
        found = source.json("tlog", "check", f"http://127.0.0.1:{source.port}{LOG}/", "--log-key", source.keys()["log_key"], "--token-file", file)
        self.assertEqual((found["size"], found["chained"], found["missing"], found["faults"]), (300, 300, 0, []))

    def test_who_may_read_and_what_is_recorded_of_it(self):
        source = self.make(Source)
        all_tenants = source.token("all", "mirror", "--all-tenants")
        analyst = source.token("analyst", "analyst", "--all-tenants")
        theirs = source.token("theirs", "mirror", "--tenant", "globex")
        source.open_log()
        source.send(3)
        source.signed(3)
        entries = LOG + "/tile/entries/000.p/3"
        for path in (LOG + "/checkpoint", LOG + "/tile/0/000.p/3", entries):
            for token, status in ((None, 401), ("cso_wrong", 401), (source.app, 401), (analyst, 403), (theirs, 403), (source.mirror, 200), (all_tenants, 200)):
                self.assertEqual(source.get(path, token)[0], status, (path, token))
        for path in ("/eu-1/initech/checkpoint", "/ap-1/acme/checkpoint", "/eu-1/globex/checkpoint", "/EU-1/acme/checkpoint", "/eu-1/%2e%2e/checkpoint"):
            self.assertIn(source.get(path, all_tenants)[0], (403, 404), path)
        self.assertEqual(source.get("/eu-1/_system/checkpoint", source.mirror)[0], 403)
        self.assertEqual(source.get("/eu-1/_system/checkpoint", all_tenants)[0], 200)
        refused = source.run("operator", "add", "part", "--role", "mirror", "--tenant", "acme", "--from", "2026-01-01T00:00:00Z",
                             "--before", "2027-01-01T00:00:00Z", check=False)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        # Two of the role read the entries, both more than once within the hour.
        for token in (source.mirror, all_tenants, source.mirror):
            self.assertEqual(source.get(entries, token)[0], 200)
        read = source.system_events("log.read", 2)
        time.sleep(2)
        read = source.system_events("log.read", 2)
        self.assertEqual([(one["action"]["name"], one["action"]["resource"]) for one in read], [("read log", "acme")] * 2)
        self.assertEqual(len({one["actor"]["id"] for one in read}), 2)
        # Opened to everybody: checkpoint and hashes, never records, and nothing of the appliance's own log.
        source.set('\n[tlog]\npublic = ["checkpoint", "tiles"]\n')
        self.restart(source)
        for path, status in ((LOG + "/checkpoint", 200), (LOG + "/tile/0/000.p/3", 200), (entries, 401), ("/eu-1/_system/checkpoint", 401),
                             ("/eu-1/_system/tile/0/000.p/1", 401), ("/eu-1/initech/checkpoint", 404)):
            self.assertEqual(source.get(path)[0], status, path)
        self.assertEqual(source.get(LOG + "/tile/0/000.p/3")[1]["Cache-Control"], "public, max-age=31536000, immutable")
        self.assertEqual(source.get("/eu-1/_system/checkpoint", all_tenants)[0], 200)

    def test_what_was_retired_leaves_its_hashes(self):
        source = self.make(Source).open_log()
        source.send(300)
        source.signed(300)
        mirror = self.make(Mirror, source).start()
        mirror.wait_standing("the first records", records=300, state="level")
        source.run("retention", "set", "acme", "--rule", "custom", "--keep", "1 second", "--at-hand", "1 second")
        path = LOG + "/tile/entries/000"

        def retired():
            source.json("retention", "apply")
            return source.get(path, source.mirror)[0] == 404
        until(retired, "nothing was retired", 60)
        self.assertEqual(source.get(LOG + "/tile/0/000", source.mirror)[0], 200)
        # Who mirrors keeps what he has; who comes later gets the hashes, and all that is left.
        late = self.make(Mirror, source).start()
        gone = late.wait_standing("what is left", records=300, state="level")["missing"]
        self.assertGreaterEqual(gone, 256)
        found = late.check()
        self.assertEqual((found["size"], found["missing"], found["faults"]), (300, gone, []))
        source.run("retention", "clear", "acme")
        source.send(20)
        source.signed(320)
        for one, missing in ((mirror, 0), (late, gone)):
            one.wait_standing("the new ones", records=320, missing=missing)
            found = one.check()
            self.assertEqual((found["read"], found["missing"], found["faults"]), (320 - missing, missing, []))
        # The bundle of the new ones has retired records, so it is not given; what remains of it is.
        self.assertEqual(source.get(LOG + "/tile/entries/001.p/64", source.mirror)[0], 404)
        status, fields, bundle = source.get(LOG + "/remaining/001.p/64", source.mirror)
        self.assertEqual((status, fields["Content-Type"], fields["Cache-Control"]), (200, "application/octet-stream", "no-store"))
        self.assertEqual([json.loads(record)["seq"] for record in split(bundle)[44:]], list(range(300, 320)))
        reader = {"Authorization": f"Bearer {late.reader}"}
        self.assertEqual(late.request("GET", "/v1/mirrors/acme/remaining/001.p/64", None, reader)[2], bundle)
        self.assertEqual(late.request("GET", "/v1/mirrors/acme/remaining/000", None, reader)[0], 404)
        self.assertEqual(source.get(LOG + "/remaining/001.p/64", None)[0], 401)
        self.assertEqual(source.get(LOG + "/remaining/1", source.mirror)[0], 404)

    def test_the_commands_of_the_guide_run(self):
        text = GUIDE.read_text()
        commands = re.findall(r"^countersign ([^\n]*)", text[text.index("\n## Reading a log as tiles\n"):text.index("\n## Alarms\n")], re.MULTILINE)
        self.assertGreater(len(commands), 3)
        source = self.make(Source).open_log()
        source.send(5)
        source.signed(5)
        mirror = self.make(Mirror, source).start()
        mirror.wait_standing("level", state="level", records=5)
        file = source.folder / "site-b.token"
        here = {'"$LOG_KEY"': source.keys()["log_key"], "https://evidence.example.com/eu-1/acme": f"http://127.0.0.1:{source.port}{LOG}",
                "site-b.token": str(file), "/var/lib/countersign/data": str(mirror.folder / "data")}
        for command in commands:
            for of_the_guide, of_the_test in here.items():
                command = command.replace(of_the_guide, of_the_test)
            printed = source.run(*shlex.split(command)).stdout
            if "cso_" in printed:
                token = re.search(r"cso_\S+", printed)[0]
                file.write_text(token)
                file.chmod(0o600)
                until(lambda t=token: source.get(LOG + "/checkpoint", t)[0] == 200, "the token is not known")

    # --- Mirroring

    def test_a_mirror_follows_through_kills_of_both_sides(self):
        print(f"seed {SEED}")
        chance = random.Random(SEED)
        source = self.make(Source).open_log()
        source.send(700)
        source.signed(700)
        mirror = self.make(Mirror, source).start()
        senders = [Sender(source, source.app, n) for n in range(2)]
        for sender in senders:
            sender.start()
        for kill in range(KILLS):
            time.sleep(chance.uniform(0.1, 1.5))
            one = mirror if kill % 3 else source
            one.kill()
            one.start()
        stop_all(self, senders)
        records = len(source.records("acme"))
        self.assertGreater(records, 1_000)
        self.assertEqual(source.signed(records), records)
        mirror.wait_standing("level with the log", 120, records=records, state="level", missing=0)
        self.assertEqual(mirror.check()["chained"], records)
        self.assertEqual(other_reader(mirror.copy(), source.keys()["log_key"]), records)
        served = f"http://127.0.0.1:{mirror.port}/v1/mirrors/acme"
        self.assertEqual(other_reader(served, source.keys()["log_key"], mirror.reader), records)
        self.assertEqual([one["action"]["resource"] for one in mirror.system_events("log.read")], ["mirror acme"])
        for path, token, status in (("/checkpoint", None, 401), ("/checkpoint", mirror.admin, 403), ("/tile/0/000", None, 401), ("/tile/entries/000", mirror.admin, 403),
                                    ("/tile/0/0", mirror.reader, 404), ("/tile/2/000.p/9", mirror.reader, 404)):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            self.assertEqual(mirror.request("GET", "/v1/mirrors/acme" + path, None, headers)[0], status, path)
        self.assertEqual(mirror.request("GET", "/v1/mirrors/none/checkpoint", None, {"Authorization": f"Bearer {mirror.reader}"})[0], 404)
        metrics = mirror.request("GET", "/metrics")[2].decode()
        self.assertIn(f'countersign_mirror_records{{mirror="acme"}} {records}\n', metrics)
        self.assertIn('countersign_mirror_contradicted{mirror="acme"} 0\n', metrics)

        # What is altered in the copy is found, and named.
        bundle = mirror.copy() / "tile" / "entries" / "000"
        whole = bundle.read_bytes()
        bundle.write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])
        self.assertIn("tile/0/000 is not what the records hash to", mirror.check(code=9)["faults"])
        bundle.write_bytes(whole)

    def test_another_history_is_never_taken_over(self):
        source = self.make(Source).open_log()
        source.send(100)
        source.signed(100)
        self.assertEqual(source.stop(), 0)
        older = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, older, ignore_errors=True)
        for folder in ("data", "heads"):
            shutil.copytree(source.folder / folder, older / folder)
        source.start()
        source.wait_known(source.app)
        source.send(150)
        source.signed(250)
        mirror = self.make(Mirror, source).start()
        mirror.wait_standing("the true history", records=250, state="level")
        true = (mirror.copy() / "checkpoint").read_text()

        # The log is set back to the copy, with its own memory of what was signed: it does not know better.
        self.assertEqual(source.stop(), 0)
        for folder in ("data", "heads"):
            shutil.rmtree(source.folder / folder)
            shutil.copytree(older / folder, source.folder / folder)
        source.start()
        mirror.wait_standing("it was set back", state="contradicted", records=250)
        self.assertIn("the log shows 100 records where it had signed 250", mirror.standing()["problem"])

        # And grows differently.
        source.wait_known(source.app)
        source.sent = 1_000
        source.send(300)
        forked = source.signed(400)
        self.assertEqual(forked, 400)
        until(lambda: "not those that it signed before" in mirror.standing()["problem"], "the fork is not seen")
        self.assertEqual((mirror.copy() / "checkpoint").read_text(), true)
        alarms = mirror.json("alarm", "list")["alarms"]
        self.assertEqual(sorted(one["kind"] for one in alarms), ["rollback", "split_view"])
        for one in alarms:
            self.assertEqual((one["origin"], one["from"]), ("log.example.com/eu-1/acme", "mirror acme"))
            folder = mirror.folder / "data" / "alarms" / one["id"]
            self.assertEqual((folder / "ours.checkpoint").read_text(), true)
            theirs = (folder / "theirs.checkpoint").read_text()
            # Both are the log's own word: who has its key needs nothing of ours to see it.
            for note in (true, theirs):
                self.assertEqual(note.split("\n")[0], "log.example.com/eu-1/acme")
                self.assertIn("\u2014 log.example.com/eu-1/acme ", note)
        metrics = mirror.request("GET", "/metrics")[2].decode()
        self.assertIn('countersign_mirror_contradicted{mirror="acme"} 1\n', metrics)
        self.assertIn('countersign_alarms{kind="split_view"} 1\n', metrics)

        # After a restart it knows as much, and tells of nothing twice.
        self.restart(mirror)
        mirror.wait_standing("after a restart", state="contradicted", records=250)
        self.assertEqual(len(mirror.json("alarm", "list")["alarms"]), 2)
        self.assertEqual(mirror.check()["size"], 250)

    def test_what_was_said_to_be_gone_is_missed_loudly_and_fetched_when_it_is_served_again(self):
        source = self.make(Source).open_log()
        source.send(600)
        source.signed(600)
        between = Between(source)
        self.addCleanup(between.close)
        between.hidden = r"/tile/entries/00[01]$|/remaining/"
        mirror = self.make(Mirror, source)
        mirror.config.write_text(mirror.config.read_text().replace(f"127.0.0.1:{source.port}", f"127.0.0.1:{between.port}"))
        mirror.start()
        mirror.wait_standing("without what is hidden", records=600, state="level", missing=512)
        self.assertIn("the mirror acme lacks 512 records, 512 of them new", mirror.log_text())
        missing = lambda: re.search(r'countersign_mirror_missing_records\{mirror="acme"\} (\d+)\n', mirror.request("GET", "/metrics")[2].decode())[1]
        self.assertEqual(missing(), "512")
        between.hidden = None
        # It asks again by itself after minutes, and at a start at once.
        self.restart(mirror)
        mirror.wait_standing("it is served again", records=600, state="level", missing=0)
        self.assertEqual(missing(), "0")
        self.assertIn("the mirror acme has got 512 records that it lacked", mirror.log_text())
        found = mirror.check()
        self.assertEqual((found["chained"], found["missing"], found["faults"]), (600, 0, []))

    def test_a_mirror_leaves_the_ledger_its_room_and_takes_a_change_of_it(self):
        source = self.make(Source).open_log()
        source.send(5)
        source.signed(5)
        mirror = self.make(Mirror, source)
        app = mirror.add_source("own")
        mirror.add_tenant("acme")
        text = mirror.config.read_text()
        line = re.search(r"(?m)^mirror_reserve_bytes = .*$", text)[0]
        mirror.config.write_text(text.replace(line, "mirror_reserve_bytes = 999999999999"))
        mirror.start()
        self.assertIn("limits.mirror_reserve_bytes", mirror.wait_standing("there is no room for it", state="failing", records=0)["problem"])
        mirror.wait_known(app)
        self.assertEqual(mirror.post(app, [event(1)])[0], 200, "the ledger has its own")
        mirror.config.write_text(text.replace(line, "mirror_reserve_bytes = 0"))
        mirror.daemon.send_signal(signal.SIGHUP)
        mirror.wait_standing("there is room now", 60, state="level", records=5)
        self.assertNotIn("config.needs_restart", mirror.log_text())

    def test_a_log_that_does_not_answer_holds_no_stop_up(self):
        source = self.make(Source).open_log()
        source.send(1)
        source.signed(1)
        with socket.socket() as mute:
            mute.bind(("127.0.0.1", 0))
            mute.listen()
            mirror = self.make(Mirror, source)
            mirror.config.write_text(mirror.config.read_text().replace(f"127.0.0.1:{source.port}", f"127.0.0.1:{mute.getsockname()[1]}"))
            mirror.start()
            mute.settimeout(30)
            answered = mute.accept()[0]
            self.assertIn(b"/eu-1/acme/checkpoint", answered.recv(4096))
            began = time.monotonic()
            self.assertEqual(mirror.stop(), 0)
            self.assertLess(time.monotonic() - began, 5)
            answered.close()

    def test_a_new_key_is_taken_when_an_administrator_says_so(self):
        source = self.make(Source, tls=True).open_log()
        source.send(10)
        source.signed(10)
        mirror = self.make(Mirror, source).start()
        before = source.keys()
        mirror.wait_standing("the first records", records=10, state="level")
        source.json("key", "rotate", "log")
        source.send(10)
        source.signed(20)
        problem = mirror.wait_standing("it stops at the new key", state="failing", records=10)["problem"]
        self.assertIn("signed by no key that the mirror acme knows", problem)
        self.assertIn("countersign checkpoint TENANT --keys", problem)
        after = source.keys()
        self.assertNotEqual(before["log_key"], after["log_key"])
        mirror.follow([before["log_key"], before["clock_key"], after["log_key"]])
        self.restart(mirror)
        mirror.wait_standing("it goes on", state="level", records=20)
        self.assertEqual(mirror.check()["chained"], 20)

    def test_a_wrong_token_and_a_log_that_is_away_are_told_and_mended(self):
        source = self.make(Source).open_log()
        source.send(5)
        source.signed(5)
        token = source.token("brief", "mirror", "--tenant", "acme")
        mirror = self.make(Mirror, source, token).start()
        mirror.wait_standing("level", state="level", records=5)
        source.run("operator", "revoke", "brief")
        self.assertIn("refused with 401", mirror.wait_standing("revoked", state="failing")["problem"])
        self.assertNotIn(token, mirror.log_text())
        source.kill()
        until(lambda: "connect" in mirror.standing()["problem"], "it is away", 60)
        source.start()
        (mirror.folder / "keys" / "mirror.token").write_text(source.mirror)
        self.restart(mirror)
        mirror.wait_standing("level again", state="level", records=5)


if __name__ == "__main__":
    unittest.main()
