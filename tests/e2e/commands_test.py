"""The command line as its user meets it: help, output for people and for programs, exit codes, proofs."""

import json
import os
import subprocess
import time
import unittest
from pathlib import Path

import kept_logs
from appliance import BIN, Appliance, event


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.appliance.add_tenant("acme")
        cls.token = cls.appliance.add_source("app", tenant="acme")
        cls.appliance.start()
        events = cls.appliance.folder / "events.ndjson"
        events.write_text("\n".join(json.dumps(event(n)) for n in range(300)) + "\n")
        cls.first = cls.ingest(events)
        cls.second = cls.ingest(events)
        until = time.monotonic() + 30
        while True:
            found = cls.appliance.run("--json", "search", "acme", "--limit", "1000", check=False)
            if found.returncode == 0 and len(json.loads(found.stdout)["records"]) >= 300:
                break
            # Not there yet, or being made: nothing else may come between.
            assert found.returncode in (0, 3, 6), found.stderr
            assert time.monotonic() < until, "the index does not follow"
            time.sleep(0.05)

    @classmethod
    def tearDownClass(cls):
        cls.appliance.__exit__()

    @classmethod
    def ingest(cls, path, check=True):
        environment = dict(os.environ, COUNTERSIGN_CONFIG=str(cls.appliance.config), COUNTERSIGN_TOKEN=cls.token)
        done = subprocess.run([BIN / "countersign", "--json", "ingest", path], env=environment, capture_output=True, text=True)
        kept_logs.errors(done.stderr)
        if check and done.returncode != 0:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout)

    def code(self, *arguments):
        return self.appliance.run(*arguments, check=False).returncode

    def test_ingest_sends_a_file_and_may_send_it_again(self):
        self.assertEqual((self.first["appended"], self.first["duplicate"]), (300, 0))
        self.assertEqual((self.second["appended"], self.second["duplicate"]), (0, 300))

    def test_ingest_names_the_line_of_a_bad_event(self):
        path = self.appliance.folder / "bad.ndjson"
        path.write_text(json.dumps(event(900)) + "\n" + json.dumps(dict(event(901), type="no.such")) + "\n")
        result = self.ingest(path, check=False)
        self.assertEqual((result["appended"], result["rejected"]), (1, 1))
        self.assertEqual(result["faults"][0]["event"], 2)
        self.assertEqual(result["faults"][0]["errors"][0]["path"], "type")

    def test_every_command_has_an_example_in_its_help(self):
        names = ["init", "doctor", "tenant", "source", "ingest", "search", "show", "log", "checkpoint", "proof", "export", "verify", "index", "completion", "manual",
                 "source add", "source list", "source revoke", "source certificate add", "source certificate remove", "proof make", "proof check", "proof extends", "tenant add", "tenant list", "index rebuild",
                 "tenant move", "region", "region init", "region list", "residency", "key", "key list", "key rotate", "key seal-kek",
                 "retention set", "retention show", "retention apply", "retention list", "retention clear", "backup", "restore", "operator add",
                 "tenant policy", "tenant policy show", "tenant policy set", "tenant policy apply", "tenant policy history"]
        for name in names:
            done = self.appliance.run(*name.split(), "--help")
            self.assertIn("Example:\n  ", done.stdout, name)

    def test_exit_codes_are_as_documented(self):
        self.assertEqual(self.code(), 2)
        self.assertEqual(self.code("no-such-command"), 2)
        self.assertEqual(self.code("show", "acme", "99999"), 3)
        self.assertEqual(self.code("show", "nobody", "0"), 3)
        self.assertEqual(self.code("tenant", "add", "acme"), 4)
        self.assertEqual(self.code("tenant", "add", "Not A Name"), 2)
        self.assertEqual(self.code("source", "revoke", "nobody"), 3)
        self.assertEqual(self.code("search", "acme", "shoe:9"), 2)
        self.assertEqual(self.code("index", "rebuild"), 8)
        self.assertEqual(self.code("init", "--origin", "x", "--region", "eu-1", "--dir", self.appliance.folder), 4)
        self.assertEqual(self.code("init", "--origin", "https://x", "--region", "eu-1", "--dir", self.appliance.folder / "new"), 2)
        self.assertFalse((self.appliance.folder / "new").exists())
        done = subprocess.run([BIN / "countersign", "--config", "/nowhere.toml", "--json", "log"], capture_output=True, text=True)
        kept_logs.errors(done.stderr)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(json.loads(done.stderr)["error"]["code"], "not_found")

    def test_a_misspelt_setting_is_refused(self):
        config = self.appliance.folder / "misspelt.toml"
        text = self.appliance.config.read_text()
        for wrong, name in [("events_max = 10000", "event_max = 10000"), ("port = ", "prot = ")]:
            config.write_text(text.replace(wrong, name))
            done = subprocess.run([BIN / "countersign", "--config", config, "log"], capture_output=True, text=True)
            kept_logs.errors(done.stderr)
            self.assertEqual(done.returncode, 2)
            self.assertIn(name.split(" ")[0], done.stderr)

    def test_source_shows_its_token_once_and_keeps_a_hash(self):
        token = self.appliance.add_source("another", adapter="okta", tenant="acme")
        self.assertTrue(token.startswith("cst_"))
        self.assertNotIn(token, (self.appliance.folder / "data/registry.json").read_text())
        names = [source["source"] for source in self.appliance.json("source", "list")]
        self.assertIn("another", names)
        self.assertEqual(self.code("source", "add", "yet-another", "--adapter", "okta"), 2)

    def test_log_lists_logs_with_their_checkpoints(self):
        (acme,) = [log for log in self.appliance.json("log") if log["tenant"] == "acme"]
        self.assertGreaterEqual(acme["size"], 300)
        self.assertIn("LOG", self.appliance.run("log").stdout)

    def test_search_finds_a_person_without_the_index_holding_the_value(self):
        found = self.appliance.json("search", "acme", "actor.email:user7@mail.example")
        self.assertEqual(len(found["records"]), 6)
        self.assertEqual(self.appliance.json("search", "acme", "actor.email:nobody@mail.example")["records"], [])

    def test_show_prints_the_record_and_reveals_on_request_on_the_record(self):
        shown = self.appliance.json("show", "acme", "7")
        self.assertEqual(json.loads(shown["record"])["seq"], 7)
        self.assertNotIn("mail.example", json.dumps(shown))
        revealed = self.appliance.json("show", "acme", "7", "--reveal")
        self.assertIn("user7@mail.example", [entry.get("value") for entry in revealed["disclosures"]])
        until = time.monotonic() + 30
        while not any(record["event"]["type"] == "personal.viewed" for record in self.appliance.records("_system")):
            self.assertLess(time.monotonic(), until, "the look was not recorded")
            time.sleep(0.1)

    def test_proofs_are_checked_without_an_appliance(self):
        folder = self.appliance.folder
        self.wait_for_checkpoint()
        (folder / "proof").write_text(self.appliance.run("proof", "make", "acme", "42").stdout)
        record = self.appliance.json("show", "acme", "42")["record"]
        (folder / "record").write_text(record)
        vkey = self.appliance.json("checkpoint", "acme", "--keys")["log_key"]
        check = [BIN / "countersign", "proof", "check", folder / "proof", folder / "record", "--log-key", vkey]
        self.assertEqual(subprocess.run(check, env={}, capture_output=True).returncode, 0)
        (folder / "record").write_text(record.replace('"totp"', '"push"'))
        self.assertEqual(subprocess.run(check, env={}, capture_output=True).returncode, 9)

    def test_a_kept_checkpoint_is_extended(self):
        self.wait_for_checkpoint()
        kept = self.appliance.folder / "kept"
        kept.write_text(self.appliance.run("checkpoint", "acme").stdout)
        self.assertEqual(self.appliance.post(self.token, event(5000))[0], 200)
        until = time.monotonic() + 30
        while self.appliance.json("checkpoint", "acme")["note"] == kept.read_text():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)
        self.appliance.run("proof", "extends", "acme", kept)
        self.assertEqual(self.code("verify", "--data", self.appliance.folder / "data", "--checkpoint", kept), 0)

    def wait_for_checkpoint(self):
        until = time.monotonic() + 30
        while self.appliance.run("checkpoint", "acme", check=False).returncode != 0:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.1)

    def test_completion_scripts_are_good_shell(self):
        script = self.appliance.run("completion", "bash").stdout
        self.assertEqual(subprocess.run(["bash", "-n"], input=script, text=True).returncode, 0)
        completed = subprocess.run(["bash", "-c", script + '\nCOMP_WORDS=(countersign source ""); COMP_CWORD=2; _countersign; echo "${COMPREPLY[@]}"'],
                                   capture_output=True, text=True).stdout
        for word in ("add", "list", "revoke"):
            self.assertIn(word, completed.split())
        self.assertIn("complete -c countersign", self.appliance.run("completion", "fish").stdout)

    def test_nothing_is_drawn_where_there_is_no_terminal(self):
        done = self.appliance.run("verify", "--data", self.appliance.folder / "data")
        self.assertEqual(done.stderr, "")
        self.assertNotIn("\r", done.stdout)


class Readme(unittest.TestCase):
    def test_names_commands_that_exist(self):
        text = (Path(__file__).resolve().parents[2] / "README.md").read_text()
        lines = [line.split("#")[0].split("|")[0].strip() for line in text.splitlines() if line.startswith("countersign ")]
        self.assertGreater(len(lines), 5)
        for line in lines:
            name = line.split()[1]
            self.assertEqual(subprocess.run([BIN / "countersign", name, "--help"], capture_output=True).returncode, 0, line)


if __name__ == "__main__":
    unittest.main()
