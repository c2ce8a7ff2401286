#include "reports/engine/guarded_run.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::reports {
namespace {

using base::Code;
using base::fail;

// Steps of SQLite's machine: what a query over few records may take, and for each record more. Ten times what
// the dearest of the built-in queries needs.
constexpr std::uint64_t kStepsLeast = 100'000'000;
constexpr std::uint64_t kStepsOfARecord = 2'000;

void bind_scope(sqlite::Statement& statement, int at, const std::string& name, const QueryScope& scope) {
  if (name == "from") {
    statement.bind(at, scope.from.micros);
  } else if (name == "until") {
    statement.bind(at, scope.until.micros);
  } else if (name == "known_from") {
    statement.bind(at, scope.known_from.micros);
  } else if (name == "known_until") {
    statement.bind(at, scope.known_until.micros);
  } else if (name == "tenant") {
    statement.bind_text(at, scope.tenant);
  }
}

}  // namespace

void bind_parameters(sqlite::Statement& statement, const Definition& definition, const QueryScope& scope) {
  const auto names = statement.parameter_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const int at = static_cast<int>(i) + 1;
    const auto own = std::find_if(definition.parameters.begin(), definition.parameters.end(),
                                  [&](const Parameter& one) { return one.name == names[i]; });
    if (own == definition.parameters.end()) {
      bind_scope(statement, at, names[i], scope);
    } else if (const auto* number = std::get_if<std::int64_t>(&own->value)) {
      statement.bind(at, *number);
    } else if (const auto* text = std::get_if<std::string>(&own->value)) {
      statement.bind_text(at, *text);
    }
  }
}

std::uint64_t steps_for(std::uint64_t records) { return kStepsLeast + kStepsOfARecord * records; }

base::Error fault_in(const Query& query, std::string_view what) {
  return {Code::invalid_argument, fmt::format("{}:{}: {}", query.file, query.line, what)};
}

base::Result<void> run_guarded(Workspace& workspace, const Definition& definition, const Query& query,
                               const std::function<base::Result<void>(sqlite::Statement&)>& row) {
  sqlite::Guard guard(workspace.connection(), Workspace::rules());
  sqlite::Refusal refusal;
  auto statement = guard.prepare(query.sql, refusal);
  if (!statement)
    return fail(Code::invalid_argument,
                fmt::format("{}:{}: {}", query.file, query.line_in_file(refusal.line), refusal.why));
  const auto& scope = workspace.scope();
  bind_parameters(
      *statement, definition,
      {scope.tenant.value(), scope.from, scope.until, workspace.known_from(), workspace.known_until()});
  guard.allow_steps(steps_for(workspace.events()));
  for (;;) {
    const auto more = statement->step();
    if (!more && guard.ran_out())
      return fail(Code::resource_exhausted,
                  fmt::format("{}:{}: the query was stopped: it takes more steps than {} records justify",
                              query.file, query.line, workspace.events()));
    if (!more) return fail(fmt::format("{}:{}", query.file, query.line), more.error());
    if (!*more) return {};
    TRY(row(*statement));
  }
}

base::Result<Cell> cell_of(const sqlite::Statement& statement, int column, const Query& query) {
  Cell cell;
  if (statement.is_integer(column)) {
    cell.emplace<std::int64_t>(statement.integer(column));
  } else if (statement.is_text(column)) {
    cell.emplace<std::string>(statement.text(column));
  } else if (!statement.is_null(column)) {
    return fail(fault_in(
        query, fmt::format("the column '{}' holds a fraction or bytes: only whole numbers and text are "
                           "the same on every machine, so round it or write it with printf()",
                           statement.column_name(column))));
  }
  return cell;
}

std::string to_text(const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return fmt::format("{}", *number);
  const auto* text = std::get_if<std::string>(&cell);
  return text != nullptr ? *text : std::string();
}

}  // namespace countersign::reports
