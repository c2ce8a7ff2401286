"""Evidence over HTTP: who may look at what, with which proof, and that each look is recorded."""

import json
import time
import unittest

from appliance import Appliance, until
from person import Person, invited

YEAR = {"from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z"}
NEEDED = "urn:countersign:problem:second-factor-needed"
ANA = ["ana-17@corp.example", "ana-17", "+14155550112"]


def event(number, **more):
    return {"id": f"e{number}", "time": "2026-01-31T09:30:00Z", "type": "challenge.verified", "tenant": "acme",
            "actor": {"id": "ana-17", "email": "ana-17@corp.example", "phone": "+14155550112"},
            "device": {"ip": "192.0.2.77"}, "challenge": {"id": f"c{number}", "factor": "sms"}, **more}


class Evidence(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        for tenant in ("acme", "globex"):
            self.appliance.add_tenant(tenant)
        self.source = self.appliance.add_source("app")
        self.reader = self.appliance.json("operator", "add", "reader", "--role", "admin", "--tenant", "acme")["token"]
        self.appliance.start()
        self.appliance.wait_known(self.source)
        self.assertEqual(self.appliance.post(self.source, [event(n) for n in range(3)])[0], 200)
        until(lambda: self.hits("acme") == 3, "the index is not level")

    def hits(self, tenant):
        return len(self.appliance.hits(tenant, "challenge.factor:sms"))

    def set_policy(self, **audit):
        policy = self.appliance.folder / "access.json"
        policy.write_text(json.dumps({"access": {"audit_access": audit}}))
        self.appliance.run("tenant", "policy", "apply", "acme", policy)
        until(lambda: self.audit_access() | audit == self.audit_access(), "the policy is not in force")

    def audit_access(self):
        """As the daemon goes by it."""
        answer = self.appliance.request("GET", "/v1/tenants/acme/policy", None, {"Authorization": f"Bearer {self.reader}"})[2]
        return json.loads(answer)["access"]["audit_access"]

    def personal(self, text):
        return [v for v in ANA if v in text]

    def wait_ready(self, person, tenant, bundle):
        answers = []

        def made():
            answers[:] = [person.ask("GET", f"/v1/tenants/{tenant}/bundles/{bundle}")[2]]
            return answers[0]["state"] not in ("making", "waits")
        until(made, "the bundle is not made")
        return answers[0]

    def test_a_bundle_can_hold_a_report_that_is_made_again_from_it(self):
        ana = invited(self.appliance, "reporter@example.com", "--role", "analyst", "--tenant", "acme")
        for wrong, words in (({"report": "CC6.1"}, "report is a list of clauses"), ({"report": ["CC99"]}, "no control supports 'CC99' of SOC 2"),
                             ({"report": ["all"], "framework": "sox"}, "framework is one of"), ({"framework": "soc2"}, "give report, too"),
                             ({"report": ["all"], "filter": ["type=challenge.sent"]}, "leave out the filter"),
                             ({"report": ["all"], "profile": "none"}, "another profile than none")):
            status, _, said = ana.ask("POST", "/v1/tenants/acme/bundles", {**YEAR, **wrong})
            self.assertEqual(status, 422, wrong)
            self.assertIn(words, said["detail"])
        status, _, bundle = ana.ask("POST", "/v1/tenants/acme/bundles", {**YEAR, "report": ["CC6.1", "CC7.2"]})
        self.assertEqual((status, bundle["report"], bundle["framework"]), (202, ["CC6.1", "CC7.2"], "soc2"))
        arranged = ana.ask("POST", "/v1/tenants/acme/bundles", {**YEAR, "report": ["all"], "framework": "hipaa"})[2]
        self.assertEqual(ana.ask("GET", f"/v1/tenants/acme/bundles/{arranged['id']}")[2]["framework"], "hipaa")
        self.assertNotIn("framework", ana.ask("POST", "/v1/tenants/acme/bundles", YEAR)[2])
        ready = self.wait_ready(ana, "acme", bundle["id"])
        self.assertEqual(ready["state"], "ready", ready)
        kept = self.appliance.region_file("bundles") / f"{bundle['id']}.zip"
        done = self.appliance.run("verify", kept, "--recompute", check=False)
        self.assertEqual(done.returncode, 20, done.stdout)
        self.assertIn("Every figure of the report was made again from the records", done.stdout)

    def test_the_making_of_a_bundle_tells_how_far_it_is(self):
        ana = invited(self.appliance, "waiter@example.com", "--role", "analyst", "--tenant", "acme")
        asked = [ana.ask("POST", "/v1/tenants/acme/bundles", {**YEAR, "report": ["all"]})[2] for _ in range(6)]
        self.assertEqual([one for one in asked if "progress" in one], [], "none has begun")
        steps, bundles = [], []

        def made():
            bundles[:] = ana.ask("GET", "/v1/tenants/acme/bundles")[2]["bundles"]
            busy = [one["progress"] for one in bundles if "progress" in one]
            self.assertLessEqual(len(busy), 1, "they are made one after another")
            steps.extend(busy)
            one = ana.ask("GET", f"/v1/tenants/acme/bundles/{asked[-1]['id']}")[2]
            self.assertFalse("progress" in one and one["state"] != "making")
            return {one["state"] for one in bundles} == {"ready"}
        until(made, "the bundles are not made")
        self.assertIn({"done": 3, "total": 3}, steps, "the records are written before the report is made")
        self.assertEqual([step for step in steps if set(step) != {"done", "total"} or step["done"] > step["total"]], [])
        self.assertEqual([one for one in bundles if "progress" in one], [])

    def test_records_are_found_and_shown_and_each_look_is_recorded(self):
        ana = invited(self.appliance, "looker@example.com", "--role", "analyst", "--tenant", "acme")
        status, _, found = ana.ask("POST", "/v1/tenants/acme/records/search", {"query": "challenge.factor:sms", "limit": 2})
        self.assertEqual((status, [r["seq"] for r in found["records"]], found["more"]), (200, [2, 1], True))
        self.assertEqual(self.personal(json.dumps(found)), [], "tokens alone")
        shown = ana.ask("GET", "/v1/tenants/acme/records/1")[2]
        self.assertEqual(shown, found["records"][1])
        self.assertEqual(shown["record"], self.appliance.json("show", "acme", "1")["record"])
        status, _, values = ana.ask("GET", "/v1/tenants/acme/records/1/values")
        self.assertEqual((status, values["profile"]), (200, "masked"), "an analyst is given masks by default")
        self.assertEqual(self.personal(json.dumps(values)), [])
        self.assertIn({"token", "kind", "masked"}, [set(v) for v in values["values"]])

        admin = invited(self.appliance, "admin@example.com", "--role", "admin", "--tenant", "acme")
        values = admin.ask("GET", "/v1/tenants/acme/records/1/values")[2]
        self.assertEqual(values["profile"], "full")
        self.assertLessEqual(set(ANA), {v["value"] for v in values["values"]})
        status, _, found = admin.ask("POST", "/v1/tenants/acme/records/search", {"query": "actor.email:ana-17@corp.example"})
        self.assertEqual((status, len(found["records"])), (200, 3))

        viewed = self.appliance.system_events("personal.viewed", 2)[-1]
        self.assertEqual((viewed["action"]["resource"], viewed["challenge"]["purpose"], viewed["challenge"]["factor"]),
                         ("acme/1", "audit_access", "totp"))
        proof = viewed["challenge"]["id"]
        self.assertTrue(proof == "enrolment" or proof in [e["challenge"]["id"] for e in self.appliance.system_events("challenge.verified")])
        self.assertEqual(self.appliance.system_events("record.viewed")[0]["action"], {"name": "view record", "resource": "acme/1"})
        searched = self.appliance.system_events("records.searched", 2)
        self.assertEqual([e["action"]["context"] for e in searched], ["by challenge_factor", "by actor_email"])
        self.assertEqual(self.personal(json.dumps([r for r in self.appliance.records("_system")])), [])
        self.assertEqual(self.personal(self.appliance.log_text()), [])

    def test_who_may_not(self):
        ask = lambda who, method, path, body=None: who.ask(method, path, body)[0]
        looks = [("POST", "/v1/tenants/{}/records/search", {"query": "sms"}), ("GET", "/v1/tenants/{}/records/1", None),
                 ("GET", "/v1/tenants/{}/records/1/values", None), ("POST", "/v1/tenants/{}/bundles", YEAR),
                 ("GET", "/v1/tenants/{}/bundles", None), ("GET", "/v1/tenants/{}/bundles/" + "0" * 32 + "/content", None)]
        nobody = Person(self.appliance, "nobody@example.com")
        globex = invited(self.appliance, "globex@example.com", "--role", "admin", "--tenant", "globex")
        half = Person(self.appliance, "globex@example.com")
        self.assertEqual(half.sign_in(), 201)
        for method, path, body in looks:
            self.assertEqual(ask(nobody, method, path.format("acme"), body), 401, path)
            for tenant in ("acme", "nowhere", "Not%20one", "_system"):
                self.assertEqual(ask(globex, method, path.format(tenant), body), 403, (path, tenant))
            self.assertEqual(half.ask(method, path.format("globex"), body)[2]["type"], NEEDED, "a password alone")
        # A token reads, and shows no second factor.
        app = self.appliance.json("operator", "add", "app", "--role", "application", "--tenant", "acme")["token"]
        token = self.appliance.json("operator", "add", "tool", "--role", "analyst", "--tenant", "acme")["token"]
        bearer = lambda t: {"Authorization": f"Bearer {t}", "Content-Type": "application/json"}
        until(lambda: self.appliance.request("GET", "/v1/tenants/acme/records/1", None, bearer(token))[0] == 200, "the token is not known")
        for method, path, body in looks:
            body = None if body is None else json.dumps(body)
            status = self.appliance.request(method, path.format("acme"), body, bearer(token))[0]
            self.assertEqual(status, {"/values": 403, "/bundles": 200 if method == "GET" else 403}.get(path[path.rfind("/"):], status))
            self.assertEqual(self.appliance.request(method, path.format("acme"), body, bearer(app))[0], 403, path)

    def test_an_auditor_sees_her_period_alone(self):
        early = ("--from", "2020-01-01T00:00:00Z", "--before", "2021-01-01T00:00:00Z", "--expires", "2099-01-01T00:00:00Z")
        now = ("--from", "2020-01-01T00:00:00Z", "--before", "2099-01-01T00:00:00Z", "--expires", "2099-01-01T00:00:00Z")
        past = invited(self.appliance, "past@example.com", "--role", "auditor", "--tenant", "acme", *early)
        present = invited(self.appliance, "present@example.com", "--role", "auditor", "--tenant", "acme", *now)
        self.assertEqual(past.ask("POST", "/v1/tenants/acme/records/search", {"query": "sms"})[2]["records"], [])
        self.assertEqual(len(present.ask("POST", "/v1/tenants/acme/records/search", {"query": "sms"})[2]["records"]), 3)
        answers = [past.ask("GET", f"/v1/tenants/acme/records/{seq}") for seq in (1, 99)]
        self.assertEqual([a[0] for a in answers], [404, 404])
        for answer in answers:
            del answer[2]["request_id"]
        self.assertEqual(answers[0][2], answers[1][2], "whether there is one is not told")
        self.assertEqual(present.ask("GET", "/v1/tenants/acme/records/1")[0], 200)
        self.assertEqual(present.ask("GET", "/v1/tenants/acme/records/1/values")[0], 403, "an auditor is given tokens by default")
        self.assertEqual(past.ask("POST", "/v1/tenants/acme/bundles", YEAR)[0], 403)
        self.assertEqual(present.ask("POST", "/v1/tenants/acme/bundles", {**YEAR, "profile": "masked"})[0], 403)
        # A program's token is bound in the same way.
        token = lambda name, rights: self.appliance.json("operator", "add", name, "--role", "auditor", "--tenant", "acme", *rights)["token"]
        then, today = token("then", early), token("today", now)
        ask = lambda t, method, path, body=None: self.appliance.request(method, f"/v1/tenants/acme/records/{path}", body and json.dumps(body),
                                                                        {"Authorization": f"Bearer {t}", "Content-Type": "application/json"})
        until(lambda: ask(today, "GET", "1")[0] == 200, "the token is not known")
        self.assertEqual([ask(then, "GET", seq)[0] for seq in (1, 99)], [404, 404])
        found = [len(json.loads(ask(t, "POST", "search", {"query": "challenge.factor:sms"})[2])["records"]) for t in (then, today)]
        self.assertEqual(found, [0, 3])
        self.assertEqual(self.appliance.request("GET", "/v1/tenants/globex/records/1", None, {"Authorization": f"Bearer {today}"})[0], 403)

        status, _, bundle = present.ask("POST", "/v1/tenants/acme/bundles", YEAR)
        self.assertEqual((status, bundle["profile"]), (202, "pseudonymous"))
        self.assertEqual(self.wait_ready(present, "acme", bundle["id"])["state"], "ready")
        self.assertEqual(past.ask("GET", f"/v1/tenants/acme/bundles/{bundle['id']}")[0], 403)
        self.assertEqual(past.ask("GET", f"/v1/tenants/acme/bundles/{bundle['id']}/content")[0], 403)
        self.assertEqual(past.ask("GET", "/v1/tenants/acme/bundles")[2]["bundles"], [])
        self.assertEqual(len(present.ask("GET", "/v1/tenants/acme/bundles")[2]["bundles"]), 1)
        self.assertEqual(present.ask("PUT", "/v1/tenants/acme/policy", {}, If_Match="x")[0], 403)

    def test_a_bundle_is_made_downloaded_in_parts_and_verifies(self):
        admin = invited(self.appliance, "admin@example.com", "--role", "admin", "--tenant", "acme")
        status, fields, bundle = admin.ask("POST", "/v1/tenants/acme/bundles", {**YEAR, "profile": "full", "query": "all of it"})
        self.assertEqual((status, bundle["state"]), (202, "making"))
        self.assertEqual(fields["Location"], f"/v1/tenants/acme/bundles/{bundle['id']}")
        made = self.wait_ready(admin, "acme", bundle["id"])
        self.assertEqual((made["state"], made["records"]), ("ready", 3), made)
        path = f"/v1/tenants/acme/bundles/{bundle['id']}/content"
        status, fields, whole = admin.ask("GET", path)
        self.assertEqual((status, len(whole), fields["ETag"]), (200, made["bytes"], f'"{made["seal"]}"'))
        self.assertEqual(fields["Content-Disposition"], f'attachment; filename="countersign-acme-{bundle["id"][:8]}.zip"')
        status, fields, first = admin.ask("GET", path, Range="bytes=0-99")
        self.assertEqual((status, fields["Content-Range"], first), (206, f"bytes 0-99/{len(whole)}", whole[:100]))
        status, _, rest = admin.ask("GET", path, Range="bytes=100-", If_Range=fields["ETag"])
        self.assertEqual((status, first + rest), (206, whole))
        self.assertEqual(admin.ask("GET", path, Range="bytes=-10")[2], whole[-10:])
        self.assertEqual(admin.ask("GET", path, Range="bytes=5-9", If_Range='"other"')[2], whole)
        self.assertEqual(admin.ask("GET", path, Range=f"bytes={len(whole)}-")[0], 416)
        for odd in ("bytes=5-1", "bytes=1-2,4-5", "lines=1-2", "bytes=x-"):
            self.assertEqual(admin.ask("GET", path, Range=odd)[2], whole, odd)
        file = self.appliance.folder / "downloaded.zip"
        file.write_bytes(whole)
        self.assertEqual(self.appliance.run("verify", file, check=False).returncode, 20)
        exported = self.appliance.system_events("export.performed")[0]
        downloads = self.appliance.system_events("bundle.downloaded", 9)
        self.assertEqual(downloads[0]["action"]["resource"], f"acme/bundles/{bundle['id']}")
        self.assertEqual(downloads[0]["actor"]["id"], exported["actor"]["id"])
        self.assertIn(made["seal"], downloads[0]["action"]["context"])
        other = invited(self.appliance, "analyst@example.com", "--role", "analyst", "--tenant", "acme")
        self.assertEqual(other.ask("GET", path)[0], 403, "an analyst is given masks, and the bundle shows more")

    def test_the_window_is_the_tenants(self):
        admin = invited(self.appliance, "admin@example.com", "--role", "admin", "--tenant", "acme", "--tenant", "globex")
        self.set_policy(window_s=0, single_records=True)
        self.assertEqual(admin.ask("GET", "/v1/tenants/acme/records/0/values")[0], 200)
        status, _, problem = admin.ask("GET", "/v1/tenants/acme/records/0/values")
        self.assertEqual((status, problem["type"]), (403, NEEDED), "each look needs a success of its own")
        self.assertEqual(admin.ask("GET", "/v1/tenants/acme/records/0")[0], 403, "a single record, too")
        self.assertEqual(admin.show_factor(), 200)
        self.assertEqual(admin.ask("GET", "/v1/tenants/acme/records/0")[0], 200)
        self.assertEqual(admin.ask("GET", "/v1/tenants/acme/records/0")[0], 403)
        self.assertEqual(admin.ask("POST", "/v1/tenants/acme/records/search", {"query": "sms"})[0], 200, "tokens need none")
        self.assertEqual(admin.ask("POST", "/v1/tenants/acme/records/search", {"query": "actor.id:ana-17"})[0], 403)
        self.set_policy(window_s=10)
        self.assertEqual(admin.show_factor(), 200)
        self.assertEqual(admin.ask("GET", "/v1/tenants/acme/records/0/values")[0], 200)
        time.sleep(10.5)
        self.assertEqual(admin.ask("GET", "/v1/tenants/acme/records/0/values")[0], 403)
        self.assertEqual(admin.ask("GET", "/v1/tenants/acme/records/0")[0], 200)

    def test_full_values_need_a_second_person_where_the_tenant_says_so(self):
        self.set_policy(four_eyes=True)
        admin = invited(self.appliance, "admin@example.com", "--role", "admin", "--tenant", "acme")
        second = invited(self.appliance, "second@example.com", "--role", "privacy", "--tenant", "acme")
        analyst = invited(self.appliance, "analyst@example.com", "--role", "analyst", "--tenant", "acme")
        self.assertEqual(admin.ask("POST", "/v1/tenants/acme/bundles", {**YEAR, "profile": "masked"})[2]["state"], "making")
        bundle = admin.ask("POST", "/v1/tenants/acme/bundles", {**YEAR, "profile": "full"})[2]
        self.assertEqual(bundle["state"], "waits")
        path = f"/v1/tenants/acme/bundles/{bundle['id']}"
        self.assertEqual(admin.ask("GET", path + "/content")[0], 409)
        self.assertEqual(admin.ask("POST", path + "/approval")[0], 403, "not by herself")
        self.assertEqual(analyst.ask("POST", path + "/approval")[0], 403, "not by who may see less")
        self.assertEqual(second.ask("POST", path + "/approval")[0], 202)
        self.assertEqual(second.ask("POST", path + "/approval")[0], 409)
        self.assertEqual(self.wait_ready(admin, "acme", bundle["id"])["state"], "ready")
        status, _, content = admin.ask("GET", path + "/content")
        self.assertEqual(status, 200)
        approved = self.appliance.system_events("bundle.approved")[0]
        exported = [e for e in self.appliance.system_events("export.performed", 2) if "full" in e["action"]["context"]][0]
        self.assertNotEqual(approved["actor"]["id"], exported["actor"]["id"])
        done = self.appliance.run("export", "acme", "--from", YEAR["from"], "--to", YEAR["to"], "-o", self.appliance.folder / "x.zip",
                                  "--profile", "full", check=False)
        self.assertEqual(done.returncode, 5, "nor at the command line")
        self.assertIn("second person", done.stderr)

    def test_an_erasure_takes_the_bundles_that_show_values(self):
        admin = invited(self.appliance, "admin@example.com", "--role", "admin", "--tenant", "acme")
        ids = {}
        for profile in ("pseudonymous", "full"):
            ids[profile] = admin.ask("POST", "/v1/tenants/acme/bundles", {**YEAR, "profile": profile})[2]["id"]
            self.assertEqual(self.wait_ready(admin, "acme", ids[profile])["state"], "ready")
        self.appliance.run("privacy", "erase", "--tenant", "acme", "--subject", "user=ana-17", "--yes", "--reason", "gdpr_art_17")
        self.assertEqual(admin.ask("GET", f"/v1/tenants/acme/bundles/{ids['full']}/content")[0], 404)
        self.assertEqual(admin.ask("GET", f"/v1/tenants/acme/bundles/{ids['pseudonymous']}/content")[0], 200)
        values = admin.ask("GET", "/v1/tenants/acme/records/1/values")[2]["values"]
        self.assertEqual([v for v in values if "erased" not in v and v["kind"] != "ip"], [])
        left = [p.name for p in self.appliance.region_file("bundles").iterdir()]
        self.assertEqual([n for n in left if ids["full"] in n], [])

    def test_a_stop_leaves_no_bundle_that_waits_for_ever(self):
        admin = invited(self.appliance, "admin@example.com", "--role", "admin", "--tenant", "acme")
        bundle = admin.ask("POST", "/v1/tenants/acme/bundles", YEAR)[2]
        self.appliance.kill()
        self.appliance.start()
        again = Person(self.appliance, admin.name)
        again.secret, again.used = admin.secret, admin.used
        self.assertEqual(again.sign_in(), 201)
        self.assertEqual(again.show_factor(), 200)
        self.assertIn(self.wait_ready(again, "acme", bundle["id"])["state"], ("ready", "failed"))

    def test_what_is_refused(self):
        admin = invited(self.appliance, "admin@example.com", "--role", "admin", "--tenant", "acme")
        for body, status in (("{", 400), ("[]", 400), ({}, 422), ({"from": YEAR["from"]}, 422), ({**YEAR, "to": YEAR["from"]}, 422),
                             ({**YEAR, "profile": "all"}, 422), ({**YEAR, "filter": "x"}, 422), ({**YEAR, "more": 1}, 422)):
            self.assertEqual(admin.ask("POST", "/v1/tenants/acme/bundles", body)[0], status, body)
        for body, status in (({"query": "no.such:member"}, 422), ({"limit": 0}, 422), ({"limit": 1001}, 422), ({"from": "yesterday"}, 422),
                             ({"q": "x"}, 422), ({"query": 7}, 422)):
            self.assertEqual(admin.ask("POST", "/v1/tenants/acme/records/search", body)[0], status, body)
        for path in ("records/x", "records/-1", "records/99999999999999999999", "records/99", "bundles/x", "bundles/" + "0" * 32,
                     "bundles/..%2f..%2fledger/content"):
            self.assertEqual(admin.ask("GET", f"/v1/tenants/acme/{path}")[0], 404, path)
        self.assertEqual(admin.ask("GET", "/v1/tenants/acme/records/1?region=ap-9")[0], 404)
        bad = admin.ask("POST", "/v1/tenants/acme/bundles", {**YEAR, "filter": ["no-such=member"]})[2]
        failed = self.wait_ready(admin, "acme", bad["id"])
        self.assertEqual(failed["state"], "failed")
        self.assertIn("no-such", failed["why"])


if __name__ == "__main__":
    unittest.main()
