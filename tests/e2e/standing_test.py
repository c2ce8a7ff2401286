"""The standing of controls: tested on schedule and when somebody asks, kept in the region's folder, recorded, and shown to who may see it."""

import hashlib
import json
import time
import unittest
from datetime import datetime, timedelta, timezone

from appliance import Appliance, event, until
from person import invited

TENANT = "/v1/tenants/acme"
CONTROLS = TENANT + "/controls"
OFF, SHORT = "\nevery_hours = 0\n\n[access]", "\nevery_hours = 0.0005\n\n[access]"  # 1.8 s
PERSONAL = ("+14155550100", "ana@mail.example", "user-77", "198.51.100.77", "device-of-ana")


def now(**shifted):
    return (datetime.now(timezone.utc) + timedelta(**shifted)).strftime("%Y-%m-%dT%H:%M:%SZ")


def passed_twice(number, tenant="acme"):
    """A challenge that is passed twice, of somebody whose personal values can be looked for."""
    actor = {"id": PERSONAL[2], "email": PERSONAL[1], "phone": PERSONAL[0]}
    device = {"ip": PERSONAL[3], "fingerprint": PERSONAL[4]}
    return [event(number, tenant, id=f"{number}-{n}", time=now(seconds=n - 60), actor=actor, device=device) for n in range(2)]


