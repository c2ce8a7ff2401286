#!/usr/bin/env bash
# Real provider payloads in, a signed bundle out, and proof that one changed byte is noticed. Run by `make demo`.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
payloads=$root/tests/data/payloads
work=${1:-$root/demo}
say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

rm -rf "$work"
mkdir -p "$work"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export COUNTERSIGN_CONFIG=$work/countersign.toml

say "A new appliance in ${work#"$root"/}"
countersign init --origin evidence.example.com --region eu-1 --dir "$work" --port "$port"
fingerprint=$(openssl x509 -in "$work/keys/signer.pem" -noout -fingerprint -sha256 | cut -d= -f2 | tr -d ':' | tr 'A-F' 'a-f')

say "The daemon, with TLS on port $port"
countersignd 2> "$work/countersignd.log" &
daemon=$!
trap 'kill "$daemon" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  curl -sf --cacert "$work/keys/tls.pem" "https://127.0.0.1:$port/readyz" > /dev/null && break
  sleep 0.1
done
countersign tenant add acme

say "Payloads of six providers, as they send them (real samples; what an adapter does not know is counted, never dropped in silence)"
for adapter in okta auth0 twilio_verify telnyx_verify keycloak entra_id; do
  token=$(countersign --json source add "$adapter" --adapter "$adapter" --tenant acme | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
  for _ in $(seq 50); do
    code=$(curl -s -o /dev/null -w '%{http_code}' --cacert "$work/keys/tls.pem" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d '[]' "https://127.0.0.1:$port/v1/events")
    [ "$code" != 401 ] && break
    sleep 0.1
  done
  for payload in "$payloads/$adapter"/*.json "$payloads/$adapter"/*.jsonl; do
    case $payload in *.expected.json | */synthetic_* | *\**) continue ;; esac
    printf '%-14s %-32s ' "$adapter" "$(basename "$payload")"
    # A sample whose author left a required member out is rejected; the others of its file are not.
    COUNTERSIGN_TOKEN=$token countersign ingest "$payload" | head -1 || true
  done
done

say "What is in the ledger"
sleep 2
countersign log
countersign search acme --limit 8

say "Controls tested over all of it, SOC 2 CC6.1 and CC7.2; the samples of providers are no vendor's life, so there is much to find"
countersign report --tenant acme --criteria CC6.1,CC7.2 --from 2020-01-01T00:00:00Z --to "$(date -u +%Y-%m-%dT%H:%M:%SZ)" -o "$work/acme.html" | grep -v 'not tested'

say "A bundle of everything until now, with a report"
countersign export acme --from 2020-01-01T00:00:00Z --to "$(date -u +%Y-%m-%dT%H:%M:%SZ)" -o "$work/acme.zip" --report CC6.1,CC7.2

say "Checked by our verifier, which needs nothing but the file and the fingerprint, and makes the report again"
countersign verify "$work/acme.zip" --fingerprint "$fingerprint" --recompute

say "Checked by sha256sum and openssl"
mkdir "$work/unpacked"
(cd "$work/unpacked" && unzip -q ../acme.zip)
bag=$(echo "$work"/unpacked/*)
(cd "$bag" && sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt && echo "sha256sum: every file is as listed")
openssl cms -verify -binary -inform DER -in "$bag/tagmanifest-sha256.txt.p7s" -content "$bag/tagmanifest-sha256.txt" \
  -CAfile "$bag/keys/signer.pem" -purpose any -out /dev/null

say "One byte is changed: all of them refuse"
cp -r "$work/unpacked" "$work/changed"
changed=$(echo "$work"/changed/*)
python3 - "$changed/data/records.jsonl" <<'PY'
import sys
content = bytearray(open(sys.argv[1], "rb").read())
content[len(content) // 2] ^= 1
open(sys.argv[1], "wb").write(content)
PY
if countersign verify "$changed" --fingerprint "$fingerprint"; then echo "the change was not noticed" >&2; exit 1; fi
if (cd "$changed" && sha256sum --quiet -c manifest-sha256.txt); then echo "the change was not noticed" >&2; exit 1; fi

say "The live ledger, too"
countersign verify --data "$work/data"
kill -TERM "$daemon"
wait "$daemon"
say "Done. The bundle is ${work#"$root"/}/acme.zip, its README.txt tells an auditor what to do"
