#pragma once

#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::ingest {

/// What a tenant asks of its people's second factors: which may serve, for which actions one is needed, and
/// for how long a success is good. A value; const calls are thread-safe. DESIGN.md section 11, NIST SP
/// 800-63B.
class AccessPolicy {
 public:
  static constexpr std::int64_t kWindowMaxS = 1'800;  ///< 30 minutes
  static constexpr std::size_t kActionsMax = 256;
  static constexpr unsigned kAttemptsMax = 100;  ///< NIST SP 800-63B section 5.2.2

  /// Factors that may serve, as events name them, in the order of record::factors().
  const std::vector<std::string>& factors() const { return factors_; }
  bool allows(std::string_view factor) const;

  /// `billing.refund`, or `billing.*` for all that begin with `billing.`. Sorted.
  const std::vector<std::string>& actions() const { return actions_; }
  bool needs_step_up(std::string_view action) const;

  /// For how long a success is good for a further action, in seconds; 0: each action needs one of its own.
  std::int64_t step_up_window_s() const { return step_up_window_s_; }
  /// For how long one is good for looking at personal values and bundles of the tenant, in seconds.
  std::int64_t audit_window_s() const { return audit_window_s_; }
  /// Whether opening a single record needs one, too.
  bool audit_single_records() const { return audit_single_records_; }
  /// Whether an export of full personal values needs a second person's approval.
  bool four_eyes() const { return four_eyes_; }
  /// Failures one after another at which a person is locked out.
  unsigned lockout_attempts() const { return lockout_attempts_; }

  /// Every member, in a fixed order: equal policies have equal texts.
  boost::json::object to_json() const;

  /// Reads a policy; a member that is left out has its default. invalid_argument names the member and what
  /// would be right; one that is unknown is refused, so that a misspelt rule cannot pass unnoticed.
  static base::Result<AccessPolicy> parse(const boost::json::object& from);

  bool is_default() const { return *this == AccessPolicy(); }
  bool operator==(const AccessPolicy&) const = default;

  AccessPolicy();

 private:
  std::vector<std::string> factors_;  ///< by default all
  std::vector<std::string> actions_;
  std::int64_t step_up_window_s_ = 900;
  std::int64_t audit_window_s_ = 900;
  bool audit_single_records_ = false;
  bool four_eyes_ = false;
  unsigned lockout_attempts_ = 10;
};

/// What AccessPolicy::parse takes, as a part of a JSON Schema (2020-12).
boost::json::object access_policy_schema();

}  // namespace countersign::ingest
