"""Two appliances in two regions, joined by a link that is watched: no personal value of a tenant crosses it, and none is on the
other's disk.

The regions are network namespaces that the test makes. The daemons speak plain HTTP here, because TLS would hide from the capture
what it is searched for; plain HTTP is served on loopback only, so each namespace has a relay from its end of the link.
"""

import base64
import ctypes
import gzip
import http.client
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import zipfile
import zlib
from pathlib import Path

from appliance import BIN, Appliance

FROM, TO = "2020-01-01T00:00:00Z", "2035-01-01T00:00:00Z"
LINK = {"eu-1": "10.231.77.1", "us-1": "10.231.77.2"}
LINK_PORT = 8080

PEOPLE = {
    "eu-1": {"id": "anneliese-4711", "email": "anneliese.pinned@mail.example", "phone": "+4930555001234", "name": "Anneliese Grünwald",
             "fingerprint": "laptop-of-anneliese", "ip": "198.51.100.41", "user_agent": "Browser-of-Anneliese/7", "session": "session-anneliese-9", "note": "likes-Räucherlachs"},
    "us-1": {"id": "roberto-0815", "email": "roberto.pinned@mail.example", "phone": "+14155550187", "name": "Roberto Maranhão",
             "fingerprint": "phone-of-roberto", "ip": "203.0.113.42", "user_agent": "Browser-of-Roberto/3", "session": "session-roberto-2", "note": "prefers-Ceviche"},
}
TENANT = {"eu-1": "euro-corp", "us-1": "us-corp"}


def event(region, number, tenant=None):
    person = PEOPLE[region]
    return {"id": f"{region}-{number}", "time": "2026-01-31T09:30:00Z", "type": "challenge.verified", "tenant": tenant or TENANT[region],
            "actor": {name: person[name] for name in ("id", "email", "phone", "name")},
            "challenge": {"id": f"c-{region}-{number}", "purpose": "login", "factor": "sms"},
            "device": {name: person[name] for name in ("fingerprint", "ip", "user_agent")},
            "session": {"id": person["session"]}, "attributes": {"note": person["note"]}}


def spellings(value):
    """A value in the forms in which it could hide, as bytes."""
    out = set()
    for plain in (value.encode(), value.encode("utf-16-le"), value.encode("utf-16-be")):
        out |= {plain, plain.hex().encode(), plain.hex().upper().encode()}
        # In base64 what stands before shifts the letters: three ways, of which the middle is certain.
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + plain)
            whole = whole[[0, 2, 3][shift]:(len(plain) + shift) // 3 * 4]
            out |= {whole, whole.replace(b"+", b"-").replace(b"/", b"_")}
    out |= {urllib.parse.quote(value, safe="").encode(), urllib.parse.quote_plus(value).encode(), json.dumps(value)[1:-1].encode()}
    return {form for form in out if len(form) >= 6}


def unpacked(data, depth=3):
    """The data, and whatever deflate, gzip, zlib or zip streams stand in it, at any place."""
    yield data
    if depth == 0:
        return
    for magic, window in ((b"\x1f\x8b\x08", 31), (b"\x78\x01", 15), (b"\x78\x9c", 15), (b"\x78\xda", 15)):
        at = data.find(magic)
        while at >= 0:
            yield from inflated(data[at:], window, depth)
            at = data.find(magic, at + 1)
    at = data.find(b"PK\x03\x04")
    while at >= 0 and at + 30 <= len(data):
        name, extra = struct.unpack_from("<HH", data, at + 26)
        if struct.unpack_from("<H", data, at + 8)[0] == 8:
            yield from inflated(data[at + 30 + name + extra:], -15, depth)
        at = data.find(b"PK\x03\x04", at + 4)


def inflated(data, window, depth):
    try:
        plain = zlib.decompressobj(window).decompress(data, 64 << 20)
    except zlib.error:
        return
    if plain:
        yield from unpacked(plain, depth - 1)


def found_in(data, values):
    """The values that stand in the data, in whatever form."""
    streams = list(unpacked(data))
    return {value for value in values for form in spellings(value) if any(form in stream for stream in streams)}


def found_on_disk(folder, values):
    found = set()
    for path in Path(folder).rglob("*"):
        name = str(path.relative_to(folder)).encode()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found |= {(str(path), value) for value in found_in(name + b"\n" + content, values)}
    return found


class Capture(threading.Thread):
    """Everything that passes an interface (packet(7)), and the TCP payloads of it, each direction put together in order."""

    def __init__(self, namespace, interface):
        super().__init__(daemon=True)
        # A socket stays in the namespace in which it was made: a thread of its own goes there.
        made = []

        def make():
            enter(namespace)
            made.append(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3)))
            made[0].setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE: nothing may be lost
            made[0].bind((interface, 0))

        maker = threading.Thread(target=make)
        maker.start()
        maker.join()
        self.socket, = made
        self.socket.settimeout(0.2)
        self.frames, self.ending = [], threading.Event()

    def run(self):
        while True:
            try:
                self.frames.append(self.socket.recv(1 << 17))
            except socket.timeout:
                if self.ending.is_set():
                    return

    def finish(self):
        self.ending.set()
        self.join()
        _, dropped = struct.unpack("II", self.socket.getsockopt(263, 6, 8))  # SOL_PACKET, PACKET_STATISTICS
        self.socket.close()
        return dropped

    def streams(self):
        pieces = {}
        for frame in self.frames:
            if frame[12:14] != b"\x08\x00" or frame[23] != 6:
                continue
            head = 14 + (frame[14] & 15) * 4
            length = struct.unpack_from("!H", frame, 16)[0] + 14
            ports, sequence, offset = frame[head:head + 4], struct.unpack_from("!I", frame, head + 4)[0], (frame[head + 12] >> 4) * 4
            payload = frame[head + offset:length]
            if payload:
                pieces.setdefault(frame[26:34] + ports, {})[sequence] = payload
        out = []
        for by_sequence in pieces.values():
            stream, end = b"", None
            for sequence in sorted(by_sequence):
                payload = by_sequence[sequence]
                if end is not None and sequence < end:
                    payload = payload[end - sequence:]
                stream += payload
                end = max(end or 0, sequence + len(by_sequence[sequence]))
            out.append(stream)
        return out

    def everything(self):
        """The frames as they passed, and the streams in them."""
        return [b"\n".join(self.frames), *self.streams()]


