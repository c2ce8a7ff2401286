"""Sends OTP and MFA events to a Countersign appliance. One file, no dependency, Python 3.9 or later.

    from countersign import Client

    with Client("https://audit.example.com:8443", token, ca_file="tls.pem") as audit:
        audit.send({"type": "challenge.verified", "tenant": "acme",
                    "actor": {"id": "u-17"}, "challenge": {"id": "c-9", "factor": "sms"}})

`send` returns at once. A thread sends what waits in batches and tries again, with growing pauses, whatever may pass: a broken
connection, 429, 5xx. An event gets its `id` when it is handed over, so trying again never makes a second record. Leaving the `with`
block, or `flush`, waits until everything is on the appliance's disk.
"""

import datetime
import gzip
import http.client
import json
import random
import ssl
import threading
import time
import urllib.parse
import uuid

__all__ = ["Client", "CountersignError"]


class CountersignError(Exception):
    """The appliance refuses requests as such: a wrong token, address or content type. What waits is kept."""


class Client:
    """Thread-safe. `on_rejected(event, errors)` is called, from the sending thread, for each event that the appliance cannot use;
    sending it again would not help. Without it such an event is dropped, and counted in `rejected`."""

    def __init__(self, url, token, *, ca_file=None, batch=500, interval=1.0, waiting_max=50_000, timeout=15.0, on_rejected=None):
        self._url = urllib.parse.urlsplit(url)
        self._token = token
        self._tls = ssl.create_default_context(cafile=ca_file) if self._url.scheme == "https" else None
        self._batch, self._interval, self._waiting_max, self._timeout = batch, interval, waiting_max, timeout
        self._on_rejected = on_rejected
        self._waiting = []
        self._in_flight = 0
        self._changed = threading.Condition()
        self._closing = False
        self._urgent = False
        self._refused = None
        self._connection = None
        self.appended = self.duplicate = self.rejected = 0
        self._thread = threading.Thread(target=self._run, name="countersign", daemon=True)
        self._thread.start()

    def send(self, event, timeout=None):
        """Hands over an event. `id` and `time` are filled in where they are missing. Blocks while `waiting_max` events wait;
        TimeoutError where that lasts longer than `timeout` seconds, and then the event was not taken."""
        event = dict(event)
        event.setdefault("id", str(uuid.uuid4()))
        event.setdefault("time", datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds"))
        text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        with self._changed:
            if self._closing:
                raise RuntimeError("the client is closed")
            if not self._changed.wait_for(lambda: len(self._waiting) < self._waiting_max, timeout):
                raise TimeoutError("too many events wait to be sent")
            self._waiting.append(text)
            if len(self._waiting) >= self._batch:
                self._changed.notify_all()
        return event["id"]

    def flush(self, timeout=None):
        """Waits until everything that was handed over is stored or rejected. TimeoutError, or CountersignError where the appliance
        refuses requests as such; what waits goes on waiting in both cases."""
        with self._changed:
            self._urgent, self._refused = True, None
            self._changed.notify_all()
            done = self._changed.wait_for(lambda: self._refused or not (self._waiting or self._in_flight), timeout)
            self._urgent = False
            if self._refused:
                raise CountersignError(self._refused)
            if not done:
                raise TimeoutError("events still wait to be sent")

    def close(self, timeout=30.0):
        """As flush, and ends the thread."""
        try:
            self.flush(timeout)
        finally:
            with self._changed:
                self._closing = True
                self._changed.notify_all()
            self._thread.join(self._timeout)
            self._drop_connection()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _run(self):
        pause = 0.0
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closing or (self._waiting and (self._urgent or len(self._waiting) >= self._batch)), self._interval)
                if self._closing:
                    return
                batch, self._waiting = self._waiting[:self._batch], self._waiting[self._batch:]
                self._in_flight = len(batch)
            if not batch:
                continue
            again, wait = self._try(batch)
            with self._changed:
                self._waiting[:0] = again
                self._in_flight = 0
                self._changed.notify_all()
            pause = min(max(wait, pause * 2, 0.2), 60.0) if again else 0.0
            if again:
                self._sleep(pause * random.uniform(0.8, 1.2))

    def _sleep(self, seconds):
        until = time.monotonic() + seconds
        with self._changed:
            self._changed.wait_for(lambda: self._closing or time.monotonic() >= until, seconds)

    def _try(self, batch):
        """Sends a batch. What has to be sent again, and how long the appliance asks to wait."""
        try:
            status, headers, body = self._post(("[" + ",".join(batch) + "]").encode())
        except (OSError, http.client.HTTPException):
            self._drop_connection()
            return batch, 0.0
        if status == 413 and len(batch) > 1:
            half = len(batch) // 2
            first, wait = self._try(batch[:half])
            second, longer = self._try(batch[half:])
            return first + second, max(wait, longer)
        results = body.get("results") if isinstance(body, dict) else None
        if results is not None and len(results) == len(batch):
            return self._settle(batch, results), self._wait_of(headers)
        if status == 413:
            self._reject(batch[0], [{"path": "", "reason": "the event is larger than the appliance takes"}])
            return [], 0.0
        if status not in (408, 429) and status < 500:
            detail = body.get("detail", "") if isinstance(body, dict) else ""
            with self._changed:
                self._refused = f"{status}: {detail}"
        return batch, self._wait_of(headers)

    def _settle(self, batch, results):
        again = []
        for text, result in zip(batch, results):
            status = result["status"]
            if status == "failed":
                again.append(text)
            elif status == "rejected":
                self._reject(text, result.get("errors", []))
            elif status == "duplicate":
                self.duplicate += 1
            else:
                self.appended += 1
        return again

    def _reject(self, text, errors):
        self.rejected += 1
        if self._on_rejected:
            self._on_rejected(json.loads(text), errors)

    @staticmethod
    def _wait_of(headers):
        value = headers.get("Retry-After", "0")
        return float(value) if value.isdigit() else 0.0

    def _post(self, body):
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._tls else http.client.HTTPConnection
            options = {"context": self._tls} if self._tls else {}
            self._connection = kind(self._url.hostname, self._url.port, timeout=self._timeout, **options)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", "Content-Encoding": "gzip"}
        self._connection.request("POST", self._url.path.rstrip("/") + "/v1/events", gzip.compress(body, 1), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.will_close:
            self._drop_connection()
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = None
        return answer.status, answer.headers, parsed

    def _drop_connection(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None
