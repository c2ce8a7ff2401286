"""tests/run counts what CTest did, and never calls an empty or broken run a success."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

RUN = pathlib.Path(__file__).resolve().parents[1] / "run"

PASS = 'add_test({0} "true")\n'
FAIL = 'add_test({0} "false")\n'
MISSING = 'add_test({0} "/no/such/program")\n'
SKIP = 'add_test({0} "sh" "-c" "exit 77")\nset_tests_properties({0} PROPERTIES SKIP_RETURN_CODE 77)\n'


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = pathlib.Path(folder.name)

    def suite(self, name, *tests):
        tree = self.build / name
        tree.mkdir()
        (tree / "CTestTestfile.cmake").write_text(
            "".join(text.format(f"case{number}") for number, text in enumerate(tests)))

    def run_suites(self, *arguments):
        """Returns the exit code and the last line."""
        done = subprocess.run([sys.executable, str(RUN), "--build", str(self.build), *arguments],
                              capture_output=True, text=True, check=False)
        self.printed = done.stdout
        return done.returncode, done.stdout.splitlines()[-1]

    def test_counts_all_suites_in_the_last_line(self):
        self.suite("dev", PASS, PASS)
        self.suite("fuzz", PASS)
        self.assertEqual(self.run_suites("dev", "fuzz"), (0, "3 passed, 0 failed"))

    def test_fails_when_a_test_fails(self):
        self.suite("dev", PASS, FAIL)
        self.assertEqual(self.run_suites("dev"), (1, "1 passed, 1 failed"))

    def test_counts_a_missing_program_as_failed_and_a_skip_as_skipped(self):
        self.suite("dev", PASS, MISSING, SKIP)
        self.assertEqual(self.run_suites("dev"), (1, "1 passed, 1 failed"))
        self.assertIn("suite dev: 1 passed, 1 failed, 1 skipped\n", self.printed)

    def test_fails_when_no_test_ran(self):
        self.suite("dev")
        self.assertEqual(self.run_suites("dev"), (1, "0 passed, 0 failed"))

    def test_fails_when_every_test_was_skipped(self):
        self.suite("dev", SKIP)
        self.assertEqual(self.run_suites("dev"), (1, "0 passed, 0 failed"))
        self.assertIn("1 skipped", self.printed)

    def test_fails_when_a_suite_was_not_built(self):
        self.suite("dev", PASS)
        self.assertEqual(self.run_suites("dev", "fuzz"), (1, "1 passed, 0 failed"))

    def test_counts_earlier_runs_without_running(self):
        self.suite("dev", PASS)
        self.run_suites("dev")
        self.assertEqual(self.run_suites("--count", "dev"), (0, "1 passed, 0 failed"))
        self.assertEqual(self.run_suites("--count", "dev", "fuzz"), (1, "1 passed, 0 failed"))


if __name__ == "__main__":
    unittest.main()
