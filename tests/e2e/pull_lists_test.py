"""Sources whose providers are asked by time, against a loopback server that answers as their documentation says."""

import base64
import hashlib
import hmac
import json
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from appliance import Appliance

SECRET = "a-client-secret-of-nobody"
DUO_KEY, DUO_SECRET = "DI00000000000000TEST", "0123456789abcdefghijklmnopqrstuvwxyzABCD"
PAGE = 7


def ago(**how):
    return datetime.now(timezone.utc) - timedelta(**how)


def stamp(when):
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sign_in(number, when):
    return {"id": f"entra-{number}", "createdDateTime": stamp(when), "userId": "u-1", "userPrincipalName": "ana@example.com",
            "ipAddress": "203.0.113.7", "status": {"errorCode": 500121, "failureReason": "Authentication failed"},
            "mfaDetail": {"authMethod": "Text message"}, "correlationId": f"c-{number}"}


def audit(number, when):
    return {"id": f"audit-{number}", "activityDateTime": stamp(when), "category": "UserManagement", "result": "success",
            "activityDisplayName": "User registered security info", "initiatedBy": {"user": {"id": "u-1"}}}


def activity(number, when):
    return {"kind": "admin#reports#activity", "id": {"time": stamp(when), "uniqueQualifier": str(number), "applicationName": "login"},
            "actor": {"email": "ana@example.com", "profileId": "1"}, "ipAddress": "203.0.113.7",
            "events": [{"type": "login", "name": "login_verification", "parameters": [
                {"name": "login_challenge_method", "value": "google_authenticator"}, {"name": "login_challenge_status", "value": "Challenge Passed"}]}]}


def duo_login(number, when):
    return {"txid": f"duo-{number}", "isotimestamp": when.isoformat(), "event_type": "authentication", "result": "success",
            "reason": "user_approved", "factor": "duo_push", "user": {"name": "ana", "key": "DU1"}}


def duo_message(number, when):
    return {"telephony_id": f"tel-{number}", "ts": when.isoformat(), "type": "sms", "phone": "+15035550100", "txid": f"duo-{number}",
            "context": "authentication"}


