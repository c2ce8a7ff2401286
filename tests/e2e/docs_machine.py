"""A machine to follow the documentation on: the installed layout, in namespaces of mounts and of the network that are the test's own.

Nothing of it is seen outside: /etc is a copy, /var/lib and /mnt are empty, and the names of the pages' examples lead to this machine. All programs run by
one clock, which is set to when the examples happen.
"""

import fcntl
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

import kept_logs
from appliance import BIN

ROOT = Path(__file__).resolve().parents[2]
ETC, LIB = Path("/etc/countersign"), Path("/var/lib/countersign")
CONFIG = ETC / "countersign.toml"
# Where the names of the examples lead; each is a machine of its own.
HOSTS = {"audit": "127.0.0.1", "evidence": "127.0.0.1", "alerts": "127.0.0.1", "mail": "127.0.0.1", "siem": "127.0.0.1", "witness": "127.0.0.2"}
FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
# Where the namespaces keep what is copied for them.
STAGE = Path("/var/lib/stage")


def refused():
    """Why this cannot be done here, or nothing."""
    if os.geteuid() != 0:
        return "needs root, for a namespace of mounts"
    if not FAKETIME:
        return "libfaketime is not installed"
    tried = subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else None


def enter():
    """Starts this program again in namespaces of its own."""
    if "DOCS_MACHINE" not in os.environ and not refused():
        os.environ["DOCS_MACHINE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--net", "--propagation", "private", sys.executable, "-B", *sys.argv])


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))} ended {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def build():
    """Lays the machine out, once it is entered."""
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/var/lib")
    STAGE.mkdir()
    run("cp", "-a", "/etc", STAGE / "etc")
    run("mount", "--bind", STAGE / "etc", "/etc")
    run("systemd-sysusers", ROOT / "packaging" / "sysusers.d" / "countersign.conf")
    with open("/etc/hosts", "a", encoding="utf-8") as hosts:
        hosts.writelines(f"{address} {name}.example.com\n" for name, address in HOSTS.items())
    run("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", "/dev/shm")
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0", encoding="utf-8")
    run("ip", "link", "set", "lo", "up")
    (STAGE / "bin").mkdir()
    run("mount", "--bind", BIN, STAGE / "bin")


class Machine:
    """One at a time."""

    def __init__(self):
        self.daemon = self.log = None
        self.secrets, self.clock = {}, {}

    def environment(self, **more):
        """With `more` for variables of a page."""
        return {"PATH": f"{STAGE / 'bin'}:{os.environ['PATH']}", "HOME": str(LIB), "LANG": "C.UTF-8", **self.clock, **more}

    def set_clock(self, when):
        """Programs that start from now on see this time as the present, and it goes on from there."""
        shift = (datetime.fromisoformat(when.replace("Z", "+00:00")) - datetime.now(timezone.utc)).total_seconds()
        self.clock = {"LD_PRELOAD": FAKETIME[0], "FAKETIME": f"{shift:+.0f}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
                      "NO_FAKE_STAT": "1"}

    def as_user(self, *command, **more):
        """The words that run a command as the user that the appliance belongs to. The clock comes last: what libfaketime makes belongs to one user."""
        variables = [f"{name}={value}" for name, value in self.environment(**more).items()]
        return ["setpriv", "--reuid=countersign", "--regid=countersign", "--clear-groups", "--inh-caps=-all", "env", "-i", *variables, *map(str, command)]

    def root(self, *command, **options):
        return run(*command, env=self.environment(), **options)

    def user(self, *command, check=True, at=CONFIG, **options):
        """As the user that the appliance belongs to; `at` names the configuration of another one."""
        done = subprocess.run(self.as_user(*command, COUNTERSIGN_CONFIG=at), capture_output=True, text=True, check=False, cwd="/", **options)
        kept_logs.command(command, done.stdout, done.stderr)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(map(str, command))} ended {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *command, **options):
        return json.loads(self.user("countersign", "--json", *command, **options))

    def start(self, **more):
        self.log = kept_logs.Log(ETC)
        with open(ETC / "countersignd.log", "ab") as log:
            self.daemon = subprocess.Popen(self.as_user("countersignd", **more), stdout=log, stderr=log, cwd="/")
        end = time.monotonic() + 30
        while True:
            if self.daemon.poll() is not None or time.monotonic() > end:
                raise AssertionError("countersignd is not ready: " + (ETC / "countersignd.log").read_text(errors="replace")[-2000:])
            ready = subprocess.run(["curl", "-sf", "https://audit.example.com:8443/readyz"], env=self.environment(), capture_output=True, check=False)
            if ready.returncode == 0:
                return
            time.sleep(0.05)

    def stop(self):
        if self.daemon and self.daemon.poll() is None:
            self.daemon.terminate()
            self.daemon.wait(30)
        self.daemon = None

    def clear(self):
        """An empty machine. What its daemon has logged is kept."""
        self.stop()
        if self.log:
            self.log.keep()
            self.log.folder = Path("/nowhere")
            self.log = None
        for folder in (ETC, LIB):
            shutil.rmtree(folder, ignore_errors=True)
        # What killed programs left of libfaketime would be in the way of others of their number.
        for left in Path("/dev/shm").glob("*faketime*"):
            left.unlink()
        subprocess.run(["umount", "--recursive", "--quiet", "/mnt"], check=False, stderr=subprocess.DEVNULL)
        run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/mnt")


