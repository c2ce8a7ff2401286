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
  table.number("mirror_reserve_bytes", 0, kMany, limits.mirror_reserve_bytes);
  table.number("checkpoint_interval_ms", 10, 3'600'000, limits.checkpoint_interval_ms);
  table.number("retention_interval_s", 1, 86'400, limits.retention_interval_s);
  table.number("monitored_records_max", 20'000, 100'000'000, limits.monitored_records_max);
  table.number("step_up_records_max", 20'000, 100'000'000, limits.step_up_records_max);
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
  if (const base::RegionId alarms("alarms");
      config.keeps(alarms) && config.places.at(alarms).directory == config.data / "alarms")
    return fail(Code::invalid_argument,
                "a region alarms needs a directory elsewhere: [region.alarms] directory");
  if (!config.tlog.mirrors.empty() && config.keeps(base::RegionId("mirrors")))
    return fail(Code::invalid_argument, "[[mirror]] needs the folder `mirrors` of data, which is a region's");
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
  auto streams =
      regions ? read_streams(top, folder, config.regions) : base::Result<std::vector<StreamSettings>>();
  auto witness = read_witness(top, folder);
  auto cosigning = read_cosigning(top, folder);
  auto log = read_log(top);
  auto tlog = read_tlog(top, folder);
  auto trust = read_trust(top);
  const auto documents = read_documents(top);
  auto answers = read_answers(top);
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
  if (!streams) return fail(file.string(), streams.error());
  config.streams = std::move(*streams);
  if (!log) return fail(file.string(), log.error());
  config.log = *log;
  config.members = members_of(parsed.table());
  if (!witness) return fail(file.string(), witness.error());
  config.witness = std::move(*witness);
  if (!cosigning) return fail(file.string(), cosigning.error());
  config.cosigning = std::move(*cosigning);
  if (!tlog) return fail(file.string(), tlog.error());
  config.tlog = std::move(*tlog);
  if (!trust) return fail(file.string(), trust.error());
  config.trust = std::move(*trust);
  if (!answers) return fail(file.string(), answers.error());
  config.answers = std::move(*answers);
  if (!documents) return fail(file.string(), documents.error());
  config.documents = *documents;
  if (!scim) return fail(file.string(), scim.error());
  config.scim = std::move(*scim);
  if (auto done = check(config); !done) return fail(file.string(), done.error());
  return config;
}

}  // namespace countersign::apps
