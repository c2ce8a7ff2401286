#pragma once

#include "ledger/base/result.h"
#include "reports/engine/definition.h"
#include "reports/engine/workspace.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace countersign::reports {

/// Runs one query of a definition under guard and calls `row` for each row; the statement stands at it.
base::Result<void> run_guarded(Workspace& workspace, const Definition& definition, const Query& query,
                               const std::function<base::Result<void>(sqlite::Statement&)>& row);

/// What a query is told of what it looks at.
struct QueryScope {
  std::string_view tenant;  ///< must live until the statement is reset
  base::Timestamp from, until, known_from, known_until;
};
/// Gives a query the values of its parameters: those of its definition, which must live until the statement
/// is reset, and those of the scope.
void bind_parameters(sqlite::Statement& statement, const Definition& definition, const QueryScope& scope);

/// How many steps of SQLite's machine a query may take that looks at so many records.
std::uint64_t steps_for(std::uint64_t records);

/// What stands in a column. invalid_argument, with the query's place, where it is a fraction or bytes.
base::Result<Cell> cell_of(const sqlite::Statement& statement, int column, const Query& query);

/// As people read it.
std::string to_text(const Cell& cell);

/// What is wrong with a query, with its place.
base::Error fault_in(const Query& query, std::string_view what);

}  // namespace countersign::reports
