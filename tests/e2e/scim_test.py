"""An identity platform provisions the appliance's own users over SCIM, as it does with any other service."""

import json
import os
import subprocess
import unittest
import urllib.parse
from pathlib import Path

from appliance import Appliance, until
from person import Person

ADDRESS = '[access]\naddress = "http://localhost:{port}"\n'
RIGHTS = """
[scim]
[[scim.rights]]
group = "Countersign Admins"
role = "admin"
all_tenants = true
[[scim.rights]]
group = "Analysts of Acme"
role = "analyst"
tenants = ["acme"]
"""
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
CHECKER = Path(os.environ.get("SCIM_CHECKER", "")) / "bin" / "python3"
# What the checker says of choices: a user who is not deactivated is active, so `active` cannot be taken away.
KNOWN = ["ERROR check_remove_attribute PATCH modify() did not remove attribute 'active'"]


class Platform:
    """Speaks SCIM with a token."""

    def __init__(self, appliance, token):
        self.appliance = appliance
        self.token = token

    def ask(self, method, path, body=None, **fields):
        """(status, fields, parsed body)"""
        fields = {"Authorization": f"Bearer {self.token}", **{k.replace("_", "-"): v for k, v in fields.items()}}
        if body is not None:
            fields.setdefault("Content-Type", "application/scim+json")
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        status, got, answer = self.appliance.request(method, f"/scim/v2{path}", body, fields)
        return status, got, json.loads(answer) if answer else None

    def create(self, path, body):
        status, got, made = self.ask("POST", path, body)
        assert status == 201, (status, made)
        assert got["Content-Type"] == "application/scim+json", got
        return made["id"]

    def user(self, name, **more):
        return self.create("/Users", {"schemas": [USER], "userName": name, "displayName": "Ana Example", "active": True,
                                      "emails": [{"value": name, "type": "work", "primary": True}], **more})

    def group(self, name, *members):
        return self.create("/Groups", {"schemas": [GROUP], "displayName": name, "members": [{"value": m} for m in members]})

    def patch(self, where, **operation):
        return self.ask("PATCH", where, {"schemas": [PATCH], "Operations": [operation]})


