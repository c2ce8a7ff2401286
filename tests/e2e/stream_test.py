"""Records and findings go out of the real daemon to real receivers; none is lost, whatever happens on the way, and none holds up ingest."""

import json
import random
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
import unittest
from collections import Counter
from pathlib import Path

import kept_logs
from appliance import Appliance, event, until
from notify_receivers import OpensslServer, Rsyslog, SyslogListener, certificate
from siem_receivers import Kafka, SiemServer

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "exporters" / "siem"))
from schemas import Ecs, Ocsf, cef_faults, parse_cef  # noqa: E402

METRIC = "countersign_stream_"
LOG = "log.example.com/eu-1/"


def alter(ledger, seq):
    """Another text in a record, as somebody does it who owns the file."""
    database = sqlite3.connect(ledger)
    triggers = database.execute("SELECT name, sql FROM sqlite_schema WHERE type='trigger' AND tbl_name='records'").fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    number = database.execute("SELECT number FROM logs WHERE name=?", (LOG + "acme",)).fetchone()[0]
    done = database.execute("UPDATE records SET record=CAST(replace(CAST(record AS TEXT), 'evt-', 'evx-') AS BLOB) WHERE place=?", (number << 40 | seq,))
    assert done.rowcount == 1
    for _, sql in triggers:
        database.execute(sql)
    database.commit()
    database.close()


def place(one):
    """(log, seq, id) of an event in OCSF or ECS."""
    where = one["countersign"] if "countersign" in one else one["unmapped"]["countersign"]
    return where["log"].removeprefix(LOG), where["seq"], one["event"]["id"] if "event" in one else one["metadata"]["uid"]


