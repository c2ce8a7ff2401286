"""Both packages, made of the programs that are tested, installed into trees of a system: set up, used, upgraded, removed, purged as docs/install.md
says. Every command of that page is run here, as it stands there, but for those that load the AppArmor profile, which need a kernel that has it."""

import hashlib
import http.server
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

import kept_logs
import systemd_container
from appliance import BIN, DATA, free_port, until

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "tidy"))

import doc_pages  # noqa: E402

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
    """(for whom, commands) of each block of docs/install.md, in its order. One that does not say for whom it is would be run by nobody."""
    found = []
    for block in doc_pages.read(ROOT, "docs/install.md").of("sh"):
        first, _, commands = block.text.partition("\n")
        if not re.fullmatch(r"# (debian|redhat|both)(, .+)?", first):
            raise AssertionError(f"docs/install.md:{block.line}: the block does not begin with whom it is for, but with {first!r}")
        found.append((first[2:], commands))
    return found


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
                for component in bom["components"]:
                    self.assertTrue(component["licenses"], component["name"])
                    self.assert_hashes_are_right(component, folder)
                if kind == "rpm":
                    self.assertEqual(beside, {"libcsv.so.3", "liboath.so.0"})
                    for package in ("libsqlite3-0", "libboost-json1.81.0", "libfmt-dev", "libspdlog-dev", "libprotobuf-lite32", "libcsv3", "liboath0"):
                        self.assertIn(f"pkg:deb/debian/{package}", here)

    def assert_hashes_are_right(self, component, folder):
        """The library files are those of the package or of the machine; what has none has a hash of its own."""
        files = component.get("components", [])
        self.assertTrue(files or component["hashes"][0]["content"], component["name"])
        for file in files:
            inside = Path(folder + file["name"])
            content = (inside if inside.exists() else Path(file["name"])).read_bytes()
            self.assertEqual(hashlib.sha256(content).hexdigest(), file["hashes"][0]["content"], file["name"])
        if component["purl"].startswith("pkg:deb/debian/libexpected-dev@"):
            listed = sorted(path for path in subprocess.run(["dpkg", "-L", "libexpected-dev"], capture_output=True, text=True, check=True).stdout.split()
                            if path.startswith("/usr/include/") and Path(path).is_file())
            lines = subprocess.run(["sha256sum", *listed], capture_output=True, check=True).stdout
            self.assertEqual(component["hashes"], [{"alg": "SHA-256", "content": hashlib.sha256(lines).hexdigest()}])
        if component["name"].startswith("zxcvbn"):
            self.assertEqual(component["hashes"][0]["content"], hashlib.sha256((ROOT / "web/auth/frequent_passwords.txt").read_bytes()).hexdigest())

    def test_the_record_of_the_build_says_what_has_to_be_the_same(self):
        text = Packages.file("first", "buildinfo").read_text(encoding="utf-8")
        for kind in ("deb", "rpm"):
            package = Packages.file("first", kind)
            self.assertIn(f"\n {hashlib.sha256(package.read_bytes()).hexdigest()} {package.stat().st_size} {package.name}\n", text)
        self.assertIn('\n SOURCE_DATE_EPOCH="1767225600"\n', text)
        listed = dict(re.findall(r"(?m)^ (\S+) \(= (\S+)\),?$", text))
        # What is named, what that depends on, what only a virtual package asks for, what every installation has.
        for package in ("libssl-dev", "libssl3", "cmake-data", "g++-12", "libcurl4-openssl-dev", "rpm", "dpkg-dev", "libc-dev-bin", "coreutils"):
            version = subprocess.run(["dpkg-query", "--show", "--showformat=${Version}", package], capture_output=True, text=True, check=True).stdout
            self.assertEqual(listed.get(package), version, package)
        self.assertNotIn("chromium", listed)
        self.assertRegex(text, r"(?m)^ node v\d+\.")

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

    def test_every_kind_of_file_is_in_the_list_with_the_newest_format(self):
        """By the sources: not every kind of file is made where the packages are tried."""
        listed = (ROOT / "packaging/formats.txt").read_text(encoding="utf-8")
        found = {}
        for folder in ("ledger", "reports", "web", "apps", "collector"):
            for source in (ROOT / folder).rglob("*.cpp"):
                text = source.read_text(encoding="utf-8")
                for kind in re.findall(r"kApplicationId = 0x([0-9A-F]{8})", text):
                    named = re.findall(r"k(?:Schema)?Version = (\d+)|\{kApplicationId, (\d+),|PRAGMA user_version=(\d+)", text)
                    found[kind] = max(int(number) for each in named for number in each if number)
        self.assertEqual(found, {kind: int(version) for kind, version in re.findall(r"(?m)^([0-9A-F]{8}) (\d+) ", listed)})

    def test_the_page_has_commands_for_either_family(self):
        blocks = commands_of_the_page()
        self.assertEqual(1, sum("AppArmor" in whom for whom, _ in blocks), "it is left out, and no other")
        for family in ("debian", "redhat"):
            self.assertGreaterEqual(sum(whom.partition(",")[0] in (family, "both") for whom, _ in blocks), 8, family)

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
            for shell in ("bash", "zsh", "fish"):
                with self.subTest(shell):
                    self.completes(shell, share)
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

    def completes(self, shell, share):
        """Commands below commands, options with those of the commands above, nothing for a value but files."""
        offers = lambda *words: completed(shell, share, *words)  # noqa: E731
        self.assertLessEqual({"init", "tenant", "verify"}, offers(""))
        self.assertEqual({"tenant"}, offers("ten"))
        self.assertLessEqual({"add", "policy"}, offers("tenant", ""))
        self.assertNotIn("init", offers("tenant", ""))
        self.assertLessEqual({"show", "set"}, offers("tenant", "policy", ""))
        self.assertNotIn("add", offers("tenant", "policy", ""))
        self.assertLessEqual({"--role", "--all-tenants", "--config", "--json"}, offers("user", "add", "--"))
        self.assertEqual({"--all-tenants"}, offers("user", "add", "ana@example.com", "--role", "admin", "--all"))
        # What stands behind an option that takes a value is no command.
        self.assertLessEqual({"add", "policy"}, offers("--config", "source", "tenant", ""))
        self.assertIn("add", offers("--json", "tenant", ""))
        self.assertEqual({"README of ours"}, offers("--config", "READ"))
        self.assertEqual({"README of ours"}, offers("verify", "READ"))


