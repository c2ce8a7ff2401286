#include "reports/engine/workspace.h"

#include "ledger/projection/columns.h"
#include "ledger/store/schema.h"
#include "reports/engine/workspace_sql.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <future>
#include <map>
#include <string>
#include <utility>

namespace countersign::reports {
namespace {

using base::Code;
using base::fail;

constexpr std::int64_t kTenantLog = 0, kSystemLog = 1;
constexpr int kCacheKib = 65'536, kForkCacheKib = 1'024;
/// Fewer are done before a thread is.
constexpr std::uint64_t kSharedLeast = 20'000;
constexpr int kPageBytes = 65'536;  ///< of shared tables: a way of two steps to each row
constexpr const char* kIndex = "projection";

constexpr std::int64_t kFirstTime = INT64_MIN, kLastTime = INT64_MAX;

std::string row_of_policies(std::int64_t from, std::int64_t until, std::string_view document) {
  std::string literal;
  for (const char c : document) literal.append(c == '\'' ? 2 : 1, c);
  return fmt::format("INSERT INTO policies VALUES({}, {}, '{}');\n", from, until, literal);
}

/// A connection to an index, with a transaction begun, so that what is read is of one moment.
base::Result<sqlite::Connection> reader_of(const std::filesystem::path& index_file) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open_in_memory(kCacheKib));
  TRY(connection.attach(index_file, kIndex));
  TRY(connection.execute("BEGIN"));
  TRY_ASSIGN(const auto version, connection.query_integer("PRAGMA projection.user_version"));
  if (version != projection::kIndexVersion)
    return fail(Code::unavailable, "the index is being made; try again in a moment");
  return connection;
}

base::Result<sqlite::Connection> reader_of(const sqlite::SharedImage& index) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open_in_memory(kCacheKib));
  TRY(connection.attach(index, kIndex));
  return connection;
}

/// A connection to tables that are shared.
base::Result<sqlite::Connection> reader_of(const std::vector<sqlite::SharedImage>& tables) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open_in_memory(kForkCacheKib));
  for (std::size_t i = 0; i < tables.size(); ++i)
    TRY(connection.attach(tables[i], fmt::format("tables{}", i)));
  return connection;
}

base::Result<void> check_reaches(sqlite::Connection& index, std::int64_t log, std::uint64_t size) {
  if (log < 0) return {};
  TRY_ASSIGN(const auto next,
             index.query_integer(
                 fmt::format("SELECT coalesce(max(next), 0) FROM projection.progress WHERE log={}", log)));
  if (next < static_cast<std::int64_t>(size))
    return fail(Code::unavailable,
                fmt::format("the index is {} records behind the log; try again in a moment",
                            static_cast<std::int64_t>(size) - next));
  return {};
}

/// Each commit of the index changes it.
base::Result<std::int64_t> moment_of(sqlite::Connection& index) {
  return index.query_integer(
      "SELECT (SELECT coalesce(sum(next), 0) FROM projection.progress) * 1000003"
      " + (SELECT count(*) FROM projection.forgotten)");
}

/// Begins both transactions anew until no commit lies between them: SQLite does not give two connections one
/// moment.
base::Result<void> make_one_moment(sqlite::Connection& first, sqlite::Connection& second) {
  constexpr int kTries = 1'000;
  for (int i = 0; i < kTries; ++i) {
    TRY_ASSIGN(const auto one, moment_of(first));
    TRY_ASSIGN(const auto other, moment_of(second));
    if (one == other) return {};
    TRY(first.execute("COMMIT; BEGIN"));
    TRY(second.execute("COMMIT; BEGIN"));
  }
  return fail(Code::unavailable, "the index changes too quickly; try again in a moment");
}

}  // namespace

std::string policies_sql(const policy::TenantHistory& policies) {
  std::string out;
  std::int64_t from = kFirstTime;
  auto document = boost::json::serialize(policies.in_force({kFirstTime}));
  for (const auto& version : policies.versions()) {
    out += row_of_policies(from, version.from.micros, document);
    from = version.from.micros;
    document = boost::json::serialize(version.after);
  }
  return out + row_of_policies(from, kLastTime, document);
}

/// What the tables are made with.
struct Workspace::Making {
  const Logs& logs;
  const Scope& scope;
  const policy::TenantHistory& policies;

