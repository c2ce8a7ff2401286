#pragma once

#include "web/scim/schema.h"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace countersign::scim {

/// Something that a request has changed, for the caller to say on: `user.provisioned` and the like.
struct Change {
  enum class What {
    created,
    deactivated,  ///< `active` of a user became false
    reactivated,  ///< `active` of a user became true again
    changed,      ///< `attributes` have other values
    deleted,
    member_added,    ///< the user `id` belongs to the group `group_id` now
    member_removed,  ///< and no longer does
  };

  What what = What::changed;
  Kind kind = Kind::user;  ///< of what `id` names
  std::string id;
  std::string group_id = {};
  /// Spelt as to_string(AttributePath), in the order of the schemas; neither `active` nor `members`.
  std::vector<std::string> attributes = {};
  /// The resource after the change, or before it was deleted. Empty with member_added and member_removed,
  /// which may be many.
  boost::json::object document = {};
};

/// What happened when `before` became `after`, either of which is null where there was, or is, nothing: first
/// what became of the resource itself, then its members.
std::vector<Change> changes_between(Kind kind, const boost::json::object* before,
                                    const boost::json::object* after);

}  // namespace countersign::scim
