#include "reports/monitor/recent_evidence.h"

#include "ledger/projection/columns.h"
#include "ledger/store/schema.h"
#include "reports/engine/workspace.h"
#include "reports/engine/workspace_sql.h"
#include "reports/monitor/recent_sql.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace countersign::monitor {
namespace {

using base::Code;
using base::fail;
using base::Timestamp;

constexpr int kCacheKib = 8'192;
constexpr std::int64_t kMinuteMicros = 60'000'000;
/// How many records of each kind may be judged anew because of a short run.
constexpr std::int64_t kAnewLeast = 2'000;
/// By how many records who was told of in a challenge outlives the records of it that are here.
constexpr std::int64_t kChallengesOutlive = 200'000;

/// A statement, and by what it names its parameters.
struct Step {
  sqlite::Statement statement;
  std::vector<std::string> names;
};
using Steps = std::vector<Step>;

base::Result<Step> prepare(sqlite::Connection& connection, std::string_view sql) {
  TRY_ASSIGN(auto statement, connection.prepare(sql));
  auto names = statement.parameter_names();
  return Step{std::move(statement), std::move(names)};
}

base::Result<Steps> prepare_all(sqlite::Connection& connection, const std::vector<std::string>& sql) {
  Steps out;
  for (const auto& one : sql) {
    TRY_ASSIGN(auto step, prepare(connection, one));
    out.push_back(std::move(step));
  }
  return out;
}

base::Result<std::string> columns_of_evidence(sqlite::Connection& connection) {
  TRY_ASSIGN(auto rows,
             connection.prepare("SELECT group_concat(name, ', ') FROM pragma_table_info('evidence')"));
  TRY(rows.step());
  return std::string(rows.text(0));
}

/// First, because it is cheap, and often asked while an index is made.
base::Result<void> check_index(const std::filesystem::path& file, std::int64_t log, std::uint64_t records) {
  TRY_ASSIGN(auto index, sqlite::Connection::open(file, {}));
  TRY_ASSIGN(const auto version, index.query_integer("PRAGMA user_version"));
  if (version != projection::kIndexVersion)
    return fail(Code::unavailable, "the index is being made; try again in a moment");
  TRY_ASSIGN(const auto next, index.query_integer(fmt::format(
                                  "SELECT coalesce(max(next), 0) FROM progress WHERE log={}", log)));
  if (static_cast<std::uint64_t>(next) < records)
    return fail(Code::unavailable,
                fmt::format("the index has {} records of {}; try again in a moment", next, records));
  return {};
}

/// The workspace's own SQL over an index without records.
base::Result<void> make_workspace(sqlite::Connection& connection) {
  TRY(connection.execute(projection::index_schema()));
  TRY(connection.run_script(
      fmt::format("{}\n{}\n{}", reports::kEvidenceSql, reports::kSummariesSql, reports::kPolicySql),
      [](sqlite::Statement& statement) {
        const auto names = statement.parameter_names();
        for (std::size_t i = 0; i < names.size(); ++i)
          statement.bind(static_cast<int>(i) + 1, std::int64_t{0});
      }));
  return {};
}

}  // namespace

struct RecentEvidence::Impl {
  explicit Impl(sqlite::Connection opened) : connection(std::move(opened)) {}

  base::Result<void> prepare_statements();
  base::Result<void> know_sources();
  base::Result<void> run(Step& step);
  base::Result<void> run(Steps& steps) {
    for (auto& step : steps) TRY(run(step));
    return {};
  }
  /// The number in the first column of a query's row; nothing where there is no row, or null.
  base::Result<std::optional<std::int64_t>> ask(Step& step);
  std::int64_t place(std::uint64_t seq) const { return base + static_cast<std::int64_t>(seq); }

  sqlite::Connection connection;
  // Before the guard's end the queries of detections, before the connection's all of these.
  Steps taking, judging_anew, setting_aside, forgetting_rest;
  std::optional<Step> progress, received, insert, latest, oldest, forget, forget_first, revoke, occurred;
  std::optional<sqlite::Guard> guard;
  std::map<std::string, std::int64_t, std::less<>> values;
  std::int64_t log = 0, base = 0;
  std::int64_t rows = 0;
  std::int64_t high = INT64_MIN;  ///< when the latest of what was judged, or is known, happened
};

