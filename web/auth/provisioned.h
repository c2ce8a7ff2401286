#pragma once

#include "ledger/sqlite/connection.h"
#include "web/scim/store.h"

namespace countersign::auth {

/// The users and groups that an identity platform has provisioned over SCIM, in tables beside the accounts.
/// The caller begins and ends transactions. Errors beside those of scim::Store: as sqlite::Connection.
class Provisioned final : public scim::Store {
 public:
  /// The tables, to be made once in a new file.
  static const char* schema();

  /// `db` has the tables and outlives it.
  explicit Provisioned(sqlite::Connection& db) : db_(&db) {}

  base::Result<std::optional<boost::json::object>> find(scim::Kind kind, std::string_view id) override;
  base::Result<std::vector<boost::json::object>> find_by(scim::Kind kind,
                                                         const scim::IndexTerm& term) override;
  base::Result<void> scan(scim::Kind kind, std::uint64_t skip, const Visit& visit) override;
  base::Result<std::uint64_t> count(scim::Kind kind) override;
  base::Result<std::vector<scim::GroupName>> groups_of(std::string_view user_id) override;
  base::Result<void> create(scim::Kind kind, const boost::json::object& document) override;
  base::Result<void> replace(scim::Kind kind, const boost::json::object& document,
                             std::string_view expected) override;
  base::Result<void> remove(scim::Kind kind, std::string_view id, std::string_view expected) override;

 private:
  base::Result<std::vector<boost::json::object>> read_all(sqlite::Statement& statement);
  base::Result<std::int64_t> sequence_of(scim::Kind kind, std::string_view id, std::string_view expected);
  base::Result<void> write_members(std::int64_t sequence, const boost::json::object& document);

  sqlite::Connection* db_;
};

}  // namespace countersign::auth
