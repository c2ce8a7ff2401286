"""Everybody who may ask the daemon something, each with rights of her own, and what there is to ask about."""

import json
import re

from appliance import Appliance, event, until
from found import open_finding
from person import PASSWORD, Person, invited

ALWAYS = ("--from", "2020-01-01T00:00:00Z", "--before", "2099-01-01T00:00:00Z", "--expires", "2099-01-01T00:00:00Z")
LONG_AGO = ("--from", "2020-01-01T00:00:00Z", "--before", "2021-01-01T00:00:00Z", "--expires", "2099-01-01T00:00:00Z")
ACME = ("--tenant", "acme")
TOKENS = {"auditor": (*ACME, *ALWAYS), "analyst": ACME, "privacy": ACME, "admin": ACME, "application": ACME, "provisioner": ("--all-tenants",), "mirror": ACME}
PEOPLE = {
    "auditor inside": ("--role", "auditor", *ACME, *ALWAYS),
    "auditor outside": ("--role", "auditor", *ACME, *LONG_AGO),
    "analyst": ("--role", "analyst", *ACME),
    "privacy": ("--role", "privacy", *ACME),
    "admin": ("--role", "admin", *ACME),
    "password alone": ("--role", "admin", "--all-tenants"),
    "all tenants": ("--role", "admin", "--all-tenants"),
}
# The columns of the table.
ASKERS = ("nobody", "source", *(f"token {role}" for role in TOKENS), *PEOPLE)

# What auditors are given, so that a period makes a difference to values, too; and what there is to approve.
POLICY = {"sharing": {"auditor": "masked"}, "access": {"audit_access": {"four_eyes": True}}}
PROVIDER = """
[oidc.gone]
issuer = "http://127.0.0.1:1"
client_id = "basic"
roles_claim = "groups"
[[oidc.gone.rights]]
group = "admins"
role = "admin"
all_tenants = true
"""
TRUST = """
[trust]
enabled = true
vendor = "Example"
tenant = "acme"
controls = ["OTP-SINGLE-USE"]
"""
TENANTS = ("acme", "globex")


class Asker:
    """Nobody, the holder of a token, or a person."""

    def __init__(self, appliance, name, token=None, person=None):
        self.appliance = appliance
        self.name = name
        self.token = token
        self.person = person

    def ask(self, method, path, body=None, fields=None, scheme="Bearer"):
        """(status, fields, parsed body)"""
        fields = dict(fields or {})
        asking = self.person or Person(self.appliance, None)
        if self.token:
            fields["Authorization"] = f"{scheme} {self.token}"
        answer = asking.ask(method, path, body, **fields)
        if isinstance(answer[2], dict) and "recovery_codes" in answer[2]:
            asking.recovery_codes = answer[2]["recovery_codes"]
        return answer