class Providers(ThreadingHTTPServer):
    """Microsoft's, Google's and Duo's APIs on one port. `lists` holds each list's events as (time, event)."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.lists, self.asked, self.tokens, self.withdrawn = {}, [], [], set()
        self.public_key = None
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A daemon that is killed in the middle of an answer is what some tests are about."""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def token(self):
        self.tokens.append(f"token-{len(self.tokens)}")
        return {"token_type": "Bearer", "expires_in": 3600, "access_token": self.tokens[-1]}

    def between(self, name, begin, end):
        return [event for when, event in self.lists.get(name, []) if begin <= when < end]


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):  # noqa: N802
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        if self.path == "/d-1/oauth2/v2.0/token":
            good = form["client_secret"] == SECRET and form["client_id"] == "c-1" and form["grant_type"] == "client_credentials"
        else:
            good = self.path == "/google-token" and self.assertion_is_good(form["assertion"])
        with self.server.lock:
            return self.reply(200, self.server.token()) if good else self.reply(400, {"error": "invalid_client", "error_description": SECRET})

    def assertion_is_good(self, assertion):
        covered, _, signature = assertion.rpartition(".")
        pad = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "s").write_bytes(pad(signature))
            checked = subprocess.run(["openssl", "dgst", "-sha256", "-verify", self.server.public_key, "-signature", f"{folder}/s"],
                                     input=covered.encode(), capture_output=True, check=False)
        claims = json.loads(pad(covered.split(".")[1]))
        return checked.returncode == 0 and claims["sub"] == "admin@example.com" and claims["exp"] > time.time()

    def do_GET(self):  # noqa: N802
        path, _, text = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(text))
        with self.server.lock:
            self.server.asked.append(self.path)
            if path.startswith("/admin/v2/logs/"):
                return self.duo(path, text, query)
            token = self.headers["Authorization"].removeprefix("Bearer ")
            if token not in self.server.tokens or token in self.server.withdrawn:
                return self.reply(401, {"error": {"code": "InvalidAuthenticationToken"}})
            return self.graph(path, query) if path.startswith("/beta/") else self.google(path, query)

    def graph(self, path, query):
        words = query["$filter"].split()
        begin, end = (datetime.fromisoformat(words[at].replace("Z", "+00:00")) for at in (2, 6))
        events, at = self.server.between(path, begin, end), int(query.get("$skiptoken", 0))
        out = {"value": events[at:at + PAGE]}
        if at + PAGE < len(events):
            out["@odata.nextLink"] = f"{self.server.url}{path}?" + urllib.parse.urlencode({**query, "$skiptoken": at + PAGE})
        self.reply(200, out)

    def google(self, path, query):
        begin, end = (datetime.fromisoformat(query[name].replace("Z", "+00:00")) for name in ("startTime", "endTime"))
        events, at = self.server.between(path, begin, end), int(query.get("pageToken", 0))
        out = {"kind": "admin#reports#activities"}
        if events:
            out["items"] = events[at:at + PAGE]
        if at + PAGE < len(events):
            out["nextPageToken"] = str(at + PAGE)
        self.reply(200, out)

    def duo(self, path, text, query):
        nothing = hashlib.sha512(b"").hexdigest()
        covered = "\n".join([self.headers["Date"], "GET", "127.0.0.1", path, text, nothing, nothing])
        mac = hmac.new(DUO_SECRET.encode(), covered.encode(), hashlib.sha512).hexdigest()
        if self.headers["Authorization"] != "Basic " + base64.b64encode(f"{DUO_KEY}:{mac}".encode()).decode():
            return self.reply(401, {"stat": "FAIL", "code": 40103})
        begin, end = (datetime.fromtimestamp(int(query[name]) / 1000, timezone.utc) for name in ("mintime", "maxtime"))
        events, name = self.server.between(path, begin, end), "authlogs" if path.endswith("authentication") else "items"
        return self.reply(200, {"stat": "OK", "response": {name: events, "metadata": {"next_offset": None}}})

    def reply(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class PullLists(unittest.TestCase):
    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.appliance.add_tenant("acme")
        self.providers = Providers()
        self.addCleanup(self.providers.server_close)
        self.addCleanup(self.providers.shutdown)

    def add(self, adapter, secret, **settings):
        file = self.appliance.folder / "secret"
        file.write_text(secret)
        settings = {"interval_s": 1, **settings}
        return self.appliance.run("source", "add", adapter.replace("_", "-"), "--adapter", adapter, "--tenant", "acme", "--pull", self.providers.url,
                                  "--secret-file", file, *(part for name, value in settings.items() for part in ("--pull-setting", f"{name}={value}")))

    def stored(self, source):
        return [r["event"] for r in self.appliance.records("acme") if r["source"] == source and r["event"]["type"] != "source.heartbeat"]

    def wait_stored(self, source, count, seconds=60):
        until = time.monotonic() + seconds
        while len(self.stored(source)) < count and time.monotonic() < until:
            time.sleep(0.05)
        events = self.stored(source)
        self.assertEqual(len(events), count, self.appliance.log_text()[-2000:])
        self.assertEqual(len({e["id"] for e in events}), count)
        return events

    def assert_kept_secret(self, secret):
        for place in (self.appliance.folder / "data").rglob("*"):
            if place.is_file():
                self.assertNotIn(secret.encode(), place.read_bytes(), place)
        self.assertNotIn(secret, self.appliance.log_text())

    def test_entra_id(self):
        lists = self.providers.lists
        lists["/beta/auditLogs/signIns"] = [(ago(hours=n), sign_in(n, ago(hours=n))) for n in range(1, 24)]
        lists["/beta/auditLogs/directoryAudits"] = [(ago(hours=n), audit(n, ago(hours=n))) for n in range(1, 11)]
        self.add("entra_id", SECRET + "\n", directory_id="d-1", client_id="c-1", login_url=self.providers.url)
        self.appliance.start()
        events = self.wait_stored("entra-id", 33)
        self.assertEqual({e["type"] for e in events}, {"challenge.failed", "factor.enrolled"})
        self.assertEqual(len(self.providers.tokens), 1, "a token is used as long as it lasts")
        self.providers.withdrawn.add(self.providers.tokens[0])
        late = ago(minutes=20)
        lists["/beta/auditLogs/signIns"] += [(late, sign_in(100, late))]
        self.wait_stored("entra-id", 34)
        self.assertEqual(len(self.providers.tokens), 2, "a token that was withdrawn is asked for anew")
        self.assert_kept_secret(SECRET)

    def test_google_workspace(self):
        folder = self.appliance.folder
        key = subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], capture_output=True, check=True).stdout
        self.providers.public_key = str(folder / "public.pem")
        subprocess.run(["openssl", "pkey", "-pubout", "-out", self.providers.public_key], input=key, check=True)
        file = {"type": "service_account", "client_email": "reader@example.iam.gserviceaccount.com", "private_key": key.decode(),
                "token_uri": self.providers.url + "/google-token"}
        base = "/admin/reports/v1/activity/users/all/applications/"
        self.providers.lists[base + "login"] = [(ago(hours=n), activity(n, ago(hours=n))) for n in range(1, 24)]
        self.add("google_workspace", json.dumps(file, indent=2) + "\n", subject="admin@example.com")
        self.appliance.start()
        events = self.wait_stored("google-workspace", 23)
        self.assertEqual({(e["type"], e["challenge"]["factor"]) for e in events}, {("challenge.verified", "totp")})
        asked = lambda: {path.removeprefix(base).partition("?")[0] for path in self.providers.asked}
        until = time.monotonic() + 30
        while len(asked()) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(asked(), {"login", "user_accounts", "admin"})
        self.assert_kept_secret(key.decode().splitlines()[3])

    def test_cisco_duo(self):
        base = "/admin/v2/logs/"
        self.providers.lists[base + "authentication"] = [(ago(hours=n), duo_login(n, ago(hours=n))) for n in range(1, 9)]
        self.providers.lists[base + "telephony"] = [(ago(hours=n), duo_message(n, ago(hours=n))) for n in range(1, 4)]
        self.add("cisco_duo", f"{DUO_KEY}:{DUO_SECRET}\n")
        self.appliance.start()
        events = self.wait_stored("cisco-duo", 11)
        self.assertEqual({e["type"] for e in events}, {"challenge.sent", "challenge.verified"})
        late = ago(minutes=5)
        self.providers.lists[base + "authentication"] += [(late, duo_login(50, late))]
        self.wait_stored("cisco-duo", 12)
        self.assert_kept_secret(DUO_SECRET)

    def test_a_refused_credential(self):
        self.add("entra_id", "wrong\n", directory_id="d-1", client_id="c-1", login_url=self.providers.url)
        self.add("cisco_duo", "wrong\n")
        self.appliance.start()
        until = time.monotonic() + 30
        while not ("invalid_client" in self.appliance.log_text() and "Duo refuses" in self.appliance.log_text()) and time.monotonic() < until:
            time.sleep(0.05)
        self.assertIn("gives no access token: 400, invalid_client", self.appliance.log_text())
        self.assertIn("Duo refuses the credential with 401", self.appliance.log_text())
        self.assertNotIn(SECRET, self.appliance.log_text(), "nothing of an answer but its error code is shown")

    def test_killed_at_any_moment_it_skips_nothing(self):
        self.providers.lists["/beta/auditLogs/signIns"] = [(ago(minutes=n), sign_in(n, ago(minutes=n))) for n in range(1, 201)]
        self.add("entra_id", SECRET + "\n", directory_id="d-1", client_id="c-1", login_url=self.providers.url, overlap_s=0)
        for n in range(8):
            self.appliance.start()
            time.sleep(0.02 + 0.02 * n)
            self.appliance.kill()
        self.appliance.start()
        self.wait_stored("entra-id", 200)

    def test_settings_are_checked(self):
        file = self.appliance.folder / "secret"
        file.write_text(SECRET)
        arguments = ("source", "add", "x", "--adapter", "entra_id", "--tenant", "acme", "--pull", "https://graph.microsoft.com", "--secret-file", file)
        result = self.appliance.run(*arguments, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("--pull-setting directory_id=", result.stderr)
        result = self.appliance.run(*arguments, "--pull-setting", "directory_id=d", "--pull-setting", "client_id=c", "--pull-setting", "colour=x", check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("there is no --pull-setting colour", result.stderr)


if __name__ == "__main__":
    unittest.main()
