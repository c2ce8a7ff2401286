"""Both packages, made of the programs that are tested, installed into trees of a system: set up, used, upgraded, removed, purged as docs/install.md
says. Every command of that page is run here, as it stands there."""

import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

import kept_logs
import systemd_container
from appliance import BIN, DATA, free_port

ROOT = Path(__file__).resolve().parents[2]
MAKE = ROOT / "packaging/make-packages"
NEWER = "9.0.0"
TREE = Path(os.environ.get("PACKAGE_TREE", "/nonexistent"), "tree")
# What the C library, the compiler and the kernel bring, and what the rpm has in a folder of its own.
COVERED_BY_THE_SYSTEM = {"ld-linux-x86-64.so.2"}


def make(out, *arguments, **environment):
    done = subprocess.run([MAKE, "--build", BIN.parent, "--out", out, *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600", **environment})
    if done.returncode != 0:
        raise AssertionError(f"make-packages ended {done.returncode}: {done.stderr}")
    return [Path(line) for line in done.stdout.splitlines()]


def commands_of_the_page():
    """(for what, commands) of each block of docs/install.md, in its order."""
    page = (ROOT / "docs/install.md").read_text(encoding="utf-8")
    return [(block[0], block[1]) for block in re.findall(r"```sh\n# ([^\n]*)\n(.*?)```", page, re.DOTALL)]


class Packages:
    """Made once for all tests of the file."""

    folder = None

    @classmethod
    def get(cls):
        if cls.folder is None:
            cls.folder = Path(tempfile.mkdtemp(prefix="countersign-packages-"))
            make(cls.folder / "first")
            make(cls.folder / "newer", "--version", NEWER)
        return cls.folder

    @classmethod
    def file(cls, which, kind):
        return next((cls.get() / which).glob(f"*.{kind}"))


def tearDownModule():
    if Packages.folder:
        shutil.rmtree(Packages.folder)


class Contents(unittest.TestCase):
    def test_lintian_finds_nothing(self):
        # The programs of a build without optimisation cannot have fortified functions; the release's are looked at by `make package`.
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning,info,pedantic", "--pedantic", "--display-info",
                               "--suppress-tags", "hardening-no-fortify-functions", Packages.file("first", "deb")],
                              capture_output=True, text=True, check=False)
        found = [line for line in done.stdout.splitlines() if line[:2] in ("E:", "W:", "I:", "P:")]
        self.assertEqual(([], 0), (found, done.returncode), done.stdout + done.stderr)

    def test_rpmlint_finds_nothing(self):
        done = subprocess.run(["rpmlint", "--ignore-unused-rpmlintrc", "--config", ROOT / "packaging/rpm/rpmlint.toml", Packages.file("first", "rpm")],
                              capture_output=True, text=True, check=False)
        self.assertIn("1 packages and 0 specfiles checked; 0 errors, 0 warnings", done.stdout + done.stderr)
        self.assertEqual(done.returncode, 0)

    def test_the_same_sources_give_the_same_bytes_elsewhere_and_later(self):
        """Of what make-packages does; that the programs come out the same is what `make package-check` shows."""
        with tempfile.TemporaryDirectory(prefix="another-place-for-packages-") as folder:
            time.sleep(1.1)
            for made in make(folder, TMPDIR=folder, TZ="Asia/Tokyo", LC_ALL="C"):
                first = Packages.file("first", made.suffix[1:])
                self.assertEqual(hashlib.sha256(made.read_bytes()).hexdigest(), hashlib.sha256(first.read_bytes()).hexdigest(), made.name)

    def test_both_hold_the_same_files(self):
        deb = subprocess.run(["dpkg-deb", "--contents", Packages.file("first", "deb")], capture_output=True, text=True, check=True).stdout
        rpm = subprocess.run(["rpm", "--query", "--list", "--package", Packages.file("first", "rpm")], capture_output=True, text=True, check=True).stdout
        of_deb = {line.split()[5].lstrip(".") for line in deb.splitlines() if not line.startswith("d")}
        of_rpm = set(rpm.split())
        alike = lambda names: {name.replace("vendor-completions", "site-functions") for name in names  # noqa: E731
                               if "/lintian/" not in name and "changelog" not in name and not name.endswith("/copyright")}
        self.assertEqual(alike(of_deb) - of_rpm, set())
        only_in_the_rpm = {name for name in of_rpm - alike(of_deb) if "/licenses/" not in name and "/lib64/countersign" not in name}
        self.assertEqual({name for name in only_in_the_rpm if "." in Path(name).name}, {"/usr/share/doc/countersign/CHANGELOG.md"})
        for wanted in ("/usr/bin/countersign", "/usr/sbin/countersignd", "/usr/lib/systemd/system/countersign.service",
                       "/usr/lib/systemd/system/countersign.socket", "/usr/lib/sysusers.d/countersign.conf", "/usr/lib/tmpfiles.d/countersign.conf",
                       "/usr/share/man/man1/countersign.1.gz", "/usr/share/man/man5/countersign.toml.5.gz", "/usr/share/man/man8/countersignd.8.gz",
                       "/usr/share/bash-completion/completions/countersign", "/usr/share/fish/vendor_completions.d/countersign.fish",
                       "/usr/share/countersign/apparmor/usr.sbin.countersignd", "/usr/share/countersign/monitoring/countersign-alerts.yaml",
                       "/usr/share/countersign/monitoring/countersign-dashboard.json", "/usr/share/doc/countersign/examples/countersign.toml",
                       "/usr/share/doc/countersign/countersign.cdx.json"):
            self.assertIn(wanted, of_deb)
        for each in (ROOT / "reports/controls").glob("*.toml"):
            self.assertIn(f"/usr/share/countersign/reports/controls/{each.name}", of_deb)

    def test_the_bill_of_materials_is_what_is_inside(self):
        import jsonschema
        schema, *others = [json.loads((DATA / f"cyclonedx/{name}.schema.json").read_text(encoding="utf-8")) for name in ("bom-1.5", "spdx", "jsf-0.82")]
        store = {other["$id"].replace(".schema.json", ".SNAPSHOT.schema.json"): other for other in others}
        validator = jsonschema.Draft7Validator(schema, resolver=jsonschema.RefResolver.from_schema(schema, store=store))
        for kind in ("deb", "rpm"):
            with self.subTest(kind), tempfile.TemporaryDirectory() as folder:
                unpack(Packages.file("first", kind), folder)
                bom = json.loads(Path(folder, "usr/share/doc/countersign/countersign.cdx.json").read_text(encoding="utf-8"))
                validator.validate(bom)
                names = {each["name"] for each in bom["metadata"]["component"]["components"]}
                self.assertEqual(names, {"/usr/bin/countersign", "/usr/sbin/countersignd"})
                for each in bom["metadata"]["component"]["components"]:
                    sums = subprocess.run(["sha256sum", folder + each["name"]], capture_output=True, text=True, check=True).stdout
                    self.assertEqual(sums.split()[0], each["hashes"][0]["content"])
                loaded = set()
                for program in names:
                    dynamic = subprocess.run(["readelf", "--dynamic", "--wide", folder + program], capture_output=True, text=True, check=True).stdout
                    loaded |= set(re.findall(r"Shared library: \[(.+)\]", dynamic))
                beside = {path.name for path in Path(folder, "usr/lib64/countersign").glob("*")}
                listed = {each["value"] for component in bom["components"] for each in component["properties"]
                          if each["name"] == "countersign:soname"}
                self.assertEqual(listed, loaded - beside - COVERED_BY_THE_SYSTEM)
                here = {component["purl"].split("@")[0]: component["version"] for component in bom["components"]}
                packages = json.loads((ROOT / "web/ui/package-lock.json").read_text(encoding="utf-8"))["packages"]
                for place, locked in packages.items():
                    if place and not locked.get("dev"):
                        name = place.partition("node_modules/")[2]
                        self.assertEqual(here[f"pkg:npm/{name.replace('@', '%40')}"], locked["version"])
                        self.assert_licence_is_told(folder, kind, ROOT / "web/ui" / place)
                if kind == "rpm":
                    self.assertEqual(beside, {"libcsv.so.3", "liboath.so.0"})
                    for package in ("libsqlite3-0", "libboost-json1.81.0", "libfmt-dev", "libspdlog-dev", "libprotobuf-lite32", "libcsv3", "liboath0"):
                        self.assertIn(f"pkg:deb/debian/{package}", here)

    def assert_licence_is_told(self, folder, kind, package):
        place = "usr/share/doc/countersign/copyright" if kind == "deb" else "usr/share/licenses/countersign/copyright"
        text = Path(folder, place).read_text(encoding="utf-8")
        holder = re.search(r"Copyright \(c\) (.*)", next(package.glob("LICENSE*")).read_text(encoding="utf-8"))[1].strip()
        self.assertIn(f"Copyright: {holder}\n", text)

    def test_every_data_file_of_others_is_in_the_list_of_parts(self):
        listed = (ROOT / "packaging/parts.toml").read_text(encoding="utf-8")
        for folder in ("collector", "exporters", "ledger", "reports", "web", "apps"):
            for found in (ROOT / folder).rglob("SOURCE.txt"):
                if "node_modules" not in found.parts:
                    self.assertIn(f'source = "{found.relative_to(ROOT)}"', listed)

    def test_every_kind_of_file_is_in_the_list_of_formats(self):
        listed = (ROOT / "packaging/formats.txt").read_text(encoding="utf-8")
        ids = set()
        for folder in ("ledger", "web", "apps", "collector"):
            for source in (ROOT / folder).rglob("*.cpp"):
                ids |= set(re.findall(r"kApplicationId = 0x([0-9A-F]{8})", source.read_text(encoding="utf-8")))
        self.assertEqual(ids, set(re.findall(r"(?m)^([0-9A-F]{8}) \d+ ", listed)))

    def test_completions_and_manual_pages_read_well(self):
        with tempfile.TemporaryDirectory() as folder:
            unpack(Packages.file("first", "deb"), folder)
            share = Path(folder, "usr/share")
            for shell, place in (("bash", "bash-completion/completions/countersign"), ("zsh", "zsh/vendor-completions/_countersign"),
                                 ("fish", "fish/vendor_completions.d/countersign.fish")):
                subprocess.run([shell, "-n", share / place], check=True)
            # As zsh finds it: the first completion is asked of the file, the second of what it has defined.
            asked = subprocess.run(["zsh", "-f", "-c", f"fpath=({share}/zsh/vendor-completions $fpath); autoload -U compinit; compinit -D; "
                                    "print ${_comps[countersign]}"], capture_output=True, text=True, check=True).stdout
            self.assertEqual(asked.strip(), "_countersign")
            for page in share.glob("man/man?/*.gz"):
                done = subprocess.run(["man", "--warnings", "--encoding=UTF-8", "--local-file", page], capture_output=True, text=True, check=True,
                                      env={**os.environ, "MANWIDTH": "100", "MANROFFSEQ": "", "LC_ALL": "C.UTF-8"})
                self.assertEqual(done.stderr, "", page.name)
                for heading in ("NAME", "SEE ALSO"):
                    self.assertIn(heading, done.stdout)
            page = subprocess.run(["man", "--local-file", share / "man/man1/countersign.1.gz"], capture_output=True, text=True, check=True,
                                  env={**os.environ, "MANWIDTH": "100"}).stdout
            for command in ("countersign tenant policy set", "countersign verify", "countersign init", "countersign doctor"):
                self.assertIn(command, page)


