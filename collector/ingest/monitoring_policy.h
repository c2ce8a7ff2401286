#pragma once

#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace countersign::ingest {

/// What a tenant says of how its evidence is judged: values for parameters of controls and detections, in
/// place of those that they come with. That there is such a control, and that the value is within its bounds,
/// whoever makes the change has to check, with the catalogue at hand. A value; const calls are thread-safe.
class MonitoringPolicy {
 public:
  static constexpr std::size_t kParametersMax = 256;
  /// Of one text as JSON spells it, so a quotation mark counts as two.
  static constexpr std::size_t kParameterBytesMax = 512;

  /// `OTP-ATTEMPTS.attempts_most=3`, sorted; none sets what another one does.
  const std::vector<std::string>& parameters() const { return parameters_; }

  /// Every member: equal policies have equal texts.
  boost::json::object to_json() const;

  /// Reads a policy; a member that is left out has its default, and so has an empty object. invalid_argument
  /// names the member and what would be right.
  static base::Result<MonitoringPolicy> parse(const boost::json::object& from);

  bool is_default() const { return parameters_.empty(); }
  bool operator==(const MonitoringPolicy&) const = default;

 private:
  std::vector<std::string> parameters_;  ///< by default none: every control has its own values
};

/// What MonitoringPolicy::parse takes, as a part of a JSON Schema (2020-12).
boost::json::object monitoring_policy_schema();

}  // namespace countersign::ingest
