"""Tenants' policies over HTTP and from files: who may, one change after another, and each change recorded before it holds."""

import json
import os
import threading
import time
import unittest
from datetime import datetime, timedelta

from appliance import Appliance, until

ACCESS = {
    "factors": ["totp", "passkey"],
    "step_up": {"actions": ["billing.*", "user.delete"], "window_s": 1200},
    "audit_access": {"window_s": 600, "single_records": True, "four_eyes": True},
    "lockout": {"attempts": 5},
}

ALWAYS = ("--from", "2020-01-01T00:00:00Z", "--before", "2099-01-01T00:00:00Z", "--expires", "2099-01-01T00:00:00Z")


class Policy(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        for tenant in ("acme", "globex"):
            self.appliance.add_tenant(tenant)
        operator = lambda name, role, *more: self.appliance.json("operator", "add", name, "--role", role, *more)["token"]
        self.admin = operator("anna", "admin", "--tenant", "acme")
        self.auditor = operator("jo", "auditor", "--tenant", "acme", *ALWAYS)
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
                                    ({"attributes": {"not_personal": ["a b"]}}, 422, "attributes.not_personal[0]"), ({"retention": {"rule": "gdpr"}}, 422, "retention: "),
                                    ({"monitoring": {"parameters": ["otp.attempts"]}}, 422, "monitoring.parameters[0]"), ({"monitoring": {"parameters": ["NO-SUCH.a=1"]}}, 422, "monitoring.parameters: 'NO-SUCH.a=1': there is no control NO-SUCH"),
                                    ({"monitoring": {"parameters": ["OTP-ATTEMPTS.tries=1"]}}, 422, "it has attempts_most"), ({"monitoring": {"parameters": ["OTP-ATTEMPTS.attempts_most=11"]}}, 422, "at least 1 and at most 10"),
                                    ({"retention": {"rule": "hipaa", "keep": "1 year"}}, 422, "shorter"),
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
        file.write_text('{"monitoring":{"parameters":["OTP-ATTEMPTS.attempts_most=11"]}}')
        done = self.appliance.run("tenant", "policy", "apply", "acme", file, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("monitoring.parameters: 'OTP-ATTEMPTS.attempts_most=11': the value must be at least 1 and at most 10", done.stderr)
        self.assertEqual(self.put({"access": {"lockout": {"attempts": 9}}}, etag)[0], 200)
        self.assertEqual(self.changes(1), ["access.lockout.attempts: before 10, after 9"], "and nothing of the others was recorded")

    def test_how_the_evidence_is_judged(self):
        self.assertEqual(self.ask("GET")[2]["monitoring"], {"parameters": []})
        settings = ["LOCKOUT-THRESHOLD.lifting_actions=[\"x, after y\"]", "OTP-ATTEMPTS.attempts_most=3"]
        status, etag, answer = self.put({"monitoring": {"parameters": settings[::-1]}}, "*")
        self.assertEqual((status, answer["monitoring"]), (200, {"parameters": settings}), "sorted")
        self.assertEqual(self.changes(1), [f"monitoring.parameters: before [], after {json.dumps(settings, separators=(',', ':'))}"])
        self.assertEqual(self.appliance.json("tenant", "policy", "show", "acme")["monitoring"], {"parameters": settings})
        self.assertIn("OTP-ATTEMPTS.attempts_most=3", self.appliance.run("tenant", "policy", "show", "acme").stdout)
        self.assertEqual(self.history(1)[1]["versions"][0]["after"]["monitoring"], {"parameters": settings})
        file = self.appliance.folder / "policy.json"
        file.write_text(json.dumps({"monitoring": {"parameters": settings[1:]}}))
        self.appliance.run("tenant", "policy", "apply", "acme", file)
        until(lambda: self.ask("GET")[2]["monitoring"] == {"parameters": settings[1:]}, "the daemon goes by what the command set")
        self.appliance.run("tenant", "policy", "set", "acme", "analyst", "none")
        until(lambda: self.ask("GET")[2]["sharing"]["analyst"] == "none", "the daemon goes by what the command set")
        self.assertEqual(self.ask("GET")[2]["monitoring"], {"parameters": settings[1:]}, "what a command is not about stays")
        status, _, answer = self.put({}, "*")
        self.assertEqual((status, answer["monitoring"]), (200, {"parameters": []}), "left out, it has its default")
        versions = self.history(4)[1]["versions"]
        self.assertEqual([one["after"]["monitoring"]["parameters"] for one in versions], [[], settings[1:], settings[1:], settings])

    def review(self, change, body, token=None, tenant="acme", **headers):
        fields = {"Authorization": f"Bearer {token or self.admin}", "Content-Type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        status, _, answer = self.appliance.request("POST", f"/v1/tenants/{tenant}/policy/history/{change}/review", body if isinstance(body, str) else json.dumps(body), fields)
        return status, json.loads(answer)

    def by_account(self, name, *arguments, **more):
        """A command, as an account of the machine."""
        known = {variable: os.environ.pop(variable, None) for variable in ("USER", "SUDO_USER")}
        os.environ["USER"] = name
        try:
            return self.appliance.run(*arguments, **more)
        finally:
            del os.environ["USER"]
            os.environ.update({variable: value for variable, value in known.items() if value is not None})

    def test_a_change_is_reviewed_by_somebody_else(self):
        bob = self.appliance.json("operator", "add", "bob", "--role", "admin", "--tenant", "acme")["token"]
        until(lambda: self.ask("GET", token=bob)[0] == 200, "the daemon knows the operator")
        self.assertEqual(self.put({"access": {"lockout": {"attempts": 5}}, "sharing": {"auditor": "none"}}, "*")[0], 200)
        version = self.history(1)[1]["versions"][0]
        change = version["change"]
        self.assertEqual(version["reviewed"], [])
        note = {"note": "as agreed in CHG-17"}
        status, answer = self.review(change, note)
        self.assertEqual((status, answer["detail"]), (409, "you made that change: somebody else has to review it"))
        self.assertEqual(self.review(change, note, self.auditor)[0], 403)
        self.assertEqual(self.review(change, note, bob, "globex")[0], 403)
        self.assertEqual(self.review("0" * 32, note, bob)[0], 404)
        for body, status in (("", 400), ("[]", 400), ({}, 422), ({"note": ""}, 422), ({"note": "x" * 257}, 422), ({"note": "a\nb"}, 422), ({**note, "by": "anna"}, 422), ("x" * 5000, 413)):
            self.assertEqual(self.review(change, body, bob)[0], status, body)
        self.assertEqual(self.review(change, note, bob, Content_Type="text/plain")[0], 415)
        # The account of the same name is nobody else.
        review = ("tenant", "policy", "review", "acme")
        done = self.by_account("anna", *review, change, "--note", "fine", check=False)
        self.assertEqual((done.returncode, "let somebody else do so" in done.stderr), (8, True), done.stderr)
        self.assertEqual([e for e in self.appliance.records("_system") if e["event"]["type"] == "policy.reviewed"], [], "none of these was recorded")

        status, answer = self.review(change, note, bob)
        self.assertEqual(status, 201, answer)
        self.assertEqual({**answer, "at": ""}, {"tenant": "acme", "change": change, "at": "", "by": {"role": "operator", "id": "bob"}, **note})
        self.assertIn("is reviewed", self.by_account("carl", *review, change, "--note", "seen in the meeting").stdout)
        first, second = self.appliance.system_events("policy.reviewed", 2)
        self.assertEqual(first["action"], {"name": "policy review", "resource": "acme", "context": change})
        self.assertEqual((first["outcome"], first["actor"]["role"], first["time"]), ({"reason": note["note"]}, "operator", answer["at"]))
        self.assertEqual((second["outcome"], second["actor"]["role"]), ({"reason": "seen in the meeting"}, "account"))
        changed = [r["event"] for r in self.appliance.records("_system") if r["event"]["type"] == "policy.changed"]
        self.assertEqual({e["id"].split(":")[1] for e in changed}, {change})
        self.assertEqual(len({e["actor"]["id"] for e in (*changed, first, second)}), 3, "three people, as tokens")

        shown = lambda **more: self.history(1, **more)[1]["versions"][0]["reviewed"]
        until(lambda: len(shown()) == 2, "the history shows both reviews")
        self.assertEqual([(one["note"], one["by"].get("id")) for one in shown()], [(note["note"], "bob"), ("seen in the meeting", None)], "an admin is told; the account of the machine is not")
        self.assertEqual([(one["by"]["token"], one["by"].get("id")) for one in shown(token=self.auditor)], [(e["actor"]["id"], None) for e in (first, second)])
        recorded = {record["seq"]: record for record in self.appliance.records("_system")}
        self.assertEqual([one["at"] for one in shown()], [recorded[one["record"]["seq"]]["received"] for one in shown()])
        listed = self.appliance.json("tenant", "policy", "history", "acme")[0]
        self.assertEqual((listed["change"], [(one["at"], one["by"]["token"]) for one in listed["reviewed"]]), (change, [(one["at"], one["by"]["token"]) for one in shown()]))
        self.assertIn("reviewed " + shown()[0]["at"], self.appliance.run("tenant", "policy", "history", "acme").stdout)

        # And the other way round: what an account of the machine changed.
        self.by_account("carl", "tenant", "policy", "set", "acme", "analyst", "none")
        change = self.history(2)[1]["versions"][0]["change"]
        self.assertEqual(self.by_account("carl", *review, change, "--note", "mine", check=False).returncode, 8)
        self.assertEqual(self.by_account("bob", *review, change, "--note", "bad\nnote", check=False).returncode, 2)
        self.assertEqual(self.by_account("bob", *review, "none", "--note", "nothing", check=False).returncode, 3)
        self.assertEqual(self.review(change, note)[0], 201)
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.region_file("."), check=False).returncode, 0)

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

    def test_what_is_not_personal_stands_in_the_clear_from_the_change_on(self):
        source = self.appliance.add_source("app")
        self.appliance.wait_known(source)
        event = lambda n, **more: {"id": f"e{n}", "time": "2026-01-31T09:30:00Z", "type": "login.succeeded", "tenant": "acme",
                                   "attributes": {"plan": "pro", "seats": 5, "note": "call ana", "order": {"currency": "EUR", "by": "ana"}}, **more}
        self.assertEqual(self.appliance.post(source, [event(1)])[0], 200)
        before = self.appliance.records("acme")
        self.assertEqual(self.put({"attributes": {"not_personal": ["order.currency", "plan", "seats"]}}, "*")[0], 200)
        self.assertEqual(self.appliance.post(source, [event(2), event(3, tenant="globex")])[0], 200)
        hec = self.appliance.request("POST", "/services/collector/event", json.dumps({"event": event(4)}),
                                     {"Authorization": f"Splunk {source}", "Content-Type": "application/json"})
        self.assertEqual(hec[0], 200, hec)
        first, second, third = [record["event"]["attributes"] for record in self.appliance.records("acme")]
        self.assertEqual(self.appliance.records("acme")[0], before[0], "what is there stays as it is")
        for value in (first["plan"], first["seats"], first["order"]["currency"], second["note"], second["order"]["by"], third["note"],
                      self.appliance.records("globex")[0]["event"]["attributes"]["plan"]):
            self.assertEqual(len(value), 43, "a token")
        for shown in (second, third):
            self.assertEqual((shown["plan"], shown["seats"], shown["order"]["currency"]), ("pro", 5, "EUR"))
        self.assertEqual(self.put({}, "*")[0], 200)
        self.assertEqual(self.appliance.post(source, [event(5)])[0], 200)
        self.assertEqual(len(self.appliance.records("acme")[3]["event"]["attributes"]["plan"]), 43)
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.region_file("."), check=False).returncode, 0)
        until = time.monotonic() + 30
        while self.appliance.run("checkpoint", "acme", check=False).returncode != 0 and time.monotonic() < until:
            time.sleep(0.1)
        bundle = self.appliance.folder / "bundle.zip"
        self.appliance.run("export", "acme", "--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z", "-o", bundle)
        done = self.appliance.run("verify", bundle, check=False)
        self.assertRegex(done.stdout, "complete +proven[^\\0]*unaltered +proven", done.stderr)

    def test_retention_is_the_book_that_the_command_changes(self):
        _, etag, policy = self.ask("GET")
        self.assertEqual(policy["retention"], {"rule": "forever", "keep": "forever", "at_hand": "12 months", "types": []})
        self.appliance.run("retention", "set", "acme", "--rule", "pci_dss", "--type", "login.*=hipaa")
        until = time.monotonic() + 30
        while self.ask("GET")[1] == etag and time.monotonic() < until:
            time.sleep(0.05)
        _, newer, policy = self.ask("GET")
        self.assertEqual(policy["retention"], {"rule": "pci_dss", "keep": "12 months", "at_hand": "3 months",
                                               "types": [{"types": "login.*", "rule": "hipaa", "keep": "6 years"}]})
        wish = {**policy, "retention": {"rule": "soc2", "keep": "3 years"}}
        self.assertEqual(self.put(wish, etag)[0], 412, "the tag is also that of the retention")
        status, newest, answer = self.put(wish, newer)
        self.assertEqual((status, answer["retention"]), (200, {"rule": "soc2", "keep": "3 years", "at_hand": "12 months", "types": []}))
        self.assertEqual(self.ask("GET")[1], newest)
        self.assertIn("soc2: 3 years, 12 months at hand", self.appliance.run("retention", "show").stdout)
        self.assertEqual(self.appliance.json("tenant", "policy", "show", "acme")["retention"], answer["retention"])
        self.assertIn("retention.keep: before 12 months, after 3 years", self.changes(7))
        self.assertEqual(self.put({"access": ACCESS}, newest)[2]["retention"], answer["retention"], "left out, it stays")

    def history(self, count, query="", **more):
        until = time.monotonic() + 30
        while True:
            status, _, text = self.appliance.request("GET", f"/v1/tenants/acme/policy/history{query}", None,
                                                     {"Authorization": f"Bearer {more.get('token') or self.admin}"})
            answer = json.loads(text)
            # 503: the index is still being made.
            if (status != 503 and len(answer.get("versions", range(count))) >= count) or time.monotonic() > until:
                return status, answer
            time.sleep(0.05)

    def at(self, when):
        status, fields, text = self.appliance.request("GET", f"/v1/tenants/acme/policy?at={when}", None, {"Authorization": f"Bearer {self.admin}"})
        return status, json.loads(text)

    def test_the_history_is_what_the_records_say(self):
        self.assertEqual(self.history(0), (200, {"tenant": "acme", "versions": []}))
        documents = [self.ask("GET")[2]]
        for wish in ({"access": ACCESS, "sharing": {"auditor": "masked"}, "attributes": {"not_personal": ["plan"]},
                      "monitoring": {"parameters": ["OTP-ATTEMPTS.attempts_most=3"]}},
                     {"access": ACCESS, "retention": {"rule": "hipaa", "types": [{"types": "challenge.*", "keep": "2 years"}]}}, {}):
            status, _, answer = self.put(wish, "*")
            self.assertEqual(status, 200, answer)
            documents.append(answer)
        self.appliance.run("tenant", "policy", "set", "acme", "analyst", "none")
        self.assertEqual(self.put({"access": ACCESS}, "*", tenant="acme", token=self.admin)[0], 200)
        status, answer = self.history(5, token=self.auditor)
        self.assertEqual((status, [one["version"] for one in answer["versions"]]), (200, [5, 4, 3, 2, 1]))
        versions = answer["versions"][::-1]
        part = lambda document: {name: document[name] for name in ("access", "sharing", "attributes", "monitoring", "retention")}
        for number in range(3):
            self.assertEqual(versions[number]["before"], part(documents[number]))
            self.assertEqual(versions[number]["after"], part(documents[number + 1]))
        self.assertEqual([one["action"] for one in versions], ["policy put over HTTP"] * 3 + ["tenant policy set", "policy put over HTTP"])
        self.assertEqual([one["by"]["role"] for one in versions], ["operator"] * 3 + ["account", "operator"])
        self.assertEqual(len({one["by"]["token"] for one in versions}), 2, "two people, as tokens")
        self.assertNotIn("anna", json.dumps(answer))
        told = self.history(5)[1]["versions"][::-1]
        self.assertEqual([one["by"].get("id") for one in told], ["anna"] * 3 + [None, "anna"], "an admin is told; the account of the machine is not")
        recorded = {record["seq"]: record["event"] for record in self.appliance.records("_system")}
        for one in versions:
            self.assertEqual([recorded[at["seq"]]["action"]["context"] for at in one["records"]], one["changes"])

        page, rest = (self.history(2, query, token=self.auditor)[1] for query in ("?limit=2", "?limit=50&cursor=4"))
        self.assertEqual((page["versions"] + rest["versions"], page["next"]), (answer["versions"], "4"))
        self.assertNotIn("next", rest)
        self.assertEqual(self.history(0, "?limit=51")[0], 422)

        for number, version in enumerate(versions):
            self.assertEqual(self.at(version["from"]), (200, {"tenant": "acme", "region": "eu-1", **version["after"]}), "that moment included")
            earlier = (datetime.fromisoformat(version["from"]) - timedelta(microseconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            self.assertEqual(part(self.at(earlier)[1]), version["before"])
        self.assertEqual(self.at("2100-01-01T00:00:00Z")[0], 422)
        self.assertEqual(self.at("2001-01-01T00:00:00Z")[0], 404)
        self.assertEqual(self.at("soon")[0], 422)
        listed = self.appliance.json("tenant", "policy", "history", "acme")
        self.assertEqual([(one["from"], one["after"]) for one in listed], [(one["from"], one["after"]) for one in answer["versions"]])

    def test_after_a_crash_the_records_say_what_holds(self):
        self.assertEqual(self.put({"access": {"lockout": {"attempts": 5}}}, "*")[0], 200)
        policy = self.ask("GET")[2]
        self.appliance.stop()
        # As it is left behind by a crash after the record of a change, and before the change.
        policy["access"]["lockout"]["attempts"] = 3
        (self.appliance.folder / "data" / "policy.pending").write_text(json.dumps(policy))
        self.appliance.start()
        status, answer = self.history(2)
        self.assertEqual((status, len(answer["versions"])), (200, 2), answer)
        found = answer["versions"][0]
        self.assertEqual((found["action"], found["changes"]), ("policy found", ["access.lockout.attempts: before 3, after 5"]))
        self.assertNotIn("by", found)
        self.assertEqual(self.ask("GET")[2]["access"]["lockout"], {"attempts": 5})
        self.assertEqual(list((self.appliance.folder / "data").glob("policy.pending")), [])

    def test_the_schema_says_what_is_taken(self):
        status, fields, text = self.appliance.request("GET", "/v1/policy-schema")
        self.assertEqual((status, fields["Content-Type"]), (200, "application/schema+json"))
        schema = json.loads(text)
        self.assertEqual(set(schema["properties"]), {"tenant", "region", "access", "sharing", "attributes", "monitoring", "retention"})
        shown = self.ask("GET")[2]
        for member in ("attributes", "monitoring", "retention"):
            self.assertEqual(shown[member].keys(), schema["properties"][member]["properties"].keys())
        for name, inner in shown["access"].items():
            self.assertIn(name, schema["properties"]["access"]["properties"])
            if isinstance(inner, dict):
                self.assertEqual(set(inner), set(schema["properties"]["access"]["properties"][name]["properties"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
