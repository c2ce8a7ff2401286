"""Findings as a detection would leave them: in the region's outbox, from which the daemon takes them into the system log."""

import hashlib
import json
import os
import time


def finding_id(tenant, control, item):
    """As docs/api.md says it is made."""
    return hashlib.sha256(f"{tenant}\0{control}\0{item}".encode()).hexdigest()[:16]


def open_finding(appliance, tenant, control, item, records=(0,), observed="late by 9 s"):
    """Its id. It is in the system log a moment later."""
    finding = finding_id(tenant, control, item)
    resource = f"{tenant}/{finding}"
    numbers = ",".join(str(n) for n in records)
    event = {"id": f"finding.opened/{resource}", "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "type": "finding.opened", "tenant": "_system",
             "action": {"name": "finding open", "resource": resource, "context": f"{control} v1 item={item} records=[{numbers}]"},
             "outcome": {"reason": observed}}
    outbox = appliance.region_file("outbox")
    outbox.mkdir(exist_ok=True)
    hidden = outbox / f".{finding}"
    hidden.write_text(json.dumps(event))
    os.rename(hidden, outbox / f"{time.time_ns():020}-{finding}.json")
    return finding
