"""The OpenAPI document against the specification, and real answers against the document."""

import gzip
import json
import os
import subprocess
import unittest
from pathlib import Path

from appliance import DATA, Appliance, event

CLIENTS = Path(__file__).resolve().parent.parent / "clients"


class OpenApi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.appliance.add_tenant("acme")
        cls.appliance.run("tenant", "add", "far", "--region", "ap-1", "--moved-to", "https://ap.example.com")
        cls.token = cls.appliance.add_source("shop")
        cls.okta = cls.appliance.add_source("okta", adapter="okta", tenant="acme")
        cls.dpo = cls.appliance.json("operator", "add", "dpo", "--role", "privacy", "--all-tenants")["token"]
        cls.auditor = cls.appliance.json("operator", "add", "jo", "--role", "auditor", "--all-tenants")["token"]
        cls.admin = cls.appliance.json("operator", "add", "anna", "--role", "admin", "--all-tenants")["token"]
        cls.appliance.start()
        cls.document = cls.appliance.folder / "openapi.json"
        cls.document.write_bytes(cls.appliance.request("GET", "/v1/openapi.json")[2])

    @classmethod
    def tearDownClass(cls):
        cls.appliance.__exit__()

    def ask(self, method, path, body=None, headers=None, pattern=None):
        status, fields, answer = self.appliance.request(method, path, body, headers)
        return {"method": method, "path": pattern or path, "status": status, "type": fields["Content-Type"], "body": answer.decode(errors="replace")}

    def check(self, answers):
        done = subprocess.run(["node", CLIENTS / "openapi.js", self.document], input=json.dumps(answers), capture_output=True, text=True, check=False)
        self.assertEqual((done.stdout, done.returncode), ("", 0), done.stderr)

    def answers(self):
        native = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        good, bad = event(1), dict(event(2), type="nonsense")
        hook = {"Authorization": self.okta, "Content-Type": "application/json"}
        pattern = "/v1/hooks/{source}"
        delivery = (DATA / "payloads" / "okta" / "event_hook_delivery.json").read_bytes()
        hec = {"Authorization": f"Splunk {self.token}"}
        yield self.ask("POST", "/v1/events", json.dumps([good, bad]), native)
        yield self.ask("POST", "/v1/events", json.dumps([good, dict(good, type="login.failed")]), native)
        yield self.ask("POST", "/v1/events", gzip.compress(json.dumps(event(3)).encode()), {**native, "Content-Encoding": "gzip"})
        yield self.ask("POST", "/v1/events", json.dumps(bad), native)
        yield self.ask("POST", "/v1/events", json.dumps(event(4, tenant="far")), native)
        yield self.ask("POST", "/v1/events", "{", native)
        yield self.ask("POST", "/v1/events", "{}", {**native, "Content-Type": "text/plain"})
        yield self.ask("POST", "/v1/events", "{}", {"Content-Type": "application/json"})
        yield self.ask("POST", "/v1/events", b"x" * (9 << 20), native)
        yield self.ask("POST", "/v1/hooks/okta", delivery, hook, pattern)
        yield self.ask("POST", "/v1/hooks/okta", '{"eventType":"made.up"}', hook, pattern)
        yield self.ask("POST", "/v1/hooks/nobody", "{}", hook, pattern)
        yield self.ask("POST", "/v1/hooks/okta", '{"x":1}', hook, pattern)
        yield self.ask("GET", "/v1/hooks/okta", None, {**hook, "x-okta-verification-challenge": "n"}, pattern)
        yield self.ask("GET", "/v1/hooks/okta", None, hook, pattern)
        yield self.ask("GET", "/v1/hooks/okta", None, {}, pattern)
        yield self.ask("POST", "/v1/logs", "{}", native)
        yield self.ask("POST", "/v1/logs", "", {**native, "Content-Type": "application/x-protobuf"})
        yield self.ask("POST", "/v1/logs", "{", native)
        yield self.ask("POST", "/v1/logs", "{}", {"Content-Type": "application/json"})
        yield self.ask("POST", "/v1/logs", "{}", {**native, "Content-Type": "text/plain"})
        for path in ("/services/collector", "/services/collector/event"):
            yield self.ask("POST", path, json.dumps({"event": event(5)}), hec)
            yield self.ask("POST", path, "", hec)
            yield self.ask("POST", path, "{}", {})
            yield self.ask("POST", path, "{}", {"Authorization": "Splunk x"})
        yield from self.erasures()
        yield from self.policies()
        for path in ("/services/collector/health", "/v1/openapi.json", "/healthz", "/readyz", "/metrics"):
            yield self.ask("GET", path)

    def erasures(self):
        path, pattern = "/v1/privacy/erasures", "/v1/privacy/erasures/{id}"
        fields = lambda token, kind="application/json": {"Authorization": f"Bearer {token}", "Content-Type": kind}
        body = lambda **more: json.dumps({"tenant": "acme", "subjects": ["user=user-1"], **more})
        order = body(dry_run=False, reason="gdpr_art_17")
        yield self.ask("POST", path, body(), fields(self.dpo))
        self.appliance.run("privacy", "hold", "add", "case-17", "--tenant", "acme")
        yield self.ask("POST", path, body(), fields(self.dpo))
        yield self.ask("POST", path, order, fields(self.dpo))
        self.appliance.run("privacy", "hold", "release", "case-17")
        done = self.ask("POST", path, order, fields(self.dpo))
        yield done
        yield self.ask("POST", path, order, fields(self.dpo))
        yield self.ask("GET", f"{path}/{json.loads(done['body'])['id']}", None, fields(self.dpo), pattern)
        yield self.ask("GET", f"{path}/{'0' * 32}", None, fields(self.dpo), pattern)
        yield self.ask("GET", f"{path}/{'0' * 32}", None, {}, pattern)
        yield self.ask("POST", path, "{", fields(self.dpo))
        yield self.ask("POST", path, "{}", fields(self.dpo))
        yield self.ask("POST", path, "{}", fields(self.token))
        yield self.ask("POST", path, body(), fields(self.auditor))
        yield self.ask("POST", path, body(tenant="far"), fields(self.dpo))
        yield self.ask("POST", path, body(), fields(self.dpo, "text/plain"))
        yield self.ask("POST", path, b" " * (65 << 10), fields(self.dpo))

    def policies(self):
        path, pattern = "/v1/tenants/acme/policy", "/v1/tenants/{tenant}/policy"
        fields = lambda token=self.admin, **more: {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in more.items()}}
        put = lambda body, more: self.ask("PUT", path, body if isinstance(body, (str, bytes)) else json.dumps(body), more, pattern)
        yield self.ask("GET", path, None, fields(), pattern)
        yield self.ask("GET", path, None, {}, pattern)
        yield self.ask("GET", "/v1/tenants/nobody/policy", None, fields(), pattern)
        yield put({"access": {"factors": ["totp"], "step_up": {"actions": ["billing.*"]}}}, fields(If_Match="*"))
        for body, more in (({}, fields()), ({}, fields(If_Match='"older"')), ("{", fields(If_Match="*")), ({"x": 1}, fields(If_Match="*")),
                           ({"region": "us-1"}, fields(If_Match="*")), ({}, fields(self.auditor, If_Match="*")), ({}, {}), (b" " * (65 << 10), fields(If_Match="*")),
                           ({}, {**fields(If_Match="*"), "Content-Type": "text/plain"})):
            yield put(body, more)
        yield self.ask("GET", "/v1/policy-schema")

    def test_the_document_and_the_answers(self):
        answers = list(self.answers())
        seen = {(a["path"], a["status"]) for a in answers}
        for expected in ((200, 400, 401, 413, 415, 421, 422)):
            self.assertIn(("/v1/events", expected), seen)
        for expected in (200, 400, 401, 403, 404, 409, 413, 415, 421, 422):
            self.assertIn(("/v1/privacy/erasures", expected), seen)
        for expected in (200, 400, 401, 403, 409, 412, 413, 415, 422, 428):
            self.assertIn(("/v1/tenants/{tenant}/policy", expected), seen)
        self.check(answers)

    def test_the_check_can_fail(self):
        wrong = [{"method": "POST", "path": "/v1/events", "status": 200, "type": "application/json", "body": '{"results":[]}'}]
        done = subprocess.run(["node", CLIENTS / "openapi.js", self.document], input=json.dumps(wrong), capture_output=True, text=True, check=False)
        self.assertIn("appended", done.stdout)


if __name__ == "__main__":
    os.environ.setdefault("CLIENTS", str(Path(__file__).resolve().parents[2] / "build" / "clients"))
    unittest.main()
