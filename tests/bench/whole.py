"""Measures the whole over HTTP, and verification and export, each beside its physical limit in the same run.

Usage: whole.py [EVENTS]. Prints one table; quote the ratios, not the rates: machines differ.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))

from appliance import BIN, Appliance  # noqa: E402

BENCH = Path(os.environ["COUNTERSIGN_BENCH"])
CONNECTIONS = 8
RUNS = 3


def timed(*arguments, **options):
    """(seconds, peak memory in MiB, output) of a program."""
    begun = time.monotonic()
    process = subprocess.Popen([str(argument) for argument in arguments], stdout=subprocess.PIPE, text=True, **options)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{arguments} failed")
    return time.monotonic() - begun, usage.ru_maxrss / 1024, output


def best(*arguments, before=lambda: None, **options):
    """(seconds, peak memory in MiB) of the quickest of a few runs: what else the machine does only makes a run longer."""
    runs = []
    for _ in range(RUNS):
        before()
        runs.append(timed(*arguments, **options)[:2])
    return min(runs)


def main():
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with Appliance() as appliance:
        appliance.add_tenant("acme")
        token = appliance.add_source("app", tenant="acme")
        appliance.start()
        _, _, said = timed(BENCH / "load_driver", appliance.port, token, events, CONNECTIONS)
        sent, refused, seconds = said.split()
        ingest = int(sent) / float(seconds)
        daemon = [line for line in Path(f"/proc/{appliance.daemon.pid}/status").read_text().splitlines() if line.startswith("VmHWM")][0].split()[1]
        assert appliance.stop() == 0
        environment = dict(os.environ, COUNTERSIGN_CONFIG=str(appliance.config))
        with tempfile.TemporaryDirectory() as scratch:
            live_s, live_mib = best(BIN / "countersign", "verify", "--data", appliance.folder / "data", env=environment)
            bundle = Path(scratch) / "all.tar.zst"
            export_s, export_mib = best(BIN / "countersign", "export", "acme", "--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z", "-o", bundle, env=environment,
                                        before=lambda: bundle.unlink(missing_ok=True))
            fingerprint = subprocess.run(["openssl", "x509", "-in", appliance.folder / "keys/signer.pem", "-noout", "-fingerprint", "-sha256"],
                                         capture_output=True, text=True).stdout.strip().split("=")[1]
            check_s, check_mib = best(BIN / "countersign", "verify", bundle, "--fingerprint", fingerprint)
            size = bundle.stat().st_size
            subprocess.run(["tar", "--zstd", "-xf", bundle, "-C", scratch], check=True)
            files = next(Path(scratch).glob("countersign-*")) / "data"
            _, _, said = timed(BENCH / "bare_rates", appliance.region_file("ledger.sqlite").parent, scratch, files / "records.jsonl", files / "events.csv")
            bare = {name: float(rate) for name, rate in (line.split() for line in said.splitlines())}

    def limit(*parts):
        """The rate at which two threads do nothing but these parts, one after the other."""
        return 1 / sum(1 / bare[part] for part in parts)

    print(f"{events} events of the sample workload, {os.cpu_count()} processors, {CONNECTIONS} connections, batches of 1,000\n")
    print(f"{'':34}{'records/s':>12}{'the limit':>12}{'ratio':>8}{'peak MiB':>10}")

    def row(name, rate, most, memory):
        print(f"{name:34}{rate:>12,.0f}{most:>12,.0f}{rate / most:>8.2f}{memory:>10.0f}")

    row("durable ingest over HTTP", ingest, bare["sqlite_insert"], int(daemon) / 1024)
    row("verify a live ledger", events / live_s, limit("sqlite_read", "sha256_records", "sha256_nodes"), live_mib)
    row("export to tar.zst", events / export_s, limit("sqlite_read", "sha256_records", "sha256_files", "zstd_compress"), export_mib)
    row("verify the bundle", events / check_s, limit("zstd_decompress", "sha256_files", "sha256_records", "sha256_nodes"), check_mib)
    print("\nThe limit of ingest is SQLite alone inserting the same rows with the same durability. The others are what two threads reach"
          f"\nthat do nothing but the parts which the task cannot do without, each measured alone in this run. Except for ingest, the best of {RUNS} runs counts (records/s):\n")
    for name, rate in bare.items():
        print(f"  {name:32}{rate:>12,.0f}")
    print(f"\n503 answers {refused}, bundle {size / events:.0f} bytes a record")


if __name__ == "__main__":
    main()