base::Result<void> RecentEvidence::Impl::prepare_statements() {
  TRY_ASSIGN(const auto columns, columns_of_evidence(connection));
  TRY_ASSIGN(taking, prepare_all(connection, take_sql()));
  TRY_ASSIGN(judging_anew, prepare_all(connection, judge_anew_sql()));
  TRY_ASSIGN(setting_aside, prepare_all(connection, set_aside_sql()));
  TRY_ASSIGN(forgetting_rest, prepare_all(connection, forget_rest_sql()));
  const auto keep = [&](std::optional<Step>& step, std::string_view sql) -> base::Result<void> {
    TRY_ASSIGN(step, prepare(connection, sql));
    return {};
  };
  TRY(keep(progress, "SELECT next FROM projection.progress WHERE log = :log"));
  TRY(keep(received,
           "SELECT received FROM projection.events WHERE place >= :place AND place < :beyond ORDER BY place "
           "LIMIT 1"));
  TRY(keep(insert, insert_sql(columns)));
  TRY(keep(latest, "SELECT max(occurred) FROM evidence WHERE rowid >= :first_seq"));
  TRY(keep(oldest, "SELECT received FROM evidence ORDER BY rowid LIMIT 1"));
  TRY(keep(forget, forget_evidence_sql()));
  TRY(keep(forget_first,
           "DELETE FROM evidence WHERE rowid IN (SELECT rowid FROM evidence ORDER BY rowid LIMIT :most)"));
  TRY(keep(occurred, "SELECT occurred FROM evidence WHERE rowid = ?1"));
  return keep(revoke, "UPDATE sources SET revoked = ?1 WHERE source = ?2");
}

/// Since when each source is known, and when it was heard last, which may be longer ago than what is read
/// back. The index knows the minute; where the records of it are read, they tell more exactly.
base::Result<void> RecentEvidence::Impl::know_sources() {
  TRY_ASSIGN(auto step,
             prepare(connection,
                     "WITH RECURSIVE known(source) AS ("
                     " SELECT min(source) FROM projection.heard WHERE log = :log UNION ALL"
                     " SELECT (SELECT min(h.source) FROM projection.heard h"
                     "         WHERE h.log = :log AND h.source > known.source)"
                     " FROM known WHERE known.source IS NOT NULL)"
                     " INSERT INTO sources(source, first_received, last_received, events)"
                     " SELECT source, 59999999 + 60000000 * (SELECT min(h.minute) FROM projection.heard h"
                     "                  WHERE h.log = :log AND h.source = known.source),"
                     " 60000000 * (SELECT max(h.minute) FROM projection.heard h"
                     "             WHERE h.log = :log AND h.source = known.source), 0"
                     " FROM known WHERE source IS NOT NULL"));
  return run(step);
}

base::Result<void> RecentEvidence::Impl::run(Step& step) {
  for (std::size_t i = 0; i < step.names.size(); ++i)
    step.statement.bind(static_cast<int>(i) + 1, values.at(step.names[i]));
  return step.statement.run();
}

base::Result<std::optional<std::int64_t>> RecentEvidence::Impl::ask(Step& step) {
  for (std::size_t i = 0; i < step.names.size(); ++i)
    step.statement.bind(static_cast<int>(i) + 1, values.at(step.names[i]));
  const auto there = step.statement.step();
  std::optional<std::int64_t> out;
  if (there && *there && !step.statement.is_null(0)) out = step.statement.integer(0);
  step.statement.reset();
  if (!there) return fail(there.error());
  return out;
}

