#pragma once

#include "exporters/jsonl/disclosure_scope.h"
#include "exporters/jsonl/filter.h"
#include "exporters/jsonl/totals.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/record/profile.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::verify {

/// What a bundle says of itself in evidence.json: scope, query, who ran it, and the figures. The figures are
/// kept as JSON: they are compared as a whole with what the records give.
struct Evidence {
  base::TenantId tenant;
  base::RegionId region;
  base::LogName log;
  jsonl::Period period;
  std::vector<jsonl::FilterTerm> filter;
  std::string query_text;
  int format = 2;  ///< 1: made before there were profiles, when values were `withheld` or `disclosed`
  record::Profile profile = record::Profile::pseudonymous;
  jsonl::DisclosureScope scope = {};  ///< what alone is opened, where the profile opens anything
  std::string recipient;              ///< whom the bundle is for, as the operator wrote it; empty: not said
  bool timestamped = false;  ///< a time-stamping authority was asked: its answer belongs to the bundle
  base::Timestamp run_at;
  std::string requested_by;
  std::string software;
  boost::json::object counts;
  boost::json::object totals;
  boost::json::object gaps;
  boost::json::object late_arrivals;
  std::uint64_t checkpoint_size = 0;
  base::Digest checkpoint_root;
  std::int64_t checkpoint_time = 0;     ///< POSIX seconds
  std::uint64_t beyond_checkpoint = 0;  ///< records of the log that no checkpoint covered yet
};

inline constexpr std::string_view kStatement =
    "This is management's evidence: what the operator of this appliance recorded, as it was recorded. It "
    "shows "
    "that the record is complete and unaltered, not that a control was well designed.";

/// The text of evidence.json: members in a fixed order, two spaces of indentation. Of format 1 as it was
/// then.
std::string format_evidence(const Evidence& evidence);

/// Reads exactly what format_evidence writes, so that nothing stands in the file that nobody looks at.
/// data_loss for anything else. Does not check the figures.
base::Result<Evidence> parse_evidence(std::string_view text);

}  // namespace countersign::verify
