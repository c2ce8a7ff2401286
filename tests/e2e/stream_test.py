"""Records and findings go out of the real daemon to real receivers; none is lost, whatever happens on the way, and none holds up ingest."""

import json
import secrets
import subprocess
import sys
import time
import unittest
from collections import Counter
from pathlib import Path

import kept_logs
from appliance import Appliance, event, until
from notify_receivers import Rsyslog, certificate
from siem_receivers import Kafka, SiemServer

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "exporters" / "siem"))
from schemas import Ecs, Ocsf, cef_faults, parse_cef  # noqa: E402

METRIC = "countersign_stream_"
LOG = "log.example.com/eu-1/"


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
        self.assertGreaterEqual(self.metric("lag_records"), 100)
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
        self.assertEqual(self.appliance.json("stream", "drop", "siem"), {"events": 1})
        self.assertEqual(self.status()["refused"], [])
        self.send(5)
        server.wait(124)

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
                    acknowledged=True, ca_file=str(self.folder / "siem.pem"), tenants=["acme"], what="records")
        server.indexed = False
        self.start()
        self.send(30)
        until(lambda: server.asked >= 2, "it is not asked whether the events are indexed")
        self.assertEqual(self.status()["behind"], 30)
        server.indexed = True
        until(lambda: self.status()["behind"] == 0, "what is indexed is not taken")
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
