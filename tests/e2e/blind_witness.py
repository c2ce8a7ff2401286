"""A witness that does not show what it has cosigned, as C2SP tlog-witness leaves it to witnesses, and has faults when a test wants some."""

import base64
import hashlib
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HANG, BREAK = "hang", "break"


class BlindWitness:
    """Listens on loopback from the start. `sizes` is what it has cosigned, by origin; it believes every proof."""

    def __init__(self, name="blind.example.com/w", get=404):
        self.name, self.get, self.sizes = name, get, {}
        self.faults = {}   # by origin: a status to answer instead, HANG or BREAK
        self.asked = []    # origins that were shown to it
        self.looked = 0    # requests for what it has cosigned
        self.connections = 0
        self.over = threading.Event()
        self.key = Ed25519PrivateKey.generate()
        raw = b"\x04" + self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        self.vkey = f"{name}+{self.key_id.hex()}+{base64.b64encode(raw).decode()}"
        witness = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                witness.connections += 1

            def log_message(self, *_):
                pass

            def answer(self, status, body=b""):
                if status == HANG:
                    witness.over.wait(60)
                if status in (HANG, BREAK):
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                witness.looked += 1
                self.answer(witness.get)

            def do_POST(self):
                self.answer(*witness.add(self.rfile.read(int(self.headers["Content-Length"])).decode()))

        class Server(ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 64
        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def settings(self, name="blind"):
        return f'\n[[witnesses]]\nname = "{name}"\nvkey = "{self.vkey}"\nurl = "{self.url}"\n'

    def add(self, body):
        head, _, note = body.partition("\n\n")
        text = note.partition("\n\n")[0] + "\n"
        origin, size = text.splitlines()[0], int(text.splitlines()[1])
        self.asked.append(origin)
        if origin in self.faults:
            return (self.faults[origin],)
        known = self.sizes.get(origin, 0)
        if int(head.splitlines()[0].removeprefix("old ")) != known:
            return 409, f"{known}\n".encode()
        self.sizes[origin] = size
        now = int(time.time())
        signature = self.key.sign(f"cosignature/v1\ntime {now}\n{text}".encode())
        line = base64.b64encode(self.key_id + struct.pack(">Q", now) + signature).decode()
        return 200, f"\u2014 {self.name} {line}\n".encode()

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
