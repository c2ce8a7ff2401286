#pragma once

#include "web/scim/refusal.h"
#include "web/scim/service.h"

#include <boost/json/object.hpp>

#include <string_view>
#include <vector>

namespace countersign::scim {

/// What a write leaves behind.
struct Written {
  boost::json::object document;
  std::vector<Change> changes;
};

/// The writes of one resource, each all or nothing as long as the caller rolls the store back on an error.
/// Errors are the store's, and those of read_resource and apply_patch; invalidValue for a new member that is
/// no user.
class Lifecycle {
 public:
  Lifecycle(const Service::Options& options, Store& store) : options_(options), store_(store) {}

  /// Gives it an identifier, and makes a user active unless it says otherwise (RFC 7644 section 3.3).
  Outcome<Written> create(Kind kind, boost::json::object document) const;

  /// Puts `after` in the place of `before`, which keeps `id`, `meta.created`, and `active` where `after` does
  /// not say. Where that changes nothing, nothing is written and `lastModified` stays.
  Outcome<Written> replace(Kind kind, const boost::json::object& before, boost::json::object after) const;

  Outcome<Written> remove(Kind kind, const boost::json::object& document) const;

 private:
  Outcome<void> check_members(const boost::json::object* before, const boost::json::object& after) const;
  Outcome<void> leave_groups(std::string_view user_id, std::vector<Change>& changes) const;
  std::string new_id() const;
  boost::json::string now() const;

  const Service::Options& options_;
  Store& store_;
};

}  // namespace countersign::scim
