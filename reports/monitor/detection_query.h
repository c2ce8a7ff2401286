#pragma once

#include "ledger/base/result.h"
#include "ledger/sqlite/guard.h"
#include "reports/engine/guarded_run.h"
#include "reports/engine/report.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace countersign::monitor {

/// The detections that are part of the programs, with parameters that a tenant has set. A setting that cannot
/// be used, because this version has no such parameter, is left out and told.
std::vector<reports::Definition> detections(const std::vector<std::string>& settings,
                                            const std::function<void(const std::string&)>& told);

/// How long before a record a detection may look back, in microseconds: the sum of its parameters that are
/// lengths of time, of the one that looks back longest.
std::int64_t longest_look_back(const std::vector<reports::Definition>& detections);

/// A detection's query for exceptions, checked and prepared once. It must not outlive the guard.
class DetectionQuery {
 public:
  /// invalid_argument, with file and line, for a query that the guard refuses.
  static base::Result<DetectionQuery> prepare(sqlite::Guard& guard, reports::Definition definition);

  const reports::Definition& definition() const { return definition_; }
  /// Whether it judges stretches of time, once they are over, rather than records.
  bool judges_time() const { return judges_time_; }

  using Visit = std::function<void(reports::Exception)>;
  /// Calls `visit` for each exception. `records` are those that it looks at; resource_exhausted where it
  /// takes more steps than they justify.
  base::Result<void> run(const reports::QueryScope& scope, std::uint64_t records, const Visit& visit);

 private:
  DetectionQuery(sqlite::Guard& guard, sqlite::Statement statement, reports::Definition definition, bool time)
      : guard_(&guard),
        statement_(std::move(statement)),
        definition_(std::move(definition)),
        judges_time_(time) {}

  sqlite::Guard* guard_;
  sqlite::Statement statement_;
  reports::Definition definition_;
  bool judges_time_;
};

}  // namespace countersign::monitor
