"""CloudEvents, OTLP and Splunk HEC, sent by their own SDKs and by hand, against the real daemon."""

import json
import os
import subprocess
import unittest
from pathlib import Path

from appliance import Appliance

CLIENTS = Path(__file__).resolve().parent.parent / "clients"


def node(script, *arguments):
    return subprocess.run(["node", CLIENTS / script, *map(str, arguments)], capture_output=True, text=True, check=False)


class Protocols(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.appliance.add_tenant("acme")
        cls.token = cls.appliance.add_source("shop")
        cls.twilio = cls.appliance.add_source("twilio", adapter="twilio_verify", tenant="acme")
        cls.keycloak = cls.appliance.add_source("keycloak", adapter="keycloak", tenant="acme")
        cls.appliance.start()

    @classmethod
    def tearDownClass(cls):
        cls.appliance.__exit__()

    def url(self, path):
        return f"http://127.0.0.1:{self.appliance.port}{path}"

    def events(self, begin):
        return [r["event"] for r in self.appliance.records("acme") if r["event"]["id"].startswith(begin)]

    def send(self, path, body, headers, expect=200):
        status, fields, answer = self.appliance.request("POST", path, body, headers)
        self.assertEqual(status, expect, answer)
        return fields, answer

    def test_the_cloudevents_sdk_in_all_three_modes(self):
        for mode, count in (("binary", 1), ("structured", 1), ("batch", 2)):
            done = node("cloudevents.js", mode, self.url("/v1/events"), self.token, f"ce-{mode}")
            self.assertEqual(done.returncode, 0, done.stderr)
            answer = json.loads(done.stdout)
            self.assertEqual((answer["status"], answer["body"].get("appended")), (200, count), answer)
            events = self.events(f"ce-{mode}")
            self.assertEqual(len(events), count)
            self.assertEqual(events[0]["type"], "challenge.sent")
            self.assertEqual(events[0]["time"], "2026-01-31T09:30:00.000Z")
            self.assertEqual(events[0]["challenge"]["factor"], "sms")
            again = json.loads(node("cloudevents.js", mode, self.url("/v1/events"), self.token, f"ce-{mode}").stdout)
            self.assertEqual(again["body"]["duplicate"], count)

    def test_a_providers_event_inside_a_cloudevent(self):
        payload = {"type": "access.LOGIN_ERROR", "uid": "kc-ce", "time": 1769851800000, "authDetails": {"userId": "u"}}
        body = json.dumps({"specversion": "1.0", "id": "1", "source": "/kc", "type": "x", "data": payload})
        _, answer = self.send("/v1/events", body, {"Authorization": f"Bearer {self.keycloak}",
                                                   "Content-Type": "application/cloudevents+json"})
        self.assertEqual(json.loads(answer)["appended"], 1, answer)

    def test_bad_cloudevents(self):
        headers = {"Authorization": f"Bearer {self.token}"}
        self.send("/v1/events", "[]", {**headers, "Content-Type": "application/cloudevents-batch+json"})
        self.send("/v1/events", "{", {**headers, "Content-Type": "application/cloudevents+json"}, 400)
        self.send("/v1/events", "{}", {**headers, "Content-Type": "application/cloudevents+json"}, 422)
        self.send("/v1/events", "x", {**headers, "Content-Type": "application/cloudevents+avro"}, 415)

    def test_the_opentelemetry_sdk(self):
        for form in ("http", "proto"):
            for compression in ("none", "gzip"):
                done = node("otel.js", form, self.url("/v1/logs"), self.token, compression)
                self.assertEqual(done.returncode, 0, done.stderr)
                events = {e["id"]: e for e in self.events(f"otel-{form}-{compression}")}
                self.assertEqual(len(events), 2, events)
                first = events[f"otel-{form}-{compression}-1"]
                self.assertEqual((first["type"], first["tenant"]), ("challenge.sent", "acme"))
                self.assertEqual(first["challenge"], {"id": "c-otel", "factor": "sms"})
                self.assertEqual(first["time"][:23], "2026-01-31T09:30:00.123")
        wrong = node("otel.js", "proto", self.url("/v1/logs"), "cst_wrong", "none")
        self.assertNotEqual(wrong.returncode, 0)

    def test_bad_otlp(self):
        headers = {"Authorization": f"Bearer {self.token}"}
        fields, _ = self.send("/v1/logs", b"\xff\xff\xff", {**headers, "Content-Type": "application/x-protobuf"}, 400)
        self.assertEqual(fields["Content-Type"], "application/x-protobuf")
        fields, answer = self.send("/v1/logs", "{]", {**headers, "Content-Type": "application/json"}, 400)
        self.assertIn("message", json.loads(answer))
        self.send("/v1/logs", "x", {**headers, "Content-Type": "text/plain"}, 415)
        self.send("/v1/logs", "{}", {"Content-Type": "application/json"}, 401)
        record = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "1769851800000000000",
                                                                   "body": {"stringValue": "{\"type\":\"nonsense\"}"}}]}]}]}
        _, answer = self.send("/v1/logs", json.dumps(record), {**headers, "Content-Type": "application/json"})
        partial = json.loads(answer)["partialSuccess"]
        self.assertEqual(str(partial["rejectedLogRecords"]), "1")
        self.assertIn("log record 0", partial["errorMessage"])

    def test_splunk_hec(self):
        event = {"id": "hec-1", "type": "challenge.verified", "tenant": "acme", "challenge": {"id": "c"}}
        other = dict(event, id="hec-2")
        body = json.dumps({"time": 1769851800.25, "host": "h", "event": event}) + json.dumps({"time": "1769851801", "event": other})
        headers = {"Authorization": f"Splunk {self.token}"}
        _, answer = self.send("/services/collector/event", body, headers)
        self.assertEqual(json.loads(answer), {"text": "Success", "code": 0})
        stored = self.events("hec-")
        self.assertEqual([e["time"] for e in stored], ["2026-01-31T09:30:00.250000Z", "2026-01-31T09:30:01.000000Z"])
        line = 'type="LOGIN_ERROR", realmId="r", clientId="c", userId="u", ipAddress="203.0.113.9", error="invalid_user_credentials"'
        for _ in range(2):
            self.send("/services/collector", json.dumps({"time": 1769851800, "event": line}), {"Authorization": f"Splunk {self.keycloak}"})
        lines = [r["event"] for r in self.appliance.records("acme") if r["source"] == "keycloak" and r["event"]["type"] == "login.failed"]
        self.assertEqual([e["outcome"]["reason"] for e in lines if e["id"].startswith("content:")], ["invalid_user_credentials"])
        for headers, code, expect in (({}, 2, 401), ({"Authorization": "Bearer x"}, 3, 401), ({"Authorization": "Splunk x"}, 4, 403)):
            _, answer = self.send("/services/collector/event", body, headers, expect)
            self.assertEqual(json.loads(answer)["code"], code)
        headers = {"Authorization": f"Splunk {self.token}"}
        for body, code in (("", 5), ("{", 6), ('{"time":1}', 12), ('{"event":""}', 13), ('{"event":{"id":"x"}}', 6)):
            _, answer = self.send("/services/collector/event", body, headers, 400)
            self.assertEqual(json.loads(answer)["code"], code, body)
        self.assertEqual(self.appliance.request("GET", "/services/collector/health")[0], 200)


if __name__ == "__main__":
    os.environ.setdefault("CLIENTS", str(Path(__file__).resolve().parents[2] / "build" / "clients"))
    unittest.main()
