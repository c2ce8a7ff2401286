"""The daemon under a service manager: what it tells it, when it gives no sign of life, and sockets that outlive it. Here the test is the manager; unit_test.py
has systemd itself."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from appliance import BIN, Appliance, event, free_port, until

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
UNITS = PACKAGING / "systemd"
PROFILE = PACKAGING / "apparmor" / "usr.sbin.countersignd"


class Managed(Appliance):
    """An appliance that is started as systemd starts it, with the protocols of sd_notify(3) and sd_listen_fds(3)."""

    def __init__(self, **options):
        super().__init__(**options)
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind("\0countersign-e2e-" + self.folder.name)
        self.sockets = []  # (name, listening socket)

    def __exit__(self, *arguments):
        super().__exit__(*arguments)
        self.manager.close()
        for _, listening in self.sockets:
            listening.close()

    def listen(self, name, port):
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(1024)
        self.sockets.append((name, listening))

    def start(self, wait=True, watchdog_s=None, **_):
        environment = dict(os.environ, COUNTERSIGN_CONFIG=str(self.config), NOTIFY_SOCKET="@countersign-e2e-" + self.folder.name)
        if watchdog_s:
            environment["WATCHDOG_USEC"] = str(int(watchdog_s * 1_000_000))
        script = ["exec"] + [f"{place}<&{one.fileno()}" for place, (_, one) in enumerate(self.sockets, 3)] if self.sockets else ["true"]
        if self.sockets:
            environment.update(LISTEN_FDS=str(len(self.sockets)), LISTEN_FDNAMES=":".join(name for name, _ in self.sockets))
        script = " ".join(script) + "; WATCHDOG_PID=$$ LISTEN_PID=$$ exec \"$0\""
        with open(self.folder / "countersignd.log", "ab") as log:
            self.daemon = subprocess.Popen(["bash", "-c", script, BIN / "countersignd"], env=environment, stdout=log, stderr=log,
                                           pass_fds=[one.fileno() for _, one in self.sockets])
        if wait:
            self.expect("READY=1")
        return self

    def told(self, seconds):
        """The next datagram, as a dict; None where none comes in time."""
        self.manager.settimeout(max(seconds, 0.001))
        try:
            return dict(line.split("=", 1) for line in self.manager.recv(8192).decode().splitlines())
        except TimeoutError:
            return None

    def expect(self, line, seconds=60):
        """Waits for a datagram with that line; those before it are returned, too."""
        before, name = [], line.split("=", 1)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.daemon.poll() is not None and not self.manager_has_more():
                break
            got = self.told(0.5)
            if got is None:
                continue
            before.append(got)
            if got.get(name[0]) == name[1]:
                return before
        raise AssertionError(f"{line} was not told, but {before}: {self.log_text()[-2000:]}")

    def manager_has_more(self):
        try:
            self.manager.setblocking(False)
            return bool(self.manager.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return False

    def signs_of_life(self, seconds):
        """When, in seconds from now, WATCHDOG=1 came during that time."""
        began, out = time.monotonic(), []
        while (left := began + seconds - time.monotonic()) > 0:
            got = self.told(left)
            if got and got.get("WATCHDOG") == "1":
                out.append(time.monotonic() - began)
        return out

    def ledger_thread(self):
        for task in Path(f"/proc/{self.daemon.pid}/task").iterdir():
            if (task / "comm").read_text().strip() == "ledger":
                return task.name
        raise AssertionError("there is no thread of the ledger")


def slow_disk(thread, seconds):
    """Has each fsync of a thread take so long from now on, until the process that is returned is ended."""
    calls = "fsync,fdatasync"
    tracer = subprocess.Popen(["strace", "-q", "-p", thread, "-e", f"trace={calls}", "-e", f"inject={calls}:delay_enter={int(seconds * 1_000_000)}"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: f"\nTracerPid:\t{tracer.pid}\n" in Path(f"/proc/{thread}/status").read_text(), "the thread is not traced")
    return tracer


def may_trace():
    child = subprocess.Popen(["sleep", "5"])
    try:
        return subprocess.run(["timeout", "1", "strace", "-q", "-p", str(child.pid)], capture_output=True).returncode == 124
    finally:
        child.kill()
        child.wait()


class Notify(unittest.TestCase):
    def test_the_manager_is_told_in_order(self):
        with Managed() as appliance:
            appliance.start(watchdog_s=40)
            self.assertEqual(appliance.request("GET", "/readyz")[0], 200, "READY=1 came before it served")
            first = appliance.expect("WATCHDOG=1")[-1]
            self.assertRegex(first["STATUS"], r"^Serving 1 log in 1 region, newest checkpoint of \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            before = time.monotonic()
            appliance.daemon.send_signal(signal.SIGHUP)
            reloading = appliance.expect("RELOADING=1")[-1]
            self.assertTrue(before - 1 <= int(reloading["MONOTONIC_USEC"]) / 1e6 <= time.monotonic(), reloading)
            self.assertEqual(appliance.expect("READY=1")[-1], {"READY": "1"})
            appliance.daemon.send_signal(signal.SIGTERM)
            self.assertIn("Stopping", appliance.expect("STOPPING=1")[-1]["STATUS"])
            self.assertEqual(appliance.daemon.wait(30), 0)
            self.assertIsNone(appliance.told(0.1))

    def test_a_reload_that_fails_ends_and_the_daemon_goes_on(self):
        with Managed() as appliance:
            appliance.start()
            good = appliance.config.read_text()
            appliance.config.write_text(good + "\nnonsense = 1\n")
            appliance.daemon.send_signal(signal.SIGHUP)
            appliance.expect("RELOADING=1")
            appliance.expect("READY=1")
            self.assertEqual(appliance.request("GET", "/readyz")[0], 200)
            appliance.config.write_text(good)

    def test_the_status_says_what_is_wrong_until_it_is_mended(self):
        with Managed() as appliance:
            appliance.add_tenant("acme")
            appliance.start()
            registry = appliance.folder / "data" / "registry.json"
            good = registry.read_text()
            registry.write_text("{")
            until(lambda: "; but the registry was not reloaded" in (appliance.told(1) or {}).get("STATUS", ""), "the fault is not told")
            registry.write_text(good)
            until(lambda: "but" not in (appliance.told(1) or {"STATUS": "but"}).get("STATUS", "but"), "the fault is told for ever")

    def test_the_manager_is_told_why_it_did_not_start(self):
        with Managed() as appliance:
            shutil.rmtree(appliance.folder / "data" / "eu-1")
            appliance.start(wait=False)
            self.assertEqual(appliance.daemon.wait(30), 1)
            self.assertRegex(appliance.told(1)["STATUS"], r"^Not started: the region eu-1 has no files in ")
            self.assertIsNone(appliance.told(0.1))


class Watchdog(unittest.TestCase):
    """The disk of a running ledger is made slow, and hung, by delaying its system calls."""

    def setUp(self):
        if not may_trace():
            self.skipTest("tracing a process is not allowed here")

    def test_a_slow_disk_is_waited_for_and_a_hung_one_is_not(self):
        with Managed() as appliance:
            appliance.add_tenant("acme")
            token = appliance.add_source("app", tenant="acme")
            appliance.start(watchdog_s=8)
            appliance.wait_known(token)
            self.assertTrue(appliance.signs_of_life(4))
            stop = threading.Event()
            acknowledged = []

            def send():
                number = 0
                while not stop.is_set():
                    try:
                        if appliance.post(token, event(number))[0] == 200:
                            acknowledged.append(number)
                    except OSError:
                        pass  # the client is less patient than the watchdog
                    number += 1

            sender = threading.Thread(target=send)
            sender.start()
            slow = slow_disk(appliance.ledger_thread(), 0.5)
            try:
                signs = appliance.signs_of_life(16)
            finally:
                slow.terminate()
                slow.wait()
            gaps = [later - earlier for earlier, later in zip([0, *signs], [*signs, 16])]
            self.assertLess(max(gaps), 8, f"a slow disk is taken for a hung one: {signs}")
            self.assertGreater(len(acknowledged), 0)

            hung = slow_disk(appliance.ledger_thread(), 600)
            try:
                # What was under way when the disk hung may still answer for the first round.
                signs = [at for at in appliance.signs_of_life(12) if at > 3]
                self.assertEqual(signs, [], "a hung disk is not noticed")
            finally:
                stop.set()
                hung.terminate()
                hung.wait()
                sender.join()
            self.assertTrue(appliance.signs_of_life(8), "it does not get on when the disk does")
            self.assertEqual(appliance.stop(), 0)
            stored = {record["event"]["id"] for record in appliance.records("acme")}
            self.assertLessEqual({f"evt-{number}" for number in acknowledged}, stored)


class Sockets(unittest.TestCase):
    def test_a_restart_refuses_nobody_and_loses_nothing(self):
        with Managed(tls=True) as appliance:
            appliance.add_tenant("acme")
            token = appliance.add_source("app", tenant="acme")
            appliance.add_source("firewall", tenant="acme")
            syslog_port = free_port()
            with open(appliance.config, "a", encoding="utf-8") as config:
                config.write(f'\n[[syslog]]\nsource = "firewall"\nport = {syslog_port}\ntls = false\n')
            appliance.listen("https", appliance.port)
            appliance.listen("syslog-firewall", syslog_port)
            appliance.start()
            appliance.wait_known(token)
            context = ssl.create_default_context(cafile=str(appliance.folder / "keys" / "tls.pem"))
            stop, faults, acknowledged = threading.Event(), [], []

            def send(worker):
                """Each request has a connection of its own, and none may be refused or broken off."""
                number = worker * 1_000_000
                while not stop.is_set():
                    connection = http.client.HTTPSConnection("127.0.0.1", appliance.port, timeout=60, context=context)
                    try:
                        status, answer = appliance.post(token, event(number), connection=connection)
                        if status == 200:
                            acknowledged.append(number)
                            number += 1
                        elif status != 503:
                            faults.append((number, status, answer))
                    except (OSError, http.client.HTTPException) as fault:
                        faults.append((number, repr(fault)))
                    finally:
                        connection.close()

            senders = [threading.Thread(target=send, args=(worker,)) for worker in range(3)]
            for sender in senders:
                sender.start()
            messages = 0
            for _ in range(4):
                time.sleep(1)
                self.assertEqual(appliance.stop(), 0)
                # Nobody is there: the system takes connections for who comes next.
                with socket.create_connection(("127.0.0.1", syslog_port)) as sender:
                    for _ in range(20):
                        sender.sendall(f"<134>1 2026-01-31T09:30:00Z fw otp - - - {json.dumps(event(900_000_000 + messages))}\n".encode())
                        messages += 1
                self.assertEqual(self.waiting_for(appliance.port), {"LISTEN"})
                time.sleep(0.5)
                appliance.start()
            time.sleep(1)
            stop.set()
            for sender in senders:
                sender.join()
            self.assertEqual(faults, [])
            self.assertGreater(len(acknowledged), 50)
            until(lambda: len([1 for record in appliance.records("acme") if record["source"] == "firewall"]) == messages,
                  "messages of syslog are missing")
            self.assertEqual(appliance.stop(), 0)
            ids = [record["event"]["id"] for record in appliance.records("acme") if record["source"] == "app"]
            self.assertEqual(sorted(ids), sorted(f"evt-{number}" for number in acknowledged))
            appliance.run("verify", "--data", appliance.folder / "data")

    def waiting_for(self, port):
        """The states of this machine's sockets on a port that wait for connections."""
        states = {"0A": "LISTEN"}
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        return {states[line.split()[3]] for line in lines if line.split()[1].endswith(f":{port:04X}") and line.split()[3] in states}

    def refuses(self, appliance, *words):
        appliance.start(wait=False)
        self.assertEqual(appliance.daemon.wait(30), 1)
        status = appliance.told(1)["STATUS"]
        for word in words:
            self.assertIn(word, status)
        self.assertIn("Not started", status)

    def test_a_socket_that_does_not_fit_is_refused_with_the_line_to_write(self):
        with Managed() as appliance:
            elsewhere = free_port()
            appliance.listen("https", elsewhere)
            self.refuses(appliance, f"listens on 127.0.0.1:{elsewhere}, ", f"ListenStream=127.0.0.1:{appliance.port} ")

    def test_a_socket_for_no_listener_is_refused(self):
        with Managed() as appliance:
            appliance.listen("https", appliance.port)
            appliance.listen("countersign.socket", free_port())
            self.refuses(appliance, '"countersign.socket"', "FileDescriptorName=")

    def test_systemds_own_starter_hands_over_its_socket(self):
        with Managed() as appliance:
            environment = ["-E", f"COUNTERSIGN_CONFIG={appliance.config}", *(f"-E{name}" for name in os.environ if name.endswith("SAN_OPTIONS"))]
            with open(appliance.folder / "countersignd.log", "ab") as log:
                appliance.daemon = subprocess.Popen(
                    ["systemd-socket-activate", "-l", f"127.0.0.1:{appliance.port}", "--fdname=https", *environment, BIN / "countersignd"],
                    stdout=log, stderr=log)
            # The first connection starts it, and is answered.
            appliance.wait_ready()
            self.assertEqual(appliance.stop(), 0)
            self.assertIn('"level":"info"', appliance.log_text())


