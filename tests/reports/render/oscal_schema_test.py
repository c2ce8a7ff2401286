"""What is written as OSCAL against NIST's schemas, each version in turn, in a validator that is not ours."""

import copy
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

VERSIONS = ["1.1.2", "1.1.3", "1.2.1"]
TESTS = Path(__file__).resolve().parent.parent.parent


def validate(version, documents):
    """What the validator says is wrong with each of the documents, line by line; by name."""
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for number, (name, document) in enumerate(documents.items()):
            files[name] = Path(folder) / f"{number}.json"
            files[name].write_text(json.dumps(document), encoding="utf-8")
        run = subprocess.run(["node", TESTS / "clients/oscal.js", TESTS / f"data/oscal/assessment-results-{version}.json", *files.values()],
                             capture_output=True, text=True, timeout=120)
        lines = run.stdout.splitlines()
        faults = {name: [line for line in lines if line.startswith(f"{file}: ")] for name, file in files.items()}
    if run.stderr or run.returncode != bool(lines) or sum(map(len, faults.values())) != len(lines):
        raise AssertionError(f"the validator did not run: {run.stderr}{run.stdout}")
    return faults


def written(kind, version):
    run = subprocess.run([os.environ["WRITE_OSCAL"], kind, version], capture_output=True, timeout=60, check=True)
    return json.loads(run.stdout.decode("utf-8", errors="strict"))


class Schema(unittest.TestCase):
    def test_every_report_is_valid_under_every_version(self):
        for version in VERSIONS:
            documents = {kind: written(kind, version) for kind in ("sample", "hostile", "bare")}
            for kind, faults in validate(version, documents).items():
                with self.subTest(version=version, kind=kind):
                    self.assertEqual(version, documents[kind]["assessment-results"]["metadata"]["oscal-version"])
                    self.assertEqual([], faults)

    def test_the_validator_refuses_what_is_wrong(self):
        good = written("sample", "1.2.1")

        def broken(change):
            document = copy.deepcopy(good)
            change(document["assessment-results"], document["assessment-results"]["results"][0])
            return document

        faults = {
            "a UUID of version 7": lambda top, result: top.update(uuid="0190a5f0-7b1c-7c3a-8a51-3d6f0f5e4b21"),
            "an empty array": lambda top, result: result.update(risks=[]),
            "an identifier that begins with a digit": lambda top, result: result["findings"][0]["target"].update({"target-id": "8.3.4"}),
            "a time without a zone": lambda top, result: result.update(start="2026-07-01T00:00:00"),
            "an empty value": lambda top, result: result["observations"][0]["props"][0].update(value=""),
            "a value of two lines": lambda top, result: result["observations"][0]["props"][0].update(value="a\nb"),
            "a value with a blank before it": lambda top, result: result["observations"][0]["props"][0].update(value=" a"),
            "a member that OSCAL does not know": lambda top, result: result.update(score=1),
            "no plan": lambda top, result: top.pop("import-ap"),
            "half satisfied": lambda top, result: result["findings"][0]["target"]["status"].update(state="partially-satisfied"),
        }
        documents = {name: broken(change) for name, change in faults.items()}
        for version in VERSIONS:
            said = validate(version, {"nothing": good, **documents})
            self.assertEqual([], said.pop("nothing"))
            for name, lines in said.items():
                with self.subTest(version=version, fault=name):
                    self.assertNotEqual([], lines)

    def test_an_unknown_version_is_refused(self):
        run = subprocess.run([os.environ["WRITE_OSCAL"], "sample", "1.0.0"], capture_output=True, text=True, timeout=60)
        self.assertEqual(1, run.returncode)
        self.assertIn("1.1.2, 1.1.3, 1.2.1", run.stderr)


if __name__ == "__main__":
    unittest.main()
