#include "exporters/verify/value_check.h"

#include "exporters/verify/layout.h"

#include <fmt/format.h>

namespace countersign::verify {
namespace {

using base::Code;
using base::fail;
using record::Profile;

constexpr std::string_view kDisclosuresCheck = "disclosures", kMasksCheck = "masks";

}  // namespace

bool ValueCheck::load() {
  const bool masks = run_.evidence->profile == Profile::masked;
  const auto* file = run_.bundle.find(masks ? layout::kMasks : layout::kDisclosures);
  if (file == nullptr) return true;
  auto index = DisclosureIndex::load(file->path, masks ? LineForm::masks : LineForm::disclosures);
  if (!index) {
    run_.add(std::string(masks ? kMasksCheck : kDisclosuresCheck), CheckState::failed, index.error().message);
    return false;
  }
  index_.emplace(std::move(*index));
  return true;
}

/// That the bundle has only the file that belongs to its profile.
base::Result<void> ValueCheck::check_profile() const {
  const auto profile = run_.evidence->profile;
  if (profile != Profile::full && run_.bundle.find(layout::kDisclosures) != nullptr)
    return fail(Code::data_loss,
                "evidence.json says that personal values are withheld, but some are disclosed");
  if (profile != Profile::masked && run_.bundle.find(layout::kMasks) != nullptr)
    return fail(Code::data_loss, "evidence.json does not say that personal values are masked, but some are");
  if (profile < Profile::masked && !run_.evidence->scope.empty())
    return fail(Code::data_loss, "evidence.json says which values are shown, and that none is");
  return {};
}

/// That nothing is shown beyond what evidence.json says.
base::Result<void> ValueCheck::check_scope() const {
  if (!index_) return {};
  const auto& scope = run_.evidence->scope;
  if (const auto kind = index_->kind_beyond(scope))
    return fail(Code::data_loss, fmt::format("a value of the kind {} is shown, which is beyond the scope of "
                                             "disclosure that evidence.json states",
                                             record::to_string(*kind)));
  const auto beyond = [](std::uint64_t count, std::string_view what) -> base::Result<void> {
    if (count == 0) return {};
    return fail(Code::data_loss, fmt::format("{} values are shown that {}, beyond the scope of disclosure "
                                             "that evidence.json states",
                                             count, what));
  };
  if (!scope.records.empty()) TRY(beyond(index_->not_named(), "stand in none of the records named"));
  if (scope.tokens) TRY(beyond(index_->not_in(*scope.tokens), "are not among those named"));
  return {};
}

void ValueCheck::finish(jsonl::Totals& totals) {
  const bool masks = run_.evidence->profile == Profile::masked;
  const auto lines = index_ ? index_->lines() : 0;
  (masks ? run_.report.masks : run_.report.disclosures) = lines;
  masks ? totals.add_masks(lines) : totals.add_disclosures(lines);
  auto result = check_profile();
  if (result && index_ && index_->unused() > 0)
    result = fail(Code::data_loss, fmt::format("{} {} values stand in no record of the bundle",
                                               index_->unused(), masks ? "masked" : "disclosed"));
  if (result) result = check_scope();
  if (!result || !index_ || masks) {
    if (result) {
      run_.add(std::string(kDisclosuresCheck), CheckState::not_claimed,
               run_.evidence->profile == Profile::none
                   ? "No record is shown, and so no personal value."
                   : "Personal values are withheld: tokens stand for them.");
    } else {
      run_.add(std::string(masks && index_ ? kMasksCheck : kDisclosuresCheck), result, {});
    }
  } else {
    run_.add(std::string(kDisclosuresCheck), CheckState::passed,
             fmt::format("Each of the {} disclosed values is the one that its token stands for{}.", lines,
                         run_.evidence->scope.empty() ? "" : ", and within the scope that is stated"));
  }
  if (!result || !masks || !index_) return;
  run_.add(
      std::string(kMasksCheck), CheckState::passed,
      fmt::format("Each of the {} masks stands for a token of a record that is shown, and has the form of "
                  "a mask. Whether it is a mask of the value behind the token cannot be checked: that is "
                  "the operator's statement.",
                  lines));
}

}  // namespace countersign::verify
