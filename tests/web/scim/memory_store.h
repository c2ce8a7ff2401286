#pragma once

#include "web/scim/store.h"

#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace countersign::scim {

/// A store of vectors.
class MemoryStore : public Store {
 public:
  base::Result<std::optional<boost::json::object>> find(Kind kind, std::string_view id) override;
  base::Result<std::vector<boost::json::object>> find_by(Kind kind, const IndexTerm& term) override;
  base::Result<void> scan(Kind kind, std::uint64_t skip, const Visit& visit) override;
  base::Result<std::uint64_t> count(Kind kind) override;
  base::Result<std::vector<GroupName>> groups_of(std::string_view user_id) override;
  base::Result<void> create(Kind kind, const boost::json::object& document) override;
  base::Result<void> replace(Kind kind, const boost::json::object& document,
                             std::string_view expected) override;
  base::Result<void> remove(Kind kind, std::string_view id, std::string_view expected) override;

  /// In the order in which they were created.
  std::vector<boost::json::object>& all(Kind kind) { return kind == Kind::user ? users_ : groups_; }

  /// Called once, before the next write, as if another client had come in between.
  std::function<void()> before_write;
  /// What every call answers instead, unless it is the default.
  std::optional<base::Error> failure;
  unsigned scans = 0, lookups = 0;

 private:
  void let_others_in();
  bool is_taken(Kind kind, const boost::json::object& document) const;

  std::vector<boost::json::object> users_, groups_;
};

}  // namespace countersign::scim
