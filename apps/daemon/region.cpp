#include "apps/daemon/region.h"

#include "apps/erasing.h"
#include "apps/operator_events.h"
#include "apps/source_events.h"
#include "apps/system_events.h"
#include "apps/tenant_events.h"
#include "ledger/base/file.h"
#include "ledger/store/ledger_call.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/store/take_over.h"
#include "ledger/vault/vault_writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

constexpr std::size_t kSystemEventsAtOnce = 500;

}  // namespace

using base::Code;
using base::fail;

store::WriterLimits writer_limits(const Config::Limits& limits) {
  store::WriterLimits out;
  out.queue_events_max = limits.queue_events_max;
  out.queue_bytes_max = limits.queue_bytes_max;
  out.disk_reserve_bytes = limits.disk_reserve_bytes;
  out.checkpoint_interval_ms = static_cast<std::int64_t>(limits.checkpoint_interval_ms);
  return out;
}

base::Result<std::unique_ptr<Region>> Region::start(const Config& config, const base::RegionId& id,
                                                    base::Metrics& metrics,
                                                    std::function<void(const base::Error&)> on_fatal) {
  auto region =
      std::unique_ptr<Region>(new Region(id, config.region_files(id), privacy::Erasures(config.erasures(id)),
                                         privacy::Holds(config.holds(id)), config.keys.vault));
  {
    const auto reader = store::LedgerReader::open(region->files_.ledger());
    if (!reader && reader.error().code == Code::not_found)
      return fail(
          fmt::format("the region {} has no files in {} (is its file system mounted? A new region is made "
                      "with: countersign region init {})",
                      id.value(), region->files_.folder.string(), id.value()),
          reader.error());
    if (!reader) return fail(reader.error());
    region->identity_ = reader->identity();
  }
  if (region->identity_.origin != config.origin || region->identity_.region != id)
    return fail(
        Code::failed_precondition,
        fmt::format("{} is the ledger of {}/{}, not of {}/{}", region->files_.ledger().string(),
                    region->identity_.origin, region->identity_.region.value(), config.origin, id.value()));
  TRY_ASSIGN(region->keys_, read_log_keys(config, region->identity_));
  TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(config.keys.vault));
  TRY_ASSIGN(region->vault_keys_, vault::open_keys(region->files_.vault(), kek));
  TRY(base::make_folders_durably(config.heads));
  store::WriterOptions options;
  options.files = region->files_;
  options.head_memory = config.head_memory(id);
  options.limits = writer_limits(config.limits);
  options.clock = base::system_clock();
  options.entropy = crypto::system_entropy();
  options.sign = checkpoint_signer(region->keys_);
  options.keys = &region->vault_keys_;
  options.metrics = &metrics;
  options.on_fatal = std::move(on_fatal);
  TRY_ASSIGN(region->writer_, store::Writer::open(std::move(options)));
  TRY_ASSIGN(region->projector_, projection::Projector::start(region->files_.ledger(), region->files_.index(),
                                                              id.value(), metrics));
  region->set_limits(config.limits);
  TRY(region->keep_vault_up());
  const auto repeated = region->repeat_what_was_erased();
  if (!repeated && repeated.error().code != Code::unavailable &&
      repeated.error().code != Code::resource_exhausted)
    return fail(repeated.error());
  region->keeper_ = std::make_unique<Keeper>(config, id, *region->writer_, metrics);
  return region;
}

Region::~Region() { stop(); }

void Region::stop() {
  keeper_.reset();
  projector_.reset();
  if (writer_) writer_->stop();
}

void Region::set_limits(const Config::Limits& limits) {
  writer_->set_limits(writer_limits(limits));
  at_once_ = limits.events_at_once(kSystemEventsAtOnce);
  if (keeper_) keeper_->set_limits(limits);
}

base::Result<void> Region::note_start() {
  const auto now = base::system_clock()();
  TRY_ASSIGN(const auto chain, key_chain_of(identity_));
  const auto log_key = chain.newest_log_key().to_vkey();
  auto key = system_event("key.created/" + log_key.substr(log_key.find('+') + 1, 8), "key.created", now);
  key["action"] = {{"name", "use of a log key"}, {"resource", log_key}};
  note(std::move(key));
  auto started = system_event(crypto::random_id(crypto::system_entropy()), "ledger.started", now);
  started["action"] = {
      {"name", "start"}, {"resource", "countersignd"}, {"context", "version " COUNTERSIGN_VERSION}};
  note(std::move(started));
  return {};
}

