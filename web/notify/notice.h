#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::notify {

/// A step in the life of a finding, as it is told to the outside. A value; holds no personal value, because a
/// record holds none.
struct Notice {
  std::string type;  ///< `finding.opened`, `finding.acknowledged`, `finding.resolved`, `finding.test`
  std::string time;  ///< RFC 3339, when it happened
  std::string finding;
  std::string tenant, region;
  std::string log;      ///< the tenant's log, in which `records` stand
  std::string control;  ///< this and what follows is empty where the finding was never opened
  std::int64_t version = 0;
  std::string title;     ///< empty where the control is not known here
  std::string severity;  ///< `low`, `medium`, `high`; empty where the control is not known here
  std::string item;
  std::vector<std::uint64_t> records;
  std::string observed;
  std::string note;  ///< what was said when it was acknowledged or resolved

  bool operator==(const Notice&) const = default;
};

inline constexpr std::string_view kOpened = "finding.opened";
inline constexpr std::string_view kAcknowledged = "finding.acknowledged";
inline constexpr std::string_view kResolved = "finding.resolved";
inline constexpr std::string_view kTest = "finding.test";

/// The JSON document that a webhook is given: docs/notify.md. One line; what is not known is null.
std::string to_body(const Notice& notice);

/// Reads what to_body wrote; data_loss for anything else.
base::Result<Notice> parse_body(std::string_view body);

/// In words, for people: `opened`, `acknowledged`, `resolved`, `test`.
std::string_view step_of(const Notice& notice);

}  // namespace countersign::notify
