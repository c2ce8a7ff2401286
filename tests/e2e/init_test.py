"""`countersign init`: its questions on a terminal, its flags, what an interruption leaves, and the layout of the packages."""

import json
import os
import pty
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import kept_logs
from appliance import BIN, free_port, until

ORIGIN = ["--origin", "log.example.com"]
REGION = ["--region", "eu-1"]


def init(*arguments, **options):
    done = subprocess.run([BIN / "countersign", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)
    kept_logs.errors(done.stderr)
    return done


def wait_ready(certificate, port, seconds=60):
    def ready():
        done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", certificate, f"https://localhost:{port}/readyz"], capture_output=True, text=True)
        return done.stdout == "200"
    until(ready, "the daemon is not ready", seconds)


class Terminal:
    """A person's: what a program writes to it, and what the person types."""

    def __init__(self, *arguments):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execv(BIN / "countersign", ["countersign", *map(str, arguments)])
        self.seen = ""
        self.told = 0

    def read(self):
        if not select.select([self.terminal], [], [], 60)[0]:
            os.kill(self.pid, signal.SIGKILL)
            raise AssertionError(f"nothing comes any more: {self.seen}")
        try:
            self.seen += os.read(self.terminal, 4096).decode()
            return True
        except OSError:  # the other end is closed
            return False

    def wait_for(self, text):
        while text not in self.seen[self.told:]:
            if not self.read():
                raise AssertionError(f"{text} does not come: {self.seen}")
        self.told = self.seen.index(text, self.told) + len(text)

    def answer(self, text):
        self.wait_for("> ")
        os.write(self.terminal, text.encode() + b"\n")

    def end(self):
        """The exit code; of a signal its number, negative."""
        while self.read():
            pass
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class Init(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.config = self.folder / "countersign.toml"

    def made(self):
        return sorted(path.name for path in self.folder.iterdir())

    def names_of_certificate(self):
        return subprocess.run(["openssl", "x509", "-in", self.folder / "keys/tls.pem", "-noout", "-ext", "subjectAltName"], capture_output=True, text=True, check=True).stdout

    def test_asks_three_questions_each_until_the_answer_can_be_used(self):
        port = free_port()
        terminal = Terminal("init", "--dir", self.folder)
        terminal.wait_for("Which domain")
        terminal.answer("https://evidence.example.com")
        terminal.wait_for("without a scheme")
        terminal.answer("")
        terminal.wait_for("an answer is needed")
        terminal.answer(" evidence.example.com ")
        terminal.wait_for("Which region")
        terminal.answer("EU 1")
        terminal.wait_for("region")
        terminal.answer("eu-1")
        terminal.wait_for("Under which address")
        terminal.wait_for("[localhost:8443]")
        terminal.answer("evidence.example.com:99999")
        terminal.wait_for("the port must be a number from 1 to 65535")
        terminal.answer("evidence example.com")
        terminal.wait_for("the address must be a host and a port")
        self.assertEqual(self.made(), [], "until the last answer nothing is made")
        terminal.answer(f"evidence.example.com:{port}")
        self.assertEqual(terminal.end(), 0, terminal.seen)
        self.assertEqual(self.made(), ["countersign.toml", "data", "heads", "keys"])
        text = self.config.read_text()
        for line in ('origin = "evidence.example.com"', 'regions = ["eu-1"]', f"port = {port}", 'address = "0.0.0.0"', f'address = "https://evidence.example.com:{port}"'):
            self.assertIn(f"\n{line}\n", text)
        self.assertRegex(terminal.seen, r"SHA-256 fingerprint\r\n  [0-9a-f]{64}\r\n")
        self.assertIn("DNS:evidence.example.com", self.names_of_certificate())
        self.assertEqual((self.folder / "keys").stat().st_mode & 0o777, 0o700)

    def test_the_two_commands_that_it_prints_work_as_printed(self):
        port = free_port()
        done = init("init", "--dir", self.folder / "it's here", *ORIGIN, *REGION, "--reach", f"localhost:{port}")
        self.assertEqual(done.returncode, 0, done.stderr)
        commands = [line.strip() for line in done.stdout.split("Next:\n")[1].splitlines()]
        self.assertEqual(len(commands), 2)
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        log = open(self.folder / "countersignd.log", "wb")
        shell = subprocess.Popen(["sh", "-c", f"{commands[0]} echo $!; wait"], env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        daemon = int(shell.stdout.readline())
        try:
            subprocess.run(["sh", "-c", commands[1]], env=environment, check=True, stdout=subprocess.DEVNULL)
            wait_ready(self.folder / "it's here/keys/tls.pem", port)
        finally:
            os.kill(daemon, signal.SIGTERM)
            shell.wait(30)
            shell.stdout.close()
            log.close()
        listed = init("--config", self.folder / "it's here/countersign.toml", "--json", "tenant", "list")
        self.assertIn("acme", listed.stdout)

    def test_flags_answer_beforehand(self):
        terminal = Terminal("init", "--dir", self.folder, *ORIGIN, "--port", 9443)
        terminal.answer("eu-1")
        self.assertEqual(terminal.end(), 0, terminal.seen)
        self.assertNotIn("Which domain", terminal.seen)
        self.assertNotIn("Under which address", terminal.seen)
        self.assertIn("\nport = 9443\n", self.config.read_text())
        self.assertIn('\naddress = "127.0.0.1"\n', self.config.read_text())

    def test_with_both_flags_nothing_is_asked_on_a_terminal_either(self):
        terminal = Terminal("init", "--dir", self.folder, *ORIGIN, *REGION)
        self.assertEqual(terminal.end(), 0, terminal.seen)
        self.assertNotIn("Which", terminal.seen)
        self.assertIn("\n# address =", self.config.read_text(), "nobody said how people reach it")

    def test_a_name_of_the_certificate_is_where_people_reach_it(self):
        done = init("--json", "init", "--dir", self.folder, *ORIGIN, *REGION, "--address", "::", "--port", "9443", "--tls-name", "evidence.example.com", "--tls-name", "192.0.2.7")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(json.loads(done.stdout)["signer_fingerprint"], "^[0-9a-f]{64}$")
        self.assertIn('\naddress = "https://evidence.example.com:9443"\n', self.config.read_text())
        self.assertIn("IP Address:192.0.2.7", self.names_of_certificate())

    def test_an_address_of_the_network_is_listened_on_by_its_family(self):
        done = init("init", "--dir", self.folder, *ORIGIN, *REGION, "--reach", "[2001:db8::7]:9443")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('\naddress = "::"\n', self.config.read_text())
        self.assertIn('\naddress = "https://[2001:db8::7]:9443"\n', self.config.read_text())
        self.assertIn("IP Address:2001:DB8:0:0:0:0:0:7", self.names_of_certificate())

    def test_without_a_terminal_what_is_missing_is_named(self):
        for arguments, named in (([], "--origin DOMAIN and --region NAME are missing"), (REGION, "--origin DOMAIN is missing"), (ORIGIN, "--region NAME is missing")):
            done = init("init", "--dir", self.folder, *arguments)
            self.assertEqual((done.returncode, named in done.stderr), (2, True), done.stderr)
        for wrong in (["--origin", "https://x", *REGION], [*ORIGIN, "--region", "EU"], [*ORIGIN, *REGION, "--reach", "a b"], [*ORIGIN, *REGION, "--reach", "evidence.example.com:1", "--plain-http"]):
            self.assertEqual(init("init", "--dir", self.folder, *wrong).returncode, 2, wrong)
        self.assertEqual(self.made(), [])

    def test_who_gives_up_leaves_nothing(self):
        for typed, code in ((b"\x03", -signal.SIGINT), (b"\x04", 6)):
            terminal = Terminal("init", "--dir", self.folder)
            terminal.answer("evidence.example.com")
            terminal.wait_for("Which region")
            terminal.wait_for("> ")
            os.write(terminal.terminal, typed)
            self.assertEqual(terminal.end(), code, terminal.seen)
            self.assertEqual(self.made(), [])

    def test_a_marker_that_outlived_its_run_costs_nothing(self):
        """As a power cut leaves it between the configuration and the end of the run."""
        folder = self.folder / "kept"
        marker, config = folder / ".countersign-init", folder / "countersign.toml"
        again = ["init", "--dir", folder, *ORIGIN, *REGION]
        self.assertEqual(init(*again).returncode, 0)
        marker.write_text("eu-1\n")
        done = init(*again)
        self.assertEqual((done.returncode, "Nothing was changed" in done.stderr), (4, True), done.stderr)
        self.assertFalse(marker.exists())
        # And where the configuration is missed later.
        added = subprocess.run([BIN / "countersign", "tenant", "add", "acme"], env=dict(os.environ, COUNTERSIGN_CONFIG=str(config)), capture_output=True, text=True)
        self.assertEqual(added.returncode, 0, added.stderr)
        marker.write_text("eu-1\n")
        config.rename(self.folder / "elsewhere.toml")
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path != marker}
        done = init(*again)
        self.assertEqual((done.returncode, "Nothing was changed" in done.stderr), (4, True), done.stderr)
        self.assertEqual({path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}, before)

    def test_after_an_interruption_at_any_point_the_next_run_makes_it_whole(self):
        began = time.monotonic()
        self.assertEqual(init("init", "--dir", self.folder / "whole", *ORIGIN, *REGION).returncode, 0)
        took = time.monotonic() - began
        cut_short = 0
        for number in range(20):
            folder = self.folder / str(number)
            command = [BIN / "countersign", "init", "--dir", folder, *ORIGIN, *REGION]
            first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while first.poll() is None and not (folder / ".countersign-init").exists():
                time.sleep(0.0005)
            time.sleep(took * number / 20)
            first.kill()
            first.wait()
            if (folder / "countersign.toml").exists():
                continue
            cut_short += (folder / ".countersign-init").exists()
            # Of another region: nothing of the first run may stay.
            done = init("init", "--dir", folder, *ORIGIN, "--region", "us-1")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(sorted(path.name for path in folder.iterdir()), ["countersign.toml", "data", "heads", "keys"])
            self.assertEqual(sorted(path.name for path in (folder / "data").iterdir()), ["kek.lock", "us-1"])
            self.assertEqual(len(list((folder / "keys").iterdir())), 7)
            keys = init("--config", folder / "countersign.toml", "key", "list")
            self.assertEqual(keys.returncode, 0, keys.stdout + keys.stderr)
        self.assertGreater(cut_short, 0, "none was cut short in the middle")

    def test_of_two_at_once_one_makes_it(self):
        command = [BIN / "countersign", "init", "--dir", self.folder, *ORIGIN, *REGION]
        both = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(2)]
        codes = sorted(one.wait(60) for one in both)
        self.assertIn(codes, ([0, 4], [0, 6]))
        self.assertEqual(init("--config", self.config, "key", "list").returncode, 0)

    def test_what_is_there_is_never_touched(self):
        self.assertEqual(init("init", "--dir", self.folder, *ORIGIN, *REGION).returncode, 0)
        before = {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        self.assertEqual(init("init", "--dir", self.folder, *ORIGIN, *REGION).returncode, 4)
        self.config.rename(self.folder / "away.toml")
        done = init("init", "--dir", self.folder, *ORIGIN, *REGION)
        self.assertEqual((done.returncode, "holds files already" in done.stderr), (4, True), done.stderr)
        (self.folder / "away.toml").rename(self.config)
        self.assertEqual({path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}, before)

    def test_prints_the_configuration_of_an_example_that_can_be_used(self):
        done = init("init", "--print-config")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('data = "/var/lib/countersign/data"', done.stdout)
        self.config.write_text(done.stdout)
        self.assertEqual(init("--config", self.config, "region", "list").returncode, 0)

    def test_in_the_layout_of_the_packages(self):
        inside = ["unshare", "-m", "--propagation", "private", sys.executable, "-B", __file__, "InPackageLayout"]
        if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
            self.skipTest("a file tree of its own needs to be root")
        done = subprocess.run(inside, capture_output=True, text=True, env=dict(os.environ, INIT_TEST_INSIDE=str(self.folder)))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


def run(command, **options):
    """A line as a person would have a shell run it."""
    done = subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)
    kept_logs.errors(done.stderr)
    return done


class InPackageLayout(unittest.TestCase):
    """Run by Init, with /etc of its own and nothing in /var/lib; the programs are where everybody can run them."""

    @classmethod
    def setUpClass(cls):
        etc = Path(os.environ["INIT_TEST_INSIDE"]) / "etc"
        shutil.copytree("/etc", etc, symlinks=True)
        subprocess.run(["mount", "--bind", etc, "/etc"], check=True)
        for folder in ("/var/lib", "/usr/local/bin"):
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder], check=True)
        for program in ("countersign", "countersignd"):
            shutil.copy(BIN / program, "/usr/local/bin")
        os.environ.pop("COUNTERSIGN_CONFIG", None)
        os.chdir("/")

    def setUp(self):
        shutil.rmtree("/var/lib/countersign", ignore_errors=True)
        subprocess.run(["userdel", "countersign"], capture_output=True)
        subprocess.run(["groupdel", "countersign"], capture_output=True)
        shutil.rmtree("/etc/countersign", ignore_errors=True)

    def stat(self, path):
        return run(f"stat -c '%U:%G %a' {path}").stdout.strip()

    def test_root_makes_it_for_the_user_who_then_runs_it(self):
        port = free_port()
        command = f"countersign init --origin log.example.com --region eu-1 --reach localhost:{port}"
        nobody = run("runuser -u nobody -- " + command)
        self.assertEqual((nobody.returncode, "sudo countersign init" in nobody.stderr), (5, True), nobody.stderr)

        without_user = run(command)
        self.assertEqual(without_user.returncode, 8, without_user.stderr)
        advice = without_user.stderr.split("or run: ")[1].strip()
        self.assertEqual(run(advice).returncode, 0, advice)
        self.assertFalse(Path("/etc/countersign").exists())

        done = run(command)
        self.assertEqual(done.returncode, 0, done.stderr)
        for path, owner in (("countersign.toml", "root:countersign 640"), ("keys", "countersign:countersign 700"), ("keys/log.key", "countersign:countersign 600")):
            self.assertEqual(self.stat(f"/etc/countersign/{path}"), owner, path)
        self.assertEqual(sorted(os.listdir("/etc/countersign")), ["countersign.toml", "keys"])
        for path in ("", "data", "heads", "data/eu-1"):
            self.assertEqual(self.stat(f"/var/lib/countersign/{path}"), "countersign:countersign 750", path)
        strangers = run("find /var/lib/countersign /etc/countersign/keys ! -user countersign")
        self.assertEqual(strangers.stdout, "")
        again = run(command)
        self.assertEqual((again.returncode, "is there already" in again.stderr), (4, True), again.stderr)

        # A command of root's would leave files that the daemon cannot write: it names the one to run instead.
        refused = run("countersign tenant add globex")
        self.assertEqual(refused.returncode, 5, refused.stderr)
        instead = refused.stderr.split("run: ")[1].strip()
        self.assertRegex(instead, r"-u countersign (-- )?countersign tenant add globex$")
        self.assertEqual(run(instead).returncode, 0)
        for other in ("log", "verify --data /var/lib/countersign/data", "backup --to /var/lib/b", "restore --from /var/lib/b", "key list"):
            self.assertEqual(run(f"countersign {other}").returncode, 5, other)
        daemon = run("countersignd")
        self.assertEqual((daemon.returncode, "-u countersign " in daemon.stderr), (1, True), daemon.stderr)
        self.assertEqual(run("find /var/lib/countersign ! -user countersign").stdout, "")
        stranger = run("runuser -u nobody -- countersign doctor")
        self.assertEqual((stranger.returncode, "sudo countersign" in stranger.stdout), (1, True), stranger.stdout)

        commands = [line.strip() for line in done.stdout.split("Next:\n")[1].splitlines()]
        self.assertEqual(len(commands), 2)
        doctor = json.loads(run("countersign --json doctor").stdout)
        faults = {check["id"]: check["run"] for check in doctor["checks"] if check["state"] == "fault"}
        self.assertEqual(faults, {"service.running": commands[0]})
        shell = subprocess.Popen(["sh", "-c", f"{commands[0]} echo $!; wait"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        daemon = int(shell.stdout.readline())
        try:
            self.assertEqual(run(commands[1]).returncode, 0)
            wait_ready("/etc/countersign/keys/tls.pem", port)
            well = run("countersign doctor")
            self.assertEqual(well.returncode, 0, well.stdout + well.stderr)
            self.assertEqual(run("find /var/lib/countersign ! -user countersign").stdout, "", "a doctor makes nothing")
        finally:
            os.kill(daemon, signal.SIGTERM)
            errors = shell.communicate(timeout=30)[1]
        self.assertIn("countersignd stopped", errors)

    def test_after_an_interruption_the_next_run_makes_it_whole(self):
        self.assertEqual(run("useradd --system --user-group countersign").returncode, 0)
        # The folders that a package makes are there.
        run("install -d -o countersign -g countersign -m 750 /var/lib/countersign /var/lib/countersign/data && install -d /etc/countersign/keys")
        command = ["countersign", "init", "--origin", "log.example.com", "--region", "eu-1"]
        for number in range(12):
            first = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.01 + 0.008 * number)
            first.kill()
            first.wait()
            if Path("/etc/countersign/countersign.toml").exists():
                break
        else:
            self.assertEqual(run(shlex.join(command)).returncode, 0)
        self.assertEqual(run("find /var/lib/countersign /etc/countersign/keys ! -user countersign").stdout, "")
        if Path("/etc/countersign/.countersign-init").exists():
            self.assertEqual(run(shlex.join(command)).returncode, 4)
        self.assertEqual(run("runuser -u countersign -- countersign key list").returncode, 0)


def load_tests(loader, _tests, _pattern):
    """What runs unless something is named."""
    return loader.loadTestsFromTestCase(Init)


if __name__ == "__main__":
    unittest.main(verbosity=2)
