"""Real receivers of findings: a web server that checks Standard Webhooks with its own library, a mail server, rsyslog, OpenSSL's and Python's TLS."""

import json
import os
import socket
import ssl
import subprocess
import threading
from pathlib import Path

from appliance import free_port, until

CLIENTS = Path(os.environ.get("CLIENTS", Path(__file__).resolve().parents[2] / "build" / "clients"))
SYSLOG = CLIENTS / "syslog"
LIBRARIES = ":".join(str(SYSLOG / path) for path in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"))


def certificate(folder, name):
    """A certificate of localhost that signs itself, and its key."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    return cert, key


class Receiver:
    """A process that takes orders on standard input and says what it received on standard output, in lines of JSON."""

    def __init__(self, command, received, errors=None, **environment):
        self.received, self.said = [], []
        self.member = received  # of a line that tells of something received
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, bufsize=1,
                                        env=dict(os.environ, CLIENTS=str(CLIENTS), **environment))
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        until(lambda: {"ready": True} in self.said, f"{command[0]} does not listen")

    def _read(self):
        for line in self.process.stdout:
            said = json.loads(line)
            (self.received if self.member in said else self.said).append(said)

    def order(self, line):
        count = len(self.said)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        until(lambda: len(self.said) > count, f"'{line}' is not heard")

    def wait(self, count):
        """What was received, once it is so much."""
        until(lambda: len(self.received) >= count, f"{count} did not come, but {len(self.received)}")
        return self.received

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.reader.join(30)
        self.process.stdin.close()
        self.process.stdout.close()


class WebServer(Receiver):
    """webhook_receiver.js; an order is what it answers from then on."""

    def __init__(self, secret, tls=(), port=None):
        self.port = port or free_port()
        script = Path(__file__).resolve().parents[1] / "clients" / "webhook_receiver.js"
        super().__init__(["node", script, self.port, *tls], "method", SECRET=secret)


class MailServer(Receiver):
    """mail_server.py; an order is an address that it refuses from then on."""

    def __init__(self, user, password, tls):
        self.port = free_port()
        script = Path(__file__).resolve().parent / "mail_server.py"
        # Debian's own: what its packages bring is for no other.
        super().__init__(["/usr/bin/python3", "-B", script, self.port, *tls, user], "sender", subprocess.DEVNULL, PASSWORD=password)


RSYSLOG = """
global(workDirectory="{folder}" DefaultNetstreamDriverCAFile="{cert}" DefaultNetstreamDriverCertFile="{cert}" DefaultNetstreamDriverKeyFile="{key}")
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
module(load="imptcp")
module(load="imudp")
module(load="mmpstrucdata")
input(type="imtcp" port="{tls}" ruleset="tls")
input(type="imptcp" port="{tcp}" ruleset="tcp")
input(type="imudp" port="{udp}" ruleset="udp")
template(name="all" type="list") {{
  constant(value="{{") property(name="syslogfacility" format="jsonf" outname="facility") constant(value=",")
  property(name="syslogseverity" format="jsonf" outname="severity") constant(value=",")
  property(name="app-name" format="jsonf" outname="app") constant(value=",") property(name="msgid" format="jsonf" outname="msgid") constant(value=",")
  property(name="protocol-version" format="jsonf" outname="version") constant(value=",")
  property(name="msg" format="jsonf" outname="msg") constant(value=",\\"data\\":")
  property(name="$!rfc5424-sd") constant(value="}}\\n")
}}
ruleset(name="tls") {{ action(type="mmpstrucdata") action(type="omfile" file="{folder}/tls.out" template="all") }}
ruleset(name="tcp") {{ action(type="mmpstrucdata") action(type="omfile" file="{folder}/tcp.out" template="all") }}
ruleset(name="udp") {{ action(type="mmpstrucdata") action(type="omfile" file="{folder}/udp.out" template="all") }}
"""


class Rsyslog:
    """Debian's rsyslog with a listener of each kind; what it read of each message stands in a file as a line of JSON."""

    def __init__(self, folder, cert, key):
        self.folder = folder / "rsyslog"
        self.folder.mkdir()
        self.ports = {name: free_port() for name in ("tls", "tcp", "udp")}
        config = self.folder / "rsyslog.conf"
        config.write_text(RSYSLOG.format(folder=self.folder, cert=cert, key=key, **self.ports))
        self.config = config
        self.start()

    def start(self):
        with open(self.folder / "errors", "ab") as errors:
            self.process = subprocess.Popen([SYSLOG / "usr/sbin/rsyslogd", "-n", "-f", self.config, "-i", self.folder / "pid", "-M",
                                             SYSLOG / "usr/lib/x86_64-linux-gnu/rsyslog"], env=dict(os.environ, LD_LIBRARY_PATH=LIBRARIES),
                                            stdout=errors, stderr=subprocess.STDOUT)

    def messages(self, kind):
        """Those that are whole."""
        try:
            lines = (self.folder / f"{kind}.out").read_text(encoding="utf-8").split("\n")
        except OSError:
            return []
        return [json.loads(line) for line in lines[:-1]]

    def wait(self, kind, count):
        try:
            until(lambda: len(self.messages(kind)) >= count, f"{count} messages did not come by {kind}")
        except AssertionError as error:
            raise AssertionError(f"{error}: {(self.folder / 'errors').read_text()[-2000:]}") from None
        return self.messages(kind)

    def stop(self):
        self.process.kill()
        self.process.wait()


class SyslogListener:
    """Reads messages that are octet-counted, over TCP or TLS. Turns connections away where `closes` is set, as who has too many of them, or where
    `wants` a certificate is, which TLS 1.3 tells a sender of that has none when it has long sent its message."""

    def __init__(self, certificate=None, key=None):
        self.certificate, self.key = certificate, key
        self.closes = self.wants = False
        self.turned_away = 0
        self.messages = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection = self.listening.accept()[0]
            except OSError:
                return
            if self.closes:
                connection.close()
                self.turned_away += 1
                continue
            try:
                with self._over_tls(connection) as stream:
                    self._read(stream)
            except OSError:
                self.turned_away += 1

    def _over_tls(self, connection):
        if not self.certificate:
            return connection
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        if self.wants:
            context.load_verify_locations(self.certificate)
            context.verify_mode = ssl.CERT_REQUIRED
        return context.wrap_socket(connection, server_side=True)

    def _read(self, stream):
        received = b"".join(iter(lambda: stream.recv(65536), b""))
        while received:
            length, received = received.split(b" ", 1)
            self.messages.append(received[: int(length)].decode())
            received = received[int(length):]

    def stop(self):
        self.listening.close()


class OpensslServer:
    """OpenSSL's own server; what it has received from senders that show a certificate of `client_ca` stands in a file."""

    def __init__(self, folder, certificate, key, client_ca):
        self.port = free_port()
        self.out = folder / "openssl-server.out"
        with open(self.out, "wb") as out:
            self.process = subprocess.Popen(["openssl", "s_server", "-accept", str(self.port), "-cert", certificate, "-key", key, "-CAfile", client_ca,
                                             "-Verify", "1", "-verify_return_error", "-quiet"],
                                            stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL)

    def received(self):
        return self.out.read_text()

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
