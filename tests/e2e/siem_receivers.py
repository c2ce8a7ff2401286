"""Real receivers of events: a web server that speaks as HEC, _bulk and plain collectors do, and Apache Kafka."""

import http.server
import json
import os
import ssl
import subprocess
import threading
from pathlib import Path

from appliance import free_port, until

CLIENTS = Path(os.environ.get("CLIENTS", Path(__file__).resolve().parents[2] / "build" / "clients"))


class SiemServer:
    """Takes events over HTTP(S). What it has taken outlives it, so that it can be away for a while: stop() and start()."""

    def __init__(self, certificate=None, key=None, client_ca=None):
        self.port = free_port()
        self.certificate, self.key, self.client_ca = certificate, key, client_ca
        self.scheme = "https" if certificate else "http"
        self.taken = []  # events, in their order; an event that came twice is there twice
        self.headers = []  # of each request
        self.batches = []  # numbers of events
        self.refuses = lambda event: False  # whether an event is never taken
        self.answers = None  # a status for everything
        self.filters = lambda body: False  # whether something before it answers 403 to a request
        self.gate = threading.Event()  # requests wait for it
        self.gate.set()
        self.waiting = 0
        self.indexed = True  # whether HEC says so when it is asked
        self.asked = 0
        self.lock = threading.Lock()
        self.server = None
        self.start()

    def start(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    receiver.waiting += 1
                receiver.gate.wait(120)
                with receiver.lock:
                    receiver.waiting -= 1
                    status, answer = receiver.receive(self.path, dict(self.headers), body.decode())
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            connections = []

            def get_request(self):
                connection, address = super().get_request()
                Server.connections.append(connection)
                return connection, address

            def handle_error(self, *_):
                pass  # clients that do not trust it, or are killed

        self.server = Server(("127.0.0.1", self.port), Handler)
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, self.key)
            if self.client_ca:
                context.load_verify_locations(self.client_ca)
                context.verify_mode = ssl.CERT_REQUIRED
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        """Away, with every connection that was kept."""
        self.server.shutdown()
        self.server.server_close()
        for connection in self.server.connections:
            try:
                connection.shutdown(2)
            except OSError:
                pass
            connection.close()
        self.server = None

    def receive(self, path, headers, body):
        if path.startswith("/services/collector/ack"):
            self.asked += 1
            return 200, json.dumps({"acks": {str(one): self.indexed for one in json.loads(body)["acks"]}}).encode()
        self.headers.append(headers)
        if self.answers:
            return self.answers, b"no, and this text is nobody's business"
        if self.filters(body):
            return 403, b"an attack, and this text is nobody's business"
        if path.endswith("/_bulk"):
            return self.bulk(body)
        if path.startswith("/services/collector"):
            return self.hec(body)
        events = json.loads(body) if body.startswith("[") else [json.loads(line) if line.startswith("{") else line for line in body.splitlines()]
        if any(self.refuses(event) for event in events):
            return 400, b"one of them is wrong"
        self.take(events)
        return 200, b"{}"

    def take(self, events):
        self.batches.append(len(events))
        self.taken += events

    def bulk(self, body):
        """As Elasticsearch's reference of the bulk API describes it: an answer for each action."""
        lines, items = body.split("\n"), []
        assert lines.pop() == "" and len(lines) % 2 == 0
        known = {event["event"]["id"] for event in self.taken}
        for action, document in zip(lines[::2], map(json.loads, lines[1::2])):
            id = json.loads(action)["create"]["_id"]
            status = 400 if self.refuses(document) else 409 if id in known else 201
            items.append({"create": {"_index": ".ds-logs-countersign-default", "_id": id, "status": status}})
            if status == 201:
                assert id == document["event"]["id"]
                self.take([document])
        return 200, json.dumps({"took": 1, "errors": any(one["create"]["status"] >= 400 for one in items), "items": items}).encode()

    def hec(self, body):
        """As Splunk's reference of the event endpoint describes it: objects one behind the other."""
        decoder, envelopes, at = json.JSONDecoder(), [], 0
        while at < len(body):
            one, at = decoder.raw_decode(body, at)
            envelopes.append(one)
            while at < len(body) and body[at].isspace():
                at += 1
        for number, one in enumerate(envelopes):
            if not set(one) <= {"time", "host", "source", "sourcetype", "index", "event", "fields"} or self.refuses(one["event"]):
                return 400, json.dumps({"text": "Invalid data format", "code": 6, "invalid-event-number": number}).encode()
        self.take(envelopes)
        return 200, json.dumps({"text": "Success", "code": 0, "ackId": len(self.batches)}).encode()

    def wait(self, count, seconds=60):
        until(lambda: len(self.taken) >= count, f"{count} events did not come", seconds)
        return self.taken


class Kafka:
    """Apache Kafka's own broker, alone, over TLS with a password; what it holds is read by its own consumer."""

    USER, TOPIC = "countersign", "evidence"

    @staticmethod
    def is_there():
        return (CLIENTS / "kafka" / "pom.xml.done").exists()

    def __init__(self, folder, certificate, key, password, more=""):
        self.folder = folder / "kafka"
        self.folder.mkdir()
        self.port, controller = free_port(), free_port()
        pem = self.folder / "server.pem"
        pem.write_text(Path(key).read_text() + Path(certificate).read_text())
        login = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        self.properties = self.folder / "server.properties"
        self.properties.write_text(f"""
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:{controller}
listeners=SASL_SSL://localhost:{self.port},CONTROLLER://localhost:{controller}
listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=SASL_SSL
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config={login} username="{self.USER}" password="{password}" user_{self.USER}="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={pem}
ssl.truststore.type=PEM
ssl.truststore.location={certificate}
log.dirs={self.folder}/data
num.partitions=3
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
{more}
""")
        self.client = self.folder / "client.properties"
        self.client.write_text(f"""
security.protocol=SASL_SSL
sasl.mechanism=PLAIN
sasl.jaas.config={login} username="{self.USER}" password="{password}";
ssl.truststore.type=PEM
ssl.truststore.location={certificate}
""")
        self.java("kafka.tools.StorageTool", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", self.properties)
        self.start()

    def java(self, program, *arguments, **options):
        command = ["java", "-Xmx256m", "-cp", f"{CLIENTS}/kafka/lib/*", program, *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, **options)

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(["java", "-Xmx512m", "-cp", f"{CLIENTS}/kafka/lib/*", "kafka.Kafka", self.properties], stdout=log, stderr=log)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def read(self):
        """(partition, key, id of the header, event) of every message."""
        done = self.java("org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", f"localhost:{self.port}", "--topic", self.TOPIC,
                         "--from-beginning", "--timeout-ms", 10000, "--consumer.config", self.client, "--property", "print.key=true",
                         "--property", "print.partition=true", "--property", "print.headers=true")
        out = []
        for line in done.stdout.splitlines():
            partition, headers, key, value = line.split("\t", 3)
            out.append((partition, key, dict(one.split(":", 1) for one in headers.split(","))["id"], json.loads(value)))
        return out
