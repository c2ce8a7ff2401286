"""A Debian 12 with systemd as its first process, in a container that forgets what was done in it. Needs root, systemd-nspawn and mmdebstrap."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MORE = ["systemd", "systemd-sysv", "curl", "softhsm2", "opensc"]


def why_not():
    """What is missing here for a container, or None."""
    for program in ("systemd-nspawn", "mmdebstrap", "nsenter", "unshare"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None if os.geteuid() == 0 else "booting a container needs to be root"


def packages():
    """What an installed program loads, as packaging/dependencies.txt lists it."""
    lines = (ROOT / "packaging" / "dependencies.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line.split()[1].partition("?")[0] for line in lines if line and not line.startswith("#") and "run" in line.split()[0].split(",")]
    return sorted(set(wanted + MORE))


def make_tree(folder):
    """A Debian with those packages, made once; an error is a subprocess.CalledProcessError."""
    tree, listed = folder / "tree", folder / "packages"
    names = ",".join(packages())
    if listed.exists() and listed.read_text() == names:
        return tree
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # Mounts of its own, which go with it.
    subprocess.run(["unshare", "--mount", "mmdebstrap", "--quiet", "--variant=minbase", f"--include={names}", "bookworm", tree], check=True, capture_output=True)
    listed.write_text(names)
    return tree


class Machine:
    """A running container. Use as a context manager."""

    def __init__(self, tree, files):
        """`files`: what is shown in the container, by the path there."""
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-machine-"))
        self.console = open(self.folder / "console", "wb")
        shown = [f"--bind-ro={source}:{place}" for place, source in files.items()]
        # The last name in the path is unique, so that machines do not meet.
        command = ["systemd-nspawn", "--quiet", "--directory", tree, "--volatile=overlay", "--register=no", "--keep-unit", "--boot",
                   f"--machine={self.folder.name[-20:].replace('_', '-').strip('-')}", "--console=pipe", "--link-journal=no", *shown]
        self.nspawn = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console)
        self.leader = None

    def __enter__(self):
        try:
            self.wait_booted()
            # An installer writes it.
            self.write("/etc/hosts", "127.0.0.1 localhost\n")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.leader:
            subprocess.run(["kill", "-KILL", str(self.leader)], check=False)
        self.nspawn.terminate()
        try:
            self.nspawn.wait(20)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()
        self.console.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait_booted(self):
        end = time.monotonic() + 60
        while time.monotonic() < end and self.nspawn.poll() is None:
            if self.leader is None:
                # Before it there are others, which prepare the container.
                found = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(self.nspawn.pid)], capture_output=True, text=True, check=False).stdout.split()
                self.leader = int(found[0]) if found[1:] == ["systemd"] else None
            elif self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"):
                return
            time.sleep(0.1)
        raise AssertionError("the container does not boot: " + (self.folder / "console").read_text(errors="replace")[-2000:])

    def run(self, *command, check=True, **options):
        """Runs a command in the container, as its root."""
        done = subprocess.run(["nsenter", "--target", str(self.leader), "--all", "--", *map(str, command)], capture_output=True, text=True, **options)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))} ended {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def shell(self, script, check=True):
        return self.run("sh", "-ec", script, check=check).stdout

    def write(self, path, text):
        self.run("sh", "-ec", 'mkdir -p "$(dirname "$0")"; cat > "$0"', path, input=text)

    def unit(self, name, what):
        return self.run("systemctl", "show", "--value", "-p", what, name).stdout.strip()
