#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace countersign::provisioning {

/// The `actor` of a user's events: named as other sources name the same person. `externalId` is the identity
/// provider's own identifier, and a `userName` with an @ is what its logs call the e-mail address. Never
/// empty.
boost::json::object actor_of(const boost::json::object& user);

/// The main address of `emails`, where actor_of() names the user by another; else empty. Valid as long as
/// `user`.
std::string_view other_address(const boost::json::object& user);

/// Whether `after` names a person in a way in which `before` does not.
bool has_new_name(const boost::json::object& before, const boost::json::object& after);

/// Where two actors are one person and have no name in common: what ties them together, an actor with a name
/// of each. Where one actor cannot, because both have the same single name, it takes two that share the id
/// of the resource. Absent where they have a name in common, or are known by different ids and nothing else.
struct Link {
  boost::json::object first;
  std::optional<boost::json::object> second = std::nullopt;
};
std::optional<Link> link_between(const boost::json::object& before, const boost::json::object& after,
                                 std::string_view resource_id);

}  // namespace countersign::provisioning
