"""What the first page and the page of a record show: tenants, the overview, the life of a challenge, and that a record is proven."""

import base64
import hashlib
import json
import unittest
from datetime import datetime, timedelta, timezone

from appliance import Appliance, event, until
from found import open_finding
from person import invited

TENANT = "/v1/tenants/acme"
LOG = "log.example.com/eu-1/acme"


def rfc3339(time):
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def leaf(record):
    return hashlib.sha256(b"\0" + record).digest()


def root_of(index, size, hashed, path):
    """The root to which an inclusion path leads (RFC 9162, section 2.1.3.2), made without our code."""
    node, last = index, size - 1
    for sibling in path:
        if node & 1 or node == last:
            hashed = hashlib.sha256(b"\1" + sibling + hashed).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            hashed = hashlib.sha256(b"\1" + hashed + sibling).digest()
        node, last = node >> 1, last >> 1
    assert last == 0
    return hashed


class Overview(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.addClassCleanup(cls.appliance.__exit__)
        for tenant in ("acme", "globex"):
            cls.appliance.add_tenant(tenant)
        cls.appliance.run("tenant", "add", "far", "--region", "ap-1", "--moved-to", "https://ap.example.com")
        cls.appliance.json("source", "add", "quiet", "--tenant", "acme", "--silent-after", "15m")
        cls.appliance.add_source("theirs", tenant="globex")
        cls.source = cls.appliance.add_source("shop")
        cls.tokens = {role: cls.appliance.json("operator", "add", role, "--role", role, "--tenant", "acme")["token"] for role in ("analyst", "privacy")}
        cls.appliance.start()
        cls.appliance.wait_known(cls.source)
        life = [event(1, type="challenge.sent", id="a", challenge={"id": "c-1", "provider_id": "VE1", "factor": "sms", "purpose": "login"}),
                event(2, type="challenge.delivered", id="b", time="2026-01-31T09:30:01Z", challenge={"id": "VE1"}),
                event(3, type="challenge.failed", id="c", time="2026-01-31T09:30:02Z", challenge={"id": "c-1"}, outcome={"reason": "wrong code"}),
                event(4, type="login.failed", id="d", challenge={"purpose": "login"})]
        status, answer = cls.appliance.post(cls.source, life)
        assert status == 200 and answer["appended"] == 4, answer
        cls.middle = datetime.now(timezone.utc) + timedelta(seconds=2)
        until(lambda: datetime.now(timezone.utc) > cls.middle + timedelta(seconds=1), "time passes")
        last = event(5, type="challenge.verified", id="e", time="2026-01-31T09:30:03Z", challenge={"id": "c-1"})
        status, answer = cls.appliance.post(cls.source, [last, *(event(n, "globex") for n in range(10, 14))])
        assert status == 200 and answer["appended"] == 5, answer
        cls.ana = invited(cls.appliance, "ana@example.com", "--role", "admin", "--all-tenants")
        period = ("--from", "2020-01-01T00:00:00Z", "--before", rfc3339(cls.middle), "--expires", "2099-01-01T00:00:00Z")
        cls.jo = invited(cls.appliance, "jo@example.com", "--role", "auditor", "--tenant", "acme", *period)
        until(lambda: cls.ana.ask("GET", TENANT + "/records/4/challenge")[0] == 200, "the index is level")

    def token(self, role, path):
        status, _, answer = self.appliance.request("GET", path, None, {"Authorization": f"Bearer {self.tokens[role]}"})
        return status, json.loads(answer)

    def looks(self):
        """All looks that are recorded, once none waits to be."""
        until(lambda: not [f for f in self.appliance.region_file("outbox").iterdir() if f.suffix == ".json"], "the outbox is not empty")
        return [r["event"]["type"] for r in self.appliance.records("_system") if r["event"]["type"] in ("record.viewed", "records.searched", "personal.viewed")]

    def test_who_is_told_of_which_tenants(self):
        status, answer = self.token("analyst", "/v1/tenants")
        acme = {"tenant": "acme", "region": "eu-1", "regions": ["eu-1"], "served": True}
        self.assertEqual((status, answer), (200, {"tenants": [acme], "regions": ["eu-1"], "system": []}))
        status, _, answer = self.ana.ask("GET", "/v1/tenants")
        self.assertEqual(status, 200)
        self.assertEqual([t["tenant"] for t in answer["tenants"]], ["acme", "globex", "far"])
        self.assertEqual(answer["tenants"][2], {"tenant": "far", "region": "ap-1", "regions": [], "served": False})
        self.assertEqual((answer["regions"], answer["system"]), (["eu-1"], ["eu-1"]))

    def test_the_life_of_the_challenge_that_a_record_tells_of(self):
        before = self.looks()
        status, _, life = self.ana.ask("GET", TENANT + "/records/2/challenge")
        self.assertEqual(status, 200, life)
        self.assertEqual([life[n] for n in ("state", "sources", "sent", "delivered", "failed", "verified", "events_total")], ["verified", 1, 1, 1, 1, 1, 4])
        self.assertEqual([(e["seq"], e["type"]) for e in life["events"]],
                         [(0, "challenge.sent"), (1, "challenge.delivered"), (2, "challenge.failed"), (4, "challenge.verified")])
        told = life["events"][2]
        self.assertEqual((told["occurred"], told["source"], told["proof"], told["factor"], told["reason"]), ("2026-01-31T09:30:02.000000Z", "shop", "token", None, "wrong code"))
        self.assertEqual(life["events"][0]["factor"], "sms")
        # She is told what was received in her period, and no more is counted.
        status, _, life = self.jo.ask("GET", TENANT + "/records/2/challenge")
        self.assertEqual(status, 200, life)
        self.assertEqual([life[n] for n in ("state", "verified", "events_total")], ["failed", 0, 3])
        self.assertEqual([e["seq"] for e in life["events"]], [0, 1, 2])
        for who, seq in ((self.jo, 4), (self.ana, 3), (self.ana, 99), (self.ana, "x"), (self.ana, 1 << 40), (self.ana, (1 << 64) - 1)):
            status, _, problem = who.ask("GET", f"{TENANT}/records/{seq}/challenge")
            self.assertEqual(status, 404, (seq, problem))
        self.assertEqual(self.looks(), before, "no record was shown")

    def check(self, proof, record):
        """With the record's bytes alone, and with the command for whoever got the text."""
        self.assertEqual(base64.b64decode(proof["hash"]), leaf(record))
        lines = proof["checkpoint"].split("\n")
        self.assertEqual((lines[0], int(lines[1])), (LOG, proof["size"]))
        path = [base64.b64decode(one) for one in proof["path"]]
        self.assertEqual(root_of(proof["seq"], proof["size"], leaf(record), path), base64.b64decode(lines[2]))
        files = [self.appliance.folder / name for name in ("one.tlog-proof", "one.json")]
        files[0].write_text(proof["proof"])
        files[1].write_bytes(record)
        keys = [word for key in proof["keys"].values() for word in ("--log-key", key)]
        done = self.appliance.run("proof", "check", *files, *keys, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_record_is_proven(self):
        record = lambda seq: self.ana.ask("GET", f"{TENANT}/records/{seq}")[2]["record"].encode()
        records = {seq: record(seq) for seq in (0, 4)}
        before = self.looks()
        until(lambda: self.ana.ask("GET", TENANT + "/records/4/proof")[0] == 200, "a checkpoint covers the record")
        for seq in (0, 4):
            status, _, proof = self.ana.ask("GET", f"{TENANT}/records/{seq}/proof")
            self.assertEqual((status, proof["seq"], proof["log"], proof["size"]), (200, seq, LOG, 5))
            self.assertNotIn("record", proof)
            self.check(proof, records[seq])
        status, _, proof = self.jo.ask("GET", TENANT + "/records/0/proof")
        self.assertEqual((status, proof["size"]), (200, 4), "how long the log has become since is not for her")
        self.check(proof, records[0])
        for who, seq in ((self.jo, 4), (self.ana, 5), (self.ana, "x"), (self.ana, 1 << 40)):
            self.assertEqual(who.ask("GET", f"{TENANT}/records/{seq}/proof")[0], 404, seq)
        self.assertEqual(self.looks(), before, "no record was shown")

    def test_the_overview(self):
        findings = {state: open_finding(self.appliance, "acme", "OTP-ATTEMPTS", state) for state in ("opened", "acknowledged", "resolved")}
        open_finding(self.appliance, "globex", "OTP-ATTEMPTS", "opened")
        listed = lambda: self.ana.ask("GET", TENANT + "/findings")[2]["findings"]
        until(lambda: set(findings.values()) <= {f["finding"] for f in listed()}, "the findings are opened")
        for step, body in (("acknowledge", {}), ("resolve", {"reason": "load test"})):
            self.assertEqual(self.ana.ask("POST", f"{TENANT}/findings/{findings[step.rstrip('e') + 'ed']}/{step}", body)[0], 200)
        status, _, answer = self.ana.ask("GET", TENANT + "/overview")
        self.assertEqual(status, 200, answer)
        self.assertEqual((answer["tenant"], answer["region"]), ("acme", "eu-1"))
        self.assertEqual((answer["log"]["name"], answer["log"]["size"]), (LOG, 5))
        self.assertEqual(answer["log"]["last_received"], self.appliance.records("acme")[-1]["received"])
        self.assertEqual(answer["checkpoint"]["size"], 5)
        self.assertEqual((answer["timestamping"], answer["witnesses"], answer["alarms"], answer["controls"]), (False, [], [], None))
        states = [f["state"] for f in listed()]
        self.assertEqual(answer["findings"], {state: states.count(state) for state in findings})
        self.assertEqual(set(states), set(findings))
        today = datetime.now(timezone.utc).date()
        self.assertEqual([d["day"] for d in answer["days"]], [str(today - timedelta(days=n)) for n in range(29, -1, -1)])
        self.assertEqual(sum(d["events"] for d in answer["days"]), 5)
        quiet, shop = answer["sources"]
        self.assertEqual((shop["source"], shop["adapter"], shop["proof"], shop["events"], shop["silent"], shop["revoked"]), ("shop", "countersign", "token", 5, False, False))
        self.assertGreaterEqual(shop["coverage"]["covered"], 1)
        self.assertIsNotNone(shop["last_heard"])
        self.assertEqual((quiet["source"], quiet["last_heard"], quiet["silent_after_s"], quiet["silent"], quiet["events"], quiet["gaps"]), ("quiet", None, 900, False, 0, 0))
        self.assertLessEqual(quiet["coverage"]["minutes"], 10, "it is not asked of a time at which there was no such source")
        self.assertIsNone(self.token("privacy", TENANT + "/overview")[1]["findings"], "findings are not for that role")

    def test_a_verification_is_told(self):
        self.appliance.run("verify", "--data", self.appliance.folder / "data")
        told = lambda: self.ana.ask("GET", TENANT + "/overview")[2]["verification"]
        until(told, "the verification is in the system log")
        self.assertEqual(told()["result"], "intact")
        received = next(r["received"] for r in self.appliance.records("_system") if r["event"]["type"] == "ledger.verified")
        self.assertEqual(told()["time"], received)

    def test_an_auditor_is_told_of_her_period_alone(self):
        open_finding(self.appliance, "acme", "OTP-LIFETIME", "19")
        until(lambda: self.ana.ask("GET", TENANT + "/overview")[2]["findings"]["opened"] > 0, "the finding is opened")
        status, _, answer = self.jo.ask("GET", TENANT + "/overview")
        self.assertEqual(status, 200, answer)
        self.assertEqual((answer["log"]["size"], answer["log"]["last_received"]), (4, self.appliance.records("acme")[3]["received"]))
        self.assertEqual(answer["checkpoint"]["size"], 4)
        self.assertEqual(sum(d["events"] for d in answer["days"]), 4)
        self.assertEqual((len(answer["days"]), answer["days"][-1]["day"]), (30, str(self.middle.date())))
        self.assertEqual(answer["findings"], {"opened": 0, "acknowledged": 0, "resolved": 0})
        self.assertEqual([(s["source"], s["silent"], s["gaps"]) for s in answer["sources"]], [("quiet", None, None), ("shop", None, None)])

    def test_who_may_not(self):
        self.assertEqual(self.token("analyst", "/v1/tenants/globex/overview")[0], 403)
        self.assertEqual(self.token("analyst", "/v1/tenants/globex/records/0/challenge")[0], 403)
        self.assertEqual(self.token("analyst", "/v1/tenants/_system/records/0/proof?region=eu-1")[0], 403)
        self.assertEqual(self.ana.ask("GET", "/v1/tenants/_system/overview?region=eu-1")[0], 403)
        self.assertEqual(self.ana.ask("GET", "/v1/tenants/far/overview")[0], 421)
        self.assertEqual(self.ana.ask("GET", TENANT + "/overview?region=ap-1")[0], 404)
        status, _, proof = self.ana.ask("GET", "/v1/tenants/_system/records/0/proof?region=eu-1")
        self.assertEqual((status, proof.get("log")), (200, "log.example.com/eu-1/_system"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