class Shell:
    """One bash, which goes through the blocks of a page; what one sets the next one sees."""

    LOOP = 'while read -r block <&9; do source "$block" < /dev/null > "$block.out" 2> "$block.err" 8>&- 9<&-; echo done >&8; done'

    def __init__(self, machine, folder):
        self.folder = folder
        orders, answers = os.pipe(), os.pipe()
        # Of the ends of the pipes bash gets its own two, as 8 and 9; they come under numbers that are neither.
        reads, writes = (fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (orders[0], answers[1]))
        words = machine.as_user("bash", "-c", f"exec 9<&{reads} 8>&{writes} {reads}<&- {writes}>&-; set -euo pipefail; {self.LOOP}", HOME=folder)
        self.said = folder / ".bash"
        with open(self.said, "wb") as said:
            self.bash = subprocess.Popen(words, cwd=folder, pass_fds=(reads, writes), start_new_session=True, stdout=said, stderr=said)
        for end in (reads, writes, orders[0], answers[1]):
            os.close(end)
        self.orders, self.answers = os.fdopen(orders[1], "w"), os.fdopen(answers[0])
        self.number = 0

    def run(self, text):
        """(whether it ended well, what it printed, what it said on standard error)"""
        self.number += 1
        block = self.folder / f".block-{self.number}"
        block.write_text(text, encoding="utf-8")
        self.orders.write(f"{block}\n")
        self.orders.flush()
        well = self.answers.readline() == "done\n"
        if not (self.folder / f"{block.name}.err").exists():
            raise AssertionError("bash ended: " + self.said.read_text(errors="replace"))
        out, err = ((self.folder / f"{block.name}.{kind}").read_text(errors="replace") for kind in ("out", "err"))
        kept_logs.command([], out, err)
        return well, out, err

    def end(self):
        """Ends what the page has left running, too, before another page needs its port."""
        self.orders.close()
        self.answers.close()
        end = time.monotonic() + 20
        try:
            os.killpg(self.bash.pid, signal.SIGTERM)
            while time.monotonic() < end:
                self.bash.poll()
                os.killpg(self.bash.pid, 0)
                time.sleep(0.02)
        except ProcessLookupError:
            pass
        self.bash.wait(10)


def folder_for(name):
    """A folder of the user's, as home to what a page makes."""
    folder = Path(tempfile.mkdtemp(prefix="docs-", dir="/var/lib"))
    shutil.chown(folder, "countersign", "countersign")
    return folder
