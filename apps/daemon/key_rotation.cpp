#include "apps/daemon/key_rotation.h"

#include "apps/keys.h"
#include "collector/ingest/secrets.h"
#include "ledger/backup/known_keys.h"
#include "ledger/base/file.h"
#include "ledger/crypto/aead.h"
#include "ledger/crypto/digest.h"
#include "web/auth/factors.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;

bool waits(const base::Error& error) {
  return error.code == Code::unavailable || error.code == Code::resource_exhausted;
}

bool is_there(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

constexpr std::string_view kHeads = ".heads";

std::string ids_of(const vault::VaultKeys::Generation& keys) {
  return fmt::format("{}/{}", vault::key_id(keys.data), vault::key_id(keys.lookup));
}

}  // namespace

base::Result<void> KeyRotation::step() {
  TRY_ASSIGN(auto orders, rotation_orders(config_));
  if (orders.empty()) return {};
  auto& order = orders.front();
  RotationReport report;
  const auto done = carry_out(order, report);
  if (!done && waits(done.error()))
    return fail(fmt::format("the rotation of the key {}", to_string(order.key)), done.error());
  if (done && !*done) return {};
  if (!done) report.error = done.error().message;
  return finish_rotation_order(config_, order, report);
}

base::Result<void> KeyRotation::check_regions() const {
  const auto is_served = [&](const std::string& region) {
    return std::any_of(regions_.begin(), regions_.end(),
                       [&](const auto& one) { return one->id().value() == region; });
  };
  // As it is now, not as it was when the daemon started.
  TRY_ASSIGN(const auto config, load_config(config_.file));
  for (const auto& region : config.regions) {
    if (is_served(region.value())) continue;
    return fail(
        Code::failed_precondition,
        fmt::format("the region {} is configured and not served yet: restart countersignd, then order "
                    "the rotation again. Nothing was changed",
                    region.value()));
  }
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(config_.heads, missing)) {
    const auto region = entry.path().stem().string();
    if (entry.path().extension() != kHeads || is_served(region)) continue;
    return fail(
        Code::failed_precondition,
        fmt::format("{} tells of the region {}, which is not configured and would be left with the key "
                    "that goes: configure it again for the rotation. Where it is gone for good, move "
                    "that file away. Nothing was changed",
                    entry.path().string(), region));
  }
  return {};
}

base::Result<bool> KeyRotation::carry_out(RotationOrder& order, RotationReport& report) {
  if (order.key != RotatedKey::vault && order.since.empty()) TRY(check_regions());
  switch (order.key) {
    case RotatedKey::kek:
      return rotate_kek(order, report);
    case RotatedKey::vault:
      return rotate_vault(order, report);
    case RotatedKey::log:
    case RotatedKey::clock:
      return rotate_checkpoint_key(order, report);
  }
  return fail(Code::internal, "there is no such key");
}

/// Each region's system log says it, durably, before the order goes.
base::Result<void> KeyRotation::record(const RotationOrder& order, std::string_view before,
                                       std::string_view since) {
  for (const auto& region : regions_) {
    const auto target = order.targets.find(region->id().value());
    const bool of_vault = target != order.targets.end();
    region->note(rotation_event("key.rotated/" + order.id, to_string(order.key),
                                of_vault ? std::string_view(target->second.before) : before,
                                of_vault ? ids_of(*region->vault_keys().newest()) : std::string(since)));
    TRY(region->write_system_log());
  }
  return {};
}

/// The next key-encryption key stands durably beside the one in use before anything is sealed under it.
base::Result<void> KeyRotation::make_next_kek(RotationOrder& order) {
  const auto& source = config_.keys.vault;
  if (source.kind == vault::KekSource::Kind::credential) return {};
  // Whoever read the key before the next one was there has written what it sealed. Not waited for long: the
  // daemon has other things to do.
  constexpr std::int64_t kPatienceMs = 500;
  TRY_ASSIGN(const auto alone, base::wait_for_lock(config_.kek_lock(), base::FileLock::alone, kPatienceMs));
  if (is_there(source.next().file)) return {};
  TRY(check_regions());
  std::vector<std::uint8_t> bytes(crypto::Aead::kKeySize);
  crypto::system_entropy()(bytes);
  const crypto::Secret fresh(std::move(bytes));
  order.since = vault::key_id(fresh);
  TRY(save_rotation_order(config_, order));
  return vault::store_key_encryption_key(source.next(), fresh, crypto::system_entropy());
}

/// Seals anew what the appliance itself keeps under the key-encryption key.
base::Result<void> KeyRotation::reseal(const vault::Kek& kek) const {
  TRY(ingest::reseal_secrets(config_.registry(), kek, crypto::system_entropy()));
  TRY_ASSIGN(auto accounts, auth::AccountStore::open(config_.accounts()));
  TRY(auth::reseal_totp(accounts, kek, crypto::system_entropy()));
  return backup::KnownKeys(config_.backup_keys()).reseal(kek, crypto::system_entropy());
}

base::Result<bool> KeyRotation::is_sealed_under(const vault::Kek& kek) {
  for (const auto& region : regions_) {
    TRY_ASSIGN(const bool sealed, region->is_sealed_under(kek));
    if (!sealed) return false;
  }
  return true;
}

