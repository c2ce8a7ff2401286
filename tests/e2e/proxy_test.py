"""Behind a proxy that is trusted the client's own address counts; and who is known is neither slowed down nor locked out by strangers."""

import concurrent.futures
import json
import sqlite3
import subprocess
import unittest

from appliance import BIN, Appliance, until
from person import PASSWORD, Person, invited

ADMIN = ("--role", "admin", "--all-tenants")
HOME, AT_HOME, STRANGER = "203.0.113.5", "203.0.113.77", "198.51.100.9"


class Behind(unittest.TestCase):
    SETTINGS = 'trusted_proxies = ["127.0.0.1", "10.1.2.0/28"]\n'

    def setUp(self):
        self.appliance = Appliance()
        self.addCleanup(self.appliance.__exit__)
        self.appliance.config.write_text(self.appliance.config.read_text().replace("[keys]", self.SETTINGS + "\n[keys]", 1))
        self.appliance.add_tenant("acme")
        self.appliance.start()

    def sign_in(self, name, password=PASSWORD, forwarded=HOME):
        fields = {"X_Forwarded_For": forwarded} if forwarded else {}
        return Person(self.appliance, name).ask("POST", "/v1/session", {"user": name, "password": password}, **fields)[0]

    def at_once(self, tries):
        """Each counts before its password is looked at, and none has waited."""
        with concurrent.futures.ThreadPoolExecutor(len(tries)) as pool:
            return list(pool.map(lambda one: self.sign_in(*one), tries))

    def curl(self, path, *fields):
        """The status, asked by another program than Python."""
        arguments = [part for field in fields for part in ("-H", field)]
        return int(subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *arguments, f"http://127.0.0.1:{self.appliance.port}{path}"],
                                  capture_output=True, text=True, check=True).stdout)


class TrustedProxy(Behind):
    def test_the_address_that_it_names_is_the_clients(self):
        for forwarded in (HOME, "garbage, 127.0.0.1, " + HOME, f"{HOME}:61000, 10.1.2.3", None, STRANGER):
            self.assertEqual(self.sign_in("nobody@example.com", "wrong", forwarded), 401)
        failed = [one["device"]["ip"] for one in self.appliance.system_events("login.failed", 5)]
        self.assertEqual(failed[0], failed[1], "what a client has made up changes nothing")
        self.assertEqual(failed[0], failed[2])
        self.assertEqual(len(set(failed)), 3, "the client, the proxy itself, another client")

    def test_its_clients_are_limited_each_for_himself(self):
        def guess(forwarded):
            # An invitation that there is not: it takes no hash.
            return Person(self.appliance, "nobody").ask("POST", "/v1/invitations", {"token": "x", "password": PASSWORD}, X_Forwarded_For=forwarded)[0]
        with concurrent.futures.ThreadPoolExecutor(25) as pool:
            statuses = list(pool.map(guess, [f"198.51.100.{n}, {HOME}" if n % 2 else HOME for n in range(24)] + [STRANGER]))
        self.assertEqual(sorted(statuses[:24]), [404] * 20 + [429] * 4, "whatever stands in front")
        self.assertEqual(statuses[24], 404)

    def test_nobody_is_of_this_machine_for_saying_so(self):
        self.assertEqual(self.curl("/metrics"), 200)
        self.assertEqual(self.curl("/metrics", f"X-Forwarded-For: {HOME}"), 403)
        self.assertEqual(self.curl("/metrics", f"X-Forwarded-For: 127.0.0.1, {HOME}"), 403)
        self.assertEqual(self.curl("/metrics", "X-Forwarded-For: 127.0.0.1", f"X-Forwarded-For: {HOME}"), 403)
        self.assertEqual(self.curl("/metrics", f"X-Forwarded-For: {HOME}", "Forwarded: for=127.0.0.1"), 403)
        self.assertEqual(self.curl("/metrics", f"Forwarded: for={HOME}"), 200, "the other field is not read")


