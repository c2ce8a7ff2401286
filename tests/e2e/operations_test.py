"""What an operator sees: lines of the log with the ids of requests, what SIGHUP changes, metrics that alerts and the dashboard are made of."""

import base64
import hashlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import unittest
import uuid
from pathlib import Path

from appliance import BIN, Appliance, event, free_port, until

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
MONITORING = PACKAGING / "monitoring"
DOCS = Path(__file__).resolve().parents[2] / "docs"
OWN_ID = r"[0-9a-f]{32}"


def lines(appliance, name=None):
    """The lines of the daemon's log, parsed; those of one event."""
    parsed = [json.loads(line) for line in appliance.log_text().splitlines()]
    return [line for line in parsed if name is None or line.get("event") == name]


def set_member(appliance, table, member, value):
    """Sets a member of the configuration, in its table."""
    text = appliance.config.read_text()
    text = re.sub(rf"(?m)^{member} = .*\n", "", text)
    assert f"\n[{table}]" in text, table
    appliance.config.write_text(re.sub(rf"(?m)^\[{table}\].*\n", lambda found: f"{found[0]}{member} = {value}\n", text))


def metrics(appliance):
    """{name with labels: value} and the text."""
    text = appliance.request("GET", "/metrics")[2].decode()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if not line.startswith("#")}, text


def reload(appliance):
    known = len(lines(appliance, "config.reloaded")) + len(lines(appliance, "config.not_reloaded"))
    appliance.daemon.send_signal(signal.SIGHUP)
    until(lambda: len(lines(appliance, "config.reloaded")) + len(lines(appliance, "config.not_reloaded")) > known, "SIGHUP was not heard")


class Log(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.appliance.add_tenant("acme")
        cls.token = cls.appliance.add_source("shop", tenant="acme")
        set_member(cls.appliance, "log", "level", '"info"')
        cls.appliance.start()

    @classmethod
    def tearDownClass(cls):
        cls.appliance.__exit__()

    def logged(self, request):
        until(lambda: any(line.get("request") == request for line in lines(self.appliance)), "the log does not name the request")
        return [line for line in lines(self.appliance) if line.get("request") == request]

    def test_a_request_is_found_again_by_its_id(self):
        status, fields, body = self.appliance.request("POST", "/v1/events", "[]", {"Authorization": "Bearer none"})
        self.assertEqual(status, 401)
        own = fields["X-Request-Id"]
        self.assertRegex(own, f"^{OWN_ID}$")
        self.assertEqual(json.loads(body)["request_id"], own)
        line, = self.logged(own)
        self.assertEqual((line["event"], line["method"], line["route"], line["status"], line["level"]), ("http.request", "POST", "/v1/events", 401, "info"))
        self.assertGreaterEqual(line["duration_ms"], 0)

    def test_an_id_of_the_sender_is_kept_where_it_is_one(self):
        given = str(uuid.uuid4())
        status, fields, body = self.appliance.request("GET", "/no/such/path?ana=1", headers={"X-Request-Id": given})
        self.assertEqual((status, fields["X-Request-Id"], json.loads(body)["request_id"]), (404, given, given))
        line, = self.logged(given)
        self.assertEqual(line["route"], "", "a path that is none of ours is the sender's text")
        fields = self.appliance.request("GET", "/healthz", headers={"X-Request-Id": "ana@corp.example"})[1]
        self.assertRegex(fields["X-Request-Id"], f"^{OWN_ID}$")
        trace = uuid.uuid4().hex
        fields = self.appliance.request("GET", "/healthz", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})[1]
        self.assertEqual(fields["X-Request-Id"], trace)

    def test_no_line_says_who_asked_or_for_what(self):
        secret_path = f"/v1/hooks/{uuid.uuid4().hex}"
        fields = self.appliance.request("POST", f"{secret_path}?code=hunter2", "{}", {"X-Forwarded-For": "203.0.113.77"})[1]
        line, = self.logged(fields["X-Request-Id"])
        self.assertEqual(line["route"], "/v1/hooks/{source}")
        self.assertRegex(line["client"], "^[0-9a-f]{8}$")
        for text in (secret_path.rsplit("/", 1)[1], "hunter2", "203.0.113.77", "127.0.0.1"):
            self.assertNotIn(text, json.dumps(line))

    def test_sighup_changes_level_and_limits_and_names_what_needs_a_restart(self):
        def served():
            return self.appliance.request("GET", "/healthz")[1]["X-Request-Id"]
        quiet = served()
        set_member(self.appliance, "log", "level", '"debug"')
        set_member(self.appliance, "limits", "events_max", 7)
        set_member(self.appliance, "listen", "threads", 3)
        reload(self.appliance)
        self.assertIn(self.appliance.post(self.token, [event(n) for n in range(8)])[0], (413,))
        self.assertEqual(self.appliance.post(self.token, [event(n) for n in range(7)])[0], 200)
        told, = lines(self.appliance, "config.reloaded")
        self.assertEqual((told["changed"], told["needs_restart"]), ("limits.events_max log.level", "listen.threads"))
        self.assertIn("listen.threads", lines(self.appliance, "config.needs_restart")[0]["message"])
        line, = self.logged(served())
        self.assertEqual((line["level"], line["status"]), ("debug", 200))
        self.assertFalse(any(line.get("request") == quiet for line in lines(self.appliance)))
        self.assertEqual(metrics(self.appliance)[0]["countersign_config_last_reload_successful"], 1)
        set_member(self.appliance, "log", "level", '"loud"')
        reload(self.appliance)
        self.assertIn("log.level must be", lines(self.appliance, "config.not_reloaded")[-1]["message"])
        self.assertEqual(metrics(self.appliance)[0]["countersign_config_last_reload_successful"], 0)
        self.logged(served())
        set_member(self.appliance, "log", "level", '"info"')
        set_member(self.appliance, "limits", "events_max", 10000)
        set_member(self.appliance, "listen", "threads", 2)
        reload(self.appliance)
        self.assertEqual(metrics(self.appliance)[0]["countersign_config_last_reload_successful"], 1)