RecentEvidence::RecentEvidence(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RecentEvidence::~RecentEvidence() = default;

base::Result<std::unique_ptr<RecentEvidence>> RecentEvidence::open(const std::filesystem::path& index_file,
                                                                   std::int64_t log, std::uint64_t records) {
  TRY(check_index(index_file, log, records));
  TRY_ASSIGN(auto connection, sqlite::Connection::open_in_memory(kCacheKib));
  TRY(make_workspace(connection));
  TRY(connection.attach(index_file, "projection"));
  TRY(connection.execute(recent_schema_sql()));
  auto impl = std::make_unique<Impl>(std::move(connection));
  impl->log = log;
  impl->base = store::place_of(log, 0);
  for (const char* name : {"first_seq", "end_seq", "place", "beyond", "fresh", "high", "most", "horizon",
                           "before", "minute", "from", "until"})
    impl->values[name] = 0;
  impl->values["log"] = log;
  impl->values["base"] = impl->base;
  TRY(impl->prepare_statements());
  TRY(impl->know_sources());
  impl->guard.emplace(impl->connection, reports::Workspace::rules());
  return std::unique_ptr<RecentEvidence>(new RecentEvidence(std::move(impl)));
}

sqlite::Guard& RecentEvidence::guard() { return *impl_->guard; }
std::uint64_t RecentEvidence::rows() const { return static_cast<std::uint64_t>(impl_->rows); }

base::Result<std::uint64_t> RecentEvidence::indexed() {
  const sqlite::Guard::Trust own(*impl_->guard);
  TRY_ASSIGN(const auto next, impl_->ask(*impl_->progress));
  return static_cast<std::uint64_t>(next.value_or(0));
}

base::Result<std::optional<Timestamp>> RecentEvidence::received(std::uint64_t begin, std::uint64_t end) {
  const sqlite::Guard::Trust own(*impl_->guard);
  impl_->values["place"] = impl_->place(begin);
  impl_->values["beyond"] = impl_->place(end);
  TRY_ASSIGN(const auto micros, impl_->ask(*impl_->received));
  return micros ? std::optional(Timestamp{*micros}) : std::nullopt;
}

base::Result<std::uint64_t> RecentEvidence::first_received(Timestamp time, std::uint64_t begin,
                                                           std::uint64_t end) {
  // What is received never decreases within a log.
  auto low = begin, high = end;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    TRY_ASSIGN(const auto at, received(middle, end));
    if (at && *at < time)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

base::Result<void> RecentEvidence::take(std::uint64_t begin, std::uint64_t end, As as,
                                        std::int64_t horizon_us) {
  const sqlite::Guard::Trust own(*impl_->guard);
  auto& values = impl_->values;
  const bool to_judge = as == As::to_judge;
  values["first_seq"] = static_cast<std::int64_t>(begin);
  values["end_seq"] = static_cast<std::int64_t>(end);
  values["place"] = impl_->place(begin);
  values["fresh"] = to_judge ? 1 : 0;
  values["from"] = INT64_MIN;
  values["until"] = to_judge ? INT64_MAX : INT64_MIN;
  values["most"] = std::max(kAnewLeast, static_cast<std::int64_t>(end - begin));
  values["horizon"] = horizon_us;
  values["high"] = impl_->high;
  TRY(impl_->run(impl_->taking));
  TRY(impl_->run(*impl_->insert));
  impl_->rows += impl_->connection.changes();
  if (to_judge) TRY(impl_->run(impl_->judging_anew));
  TRY_ASSIGN(const auto latest, impl_->ask(*impl_->latest));
  impl_->high = std::max(impl_->high, latest.value_or(INT64_MIN));
  return {};
}

base::Result<bool> RecentEvidence::is_late(std::uint64_t seq) {
  const sqlite::Guard::Trust own(*impl_->guard);
  auto& statement = impl_->occurred->statement;
  const auto there = statement.bind(1, static_cast<std::int64_t>(seq)).step();
  const bool late = there && *there && statement.integer(0) <= impl_->values["high"];
  statement.reset();
  if (!there) return fail(there.error());
  return late;
}

base::Result<void> RecentEvidence::set_aside() {
  const sqlite::Guard::Trust own(*impl_->guard);
  return impl_->run(impl_->setting_aside);
}

base::Result<std::optional<Timestamp>> RecentEvidence::oldest_received() {
  const sqlite::Guard::Trust own(*impl_->guard);
  TRY_ASSIGN(const auto micros, impl_->ask(*impl_->oldest));
  return micros ? std::optional(Timestamp{*micros}) : std::nullopt;
}

base::Result<void> RecentEvidence::forget_before(Timestamp time, Timestamp now) {
  const sqlite::Guard::Trust own(*impl_->guard);
  impl_->values["before"] = time.micros;
  impl_->values["minute"] = now.micros / kMinuteMicros;
  impl_->values["most"] = kChallengesOutlive;
  TRY(impl_->run(*impl_->forget));
  impl_->rows -= impl_->connection.changes();
  return impl_->run(impl_->forgetting_rest);
}

base::Result<void> RecentEvidence::forget_oldest(std::uint64_t rows) {
  const sqlite::Guard::Trust own(*impl_->guard);
  impl_->values["most"] = static_cast<std::int64_t>(rows);
  TRY(impl_->run(*impl_->forget_first));
  impl_->rows -= impl_->connection.changes();
  return {};
}

base::Result<void> RecentEvidence::set_policies(const policy::TenantHistory& policies) {
  const sqlite::Guard::Trust own(*impl_->guard);
  return impl_->connection.execute(
      fmt::format("{}{}{}", clear_policies_sql(), reports::policies_sql(policies), fill_policies_sql()));
}

base::Result<void> RecentEvidence::set_revoked(const std::map<std::string, Timestamp>& sources) {
  const sqlite::Guard::Trust own(*impl_->guard);
  auto& statement = impl_->revoke->statement;
  for (const auto& [name, time] : sources) TRY(statement.bind(1, time.micros).bind_text(2, name).run());
  return {};
}

}  // namespace countersign::monitor
