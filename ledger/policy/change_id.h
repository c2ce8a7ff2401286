#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::policy {

/// A change of several members is several records. Their ids hold them together: `policy.changed:<id>:2:3` is
/// the second of three.
struct ChangePart {
  std::string change;      ///< what the ids have in common
  std::size_t number = 1;  ///< from 1
  std::size_t of = 1;
};
std::string change_id(const ChangePart& part);
/// Any other id is a change of one record.
ChangePart read_change_id(std::string_view id);

}  // namespace countersign::policy
