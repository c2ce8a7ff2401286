#include "ledger/store/vault_upkeep.h"

#include "ledger/vault/vault_writer.h"

namespace countersign::store {
namespace {

using base::Code;
using vault::VaultWriter;

constexpr std::size_t kRowsAtOnce = 500;
constexpr std::int64_t kPatienceMs = 1'000;

bool may_be_tried_again(const base::Error& error) {
  return error.code == Code::resource_exhausted || error.code == Code::unavailable;
}

void show(const VaultWriter& vault, VaultState& state) {
  state.generation = vault.newest().number;
  state.rotating = vault.rotating();
  state.puts_away = vault.puts_away();
}

/// One portion; gives when to go on.
base::Result<std::optional<std::int64_t>> go_on(VaultWriter& vault, VaultState& state) {
  if (vault.rotating()) {
    TRY_ASSIGN(const auto step, vault.reseal(kRowsAtOnce));
    if (step == VaultWriter::Reseal::more) return std::optional<std::int64_t>(0);
    state.unopened = step == VaultWriter::Reseal::blocked ? vault.unopened() : 0;
    if (step == VaultWriter::Reseal::blocked) return std::optional<std::int64_t>();
    TRY(vault.end_rotation());
  }
  TRY(vault.put_away());
  return std::optional<std::int64_t>();
}

}  // namespace

Work vault_upkeep(std::shared_ptr<VaultState> state) {
  state->running = true;
  return [state = std::move(state)](LedgerThread& here) -> base::Result<std::optional<std::int64_t>> {
    auto again = go_on(here.vault, *state);
    show(here.vault, *state);
    if (!again && may_be_tried_again(again.error())) return std::optional(kPatienceMs);
    if (!again || !*again) state->running = false;
    return again;
  };
}

}  // namespace countersign::store
