#pragma once

#include "ledger/base/result.h"
#include "web/scim/filter.h"
#include "web/scim/schema.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::scim {

struct GroupName {
  std::string id;
  std::string display_name;
};

/// Where the users and groups of one tenant are kept. Documents are whole resources: `schemas`, `id`, what
/// the schemas list except `groups`, and `meta` with `resourceType`, `created` and `lastModified`; `active`
/// is always there. They are arranged, and a store gives back what it got, member for member.
///
/// The calls of one request belong together: begin a transaction before Service::answer(), and keep it if the
/// answer is a success, otherwise roll back. Nothing here is called but from answer(), on its thread.
///
/// Errors beside those named: unavailable, resource_exhausted, internal, data_loss; they end the request.
class Store {
 public:
  virtual ~Store() = default;

  /// Absent where there is none of that identifier.
  virtual base::Result<std::optional<boost::json::object>> find(Kind kind, std::string_view id) = 0;

  /// All for which index_key() of the attribute is `term.value`, in the order of scan(). `user_name` is asked
  /// of users only, and `display_name` of groups only.
  virtual base::Result<std::vector<boost::json::object>> find_by(Kind kind, const IndexTerm& term) = 0;

  /// Shows one after another, in an order that changes only by additions at the end and by removals, without
  /// the first `skip`, until all are shown or `visit` says false. `visit` may call find() and groups_of().
  using Visit = std::function<bool(const boost::json::object& document)>;
  virtual base::Result<void> scan(Kind kind, std::uint64_t skip, const Visit& visit) = 0;

  virtual base::Result<std::uint64_t> count(Kind kind) = 0;

  /// The groups that have the user among their `members`, in the order of scan().
  virtual base::Result<std::vector<GroupName>> groups_of(std::string_view user_id) = 0;

  /// already_exists where a user has the same index_key() of `userName`; nothing is changed then.
  virtual base::Result<void> create(Kind kind, const boost::json::object& document) = 0;

  /// Puts the document in the place of the one of the same `id`. not_found where there is none, aborted where
  /// entity_tag() of that one is not `expected`, already_exists as create().
  virtual base::Result<void> replace(Kind kind, const boost::json::object& document,
                                     std::string_view expected) = 0;

  /// Errors: not_found, aborted as replace().
  virtual base::Result<void> remove(Kind kind, std::string_view id, std::string_view expected) = 0;
};

}  // namespace countersign::scim