  std::string evidence() const { return std::string(kEvidenceSql); }
  std::string rest() const {
    return fmt::format("{}\n{}\n{}", kSummariesSql, policies_sql(policies), kPolicySql);
  }
  bool is_large() const { return scope.end_seq - scope.first_seq >= kSharedLeast; }

  /// Of the `events` that the connection has.
  base::Result<void> run(sqlite::Connection& connection, std::string_view sql) const;
  /// Both halves by a thread each, of two connections that have the same `events`.
  base::Result<Tables> share(sqlite::Connection first, sqlite::Connection second) const;
};

base::Result<void> Workspace::Making::run(sqlite::Connection& connection, std::string_view sql) const {
  const std::map<std::string, std::int64_t> numbers{
      {"log", logs.tenant},
      {"system_log", logs.system},
      {"first_seq", static_cast<std::int64_t>(scope.first_seq)},
      {"end_seq", static_cast<std::int64_t>(scope.end_seq)},
      {"system_size", static_cast<std::int64_t>(scope.system_size)},
      {"from", scope.from.micros},
      {"until", scope.until.micros}};
  return connection.run_script(sql, [&](sqlite::Statement& statement) {
    const auto names = statement.parameter_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
      const int at = static_cast<int>(i) + 1;
      const auto number = numbers.find(names[i]);
      number != numbers.end() ? statement.bind(at, number->second)
                              : statement.bind_text(at, scope.tenant.value());
    }
  });
}

base::Result<Workspace::Tables> Workspace::Making::share(sqlite::Connection first,
                                                         sqlite::Connection second) const {
  const auto made = [&](sqlite::Connection connection,
                        const std::string& sql) -> base::Result<sqlite::SharedImage> {
    TRY(connection.execute(fmt::format("PRAGMA temp.page_size={}", kPageBytes)));
    TRY(run(connection, sql));
    return connection.image("temp");
  };
  auto others = std::async(std::launch::async, made, std::move(second), rest());
  auto evidence_tables = made(std::move(first), evidence());
  auto other_tables = others.get();
  if (!evidence_tables) return fail(evidence_tables.error());
  if (!other_tables) return fail(other_tables.error());
  return Tables{std::move(*evidence_tables), std::move(*other_tables)};
}

base::Result<Workspace> Workspace::of(sqlite::Connection connection, Tables tables, const Making& making) {
  Facts facts{
      making.scope,     fmt::format("{}\n{}", making.evidence(), making.rest()), 0, 0, 0, making.scope.from,
      making.scope.from};
  {
    TRY_ASSIGN(auto sums,
               connection.prepare("SELECT coalesce(sum(events), 0), coalesce(sum(events_in_period), 0),"
                                  " min(first_received), max(last_received) FROM sources"));
    TRY(sums.step());
    facts.events = static_cast<std::uint64_t>(sums.integer(0));
    facts.events_in_period = static_cast<std::uint64_t>(sums.integer(1));
    if (facts.events > 0) {
      facts.known_from = {sums.integer(2)};
      facts.known_until = {sums.integer(3)};
    }
  }
  TRY_ASSIGN(const auto system_end, connection.query_integer("SELECT coalesce(max(seq) + 1, 0) FROM system"));
  facts.system_end = static_cast<std::uint64_t>(system_end);
  return Workspace(std::move(connection), std::move(tables), std::move(facts));
}

base::Result<Workspace> Workspace::fork() const {
  TRY_ASSIGN(auto connection, reader_of(tables_));
  return Workspace(std::move(connection), tables_, facts_);
}

base::Result<Workspace> Workspace::of_shared(Tables tables, const Making& making) {
  TRY_ASSIGN(auto connection, reader_of(tables));
  return of(std::move(connection), std::move(tables), making);
}

base::Result<Workspace> Workspace::of_one(sqlite::Connection connection, const Making& making) {
  TRY(making.run(connection, making.evidence()));
  TRY(making.run(connection, making.rest()));
  return of(std::move(connection), {}, making);
}

