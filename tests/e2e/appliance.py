"""The real programs, set up in a folder of the test's own and started on loopback."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import kept_logs

BIN = Path(os.environ["COUNTERSIGN_BIN"])
DATA = Path(__file__).resolve().parent.parent / "data"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def records_of(ledger, log):
    """All records of a log (`region/tenant`), parsed, read through the ledger file itself."""
    database = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    try:
        number = database.execute("SELECT number FROM logs WHERE name=?", (f"log.example.com/{log}",)).fetchone()
        if number is None:
            return []
        low = number[0] << 40
        rows = database.execute("SELECT record FROM records WHERE place>=? AND place<? ORDER BY place", (low, low + (1 << 40)))
        return [json.loads(row[0]) for row in rows]
    finally:
        database.close()


class Appliance:
    """One appliance. Use as a context manager: its processes and its folder go with it."""

    def __init__(self, tls=False, region="eu-1", folder=None):
        self.own_folder = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.port = free_port()
        self.tls = tls
        self.region = region
        self.daemon = None
        self.kept = kept_logs.Log(self.folder)
        self.config = self.folder / "countersign.toml"
        arguments = ["init", "--dir", self.folder, "--origin", "log.example.com", "--region", region, "--port", self.port]
        self.run(*arguments, *([] if tls else ["--plain-http"]))
        # Controls are tested where a test asks for it: each leaves a record in the system log.
        text, done = re.subn(r"(\n\[controls\]\n#.*\n)every_hours = 24\n", r"\1every_hours = 0\n", self.config.read_text())
        assert done == 1
        self.config.write_text(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self.kept.keep()
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments, check=True, text=True, **options):
        """Runs `countersign` with this appliance's configuration."""
        environment = dict(os.environ, COUNTERSIGN_CONFIG=str(self.config))
        done = subprocess.run([BIN / "countersign", *map(str, arguments)], env=environment, capture_output=True, text=text, **options)
        kept_logs.command(arguments, done.stdout, done.stderr)
        if check and done.returncode != 0:
            raise AssertionError(f"countersign {' '.join(map(str, arguments))} ended {done.returncode}: {done.stderr}")
        return done

    def json(self, *arguments):
        return json.loads(self.run("--json", *arguments).stdout)

    def hits(self, tenant, *query):
        """The records that a search finds, raw; none while the index is being made."""
        done = self.run("--json", "search", tenant, *query, check=False)
        if done.returncode not in (0, 6) and "index.sqlite is not there" not in done.stderr:
            raise AssertionError(f"search ended {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)["records"] if done.returncode == 0 else []

    def start(self, wait=True, preexec=None):
        environment = dict(os.environ, COUNTERSIGN_CONFIG=str(self.config))
        with open(self.folder / "countersignd.log", "ab") as log:
            self.daemon = subprocess.Popen([BIN / "countersignd"], env=environment, stdout=log, stderr=log, preexec_fn=preexec)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.daemon.poll() is not None:
                raise AssertionError(f"countersignd ended {self.daemon.returncode}: {self.log_text()[-2000:]}")
            try:
                if self.request("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.01)
        raise AssertionError("countersignd is not ready: " + self.log_text()[-2000:])

    def log_text(self):
        return (self.folder / "countersignd.log").read_text(errors="replace")

    def stop(self):
        """SIGTERM; the exit code."""
        self.daemon.send_signal(signal.SIGTERM)
        return self.daemon.wait(30)

    def kill(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()

    def connection(self, timeout=20):
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        context = ssl.create_default_context(cafile=str(self.folder / "keys" / "tls.pem"))
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=context)

    def request(self, method, path, body=None, headers=None, connection=None):
        """(status, headers, body) of one request."""
        to = connection or self.connection()
        kept_logs.request(path, headers or {}, body)
        try:
            to.request(method, path, body=body, headers=headers or {})
            answer = to.getresponse()
            got, content = dict(answer.getheaders()), answer.read()
            kept_logs.answer(got, content)
            return answer.status, got, content
        finally:
            if connection is None:
                to.close()

    def post(self, token, body, content_type="application/json", connection=None, **headers):
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        status, _, answer = self.request("POST", "/v1/events", body,
                                         {"Authorization": f"Bearer {token}", "Content-Type": content_type, **headers}, connection)
        return status, json.loads(answer)

    def add_tenant(self, name):
        self.run("tenant", "add", name)

    def add_source(self, name, adapter=None, tenant=None):
        """The token."""
        arguments = ["source", "add", name]
        if adapter:
            arguments += ["--adapter", adapter]
        if tenant:
            arguments += ["--tenant", tenant]
        return self.json(*arguments)["token"]

    def wait_known(self, token, seconds=30):
        """Until the running daemon has read the registry that holds the token."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.post(token, [])[0] != 401:
                return
            time.sleep(0.05)
        raise AssertionError("the daemon does not know the source")

    def region_file(self, name):
        return self.folder / "data" / self.region / name

    def age_tests_of_controls(self, tenant):
        """As if a minute had passed since the last test of a tenant's controls: another one may be ordered. None may run."""
        file = self.region_file("standing") / f"{tenant}.history.jsonl"
        if not file.exists():
            return
        runs = [json.loads(line) for line in file.read_text().splitlines()]
        for run in runs:
            earlier = datetime.fromisoformat(run["time"].replace("Z", "+00:00")) - timedelta(seconds=60)
            run["time"] = earlier.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        aged = file.with_name(f".{tenant}.aged")
        aged.write_text("".join(json.dumps(run, separators=(",", ":")) + "\n" for run in runs))
        aged.chmod(0o600)
        aged.rename(file)

    def records(self, tenant):
        """All records of a tenant, parsed."""
        return records_of(self.region_file("ledger.sqlite"), f"{self.region}/{tenant}")

    def system_events(self, kind, count=1):
        """The events of a type in the system log, once there are so many."""
        found = []

        def enough():
            found[:] = [r["event"] for r in self.records("_system") if r["event"]["type"] == kind]
            return len(found) >= count
        until(enough, f"{count} of {kind} are not in the system log")
        return found


def until(done, what, seconds=30):
    """Waits for a fact; `what` says which did not come."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise AssertionError(what)
        time.sleep(0.05)


def event(number, tenant="acme", **more):
    """A valid event; the number makes it one of its kind."""
    return {
        "id": f"evt-{number}",
        "time": "2026-01-31T09:30:00Z",
        "type": "challenge.verified",
        "tenant": tenant,
        "actor": {"id": f"user-{number % 50}", "email": f"user{number % 50}@mail.example"},
        "challenge": {"id": f"ch-{number}", "purpose": "login", "factor": "totp"},
        "device": {"fingerprint": f"device-{number % 70}", "ip": "192.0.2.7"},
        **more,
    }
