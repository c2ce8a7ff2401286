"""An hour under load (COUNTERSIGN_SOAK_SECONDS): sources that come and go, clean and unclean restarts, exports and verifications at once.
Afterwards everything acknowledged is there once and verifies, and neither memory nor descriptors have grown with time."""

import os
import random
import statistics
import subprocess
import threading
import time
import unittest
from pathlib import Path

from appliance import BIN, Appliance
from sender import Sender, stop_all

SECONDS = int(os.environ.get("COUNTERSIGN_SOAK_SECONDS", "3600"))
SENDERS = 3
PAUSE = 0.05  # seconds between a sender's batches: more than a thousand events a second in all, and a disk that holds an hour of them
VISIT = 15  # seconds between a source that comes and its going
LIFE = max(10, SECONDS // 6)  # seconds between two restarts
WARM = 120  # seconds after which the caches of the stores are full
MEMORY_KIB_MAX = 320 * 1024  # caches, queue and buffers at their bounds


class Watch:
    """Memory (KiB) and open descriptors of the daemon, sampled over one life of it."""

    def __init__(self, process):
        self.folder = Path(f"/proc/{process.pid}")
        self.memory, self.descriptors = [], []

    def sample(self):
        status = (self.folder / "status").read_text()
        self.memory.append(int(status.split("VmRSS:")[1].split()[0]))
        self.descriptors.append(len(list((self.folder / "fd").iterdir())))


class Visitors(threading.Thread):
    """Sources that come, send for a while and are revoked, one after another; what was acknowledged to them stays to be looked for."""

    def __init__(self, appliance):
        super().__init__(daemon=True)
        self.appliance = appliance
        self.stopping = threading.Event()
        self.senders, self.failed = [], []

    def run(self):
        try:
            while not self.stopping.is_set():
                number = SENDERS + len(self.senders)
                sender = Sender(self.appliance, self.appliance.add_source(f"guest-{number}", tenant="acme"), number, PAUSE)
                self.senders.append(sender)
                sender.start()
                self.stopping.wait(VISIT)
                self.appliance.run("source", "revoke", f"guest-{number}")
                # It knocks on for a moment, and is refused.
                self.stopping.wait(2)
                sender.stopping = True
                sender.join(30)
        except Exception as error:
            self.failed.append(repr(error))


class Soak(unittest.TestCase):
    def check_steady(self, watch):
        """Memory stays within its bound, and once warm the second half of a life needs no more than the first."""
        self.assertLess(max(watch.memory), MEMORY_KIB_MAX, watch.memory)
        self.assertLess(max(watch.descriptors), 200, watch.descriptors)
        warm = WARM * 2
        half = (len(watch.memory) + warm) // 2
        if half - warm < 60:
            return
        for samples, slack in ((watch.memory, 16 * 1024), (watch.descriptors, 8)):
            self.assertLess(statistics.median(samples[half:]), statistics.median(samples[warm:half]) * 1.1 + slack, samples)

    def export_and_verify(self, appliance, number, begin):
        """What came in since `begin`."""
        bundle = appliance.folder / f"{number}.tar.zst"
        appliance.run("export", "acme", "--from", begin, "--to", "2100-01-01T00:00:00Z", "-o", bundle)
        shown = subprocess.run(["openssl", "x509", "-in", appliance.folder / "keys/signer.pem", "-noout", "-fingerprint", "-sha256"],
                               capture_output=True, text=True, check=True).stdout
        done = subprocess.run([BIN / "countersign", "verify", bundle, "--fingerprint", shown.strip().split("=")[1]], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        bundle.unlink()

    def test_for_a_long_time(self):
        chance = random.Random(7)
        until = time.monotonic() + SECONDS
        lives = 0
        with Appliance() as appliance:
            # So few that they are all there soon, and what grows after that grows without bound.
            text = appliance.config.read_text()
            for name, otherwise in ("monitored_records_max", 1_000_000), ("step_up_records_max", 4_000_000):
                self.assertIn(f"{name} = {otherwise}", text)
                text = text.replace(f"{name} = {otherwise}", f"{name} = 20000")
            appliance.config.write_text(text)
            appliance.add_tenant("acme")
            token = appliance.add_source("app", tenant="acme")
            appliance.start()
            senders = [Sender(appliance, token, n, PAUSE) for n in range(SENDERS)]
            for sender in senders:
                sender.start()
            visitors = Visitors(appliance)
            visitors.start()
            while time.monotonic() < until:
                watch, end = Watch(appliance.daemon), time.monotonic() + LIFE
                begin = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                while time.monotonic() < end:
                    time.sleep(0.5)
                    watch.sample()
                self.check_steady(watch)
                self.export_and_verify(appliance, lives, begin)
                if chance.random() < 0.5:
                    appliance.kill()
                else:
                    self.assertEqual(appliance.stop(), 0)
                appliance.start()
                lives += 1
            visitors.stopping.set()
            visitors.join(60)
            self.assertFalse(visitors.is_alive())
            self.assertEqual(visitors.failed, [])
            senders += visitors.senders
            stop_all(self, senders)
            self.assertEqual(appliance.stop(), 0)
            acknowledged = {}
            for sender in senders:
                acknowledged.update(sender.acknowledged)
            stored = {}
            for record in appliance.records("acme"):
                self.assertNotIn(record["event"]["id"], stored)
                stored[record["event"]["id"]] = record["seq"]
            self.assertEqual({name: seq for name, (seq, _) in acknowledged.items()}, {name: stored.get(name) for name in acknowledged})
            self.assertEqual(appliance.run("verify", "--data", appliance.folder / "data", check=False).returncode, 0)
            print(f"{len(acknowledged)} events acknowledged, {lives} restarts, {len(visitors.senders)} sources came and went")


if __name__ == "__main__":
    unittest.main()
