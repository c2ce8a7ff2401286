"""Debian's Chromium without a screen, driven over its DevTools protocol, with virtual authenticators for passkeys."""

import fcntl
import json
import os
import select
import signal
import subprocess
import tempfile
import time

WAIT_S = 30

# A passkey of the device itself, which can be found without a name, behind a finger or a PIN.
PLATFORM = {"protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True}


def pipe_above(lowest):
    """A pipe whose ends are numbered from `lowest` on, so that they are in nobody's way."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, lowest) for end in ends]
    for end in ends:
        os.close(end)
    return moved


class Browser:
    """One Chromium with a profile of its own. Use as a context manager: its processes and its profile go with it."""

    def __init__(self, *arguments):
        self.profile = tempfile.TemporaryDirectory(prefix="countersign-browser-", ignore_cleanup_errors=True)
        commands, self._out = pipe_above(10)
        self._in, answers = pipe_above(10)
        self._rest, self._number, self._events = b"", 0, []
        # It reads commands from descriptor 3 and answers on 4. Without the sandbox it runs as root, too: it sees our pages alone.
        command = ["bash", "-c", f'exec "$@" 3<&{commands} 4>&{answers} {commands}<&- {answers}>&-', "bash", "chromium", "--headless=new",
                   "--no-sandbox", "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}", "--no-first-run", "--no-proxy-server",
                   "--disable-gpu", "--disable-dev-shm-usage", "--disable-sync", "--disable-component-update",
                   "--disable-background-networking", *arguments]
        with open(self._log(), "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
                                            pass_fds=(commands, answers), start_new_session=True)
        os.close(commands)
        os.close(answers)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.send("Browser.close")
            self.process.wait(WAIT_S)
        except (OSError, AssertionError, subprocess.TimeoutExpired):
            pass
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._out)
        os.close(self._in)
        self.profile.cleanup()

    def page(self, url):
        """A page in a window of its own that shares no cookie with any other."""
        context = self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send("Target.createTarget", {"url": "about:blank", "browserContextId": context})["targetId"]
        return Page(self, context, self.send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"], url)

    def send(self, method, parameters=None, session=None):
        """The result of a command; AssertionError where it fails or does not end."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters or {}}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        try:
            while data:
                data = data[os.write(self._out, data):]
        except BrokenPipeError:
            raise AssertionError(f"chromium ended before {method}: {self._log_text()}") from None
        answer = self._wait_for(lambda one: one.get("id") == self._number, method)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def event(self, method, session):
        """The next event of that name on a page, which may have come already."""
        for at, one in enumerate(self._events):
            if one.get("method") == method and one.get("sessionId") == session:
                return self._events.pop(at)
        return self._wait_for(lambda one: one.get("method") == method and one.get("sessionId") == session, method)

    def _wait_for(self, wanted, what):
        until = time.monotonic() + WAIT_S
        while True:
            while b"\0" in self._rest:
                text, _, self._rest = self._rest.partition(b"\0")
                message = json.loads(text)
                if wanted(message):
                    return message
                if "id" not in message:
                    self._events.append(message)
            ready, _, _ = select.select([self._in], [], [], max(0, until - time.monotonic()))
            data = os.read(self._in, 1 << 16) if ready else None
            if not data:
                end = "did not answer" if data is None else "ended"
                raise AssertionError(f"chromium {end} at {what}: {self._log_text()}")
            self._rest += data

    def _log(self):
        return os.path.join(self.profile.name, "stderr.log")

    def _log_text(self):
        with open(self._log(), errors="replace") as log:
            return log.read()[-2000:]


class Page:
    """A page of the browser, with what only its person has: cookies and authenticators."""

    def __init__(self, browser, context, session, url):
        self._browser, self._context, self._session = browser, context, session
        self.send("Page.enable")
        # What is run here is not the page's own script, which the daemon's policy forbids.
        self.send("Page.setBypassCSP", {"enabled": True})
        self.send("WebAuthn.enable")
        self.go(url)

    def send(self, method, parameters=None):
        return self._browser.send(method, parameters, self._session)

    def go(self, url):
        self._browser._events = [one for one in self._browser._events if one.get("sessionId") != self._session]
        done = self.send("Page.navigate", {"url": url})
        if "errorText" in done:
            raise AssertionError(f"{url}: {done['errorText']}")
        self._browser.event("Page.loadEventFired", self._session)

    def happened(self, method):
        """What the browser has told of the page by that name since it went there, and nobody has taken."""
        return [one["params"] for one in self._browser._events if one.get("method") == method and one.get("sessionId") == self._session]

    def run(self, function, *arguments):
        """What a function of JavaScript gives, awaited. Where it throws: `{"thrown": name of the error}`."""
        call = ", ".join(json.dumps(one) for one in arguments)
        expression = f"(async () => {{ try {{ return await ({function})({call}); }} catch (e) {{ return {{thrown: e.name, why: e.message}}; }} }})()"
        done = self.send("Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True, "userGesture": True})
        if "exceptionDetails" in done:
            raise AssertionError(f"{function}: {done['exceptionDetails']}")
        return done["result"].get("value")

    def fetch(self, method, path, body, fields):
        """(status, fields, text) as the page's own script sees them."""
        return self.run("""async (method, path, body, headers) => {
            const answer = await fetch(path, {method, body: body ?? undefined, headers});
            return [answer.status, Object.fromEntries(answer.headers), await answer.text()];
        }""", method, path, body, fields)

    def post_across(self, url):
        """Sends to another site what a form could send: (status, the cookies that the browser kept back, with its reasons)."""
        self.send("Network.enable")
        self.run("async url => { await fetch(url, {method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}'}); }", url)
        sent = {"associatedCookies": []}
        while not sent["associatedCookies"]:
            sent = self._browser.event("Network.requestWillBeSentExtraInfo", self._session)["params"]
        got = {}
        while got.get("requestId") != sent["requestId"]:
            got = self._browser.event("Network.responseReceivedExtraInfo", self._session)["params"]
        self.send("Network.disable")
        return got["statusCode"], {one["cookie"]["name"]: one["blockedReasons"] for one in sent["associatedCookies"]}

    def cookies(self):
        """All that the browser keeps, also those that no script may read."""
        return self._browser.send("Storage.getCookies", {"browserContextId": self._context})["cookies"]

    def create_passkey(self, options):
        """The answer of an authenticator to options of the appliance, as JSON."""
        return self.run("""async options => (await navigator.credentials.create(
            {publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options)})).toJSON()""", options)

    def use_passkey(self, options):
        return self.run("""async options => (await navigator.credentials.get(
            {publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options)})).toJSON()""", options)

    def add_authenticator(self, **options):
        return Authenticator(self, self.send("WebAuthn.addVirtualAuthenticator", {"options": {**PLATFORM, **options}})["authenticatorId"])


class Authenticator:
    """A device that holds passkeys. A credential is one of them as the protocol writes it: with its private key and its counter."""

    def __init__(self, page, number):
        self._page, self._number = page, number

    def _send(self, method, **parameters):
        return self._page.send(f"WebAuthn.{method}", {"authenticatorId": self._number, **parameters})

    def credentials(self):
        return self._send("getCredentials")["credentials"]

    def add(self, credential):
        self._send("addCredential", credential=credential)

    def verify_user(self, verify):
        """Whether the finger or PIN is right from now on."""
        self._send("setUserVerified", isUserVerified=verify)

    def remove(self):
        self._send("removeVirtualAuthenticator")
