"""Looks for secrets and personal values in all that the daemons and commands of the end-to-end tests have logged.

    log_scan.py begin FOLDER     empties the folder, before the suite
    log_scan.py scan FOLDER      after it; names file, line and kind of what should not stand there, and never the value

What is looked for is what kept_logs.py has remembered: in the clear, as JSON and addresses spell it, in hexadecimal, and in base64 of both
alphabets wherever in a longer text it begins; all of it in all logs. Values of fewer than 8 characters would be found by chance: of these
only codes of 6 or 7 digits are looked for, in the clear, standing alone, and in the logs of the same process. Beside the values there are
the shapes of secrets, whoever made them.
"""

import base64
import json
import re
import sys
import urllib.parse
from pathlib import Path

KEY = 8

SHAPES = {
    "bearer credential": rb"Bearer ",
    "token of ours": rb"\b(?:cs[a-z]|whsec)_[A-Za-z0-9_-]{8}",
    "otpauth URL": rb"otpauth://",
    "PEM": rb"-----BEGIN",
    "JSON Web Token": rb"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+",
    "cookie": rb"__(?:Host|Secure)-[A-Za-z0-9_-]+=.",
    "password hash": rb"\$scrypt\$|\$7\$",
}

# What messages give as an example, and tests use as a person's.
EXAMPLES = re.compile(rb"as in email=ana@example\.com")


def spellings(value):
    """(how, bytes) of each way in which a value of at least KEY bytes could stand in a log."""
    yield "in the clear", value
    text = value.decode(errors="replace")
    yield "as JSON", json.dumps(text)[1:-1].encode()
    yield "as JSON", json.dumps(text, ensure_ascii=False)[1:-1].encode()
    quoted = urllib.parse.quote(value, safe="").encode()
    yield "percent-encoded", quoted
    yield "percent-encoded", re.sub(rb"%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    yield "in hexadecimal", value.hex().encode()
    yield "in hexadecimal", value.hex().upper().encode()
    for before in range(3):
        # Characters at both ends hold bits of what stands around the value.
        whole = base64.b64encode(bytes(before) + value).rstrip(b"=")
        size = before + len(value)
        whole = whole[:size // 3 * 4 + size % 3][(0, 2, 3)[before]:]
        yield "in base64", whole
        yield "in base64", whole.translate(bytes.maketrans(b"+/", b"-_"))


def process_of(path):
    """The name of the process that a file is of: `sign_in_test-123-1.daemon.log` is of `sign_in_test-123`."""
    return "-".join(path.name.split(".")[0].split("-")[:2])


class Scan:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.needles = {}  # the first bytes of each spelling: those that begin so
        self.codes = {}  # by process
        self.secrets = 0
        for path in sorted(self.folder.glob("*.secrets")):
            for line in path.read_text().splitlines():
                entry = json.loads(line)
                self.add(process_of(path), entry["kind"], base64.b64decode(entry["value"]))
        self.logs = [path for pattern in ("*.daemon.log", "*.command.log") for path in sorted(self.folder.glob(pattern))]

    def add(self, process, kind, value):
        self.secrets += 1
        if len(value) < KEY:
            # 000000 and its like are guesses of a test, and common numbers.
            if len(set(value)) > 1:
                self.codes.setdefault(process, set()).add((value, kind))
            return
        seen = set()
        for how, spelling in spellings(value):
            if len(spelling) >= KEY and spelling not in seen:
                seen.add(spelling)
                self.needles.setdefault(spelling[:KEY], set()).add((spelling, f"{kind} {how}"))

    def found_in(self, path):
        """(offset, kind) of each."""
        log = EXAMPLES.sub(lambda example: b" " * len(example[0]), path.read_bytes())
        for at in range(len(log) - KEY + 1):
            for spelling, kind in self.needles.get(log[at:at + KEY], ()):
                if log.startswith(spelling, at):
                    yield at, kind
        for value, kind in self.codes.get(process_of(path), ()):
            for match in re.finditer(rb"(?<![0-9A-Za-z])" + value + rb"(?![0-9A-Za-z])", log):
                yield match.start(), kind
        for kind, shape in SHAPES.items():
            for match in re.finditer(shape, log):
                yield match.start(), f"{kind} by its shape"

    def faults(self):
        """What to say, a line each."""
        if not any(path.name.endswith(".daemon.log") and path.stat().st_size > 0 for path in self.logs):
            yield f"{self.folder}: no log of a daemon was kept: nothing is shown by finding nothing"
        if self.secrets == 0:
            yield f"{self.folder}: no secret was kept: nothing is shown by finding nothing"
        for path in self.logs:
            log = path.read_bytes()
            lines = {(log.count(b"\n", 0, at) + 1, kind) for at, kind in self.found_in(path)}
            for line, kind in sorted(lines):
                yield f"{path}:{line}: {kind}"


def begin(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.suffix in (".log", ".secrets"):
            path.unlink(missing_ok=True)


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("begin", "scan"):
        print(__doc__)
        return 2
    folder = Path(arguments[1])
    if arguments[0] == "begin":
        begin(folder)
        return 0
    scan = Scan(folder)
    faults = list(scan.faults())
    print("\n".join(faults) if faults else
          f"{len(scan.logs)} logs, {sum(path.stat().st_size for path in scan.logs)} bytes, hold none of {scan.secrets} secrets and personal values")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