class Scim(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        for tenant in ("acme", "globex"):
            self.appliance.add_tenant(tenant)
        config = self.appliance.config.read_text()
        self.appliance.config.write_text(config.replace("[access]\n", ADDRESS.format(port=self.appliance.port)) + RIGHTS)
        self.platform = Platform(self.appliance, self.appliance.json("operator", "add", "okta", "--role", "provisioner", "--all-tenants")["token"])
        self.appliance.start()

    def account(self, name):
        return next((a for a in self.appliance.json("user", "list") if a["user"] == name), None)

    def test_who_is_provisioned_gets_in_and_who_leaves_is_out(self):
        ana = self.platform.user("ana@example.com", externalId="00u1")
        status, fields, shown = self.platform.ask("GET", f"/Users/{ana}")
        self.assertEqual((status, shown["userName"], shown["active"]), (200, "ana@example.com", True))
        self.assertEqual(shown["meta"]["location"], f"http://localhost:{self.appliance.port}/scim/v2/Users/{ana}")
        self.assertEqual(self.platform.ask("GET", f"/Users/{ana}", If_None_Match=fields["ETag"])[0], 304)
        self.assertIsNone(self.account("ana@example.com"), "no group gives her a right")
        group = self.platform.group("Analysts of Acme", ana)
        account = self.account("ana@example.com")
        self.assertEqual((account["role"], account["tenants"], account["state"], account["provisioned_as"]), ("analyst", ["acme"], "invited", ana))

        person = Person(self.appliance, "ana@example.com")
        self.assertEqual(person.accept(self.appliance.json("user", "invite", "ana@example.com")["token"]), 201)
        person.enrol()
        self.assertEqual(person.ask("GET", "/v1/tenants/acme/policy")[0], 200)
        self.assertEqual(person.ask("GET", "/v1/tenants/globex/policy")[0], 403)
        admins = self.platform.group("Countersign Admins", ana)
        until(lambda: person.ask("GET", "/v1/tenants/globex/policy")[0] == 200, "a new right does not hold at once")
        self.assertEqual(self.platform.ask("DELETE", f"/Groups/{admins}")[0], 204)
        until(lambda: person.ask("GET", "/v1/tenants/globex/policy")[0] == 403, "a right that was taken holds on")

        # As Okta does when a person leaves, and again comes back.
        self.assertEqual(self.platform.patch(f"/Users/{ana}", op="replace", value={"active": False})[0], 200)
        self.assertEqual(person.ask("GET", "/v1/session")[0], 401, "the session has ended")
        self.assertEqual(person.sign_in(), 401)
        self.assertEqual(self.platform.patch(f"/Users/{ana}", op="replace", value={"active": True})[0], 200)
        self.assertEqual(person.sign_in(), 201)
        self.assertEqual(person.show_factor(), 200, "her second factor is still hers")

        # As Entra ID takes somebody out of a group.
        self.assertEqual(self.platform.patch(f"/Groups/{group}", op="Remove", path="members", value=[{"value": ana}])[0], 204)
        self.assertEqual(person.ask("GET", "/v1/session")[0], 401)
        self.assertEqual(self.platform.ask("DELETE", f"/Users/{ana}")[0], 204)
        self.assertIsNone(self.account("ana@example.com"))
        self.assertEqual(self.platform.ask("GET", f"/Users/{ana}")[0], 404)

        told = ["user.provisioned", "user.role_changed", "user.suspended", "user.deprovisioned"]
        events = []
        until(lambda: (events.clear() or events.extend(r["event"] for r in self.appliance.records("_system") if r["event"]["type"] in told)
                       or events[-1:] and events[-1]["type"] == "user.deprovisioned"), "the end is not in the system log")
        self.assertEqual([(e["type"], e["action"]["name"]) for e in events],
                         [("user.provisioned", "add account"), ("user.role_changed", "change rights"), ("user.role_changed", "change rights"),
                          ("user.suspended", "disable account"), ("user.provisioned", "enable account"), ("user.suspended", "disable account"),
                          ("user.deprovisioned", "remove account")])
        self.assertEqual({e["action"]["resource"] for e in events}, {account["id"]})
        self.assertEqual(len({e["actor"]["id"] for e in events}), 1)
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.region_file("."), check=False).returncode, 0)

    def test_only_the_platform_may(self):
        analyst = self.appliance.json("operator", "add", "analyst", "--role", "analyst", "--tenant", "acme")["token"]
        until(lambda: Platform(self.appliance, analyst).ask("GET", "/Users")[0] == 403, "the token is not known")
        for token in ("", "x", "cso_" + "A" * 43):
            status, fields, error = Platform(self.appliance, token).ask("GET", "/Users")
            self.assertEqual((status, fields["WWW-Authenticate"], error["status"]), (401, "Bearer", "401"))
        for path in ("/v1/tenants/acme/policy", "/v1/tenants/acme/bundles"):
            self.assertEqual(self.appliance.request("GET", path, None, {"Authorization": f"Bearer {self.platform.token}"})[0], 403)
        refused = self.appliance.run("operator", "add", "p", "--role", "provisioner", "--tenant", "acme", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("give it all tenants", refused.stderr)

    def test_what_is_not_scim_is_refused(self):
        for status, method, path, body, fields in (
                (400, "POST", "/Users", "{", {}), (400, "POST", "/Users", "[]", {}), (400, "POST", "/Users", {"schemas": [USER]}, {}),
                (415, "POST", "/Users", "a=b", {"Content_Type": "application/x-www-form-urlencoded"}),
                (415, "POST", "/Users", "x", {"Content_Encoding": "gzip"}), (413, "POST", "/Users", "x" * (3 << 20), {}),
                (404, "GET", "/Users/none", None, {}), (400, "GET", "/Users?filter=" + urllib.parse.quote("a b c"), None, {})):
            got, _, error = self.platform.ask(method, path, body, **fields)
            self.assertEqual(got, status, (method, path, error))
            if got not in (413,):
                self.assertEqual(error["schemas"], ["urn:ietf:params:scim:api:messages:2.0:Error"])
        self.assertEqual(self.platform.ask("GET", "/Users")[2]["totalResults"], 0)

    def test_a_checker_of_scim_servers_finds_nothing(self):
        checked = subprocess.run([CHECKER, Path(__file__).with_name("scim_check.py"), f"http://127.0.0.1:{self.appliance.port}/scim/v2"],
                                 input=self.platform.token, capture_output=True, text=True, check=False)
        self.assertEqual((checked.returncode, checked.stdout.splitlines()), (0, KNOWN), checked.stderr)
        self.assertRegex(checked.stderr, r"^[1-9]\d+ checks$")

    def test_settings_that_change_change_the_rights(self):
        ana = self.platform.user("ana@example.com")
        self.platform.group("Analysts of Acme", ana)
        self.assertEqual(self.account("ana@example.com")["role"], "analyst")
        self.appliance.stop()
        config = self.appliance.config.read_text()
        self.appliance.config.write_text(config.replace('role = "analyst"', 'role = "privacy"'))
        self.appliance.start()
        self.assertEqual(self.account("ana@example.com")["role"], "privacy")
        self.assertEqual(self.platform.ask("GET", f"/Users/{ana}")[2]["groups"][0]["display"], "Analysts of Acme")

    def test_joiners_and_leavers_of_a_tenant_become_evidence(self):
        token = self.appliance.add_source("okta-users", tenant="acme")
        self.appliance.wait_known(token)
        okta = Platform(self.appliance, token)
        self.assertEqual(okta.ask("GET", "/Users")[2]["totalResults"], 0)
        joe = okta.user("joe@example.com", externalId="00u-joe")
        staff = okta.group("Staff", joe)
        self.assertEqual(okta.patch(f"/Users/{joe}", op="replace", value={"active": False})[0], 200)
        self.assertEqual(self.platform.ask("GET", "/Users")[2]["totalResults"], 0, "the appliance's own users are others")
        self.assertIsNone(self.account("joe@example.com"))
        events = [r["event"] for r in self.appliance.records("acme")]
        self.assertEqual([(e["type"], e["action"]["name"]) for e in events],
                         [("user.provisioned", "create user"), ("action.performed", "create group"), ("user.role_changed", "add member"),
                          ("user.deprovisioned", "deactivate user")])
        self.assertEqual([e["action"]["resource"] for e in events], [f"Users/{joe}", f"Groups/{staff}", f"Groups/{staff}", f"Users/{joe}"])
        self.assertNotIn("joe@example.com", json.dumps(events))

        # The state outlives the daemon; then the person is erased, and nothing of her is left.
        self.appliance.stop()
        self.appliance.start()
        self.assertEqual(okta.ask("GET", f"/Users/{joe}")[2]["userName"], "joe@example.com")
        self.assertEqual(okta.ask("GET", f"/Groups/{staff}")[2]["members"][0]["value"], joe)
        self.appliance.run("privacy", "erase", "--tenant", "acme", "--subject", "email=joe@example.com", "--reason", "gdpr_art_17", "--yes")
        until(lambda: okta.ask("GET", f"/Users/{joe}")[0] == 404, "an erased user is still shown")
        self.assertNotIn("members", okta.ask("GET", f"/Groups/{staff}")[2])
        self.appliance.stop()
        for file in self.appliance.region_file(".").rglob("*"):
            if file.is_file():
                for value in (b"joe@example.com", b"00u-joe"):
                    self.assertNotIn(value, file.read_bytes(), file)
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.region_file("."), check=False).returncode, 0)
        self.appliance.start()
        self.assertEqual(okta.user("joe@example.com") == joe, False, "another user, though of the same name")

    def test_a_source_of_several_tenants_may_not_provision(self):
        token = self.appliance.add_source("wide")
        self.appliance.wait_known(token)
        status, _, error = Platform(self.appliance, token).ask("GET", "/Users")
        self.assertEqual(status, 403)
        self.assertIn("one tenant", error["detail"])


if __name__ == "__main__":
    unittest.main()
