#include "apps/daemon/pulling.h"

#include "ledger/base/encoding.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace countersign::apps {
namespace {

/// Whatever of a registration its worker depends on; another text asks for another worker.
std::string made_of(const ingest::Source& source) {
  std::string out = source.adapter + "\n" + source.pull_url + "\n";
  for (const auto& [name, value] : source.pull_settings) out += name + "=" + value + "\n";
  for (const auto& sealed : source.sealed) out += base::to_hex(sealed) + "\n";
  return out;
}

}  // namespace

void Pulling::follow(const ingest::Registry& registry) {
  std::erase_if(workers_, [&](const auto& running) {
    const auto* source = registry.source_by_name(base::SourceName(running.first));
    return source == nullptr || source->revoked || made_of(*source) != running.second.made_of;
  });
  for (const auto& source : registry.sources()) {
    if (source.pull_url.empty() || source.revoked || workers_.contains(source.name.value())) continue;
    const auto* tenant = source.tenants.size() == 1 ? registry.tenant(source.tenants.front()) : nullptr;
    const bool ours =
        tenant != nullptr && !tenant->moved_to &&
        std::find(config_.regions.begin(), config_.regions.end(), tenant->region) != config_.regions.end();
    if (ours && !source.secrets.empty()) start(source, *tenant, made_of(source));
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
  options.cursor_file = config_.region_files(tenant.region).folder / "cursors" / name;
  options.log = [name](const std::string& what) { spdlog::warn("polling for {}: {}", name, what); };
  if (options.puller == nullptr) {
    spdlog::error("the source {} cannot be polled: there is no way to for the adapter {}", name,
                  source.adapter);
    workers_[name] = {std::move(made_of), nullptr};
    return;
  }
  auto worker = pull::Worker::start(std::move(options), service_, metrics_);
  if (!worker) spdlog::error("the source {} cannot be polled: {}", name, worker.error().message);
  workers_[name] = {std::move(made_of), worker ? std::move(*worker) : nullptr};
}

}  // namespace countersign::apps