class Certificate(unittest.TestCase):
    def test_that_is_not_of_its_key_is_neither_served_nor_watched(self):
        with Appliance(tls=True) as appliance:
            keys = appliance.folder / "keys"
            ours = (keys / "tls.pem").read_text()
            (keys / "served.pem").write_text(ours)
            set_member(appliance, "keys", "tls_certificate", '"keys/served.pem"')
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9", "-subj", "/CN=localhost",
                            "-keyout", keys / "other.key", "-out", keys / "served.new"], check=True, capture_output=True)
            appliance.start()
            expiry = 'countersign_certificate_expiry_timestamp_seconds{certificate="tls"}'
            before = metrics(appliance)[0][expiry]
            (keys / "served.new").replace(keys / "served.pem")
            for count in (1, 2):
                reload(appliance)
                until(lambda: len(lines(appliance, "certificate.not_reloaded")) == count, "a reload that failed is not told of")  # pylint: disable=cell-var-from-loop
                values = metrics(appliance)[0]
                self.assertEqual((values[expiry], values["countersign_config_last_reload_successful"]), (before, 0))
            self.assertFalse(lines(appliance, "certificate.expires"), "nobody serves that one")
            (keys / "served.pem").write_text(ours)
            reload(appliance)
            self.assertEqual(metrics(appliance)[0]["countersign_config_last_reload_successful"], 1)


class SyslogLimits(unittest.TestCase):
    def test_change_beneath_messages_that_wait_and_what_cannot_be_stored_is_told_of_once(self):
        with Appliance() as appliance:
            port = free_port()
            appliance.config.write_text(appliance.config.read_text() + f'\n[[syslog]]\nsource = "firewall"\nport = {port}\ntls = false\n')
            appliance.add_tenant("acme")
            appliance.add_source("firewall", tenant="acme")
            appliance.start()
            set_member(appliance, "limits", "queue_events_max", 50)
            reload(appliance)
            send_syslog(port, range(400))
            until(lambda: len(appliance.records("acme")) == 400, "more than the queue holds came in one go, and is refused for ever")

            reserve = re.search(r"(?m)^disk_reserve_bytes = .*$", appliance.config.read_text())[0]
            free = os.statvfs(appliance.folder)
            set_member(appliance, "limits", "disk_reserve_bytes", free.f_bavail * free.f_frsize + (64 << 30))
            reload(appliance)
            send_syslog(port, [400])
            until(lambda: lines(appliance, "syslog.waits"), "nobody is told that messages wait")
            told, = lines(appliance, "syslog.waits")
            self.assertEqual((told["level"], told["source"], told["status"]), ("error", "firewall", 507))
            set_member(appliance, "limits", "disk_reserve_bytes", reserve.split(" = ")[1])
            reload(appliance)
            until(lambda: len(appliance.records("acme")) == 401, "it does not go on")
            until(lambda: lines(appliance, "syslog.goes_on"), "nobody is told that it goes on")
            self.assertEqual(len(lines(appliance, "syslog.waits")), 1)


