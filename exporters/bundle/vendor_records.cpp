#include "exporters/bundle/vendor_records.h"

#include "exporters/bundle/proven_lines.h"
#include "exporters/verify/layout.h"
#include "ledger/store/signed_state.h"

#include <fmt/format.h>

#include <utility>

namespace countersign::bundle {
namespace {

namespace layout = verify::layout;
using base::Code;
using base::fail;

base::TenantId system_tenant() { return base::TenantId(std::string(base::kSystemTenant)); }

auto not_yet(std::string_view what) {
  return fail(
      Code::failed_precondition,
      fmt::format("{}: no checkpoint covers it yet; try again in a few seconds, while the daemon runs",
                  what));
}

}  // namespace

base::Result<void> VendorRecords::look() {
  // The key that signed the newest checkpoint may just have taken over.
  TRY(ledger_.read_identity_again());
  TRY_ASSIGN(const auto newest, store::newest_signed_state(ledger_, system_tenant()));
  if (!newest) return not_yet("the system log has no record");
  const auto size = newest->checkpoint.size;
  if (next_ < size) {
    TRY(ledger_.read(newest->head, next_, size,
                     [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
                       TRY_ASSIGN(auto record, verify::read_vendor_record(bytes, scope_));
                       if (!record) return {};
                       records_.emplace(base::index_of(seq), bytes);
                       read_.push_back(std::move(*record));
                       return {};
                     }));
    next_ = size;
  }
  if (const auto proven = verify::prove_documents(scope_.documents, read_); !proven)
    return not_yet(proven.error().message);
  if (!scope_.questionnaire) return {};
  if (const auto proven = verify::prove_questionnaire(*scope_.questionnaire, read_); !proven)
    return not_yet(proven.error().message);
  if (const auto proven = verify::prove_answers(*scope_.questionnaire, read_); !proven)
    return not_yet(proven.error().message);
  return {};
}

base::Result<std::map<std::string, std::string, std::less<>>> VendorRecords::files(
    const base::RegionId& region) {
  const auto end = records_.empty() ? 0 : records_.rbegin()->first + 1;
  TRY_ASSIGN(const auto covering, store::signed_state_covering(ledger_, system_tenant(), end));
  if (!covering) return not_yet("the system log has no record");
  TRY_ASSIGN(auto proven, prove_lines(ledger_, *covering, records_));
  std::map<std::string, std::string, std::less<>> out;
  const auto put = [&](std::string_view name, std::string text) {
    out.emplace(std::string(name), std::move(text));
  };
  put(layout::kVendorRecords, std::move(proven.records));
  put(layout::kVendorProofs, std::move(proven.proofs));
  if (!scope_.documents.empty()) put(layout::kDocuments, verify::format_documents(scope_.documents));
  if (scope_.questionnaire) put(layout::kQuestionnaire, verify::format_questionnaire(*scope_.questionnaire));
  const auto& identity = ledger_.identity();
  if (identity.region == region) return out;
  TRY_ASSIGN(const auto keys, store::key_chain_of(ledger_.identity(), covering->head.name));
  put(layout::kVendorKeys, keys.vkeys());
  const auto& endorsements = ledger_.identity().rotations;
  for (std::size_t i = 0; i < endorsements.size(); ++i)
    put(fmt::format("{}{}", layout::kVendorRotations, i + 1), endorsements[i]);
  return out;
}

}  // namespace countersign::bundle