def enter(namespace):
    with open(f"/var/run/netns/{namespace}") as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def relay(namespace, address, port):
    """Serves the loopback port of a namespace on its end of the link: a thread's sockets are of the namespace it is in."""
    ready = threading.Event()

    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        try:
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def join(peer, inner):
        back = threading.Thread(target=pump, args=(inner, peer), daemon=True)
        back.start()
        pump(peer, inner)
        back.join()
        for end in (peer, inner):
            end.close()

    def serve():
        enter(namespace)
        with socket.create_server((address, LINK_PORT)) as server:
            ready.set()
            while True:
                peer, _ = server.accept()
                threading.Thread(target=join, args=(peer, socket.create_connection(("127.0.0.1", port))), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    if not ready.wait(10):
        raise AssertionError(f"no relay on {address}")


class Region(Appliance):
    """An appliance in a network namespace; requests to it come from there, over loopback."""

    def __init__(self, name, namespace):
        self.namespace = namespace
        super().__init__(region=name)

    def run(self, *arguments, check=True, **options):
        environment = dict(os.environ, COUNTERSIGN_CONFIG=str(self.config))
        done = subprocess.run(["ip", "netns", "exec", self.namespace, BIN / "countersign", *map(str, arguments)], env=environment,
                              capture_output=True, text=True, **options)
        if check and done.returncode != 0:
            raise AssertionError(f"countersign {' '.join(map(str, arguments))} ended {done.returncode}: {done.stderr}")
        return done

    def inside(self, work):
        """Does some work in the namespace, on a thread that ends with it."""
        out = []

        def whole():
            try:
                enter(self.namespace)
                out.append((work(), None))
            except BaseException as error:
                out.append((None, error))

        thread = threading.Thread(target=whole)
        thread.start()
        thread.join()
        result, error = out[0]
        if error:
            raise error
        return result

    def start(self, wait=True, preexec=None):
        return super().start(wait, preexec=lambda: enter(self.namespace))

    def request(self, *arguments, **more):
        return self.inside(lambda: super(Region, self).request(*arguments, **more))

    def over_the_link(self, method, path, body=None, headers=None):
        """A request from here to the other region's appliance."""
        other = next(address for region, address in LINK.items() if region != self.region)

        def work():
            connection = http.client.HTTPConnection(other, LINK_PORT, timeout=20)
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            return answer.status, content

        return self.inside(work)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


class Residency(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0 or not shutil.which("ip"):
            self.skipTest("network namespaces need root and iproute2")
        tag = str(os.getpid())
        self.names = {"eu-1": f"cs-eu-{tag}", "us-1": f"cs-us-{tag}"}
        self.addCleanup(lambda: [run("ip", "netns", "del", name) for name in self.names.values()])
        for name in self.names.values():
            made = run("ip", "netns", "add", name)
            if made.returncode != 0:
                self.skipTest("network namespaces are not allowed here: " + made.stderr.strip())
        eu, us = self.names["eu-1"], self.names["us-1"]
        steps = [["link", "add", "link0", "netns", eu, "type", "veth", "peer", "name", "link0", "netns", us]]
        for region, name in self.names.items():
            steps += [["-n", name, "addr", "add", LINK[region] + "/30", "dev", "link0"], ["-n", name, "link", "set", "link0", "up"],
                      ["-n", name, "link", "set", "lo", "up"]]
        for step in steps:
            done = run("ip", *step)
            if done.returncode != 0:
                self.skipTest(f"ip {' '.join(step)}: {done.stderr.strip()}")
        self.capture = Capture(eu, "link0")
        self.capture.start()
        self.regions, self.tokens = {}, {}
        for region, name in self.names.items():
            other = next(r for r in LINK if r != region)
            appliance = self.regions[region] = Region(region, name)
            self.addCleanup(appliance.__exit__)
            text = appliance.config.read_text()
            appliance.config.write_text(text.replace("[limits]", f'[elsewhere.{other}]\naddress = "https://{LINK[other]}:{LINK_PORT}"\n[limits]', 1))
            appliance.run("tenant", "add", TENANT[region])
            appliance.run("tenant", "add", TENANT[other])
            # The other's tenant is pinned to the other region, here as there.
            appliance.run("tenant", "move", TENANT[other], "--to", other, "--reason", "contract")
            self.tokens[region] = appliance.json("source", "add", "app")["token"]
            appliance.start()
            appliance.wait_known(self.tokens[region])
            relay(name, LINK[region], appliance.port)

    def work(self, region):
        """A tenant's whole life in its region, and all that its region has to do with the other one."""
        appliance, token = self.regions[region], self.tokens[region]
        other = next(r for r in LINK if r != region)
        tenant, person = TENANT[region], PEOPLE[region]
        outside = appliance.folder / f"out-{region}"
        outside.mkdir()
        # Taken, and the other's refused: its sender is here, and what it sends must not go further.
        self.assertEqual(appliance.post(token, [event(region, n) for n in range(40)])[0], 200)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Content-Encoding": "gzip"}
        status, _, _ = appliance.request("POST", "/v1/events", gzip.compress(json.dumps(event(region, 41)).encode()), headers)
        self.assertEqual(status, 200)
        mine = dict(event(region, 50), tenant=TENANT[other])
        status, answer = appliance.post(token, mine)
        self.assertEqual((status, answer["results"][0]["address"]), (421, f"https://{LINK[other]}:{LINK_PORT}"))
        # A sender in the other region offers the tenant's event to the appliance there, which is not to keep any of it.
        status, answer = self.regions[other].post(self.tokens[other], [event(region, 60), event(region, 61)])
        self.assertEqual((status, answer["results"][0]["address"]), (421, f"https://{LINK[region]}:{LINK_PORT}"))
        # Over the link: what there is to ask another appliance, and an event of which it is to know nothing.
        for path in ("/readyz", "/healthz", "/v1/openapi.json"):
            self.assertEqual(appliance.over_the_link("GET", path)[0], 200)
        nobody = {"id": f"link-{region}", "time": "2026-01-31T09:30:00Z", "type": "source.heartbeat", "tenant": tenant}
        status, content = appliance.over_the_link("POST", "/v1/events", json.dumps(nobody),
                                                  {"Authorization": f"Bearer {self.tokens[other]}", "Content-Type": "application/json"})
        self.assertEqual(status, 421, content)
        self.assertIn(LINK[region].encode(), content)
        # Search, show, reports, export, the rights of a person.
        self.wait(lambda: appliance.run("--json", "search", tenant, f"actor.email:{person['email']}", check=False).returncode == 0)
        self.wait(lambda: len(appliance.hits(tenant, f"actor.email:{person['email']}", "--limit", "99")) == 41)
        revealed = appliance.json("show", tenant, "3", "--reveal")
        self.assertIn(person["email"], [one.get("value") for one in revealed["disclosures"]])
        full, redacted = outside / "full.zip", outside / "redacted.zip"
        period = ("--from", FROM, "--to", TO)
        self.wait(lambda: appliance.run("export", tenant, *period, "-o", full, check=False).returncode == 0)
        appliance.run("export", tenant, *period, "-o", redacted, "--redact", "--destination", other)
        subject = f"user={person['id']}"
        appliance.run("privacy", "access", "--tenant", tenant, "--subject", subject, "-o", outside / "access.zip")
        self.assertFalse(appliance.json("privacy", "erase", "--tenant", tenant, "--subject", subject)["erased"])
        report = appliance.json("residency", "--tenant", tenant, *period)
        self.assertEqual((report["regions"][0]["records"], [p["region"] for p in report["pins"]]), (41, [region]))
        self.assertGreaterEqual(report["regions"][0]["values"]["present"], len(person))
        for bundle in (full, redacted, outside / "access.zip"):
            self.assertIn(appliance.run("verify", bundle, check=False).returncode, (0, 20))
        self.assertEqual(appliance.run("verify", "--data", appliance.region_file("."), check=False).returncode, 0)
        with zipfile.ZipFile(full) as bundle:
            everything = b"".join(bundle.read(name) for name in bundle.namelist()).decode(errors="replace")
        for value in person.values():
            self.assertIn(value, everything, "the full bundle has the value: the search would find it")
        return redacted

    def wait(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)

    def send_over_the_link(self, region, payloads):
        """Sends bytes from one region's end of the link to the other's, as an upload does."""
        for payload in payloads:
            status, _ = self.regions[region].over_the_link("POST", "/v1/no-such-path", payload, {"Content-Type": "application/octet-stream"})
            self.assertGreaterEqual(status, 400)

    def test_no_personal_value_leaves_its_region(self):
        redacted = {region: self.work(region) for region in LINK}
        # A redacted bundle, a checkpoint and a report go to the other region's people.
        for region, bundle in redacted.items():
            appliance = self.regions[region]
            self.send_over_the_link(region, [bundle.read_bytes(), appliance.run("checkpoint", TENANT[region]).stdout.encode(),
                                             json.dumps(appliance.json("residency", "--tenant", TENANT[region], "--from", FROM, "--to", TO)).encode()])
            with tempfile.TemporaryDirectory() as there:
                shutil.copy(bundle, there)
                self.assertIn(run(BIN / "countersign", "verify", str(Path(there) / bundle.name)).returncode, (0, 20))
        for appliance in self.regions.values():
            self.assertEqual(appliance.stop(), 0)
        time.sleep(0.3)
        self.assertEqual(self.capture.finish(), 0, "the capture lost packets")
        passed = self.capture.everything()
        # The search looked at what did pass: what both sides asked, and the bundles.
        whole = b"".join(passed)
        for shown in (b"/v1/openapi.json", b"urn:countersign:problem:misdirected", b"PK\x03\x04"):
            self.assertIn(shown, whole)
        for region in LINK:
            values = set(PEOPLE[region].values())
            other = next(r for r in LINK if r != region)
            for data in passed:
                self.assertEqual(found_in(data, values), set(), "on the link")
            self.assertEqual(found_on_disk(self.regions[other].folder, values), set(), f"on the disk of {other}")
            # Where they belong they are: bundles that were made there hold them.
            self.assertEqual({value for _, value in found_on_disk(self.regions[region].folder, values)}, values)

    def test_a_value_that_crosses_is_found(self):
        """The test above can fail: each value sent over the link on purpose, in each form, is found, and so is a file of it."""
        value = PEOPLE["eu-1"]["email"]
        forms = {"plain": value.encode(), "hex": value.encode().hex().encode(), "UTF-16": value.encode("utf-16-le"),
                 "base64": base64.b64encode(b"xy" + value.encode()), "base64url": base64.urlsafe_b64encode(b"x" + value.encode() + b"??>"),
                 "URL": urllib.parse.quote(value).encode(), "gzip": gzip.compress(b"before " + value.encode() + b" behind"),
                 "gzip of hex": gzip.compress(value.encode().hex().encode())}
        self.send_over_the_link("eu-1", forms.values())
        self.assertEqual(self.regions["us-1"].post(self.tokens["us-1"], dict(event("eu-1", 1), tenant="us-corp"))[0], 200)
        self.regions["us-1"].json("show", "us-corp", "0", "--reveal")
        (self.regions["us-1"].folder / "copied.txt").write_bytes(gzip.compress(value.encode()))
        time.sleep(0.3)
        self.assertEqual(self.capture.finish(), 0)
        streams = self.capture.streams()
        uploads = [stream for stream in streams if b"/v1/no-such-path" in stream]
        self.assertEqual(len(uploads), len(forms))
        missed = [stream[-200:] for stream in uploads if found_in(stream, {value}) != {value}]
        self.assertEqual(missed, [])
        self.assertEqual(found_in(b"\n".join(self.capture.frames), {value}), {value})
        self.assertEqual({Path(path).name for path, _ in found_on_disk(self.regions["us-1"].folder, {value})}, {"copied.txt"})


if __name__ == "__main__":
    unittest.main()
