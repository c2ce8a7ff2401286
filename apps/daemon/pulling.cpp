#include "apps/daemon/pulling.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"

#include <spdlog/spdlog.h>

#include <optional>

namespace countersign::apps {
namespace {

constexpr std::uint64_t kCursorBytesMax = 16 * 1024;

/// Whatever of a registration its worker depends on; another text asks for another worker.
std::string made_of(const ingest::Source& source, const ingest::Tenant& tenant) {
  std::string out = source.adapter + "\n" + source.pull_url + "\n" + tenant.region.value() + "\n";
  for (const auto& [name, value] : source.pull_settings) out += name + "=" + value + "\n";
  for (const auto& sealed : source.sealed) out += base::to_hex(sealed) + "\n";
  return out;
}

/// The tenant of a source that is polled, where it is pinned to a region that is kept here.
const ingest::Tenant* tenant_here(const Config& config, const ingest::Registry& registry,
                                  const ingest::Source& source) {
  const auto* tenant = source.tenants.size() == 1 ? registry.tenant(source.tenants.front()) : nullptr;
  return tenant != nullptr && !tenant->moved_to && config.keeps(tenant->region) ? tenant : nullptr;
}

/// Where a source's cursor is kept: in its tenant's region. The place that the provider's log was read up to
/// goes with the tenant when it moves; else the new region would read what the old one holds.
base::Result<std::filesystem::path> place_cursor(const Config& config, const base::RegionId& region,
                                                 const std::string& source) {
  const auto file_in = [&](const base::RegionId& one) {
    return config.region_files(one).folder / "cursors" / source;
  };
  const auto place = file_in(region);
  std::optional<std::filesystem::file_time_type> newest;
  std::filesystem::path found;
  for (const auto& one : config.regions) {
    std::error_code error;
    const auto time = std::filesystem::last_write_time(file_in(one), error);
    if (error || (newest && time <= *newest)) continue;
    newest = time;
    found = file_in(one);
  }
  if (!newest || found == place) return place;
  TRY_ASSIGN(const auto cursor, base::read_file(found, kCursorBytesMax));
  TRY(base::make_folders_durably(place.parent_path()));
  TRY(base::write_file_durably(place, cursor, base::FileMode::secret));
  std::error_code ignored;
  std::filesystem::remove(found, ignored);
  return place;
}

}  // namespace

void Pulling::follow(const ingest::Registry& registry) {
  std::erase_if(workers_, [&](const auto& running) {
    const auto* source = registry.source_by_name(base::SourceName(running.first));
    const auto* tenant = source == nullptr ? nullptr : tenant_here(config_, registry, *source);
    return tenant == nullptr || source->revoked || made_of(*source, *tenant) != running.second.made_of;
  });
  for (const auto& source : registry.sources()) {
    if (source.pull_url.empty() || source.revoked || workers_.contains(source.name.value())) continue;
    const auto* tenant = tenant_here(config_, registry, source);
    if (tenant != nullptr && !source.secrets.empty()) start(source, *tenant, made_of(source, *tenant));
  }
}

void Pulling::start(const ingest::Source& source, const ingest::Tenant& tenant, std::string made_of) {
  const auto name = source.name.value();
  pull::WorkerOptions options;
  options.source = source.name;
  options.tenant = tenant.id;
  options.puller = pull::find_puller(source.adapter);
  options.base_url = source.pull_url;
  options.settings = source.pull_settings;
  options.credential = source.secrets.front();
  auto cursor_file = place_cursor(config_, tenant.region, name);
  options.log = [name](const std::string& what) { spdlog::warn("polling for {}: {}", name, what); };
  if (options.puller == nullptr) {
    spdlog::error("the source {} cannot be polled: there is no way to for the adapter {}", name,
                  source.adapter);
    workers_[name] = {std::move(made_of), nullptr};
    return;
  }
  if (!cursor_file) {
    // Without the cursor the provider's whole log would be read again: rather not at all, until it is mended.
    spdlog::error("the source {} cannot be polled: {}", name, cursor_file.error().message);
    return;
  }
  options.cursor_file = std::move(*cursor_file);
  auto worker = pull::Worker::start(std::move(options), service_, metrics_);
  if (!worker) spdlog::error("the source {} cannot be polled: {}", name, worker.error().message);
  workers_[name] = {std::move(made_of), worker ? std::move(*worker) : nullptr};
}

}  // namespace countersign::apps
