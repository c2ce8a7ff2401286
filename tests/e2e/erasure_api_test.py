"""Erasure over HTTP: POST /v1/privacy/erasures, by operators of the role privacy, of tenants that they act for."""

import json
import os
import sqlite3
import threading
import time
import unittest
import zipfile

from appliance import Appliance, until

ANA = ["ana@example.com", "Ana Example", "+14155550112", "ana-17", "device-of-ana"]
PATH = "/v1/privacy/erasures"
ORDER = {"tenant": "acme", "subjects": ["email=ana@example.com"], "reason": "gdpr_art_17", "dry_run": False}


def event(number, actor, **more):
    return {"id": f"e{number}", "time": "2026-01-31T09:30:00Z", "type": "challenge.verified", "tenant": "acme", "actor": actor,
            "challenge": {"id": f"c{number}", "factor": "sms"}, **more}


EVENTS = [
    event(1, {"id": "ana-17", "email": "Ana@example.com", "name": "Ana Example"}, device={"fingerprint": "device-of-ana", "ip": "203.0.113.7"}),
    event(2, {"id": "ana-17", "phone": "+14155550112"}, device={"ip": "192.0.2.1"}),
    event(3, {"email": "bob@example.com"}, device={"ip": "192.0.2.1"}),
]


class ErasureApi(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        for tenant in ("acme", "globex"):
            self.appliance.add_tenant(tenant)
        self.appliance.run("tenant", "add", "far", "--region", "ap-1", "--moved-to", "https://ap.example.com")
        self.appliance.run("tenant", "add", "farther", "--region", "us-1", "--moved-to", "https://us.example.com")
        self.source = self.appliance.add_source("app")
        self.dpo = self.operator("dpo", "--tenant", "acme", "--tenant", "far")
        self.appliance.start()
        self.appliance.wait_known(self.source)
        self.assertEqual(self.appliance.post(self.source, EVENTS)[0], 200)

    def operator(self, name, *more, role="privacy"):
        token = self.appliance.json("operator", "add", name, "--role", role, *more)["token"]
        self.assertRegex(token, "^cso_[A-Za-z0-9_-]{43}$")
        return token

    def ask(self, method, path, body=None, token=None, **headers):
        fields = {"Content-Type": "application/json", **headers}
        if token:
            fields["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        status, got, answer = self.appliance.request(method, path, body, {k.replace("_", "-"): v for k, v in fields.items()})
        self.assertEqual(got["Content-Type"], "application/json" if status < 300 else "application/problem+json")
        answer = json.loads(answer)
        if status >= 400:
            self.assertEqual(answer["status"], status)
            text = json.dumps(answer).replace("as in email=ana@example.com", "")
            self.assertEqual([v for v in ANA + ["bob@example.com", "nobody@example.com"] if v in text], [], "a problem repeats nothing")
        return status, answer

    def post(self, body, token="dpo", **headers):
        return self.ask("POST", PATH, body, self.dpo if token == "dpo" else token, **headers)

    def erase(self, token="dpo"):
        """What came of the order, also where the machine is slow and it is answered as running at first."""
        status, answer = self.post(ORDER, token)
        end = time.monotonic() + 30
        while status == 202 and time.monotonic() < end:
            time.sleep(0.1)
            status, answer = self.ask("GET", f"{PATH}/{answer['id']}", token=self.dpo if token == "dpo" else token)
        return status, answer

    def wait_for(self, token, status, tenant="acme"):
        """Until the daemon has read the registry."""
        end = time.monotonic() + 30
        body = {"tenant": tenant, "subjects": ["email=nobody@example.com"]}
        while time.monotonic() < end:
            got = self.post(body, token)[0]
            if got == status:
                return
            time.sleep(0.1)
        self.fail(f"{got}, not {status}")

    def names_ana_on_disk(self):
        found = []
        for place in (self.appliance.folder / "data").rglob("*"):
            if not place.is_file():
                continue
            try:
                content = place.read_bytes().lower()
            except FileNotFoundError:  # an order that is done, a temporary file
                continue
            found += [(str(place), value) for value in ANA if value.lower().encode() in content]
        return found

    def export(self):
        path = self.appliance.folder / f"bundle-{time.monotonic_ns()}.zip"
        until = time.monotonic() + 30
        while time.monotonic() < until:
            done = self.appliance.run("--json", "export", "acme", "--from", "2020-01-01T00:00:00Z", "--to", "2030-01-01T00:00:00Z", "-o", path, check=False)
            if done.returncode == 0 and json.loads(done.stdout)["records"] == len(EVENTS):
                break
            path.unlink(missing_ok=True)
            time.sleep(0.1)
        with zipfile.ZipFile(path) as bundle:
            return path, b"".join(bundle.read(name) for name in bundle.namelist()).decode(errors="replace").lower()

    def test_a_person_is_shown_and_then_erased(self):
        status, plan = self.post({"tenant": "acme", "subjects": ["email=ana@example.com"]})
        self.assertEqual((status, plan["status"], plan["dry_run"], plan["erased"]), (200, "planned", True, False))
        shown = self.appliance.json("privacy", "erase", "--tenant", "acme", "--subject", "email=ana@example.com")
        self.assertEqual(plan["values"], shown["values"], "as the command shows it")
        self.assertIn(("email", "A•••@example.com", "subject"), [(v["kind"], v["value"], v["tie"]) for v in plan["values"]])
        self.assertEqual([v for v in ANA if v in json.dumps(plan)], [])
        before, text = self.export()
        self.assertEqual([v for v in ANA if v.lower() not in text], [], "a plan erases nothing")

        status, done = self.erase()
        self.assertEqual((status, done["status"], done["erased"], done["records"], done["erased_values"], done["kept_values"]),
                         (200, "done", True, 2, plan["would_erase"], 0))
        self.assertNotIn("values", done)
        self.assertEqual(self.names_ana_on_disk(), [])
        after, text = self.export()
        self.assertEqual([v for v in ANA if v.lower() in text], [])
        self.assertIn("bob@example.com", text)
        for path in (before, after):
            self.assertEqual(self.appliance.run("verify", path, check=False).returncode, 20)
        self.assertEqual(self.appliance.run("verify", "--data", self.appliance.region_file("."), check=False).returncode, 0)

        status, again = self.post(ORDER)
        self.assertEqual((status, again["type"]), (404, "urn:countersign:problem:nothing-held"))
        status, told = self.ask("GET", f"{PATH}/{done['id']}", token=self.dpo)
        self.assertEqual((status, told["status"], told["erased_values"]), (200, "done", done["erased_values"]))

        requested = self.appliance.system_events("erasure.requested", 3)
        self.assertEqual([(e["action"]["resource"], e["outcome"]["reason"]) for e in requested],
                         [("acme", "dry_run"), ("acme", "gdpr_art_17"), ("acme", "gdpr_art_17")])
        self.assertTrue(all("operator dpo," in e["action"]["context"] for e in requested))
        self.assertEqual([e["id"] for e in self.appliance.system_events("erasure.performed")], ["erasure/" + done["id"]])
        log = self.appliance.log_text()
        self.assertEqual([v for v in ANA if v in log], [])

        self.appliance.stop()
        self.appliance.start()
        status, told = self.ask("GET", f"{PATH}/{done['id']}", token=self.dpo)
        self.assertEqual((status, told["status"]), (200, "done"), "also after a restart")

    def test_who_may_not(self):
        self.assertEqual(self.post(ORDER, None)[0], 401)
        for token in (self.source, "cso_" + "A" * 43, self.dpo[:-1], self.dpo + "A", "x"):
            self.assertEqual(self.post(ORDER, token)[0], 401, token)
        self.assertEqual(self.appliance.post(self.dpo, [])[0], 401, "nor does an operator send events")
        others = {role: self.operator(role, "--all-tenants", role=role) for role in ("analyst", "admin")}
        always = ("--from", "2020-01-01T00:00:00Z", "--before", "2099-01-01T00:00:00Z", "--expires", "2099-01-01T00:00:00Z")
        others["auditor"] = self.operator("auditor", "--tenant", "acme", *always, role="auditor")
        stranger = self.operator("stranger", "--tenant", "globex")
        everybody = self.operator("everybody", "--all-tenants")
        self.wait_for(everybody, 404)
        for token in others.values():
            self.assertEqual(self.post(ORDER, token)[0], 403)
            self.assertEqual(self.ask("GET", f"{PATH}/{'0' * 32}", token=token)[0], 403)
        for tenant in ("acme", "nowhere", "Not a tenant"):
            self.assertEqual(self.post(dict(ORDER, tenant=tenant), stranger)[0], 403, "whether there is such a tenant is not told")
        self.assertEqual(self.post(dict(ORDER, tenant="nowhere"), everybody)[0], 404)
        status, problem = self.post(dict(ORDER, tenant="far"))
        self.assertEqual((status, problem["type"]), (421, "urn:countersign:problem:misdirected"))
        self.assertIn("https://ap.example.com", problem["detail"])
        self.assertEqual(self.post(dict(ORDER, tenant="farther"))[0], 403)

        plan = self.post(dict(ORDER, dry_run=True), everybody)[1]
        self.assertEqual(self.ask("GET", f"{PATH}/{plan['id']}", token=everybody)[0], 404, "what was answered is not kept")
        done = self.erase(everybody)[1]
        self.assertEqual(self.ask("GET", f"{PATH}/{done['id']}", token=everybody)[0], 200)
        self.assertEqual(self.ask("GET", f"{PATH}/{done['id']}", token=stranger)[0], 404)
        for wrong in ("0" * 32, "x", "0" * 31 + "G", "%2e%2e%2f"):
            self.assertEqual(self.ask("GET", f"{PATH}/{wrong}", token=everybody)[0], 404)

    def test_tokens_end(self):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 25))
        brief = self.operator("brief", "--tenant", "acme", "--expires", soon)
        used = lambda: {o["operator"]: o["last_used"] for o in self.appliance.json("operator", "list")}
        self.assertEqual(used(), {"dpo": None, "brief": None}, "never")
        before = time.time()
        self.wait_for(brief, 404)
        until(lambda: used()["brief"] is not None, "the use of a token is not in the book")
        self.assertEqual(used()["dpo"], None)
        self.assertRegex(used()["brief"], r":00\.000000Z$", "to the minute")
        minute = time.mktime(time.strptime(used()["brief"][:16], "%Y-%m-%dT%H:%M")) - time.timezone
        self.assertTrue(before - 60 < minute <= time.time(), used())
        self.assertIn(" never ", self.appliance.run("operator", "list").stdout)
        self.assertIn(used()["brief"][:16] + "Z ", self.appliance.run("operator", "list").stdout)
        self.wait_for(self.dpo, 404)
        self.appliance.stop()
        self.assertIsNotNone(used()["dpo"], "a stop loses nothing")
        self.appliance.start()
        self.appliance.run("operator", "revoke", "dpo")
        self.wait_for(self.dpo, 401)
        self.wait_for(brief, 401)
        listed = {o["operator"]: o["active"] for o in self.appliance.json("operator", "list")}
        self.assertEqual(listed, {"dpo": False, "brief": False})
        refuse = lambda *args: self.appliance.run("operator", *args, check=False).returncode
        self.assertEqual(refuse("revoke", "dpo"), 8)
        self.assertEqual(refuse("revoke", "nobody"), 3)
        self.assertEqual(refuse("add", "dpo", "--role", "privacy", "--tenant", "acme"), 4)
        self.assertEqual(refuse("add", "new", "--role", "privacy", "--tenant", "nowhere"), 3)
        self.assertEqual(refuse("add", "new", "--role", "privacy"), 2, "deny by default")
        self.assertEqual(refuse("add", "new", "--role", "root", "--tenant", "acme"), 2)
        always = ("--from", "2020-01-01T00:00:00Z", "--before", "2099-01-01T00:00:00Z")
        auditor = ("add", "new", "--role", "auditor", "--tenant", "acme")
        for rights in (auditor, (*auditor, *always), (*auditor, "--expires", "2099-01-01T00:00:00Z"), (*auditor, *always[:2])):
            self.assertEqual(refuse(*rights), 2, "an auditor has a period and an expiry")
        self.assertEqual(refuse("add", "New Person", "--role", "privacy", "--tenant", "acme"), 2)
        self.assertEqual(refuse("add", "new", "--role", "privacy", "--tenant", "acme", "--expires", "2020-01-01T00:00:00Z"), 2)
        self.assertEqual([(e["action"]["resource"]) for e in self.appliance.system_events("operator.added", 2)], ["dpo", "brief"])
        self.assertEqual([e["action"]["resource"] for e in self.appliance.system_events("operator.revoked")], ["dpo"])
        for place in self.appliance.folder.rglob("*"):
            if place.is_file():
                content = place.read_bytes()
                self.assertEqual([t for t in (self.dpo, brief) if t.encode() in content], [], place)

    def test_what_is_refused(self):
        for body, status in (
                ("", 400), ("{", 400), ("[]", 400), ('"x"', 400), ('{"tenant":"acme","tenant":"acme","subjects":["email=x@y.z"]}', 400), (b"\xff{}", 400),
                ({}, 422), ({"tenant": "acme"}, 422), ({"subjects": ["email=ana@example.com"]}, 422), (dict(ORDER, tenant=7), 422),
                (dict(ORDER, subjects="email=ana@example.com"), 422), (dict(ORDER, subjects=[]), 422), (dict(ORDER, subjects=[7]), 422),
                (dict(ORDER, subjects=["ana@example.com"]), 422), (dict(ORDER, subjects=["raw=x"]), 422), (dict(ORDER, subjects=["email=a@b.c"] * 21), 422),
                (dict(ORDER, subjects=["email=" + "a" * 2048]), 422), (dict(ORDER, dry_run="no"), 422), (dict(ORDER, reason=""), 422),
                (dict(ORDER, reason="Ana asked"), 422), ({"tenant": "acme", "subjects": ["email=ana@example.com"], "dry_run": False}, 422),
                (dict(ORDER, everything=True), 422), (dict(ORDER, dry_run=True, reason="Ana Example asked"), 422),
                (dict(ORDER, subjects=["email=nobody@example.com"]), 404)):
            got, problem = self.post(body)
            self.assertEqual(got, status, (body, problem))
        self.assertEqual(self.post(ORDER, Content_Type="text/plain")[0], 415)
        self.assertEqual(self.post(ORDER, Content_Encoding="gzip")[0], 415)
        self.assertEqual(self.post(b" " * (64 << 10) + b"{}")[0], 413)
        self.assertEqual(self.appliance.request("GET", PATH, None, {"Authorization": f"Bearer {self.dpo}"})[0], 405)
        self.assertEqual(len(self.export()[1]) > 0, True)
        self.assertEqual([v for v in ANA if v.lower() not in self.export()[1]], [], "nothing was erased")

    def test_what_is_held_is_not_erased(self):
        self.appliance.run("privacy", "hold", "add", "case-17", "--tenant", "acme", "--subject", "email=ana@example.com")
        status, problem = self.post(ORDER)
        self.assertEqual((status, problem["type"]), (409, "urn:countersign:problem:held"))
        self.assertIn("case-17", problem["detail"])
        status, plan = self.post(dict(ORDER, dry_run=True))
        self.assertEqual((status, plan["held_by"]), (200, "case-17"), "what would go is still shown")
        self.assertEqual(self.post(dict(ORDER, subjects=["email=bob@example.com"]))[0], 200, "others are not held")
        self.appliance.run("privacy", "hold", "release", "case-17")
        self.assertEqual(self.erase()[0], 200)

    def test_a_reader_in_the_way_is_waited_for_and_holds_nobody_up(self):
        plan = self.post({"tenant": "acme", "subjects": ["email=ana@example.com"]})[1]
        reader = sqlite3.connect(f"file:{self.appliance.region_file('vault.sqlite')}?mode=ro", uri=True, isolation_level=None)
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM personal").fetchall()
        answers = []
        asking = threading.Thread(target=lambda: answers.append(self.post(ORDER)))
        asking.start()
        until = time.monotonic() + 30
        while not list((self.appliance.folder / "heads" / "eu-1.erasures").glob("*.json")) and time.monotonic() < until:
            time.sleep(0.05)
        took = []
        for number in range(100, 120):
            begun = time.monotonic()
            self.assertEqual(self.appliance.post(self.source, [event(number, {"id": f"other-{number}"})])[0], 200)
            took.append(time.monotonic() - begun)
            time.sleep(0.05)
        took.sort()
        self.assertLess(took[len(took) // 2], 1.5, "an erasure that waits for a reader holds nobody up")
        self.assertLess(took[-1], 6, "not even once")
        # What was decided is not stopped by a hold that comes later, nor by a restart.
        self.appliance.run("privacy", "hold", "add", "case-1", "--tenant", "acme")
        asking.join(30)
        self.assertEqual(answers[0][0], 202, answers)
        self.appliance.stop()
        self.appliance.start()
        self.assertEqual(self.ask("GET", f"{PATH}/{answers[0][1]['id']}", token=self.dpo)[1]["status"], "running")
        reader.close()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            told = self.ask("GET", f"{PATH}/{answers[0][1]['id']}", token=self.dpo)[1]
            if told["status"] == "done":
                break
            time.sleep(0.1)
        self.assertEqual((told["status"], told["erased_values"]), ("done", plan["would_erase"]))
        self.assertEqual(self.names_ana_on_disk(), [])

    def test_it_is_too_late_for_a_hold_once_an_erasure_was_decided(self):
        tokens = [v["token"] for v in self.appliance.json("privacy", "erase", "--tenant", "acme", "--subject", "email=ana@example.com")["values"]]
        erased = self.appliance.json("privacy", "erase", "--tenant", "acme", "--subject", "email=bob@example.com", "--yes", "--reason", "gdpr_art_17", "--only-named")
        self.appliance.stop()
        # As a crash leaves it between the decision and the deletion: remembered, and the rows are there.
        memory = self.appliance.folder / "heads" / "eu-1.erasures"
        bob = memory / f"{erased['erasure']}.json"
        decided = json.loads(bob.read_text())
        of_bob = decided["tokens"]
        self.assertEqual(len(of_bob), 1)
        decided["id"], decided["tokens"] = "0" * 32, sorted(tokens)
        (memory / ("0" * 32 + ".json")).write_text(json.dumps(decided, separators=(",", ":")))
        done = self.appliance.run("privacy", "hold", "add", "too-late", "--tenant", "acme", "--subject", "email=ana@example.com", check=False)
        self.assertEqual(done.returncode, 8, done.stdout + done.stderr)
        self.assertIn("too late for a hold", done.stderr)
        self.appliance.start()
        self.assertEqual(self.names_ana_on_disk(), [], "the start has carried it out")

    def test_one_person_at_a_time_and_what_takes_long_can_be_asked_for(self):
        orders = self.hold_the_main_thread()
        answers = []
        asking = threading.Thread(target=lambda: answers.append(self.appliance.request(
            "POST", PATH, json.dumps(ORDER), {"Authorization": f"Bearer {self.dpo}", "Content-Type": "application/json"})))
        asking.start()
        self.wait_left(orders)
        status, fields, _ = self.appliance.request("POST", PATH, json.dumps(ORDER), {"Authorization": f"Bearer {self.dpo}", "Content-Type": "application/json"})
        self.assertEqual((status, fields["Retry-After"]), (503, "5"))
        self.assertEqual(self.appliance.post(self.source, [event(9, {"id": "u-9"})])[0], 200, "nobody else waits")
        asking.join()
        status, fields, body = answers[0]
        running = json.loads(body)
        self.assertEqual((status, running["status"], fields["Location"]), (202, "running", f"{PATH}/{running['id']}"))
        self.assertEqual(self.ask("GET", fields["Location"], token=self.dpo)[0], 202)
        stranger = self.operator("stranger", "--tenant", "globex")
        self.let_the_main_thread_go()
        self.wait_for(stranger, 404, "globex")
        self.assertEqual(self.ask("GET", fields["Location"], token=stranger)[0], 404)
        until = time.monotonic() + 30
        while self.ask("GET", fields["Location"], token=self.dpo)[0] == 202 and time.monotonic() < until:
            time.sleep(0.1)
        status, done = self.ask("GET", fields["Location"], token=self.dpo)
        self.assertEqual((status, done["status"], done["erased"]), (200, "done", True))
        self.assertEqual(self.names_ana_on_disk(), [])

    def test_an_order_outlives_the_process(self):
        orders = self.hold_the_main_thread()
        asking = threading.Thread(target=lambda: self.assertRaises(OSError, self.appliance.request, "POST", PATH, json.dumps(ORDER),
                                                                   {"Authorization": f"Bearer {self.dpo}", "Content-Type": "application/json"}))
        asking.start()
        number = self.wait_left(orders).stem
        self.appliance.kill()
        asking.join()
        self.assertNotEqual(self.names_in_vault(), 0)
        (orders / "slow.erase").unlink()
        self.appliance.start()
        self.appliance.system_events("erasure.performed")
        status, told = self.ask("GET", f"{PATH}/{number}", token=self.dpo)
        self.assertEqual((status, told["status"]), (200, "done"))
        self.assertEqual(self.names_in_vault(), 2, "Bob, and the address that he shared with her")

    def hold_the_main_thread(self):
        """The daemon's main thread, which carries orders out each second, waits for this pipe until somebody writes."""
        orders = self.appliance.region_file("orders")
        orders.mkdir(exist_ok=True)
        os.mkfifo(orders / "slow.erase")
        until = time.monotonic() + 30
        while True:
            try:  # refused until somebody reads
                self.pipe = os.open(orders / "slow.erase", os.O_WRONLY | os.O_NONBLOCK)
                return orders
            except OSError:
                self.assertLess(time.monotonic(), until, "the daemon does not look for orders")
                time.sleep(0.05)

    def let_the_main_thread_go(self):
        os.write(self.pipe, b"no order")
        os.close(self.pipe)

    def wait_left(self, orders):
        """The order that the daemon has left and nobody carries out."""
        until = time.monotonic() + 30
        while True:
            found = [p for p in orders.glob("*.erase") if p.name != "slow.erase"]
            if found:
                return found[0]
            self.assertLess(time.monotonic(), until, "no order was left")
            time.sleep(0.05)

    def names_in_vault(self):
        database = sqlite3.connect(f"file:{self.appliance.region_file('vault.sqlite')}?mode=ro", uri=True)
        try:
            return database.execute("SELECT count(*) FROM personal WHERE tenant='acme'").fetchone()[0]
        finally:
            database.close()

    def test_only_what_is_named(self):
        status, plan = self.post({"tenant": "acme", "subjects": ["user=ana-17"], "only_named": True})
        self.assertEqual(status, 200)
        self.assertNotIn("identity", [v["tie"] for v in plan["values"]])
        self.assertIn("only what is named", self.appliance.system_events("erasure.requested")[0]["action"]["context"])


if __name__ == "__main__":
    unittest.main()
