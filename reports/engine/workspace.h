#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/policy/history.h"
#include "ledger/projection/record_rows.h"
#include "ledger/sqlite/connection.h"
#include "ledger/sqlite/guard.h"
#include "ledger/sqlite/image.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::reports {

/// Which records a report looks at.
struct Scope {
  base::TenantId tenant;
  base::Timestamp from, until;               ///< the period, by when things happened
  std::uint64_t first_seq = 0, end_seq = 0;  ///< of the tenant's log: [first_seq, end_seq)
  std::uint64_t system_size = 0;             ///< of the system log
};

/// The tables that queries read, in memory: reports/workspace/*.sql. The same on the appliance, where they
/// are made of its index, and elsewhere, where they are made of the records of a bundle. Those of many
/// records are made by two threads. One thread uses one workspace; others read the same tables by fork().
class Workspace {
 public:
  struct Logs {
    std::int64_t tenant = 0, system = -1;  ///< numbers of logs in the index; -1: there is none
  };
  /// Of a region's index. unavailable while the index is being made, or where it is behind the scope.
  static base::Result<Workspace> of_index(const std::filesystem::path& index_file, const Logs& logs,
                                          const Scope& scope, const policy::TenantHistory& policies);

  /// Of records, verbatim: call add() for each, by ascending number within a log.
  class Builder {
   public:
    enum class Of { tenant, system };
    static base::Result<Builder> begin();
    /// data_loss where it is no record.
    base::Result<void> add(Of log, std::uint64_t seq, std::string_view record);
    base::Result<Workspace> finish(const Scope& scope, const policy::TenantHistory& policies);

   private:
    Builder(sqlite::Connection connection, projection::RecordRows rows)
        : connection_(std::move(connection)), rows_(std::move(rows)) {}

    std::optional<sqlite::Connection> connection_;
    std::optional<projection::RecordRows> rows_;
  };

  /// Without records: to check queries with.
  static base::Result<Workspace> empty();

  /// Whether there are so many records that several threads are worth their while, and few enough that the
  /// tables can be shared (2 GiB each of what is made by a thread).
  bool can_fork() const { return !tables_.empty(); }
  /// The same tables for another thread; without a copy.
  base::Result<Workspace> fork() const;

  sqlite::Connection& connection() { return connection_; }
  const Scope& scope() const { return facts_.scope; }
  std::uint64_t events() const { return facts_.events; }  ///< of the tenant's log, that were looked at
  std::uint64_t events_in_period() const { return facts_.events_in_period; }
  /// Behind the last record of the system log that concerns the tenant; 0 where none does.
  std::uint64_t system_end() const { return facts_.system_end; }
  /// Receipt of the first; the period's begin where there is none.
  base::Timestamp known_from() const { return facts_.known_from; }
  base::Timestamp known_until() const { return facts_.known_until; }

  /// The SQL that made the tables, with the tenant's policies, as a report prints it.
  const std::string& sql() const { return facts_.sql; }
  /// What a query may do.
  static const sqlite::GuardRules& rules();

 private:
  struct Making;
  using Tables = std::vector<sqlite::SharedImage>;
  /// What is known of the tables, the same in each fork.
  struct Facts {
    Scope scope;
    std::string sql;
    std::uint64_t events = 0, events_in_period = 0, system_end = 0;
    base::Timestamp known_from, known_until;
  };
  /// Of tables that the connection has, its own or those that are shared.
  static base::Result<Workspace> of(sqlite::Connection connection, Tables tables, const Making& making);
  static base::Result<Workspace> of_shared(Tables tables, const Making& making);
  /// Makes the tables in a connection that has `events`.
  static base::Result<Workspace> of_one(sqlite::Connection connection, const Making& making);
  static base::Result<Workspace> of_image(const sqlite::SharedImage& index, const Making& making);
  Workspace(sqlite::Connection connection, Tables tables, Facts facts)
      : connection_(std::move(connection)), tables_(std::move(tables)), facts_(std::move(facts)) {}

  sqlite::Connection connection_;
  Tables tables_;
  Facts facts_;
};

/// SQL that fills the table `policies`, a row for each version.
std::string policies_sql(const policy::TenantHistory& policies);

}  // namespace countersign::reports
