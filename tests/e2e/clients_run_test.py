"""The examples of docs/clients.md as they stand there, and the client files under clients/, against the real daemon."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from appliance import Appliance

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "clients"))

import countersign  # noqa: E402  (the client file, not the package of that name)

RUN = {"sh": ["sh", "example.sh"], "python": [sys.executable, "example.py"], "js": ["node", "example.mjs"],
       "go": ["go", "run", "example.go"], "java": ["java", "Send.java"]}
EXPECTED = {"sh": ["curl-1"], "python": ["python-1", "python-2"], "js": ["node-1", "node-2"], "go": ["go-1"], "java": ["java-1"]}


def examples():
    text = (ROOT / "docs" / "clients.md").read_text()
    return dict(re.findall(r"^```(sh|python|js|go|java)\n(.*?)^```$", text, re.M | re.S))


class Examples(unittest.TestCase):
    """Over TLS, with the certificate that init made."""

    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance(tls=True)
        cls.appliance.add_tenant("acme")
        cls.token = cls.appliance.add_source("shop")
        cls.appliance.start()

    @classmethod
    def tearDownClass(cls):
        cls.appliance.__exit__()

    def test_each_language_is_there(self):
        self.assertEqual(set(examples()), set(RUN))

    def run_example(self, language):
        with tempfile.TemporaryDirectory() as folder:
            for file in (ROOT / "clients").glob("countersign.*"):
                shutil.copy(file, folder)
            Path(folder, RUN[language][-1]).write_text(examples()[language])
            ca = str(self.appliance.folder / "keys" / "tls.pem")
            environment = dict(os.environ, COUNTERSIGN_URL=f"https://localhost:{self.appliance.port}", COUNTERSIGN_TOKEN=self.token,
                               COUNTERSIGN_CA=ca, NODE_EXTRA_CA_CERTS=ca, GO111MODULE="off", GOCACHE=str(Path(folder, "go")))
            done = subprocess.run(RUN[language], cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        stored = {r["event"]["id"] for r in self.appliance.records("acme")}
        self.assertLessEqual(set(EXPECTED[language]), stored, done.stdout + done.stderr)

    def test_curl(self):
        self.run_example("sh")

    def test_python(self):
        self.run_example("python")

    def test_node(self):
        self.run_example("js")

    def test_go(self):
        self.run_example("go")

    def test_java(self):
        self.run_example("java")


NODE = """
import { Client, CountersignError, FullError } from '%(file)s';
const audit = new Client({ url: process.env.URL, token: process.env.TOKEN, batch: %(batch)d, intervalMs: 20,
  onRejected: (event, errors) => console.log('rejected', event.id, errors[0].path) });
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
%(body)s
console.log(JSON.stringify({ appended: audit.appended, duplicate: audit.duplicate, rejected: audit.rejected }));
"""


class ClientFiles(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.token = self.appliance.add_source("shop")
        self.url = f"http://127.0.0.1:{self.appliance.port}"

    def ids(self):
        return [r["event"]["id"] for r in self.appliance.records("acme")]

    def node(self, body, token=None, batch=100, wait=True):
        script = NODE % {"file": ROOT / "clients" / "countersign.mjs", "body": body, "batch": batch}
        started = subprocess.Popen(["node", "--input-type=module", "-e", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=dict(os.environ, URL=self.url, TOKEN=token or self.token))
        if not wait:
            return started
        out, err = started.communicate(timeout=60)
        return started.returncode, out, err

    def restart_under(self, sending):
        """Stops the daemon hard, twice, while the client sends; it must not notice but for the time."""
        for _ in range(2):
            time.sleep(0.4)
            self.appliance.kill()
            time.sleep(0.4)
            self.appliance.start()
        sending()

    def test_python_loses_nothing_and_doubles_nothing(self):
        self.appliance.start()
        with countersign.Client(self.url, self.token, batch=50, interval=0.02) as client:
            def send():
                for n in range(2000):
                    client.send({"id": f"p-{n}", "type": "challenge.sent", "tenant": "acme"})
                    time.sleep(0.0008)
            thread = threading.Thread(target=send)
            thread.start()
            self.restart_under(thread.join)
        self.assertEqual(client.appended + client.duplicate, 2000)
        self.assertEqual(sorted(self.ids()), sorted(f"p-{n}" for n in range(2000)))

    def test_node_loses_nothing_and_doubles_nothing(self):
        self.appliance.start()
        body = """for (let n = 0; n < 2000; n += 1) {
  audit.send({ id: `n-${n}`, type: 'challenge.sent', tenant: 'acme' });
  if (n % 10 === 9) await pause(8);
}
await audit.close();"""
        started = self.node(body, batch=50, wait=False)
        self.restart_under(lambda: None)
        out, err = started.communicate(timeout=60)
        self.assertEqual(started.returncode, 0, err)
        counts = json.loads(out.splitlines()[-1])
        self.assertEqual(counts["appended"] + counts["duplicate"], 2000)
        self.assertEqual(sorted(self.ids()), sorted(f"n-{n}" for n in range(2000)))

    def test_what_cannot_be_used_is_told(self):
        self.appliance.start()
        rejected = []
        client = countersign.Client(self.url, self.token, on_rejected=lambda event, errors: rejected.append((event["id"], errors[0]["path"])))
        client.send({"id": "good", "type": "challenge.sent", "tenant": "acme"})
        client.send({"id": "bad", "type": "nonsense", "tenant": "acme"})
        client.close()
        self.assertEqual((client.appended, client.rejected, rejected), (1, 1, [("bad", "type")]))
        code, out, err = self.node("audit.send({ id: 'bad', type: 'x', tenant: 'acme' }); await audit.close();")
        self.assertEqual(code, 0, err)
        self.assertIn("rejected bad type", out)

    def test_a_wrong_token_is_told_and_nothing_is_dropped(self):
        self.appliance.start()
        client = countersign.Client(self.url, "cst_wrong")
        client.send({"id": "kept", "type": "challenge.sent", "tenant": "acme"})
        with self.assertRaisesRegex(countersign.CountersignError, "401"):
            client.flush(10)
        client._token = self.token
        client.close()
        self.assertEqual(self.ids(), ["kept"])
        body = """audit.send({ type: 'challenge.sent', tenant: 'acme' });
