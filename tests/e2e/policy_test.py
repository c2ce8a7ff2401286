"""Tenants' policies over HTTP and from files: who may, one change after another, and each change recorded before it holds."""

import json
import threading
import time
import unittest

from appliance import Appliance

ACCESS = {
    "factors": ["totp", "passkey"],
    "step_up": {"actions": ["billing.*", "user.delete"], "window_s": 1200},
    "audit_access": {"window_s": 600, "single_records": True, "four_eyes": True},
    "lockout": {"attempts": 5},
}


class Policy(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        for tenant in ("acme", "globex"):
            self.appliance.add_tenant(tenant)
        operator = lambda name, role, *more: self.appliance.json("operator", "add", name, "--role", role, *more)["token"]
        self.admin = operator("anna", "admin", "--tenant", "acme")
        self.auditor = operator("jo", "auditor", "--tenant", "acme")
        self.appliance.start()

    def ask(self, method, tenant="acme", body=None, token=None, **headers):
        fields = {"Authorization": f"Bearer {token or self.admin}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if body is not None:
            fields.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        status, got, answer = self.appliance.request(method, f"/v1/tenants/{tenant}/policy", body, fields)
        return status, got.get("ETag"), json.loads(answer) if answer else None

    def put(self, body, etag, **more):
        return self.ask("PUT", body=body, If_Match=etag, **more)

    def changes(self, count):
        until = time.monotonic() + 30
        while True:
            found = [r["event"] for r in self.appliance.records("_system") if r["event"]["type"] == "policy.changed"]
            if len(found) >= count or time.monotonic() > until:
                return [e["action"]["context"] for e in found]
            time.sleep(0.05)

    def test_a_policy_is_read_changed_and_recorded(self):
        status, etag, policy = self.ask("GET", token=self.auditor)
        self.assertEqual((status, policy["tenant"], policy["region"]), (200, "acme", "eu-1"))
        self.assertEqual(policy["access"]["step_up"], {"actions": [], "window_s": 900})
        self.assertEqual(policy["sharing"]["auditor"], "pseudonymous")
        for tags in (etag, f'"other", W/{etag}', "*"):
            self.assertEqual(self.ask("GET", If_None_Match=tags)[0], 304, tags)
        self.assertEqual(self.ask("GET", If_None_Match='"other"')[0], 200)

        wish = {**policy, "access": ACCESS, "sharing": {**policy["sharing"], "auditor": "masked"}}
        status, newer, answer = self.put(wish, etag)
        self.assertEqual(status, 200, answer)
        self.assertNotEqual(newer, etag)
        self.assertEqual(self.ask("GET")[:2], (200, newer), "in force when it is answered")
        self.assertEqual(self.ask("GET")[2], answer)
        self.assertEqual(answer["access"]["step_up"], ACCESS["step_up"])
        self.assertEqual(sorted(self.changes(7)), sorted([
            "sharing with the role auditor: before pseudonymous, after masked",
            'access.factors: before ["sms","whatsapp","voice","email","totp","passkey","push"], after ["totp","passkey"]',
            'access.step_up.actions: before [], after ["billing.*","user.delete"]',
            "access.step_up.window_s: before 900, after 1200",
            "access.audit_access.window_s: before 900, after 600",
            "access.audit_access.single_records: before false, after true",
            "access.audit_access.four_eyes: before false, after true",
            "access.lockout.attempts: before 10, after 5"]))
        event = next(r["event"] for r in self.appliance.records("_system") if r["event"]["type"] == "policy.changed")
        self.assertEqual(event["action"]["resource"], "acme")
        self.assertNotIn("anna", json.dumps(event), "who changed it stands as a token")
        self.assertEqual(event["actor"]["role"], "operator")

        # The same again changes nothing and records nothing; what an older one knew does not win.
        self.assertEqual(self.put(wish, newer)[:2], (200, newer))
        for tags in (etag, f"W/{newer}"):
            self.assertEqual(self.put({}, tags)[0], 412, tags)
        self.assertEqual(self.put(wish, f'"other", {newer}')[:2], (200, newer))
        # The command line shows and takes the same, and the daemon goes by it.
        self.assertEqual(self.appliance.json("tenant", "policy", "show", "acme")["access"], answer["access"])
        file = self.appliance.folder / "policy.json"
        file.write_text(json.dumps({"access": {"lockout": {"attempts": 3}}}))
        self.appliance.run("tenant", "policy", "apply", "acme", file)
        until = time.monotonic() + 30
        while self.ask("GET")[1] == newer and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(self.ask("GET")[2]["access"]["lockout"], {"attempts": 3})
        self.assertEqual(self.ask("GET")[2]["access"]["factors"], policy["access"]["factors"], "what is left out has its default")
        self.appliance.stop()
        self.appliance.start()
        self.assertEqual(self.ask("GET")[2]["access"]["lockout"], {"attempts": 3})
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.region_file("."), check=False).returncode, 0)

    def test_who_may_not(self):
        etag = self.ask("GET")[1]
        self.assertEqual(self.put({}, etag, token=self.auditor)[0], 403, "an auditor reads")
        self.assertEqual(self.ask("GET", token="cso_" + "A" * 43)[0], 401)
        self.assertEqual(self.ask("GET", token=self.appliance.add_source("app"))[0], 401, "a source is no operator")
        for tenant in ("globex", "nobody", "no%20tenant"):
            self.assertEqual(self.ask("GET", tenant)[0], 403, "whether there is one or not")
        self.appliance.run("operator", "revoke", "anna")
        until = time.monotonic() + 30
        while self.ask("GET")[0] != 401 and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(self.put({}, etag)[0], 401)

    def test_what_is_refused(self):
        etag = self.ask("GET")[1]
        self.assertEqual(self.ask("PUT", body={})[0], 428)
        for body, status, named in (("{", 400, "JSON"), ('{"access":{},"access":{}}', 400, "twice"), ([], 400, "object"), ({"acess": {}}, 422, "not known"),
                                    ({"access": {"factors": ["fax"]}}, 422, "access.factors[0]"), ({"access": {"step_up": {"window_s": 3600}}}, 422, "access.step_up.window_s"),
                                    ({"sharing": {"auditor": "everything"}}, 422, "sharing"), ({"tenant": "globex"}, 422, "tenant"), ({"region": "us-1"}, 409, "tenant move"),
                                    ({"access": 7}, 422, "access"), (b"x" * 70_000, 413, "")):
            got, _, answer = self.put(body, etag)
            self.assertEqual(got, status, (body if len(str(body)) < 200 else "long", answer))
            self.assertIn(named, answer["detail"])
        self.assertEqual(self.put("{}", etag, Content_Type="text/plain")[0], 415)
        self.assertEqual(self.ask("GET")[1], etag, "nothing of it was done")
        file = self.appliance.folder / "policy.json"
        file.write_text('{"access":{"factors":["fax"]}}')
        done = self.appliance.run("tenant", "policy", "apply", "acme", file, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("access.factors[0]", done.stderr)
        self.assertEqual(self.put({"access": {"lockout": {"attempts": 9}}}, etag)[0], 200)
        self.assertEqual(self.changes(1), ["access.lockout.attempts: before 10, after 9"], "and nothing of the others was recorded")

    def test_of_two_at_once_one_wins(self):
        etag = self.ask("GET")[1]
        answers = []
        threads = [threading.Thread(target=lambda n=n: answers.append(self.put({"access": {"lockout": {"attempts": n}}}, etag))) for n in range(2, 10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(status for status, _, _ in answers), [200] + [412] * 7)
        winner = next(answer for status, _, answer in answers if status == 200)
        self.assertEqual(self.ask("GET")[2], winner)
        last = self.put({"access": {"lockout": {"attempts": 77}}}, "*")
        self.assertEqual(last[0], 200)
        self.assertEqual(len(self.changes(2)), 2)

    def test_a_long_list_is_recorded_in_parts(self):
        actions = [f"area-{n:03}.{'x' * 80}" for n in range(200)]
        status, etag, _ = self.put({"access": {"step_up": {"actions": actions}}}, "*")
        self.assertEqual(status, 200)
        added = [c for c in self.changes(20) if c.startswith("access.step_up.actions: added ")]
        self.assertEqual(sorted(name for c in added for name in json.loads(c.partition("added ")[2])), actions)
        self.assertEqual(self.put({"access": {"step_up": {"actions": actions[1:]}}}, etag)[0], 200)
        removed = [c for c in self.changes(len(added) + 1) if "removed" in c]
        self.assertEqual(removed, [f"access.step_up.actions: removed {json.dumps(actions[:1])}"])

    def test_the_schema_says_what_is_taken(self):
        status, fields, text = self.appliance.request("GET", "/v1/policy-schema")
        self.assertEqual((status, fields["Content-Type"]), (200, "application/schema+json"))
        schema = json.loads(text)
        self.assertEqual(set(schema["properties"]), {"tenant", "region", "access", "sharing"})
        shown = self.ask("GET")[2]
        for name, inner in shown["access"].items():
            self.assertIn(name, schema["properties"]["access"]["properties"])
            if isinstance(inner, dict):
                self.assertEqual(set(inner), set(schema["properties"]["access"]["properties"][name]["properties"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
