"""Every limit of the configuration file, set so low that a test can pass it, over the real daemon."""

import gzip
import json
import re
import socket
import subprocess
import threading
import time
import unittest

import kept_logs
from appliance import BIN, Appliance, event


def set_limits(appliance, **limits):
    text = appliance.config.read_text()
    for name, value in limits.items():
        text, changed = re.subn(rf"(?m)^{name} = \d+", f"{name} = {value}", text)
        assert changed == 1, name
    appliance.config.write_text(text)


class Limited(unittest.TestCase):
    """Starts an appliance of its own with the given limits."""

    def start(self, **limits):
        appliance = Appliance()
        self.addCleanup(appliance.__exit__)
        appliance.add_tenant("acme")
        self.token = appliance.add_source("app", tenant="acme")
        set_limits(appliance, **limits)
        return appliance.start()


class Requests(Limited):
    def test_sizes_and_depth(self):
        appliance = self.start(body_bytes_max=2000, decoded_bytes_max=4000, events_max=3, json_depth_max=4)

        def post(body, **more):
            return appliance.post(self.token, body, **more)[0]

        body = json.dumps(event(1))
        self.assertEqual(post(body + " " * (2000 - len(body))), 200)
        self.assertEqual(post(body + " " * (2001 - len(body))), 413)
        body = json.dumps(event(2))
        self.assertEqual(post(gzip.compress((body + " " * (4000 - len(body))).encode()), **{"Content-Encoding": "gzip"}), 200)
        self.assertEqual(post(gzip.compress((body + " " * (4001 - len(body))).encode()), **{"Content-Encoding": "gzip"}), 413)
        three = [event(n) for n in (3, 4, 5)]
        self.assertEqual(post("\n".join(map(json.dumps, three)), content_type="application/x-ndjson"), 200)
        self.assertEqual(post("\n".join(map(json.dumps, [*three, event(6)])), content_type="application/x-ndjson"), 413)
        self.assertEqual(post(event(7, attributes={"a": {"b": 1}})), 200)
        self.assertEqual(post(event(8, attributes={"a": {"b": {"c": 1}}})), 200)
        status, answer = appliance.post(self.token, event(9, attributes={"a": {"b": {"c": {"d": 1}}}}))
        self.assertEqual(status, 400)
        self.assertIn("nested too deep", answer["detail"])

    def test_header(self):
        appliance = self.start(header_bytes_max=1024)
        self.assertEqual(appliance.request("GET", "/healthz", headers={"X-Long": "x" * 700})[0], 200)
        self.assertEqual(appliance.request("GET", "/healthz", headers={"X-Long": "x" * 1100})[0], 431)


class Connections(Limited):
    def open(self, appliance):
        connection = socket.create_connection(("127.0.0.1", appliance.port), timeout=10)
        self.addCleanup(connection.close)
        return connection

    def test_further_ones_are_closed_at_once(self):
        for name in ("connections_max", "connections_per_address_max"):
            with self.subTest(name):
                appliance = self.start(**{name: 3, "idle_timeout_ms": 60_000})
                held = []
                until = time.monotonic() + 30
                while len(held) < 3:  # the connection that saw the start may still count
                    connection = self.open(appliance)
                    try:
                        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                        if connection.recv(100).startswith(b"HTTP/1.1 200"):
                            held.append(connection)
                            continue
                    except ConnectionError:
                        pass
                    self.assertLess(time.monotonic(), until, f"{len(held)} of 3 connections are served")
                    time.sleep(0.05)
                more = self.open(appliance)
                try:
                    more.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                    self.assertNotIn(b"200 OK", more.recv(4096))
                except ConnectionError:
                    pass
                held.pop().close()
                until = time.monotonic() + 30
                while True:
                    try:
                        if appliance.request("GET", "/healthz")[0] == 200:
                            break
                    except OSError:
                        self.assertLess(time.monotonic(), until, "a place that became free is not given out")
                        time.sleep(0.05)

    def test_idle_ones_are_closed(self):
        appliance = self.start(idle_timeout_ms=300)
        for sent in (b"", b"GET /healthz HT", b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"):
            with self.subTest(sent):
                connection = self.open(appliance)
                connection.sendall(sent)
                begun = time.monotonic()
                while connection.recv(4096):
                    pass
                self.assertLess(time.monotonic() - begun, 8)


class Ledger(Limited):
    def test_a_full_queue_is_answered_with_a_retry_and_all_is_stored_in_the_end(self):
        appliance = self.start(queue_events_max=6)
        refused, lock = [], threading.Lock()

        def send(first):
            for n in range(first, first + 200, 5):
                body = json.dumps([event(m) for m in range(n, n + 5)])
                while True:
                    status, headers, _ = appliance.request("POST", "/v1/events", body,
                                                           {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
                    if status == 200:
                        break
                    with lock:
                        refused.append((status, headers.get("Retry-After")))

        threads = [threading.Thread(target=send, args=(base * 200,)) for base in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(refused, "the queue was never full")
        self.assertEqual(set(refused), {(503, "1")})
        self.assertEqual(appliance.stop(), 0)
        self.assertEqual(sorted(record["event"]["id"] for record in appliance.records("acme")), sorted(f"evt-{n}" for n in range(1200)))

    def test_a_batch_larger_than_the_queue_is_too_large(self):
        appliance = self.start(queue_events_max=6)
        self.assertEqual(appliance.post(self.token, [event(n) for n in range(7)])[0], 413)

    def test_the_reserve_of_the_disk_is_kept(self):
        appliance = self.start(disk_reserve_bytes=999_999_999_999)
        self.assertEqual(appliance.post(self.token, event(1))[0], 507)
        set_limits(appliance, disk_reserve_bytes=0)
        appliance.daemon.send_signal(1)
        until = time.monotonic() + 30
        while appliance.post(self.token, event(1))[0] != 200:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)


class Regions(Limited):
    def test_events_of_a_tenant_elsewhere_are_sent_away_with_the_address(self):
        appliance = Appliance()
        self.addCleanup(appliance.__exit__)
        appliance.add_tenant("here")
        appliance.run("tenant", "add", "away", "--region", "us-1", "--moved-to", "https://us.evidence.example.com")
        token = appliance.add_source("app")
        appliance.start()
        status, answer = appliance.post(token, event(1, tenant="away"))
        self.assertEqual((status, answer["type"]), (421, "urn:countersign:problem:misdirected"))
        self.assertIn("https://us.evidence.example.com", answer["results"][0]["errors"][0]["reason"])
        status, answer = appliance.post(token, [event(2, tenant="away"), event(3, tenant="here")])
        self.assertEqual((status, answer["appended"], answer["rejected"]), (200, 1, 1))


class Configuration(unittest.TestCase):
    def test_a_limit_out_of_range_or_unknown_is_refused_by_name(self):
        with Appliance() as appliance:
            text = appliance.config.read_text()
            for wrong, named in (("events_max = 0", "events_max"), ("idle_timeout_ms = 5", "idle_timeout_ms"),
                                 ("surprise = 1", "surprise"), ("body_bytes_max = true", "body_bytes_max")):
                with self.subTest(wrong):
                    name = wrong.split()[0]
                    changed = re.sub(rf"(?m)^{name} = \d+", wrong, text) if name in text else text + wrong + "\n"
                    appliance.config.write_text(changed)
                    done = subprocess.run([BIN / "countersignd", "--config", appliance.config], capture_output=True, text=True, timeout=20)
                    kept_logs.errors(done.stderr)
                    self.assertNotEqual(done.returncode, 0)
                    self.assertIn(named, done.stderr)


if __name__ == "__main__":
    unittest.main()
