#include "ledger/store/signed_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace countersign::store {

namespace {

/// A checkpoint of the log, opened, where `find` gives one.
template <class Find>
base::Result<std::optional<SignedState>> open_state(LedgerReader& ledger, const base::TenantId& tenant,
                                                    const Find& find) {
  auto head = ledger.log(tenant);
  if (!head && head.error().code == base::Code::not_found) return std::optional<SignedState>();
  if (!head) return base::fail(head.error());
  TRY_ASSIGN(auto row, find(*head));
  if (!row || row->size == 0) return std::optional<SignedState>();
  // Read last: the key that signed the checkpoint may just have taken over.
  TRY(ledger.read_identity_again());
  TRY_ASSIGN(const auto keys, key_chain_of(ledger.identity(), head->name));
  auto opened = keys.open(row->note);
  if (!opened)
    return base::fail(
        fmt::format("the checkpoint of {} of size {} does not verify", head->name.text, row->size),
        opened.error());
  if (!opened->time)
    return base::fail(
        base::Code::data_loss,
        fmt::format("the checkpoint of {} of size {} does not state its time", head->name.text, row->size));
  return std::optional(
      SignedState{std::move(*head), std::move(row->note), std::move(opened->checkpoint), *opened->time});
}

}  // namespace

base::Result<std::optional<SignedState>> newest_signed_state(LedgerReader& ledger,
                                                             const base::TenantId& tenant) {
  return open_state(ledger, tenant, [&](const LogHead& head) { return ledger.newest_checkpoint(head); });
}

base::Result<std::optional<SignedState>> signed_state_covering(LedgerReader& ledger,
                                                               const base::TenantId& tenant,
                                                               std::uint64_t size) {
  return open_state(ledger, tenant, [&](const LogHead& head) {
    return ledger.checkpoint_covering(head, std::max<std::uint64_t>(size, 1));
  });
}

}  // namespace countersign::store
