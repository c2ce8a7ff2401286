"""Findings go out of the real daemon to real receivers, survive what can happen on the way, and tell what did not arrive."""

import base64
import email
import email.policy
import json
import os
import time
import unittest

import kept_logs
from appliance import Appliance, event, free_port, until
from notify_receivers import MailServer, Rsyslog, SyslogListener, WebServer, certificate

FINDING = "0123456789abcdef"
PASSWORD = "correct-horse-battery-staple"
METRIC = "countersign_notify_"


def finding_event(kind, finding=FINDING, tenant="acme", **more):
    action = {"name": "finding " + {"opened": "open", "acknowledged": "acknowledge", "resolved": "resolve"}[kind], "resource": f"{tenant}/{finding}"}
    if "context" in more:
        action["context"] = more["context"]
    out = {"id": f"finding.{kind}/{tenant}/{finding}", "time": "2026-01-31T09:30:00Z", "type": f"finding.{kind}", "tenant": "_system",
           "action": action}
    if "reason" in more:
        out["outcome"] = {"reason": more["reason"]}
    return out


class Notify(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.folder = self.appliance.folder
        self.secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
        kept_logs.secret("webhook secret", self.secret)
        kept_logs.secret("webhook secret", self.secret[6:])
        self.write_secret("webhook", self.secret)
        self.number = 0

    def write_secret(self, name, value):
        path = self.folder / "keys" / f"{name}.secret"
        path.write_text(value + "\n")
        path.chmod(0o600)

    def notify(self, **settings):
        """Adds a destination to the settings."""
        with open(self.appliance.config, "a", encoding="utf-8") as config:
            config.write("\n[[notify]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))

    def webhook(self, name, server, scheme="http", **more):
        self.notify(name=name, kind="webhook", url=f"{scheme}://localhost:{server.port}/hook", secret="keys/webhook.secret", **more)

    def server(self, *arguments, **options):
        server = WebServer(self.secret, *arguments, **options)
        self.addCleanup(server.stop)
        return server

    def leave(self, what):
        """Leaves an event for the system log as commands do."""
        outbox = self.appliance.region_file("outbox")
        outbox.mkdir(exist_ok=True)
        self.number += 1
        name = f"{time.time_ns():020}-{self.number}.json"
        (outbox / ("." + name)).write_text(json.dumps(what))
        (outbox / ("." + name)).chmod(0o600)
        (outbox / ("." + name)).rename(outbox / name)

    def open_finding(self, finding=FINDING, tenant="acme", control="CODE-GUESSING", observed="10 failures"):
        self.leave(finding_event("opened", finding, tenant, context=f"{control} v1 item=17 records=[17,18]", reason=observed))

    def metric(self, text):
        for line in self.appliance.request("GET", "/metrics")[2].decode().splitlines():
            if line.startswith(METRIC + text):
                return int(line.rsplit(" ", 1)[1])
        return None

    def listed(self):
        return self.appliance.json("notify", "list")["deliveries"]

    def test_each_step_of_a_finding_is_told_and_its_signature_is_genuine(self):
        server, other = self.server(), self.server()
        self.webhook("pager", server)
        self.webhook("other", other, tenants=["globex"])
        self.appliance.start()
        self.open_finding()
        self.leave(finding_event("acknowledged", reason="we look at it"))
        self.leave(finding_event("resolved", reason="the account was locked"))
        self.open_finding("00000000000000bb", "globex")
        got = server.wait(4)
        self.assertTrue(all(each["genuine"] for each in got), got)
        self.assertEqual([json.loads(each["body"])["type"] for each in got],
                         ["finding.opened", "finding.acknowledged", "finding.resolved", "finding.opened"])
        self.assertEqual({each["headers"]["content-type"] for each in got}, {"application/json"})
        first = json.loads(got[0]["body"])
        self.assertTrue(first["timestamp"].startswith("2026-01-31T09:30:00"))
        data = first["data"]
        self.assertEqual({name: data[name] for name in ("finding", "tenant", "region", "control", "version", "item", "records", "observed", "log", "note")},
                         {"finding": FINDING, "tenant": "acme", "region": "eu-1", "control": "CODE-GUESSING", "version": 1, "item": "17",
                          "records": [17, 18], "observed": "10 failures", "log": "log.example.com/eu-1/acme", "note": None})
        last = json.loads(got[2]["body"])["data"]
        self.assertEqual((last["note"], last["control"], last["records"]), ("the account was locked", "CODE-GUESSING", [17, 18]))
        self.assertEqual(len({each["headers"]["webhook-id"] for each in got}), 4)
        [only] = other.wait(1)
        self.assertEqual(json.loads(only["body"])["data"]["tenant"], "globex")
        self.assertEqual(only["headers"]["webhook-id"], got[3]["headers"]["webhook-id"])
        until(lambda: self.listed() == [], "what was taken still waits")
        self.assertEqual(len(other.received), 1)

    def test_answers_and_requests_go_to_who_wants_them(self):
        answers, requests, globex = self.server(), self.server(), self.server()
        self.webhook("answers", answers, events=["answers"])
        self.webhook("requests", requests, events=["requests", "findings"], retry_s=[1])
        self.webhook("globex", globex, events=["answers", "requests"], tenants=["globex"])
        self.appliance.start()
        told = lambda kind, name, resource, context="": {"id": f"{kind}/{resource}", "time": "2026-01-31T09:30:00Z", "type": kind, "tenant": "_system",
                                                         "action": {"name": name, "resource": resource, **({"context": context} if context else {})}}
        why = "control OTP-SINGLE-USE: passed, and failed now"
        self.leave(told("answer.stale", "judge answer", "acme/otp-single-use", why))
        self.leave(told("answer.current", "judge answer", "globex/otp-single-use", "the evidence shows it again"))
        asks = told("access.requested", "request access", "access/7a1b2c3d")
        self.leave({**asks, "actor": {"email": "eve@example.net", "name": "Eve"}, "attributes": {"company": "Example Corp", "reason": "a deal"}})
        # A questionnaire that nobody knows is of no tenant.
        self.leave(told("answer.stale", "judge answer", "questionnaire/5f0c6c6e/7", why))
        got = [json.loads(each["body"]) for each in answers.wait(3)]
        self.assertTrue(all(each["genuine"] for each in answers.received))
        self.assertEqual(got[0], {"type": "answer.stale", "timestamp": "2026-01-31T09:30:00Z", "data": {
            "tenant": "acme", "answer": "otp-single-use", "title": None, "questionnaire": None, "questions": [], "severity": "medium", "observed": why,
            "region": "eu-1", "log": "log.example.com/eu-1/_system"}})
        self.assertEqual([(each["type"], each["data"]["tenant"], each["data"]["questions"]) for each in got[1:]],
                         [("answer.current", "globex", []), ("answer.stale", None, [7])])
        [request] = requests.wait(1)
        self.assertEqual(json.loads(request["body"])["data"], {"request": "7a1b2c3d", "severity": "medium", "region": "eu-1", "log": "log.example.com/eu-1/_system"})
        self.assertEqual([json.loads(each["body"])["type"] for each in globex.wait(2)], ["answer.current", "access.requested"])
        # One that is not taken is recorded under its own name.
        requests.order("500")
        self.leave({**asks, "id": "another", "action": {"name": "request access", "resource": "access/another"}})
        [recorded] = self.appliance.system_events("access.undelivered")
        self.assertEqual((recorded["action"]["name"], recorded["action"]["resource"]), ("access send", "access/another"))
        until(lambda: "access.requested of request another" in self.appliance.run("notify", "list").stdout, "it is listed")
        self.assertEqual((len(answers.received), len(globex.received)), (3, 3))

    def test_a_finding_of_before_the_first_destination_is_not_told(self):
        self.appliance.start()
        self.open_finding("00000000000000aa")
        self.appliance.system_events("finding.opened")
        self.appliance.stop()
        server = self.server()
        self.webhook("pager", server)
        self.appliance.start()
        self.open_finding()
        self.assertEqual(json.loads(server.wait(1)[0]["body"])["data"]["finding"], FINDING)
        # But what comes while the daemon does not run is told when it does.
        self.appliance.stop()
        self.open_finding("00000000000000cc")
        self.appliance.start()
        self.assertEqual(json.loads(server.wait(2)[1]["body"])["data"]["finding"], "00000000000000cc")

    def test_what_fails_twice_arrives_the_third_time_under_the_same_id(self):
        server = self.server()
        self.webhook("pager", server, retry_s=[1, 1, 1, 1, 1, 1])
        self.appliance.start()
        server.order("500")
        self.open_finding()
        server.wait(2)
        server.order("204")
        until(lambda: server.received[-1]["answer"] == "204", "it was not tried again")
        self.assertEqual({each["answer"] for each in server.received[:-1]}, {"500"})
        self.assertTrue(all(each["genuine"] for each in server.received))
        self.assertEqual(len({(each["headers"]["webhook-id"], each["body"]) for each in server.received}), 1)
        until(lambda: self.listed() == [], "what was taken still waits")
        self.assertEqual(self.metric('attempts_total{destination="pager",result="taken"}'), 1)

    def test_what_never_arrives_is_given_up_recorded_and_sent_again_by_command(self):
        server = self.server()
        self.webhook("pager", server, retry_s=[1])
        self.appliance.start()
        server.order("302")
        self.open_finding()
        [recorded] = self.appliance.system_events("finding.undelivered")
        self.assertEqual(recorded["action"]["resource"], f"acme/{FINDING}")
        self.assertEqual(recorded["action"]["context"], "destination=pager type=finding.opened attempts=2")
        self.assertEqual(recorded["outcome"]["reason"], "it answered 302")
        self.assertEqual([each["url"] for each in server.received], ["/hook"] * 2, "a redirect was followed")
        until(lambda: self.metric('undelivered_total{destination="pager"}') == 1, "the metric does not count it")
        until(lambda: [each["state"] for each in self.listed()] == ["given up"], "it is not listed as given up")
        [listed] = self.listed()
        self.assertEqual((listed["destination"], listed["finding"], listed["attempts"], listed["error"]),
                         ("pager", FINDING, 2, "it answered 302"))
        self.assertIn("given up for pager", self.appliance.run("notify", "list").stdout)
        # Again in vain: recorded once more.
        self.appliance.run("notify", "retry", listed["id"])
        self.appliance.system_events("finding.undelivered", 2)
        until(lambda: [each["state"] for each in self.listed()] == ["given up"], "it is not given up again")
        server.order("200")
        done = self.appliance.run("notify", "retry", "--destination", "pager")
        self.assertIn("1 delivery is sent again", done.stdout)
        until(lambda: server.received[-1]["answer"] == "200", "it was not sent again")
        self.assertEqual({each["headers"]["webhook-id"] for each in server.received}, {listed["id"]})
        until(lambda: self.listed() == [], "what was taken is still listed")
        nothing = self.appliance.run("notify", "retry", "--destination", "pager", check=False)
        self.assertEqual(nothing.returncode, 3, nothing.stderr)

    def test_an_id_that_several_are_told_needs_the_destination(self):
        server = self.server()
        self.webhook("pager", server, retry_s=[600])
        self.webhook("siem", server, retry_s=[600])
        self.appliance.start()
        server.order("500")
        self.open_finding()
        server.wait(2)
        until(lambda: [each["state"] for each in self.listed()] == ["to be tried again"] * 2, "both do not wait")
        [number] = {each["id"] for each in self.listed()}
        for command in ("retry", "drop"):
            refused = self.appliance.run("notify", command, number, check=False)
            self.assertEqual(refused.returncode, 2, refused.stdout)
            self.assertIn("is a delivery to each of pager, siem; say which with --destination. Nothing was done", refused.stderr)
        # Of several ids that are given all must be there.
        missing = self.appliance.run("notify", "drop", "--destination", "siem", number, "msg_00000000", check=False)
        self.assertEqual(missing.returncode, 3, missing.stdout)
        self.assertEqual(len(self.listed()), 2)
        self.assertIn("1 delivery is dropped", self.appliance.run("notify", "drop", "--destination", "siem", number).stdout)
        self.assertEqual([each["destination"] for each in self.listed()], ["pager"])
        # Now the id is with one alone.
        server.order("204")
        self.appliance.run("notify", "retry", number)
        until(lambda: self.listed() == [], "it was not sent again")
        self.assertEqual(server.received[-1]["headers"]["webhook-id"], number)

    def test_what_is_dropped_is_not_sent(self):
        server = self.server()
        self.webhook("pager", server, retry_s=[600])
        self.appliance.start()
        server.order("500")
        self.open_finding()
        server.wait(1)
        until(lambda: [each["state"] for each in self.listed()] == ["to be tried again"], "it does not wait")
        self.appliance.run("notify", "drop", self.listed()[0]["id"])
        self.assertEqual(self.listed(), [])
        server.order("200")
        self.open_finding("00000000000000bb")
        self.assertEqual(json.loads(server.wait(2)[1]["body"])["data"]["finding"], "00000000000000bb")

    def test_a_kill_between_record_and_delivery_loses_nothing(self):
        server = self.server()
        self.webhook("pager", server)
        self.appliance.start()
        findings = [f"{number:016x}" for number in range(6)]
        for number, finding in enumerate(findings):
            self.open_finding(finding)
            # Killed as soon as the record is there: before its delivery is queued, or while it is.
            self.appliance.system_events("finding.opened", number + 1)
            self.appliance.kill()
            self.appliance.start()
        until(lambda: {json.loads(each["body"])["data"]["finding"] for each in server.received} == set(findings), "a finding was lost")
        ids = {(json.loads(each["body"])["data"]["finding"], each["headers"]["webhook-id"]) for each in server.received}
        self.assertEqual(len(ids), len(findings), "one finding under two ids")

    def test_a_kill_while_the_receiver_thinks_has_it_sent_again_under_the_same_id(self):
        server = self.server()
        self.webhook("pager", server)
        self.appliance.start()
        server.order("hang")
        self.open_finding()
        server.wait(1)
        self.appliance.kill()
        server.order("200")
        self.appliance.start()
        first, second = server.wait(2)[:2]
        self.assertEqual(first["headers"]["webhook-id"], second["headers"]["webhook-id"])
        self.assertEqual(first["body"], second["body"])
        self.assertTrue(second["genuine"])

    def test_a_receiver_that_hangs_delays_neither_others_nor_events_nor_the_stop(self):
        slow, quick = self.server(), self.server()
        self.webhook("slow", slow)
        self.webhook("quick", quick)
        self.appliance.add_tenant("acme")
        token = self.appliance.add_source("app")
        self.appliance.start()
        slow.order("hang")
        self.open_finding()
        slow.wait(1)
        begun = time.monotonic()
        self.open_finding("00000000000000bb")
        quick.wait(2)
        self.appliance.wait_known(token)
        self.assertEqual(self.appliance.post(token, [event(1)])[0], 200)
        self.assertEqual(self.appliance.stop(), 0)
        self.assertLess(time.monotonic() - begun, 10, "waited for the slow one's ten seconds")

    def test_a_receiver_that_is_gone_is_left_in_peace_until_a_restart(self):
        server = self.server()
        self.webhook("pager", server, retry_s=[1, 1, 1, 1, 1])
        self.appliance.start()
        server.order("410")
        self.open_finding()
        server.wait(1)
        until(lambda: self.metric('ended{destination="pager"}') == 1, "the metric does not say that it ended")
        self.assertIn("nothing more is sent there", self.appliance.log_text())
        self.open_finding("00000000000000bb")
        until(lambda: len(self.listed()) == 2, "they do not wait")
        server.order("200")
        self.appliance.stop()
        self.assertEqual(len(server.received), 1)
        self.appliance.start()
        server.wait(3)

    def test_retry_after_is_obeyed_and_an_endless_answer_is_an_answer(self):
        server = self.server()
        self.webhook("pager", server, retry_s=[1, 1, 1])
        self.appliance.start()
        server.order("429 3")
        begun = time.monotonic()
        self.open_finding()
        server.wait(1)
        server.order("large")
        server.wait(2)
        self.assertGreaterEqual(time.monotonic() - begun, 3)
        until(lambda: self.listed() == [], "an answer with 200 was not taken for one")
        self.assertEqual(len(server.received), 2)

    def test_tls_is_checked(self):
        good, bad = certificate(self.folder, "good"), certificate(self.folder, "bad")
        server = self.server(good)
        self.webhook("trusted", server, scheme="https", ca_file=str(good[0]))
        self.webhook("doubted", server, scheme="https", ca_file=str(bad[0]))
        self.appliance.start()
        self.open_finding()
        until(lambda: any(each["destination"] == "doubted" and each["attempts"] for each in self.listed()), "it was not tried")
        self.assertIn("certificate", [each["error"] for each in self.listed() if each["destination"] == "doubted"][0])
        self.assertEqual(len(server.wait(1)), 1)

    def test_a_command_tries_a_destination_out(self):
        server = self.server()
        self.webhook("pager", server, tenants=["acme"])
        stopped = self.appliance.run("notify", "test", "pager", check=False)
        self.assertEqual(stopped.returncode, 6)
        self.assertIn("not running", stopped.stderr)
        self.appliance.start()
        self.assertIn("took the test", self.appliance.run("notify", "test", "pager").stdout)
        [got] = server.wait(1)
        self.assertTrue(got["genuine"])
        body = json.loads(got["body"])
        self.assertEqual((body["type"], body["data"]["tenant"]), ("finding.test", "acme"))
        server.order("401")
        failed = self.appliance.run("notify", "test", "pager", check=False)
        self.assertEqual(failed.returncode, 6)
        self.assertIn("it answered 401", failed.stderr)
        self.assertEqual(self.listed(), [])
        self.assertEqual(self.appliance.run("notify", "test", "nobody", check=False).returncode, 3)

    def test_mail(self):
        tls, other = certificate(self.folder, "mail"), certificate(self.folder, "other")
        kept_logs.secret("mail password", PASSWORD)
        self.write_secret("mail", PASSWORD)
        self.write_secret("wrong", "not-the-password")
        kept_logs.secret("mail password", "not-the-password")
        server = MailServer("countersign", PASSWORD, tls)
        self.addCleanup(server.stop)
        common = {"kind": "email", "server": f"localhost:{server.port}", "user": "countersign", "from": "countersign@example.com"}
        self.notify(name="mail", password="keys/mail.secret", to=["ana@example.com", "bob@example.com"], ca_file=str(tls[0]), **common)
        self.notify(name="stranger", password="keys/wrong.secret", to=["ana@example.com"], ca_file=str(tls[0]), **common)
        self.notify(name="doubted", password="keys/mail.secret", to=["ana@example.com"], ca_file=str(other[0]), **common)
        self.notify(name="refused", password="keys/mail.secret", to=["ana@example.com", "gone@example.com"], ca_file=str(tls[0]), **common)
        server.order("gone@example.com")
        self.appliance.start()
        observed = "Zürich: 10 failures\u2028Bcc: eve@example.net" + " and so on" * 10
        self.open_finding(observed=observed)
        self.leave(finding_event("resolved", reason="locked"))
        first, second = (email.message_from_string(each["text"], policy=email.policy.default) for each in server.wait(2)[:2])
        for each in server.received:
            self.assertEqual((each["sender"], each["to"], each["over_tls"]),
                             ("countersign@example.com", ["ana@example.com", "bob@example.com"], True))
        self.assertEqual(first["Subject"], "[Countersign] high finding opened: CODE-GUESSING of acme")
        self.assertEqual((first["To"], first["Bcc"]), ("ana@example.com, bob@example.com", None))
        self.assertIn("Observed   " + observed.replace("\u2028", " "), first.get_content())
        self.assertEqual(first["Message-ID"], f"<{FINDING}.acme.eu-1@log.example.com>")
        self.assertEqual((second["In-Reply-To"], second["References"]), (first["Message-ID"], first["Message-ID"]))
        self.assertFalse(first.defects or second.defects)

        def errors():
            return {each["destination"]: each["error"] for each in self.listed() if each["attempts"]}
        until(lambda: set(errors()) == {"stranger", "doubted", "refused"}, "not all of the others were tried")
        self.assertIn("certificate", errors()["doubted"])
        self.assertIn("denied", errors()["stranger"])
        self.assertIn("it answered 550", errors()["refused"])
        self.assertNotIn("gone@example.com", self.appliance.log_text())
        self.assertEqual(len(server.received), 2)

    def test_syslog(self):
        cert, key = certificate(self.folder, "syslog")
        server = Rsyslog(self.folder, cert, key)
        self.addCleanup(server.stop)
        for kind, port in server.ports.items():
            more = {"ca_file": str(cert)} if kind == "tls" else {}
            self.notify(name=kind, kind="syslog", address=f"{kind}://localhost:{port}", retry_s=[1] * 20, **more)
        self.notify(name="nobody", kind="syslog", address=f"tcp://localhost:{free_port()}", facility=10)
        self.appliance.start()
        observed = 'Zürich "10" failures] \\ in 600 s'
        self.open_finding(observed=observed)
        for kind in server.ports:
            [message] = server.wait(kind, 1)
            self.assertEqual((message["facility"], message["severity"], message["app"], message["msgid"], message["version"]),
                             ("13", "2", "countersign", "finding.opened", "1"))
            data = message["data"]["countersign@32473"]
            self.assertEqual((data["finding"], data["tenant"], data["control"], data["records"], data["item"]),
                             (FINDING, "acme", "CODE-GUESSING", "17,18", "17"))
            self.assertTrue(message["msg"].lstrip("\ufeff").startswith("finding opened: CODE-GUESSING"), message["msg"])
            self.assertTrue(message["msg"].endswith(observed), message["msg"])
        until(lambda: [(each["destination"], bool(each["attempts"])) for each in self.listed()] == [("nobody", True)], "one of them waits")
        self.assertIn("connect", self.listed()[0]["error"])

    def test_a_syslog_receiver_that_turns_the_connection_away_has_taken_nothing(self):
        cert, key = certificate(self.folder, "syslog")
        refusing, closing = SyslogListener(cert, key), SyslogListener()
        refusing.wants = closing.closes = True
        self.notify(name="refusing", kind="syslog", address=f"tls://localhost:{refusing.port}", retry_s=[1] * 20, ca_file=str(cert))
        self.notify(name="closing", kind="syslog", address=f"tcp://127.0.0.1:{closing.port}", retry_s=[1] * 20)
        for receiver in (refusing, closing):
            self.addCleanup(receiver.stop)
        self.appliance.start()
        self.open_finding()
        until(lambda: refusing.turned_away >= 3 and closing.turned_away >= 3, "they were not tried again")
        errors = {each["destination"]: each["error"] for each in self.listed()}
        self.assertEqual(set(errors), {"refusing", "closing"})
        self.assertIn("certificate required", errors["refusing"])
        self.assertIsNone(self.metric('attempts_total{destination="refusing",result="taken"}') or None)
        refusing.wants = closing.closes = False
        until(lambda: self.listed() == [], "it was not sent again")
        for receiver in (refusing, closing):
            [message] = receiver.messages
            self.assertIn(FINDING, message)

    def test_settings_that_cannot_be_meant_are_refused(self):
        before = self.appliance.config.read_text()
        (self.folder / "keys" / "open.secret").write_text(self.secret + "\n")
        (self.folder / "keys" / "open.secret").chmod(0o644)
        self.write_secret("short", "whsec_AAAA")
        for settings, said in (({"secret": "keys/open.secret"}, "open.secret"), ({"secret": "keys/missing.secret"}, "missing.secret"),
                               ({"secret": "keys/short.secret"}, "24 to 64 bytes"), ({"secret": "credential:pager"}, "LoadCredential=pager")):
            self.appliance.config.write_text(before)
            self.notify(name="pager", kind="webhook", url="https://alerts.example.com/", **settings)
            self.appliance.start(wait=False)
            self.assertEqual(self.appliance.daemon.wait(30), 1, settings)
            self.assertIn(said, self.appliance.log_text().splitlines()[-1])
        self.assertNotIn("AAAA", self.appliance.log_text())


if __name__ == "__main__":
    unittest.main()