class Stream(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.folder = self.appliance.folder
        self.token = None
        self.sent = 0

    def stream(self, **settings):
        settings = {"name": "siem", "start": "beginning", **settings}
        with open(self.appliance.config, "a", encoding="utf-8") as config:
            config.write("\n[[stream]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))

    def secret(self, name):
        value = "hidden-" + secrets.token_hex(16)
        kept_logs.secret("token of a stream", value)
        path = self.folder / "keys" / f"{name}.secret"
        path.write_text(value + "\n")
        path.chmod(0o600)
        return value, f"keys/{name}.secret"

    def server(self, *arguments):
        server = SiemServer(*arguments)
        self.addCleanup(lambda: server.server and server.stop())
        return server

    def start(self):
        self.appliance.start()
        if not self.token:
            self.appliance.add_tenant("acme")
            self.token = self.appliance.add_source("app")
            self.appliance.wait_known(self.token)

    def send(self, count, **more):
        status, answer = self.appliance.post(self.token, [event(self.sent + n, **more) for n in range(count)])
        self.assertEqual(status, 200, answer)
        self.sent += count

    def metric(self, text):
        for line in self.appliance.request("GET", "/metrics")[2].decode().splitlines():
            if line.startswith(METRIC + text + "{"):
                return int(line.rsplit(" ", 1)[1])
        return None

    def status(self, name="siem"):
        return self.appliance.json("stream", "status", name)

    def ledger(self, *tenants):
        """(tenant, seq) of every record."""
        return {(tenant, record["seq"]) for tenant in tenants for record in self.appliance.records(tenant)}

    def all_sent(self, server, *tenants, seconds=60):
        """Waits until every record of these logs is there; that each came with one id, and no two with the same, and in order."""
        def there():
            return {place(one)[:2] for one in list(server.taken)} >= self.ledger(*tenants)
        until(there, "not every record has come", seconds)
        ids = {}
        for tenant, seq, id in map(place, server.taken):
            self.assertEqual(ids.setdefault((tenant, seq), id), id)
        self.assertEqual(len(set(ids.values())), len(ids))
        for tenant in tenants:
            firsts = list(dict.fromkeys(seq for log, seq, _ in map(place, server.taken) if log == tenant))
            self.assertEqual(firsts, list(range(len(firsts))))

    def test_every_record_arrives_once_as_valid_ocsf_that_names_its_proof(self):
        server = self.server(*certificate(self.folder, "siem"))
        value, file = self.secret("siem")
        self.stream(transport="https", url=f"https://localhost:{server.port}/in", token=file, ca_file=str(self.folder / "siem.pem"), with_record=True)
        self.start()
        self.send(300)
        self.all_sent(server, "acme", "_system")
        self.assertEqual(max(Counter(place(one)[2] for one in server.taken).values()), 1)
        self.assertEqual({one["Authorization"] for one in server.headers}, {f"Bearer {value}"})
        schema = Ocsf("1.3.0")
        for one in server.taken:
            self.assertEqual(schema.faults(one), [])
        # The record goes along, so the id can be made again with stock tools, and the ledger proves it.
        some = next(one for one in server.taken if place(one)[0] == "acme")
        digest = subprocess.run(["openssl", "dgst", "-sha256", "-hex"], input=b"\0" + some["raw_data"].encode(), capture_output=True, check=True)
        self.assertEqual(digest.stdout.split()[-1].decode(), some["metadata"]["uid"])
        (self.folder / "proof").write_text(self.appliance.run("proof", "make", "acme", place(some)[1]).stdout)
        (self.folder / "record").write_text(some["raw_data"])
        vkey = self.appliance.json("checkpoint", "acme", "--keys")["log_key"]
        self.appliance.run("proof", "check", self.folder / "proof", self.folder / "record", "--log-key", vkey)
        self.assertNotIn("@mail.example", json.dumps(server.taken))
        started = self.appliance.system_events("stream.started")[0]
        self.assertIn("destination=eu-1 leaves_region=false where=https localhost", started["action"]["context"])

    def test_what_happens_on_the_way_loses_nothing(self):
        server = self.server()
        self.stream(transport="https", url=f"http://127.0.0.1:{server.port}/in", body="array", format="ecs", batch_events=20)
        self.start()
        # Killed in the middle, several times.
        for _ in range(3):
            self.send(200)
            server.wait(len(server.taken) + 20)
            self.appliance.kill()
            self.start()
        # The receiver is away for a while.
        server.stop()
        self.send(100)
        until(lambda: (self.metric("failed_total") or 0) >= 1, "that it is away is not noticed")
        until(lambda: self.metric("lag_records") >= 100, "it is not told how many wait")
        self.assertNotEqual(self.status()["error"], "")
        server.start()
        self.all_sent(server, "acme", "_system")
        # It is overloaded.
        server.answers = 503
        failed = self.metric("failed_total")
        self.send(50)
        until(lambda: self.metric("failed_total") > failed, "it is not told of a 503")
        server.answers = None
        self.all_sent(server, "acme", "_system")
        until(lambda: self.metric("lag_records") == 0, "it is not said that all is sent")
        self.assertEqual((self.metric("lag_seconds"), self.metric("parked")), (0, 0))
        for one in server.taken:
            self.assertEqual(list(Ecs().faults(one)), [])
        self.assertNotIn("nobody's business", self.appliance.log_text())

    def test_a_receiver_that_does_not_answer_holds_up_no_ingest_and_no_other_stream(self):
        slow, quick = self.server(), self.server()
        self.stream(name="slow", transport="https", url=f"http://127.0.0.1:{slow.port}/in")
        self.stream(name="quick", transport="https", url=f"http://127.0.0.1:{quick.port}/in")
        slow.gate.clear()
        self.start()
        until(lambda: slow.waiting == 1, "nothing was sent")
        for _ in range(20):
            self.send(200)
        self.all_sent(quick, "acme", "_system")
        self.assertEqual((slow.taken, slow.waiting), ([], 1))
        self.assertEqual(self.appliance.request("GET", "/readyz")[0], 200)
        slow.gate.set()
        self.all_sent(slow, "acme", "_system")

    def test_the_daemon_stops_at_once_while_a_receiver_does_not_answer(self):
        server = self.server()
        self.stream(transport="https", url=f"http://127.0.0.1:{server.port}/in")
        server.gate.clear()
        self.start()
        until(lambda: server.waiting == 1, "nothing was sent")
        self.assertEqual(self.appliance.stop(), 0)  # within 30 seconds, which a batch may last
        server.gate.set()

    def test_an_event_that_is_refused_is_found_parked_recorded_and_sent_when_it_is_ordered(self):
        server = self.server()
        self.stream(transport="https", url=f"http://127.0.0.1:{server.port}/in", tenants=["acme"], what="records")
        server.refuses = lambda one: one["unmapped"]["countersign"]["id"] in ("evt-41", "evt-97")
        self.start()
        self.send(120)
        server.wait(118)
        until(lambda: self.metric("parked") == 2, "nothing is parked")
        self.assertEqual([one["why"] for one in self.status()["refused"]], ["it answered 400"] * 2)
        refused = {one["seq"] for one in self.status()["refused"]}
        ids = {record["seq"]: record["event"]["id"] for record in self.appliance.records("acme")}
        self.assertEqual({ids[seq] for seq in refused}, {"evt-41", "evt-97"})
        told = self.appliance.system_events("stream.refused", 2)
        self.assertEqual({one["action"]["resource"] for one in told}, {"siem"})
        server.refuses = lambda one: one["unmapped"]["countersign"]["id"] == "evt-97"
        self.assertEqual(self.appliance.json("stream", "retry", "siem"), {"events": 2})
        server.wait(119)
        until(lambda: self.metric("parked") == 1, "what was taken is parked still")
        [left] = self.status()["refused"]
        self.assertEqual(self.appliance.json("stream", "drop", "siem"), {"events": 1})
        self.assertEqual(self.status()["refused"], [])
        ordered, dropped = self.appliance.system_events("stream.rewound")[0], self.appliance.system_events("stream.dropped")[0]
        first, last = min(refused), max(refused)
        self.assertEqual((ordered["action"]["name"], ordered["action"]["context"]), ("stream retry", f"log={LOG}acme events=2 first={first} last={last}"))
        self.assertEqual((dropped["action"]["name"], dropped["action"]["context"]),
                         ("stream drop", f"log={LOG}acme events=1 first={left['seq']} last={left['seq']}"))
        self.assertEqual(ordered["actor"], dropped["actor"])
        self.assertTrue(dropped["actor"]["id"])
        self.send(5)
        server.wait(124)

    def test_a_filter_before_the_receiver_that_stops_one_event_does_not_stop_the_stream(self):
        server = self.server()
        self.stream(transport="https", url=f"http://127.0.0.1:{server.port}/in", tenants=["acme"], what="records", batch_events=64)
        server.filters = lambda body: "UNION SELECT" in body
        self.start()
        self.send(40)
        self.send(1, action={"name": "x' UNION SELECT 1", "resource": "x"})
        self.send(40)
        server.wait(80)
        until(lambda: self.status()["refused"], "the event is not parked")
        [parked] = self.status()["refused"]
        self.assertIn("403", parked["why"])
        self.assertEqual((parked["seq"], self.appliance.system_events("stream.refused")[0]["action"]["context"]),
                         (40, f"log={LOG}acme seq=40 type={event(40)['type']}"))
        until(lambda: self.status()["behind"] == 0, "it is behind")
        self.assertEqual({place(one)[1] for one in server.taken}, set(range(81)) - {40})
        self.assertEqual(self.status()["error"], "")

    def test_what_the_settings_say_is_recorded_when_it_changes_and_stands_in_the_report_of_residency(self):
        server = self.server()
        url = f"http://127.0.0.1:{server.port}/in"
        self.stream(transport="https", url=url, destination="de", leaves_region=True)
        self.start()
        self.send(3)
        self.all_sent(server, "acme")
        self.appliance.stop()
        text = self.appliance.config.read_text()
        self.appliance.config.write_text(text.replace(url, url + "/elsewhere"))
        self.start()
        first, second = (one["action"]["context"] for one in self.appliance.system_events("stream.started", 2))
        where = f"destination=de leaves_region=true where=http 127.0.0.1:{server.port} without TLS with_record=false what=both of all types all settings="
        self.assertTrue(first.startswith(where) and second.startswith(where), (first, second))
        self.assertNotEqual(first, second)
        self.appliance.stop()
        self.start()
        self.assertEqual(len(self.appliance.system_events("stream.started", 2)), 2)  # nothing changed, nothing is recorded
        period = ["--tenant", "acme", "--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z"]
        [region] = self.appliance.json("residency", *period)["regions"]
        self.assertEqual([(one["name"], one["destination"], one["crosses_border"], one["until"] is None) for one in region["streams"]],
                         [("siem", "de", True, False), ("siem", "de", True, True)])
        self.assertEqual(region["streams_configured"],
                         [{"name": "siem", "destination": "de", "crosses_border": True, "where": f"http 127.0.0.1:{server.port} without TLS"}])
        self.assertIn("stream siem to de", self.appliance.run("residency", *period).stdout)
        # Another tenant's stream is not this one's business.
        self.appliance.stop()
        self.appliance.config.write_text(text.replace(url, url + '"\ntenants = ["globex"]\nbody = "ndjson'))
        self.start()
        self.appliance.system_events("stream.started", 3)
        [region] = self.appliance.json("residency", *period)["regions"]
        self.assertEqual((len(region["streams"]), region["streams"][1]["until"] is None, region["streams_configured"]), (2, False, []))

    def test_a_daemon_that_cannot_listen_sends_nothing(self):
        server = self.server()
        self.stream(transport="https", url=f"http://127.0.0.1:{server.port}/in")
        self.start()
        self.send(20)
        self.all_sent(server, "acme")
        server.answers = 503
        self.appliance.run("stream", "rewind", "siem", "--since", "2020-01-01T00:00:00Z")
        until(lambda: (self.metric("failed_total") or 0) >= 1, "it is not told of a 503")
        self.appliance.stop()
        server.answers = None
        before = len(server.headers)
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", self.appliance.port))
            taken.listen()
            self.appliance.start(wait=False)
            self.assertNotEqual(self.appliance.daemon.wait(60), 0)
        self.assertEqual(len(server.headers), before)
        self.start()
        until(lambda: len(server.headers) > before, "it does not go on")

    def test_a_record_that_was_altered_stops_its_log_and_is_told(self):
        server = self.server()
        self.stream(transport="https", url=f"http://127.0.0.1:{server.port}/in", tenants=["acme", "globex"], what="records")
        self.start()
        self.appliance.add_tenant("globex")
        self.send(300)
        server.wait(300)
        until(lambda: self.status()["behind"] == 0, "it is behind")
        self.appliance.stop()
        alter(self.appliance.region_file("ledger.sqlite"), 5)
        self.start()
        self.appliance.run("stream", "rewind", "siem", "--tenant", "acme", "--seq", "0")
        until(lambda: self.metric("stopped_logs") == 1, "it is not noticed")
        status, answer = self.appliance.post(self.token, [event(1000, tenant="globex")])
        self.assertEqual(status, 200, answer)
        server.wait(306)
        self.assertEqual([place(one)[:2] for one in server.taken[300:]], [("acme", seq) for seq in range(5)] + [("globex", 0)])
        self.assertIn(f"record 5 of {LOG}acme is not the one that was signed", self.status()["error"])
        self.assertIn('"event":"stream.altered"', self.appliance.log_text())

    def test_rewinding_sends_again_under_the_same_ids(self):
        server = self.server()
        self.stream(transport="https", url=f"http://127.0.0.1:{server.port}/in", tenants=["acme"], what="records")
        self.start()
        self.send(10)
        server.wait(10)
        until(lambda: self.status()["behind"] == 0, "it is behind")
        self.appliance.run("stream", "rewind", "siem", "--tenant", "acme", "--seq", "6")
        server.wait(14)
        self.assertEqual(server.taken[10:], server.taken[6:10])
        self.appliance.run("stream", "rewind", "siem", "--since", "2020-01-01T00:00:00Z")
        server.wait(24)
        self.assertEqual(len({place(one)[2] for one in server.taken}), 10)
        self.assertEqual([one["action"]["context"] for one in self.appliance.system_events("stream.rewound", 2)],
                         [f"log={LOG}acme seq=6", f"log={LOG}acme seq=0"])
        for wrong in (["siem"], ["siem", "--seq", "1"], ["siem", "--tenant", "acme", "--seq", "99"], ["siem", "--since", "soon"]):
            self.assertEqual(self.appliance.run("stream", "rewind", *wrong, check=False).returncode, 2, wrong)
        self.assertNotEqual(self.appliance.run("stream", "status", "other", check=False).returncode, 0)
        self.assertIn("siem", self.appliance.run("stream", "list").stdout)
        self.assertIn("10 of 10", self.appliance.run("stream", "status", "siem").stdout)

    def test_findings_alone_go_out_and_a_stream_that_is_taken_away_ends(self):
        server = self.server()
        self.stream(transport="https", url=f"http://127.0.0.1:{server.port}/in", what="findings", start="now")
        self.start()
        self.send(20)
        finding = {"id": "finding.opened/acme/0123456789abcdef", "time": "2026-01-31T09:30:00Z", "type": "finding.opened", "tenant": "_system",
                   "action": {"name": "finding open", "resource": "acme/0123456789abcdef", "context": "CODE-GUESSING v1 item=17 records=[1,2]"},
                   "outcome": {"reason": "10 failures"}}
        outbox = self.appliance.region_file("outbox")
        outbox.mkdir(exist_ok=True)
        (outbox / ".one.json").write_text(json.dumps(finding))
        (outbox / ".one.json").chmod(0o600)
        (outbox / ".one.json").rename(outbox / f"{time.time_ns():020}-1.json")
        [one] = server.wait(1)
        self.assertEqual((one["class_uid"], one["finding_info"]["analytic"]["uid"], one["severity"]), (2004, "CODE-GUESSING", "High"))
        self.assertEqual(Ocsf("1.3.0").faults(one), [])
        self.appliance.stop()
        text = self.appliance.config.read_text()
        self.appliance.config.write_text(text[: text.rindex("\n[[stream]]")])
        self.start()
        self.appliance.system_events("stream.ended")
        self.assertEqual(self.appliance.json("stream", "list"), [])

    def test_elasticsearch_gets_documents_that_are_there_once(self):
        server = self.server(*certificate(self.folder, "siem"))
        value, file = self.secret("elastic")
        self.stream(transport="https", url=f"https://localhost:{server.port}/logs-countersign-default/_bulk", body="bulk", format="ecs", token=file,
                    ca_file=str(self.folder / "siem.pem"), batch_events=50)
        server.refuses = lambda one: one["countersign"]["id"] == "evt-7"
        self.start()
        self.send(200)
        total = len(self.ledger("acme"))
        until(lambda: sum(place(one)[0] == "acme" for one in server.taken) >= total - 1, "not all documents came")
        until(lambda: self.metric("parked") == 1, "the document that was refused is not parked")
        self.appliance.run("stream", "rewind", "siem", "--tenant", "acme", "--seq", "0")
        until(lambda: self.status()["behind"] == 0, "it is behind")
        self.assertEqual(sum(place(one)[0] == "acme" for one in server.taken), total - 1)
        self.assertEqual({one["Authorization"] for one in server.headers}, {f"ApiKey {value}"})

    def test_splunk_gets_envelopes_and_has_to_have_indexed_them(self):
        server = self.server(*certificate(self.folder, "siem"))
        value, file = self.secret("splunk")
        self.stream(transport="https", url=f"https://localhost:{server.port}/services/collector/event", body="hec", token=file, index="security",
                    acknowledged=True, timeout_s=3, ca_file=str(self.folder / "siem.pem"), tenants=["acme"], what="records")
        server.indexed = False
        self.start()
        self.send(30)
        # Indexers that need longer are asked again and get nothing again, also when there is more to be sent.
        until(lambda: (self.metric("failed_total") or 0) >= 1, "it is not asked whether the events are indexed")
        self.assertIn("not indexed", self.status()["error"])
        self.send(5)
        server.wait(35)
        self.assertEqual(self.status()["behind"], 35)
        server.indexed = True
        until(lambda: self.status()["behind"] == 0, "what is indexed is not taken")
        # What was answered too late comes twice.
        self.assertEqual(list(dict.fromkeys(place(one["event"])[1] for one in server.taken)), list(range(35)))
        one = server.taken[0]
        self.assertEqual((one["index"], one["sourcetype"], one["source"]), ("security", "countersign:ocsf", LOG + "acme"))
        self.assertEqual(one["time"], one["event"]["time"] / 1000)
        self.assertEqual(one["fields"]["countersign_id"], one["event"]["metadata"]["uid"])
        self.assertEqual({one["Authorization"] for one in server.headers}, {f"Splunk {value}"})
        self.assertEqual(len({one["X-Splunk-Request-Channel"] for one in server.headers}), 1)

    def test_a_receiver_that_cannot_prove_who_it_is_gets_nothing(self):
        cert, key = certificate(self.folder, "siem")
        mine, my_key = certificate(self.folder, "mine")
        server = self.server(cert, key, mine)
        self.stream(name="stranger", transport="https", url=f"https://localhost:{server.port}/in", ca_file=str(mine))
        self.stream(name="nobody", transport="https", url=f"https://localhost:{server.port}/in", ca_file=str(cert))
        self.start()
        until(lambda: self.status("stranger")["error"] and self.status("nobody")["error"], "it is not noticed")
        self.assertIn("certificate", self.status("stranger")["error"])
        self.assertEqual(server.taken, [])
        self.appliance.stop()
        self.stream(name="mine", transport="https", url=f"https://localhost:{server.port}/in", ca_file=str(cert), client_certificate=str(mine),
                    client_key=str(my_key))
        self.start()
        self.all_sent(server, "acme", "_system")

    def test_rsyslog_reads_cef_over_tls_and_loses_nothing_while_it_is_away(self):
        cert, key = certificate(self.folder, "siem")
        rsyslog = Rsyslog(self.folder, cert, key)
        self.addCleanup(lambda: rsyslog.stop())
        self.stream(transport="syslog", address=f"tls://localhost:{rsyslog.ports['tls']}", format="cef", ca_file=str(cert), tenants=["acme"], what="records")
        self.start()
        self.send(150, action={"name": "a|b=c\\d", "resource": "x"})
        messages = rsyslog.wait("tls", 150)
        for one in messages:
            line = one["msg"].lstrip(" ")
            self.assertEqual(cef_faults(line), [])
            header, extension = parse_cef(line)
            self.assertEqual((header[4], extension["act"], extension["cs1"]), (one["msgid"], "a|b=c\\d", LOG + "acme"))
            self.assertEqual((one["app"], str(one["facility"])), ("countersign", "13"))
            self.assertEqual(one["data"]["countersign@32473"]["id"], extension["cs2"])
        self.assertEqual([int(one["data"]["countersign@32473"]["seq"]) for one in messages], list(range(150)))
        # Away while it had nothing under way: what a syslog receiver loses with its own memory nobody knows.
        until(lambda: self.status()["behind"] == 0, "it is behind")
        rsyslog.stop()
        self.send(20)
        until(lambda: self.metric("failed_total") >= 1, "that it is away is not noticed")
        rsyslog.start()
        messages = rsyslog.wait("tls", 170)
        self.assertEqual({int(one["data"]["countersign@32473"]["seq"]) for one in messages}, set(range(170)))

    def test_a_syslog_receiver_that_turns_the_connection_away_has_taken_nothing(self):
        cert, key = certificate(self.folder, "siem")
        mine, my_key = certificate(self.folder, "mine")
        refusing, closing = OpensslServer(self.folder, cert, key, mine), SyslogListener()
        closing.closes = True
        for receiver in (refusing, closing):
            self.addCleanup(receiver.stop)
        common = {"transport": "syslog", "tenants": ["acme"], "what": "records"}
        self.stream(name="refusing", address=f"tls://localhost:{refusing.port}", ca_file=str(cert), **common)
        self.stream(name="closing", address=f"tcp://127.0.0.1:{closing.port}", **common)
        self.start()
        for _ in range(10):
            self.send(1)
            time.sleep(0.2)
        until(lambda: closing.turned_away >= 3 and self.status("refusing")["error"], "it is not noticed")
        self.assertIn("certificate required", self.status("refusing")["error"])
        self.assertEqual([self.status(name)["behind"] for name in ("refusing", "closing")], [10, 10])
        closing.closes = False

        def seqs(text):
            return list(map(int, re.findall(r'\[countersign@32473 [^]]*seq="([0-9]+)"', text)))
        until(lambda: self.status("closing")["behind"] == 0, "it does not go on")
        self.assertEqual(seqs("".join(closing.messages)), list(range(10)))
        self.assertEqual(refusing.received(), "")
        self.appliance.stop()
        self.stream(name="mine", address=f"tls://localhost:{refusing.port}", ca_file=str(cert), client_certificate=str(mine), client_key=str(my_key), **common)
        self.start()
        until(lambda: self.status("mine")["behind"] == 0, "what has the right certificate is not taken")
        self.assertEqual(seqs(refusing.received()), list(range(10)))

    @unittest.skipUnless(Kafka.is_there(), "the broker could not be fetched")
    def test_kafka_gets_what_fits_in_requests_that_fit_and_an_event_that_does_not_is_parked(self):
        cert, key = certificate(self.folder, "siem")
        password, file = self.secret("kafka")
        kafka = Kafka(self.folder, cert, key, password, "message.max.bytes=2500")
        self.addCleanup(lambda: kafka.stop())
        self.stream(transport="kafka", brokers=[f"localhost:{kafka.port}"], topic=Kafka.TOPIC, sasl="PLAIN", user=Kafka.USER, password=file,
                    ca_file=str(cert), format="ecs", tenants=["acme"], what="records")
        self.start()
        # What no compression makes smaller: 1,024 characters of three bytes.
        long = "".join(map(chr, random.Random(1).choices(range(0x4E00, 0x9FA0), k=1024)))
        self.send(150)
        self.send(1, action={"name": "x", "context": long})
        self.send(50)
        until(lambda: self.status()["behind"] == 0, "Kafka did not take it", 120)
        [refused] = self.status()["refused"]
        self.assertEqual((refused["seq"], refused["why"].split(":")[0]), (150, "Kafka says"))
        # A broker that is slow to answer gets some of them twice.
        self.assertEqual(list(dict.fromkeys(place(one)[1] for _, _, _, one in kafka.read())), [*range(150), *range(151, 201)])

    @unittest.skipUnless(Kafka.is_there(), "the broker could not be fetched")
    def test_kafka_gets_each_log_in_order_over_tls_and_goes_on_after_it_was_away(self):
        cert, key = certificate(self.folder, "siem")
        password, file = self.secret("kafka")
        kafka = Kafka(self.folder, cert, key, password)
        self.addCleanup(lambda: kafka.stop())
        self.stream(transport="kafka", brokers=[f"localhost:{kafka.port}"], topic=Kafka.TOPIC, sasl="PLAIN", user=Kafka.USER, password=file,
                    ca_file=str(cert), format="ecs")
        self.start()
        self.send(200)
        until(lambda: self.status()["behind"] == 0, "Kafka did not take it", 90)
        kafka.stop()
        self.send(100)
        until(lambda: self.metric("failed_total") >= 1, "that it is away is not noticed", 90)
        self.appliance.kill()
        kafka.start()
        self.start()
        until(lambda: self.status()["behind"] == 0, "Kafka did not take the rest", 120)
        by_log = {}
        for partition, log, id, one in kafka.read():
            self.assertEqual((LOG + place(one)[0], place(one)[2]), (log, id))
            self.assertEqual(list(Ecs().faults(one)), [])
            by_log.setdefault(place(one)[0], []).append((partition, place(one)[1]))
        self.assertEqual({(log, seq) for log, all_of_it in by_log.items() for _, seq in all_of_it}, self.ledger("acme", "_system"))
        for all_of_it in by_log.values():
            self.assertEqual(len({partition for partition, _ in all_of_it}), 1)
            firsts = list(dict.fromkeys(seq for _, seq in all_of_it))
            self.assertEqual(firsts, sorted(firsts))

    def test_the_daemon_does_not_start_with_a_stream_that_cannot_be(self):
        self.stream(transport="https", url="https://siem.example.com/in", token="keys/none.secret")
        self.appliance.start(wait=False)
        self.assertNotEqual(self.appliance.daemon.wait(60), 0)
        self.assertIn("none.secret", self.appliance.log_text())
        self.assertIn("siem", self.appliance.run("stream", "list").stdout)


if __name__ == "__main__":
    unittest.main()