def send_syslog(port, numbers):
    """One message of RFC 5424 for each, in one go."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sender:
        sender.sendall("".join(f"<14>1 2026-01-31T09:30:00Z h otp - - - {json.dumps(event(number))}\n" for number in numbers).encode())


class Flood(unittest.TestCase):
    def test_of_bad_requests_does_not_fill_the_disk(self):
        with Appliance() as appliance:
            appliance.start()
            connection = appliance.connection()
            for _ in range(900):
                connection.request("GET", "/nothing")
                connection.getresponse().read()
            connection.close()
            self.assertEqual(appliance.stop(), 0)
            written = sum(line["route"] == "" for line in lines(appliance, "http.request"))
            self.assertGreaterEqual(written, 100)
            self.assertLess(written, 600)
            left_out = sum(line["lines"] for line in lines(appliance, "log.left_out"))
            self.assertEqual(written + left_out, 900)


def names_in(expression):
    return set(re.findall(r"\b(?:countersign|process)_[a-z_]+\b", expression))


def watched():
    """Every metric that an alert or a panel of the dashboard reads."""
    rules = (MONITORING / "countersign-alerts.yaml").read_text()
    found = set().union(*(names_in(line) for line in rules.splitlines() if line.strip().startswith("expr:")))
    dashboard = json.loads((MONITORING / "countersign-dashboard.json").read_text())

    def visit(value):
        if isinstance(value, dict):
            for name, member in value.items():
                if name in ("expr", "definition") and isinstance(member, str):
                    found.update(names_in(member))
                visit(member)
        elif isinstance(value, list):
            for member in value:
                visit(member)
    visit(dashboard)
    return found


class Monitoring(unittest.TestCase):
    def test_the_rules_hold_and_each_alert_has_a_page(self):
        rules = MONITORING / "countersign-alerts.yaml"
        subprocess.run(["promtool", "check", "rules", rules], check=True, capture_output=True)
        subprocess.run(["promtool", "test", "rules", MONITORING / "countersign-alerts.test.yaml"], check=True, capture_output=True)
        alerts = re.findall(r"- alert: (\w+)", rules.read_text())
        tested = (MONITORING / "countersign-alerts.test.yaml").read_text()
        page = (DOCS / "operations.md").read_text()
        self.assertGreater(len(alerts), 20)
        for alert in alerts:
            self.assertRegex(tested, rf"alertname: {alert}\n", f"{alert} is not seen to fire")
            self.assertIn(f"{{alertname: {alert}, ", tested, f"{alert} is not seen to be quiet")
            self.assertIn(f"\n### {alert}\n", page)
            self.assertIn(f"operations.md#{alert.lower()}\n", rules.read_text())

    def test_the_dashboard_is_whole(self):
        dashboard = json.loads((MONITORING / "countersign-dashboard.json").read_text())
        ids = [panel["id"] for panel in dashboard["panels"]]
        self.assertEqual(len(ids), len(set(ids)))
        cells, queries = set(), []
        for panel in dashboard["panels"]:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24)
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertNotIn((x, y), cells, panel["title"])
                    cells.add((x, y))
            for target in panel.get("targets", []):
                expression = target["expr"].replace("$__rate_interval", "5m").replace("$instance", ".*").replace("$region", ".*")
                queries.append({"record": f"query_{len(queries)}", "expr": expression})
        self.assertGreater(len(queries), 40)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            json.dump({"groups": [{"name": "queries", "rules": queries}]}, file)
            file.flush()
            done = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_metric_that_is_watched_is_there(self):
        with Appliance(tls=True) as appliance:
            appliance.add_tenant("acme")
            token = appliance.json("source", "add", "shop", "--tenant", "acme", "--silent-after", "15m")["token"]
            self.watch_everything(appliance)
            appliance.start()
            appliance.wait_known(token)
            self.assertEqual(appliance.post(token, [event(n) for n in range(5)])[0], 200)
            self.assertEqual(appliance.post(token, {"id": "evt-of-no-type"})[0], 422)
            appliance.run("verify", "--data", appliance.folder / "data")
            with tempfile.TemporaryDirectory() as backups:
                appliance.run("backup", "--to", Path(backups) / "eu-1")
                try:
                    until(lambda: not names_missing(appliance), "not all are exported", 60)
                except AssertionError:
                    self.fail(f"not exported: {names_missing(appliance)}")
            values, text = metrics(appliance)
            done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
            self.check_values(appliance, values)

    def watch_everything(self, appliance):
        """Configures what has metrics of its own."""
        secret = appliance.folder / "keys" / "pager.secret"
        secret.write_text("whsec_" + "A" * 32 + "\n")
        secret.chmod(0o600)
        appliance.config.write_text(appliance.config.read_text() + """
