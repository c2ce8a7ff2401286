"""Sources, users, tokens and tenants over HTTP, as an administrator's screen does it, with the real programs."""

import json
import shlex
import subprocess
import unittest

from appliance import Appliance, event, until
from person import Person, invited

AUDITOR = {"role": "auditor", "tenants": ["acme"], "period": {"from": "2020-01-01T00:00:00Z", "before": "2099-01-01T00:00:00Z"}, "expires": "2099-01-01T00:00:00Z"}
SECOND_FACTOR = "urn:countersign:problem:second-factor-needed"


class Administration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.addClassCleanup(cls.appliance.__exit__)
        for tenant in ("acme", "globex"):
            cls.appliance.add_tenant(tenant)
        cls.appliance.start()
        cls.ruth = invited(cls.appliance, "ruth@example.com", "--role", "admin", "--all-tenants")
        cls.tom = invited(cls.appliance, "tom@example.com", "--role", "admin", "--tenant", "acme")
        cls.token = cls.appliance.json("operator", "add", "robot", "--role", "admin", "--all-tenants")["token"]
        until(lambda: cls.asked_by(cls.token, "GET", "/v1/admin/sources")[0] == 200, "the token of the operator")

    @classmethod
    def asked_by(cls, token, method, path, body=None):
        fields = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        status, _, answer = cls.appliance.request(method, path, json.dumps(body) if body is not None else None, fields)
        return status, json.loads(answer) if answer else None

    def said(self, person, method, path, body, expected):
        status, _, answer = person.ask(method, path, body)
        self.assertEqual(status, expected, answer)
        return answer

    def account_of(self, person):
        return person.ask("GET", "/v1/session")[2]["account"]["id"]

    def value_behind(self, token):
        """The personal value of a token of the system log, which the administrator may see."""
        for record in self.appliance.records("_system"):
            if token in json.dumps(record["event"]):
                path = f"/v1/tenants/_system/records/{record['seq']}/values?region=eu-1"
                values = self.ruth.ask("GET", path)[2]["values"]
                return next(v["value"] for v in values if v["token"] == token)
        raise AssertionError("no such token")

    def recorded(self, kind, resource):
        """The one event of the system log of that type about that resource."""
        found = []

        def there():
            found[:] = [r["event"] for r in self.appliance.records("_system")
                        if r["event"]["type"] == kind and r["event"].get("action", {}).get("resource") == resource]
            return found
        until(there, f"{kind} of {resource} is not in the system log")
        self.assertEqual(len(found), 1, found)
        return found[0]

    def assert_by(self, person, event_, role="admin"):
        self.assertEqual(event_["actor"]["role"], role)
        self.assertEqual(self.value_behind(event_["actor"]["id"]), self.account_of(person))
        self.assertEqual((event_["challenge"]["purpose"], event_["challenge"]["factor"]), ("admin_action", "totp"))

    def listed(self, person, what, name, key):
        return next((one for one in person.ask("GET", f"/v1/admin/{what}")[2][what] if one[key] == name), None)

    # --- Sources

    def test_a_source_is_made_heard_tested_and_revoked(self):
        made = self.said(self.ruth, "POST", "/v1/admin/sources", {"source": "shop", "tenants": ["acme"], "silent_after_s": 900}, 201)
        self.assertTrue(made["in_force"])
        self.assertEqual(made["address"], f"http://127.0.0.1:{self.appliance.port}/v1/events")
        # Its token works at once, and stands in no other answer.
        done = subprocess.run([word.replace("TOKEN", made["token"]) for word in shlex.split(made["example"])], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, json.loads(done.stdout)["appended"]), (0, 1), done.stderr)
        shown = self.listed(self.ruth, "sources", "shop", "source")
        self.assertEqual((shown["scheme"], shown["tenants"], shown["silent_after_s"]), ("token", ["acme"], 900))
        heard = shown["last_heard"]
        self.assertIsNotNone(heard)
        self.assertNotIn(made["token"], json.dumps(self.ruth.ask("GET", "/v1/admin/sources")[2]))
        self.assert_by(self.ruth, self.recorded("source.added", "shop"))

        tested = self.said(self.ruth, "POST", "/v1/admin/sources/shop/test-event", None, 201)
        record = next(r for r in self.appliance.records("acme") if r["seq"] == tested["receipt"]["seq"])
        self.assertEqual((record["source"], record["proof"], record["event"]["type"]), ("countersign", "none", "source.heartbeat"))
        self.assertEqual(record["event"]["action"]["resource"], "shop")
        self.assertEqual(record["event"]["id"], tested["id"])
        self.assertEqual(self.listed(self.ruth, "sources", "shop", "source")["last_heard"], heard, "a test is no sign of life")
        self.assert_by(self.ruth, self.recorded("source.tested", "acme/shop"))

        self.assertEqual(self.appliance.post(made["token"], [event(1)])[0], 200)
        shown = self.listed(self.ruth, "sources", "shop", "source")
        self.assertEqual(shown["events"], {"appended": 2})
        self.assertGreater(shown["last_heard"], heard)
        for tenant, why in (("globex", 422), ("none", 404)):
            self.said(self.ruth, "POST", "/v1/admin/sources/shop/test-event", {"tenant": tenant}, why)

        gone = self.said(self.ruth, "DELETE", "/v1/admin/sources/shop", None, 200)
        self.assertIn("revoked", gone)
        self.assertEqual(self.appliance.post(made["token"], [event(2)])[0], 401)
        self.assert_by(self.ruth, self.recorded("source.revoked", "shop"))
        for method, path in (("DELETE", "/v1/admin/sources/shop"), ("POST", "/v1/admin/sources/shop/test-event")):
            self.said(self.ruth, method, path, None, 409)
        self.said(self.ruth, "POST", "/v1/admin/sources", {"source": "shop"}, 409)
        self.said(self.ruth, "DELETE", "/v1/admin/sources/nobody", None, 404)

    def test_a_source_of_each_way_of_proving_itself(self):
        kinds = self.ruth.ask("GET", "/v1/admin/source-kinds")[2]
        self.assertIn("twilio_verify", [one["adapter"] for one in kinds["adapters"]])
        okta = next(one for one in kinds["adapters"] if one["adapter"] == "okta")
        self.assertIn("interval_s", [one["setting"] for one in okta["pull"]["settings"]])
        own = self.said(self.ruth, "POST", "/v1/admin/sources", {"source": "hooks", "tenants": ["acme"], "scheme": "standard_webhooks", "url": "https://audit.example.com"}, 201)
        self.assertTrue(own["secret"].startswith("whsec_"))
        self.assertEqual(own["address"], "https://audit.example.com/v1/hooks/hooks")
        theirs = self.said(self.ruth, "POST", "/v1/admin/sources", {"source": "sms", "adapter": "twilio_verify", "tenants": ["acme"], "secrets": ["0123456789abcdef"]}, 201)
        self.assertEqual((theirs["scheme"], "secret" in theirs, "token" in theirs), ("twilio", False, False))
        polled = self.said(self.ruth, "POST", "/v1/admin/sources", {"source": "idp", "adapter": "okta", "tenants": ["acme"], "secrets": ["api-token-of-okta"],
                                                                   "pull": {"url": "https://127.0.0.1:1", "settings": {"interval_s": "3600"}}}, 201)
        self.assertEqual(polled["pull"], {"url": "https://127.0.0.1:1", "settings": {"interval_s": "3600"}})
        self.assertNotIn("api-token-of-okta", json.dumps(self.ruth.ask("GET", "/v1/admin/sources")[2]))
        self.said(self.ruth, "DELETE", "/v1/admin/sources/idp", None, 200)

    def test_names_and_addresses_that_are_none_are_refused(self):
        evil = "'; touch /tmp/x; '"
        for body in ({}, {"source": evil}, {"source": "a" * 64}, {"source": "../etc"}, {"source": "countersign"}, {"source": "x", "url": f"https://a{evil}"},
                     {"source": "x", "url": "https://a/b"}, {"source": "x", "adapter": evil}, {"source": "x", "scheme": evil}, {"source": "x", "colour": "red"},
                     {"source": "x", "adapter": "okta"}, {"source": "x", "silent_after_s": -1}, {"source": "x", "keep_raw": "yes"}, {"source": "x", "tenants": ["acme", "acme"]},
                     {"source": "x", "adapter": "okta", "tenants": ["acme"], "secrets": ["s"], "pull": {"url": "http://127.0.0.1"}},
                     {"source": "x", "adapter": "okta", "tenants": ["acme"], "secrets": ["s"], "pull": {"url": "https://acme.okta.com", "settings": {evil: "1"}}},
                     {"source": "x", "adapter": "twilio_verify", "tenants": ["acme"], "secrets": ["a b"]}, {"source": "x", "tenants": ["nobody"]}):
            problem = self.said(self.ruth, "POST", "/v1/admin/sources", body, 422)
            self.assertNotIn("touch", json.dumps(problem))
        self.assertIsNone(self.listed(self.ruth, "sources", "x", "source"))

    def test_an_admin_of_one_tenant_has_a_limit_of_sources(self):
        self.appliance.add_tenant("many")
        rights = ["--role", "admin", "--tenant", "many"]
        max_ = invited(self.appliance, "max@example.com", *rights)
        for number in range(99):
            self.appliance.add_source(f"many-{number}", tenant="many")
        self.appliance.run("source", "revoke", "many-0")
        until(lambda: self.listed(max_, "sources", "many-98", "source") and self.listed(max_, "sources", "many-0", "source").get("revoked"), "the sources are not known")
        self.said(max_, "POST", "/v1/admin/sources", {"source": "many-99", "tenants": ["many"]}, 201)
        self.assertIn("100 sources", self.said(max_, "POST", "/v1/admin/sources", {"source": "many-100", "tenants": ["many"]}, 409)["detail"])
        self.said(max_, "DELETE", "/v1/admin/sources/many-99", None, 200)
        self.said(self.ruth, "POST", "/v1/admin/sources", {"source": "many-100", "tenants": ["many"]}, 201)

    # --- Users

    def test_an_invited_auditor_sees_her_tenant_alone_until_she_is_disabled(self):
        made = self.said(self.ruth, "POST", "/v1/admin/users", {"user": "Vera@example.com", "display_name": "Vera", **AUDITOR}, 201)
        self.assertEqual((made["user"], made["state"], made["origin"]), ("vera@example.com", "invited", "password"))
        vera = Person(self.appliance, "vera@example.com")
        self.assertEqual(vera.accept(made["link"].split("#")[1]), 201)
        vera.enrol()
        self.assertEqual(vera.ask("GET", "/v1/tenants/acme/policy")[0], 200)
        self.assertEqual(vera.ask("GET", "/v1/tenants/globex/policy")[0], 403)
        self.assertEqual(vera.ask("GET", "/v1/admin/sources")[0], 403)
        self.assert_by(self.ruth, self.recorded("user.provisioned", made["id"]))
        shown = self.listed(self.ruth, "users", made["id"], "id")
        self.assertEqual((shown["state"], shown["factors"], shown["period"], "link" in shown), ("active", ["totp"], {k: v.replace("Z", ".000000Z") for k, v in AUDITOR["period"].items()}, False))

        path = f"/v1/admin/users/{made['id']}"
        self.said(self.ruth, "POST", path + "/unlock", None, 409)
        self.assertEqual(self.said(self.ruth, "POST", path + "/disable", None, 200)["state"], "disabled")
        until(lambda: vera.ask("GET", "/v1/session")[0] == 401, "the session of who was disabled ends")
        self.assert_by(self.ruth, self.recorded("user.suspended", made["id"]))
        self.said(self.ruth, "POST", path + "/disable", None, 409)
        self.said(self.ruth, "POST", path + "/invite", None, 409)
        self.said(self.ruth, "POST", path + "/enable", None, 200)
        self.assertEqual(self.said(self.ruth, "POST", path + "/reset-factors", None, 200)["factors"], [])
        self.assert_by(self.ruth, self.recorded("factor.reset", made["id"]))
        link = self.said(self.ruth, "POST", path + "/invite", None, 200)["link"]
        self.assertEqual(vera.accept(link.split("#")[1]), 201)
        self.said(self.ruth, "DELETE", path, None, 204)
        self.assert_by(self.ruth, self.recorded("user.deprovisioned", made["id"]))
        self.assertIsNone(self.listed(self.ruth, "users", made["id"], "id"))
        self.said(self.ruth, "DELETE", path, None, 404)

    def test_nobody_takes_himself_or_the_last_of_all_away(self):
        own = f"/v1/admin/users/{self.account_of(self.ruth)}"
        for method, path in (("POST", own + "/disable"), ("POST", own + "/reset-factors"), ("DELETE", own)):
            self.assertIn("yours", self.said(self.ruth, method, path, None, 409)["detail"])
        # An invitation would set another password without the present one.
        self.assertIn("your own account", self.said(self.ruth, "POST", own + "/invite", None, 409)["detail"])
        # Of two the other may go, and somebody who has never come in does not count.
        eve = invited(self.appliance, "eve@example.com", "--role", "admin", "--all-tenants")
        self.appliance.json("user", "add", "fay@example.com", "--role", "admin", "--all-tenants")
        self.said(self.ruth, "POST", f"/v1/admin/users/{self.account_of(eve)}/disable", None, 200)
        self.assertEqual(self.ruth.ask("GET", "/v1/session")[0], 200)

    def test_what_is_asked_for_a_user_is_checked(self):
        for body in ({}, {"user": "a@b"}, {"user": "a@b", "role": "king", "all_tenants": True}, {"user": "a@b", "role": "analyst"}, {"user": "a b", "role": "analyst", "tenants": ["acme"]},
                     {"user": "a@b", "role": "auditor", "tenants": ["acme"]}, {"user": "a@b", "role": "provisioner", "all_tenants": True},
                     {"user": "a@b", "role": "analyst", "tenants": ["acme"], "expires": "tomorrow"}, {"user": "a@b", "role": "analyst", "tenants": ["acme"], "expires": "2020-01-01T00:00:00Z"},
                     {"user": "a@b", "role": "analyst", "tenants": ["acme"], "display_name": "a\nb"}, {"user": "a@b", "role": "analyst", "tenants": "acme"}):
            self.said(self.ruth, "POST", "/v1/admin/users", body, 422)
        self.said(self.ruth, "POST", "/v1/admin/users", {"user": "ruth@example.com", "role": "analyst", "tenants": ["acme"]}, 409)
        self.assertIsNone(self.listed(self.ruth, "users", "a@b", "user"))

    def test_a_list_of_people_is_recorded_and_names_nobody_to_a_token(self):
        before = len([r for r in self.appliance.records("_system") if r["event"]["type"] == "personal.viewed" and r["event"]["action"]["name"] == "list users"])
        self.assertIn("ruth@example.com", json.dumps(self.ruth.ask("GET", "/v1/admin/users")[2]))
        until(lambda: len([r for r in self.appliance.records("_system") if r["event"]["type"] == "personal.viewed" and r["event"]["action"]["name"] == "list users"]) > before, "the look at the list")
        status, told = self.asked_by(self.token, "GET", "/v1/admin/users")
        self.assertEqual(status, 200)
        self.assertIn(self.account_of(self.ruth), [one["id"] for one in told["users"]])
        self.assertNotIn("example.com", json.dumps(told))

    # --- Tokens and tenants

    def test_a_token_is_made_used_and_revoked(self):
        made = self.said(self.ruth, "POST", "/v1/admin/tokens", {"operator": "brief", "role": "analyst", "tenants": ["acme"]}, 201)
        self.assertEqual((made["in_force"], made["state"]), (True, "active"))
        self.assertEqual(self.asked_by(made["token"], "GET", "/v1/tenants/acme/policy")[0], 200)
        self.assert_by(self.ruth, self.recorded("operator.added", "brief"))
        until(lambda: self.listed(self.ruth, "tokens", "brief", "operator")["last_used"], "when it was last used")
        self.said(self.ruth, "DELETE", "/v1/admin/tokens/brief", None, 200)
        self.assertEqual(self.asked_by(made["token"], "GET", "/v1/tenants/acme/policy")[0], 401)
        self.assert_by(self.ruth, self.recorded("operator.revoked", "brief"))
        self.said(self.ruth, "DELETE", "/v1/admin/tokens/brief", None, 409)
        self.said(self.ruth, "DELETE", "/v1/admin/tokens/nobody", None, 404)
        self.said(self.ruth, "POST", "/v1/admin/tokens", {"operator": "brief", "role": "analyst", "tenants": ["acme"]}, 409)
        for body in ({"operator": "x", "role": "analyst"}, {"operator": "x", "role": "auditor", "tenants": ["acme"]}, {"operator": "A B", "role": "analyst", "all_tenants": True}):
            self.said(self.ruth, "POST", "/v1/admin/tokens", body, 422)

    def test_a_tenant_is_registered_in_a_region(self):
        made = self.said(self.ruth, "POST", "/v1/admin/tenants", {"tenant": "umbrella"}, 201)
        self.assertEqual((made["region"], made["in_force"]), ("eu-1", True))
        self.assert_by(self.ruth, self.recorded("tenant.added", "umbrella"))
        self.assertEqual(self.listed(self.ruth, "tenants", "umbrella", "tenant")["records"], 0)
        self.said(self.ruth, "POST", "/v1/admin/tenants", {"tenant": "umbrella"}, 409)
        self.said(self.ruth, "POST", "/v1/admin/tenants", {"tenant": "initech", "region": "mars-1"}, 404)
        for body in ({}, {"tenant": "_system"}, {"tenant": "A"}, {"tenant": "initech", "moved_to": "ftp://x"}, {"tenant": "initech", "region": "EU"}):
            self.said(self.ruth, "POST", "/v1/admin/tenants", body, 422)

    # --- The appliance itself

    def test_what_is_told_of_the_appliance(self):
        # What the tests before this one did comes into the log, with its sealed values, while this one looks.
        keys = lambda: self.ruth.ask("GET", "/v1/admin/keys")[2]
        until(lambda: keys()["keys"] == self.appliance.json("key", "list"), "the keys as the command tells them")
        self.assertTrue(keys()["all_good"])
        region = self.ruth.ask("GET", "/v1/admin/regions")[2]["regions"][0]
        self.assertEqual({name: region[name] for name in ("region", "made", "directory")}, {name: self.appliance.json("region", "list")[0][name] for name in ("region", "made", "directory")})
        self.assertGreaterEqual(region["bytes"]["ledger"], self.appliance.region_file("ledger.sqlite").stat().st_size)
        self.assertGreater(region["free_bytes"], 0)
        health = self.ruth.ask("GET", "/v1/admin/health")[2]
        self.assertEqual((health["registry"]["in_force"], health["listeners"][0]["port"], health["regions"][0]["queue_events"]), (True, self.appliance.port, 0))
        self.assertNotIn("certificate", health, "it serves plain HTTP")
        until(lambda: self.ruth.ask("GET", "/v1/admin/backups")[0] == 200, "the index of the system log")
        self.assertEqual(self.ruth.ask("GET", "/v1/admin/backups")[2], {"backups": [{"region": "eu-1", "last": None, "restored": None}], "repositories": 0})
        snapshot = self.appliance.json("backup", "--to", self.appliance.folder / "backups")["snapshot"]
        until(lambda: self.ruth.ask("GET", "/v1/admin/backups")[2]["backups"][0]["last"], "the backup in the index")
        told = self.ruth.ask("GET", "/v1/admin/backups")[2]
        self.assertEqual((told["backups"][0]["last"]["snapshot"], told["repositories"]), (snapshot, 1))

    # --- Who may

    def test_without_a_fresh_second_factor_nothing_is_changed(self):
        late = invited(self.appliance, "late@example.com", "--role", "admin", "--all-tenants")
        self.assertEqual(late.sign_in(), 201)
        for method, path in (("POST", "/v1/admin/sources"), ("DELETE", "/v1/admin/sources/shop"), ("POST", "/v1/admin/users"), ("POST", "/v1/admin/tokens"), ("POST", "/v1/admin/tenants")):
            problem = self.said(late, method, path, {"source": "late"} if method == "POST" else None, 403)
            self.assertEqual(problem["type"], SECOND_FACTOR)
        self.assertEqual(late.show_factor(), 200)
        self.said(late, "POST", "/v1/admin/sources", {"source": "late"}, 201)

    def test_a_token_reads_and_changes_nothing(self):
        for path in ("sources", "source-kinds", "users", "tokens", "tenants", "keys", "regions", "health"):
            self.assertEqual(self.asked_by(self.token, "GET", f"/v1/admin/{path}")[0], 200, path)
        for method, path in (("POST", "sources"), ("DELETE", "sources/shop"), ("POST", "users"), ("POST", "tokens"), ("DELETE", "tokens/robot"), ("POST", "tenants"), ("POST", "sources/shop/test-event")):
            status, problem = self.asked_by(self.token, method, f"/v1/admin/{path}", {} if method == "POST" else None)
            self.assertEqual((status, problem["detail"]), (403, "a token changes nothing here: sign in"), path)

    def test_a_tenants_admin_is_held_to_his_tenants(self):
        self.said(self.ruth, "POST", "/v1/admin/sources", {"source": "theirs", "tenants": ["globex"]}, 201)
        self.said(self.ruth, "POST", "/v1/admin/sources", {"source": "both", "tenants": ["acme", "globex"]}, 201)
        self.said(self.ruth, "POST", "/v1/admin/sources", {"source": "anybodys"}, 201)
        made = self.said(self.tom, "POST", "/v1/admin/sources", {"source": "toms", "tenants": ["acme"]}, 201)
        self.assertEqual(self.appliance.post(made["token"], [event(7)])[0], 200)
        self.assert_by(self.tom, self.recorded("source.added", "toms"))
        self.said(self.tom, "POST", "/v1/admin/sources/toms/test-event", {}, 201)
        seen = [one["source"] for one in self.tom.ask("GET", "/v1/admin/sources")[2]["sources"]]
        self.assertIn("toms", seen)
        self.assertEqual({"theirs", "both", "anybodys"} & set(seen), set())
        for name in ("theirs", "both", "anybodys", "nobody"):
            self.said(self.tom, "DELETE", f"/v1/admin/sources/{name}", None, 404)
            self.said(self.tom, "POST", f"/v1/admin/sources/{name}/test-event", {"tenant": "acme"}, 404)
        for body in ({"source": "y"}, {"source": "y", "tenants": ["globex"]}, {"source": "y", "tenants": ["acme", "globex"]}, {"source": "y", "tenants": ["nobody"]},
                     {"source": "y", "adapter": "okta", "tenants": ["acme"], "secrets": ["s"], "pull": {"url": "https://acme.okta.com"}}):
            self.said(self.tom, "POST", "/v1/admin/sources", body, 403)

        others = invited(self.appliance, "olga@example.com", "--role", "analyst", "--tenant", "globex")
        peer = invited(self.appliance, "paul@example.com", "--role", "privacy", "--tenant", "acme")
        made = self.said(self.tom, "POST", "/v1/admin/users", {"user": "wim@example.com", **AUDITOR}, 201)
        seen = [one["user"] for one in self.tom.ask("GET", "/v1/admin/users")[2]["users"]]
        self.assertTrue({"tom@example.com", "paul@example.com", "wim@example.com"} <= set(seen))
        self.assertEqual({"olga@example.com", "ruth@example.com"} & set(seen), set())
        for person in (others, peer, self.ruth, self.tom):
            self.said(self.tom, "POST", f"/v1/admin/users/{self.account_of(person)}/disable", None, 404)
            self.said(self.tom, "DELETE", f"/v1/admin/users/{self.account_of(person)}", None, 404)
        for body in ({"user": "z@example.com", "role": "admin", "tenants": ["acme"]}, {"user": "z@example.com", "role": "privacy", "tenants": ["acme"]},
                     {"user": "z@example.com", "role": "analyst", "all_tenants": True}, {"user": "z@example.com", "role": "analyst", "tenants": ["globex"]}):
            self.said(self.tom, "POST", "/v1/admin/users", body, 403)
        self.said(self.tom, "POST", f"/v1/admin/users/{made['id']}/disable", None, 200)
        self.assertEqual([one["tenant"] for one in self.tom.ask("GET", "/v1/admin/tenants")[2]["tenants"]], ["acme"])
        for what in ("tokens", "keys", "regions", "backups", "health"):
            self.said(self.tom, "GET", f"/v1/admin/{what}", None, 403)
        for what, body in (("tokens", {"operator": "t", "role": "analyst", "tenants": ["acme"]}), ("tenants", {"tenant": "toms"})):
            self.said(self.tom, "POST", f"/v1/admin/{what}", body, 403)

    def test_a_command_says_who_ran_it_too(self):
        self.appliance.json("source", "add", "by-hand", "--tenant", "acme")
        added = self.recorded("source.added", "by-hand")
        self.assertEqual(added["actor"]["role"], "account")
        self.assertNotIn("challenge", added)
        shown = next(one for one in self.appliance.json("source", "list") if one["source"] == "by-hand")
        self.assertEqual(shown["added_by"]["role"], "account")


if __name__ == "__main__":
    unittest.main()