def unpack(package, folder):
    if package.suffix == ".deb":
        subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)
    else:
        archive = subprocess.run(["rpm2cpio", package], capture_output=True, check=True).stdout
        subprocess.run(["cpio", "--extract", "--make-directories", "--quiet", "--no-absolute-filenames"], input=archive, cwd=folder, check=True)


class Installed:
    """The life of a package on a machine, a container with systemd: what is the same in both families."""

    family = None

    def setUp(self):
        reason = systemd_container.why_not() or (None if TREE.is_dir() else "tests/clients/install-package-tree could not make a tree of Debian")
        if reason:
            self.skipTest(reason)
        self.port = free_port()
        self.home = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.log = kept_logs.Log(self.home)
        machine = systemd_container.Machine(TREE, {"/packages": Packages.get()})
        self.addCleanup(machine.__exit__)
        self.machine = machine.__enter__()
        self.addCleanup(self.keep_log)
        self.ran = set()

    def keep_log(self):
        (self.home / "countersignd.log").write_text(self.machine.shell("journalctl --output=cat --unit=countersign || true"))
        self.log.keep()

    def shell(self, script, check=True, **environment):
        """Runs a script as root of the machine; (exit code, standard output, standard error)."""
        words = [f"{name}={value}" for name, value in {"DEBIAN_FRONTEND": "noninteractive", "HOME": "/root", "LANG": "C.UTF-8", **environment}.items()]
        done = self.machine.run("env", *words, "sh", "-ec", "cd /root\n" + script, check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{script}\nended {done.returncode}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.returncode, done.stdout, done.stderr

    def prints(self, script):
        return self.shell(script)[1].strip()

    def exists(self, place):
        return self.shell(f"test -e {place}", check=False)[0] == 0

    def is_active(self):
        return self.machine.run("systemctl", "is-active", "countersign", check=False).stdout.strip()

    def block(self, about, **environment):
        """Runs the commands of the page's next block that is for this family; gives what they print."""
        for number, (whom, commands) in enumerate(commands_of_the_page()):
            if number in self.ran or whom.partition(",")[0] not in (self.family, "both") or "AppArmor" in whom:
                continue
            self.ran.add(number)
            self.assertIn(about, commands, "the page has its commands in another order")
            return self.shell(self.here(commands), **environment)[1]
        raise AssertionError(f"the page has no block left with {about}")

    def here(self, commands):
        """What stands on the page, with the port of this test."""
        return commands.replace("evidence.example.com:8443", f"evidence.example.com:{self.port}")

    def put(self, which):
        self.shell(f"rm -f countersign*; cp /packages/{which}/* .")

    def state(self):
        """What must outlive upgrades and removal: every byte of configuration and keys, and of the records."""
        sums = self.prints("cd /etc/countersign && find . -type f | sort | xargs sha256sum")
        record = self.prints("sudo -u countersign countersign show acme 0")
        return sums, record

    def set_up(self, installed):
        """As the page says."""
        self.assertIn("nothing runs yet", installed)
        owners = "stat --format='%U:%G %a' "
        self.assertEqual(self.prints(owners + "/etc/countersign"), "root:countersign 750")
        self.assertEqual(self.prints(owners + "/var/lib/countersign"), "countersign:countersign 750")
        self.assertEqual(self.prints("find /etc/countersign /var/lib/countersign -mindepth 1"), "", "something was made before there was an init")
        self.shell("systemctl start countersign")
        self.assertEqual(self.is_active(), "inactive", "without a configuration there is nothing to start")

        printed = self.block("countersign init")
        fingerprint = re.search(r"fingerprint\s+([0-9a-f]{64})", printed)[1]
        self.assertEqual(self.prints(owners + "/etc/countersign/keys"), "countersign:countersign 700")
        self.assertEqual(self.prints(owners + "/etc/countersign/countersign.toml"), "root:countersign 640")
        self.assertEqual(self.is_active(), "active")
        printed = self.block("tenant add")
        token = re.search(r"\bcst_\S+", printed)[0]
        kept_logs.text(printed)
        time.sleep(2.5)  # until the daemon knows it, as the page says
        self.assertIn(f"https://evidence.example.com:{self.port}", printed)
        self.assertIn("1 appended", self.block("ingest", TOKEN=token))
        time.sleep(2.5)  # until a checkpoint covers it
        self.assertIn("eu-1/acme", self.block("verify /var", FINGERPRINT=fingerprint))

    def upgrade(self):
        """What ran runs again, everything is kept, and verifies."""
        self.formats_are_those_of_the_list()
        before = self.state()
        first = self.machine.unit("countersign", "MainPID")
        self.put("newer")
        self.block("countersign")
        self.assertIn(NEWER, self.installed_version())
        self.assertEqual(self.is_active(), "active")
        self.assertNotEqual(self.machine.unit("countersign", "MainPID"), first)
        self.assertEqual(self.state(), before)
        self.block("verify --data")

    def formats_are_those_of_the_list(self):
        """The list of formats by which a package refuses to go back, held against the files that the programs have made."""
        listed = {}
        for line in (ROOT / "packaging/formats.txt").read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                kind, version, name = line.split()
                listed[kind] = (int(version), name)
        found = set()
        for file in self.prints("find /var/lib/countersign -name '*.sqlite'").split():
            header = bytes.fromhex(self.prints(f"head -c 100 {file} | od -An -v -tx1").replace("\n", "").replace(" ", ""))
            kind = header[68:72].hex().upper()
            if kind in listed:
                version, name = listed[kind]
                found.add(name)
                self.assertEqual(int.from_bytes(header[60:64], "big"), version, name)
        self.assertLessEqual({"ledger", "vault", "accounts"}, found)

    def going_back_is_refused(self, install):
        """With the format of a newer version, in the file or in its log of changes. Nothing is replaced, and what ran goes on."""
        ledger = "/var/lib/countersign/data/eu-1/ledger.sqlite"
        self.put("first")
        self.shell(f"systemctl stop countersign; cp --preserve {ledger} /var/tmp/kept")
        byte = "printf '\\143' | dd status=none conv=notrunc bs=1"
        page = "{ head -c 32 /dev/zero; printf '\\0\\0\\0\\1'; head -c 20 /dev/zero; head -c 4096 /var/tmp/kept; }"
        for change in (f"{byte} seek=63 of={ledger}", f"{page} > {ledger}-wal; {byte} seek=119 of={ledger}-wal"):
            with self.subTest(change):
                self.shell(change)
                programs = self.prints("sha256sum /usr/bin/countersign /usr/sbin/countersignd")
                code, printed, errors = self.shell(install, check=False)
                self.assertNotEqual(code, 0)
                self.assertIn("ledger.sqlite has format 99, this version knows formats up to 2", printed + errors)
                self.assertEqual(self.prints("sha256sum /usr/bin/countersign /usr/sbin/countersignd"), programs)
                self.assertIn(NEWER, self.installed_version())
                self.shell(f"rm -f {ledger}-wal; cp --preserve /var/tmp/kept {ledger}")
        # With formats that both know, one may go back.
        self.shell("systemctl start countersign")
        self.shell(install)
        self.assertNotIn(NEWER, self.installed_version())
        self.assertEqual(self.is_active(), "active")

    def is_kept(self):
        self.assertFalse(self.exists("/usr/sbin/countersignd"))
        self.assertNotEqual(self.is_active(), "active")
        self.assertTrue(self.exists("/etc/countersign/keys/vault.key"))
        self.assertTrue(self.exists("/var/lib/countersign/data/eu-1/ledger.sqlite"))

    def every_block_was_run(self):
        left = [commands for number, (whom, commands) in enumerate(commands_of_the_page())
                if number not in self.ran and whom.partition(",")[0] in (self.family, "both") and "AppArmor" not in whom]
        self.assertEqual(left, [])


class OnDebian(Installed, unittest.TestCase):
    family = "debian"

    def installed_version(self):
        return self.prints("dpkg-query --show countersign")

    def test_its_life_from_the_first_installation_to_the_purge(self):
        self.put("first")
        self.set_up(self.block("apt-get install"))
        # The page's own commands for the profile need a kernel with AppArmor.
        self.assertIn("profile countersignd", self.prints("cat /usr/share/countersign/apparmor/usr.sbin.countersignd"))
        self.upgrade()
        self.going_back_is_refused("apt-get install --yes --allow-downgrades ./countersign_*_amd64.deb")
        before = self.state()
        self.block("apt-get remove")
        self.is_kept()
        # Over what was kept it is the same appliance again.
        self.shell("apt-get install --yes ./countersign_*_amd64.deb; systemctl start countersign")
        self.assertEqual(self.state(), before)
        printed = "".join(self.shell("apt-get purge --yes countersign")[1:])
        self.is_kept()
        self.assertIn("countersign: kept /etc/countersign", printed)
        self.assertIn("countersign: kept /var/lib/countersign", printed)
        self.shell("apt-get install --yes ./countersign_*_amd64.deb")
        self.block("purge-data")
        self.assertFalse(self.exists("/etc/countersign"))
        self.assertFalse(self.exists("/var/lib/countersign"))
        self.every_block_was_run()


OLDER_CURL = """
#define _GNU_SOURCE
#include <dlfcn.h>
typedef int set_option(void*, int, void*);
int curl_easy_setopt(void* handle, int option, void* value) {
  if (option % 10000 > 308) return 48; /* CURLE_UNKNOWN_OPTION */
  return ((set_option*)dlsym(RTLD_NEXT, "curl_easy_setopt"))(handle, option, value);
}
"""


class Receiver:
    """An HTTP server on loopback, which the container shares, that takes whatever it is sent."""

    def __enter__(self):
        self.requests = requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                requests.append(self.path)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class OnRedHat(Installed, unittest.TestCase):
    """In a tree of Debian, with rpm, and with the libraries that Red Hat's systems have under the same names; rpm stands for dnf."""

    family = "redhat"

    def here(self, commands):
        for dnf, rpm in (("dnf install --assumeyes", "rpm --install"), ("dnf upgrade --assumeyes", "rpm --upgrade"),
                         ("dnf remove --assumeyes", "rpm --erase")):
            commands = commands.replace(dnf, rpm)
        return super().here(commands)

    def installed_version(self):
        return self.prints("rpm --query countersign")

    def tell_rpm_what_is_there(self):
        """Installs a package without files that provides what rpm finds in the machine's own libraries, so that requirements are held against them."""
        asked = subprocess.run(["rpm", "--query", "--requires", "--package", Packages.file("first", "rpm")], capture_output=True, text=True,
                               check=True).stdout
        libraries = [(TREE / "usr/lib/x86_64-linux-gnu" / name).resolve() for name in sorted(set(re.findall(r"(?m)^([^\s(]+\.so[.\d]*)\(", asked)))]
        provides = subprocess.run(["/usr/lib/rpm/rpmdeps", "--provides"], input="\n".join(map(str, libraries)), capture_output=True, text=True,
                                  check=True).stdout
        words = [line for line in sorted(set(provides.splitlines())) if line.startswith(("lib", "ld-linux"))]
        named = ["coreutils", "gawk", "findutils", "shadow-utils", "liberation-sans-fonts", "liberation-mono-fonts", "systemd", "/bin/sh", "rtld(GNU_HASH)"]
        with tempfile.TemporaryDirectory() as folder:
            spec = Path(folder, "base.spec")
            spec.write_text("Name: base\nVersion: 1\nRelease: 1\nSummary: What the machine has\nLicense: none\nBuildArch: noarch\n" +
                            "".join(f"Provides: {word}\n" for word in named + words) + "%description\nWhat the machine has.\n%files\n")
            subprocess.run(["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {folder}", spec], check=True, capture_output=True)
            made = next(Path(folder).rglob("*.rpm")).read_bytes()
        (Packages.get() / "base.rpm").write_bytes(made)
        self.shell("rpm --install /packages/base.rpm")

    def gets_along_with_an_older_libcurl(self):
        """Version 9 has 7.76, which answers as this does to options that came later."""
        library = Packages.get() / "older-curl.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", library], input=OLDER_CURL, text=True, check=True)
        with Receiver() as receiver:
            self.shell("cp --preserve /etc/countersign/countersign.toml /var/tmp/before\n"
                       "install -m 0600 -o countersign /dev/null /etc/countersign/keys/notify.secret\n"
                       "echo whsec_$(head -c 32 /dev/urandom | base64) > /etc/countersign/keys/notify.secret\n"
                       f"printf '\\n[[notify]]\\nname = \"pager\"\\nkind = \"webhook\"\\nurl = \"http://127.0.0.1:{receiver.port}/\"\\n"
                       "secret = \"keys/notify.secret\"\\n' >> /etc/countersign/countersign.toml\n"
                       "mkdir -p /run/systemd/system/countersign.service.d\n"
                       "printf '[Service]\\nEnvironment=LD_PRELOAD=/packages/older-curl.so\\n' > /run/systemd/system/countersign.service.d/older.conf\n"
                       "systemctl daemon-reload; systemctl restart countersign\n"
                       "sudo -u countersign countersign notify test pager\n"
                       "rm /etc/countersign/keys/notify.secret /run/systemd/system/countersign.service.d/older.conf\n"
                       "mv /var/tmp/before /etc/countersign/countersign.toml; systemctl daemon-reload; systemctl restart countersign")
            self.assertEqual(receiver.requests, ["/"])

    def test_its_life_from_the_first_installation_to_the_removal(self):
        # What it brings itself is not there to be taken from the machine.
        for library in ("liboath", "libfmt", "libspdlog", "libboost_json", "libprotobuf-lite"):
            self.assertEqual([], list(TREE.glob(f"usr/lib/x86_64-linux-gnu/{library}*")))
        self.put("first")
        code, _, errors = self.shell("rpm --install ./countersign-*.rpm", check=False)
        self.assertNotEqual(code, 0)
        self.assertIn("is needed by countersign", errors)
        self.tell_rpm_what_is_there()
        installed = self.block("dnf install")
        self.assertEqual("", self.prints("rpm --verify countersign"))
        loaded = self.prints("ldd /usr/bin/countersign /usr/sbin/countersignd")
        self.assertIn("libcsv.so.3 => /usr/lib64/countersign/libcsv.so.3 ", loaded)
        self.assertIn("liboath.so.0 => /usr/lib64/countersign/liboath.so.0 ", loaded)
        self.assertNotIn("not found", loaded)
        self.set_up(installed)
        self.gets_along_with_an_older_libcurl()
        self.upgrade()
        self.going_back_is_refused("rpm --upgrade --oldpackage ./countersign-*.rpm")
        self.block("dnf remove")
        self.is_kept()
        self.block("rm -rf")
        self.assertFalse(self.exists("/var/lib/countersign"))
        self.every_block_was_run()


if __name__ == "__main__":
    unittest.main()