base::Result<Workspace> Workspace::of_index(const std::filesystem::path& index_file, const Logs& logs,
                                            const Scope& scope, const policy::TenantHistory& policies) {
  const Making making{logs, scope, policies};
  TRY_ASSIGN(auto first, reader_of(index_file));
  TRY(check_reaches(first, logs.tenant, scope.end_seq));
  TRY(check_reaches(first, logs.system, scope.system_size));
  if (making.is_large()) {
    TRY_ASSIGN(auto second, reader_of(index_file));
    TRY(make_one_moment(first, second));
    auto tables = making.share(std::move(first), std::move(second));
    if (tables) return of_shared(std::move(*tables), making);
    if (tables.error().code != Code::resource_exhausted) return fail(tables.error());
    TRY_ASSIGN(first, reader_of(index_file));
  }
  TRY_ASSIGN(auto out, of_one(std::move(first), making));
  TRY(out.connection_.execute("COMMIT"));
  TRY(out.connection_.detach(kIndex));
  return out;
}

base::Result<Workspace::Builder> Workspace::Builder::begin() {
  TRY_ASSIGN(auto connection, sqlite::Connection::open_in_memory(kCacheKib));
  TRY(connection.execute(projection::index_schema()));
  TRY_ASSIGN(auto rows, projection::RecordRows::prepare(connection));
  TRY(connection.execute("BEGIN"));
  return Builder(std::move(connection), std::move(rows));
}

base::Result<void> Workspace::Builder::add(Of log, std::uint64_t seq, std::string_view record) {
  const auto number = log == Of::tenant ? kTenantLog : kSystemLog;
  return rows_->add(number, store::place_of(number, seq), record);
}

base::Result<Workspace> Workspace::Builder::finish(const Scope& scope,
                                                   const policy::TenantHistory& policies) {
  TRY(rows_->flush());
  TRY(connection_->execute("COMMIT"));
  rows_.reset();
  const Logs logs{kTenantLog, kSystemLog};
  const Making making{logs, scope, policies};
  if (making.is_large()) {
    const auto index = connection_->image("main");
    if (index) {
      connection_.reset();
      return of_image(*index, making);
    }
    if (index.error().code != Code::resource_exhausted) return fail(index.error());
  }
  TRY_ASSIGN(auto out, of_one(std::move(*connection_), making));
  // The tables have all of it by now.
  TRY(out.connection_.execute("DELETE FROM events"));
  return out;
}

base::Result<Workspace> Workspace::of_image(const sqlite::SharedImage& index, const Making& making) {
  TRY_ASSIGN(auto first, reader_of(index));
  TRY_ASSIGN(auto second, reader_of(index));
  auto tables = making.share(std::move(first), std::move(second));
  if (tables) return of_shared(std::move(*tables), making);
  if (tables.error().code != Code::resource_exhausted) return fail(tables.error());
  TRY_ASSIGN(auto one, reader_of(index));
  return of_one(std::move(one), making);
}

base::Result<Workspace> Workspace::empty() {
  TRY_ASSIGN(auto builder, Builder::begin());
  return builder.finish({base::TenantId("none"), {}, {}, 0, 0, 0}, policy::TenantHistory());
}

const sqlite::GuardRules& Workspace::rules() {
  static const sqlite::GuardRules kRules{{"evidence", "challenges", "system", "heard", "sources", "policy",
                                          "policy_factors", "policy_actions", "days", "json_each"},
                                         {"abs",
                                          "char",
                                          "coalesce",
                                          "count",
                                          "cume_dist",
                                          "dense_rank",
                                          "first_value",
                                          "format",
                                          "glob",
                                          "group_concat",
                                          "hex",
                                          "ifnull",
                                          "iif",
                                          "instr",
                                          "json",
                                          "json_array",
                                          "json_array_length",
                                          "json_extract",
                                          "json_group_array",
                                          "json_object",
                                          "json_type",
                                          "json_valid",
                                          "->",
                                          "->>",
                                          "lag",
                                          "last_value",
                                          "lead",
                                          "length",
                                          "like",
                                          "lower",
                                          "ltrim",
                                          "max",
                                          "min",
                                          "nth_value",
                                          "ntile",
                                          "nullif",
                                          "percent_rank",
                                          "printf",
                                          "rank",
                                          "replace",
                                          "round",
                                          "row_number",
                                          "rtrim",
                                          "sign",
                                          "substr",
                                          "substring",
                                          "sum",
                                          "total",
                                          "trim",
                                          "typeof",
                                          "unicode",
                                          "upper",
                                          "likely",
                                          "unlikely",
                                          "likelihood"},
                                         {"evidence", "challenges", "heard"}};
  return kRules;
}

}  // namespace countersign::reports
