"""Real rsyslog and syslog-ng forward to the syslog listeners of the real daemon; and what no syslog sender should send."""

import json
import os
import socket
import ssl
import subprocess
import time
import unittest
from pathlib import Path

from appliance import Appliance, free_port

SYSLOG = Path(os.environ.get("CLIENTS", Path(__file__).resolve().parents[2] / "build" / "clients")) / "syslog"
LIBRARIES = ":".join(str(SYSLOG / path) for path in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib/syslog-ng"))

RSYSLOG = """
global(workDirectory="{folder}/rsyslog" DefaultNetstreamDriverCAFile="{ca}"
  DefaultNetstreamDriverCertFile="{cert}" DefaultNetstreamDriverKeyFile="{key}")
module(load="imfile" mode="inotify")
input(type="imfile" File="{folder}/rsyslog.in" Tag="otp")
action(type="omfwd" target="127.0.0.1" port="{tls}" protocol="tcp" template="RSYSLOG_SyslogProtocol23Format" TCP_Framing="octet-counted"
  StreamDriver="ossl" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost"
  action.resumeInterval="1" action.resumeRetryCount="-1")
action(type="omfwd" target="127.0.0.1" port="{plain}" protocol="tcp" template="RSYSLOG_SyslogProtocol23Format" TCP_Framing="traditional")
"""
SYSLOG_NG = """@version: 3.38
options {{ keep-hostname(yes); stats-freq(0); time-reopen(1); }};
source in {{ file("{folder}/syslog-ng.in" flags(no-parse) follow-freq(0.1)); }};
destination out {{ syslog("localhost" port({tls}) transport("tls") ip-protocol(4)
  tls(ca-file("{ca}") cert-file("{cert}") key-file("{key}") peer-verify(required-trusted))); }};
log {{ source(in); destination(out); }};
"""


def event(name):
    return json.dumps({"id": name, "time": "2026-01-31T09:30:00Z", "type": "challenge.sent", "tenant": "acme", "challenge": {"id": name}})


class Syslog(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance(tls=True)
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.folder = self.appliance.folder
        self.ports = {name: free_port() for name in ("tls", "plain")}
        self.cert, self.key = self.folder / "client.pem", self.folder / "client.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                        "/CN=sender", "-keyout", self.key, "-out", self.cert], check=True, capture_output=True)
        shown = subprocess.run(["openssl", "x509", "-in", self.cert, "-noout", "-fingerprint", "-sha256"], check=True, capture_output=True, text=True)
        fingerprint = shown.stdout.strip().split("=")[1]
        with open(self.appliance.config, "a", encoding="utf-8") as config:
            config.write(f'\n[[syslog]]\nsource = "secure"\nport = {self.ports["tls"]}\nclient_certificates = ["{fingerprint}"]\n')
            config.write(f'\n[[syslog]]\nsource = "local"\nport = {self.ports["plain"]}\ntls = false\n')
        for name in ("secure", "local"):
            self.appliance.add_source(name)
        self.appliance.start()

    def values(self):
        return {"folder": self.folder, "ca": self.folder / "keys" / "tls.pem", "cert": self.cert, "key": self.key, **self.ports}

    def daemon(self, *command):
        started = subprocess.Popen([str(part) for part in command], env=dict(os.environ, LD_LIBRARY_PATH=LIBRARIES),
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(lambda: (started.kill(), started.wait(), started.stdout.close()))
        return started

    def stored(self, source):
        return sorted(r["event"]["id"] for r in self.appliance.records("acme") if r["source"] == source)

    def wait_stored(self, source, expected, sender=None):
        until = time.monotonic() + 30
        while self.stored(source) != sorted(expected) and time.monotonic() < until:
            time.sleep(0.1)
        if self.stored(source) != sorted(expected) and sender is not None:
            sender.kill()
            self.fail(sender.stdout.read().decode(errors="replace")[-3000:] + self.appliance.log_text()[-2000:])
        self.assertEqual(self.stored(source), sorted(expected))

    def proofs(self, source):
        return {r["proof"] for r in self.appliance.records("acme") if r["source"] == source}

    def test_rsyslog_over_tls_and_over_plain_tcp(self):
        (self.folder / "rsyslog").mkdir()
        (self.folder / "rsyslog.conf").write_text(RSYSLOG.format(**self.values()))
        names = [f"r-{n}" for n in range(200)]
        (self.folder / "rsyslog.in").write_text("".join(event(name) + "\n" for name in names))
        sender = self.daemon(SYSLOG / "usr/sbin/rsyslogd", "-n", "-f", self.folder / "rsyslog.conf", "-i", self.folder / "rsyslog.pid",
                             "-M", SYSLOG / "usr/lib/x86_64-linux-gnu/rsyslog")
        self.wait_stored("secure", names, sender)
        self.wait_stored("local", names, sender)
        self.assertEqual((self.proofs("secure"), self.proofs("local")), ({"mtls"}, {"none"}))

    def test_syslog_ng_over_tls_and_a_restart_of_ours(self):
        (self.folder / "syslog-ng.conf").write_text(SYSLOG_NG.format(**self.values()))
        feed = self.folder / "syslog-ng.in"
        first, second = [f"n-{n}" for n in range(100)], [f"n-{n}" for n in range(100, 150)]
        feed.write_text("".join(event(name) + "\n" for name in first))
        sender = self.daemon(SYSLOG / "usr/sbin/syslog-ng", "-F", "--no-caps", "-f", self.folder / "syslog-ng.conf",
                             f"--module-path={SYSLOG}/usr/lib/syslog-ng/3.38", f"--persist-file={self.folder}/ng.persist",
                             f"--pidfile={self.folder}/ng.pid", f"--control={self.folder}/ng.ctl")
        self.wait_stored("secure", first, sender)
        self.assertEqual(self.appliance.stop(), 0)
        self.appliance.start()
        with open(feed, "a", encoding="utf-8") as out:
            out.write("".join(event(name) + "\n" for name in second))
        until = time.monotonic() + 90
        # A message that syslog-ng wrote while we stopped may be lost: the protocol has no answer that would tell.
        while len(self.stored("secure")) < 149 and time.monotonic() < until:
            time.sleep(0.5)
        self.assertGreaterEqual(len(self.stored("secure")), 149)

    def connect(self, name, certificate=True):
        plain = socket.create_connection(("127.0.0.1", self.ports[name]), timeout=10)
        if name == "plain":
            return plain
        context = ssl.create_default_context(cafile=str(self.folder / "keys" / "tls.pem"))
        if certificate:
            context.load_cert_chain(self.cert, self.key)
        return context.wrap_socket(plain, server_hostname="localhost")

    def metric(self, text):
        for line in self.appliance.request("GET", "/metrics")[2].decode().splitlines():
            if line.startswith("countersign_syslog_" + text):
                return int(line.rsplit(" ", 1)[1])
        return 0

    def wait_metric(self, text, least):
        until = time.monotonic() + 30
        while self.metric(text) < least and time.monotonic() < until:
            time.sleep(0.05)
        self.assertGreaterEqual(self.metric(text), least)

    def test_bad_senders(self):
        message = "<14>1 2026-01-31T09:30:00Z h otp - - - " + event("good")
        with self.connect("plain") as sender:
            sender.sendall(b"<14>1 not-a-time h a - - - x\n<34>Oct 11 22:14:15 mymachine su: old\n" + message.encode() + b"\n")
            self.wait_stored("local", ["good"])
        self.wait_metric('malformed_total{listener="local",reason="timestamp"}', 1)
        self.wait_metric('malformed_total{listener="local",reason="rfc3164"}', 1)
        with self.connect("plain") as sender:
            sender.sendall(b"99999999 <14>1 ")
            self.assertEqual(sender.recv(1), b"", "the length is too large: the connection ends")
        with self.connect("tls") as sender:
            sender.sendall(f"{len(message) - 7} {message}{len(message)} {message}".encode())
            self.assertEqual(sender.recv(1), b"", "the length was wrong, so where the next begins is not known")
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            with self.connect("tls", certificate=False) as sender:
                sender.sendall(b"x")
                sender.recv(1)
        self.assertEqual(self.stored("secure"), [])

    def test_a_revoked_source_sends_no_more(self):
        self.appliance.run("source", "revoke", "local")
        time.sleep(2.5)
        with self.connect("plain") as sender:
            sender.sendall(("<14>1 2026-01-31T09:30:00Z h otp - - - " + event("late") + "\n").encode())
            self.assertEqual(sender.recv(1), b"")
        self.assertEqual(self.stored("local"), [])


if __name__ == "__main__":
    unittest.main()
