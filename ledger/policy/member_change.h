#pragma once

#include "ledger/base/result.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::policy {

/// What a `policy.changed` record says in its `action.context`, of one member of a tenant's policies:
/// `access.step_up.window_s: before 900, after 1200`; or, where a list is too long for that, a part of what
/// was done to it: `access.step_up.actions: added ["user.delete"]`. FORMAT.md, "Changes of a policy".
struct MemberChange {
  enum class What { replaced, removed, added };
  What what = What::replaced;
  std::string path;                  ///< of the member: `access.step_up.window_s`
  std::optional<std::size_t> index;  ///< of an element of the list there, where it is told by itself
  boost::json::value before, after;  ///< null: that element is not there
  boost::json::array names;          ///< removed or added
};

/// Reads one. invalid_argument where it is none of a member that is known here.
base::Result<MemberChange> read_member_change(std::string_view context);

/// Makes the change in a policy, which has the members of default_policy().
void make(const MemberChange& change, boost::json::object& policy);
/// Puts back what it says held before; nothing for a part of a list.
void undo(const MemberChange& change, boost::json::object& policy);

}  // namespace countersign::policy
