"""A clock that is set, a certificate that expires, no file descriptors, no memory: what is acknowledged stays, nothing is half there, and the
appliance goes on by itself. A full disk is in disk_full_test.py."""

import glob
import http.client
import json
import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import time
import unittest
from datetime import datetime, timedelta, timezone

from appliance import Appliance, event, until

FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")


def lines(appliance, name):
    return [line for line in map(json.loads, appliance.log_text().splitlines()) if line.get("event") == name]


def metric(appliance, name):
    text = appliance.request("GET", "/metrics")[2].decode()
    found = re.search(rf"(?m)^{re.escape(name)} (-?\d+)$", text)
    return int(found[1]) if found else None


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def with_source(test, **options):
    appliance = Appliance(**options)
    test.addCleanup(appliance.__exit__)
    appliance.add_tenant("acme")
    return appliance, appliance.add_source("app", tenant="acme")


class Clock(unittest.TestCase):
    """libfaketime gives the daemon a clock that a file sets; the one that shows how time passes is left as it is."""

    def set(self, shift):
        self.file.write_text(f"{shift.total_seconds():+.0f}\n")

    def checkpoint_times(self):
        done = subprocess.run(["sqlite3", f"file:{self.appliance.region_file('ledger.sqlite')}?mode=ro", "SELECT time FROM checkpoints ORDER BY rowid"],
                              capture_output=True, text=True, check=True)
        return [int(line) for line in done.stdout.split()]

    def appended(self, number):
        status, answer = self.appliance.post(self.token, event(number))
        self.assertEqual(status, 200)
        return answer["results"][0]["receipt"]["seq"]

    def test_is_set_back_and_forward(self):
        self.assertTrue(FAKETIME, "libfaketime is not installed")
        self.appliance, self.token = with_source(self)
        self.file = self.appliance.folder / "clock"
        self.set(timedelta(0))
        fake = {"LD_PRELOAD": FAKETIME[0], "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "DONT_FAKE_MONOTONIC": "1"}
        before = dict(os.environ)
        os.environ.update(fake)
        try:
            self.appliance.start()
        finally:
            os.environ.clear()
            os.environ.update(before)
        self.assertEqual(self.appended(1), 0)
        self.set(timedelta(hours=1))
        until(lambda: metric(self.appliance, 'countersign_clock_jumps_total{direction="forward"}') == 1, "the jump was not seen")
        self.appended(2)
        # Its checkpoint has to be there before the clock goes back.
        until(lambda: self.checkpoint_times()[-1] > time.time() + 3_500, "no checkpoint of the time to come")
        self.set(-timedelta(minutes=10))
        until(lambda: metric(self.appliance, 'countersign_clock_jumps_total{direction="back"}') == 1, "the jump was not seen")
        self.appended(3)
        until(lambda: (metric(self.appliance, 'countersign_clock_behind_seconds{region="eu-1"}') or 0) > 4_000, "the alarm is not raised")
        self.assertEqual(self.appended(4), 3)
        self.assertEqual(self.appliance.stop(), 0)
        received = [instant(record["received"]) for record in self.appliance.records("acme")]
        self.assertEqual(received, sorted(received))
        self.assertGreater(received[1] - received[0], timedelta(minutes=59))
        self.assertLess(received[3] - received[1], timedelta(minutes=5), "records wait for the clock where they were")
        times = self.checkpoint_times()
        self.assertEqual(times, sorted(times), "a checkpoint was signed for a time before another")
        jumps = [line["seconds"] for line in lines(self.appliance, "clock.jumped")]
        self.assertAlmostEqual(jumps[0], 3_600, delta=5)
        self.assertAlmostEqual(jumps[1], -4_200, delta=5)
        self.appliance.run("verify", "--data", self.appliance.folder / "data")
        # A start with a clock that is wrong goes on from what was signed, too.
        self.appliance.start()
        self.assertEqual(self.appended(5), 4)
        self.assertEqual(self.appliance.stop(), 0)
        again = [instant(record["received"]) for record in self.appliance.records("acme")]
        self.assertEqual(again, sorted(again))
        self.appliance.run("verify", "--data", self.appliance.folder / "data")


class Certificate(unittest.TestCase):
    def make(self, days):
        """A certificate for the appliance's own key that ends so many days from now; when that is."""
        keys = self.appliance.folder / "keys"
        work = self.appliance.folder / "ca"
        end = datetime.now(timezone.utc) + timedelta(days=days)
        begin = min(datetime.now(timezone.utc), end) - timedelta(days=1)
        work.mkdir(exist_ok=True)
        (work / "index").write_text("")
        (work / "serial").write_text("01\n")
        (work / "ca.cnf").write_text(f"""
[ca]
default_ca = own
[own]
database = {work}/index
serial = {work}/serial
new_certs_dir = {work}
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
""")
        request = work / "request.pem"
        subprocess.run(["openssl", "req", "-new", "-key", keys / "tls.key", "-subj", "/CN=localhost", "-out", request], check=True, capture_output=True)
        subprocess.run(["openssl", "ca", "-batch", "-config", work / "ca.cnf", "-selfsign", "-keyfile", keys / "tls.key", "-in", request, "-notext",
                        "-out", keys / "tls.pem", "-startdate", begin.strftime("%Y%m%d%H%M%SZ"), "-enddate", end.strftime("%Y%m%d%H%M%SZ")],
                       check=True, capture_output=True)
        return end

    def served(self):
        """When the certificate that is served ends."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.appliance.port), timeout=10) as plain, context.wrap_socket(plain) as connection:
            shown = ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True))
        text = subprocess.run(["openssl", "x509", "-noout", "-enddate"], input=shown, capture_output=True, text=True, check=True).stdout
        return datetime.strptime(text.strip().split("=")[1], "%b %d %H:%M:%S %Y %Z").replace(tzinfo=timezone.utc)

    def reload(self):
        known = len(lines(self.appliance, "config.reloaded"))
        self.appliance.daemon.send_signal(signal.SIGHUP)
        until(lambda: len(lines(self.appliance, "config.reloaded")) > known, "SIGHUP was not heard")

    def test_expires_and_is_replaced_while_the_daemon_runs(self):
        self.appliance = Appliance(tls=True)
        self.addCleanup(self.appliance.__exit__)
        soon = self.make(20)
        self.appliance.start(wait=False)
        until(lambda: lines(self.appliance, "certificate.expires"), "nobody was warned")
        self.assertEqual(lines(self.appliance, "certificate.expires")[0]["certificate"], "tls")
        until(lambda: self.is_served(soon), "the certificate is not served")
        old = self.make(-1 / 24)
        self.reload()
        self.assertTrue(self.is_served(old), "an expired certificate is served all the same: the senders decide")
        until(lambda: lines(self.appliance, "certificate.expired"), "nobody was told that it has expired")
        fresh = self.make(300)
        self.reload()
        self.assertTrue(self.is_served(fresh))
        time.sleep(11)
        self.assertEqual(len(lines(self.appliance, "certificate.expired")), 1, "it is said once")
        self.assertEqual(self.appliance.stop(), 0)

    def is_served(self, end):
        try:
            return abs(self.served() - end) < timedelta(seconds=2)
        except OSError:
            return False


class FileDescriptors(unittest.TestCase):
    def test_run_out_and_come_back(self):
        appliance, token = with_source(self)
        appliance.start()
        pid = appliance.daemon.pid
        kept = appliance.connection()
        self.assertEqual(appliance.post(token, event(1), connection=kept)[0], 200)
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        # A quarter is kept from connections; some are left for them.
        limit = (len(os.listdir(f"/proc/{pid}/fd")) + 6) * 4 // 3
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, before[1]))
        others = [socket.create_connection(("127.0.0.1", appliance.port), timeout=10) for _ in range(limit)]
        for one in others:
            self.addCleanup(one.close)
        # Accepted or not: the system has taken them all in.
        late = others[-1]
        late.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        late.settimeout(1)
        with self.assertRaises(TimeoutError):
            late.recv(1)
        for number in range(2, 30):
            self.assertEqual(appliance.post(token, event(number), connection=kept)[0], 200, "the ledger does not go on")
        accepted = re.search(r"(?m)^countersign_http_accept_errors_total (\d+)$", appliance.request("GET", "/metrics", connection=kept)[2].decode())
        self.assertGreater(int(accepted[1]), 0)
        for one in others[:-1]:
            one.close()
        late.settimeout(20)
        self.assertTrue(late.recv(100).startswith(b"HTTP/1.1 200"), "who waited is served when there is room")
        late.close()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        self.assertEqual(appliance.post(token, event(30))[0], 200)
        kept.close()
        self.assertEqual(appliance.stop(), 0)
        self.assertEqual(len(appliance.records("acme")), 30)
        appliance.run("verify", "--data", appliance.folder / "data")


class Memory(unittest.TestCase):
    def virtual_bytes(self, pid):
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()

    def send(self, events):
        """One batch. What was acknowledged is remembered."""
        batch = [event(self.number + n, action={"name": "x", "context": "c" * 900}) for n in range(events)]
        self.number += events
        try:
            status, answer = self.appliance.post(self.token, batch)
        except (OSError, ValueError, http.client.HTTPException):
            self.refused += 1
            return
        if status == 200:
            self.acknowledged.update(sent["id"] for sent, result in zip(batch, answer["results"]) if result["status"] == "appended")
        else:
            self.assertIn(status, (413, 500, 503))
            self.refused += 1

    def revive(self):
        """It may end rather than go on with half of what it needs: then with a line that says so, and nothing half there."""
        try:
            code = self.appliance.daemon.wait(1)
        except subprocess.TimeoutExpired:
            return
        self.assertEqual(code, 1, self.appliance.log_text()[-2000:])
        self.assertIn('"level":"critical"', "".join(self.appliance.log_text().splitlines()[-30:]))
        self.appliance.run("verify", "--data", self.appliance.folder / "data")
        self.appliance.start()

    def test_is_short_and_nothing_acknowledged_is_lost(self):
        self.appliance, self.token = with_source(self)
        self.appliance.start()
        self.acknowledged, self.refused, self.number = set(), 0, 0
        self.send(50)
        for room_mib in (24, 12, 6, 3, 1, 0):
            pid = self.appliance.daemon.pid
            resource.prlimit(pid, resource.RLIMIT_AS, (self.virtual_bytes(pid) + (room_mib << 20), resource.RLIM_INFINITY))
            for _ in range(3):
                self.send(3_000)
            self.revive()
        self.assertGreater(self.refused, 0, "memory was never short")
        resource.prlimit(self.appliance.daemon.pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: self.appliance.request("GET", "/readyz")[0] == 200, "it does not recover")
        self.send(1)
        self.assertIn(f"evt-{self.number - 1}", self.acknowledged)
        self.assertEqual(self.appliance.stop(), 0)
        stored = [record["event"]["id"] for record in self.appliance.records("acme")]
        self.assertEqual(len(stored), len(set(stored)))
        self.assertEqual(self.acknowledged - set(stored), set())
        self.appliance.run("verify", "--data", self.appliance.folder / "data")


if __name__ == "__main__":
    unittest.main()
