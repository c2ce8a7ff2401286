"""Load for a daemon that may be killed at any moment."""

import threading
import time

from appliance import event

BATCH = 20


def stop_all(test, senders):
    """Ends the senders; to none of them happened what may not."""
    for sender in senders:
        sender.stopping = True
    for sender in senders:
        sender.join(30)
        test.assertFalse(sender.is_alive())
        test.assertEqual(sender.wrong, [])


class Sender(threading.Thread):
    """Sends batches over one connection after another, `pause` seconds between two, and remembers what was acknowledged."""

    def __init__(self, appliance, token, number, pause=0):
        super().__init__(daemon=True)
        self.pause = pause
        self.appliance, self.token, self.number = appliance, token, number
        self.acknowledged = {}
        self.next = 0
        self.stopping = False
        self.wrong = []

    def run(self):
        connection = None
        while not self.stopping:
            first = self.number * 10_000_000 + self.next
            batch = [event(n) for n in range(first, first + BATCH)]
            try:
                connection = connection or self.appliance.connection(timeout=5)
                status, answer = self.appliance.post(self.token, batch, connection=connection)
            except (OSError, ValueError, Exception) as error:  # the daemon was killed: the batch is sent again
                if not isinstance(error, (OSError, ValueError)) and type(error).__module__ != "http.client":
                    self.wrong.append(repr(error))
                if connection:
                    connection.close()
                connection = None
                time.sleep(0.005)
                continue
            if status == 200:
                for sent, result in zip(batch, answer["results"]):
                    if result["status"] not in ("appended", "duplicate"):
                        self.wrong.append(str(result))
                    self.acknowledged[sent["id"]] = (result["receipt"]["seq"], result["receipt"]["hash"])
                self.next += BATCH
                time.sleep(self.pause)
            elif status == 401:
                time.sleep(0.02)
            elif status not in (503, 507):
                self.wrong.append(f"status {status}: {answer}")
                time.sleep(0.05)
