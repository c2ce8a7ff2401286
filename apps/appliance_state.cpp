#include "apps/appliance_state.h"

#include "apps/alarms.h"
#include "apps/listeners.h"
#include "apps/region_listing.h"
#include "ledger/backup/known_keys.h"
#include "ledger/base/file.h"
#include "ledger/crypto/library.h"
#include "ledger/crypto/x509.h"
#include "ledger/projection/search.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::apps {
namespace {

namespace json = boost::json;

using base::Code;

constexpr std::uint64_t kPemBytesMax = 1u << 20;

/// What is in a folder and below, in bytes; a file that goes meanwhile counts nothing.
std::uint64_t bytes_below(const std::filesystem::path& folder) {
  std::uint64_t sum = 0;
  std::error_code error;
  auto at = std::filesystem::recursive_directory_iterator(
      folder, std::filesystem::directory_options::skip_permission_denied, error);
  for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    std::error_code gone;
    if (!at->is_regular_file(gone) || gone) continue;
    const auto size = at->file_size(gone);
    if (!gone) sum += size;
  }
  return sum;
}

/// A file with what SQLite keeps beside it.
std::uint64_t bytes_of(const std::filesystem::path& file) {
  std::uint64_t sum = 0;
  for (const auto* end : {"", "-wal", "-shm", "-journal"}) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(file.string() + end, missing);
    if (!missing) sum += size;
  }
  return sum;
}

void put_space(json::object& out, const std::filesystem::path& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  if (error) return;
  out["free_bytes"] = space.available;
  out["total_bytes"] = space.capacity;
}

json::object region_state(const Config& config, const base::RegionId& region) {
  auto out = region_document(config, region);
  const auto files = config.region_files(region);
  out["bytes"] = {{"ledger", bytes_of(files.ledger())},      {"vault", bytes_of(files.vault())},
                  {"index", bytes_of(files.index())},        {"segments", bytes_below(files.segments())},
                  {"bundles", bytes_below(files.bundles())}, {"all", bytes_below(files.folder)}};
  put_space(out, files.folder);
  auto ledger = store::LedgerReader::open(files.ledger());
  if (!ledger) return out;
  if (const auto logs = ledger->logs()) {
    std::uint64_t records = 0;
    for (const auto& log : *logs) records += log.size;
    out["logs"] = logs->size();
    out["records"] = records;
  }
  return out;
}

/// The newest event of a type in the region's system log; empty where there is none.
base::Result<std::optional<json::object>> newest(const store::RegionFiles& files, std::string_view type) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  const auto log = ledger.log(base::TenantId(std::string(base::kSystemTenant)));
  if (!log && log.error().code == Code::not_found) return std::optional<json::object>();
  if (!log) return base::fail(log.error());
  TRY_ASSIGN(auto searcher, projection::Searcher::open(files.index()));
  projection::SearchRequest request;
  request.log = log->number;
  TRY_ASSIGN(request.terms, projection::parse_query(fmt::format("type:{}", type)));
  request.hits_max = 1;
  TRY_ASSIGN(const auto found, searcher.search(request, {}));
  const auto& hits = found.hits;
  if (hits.empty()) return std::optional<json::object>();
  TRY_ASSIGN(const auto bytes, ledger.record(*log, base::seq_at(hits.front())));
  TRY_ASSIGN(const auto record, record::read_record(bytes));
  TRY_ASSIGN(const auto event, record::read_event(record.event));
  json::object out{{"seq", hits.front()},
                   {"time", event.plain(record::kTime)},
                   {"snapshot", event.text(record::kActionResource)},
                   {"received", base::format_rfc3339(record.received)}};
  if (event.has(record::kActionContext)) out["context"] = event.text(record::kActionContext);
  return std::optional(std::move(out));
}

json::array listeners_of(const Config& config) {
  json::array out;
  out.push_back({{"protocol", config.listen.tls ? "https" : "http"},
                 {"address", config.listen.address},
                 {"port", config.listen.port},
                 {"client_certificates", config.listen.client_certificates}});
  for (const auto& one : config.syslog)
    out.push_back({{"protocol", one.tls ? "syslog over TLS" : "syslog"},
                   {"address", one.address},
                   {"port", one.port},
                   {"source", one.source},
                   {"client_certificates", !one.client_certificates.empty()}});
  return out;
}

