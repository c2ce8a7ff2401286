#pragma once

#include <cstdint>
#include <string_view>

namespace countersign::siem {

/// Classes of OCSF 1.3.0; the value is its class_uid, of which the thousands are the category.
enum class OcsfClass : std::uint16_t {
  base_event = 0,
  detection_finding = 2004,
  account_change = 3001,
  authentication = 3002,
  entity_management = 3004,
  application_lifecycle = 6002,
  api_activity = 6003,
};

enum class Outcome : std::uint8_t { unknown, success, failure };

/// As OCSF numbers them.
enum class Severity : std::uint8_t { informational = 1, low = 2, medium = 3, high = 4 };

inline constexpr int kOtherActivity = 99;

/// What a type of event is called elsewhere.
struct Meaning {
  std::string_view type;   ///< `challenge.verified`
  std::string_view title;  ///< for people: `Challenge verified`
  OcsfClass ocsf = OcsfClass::base_event;
  int activity = kOtherActivity;  ///< activity_id of the class
  std::string_view activity_name;
  Outcome outcome = Outcome::unknown;
  Severity severity = Severity::informational;
  std::string_view ecs_category;  ///< of ECS, event.category; empty: none
  std::string_view ecs_type;      ///< event.type, of those that ECS expects with the category
};

/// What a type means; a type without a line of its own is told as a base event, by its own name. The views
/// live as long as that of `type`.
Meaning meaning_of(std::string_view type);

}  // namespace countersign::siem
