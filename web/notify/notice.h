#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::notify {

/// What a reminder says of a document beside its title and its version.
struct DocumentNotice {
  std::string id, kind;
  std::string valid_until;  ///< `2026-12-31`
  std::int64_t left = 0;    ///< days; 0: on the last one, or it has expired

  bool operator==(const DocumentNotice&) const = default;
};

/// A step in the life of a finding, or a reminder of a document, as it is told to the outside. A value; holds
/// no personal value, because a record holds none in the clear.
struct Notice {
  std::string type;                                       ///< one of those below
  std::string time;                                       ///< RFC 3339, when it happened
  std::optional<DocumentNotice> document = std::nullopt;  ///< of a reminder; then `tenant` is `_system`
  std::string finding;
  std::string tenant, region;
  std::string log;      ///< the tenant's log, in which `records` stand; of a document the system log
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
inline constexpr std::string_view kExpiring = "document.expiring";
inline constexpr std::string_view kExpired = "document.expired";

/// The JSON document that a webhook is given: docs/notify.md. One line; what is not known is null.
std::string to_body(const Notice& notice);

/// Reads what to_body wrote; data_loss for anything else.
base::Result<Notice> parse_body(std::string_view body);

/// In words, for people: `opened`, `acknowledged`, `resolved`, `test`, `expiring`, `expired`.
std::string_view step_of(const Notice& notice);

/// Of a reminder, in words: `held until 2026-12-31` or `holds until 2026-12-31, 30 days are left`.
std::string days_of(const Notice& notice);

}  // namespace countersign::notify
