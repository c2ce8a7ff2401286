"""A source whose provider is polled, against a loopback server that answers as Okta's System Log API is documented to."""

import json
import os
import random
import threading
import time
import unittest
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from appliance import Appliance
from limits_test import set_limits

TOKEN = "00-a-token-of-an-administrator"


def log_event(number):
    return {"uuid": f"okta-{number}", "published": "2026-01-31T09:30:00.000Z", "eventType": "system.sms.send_factor_verify_message",
            "outcome": {"result": "SUCCESS"}, "actor": {"id": "00u1", "type": "User", "alternateId": "ana@example.com"},
            "transaction": {"id": f"t-{number}"}}


class SystemLog(ThreadingHTTPServer):
    """Polling requests: the next link never ends; with a rate limit and failures that the test asks for."""

    daemon_threads = True

    def __init__(self, page=20):
        super().__init__(("127.0.0.1", 0), Answer)
        self.events, self.page, self.asked, self.failures = [], page, [], []
        self.limit, self.left = 120, 120
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A daemon that is killed in the middle of an answer is what some tests are about."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802
        log, query = self.server, dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        with log.lock:
            log.asked.append((time.monotonic(), self.path))
            failure = log.failures.pop(0) if log.failures else None
            begin = int(query.get("after", 0))
            events = log.events[begin:begin + log.page]
            left = log.left
        if self.headers["Authorization"] != f"SSWS {TOKEN}":
            return self.reply(401, {"errorCode": "E0000011"})
        if failure:
            return self.reply(failure, {"errorCode": "E0000047"}, {"X-Rate-Limit-Reset": str(int(time.time()) + 1)})
        link = f'<{log.url}/api/v1/logs?limit=1000&after={begin + len(events)}>; rel="next"'
        own = f'<{log.url}{self.path}>; rel="self"'
        return self.reply(200, events, {"Link": f"{own}, {link}", "X-Rate-Limit-Limit": str(log.limit),
                                        "X-Rate-Limit-Remaining": str(left), "X-Rate-Limit-Reset": str(int(time.time()) + 2)})

    def reply(self, status, body, headers=None):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Pull(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.log = SystemLog()
        self.addCleanup(self.log.shutdown)
        self.token = self.appliance.folder / "token.txt"
        self.token.write_text(TOKEN + "\n")

    def add(self, *more):
        return self.appliance.json("source", "add", "okta-log", "--adapter", "okta", "--tenant", "acme", "--pull", self.log.url,
                                   "--secret-file", self.token, "--pull-setting", "interval_s=1", *more)

    def stored(self):
        return [r for r in self.appliance.records("acme") if r["event"]["id"].startswith("okta-")]

    def wait_stored(self, count, seconds=30):
        until = time.monotonic() + seconds
        while len(self.stored()) < count and time.monotonic() < until:
            time.sleep(0.05)
        ids = [r["event"]["id"] for r in self.stored()]
        self.assertEqual(sorted(ids), sorted(f"okta-{n}" for n in range(count)))

    def test_pages_later_events_and_heartbeats(self):
        self.log.events = [log_event(n) for n in range(90)]
        self.add()
        self.appliance.start()
        self.wait_stored(90)
        self.assertEqual({r["proof"] for r in self.stored()}, {"pulled"})
        self.log.events += [log_event(n) for n in range(90, 95)]
        self.wait_stored(95)
        beats = [r for r in self.appliance.records("acme") if r["event"]["type"] == "source.heartbeat"]
        self.assertTrue(beats)
        self.assertEqual(beats[0]["proof"], "pulled")
        self.assertIn("since=", self.log.asked[0][1])
        for place in (self.appliance.folder / "data").rglob("*"):
            if place.is_file():
                self.assertNotIn(TOKEN.encode(), place.read_bytes(), place)
        self.assertNotIn(TOKEN, self.appliance.log_text())

    def test_failures_are_waited_out(self):
        self.log.events = [log_event(n) for n in range(50)]
        self.log.failures = [500, 429, 503]
        self.add()
        self.appliance.start()
        self.wait_stored(50)
        self.assertIn("polling for okta-log", self.appliance.log_text())

    def test_a_page_that_is_more_than_the_ledger_takes_at_once_goes_in_parts(self):
        for limit in ("queue_events_max", "events_max"):
            with self.subTest(limit):
                with Appliance() as self.appliance:
                    self.appliance.add_tenant("acme")
                    self.log.events, self.log.page, self.log.asked = [log_event(n) for n in range(95)], 40, []
                    self.add()
                    set_limits(self.appliance, **{limit: 7})
                    self.appliance.start()
                    self.wait_stored(95)
                    self.assertLess(len(self.log.asked), 20, "no more pages are asked for than it takes to find out")

    def test_half_of_the_rate_limit_is_left_to_others(self):
        self.log.events = [log_event(n) for n in range(60)]
        self.log.left = 60
        self.add()
        self.appliance.start()
        self.wait_stored(60)
        times = [when for when, _ in self.log.asked]
        self.assertGreaterEqual(min(b - a for a, b in zip(times, times[1:])), 1.0, "each waits for the window to end")

    def test_killed_between_pages_it_skips_nothing(self):
        self.log.page = 5
        self.log.events = [log_event(n) for n in range(400)]
        self.add()
        for _ in range(16):
            self.appliance.start()
            time.sleep(random.uniform(0.02, 0.25))
            self.appliance.kill()
        self.appliance.start()
        self.wait_stored(400)
        cursor = self.appliance.region_file("cursors") / "okta-log"
        self.assertIn("after=400", cursor.read_text())

    def test_a_wrong_token_and_a_revoked_source(self):
        self.token.write_text("wrong\n")
        self.log.events = [log_event(0)]
        self.add()
        self.appliance.start()
        until = time.monotonic() + 30
        while "refuses the token" not in self.appliance.log_text() and time.monotonic() < until:
            time.sleep(0.05)
        self.assertIn("refuses the token", self.appliance.log_text())
        self.token.write_text(TOKEN + "\n")
        self.appliance.run("source", "secret", "okta-log", "--secret-file", self.token)
        self.wait_stored(1)
        self.appliance.run("source", "revoke", "okta-log")
        time.sleep(2.5)
        asked = len(self.log.asked)
        time.sleep(2)
        self.assertEqual(len(self.log.asked), asked)

    def test_what_cannot_be_polled_is_refused(self):
        refuse = lambda *args: self.appliance.run("source", "add", "x", "--tenant", "acme", *args, check=False).returncode
        self.assertEqual(refuse("--adapter", "slack", "--pull", "https://slack.example.com", "--secret-file", self.token), 2)
        self.assertEqual(refuse("--adapter", "okta", "--pull", "http://okta.example.com", "--secret-file", self.token), 2)
        self.assertEqual(refuse("--adapter", "okta", "--pull", "https://okta.example.com"), 2)


if __name__ == "__main__":
    unittest.main()
