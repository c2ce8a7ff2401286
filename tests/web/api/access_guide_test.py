"""The commands of docs/access.md do what it says: they run, in its order, on an appliance of their own."""

import re
import shlex
import sys
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from appliance import Appliance  # noqa: E402

GUIDE = (ROOT / "docs" / "access.md").read_text()
NOT_LOCKED = 8


class AccessGuide(unittest.TestCase):
    def run_it(self, appliance, arguments):
        until = time.monotonic() + 30
        while True:
            done = appliance.run(*arguments, check=False)
            # The search index is made while the daemon runs.
            if arguments[0] != "search" or done.returncode == 0 or time.monotonic() > until:
                return done
            time.sleep(0.05)

    def test_its_commands_run(self):
        commands = re.findall(r"^(?:\| `)?countersign ([^`\n]*)", GUIDE, re.MULTILINE)
        self.assertGreater(len(commands), 10)
        with Appliance() as appliance:
            appliance.add_tenant("acme")
            appliance.start()
            for command in commands:
                # A day that is to come, whenever this runs.
                arguments = shlex.split(re.sub(r"--expires \S+", "--expires 2099-01-01T00:00:00Z", command))
                done = self.run_it(appliance, arguments)
                self.assertEqual(done.returncode, NOT_LOCKED if "unlock" in arguments else 0, f"{command}: {done.stderr}")

    def test_every_command_for_users_is_there(self):
        with Appliance() as appliance:
            text = appliance.run("user", "--help").stdout
        names = re.findall(r"^  ([a-z][a-z-]*) ", text[text.index("Subcommands:"):], re.MULTILINE)
        self.assertGreater(len(names), 5)
        for name in names[:-1] if names[-1] == "countersign" else names:
            self.assertRegex(GUIDE, rf"countersign user {name}\b")

    def test_every_event_type_that_it_names_is_one(self):
        schema = (ROOT / "ledger" / "record" / "event_schema.cpp").read_text()
        rows = re.findall(r"^\| (`[a-z]+\.[^|]*)\|", GUIDE, re.MULTILINE)
        types = [kind for row in rows for kind in re.findall(r"`([a-z.]+[a-z_]+)`", row)]
        self.assertGreater(len(types), 20)
        for kind in types:
            self.assertIn(f'"{kind}"', schema)


if __name__ == "__main__":
    unittest.main()