class Units(unittest.TestCase):
    """What is shipped, held against systemd's and AppArmor's own readers."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-units-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def test_the_units_verify(self):
        names = []
        for unit in sorted(UNITS.iterdir()):
            if unit.suffix in (".service", ".socket", ".timer"):
                text = unit.read_text().replace("/usr/sbin/countersignd", str(BIN / "countersignd")).replace("/usr/bin/countersign ", f"{BIN}/countersign ")
                names.append(self.folder / unit.name.replace("@", "@eu-1"))
                names[-1].write_text(text)
        self.assertGreaterEqual({name.name for name in names}, {"countersign.service", "countersign.socket"})
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr, done.stdout), (0, "", ""))
        unit = self.folder / "countersign.service"
        unit.write_text(unit.read_text().replace("WatchdogSec", "WatchdogSecond"))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, check=False)
        self.assertIn("WatchdogSecond", done.stderr, "a fault would not be seen")

    def test_the_sandbox_leaves_little_exposed(self):
        command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager"]
        done = subprocess.run([*command, UNITS / "countersign.service"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        exposure = re.search(r"Overall exposure level for countersign.service: ([\d.]+)", done.stdout)
        self.assertLessEqual(float(exposure[1]), 1.5)
        bare = self.folder / "countersign.service"
        bare.write_text("[Service]\nExecStart=/bin/true\n")
        self.assertNotEqual(subprocess.run([*command, bare], capture_output=True, check=False).returncode, 0, "a bare unit would pass")

    def test_the_profile_of_apparmor_compiles(self):
        def compiles(profile):
            return subprocess.run(["apparmor_parser", "--skip-kernel-load", "--skip-cache", "--names", profile], capture_output=True, text=True, check=False)

        done = subprocess.run(["apparmor_parser", "-Q", "-K", PROFILE], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(compiles(PROFILE).stdout.split(), ["countersignd"])
        broken = self.folder / "profile"
        broken.write_text(PROFILE.read_text().replace("rwkl,", "rwklz,"))
        done = subprocess.run(["apparmor_parser", "-Q", "-K", broken], capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0, "a fault would not be seen")


if __name__ == "__main__":
    unittest.main()
