"""packaging/install-dependencies against stand-ins for dpkg-query, apt-get, id and sudo."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

PACKAGING = pathlib.Path(__file__).resolve().parents[2] / "packaging"
GROUPS = {"build", "run", "demo", "test", "lint", "fuzz", "package"}
TOOLS = ("bash", "sed", "tr", "sort", "awk", "grep", "paste", "dirname", "readlink", "env")


def lines_of_the_list():
    text = (PACKAGING / "dependencies.txt").read_text(encoding="utf-8")
    return [line.split(None, 2) for line in text.splitlines() if line and not line.startswith("#")]


class List(unittest.TestCase):
    def test_gives_each_package_known_groups_and_a_reason(self):
        for words in lines_of_the_list():
            self.assertEqual(len(words), 3, words)
            self.assertLessEqual(set(words[0].split(",")), GROUPS, words)

    def test_names_each_package_once(self):
        names = [words[1] for words in lines_of_the_list()]
        self.assertEqual(len(names), len(set(names)))


class InstallDependencies(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bin = pathlib.Path(folder.name, "bin")
        self.bin.mkdir()
        self.calls = pathlib.Path(folder.name, "calls")
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.stand_in("apt-get", f'echo "apt-get $*" >> {self.calls}')
        self.stand_in("id", "echo 0")
        self.missing()

    def stand_in(self, name, script):
        file = self.bin / name
        file.write_text(f"#!/bin/bash\n{script}\n")
        file.chmod(0o755)

    def missing(self, *packages):
        self.stand_in("dpkg-query", f'[[ " {" ".join(packages)} " == *" ${{@: -1}} "* ]] || echo -n installed')

    def install(self, *groups):
        """Returns the exit code, what was printed and the calls of apt-get."""
        done = subprocess.run([str(PACKAGING / "install-dependencies"), *groups], capture_output=True, text=True,
                              check=False, env={**os.environ, "PATH": str(self.bin)})
        calls = self.calls.read_text().splitlines() if self.calls.exists() else []
        return done.returncode, done.stdout + done.stderr, calls

    def test_takes_a_program_from_elsewhere_for_a_package_that_says_so(self):
        self.missing("npm")
        self.assertIn("npm", self.install("test")[2][-1].split())
        self.calls.unlink()
        self.stand_in("npm", "true")
        self.assertEqual(self.install("test"), (0, "", []))

    def test_is_silent_when_nothing_is_missing(self):
        self.assertEqual(self.install(*sorted(GROUPS)), (0, "", []))

    def test_updates_and_installs_only_what_is_missing_of_the_groups(self):
        self.missing("cmake", "curl", "clang-14")
        code, _, calls = self.install("build", "test")
        self.assertEqual(code, 0)
        self.assertEqual(len(calls), 2)
        self.assertIn("update", calls[0])
        self.assertIn("--no-install-recommends", calls[1])
        self.assertTrue(calls[1].endswith(" cmake curl"), calls[1])

    def test_goes_through_sudo_when_not_root(self):
        self.missing("cmake")
        self.stand_in("id", "echo 1000")
        self.stand_in("sudo", f'echo sudo >> {self.calls}; "$@"')
        code, _, calls = self.install("build")
        self.assertEqual((code, calls[0], calls[2]), (0, "sudo", "sudo"))

    def test_says_what_is_missing_when_it_may_not_install(self):
        self.missing("cmake")
        self.stand_in("id", "echo 1000")
        code, printed, calls = self.install("build")
        self.assertEqual((code, calls), (1, []))
        self.assertIn("cmake", printed)

    def test_reports_that_apt_failed(self):
        self.missing("cmake")
        self.stand_in("apt-get", "exit 100")
        code, printed, _ = self.install("build")
        self.assertEqual(code, 1)
        self.assertIn("could not install", printed)

    def test_refuses_an_unknown_group(self):
        code, printed, calls = self.install("everything")
        self.assertEqual((code, calls), (2, []))
        self.assertIn("everything", printed)


if __name__ == "__main__":
    unittest.main()
