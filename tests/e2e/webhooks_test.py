"""Providers' webhooks, signed by the providers' own libraries, against the real daemon."""

import json
import os
import subprocess
import time
import unittest
import urllib.parse
from pathlib import Path

from appliance import DATA, Appliance

CLIENTS = Path(__file__).resolve().parent.parent / "clients"


def sign(body, *arguments):
    done = subprocess.run(["node", CLIENTS / "sign.js", *map(str, arguments)], input=body, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def flipped(body, at):
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]


class Webhooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.appliance.add_tenant("acme")
        cls.secret = cls.appliance.json("source", "add", "app", "--scheme", "standard_webhooks")["secret"]
        twilio = cls.appliance.folder / "twilio.txt"
        twilio.write_text("12345\n")
        cls.twilio = cls.appliance.json("source", "add", "twilio", "--adapter", "twilio_verify", "--tenant", "acme",
                                        "--secret-file", twilio, "--url", "https://audit.example.com", "--keep-raw")
        cls.okta = cls.appliance.json("source", "add", "okta", "--adapter", "okta", "--tenant", "acme", "--silent-after", "2s")
        cls.appliance.start()

    @classmethod
    def tearDownClass(cls):
        cls.appliance.kill()
        cls.appliance.__exit__()

    def hook(self, source, body, headers, query=""):
        status, _, answer = self.appliance.request("POST", f"/v1/hooks/{source}{query}", body, headers)
        return status, json.loads(answer)

    def metric(self, text):
        page = self.appliance.request("GET", "/metrics")[2].decode()
        for line in page.splitlines():
            if line.startswith(text + " "):
                return int(line.rsplit(" ", 1)[1])
        return 0

    def event(self, name):
        return json.dumps({"id": name, "time": "2026-01-31T09:30:00Z", "type": "challenge.sent", "tenant": "acme"}).encode()

    def proof_of(self, source, event_id):
        return [r["proof"] for r in self.appliance.records("acme") if r["source"] == source and r["event"]["id"] == event_id]

    def test_standard_webhooks_library(self):
        body, now = self.event("sw-1"), int(time.time())
        headers = {"Content-Type": "application/json", **sign(body, "standard_webhooks", self.secret, "msg_1", now)}
        for at in (0, len(body) // 2, len(body) - 1):
            self.assertEqual(self.hook("app", flipped(body, at), headers)[0], 401)
        status, answer = self.hook("app", body, headers)
        self.assertEqual((status, answer["appended"]), (200, 1), answer)
        self.assertEqual(self.proof_of("app", "sw-1"), ["hmac"])
        self.assertEqual(self.hook("app", body, headers)[0], 401, "a replay")
        for away in (-301, 310):  # the clock goes on while the test runs
            stale = {"Content-Type": "application/json", **sign(body, "standard_webhooks", self.secret, "msg_2", now + away)}
            self.assertEqual(self.hook("app", body, stale)[0], 401)
        self.assertEqual(self.metric('countersign_ingest_refused_total{source="app",reason="signature_wrong"}'), 3)
        self.assertEqual(self.metric('countersign_ingest_refused_total{source="app",reason="replayed"}'), 1)
        self.assertEqual(self.metric('countersign_ingest_refused_total{source="app",reason="timestamp_stale"}'), 2)

    def test_twilio_library(self):
        self.assertEqual(self.twilio["url"], "https://audit.example.com/v1/hooks/twilio")
        body = (DATA / "payloads" / "twilio_verify" / "verification_approved.json").read_bytes()
        query = "?bodySHA256=" + sign(body, "body_hash")["bodySHA256"]
        headers = {"Content-Type": "application/json", **sign(body, "twilio", "12345", self.twilio["url"] + query)}
        self.assertEqual(self.hook("twilio", flipped(body, len(body) // 2), headers, query)[0], 401)
        self.assertEqual(self.hook("twilio", body, headers)[0], 401, "without the body's hash")
        status, answer = self.hook("twilio", body, headers, query)
        self.assertEqual(status, 200, answer)
        self.assertGreater(answer["appended"], 0)
        first = [r for r in self.appliance.records("acme") if r["source"] == "twilio"][0]
        self.assertEqual(first["proof"], "hmac")
        shown = self.appliance.json("show", "acme", first["seq"], "--reveal")
        raw = [d["value"] for d in shown["disclosures"] if d["token"] == first["event"]["delivery"]["raw"]]
        kept = json.loads(raw[0])
        sent = json.loads(body)
        sent = sent[0] if isinstance(sent, list) else sent
        self.assertEqual(kept["id"], sent["id"])
        self.assertEqual(kept["data"]["service_sid"], sent["data"]["service_sid"], "what no adapter maps is there")

    def test_okta_handshake_and_the_operators_view(self):
        token = self.okta["token"]
        self.assertTrue(self.okta["url"].endswith("/v1/hooks/okta"))
        status, _, answer = self.appliance.request(
            "GET", "/v1/hooks/okta", headers={"Authorization": token, "x-okta-verification-challenge": "nonce-1"})
        self.assertEqual((status, json.loads(answer)), (200, {"verification": "nonce-1"}))
        body = (DATA / "payloads" / "okta" / "event_hook_delivery.json").read_bytes()
        headers = {"Authorization": token, "Content-Type": "application/json"}
        self.assertEqual(self.hook("okta", body, headers)[0], 200)
        unknown = json.dumps({"eventType": "zone.made_up", "uuid": "z", "published": "2026-01-31T09:30:00Z"})
        self.assertEqual(self.hook("okta", unknown, headers)[0], 200)
        self.assertEqual(self.hook("okta", "{}", {**headers, "Authorization": "wrong"})[0], 401)
        shown = self.wait_for(lambda: self.appliance.json("source", "show", "okta"),
                              lambda view: "zone.made_up" in view["types"] and view["refused"].get("token_unknown"))
        self.assertEqual(shown["types"]["zone.made_up"]["count"], 1)
        self.assertEqual(shown["types"]["zone.made_up"]["reason"], "")
        self.assertIn("last_heard", shown)
        self.assertIn("zone.made_up", self.appliance.run("source", "show", "okta").stdout)

        def findings():
            return [r["event"]["action"] for r in self.appliance.records("_system") if r["event"]["type"] == "source.silent"]
        self.wait_for(findings, lambda found: any(f["resource"] == "okta" for f in found))
        self.assertEqual(self.metric('countersign_source_silent{source="okta"}'), 1)

    def test_a_changed_secret(self):
        new = self.appliance.folder / "new.txt"
        new.write_text("ofj09saP4\n12345\n")
        self.appliance.run("source", "secret", "twilio", "--secret-file", new)
        body = b'[{"specversion":"1.0"}]'
        query = "?bodySHA256=" + sign(body, "body_hash")["bodySHA256"]
        for secret in ("ofj09saP4", "12345"):
            headers = {"Content-Type": "application/json", **sign(body, "twilio", secret, self.twilio["url"] + query)}
            self.wait_for(lambda h=headers: self.hook("twilio", body, h, query)[0], lambda status: status == 422)
        registry = (self.appliance.folder / "data" / "registry.json").read_text()
        self.assertNotIn("ofj09saP4", registry)

    def test_a_form(self):
        form = urllib.parse.urlencode({"type": "factor.created", "factor_sid": "YF1", "date": "2026"}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", **sign(form, "twilio_form", "12345", self.twilio["url"])}
        self.assertNotEqual(self.hook("twilio", form, headers)[0], 401)
        self.assertEqual(self.hook("twilio", form + b"&a=b", headers)[0], 401)

    def test_history_is_graded_as_such(self):
        token = self.appliance.json("source", "backfill", "okta")["token"]
        self.appliance.wait_known(token)
        body = json.loads((DATA / "payloads" / "okta" / "synthetic_sms_challenge.json").read_bytes())
        status, answer = self.appliance.post(token, body)
        self.assertEqual(status, 200, answer)
        self.assertIn("backfill", {r["proof"] for r in self.appliance.records("acme") if r["source"] == "okta"})

    def wait_for(self, ask, good, seconds=15):
        until = time.monotonic() + seconds
        while True:
            value = ask()
            if good(value) or time.monotonic() > until:
                self.assertTrue(good(value), value)
                return value
            time.sleep(0.2)


if __name__ == "__main__":
    os.environ.setdefault("CLIENTS", str(Path(__file__).resolve().parents[2] / "build" / "clients"))
    unittest.main()