class StandardField(Behind):
    SETTINGS = 'trusted_proxies = ["127.0.0.1"]\nforwarded_field = "Forwarded"\n'

    def test_the_standards_field_is_read_where_it_is_set(self):
        self.assertEqual(self.curl("/metrics", f'Forwarded: for="{HOME}:443";proto=https'), 403)
        self.assertEqual(self.curl("/metrics", 'Forwarded: for="[2001:db8::1]"'), 403)
        self.assertEqual(self.curl("/metrics", f"Forwarded: for=127.0.0.1, for={HOME}"), 403)
        self.assertEqual(self.curl("/metrics", f"X-Forwarded-For: {HOME}"), 200)


class NoProxy(Behind):
    SETTINGS = ""

    def test_nobody_is_believed(self):
        self.assertEqual(self.curl("/metrics", f"X-Forwarded-For: {HOME}", f"Forwarded: for={HOME}"), 200)

    def test_settings_that_make_no_sense_are_refused(self):
        for setting in ('trusted_proxies = ["0.0.0.0/0"]', 'trusted_proxies = ["proxy.example.com"]', 'forwarded_field = "X-Real-IP"'):
            other = self.appliance.folder / "other.toml"
            other.write_text(self.appliance.config.read_text().replace("[keys]", setting + "\n[keys]", 1))
            done = subprocess.run([BIN / "countersign", "--config", other, "tenant", "list"], capture_output=True, text=True)
            self.assertNotEqual(done.returncode, 0, setting)
            self.assertIn("listen." + setting.split(" ")[0], done.stderr)


class WhoIsKnown(Behind):
    def test_is_not_slowed_down_by_strangers(self):
        invited(self.appliance, "ana@example.com", *ADMIN)
        self.assertEqual(self.sign_in("ana@example.com"), 201)
        statuses = self.at_once([("ana@example.com", "wrong", f"198.51.100.{n}") for n in range(12)])
        self.assertEqual(sorted(statuses), [401] * 5 + [429] * 7)
        self.assertEqual(self.sign_in("ana@example.com", PASSWORD, AT_HOME), 201, "from her network, at once")
        while (status := self.sign_in("ana@example.com", "wrong", STRANGER)) != 429:
            self.assertEqual(status, 401)
        self.assertEqual(self.sign_in("ana@example.com", PASSWORD, AT_HOME), 201)

    def failures(self, elsewhere):
        """Sets what takes strangers hours, because they have to wait."""
        with sqlite3.connect(self.appliance.folder / "data" / "accounts.sqlite", timeout=30) as database:
            name, document = database.execute("SELECT name, document FROM accounts").fetchone()
            document = json.loads(document)
            document["password_failures"] = {"known": 0, "elsewhere": elsewhere}
            database.execute("UPDATE accounts SET document=? WHERE name=?", (json.dumps(document), name))
        database.close()

    def test_is_not_locked_out_by_strangers(self):
        invited(self.appliance, "ana@example.com", *ADMIN)
        self.assertEqual(self.sign_in("ana@example.com"), 201)
        self.failures(49)
        self.assertEqual(self.sign_in("ana@example.com", "wrong", STRANGER), 401)
        locked = self.appliance.system_events("user.suspended")
        self.assertEqual((len(locked), locked[0]["outcome"]["reason"]), (1, "locked"))
        self.assertEqual(self.sign_in("ana@example.com", PASSWORD, STRANGER), 401, "in the words of a wrong one")
        listed = self.appliance.json("user", "list")[0]
        self.assertEqual((listed["state"], listed["locked"]), ("locked", ["password_from_elsewhere"]))
        self.assertEqual(self.sign_in("ana@example.com", PASSWORD, AT_HOME), 201)
        self.appliance.stop()
        self.appliance.start()
        self.assertEqual(self.sign_in("ana@example.com", PASSWORD, STRANGER), 401, "a restart unlocks nothing")
        self.assertEqual(self.sign_in("ana@example.com", PASSWORD, AT_HOME), 201)
        self.appliance.run("user", "unlock", "ana@example.com")
        until(lambda: self.sign_in("ana@example.com", PASSWORD, STRANGER) == 201, "what was unlocked stays locked")
        self.assertNotIn("203.0.113.", json.dumps(self.appliance.json("user", "list")))


if __name__ == "__main__":
    unittest.main()
