"""The vendor's app asks whether a step-up is needed: by the same ledger and policy that the auditor reads."""

import datetime
import json
import time
import unittest

from appliance import Appliance
from matrix_askers import ALWAYS

PATH = "/v1/tenants/acme/step-up/decisions"


def now(seconds=0):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Decisions(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        for tenant in ("acme", "globex"):
            self.appliance.add_tenant(tenant)
        self.source = self.appliance.add_source("app")
        self.app = self.appliance.json("operator", "add", "shop", "--role", "application", "--tenant", "acme")["token"]
        policy = self.appliance.folder / "access.json"
        policy.write_text(json.dumps({"access": {"factors": ["totp", "passkey"], "step_up": {"actions": ["billing.*"], "window_s": 900},
                                                 "lockout": {"attempts": 3}}}))
        self.appliance.run("tenant", "policy", "apply", "acme", policy)
        self.appliance.start()
        self.appliance.wait_known(self.source)

    def ask(self, actor="u-1", action="billing.refund", token=None, path=PATH, **more):
        until = time.monotonic() + 30
        while True:
            status, _, answer = self.appliance.request(
                "POST", path, json.dumps({"actor": {"id": actor}, "action": {"name": action}, **more}),
                {"Authorization": f"Bearer {token or self.app}", "Content-Type": "application/json"})
            if status != 503 or time.monotonic() > until:
                return status, json.loads(answer)
            time.sleep(0.05)

    def tell(self, number, kind, actor="u-1", factor="totp", when=0, **more):
        event = {"id": f"e{number}", "time": now(when), "type": kind, "tenant": "acme", "actor": {"id": actor},
                 "challenge": {"id": f"c{number}", "factor": factor, "purpose": "admin_action"}, **more}
        status, answer = self.appliance.post(self.source, event)
        self.assertEqual(status, 200, answer)

    def test_what_was_just_told_counts(self):
        status, answer = self.ask()
        self.assertEqual((status, answer["decision"], answer["step_up"]), (200, "step_up_required", {"needed": True, "factors": ["totp", "passkey"]}))
        self.assertEqual(self.ask(action="profile.view")[1]["decision"], "allowed")
        for number in range(20):
            actor = f"person-{number}"
            self.tell(number, "challenge.verified", actor)
            status, answer = self.ask(actor)
            self.assertEqual((status, answer["decision"], answer["last_success"]["factor"]), (200, "allowed", "totp"), "read your own write")
            self.assertEqual(answer["last_success"]["seq"], number, "the record that the auditor finds")
            self.assertNotIn(actor, json.dumps(answer))
        self.assertEqual(self.ask("person-99")[1]["decision"], "step_up_required")
        record = self.appliance.json("show", "acme", "7")["record"]
        self.assertIn('"type":"challenge.verified"', record)

    def test_policy_and_history_decide(self):
        self.tell(1, "challenge.verified", factor="sms")
        self.assertEqual(self.ask()[1]["decision"], "step_up_required", "a factor that the policy does not allow")
        self.tell(2, "challenge.verified", when=-1000)
        self.assertEqual(self.ask()[1]["decision"], "step_up_required", "too long ago, however late it was told")
        self.tell(3, "challenge.verified", when=3600)
        answer = self.ask()[1]
        self.assertEqual(answer["decision"], "allowed")
        self.assertLess(answer["good_until"], now(901), "a source's clock lengthens no window")
        self.tell(4, "factor.reset")
        self.assertEqual(self.ask()[1]["decision"], "step_up_required")
        for number in range(5, 8):
            self.tell(number, "challenge.failed")
        self.assertEqual(self.ask()[1]["decision"], "locked_out")
        self.tell(8, "user.deprovisioned")
        self.assertEqual(self.ask()[1]["decision"], "blocked")
        self.appliance.stop()
        self.appliance.start()
        self.assertEqual(self.ask()[1]["decision"], "blocked", "also after a restart")

    def test_who_may_ask(self):
        self.assertEqual(self.appliance.request("POST", PATH, "{}", {"Content-Type": "application/json"})[0], 401)
        self.assertEqual(self.ask(token=self.source)[0], 401, "a source only sends")
        self.assertEqual(self.ask(path=PATH.replace("acme", "globex"))[0], 403)
        for role, status in (("auditor", 403), ("analyst", 403), ("privacy", 403), ("admin", 200)):
            token = self.appliance.json("operator", "add", f"one-{role}", "--role", role, "--tenant", "acme", *(ALWAYS if role == "auditor" else ()))["token"]
            until = time.monotonic() + 30
            while self.ask(token=token)[0] == 401 and time.monotonic() < until:
                time.sleep(0.1)
            self.assertEqual(self.ask(token=token)[0], status, role)
        get = lambda path: self.appliance.request("GET", path, None, {"Authorization": f"Bearer {self.app}"})[0]
        self.assertEqual((get("/v1/tenants/acme/policy"), get("/v1/tenants/acme/records/0")), (403, 403), "it sees nothing else")

    def test_what_is_refused(self):
        post = lambda body: self.appliance.request("POST", PATH, body if isinstance(body, str) else json.dumps(body),
                                                   {"Authorization": f"Bearer {self.app}", "Content-Type": "application/json"})[0]
        good = {"actor": {"id": "u-1"}, "action": {"name": "billing.refund"}}
        self.assertEqual(self.ask()[0], 200)
        for body, status in (("{", 400), ("[]", 400), ({}, 422), ({"actor": {"id": "x"}}, 422), ({**good, "actor": {}}, 422), ({**good, "x": 1}, 422),
                             ({**good, "actor": {"name": "Ana"}}, 422), ({**good, "action": {"name": 7}}, 422)):
            self.assertEqual(post(body), status, body)


if __name__ == "__main__":
    unittest.main()
