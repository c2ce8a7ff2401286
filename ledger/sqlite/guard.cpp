#include "ledger/sqlite/guard.h"

#include <fmt/format.h>

#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <vector>

namespace countersign::sqlite {
namespace {

using base::Code;
using base::fail;

constexpr int kStepsOfATick = 10'000;

std::string_view text_of(const char* text) { return text != nullptr ? text : ""; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::size_t line_of(std::string_view sql, std::size_t offset) {
  return 1 + static_cast<std::size_t>(std::count(
                 sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(std::min(offset, sql.size())), '\n'));
}

/// The line on which a word stands by itself, or the first.
std::size_t line_of_word(std::string_view sql, std::string_view word) {
  const auto text = lower(sql), wanted = lower(word);
  const auto is_name = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  for (auto at = text.find(wanted); at != std::string::npos && !wanted.empty();
       at = text.find(wanted, at + 1)) {
    const bool begins = at == 0 || !is_name(static_cast<unsigned char>(text[at - 1]));
    const auto end = at + wanted.size();
    if (begins && (end == text.size() || !is_name(static_cast<unsigned char>(text[end]))))
      return line_of(sql, at);
  }
  return 1;
}

std::string_view name_of(int action) {
  static const std::map<int, std::string_view> kNames{
      {SQLITE_INSERT, "INSERT"},     {SQLITE_UPDATE, "UPDATE"},       {SQLITE_DELETE, "DELETE"},
      {SQLITE_PRAGMA, "PRAGMA"},     {SQLITE_ATTACH, "ATTACH"},       {SQLITE_DETACH, "DETACH"},
      {SQLITE_TRANSACTION, "BEGIN"}, {SQLITE_SAVEPOINT, "SAVEPOINT"}, {SQLITE_RECURSIVE, "a recursive WITH"}};
  const auto found = kNames.find(action);
  return found == kNames.end() ? "a change of the database" : found->second;
}

/// The table that a line of EXPLAIN QUERY PLAN goes through from end to end: `SCAN e`, `SCAN e USING …`.
std::string_view scanned(std::string_view line) {
  if (!line.starts_with("SCAN ")) return {};
  line.remove_prefix(5);
  return line.substr(0, line.find(' '));
}

}  // namespace

Guard::Guard(Connection& connection, GuardRules rules) : connection_(connection), rules_(std::move(rules)) {
  // The first use of a table-valued function makes it, which no query may do.
  static_cast<void>(connection_.query_integer("SELECT count(*) FROM json_each('[]')"));
  auto databases = connection_.prepare("SELECT name FROM pragma_database_list");
  while (databases && databases->step().value_or(false)) {
    auto names = connection_.prepare(fmt::format("SELECT name FROM {}.sqlite_schema", databases->text(0)));
    while (names && names->step().value_or(false)) tables_.emplace(names->text(0));
  }
  sqlite3_set_authorizer(connection_.handle(), &Guard::authorize, this);
}

Guard::~Guard() {
  sqlite3_set_authorizer(connection_.handle(), nullptr, nullptr);
  allow_steps(0);
}

int Guard::authorize(void* self, int action, const char* first, const char* second, const char*,
                     const char* inner) {
  auto& guard = *static_cast<Guard*>(self);
  return guard.judge(action, text_of(first), text_of(second), text_of(inner));
}

int Guard::judge(int action, std::string_view first, std::string_view second, std::string_view inner) {
  if (trusted_) return SQLITE_OK;
  const auto refuse = [&](std::string_view word, std::string why) {
    if (refused_.empty()) {
      refused_ = std::move(why);
      refused_word_ = word;
    }
    return SQLITE_DENY;
  };
  switch (action) {
    case SQLITE_SELECT:
      return SQLITE_OK;
    case SQLITE_READ:
      // What a view that may be read goes on to read is the view's business.
      if (rules_.tables.contains(first) || rules_.tables.contains(inner)) return SQLITE_OK;
      // Of what a query has by name in a WITH, and takes no column of.
      if (second.empty() && !tables_.contains(first) && !first.starts_with("sqlite_")) return SQLITE_OK;
      return refuse(
          first,
          fmt::format("it reads the table '{}', which is not bound to the period and the tenant", first));
    case SQLITE_FUNCTION:
      if (rules_.functions.contains(lower(second))) return SQLITE_OK;
      return refuse(second, fmt::format("it calls {}(), which may not be the same each time", second));
    default:
      return refuse(name_of(action), fmt::format("it is not a SELECT alone: {}", name_of(action)));
  }
}

base::Result<Statement> Guard::prepare(std::string_view sql, Refusal& refusal) {
  refused_.clear();
  sqlite3* db = connection_.handle();
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int result = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, &rest);
  Statement statement(raw);
  const auto refuse = [&](std::string why, std::size_t line) {
    refusal = {std::move(why), line};
    return fail(Code::invalid_argument, refusal.why);
  };
  if (!refused_.empty()) return refuse(refused_, line_of_word(sql, refused_word_));
  if (result != SQLITE_OK) {
    const int offset = sqlite3_error_offset(db);
    std::string why = fmt::format("SQL error: {}", sqlite3_errmsg(db));
    // SQLite gives no place for a name that it does not know.
    const auto colon = why.rfind(": ");
    return refuse(why, offset >= 0 ? line_of(sql, static_cast<std::size_t>(offset))
                                   : line_of_word(sql, std::string_view(why).substr(colon + 2)));
  }
  if (raw == nullptr) return refuse("there is no query", 1);
  const auto used = static_cast<std::size_t>(rest - sql.data());
  for (std::size_t i = used; i < sql.size(); ++i) {
    if (std::isspace(static_cast<unsigned char>(sql[i])) != 0 || sql[i] == ';') continue;
    if (sql.substr(i, 2) != "--") return refuse("there is more than one statement", line_of(sql, i));
    i = std::min(sql.find('\n', i), sql.size());
  }
  if (sqlite3_stmt_readonly(raw) == 0 || sqlite3_column_count(raw) == 0 || sqlite3_stmt_isexplain(raw) != 0)
    return refuse("it is not a SELECT", 1);
  TRY(check_plan(sql, refusal));
  return statement;
}

base::Result<void> Guard::check_plan(std::string_view sql, Refusal& refusal) {
  trusted_ = true;
  auto plan = connection_.prepare(fmt::format("EXPLAIN QUERY PLAN {}", sql));
  trusted_ = false;
  if (!plan) return fail("cannot explain the query", plan.error());
  struct Step {
    std::int64_t parent;
    std::string what;
  };
  std::map<std::int64_t, Step> steps;
  std::map<std::int64_t, std::string> scanned_under;  ///< by the step above: what is gone through there
  const auto is_in_each_row = [&](std::int64_t id) {
    for (auto at = steps.find(id); at != steps.end(); at = steps.find(at->second.parent)) {
      if (at->second.what.starts_with("CORRELATED ")) return true;
    }
    return false;
  };
  for (;;) {
    TRY_ASSIGN(const bool row, plan->step());
    if (!row) return {};
    const std::int64_t parent = plan->integer(1);
    const std::string what(plan->text(3));
    steps.insert_or_assign(plan->integer(0), Step{parent, what});
    // A plan names tables by their alias: so what is not known to be small counts as large.
    const auto table = scanned(what);
    const bool small = rules_.tables.contains(table) && !rules_.large.contains(table);
    if (table.empty() || small || table == "CONSTANT") continue;
    const auto [other, first] = scanned_under.emplace(parent, table);
    // A subquery in place of a table gives what its own steps find, and those are looked at by themselves.
    if (first && (table.front() == '(' || !is_in_each_row(parent))) continue;
    refusal = {
        fmt::format("it is unbounded: it goes through all of {} again for each row of {}, where no index "
                    "serves the condition",
                    table, first ? "the query around it" : other->second),
        line_of_word(sql, table)};
    return fail(Code::invalid_argument, refusal.why);
  }
}

void Guard::allow_steps(std::uint64_t steps) {
  ran_out_ = false;
  ticks_left_ = steps / kStepsOfATick + 1;
  if (steps == 0) {
    sqlite3_progress_handler(connection_.handle(), 0, nullptr, nullptr);
    return;
  }
  sqlite3_progress_handler(
      connection_.handle(), kStepsOfATick,
      [](void* self) {
        auto& guard = *static_cast<Guard*>(self);
        if (guard.ticks_left_ > 0) --guard.ticks_left_;
        guard.ran_out_ = guard.ticks_left_ == 0;
        return guard.ran_out_ ? 1 : 0;
      },
      this);
}

}  // namespace countersign::sqlite
