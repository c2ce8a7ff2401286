#include "apps/keys.h"

#include "apps/doctor/checks.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/keys.h"

#include <fmt/format.h>

#include <cstdlib>

namespace countersign::doctor {
namespace {

namespace fs = std::filesystem;

using base::Code;

constexpr const char* kPutBack =
    "put back the copy of the key that belongs to these files; no other can take its place (docs/keys.md)";

/// A credential of systemd is handed to the unit alone.
bool is_units_own(const apps::Config& config) {
  return config.keys.vault.kind == vault::KekSource::Kind::credential &&
         std::getenv("CREDENTIALS_DIRECTORY") == nullptr;
}

void check_vaults(const Appliance& appliance, Checks& out) {
  const auto& config = appliance.config;
  if (is_units_own(config)) {
    out.push_back(well("key.kek",
                       "the key-encryption key is a credential of the unit, which it alone can read: "
                       "not looked at"));
    return;
  }
  const auto kek = vault::read_key_encryption_key(config.keys.vault);
  if (!kek) {
    out.push_back(wrong("key.kek", kek.error().message, kPutBack));
    return;
  }
  out.push_back(well("key.kek", fmt::format("the key-encryption key ({}) can be read", kek->text())));
  for (const auto& region : config.regions) {
    const auto file = config.region_files(region).vault();
    const auto id = "key.vault/" + region.value();
    const auto keys = vault::open_keys(file, *kek);
    if (keys) {
      out.push_back(well(id, fmt::format("the key-encryption key opens the vault of {}", region.value())));
    } else if (keys.error().code == Code::not_found) {
      out.push_back(wrong(id, keys.error().message,
                          "mount the region's file system, or put a backup back: docs/backup.md"));
    } else {
      out.push_back(wrong(id, keys.error().message, kPutBack));
    }
  }
}

void check_checkpoint_keys(const Appliance& appliance, const base::RegionId& region, Checks& out) {
  const auto ledger = store::LedgerReader::open(appliance.config.region_files(region).ledger());
  const auto id = "key.checkpoints/" + region.value();
  const auto keys = ledger ? apps::read_log_keys(appliance.config, ledger->identity())
                           : apps::read_log_keys(appliance.config);
  if (!keys) {
    out.push_back(wrong(id, keys.error().message, kPutBack));
  } else if (ledger) {
    out.push_back(well(
        id, fmt::format("the keys that sign checkpoints are those of the ledger of {}", region.value())));
  }
}

}  // namespace

Checks check_keys(const Appliance& appliance) {
  Checks out;
  check_vaults(appliance, out);
  for (const auto& region : appliance.config.regions) check_checkpoint_keys(appliance, region, out);
  return out;
}

}  // namespace countersign::doctor
