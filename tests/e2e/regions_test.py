"""Several regions in one appliance: each in a directory of its own, tenants that move between them, and what is told of both."""

import json
import os
import socket
import subprocess
import threading
import time
import unittest
import zipfile
from pathlib import Path

import kept_logs
from appliance import BIN, Appliance, event, free_port, records_of
from pull_test import TOKEN, SystemLog, log_event

FROM, TO = "2020-01-01T00:00:00Z", "2035-01-01T00:00:00Z"


def with_regions(*more, tables="", **options):
    """An appliance that keeps eu-1 and more regions, before its daemon starts."""
    appliance = Appliance(**options)
    text = appliance.config.read_text().replace('regions = ["eu-1"]', "regions = " + json.dumps(["eu-1", *more]))
    appliance.config.write_text(text.replace("[limits]", tables + "\n[limits]"))
    for region in more:
        appliance.run("region", "init", region)
    return appliance


def records(folder, log):
    return records_of(f"{folder}/ledger.sqlite", log)


def holds(folder, values):
    """The values that stand in any file below a folder."""
    found = set()
    for path in Path(folder).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found |= {(str(path), value) for value in values if value.encode() in content}
    return found


def until(condition, what, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.05)


class TwoRegions(unittest.TestCase):
    def setUp(self):
        self.appliance = with_regions("us-1", tables='[elsewhere.ap-1]\naddress = "https://ap.example.com:8443"')
        self.addCleanup(self.appliance.__exit__)
        self.appliance.run("tenant", "add", "acme", "--region", "eu-1")
        self.appliance.run("tenant", "add", "globex", "--region", "us-1")
        self.token = self.appliance.add_source("app")
        self.appliance.start()
        self.appliance.wait_known(self.token)

    def folder(self, region):
        return self.appliance.folder / "data" / region

    def system(self, region, kind):
        return [r for r in records(self.folder(region), f"{region}/_system") if r["event"]["type"] == kind]

    def move(self, to, *more, tenant="acme"):
        return self.appliance.json("tenant", "move", tenant, "--to", to, "--reason", "contract_change", *more)

    def wait_moved(self, region, count):
        until(lambda: len(self.system(region, "tenant.moved")) >= count, f"the move is not in the system log of {region}")

    def wait_added(self, region, tenants):
        # A registry is noted once nobody looks at the one before it any more: at the start, or a second later.
        until(lambda: [r["event"]["action"]["resource"] for r in self.system(region, "tenant.added")] == tenants, f"{region} does not say which tenants are its")

    def export(self, name, *more, tenant="acme", check=True):
        path = self.appliance.folder / name
        end = time.monotonic() + 15
        while True:
            done = self.appliance.run("export", tenant, "--from", FROM, "--to", TO, "-o", path, *more, check=False)
            if done.returncode != 8 or time.monotonic() > end or not check:
                break
            time.sleep(0.1)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return path, done

    def files_of(self, path):
        with zipfile.ZipFile(path) as bundle:
            return {name.partition("/")[2]: bundle.read(name).decode(errors="replace") for name in bundle.namelist()}

    def verify(self, path):
        done = subprocess.run([BIN / "countersign", "--json", "verify", path], capture_output=True, text=True, check=False)
        kept_logs.errors(done.stderr)
        self.assertIn(done.returncode, (0, 20), done.stdout + done.stderr)
        return {check["name"]: check for check in json.loads(done.stdout)["checks"]}

    def test_each_event_is_kept_in_the_region_of_its_tenant_and_nowhere_else(self):
        status, answer = self.appliance.post(self.token, [event(1), event(2, tenant="globex"), event(3)])
        self.assertEqual(status, 200)
        self.assertEqual([r["receipt"]["log"] for r in answer["results"]],
                         ["log.example.com/eu-1/acme", "log.example.com/us-1/globex", "log.example.com/eu-1/acme"])
        self.assertEqual(records(self.folder("us-1"), "us-1/acme"), [])
        for region, tenant in (("eu-1", "acme"), ("us-1", "globex")):
            self.wait_added(region, [tenant])
        until(lambda: len(self.appliance.hits("globex", "--limit", "9")) == 1, "the index of us-1 does not follow")
        found = lambda: self.appliance.run("--json", "search", "acme", "actor.email:user1@mail.example", check=False)
        until(lambda: found().returncode == 0 and len(json.loads(found().stdout)["records"]) == 1, "the index of eu-1 does not follow")
        listed = {entry["region"]: entry for entry in self.appliance.json("region", "list")}
        self.assertEqual(listed["us-1"]["directory"], str(self.folder("us-1")))
        self.assertEqual(listed["ap-1"]["address"], "https://ap.example.com:8443")
        self.assertEqual(self.appliance.run("region", "init", "us-1", check=False).returncode, 4)
        self.appliance.run("tenant", "add", "pacific", "--region", "ap-1")
        until(lambda: self.appliance.post(self.token, event(9, tenant="pacific"))[0] == 421, "it is not known to be elsewhere")
        self.assertEqual(self.appliance.run("tenant", "add", "nowhere", "--region", "sa-1", check=False).returncode, 3)

    def test_a_stream_is_rewound_in_all_of_its_regions_or_in_none(self):
        self.appliance.stop()
        with open(self.appliance.config, "a", encoding="utf-8") as config:
            config.write(f'\n[[stream]]\nname = "siem"\nstart = "beginning"\ntransport = "https"\nurl = "http://127.0.0.1:{free_port()}/in"\n'
                         'regions = ["eu-1", "us-1"]\ndestination = "eu-1"\nleaves_region = true\n')
        self.appliance.start()
        self.assertEqual(self.appliance.post(self.token, [event(1), event(2)])[0], 200)
        self.move("us-1")
        self.wait_moved("us-1", 1)
        self.assertEqual(self.appliance.post(self.token, event(3))[0], 200)
        positions = lambda: {one["log"]: one["next"] for one in self.appliance.json("stream", "status", "siem")["logs"] if one["log"].endswith("/acme")}
        eu, us = "log.example.com/eu-1/acme", "log.example.com/us-1/acme"
        self.assertEqual(positions(), {eu: 0, us: 0})
        refused = self.appliance.run("stream", "rewind", "siem", "--tenant", "acme", "--seq", "2", check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn(f"{us} has 1 records", refused.stderr)
        self.assertEqual(positions(), {eu: 0, us: 0})
        self.appliance.run("stream", "rewind", "siem", "--tenant", "acme", "--seq", "1")
        self.assertEqual(positions(), {eu: 1, us: 1})
        until(lambda: len(self.system("eu-1", "stream.rewound")) == 1 and len(self.system("us-1", "stream.rewound")) == 1, "it is not recorded once in each")
        [report] = [one for one in self.appliance.json("residency", "--tenant", "acme", "--from", FROM, "--to", TO)["regions"] if one["region"] == "us-1"]
        self.assertEqual([(one["destination"], one["crosses_border"]) for one in report["streams"]], [("eu-1", True)])

    def test_a_move_takes_effect_and_the_old_log_stays_usable_where_it_is(self):
        self.assertEqual(self.appliance.post(self.token, [event(1), event(2)])[0], 200)
        self.assertEqual(self.move("us-1")["from"], "eu-1")
        for region in ("eu-1", "us-1"):
            self.wait_moved(region, 1)
        self.assertEqual(self.appliance.post(self.token, event(3))[1]["results"][0]["receipt"]["log"], "log.example.com/us-1/acme")
        self.assertEqual([r["event"]["id"] for r in records(self.folder("eu-1"), "eu-1/acme")], ["evt-1", "evt-2"])
        self.assertEqual([r["event"]["id"] for r in records(self.folder("us-1"), "us-1/acme")], ["evt-3"])
        (moved,) = self.system("us-1", "tenant.moved")
        self.assertEqual((moved["event"]["action"]["context"], moved["event"]["outcome"]["reason"]), ("from=eu-1 to=us-1", "contract_change"))
        self.assertEqual([r["event"]["action"]["resource"] for r in self.system("us-1", "tenant.added")], ["globex"], "it was added in eu-1")

        # The pinned region is the default, and a note tells of the other.
        path, done = self.export("new.zip")
        self.assertIn("region eu-1 holds 2 records of acme too", done.stderr)
        self.assertEqual(json.loads(self.files_of(path)["evidence.json"])["scope"]["region"], "us-1")
        new = json.loads(self.files_of(path)["data/residency.json"])
        self.assertEqual([(p["region"], p["from"] is None, p["until"] is None) for p in new["pins"]], [("eu-1", True, False), ("us-1", False, True)])
        path, _ = self.export("old.zip", "--region", "eu-1", "--destination", "DE")
        old = json.loads(self.files_of(path)["data/residency.json"])
        self.assertEqual([p["region"] for p in old["pins"]], ["eu-1", "us-1"])
        self.assertEqual([(m["from"], m["to"], m["reason"]) for m in old["moves"]], [("eu-1", "us-1", "contract_change")])
        self.assertEqual((old["this_export"]["destination"], old["this_export"]["crossed_border"]), ("de", True))
        checks = self.verify(path)
        self.assertEqual(checks["residency"]["state"], "passed", checks["residency"])
        self.assertNotIn("globex", "".join(self.files_of(path).values()), "another tenant's name")

        # That export is in the next one's statement, and in the report.
        until(lambda: any("destination=de" in r["event"]["action"]["context"] for r in self.system("eu-1", "export.performed")), "not recorded")
        end = time.monotonic() + 15
        while True:
            path, _ = self.export(f"later-{time.monotonic()}.zip", "--region", "eu-1")
            later = json.loads(self.files_of(path)["data/residency.json"])
            if later["exports"]["crossed_border"] or time.monotonic() > end:
                break
            time.sleep(0.2)
        self.assertEqual([e["destination"] for e in later["exports"]["crossed_border"]], ["de"])
        recorded = [r["event"]["id"] for r in self.system("eu-1", "export.performed")]
        self.assertIn(old["this_export"]["event"], recorded)
        self.assertEqual(self.verify(path)["residency"]["state"], "passed")

        # Erasure where the values are.
        erased = self.appliance.json("privacy", "erase", "--tenant", "acme", "--region", "eu-1", "--subject", "user=user-1", "--yes", "--reason", "gdpr_art_17")
        self.assertTrue(erased["erased"])
        report = self.appliance.json("residency", "--tenant", "acme", "--from", FROM, "--to", TO)
        self.assertEqual([(p["region"], p["reason"]) for p in report["pins"]], [("eu-1", ""), ("us-1", "contract_change")])
        eu, us = report["regions"]
        self.assertEqual((eu["region"], eu["records"], us["records"], report["records"]), ("eu-1", 2, 1, 3))
        self.assertGreater(eu["values"]["erased"], 0)
        self.assertGreater(eu["values"]["present"], 0)
        self.assertEqual(us["values"]["erased"], 0)
        self.assertEqual([e["destination"] for e in eu["exports"] if e["crossed_border"]], ["de"])
        self.assertEqual((len(eu["moves_recorded"]), len(us["moves_recorded"])), (1, 1))
        self.assertEqual(eu["file_system"]["device"], "{}:{}".format(os.major(os.stat(self.folder("eu-1")).st_dev), os.minor(os.stat(self.folder("eu-1")).st_dev)))
        self.assertIn("crossed a border", self.appliance.run("residency", "--tenant", "acme", "--from", FROM, "--to", TO).stdout)

        # And back.
        self.move("eu-1")
        self.wait_moved("eu-1", 2)
        self.assertEqual(self.appliance.post(self.token, event(4))[1]["results"][0]["receipt"]["seq"], 2)
        self.assertEqual(self.appliance.run("tenant", "move", "acme", "--to", "eu-1", "--reason", "again", check=False).returncode, 4)
        for region in ("eu-1", "us-1"):
            self.assertEqual(self.appliance.run("verify", "--data", self.folder(region), check=False).returncode, 0)

    def test_a_person_is_erased_over_http_in_the_region_of_before_too(self):
        token = self.appliance.json("operator", "add", "dpo", "--role", "privacy", "--tenant", "acme")["token"]
        ask = lambda **more: self.appliance.request("POST", "/v1/privacy/erasures", json.dumps({"tenant": "acme", "subjects": ["email=user1@mail.example"], **more}),
                                                    {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        until(lambda: ask()[0] != 401, "the operator is not known")
        self.assertEqual(self.appliance.post(self.token, event(1))[0], 200)
        self.move("us-1")
        self.wait_moved("us-1", 1)
        self.assertEqual(self.appliance.post(self.token, event(51))[0], 200)
        for region, other in ((None, "us-1"), ("eu-1", "eu-1")):
            status, _, answer = ask(dry_run=False, reason="gdpr_art_17", **({"region": region} if region else {}))
            answer = json.loads(answer)
            self.assertEqual((status, answer.get("region")), (200, other), answer)
            self.assertEqual(set(answer["also_held_in"]), {"eu-1", "us-1"} - {other})
            self.assertGreater(answer["erased_values"], 0)
        for folder in (self.folder("eu-1"), self.folder("us-1")):
            self.assertFalse(holds(folder, ["user1@mail.example"]))
        for region, expected in (("ap-1", 404), ("eu-2", 404), ("no region", 404)):
            self.assertEqual(ask(region=region)[0], expected)
        # Each region tells who may act for its tenants, and what the policy is.
        added = lambda region: [r["event"]["action"]["context"] for r in self.system(region, "operator.added")]
        until(lambda: added("us-1"), "not recorded")
        self.assertEqual(added("eu-1"), ["role privacy, tenants acme"])
        self.assertEqual(added("us-1"), ["role privacy, tenants acme, which moved here"])
        self.appliance.run("tenant", "policy", "set", "acme", "auditor", "none")
        self.appliance.run("operator", "revoke", "dpo")
        for region in ("eu-1", "us-1"):
            until(lambda: self.system(region, "policy.changed"), "not recorded")
            until(lambda: self.system(region, "operator.revoked"), "not recorded")
        self.appliance.stop()
        self.appliance.start()
        time.sleep(1.5)
        self.assertEqual((len(added("eu-1")), len(added("us-1"))), (1, 1))

    def test_a_move_under_load_puts_every_event_into_one_region(self):
        receipts, answers, stopped = {}, [], threading.Event()

        def send(worker):
            connection = self.appliance.connection()
            number = worker * 1_000_000
            while not stopped.is_set():
                batch = [event(number + i, id=f"w{worker}-{number + i}") for i in range(1000)]
                number += 1000
                status, answer = self.appliance.post(self.token, batch, connection=connection)
                answers.append(status)
                if status == 200:
                    receipts.update({sent["id"]: got["receipt"]["log"] for sent, got in zip(batch, answer["results"])})
            connection.close()

        workers = [threading.Thread(target=send, args=(n,)) for n in range(4)]
        for worker in workers:
            worker.start()
        for count, to in enumerate(("us-1", "eu-1", "us-1"), 1):
            time.sleep(1)
            self.move(to)
            self.wait_moved("eu-1", count)
            self.wait_moved("us-1", count)
        time.sleep(0.5)
        stopped.set()
        for worker in workers:
            worker.join()
        self.assertEqual(set(answers), {200})
        stored = {region: records(self.folder(region), f"{region}/acme") for region in ("eu-1", "us-1")}
        ids = {region: [r["event"]["id"] for r in stored[region]] for region in stored}
        for region in stored:
            self.assertGreater(len(ids[region]), 50)
            self.assertEqual(sorted(ids[region]), sorted(i for i, log in receipts.items() if log == f"log.example.com/{region}/acme"))
        self.assertEqual(set(ids["eu-1"]) & set(ids["us-1"]), set())

        # What stands behind the record of a move is received after it: nothing comes to the region that was left.
        for region in stored:
            moves = self.system(region, "tenant.moved")
            self.assertEqual(len(moves), 3)
            for i, move in enumerate(moves):
                if move["event"]["action"]["context"].startswith(f"from={region} "):
                    back = moves[i + 1]["event"]["time"] if i + 1 < len(moves) else "9999"
                    late = [r["received"] for r in stored[region] if move["received"] < r["received"] < back]
                    self.assertEqual(late, [], f"{region}: received after the move was recorded")
        path, _ = self.export("after.zip", "--redact")
        self.assertEqual(self.verify(path)["residency"]["state"], "passed")

    def test_what_is_repeated_after_a_move_is_not_stored_again(self):
        without_id = lambda n: {"event": {key: value for key, value in event(n).items() if key != "id"}}
        splunk = {"Authorization": f"Splunk {self.token}"}
        post_hec = lambda n: self.appliance.request("POST", "/services/collector/event", json.dumps(without_id(n)), splunk)[0]
        first = self.appliance.post(self.token, [event(1), event(2)])[1]["results"]
        self.assertEqual(post_hec(3), 200)
        self.move("us-1")
        self.wait_moved("us-1", 1)
        changed = dict(event(2), type="challenge.failed")
        status, answer = self.appliance.post(self.token, [event(1), event(4), changed, event(5, tenant="globex")])
        self.assertEqual(status, 200)
        self.assertEqual([r["status"] for r in answer["results"]], ["duplicate", "appended", "duplicate", "appended"])
        self.assertEqual([r.get("differs", False) for r in answer["results"]], [False, False, True, False])
        self.assertEqual([answer["results"][i]["receipt"] for i in (0, 2)], [r["receipt"] for r in first])
        self.assertEqual((post_hec(3), post_hec(6)), (200, 200))
        self.assertEqual(len(records(self.folder("eu-1"), "eu-1/acme")), 3)
        self.assertEqual(len(records(self.folder("us-1"), "us-1/acme")), 2)
        # Over a restart, and back where it began.
        self.appliance.stop()
        self.appliance.start()
        self.assertEqual(self.appliance.post(self.token, event(1))[1]["results"][0]["status"], "duplicate")
        self.move("eu-1")
        self.wait_moved("eu-1", 2)
        again = self.appliance.post(self.token, [event(n) for n in (1, 2, 4, 7)])[1]["results"]
        self.assertEqual([r["status"] for r in again], ["duplicate", "duplicate", "duplicate", "appended"])
        self.assertEqual([r["receipt"]["log"].split("/")[1] for r in again], ["eu-1", "eu-1", "us-1", "eu-1"])
        self.assertEqual(self.appliance.stop(), 0)

    def test_a_tenant_that_moves_to_another_appliance_is_refused_with_its_address(self):
        self.assertEqual(self.appliance.post(self.token, event(1))[0], 200)
        unknown = self.appliance.run("tenant", "move", "acme", "--to", "sa-1", "--reason", "x", check=False)
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("--address", unknown.stderr)
        ours = self.appliance.run("tenant", "move", "acme", "--to", "us-1", "--address", "https://us.example.com", "--reason", "x", check=False)
        self.assertEqual(ours.returncode, 2)
        self.assertEqual(self.appliance.run("tenant", "move", "acme", "--to", "us-1", "--reason", "Ana asked", check=False).returncode, 2)
        self.assertEqual(self.appliance.run("tenant", "move", "nobody", "--to", "us-1", "--reason", "x", check=False).returncode, 3)
        for to, more, address in (("ap-1", [], "https://ap.example.com:8443"), ("sa-1", ["--address", "https://sa.example.com"], "https://sa.example.com")):
            self.move(to, *more)
            until(lambda: self.appliance.post(self.token, event(1))[1].get("results", [{}])[0].get("address") == address, "the address is not told")
            status, answer = self.appliance.post(self.token, event(2))
            self.assertEqual((status, answer["type"], answer["results"][0]["region"]), (421, "urn:countersign:problem:misdirected", to))
            self.assertIn(address, answer["detail"])
        # eu-1 knows that it left, and nothing of where it went on to from there.
        self.wait_moved("eu-1", 1)
        self.assertEqual([r["event"]["action"]["context"] for r in self.system("eu-1", "tenant.moved")], ["from=eu-1 to=ap-1"])
        refused = self.appliance.run("search", "acme", check=False)
        self.assertEqual(refused.returncode, 8)
        self.assertIn("--region eu-1", refused.stderr)
        until(lambda: len(self.appliance.hits("acme", "--region", "eu-1")) == 1, "the record of eu-1 is not found")
        self.move("eu-1")
        until(lambda: self.appliance.post(self.token, event(3))[0] == 200, "it is not back")
        self.wait_moved("eu-1", 2)
        until(lambda: len(json.loads(self.files_of(self.export(f"b{time.monotonic()}.zip")[0])["data/residency.json"])["pins"]) == 4, "the pins are not stated")
        self.assertEqual(self.verify(self.export("back.zip")[0])["residency"]["state"], "passed")


    def test_what_is_polled_goes_on_in_the_next_region_where_it_stopped(self):
        log = SystemLog()
        self.addCleanup(log.shutdown)
        (self.appliance.folder / "token.txt").write_text(TOKEN + "\n")
        log.events = [log_event(n) for n in range(30)]
        self.appliance.run("source", "add", "okta-log", "--adapter", "okta", "--tenant", "acme", "--pull", log.url,
                           "--secret-file", self.appliance.folder / "token.txt", "--pull-setting", "interval_s=1")
        stored = lambda region: [int(r["event"]["id"].removeprefix("okta-")) for r in records(self.folder(region), f"{region}/acme")
                                 if r["event"]["id"].startswith("okta-")]
        until(lambda: len(stored("eu-1")) == 30, "the first events are not in eu-1")
        self.move("us-1")
        self.wait_moved("us-1", 1)
        log.events += [log_event(n) for n in range(30, 40)]
        until(lambda: len(stored("us-1")) >= 10, "the next events are not in us-1")
        self.assertEqual(stored("us-1"), list(range(30, 40)), "what eu-1 has is not read again")
        self.move("ap-1")
        self.wait_moved("us-1", 2)
        time.sleep(0.5)
        asked = len(log.asked)
        log.events += [log_event(n) for n in range(40, 45)]
        time.sleep(2.5)
        self.assertEqual(len(log.asked), asked, "nothing is polled for a tenant that is elsewhere")
        self.move("eu-1")
        until(lambda: len(stored("eu-1")) >= 35, "it is not polled for any more")
        self.assertEqual(stored("eu-1"), [*range(30), *range(40, 45)])
        self.assertEqual(stored("us-1"), list(range(30, 40)))


class Places(unittest.TestCase):
    """Where regions may lie."""

    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.text = self.appliance.config.read_text()

    def configure(self, regions, tables):
        self.appliance.config.write_text(self.text.replace('regions = ["eu-1"]', f"regions = {json.dumps(regions)}").replace("[limits]", tables + "\n[limits]"))

    def refused(self, regions, tables, *named):
        self.configure(regions, tables)
        done = self.appliance.run("region", "list", check=False)
        self.assertEqual(done.returncode, 2, done.stdout)
        for name in named:
            self.assertIn(name, done.stderr)

    def test_a_configuration_that_mixes_regions_is_refused(self):
        self.refused(["eu-1", "us-1"], '[region.us-1]\ndirectory = "data/eu-1"', "eu-1", "us-1", "data/eu-1")
        self.refused(["eu-1", "us-1"], '[region.us-1]\ndirectory = "data/eu-1/us"', "data/eu-1/us")
        self.refused(["eu-1", "us-1"], '[region.us-1]\ndirectory = "data"', "data")
        os.symlink(self.appliance.folder / "data" / "eu-1", self.appliance.folder / "link")
        self.refused(["eu-1", "us-1"], '[region.us-1]\ndirectory = "link/us"', "link/us")
        self.refused(["eu-1", "us-1"], '[region.us-1]\ndirectory = "heads"', "heads")
        self.refused(["eu-1", "eu-1"], '[elsewhere.us-1]\naddress = "https://us.example.com"', "eu-1 twice")
        self.refused(["eu-1"], '[region.us-1]\ndirectory = "us"', "[region.us-1]")
        self.refused(["eu-1"], '[region.eu-1]\nfolder = "us"', "region.eu-1.folder")
        self.refused(["eu-1"], '[elsewhere.eu-1]\naddress = "https://eu.example.com"', "[elsewhere.eu-1]")
        self.refused(["eu-1"], '[elsewhere.us-1]\naddress = "http://us.example.com"', "https://")
        self.refused(["eu-1"], "[elsewhere.us-1]", "elsewhere.us-1.address")
        self.refused(["eu-1"], 'elsewhere = "us"', "elsewhere")
        self.refused(["eu-1"], "[region]\neu-1 = 7", "region")

    def test_a_region_may_lie_anywhere(self):
        self.configure(["eu-1", "us-1"], '[region.us-1]\ndirectory = "over/there"')
        unmade = subprocess.run([BIN / "countersignd", "--config", self.appliance.config], capture_output=True, text=True, timeout=20)
        kept_logs.errors(unmade.stderr)
        self.assertEqual(unmade.returncode, 1)
        self.assertIn("countersign region init us-1", unmade.stderr)
        self.appliance.run("region", "init", "us-1")
        self.appliance.run("tenant", "add", "globex", "--region", "us-1")
        token = self.appliance.add_source("app")
        self.appliance.start()
        self.appliance.wait_known(token)
        self.assertEqual(self.appliance.post(token, event(1, tenant="globex"))[0], 200)
        there = self.appliance.folder / "over" / "there"
        self.assertEqual(len(records(there, "us-1/globex")), 1)
        self.assertFalse((self.appliance.folder / "data" / "us-1").exists())
        until(lambda: self.appliance.run("search", "globex", check=False).returncode == 0, "no index")
        self.assertTrue((there / "index.sqlite").exists())
        self.appliance.stop()
        verified = lambda: self.appliance.run("verify", "--data", self.appliance.folder / "data", check=False)
        self.assertIn("us-1/globex", verified().stdout, "where the configuration says that it is")
        self.assertEqual(verified().returncode, 0)
        os.rename(there, self.appliance.folder / "over" / "gone")
        self.assertNotEqual(verified().returncode, 0)
        self.assertIn("over/there", verified().stderr)

    def in_mounts(self, script):
        """Runs a shell script in a mount namespace of its own; skips where that is not allowed."""
        probe = subprocess.run(["unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True, text=True)
        if probe.returncode != 0:
            self.skipTest("mounting in a namespace is not allowed here: " + probe.stderr.strip())
        environment = dict(os.environ, COUNTERSIGN_CONFIG=str(self.appliance.config), BIN=str(BIN), F=str(self.appliance.folder))
        return subprocess.run(["unshare", "-m", "sh", "-c", script], env=environment, capture_output=True, text=True, timeout=60)

    def test_a_region_that_must_have_its_own_file_system_has_it_or_nothing_starts(self):
        eu, us = self.appliance.folder / "eu", self.appliance.folder / "us"
        for folder in (eu, us):
            folder.mkdir()
        own = '[region.eu-2]\ndirectory = "eu"\nown_file_system = true\n[region.us-1]\ndirectory = "us"'
        mount_eu, mount_us = "mount -t tmpfs eu $F/eu && ", "mount -t tmpfs us $F/us && "
        start = "(timeout --preserve-status -s TERM 3 $BIN/countersignd; echo ended $?)"
        make = "$BIN/countersign region init eu-2 && $BIN/countersign region init us-1 && "
        self.configure(["eu-1", "eu-2", "us-1"], own)
        good = self.in_mounts(mount_eu + mount_us + make + start)
        self.assertIn("listens on", good.stderr)
        self.assertIn("ended 0", good.stdout + good.stderr)
        listed = self.in_mounts(mount_eu + "$BIN/countersign region list")
        self.assertIn("tmpfs", listed.stdout)
        for what, script, other in (
                ("nothing is mounted", start, self.appliance.folder / "us"),
                ("both are on one", f"mount -t tmpfs x $F/eu && mkdir $F/eu/1 $F/eu/2 && mount --bind $F/eu/2 $F/us && mount --bind $F/eu/1 $F/eu && {start}", us)):
            with self.subTest(what):
                bad = self.in_mounts(script)
                self.assertIn("ended 1", bad.stdout, bad.stderr)
                self.assertIn("the same file system", bad.stderr)
                self.assertIn(str(eu), bad.stderr)
        # Neither is anything put back, or made, where the mount is missing.
        moved = self.in_mounts(mount_eu + mount_us + make + "$BIN/countersign backup --to $F/backups --region eu-2")
        self.assertIn("Snapshot", moved.stdout, moved.stderr)
        for command in ("restore --from $F/backups --region eu-2", "region init eu-2"):
            with self.subTest(command):
                bad = self.in_mounts(f"$BIN/countersign {command}; echo ended $?")
                self.assertIn("ended 8", bad.stdout, bad.stderr)
                self.assertIn("the same file system", bad.stderr)
                self.assertEqual(list(eu.iterdir()), [])
        back = self.in_mounts(mount_eu + mount_us + "$BIN/countersign restore --from $F/backups --region eu-2; echo ended $?")
        self.assertIn("The region eu-2 is back", back.stdout, back.stderr)
        # A region that asks for nothing lies on the file system of the one that asks.
        bad = self.in_mounts(f"mount -t tmpfs x $F/us && mkdir $F/us/a $F/us/b && mount --bind $F/us/a $F/eu && mount --bind $F/us/b $F/us && {start}")
        self.assertIn("ended 1", bad.stdout)
        for name in (str(eu), str(us), "own_file_system"):
            self.assertIn(name, bad.stderr)
        # The data folder itself.
        self.configure(["eu-1"], '[region.eu-1]\nown_file_system = true')
        bad = self.in_mounts(start)
        self.assertIn("the data folder", bad.stderr)
        self.configure(["eu-1", "eu-2"], '[region.eu-2]\ndirectory = "missing"\nown_file_system = true')
        self.assertIn("is its file system mounted?", self.in_mounts(start).stderr)


class Elsewhere(unittest.TestCase):
    """Every intake refuses an event of a tenant that is pinned elsewhere, and keeps nothing of it."""

    ADDRESS = "https://us.example.com:8443"
    PERSON = ["ana-far-17", "far.ana@mail.example", "device-of-far-ana", "198.51.100.77", "+14155550177"]
    TRACES = [*PERSON, "far-event-id", "far.unmapped.type", "far-challenge"]

    def setUp(self):
        self.syslog_port = free_port()
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        text = self.appliance.config.read_text()
        self.appliance.config.write_text(text.replace("[limits]", f'''[elsewhere.us-1]
address = "{self.ADDRESS}"
[[syslog]]
source = "keycloak"
port = {self.syslog_port}
tls = false
[limits]'''))
        self.appliance.run("tenant", "add", "here")
        self.appliance.run("tenant", "add", "far")
        self.token = self.appliance.add_source("app")
        self.provider = self.appliance.add_source("telnyx", adapter="telnyx_verify", tenant="far")
        self.appliance.run("source", "add", "keycloak", "--adapter", "keycloak", "--tenant", "far")
        self.history = self.appliance.json("source", "backfill", "app")["token"]
        self.appliance.run("tenant", "move", "far", "--to", "us-1", "--reason", "contract_change")
        self.appliance.start()
        self.appliance.wait_known(self.token)

    def far_event(self, **more):
        return {"id": "far-event-id", "time": "2026-01-31T09:30:00Z", "type": "challenge.verified", "tenant": "far",
                "actor": {"id": "ana-far-17", "email": "far.ana@mail.example", "phone": "+14155550177"},
                "challenge": {"id": "far-challenge", "factor": "sms"},
                "device": {"fingerprint": "device-of-far-ana", "ip": "198.51.100.77"}, **more}

    def send(self, path, body, token, **headers):
        content = body if isinstance(body, (str, bytes)) else json.dumps(body)
        status, _, answer = self.appliance.request("POST", path, content, {"Authorization": token, "Content-Type": "application/json", **headers})
        return status, answer.decode()

    def test_no_intake_leaves_a_trace(self):
        bearer, provider = f"Bearer {self.token}", f"Bearer {self.provider}"
        telnyx = {"data": {"event_type": "far.unmapped.type", "id": "far-event-id", "occurred_at": "2026-01-31T09:30:00Z",
                           "payload": {"id": "far-challenge", "phone_number": "+14155550177", "type": "sms"}}}
        attribute = lambda name, value: {"key": name, "value": {"stringValue": value}}
        otlp = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "1769851800000000000",
                "body": {"stringValue": json.dumps(self.far_event())}, "attributes": [attribute("note", "far.ana@mail.example")]}]}]}]}
        cloudevent = {"specversion": "1.0", "id": "far-event-id", "source": "/app", "type": "com.example.mfa", "time": "2026-01-31T09:30:00Z", "data": self.far_event()}
        intakes = {
            "native": self.send("/v1/events", self.far_event(), bearer),
            "native, not even valid": self.send("/v1/events", self.far_event(type="far.unmapped.type"), bearer),
            "several": self.send("/v1/events", [self.far_event(), self.far_event(id="far-event-id-2")], bearer),
            "a provider's payload": self.send("/v1/events", telnyx, provider),
            "a webhook": self.send("/v1/hooks/telnyx", telnyx, provider),
            "CloudEvents": self.send("/v1/events", cloudevent, bearer, **{"Content-Type": "application/cloudevents+json"}),
            "OTLP": self.send("/v1/logs", otlp, bearer),
            "HEC": self.send("/services/collector/event", {"event": self.far_event()}, f"Splunk {self.token}"),
            "history": self.send("/v1/events", self.far_event(), f"Bearer {self.history}"),
        }
        for name, (status, answer) in intakes.items():
            with self.subTest(name):
                self.assertEqual(status, 421, answer)
                self.assertIn(self.ADDRESS, answer)
                for value in self.PERSON:
                    self.assertNotIn(value, answer)

        # With something that is for us beside it.
        status, answer = self.send("/v1/events", [self.far_event(), event(1, tenant="here")], bearer)
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(answer)["results"][0]["address"], self.ADDRESS)

        # The command that imports history, with a mapping's file and without.
        file = self.appliance.folder.parent / f"{self.appliance.folder.name}-history.ndjson"
        self.addCleanup(file.unlink)
        file.write_text(json.dumps(self.far_event()) + "\n")
        environment = dict(os.environ, COUNTERSIGN_CONFIG=str(self.appliance.config), COUNTERSIGN_TOKEN=self.history)
        done = subprocess.run([BIN / "countersign", "ingest", file], env=environment, capture_output=True, text=True, check=False)
        kept_logs.errors(done.stderr)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn(self.ADDRESS, done.stdout + done.stderr)

        # Syslog has no answer: the message is taken off the wire and dropped.
        line = "<14>1 2026-01-31T09:30:00Z host keycloak - - - " + \
            'type="LOGIN", realmId="r", clientId="c", userId="ana-far-17", ipAddress="198.51.100.77", far.unmapped.type="far-challenge"'
        with socket.create_connection(("127.0.0.1", self.syslog_port)) as connection:
            connection.sendall(f"{len(line)} {line}".encode())
        metrics = lambda: self.appliance.request("GET", "/metrics")[2].decode()
        until(lambda: 'source="keycloak",reason="event_misdirected"' in metrics(), "syslog's message was not looked at")

        for value in self.TRACES:
            self.assertNotIn(value, metrics())
        self.assertEqual(self.appliance.stop(), 0)  # writes what waits: the book of the sources
        self.assertEqual(holds(self.appliance.folder, self.TRACES), set())
        self.assertEqual(records(self.appliance.region_file("."), "eu-1/far"), [])
        book = json.loads((self.appliance.folder / "data" / "sources.json").read_text())
        self.assertIn("event_misdirected", json.dumps(book))

    def test_what_is_looked_for_would_be_found(self):
        """The search above can fail: the same values of a tenant that is here are found."""
        self.assertEqual(self.send("/v1/events", self.far_event(tenant="here"), f"Bearer {self.token}")[0], 200)
        self.appliance.stop()
        found = {value for _, value in holds(self.appliance.folder, self.TRACES)}
        self.assertIn("far-challenge", found)


if __name__ == "__main__":
    unittest.main()