[[notify]]
name = "pager"
kind = "webhook"
url = "http://127.0.0.1:9/"
secret = "keys/pager.secret"
[[stream]]
name = "siem"
regions = ["eu-1"]
destination = "eu-1"
format = "ecs"
body = "ndjson"
transport = "https"
url = "http://127.0.0.1:9/"
[[witnesses]]
name = "acme"
vkey = "%s"
url = "http://127.0.0.1:9"
[cosigning]
every_s = 1
start_wait_s = 1
[[mirror]]
name = "far"
url = "http://127.0.0.1:9/log.example.net/eu-1/acme"
keys = ["%s"]
""" % (vkey("witness.example/w", 4), vkey("log.example.net/eu-1/acme", 1)))

    def check_values(self, appliance, values):
        region = 'region="eu-1"'
        free = os.statvfs(appliance.region_file("."))
        self.assertAlmostEqual(values[f"countersign_disk_free_bytes{{{region}}}"], free.f_bavail * free.f_frsize, delta=2 << 30)
        self.assertEqual(values[f"countersign_disk_reserve_bytes{{{region}}}"], 16777216)
        self.assertEqual(values[f"countersign_verification_intact{{{region}}}"], 1)
        self.assertEqual(values[f"countersign_clock_behind_seconds{{{region}}}"], 0)
        self.assertEqual(values[f"countersign_records{{{region}}}"],
                         len(appliance.records("acme")) + len(appliance.records("_system")))
        fds = len(os.listdir(f"/proc/{appliance.daemon.pid}/fd"))
        self.assertAlmostEqual(values["process_open_fds"], fds, delta=10)
        end = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-in", appliance.folder / "keys" / "tls.pem"],
                             capture_output=True, text=True, check=True).stdout.strip().split("=")[1]
        seconds = subprocess.run(["date", "-d", end, "+%s"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(values['countersign_certificate_expiry_timestamp_seconds{certificate="tls"}'], float(seconds))


def vkey(name, kind):
    """A vkey (C2SP signed-note) of a key that nobody has: type 1 signs a log's checkpoints, type 4 cosigns."""
    key = bytes([kind]) + os.urandom(32)
    digest = hashlib.sha256(name.encode() + b"\n" + key).hexdigest()
    return f"{name}+{digest[:8]}+{base64.b64encode(key).decode()}"


def names_missing(appliance):
    there = {name.split("{")[0] for name in metrics(appliance)[0]}
    return sorted(watched() - there)


class BackupUnit(unittest.TestCase):
    def test_its_commands_make_a_backup_and_check_it(self):
        unit = (PACKAGING / "systemd" / "countersign-backup@.service").read_text()
        with Appliance() as appliance, tempfile.TemporaryDirectory() as backups:
            appliance.start()
            environment = {**os.environ, "COUNTERSIGN_CONFIG": str(appliance.config)}
            commands = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
            self.assertEqual(len(commands), 2)
            for command in commands:
                said = command.replace("%i", "eu-1").replace("${BACKUPS}", backups).replace("${KEEP_DAYS}", "30")
                program, *arguments = shlex.split(said)
                done = subprocess.run([BIN / Path(program).name, *arguments], env=environment, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(len(appliance.system_events("backup.performed")), 1)


if __name__ == "__main__":
    unittest.main()
