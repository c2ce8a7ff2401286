#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/sqlite/connection.h"
#include "web/provisioning/roster.h"

#include <boost/json/object.hpp>

#include <compare>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::provisioning {

/// Whose resources they are: what one source has said of one tenant.
struct Space {
  base::TenantId tenant;
  base::SourceName source;

  auto operator<=>(const Space&) const = default;
};

/// `scim.sqlite` of a region: which resources there are, of users the token of the document, of groups the
/// document. No personal value stands in it, and none can be guessed from it. One thread.
class StateFile {
 public:
  /// Made where there is none. data_loss where it is another file; failed_precondition where a newer version
  /// made it.
  static base::Result<StateFile> open(const std::filesystem::path& file);

  struct Row {
    Roster::Place place;
    std::string_view id;
    base::Digest token;         ///< of a user
    std::string_view document;  ///< of a group
  };
  /// Of a group. data_loss where it is none.
  static base::Result<boost::json::object> document_of(const Row& row);

  /// All of a space, kind by kind and in order. The views are valid during the call.
  base::Result<void> read(const Space& space, const std::function<base::Result<void>(const Row&)>& visit);

  base::Result<std::vector<Space>> spaces();

  /// Writes what has changed in the roster, all or nothing. internal: the outcome is unknown.
  base::Result<void> write(const Space& space, const Roster& roster);

 private:
  struct Statements {
    sqlite::Statement read, spaces, put, remove;
  };
  StateFile(sqlite::Connection connection, Statements statements)
      : connection_(std::move(connection)), statements_(std::move(statements)) {}

  sqlite::Connection connection_;
  Statements statements_;
};

}  // namespace countersign::provisioning