try { await audit.close(); } catch (error) { console.log(error instanceof CountersignError, error.message.slice(0, 3)); }"""
        code, out, err = self.node(body, token="cst_wrong")
        self.assertEqual((code, out.splitlines()[0]), (0, "true 401"), err)

    def test_a_batch_that_is_too_large_is_halved(self):
        self.appliance.config.write_text(self.appliance.config.read_text().replace("events_max = 10000", "events_max = 30"))
        self.assertIn("events_max = 30", self.appliance.config.read_text())
        self.appliance.start()
        with countersign.Client(self.url, self.token, batch=100) as client:
            for n in range(100):
                client.send({"id": f"h-{n}", "type": "challenge.sent", "tenant": "acme"})
        code, _, err = self.node("for (let n = 0; n < 100; n += 1) audit.send({ id: `m-${n}`, type: 'challenge.sent', tenant: 'acme' });\nawait audit.close();")
        self.assertEqual(code, 0, err)
        self.assertEqual(len(set(self.ids())), 200)

    def test_memory_is_bounded(self):
        client = countersign.Client(self.url, self.token, waiting_max=10, interval=60)
        for n in range(10):
            client.send({"id": str(n), "type": "challenge.sent", "tenant": "acme"})
        with self.assertRaises(TimeoutError):
            client.send({"id": "x", "type": "challenge.sent", "tenant": "acme"}, timeout=0.1)
        self.appliance.start()
        client.close()
        self.assertEqual(len(self.ids()), 10)


if __name__ == "__main__":
    unittest.main()
