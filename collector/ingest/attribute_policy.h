#pragma once

#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace countersign::ingest {

/// What a tenant says of the values under `attributes` of its events (DESIGN.md section 4): they are personal
/// and stand as tokens, but for the paths that are listed here. A value; const calls are thread-safe.
class AttributePolicy {
 public:
  static constexpr std::size_t kPathsMax = 128;
  static constexpr std::size_t kPathBytesMax = 200;

  /// Paths below `attributes`, sorted: `plan`, `order.currency`. Each stands for the value there and those of
  /// a list there, not for what an object there holds. A name may have points in it, so `order.currency` is
  /// also an attribute of that name.
  const std::vector<std::string>& not_personal() const { return not_personal_; }

  /// Every member: equal policies have equal texts.
  boost::json::object to_json() const;

  /// Reads a policy; a member that is left out has its default, and so has an empty object. invalid_argument
  /// names the member and what would be right.
  static base::Result<AttributePolicy> parse(const boost::json::object& from);

  bool is_default() const { return not_personal_.empty(); }
  bool operator==(const AttributePolicy&) const = default;

 private:
  std::vector<std::string> not_personal_;  ///< by default none: everything is personal
};

/// What AttributePolicy::parse takes, as a part of a JSON Schema (2020-12).
boost::json::object attribute_policy_schema();

}  // namespace countersign::ingest
