#include "apps/new_config.h"

#include <fmt/format.h>

namespace countersign::apps {

std::string new_config_text(const NewConfig& choices) {
  return fmt::format(
      R"(# Countersign. Paths are relative to this file. After a change: systemctl reload countersign (SIGHUP), or a restart
# where a line says so.

# Stands in the name of every log and never changes (restart).
origin = "{origin}"
# Ledger, vault and index, in one folder for each region (restart).
data = "{data}"
# The regions that this appliance keeps, each in a directory of its own: <data>/<region>, unless a table [region.NAME] says
# otherwise (restart). A further one needs its files: countersign region init NAME
regions = ["{region}"]
# Remembers what was signed last. On another disk than data, so that an old copy of data is recognised (restart).
heads = "{heads}"

[listen]  # restart
address = "{address}"
port = {port}
# Plain HTTP is refused on every address but loopback.
tls = {tls}
# Senders may show a client certificate instead of a token (docs/sources.md). Browsers are asked, too, and some then show a dialog.
# client_certificates = true
threads = 2
# Proxies in front, as addresses or networks: only their word is taken on where a request comes from. They add it to the
# field that is named here, X-Forwarded-For or Forwarded (docs/access.md).
# trusted_proxies = ["192.0.2.10", "10.1.2.0/28"]
# forwarded_field = "X-Forwarded-For"

[keys]  # restart; tls_* also on reload
log = "keys/log.key"                        # Ed25519, signs checkpoints
clock = "keys/clock.key"                    # Ed25519, timestamps checkpoints
vault = "keys/vault.key"                    # key-encryption key of the vaults: a file, credential:NAME or pkcs11:… (docs/keys.md)
# vault_sealed = "keys/vault.sealed"        # with pkcs11: the key as the token sealed it
signer_certificate = "keys/signer.pem"      # ECDSA P-256, signs bundles
signer_key = "keys/signer.key"
tls_certificate = "keys/tls.pem"
tls_key = "keys/tls.key"

# Receives syslog (RFC 5424) for one source; may stand several times (restart). Over TLS messages are octet-counted (RFC 5425);
# without TLS the address must be loopback. With client_certificates only senders that show one of them are let in.
# [[syslog]]
# source = "keycloak"
# address = "0.0.0.0"
# port = 6514
# tls = true
# client_certificates = ["<SHA-256 in hexadecimal>"]

# Where a region lies, and whether its file system must be its own: countersignd then does not start while the data folder or
# another region lies on it (restart).
# [region.{region}]
# directory = "/mnt/{region}"
# own_file_system = true

# A region that another appliance keeps, and the address that senders of its events are told (restart).
# [elsewhere.NAME]
# address = "https://evidence.example.com:8443"

[timestamp]
# An RFC 3161 time-stamping authority for bundles, and the certificates that it is checked against.
url = ""
# ca = "keys/tsa-ca.pem"

[verification]
# How often the daemon verifies every ledger from the first record to the last, beside its work and behind it; 0: never (restart).
every_hours = 24

[controls]
# How often the daemon tests all controls of each tenant over the last 30 days, beside its work and behind it; 0: never (restart).
every_hours = 24

[access]
# The address of the appliance as people's browsers see it, for links and passkeys (restart).
{access}
# SHA-1 hashes of breached passwords, sorted, as haveibeenpwned.com gives them: refused beside those that are built in (restart).
# breached_passwords = "/var/lib/countersign/breached.txt"

# An OpenID Provider that people sign in with; several may stand under names of their own (restart). At the provider register
# <access.address>/v1/oidc/corp/callback, and <access.address>/v1/oidc/corp/back-channel-logout (docs/configuration.md).
# [oidc.corp]
# display_name = "Example Corp"
# issuer = "https://id.example.com"
# client_id = "countersign"
# client_secret_file = "keys/oidc-corp.secret"
# ca_file = "keys/oidc-corp-ca.pem"         # authorities that are trusted instead of the system's
# clock_skew_s = 60
# scopes = ["openid", "profile", "email"]
# roles_claim = "groups"                    # or "realm_access.roles"
# The first group that a person is in decides; who is in none cannot sign in.
# [[oidc.corp.rights]]
# group = "security"
# role = "admin"                            # or auditor, analyst, privacy
# all_tenants = true
# [[oidc.corp.rights]]
# group = "external-audit"
# role = "auditor"
# tenants = ["acme"]
# from = "2026-01-01T00:00:00Z"             # an auditor sees records received from then on
# before = "2027-01-01T00:00:00Z"           # and before
# days = 90                                 # and can sign in for so long from the first time

# Users of the appliance that an identity platform provisions over SCIM 2.0 at <access.address>/scim/v2, with the token of an
# operator of the role provisioner; what its groups give (restart). Who is provisioned signs in with the provider that is named,
# which then opens no other accounts, or is invited (docs/access.md).
# [scim]
# provider = "corp"
# external_id_claim = "sub"                 # of the ID token, the user's externalId in SCIM: "oid" with Entra ID
# [[scim.rights]]                           # as [[oidc.NAME.rights]]; a group by its displayName
# group = "security"
# role = "admin"
# all_tenants = true

# Who is asked to cosign this appliance's checkpoints, so that nobody can be shown another history; may stand several times (restart).
# Their operators need what `countersign witness logs` prints. docs/transparency.md
# [[witnesses]]
# name = "alpha"
# vkey = "witness.example.com/w1+1a2b3c4d+…"
# url = "https://witness.example.com/witness"
# ca_file = "keys/alpha-ca.pem"             # authorities that are trusted instead of the system's
# [cosigning]
# every_s = 60
# start_wait_s = 10                         # how long a start waits for what they know of the logs; 0: it does not ask

# This appliance cosigns for others; the key is made with `countersign witness init witness.example.com/w1` (restart).
# [witness]
# name = "witness.example.com/w1"
# key = "keys/witness.key"
# [[witness.logs]]                          # what `countersign witness logs` prints on the other appliance
# origin = "evidence.example.org/eu-1/"     # one log, or with a slash at its end all logs of a region
# vkeys = ["…", "…"]

# Where findings are sent to; may stand several times (restart). docs/notify.md has what is sent. Secrets are files that only their
# owner can read, or credential:NAME.
# [[notify]]
# name = "pager"
# kind = "webhook"                          # Standard Webhooks
# url = "https://alerts.example.com/countersign"
# secret = "keys/notify-pager.secret"       # a line such as whsec_…
# tenants = ["acme"]                        # without it, all
# least_severity = "medium"                 # or low, high
# events = ["findings", "documents", "answers", "requests"]   # without it, findings alone
# [[notify]]
# name = "siem"
# kind = "syslog"                           # RFC 5424
# address = "tls://siem.example.com:6514"   # or tcp://, udp://
# [[notify]]
# name = "mail"
# kind = "email"
# server = "mail.example.com:587"           # STARTTLS; tls = "tls" for TLS from the first byte
# user = "countersign"
# password = "keys/notify-mail.secret"
# from = "countersign@example.com"
# to = ["security@example.com"]

# Controls that are tested again whenever a tenant's records or policies have changed, with at most a tenth of the time (restart). docs/facts.md
# [answers]
# watch = ["PRIVILEGED-MFA"]

# The vendor's documents, which are kept in the first region (restart). docs/documents.md
# [documents]
# file_bytes_max = 26214400                 # of one file
# bytes_max = 5368709120                    # of all that are kept

# A page for everybody about what the evidence shows, at /trust (restart). docs/trust.md
# [trust]
# enabled = true
# vendor = "Example Inc."
# tenant = "acme"                           # whose evidence it shows
# contact = "trust@example.com"             # or https://…
# controls = ["PRIVILEGED-MFA"]             # without it, all
# requests = true                           # with a form to ask for access
# login_days = 14                           # for how long who is let in may sign in
# keep_days = 30                            # for how long a request waits

# What is sent on to a SIEM; may stand several times (restart). docs/siem.md has settings for Splunk, Elastic, Sentinel and Kafka.
# [[stream]]
# name = "siem"
# what = "both"                             # or records, findings
# tenants = ["acme"]                        # without it, all, and the system log
# format = "ocsf"                           # or ecs, cef
# transport = "https"                       # or syslog, kafka
# url = "https://splunk.example.com:8088/services/collector/event"
# body = "hec"                              # or bulk, ndjson, array
# token = "keys/stream-siem.secret"
# timeout_s = 30                            # for a batch; more on a slow line

[log]
# The least weighty lines of the daemon's log: debug, info, warning or error.
level = "info"

# What of the tenants' logs everybody may read, as C2SP tlog-tiles: "checkpoint", and "tiles" of hashes; records never (restart). Tokens of the
# role mirror read all of a log (docs/transparency.md).
# [tlog]
# public = ["checkpoint", "tiles"]

# A log of another appliance that is copied here; may stand several times (restart).
# [[mirror]]
# name = "acme"
# url = "https://evidence.example.com/eu-1/acme"
# keys = ["<vkey>", "<vkey>"]               # as `countersign checkpoint acme --keys` prints them there
# token = "keys/mirror-acme.token"          # of the role mirror there
# every_s = 10

[limits]
body_bytes_max = 8388608             # of a request, as sent
decoded_bytes_max = 33554432         # of a request, decompressed
events_max = 10000                   # in a request
json_depth_max = 16
header_bytes_max = 16384
connections_max = 1024
connections_per_address_max = 256
idle_timeout_ms = 30000
queue_events_max = 50000             # waiting for the disk; beyond it the answer is 503
queue_bytes_max = 67108864
disk_reserve_bytes = 16777216        # free space below which the answer is 507
mirror_reserve_bytes = 1073741824    # free space below which nothing of other appliances' logs is copied
checkpoint_interval_ms = 1000
retention_interval_s = 3600            # how often records are sealed and retired as the rules say
monitored_records_max = 1000000        # of a region, in memory for detections: about 700 bytes each
step_up_records_max = 4000000          # of the last hour, of a region, in memory for decisions: about 270 bytes each
)",
      fmt::arg("origin", choices.origin), fmt::arg("data", choices.data.string()),
      fmt::arg("region", choices.region), fmt::arg("address", choices.address),
      fmt::arg("port", choices.port), fmt::arg("tls", choices.tls), fmt::arg("heads", choices.heads.string()),
      fmt::arg("access", choices.access_address.empty()
                             ? std::string("# address = \"https://evidence.example.com:8443\"")
                             : fmt::format("address = \"{}\"", choices.access_address)));
}

}  // namespace countersign::apps
