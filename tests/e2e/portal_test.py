"""The portal in a real browser, against a real daemon with a real ledger: every screen, every role (tests/portal)."""

import datetime
import json
import os
import subprocess
import unittest
from pathlib import Path

from appliance import Appliance, until
from person import PASSWORD, invited
from portal_data import life

TESTS = Path(__file__).resolve().parent.parent / "portal"
WAIT_S = 600


def stamp(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


RIGHTS = {
    "admin@example.com": ["--role", "admin", "--all-tenants"],
    "second@example.com": ["--role", "admin", "--all-tenants"],
    "clerk@example.com": ["--role", "admin", "--tenant", "acme"],
    "analyst@example.com": ["--role", "analyst", "--tenant", "acme"],
    "privacy@example.com": ["--role", "privacy", "--all-tenants"],
    "auditor@example.com": ["--role", "auditor", "--tenant", "acme", "--from", stamp(-100), "--before", stamp(100), "--expires", stamp(100)],
    "lost@example.com": ["--role", "analyst", "--tenant", "acme"],
}


class Portal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = cls.enterClassContext(Appliance())
        address = f"http://localhost:{cls.appliance.port}"
        settings = cls.appliance.config.read_text()
        cls.appliance.config.write_text(settings.replace("\n[access]\n", f'\n[access]\naddress = "{address}"\n'))
        cls.appliance.add_tenant("acme")
        cls.appliance.add_tenant("globex")
        cls.token = cls.appliance.add_source("shop")
        cls.appliance.add_source("silent-source", tenant="acme")
        cls.appliance.start()
        cls.appliance.wait_known(cls.token)
        now = datetime.datetime.now(datetime.timezone.utc)
        cls.send(life("acme", 1200, now))
        cls.send(life("globex", 30, now, seed=3))
        people = {}
        for name, rights in RIGHTS.items():
            person = invited(cls.appliance, name, *rights)
            # The next code that was not used: the one of the enrolment counts as used.
            people[name] = {"secret": person.secret, "recovery": person.recovery_codes, "step": person.used + 1}
        cls.settings = cls.appliance.folder / "portal.json"
        cls.settings.write_text(json.dumps({
            "port": cls.appliance.port, "password": PASSWORD, "people": people, "token": cls.token,
            "invitation": cls.appliance.json("user", "add", "new@example.com", *RIGHTS["auditor@example.com"])["link"]}))
        until(lambda: cls.appliance.hits("acme", "challenge.sent"), "the index has nothing of what was sent")

    @classmethod
    def send(cls, events):
        for at in range(0, len(events), 500):
            status, answer = cls.appliance.post(cls.token, events[at:at + 500])
            assert status == 200 and answer["rejected"] == 0, answer

    def run_tests(self, name):
        environment = dict(os.environ, PORTAL=str(self.settings), TOKEN=self.token)
        done = subprocess.run(["node", "--test", "--test-reporter=tap", str(TESTS / f"{name}.test.mjs")], env=environment, capture_output=True,
                              text=True, timeout=WAIT_S, check=False)
        self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}")
        self.assertIn("\n# fail 0\n", done.stdout)
        self.assertNotIn("\n# pass 0\n", done.stdout)

    def test_coming_in(self):
        self.run_tests("sign_in")


if __name__ == "__main__":
    unittest.main()
