"""A policy is tried out: what it would have flagged over the last 30 days, and nothing is changed by that."""

import json
import unittest
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from appliance import Appliance, event, until
from person import invited

POLICY, PREVIEW = "/v1/tenants/acme/policy", "/v1/tenants/acme/policy/preview"


def ago(seconds):
    return (datetime.now(timezone.utc) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Preview(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.addClassCleanup(cls.appliance.__exit__)
        for tenant in ("acme", "empty"):
            cls.appliance.add_tenant(tenant)
        cls.appliance.run("tenant", "add", "far", "--region", "ap-1", "--moved-to", "https://ap.example.com")
        cls.source = cls.appliance.add_source("shop")
        cls.admin = cls.appliance.json("operator", "add", "anna", "--role", "admin", "--tenant", "acme")["token"]
        cls.appliance.start()
        cls.appliance.wait_known(cls.source)
        events = []
        for n in range(30):
            challenge = {"id": f"c-{n}", "purpose": "login", "factor": "sms" if n < 25 else "passkey"}
            events.append(event(n, type="challenge.sent", id=f"s-{n}", time=ago(900 + n), challenge=challenge))
            events.append(event(n, id=f"v-{n}", time=ago(600 + n), challenge=challenge))
        status, answer = cls.appliance.post(cls.source, events)
        assert status == 200 and answer["appended"] == 60, answer
        cls.bob = invited(cls.appliance, "bob@example.com", "--role", "admin", "--all-tenants")
        until(lambda: cls.bob.ask("POST", PREVIEW, {})[0] == 200, "there is a checkpoint, and the index is level")

    def preview(self, body, expected=200):
        status, _, answer = self.bob.ask("POST", PREVIEW, body)
        self.assertEqual(status, expected, answer)
        return answer

    def test_what_it_would_have_flagged(self):
        recorded = lambda: [t for r in self.appliance.records("_system") if (t := r["event"]["type"]).startswith(("policy.", "report.", "record"))]
        before = (self.bob.ask("GET", POLICY)[2], recorded())
        answer = self.preview({"access": {"factors": ["passkey"]}})
        self.assertEqual((answer["tenant"], answer["region"], answer["records"]), ("acme", "eu-1", 60))
        controls = {c["id"]: c for c in answer["controls"]}
        factor = controls["FACTOR-ALLOWED"]
        self.assertEqual((factor["now"]["exceptions"], factor["then"]["exceptions"], factor["now"]["population"]), (0, 25, 30))
        self.assertEqual((factor["now"]["state"], factor["then"]["state"]), ("passing", "failing"))
        self.assertEqual((len(factor["added"]), factor["added_total"], factor["removed"], factor["removed_total"]), (20, 25, [], 0))
        first = factor["added"][0]
        self.assertTrue(set(first["records"]) <= set(range(60)) and "sms" in first["observed"], first)
        self.assertNotIn("OTP-SINGLE-USE", controls, "what stays as it is is not told")
        # A parameter: each was passed five minutes after it was sent.
        answer = self.preview({"monitoring": {"parameters": ["OTP-LIFETIME.lifetime_s=60"]}})
        self.assertEqual([c["id"] for c in answer["controls"]], ["OTP-LIFETIME"])
        lifetime = answer["controls"][0]
        self.assertEqual(lifetime["parameters"], [{"id": "lifetime_s", "now": 600, "then": 60}])
        self.assertEqual((lifetime["now"]["exceptions"], lifetime["then"]["exceptions"]), (0, 25))
        # One that is read of the policy, and has no effect on these records, is told all the same.
        answer = self.preview({"access": {"lockout": {"attempts": 3}}})
        self.assertEqual([(c["id"], c["added_total"], c["removed_total"]) for c in answer["controls"]], [("LOCKOUT-THRESHOLD", 0, 0)])
        self.assertEqual(self.preview({})["controls"], [], "it is the one that is in force")
        self.assertEqual((self.bob.ask("GET", POLICY)[2], recorded()), before, "nothing was changed or recorded")
        self.assertIn("a policy of acme was tried out", self.appliance.log_text())

    def test_what_it_would_have_let_pass(self):
        self.assertEqual(self.bob.ask("PUT", "/v1/tenants/acme/policy", {"access": {"factors": ["passkey"]}}, If_Match="*")[0], 200)
        self.addCleanup(self.bob.ask, "PUT", "/v1/tenants/acme/policy", {}, If_Match="*")
        status, answer = self.appliance.post(self.source, [event(n, id=f"late-{n}", time=ago(-5), challenge={"id": f"l-{n}", "purpose": "login", "factor": "sms"}) for n in range(3)])
        self.assertEqual((status, answer["appended"]), (200, 3))

        def removed():
            found = {c["id"]: c for c in self.preview({})["controls"]}
            return found.get("FACTOR-ALLOWED", {}).get("removed_total") == 3
        until(removed, "those that the policy in force flags would have passed")

    def test_it_is_checked_as_one_that_is_put_in_place(self):
        for body in ({"x": 1}, {"access": {"factors": ["pigeon"]}}, {"monitoring": {"parameters": ["OTP-LIFETIME.lifetime_s=1"]}}, {"monitoring": {"parameters": ["NONE.x=1"]}}):
            refused = self.preview(body, 422)["detail"]
            self.assertEqual(refused, self.bob.ask("PUT", POLICY, body, If_Match="*")[2]["detail"])
        self.preview({"region": "us-1"}, 409)
        self.preview("{", 400)
        self.preview(b" " * (65 << 10), 413)
        self.assertEqual(self.bob.ask("POST", PREVIEW, {}, Content_Type="text/plain")[0], 415)
        self.assertEqual(self.bob.ask("POST", "/v1/tenants/empty/policy/preview", {})[0], 404)
        self.assertEqual(self.bob.ask("POST", "/v1/tenants/far/policy/preview", {})[0], 421)
        fields = {"Authorization": f"Bearer {self.admin}", "Content-Type": "application/json"}
        self.assertEqual(self.appliance.request("POST", "/v1/tenants/empty/policy/preview", "{}", fields)[0], 403)
        until(lambda: self.appliance.request("POST", PREVIEW, "{}", fields)[0] == 200, "a token may, too")

    def test_one_at_a_time(self):
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.bob.ask("POST", PREVIEW, {}), range(24)))
        self.assertLessEqual({a[0] for a in answers}, {200, 503})
        self.assertIn(200, {a[0] for a in answers})
        self.assertTrue(all("Retry-After" in a[1] for a in answers if a[0] == 503))
        self.assertIn(503, {a[0] for a in answers}, "of many at once some were told to come again")


if __name__ == "__main__":
    unittest.main(verbosity=2)
