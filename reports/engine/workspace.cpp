#include "reports/engine/workspace.h"

#include "ledger/projection/columns.h"
#include "reports/engine/workspace_sql.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>

namespace countersign::reports {
namespace {

using base::Code;
using base::fail;

constexpr std::int64_t kTenantLog = 0, kSystemLog = 1;
constexpr unsigned kPlaceBits = 40;  ///< of a place: the record's number in its log
constexpr int kCacheKib = 65'536;

constexpr std::int64_t kFirstTime = INT64_MIN, kLastTime = INT64_MAX;

std::string row_of_policies(std::int64_t from, std::int64_t until, std::string_view document) {
  std::string literal;
  for (const char c : document) literal.append(c == '\'' ? 2 : 1, c);
  return fmt::format("INSERT INTO policies VALUES({}, {}, '{}');\n", from, until, literal);
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

base::Result<Workspace> Workspace::of_index(const std::filesystem::path& index_file, const Logs& logs,
                                            const Scope& scope, const policy::TenantHistory& policies) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open_in_memory(kCacheKib));
  TRY(connection.attach(index_file, "projection"));
  Workspace out(std::move(connection), scope);
  // One transaction, so that what is read is of one moment.
  TRY(out.connection_.execute("BEGIN"));
  TRY_ASSIGN(const auto version, out.connection_.query_integer("PRAGMA projection.user_version"));
  if (version != projection::kIndexVersion)
    return fail(Code::unavailable, "the index is being made; try again in a moment");
  for (const auto& [log, size] :
       {std::pair(logs.tenant, scope.end_seq), std::pair(logs.system, scope.system_size)}) {
    if (log < 0) continue;
    TRY_ASSIGN(const auto next, out.connection_.query_integer(fmt::format(
                                    "SELECT coalesce(max(next), 0) FROM progress WHERE log={}", log)));
    if (next < static_cast<std::int64_t>(size))
      return fail(Code::unavailable,
                  fmt::format("the index is {} records behind the log; try again in a moment",
                              static_cast<std::int64_t>(size) - next));
  }
  TRY(out.fill(logs, policies));
  TRY(out.connection_.execute("COMMIT"));
  TRY(out.connection_.detach("projection"));
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
  return rows_.add(number, (number << kPlaceBits) + static_cast<std::int64_t>(seq), record);
}

base::Result<Workspace> Workspace::Builder::finish(const Scope& scope,
                                                   const policy::TenantHistory& policies) {
  TRY(rows_.flush());
  TRY(connection_.execute("COMMIT"));
  Workspace out(std::move(connection_), scope);
  TRY(out.fill({kTenantLog, kSystemLog}, policies));
  // The tables have all of it by now.
  TRY(out.connection_.execute("DELETE FROM events"));
  return out;
}

base::Result<Workspace> Workspace::empty() {
  TRY_ASSIGN(auto builder, Builder::begin());
  return builder.finish({base::TenantId("none"), {}, {}, 0, 0, 0}, policy::TenantHistory());
}

base::Result<void> Workspace::fill(const Logs& logs, const policy::TenantHistory& policies) {
  const std::map<std::string, std::int64_t> numbers{
      {"log", logs.tenant},
      {"system_log", logs.system},
      {"first_seq", static_cast<std::int64_t>(scope_.first_seq)},
      {"end_seq", static_cast<std::int64_t>(scope_.end_seq)},
      {"system_size", static_cast<std::int64_t>(scope_.system_size)},
      {"from", scope_.from.micros},
      {"until", scope_.until.micros}};
  const auto bind = [&](sqlite::Statement& statement) {
    const auto names = statement.parameter_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
      const int at = static_cast<int>(i) + 1;
      const auto number = numbers.find(names[i]);
      number != numbers.end() ? statement.bind(at, number->second)
                              : statement.bind_text(at, scope_.tenant.value());
    }
  };
  sql_ = fmt::format("{}\n{}\n{}", kEvidenceSql, policies_sql(policies), kPolicySql);
  TRY(connection_.run_script(sql_, bind));
  TRY_ASSIGN(auto sums,
             connection_.prepare(
                 "SELECT count(*), coalesce(sum(in_period), 0), min(received), max(received) FROM evidence"));
  TRY(sums.step());
  TRY_ASSIGN(const auto system_end,
             connection_.query_integer("SELECT coalesce(max(seq) + 1, 0) FROM system"));
  system_end_ = static_cast<std::uint64_t>(system_end);
  events_ = static_cast<std::uint64_t>(sums.integer(0));
  events_in_period_ = static_cast<std::uint64_t>(sums.integer(1));
  known_from_ = events_ > 0 ? base::Timestamp{sums.integer(2)} : scope_.from;
  known_until_ = events_ > 0 ? base::Timestamp{sums.integer(3)} : scope_.from;
  return {};
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
