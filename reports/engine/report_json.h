#pragma once

#include "ledger/base/result.h"
#include "reports/engine/report.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace countersign::reports {

/// A report as data: format `countersign-report/1`, members in a fixed order. It has nothing of the run, so
/// the same records give the same bytes. docs/reports.md describes it.
boost::json::object to_json(const Report& report);
/// to_json() as text for people.
std::string to_json_text(const Report& report);

/// A figure that differs.
struct Difference {
  std::string where;               ///< `controls/OTP-LIFETIME/population/count`
  std::string stated, recomputed;  ///< JSON; empty: not there
};

/// Where two reports differ, the first 100 places. Elements of lists that have an `id` are told by it.
std::vector<Difference> differences(const boost::json::value& stated, const boost::json::value& recomputed);

}  // namespace countersign::reports
