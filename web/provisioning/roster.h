#pragma once

#include "ledger/base/types.h"
#include "web/scim/filter.h"
#include "web/scim/schema.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace countersign::provisioning {

/// One resource as it is kept in memory.
struct Entry {
  std::string id;
  std::string name;         ///< index_key() of `userName`, or of a group's `displayName`
  std::string external_id;  ///< empty: it has none
  base::Digest token;       ///< of a user: of the document in the vault
  /// The whole document: of a group, and of a user that was written and is not recorded yet.
  std::shared_ptr<const boost::json::object> document = nullptr;
};

/// An entry for a document, which it holds.
Entry entry_of(scim::Kind kind, boost::json::object document);

/// Which users and groups a source has of one tenant, with what is needed to find them. Resources have
/// numbers, in the order of which they are listed; one that is replaced keeps its number. Memory only; holds
/// the personal values by which clients look for users, and no others. One thread.
class Roster {
 public:
  using Number = std::int64_t;
  using Entries = std::map<Number, Entry>;
  using Place = std::pair<scim::Kind, Number>;

  const Entries& all(scim::Kind kind) const { return tables_[at(kind)].entries; }
  /// Null where there is none; valid until something is written.
  const Entry* find(Place place) const;
  std::optional<Number> number_of(scim::Kind kind, std::string_view id) const;
  /// In order.
  std::vector<Number> found_by(scim::Kind kind, const scim::IndexTerm& term) const;
  std::vector<Number> groups_of(std::string_view user_id) const;
  /// Members of all groups.
  std::size_t memberships() const { return memberships_; }

  void add(scim::Kind kind, Entry entry);
  /// Also in the place of another.
  void put(Place place, Entry entry);
  void remove(Place place);
  /// Takes a user out of its groups.
  void leave_groups(std::string_view user_id);

  /// What was written since the last settle() or undo(), with what stood there before.
  using Changed = std::map<Place, std::optional<Entry>>;
  const Changed& changed() const { return changed_; }
  void settle() { changed_.clear(); }
  void undo();

 private:
  using Numbers = std::unordered_map<std::string, std::set<Number>>;
  struct Table {
    Entries entries;
    std::unordered_map<std::string, Number> ids;
    Numbers names, external_ids;
  };

  static std::size_t at(scim::Kind kind) { return kind == scim::Kind::user ? 0 : 1; }
  void remember(Place place);
  void insert(Place place, Entry entry);
  void erase(Place place);

  Table tables_[2];
  Numbers groups_of_;  ///< by the user's id
  std::size_t memberships_ = 0;
  Changed changed_;
};

}  // namespace countersign::provisioning
