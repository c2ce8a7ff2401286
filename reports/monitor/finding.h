#pragma once

#include "reports/engine/definition.h"

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::monitor {

/// One exception that a detection found while it ran continuously.
struct Finding {
  std::string id;  ///< reports::finding_id()
  std::string control;
  std::int64_t version = 1;
  reports::Severity severity = reports::Severity::medium;
  std::string item;
  std::vector<std::uint64_t> records;  ///< in the tenant's log
  std::string observed;
};

}  // namespace countersign::monitor
