"""Search over HTTP in parts: pages, what is new, what is excluded, counts by day and value, and what is recorded of it."""

import json
import time
import unittest

from appliance import Appliance, until
from person import invited

NEEDED = "urn:countersign:problem:second-factor-needed"
COUNT = 260


def event(number):
    kind = ("challenge.sent", "challenge.failed", "challenge.verified")[number % 3]
    return {"id": f"e{number}", "time": "2026-01-31T09:30:00Z", "type": kind, "tenant": "acme",
            "actor": {"id": f"user-{number % 20}", "email": f"user{number % 20}@mail.example"},
            "challenge": {"id": f"c{number}", "purpose": "login", "factor": ("sms", "totp")[number % 2], "provider": "twilio"},
            "action": {"name": "users.export" if number % 10 == 0 else "invoice.read"},
            "device": {"ip": f"192.0.2.{number % 30}", "fingerprint": f"device-{number % 30}"},
            **({"outcome": {"reason": "wrong code"}} if kind == "challenge.failed" else {})}


class Search(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.addClassCleanup(cls.appliance.__exit__)
        cls.appliance.add_tenant("acme")
        cls.source = cls.appliance.add_source("app")
        cls.appliance.start()
        cls.appliance.wait_known(cls.source)
        assert cls.appliance.post(cls.source, [event(n) for n in range(COUNT)])[0] == 200
        until(lambda: len(cls.appliance.hits("acme", "--limit", "1000")) == COUNT, "the index is not level")
        cls.analyst = invited(cls.appliance, "analyst@example.com", "--role", "analyst", "--tenant", "acme")

    def ask(self, path, body, person=None):
        return (person or self.analyst).ask("POST", f"/v1/tenants/acme/records/{path}", body)

    def found(self, **body):
        status, _, answer = self.ask("search", body)
        self.assertEqual(status, 200, answer)
        return answer

    def pages(self, **body):
        """The numbers of all pages of a search."""
        seqs, below = [], {}
        for _ in range(COUNT + 10):
            answer = self.found(**body, **below)
            self.assertEqual(answer["more"], answer["next"] is not None)
            seqs += [record["seq"] for record in answer["records"]]
            if answer["next"] is None:
                return seqs
            self.assertLessEqual(answer["searched_to"], answer["next"])
            below = {"below": answer["next"]}
        self.fail("the pages do not end")

    def seqs_of(self, meets):
        return [n for n in range(COUNT - 1, -1, -1) if meets(event(n))]

    def test_pages_hold_every_record_once_newest_first(self):
        factor = lambda e: e["challenge"]["factor"]
        name = lambda e: e["action"]["name"]
        for query, meets in (("", lambda e: True), ("sms", lambda e: factor(e) == "sms"), ("-factor:sms", lambda e: factor(e) != "sms"),
                             ("type:challenge.failed -sms", lambda e: e["type"] == "challenge.failed" and factor(e) != "sms"),
                             ("expor* totp", lambda e: False), ("expor* -totp", lambda e: name(e) == "users.export"),
                             ("\"wrong code\" factor:sms", lambda e: e["type"] == "challenge.failed" and factor(e) == "sms"),
                             ("-\"wrong code\" -challenge.sent", lambda e: e["type"] == "challenge.verified"),
                             ("actor.email:user7@mail.example", lambda e: e["actor"]["email"] == "user7@mail.example"),
                             ("device.ip:192.0.2.8 sms", lambda e: e["device"]["ip"] == "192.0.2.8" and factor(e) == "sms"),
                             ("sms -actor.email:user6@mail.example", lambda e: factor(e) == "sms" and e["actor"]["id"] != "user-6"),
                             ("actor.email:nobody@mail.example", lambda e: False)):
            expected = self.seqs_of(meets)
            for limit in (7, 100):
                self.assertEqual(self.pages(query=query, limit=limit), expected, query)
            self.assertEqual([json.loads(r)["seq"] for r in self.appliance.hits("acme", "--limit", "1000", "--", *([query] if query else []))], expected, query)
        self.assertEqual(len([json.loads(r) for r in self.appliance.hits("acme", "--limit", "1000", "--", "totp", "-wrong code")]),
                         len(self.seqs_of(lambda e: factor(e) == "totp" and e["type"] != "challenge.failed")))

    def test_what_is_new_is_found_by_itself(self):
        before = self.found(query="source:tail")
        self.assertEqual((before["records"], before["next"]), ([], None))
        tail = self.appliance.add_source("tail")
        self.appliance.wait_known(tail)
        size = self.found()["newest"]
        self.assertEqual(self.found(above=size - 1)["records"], [])
        self.assertEqual(self.appliance.post(tail, [{**event(n), "id": f"t{n}"} for n in range(3)])[0], 200)
        until(lambda: self.found()["newest"] == size + 3, "the index is not level")
        self.assertEqual([r["seq"] for r in self.found(above=size - 1)["records"]], [size + 2, size + 1, size])
        self.assertEqual([r["seq"] for r in self.found(above=size - 1, below=size + 1)["records"]], [size])
        self.assertEqual(len(self.pages(query="source:tail", limit=1)), 3)

    def counted_whole(self, query):
        """What is counted in the time that there is for it; on a machine that does much else that may not be all at the first try."""
        for _ in range(5):
            answer = self.ask("facets", {"query": query})
            if answer[2].get("exact"):
                break
        return answer

    def test_counts_are_those_of_the_records(self):
        for query in ("source:app", "source:app factor:sms", "source:app \"wrong code\"", "source:app -type:challenge.sent", "source:app actor.email:user7@mail.example"):
            records = [json.loads(r["record"]) for r in self.found(query=query, limit=1000)["records"]]
            status, _, counts = self.counted_whole(query)
            self.assertEqual((status, counts["exact"], counts["total"], counts["counted"]), (200, True, len(records), len(records)), query)
            days, fields = {}, {"type": {}, "source": {}, "factor": {}, "purpose": {}, "provider": {}, "outcome.reason": {}}
            for record in records:
                said = record["event"]
                days[record["received"][:10]] = days.get(record["received"][:10], 0) + 1
                for field, value in (("type", said["type"]), ("source", record["source"]), ("factor", said["challenge"]["factor"]),
                                     ("purpose", said["challenge"]["purpose"]), ("provider", said["challenge"]["provider"]),
                                     ("outcome.reason", said.get("outcome", {}).get("reason"))):
                    if value is not None:
                        fields[field][value] = fields[field].get(value, 0) + 1
            self.assertEqual({day["day"]: day["events"] for day in counts["days"]}, days, query)
            self.assertEqual({field: {v["value"]: v["events"] for v in values} for field, values in counts["fields"].items()}, fields, query)
        future = {"from": "2090-01-01T00:00:00Z"}
        self.assertEqual(self.ask("facets", future)[2]["total"], 0)
        self.assertEqual(self.found(**future)["newest"], 0)

    def test_an_auditor_is_told_nothing_of_what_lies_outside_her_period(self):
        rights = ("--role", "auditor", "--tenant", "acme", "--expires", "2099-01-01T00:00:00Z")
        for name, period in (("past", ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z")), ("future", ("2097-01-01T00:00:00Z", "2098-01-01T00:00:00Z"))):
            auditor = invited(self.appliance, f"{name}@example.com", *rights, "--from", period[0], "--before", period[1])
            for body in ({}, {"query": "sms"}, {"query": "-sms", "below": 100}, {"from": "2000-01-01T00:00:00Z", "before": "2099-01-01T00:00:00Z"}):
                answer = self.ask("search", body, auditor)[2]
                self.assertEqual((answer["records"], answer["next"], answer["searched_to"], answer["newest"]), ([], None, 0, 0), (name, body))
            counts = self.ask("facets", {"query": ""}, auditor)[2]
            self.assertEqual((counts["total"], counts["days"], counts["exact"], counts["fields"]["type"]), (0, [], True, []), name)

    def test_what_is_wrong_is_refused_before_anything_is_looked_at(self):
        for body, words in (({"below": -1}, "below is a number"), ({"above": "7"}, "above is a number"), ({"below": 1.5}, "below is a number"),
                            ({"limit": 0}, "limit is a number"), ({"limit": 1001}, "limit is a number"), ({"query": 7}, "query must be a text"),
                            ({"query": "shoe:9"}, "no member 'shoe'"), ({"query": "-\"open"}, "not closed"), ({"query": "sms\u0000"}, "control characters"), ({"more": 1}, "there are query, from")):
            status, _, problem = self.ask("search", body)
            self.assertEqual((status, words in problem["detail"]), (422, True), problem)
        for body in ({"limit": 5}, {"below": 5}, {"above": 5}):
            self.assertEqual(self.ask("facets", body)[0], 422, body)
        self.assertEqual(self.ask("facets", [])[0], 400)

    MARKS = {"action.context": "action_context", "attempt": "challenge_attempt", "amount": "cost_amount", "currency": "cost_currency", "country": "device_country"}
    marked = 0

    def searched(self):
        """The searches of which the system log tells so far. They come there a moment later, in their order: one more, of members that nobody else asks for, is waited for."""
        Search.marked += 1
        asked = [name for bit, name in enumerate(self.MARKS) if Search.marked >> bit & 1]
        context = "by " + ", ".join(sorted(self.MARKS[name] for name in asked))
        self.found(query=" ".join(f"{name}:1" for name in asked))
        events = []

        def is_there():
            events[:] = [r["event"] for r in self.appliance.records("_system") if r["event"]["type"] == "records.searched"]
            return any(e["action"]["context"] == context for e in events)
        until(is_there, "the look is not recorded")
        return [e for e in events if not set(e["action"]["context"][3:].split(", ")) <= set(self.MARKS.values())]

    def test_the_same_question_is_recorded_once(self):
        begun = len(self.searched())
        question = {"query": "invoice.read", "from": "2020-01-01T00:00:00Z"}
        for _ in range(2):
            for bounds in ({}, {"below": 200}, {"above": 100}, {"limit": 3}):
                self.assertEqual(self.ask("search", {**question, **bounds})[0], 200)
            self.assertEqual(self.ask("facets", question)[0], 200)
        self.assertEqual(len(self.searched()) - begun, 1)
        self.assertEqual(self.searched()[-1]["action"]["context"], "by words")
        for other in ({"query": "invoice.read"}, {"query": "invoice.read sms", "from": question["from"]}, {**question, "from": "2021-01-01T00:00:00Z"},
                      {**question, "before": "2090-01-01T00:00:00Z"}):
            self.assertEqual(self.ask("facets", other)[0], 200)
        self.assertEqual(len(self.searched()) - begun, 5, "another question is another look")
        again = invited(self.appliance, "second@example.com", "--role", "analyst", "--tenant", "acme")
        self.assertEqual(self.ask("search", question, again)[0], 200)
        token = self.appliance.json("operator", "add", "tool", "--role", "analyst", "--tenant", "acme")["token"]
        bearer = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        by_token = lambda: self.appliance.request("POST", "/v1/tenants/acme/records/search", json.dumps(question), bearer)[0]
        until(lambda: by_token() == 200, "the token is not known")
        by_token()
        self.assertEqual(len(self.searched()) - begun, 7, "and so is that of another session or token")

    def test_a_personal_value_needs_a_fresh_factor_each_time(self):
        policy = self.appliance.folder / "access.json"
        policy.write_text(json.dumps({"access": {"audit_access": {"window_s": 0}}}))
        admin = invited(self.appliance, "admin@example.com", "--role", "admin", "--tenant", "acme")
        self.appliance.run("tenant", "policy", "apply", "acme", policy)
        self.addCleanup(self.appliance.run, "tenant", "policy", "apply", "acme", policy)
        self.addCleanup(policy.write_text, json.dumps({"access": {"audit_access": {"window_s": 900}}}))
        until(lambda: admin.ask("GET", "/v1/tenants/acme/policy")[2]["access"]["audit_access"]["window_s"] == 0, "the policy is not in force")
        question = {"query": "-actor.email:user3@mail.example"}
        self.assertEqual(self.ask("search", question, admin)[0], 200, "the enrolment counts")
        for path in ("search", "facets"):
            status, _, problem = self.ask(path, question, admin)
            self.assertEqual((status, problem["type"]), (403, NEEDED), "the same question, recorded already")
        self.assertEqual(admin.show_factor(), 200)
        self.assertEqual(self.ask("facets", question, admin)[0], 200)
        self.assertEqual(self.ask("search", {"query": "sms"}, admin)[0], 200, "other terms do not")
        shown = json.loads(self.ask("search", {"query": "", "limit": 1}, admin)[2]["records"][0]["record"])["event"]["actor"]["email"]
        status, _, found = self.ask("search", {"query": f"actor.email:{shown}"}, admin)
        self.assertEqual(status, 200, "nor does the token that records show")
        self.assertTrue(found["records"])

    def test_bounds_around_a_record_are_recorded_where_single_records_are(self):
        policy = self.appliance.folder / "single.json"
        policy.write_text(json.dumps({"access": {"audit_access": {"single_records": True}}}))
        admin = invited(self.appliance, "clara@example.com", "--role", "admin", "--tenant", "acme")
        self.appliance.run("tenant", "policy", "apply", "acme", policy)
        self.addCleanup(self.appliance.run, "tenant", "policy", "apply", "acme", policy)
        self.addCleanup(policy.write_text, json.dumps({"access": {"audit_access": {"single_records": False}}}))
        until(lambda: admin.ask("GET", "/v1/tenants/acme/policy")[2]["access"]["audit_access"]["single_records"], "the policy is not in force")
        for bounds in ({"above": 5, "below": 7}, {"below": 7, "limit": 1}, {"above": 5, "below": 7}):
            self.assertEqual([r["seq"] for r in self.ask("search", {"query": "", **bounds}, admin)[2]["records"]], [6])
        wanted = ["by nothing but time, above 5, below 7", "by nothing but time, below 7"]
        told = lambda: [r["event"]["action"]["context"] for r in self.appliance.records("_system") if "below 7" in r["event"].get("action", {}).get("context", "")]
        until(lambda: len(told()) >= len(wanted), "the looks are not recorded")
        self.assertEqual(told(), wanted)

    def test_looking_at_the_system_log_does_not_fill_it(self):
        clerk = invited(self.appliance, "clerk@example.com", "--role", "admin", "--all-tenants")
        begun = len(self.searched())
        newest = None
        for _ in range(6):
            bounds = {"above": newest - 1} if newest else {}
            status, _, answer = clerk.ask("POST", "/v1/tenants/_system/records/search?region=eu-1", {"query": "", **bounds})
            self.assertEqual(status, 200)
            newest = answer["newest"]
            self.assertEqual(clerk.ask("POST", "/v1/tenants/_system/records/facets?region=eu-1", {"query": ""})[0], 200)
            time.sleep(0.5)
        self.assertEqual(len(self.searched()) - begun, 1)


if __name__ == "__main__":
    unittest.main()
