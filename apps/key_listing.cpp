#include "apps/key_listing.h"

#include "apps/keys.h"
#include "apps/rotating.h"
#include "apps/signer.h"
#include "ledger/base/encoding.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/keys.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <vector>

namespace countersign::apps {
namespace {

void add(KeyListing& out, std::string_view key, std::string_view id, std::string_view where,
         std::string_view state) {
  out.keys.push_back({{"key", std::string(key)},
                      {"id", std::string(id)},
                      {"where", std::string(where)},
                      {"state", std::string(state)}});
}

void add(KeyListing& out, std::string_view key, std::string_view where, const base::Error& error) {
  if (!out.wrong) out.wrong = error;
  add(out, key, "-", where, error.message);
}

std::string state_of(const std::vector<RotationOrder>& orders, std::string_view key, bool under_way) {
  for (const auto& order : orders) {
    if (to_string(order.key) == key) return "a rotation is ordered";
  }
  return under_way ? "a rotation is under way" : "in use";
}

void list_vault(const Config& config, const base::RegionId& region, const vault::Kek& kek,
                const std::vector<RotationOrder>& orders, KeyListing& out) {
  const auto file = config.region_files(region).vault();
  const auto keys = vault::open_keys(file, kek);
  if (!keys) return add(out, "vault", file.string(), keys.error());
  const auto rows = vault::rows_by_generation(file);
  if (!rows) return add(out, "vault", file.string(), rows.error());
  for (const auto& generation : keys->all()) {
    const bool newest = generation->number == keys->newest()->number;
    const auto count = rows->find(generation->number);
    const auto state = fmt::format("generation {}, {} values; {}", generation->number,
                                   count == rows->end() ? 0 : count->second,
                                   newest ? state_of(orders, "vault", false) : "is being retired");
    add(out, "vault",
        fmt::format("{}/{}", vault::key_id(generation->data), vault::key_id(generation->lookup)),
        file.string(), state);
  }
}

void list_checkpoint_keys(const Config& config, const base::RegionId& region,
                          const std::vector<RotationOrder>& orders, KeyListing& out) {
  const auto ledger = store::LedgerReader::open(config.region_files(region).ledger());
  if (!ledger) return add(out, "log", config.keys.log.string(), ledger.error());
  const auto keys = read_log_keys(config, ledger->identity());
  if (!keys) return add(out, "log, clock", config.keys.log.string(), keys.error());
  std::error_code ignored;
  const auto line = [&](std::string_view key, const std::filesystem::path& file,
                        const CheckpointKeyPtr& held) {
    add(out, key, public_key_id(held->public_key()), file.string(),
        state_of(orders, key, std::filesystem::exists(next_of(file), ignored)));
  };
  line("log", config.keys.log, keys->log);
  line("clock", config.keys.clock, keys->clock);
}

}  // namespace

base::Result<KeyListing> list_keys(const Config& config) {
  TRY_ASSIGN(const auto orders, rotation_orders(config));
  KeyListing out;
  const auto kek = vault::read_key_encryption_key(config.keys.vault);
  if (kek) {
    add(out, "kek", vault::key_id(kek->newest()), config.keys.vault.text(),
        state_of(orders, "kek", kek->size() > 1));
  } else {
    add(out, "kek", config.keys.vault.text(), kek.error());
  }
  for (const auto& region : config.regions) {
    if (kek) list_vault(config, region, *kek, orders, out);
    list_checkpoint_keys(config, region, orders, out);
  }
  if (const auto signer = read_signer(config)) {
    add(out, "signer", base::to_hex(signer->certificate.fingerprint().view()).substr(0, 32),
        config.keys.signer_certificate.string(),
        fmt::format("{}, until {}", has_next_signer(config) ? "a rotation is under way" : "in use",
                    base::format_rfc3339(signer->certificate.not_after()).substr(0, 10)));
  } else {
    add(out, "signer", config.keys.signer_certificate.string(), signer.error());
  }
  return out;
}

}  // namespace countersign::apps
