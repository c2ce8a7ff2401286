"""The units as they are shipped, under systemd itself, which is booted in a container: set-up, sandbox, reload, restart, watchdog, credentials. Each test has a
machine of its own; the Debian in it is made once."""

import http.client
import http.server
import os
import re
import ssl
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

import kept_logs
import systemd_container
from appliance import BIN, Appliance, event, free_port, until
from person import invited
from service_test import may_trace, slow_disk

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
sys.path.insert(0, str(PACKAGING.parent / "tests" / "tidy"))

import doc_pages  # noqa: E402

TREE = Path(os.environ.get("DEBIAN_TREE", "/tmp/countersign-debian-tree"))
DROP_IN = "/etc/systemd/system/{}.d/test.conf"


class Installed(Appliance):
    """An appliance in a container, in the places of a package. The container has the network of this machine."""

    def __init__(self, machine):
        self.machine = machine
        self.port = free_port()
        self.tls = True
        self.region = "eu-1"
        self.daemon = None

    def set_up(self):
        self.machine.shell("systemd-sysusers; systemd-tmpfiles --create /usr/lib/tmpfiles.d/countersign.conf")
        self.machine.run("countersign", "init", "--origin", "log.example.com", "--region", "eu-1", "--address", "127.0.0.1", "--port", self.port)
        self.authority = self.machine.shell("cat /etc/countersign/keys/tls.pem")

    def run(self, *arguments, check=True, **options):
        done = self.machine.run("runuser", "-u", "countersign", "--", "countersign", *arguments, check=check, **options)
        kept_logs.command(arguments, done.stdout, done.stderr)
        return done

    def connection(self, timeout=20):
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=ssl.create_default_context(cadata=self.authority))

    def systemctl(self, *arguments, check=True):
        return self.machine.run("systemctl", *arguments, check=check)

    def state(self):
        return self.machine.unit("countersign", "ActiveState")

    def configure(self, change):
        text = self.machine.shell("cat /etc/countersign/countersign.toml")
        fresh = change(text)
        assert fresh != text, "nothing was changed"
        self.machine.write("/etc/countersign/countersign.toml", fresh)

    def drop_in(self, unit, text):
        self.machine.write(DROP_IN.format(unit), text)
        self.systemctl("daemon-reload")

    def log(self):
        return self.machine.shell("journalctl -u countersign -o cat")


class Provider(http.server.BaseHTTPRequestHandler):
    """Somebody whom the daemon asks over the network."""

    asked = []

    def do_GET(self):  # pylint: disable=invalid-name
        self.asked.append(self.path)
        self.send_error(503)

    def log_message(self, *_):
        pass


class UnitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        missing = systemd_container.why_not()
        if missing:
            raise unittest.SkipTest(missing)
        try:
            cls.tree = systemd_container.make_tree(TREE)
        except subprocess.CalledProcessError as fault:
            raise unittest.SkipTest(f"no Debian can be made here: {fault.stderr.decode()[-500:]}") from fault

    def setUp(self):
        files = {"/usr/sbin/countersignd": BIN / "countersignd", "/usr/bin/countersign": BIN / "countersign"}
        for unit in ("countersign.service", "countersign.socket", "countersign-backup@.service", "countersign-backup@.timer"):
            files[f"/usr/lib/systemd/system/{unit}"] = PACKAGING / "systemd" / unit
        for kind in ("sysusers.d", "tmpfiles.d"):
            files[f"/usr/lib/{kind}/countersign.conf"] = PACKAGING / kind / "countersign.conf"
        self.machine = systemd_container.Machine(self.tree, files)
        self.machine.__enter__()
        self.addCleanup(self.machine.__exit__)
        self.appliance = Installed(self.machine)

    def started(self):
        self.appliance.set_up()
        self.appliance.systemctl("start", "countersign")
        return self.appliance

    def test_it_is_set_up_serves_and_stops(self):
        appliance = self.appliance
        appliance.systemctl("start", "countersign")
        self.assertEqual(appliance.state(), "inactive", "it runs without a configuration")
        appliance.set_up()
        appliance.systemctl("start", "countersign")
        self.assertEqual(appliance.request("GET", "/readyz")[0], 200, "systemd took it for started before it served")
        until(lambda: re.match(r"Serving 1 log in 1 region, newest checkpoint of 20", self.machine.unit("countersign", "StatusText")), "no status is told")
        said = self.machine.run("systemd-analyze", "security", "--threshold=15", "--no-pager", "countersign.service", check=False)
        self.assertEqual(said.returncode, 0, said.stdout[-300:])

        appliance.add_tenant("acme")
        token = appliance.add_source("app", tenant="acme")
        appliance.wait_known(token)
        self.assertEqual(appliance.post(token, [event(number) for number in range(100)])[0], 200)
        self.see_what_the_sandbox_could_break()

        self.appliance.configure(lambda text: text.replace("events_max = 10000 ", "events_max = 10 "))
        appliance.systemctl("reload", "countersign")
        self.assertEqual(appliance.state(), "active")
        self.assertEqual(appliance.post(token, [event(number) for number in range(100, 120)])[0], 413)
        self.appliance.configure(lambda text: text + "\nnonsense = 1\n")
        appliance.systemctl("reload", "countersign")
        self.assertEqual(appliance.state(), "active")

        began = time.monotonic()
        appliance.systemctl("stop", "countersign")
        self.assertLess(time.monotonic() - began, 20)
        self.assertEqual((appliance.state(), self.machine.unit("countersign", "Result")), ("inactive", "success"))
        self.appliance.configure(lambda text: text.replace("\nnonsense = 1\n", ""))
        appliance.run("verify", "--data", "/var/lib/countersign/data")

    def see_what_the_sandbox_could_break(self):
        """What needs more of the system than files and sockets: passwords (memory), PDF (fonts), threads of low priority, keys that are written."""
        ada = invited(self.appliance, "ada", "--role", "analyst", "--tenant", "acme")
        self.assertEqual(ada.show_factor(), 200)
        until(lambda: self.appliance.run("checkpoint", "acme", check=False).returncode == 0, "no checkpoint is signed")
        report = {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z", "format": "pdf"}
        status, fields, _ = ada.ask("POST", "/v1/tenants/acme/reports", report)
        self.assertEqual((status, fields["Content-Type"]), (200, "application/pdf"))
        self.appliance.run("key", "rotate", "kek")
        until(lambda: "key.rotated" in self.appliance.run("--json", "search", "_system", "type:key.rotated", check=False).stdout, "the key was not rotated")
        pid = self.machine.unit("countersign", "MainPID")
        nice = self.machine.shell(f"for task in /proc/{pid}/task/*; do cut -d' ' -f19 $task/stat; done").split()
        self.assertIn("19", nice, "threads of low priority have that of the others")
        self.assertEqual(re.findall(r"(?:CapBnd|CapEff):\s+(\w+)", self.machine.shell(f"cat /proc/{pid}/status")), ["0" * 16] * 2)
        self.assertNotIn('"level":"error"', self.appliance.log())

    def test_it_reaches_others_by_name(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.appliance.set_up()
        provider = (f'\n[oidc.corp]\nissuer = "http://localhost:{server.server_address[1]}"\nclient_id = "countersign"\nroles_claim = "groups"\n'
                    '[[oidc.corp.rights]]\ngroup = "all"\nrole = "analyst"\nall_tenants = true\n')
        self.appliance.configure(lambda text: re.sub(r"(?m)^\[access\].*$", r'\g<0>\naddress = "https://localhost"', text, count=1) + provider)
        self.appliance.systemctl("start", "countersign")
        self.assertEqual(self.appliance.request("GET", "/v1/oidc/corp/sign-in")[0], 502)
        self.assertIn("/.well-known/openid-configuration", Provider.asked)

    def test_the_key_encryption_key_comes_as_a_credential(self):
        appliance = self.started()
        appliance.systemctl("stop", "countersign")
        appliance.configure(lambda text: re.sub(r'(?m)^vault = "keys/vault.key"', 'vault = "credential:kek"', text))
        self.assertNotEqual(appliance.systemctl("start", "countersign", check=False).returncode, 0, "it does without")
        self.assertIn("LoadCredential=kek:PATH", appliance.log())
        appliance.systemctl("stop", "countersign")
        self.machine.shell("install -d -m 700 /etc/credstore /etc/credstore.encrypted; install -m 600 /etc/countersign/keys/vault.key /etc/credstore/countersign.kek")
        appliance.systemctl("start", "countersign")
        self.assertEqual({"the credential kek": "in use"}, {key["where"]: key["state"] for key in appliance.json("key", "list") if key["key"] == "kek"})
        self.machine.shell("install -d -o countersign -g countersign -m 0700 /mnt/backups; printf 'BACKUPS=/mnt/backups\nKEEP_DAYS=30\n' > /etc/countersign/backup.conf")
        self.back_up()
        # Another key has taken over, and systemd still hands it over as the next.
        self.machine.write("/etc/credstore/countersign.kek.next", os.urandom(32).hex() + "\n")
        appliance.systemctl("restart", "countersign")
        appliance.run("key", "rotate", "kek")
        until(lambda: "key.rotated" in appliance.run("--json", "search", "_system", "type:key.rotated", check=False).stdout, "the key was not rotated")
        self.back_up()
        self.machine.shell("mv /etc/credstore/countersign.kek.next /etc/credstore/countersign.kek")
        # Sealed for this machine, instead.
        self.machine.shell("systemctl stop countersign; systemd-creds encrypt --with-key=host --name=kek /etc/credstore/countersign.kek "
                           "/etc/credstore.encrypted/countersign.kek; rm /etc/credstore/countersign.kek /etc/countersign/keys/vault.key")
        text = (PACKAGING.parent / "docs" / "keys.md").read_text(encoding="utf-8")
        piece = re.search(r"```\w*\n(\[Service\]\nLoadCredentialEncrypted=.*?)```", text, re.DOTALL)[1]
        for unit in ("countersign", "countersign-backup@"):
            self.assertIn(f"`systemctl edit {unit}`", text)
            appliance.drop_in(f"{unit}.service", piece)
        appliance.systemctl("start", "countersign")
        self.back_up()
        appliance.run("key", "list")
        self.assertNotEqual(self.machine.run("runuser", "-u", "nobody", "--", "cat", "/run/credentials/countersign.service/kek", check=False).returncode, 0)

    def back_up(self):
        done = self.appliance.systemctl("start", "countersign-backup@eu-1", check=False)
        self.assertEqual(done.returncode, 0, self.machine.shell("journalctl -u countersign-backup@eu-1 -o cat"))

    def test_a_start_that_fails_is_tried_again_until_it_works(self):
        appliance = self.appliance
        appliance.set_up()
        appliance.drop_in("countersign.socket", f"[Socket]\nListenStream=\nListenStream=127.0.0.1:{appliance.port}\n")
        appliance.drop_in("countersign.service", "[Service]\nRestartSec=100ms\n")
        self.machine.shell("mv /var/lib/countersign/data/eu-1 /srv/eu-1; systemctl start countersign.socket")
        self.assertNotEqual(appliance.systemctl("start", "countersign", check=False).returncode, 0)
        until(lambda: int(self.machine.unit("countersign", "NRestarts")) > 12, "it was given up", seconds=60)
        self.assertEqual(self.machine.unit("countersign.socket", "ActiveState"), "active", "the port was given up")
        self.machine.shell("mv /srv/eu-1 /var/lib/countersign/data/eu-1")
        until(lambda: appliance.state() == "active", "it does not start although it could")
        self.assertEqual(appliance.request("GET", "/readyz")[0], 200)

    def test_a_region_on_another_file_system_needs_the_line_of_the_readme(self):
        self.appliance.set_up()
        self.machine.shell("install -d -o countersign -g countersign -m 700 /srv/evidence; mv /var/lib/countersign/data/eu-1 /srv/evidence/eu-1")
        self.appliance.configure(lambda text: text + '\n[region.eu-1]\ndirectory = "/srv/evidence/eu-1"\n')
        self.assertNotEqual(self.appliance.systemctl("start", "countersign", check=False).returncode, 0, "it writes where it may not")
        lines = (PACKAGING / "systemd" / "README.md").read_text(encoding="utf-8")
        drop_in = re.search(r"```ini\n(\[Unit\]\nRequiresMountsFor=/srv/evidence/eu-1\n.*?)```", lines, re.DOTALL)[1]
        self.appliance.drop_in("countersign.service", drop_in)
        self.appliance.systemctl("start", "countersign")
        self.assertEqual(self.appliance.request("GET", "/readyz")[0], 200)

    def test_the_commands_of_the_pages_are_followed(self):
        """Those of packaging/systemd/README.md, and those of docs/operations.md that need systemd; the pieces of units that they show are taken."""
        appliance, readme = self.appliance, doc_pages.read(PACKAGING.parent, "packaging/systemd/README.md")
        appliance.set_up()
        first, second = readme.of("sh")
        said = self.machine.shell(first.text)
        self.assertIn('Status: "Serving', said)
        self.assertIn(f"{re.search(r'leaves exposed: ([0-9.]+) of 10', first.text)[1]} OK", said)

        appliance.drop_in("countersign.socket", f"[Socket]\nListenStream=\nListenStream=127.0.0.1:{appliance.port}\n")
        self.assertEqual(appliance.state(), "active", "who reads the page has it running")
        self.machine.shell(second.text)
        self.assertEqual(appliance.request("GET", "/readyz")[0], 200)
        self.assertEqual(self.machine.unit("countersign.socket", "ActiveState"), "active")

        port, syslog, _ = readme.of("ini")
        appliance.drop_in("countersign.socket", port.text)
        self.assertIn("[::]:443", self.machine.unit("countersign.socket", "Listen"))
        place = re.search(r"`(/etc/systemd/system/\S+\.socket)`", (PACKAGING / "systemd/README.md").read_text(encoding="utf-8"))[1]
        self.machine.write(place, syslog.text)
        self.assertEqual(self.machine.run("systemd-analyze", "verify", "--man=no", place).stderr, "")

        nightly = next(block for block in doc_pages.read(PACKAGING.parent, "docs/operations.md").of("sh") if "with systemd" in block.text)
        self.machine.shell(nightly.text)
        self.assertEqual(self.machine.unit("countersign-backup@eu-1.timer", "ActiveState"), "active")
        appliance.systemctl("start", "countersign-backup@eu-1")
        self.assertIn("Every chunk of every snapshot is right", self.machine.shell("journalctl -u countersign-backup@eu-1 -o cat"))

    def test_nobody_is_refused_while_it_is_started_anew(self):
        appliance = self.appliance
        appliance.set_up()
        appliance.systemctl("enable", "--now", "countersign.socket", check=False)
        self.assertNotEqual(appliance.systemctl("start", "countersign", check=False).returncode, 0, "the socket does not fit")
        line = re.search(r"write (ListenStream=\S+) into", appliance.log())[1]
        self.assertEqual(line, f"ListenStream=127.0.0.1:{appliance.port}")
        appliance.drop_in("countersign.socket", f"[Socket]\nListenStream=\n{line}\n")
        appliance.systemctl("reset-failed")
        appliance.systemctl("restart", "countersign.socket")
        appliance.systemctl("start", "countersign")
        stop, faults, served = threading.Event(), [], [0]

        def ask():
            while not stop.is_set():
                try:
                    status = appliance.request("GET", "/healthz")[0]
                    served[0] += 1
                    if status not in (200, 503):
                        faults.append(status)
                except (OSError, http.client.HTTPException) as fault:
                    faults.append(repr(fault))

        asking = threading.Thread(target=ask)
        asking.start()
        for _ in range(3):
            appliance.systemctl("restart", "countersign")
            time.sleep(0.3)
        stop.set()
        asking.join()
        self.assertEqual(faults, [])
        self.assertGreater(served[0], 20)
        # What comes to the port starts it.
        appliance.systemctl("stop", "countersign")
        self.assertEqual(appliance.request("GET", "/healthz")[0], 200)
        # It answers before systemd has read that it does.
        until(lambda: appliance.state() == "active", "the unit is not active")

    def test_a_ledger_that_hangs_is_started_anew(self):
        if not may_trace():
            self.skipTest("tracing a process is not allowed here")
        appliance = self.appliance
        appliance.set_up()
        appliance.drop_in("countersign.service", "[Service]\nWatchdogSec=4\nRestartSec=100ms\n")
        appliance.systemctl("start", "countersign")
        appliance.add_tenant("acme")
        token = appliance.add_source("app", tenant="acme")
        appliance.wait_known(token)
        self.assertEqual(appliance.post(token, event(1))[0], 200)
        time.sleep(6)
        self.assertEqual(self.machine.unit("countersign", "NRestarts"), "0", "it is killed although it is well")
        hung = slow_disk(self.ledger_thread(), 600)
        self.addCleanup(hung.wait)
        self.addCleanup(hung.kill)
        lost = threading.Thread(target=lambda: self.post_in_vain(token))
        lost.start()
        until(lambda: self.machine.unit("countersign", "Result") == "watchdog", "a hung ledger goes unnoticed", seconds=40)
        # A process that waits for a device ends when the device answers, as one that is traced does.
        hung.kill()
        lost.join()
        until(lambda: self.machine.unit("countersign", "NRestarts") == "1", "it was given up")
        until(lambda: appliance.state() == "active", "it was not started anew")
        self.assertEqual(appliance.post(token, event(2))[0], 200)
        appliance.systemctl("stop", "countersign")
        appliance.run("verify", "--data", "/var/lib/countersign/data")

    def post_in_vain(self, token):
        try:
            self.appliance.post(token, event(7), connection=self.appliance.connection(timeout=30))
        except (OSError, http.client.HTTPException):
            pass

    def ledger_thread(self):
        """As this machine numbers it: the container has numbers of its own."""
        inside = self.machine.unit("countersign", "MainPID")
        for process in Path("/proc").glob("[0-9]*"):
            try:
                ours = re.search(r"^NSpid:\s+\d+\s+(\d+)$", (process / "status").read_text(), re.MULTILINE)
                if ours and ours[1] == inside and (process / "comm").read_text() == "countersignd\n":
                    return next(task.name for task in (process / "task").iterdir() if (task / "comm").read_text() == "ledger\n")
            except OSError:
                continue
        raise AssertionError("there is no thread of the ledger")


if __name__ == "__main__":
    unittest.main()
