"""The page verify.html, as it lies in a bundle, opened from a file in a real browser: it says what `countersign verify` says, of good bundles and of
altered ones; it asks for nothing, complains of nothing, and axe-core finds nothing in it."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unittest
import zipfile

from appliance import DATA, Appliance, until
from browser import Browser
from bundle_test import TimestampAuthority

AXE = pathlib.Path(os.environ["CLIENTS"]) / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FROM, TO = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
DESK, PHONE = 1280, 390
# What is found by different programs is said in their own words.
OWN_WORDS = {"archive", "signature", "timestamp"}


def event(number):
    person = number % 5
    more = {"attributes": {"plan": "pro", "seats": person, "note": "said \"no\", twice\n"}} if number % 4 == 0 else {}
    return {"id": f"e{number}", "time": "2026-01-31T09:30:00.5+01:00", "type": ("challenge.verified", "challenge.failed", "login.failed")[number % 3],
            "tenant": "acme", "actor": {"id": f"user-{person}-identifier", "email": f"user{person}@example.com", "phone": f"+1415555011{person}", "name": "Zoë Müller"},
            "device": {"fingerprint": f"fingerprint-of-{person}-device", "ip": "2001:db8::7" if person else "203.0.113.7", "asn": 64500, "new": person == 1},
            "session": {"id": f"session-{number}"}, "challenge": {"id": f"c{number}", "purpose": "login", "factor": "sms", "attempt": 1}, **more}


class Bag:
    """A bundle taken apart, to be altered and packed again."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as bundle:
            self.files = {name.partition("/")[2]: bundle.read(name) for name in bundle.namelist()}
            self.folder = bundle.namelist()[0].partition("/")[0]

    def edit(self, name, change):
        before = self.files[name].decode()
        after = change(before)
        assert after != before, f"{name} was not altered"
        self.files[name] = after.encode()

    def edit_lines(self, name, change):
        self.edit(name, lambda text: "".join(change(text.splitlines(keepends=True))))

    def listed(self, names):
        return "".join(f"{hashlib.sha256(self.files[name]).hexdigest()}  {name}\n" for name in sorted(names)).encode()

    def reseal(self, keys):
        """Signs anew, with the key in the folder `keys`, so that only what the bundle claims can show what was altered."""
        payload = [name for name in self.files if name.startswith("data/")]
        oxum = f"Payload-Oxum: {sum(len(self.files[name]) for name in payload)}.{len(payload)}".encode()
        self.files["bag-info.txt"] = re.sub(rb"Payload-Oxum: .*", oxum, self.files["bag-info.txt"])
        self.files["keys/signer.pem"] = (keys / "signer.pem").read_bytes()
        self.files["manifest-sha256.txt"] = self.listed(payload)
        seal = "tagmanifest-sha256.txt"
        self.files[seal] = self.listed(name for name in self.files if not name.startswith(("data/", seal)))
        self.files[f"{seal}.p7s"] = subprocess.run(["openssl", "cms", "-sign", "-binary", "-cades", "-nosmimecap", "-md", "sha256", "-signer", keys / "signer.pem",
                                                    "-inkey", keys / "signer.key", "-outform", "DER"], input=self.files[seal], check=True, capture_output=True).stdout

    def pack(self, path):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, content in sorted(self.files.items()):
                bundle.writestr(f"{self.folder}/{name}", content)


class VerifyPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance()
        cls.addClassCleanup(cls.appliance.__exit__, None, None, None)
        cls.work = pathlib.Path(tempfile.mkdtemp(dir=cls.appliance.folder))
        cls.keys = cls.appliance.folder / "keys"
        cls.stranger = cls.work / "stranger"
        cls.stranger.mkdir()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/O=Mallory, Inc./CN=Mallory",
                        "-keyout", cls.stranger / "signer.key", "-out", cls.stranger / "signer.pem"], check=True, capture_output=True)
        cls.bundles, cls.count = {}, 0
        cls.make_bundles()
        shown = subprocess.run(["openssl", "x509", "-in", cls.keys / "signer.pem", "-noout", "-fingerprint", "-sha256"], check=True, capture_output=True, text=True).stdout
        cls.fingerprint = shown.strip().split("=")[1]
        cls.page_file = cls.work / "verify.html"
        cls.page_file.write_bytes(Bag(cls.bundles["full"]).files["verify.html"])
        cls.browser = cls.enterClassContext(Browser())
        cls.page = cls.open_page()

    @classmethod
    def make_bundles(cls):
        """Bundles of every kind, by the real programs."""
        appliance = cls.appliance
        config = appliance.config.read_text().replace("retention_interval_s = 3600", "retention_interval_s = 1")
        appliance.config.write_text(config)
        appliance.add_tenant("acme")
        appliance.add_tenant("empty")
        token = appliance.add_source("app")
        appliance.start()
        appliance.wait_known(token)
        for first in range(0, 60, 20):
            assert appliance.post(token, [event(n) for n in range(first, first + 20)])[0] == 200
            time.sleep(1.2)  # a checkpoint of its own
        until(lambda: appliance.run("--json", "checkpoint", "acme", check=False).stdout.find('"size":60') > 0, "no checkpoint covers the records")
        received = [record["received"] for record in appliance.records("acme")]
        export = cls.export
        for profile in ("none", "pseudonymous", "masked", "full"):
            export(profile, "--profile", profile)
        export("filtered", "--filter", "type=challenge.failed", "--profile", "full")
        export("middle", "--profile", "masked", period=(received[20], received[40]))
        export("none-middle", "--profile", "none", period=(received[20], received[40]))
        export("nothing", period=("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"))
        export("scoped", "--disclose-kinds", "email,phone", "--disclose-records", "3-7", "--recipient", "Jo Auditor, Zürich")
        export("reported", "--report", "CC6.1,CC7.2")
        (cls.work / "dpa.txt").write_text("We process what you send.\n")
        document = appliance.json("document", "add", cls.work / "dpa.txt", "--kind", "gdpr-dpa", "--title", "DPA für alle", "--issuer", "Example, Inc.", "--confidentiality", "public")
        export("documents", "--document", document["id"])
        authority = TimestampAuthority(tempfile.mkdtemp(prefix="countersign-e2e-"))
        try:
            appliance.config.write_text(config.replace('url = ""', f'url = "{authority.url}"\nca = "{authority.folder}/ca.pem"'))
            export("timestamped")
        finally:
            appliance.config.write_text(config)
            authority.close()
            shutil.rmtree(authority.folder)
        cls.checkpoint = appliance.run("checkpoint", "acme").stdout
        cls.log_key = appliance.json("checkpoint", "acme", "--keys")["log_key"]
        assert appliance.json("privacy", "erase", "--tenant", "acme", "--subject", "email=user2@example.com", "--yes", "--reason", "gdpr_art_17")["erased"]
        export("erased", "--profile", "full")
        for key in ("log", "clock"):
            appliance.run("key", "rotate", key)
        assert len(appliance.system_events("key.rotated", 2)) == 2
        assert appliance.post(token, [event(n) for n in range(60, 70)])[0] == 200
        until(lambda: appliance.run("--json", "checkpoint", "acme", check=False).stdout.find('"size":70') > 0, "no checkpoint covers the records")
        export("rotated", "--profile", "full")
        appliance.run("retention", "set", "acme", "--rule", "custom", "--keep", "2 seconds", "--at-hand", "1 second")
        until(lambda: len(appliance.run("retention", "apply").stdout) > 0 and appliance.run("show", "acme", "3", check=False).returncode != 0, "nothing is retired", 60)
        assert appliance.post(token, [event(n) for n in range(70, 73)])[0] == 200
        until(lambda: appliance.run("--json", "checkpoint", "acme", check=False).stdout.find('"size":73') > 0, "no checkpoint covers the records")
        time.sleep(1.5)  # a checkpoint of the system log that covers the retirement
        export("retired", "--profile", "full")
        assert appliance.stop() == 0

    @classmethod
    def export(cls, name, *more, period=(FROM, TO)):
        cls.bundles[name] = cls.work / f"{name}.zip"
        cls.appliance.run("export", "acme", "--from", period[0], "--to", period[1], "-o", cls.bundles[name], *more)

    @classmethod
    def open_page(cls, scheme="light", width=DESK, file=None):
        """The page as a person opens it, under its own policy, with everything written down that it does."""
        page = cls.browser.page("about:blank")
        page.send("Page.setBypassCSP", {"enabled": False})
        page.send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        page.send("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE})
        for domain in ("Network", "Log", "Runtime", "DOM"):
            page.send(f"{domain}.enable")
        page.go((file or cls.page_file).as_uri())
        return page

    def choose(self, page, path):
        root = page.send("DOM.getDocument")["root"]["nodeId"]
        node = page.send("DOM.querySelector", {"nodeId": root, "selector": "input[type=file]"})["nodeId"]
        page.send("DOM.setFileInputFiles", {"files": [str(path)], "nodeId": node})

    def check(self, path, page=None, **known):
        """What the page says of a bundle: (verdict, sentence, checks, promises)."""
        page = page or self.page
        self.choose(page, path)
        page.run("""known => {
            for (const id of ['fingerprint', 'logKey', 'knownCheckpoint']) document.getElementById(id).value = known[id] ?? '';
            document.querySelector('form').requestSubmit();
        }""", known)
        said = None
        end = time.monotonic() + 60
        while not said and time.monotonic() < end:
            time.sleep(0.02)
            said = page.run("""() => {
                const text = (root, what) => root.querySelector(what)?.textContent ?? '';
                const verdict = document.querySelector('[data-verdict]');
                const refused = document.querySelector('.notice, .wrong:not([hidden])');
                if (document.querySelector('button.main').disabled || (!verdict && !refused)) return null;
                if (!verdict) return {refused: refused.textContent};
                const promises = [...document.querySelectorAll('.results > section:nth-child(2) li:not([data-check])')];
                return {
                    verdict: verdict.dataset.verdict, sentence: text(verdict, '.sentence'),
                    checks: [...document.querySelectorAll('[data-check]')].map(one => [one.dataset.check, one.dataset.state, text(one, 'p'), text(one, '.place')]),
                    promises: promises.map(one => [text(one, 'strong').toLowerCase(), text(one, '.badge') === '✓ proven', text(one, 'p')]),
                };
            }""")
        self.assertTrue(said, "the page does not end")
        return said

    def compare(self, path, **known):
        """The page's result, which is that of the command."""
        options = {"fingerprint": "--fingerprint", "logKey": "--log-key"}
        more = [word for name, option in options.items() if known.get(name) for word in (option, known[name])]
        if known.get("knownCheckpoint"):
            kept = self.work / "kept"
            kept.write_text(known["knownCheckpoint"])
            more += ["--checkpoint", kept]
        wanted = json.loads(self.appliance.run("--json", "verify", path, *more, check=False).stdout)
        said = self.check(path, **known)
        self.assertEqual(said.get("verdict"), wanted["verdict"], said)
        states = [(one["name"], one["state"]) for one in wanted["checks"]]
        self.assertEqual([(name, state) for name, state, _, _ in said["checks"]], states)
        for one, (name, state, sentence, _) in zip(wanted["checks"], said["checks"]):
            if state != "failed" or name not in OWN_WORDS:
                self.assertEqual(sentence, one["sentence"], name)
        self.assertEqual([(word, proven) for word, proven, _ in said["promises"]], [(one["word"], one["proven"]) for one in wanted["promises"]])
        failed = {name for name, state, _, _ in said["checks"] if state == "failed"}
        if not failed & OWN_WORDS:
            self.assertEqual(said["sentence"], wanted["sentence"])
            self.assertEqual([sentence for _, _, sentence in said["promises"]], [one["sentence"] for one in wanted["promises"]])
        return said

    def test_it_agrees_with_the_command_of_every_kind_of_bundle(self):
        for name, path in self.bundles.items():
            with self.subTest(name):
                self.assertEqual(self.compare(path)["verdict"], "intact_but_identity_not_checked")
                known = self.compare(path, fingerprint=self.fingerprint)["verdict"]
                self.assertEqual(known, "intact_but_identity_not_checked" if name == "timestamped" else "verified")
        states = lambda name, word: [state for check, state, _, _ in self.compare(self.bundles[name])["checks"] if check == word]
        self.assertEqual((states("retired", "retired"), states("masked", "masks"), states("reported", "report_records")), (["passed"], ["passed"], ["passed"]))
        self.assertEqual((states("timestamped", "timestamp"), states("full", "residency"), states("full", "consistency")), (["not_checked"], ["passed"], ["passed"]))

    def test_it_agrees_of_bundles_of_before(self):
        for path in [*(DATA / "bundles-before-profiles").glob("*.zip"), *(DATA / "bundle-1").glob("*.zip"), *(DATA / "bundle-vendor").glob("*.zip")]:
            with self.subTest(path.name):
                self.assertEqual(self.compare(path)["verdict"], "intact_but_identity_not_checked")

    def test_it_agrees_of_what_is_compared_with(self):
        other = "ab" * 32
        self.assertEqual(self.compare(self.bundles["full"], fingerprint=other)["verdict"], "failed")
        for name in ("full", "rotated", "retired"):
            self.assertEqual(self.compare(self.bundles[name], logKey=self.log_key)["verdict"], "verified", name)
            self.assertEqual(self.compare(self.bundles[name], knownCheckpoint=self.checkpoint)["verdict"], "intact_but_identity_not_checked", name)
        forged = self.log_key[:-6] + ("A" if self.log_key[-6] != "A" else "B") + self.log_key[-5:]
        self.assertIn("key", self.check(self.bundles["full"], logKey=forged)["refused"])
        self.assertIn("64 hexadecimal digits", self.check(self.bundles["full"], fingerprint="abc")["refused"])

    def tamperings(self):
        """(what, bundle, change, seal anew with): each must be refused by both, for the same reason."""
        def lines(name, change):
            return lambda bag: bag.edit_lines(name, change)

        def swap(all_lines):
            all_lines[12], all_lines[13] = all_lines[13], all_lines[12]
            return all_lines

        def drop(bag, name):
            del bag.files[name]
        records, keys = "data/records.jsonl", self.keys
        flip = lambda text, at: text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]
        yield "two records swapped", "full", lines(records, swap), keys
        yield "a record removed", "full", lines(records, lambda all_lines: all_lines[:17] + all_lines[18:]), keys
        yield "the first record removed", "full", lines(records, lambda all_lines: all_lines[1:]), keys
        yield "the last records removed", "full", lines(records, lambda all_lines: all_lines[:-2]), keys
        yield "a record added", "full", lines(records, lambda all_lines: all_lines + all_lines[-1:]), keys
        yield "a record edited", "full", lambda bag: bag.edit(records, lambda text: text.replace("challenge.failed", "challenge.verified", 1)), keys
        yield "the last record edited", "pseudonymous", lines(records, lambda all_lines: all_lines[:-1] + [all_lines[-1].replace('"attempt":1', '"attempt":9')]), keys
        yield "a record spelled anew", "full", lambda bag: bag.edit(records, lambda text: text.replace('"event":{', '"event": {', 1)), keys
        yield "a record that the filter does not choose", "filtered", lambda bag: bag.edit("evidence.json", lambda text: text.replace(
            '"value": "challenge.failed"', '"value": "login.failed"')), keys
        yield "a withheld record with another hash", "none", lambda bag: bag.edit(records, lambda text: flip(text, 40)), keys
        yield "another value", "full", lambda bag: bag.edit("data/disclosures.jsonl", lambda text: text.replace("@example.com", "@example.org", 1)), keys
        yield "a value too few", "full", lines("data/disclosures.jsonl", lambda all_lines: all_lines[1:]), keys
        yield "a value in place of a mask", "masked", lambda bag: bag.edit("data/masked.jsonl", lambda text: text.replace("u•••@example.com", "user1@example.com", 1)), keys
        yield "another mask", "masked", lambda bag: bag.edit("data/masked.jsonl", lambda text: text.replace("u•••@example.com", "x•••@example.com", 1)), keys
        yield "more than the scope", "scoped", lambda bag: bag.edit("evidence.json", lambda text: text.replace('"kinds": "email,phone"', '"kinds": "email"')), keys
        yield "a table edited", "full", lambda bag: bag.edit("data/events.csv", lambda text: text.replace(",yes,", ",no,", 1)), keys
        yield "a row added to the table", "full", lambda bag: bag.edit("data/events.csv", lambda text: text + "60,\r\n"), keys
        yield "a figure", "full", lambda bag: bag.edit("evidence.json", lambda text: re.sub(r'"shown": 60', '"shown": 59', text)), keys
        yield "a wider period", "middle", lambda bag: bag.edit("evidence.json", lambda text: re.sub(r'("from": ")\d{4}', r"\g<1>2025", text)), keys
        yield "a member more", "full", lambda bag: bag.edit("evidence.json", lambda text: text.replace("{\n", '{\n  "audited_by": "nobody",\n', 1)), keys
        yield "a commit time", "full", lambda bag: bag.edit("data/checkpoints.jsonl", lambda text: text.replace('"time":1', '"time":2', 1)), keys
        yield "a checkpoint's signature", "full", lambda bag: bag.edit("data/checkpoint", lambda text: flip(text, len(text) - 30)), keys
        yield "a checkpoint of another size", "full", lambda bag: bag.edit("data/checkpoint", lambda text: text.replace("\n60\n", "\n61\n")), keys
        yield "a proof", "full", lambda bag: bag.edit("data/proofs.json", lambda text: flip(text, text.index('"last"') + 60)), keys
        yield "the proof that the log grew", "full", lambda bag: bag.edit("data/proofs.json", lambda text: flip(text, text.rindex('"path": [') + 20)), keys
        yield "no boundary", "middle", lambda bag: bag.edit("data/boundary.jsonl", lambda _: ""), keys
        yield "a statement of residency edited", "full", lambda bag: bag.edit("data/residency.json", lambda text: text.replace('"known": ', '"known": 1')), keys
        yield "a record of the system log removed", "full", lines("data/residency.jsonl", lambda all_lines: all_lines[:-1]), keys
        yield "a statement of residency taken out", "full", lambda bag: drop(bag, "data/residency.json"), keys
        yield "a report taken out", "reported", lambda bag: drop(bag, "data/reports/report.json"), keys
        yield "the records of a report edited", "reported", lambda bag: bag.edit("data/reports/system.jsonl", lambda text: text.replace('"outcome"', '"outcomf"', 1)
                                                                               if '"outcome"' in text else text.replace('"action"', '"actiom"', 1)), keys
        documents = "data/documents/documents.json"
        yield "a document's title", "documents", lambda bag: bag.edit(documents, lambda text: text.replace("DPA für alle", "BAA für alle")), keys
        yield "a document's issuer", "documents", lambda bag: bag.edit(documents, lambda text: text.replace("Example, Inc.", "Another, Inc.")), keys
        yield "a document's last day", "documents", lambda bag: bag.edit(documents, lambda text: text.replace('"valid_until": null', '"valid_until": "2099-12-31"')), keys
        yield "a document altered", "documents", lambda bag: bag.edit(next(name for name in bag.files if name.endswith(".txt") and name.startswith("data/documents/")), str.upper), keys
        yield "documents taken out", "documents", lambda bag: drop(bag, documents), keys
        yield "the record of a document edited", "documents", lambda bag: bag.edit("data/vendor/system.jsonl", lambda text: text.replace("title=DPA", "title=BAA")), keys
        yield "an endorsement edited", "rotated", lambda bag: bag.edit("keys/rotations/1", lambda text: flip(text, len(text) - 30)), keys
        yield "an endorsement removed", "rotated", lambda bag: drop(bag, "keys/rotations/2"), keys
        yield "a key of the log more", "full", lambda bag: bag.edit("keys/log.vkey", lambda text: text + text.splitlines(keepends=True)[0]), keys
        yield "another number of retired records", "retired", lambda bag: bag.edit("data/retired.jsonl", lambda text: re.sub(r'"records":\d+', '"records":1', text)), keys
        yield "another rule for retired records", "retired", lambda bag: bag.edit("data/retired.jsonl", lambda text: text.replace('"keep":"2 seconds"', '"keep":"1 second"')), keys
        yield "a longer time for retired records", "retired", lambda bag: bag.edit("data/retired.jsonl", lambda text: text.replace('"keep":"2 seconds"', '"keep":"2 years"')), keys
        yield "a timestamp of another bundle", "timestamped", lambda bag: bag.edit("README.txt", lambda text: text + "\n"), keys
        yield "no timestamp", "timestamped", lambda bag: drop(bag, "tagmanifest-sha256.txt.p7s.tsr"), None
        yield "a file added", "full", lambda bag: bag.files.update({"data/more.csv": b"more"}), None
        yield "a file changed", "full", lambda bag: bag.edit("README.txt", lambda text: text.replace("Tenant", "tenant")), None
        yield "the page changed", "full", lambda bag: bag.edit("verify.html", lambda text: text.replace("<title>", "<title >")), None
        yield "a file missing", "full", lambda bag: drop(bag, "data/proofs.json"), None
        yield "a name that leads elsewhere", "full", lambda bag: bag.files.update({"../more": b"more"}), None
        yield "a signature of another list", "full", lambda bag: bag.files.update({"tagmanifest-sha256.txt.p7s": Bag(self.bundles["masked"]).files["tagmanifest-sha256.txt.p7s"]}), None

    def test_it_agrees_with_the_command_of_whatever_was_altered(self):
        for what, name, change, keys in self.tamperings():
            with self.subTest(what):
                bag = Bag(self.bundles[name])
                change(bag)
                if keys:
                    bag.reseal(keys)
                path = self.work / "altered.zip"
                bag.pack(path)
                said = self.compare(path, fingerprint=self.fingerprint)
                self.assertEqual(said["verdict"], "failed")
                self.assertTrue([place for _, state, _, place in said["checks"] if state == "failed"])

    def test_what_somebody_else_signed_is_whole_but_not_theirs(self):
        bag = Bag(self.bundles["full"])
        bag.reseal(self.stranger)
        bag.pack(self.work / "resigned.zip")
        self.assertEqual(self.compare(self.work / "resigned.zip")["verdict"], "intact_but_identity_not_checked")
        self.assertEqual(self.compare(self.work / "resigned.zip", fingerprint=self.fingerprint)["verdict"], "failed")

    def test_what_was_sealed_again_as_it_is_stays_good(self):
        bag = Bag(self.bundles["full"])
        bag.reseal(self.keys)
        bag.pack(self.work / "again.zip")
        self.assertEqual(self.compare(self.work / "again.zip", fingerprint=self.fingerprint)["verdict"], "verified")

    def test_an_archive_that_is_damaged_is_refused_by_both(self):
        whole = self.bundles["full"].read_bytes()
        with zipfile.ZipFile(self.bundles["full"]) as bundle:
            (records,) = [one for one in bundle.infolist() if one.filename.endswith("/data/records.jsonl")]
        inside = records.header_offset + 300
        for what, content in (("cut off", whole[:-100]), ("flipped", whole[:inside] + bytes([whole[inside] ^ 1]) + whole[inside + 1:]), ("no archive", b"nothing")):
            with self.subTest(what):
                path = self.work / "damaged.zip"
                path.write_bytes(content)
                self.assertEqual(self.compare(path)["verdict"], "failed")

    def test_it_says_what_reads_a_tar(self):
        path = self.work / "acme.tar.zst"
        self.appliance.run("export", "acme", "--from", FROM, "--to", TO, "-o", path)
        self.assertIn("countersign verify", self.check(path)["refused"])

    def test_a_bundle_without_the_page_is_accepted_and_every_new_one_has_it(self):
        for path in self.bundles.values():
            self.assertEqual(Bag(path).files["verify.html"], self.page_file.read_bytes())
        bag = Bag(self.bundles["full"])
        del bag.files["verify.html"]
        bag.reseal(self.keys)
        bag.pack(self.work / "without.zip")
        self.assertEqual(self.compare(self.work / "without.zip", fingerprint=self.fingerprint)["verdict"], "verified")

    def test_it_asks_for_nothing_and_complains_of_nothing(self):
        page = self.open_page()
        for path in (self.bundles["full"], self.work / "other.zip"):
            if not path.exists():
                path.write_bytes(b"nothing")
            self.check(path, page)
        page.run("() => [...document.querySelectorAll('button')].find(one => one.textContent.startsWith('Save')).click()")
        asked = {one["request"]["url"] for one in page.happened("Network.requestWillBeSent")}
        self.assertEqual({one for one in asked if not one.startswith("blob:")}, {self.page_file.as_uri()})
        for told in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            self.assertEqual(page.happened(told), [])
        self.assertEqual(page.run("() => fetch('data:,x').then(() => 'connected', () => 'refused')"), "refused")

    def test_the_policy_stops_a_script_that_got_in(self):
        html = self.page_file.read_text()
        for what, altered in (("added", html.replace("</noscript>", "</noscript><script>document.title = 'owned'</script>")),
                              ("altered", html.replace('<script type="module">', '<script type="module">document.title = "owned";'))):
            with self.subTest(what):
                self.assertNotEqual(html, altered)
                file = self.work / f"{what}.html"
                file.write_text(altered)
                page = self.open_page(file=file)
                self.assertEqual(page.run("() => document.title"), "Check an evidence bundle")
                self.assertIn("Content Security Policy", "".join(one["entry"]["text"] for one in page.happened("Log.entryAdded")))
        self.assertNotRegex(re.sub(r"(?s)<!--.*?-->|<script.*?</script>|<style.*?</style>", "", html), r"\b(src|href)=")

    def violations(self, page):
        page.send("Runtime.evaluate", {"expression": AXE.read_text()})
        found = page.run("async tags => (await axe.run(document, {runOnly: tags, resultTypes: ['violations']})).violations", RULES)
        self.assertIsInstance(found, list, found)
        return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]

    def test_axe_finds_nothing_in_either_theme_nor_at_either_width(self):
        altered = Bag(self.bundles["masked"])
        altered.edit_lines("data/records.jsonl", lambda lines: lines[1:])
        altered.pack(self.work / "axe.zip")
        grounds = set()
        for scheme in ("light", "dark"):
            for width in (DESK, PHONE):
                with self.subTest(scheme=scheme, width=width):
                    page = self.open_page(scheme, width)
                    page.send("Page.setBypassCSP", {"enabled": True})
                    page.go(self.page_file.as_uri())
                    self.assertEqual(self.violations(page), [])
                    for path, known in ((self.bundles["reported"], {}), (self.bundles["reported"], {"fingerprint": self.fingerprint}), (self.work / "axe.zip", {}),
                                        (self.bundles["full"], {"fingerprint": "abc"})):
                        self.check(path, page, **known)
                        self.assertEqual(self.violations(page), [])
                        self.assertLessEqual(page.run("() => document.documentElement.scrollWidth"), width)
                    grounds.add(page.run("() => getComputedStyle(document.body.parentElement).backgroundColor"))
        self.assertEqual(len(grounds), 2, "both themes look the same")

    def test_the_keyboard_reaches_everything_and_the_verdict_is_read_out(self):
        page = self.open_page()
        self.check(self.bundles["full"], page)
        self.assertEqual(page.run("() => document.activeElement.id"), "verdict")
        fields = page.run("() => [...document.querySelectorAll('input, textarea')].map(one => [one.id, one.labels.length, one.tabIndex])")
        self.assertEqual([(labels, index) for _, labels, index in fields], [(1, 0)] * 4)
        page.run("() => { document.querySelector('input[type=file]').value = ''; document.querySelector('form').requestSubmit(); }")
        self.assertEqual(page.run("() => [document.activeElement.id, document.activeElement.getAttribute('aria-invalid')]"), ["file", "true"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
