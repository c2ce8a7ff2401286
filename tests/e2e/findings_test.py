"""Findings and reports: by API and command line, what may be said of a finding and by whom, and a report that is given out once it is recorded."""

import json
import unittest
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

from appliance import Appliance, event, until
from found import finding_id, open_finding
from person import Person, invited

ROOT = Path(__file__).resolve().parents[2]
NEEDED = "urn:countersign:problem:second-factor-needed"
YEAR = {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}
BAD_CONTROL = """
id = "ODD-CONTROL"
title = "Odd"
"""


class Findings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.addClassCleanup(cls.appliance.__exit__)
        for tenant in ("acme", "globex"):
            cls.appliance.add_tenant(tenant)
        cls.source = cls.appliance.add_source("app")
        cls.tokens = {role: cls.appliance.json("operator", "add", role, "--role", role, "--tenant", "acme")["token"] for role in ("analyst", "privacy", "application")}
        cls.appliance.start()
        cls.appliance.wait_known(cls.source)
        status, answer = cls.appliance.post(cls.source, [event(n, tenant) for n in range(5) for tenant in ("acme", "globex")])
        assert status == 200, answer
        again = event(0)
        status, answer = cls.appliance.post(cls.source, {**again, "id": "again", "time": "2026-01-31T09:31:00Z"})
        assert status == 200, answer
        cls.bob = invited(cls.appliance, "bob@example.com", "--role", "admin", "--tenant", "acme")
        until(lambda: len(cls.appliance.hits("acme", "challenge.factor:totp")) == 6, "the index is not level")

    def token(self, role, method, path, body=None):
        fields = {"Authorization": f"Bearer {self.tokens[role]}", "Content-Type": "application/json"}
        status, _, answer = self.appliance.request(method, path, body and json.dumps(body), fields)
        return status, json.loads(answer)

    def path(self, finding="", step="", tenant="acme"):
        return "/".join(part for part in (f"/v1/tenants/{tenant}/findings", finding, step) if part)

    def opened(self, control, item, tenant="acme", **more):
        """A finding that is in the system log."""
        finding = open_finding(self.appliance, tenant, control, item, **more)
        until(lambda: any(e["action"]["resource"] == f"{tenant}/{finding}" for e in self.appliance.system_events("finding.opened")), "the finding is not opened")
        return finding

    def records_of(self, finding):
        return [r["event"] for r in self.appliance.records("_system") if r["event"].get("action", {}).get("resource") == f"acme/{finding}"]

    def test_the_life_of_a_finding_over_http(self):
        finding = self.opened("OTP-ATTEMPTS", "17", records=(3, 4))
        status, shown = self.token("analyst", "GET", self.path(finding))
        self.assertEqual((status, shown["state"], shown["control"], shown["item"], shown["records"], shown["observed"]),
                         (200, "opened", "OTP-ATTEMPTS", "17", [3, 4], "late by 9 s"))
        status, shown = self.token("analyst", "POST", self.path(finding, "acknowledge"), {"note": "calling the provider"})
        self.assertEqual((status, shown["state"], shown["acknowledged"]["note"]), (200, "acknowledged", "calling the provider"))
        self.assertEqual((shown["acknowledged"]["by"]["role"], shown["acknowledged"]["by"]["id"]), ("operator", "analyst"))
        status, _, problem = self.bob.ask("POST", self.path(finding, "acknowledge"), {"note": "mine"})
        self.assertEqual(status, 409, problem)
        status, _, shown = self.bob.ask("POST", self.path(finding, "answer"), {"text": "The test account is closed."})
        self.assertEqual((status, [a["text"] for a in shown["answers"]]), (200, ["The test account is closed."]))
        account = self.bob.ask("GET", "/v1/session")[2]["account"]["id"]
        self.assertEqual(shown["answers"][0]["by"], {"role": "admin", "token": shown["answers"][0]["by"]["token"], "id": account})
        status, _, shown = self.bob.ask("POST", self.path(finding, "resolve"), {"reason": "false alarm"})
        self.assertEqual((status, shown["state"], shown["resolved"]["reason"]), (200, "resolved", "false alarm"))
        told = self.records_of(finding)
        self.assertEqual([e["type"] for e in told], ["finding.opened", "finding.acknowledged", "finding.answered", "finding.resolved"])
        self.assertEqual([e["action"]["name"] for e in told], ["finding open", "finding acknowledge", "finding answer", "finding resolve"])
        self.assertEqual([e.get("outcome", {}).get("reason") for e in told], ["late by 9 s", "calling the provider", None, "false alarm"])
        self.assertIn("session", told[3])
        self.assertNotIn(account, json.dumps(told), "a token stands for who it was")
        # Found again, it is the same finding, and stays resolved.
        other = self.opened("OTP-ATTEMPTS", "18")
        open_finding(self.appliance, "acme", "OTP-ATTEMPTS", "17")
        last = self.opened("OTP-ATTEMPTS", "19")
        self.assertEqual(self.token("analyst", "GET", self.path(finding))[1]["state"], "resolved")
        self.assertEqual(len(self.records_of(finding)), 4)
        listed = self.token("analyst", "GET", self.path() + "?control=OTP-ATTEMPTS&limit=2")[1]
        self.assertEqual([f["finding"] for f in listed["findings"]], [last, other])
        rest = self.token("analyst", "GET", self.path() + f"?control=OTP-ATTEMPTS&cursor={listed['next']}")[1]
        self.assertEqual(([f["finding"] for f in rest["findings"]], "next" in rest), ([finding], False))
        resolved = self.token("analyst", "GET", self.path() + "?state=resolved&control=OTP-ATTEMPTS")[1]
        self.assertEqual([f["finding"] for f in resolved["findings"]], [finding])

    def test_of_two_who_acknowledge_at_once_the_first_stands(self):
        finding = self.opened("OTP-FLOODING", "1")
        self.appliance.run("finding", "acknowledge", "--tenant", "acme", finding, "--note", "first")
        self.appliance.run("finding", "acknowledge", "--tenant", "acme", finding, "--note", "second", check=False)
        until(lambda: self.token("analyst", "GET", self.path(finding))[1]["state"] == "acknowledged", "it is not acknowledged")
        until(lambda: not [f for f in self.appliance.region_file("outbox").iterdir() if f.suffix == ".json"], "the outbox is not empty")
        shown = self.token("analyst", "GET", self.path(finding))[1]
        self.assertEqual(shown["acknowledged"]["note"], "first")
        self.assertEqual([e["type"] for e in self.records_of(finding)], ["finding.opened", "finding.acknowledged"])

    def test_the_command_line(self):
        finding = self.opened("OTP-SPRAYING", "ip 7")
        run = lambda word, *more: self.appliance.run("finding", word, "--tenant", "acme", *more, check=False)
        listed = self.appliance.json("finding", "list", "--tenant", "acme", "--control", "OTP-SPRAYING")
        self.assertEqual([f["item"] for f in listed["findings"]], ["ip 7"])
        self.assertIn("OTP-SPRAYING", run("list", "--state", "opened").stdout)
        self.assertIn("no such findings", run("list", "--control", "NONE").stdout)
        self.assertEqual(run("show", "0" * 16).returncode, 3)
        self.assertEqual(run("acknowledge", "0" * 16).returncode, 3)
        self.assertEqual(run("resolve", finding).returncode, 2, "a reason is needed")
        self.assertEqual(run("answer", finding, "--text", "two\nlines").returncode, 2)
        self.assertEqual(run("resolve", finding, "--reason", "load test").returncode, 0)
        until(lambda: self.appliance.json("finding", "show", "--tenant", "acme", finding)["state"] == "resolved", "it is not resolved")
        shown = self.appliance.json("finding", "show", "--tenant", "acme", finding)
        self.assertEqual((shown["acknowledged"]["by"], shown["acknowledged"]["by"]["role"]), (shown["resolved"]["by"], "account"))
        self.assertNotIn("id", shown["resolved"]["by"], "an account of the machine is not named")
        self.assertEqual(run("acknowledge", finding).returncode, 4)
        self.assertEqual(run("resolve", finding, "--reason", "again").returncode, 4)
        text = run("show", finding).stdout
        self.assertIn("resolved", text)
        self.assertIn("load test", text)
        never = finding_id("acme", "OTP-SPRAYING", "ip 8")
        self.assertEqual(run("answer", never, "--text", "Known.").returncode, 3)
        self.assertEqual(run("answer", never, "--text", "Known.", "--control", "OTP-SPRAYING", "--item", "ip 9").returncode, 2)
        self.assertEqual(run("answer", never, "--text", "Known.", "--control", "OTP-SPRAYING", "--item", "ip 8").returncode, 0)
        until(lambda: run("show", never).returncode == 0, "the answer is not in the system log")
        self.assertEqual(self.appliance.json("finding", "show", "--tenant", "acme", never)["item"], "ip 8")

    def exceptions(self):
        """Those of a report, by control."""
        status, _, report = self.bob.ask("POST", "/v1/tenants/acme/reports", YEAR)
        return {c["id"]: c["exceptions"]["list"] for c in report["controls"]} if status == 200 else {}

    def test_an_answer_to_an_exception_that_was_never_opened_stands_in_the_report(self):
        until(self.exceptions, "there is no report yet")
        # A challenge that was passed twice.
        control = "OTP-SINGLE-USE"
        told = self.exceptions()[control][0]
        finding, item = told["finding"], told["item"]
        self.assertEqual(finding, finding_id("acme", control, item))
        self.assertNotIn("response", told)
        self.assertEqual(self.bob.ask("POST", self.path(finding, "answer"), {"text": "Known."})[0], 404)
        self.assertEqual(self.bob.ask("POST", self.path(finding, "answer"), {"text": "Known.", "control": control, "item": "other"})[0], 422)
        status, _, shown = self.bob.ask("POST", self.path(finding, "answer"), {"text": "Known.", "control": control, "item": item})
        self.assertEqual((status, shown["control"], shown["item"], shown["state"]), (200, control, str(item), "opened"))
        self.assertNotIn("opened", shown)
        response = lambda: next((e["response"] for e in self.exceptions().get(control, []) if e["finding"] == finding and "response" in e), None)
        until(response, "the answer does not stand in the report")
        self.assertEqual((response()["management"], response()["state"]), ("Known.", "opened"))

    def test_who_may_not(self):
        finding, theirs = self.opened("OTP-LIFETIME", "70"), self.opened("OTP-LIFETIME", "70", tenant="globex")
        for role in ("privacy", "application"):
            for method, path, body in (("GET", self.path(), None), ("GET", self.path(finding), None), ("POST", self.path(finding, "resolve"), {"reason": "x"})):
                self.assertEqual(self.token(role, method, path, body)[0], 403, (role, path))
        self.assertEqual(self.token("analyst", "GET", self.path(theirs))[0], 404)
        self.assertEqual(self.token("analyst", "POST", self.path(theirs, "acknowledge"))[0], 404)
        for tenant in ("globex", "_system", "nowhere"):
            self.assertEqual(self.token("analyst", "GET", self.path(tenant=tenant))[0], 403, tenant)
        self.assertEqual(Person(self.appliance, "nobody@example.com").ask("GET", self.path())[0], 401)

    def test_an_auditor_is_told_of_her_period_alone_and_changes_nothing(self):
        before = self.opened("KEY-ROTATION", "1")
        until(lambda: self.token("analyst", "POST", self.path(before, "acknowledge"))[0] in (200, 409), "it is not acknowledged")
        received = [r["received"] for r in self.appliance.records("_system")][-1]
        end = (datetime.fromisoformat(received.replace("Z", "+00:00")) + timedelta(microseconds=1)).isoformat().replace("+00:00", "Z")
        early = ("--from", "2020-01-01T00:00:00Z", "--before", end, "--expires", "2099-01-01T00:00:00Z")
        after = self.opened("KEY-ROTATION", "2")
        jo = invited(self.appliance, "jo@example.com", "--role", "auditor", "--tenant", "acme", *early)
        self.assertEqual(self.bob.ask("POST", self.path(before, "resolve"), {"reason": "done"})[0], 200)
        seen = jo.ask("GET", self.path() + "?control=KEY-ROTATION")[2]["findings"]
        self.assertEqual([(f["finding"], f["state"]) for f in seen], [(before, "acknowledged")])
        self.assertNotIn("id", seen[0]["acknowledged"]["by"])
        self.assertEqual(jo.ask("GET", self.path(after))[0], 404)
        self.assertEqual(jo.ask("POST", self.path(before, "answer"), {"text": "x"})[0], 403)

    def test_a_report_is_recorded_and_given_out(self):
        ask = lambda who, **more: who.ask("POST", "/v1/tenants/acme/reports", {**YEAR, "criteria": ["CC6.1"], **more})
        until(lambda: ask(self.bob)[0] != 503, "there is no checkpoint yet")
        before = len(self.appliance.system_events("report.performed", 0))
        for kind, content_type, begins in (("json", "application/json", None), ("html", "text/html", b"<!"), ("pdf", "application/pdf", b"%PDF-"),
                                           ("oscal", "application/json", None)):
            status, fields, report = ask(self.bob, format=kind, samples=["random:5"], seed="s")
            self.assertEqual((status, fields["Content-Type"].split(";")[0]), (200, content_type), report)
            self.assertIn('attachment; filename="countersign-acme-2026-01-01-2027-01-01.', fields["Content-Disposition"])
            if begins:
                self.assertTrue(report.lstrip().startswith(begins), report[:20])
            elif kind == "oscal":
                self.assertIn("assessment-results", report)
            else:
                self.assertEqual(report["format"], "countersign-report/1")
                self.assertIn("STEP-UP-MISSING", [c["id"] for c in report["controls"]])
        performed = self.appliance.system_events("report.performed", before + 4)[-1]
        self.assertEqual((performed["action"]["name"], performed["action"]["resource"], performed["challenge"]["purpose"]), ("report", "acme", "audit_access"))
        self.assertIn("soc2 CC6.1", performed["action"]["context"])
        self.assertIn("session", performed)
        for more, status in (({"criteria": ["CC99"]}, 422), ({"format": "doc"}, 422), ({"samples": ["random:5"]}, 422), ({"to": YEAR["from"]}, 422)):
            self.assertEqual(ask(self.bob, **more)[0], status, more)
        self.assertEqual(self.token("analyst", "POST", "/v1/tenants/acme/reports", YEAR)[1]["type"], NEEDED, "a token shows no second factor")
        self.assertEqual(self.bob.ask("POST", "/v1/tenants/globex/reports", YEAR)[0], 403)

    def test_who_asks_for_a_report_while_many_do_is_told_to_come_again(self):
        def ask(_):
            status, fields, _ = self.bob.ask("POST", "/v1/tenants/acme/reports", {**YEAR, "format": "pdf"})
            return status, "Retry-After" in fields
        until(lambda: ask(0)[0] != 503, "there is no checkpoint yet")
        with ThreadPoolExecutor(16) as pool:
            answers = set(pool.map(ask, range(16)))
        self.assertEqual(answers, {(200, False), (503, True)})

    def test_a_report_needs_a_fresh_second_factor_and_lies_within_the_period(self):
        self.set_window(0)
        self.addCleanup(self.set_window, 900)
        ana = invited(self.appliance, "ana@example.com", "--role", "auditor", "--tenant", "acme", "--from", YEAR["from"], "--before", YEAR["to"],
                      "--expires", "2099-01-01T00:00:00Z")
        ask = lambda body: ana.ask("POST", "/v1/tenants/acme/reports", body)
        self.assertEqual(ask({**YEAR, "from": "2025-12-31T00:00:00Z"})[0], 403, "outside of the period")
        self.assertEqual(ask({**YEAR, "format": "doc"})[0], 422, "what is refused uses nothing up")
        self.assertEqual(ask(YEAR)[0], 200)
        status, _, problem = ask(YEAR)
        self.assertEqual((status, problem["type"]), (403, NEEDED), "each report needs a success of its own")
        self.assertEqual(ana.show_factor(), 200)
        self.assertEqual(ask(YEAR)[0], 200)

    def set_window(self, seconds):
        policy = self.appliance.folder / "access.json"
        policy.write_text(json.dumps({"access": {"audit_access": {"window_s": seconds}}}))
        self.appliance.run("tenant", "policy", "apply", "acme", policy)
        window = lambda: self.token("analyst", "GET", "/v1/tenants/acme/policy")[1]["access"]["audit_access"]["window_s"]
        until(lambda: window() == seconds, "the policy is not in force")

    def test_controls_are_listed_and_checked(self):
        status, listed = self.token("analyst", "GET", "/v1/controls")
        self.assertEqual(status, 200)
        self.assertEqual(listed["controls"], self.appliance.json("control", "list"))
        one = next(c for c in listed["controls"] if c["id"] == "STEP-UP-MISSING")
        self.assertIn("SELECT", one["queries"]["exceptions"]["sql"])
        self.assertIn("STEP-UP-MISSING", self.appliance.run("control", "list").stdout)
        folder = self.appliance.folder / "own-controls"
        folder.mkdir()
        check = lambda: self.appliance.run("control", "check", folder, check=False)
        self.assertEqual(self.appliance.run("control", "check", folder / "none", check=False).returncode, 3)
        source = {ending: (ROOT / "reports" / "controls" / f"step-up-missing.{ending}").read_text() for ending in ("toml", "sql")}
        (folder / "own.toml").write_text(source["toml"].replace("STEP-UP-MISSING", "OWN-STEP-UP"))
        (folder / "own.sql").write_text(source["sql"])
        self.assertEqual((check().returncode, check().stdout), (0, "1 controls, nothing is wrong with them.\n"))
        (folder / "odd.toml").write_text(BAD_CONTROL)
        (folder / "odd.sql").write_text("-- population\nSELECT 1\n")
        (folder / "lone.sql").write_text("-- rows\nSELECT 1\n")
        (folder / "wrong.toml").write_text(source["toml"].replace("STEP-UP-MISSING", "OWN-WRONG"))
        (folder / "wrong.sql").write_text(source["sql"] + "\nDELETE FROM evidence")
        done = check()
        self.assertEqual(done.returncode, 2)
        for name in ("odd.toml:", "lone.sql:1:", "wrong.sql:"):
            self.assertRegex(done.stdout, rf"(?m)^{folder}/{name}", done.stdout)
        self.assertRegex(done.stdout, r"wrong\.sql:\d+: ")
        for name in ("odd.toml", "odd.sql", "lone.sql", "wrong.toml", "wrong.sql"):
            (folder / name).unlink()
        (folder / "own.toml").write_text(source["toml"])
        self.assertIn("STEP-UP-MISSING", check().stdout, "an id of a built-in one")


if __name__ == "__main__":
    unittest.main()