void Region::note_registry(const ingest::Registry& registry) {
  // All of it each time: what is in the log already is a duplicate there.
  for (const auto& tenant : registry.tenants()) {
    for (auto& event : tenant_events(tenant, id_)) note(std::move(event));
  }
  for (const auto& one : registry.operators()) {
    for (auto& event : operator_events(one, registry, id_)) note(std::move(event));
  }
  for (const auto& source : registry.sources()) {
    for (auto& event : source_events(source, registry, id_)) note(std::move(event));
  }
}

void Region::note_silence(const SilenceChange& change, const ingest::Registry& registry) {
  const bool ours = change.tenants.empty() ||
                    std::any_of(change.tenants.begin(), change.tenants.end(), [&](const base::TenantId& id) {
                      const auto* tenant = registry.tenant(id);
                      return tenant != nullptr && tenant->region == id_;
                    });
  if (ours) note(silence_event(change));
}

base::Result<void> Region::repeat_what_was_erased() {
  if (repeated_) return {};
  if (reader_in_the_way_) {
    // The rows have gone. Until the reader has, too, an order of nothing does what is left.
    TRY(store::erase_and_wait(*writer_, {}, {}));
    reader_in_the_way_ = false;
  }
  const auto done = repeat_erasures(*writer_, erasures_, [this](boost::json::object event) {
    erased_ = true;
    note(std::move(event));
  });
  repeated_ = done.has_value();
  reader_in_the_way_ = !done && done.error().code == Code::unavailable;
  return done;
}

base::Result<void> Region::carry_out_erasures() {
  TRY(repeat_what_was_erased());
  return apps::carry_out_erasures(files_, *writer_, erasures_, holds_, [this](boost::json::object event) {
    erased_ = true;
    note(std::move(event));
  });
}

base::Result<void> Region::keep_vault_up() {
  if (vault_state_->running) return {};
  return writer_->add_work(store::vault_upkeep(vault_state_));
}

base::Result<void> Region::rotate_vault(std::uint32_t generation) {
  TRY_ASSIGN(const auto kek, vault::read_key_encryption_key(kek_));
  TRY(store::call_on_ledger(*writer_, [kek, generation](store::LedgerThread& here) {
    return here.vault.begin_rotation(generation, kek);
  }));
  return keep_vault_up();
}

base::Result<void> Region::rewrap_vault(const vault::Kek& kek) {
  TRY(store::call_on_ledger(*writer_, [kek, state = vault_state_](store::LedgerThread& here) {
    auto done = here.vault.rewrap(kek);
    state->puts_away = here.vault.puts_away();
    return done;
  }));
  return vault_state_->puts_away ? keep_vault_up() : base::Result<void>();
}

base::Result<bool> Region::is_sealed_under(const vault::Kek& kek) {
  return store::call_on_ledger(*writer_,
                               [&kek](store::LedgerThread& here) { return here.vault.is_wrapped_by(kek); });
}

base::Result<void> Region::take_over(tree::CheckpointKey which, const CheckpointKeyPtr& key) {
  const bool of_log = which == tree::CheckpointKey::log;
  LogKeys since = keys_;
  (of_log ? since.log : since.clock) = key;
  if (since.log->public_key() == keys_.log->public_key() &&
      since.clock->public_key() == keys_.clock->public_key())
    return {};
  auto note = store::call_on_ledger(*writer_, [&, number = identity_.rotations.size() +
                                                           1](store::LedgerThread& here) {
    return store::take_over(
        here, {fmt::format("{}/{}", identity_.origin, id_.value()), which, number, *keys_.log,
               of_log ? keys_.log->public_key() : keys_.clock->public_key(), *key, checkpoint_signer(since)});
  });
  if (!note) return base::fail(note.error());
  identity_.rotations.push_back(std::move(*note));
  keys_ = std::move(since);
  return {};
}

base::Result<void> Region::write_system_log() {
  TRY(waiting_.write(*writer_, at_once_));
  TRY(empty_outbox(files_, *writer_, at_once_));
  return {};
}

MovedEvents::Tenants moved_to(const Region& region, const std::vector<std::unique_ptr<Region>>& regions,
                              const ingest::Registry& registry) {
  MovedEvents::Tenants out;
  for (const auto& tenant : registry.tenants()) {
    if (tenant.region != region.id()) continue;
    for (const auto& earlier : regions) {
      const bool was_there =
          earlier->id() != region.id() &&
          std::ranges::any_of(tenant.moves, [&](const auto& move) { return move.from == earlier->id(); });
      if (was_there) out[tenant.id].push_back({earlier->files(), &earlier->vault_keys()});
    }
  }
  return out;
}

}  // namespace countersign::apps
