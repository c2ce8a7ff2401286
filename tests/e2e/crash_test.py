"""Kills the daemon with SIGKILL at random moments under load. Afterwards every acknowledged event is in the ledger exactly once and
the ledger verifies."""

import os
import random
import time
import unittest

from appliance import Appliance
from sender import BATCH, Sender, stop_all

KILLS = int(os.environ.get("COUNTERSIGN_KILLS", "50"))
SENDERS = 3


class Crash(unittest.TestCase):
    def test_loses_nothing_acknowledged(self):
        seed = int(os.environ.get("COUNTERSIGN_SEED", random.randrange(1 << 32)))
        print(f"seed {seed}")
        chance = random.Random(seed)
        with Appliance() as appliance:
            appliance.add_tenant("acme")
            token = appliance.add_source("app", tenant="acme")
            appliance.start()
            senders = [Sender(appliance, token, n) for n in range(SENDERS)]
            for sender in senders:
                sender.start()
            for kill in range(KILLS):
                time.sleep(chance.uniform(0.0, 0.25))
                appliance.kill()
                appliance.start(wait=kill % 2 == 0)
            appliance.wait_ready()
            time.sleep(0.3)
            stop_all(self, senders)
            self.assertEqual(appliance.stop(), 0)
            stored = {}
            for place, record in enumerate(appliance.records("acme")):
                self.assertEqual(record["seq"], place)
                self.assertNotIn(record["event"]["id"], stored, "an event stands twice")
                stored[record["event"]["id"]] = place
            acknowledged = {}
            for sender in senders:
                acknowledged.update(sender.acknowledged)
            self.assertGreater(len(acknowledged), KILLS * BATCH)
            for name, (seq, _) in acknowledged.items():
                self.assertEqual(stored.get(name), seq, f"acknowledged event {name} is not where its receipt says")
            print(f"{KILLS} kills, {len(acknowledged)} acknowledged, {len(stored)} stored")
            appliance.run("verify", "--data", appliance.folder / "data")


if __name__ == "__main__":
    unittest.main()
