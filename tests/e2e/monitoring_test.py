"""Detections run while the daemon does: what somebody does is found within seconds, once, whatever becomes of the daemon or the index."""

import json
import re
import shutil
import time
import unittest

from appliance import Appliance, event, until
from found import finding_id

GUESSING = "CODE-GUESSING"


def ago(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds))


def failure(number, who="mallory", seconds=30):
    """A code that was wrong, a little while ago."""
    return event(number, id=f"failed-{number}", time=ago(seconds), type="challenge.failed", actor={"id": who},
                 challenge={"id": f"ch-{who}-{number}", "purpose": "login", "factor": "sms"}, device={"fingerprint": f"device-{who}"})


def sent(number, who="victim"):
    return event(number, id=f"sent-{number}", time=ago(60 - number), type="challenge.sent", actor={"id": who},
                 challenge={"id": f"push-{number}", "purpose": "login", "factor": "push"})


class Monitoring(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.source = self.appliance.add_source("app")

    def start(self):
        self.appliance.start()
        self.appliance.wait_known(self.source)

    def post(self, events):
        status, answer = self.appliance.post(self.source, events)
        self.assertEqual(status, 200, answer)

    def opened(self):
        return [r["event"] for r in self.appliance.records("_system") if r["event"]["type"] == "finding.opened"]

    def metric(self, name):
        text = self.appliance.request("GET", "/metrics")[2].decode()
        found = re.search(rf"^{re.escape(name)} (\d+)$", text, re.MULTILINE)
        return int(found[1]) if found else None

    def position(self):
        book = json.loads(self.appliance.region_file("monitor.json").read_text())
        return book["logs"].get("log.example.com/eu-1/acme", {}).get("next", 0)

    def wait_judged(self):
        """Until every record of the tenant was judged, and that is on disk."""
        until(lambda: self.position() == len(self.appliance.records("acme")), "not all records were judged")

    def test_what_somebody_does_is_found_within_seconds_and_once(self):
        self.start()
        self.post([failure(n) for n in range(6)] + [sent(n) for n in range(3)])
        self.wait_judged()
        self.assertEqual(self.opened(), [])
        self.post([failure(n) for n in range(6, 14)] + [sent(n) for n in range(3, 6)])
        began = time.monotonic()
        until(lambda: len(self.opened()) == 2, "two findings were not opened")
        self.assertLess(time.monotonic() - began, 5)
        by_control = {e["action"]["context"].split()[0]: e for e in self.opened()}
        guessing, flooding = by_control[GUESSING], by_control["OTP-FLOODING"]
        records = self.appliance.records("acme")
        number = lambda name: next(r["seq"] for r in records if r["event"]["id"] == name)
        item = number("failed-9")
        finding = finding_id("acme", GUESSING, item)
        self.assertEqual(guessing["action"]["name"], "finding open")
        self.assertEqual(guessing["action"]["resource"], f"acme/{finding}")
        self.assertEqual(guessing["id"], f"finding.opened/acme/{finding}")
        shown = ",".join(str(number(f"failed-{n}")) for n in range(10))
        self.assertEqual(guessing["action"]["context"], f"{GUESSING} v1 item={item} records=[{shown}]")
        self.assertRegex(guessing["outcome"]["reason"], "^10 challenges of one account failed within [0-9]+ s$")
        self.assertNotIn("actor", guessing)
        self.assertIn(f"item={number('sent-4')} ", flooding["action"]["context"])
        self.assertEqual(self.metric(f'countersign_findings_opened_total{{control="{GUESSING}"}}'), 1)
        until(lambda: self.metric('countersign_monitor_behind{region="eu-1"}') == 0, "it is not level")
        shown = self.appliance.json("finding", "show", "--tenant", "acme", finding)
        self.assertEqual((shown["control"], shown["state"]), (GUESSING, "opened"))

    def test_nothing_is_lost_or_found_twice_where_the_daemon_is_killed(self):
        self.start()
        self.post([failure(n) for n in range(9)])
        self.wait_judged()
        before = self.appliance.folder / "monitor.before"
        shutil.copy(self.appliance.region_file("monitor.json"), before)
        self.post([failure(9)])
        until(lambda: len(self.opened()) == 1, "the finding was not opened")
        self.appliance.kill()
        # As where it was killed after the finding was recorded and before that was remembered.
        shutil.copy(before, self.appliance.region_file("monitor.json"))
        self.start()
        self.post([failure(n, "trudy") for n in range(100, 109)])
        self.wait_judged()
        self.appliance.kill()
        self.start()
        self.post([failure(109, "trudy")])
        until(lambda: len(self.opened()) > 1, "an episode that goes on after a kill was not found")
        self.wait_judged()
        self.assertEqual([e["action"]["context"].split()[2] for e in self.opened()], ["item=9", "item=19"])
        self.assertEqual(self.metric(f'countersign_findings_opened_total{{control="{GUESSING}"}}'), 1, "since the start")

    def test_an_index_that_is_made_anew_repeats_nothing(self):
        self.start()
        self.post([failure(n) for n in range(10)] + [failure(n, "trudy") for n in range(100, 109)])
        until(lambda: len(self.opened()) == 1, "the finding was not opened")
        self.assertEqual(self.appliance.stop(), 0)
        self.appliance.run("index", "rebuild")
        self.start()
        self.post([failure(109, "trudy")])
        until(lambda: len(self.opened()) == 2, "what was before the rebuild is not looked back to")
        # The daemon makes it anew by itself where it is not there.
        self.assertEqual(self.appliance.stop(), 0)
        for part in ("", "-wal", "-shm"):
            self.appliance.region_file("index.sqlite" + part).unlink(missing_ok=True)
        self.start()
        self.post([failure(n, "third") for n in range(200, 210)])
        until(lambda: len(self.opened()) == 3, "an index that is made anew ends monitoring")
        self.wait_judged()
        self.assertEqual(len(self.opened()), 3)

    def test_history_is_for_reports(self):
        self.start()
        self.post([failure(n) for n in range(9)])
        self.wait_judged()
        self.assertEqual(self.appliance.stop(), 0)
        # As after an update from a version that did not monitor.
        self.appliance.region_file("monitor.json").unlink()
        self.start()
        self.assertEqual(self.position(), 9)
        self.post([failure(n, seconds=86_400 * 300) for n in range(20, 40)])
        self.wait_judged()
        self.assertEqual(self.opened(), [])
        self.post([failure(40)])
        until(lambda: len(self.opened()) == 1, "what was before is not looked back to")
        self.assertEqual(self.opened()[0]["action"]["context"].split()[2], "item=29")

    def test_the_tenants_parameters_hold_soon_after_they_are_set(self):
        token = self.appliance.json("operator", "add", "anna", "--role", "admin", "--tenant", "acme")["token"]
        self.start()
        self.post([failure(0)])
        self.wait_judged()
        fields = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        status, headers, answer = self.appliance.request("GET", "/v1/tenants/acme/policy", None, fields)
        self.assertEqual(status, 200, answer)
        policy = {k: v for k, v in json.loads(answer).items() if k in ("sharing", "access", "attributes")}
        policy["monitoring"] = {"parameters": [f"{GUESSING}.attempts=2"]}
        status, _, answer = self.appliance.request("PUT", "/v1/tenants/acme/policy", json.dumps(policy), {**fields, "If-Match": headers["ETag"]})
        self.assertEqual(status, 200, answer)
        number = 10

        def found():
            nonlocal number
            number += 2
            self.post([failure(n, f"user-{number}") for n in (number, number + 1)])
            return bool(self.opened())
        until(found, "the parameter is not used")
        self.assertIn("2 challenges of one account", self.opened()[0]["outcome"]["reason"])

    def test_a_stop_does_not_wait(self):
        self.start()
        self.post([failure(n, f"user-{n}") for n in range(500)])
        began = time.monotonic()
        self.assertEqual(self.appliance.stop(), 0)
        self.assertLess(time.monotonic() - began, 15)


if __name__ == "__main__":
    unittest.main(verbosity=2)
