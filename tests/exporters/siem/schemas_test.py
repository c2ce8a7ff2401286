#!/usr/bin/env python3
"""The golden files of each form against its schema; and that the checks find what is wrong."""

import copy
import json
import unittest

from schemas import DATA, Ecs, Ocsf, cef_faults, parse_cef


def lines(name):
    return (DATA / "siem" / name).read_text().splitlines()


class Schemas(unittest.TestCase):
    def test_every_event_is_valid_ocsf_of_the_version_it_names_and_of_a_later_one(self):
        events = [json.loads(line) for line in lines("ocsf.jsonl")]
        self.assertGreater(len(events), 60)
        self.assertEqual({event["metadata"]["version"] for event in events}, {"1.3.0"})
        for version in ("1.3.0", "1.8.0"):
            schema = Ocsf(version)
            for event in events:
                self.assertEqual(schema.faults(event), [], f"{version}: {event['metadata']['event_code']}")

    def test_every_event_is_valid_ecs(self):
        schema = Ecs()
        for line in lines("ecs.jsonl"):
            event = json.loads(line)
            self.assertEqual(list(schema.faults(event)), [], event["event"]["action"])

    def test_every_event_is_valid_cef_and_says_the_same_as_the_others(self):
        for line, ecs in zip(lines("cef.txt"), map(json.loads, lines("ecs.jsonl")), strict=True):
            self.assertEqual(cef_faults(line), [])
            header, extension = parse_cef(line)
            self.assertEqual(header[4], ecs["event"]["action"])
            self.assertEqual(extension["cs2"], ecs["event"]["id"])
            self.assertEqual(extension.get("reason"), ecs["event"].get("reason"))
            self.assertEqual(extension.get("act"), ecs["countersign"].get("action", {}).get("name"))

    def test_what_is_wrong_with_ocsf_is_found(self):
        good = json.loads(lines("ocsf.jsonl")[0])
        schema = Ocsf("1.3.0")
        for change in (lambda e: e.pop("metadata"), lambda e: e.update(colour="red"), lambda e: e.update(activity_id=77),
                       lambda e: e.update(type_uid=1), lambda e: e["user"].pop("uid"), lambda e: e.update(time="now"), lambda e: e.pop("service"),
                       lambda e: e.update(severity="High"), lambda e: e.update(observables={}), lambda e: e["src_endpoint"].update(ip="token"),
                       lambda e: e["metadata"].update(sequence=True), lambda e: e["user"].update(email_addr="x")):
            bad = copy.deepcopy(good)
            change(bad)
            self.assertNotEqual(schema.faults(bad), [])

    def test_what_is_wrong_with_ecs_is_found(self):
        good = json.loads(lines("ecs.jsonl")[0])
        for change in (lambda e: e.pop("@timestamp"), lambda e: e.update(colour="red"), lambda e: e["event"].update(kind="x"),
                       lambda e: e["event"].update(category="iam"), lambda e: e["event"].update(type=["creation"]),
                       lambda e: e["event"].update(risk_score="high"), lambda e: e.update({"@timestamp": "yesterday"})):
            bad = copy.deepcopy(good)
            change(bad)
            self.assertNotEqual(list(Ecs().faults(bad)), [])

    def test_what_is_wrong_with_cef_is_found(self):
        for bad in ("CEF:0|a|b|c|d|e", "CEF:0|a|b|c|d|e|11|", "CEF:0|a|b|c|d|e|1|nokey=1", "CEF:0|a|b|c|d|e|1|msg=a msg=b",
                    "CEF:0|a|b|c|d|e|1|msg=a\\qb", "CEF:0|a|b|c|d|e|1|cs1=x", "CEF:0|a|b|c|d|e|1|rt=now"):
            self.assertNotEqual(cef_faults(bad), [], bad)


if __name__ == "__main__":
    unittest.main()
