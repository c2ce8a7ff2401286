#pragma once

#include "ledger/base/result.h"
#include "ledger/record/profile.h"

#include <boost/json/object.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::ingest {

/// What a person may do here, or is given evidence for (DESIGN.md section 11).
enum class Role : std::uint8_t {
  auditor,  ///< reads one tenant's evidence; from outside
  analyst,  ///< reads and reports
  privacy,  ///< erases and discloses
  admin,    ///< configures
  /// A program of the vendor's that asks whether a step-up is needed, and sees nothing else.
  application,
  /// An identity platform that provisions the appliance's own users over SCIM, and sees nothing else.
  provisioner,
  /// A program that reads whole logs as tiles (C2SP tlog-tiles), and sees nothing else.
  mirror,
};
/// Those of people, who are given evidence.
inline constexpr std::array kRoles{Role::auditor, Role::analyst, Role::privacy, Role::admin};
std::string_view to_string(Role role);
/// One of kRoles.
std::optional<Role> parse_role(std::string_view text);
/// One of kRoles, or one of a program.
std::optional<Role> parse_operator_role(std::string_view text);
/// Whether it is one of kRoles.
bool is_of_people(Role role);

/// The most that a role may be given of a tenant's personal values. The profiles, and one word between
/// masked and full.
enum class Allowance : std::uint8_t {
  none,
  pseudonymous,
  masked,
  selective,  ///< masked; and values that were chosen, by kind or record, for a recipient who is named
  full,
};
std::string_view to_string(Allowance allowance);
std::optional<Allowance> parse_allowance(std::string_view text);

/// What an export needs to be allowed. `chosen`: a scope of disclosure and a recipient were given.
Allowance needed_for(record::Profile profile, bool chosen);

/// The most that an allowance gives.
record::Profile most_of(Allowance allowance, bool chosen);

/// A tenant's policy: an allowance for each role. Made with the defaults, of which docs/privacy.md says why.
class SharingPolicy {
 public:
  Allowance of(Role role) const {
    const auto at = static_cast<std::size_t>(role);
    return at < allowances_.size() ? allowances_[at] : Allowance::none;
  }
  /// `role` is one of kRoles.
  void set(Role role, Allowance allowance) { allowances_[static_cast<std::size_t>(role)] = allowance; }

  /// `{"auditor":"masked"}` for the roles that differ from the default.
  std::string to_text() const;
  bool is_default() const { return *this == SharingPolicy(); }
  /// invalid_argument, naming the member, for a role or word that is not known.
  static base::Result<SharingPolicy> parse(const boost::json::object& from);

  bool operator==(const SharingPolicy&) const = default;

 private:
  std::array<Allowance, kRoles.size()> allowances_{Allowance::pseudonymous, Allowance::masked,
                                                   Allowance::full, Allowance::full};
};

}  // namespace countersign::ingest
