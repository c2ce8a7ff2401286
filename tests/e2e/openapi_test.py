"""The OpenAPI document against the specification, and real answers against the document."""

import gzip
import json
import os
import re
import subprocess
import time
import unittest
import urllib.parse
from pathlib import Path

from appliance import DATA, Appliance, event
from found import finding_id, open_finding
from person import PASSWORD, Person

# One that cannot be reached.
GONE_PROVIDER = """
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
"""
YEAR = {"from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}
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
        cls.auditor = cls.appliance.json("operator", "add", "jo", "--role", "auditor", "--tenant", "acme", "--from", YEAR["from"],
                                         "--before", YEAR["to"], "--expires", YEAR["to"])["token"]
        cls.admin = cls.appliance.json("operator", "add", "anna", "--role", "admin", "--all-tenants")["token"]
        cls.provisioner = cls.appliance.json("operator", "add", "idp", "--role", "provisioner", "--all-tenants")["token"]
        cls.mirror = cls.appliance.json("operator", "add", "mirror", "--role", "mirror", "--all-tenants")["token"]
        cls.joiners = cls.appliance.add_source("joiners", tenant="acme")
        cls.invitation = cls.appliance.json("user", "add", "ana@example.com", "--role", "admin", "--all-tenants")["token"]
        settings = cls.appliance.config.read_text().replace("\n[access]\n", f'\n[access]\naddress = "http://localhost:{cls.appliance.port}"\n')
        cls.appliance.config.write_text(settings + GONE_PROVIDER + TRUST)
        cls.appliance.start()
        cls.document = cls.appliance.folder / "openapi.json"
        cls.document.write_bytes(cls.appliance.request("GET", "/v1/openapi.json")[2])

    @classmethod
    def tearDownClass(cls):
        cls.appliance.__exit__()

    def ask(self, method, path, body=None, headers=None, pattern=None):
        status, fields, answer = self.appliance.request(method, path, body, headers)
        return {"method": method, "path": pattern or path, "status": status, "type": fields.get("Content-Type", ""), "body": answer.decode(errors="replace")}

    def check(self, answers):
        """Bodies that are no JSON have no schema: of them the status and the type are looked at."""
        paths = json.loads(self.document.read_text())["paths"]
        for a in answers:
            if "json" not in a["type"]:
                content = paths[a["path"]][a["method"].lower()]["responses"][str(a["status"])].get("content", {"": {}})
                self.assertIn(a["type"].split(";")[0], content, (a["method"], a["path"], a["status"]))
        answers = [a for a in answers if "json" in a["type"]]
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
        yield from self.scim()
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
        shown = self.until(lambda: self.ask("GET", path + "/history", None, fields(), pattern + "/history"), lambda a: a["status"] == 200 and json.loads(a["body"])["versions"])
        yield shown
        review = lambda change, body, more: self.ask("POST", f"{path}/history/{change}/review", body if isinstance(body, (str, bytes)) else json.dumps(body), more, pattern + "/history/{change}/review")
        change, note = json.loads(shown["body"])["versions"][-1]["change"], {"note": "as agreed"}
        other = self.appliance.json("operator", "add", "second-admin", "--role", "admin", "--tenant", "acme")["token"]
        yield self.until(lambda: review(change, note, fields(other)), lambda a: a["status"] != 401)
        for to, body, more in ((change, note, fields()), ("none", note, fields()), (change, {}, fields()), (change, "{", fields()), (change, note, {}),
                               (change, note, fields(self.auditor)), (change, note, fields(Content_Type="text/plain")), (change, b" " * (5 << 10), fields())):
            yield review(to, body, more)

    def scim(self):
        urn = "urn:ietf:params:scim:schemas:core:2.0:"
        fields = lambda token, **more: {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json", **{k.replace("_", "-"): v for k, v in more.items()}}
        for token in (self.provisioner, self.joiners):
            own = fields(token)
            for many, body in (("Users", {"schemas": [urn + "User"], "userName": "eve@example.com", "active": True}), ("Groups", {"schemas": [urn + "Group"], "displayName": "Staff"})):
                path, pattern = f"/scim/v2/{many}", f"/scim/v2/{many}/{{id}}"
                made = self.ask("POST", path, json.dumps(body), own)
                yield made
                yield self.ask("POST", path, "{", own)
                yield self.ask("POST", path, "x" * (3 << 20), own)
                yield self.ask("POST", path, "{}", fields(token, Content_Type="text/plain"))
                yield self.ask("GET", path, None, {})
                yield self.ask("GET", path, None, own)
                search = json.dumps({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 1})
                yield self.ask("POST", path + "/.search", search, own)
                one = f"{path}/{json.loads(made['body'])['id']}"
                yield self.ask("GET", one, None, own, pattern)
                yield self.ask("GET", one, None, fields(token, If_None_Match="*"), pattern)
                yield self.ask("PUT", one, json.dumps({**body, "externalId": "e"}), own, pattern)
                change = json.dumps({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                                     "Operations": [{"op": "replace", "path": "externalId", "value": "f"}]})
                yield self.ask("PATCH", one, change, fields(token, If_Match='W/"older"'), pattern)
                yield self.ask("PATCH", one, change, own, pattern)
                yield self.ask("DELETE", one, None, own, pattern)
                yield self.ask("DELETE", one, None, own, pattern)
            for path in ("ServiceProviderConfig", "Schemas", "ResourceTypes"):
                yield self.ask("GET", f"/scim/v2/{path}", None, own)
            yield self.ask("GET", f"/scim/v2/Schemas/{urn}User", None, own, "/scim/v2/Schemas/{id}")
            yield self.ask("GET", "/scim/v2/ResourceTypes/User", None, own, "/scim/v2/ResourceTypes/{id}")
            for method, endpoint in (("GET", "Me"), ("POST", "Bulk"), ("GET", "x")):
                yield self.ask(method, f"/scim/v2/{endpoint}", None, own, "/scim/v2/{endpoint}")
        yield self.ask("GET", "/scim/v2/Users", None, fields(self.admin))

    def said_to(self, person):
        """ask(), as that person."""
        def say(method, path, body=None, pattern=None, **headers):
            status, fields, answer = person.ask(method, path, body, **headers)
            text = answer.decode(errors="replace") if isinstance(answer, bytes) else json.dumps(answer)
            return {"method": method, "path": pattern or path, "status": status, "type": fields.get("Content-Type", ""), "body": text, "answer": answer}
        return say

    def until(self, ask, good):
        """The first answer that is good, of those that come until then."""
        end = time.monotonic() + 30
        while not good(answer := ask()):
            self.assertLess(time.monotonic(), end, answer["body"])
            time.sleep(0.05)
        return answer

    def signing_in(self, ana, say):
        invited = lambda password, token=self.invitation: say("POST", "/v1/invitations", {"token": token, "password": password})
        yield say("GET", "/v1/session")
        yield invited(PASSWORD, "unknown")
        yield invited("short")
        yield invited(PASSWORD)
        yield say("GET", "/v1/session")
        yield say("GET", "/v1/tenants/acme/policy", None, "/v1/tenants/{tenant}/policy")
        yield say("POST", "/v1/session/recovery", {"code": "aaaa-aaaa-aaaa-aaaa"})
        yield say("POST", "/v1/account/totp/confirmation", {"code": "000000"})
        yield say("DELETE", "/v1/account/totp")
        begun = say("POST", "/v1/account/totp")
        yield begun
        ana.secret = begun["answer"]["secret"]
        yield say("POST", "/v1/account/totp/confirmation", {"code": "000000"})
        yield say("POST", "/v1/account/totp/confirmation", {"code": ana.code()})

    def own_account(self, ana, say):
        challenges, one = "/v1/session/challenges", "/v1/session/challenges/{id}"
        for factor in ("sms", "passkey"):
            yield say("POST", challenges, {"factor": factor})
        yield say("POST", challenges, {"factor": "totp"}, X_CSRF_Token="forged")
        yield say("POST", challenges, {"factor": "totp"}, Content_Type="text/plain")
        yield say("POST", challenges, b" " * (17 << 10))
        sent = say("POST", challenges, {"factor": "totp"})
        yield sent
        path = f"{challenges}/{sent['answer']['id']}"
        for to, body in ((path, {}), (path, "{"), (challenges + "/none", {"code": "000000"}), (path, {"code": "000000"}), (path, {"code": ana.code()})):
            yield say("POST", to, body, one)
        yield say("DELETE", "/v1/account/totp")
        renewed = say("POST", "/v1/account/recovery-codes")
        yield renewed
        ana.recovery_codes = renewed["answer"]["recovery_codes"]
        yield say("POST", "/v1/account/passkeys", {"name": "key", "credential": {}})
        yield say("POST", "/v1/account/passkeys/options")
        for body in ({"name": "key"}, {"name": "key", "credential": {}}):
            yield say("POST", "/v1/account/passkeys", body)
        yield say("DELETE", "/v1/account/passkeys/none", None, "/v1/account/passkeys/{id}")
        for present, new in (("wrong", "lilac horn eleven"), (PASSWORD, "short"), (PASSWORD, "lilac horn eleven")):
            yield say("PUT", "/v1/account/password", {"present": present, "new": new})
        yield say("GET", "/v1/session")

    def evidence(self, say):
        tenant, pattern = "/v1/tenants/acme", "/v1/tenants/{tenant}"
        search = lambda body, at=tenant, **more: say("POST", at + "/records/search", body, pattern + "/records/search", **more)
        # What the other test has sent may be there already, or not.
        self.appliance.post(self.token, [event(1), event(3)])
        found = self.until(lambda: search({"query": "challenge.factor:totp", "limit": 1}), lambda a: a["status"] == 200 and a["answer"]["records"])
        yield found
        for body in ({"query": "actor.email:user1@mail.example"}, {"limit": 0}, "{", b" " * (17 << 10)):
            yield search(body)
        yield search({}, X_CSRF_Token="")
        yield search({}, Content_Type="text/plain")
        for at in ("nobody", "far", "_system"):
            yield search({}, f"/v1/tenants/{at}")
        yield say("POST", "/v1/tenants/_system/records/search?region=eu-1", {}, pattern + "/records/search")
        number = found["answer"]["records"][0]["seq"]
        for seq in (number, 99_999, "x", f"{number}?region=ap-9"):
            yield say("GET", f"{tenant}/records/{seq}", None, pattern + "/records/{seq}")
            yield say("GET", f"{tenant}/records/{seq}/values", None, pattern + "/records/{seq}/values")
        token = {"Authorization": f"Bearer {self.auditor}"}
        yield self.ask("GET", f"{tenant}/records/{number}", None, token, pattern + "/records/{seq}")
        yield self.ask("GET", f"{tenant}/records/{number}/values", None, token, pattern + "/records/{seq}/values")

    def bundles(self, say):
        path, pattern = "/v1/tenants/acme/bundles", "/v1/tenants/{tenant}/bundles"
        order = {**YEAR, "profile": "full", "query": "all of it", "filter": []}
        for body in (order, {}, "{", {**YEAR, "filter": ["no-such=member"]}):
            yield say("POST", path, body, pattern)
        token = {"Authorization": f"Bearer {self.admin}", "Content-Type": "application/json"}
        yield self.ask("POST", path, json.dumps(order), token, pattern)
        listed = self.until(lambda: say("GET", path, None, pattern), lambda a: {b["state"] for b in a["answer"]["bundles"]} == {"ready", "failed"})
        yield listed
        yield self.ask("GET", path, None, token, pattern)
        for bundle in listed["answer"]["bundles"]:
            one = f"{path}/{bundle['id']}"
            yield say("GET", one, None, pattern + "/{id}")
            yield say("POST", one + "/approval", None, pattern + "/{id}/approval")
            for wanted in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=999999999-"}):
                yield say("GET", one + "/content", None, pattern + "/{id}/content", **wanted)
            yield self.ask("GET", one + "/content", None, token, pattern + "/{id}/content")
        yield say("GET", path + "/none", None, pattern + "/{id}")

    def findings(self, say):
        path, pattern = "/v1/tenants/acme/findings", "/v1/tenants/{tenant}/findings"
        opened, never = open_finding(self.appliance, "acme", "OTP-LIFETIME", "17"), finding_id("acme", "OTP-LIFETIME", "18")
        token = {"Authorization": f"Bearer {self.auditor}", "Content-Type": "application/json"}
        listed = self.until(lambda: say("GET", path, None, pattern), lambda a: a["status"] == 200 and a["answer"]["findings"])
        yield listed
        step = lambda word, body, finding=opened, **more: say("POST", f"{path}/{finding}/{word}", body, pattern + "/{finding}/" + word, **more)
        answer = {"text": "Known.", "control": "OTP-LIFETIME", "item": 18}
        yield step("answer", {"text": "Known."}, never)
        yield step("answer", {**answer, "item": 19}, never)
        yield step("answer", answer, never)
        for word, body in (("acknowledge", {"note": "seen"}), ("answer", {"text": "Known."}), ("resolve", {"reason": "false alarm"})):
            for finding in ("none", "0" * 16):
                yield step(word, body, finding)
            for bad in ("{", {"what": 1}, b" " * (17 << 10)):
                yield step(word, bad)
            yield step(word, body, Content_Type="text/plain")
            yield say("POST", f"/v1/tenants/far/findings/{opened}/{word}", body, pattern + "/{finding}/" + word)
            yield self.ask("POST", f"{path}/{opened}/{word}", json.dumps(body), token, pattern + "/{finding}/" + word)
            yield step(word, body)
            yield step(word, body)
        for query in ("", "?limit=1", "?state=resolved&control=OTP-LIFETIME", "?state=new", "?limit=0", "?cursor=x", "?region=ap-9"):
            yield say("GET", path + query, None, pattern)
        yield self.ask("GET", path, None, token, pattern)
        yield self.ask("GET", path, None, {}, pattern)
        for finding in (opened, never, "none"):
            yield say("GET", f"{path}/{finding}", None, pattern + "/{finding}")
        for tenant in ("nobody", "far", "_system"):
            yield say("GET", f"/v1/tenants/{tenant}/findings", None, pattern)

    def reports(self, say):
        path, pattern = "/v1/tenants/acme/reports", "/v1/tenants/{tenant}/reports"
        order = {**YEAR, "criteria": ["CC6.1"]}
        for kind in ("json", "html", "pdf", "oscal"):
            yield self.until(lambda kind=kind: say("POST", path, {**order, "format": kind}, pattern), lambda a: a["status"] != 503)
        for body in ({}, "{", {**order, "criteria": ["CC99"]}, {**order, "format": "doc"}, b" " * (17 << 10)):
            yield say("POST", path, body, pattern)
        yield say("POST", path, order, pattern, Content_Type="text/plain")
        for tenant in ("nobody", "far", "_system"):
            yield say("POST", f"/v1/tenants/{tenant}/reports", order, pattern)
        yield say("GET", "/v1/controls")
        source = {"Authorization": f"Bearer {self.provisioner}", "Content-Type": "application/json"}
        for fields in ({}, source):
            yield self.ask("POST", path, json.dumps(order), fields, pattern)
            yield self.ask("GET", "/v1/controls", None, fields)

    def logs(self):
        reader, admin = ({"Authorization": f"Bearer {token}"} for token in (self.mirror, self.admin))
        log, mirror = "/{region}/{tenant}", "/v1/mirrors/{mirror}"
        for there, pattern in (("/checkpoint", "/checkpoint"), ("/tile/0/000.p/1", "/tile/{path}"), ("/tile/entries/000.p/1", "/tile/entries/{path}"), ("/remaining/000.p/1", "/remaining/{path}")):
            yield self.until(lambda p=there, t=pattern: self.ask("GET", "/eu-1/acme" + p, None, reader, log + t), lambda a: a["status"] == 200)
            yield self.ask("GET", "/ap-1/acme" + there, None, reader, log + pattern)
            for fields in ({}, admin):
                yield self.ask("GET", "/eu-1/acme" + there, None, fields, log + pattern)
        for there, pattern in (("/checkpoint", "/checkpoint"), ("/tile/0/000", "/tile/{path}"), ("/remaining/000", "/remaining/{path}")):
            for fields in ({}, admin, reader):
                yield self.ask("GET", "/v1/mirrors/none" + there, None, fields, mirror + pattern)
        for fields in ({}, admin, reader):
            yield self.ask("GET", "/v1/mirrors", None, fields)

    def administration(self, say):
        base = "/v1/admin"
        auditor = {"role": "auditor", "tenants": ["acme"], "period": {"from": YEAR["from"], "before": YEAR["to"]}, "expires": "2099-01-01T00:00:00Z"}
        token = {"Authorization": f"Bearer {self.admin}", "Content-Type": "application/json"}
        for body in ({"source": "made", "tenants": ["acme"]}, {"source": "made", "tenants": ["acme"]}, {"source": "polled", "adapter": "okta", "tenants": ["acme"], "secrets": ["s"], "pull": {"url": "https://127.0.0.1:1"}},
                     {"source": "hook", "scheme": "standard_webhooks", "certificates": ["00"]}, {"source": "hook", "scheme": "standard_webhooks"}, {}, "{", b" " * (17 << 10)):
            yield say("POST", base + "/sources", body)
        yield say("POST", base + "/sources", {"source": "x"}, Content_Type="text/plain")
        yield say("POST", base + "/sources", {"source": "x"}, X_CSRF_Token="")
        one = "/sources/{source}"
        for source in ("made", "none"):
            yield say("POST", f"{base}/sources/{source}/test-event", {}, base + one + "/test-event")
        for body in ("{", {"tenant": "nobody"}, {"tenant": "far"}, b" " * (17 << 10)):
            yield say("POST", f"{base}/sources/made/test-event", body, base + one + "/test-event")
        for source in ("made", "made", "polled", "none"):
            yield say("DELETE", f"{base}/sources/{source}", None, base + one)
        made = say("POST", base + "/users", {"user": "vera@example.com", **auditor})
        yield made
        for body in ({"user": "vera@example.com", **auditor}, {}, "{", b" " * (17 << 10)):
            yield say("POST", base + "/users", body)
        for user in (made["answer"]["id"], "0" * 32):
            for action in ("invite", "disable", "disable", "invite", "enable", "enable", "unlock", "reset-factors"):
                yield say("POST", f"{base}/users/{user}/{action}", None, f"{base}/users/{{id}}/{action}")
            yield say("DELETE", f"{base}/users/{user}", None, base + "/users/{id}")
        own = say("GET", "/v1/session")["answer"]["account"]["id"]
        yield say("DELETE", f"{base}/users/{own}", None, base + "/users/{id}")
        for body in ({"operator": "made", **auditor}, {"operator": "made", **auditor}, {}, "{"):
            yield say("POST", base + "/tokens", body)
        for name in ("made", "made", "none"):
            yield say("DELETE", f"{base}/tokens/{name}", None, base + "/tokens/{operator}")
        for body in ({"tenant": "made"}, {"tenant": "made"}, {"tenant": "other", "region": "mars-1"}, {}, "{"):
            yield say("POST", base + "/tenants", body)
        for what in ("sources", "source-kinds", "users", "tokens", "tenants", "keys", "regions", "backups", "health"):
            yield self.until(lambda what=what: say("GET", f"{base}/{what}"), lambda a: a["status"] == 200)
            for fields in (token, {"Authorization": f"Bearer {self.auditor}"}, {}):
                yield self.ask("GET", f"{base}/{what}", None, fields)
        for what in ("sources", "users", "tokens", "tenants"):
            yield self.ask("POST", f"{base}/{what}", "{}", token)

    def documents(self, say):
        base, one, none = "/v1/documents", "/v1/documents/{id}", "0" * 32
        token = {"Authorization": f"Bearer {self.admin}", "Content-Type": "application/json"}
        plain = {"Content_Type": "application/octet-stream"}
        yield say("GET", base + "/nda")
        ids = {}
        for body in ({"kind": "policy", "title": "NDA", "nda": True}, {"kind": "other", "title": "A letter", "remind_days": [90, 30]},
                     {"kind": "policy", "title": "NDA", "nda": True}, {"kind": "letter", "title": "x"}, "{", b" " * (17 << 10)):
            made = say("POST", base, body)
            yield made
            ids.setdefault(made["answer"].get("title"), made["answer"].get("id"))
        yield say("POST", base, "{}", Content_Type="text/plain")
        yield say("POST", base, {}, X_CSRF_Token="")
        letter, nda = ids["A letter"], ids["NDA"]
        versions = lambda document, query="": (f"{base}/{document}/versions{query}", one + "/versions")
        for document, query, body in ((letter, "?file_name=a.csv&issuer=A&valid_from=2026-01-01&valid_until=2099-01-01", "a,b"), (nda, "", "You tell nobody."), (letter, "?x=1", "x"),
                                      (letter, "?issuer=%zz", "x"), (letter, "", "<html>"), (none, "", "x"), (letter, "", b" " * (26 << 20))):
            path, pattern = versions(document, query)
            yield say("POST", path, body, pattern, **plain)
        path, pattern = versions(nda)
        yield say("POST", path, "You tell nobody.", pattern, **plain)
        file = lambda version, **more: say("GET", f"{base}/{letter}/versions/{version}/file", None, one + "/versions/{version}/file", **more)
        for answer in (file(1), file(1, Range="bytes=0-0"), file(1, Range="bytes=99-"), file(7)):
            yield answer
        for document in (letter, nda, none):
            yield say("GET", f"{base}/{document}", None, one)
        for body in ({"title": "Another"}, {}, {"x": 1}, "{", b" " * (17 << 10)):
            yield say("PATCH", f"{base}/{letter}", body, one)
        yield say("PATCH", f"{base}/{none}", {"title": "x"}, one)
        text = say("GET", base + "/nda")
        yield text
        for body in ({"sha256": text["answer"]["sha256"]}, {"sha256": "0" * 64}, {}, "{", b" " * (17 << 10)):
            yield say("POST", base + "/nda/acceptance", body)
        yield say("GET", base)
        withdraw = lambda body, version=1, document=letter: say("POST", f"{base}/{document}/versions/{version}/withdraw", body, one + "/versions/{version}/withdraw")
        for answer in (withdraw({"reason": "a draft"}), withdraw({"reason": "a draft"}), withdraw({}), withdraw("{"), withdraw({"reason": "x"}, 9),
                       withdraw({"reason": "gone", "remove_contents": True}), file(1), withdraw(b" " * (17 << 10))):
            yield answer
        for fields in (token, {"Authorization": f"Bearer {self.auditor}"}, {"Authorization": f"Bearer {self.provisioner}"}, {}):
            yield self.ask("GET", base, None, fields)
        for fields in (token, {}):
            for path, named in (("/nda", "/nda"), (f"/{letter}", "/{id}"), (f"/{letter}/versions/1/file", "/{id}/versions/{version}/file")):
                yield self.ask("GET", base + path, None, fields, base + named)
            for method, path, named in (("POST", "", ""), ("POST", "/nda/acceptance", "/nda/acceptance"), ("PATCH", f"/{letter}", "/{id}"), ("POST", f"/{letter}/versions", "/{id}/versions"),
                                        ("POST", f"/{letter}/versions/1/withdraw", "/{id}/versions/{version}/withdraw")):
                yield self.ask(method, base + path, "{}", fields, base + named)

    def trust(self, say):
        """The limit of this network comes last."""
        token = {"Authorization": f"Bearer {self.admin}"}
        for path in ("/trust", "/v1/trust"):
            yield self.ask("GET", path)
        public = say("POST", "/v1/documents", {"kind": "sub-processors", "title": "Sub-processors", "confidentiality": "public"})["answer"]["id"]
        say("POST", f"/v1/documents/{public}/versions", "Example Hosting\n", Content_Type="application/octet-stream")
        for document, more in ((public, {}), (public, {"Range": "bytes=0-0"}), (public, {"Range": "bytes=999999-"}), ("none", {})):
            yield self.ask("GET", f"/v1/trust/documents/{document}/file", None, more, "/v1/trust/documents/{id}/file")
        plain, form = {"Content-Type": "application/json"}, {"Content-Type": "application/x-www-form-urlencoded"}
        wish = lambda address: {"name": "Vera", "email": address, "company": "Visitor Corp", "reason": "to look"}
        for body, fields in (("{", plain), ("{}", plain), ("{}", form), ("x" * (9 << 10), plain)):
            yield self.ask("POST", "/v1/trust/requests", body, fields)
        for body, fields in (("name=%zz", form), ("name=a", form), ("name=a", plain), ("x" * (9 << 10), form)):
            yield self.ask("POST", "/trust/requests", body, fields)
        yield self.ask("GET", "/v1/access-requests")
        for number in range(4):
            yield self.ask("POST", "/v1/trust/requests", json.dumps(wish(f"v{number}@visitor.example")), plain)
        yield self.ask("POST", "/trust/requests", urllib.parse.urlencode(wish("v4@visitor.example")), form)
        base, one = "/v1/access-requests", "/v1/access-requests/{id}"
        waiting = say("GET", base)
        yield waiting
        ids = [each["id"] for each in waiting["answer"]["requests"]]
        for path, body in (("approve", {}), ("approve", {}), ("approve", {"tenant": "nowhere"}), ("approve", "{"), ("approve", b" " * (17 << 10)), ("refuse", {"reason": "late"}), ("refuse", {})):
            yield say("POST", f"{base}/{ids[0]}/{path}", body, f"{one}/{path}")
        for path, body in (("refuse", {"reason": "no customer"}), ("refuse", "{"), ("refuse", b" " * (17 << 10))):
            yield say("POST", f"{base}/{ids[1]}/{path}", body, f"{one}/{path}")
        for path in ("approve", "refuse"):
            yield say("POST", f"{base}/none/{path}", {"reason": "x"} if path == "refuse" else {}, f"{one}/{path}")
            yield say("POST", f"{base}/{ids[2]}/{path}", "{}", f"{one}/{path}", Content_Type="text/plain")
            yield say("POST", f"{base}/{ids[2]}/{path}", {}, f"{one}/{path}", X_CSRF_Token="")
            yield self.ask("POST", f"{base}/{ids[2]}/{path}", "{}", plain, f"{one}/{path}")
        for request in (ids[2], ids[2], ids[1]):
            yield say("DELETE", f"{base}/{request}", None, one)
        yield say("DELETE", f"{base}/{ids[3]}", None, one, X_CSRF_Token="")
        yield self.ask("DELETE", f"{base}/{ids[3]}", None, {}, one)
        yield say("GET", base)
        yield self.ask("GET", base, None, token)
        yield self.ask("GET", base, None, {"Authorization": f"Bearer {self.auditor}"})
        yield self.ask("POST", "/v1/trust/requests", json.dumps(wish("v5@visitor.example")), plain)
        yield self.ask("POST", "/trust/requests", urllib.parse.urlencode(wish("v6@visitor.example")), form)

    def questionnaires(self, say):
        base, one, none = "/v1/questionnaires", "/v1/questionnaires/{id}", "0" * 32
        token, plain, large = {"Authorization": f"Bearer {self.admin}", "Content-Type": "application/json"}, {"Content_Type": "application/octet-stream"}, b" " * (17 << 10)
        add = lambda query, body, **more: say("POST", f"{base}?{query}", body, base, **{**plain, **more})
        sheet = "ID,Question,Answer,Comments\n1,Where is the audit log kept?,,\n2,What colour is it?,,seen\n"
        made = add("file_name=sheet.csv&tenant=acme&name=A+customer", sheet)
        yield made
        path = f"{base}/{made['answer']['id']}"
        for answer in (add("file_name=a.json&tenant=acme", '[{"question": "Is it so?", "options": ["Yes", "No"]}]'), add("x=1", sheet), add("%zz", sheet), add("file_name=x&tenant=nowhere", sheet),
                       add("file_name=x&tenant=acme", "[]"), add("file_name=x&tenant=acme", b"x" * (33 << 20)), add("file_name=x&tenant=acme", sheet, X_CSRF_Token="")):
            yield answer
        yield say("GET", base)
        for named in ("", "/questions", "/sheet", "/file"):
            yield say("GET", path + named + ("?name=" if named == "/sheet" else ""), None, one + named)
            yield say("GET", f"{base}/{none}{named}", None, one + named)
            yield self.ask("GET", path + named, None, token, one + named)
            yield self.ask("GET", path + named, None, {"Authorization": f"Bearer {self.auditor}"}, one + named)
            yield self.ask("GET", path + named, None, {}, one + named)
        yield say("GET", path + "/questions?from=2&most=1", None, one + "/questions")
        yield say("GET", path + "/questions?from=0", None, one + "/questions")
        layout = {"sheet": "", "header_row": 1, "question": "B", "id": "A", "answer": "C", "comment": "D"}
        own = {"topic": "residency", "title": "Region", "asks": ["Where is the audit log kept?"], "claims": [{"answer": "text", "text": "In {figure.region}.", "needs": [{"fact": "figure.region", "is": "eu-1"}]}]}
        good = [("PUT", path + "/layouts", one + "/layouts", {"layouts": [layout]}),
                ("POST", path + "/answers", one + "/answers", {"answers": [{"number": 2, "value": "text", "text": "Green.\nAlways.", "cites": ["figure:region"]}]}),
                ("PUT", "/v1/answers/own-region", "/v1/answers/{id}", own), ("POST", "/v1/answers/own-region/adoption", "/v1/answers/{id}/adoption", {"tenant": "acme", "review_by": "2099-01-01"})]
        for method, place, pattern, body in good:
            yield say(method, place, body, pattern)
            for wrong in ({}, "{", {"x": 1}):
                yield say(method, place, wrong, pattern)
            yield say(method, place, b" " * (5 << 20) if pattern.endswith("/answers") else large, pattern)
            yield say(method, place, body, pattern, Content_Type="text/plain")
            yield self.ask(method, place, "{}", token, pattern)
            yield self.ask(method, place, "{}", {}, pattern)
        yield say("GET", path + "/questions", None, one + "/questions")
        yield say("GET", "/v1/answers?tenant=acme", None, "/v1/answers")
        yield say("GET", "/v1/answers/facts?tenant=acme", None, "/v1/answers/facts")
        for named in ("/v1/answers", "/v1/answers/facts"):
            for query in ("", "?tenant=nowhere"):
                yield say("GET", named + query, None, named)
            for fields in ({"Authorization": f"Bearer {self.auditor}"}, {}):
                yield self.ask("GET", named + "?tenant=acme", None, fields, named)
        export = lambda place=path: say("POST", place + "/export", None, one + "/export")
        withdraw = lambda body, place=path: say("POST", place + "/answers/withdraw", body, one + "/answers/withdraw")
        for answer in (say("POST", path + "/answers", {"answers": [{"number": 2}]}, one + "/answers"), say("POST", f"{base}/{none}/answers", {"answers": []}, one + "/answers"),
                       say("PUT", f"{base}/{none}/layouts", {"layouts": [layout]}, one + "/layouts"), export(), export(f"{base}/{none}"), withdraw({"numbers": [2]}), withdraw({"numbers": [2]}),
                       withdraw({}), withdraw("{"), withdraw(large), export(), say("POST", "/v1/answers/none/adoption", {"tenant": "acme"}, "/v1/answers/{id}/adoption"),
                       say("POST", "/v1/answers/soc2-type2/adoption", {"tenant": "acme"}, "/v1/answers/{id}/adoption")):
            yield answer
        for place, pattern in (("/v1/answers/own-region/adoption?tenant=acme", "/v1/answers/{id}/adoption"), ("/v1/answers/own-region", "/v1/answers/{id}"), (path, one)):
            for fields in (token, {}):
                yield self.ask("DELETE", place, None, fields, pattern)
            for _ in range(2):
                yield say("DELETE", place, None, pattern)
        yield say("DELETE", "/v1/answers/own-region/adoption", None, "/v1/answers/{id}/adoption")
        for place, pattern in ((path + "/export", one + "/export"), (path + "/answers/withdraw", one + "/answers/withdraw")):
            for fields in (token, {}):
                yield self.ask("POST", place, None, fields, pattern)

    def overview(self, say):
        tenant, pattern = "/v1/tenants/acme", "/v1/tenants/{tenant}"
        nobody, token = {}, {"Authorization": f"Bearer {self.auditor}", "Content-Type": "application/json"}
        application = {"Authorization": f"Bearer {self.provisioner}"}
        yield say("GET", "/v1/tenants")
        for fields in (nobody, application):
            yield self.ask("GET", "/v1/tenants", None, fields)
        yield say("POST", tenant + "/controls/run", None, pattern + "/controls/run")
        yield say("POST", tenant + "/controls/run", None, pattern + "/controls/run")
        yield self.until(lambda: say("GET", tenant + "/controls", None, pattern + "/controls"), lambda a: a["status"] == 200 and not a["answer"]["running"])
        yield say("POST", tenant + "/controls/run", None, pattern + "/controls/run")
        for at in ("acme", "nobody", "far", "_system"):
            yield say("GET", f"/v1/tenants/{at}/overview", None, pattern + "/overview")
            yield say("GET", f"/v1/tenants/{at}/controls", None, pattern + "/controls")
            yield say("POST", f"/v1/tenants/{at}/controls/run", None, pattern + "/controls/run", **({"X_CSRF_Token": ""} if at == "acme" else {}))
            for control in ("OTP-LIFETIME", "OTP-SINGLE-USE", "none"):
                yield say("GET", f"/v1/tenants/{at}/controls/{control}", None, pattern + "/controls/{id}")
            for seq in (0, 99_999, "x"):
                for what in ("challenge", "proof"):
                    yield say("GET", f"/v1/tenants/{at}/records/{seq}/{what}", None, pattern + "/records/{seq}/" + what)
        for path, named in (("/overview", "/overview"), ("/controls", "/controls"), ("/controls/OTP-LIFETIME", "/controls/{id}")):
            yield self.ask("GET", tenant + path, None, nobody, pattern + named)
            yield self.ask("GET", tenant + path, None, token, pattern + named)
        yield self.ask("POST", tenant + "/controls/run", None, token, pattern + "/controls/run")

    def previews(self, say):
        path, pattern = "/v1/tenants/acme/policy/preview", "/v1/tenants/{tenant}/policy/preview"
        for body in ({}, {"access": {"factors": ["passkey"]}}, {"monitoring": {"parameters": ["OTP-LIFETIME.lifetime_s=60"]}}):
            yield self.until(lambda body=body: say("POST", path, body, pattern), lambda a: a["status"] == 200)
        for body in ({"x": 1}, "{", {"region": "us-1"}, b" " * (65 << 10)):
            yield say("POST", path, body, pattern)
        yield say("POST", path, {}, pattern, Content_Type="text/plain")
        for at in ("nobody", "far", "_system"):
            yield say("POST", f"/v1/tenants/{at}/policy/preview", {}, pattern)
        token = {"Authorization": f"Bearer {self.auditor}", "Content-Type": "application/json"}
        for fields in (token, {}):
            yield self.ask("POST", path, "{}", fields, pattern)

    def four_eyes(self, say):
        policy, path, pattern = "/v1/tenants/acme/policy", "/v1/tenants/acme/bundles", "/v1/tenants/{tenant}/bundles"
        yield say("PUT", policy, {"access": {"audit_access": {"four_eyes": True}}}, "/v1/tenants/{tenant}/policy", If_Match="*")
        asked = say("POST", path, {**YEAR, "profile": "full"}, pattern)
        yield asked
        yield say("POST", f"{path}/{asked['answer']['id']}/approval", None, pattern + "/{id}/approval")

    def decisions(self, say):
        path, pattern = "/v1/tenants/acme/step-up/decisions", "/v1/tenants/{tenant}/step-up/decisions"
        good = {"actor": {"id": "user-1"}, "action": {"name": "billing.refund"}, "session": {"id": "s"}}
        yield self.until(lambda: say("POST", path, good, pattern), lambda a: a["status"] == 200)
        yield say("POST", path, {"actor": {"id": "user-3"}, "action": {"name": "profile.view"}}, pattern)
        for body in ({}, "{", b" " * (25 << 10)):
            yield say("POST", path, body, pattern)
        yield say("POST", path, good, pattern, Content_Type="text/plain")
        for at in ("nobody", "far"):
            yield say("POST", f"/v1/tenants/{at}/step-up/decisions", good, pattern)
        yield self.ask("POST", path, json.dumps(good), {"Authorization": f"Bearer {self.auditor}"}, pattern)
        yield self.ask("POST", path, json.dumps(good), {}, pattern)

    def providers(self):
        yield self.ask("GET", "/v1/oidc")
        for name in ("gone", "none"):
            for method, last in (("GET", "sign-in"), ("GET", "callback"), ("POST", "back-channel-logout")):
                yield self.ask(method, f"/v1/oidc/{name}/{last}", "logout_token=x" if method == "POST" else None, None, "/v1/oidc/{name}/" + last)

    def leaving(self, ana, say):
        yield say("DELETE", "/v1/session", None, X_CSRF_Token="")
        yield say("DELETE", "/v1/session")
        ana.cookie = ana.csrf = None
        wrong = {"user": ana.name, "password": "wrong"}
        yield say("POST", "/v1/session", {"user": ana.name, "password": "lilac horn eleven"})
        for body in (wrong, {}, "{", {"user": 7, "password": "x"}):
            yield say("POST", "/v1/session", body)
        yield say("POST", "/v1/session", wrong, Origin="https://evil.example")
        yield say("POST", "/v1/session", wrong, Content_Type="text/plain")
        challenge = lambda: say("POST", "/v1/session/challenges", {"factor": "totp"})
        yield say("POST", "/v1/session/recovery", {"code": ana.recovery_codes[0]})
        for _ in range(2):
            sent = challenge()
            yield sent
            for _ in range(5):
                yield say("POST", f"/v1/session/challenges/{sent['answer']['id']}", {"code": "000000"}, "/v1/session/challenges/{id}")
        yield challenge()
        yield say("POST", "/v1/session/recovery", {"code": ana.recovery_codes[1]})
        yield self.until(lambda: say("POST", "/v1/session", wrong), lambda a: a["status"] == 429)

    def test_the_document_and_what_a_person_is_answered(self):
        ana = Person(self.appliance, "ana@example.com")
        say = self.said_to(ana)
        parts = [self.signing_in(ana, say), self.own_account(ana, say), self.evidence(say), self.bundles(say), self.findings(say), self.reports(say), self.overview(say), self.previews(say), self.decisions(say), self.administration(say), self.documents(say), self.questionnaires(say), self.trust(say), self.logs(), self.four_eyes(say),
                 self.providers(), self.leaving(ana, say)]
        answers = [answer for part in parts for answer in part]
        seen = {}
        for a in answers:
            seen.setdefault((a["method"], a["path"]), set()).add(a["status"])
        tenant = "/v1/tenants/{tenant}"
        for method, path, expected in (
                ("POST", "/v1/session", {201, 400, 401, 403, 415, 422, 429}), ("GET", "/v1/session", {200, 401}), ("DELETE", "/v1/session", {204, 403}),
                ("POST", "/v1/invitations", {201, 404, 422}), ("POST", "/v1/session/challenges", {201, 403, 409, 413, 415, 422, 423}),
                ("POST", "/v1/session/challenges/{id}", {200, 400, 403, 404, 422, 423}), ("POST", "/v1/session/recovery", {200, 403, 423}),
                ("POST", "/v1/account/totp", {201}), ("POST", "/v1/account/totp/confirmation", {200, 403, 404}), ("DELETE", "/v1/account/totp", {403, 409}),
                ("POST", "/v1/account/passkeys/options", {201}), ("POST", "/v1/account/passkeys", {403, 404, 422}), ("DELETE", "/v1/account/passkeys/{id}", {404}),
                ("POST", "/v1/account/recovery-codes", {201}), ("PUT", "/v1/account/password", {204, 403, 422}), ("GET", tenant + "/policy", {403}),
                ("PUT", tenant + "/policy", {200}), ("POST", tenant + "/records/search", {200, 400, 403, 404, 413, 415, 421, 422}),
                ("GET", tenant + "/records/{seq}", {200, 404}), ("GET", tenant + "/records/{seq}/values", {200, 403, 404}),
                ("POST", tenant + "/bundles", {202, 400, 403, 422}), ("GET", tenant + "/bundles", {200}), ("GET", tenant + "/bundles/{id}", {200, 404}),
                ("GET", tenant + "/bundles/{id}/content", {200, 206, 403, 409, 416}), ("POST", tenant + "/bundles/{id}/approval", {403, 409}),
                ("GET", "/v1/tenants", {200, 401, 403}), ("GET", tenant + "/overview", {200, 401, 403, 404, 421}), ("GET", tenant + "/controls", {200, 401, 403, 404, 421}),
                ("GET", tenant + "/controls/{id}", {200, 401, 403, 404, 421}), ("POST", tenant + "/controls/run", {202, 403, 404, 409, 421, 503}),
                ("GET", tenant + "/records/{seq}/challenge", {200, 404, 421, 422}), ("GET", tenant + "/records/{seq}/proof", {200, 404, 421, 422}),
                ("POST", tenant + "/policy/preview", {200, 400, 401, 403, 404, 409, 413, 415, 421, 422}),
                ("GET", tenant + "/findings", {200, 401, 403, 404, 421, 422}), ("GET", tenant + "/findings/{finding}", {200, 404}),
                ("POST", tenant + "/findings/{finding}/acknowledge", {200, 400, 403, 404, 409, 413, 415, 421, 422}),
                ("POST", tenant + "/findings/{finding}/answer", {200, 400, 403, 404, 413, 415, 421, 422}),
                ("POST", tenant + "/findings/{finding}/resolve", {200, 400, 403, 404, 409, 413, 415, 421, 422}),
                ("POST", tenant + "/reports", {200, 400, 401, 403, 404, 413, 415, 421, 422}), ("GET", "/v1/controls", {200, 401, 403}),
                ("POST", tenant + "/step-up/decisions", {200, 400, 401, 403, 404, 413, 415, 421, 422}), ("GET", "/v1/oidc", {200}),
                ("POST", "/v1/admin/sources", {201, 400, 403, 409, 413, 415, 422}), ("DELETE", "/v1/admin/sources/{source}", {200, 404, 409}),
                ("POST", "/v1/admin/sources/{source}/test-event", {201, 400, 404, 413}), ("POST", "/v1/admin/users", {201, 400, 403, 409, 413, 422}),
                ("POST", "/v1/admin/users/{id}/invite", {200, 404, 409}), ("POST", "/v1/admin/users/{id}/reset-factors", {200, 404}), ("DELETE", "/v1/admin/users/{id}", {204, 404, 409}),
                ("POST", "/v1/admin/tokens", {201, 400, 403, 409, 422}), ("DELETE", "/v1/admin/tokens/{operator}", {200, 404, 409}), ("POST", "/v1/admin/tenants", {201, 400, 403, 404, 409, 422}),
                *(("GET", "/v1/admin/" + what, {200, 401, 403}) for what in ("sources", "source-kinds", "users", "tokens", "tenants", "keys", "regions", "backups", "health")),
                *(("GET", "/{region}/{tenant}/" + what, {200, 401, 403, 404}) for what in ("checkpoint", "tile/{path}", "tile/entries/{path}", "remaining/{path}")),
                *(("GET", "/v1/mirrors/{mirror}/" + what, {401, 403, 404}) for what in ("checkpoint", "tile/{path}", "remaining/{path}")), ("GET", "/v1/mirrors", {200, 401, 403}),
                ("GET", "/v1/documents", {200, 401, 403}), ("POST", "/v1/documents", {201, 400, 401, 403, 409, 413, 415, 422}), ("GET", "/v1/documents/nda", {200, 401, 403, 404}),
                ("POST", "/v1/documents/nda/acceptance", {200, 400, 401, 403, 409, 413, 422}), ("GET", "/v1/documents/{id}", {200, 401, 403, 404}),
                ("PATCH", "/v1/documents/{id}", {200, 400, 401, 403, 404, 413, 422}), ("POST", "/v1/documents/{id}/versions", {200, 201, 400, 401, 403, 404, 413, 422}),
                ("POST", "/v1/documents/{id}/versions/{version}/withdraw", {200, 400, 401, 403, 404, 409, 413, 422}),
                ("GET", "/v1/documents/{id}/versions/{version}/file", {200, 206, 401, 403, 404, 410, 416}),
                ("GET", "/v1/questionnaires", {200}), ("POST", "/v1/questionnaires", {201, 400, 403, 404, 413, 422}), ("DELETE", "/v1/questionnaires/{id}", {204, 401, 403, 404}),
                *(("GET", "/v1/questionnaires/{id}" + what, {200, 401, 403, 404}) for what in ("", "/questions", "/sheet", "/file")),
                *(("PUT", path, {200, 400, 401, 403, 413, 415, 422}) for path in ("/v1/questionnaires/{id}/layouts", "/v1/answers/{id}")),
                ("POST", "/v1/questionnaires/{id}/answers", {200, 400, 401, 403, 404, 409, 413, 415, 422}), ("POST", "/v1/questionnaires/{id}/answers/withdraw", {200, 400, 401, 403, 404, 413, 422}),
                ("POST", "/v1/questionnaires/{id}/export", {200, 401, 403, 404, 409}), *(("GET", path, {200, 401, 403, 404, 422}) for path in ("/v1/answers", "/v1/answers/facts")),
                ("DELETE", "/v1/answers/{id}", {204, 401, 403, 404}), ("POST", "/v1/answers/{id}/adoption", {200, 400, 401, 403, 404, 409, 413, 415, 422}), ("DELETE", "/v1/answers/{id}/adoption", {204, 401, 403, 404, 422}),
                ("GET", "/trust", {200}), ("GET", "/v1/trust", {200}), ("GET", "/v1/trust/documents/{id}/file", {200, 206, 404, 416}),
                *(("POST", path, {202, 400, 413, 415, 422, 429}) for path in ("/trust/requests", "/v1/trust/requests")), ("GET", "/v1/access-requests", {200, 401, 403}),
                ("POST", "/v1/access-requests/{id}/approve", {201, 400, 401, 403, 404, 409, 413, 415, 422}),
                ("POST", "/v1/access-requests/{id}/refuse", {200, 400, 401, 403, 404, 409, 413, 415, 422}), ("DELETE", "/v1/access-requests/{id}", {204, 401, 403, 404, 409}),
                ("GET", "/v1/oidc/{name}/sign-in", {404, 502}), ("GET", "/v1/oidc/{name}/callback", {400, 404}),
                ("POST", "/v1/oidc/{name}/back-channel-logout", {400, 404})):
            self.assertEqual(expected - seen.get((method, path), set()), set(), (method, path, seen.get((method, path))))
        self.check([{k: v for k, v in a.items() if k != "answer"} for a in answers])

    def test_the_daemon_serves_the_methods_that_are_described(self):
        described = {path: {m.upper() for m in item if m != "parameters"} for path, item in json.loads(self.document.read_text())["paths"].items()}
        for path in described:
            asked = re.sub(r"\{\w+\}", "x", path)
            status, fields, _ = self.appliance.request("LINK", asked)
            self.assertEqual(status, 405, path)
            expected = set().union(*(methods for other, methods in described.items() if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", other), asked)))
            self.assertEqual(set(fields["Allow"].split(", ")) - {"HEAD"}, expected, path)

    def test_the_document_and_the_answers(self):
        answers = list(self.answers())
        seen = {(a["path"], a["status"]) for a in answers}
        for expected in ((200, 400, 401, 413, 415, 421, 422)):
            self.assertIn(("/v1/events", expected), seen)
        for expected in (200, 400, 401, 403, 404, 409, 413, 415, 421, 422):
            self.assertIn(("/v1/privacy/erasures", expected), seen)
        for expected in (200, 400, 401, 403, 409, 412, 413, 415, 422, 428):
            self.assertIn(("/v1/tenants/{tenant}/policy", expected), seen)
        for expected in (201, 400, 401, 403, 404, 409, 413, 415, 422):
            self.assertIn(("/v1/tenants/{tenant}/policy/history/{change}/review", expected), seen)
        for expected in (200, 201, 400, 401, 403, 413, 415):
            self.assertIn(("/scim/v2/Users", expected), seen)
        for expected in (200, 204, 304, 404, 412):
            self.assertIn(("/scim/v2/Groups/{id}", expected), seen)
        self.check(answers)

    def test_the_check_can_fail(self):
        wrong = [{"method": "POST", "path": "/v1/events", "status": 200, "type": "application/json", "body": '{"results":[]}'}]
        done = subprocess.run(["node", CLIENTS / "openapi.js", self.document], input=json.dumps(wrong), capture_output=True, text=True, check=False)
        self.assertIn("appended", done.stdout)


if __name__ == "__main__":
    os.environ.setdefault("CLIENTS", str(Path(__file__).resolve().parents[2] / "build" / "clients"))
    unittest.main()
