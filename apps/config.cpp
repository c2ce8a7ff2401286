#include "apps/config.h"

#include "apps/accounts.h"
#include "apps/config_table.h"
#include "apps/region_directories.h"
#include "collector/ingest/certificates.h"
#include "ledger/base/file.h"

#include <fmt/format.h>

#include <cstdlib>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

constexpr std::uint64_t kConfigBytesMax = 1 << 20;

void read_limits(Table& table, Config::Limits& limits) {
  constexpr std::int64_t kMany = 1'000'000'000'000;
  table.number("body_bytes_max", 1024, 1 << 30, limits.body_bytes_max);
  table.number("decoded_bytes_max", 1024, 1 << 30, limits.decoded_bytes_max);
  table.number("events_max", 1, 1'000'000, limits.events_max);
  table.number("json_depth_max", 4, 64, limits.json_depth_max);
  table.number("header_bytes_max", 1024, 1 << 20, limits.header_bytes_max);
  table.number("connections_max", 1, 100'000, limits.connections_max);
  table.number("connections_per_address_max", 1, 100'000, limits.connections_per_address_max);
  table.number("idle_timeout_ms", 100, 3'600'000, limits.idle_timeout_ms);
  table.number("queue_events_max", 1, 10'000'000, limits.queue_events_max);
  table.number("queue_bytes_max", 1 << 16, kMany, limits.queue_bytes_max);
  table.number("disk_reserve_bytes", 0, kMany, limits.disk_reserve_bytes);
  table.number("checkpoint_interval_ms", 10, 3'600'000, limits.checkpoint_interval_ms);
  table.number("retention_interval_s", 1, 86'400, limits.retention_interval_s);
  table.number("monitored_records_max", 20'000, 100'000'000, limits.monitored_records_max);
}

base::Result<Config::Syslog> read_syslog(Table& table) {
  Config::Syslog out;
  std::vector<std::string> certificates;
  table.text("source", out.source);
  table.text("address", out.address);
  table.number("port", 0, 65535, out.port);
  table.flag("tls", out.tls);
  table.texts("client_certificates", certificates);
  TRY(table.finish());
  if (!base::parse_source(out.source))
    return fail(Code::invalid_argument, "syslog.source must name the source that sends here");
  for (auto& text : certificates) {
    const auto digest = ingest::parse_fingerprint(std::move(text));
    if (!digest)
      return fail(Code::invalid_argument,
                  "syslog.client_certificates must hold SHA-256 fingerprints in hexadecimal");
    out.client_certificates.push_back(*digest);
  }
  return out;
}

/// The proxies whose word on the client's address is taken.
base::Result<http::TrustedProxies> read_proxies(const std::vector<std::string>& networks,
                                                std::string_view field) {
  http::TrustedProxies out;
  for (const auto& text : networks) {
    auto network = http::parse_network(text);
    if (!network)
      return fail(Code::invalid_argument, fmt::format("listen.trusted_proxies: {}", network.error().message));
    out.networks.push_back(*network);
  }
  if (field == "Forwarded") {
    out.field = http::TrustedProxies::Field::forwarded;
  } else if (field != "X-Forwarded-For") {
    return fail(Code::invalid_argument,
                "listen.forwarded_field must be \"X-Forwarded-For\" or \"Forwarded\"");
  }
  return out;
}

base::Result<void> read_regions(Table& top, const std::filesystem::path& folder, Config& out) {
  std::vector<std::string> names;
  top.texts("regions", names);
  auto own = top.named_tables("region");
  auto away = top.named_tables("elsewhere");
  if (names.empty()) return fail(Code::invalid_argument, "regions must name at least one region");
  for (const auto& name : names) {
    TRY_ASSIGN(auto region, base::parse_region(name));
    if (!out.places.emplace(region, Config::RegionPlace{out.data / name, false}).second)
      return fail(Code::invalid_argument, fmt::format("regions names {} twice", name));
    out.regions.push_back(std::move(region));
  }
  for (auto& [name, table] : own) {
    const auto known = out.places.find(base::RegionId(name));
    if (known == out.places.end())
      return fail(Code::invalid_argument,
                  fmt::format("[region.{}] is there, but regions does not name {}", name, name));
    table.path("directory", folder, known->second.directory);
    table.flag("own_file_system", known->second.own_file_system);
    TRY(table.finish());
  }
  for (auto& [name, table] : away) {
    TRY_ASSIGN(const auto region, base::parse_region(name));
    if (out.places.contains(region))
      return fail(Code::invalid_argument,
                  fmt::format("[elsewhere.{}] is there, but regions says that {} is kept here", name, name));
    auto& address = out.elsewhere[region];
    table.text("address", address);
    TRY(table.finish());
    if (!address.starts_with("https://"))
      return fail(Code::invalid_argument, fmt::format("elsewhere.{}.address must begin with https://", name));
  }
  return {};
}

base::Result<void> check(Config& config) {
  TRY(base::parse_origin(config.origin));
  TRY(check_directories(config));
  if (!config.access.address.empty()) {
    TRY_ASSIGN(config.access.address, parse_access_address(config.access.address));
  }
  TRY(check_oidc(config.oidc, config.access.address));
  if (config.listen.client_certificates && !config.listen.tls)
    return fail(Code::invalid_argument, "listen.client_certificates needs listen.tls = true");
  if (lies_in(config.heads, config.data))
    return fail(Code::invalid_argument,
                "heads must be a folder outside data: it is what recognises an older copy of data");
  return {};
}

}  // namespace

std::filesystem::path default_config_file() {
  const char* set = std::getenv("COUNTERSIGN_CONFIG");
  return set != nullptr && *set != '\0' ? set : "/etc/countersign/countersign.toml";
}

base::Result<Config> load_config(const std::filesystem::path& file) {
  TRY_ASSIGN(const auto text, base::read_file(file, kConfigBytesMax));
  const auto parsed = toml::parse(text);
  if (!parsed) {
    return fail(Code::invalid_argument,
                fmt::format("{} line {}: {}", file.string(), parsed.error().source().begin.line,
                            parsed.error().description()));
  }
  Config config;
  config.file = std::filesystem::absolute(file);
  const auto folder = config.file.parent_path();
  Table top(&parsed.table(), "");
  top.text("origin", config.origin);
  top.path("data", folder, config.data);
  top.path("heads", folder, config.heads);
  const auto regions = read_regions(top, folder, config);
  auto oidc = read_oidc(top, folder);
  auto notify = read_notify(top, folder);
  auto scim = oidc ? read_scim(top, *oidc) : base::Result<ScimSettings>();
  Table listen = top.table("listen");
  listen.text("address", config.listen.address);
  listen.number("port", 0, 65535, config.listen.port);
  listen.flag("tls", config.listen.tls);
  listen.flag("client_certificates", config.listen.client_certificates);
  listen.number("threads", 1, 256, config.listen.threads);
  std::vector<std::string> proxies;
  std::string forwarded_field = "X-Forwarded-For";
  listen.texts("trusted_proxies", proxies);
  listen.text("forwarded_field", forwarded_field);
  Table keys = top.table("keys");
  keys.path("log", folder, config.keys.log);
  keys.path("clock", folder, config.keys.clock);
  std::string vault_key;
  std::filesystem::path vault_sealed;
  keys.text("vault", vault_key);
  keys.path("vault_sealed", folder, vault_sealed);
  keys.path("signer_certificate", folder, config.keys.signer_certificate);
  keys.path("signer_key", folder, config.keys.signer_key);
  keys.path("tls_certificate", folder, config.keys.tls_certificate);
  keys.path("tls_key", folder, config.keys.tls_key);
  Table timestamp = top.table("timestamp");
  timestamp.text("url", config.timestamp.url);
  timestamp.path("ca", folder, config.timestamp.ca);
  Table verification = top.table("verification");
  constexpr double kYearHours = 8'784;
  verification.decimal("every_hours", 0, kYearHours, config.verify_every_hours);
  Table controls = top.table("controls");
  controls.decimal("every_hours", 0, kYearHours, config.test_every_hours);
  Table access = top.table("access");
  access.text("address", config.access.address);
  access.path("breached_passwords", folder, config.access.breached_passwords);
  for (auto& listener : top.tables("syslog")) {
    auto read = read_syslog(listener);
    if (!read) return fail(file.string(), read.error());
    config.syslog.push_back(std::move(*read));
  }
  Table limits = top.table("limits");
  read_limits(limits, config.limits);
  for (const auto* table : {&top, &listen, &keys, &timestamp, &verification, &controls, &access, &limits}) {
    if (auto done = table->finish(); !done) return fail(file.string(), done.error());
  }
  if (config.data.empty() || config.heads.empty() || config.keys.log.empty() || config.keys.clock.empty() ||
      vault_key.empty() || config.keys.signer_certificate.empty() || config.keys.signer_key.empty())
    return fail(Code::invalid_argument,
                fmt::format("{}: data, heads and every path of [keys] must be set", file.string()));
  auto trusted = read_proxies(proxies, forwarded_field);
  if (!trusted) return fail(file.string(), trusted.error());
  config.listen.proxies = std::move(*trusted);
  auto kek = vault::parse_kek_source(vault_key, folder, vault_sealed);
  if (!kek) return fail(file.string(), kek.error());
  config.keys.vault = std::move(*kek);
  if (!regions) return fail(file.string(), regions.error());
  if (!oidc) return fail(file.string(), oidc.error());
  config.oidc = std::move(*oidc);
  if (!notify) return fail(file.string(), notify.error());
  config.notify = std::move(*notify);
  if (!scim) return fail(file.string(), scim.error());
  config.scim = std::move(*scim);
  if (auto done = check(config); !done) return fail(file.string(), done.error());
  return config;
}

std::string new_config_text(const NewConfig& choices) {
  return fmt::format(
      R"(# Countersign. Paths are relative to this file. After a change: systemctl reload countersignd (SIGHUP), or a restart
# where a line says so.

# Stands in the name of every log and never changes (restart).
origin = "{origin}"
# Ledger, vault and index, in one folder for each region (restart).
data = "{data}"
# The regions that this appliance keeps, each in a directory of its own: <data>/<region>, unless a table [region.NAME] says
# otherwise (restart). A further one needs its files: countersign region init NAME
regions = ["{region}"]
# Remembers what was signed last. On another disk than data, so that an old copy of data is recognised (restart).
heads = "heads"

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
# address = "https://evidence.example.com:8443"
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

# Where findings are sent to; may stand several times (restart). docs/notify.md has what is sent. Secrets are files that only their
# owner can read, or credential:NAME.
# [[notify]]
# name = "pager"
# kind = "webhook"                          # Standard Webhooks
# url = "https://alerts.example.com/countersign"
# secret = "keys/notify-pager.secret"       # a line such as whsec_…
# tenants = ["acme"]                        # without it, all
# least_severity = "medium"                 # or low, high
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
checkpoint_interval_ms = 1000
retention_interval_s = 3600            # how often records are sealed and retired as the rules say
monitored_records_max = 1000000        # of a region, in memory for detections: about 700 bytes each
)",
      fmt::arg("origin", choices.origin), fmt::arg("data", choices.data.string()),
      fmt::arg("region", choices.region), fmt::arg("address", choices.address),
      fmt::arg("port", choices.port), fmt::arg("tls", choices.tls));
}

}  // namespace countersign::apps
