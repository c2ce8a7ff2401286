"""Firefox and WebKit, driven as W3C WebDriver says: Firefox by its own Marionette, WebKit (what Safari is made of) by WebKitWebDriver."""

import base64
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

WAIT_S = 60
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
MINI_BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"


class Marionette:
    """Messages of `<length>:[type, id, command, parameters]` over TCP."""

    def __init__(self, folder):
        profile = Path(folder) / "profile"
        profile.mkdir()
        (profile / "user.js").write_text('user_pref("marionette.port", 0);\nuser_pref("network.proxy.type", 0);\nuser_pref("app.update.disabledForTesting", true);\n')
        self.process = subprocess.Popen(["firefox-esr", "--headless", "--no-remote", "--marionette", "--profile", str(profile)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True, env={**os.environ, "HOME": str(folder), "MOZ_DISABLE_CONTENT_SANDBOX": "1"})
        self._rest, self._number = b"", 0
        self._socket = socket.create_connection(("127.0.0.1", self._port(profile / "MarionetteActivePort")), timeout=WAIT_S)
        self._read()

    @staticmethod
    def _port(file):
        end = time.monotonic() + WAIT_S
        while not (file.exists() and file.read_text().strip()):
            if time.monotonic() > end:
                raise AssertionError("firefox does not start")
            time.sleep(0.1)
        return int(file.read_text())

    def _read(self):
        while b":" not in self._rest:
            self._receive()
        length, _, self._rest = self._rest.partition(b":")
        while len(self._rest) < int(length):
            self._receive()
        message, self._rest = self._rest[:int(length)], self._rest[int(length):]
        return json.loads(message)

    def _receive(self):
        data = self._socket.recv(1 << 16)
        if not data:
            raise AssertionError("firefox ended")
        self._rest += data

    COMMANDS = {"new": "NewSession", "go": "Navigate", "run": "ExecuteAsyncScript", "find": "FindElement", "type": "ElementSendKeys", "picture": "TakeScreenshot", "size": "SetWindowRect",
                "timeouts": "SetTimeouts"}

    def send(self, command, parameters):
        parameters = {("id" if name == "element" else name): value for name, value in parameters.items()}
        if command == "new":
            parameters = parameters["capabilities"]["alwaysMatch"]
        self._number += 1
        message = json.dumps([0, self._number, f"WebDriver:{self.COMMANDS[command]}", parameters]).encode()
        self._socket.sendall(b"%d:" % len(message) + message)
        _, _, error, result = self._read()
        if error:
            raise AssertionError(f"{command}: {error['error']}: {error['message']}")
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def close(self):
        self._socket.close()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class WebKit:
    """JSON over HTTP to WebKitWebDriver, which starts the browser on a screen of its own."""

    def __init__(self, folder):
        screen, told = os.pipe()
        self.screen = subprocess.Popen(["Xvfb", "-displayfd", str(told), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"], pass_fds=(told,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(told)
        with os.fdopen(screen) as number:
            display = f":{number.readline().strip()}"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(["WebKitWebDriver", f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                                        env={**os.environ, "DISPLAY": display, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder),
                                             "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "LIBGL_ALWAYS_SOFTWARE": "1", "NO_AT_BRIDGE": "1", "no_proxy": "localhost"})
        self.session = ""

    PATHS = {"new": "", "go": "/url", "run": "/execute/async", "find": "/element", "size": "/window/rect", "timeouts": "/timeouts"}

    def send(self, command, parameters):
        if command == "new":
            return self._start(parameters)
        if command == "picture":
            return self._ask("GET", "/screenshot", None)
        if command == "type":
            return self._ask("POST", f"/element/{parameters['element']}/value", {"text": parameters["text"]})
        return self._ask("POST", self.PATHS[command], parameters)

    def _start(self, parameters):
        options = {"webkitgtk:browserOptions": {"binary": MINI_BROWSER, "args": ["--automation"]}}
        parameters["capabilities"]["alwaysMatch"].update(options)
        end = time.monotonic() + WAIT_S
        while True:
            try:
                value = self._ask("POST", "", parameters)
                break
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise AssertionError("WebKitWebDriver does not start") from None
                time.sleep(0.1)
        self.session = f"/{value['sessionId']}"
        return value

    def _ask(self, method, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        connection.request(method, f"/session{self.session}{path}", None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        value = json.loads(connection.getresponse().read())["value"]
        connection.close()
        if isinstance(value, dict) and "error" in value:
            raise AssertionError(f"{path}: {value['error']}: {value.get('message')}")
        return value

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.screen.kill()
        self.screen.wait()


class OtherBrowser:
    """A browser with a profile of its own, which takes any certificate. Use as a context manager."""

    def __init__(self, kind):
        self.folder = tempfile.TemporaryDirectory(prefix="countersign-browser-", ignore_cleanup_errors=True)
        self.driver = kind(self.folder.name)
        try:
            made = self.driver.send("new", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": True}}})
        except BaseException:
            self.driver.close()
            raise
        self.version = f"{made['capabilities']['browserName']} {made['capabilities']['browserVersion']}"
        self.driver.send("timeouts", {"script": WAIT_S * 1000, "pageLoad": WAIT_S * 1000})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.close()
        self.folder.cleanup()

    def go(self, url):
        self.driver.send("go", {"url": url})

    def size(self, width, height):
        self.driver.send("size", {"width": width, "height": height})

    def run(self, function, *arguments):
        """What a function of JavaScript gives, awaited."""
        script = f"const done = arguments[arguments.length - 1]; Promise.resolve(({function})(...[...arguments].slice(0, -1))).then(value => done({{value}}), e => done({{error: String(e)}}));"
        done = self.driver.send("run", {"script": script, "args": list(arguments)})
        if "error" in done:
            raise AssertionError(f"{function}: {done['error']}")
        return done.get("value")

    def type(self, selector, text):
        """Keys into a field, or of `input[type=file]` a file's path."""
        found = self.driver.send("find", {"using": "css selector", "value": selector})
        self.driver.send("type", {"element": found[ELEMENT], "text": text})

    def picture(self, file):
        Path(file).write_bytes(base64.b64decode(self.driver.send("picture", {})))

    def text(self):
        return re.sub(r"\s+", " ", self.run("() => document.body.innerText"))

    def sees(self, words, seconds=WAIT_S):
        """Waits until the page says that."""
        end = time.monotonic() + seconds
        while words not in (text := self.text()):
            if time.monotonic() > end:
                raise AssertionError(f"{self.version} does not show {words!r}, but {text[:2000]!r}")
            time.sleep(0.1)
        return text