base::Result<bool> KeyRotation::rotate_kek(RotationOrder& order, RotationReport& report) {
  const auto& source = config_.keys.vault;
  const bool credential = source.kind == vault::KekSource::Kind::credential;
  TRY_ASSIGN(auto kek, vault::read_key_encryption_key(source));
  const bool switched = !order.since.empty() && vault::key_id(kek.newest()) == order.since && kek.size() == 1;
  if (!switched) {
    if (credential && kek.size() == 1)
      return fail(
          Code::failed_precondition,
          fmt::format("the next key must be handed over as the credential {0}.next: make a file of 64 "
                      "hexadecimal digits, add LoadCredential={0}.next:PATH to the unit, restart it, and "
                      "order the rotation again",
                      source.name));
    if (credential && order.since.empty()) {
      // What an order before this one could not reach.
      TRY(reseal(kek));
      TRY_ASSIGN(const bool sealed, is_sealed_under(kek));
      if (sealed)
        return fail(Code::failed_precondition,
                    fmt::format("everything is sealed under the credential {0}.next already: hand that key "
                                "over as {0}, take {0}.next out of the unit, and restart it",
                                source.name));
    }
    if (order.before.empty()) order.before = kek.oldest_id();
    TRY(make_next_kek(order));
    TRY_ASSIGN(kek, vault::read_key_encryption_key(source));
    if (order.since != vault::key_id(kek.newest())) {
      order.since = vault::key_id(kek.newest());
      TRY(save_rotation_order(config_, order));
    }
    bool clean = true;
    for (const auto& region : regions_) {
      TRY(region->rewrap_vault(kek));
      clean = clean && !region->vault_state().puts_away;
    }
    TRY(reseal(kek));
    if (!clean) return false;
    if (!credential) TRY(base::replace_file_durably(source.next().file, source.file));
  }
  report.before = order.before;
  report.since = order.since;
  constexpr std::string_view kBackups =
      "take a backup, so that the folder of backups can be opened with the new key; if somebody else has the "
      "old "
      "one, take it to a new folder";
  report.advice = kBackups;
  if (credential)
    report.advice = fmt::format(
        "everything is sealed under the credential {0}.next now: hand that key over as {0}, "
        "take {0}.next out of the unit, and restart it; then {1}",
        source.name, kBackups);
  TRY(record(order, order.before, order.since));
  return true;
}

base::Result<bool> KeyRotation::rotate_vault(RotationOrder& order, RotationReport& report) {
  if (order.targets.empty()) {
    for (const auto& region : regions_) {
      const auto now = region->vault_keys().newest();
      order.targets[region->id().value()] = {now->number + 1, ids_of(*now)};
    }
    TRY(save_rotation_order(config_, order));
  }
  bool done = true;
  std::string damaged;
  for (const auto& region : regions_) {
    const auto target = order.targets.find(region->id().value());
    if (target == order.targets.end()) continue;
    const auto& state = region->vault_state();
    if (state.unopened > 0 && state.rotating) {
      damaged += fmt::format(
          "{}{} values of the region {} cannot be sealed anew and stay under the keys before, which are "
          "kept for them: the vault is damaged; everything else is sealed anew",
          damaged.empty() ? "" : "; ", state.unopened.load(), region->id().value());
      continue;
    }
    if (state.rotating || state.running || state.puts_away) {
      TRY(region->keep_vault_up());
      done = false;
      continue;
    }
    if (region->vault_keys().newest()->number < target->second.generation) {
      TRY(region->rotate_vault(target->second.generation));
      done = false;
    }
  }
  if (!done) return false;
  for (const auto& region : regions_) {
    const auto target = order.targets.find(region->id().value());
    if (target == order.targets.end()) continue;
    const auto name = regions_.size() > 1 ? region->id().value() + " " : std::string();
    const auto separator = report.before.empty() ? "" : ", ";
    report.before += separator + name + target->second.before;
    report.since += separator + name + ids_of(*region->vault_keys().newest());
  }
  TRY(record(order, {}, {}));
  if (!damaged.empty()) return fail(Code::data_loss, damaged);
  return true;
}

base::Result<bool> KeyRotation::rotate_checkpoint_key(RotationOrder& order, RotationReport& report) {
  const bool of_log = order.key == RotatedKey::log;
  const auto& file = of_log ? config_.keys.log : config_.keys.clock;
  const std::string setting = of_log ? "keys.log" : "keys.clock";
  const auto next = next_of(file);
  TRY_ASSIGN(const auto current, read_log_key(file, setting));
  const bool switched = !order.since.empty() && public_key_id(current->public_key()) == order.since;
  if (!switched) {
    if (!is_there(next)) TRY(create_log_key(next, config_.origin, crypto::system_entropy()));
    TRY_ASSIGN(const auto fresh, read_log_key(next, setting));
    order.before = public_key_id(current->public_key());
    order.since = public_key_id(fresh->public_key());
    TRY(save_rotation_order(config_, order));
    for (const auto& region : regions_)
      TRY(region->take_over(of_log ? tree::CheckpointKey::log : tree::CheckpointKey::clock, fresh));
    TRY(base::replace_file_durably(next, file));
  }
  report.before = order.before;
  report.since = order.since;
  if (of_log)
    report.advice =
        "give auditors the new public keys (countersign checkpoint TENANT --keys); who has the old one "
        "finds the new one by the endorsement in each bundle";
  TRY(record(order, order.before, order.since));
  return true;
}

}  // namespace countersign::apps