/// The certificate of the files, which is the one that is served once the daemon has reloaded.
json::object certificate_state(const Config& config) {
  const auto pem = base::read_file(config.keys.tls_certificate, kPemBytesMax);
  const auto certificate =
      pem ? crypto::Certificate::from_pem(*pem) : base::Result<crypto::Certificate>(base::fail(pem.error()));
  if (!certificate) return {{"error", certificate.error().message}};
  return {{"subject", certificate->subject()},
          {"not_before", base::format_rfc3339(certificate->not_before())},
          {"not_after", base::format_rfc3339(certificate->not_after())}};
}

json::object registry_state(const Config& config, const ingest::Registry& in_force) {
  const auto file = ingest::Registry::load(config.registry());
  const bool none = !file && file.error().code == Code::not_found;
  const auto written = file ? file->to_text() : ingest::Registry().to_text();
  json::object out{{"sources", in_force.sources().size()},
                   {"tenants", in_force.tenants().size()},
                   {"operators", in_force.operators().size()},
                   {"in_force", (file || none) && written == in_force.to_text()}};
  if (!file && !none) out["error"] = file.error().message;
  return out;
}

}  // namespace

base::Result<json::object> regions_state(const Config& config) {
  json::array out;
  for (const auto& region : config.regions) out.push_back(region_state(config, region));
  for (const auto& [region, address] : config.elsewhere)
    out.push_back({{"region", region.value()}, {"address", address}});
  return json::object{{"regions", std::move(out)}};
}

base::Result<std::map<base::TenantId, std::uint64_t>> records_of_tenants(const Config& config) {
  std::map<base::TenantId, std::uint64_t> out;
  for (const auto& region : config.regions) {
    TRY_ASSIGN(auto ledger, store::LedgerReader::open(config.region_files(region).ledger()));
    TRY_ASSIGN(const auto logs, ledger.logs());
    for (const auto& log : logs) out[base::tenant_of(log.name)] += log.size;
  }
  return out;
}

base::Result<std::optional<base::Timestamp>> last_backup(const store::RegionFiles& files) {
  TRY_ASSIGN(const auto last, newest(files, "backup.performed"));
  if (!last) return std::optional<base::Timestamp>();
  TRY_ASSIGN(const auto time, base::parse_canonical_time(last->at("received").as_string()));
  return std::optional(time);
}

base::Result<json::object> backups_state(const Config& config) {
  json::array out;
  for (const auto& region : config.regions) {
    const auto files = config.region_files(region);
    json::object entry{{"region", region.value()}, {"last", nullptr}, {"restored", nullptr}};
    TRY_ASSIGN(auto last, newest(files, "backup.performed"));
    if (last) entry["last"] = std::move(*last);
    TRY_ASSIGN(auto restored, newest(files, "backup.restored"));
    if (restored) entry["restored"] = std::move(*restored);
    out.push_back(std::move(entry));
  }
  TRY_ASSIGN(const auto repositories, backup::KnownKeys(config.backup_keys()).count());
  return json::object{{"backups", std::move(out)}, {"repositories", repositories}};
}

base::Result<json::object> health_state(const Config& config, const ingest::Registry& in_force,
                                        base::Metrics& metrics) {
  json::array regions;
  for (const auto& region : config.regions) {
    // As ledger/store/writer.cpp calls it.
    const auto& queue = metrics.get("countersign_ledger_queue_events", "Events waiting for the ledger",
                                    base::MetricType::gauge, {{"region", region.value()}});
    json::object entry{{"region", region.value()}, {"queue_events", queue.value()}};
    put_space(entry, config.region_files(region).folder);
    regions.push_back(std::move(entry));
  }
  json::object out{{"time", base::format_rfc3339(base::system_clock()())},
                   {"version", COUNTERSIGN_VERSION},
                   {"sqlite", sqlite::library_version()},
                   {"openssl", crypto::library_version()},
                   {"origin", config.origin},
                   {"listeners", listeners_of(config)},
                   {"registry", registry_state(config, in_force)},
                   {"regions", std::move(regions)}};
  if (uses_tls(config)) out["certificate"] = certificate_state(config);
  json::array alarms;
  TRY_ASSIGN(const auto known, alarm_book(config).list());
  for (const auto& one : known.alarms) {
    if (!one.acknowledged) alarms.push_back(alarm_document(one, WithProof::no));
  }
  out["degraded"] = !alarms.empty() || !known.damaged.empty() || !out["registry"].at("in_force").as_bool();
  out["alarms_unreadable"] = known.damaged.size();
  out["alarms"] = std::move(alarms);
  return out;
}

}  // namespace countersign::apps