def completed(shell, share, *words):
    """What a shell offers for the last word, in a folder with one file."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "README of ours").touch()
        if shell == "fish":
            script = f"source {share}/fish/vendor_completions.d/countersign.fish; complete --do-complete 'countersign {' '.join(words)}'"
            command = ["fish", "--no-config", "-c", script]
        else:
            place = "bash-completion/completions/countersign" if shell == "bash" else "zsh/vendor-completions/_countersign"
            # Its function is called as the shell would, which for zsh is in the manner of bash, with what is typed as zsh knows it.
            as_bash = f"emulate sh; setopt kshglob noshglob braceexpand; PREFIX='{words[-1]}'; " if shell == "zsh" else ""
            script = (f"source {share}/{place}; {as_bash}"
                      f"COMP_WORDS=(countersign {' '.join(repr(word) for word in words)}); COMP_CWORD={len(words)}; "
                      "_countersign; printf '%s\\n' \"${COMPREPLY[@]}\"")
            command = ["bash", "--norc", "-c", script] if shell == "bash" else ["zsh", "-f", "-c", script]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env={**os.environ, "HOME": folder})
        return {line.partition("\t")[0].replace("\\ ", " ") for line in done.stdout.splitlines() if line}


def unpack(package, folder):
    if package.suffix == ".deb":
        subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)
    else:
        archive = subprocess.run(["rpm2cpio", package], capture_output=True, check=True).stdout
        subprocess.run(["cpio", "--extract", "--make-directories", "--quiet", "--no-absolute-filenames"], input=archive, cwd=folder, check=True)


class TooOld(unittest.TestCase):
    """The script that keeps a version away from data of a newer one, by itself, in a tree of its own."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("etc", "var", "elsewhere/a region"):
            (self.folder / name).mkdir(parents=True)
        self.config = subprocess.run([BIN / "countersign", "init", "--print-config"], capture_output=True, text=True, check=True).stdout

    def ledger(self, folder, version):
        folder.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(folder / "ledger.sqlite") as file:
            file.executescript(f"CREATE TABLE IF NOT EXISTS t(a); PRAGMA application_id={0x4353474C}; PRAGMA user_version={version}")
        file.close()

    def check(self, config, program):
        """(exit code, what it says), with the program that is installed or without one."""
        if config is not None:
            (self.folder / "etc/countersign.toml").write_text(config, encoding="utf-8")
        text = (ROOT / "packaging/check-formats.sh").read_text(encoding="utf-8")
        for place, here in (("/etc/countersign", self.folder / "etc"), ("/var/lib/countersign", self.folder / "var")):
            self.assertIn(place, text)
            text = text.replace(place, str(here))
        script = f"set -e\nTHIS_VERSION=1.0\nKNOWN_FORMATS=4353474C:2\n{text}\ncheck_formats\n"
        path = f"{BIN}:/usr/bin:/bin" if program else "/usr/bin:/bin"
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False, env={"PATH": path})
        return done.returncode, done.stderr

    def configuration(self, data=None, table=""):
        changed = self.config if data is None else re.sub(r"(?m)^data = .*$", lambda _: data, self.config)
        self.assertTrue(data is None or changed != self.config)
        return changed + "\n" + table

    def test_data_is_found_in_whichever_way_its_folder_is_written(self):
        place = self.folder / "elsewhere/a region"
        self.ledger(place / "eu-1", 99)
        (self.folder / "link").symlink_to(place)
        region = place / "eu-1"
        spelled = {
            "basic": self.configuration(f'data = "{place}"'),
            "literal": self.configuration(f"data = '{place}'  # comment"),
            "quoted key": self.configuration(f'"data"="{place}"'),
            "relative": self.configuration('data = "../elsewhere/a region"'),
            "link": self.configuration(f'data = "{self.folder}/link"'),
            "table": self.configuration(table=f"[region.eu-1]\ndirectory = '{region}'"),
            "inline table": self.configuration(table=f'[region]\neu-1 = {{ own_file_system = false, directory = "{region}" }}'),
            "dotted": self.configuration(table=f"[region]\neu-1.directory = '{region}'"),
        }
        for program in (True, False):
            for name, config in spelled.items():
                with self.subTest(name, program=program):
                    code, said = self.check(config, program)
                    self.assertEqual(code, 1, said)
                    self.assertRegex(said, "ledger.sqlite has format 99, this version knows formats up to 2")
        self.ledger(region, 2)
        for program in (True, False):
            for name, config in spelled.items():
                with self.subTest(name, program=program, known=True):
                    self.assertEqual((0, ""), self.check(config, program))

    def test_what_cannot_be_read_is_no_reason_to_go_on(self):
        place = self.folder / "elsewhere/a region"
        self.ledger(place / "eu-1", 99)
        for written in (f'data = """{place}"""', 'data = "' + str(place).replace(" ", "\\u0020") + '"'):
            with self.subTest(written):
                config = self.configuration(written)
                code, said = self.check(config, False)
                self.assertEqual(code, 1)
                self.assertIn("cannot tell where the data of this appliance is", said)
                self.assertIn(f"in line {config[:config.index(written)].count(chr(10)) + 1}.", said)
                # The program can read it.
                code, said = self.check(config, True)
                self.assertEqual(code, 1)
                self.assertIn("ledger.sqlite has format 99", said)

    def test_what_stands_in_comments_and_other_names_is_no_folder(self):
        place = self.folder / "elsewhere/a region"
        self.ledger(place / "eu-1", 99)
        table = f'# data = "{place}"\n[region.eu-1]  # directory = unsaid\n# directory = "{place}"\ndirectory = "{self.folder}/var/eu-1"\n'
        for program in (True, False):
            with self.subTest(program=program):
                self.assertEqual((0, ""), self.check(self.configuration(table=table), program))

    def test_without_a_configuration_the_package_s_own_folder_is_looked_at(self):
        self.ledger(self.folder / "var/data/eu-1", 99)
        code, said = self.check(None, False)
        self.assertEqual(code, 1)
        self.assertIn("ledger.sqlite has format 99", said)


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
        self.assertIn(f"may send to\n\n  https://evidence.example.com:{self.port}/v1/events\n", printed)
        self.assertIn(f"https://evidence.example.com:{self.port}", printed.partition("ana@example.com")[2])
        self.assertIn("1 appended", self.block("ingest", TOKEN=token))
        time.sleep(2.5)  # until a checkpoint covers it
        self.assertIn("eu-1/acme", self.block("verify /var", FINGERPRINT=fingerprint))

    def upgrade(self):
        """What ran runs again, also where systemd was not told to start it by itself; everything is kept, and verifies."""
        self.formats_are_those_of_the_list()
        self.shell("systemctl disable countersign")
        before = self.state()
        first = self.machine.unit("countersign", "MainPID")
        self.put("newer")
        self.block("countersign")
        self.assertIn(NEWER, self.installed_version())
        self.assertEqual(self.is_active(), "active")
        self.assertEqual(self.machine.run("systemctl", "is-enabled", "countersign", check=False).stdout.strip(), "disabled")
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
        byte = "printf '\\143' | dd status=none conv=notrunc bs=1"
        page = "{ head -c 32 /dev/zero; printf '\\0\\0\\0\\1'; head -c 20 /dev/zero; head -c 4096 /var/tmp/kept; }"
        # Of a ledger that lies beside, while the daemon runs, which is not enabled.
        self.shell(f"mkdir /var/lib/countersign/aside; cp {ledger} /var/lib/countersign/aside/; {byte} seek=63 of=/var/lib/countersign/aside/ledger.sqlite")
        self.is_refused(install)
        self.assertEqual(self.is_active(), "active", "the daemon ran, and was left stopped")
        self.shell(f"rm -r /var/lib/countersign/aside; systemctl stop countersign; cp --preserve {ledger} /var/tmp/kept")
        for change in (f"{byte} seek=63 of={ledger}", f"{page} > {ledger}-wal; {byte} seek=119 of={ledger}-wal"):
            with self.subTest(change):
                self.shell(change)
                self.is_refused(install)
                self.assertEqual(self.is_active(), "inactive", "what did not run was started")
                self.shell(f"rm -f {ledger}-wal; cp --preserve /var/tmp/kept {ledger}")
        # With formats that both know, one may go back.
        self.shell("systemctl enable --now countersign")
        self.shell(install)
        self.assertNotIn(NEWER, self.installed_version())
        self.assertEqual(self.is_active(), "active")

    def is_refused(self, install):
        programs = self.prints("sha256sum /usr/bin/countersign /usr/sbin/countersignd")
        code, printed, errors = self.shell(install, check=False)
        self.assertNotEqual(code, 0)
        self.assertIn("ledger.sqlite has format 99, this version knows formats up to 2", printed + errors)
        self.assertEqual(self.prints("sha256sum /usr/bin/countersign /usr/sbin/countersignd"), programs)
        self.assertIn(NEWER, self.installed_version())

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

    def drop_in(self, text):
        self.machine.write("/run/systemd/system/countersign.service.d/test.conf", text)
        self.shell("systemctl daemon-reload")

    def what_starts_is_started_anew_and_what_failed_is_told(self):
        again = "apt-get install --yes --reinstall ./countersign_*_amd64.deb"
        self.shell("systemctl stop countersign")
        self.drop_in("[Service]\nExecStartPre=/bin/sh -c 'test -e /run/countersign-may-start || exec sleep 600'\n")
        self.shell("systemctl start --no-block countersign")
        until(lambda: self.shell("pgrep -x sleep", check=False)[0] == 0, "it does not begin to start")
        self.assertEqual(self.is_active(), "activating")
        self.machine.write("/run/countersign-may-start", "")
        self.shell(again)
        self.assertEqual(self.is_active(), "active", "a daemon that was starting was not started anew")
        self.shell("systemctl stop countersign")
        self.drop_in("[Service]\nExecStart=\nExecStart=/bin/false\nRestart=no\n")
        self.shell("systemctl start countersign", check=False)
        self.assertEqual(self.is_active(), "failed")
        printed = self.shell(again)[1]
        self.assertEqual(self.is_active(), "failed", "what had failed was started")
        self.assertIn("systemctl reset-failed countersign && systemctl start countersign", printed)
        # Where the administrator forbids it nothing is started.
        self.shell("rm /run/systemd/system/countersign.service.d/test.conf; systemctl daemon-reload; systemctl reset-failed countersign; systemctl start countersign")
        self.machine.write("/usr/sbin/policy-rc.d", "#!/bin/sh\ntest \"$2\" = stop || exit 101\n")
        self.shell(f"chmod 0755 /usr/sbin/policy-rc.d; {again}; rm /usr/sbin/policy-rc.d")
        self.assertEqual(self.is_active(), "inactive")
        self.shell("systemctl start countersign")

    def test_its_life_from_the_first_installation_to_the_purge(self):
        self.put("first")
        self.set_up(self.block("apt-get install"))
        # The page's own commands for the profile need a kernel with AppArmor.
        self.assertIn("profile countersignd", self.prints("cat /usr/share/countersign/apparmor/usr.sbin.countersignd"))
        self.upgrade()
        self.going_back_is_refused("apt-get install --yes --allow-downgrades ./countersign_*_amd64.deb")
        self.what_starts_is_started_anew_and_what_failed_is_told()
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
        # Somebody's file system inside is not the package's to empty.
        self.shell("mkdir /var/lib/countersign/mounted; mount -t tmpfs none /var/lib/countersign/mounted; touch /var/lib/countersign/mounted/file")
        self.block("purge-data")
        self.assertFalse(self.exists("/etc/countersign"))
        self.assertEqual("/var/lib/countersign\n/var/lib/countersign/mounted\n/var/lib/countersign/mounted/file", self.prints("find /var/lib/countersign"))
        # The whole folder can be one, too: it is emptied.
        self.shell("umount /var/lib/countersign/mounted; rmdir /var/lib/countersign/mounted; mount -t tmpfs none /var/lib/countersign")
        self.shell("apt-get install --yes ./countersign_*_amd64.deb; touch /var/lib/countersign/file")
        printed = "".join(self.shell('echo "countersign countersign/purge-data boolean true" | debconf-set-selections; apt-get purge --yes countersign')[1:])
        self.assertIn("countersign: kept /var/lib/countersign, where a file system is mounted", printed)
        self.assertEqual("/var/lib/countersign", self.prints("find /var/lib/countersign"))
        # Or a link to a folder elsewhere: that is emptied, and the link stays.
        self.shell("umount /var/lib/countersign; rmdir /var/lib/countersign; mkdir /srv/evidence; ln -s /srv/evidence /var/lib/countersign")
        self.shell("apt-get install --yes ./countersign_*_amd64.deb; touch /srv/evidence/file")
        self.shell('echo "countersign countersign/purge-data boolean true" | debconf-set-selections; apt-get purge --yes countersign')
        self.assertEqual("/var/lib/countersign\n/srv/evidence", self.prints("find /var/lib/countersign /srv/evidence"))
        self.shell("rm /var/lib/countersign; apt-get install --yes ./countersign_*_amd64.deb")
        self.shell('echo "countersign countersign/purge-data boolean true" | debconf-set-selections; apt-get purge --yes countersign')
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
        named = ["coreutils", "gawk", "findutils", "sed", "shadow-utils", "liberation-sans-fonts", "liberation-mono-fonts", "openssl", "systemd", "/bin/sh", "rtld(GNU_HASH)"]
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
