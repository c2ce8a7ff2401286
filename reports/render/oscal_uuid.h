#pragma once

#include "reports/engine/report.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace countersign::render::oscal {

/// Makes UUIDs of version 5 (RFC 4122 section 4.3) for the things of one report. The name space is made from
/// what the report looked at: log, records, checkpoints, period, framework and clauses. So the same thing in
/// another writing of the same report has the same UUID, and in another report another.
class Uuids {
 public:
  explicit Uuids(const reports::Report& report);

  /// The UUID of the thing that these parts name, for example {"observation", "STEP-UP-MISSING"}.
  std::string of(std::initializer_list<std::string_view> parts) const;

 private:
  std::string space_;
};

}  // namespace countersign::render::oscal
