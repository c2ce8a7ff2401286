"""Keeps what daemons and commands wrote, and the secrets that must not stand there, for log_scan.py, which looks after the whole suite.

Where COUNTERSIGN_E2E_LOGS names no folder nothing is kept. Otherwise it has, of each process of a test,

- `<process>-<number>.daemon.log`, one for each appliance, and `<process>.command.log` with what commands wrote to standard error:
  their standard output shows a token once, rightly;
- `<process>.secrets`: each line a JSON object with the kind of a secret or personal value and the value in base64, for its owner alone.
"""

import atexit
import base64
import ipaddress
import json
import os
import re
import shutil
import sys
import urllib.parse
from pathlib import Path

FOLDER = Path(os.environ["COUNTERSIGN_E2E_LOGS"]) if os.environ.get("COUNTERSIGN_E2E_LOGS") else None

# Members of requests and answers, and of the fields of forms and addresses.
SECRETS = {
    "token": "token", "link": "invitation link", "secret": "secret", "uri": "otpauth URL", "csrf_token": "CSRF value", "password": "password",
    "present": "password", "new": "password", "recovery_codes": "recovery code", "code": "code", "client_secret": "OIDC client secret",
    "id_token": "ID token", "logout_token": "logout token", "access_token": "access token", "state": "OIDC state", "nonce": "OIDC nonce",
}
# State and nonce are words of many a document; they are secrets in an address.
ONLY_IN_ADDRESSES = {"state", "nonce"}
PERSONAL = {"email": "e-mail address", "phone": "phone number", "ip": "IP address", "user": "account name"}
OUR_TOKENS = re.compile(r"\b(?:cs[a-z]|whsec)_[A-Za-z0-9+/=_-]{16,}")
BODY_MAX = 4 << 20

_secrets = {}
_command_log = []
_folders = []


def name_of_process():
    return f"{Path(sys.argv[0]).stem}-{os.getpid()}"


def secret(kind, value):
    """Remembers a value that no log may hold. Of a few characters only codes are: log_scan.py says how they are looked for."""
    value = value.encode() if isinstance(value, str) else bytes(value)
    if FOLDER and (len(value) >= 8 or re.fullmatch(rb"\d{6,7}", value)):
        _secrets[value] = kind


def personal(kind, value):
    """Whatever is no e-mail address, no number and no address of another machine could stand in a log by chance."""
    if kind == "IP address":
        try:
            address = ipaddress.ip_address(value)
        except ValueError:
            return
        if address.is_loopback or address.is_unspecified:
            return
    elif kind == "phone number":
        if sum(c.isdigit() for c in value) < 7:
            return
    elif "@" not in value:
        return
    secret(kind, value)


def document(value):
    """What of a JSON document, at any depth, is secret or personal."""
    if isinstance(value, list):
        for each in value:
            document(each)
    elif isinstance(value, dict):
        for name, member in value.items():
            if isinstance(member, (dict, list)) and name not in SECRETS:
                document(member)
                continue
            for each in member if isinstance(member, list) else [member]:
                if isinstance(each, str) and name in SECRETS and name not in ONLY_IN_ADDRESSES:
                    secret(SECRETS[name], each)
                elif isinstance(each, str) and name in PERSONAL:
                    personal(PERSONAL[name], each)


def text(content):
    """What of a body, an output or a list of JSON lines is."""
    if isinstance(content, (bytes, bytearray)):
        content = bytes(content).decode(errors="replace")
    if not isinstance(content, str) or len(content) > BODY_MAX:
        return
    for token in OUR_TOKENS.findall(content):
        secret("token", token)
    for part in [content] if content.lstrip().startswith("[") else [content, *content.splitlines()]:
        if part.lstrip()[:1] in ("{", "["):
            try:
                document(json.loads(part))
                if part is content:
                    return
            except (ValueError, RecursionError):
                pass


def query(fields):
    """What of the fields of a form or an address is."""
    for name, values in urllib.parse.parse_qs(fields, errors="replace").items():
        for value in values:
            # A state that is a word is none of OpenID Connect's.
            if name in SECRETS and not (name in ONLY_IN_ADDRESSES and re.fullmatch("[a-z_]+", value)):
                secret(SECRETS[name], value)
            elif "@" in value:
                personal("e-mail address", value)


def request(path, headers, body=None):
    if not FOLDER:
        return
    query(urllib.parse.urlsplit(path).query)
    for name, value in headers.items():
        name = name.lower()
        if name == "authorization":
            credential = value.split(" ", 1)[-1]
            secret("credential", credential)
            if value.lower().startswith("basic "):
                try:
                    secret("password", base64.b64decode(credential).split(b":", 1)[-1])
                except ValueError:
                    pass
        elif name == "cookie":
            for cookie in value.split(";"):
                secret("cookie", cookie.split("=", 1)[-1].strip())
        elif name == "x-csrf-token":
            secret("CSRF value", value)
    if body is not None:
        text(body)
        if isinstance(body, str) and headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            query(body)


def answer(headers, body):
    """`headers` may be of any kind that gives pairs."""
    if not FOLDER:
        return
    for name, value in headers.items():
        if name.lower() == "set-cookie":
            secret("cookie", value.split(";")[0].split("=", 1)[-1])
        elif name.lower() == "location":
            query(urllib.parse.urlsplit(value).query)
    text(body)


def command(arguments, stdout, stderr):
    if not FOLDER:
        return
    arguments = [str(each) for each in arguments]
    for option, value in zip(arguments, arguments[1:]):
        if re.match(r"--(.*-)?(secret|password|passphrase|pin|token)", option):
            if option.endswith("-file"):
                lines_of("secret", Path(value))
            else:
                secret("secret", value)
    text(stdout)
    errors(stderr)


def errors(stderr):
    """What a command, or a daemon that did not start, wrote to standard error."""
    if stderr:
        _command_log.append(stderr if isinstance(stderr, bytes) else stderr.encode())


def lines_of(kind, path):
    """Each line of a file, or all of one that is not text."""
    try:
        content = path.read_bytes()
    except OSError:
        return
    if content.isascii():
        for line in content.splitlines():
            if not line.startswith(b"-----"):
                secret(kind, line.strip())
    else:
        secret(kind, content)


class Log:
    """That of an appliance's daemon."""

    def __init__(self, folder):
        self.folder = Path(folder)
        _folders.append(self)
        self.number = len(_folders)

    def keep(self):
        """As far as it has come, in place of what was kept before."""
        if not FOLDER or not self.folder.is_dir():
            return
        FOLDER.mkdir(parents=True, exist_ok=True)
        for pattern in ("*.key", "*.secret", "*.pin"):
            for path in (self.folder / "keys").glob(pattern):
                lines_of("key", path)
        if (self.folder / "countersignd.log").is_file():
            shutil.copyfile(self.folder / "countersignd.log", FOLDER / f"{name_of_process()}-{self.number}.daemon.log")


@atexit.register
def write():
    if not FOLDER or not _folders:
        return
    for log in _folders:
        log.keep()
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name_of_process()}.command.log").write_bytes(b"".join(_command_log))
    descriptor = os.open(FOLDER / f"{name_of_process()}.secrets", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        for value, kind in list(_secrets.items()):
            out.write(json.dumps({"kind": kind, "value": base64.b64encode(value).decode()}) + "\n")