class Standing(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        for tenant in ("acme", "globex", "empty"):
            self.appliance.add_tenant(tenant)
        self.source = self.appliance.add_source("shop")

    def start(self):
        self.appliance.start()
        self.appliance.wait_known(self.source)
        self.bob = invited(self.appliance, "bob@example.com", "--role", "analyst", "--tenant", "acme")

    def send(self, number, tenant="acme"):
        status, answer = self.appliance.post(self.source, passed_twice(number, tenant))
        self.assertEqual((status, answer["appended"]), (200, 2), answer)

    def shorten(self):
        text = self.appliance.config.read_text()
        self.assertEqual(text.count(OFF), 1)
        self.appliance.config.write_text(text.replace(OFF, SHORT))

    def kept(self, name):
        return self.appliance.region_file("standing") / name

    def history(self, tenant="acme"):
        file = self.kept(f"{tenant}.history.jsonl")
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def performed(self):
        return [r["event"] for r in self.appliance.records("_system") if r["event"]["type"] == "report.performed"]

    def test_on_schedule(self):
        self.shorten()
        self.start()
        self.send(1)
        self.send(2, "globex")
        until(lambda: len(self.history()) >= 3 and len(self.history("globex")) >= 3, "the controls of both are tested again and again")
        self.assertEqual(self.appliance.stop(), 0)
        runs = self.history()
        self.assertEqual(runs[-1]["controls"]["OTP-SINGLE-USE"], {"state": "failing", "population": 1, "exceptions": 1})
        self.assertEqual({run["controls"]["OTP-SINGLE-USE"]["state"] for run in runs}, {"failing"})
        length = datetime.fromisoformat(runs[-1]["period"]["to"]) - datetime.fromisoformat(runs[-1]["period"]["from"])
        self.assertEqual(length, timedelta(days=30))
        report = self.kept("acme.json").read_bytes()
        self.assertEqual(hashlib.sha256(report).hexdigest(), runs[-1]["report_sha256"])
        self.assertEqual(json.loads(report)["scope"]["tenant"], "acme")
        self.assertEqual({f.name for f in self.kept(".").iterdir()}, {f"{t}{e}" for t in ("acme", "globex") for e in (".json", ".history.jsonl")},
                         "who has no records is passed over")
        for file in self.kept(".").iterdir():
            self.assertEqual(file.stat().st_mode & 0o077, 0)
            for value in PERSONAL:
                self.assertNotIn(value, file.read_text())
        # After a start nothing is done that is not due.
        text = self.appliance.config.read_text()
        self.appliance.config.write_text(text.replace(SHORT, "\nevery_hours = 24\n\n[access]"))
        self.appliance.start()
        time.sleep(4)
        self.assertEqual(len(self.history()), len(runs))
        performed = self.performed()
        for run in runs:
            told = [e for e in performed if run["report_sha256"] in e["action"]["context"]]
            self.assertTrue(told and all("actor" not in e and e["action"]["resource"] == "acme" for e in told), "each is recorded")
        # Whatever came in between, a half that is left of a test is made whole.
        self.assertEqual(self.appliance.stop(), 0)
        self.kept("acme.json").write_text("{}")
        self.appliance.start()
        until(lambda: len(self.history()) == len(runs) + 1, "the test is made again")

    def test_when_somebody_asks(self):
        self.start()
        status, _, problem = self.bob.ask("GET", CONTROLS)
        self.assertEqual((status, problem["detail"]), (404, "the controls of this tenant have not been tested yet"))
        self.assertEqual(self.bob.ask("POST", CONTROLS + "/run")[0], 404, "there is nothing to test")
        self.send(1)
        for n in range(2):
            asked = [self.bob.ask("POST", CONTROLS + "/run") for _ in range(6)]
            self.assertEqual(asked[0][0], 202, asked[0])
            self.assertLessEqual({a[0] for a in asked}, {202, 409, 503})
            until(lambda n=n: self.bob.ask("GET", CONTROLS)[0] == 200 and len(self.history()) > n and not self.bob.ask("GET", CONTROLS)[2]["running"], "they are tested")
            status, headers, problem = self.bob.ask("POST", CONTROLS + "/run")
            self.assertEqual((status, problem["detail"]), (503, "the controls of this tenant were tested just now"))
            self.assertTrue(30 < int(headers["Retry-After"]) <= 60, headers)
            self.appliance.age_tests_of_controls("acme")
        shown = self.bob.ask("GET", CONTROLS)[2]
        last = self.history()[-1]
        self.assertEqual((shown["tenant"], shown["region"], shown["time"], shown["period"], shown["records"], shown["report_sha256"]),
                         ("acme", "eu-1", last["time"], last["period"], 2, last["report_sha256"]))
        self.assertEqual({c["id"]: (c["state"], c["population"], c["exceptions"]) for c in shown["controls"]},
                         {name: tuple(c[m] for m in ("state", "population", "exceptions")) for name, c in last["controls"].items()})
        catalogue = {c["id"]: c for c in self.bob.ask("GET", "/v1/controls")[2]["controls"] if c["kind"] != "listing"}
        self.assertEqual([c["id"] for c in shown["controls"]], list(catalogue), "all that there are")
        failing = next(c for c in shown["controls"] if c["state"] == "failing" and c["id"] == "OTP-SINGLE-USE")
        self.assertEqual([failing[m] for m in ("title", "severity", "criteria", "kind")], [catalogue["OTP-SINGLE-USE"][m] for m in ("title", "severity", "criteria", "kind")])
        self.assertEqual([(h["state"], h["exceptions"]) for h in failing["history"]], [("failing", 1)] * len(self.history()))
        told = lambda: [e for e in self.performed() if last["report_sha256"] in e["action"]["context"]]
        until(told, "the test is recorded")
        self.assertEqual((told()[0]["actor"]["role"], "session" in told()[0]), ("analyst", True))
        self.one_control(catalogue)
        overview = self.bob.ask("GET", TENANT + "/overview")[2]["controls"]
        states = [c["state"] for c in shown["controls"]]
        self.assertEqual(overview, {"time": last["time"], **{s: states.count(s) for s in ("passing", "failing", "nothing_to_test")}})
        self.others()

    def one_control(self, catalogue):
        status, _, one = self.bob.ask("GET", CONTROLS + "/OTP-SINGLE-USE")
        self.assertEqual((status, one["report_sha256"]), (200, self.history()[-1]["report_sha256"]))
        control = one["control"]
        self.assertEqual((control["state"], control["population"], control["exceptions"]), ("failing", 1, 1))
        self.assertEqual([(i["records"], i["item"]) for i in control["items"]], [([0, 1], control["items"][0]["item"])])
        self.assertTrue(control["items"][0]["observed"])
        self.assertEqual(control["queries"], catalogue["OTP-SINGLE-USE"]["queries"])
        self.assertEqual(len(control["history"]), len(self.history()))
        lifetime = self.bob.ask("GET", CONTROLS + "/OTP-LIFETIME")[2]["control"]
        self.assertEqual([p["id"] for p in lifetime["parameters"]], [p["id"] for p in catalogue["OTP-LIFETIME"]["parameters"]])
        self.assertEqual(self.bob.ask("GET", CONTROLS + "/NONE")[0], 404)
        self.assertEqual(self.bob.ask("GET", CONTROLS + "/channel-mix")[0], 404)

    def others(self):
        """What others than analysts are told and may do."""
        period = lambda start, end: ("--from", start, "--before", end, "--expires", "2099-01-01T00:00:00Z")
        inside = invited(self.appliance, "in@example.com", "--role", "auditor", "--tenant", "acme", *period(now(days=-40), now(days=1)))
        outside = invited(self.appliance, "out@example.com", "--role", "auditor", "--tenant", "acme", *period(now(days=-20), now(days=1)))
        self.assertEqual(inside.ask("GET", CONTROLS)[0], 200)
        self.assertEqual(inside.ask("GET", CONTROLS + "/OTP-SINGLE-USE")[0], 200)
        for path in (CONTROLS, CONTROLS + "/OTP-SINGLE-USE"):
            status, _, problem = outside.ask("GET", path)
            self.assertEqual((status, "a report of your period can be made" in problem["detail"]), (403, True), problem)
        self.assertIsNone(outside.ask("GET", TENANT + "/overview")[2]["controls"])
        self.assertEqual(inside.ask("POST", CONTROLS + "/run")[0], 403)
        for tenant in ("globex", "_system", "nowhere"):
            self.assertEqual(self.bob.ask("GET", f"/v1/tenants/{tenant}/controls")[0], 403, tenant)
            self.assertEqual(self.bob.ask("POST", f"/v1/tenants/{tenant}/controls/run")[0], 403, tenant)
        privacy = self.appliance.json("operator", "add", "dpo", "--role", "privacy", "--tenant", "acme")["token"]
        until(lambda: self.appliance.request("GET", CONTROLS, None, {"Authorization": f"Bearer {privacy}"})[0] == 200, "the role privacy sees them")
        self.assertEqual(self.appliance.request("POST", CONTROLS + "/run", None, {"Authorization": f"Bearer {privacy}"})[0], 403)

    def test_an_erased_person_is_not_in_it(self):
        self.start()
        self.send(1)
        test = lambda: self.bob.ask("POST", CONTROLS + "/run")[0] == 202
        until(test, "a test begins")
        until(lambda: len(self.history()) == 1, "the controls are tested")
        self.appliance.age_tests_of_controls("acme")
        self.appliance.run("privacy", "erase", "--tenant", "acme", "--subject", f"user={PERSONAL[2]}", "--reason", "gdpr_art_17", "--yes")
        until(test, "a test begins")
        until(lambda: len(self.history()) == 2, "the controls are tested")
        for file in self.kept(".").iterdir():
            for value in PERSONAL:
                self.assertNotIn(value, file.read_text())

    def test_what_is_no_interval_is_refused(self):
        text = self.appliance.config.read_text()
        for wrong in ("-1", '"daily"', "9999", "true"):
            self.appliance.config.write_text(text.replace(OFF, f"\nevery_hours = {wrong}\n\n[access]"))
            done = self.appliance.run("tenant", "list", check=False)
            self.assertEqual((done.returncode, "controls.every_hours must be a number from 0 to 8784" in done.stderr), (2, True), done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
