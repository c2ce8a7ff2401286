#pragma once

#include "exporters/jsonl/totals.h"
#include "exporters/verify/checks.h"
#include "exporters/verify/disclosure_index.h"

#include <optional>

namespace countersign::verify {

/// What a bundle shows of personal values, disclosed or masked, held against what it claims to show. One
/// thread; the index that it hands out may be asked by others meanwhile.
class ValueCheck {
 public:
  /// `run` outlives this and has its evidence.
  explicit ValueCheck(Verification& run) : run_(run) {}

  /// Reads the file of values or masks, where there is one. False, with a check that failed, where it does
  /// not read.
  bool load();

  /// What tokens give way to in the table; null where they stay.
  const DisclosureIndex* index() const { return index_ ? &*index_ : nullptr; }

  /// To be called when all records were read: adds the checks `disclosures` and, for that profile, `masks`,
  /// and counts the lines.
  void finish(jsonl::Totals& totals);

 private:
  base::Result<void> check_profile() const;
  base::Result<void> check_scope() const;

  Verification& run_;
  std::optional<DisclosureIndex> index_;
};

}  // namespace countersign::verify
