"""Sources that prove themselves by a client certificate instead of a token: mutual TLS over HTTP, by real clients."""

import base64
import json
import socket
import ssl
import subprocess
import unittest

from appliance import Appliance, event, until


class ClientCertificates(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance(tls=True)
        self.addCleanup(self.appliance.__exit__)
        self.folder = self.appliance.folder
        self.number = 0
        self.appliance.add_tenant("acme")
        for name in ("app", "other", "next"):
            self.make(name, "sender")
        self.switch(True)
        self.appliance.run("source", "add", "app", "--certificate", self.folder / "app.pem")
        self.appliance.run("source", "add", "other", "--certificate-sha256", self.fingerprint("other"))
        self.token = self.appliance.add_source("plain")

    def switch(self, on):
        settings = self.appliance.config.read_text()
        off, there = "\n# client_certificates = true\n", "\nclient_certificates = true\n"
        self.assertEqual(settings.count(off) + settings.count(there), 1)
        self.appliance.config.write_text(settings.replace(off, there) if on else settings.replace(there, off))

    def make(self, name, subject, days=2):
        key, request, certificate = (self.folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
        for command in (["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={subject}",
                         "-keyout", key, "-out", request],
                        ["x509", "-req", "-in", request, "-signkey", key, "-days", str(days), "-out", certificate]):
            subprocess.run(["openssl", *command], check=True, capture_output=True)

    def fingerprint(self, name):
        shown = subprocess.run(["openssl", "x509", "-in", self.folder / f"{name}.pem", "-noout", "-fingerprint", "-sha256"],
                               check=True, capture_output=True, text=True)
        return shown.stdout.strip().split("=")[1]

    def hex(self, name):
        return self.fingerprint(name).replace(":", "").lower()

    def curl(self, path, body, certificate=None, *more):
        """(status, parsed answer) of what curl sends."""
        command = ["curl", "-sS", "--cacert", self.folder / "keys" / "tls.pem", "-H", "Content-Type: application/json", "-w", "\n%{http_code}",
                   "--data-binary", "@-", *more, f"https://localhost:{self.appliance.port}{path}"]
        if certificate:
            command += ["--cert", self.folder / f"{certificate}.pem", "--key", self.folder / f"{certificate}.key"]
        done = subprocess.run(command, input=json.dumps(body), check=True, capture_output=True, text=True)
        answer, status = done.stdout.rsplit("\n", 1)
        return int(status), json.loads(answer)

    def one(self):
        self.number += 1
        return event(self.number)

    def send(self, certificate=None, token=None, path="/v1/events"):
        """(status, the refusal's reason)"""
        more = ("-H", f"Authorization: Bearer {token}") if token else ()
        status, answer = self.curl(path, self.one(), certificate, *more)
        return status, answer.get("detail", "")

    def becomes(self, status, certificate):
        """Until the daemon has read the registry."""
        until(lambda: self.send(certificate)[0] == status, f"{certificate} is not answered {status}")

    def last(self):
        record = self.appliance.records("acme")[-1]
        return record["source"], record["proof"]

    def test_the_certificate_is_the_source(self):
        self.appliance.start()
        self.assertEqual(self.send("app"), (200, ""))
        self.assertEqual(self.last(), ("app", "mtls"))
        self.assertEqual(self.send("other"), (200, ""))
        self.assertEqual(self.last(), ("other", "mtls"))
        self.assertEqual(self.send(token=self.token), (200, ""))
        self.assertEqual(self.last(), ("plain", "token"), "a token still proves a source that has one")
        stored = len(self.appliance.records("acme"))

        # The same subject, but a certificate of nobody's.
        status, why = self.send("next")
        self.assertEqual((status, "no source's" in why), (401, True), why)
        status, why = self.send()
        self.assertEqual((status, "token" in why), (401, True), why)
        status, why = self.send("app", self.token)
        self.assertEqual((status, "different sources" in why), (401, True), why)
        self.assertEqual(self.send("app", "cst_" + "A" * 43)[0], 401, "a wrong token beside a certificate that is good")
        self.assertEqual(len(self.appliance.records("acme")), stored)
        # A certificate that is none of ours stands in the way of no token.
        self.assertEqual(self.send("next", self.token), (200, ""))
        self.assertEqual(self.last(), ("plain", "token"))

        listed = {s["source"]: s for s in self.appliance.json("source", "list")}
        self.assertEqual([(listed[n]["scheme"], listed[n]["certificates"]) for n in ("app", "other", "plain")],
                         [("certificate", [self.hex("app")]), ("certificate", [self.hex("other")]), ("token", [])])
        until(lambda: {s["source"]: s["last_heard"] for s in self.appliance.json("source", "list")}["app"], "it was not heard")
        self.assertEqual(self.appliance.json("source", "show", "app")["certificates"], [self.hex("app")])
        until(lambda: "credentials_differ" in self.appliance.json("source", "show", "plain")["refused"], "the refusal is not counted")

    def test_every_route_of_sources_takes_it(self):
        self.appliance.start()
        record = {"timeUnixNano": "1769851800000000000", "body": {"stringValue": json.dumps(self.one())}}
        logs = {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}
        for path, body in (("/v1/logs", logs), ("/services/collector/event", {"event": self.one()}),
                           ("/services/collector", {"event": self.one()}), ("/v1/hooks/app", self.one())):
            before = len(self.appliance.records("acme"))
            self.assertEqual(self.curl(path, body, "app")[0], 200, path)
            self.assertEqual((len(self.appliance.records("acme")), self.last()), (before + 1, ("app", "mtls")), path)
            self.assertEqual(self.curl(path, body, "next")[0], 401, path)
            self.assertEqual(self.curl(path, body, "app", "-H", f"Authorization: {'Splunk' if 'collector' in path else 'Bearer'} {self.token}")[0], 401, path)
        status, why = self.send("app", path="/v1/hooks/other")
        self.assertEqual((status, "no source's" in why), (401, True), why)
        self.assertEqual(self.curl("/v1/tenants/acme/records/search", {}, "app")[0], 401, "it opens nothing that is not a source's")

    def test_who_has_the_certificate_and_not_its_key_does_not_get_through_the_handshake(self):
        self.appliance.start()
        keys = []
        for name in ("app", "next"):
            lines = (self.folder / f"{name}.key").read_text().splitlines()
            keys.append(base64.b64decode("".join(lines[1:-1])))
        point = keys[0][-65:]
        self.assertEqual(point[0], 4)
        # The private number of one key with the public point of the other, so that the client's own check sees nothing.
        forged = base64.encodebytes(keys[1][:-65] + point).decode()
        (self.folder / "forged.key").write_text(f"-----BEGIN PRIVATE KEY-----\n{forged}-----END PRIVATE KEY-----\n")
        failed = 0
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            forger = self.context("app", "forged", version)
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                self.exchange(forger)
            failed += 1
            until(lambda: b"handshake_failures_total %d\n" % failed in self.appliance.request("GET", "/metrics")[2], "it is the appliance that refuses")
            self.assertEqual(len(self.appliance.records("acme")), failed - 1, "and it took nothing")
            self.assertIn(b" 200 ", self.exchange(self.context("app", "app", version))[0], "with the key that is its own")

    def context(self, certificate, key, version):
        context = ssl.create_default_context(cafile=str(self.folder / "keys" / "tls.pem"))
        context.minimum_version = context.maximum_version = version
        context.load_cert_chain(self.folder / f"{certificate}.pem", self.folder / f"{key}.key")
        return context

    def exchange(self, context, session=None):
        """What is answered to an event, and the TLS session."""
        body = json.dumps(self.one()).encode()
        with socket.create_connection(("127.0.0.1", self.appliance.port), timeout=30) as plain, \
                context.wrap_socket(plain, server_hostname="localhost", session=session) as secured:
            secured.sendall(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                            b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            answer = b""
            while piece := secured.recv(4096):
                answer += piece
            return answer, secured.session, secured.session_reused

    def test_a_session_is_not_resumed_so_each_connection_shows_the_certificate(self):
        self.appliance.start()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context, session = self.context("app", "app", version), None
            for _ in range(3):
                answer, session, reused = self.exchange(context, session)
                self.assertIn(b" 200 ", answer)
                self.assertEqual((self.last(), reused), (("app", "mtls"), False), version)

    def test_a_certificate_is_held_to_its_dates_at_each_request(self):
        self.make("ended", "sender", days=-1)
        self.assertEqual(self.appliance.run("source", "add", "late", "--certificate", self.folder / "ended.pem", check=False).returncode, 2)
        self.appliance.run("source", "certificate", "add", "app", "--certificate-sha256", self.fingerprint("ended"))
        self.appliance.start()
        status, why = self.send("ended")
        self.assertEqual((status, "out of its time" in why), (401, True), why)
        self.assertEqual(self.send("app"), (200, ""))

    def test_the_next_certificate_takes_over_while_the_daemon_runs(self):
        self.appliance.start()
        certificate = lambda *arguments: self.appliance.run("source", "certificate", *arguments, check=False).returncode
        self.assertEqual(certificate("remove", "app", "--certificate", self.folder / "app.pem"), 8, "its only proof")
        self.assertEqual(certificate("add", "app", "--certificate", self.folder / "next.pem"), 0)
        self.becomes(200, "next")
        self.assertEqual(self.last(), ("app", "mtls"))
        self.assertEqual(self.send("app"), (200, ""), "the old one, until it is removed")
        self.assertEqual(certificate("remove", "app", "--certificate", self.folder / "app.pem"), 0)
        self.becomes(401, "app")
        self.assertEqual(self.send("next"), (200, ""))
        self.assertEqual(certificate("add", "other", "--certificate", self.folder / "next.pem"), 4, "one certificate, one source")
        self.assertEqual(certificate("remove", "app", "--certificate-sha256", self.fingerprint("app")), 3)
        self.assertEqual(certificate("add", "app", "--certificate-sha256", "ab:cd"), 2)
        self.assertEqual(certificate("add", "app"), 2)
        self.assertEqual(certificate("add", "nobody", "--certificate", self.folder / "app.pem"), 3)

        # A connection that is open does not keep what was taken from it.
        context = self.context("next", "next", ssl.TLSVersion.TLSv1_3)
        with socket.create_connection(("127.0.0.1", self.appliance.port), timeout=30) as plain, \
                context.wrap_socket(plain, server_hostname="localhost") as secured:
            def ask():
                body = json.dumps(self.one()).encode()
                secured.sendall(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                b"Content-Length: %d\r\n\r\n" % len(body) + body)
                return int(secured.recv(65536).split(b" ")[1])
            self.assertEqual(ask(), 200)
            self.appliance.run("source", "revoke", "app")
            until(lambda: ask() == 401, "the source is revoked")
        self.becomes(401, "next")

    def test_a_source_may_have_a_token_and_a_certificate(self):
        self.appliance.run("source", "certificate", "add", "plain", "--certificate", self.folder / "next.pem")
        self.appliance.start()
        self.assertEqual(self.send("next", self.token), (200, ""))
        self.assertEqual(self.last(), ("plain", "mtls"))
        self.assertEqual(self.send(token=self.token), (200, ""))
        self.assertEqual(self.last(), ("plain", "token"))
        self.assertEqual(self.send("next"), (200, ""))
        self.assertEqual(self.last(), ("plain", "mtls"))

    def test_nobody_is_asked_where_the_settings_do_not_say_so(self):
        self.switch(False)
        done = self.appliance.run("source", "certificate", "add", "app", "--certificate", self.folder / "next.pem", check=False)
        self.assertEqual((done.returncode, "client_certificates = true" in done.stderr), (8, True), done.stderr)
        self.appliance.start()
        self.assertEqual(self.send("app")[0], 401, "curl has it and is not asked")
        self.assertEqual(self.send("app", self.token), (200, ""))
        self.appliance.stop()
        self.appliance.config.write_text(self.appliance.config.read_text().replace("\ntls = true\n", "\ntls = false\nclient_certificates = true\n", 1))
        self.assertIn("listen.tls", self.appliance.run("source", "list", check=False).stderr)

    def test_a_certificate_stays_asked_for_after_a_reload(self):
        self.appliance.start()
        self.assertEqual(self.send("app"), (200, ""))
        self.appliance.daemon.send_signal(1)
        until(lambda: '"reloaded ' in self.appliance.log_text(), "the settings were not reloaded")
        self.assertEqual(self.send("app"), (200, ""))


if __name__ == "__main__":
    unittest.main()