class Setting:
    """The daemon with two tenants, each with records and a bundle, and everybody who asks."""

    def __init__(self):
        self.appliance = Appliance()
        self.number = 0
        self.documents = {}  # of the vendor, by sort
        try:
            self.configure()
            self.register()
            self.appliance.start()
            self.fill()
            self.invite()
            self.wait()
            self.bundles = {tenant: self.ready_bundle(tenant) for tenant in (*TENANTS, "_system")}
        except BaseException:
            self.close()
            raise

    def close(self):
        self.appliance.__exit__()

    def configure(self):
        """Passkeys need a name as the address; a provider that nobody answers for is enough to ask about."""
        settings = self.appliance.config.read_text()
        assert "\n[access]\n" in settings
        address = f'\n[access]\naddress = "http://localhost:{self.appliance.port}"\n'
        proxied, done = re.subn(r"(\n\[listen\].*\n)", r'\1trusted_proxies = ["127.0.0.1"]\n', settings)
        assert done == 1
        self.appliance.config.write_text(proxied.replace("\n[access]\n", address) + PROVIDER + TRUST)
        section = '\n[witness]\nname = "witness.example.com/w1"\nkey = "keys/witness.key"\n'
        self.appliance.run("witness", "init", "witness.example.com/w1")
        self.appliance.config.write_text(self.appliance.config.read_text() + section)

    def register(self):
        policy = self.appliance.folder / "policy-of-both.json"
        policy.write_text(json.dumps(POLICY))
        for tenant in TENANTS:
            self.appliance.add_tenant(tenant)
            self.appliance.run("tenant", "policy", "apply", tenant, policy)
        self.filling = self.appliance.add_source("filling")
        self.askers = {"nobody": Asker(self.appliance, "nobody"),
                       "source": Asker(self.appliance, "source", self.appliance.add_source("app", tenant="acme"))}
        self.appliance.add_source("globex-app", tenant="globex")
        for role, rights in TOKENS.items():
            token = self.appliance.json("operator", "add", role, "--role", role, *rights)["token"]
            self.askers[f"token {role}"] = Asker(self.appliance, f"token {role}", token)

    def fill(self):
        self.appliance.wait_known(self.filling)
        status, answer = self.appliance.post(self.filling, [self.event(tenant) for tenant in TENANTS for _ in range(2)])
        assert status == 200, answer

    def invite(self):
        # Prepares what others are asked about; asks nothing herself.
        self.clerk = invited(self.appliance, "clerk@example.com", "--role", "admin", "--all-tenants")
        for name, rights in PEOPLE.items():
            person = invited(self.appliance, f"{name.replace(' ', '-')}@example.com", *rights)
            self.askers[name] = Asker(self.appliance, name, person=person)
        assert self.askers["password alone"].person.sign_in(PASSWORD) == 201
        assert tuple(self.askers) == ASKERS

    def wait(self):
        """Until records and findings are found and decisions are given."""
        for tenant in TENANTS:
            open_finding(self.appliance, tenant, "OTP-LIFETIME", "first")
            until(lambda t=tenant: self.clerk.ask("POST", f"/v1/tenants/{t}/records/search", {})[2].get("records"), f"the index of {tenant}")
            until(lambda t=tenant: self.clerk.ask("GET", f"/v1/tenants/{t}/findings")[2].get("findings"), f"a finding of {tenant}")
            until(lambda t=tenant: self.clerk.ask("POST", f"/v1/tenants/{t}/step-up/decisions", self.question())[0] == 200, f"decisions of {tenant}")
            until(lambda t=tenant: self.clerk.ask("POST", f"/v1/tenants/{t}/controls/run")[0] == 202, f"a test of the controls of {tenant}")
            self.wait_for_controls(tenant)
        until(lambda: self.clerk.ask("POST", "/v1/tenants/_system/records/search?region=eu-1", {})[2].get("records"), "the index of _system")

    def wait_for_controls(self, tenant):
        """Until the controls have been tested and no test of them runs."""
        path = f"/v1/tenants/{tenant}/controls"
        until(lambda: self.clerk.ask("GET", path)[2].get("running") is False, f"the controls of {tenant} are tested")

    def next(self):
        self.number += 1
        return self.number

    def event(self, tenant):
        return event(self.next(), tenant)

    def question(self):
        return {"actor": {"id": "user-1"}, "action": {"name": "billing.refund"}}

    def region(self, tenant):
        """The query that says where, which the system log needs."""
        return "?region=eu-1" if tenant == "_system" else ""

    def order(self, tenant, profile):
        """The id of a bundle that the clerk asks for."""
        path = f"/v1/tenants/{tenant}/bundles{self.region(tenant)}"
        status, _, bundle = self.clerk.ask("POST", path, {"from": ALWAYS[1], "to": ALWAYS[3], "profile": profile})
        assert status == 202, bundle
        return bundle["id"]

    def ready_bundle(self, tenant):
        bundle = self.order(tenant, "pseudonymous")
        path = f"/v1/tenants/{tenant}/bundles/{bundle}{self.region(tenant)}"
        until(lambda: self.clerk.ask("GET", path)[2]["state"] == "ready", f"a bundle of {tenant}")
        return bundle
