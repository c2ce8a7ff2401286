#include "reports/findings/findings.h"

#include "ledger/projection/columns.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"

#include <fmt/format.h>

#include <utility>

namespace countersign::findings {
namespace {

using base::Code;
using base::fail;

constexpr std::string_view kTail =
    "CREATE TABLE tail(place INTEGER PRIMARY KEY, resource TEXT NOT NULL, type TEXT NOT NULL, received "
    "INTEGER "
    "NOT NULL, context TEXT, reason TEXT, actor TEXT, role TEXT) STRICT";

/// Types and resources are among the words of the full-text index, so these records are found without
/// reading the others: ?1 is what they are found by, ?2 and ?3 the places of the system log that are indexed,
/// ?4 and ?5 the times of receipt that may be looked at.
constexpr std::string_view kTold =
    "WITH told AS (SELECT e.place AS place, e.action_resource AS resource, e.type AS type,"
    " e.received AS received, e.action_context AS context, e.outcome_reason AS reason, e.actor_id AS actor,"
    " e.actor_role AS role FROM projection.words w JOIN projection.events e ON e.place=w.rowid"
    " WHERE w.words MATCH ?1 AND e.place>=?2 AND e.place<?3 AND e.type GLOB 'finding.*'"
    " AND e.received>=?4 AND e.received<?5"
    " UNION ALL SELECT place, resource, type, received, context, reason, actor, role FROM tail"
    " WHERE received>=?4 AND received<?5) ";

constexpr std::string_view kList =
    "SELECT resource, min(place) AS first, CASE WHEN max(type='finding.resolved') THEN 'resolved'"
    " WHEN max(type='finding.acknowledged') THEN 'acknowledged' ELSE 'opened' END AS state,"
    " coalesce(max(CASE type WHEN 'finding.opened' THEN substr(context, 1, instr(context, ' ')-1)"
    " WHEN 'finding.answered' THEN substr(reason, 1, instr(reason, ' ')-1) END), '') AS control"
    " FROM told WHERE substr(resource, 1, length(?6))=?6 GROUP BY resource"
    " HAVING first<?7 AND (?8='' OR state=?8) AND (?9='' OR control=?9) ORDER BY first DESC LIMIT ?10";

constexpr std::string_view kCount =
    "SELECT max(type='finding.resolved'), max(type='finding.acknowledged') FROM told"
    " WHERE substr(resource, 1, length(?6))=?6 GROUP BY resource";

constexpr std::string_view kOne =
    "SELECT place, type, received, context, reason, actor, role FROM told WHERE resource=?6 ORDER BY place";

/// As FTS5 reads it: a text whose words stand behind one another.
std::string phrase(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

/// All records of a tenant's findings, and of other things that are told in such words.
std::string words_of_findings(const base::TenantId& tenant) {
  return fmt::format(
      "(\"finding opened\" OR \"finding acknowledged\" OR \"finding answered\" OR \"finding resolved\") AND "
      "{}",
      phrase(tenant.value()));
}

}  // namespace

struct FindingReader::Impl {
  sqlite::Connection connection;
  std::int64_t begin = 0, end = 0;  ///< places of the system log that the index holds

  base::Result<void> read_tail(store::LedgerReader& ledger, const store::LogHead& log, std::uint64_t next);
  base::Result<sqlite::Statement> prepare(std::string_view sql, std::string_view words,
                                          const Received& received);
  base::Result<std::optional<Finding>> read(const std::string& resource, std::string_view id,
                                            const Received& received);
};

FindingReader::FindingReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FindingReader::~FindingReader() = default;
FindingReader::FindingReader(FindingReader&&) noexcept = default;
FindingReader& FindingReader::operator=(FindingReader&&) noexcept = default;

base::Result<FindingReader> FindingReader::open(const store::RegionFiles& files) {
  TRY_ASSIGN(auto ledger, store::LedgerReader::open(files.ledger()));
  TRY_ASSIGN(auto connection, sqlite::Connection::open_in_memory());
  if (auto done = connection.attach(files.index(), "projection"); !done) {
    if (done.error().code != Code::not_found) return fail(done.error());
    return fail(Code::unavailable, "the index is being made; ask again in a moment");
  }
  TRY(connection.execute(std::string(kTail)));
  // One transaction, so that what is read is of one moment.
  TRY(connection.execute("BEGIN"));
  TRY_ASSIGN(const auto version, connection.query_integer("PRAGMA projection.user_version"));
  if (version != projection::kIndexVersion)
    return fail(Code::unavailable, "the index is being made; ask again in a moment");
  auto impl = std::make_unique<Impl>(Impl{std::move(connection)});
  const auto log = ledger.log(base::TenantId(std::string(base::kSystemTenant)));
  if (!log && log.error().code != Code::not_found) return fail(log.error());
  if (log) {
    TRY_ASSIGN(const auto next,
               impl->connection.query_integer(
                   fmt::format("SELECT coalesce(max(next), 0) FROM progress WHERE log={}", log->number)));
    impl->begin = store::place_of(log->number, 0);
    impl->end = impl->begin + next;
    TRY(impl->read_tail(ledger, *log, static_cast<std::uint64_t>(next)));
  }
  return FindingReader(std::move(impl));
}

/// The records of findings that the index has yet to take over.
base::Result<void> FindingReader::Impl::read_tail(store::LedgerReader& ledger, const store::LogHead& log,
                                                  std::uint64_t next) {
  if (next >= log.size) return {};
  if (log.size - next > kBehindMax)
    return fail(Code::unavailable,
                fmt::format("the index is {} records behind the system log; ask again in a "
                            "moment",
                            log.size - next));
  TRY_ASSIGN(auto insert, connection.prepare("INSERT INTO tail VALUES(?1,?2,?3,?4,?5,?6,?7,?8)"));
  return ledger.read(log, next, log.size, [&](base::Seq seq, std::string_view bytes) -> base::Result<void> {
    TRY_ASSIGN(const auto record, record::read_record(bytes));
    TRY_ASSIGN(const auto event, record::read_event(record.event));
    const auto type = event.plain(record::kType);
    if (!type.starts_with("finding.")) return {};
    const auto resource = event.text(record::kActionResource), context = event.text(record::kActionContext),
               reason = event.text(record::kOutcomeReason), role = event.text(record::kActorRole);
    insert.bind(1, store::place_of(log.number, base::index_of(seq)))
        .bind_text(2, resource)
        .bind_text(3, type);
    insert.bind(4, record.received.micros).bind_text(5, context).bind_text(6, reason);
    return insert.bind_text(7, event.plain(record::kActorId)).bind_text(8, role).run();
  });
}

base::Result<sqlite::Statement> FindingReader::Impl::prepare(std::string_view sql, std::string_view words,
                                                             const Received& received) {
  TRY_ASSIGN(auto out, connection.prepare(fmt::format("{}{}", kTold, sql)));
  out.bind_text(1, words).bind(2, begin).bind(3, end);
  out.bind(4, received.from.micros).bind(5, received.before.micros);
  return out;
}

base::Result<std::optional<Finding>> FindingReader::Impl::read(const std::string& resource,
                                                               std::string_view id,
                                                               const Received& received) {
  const auto words = phrase(resource);
  TRY_ASSIGN(auto rows, prepare(kOne, words, received));
  rows.bind_text(6, resource);
  Finding out;
  out.id = id;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    Entry entry;
    entry.seq = store::index_of_place(rows.integer(0));
    entry.at = {rows.integer(2)};
    entry.by = {std::string(rows.text(6)), std::string(rows.text(5)), {}};
    add_record(out, rows.text(1), std::move(entry), rows.text(3), rows.text(4));
  }
  if (!out.first_seq) return std::optional<Finding>();
  return std::optional(std::move(out));
}

base::Result<Page> FindingReader::list(const Wanted& wanted) {
  const auto words = words_of_findings(wanted.tenant);
  const auto prefix = wanted.tenant.value() + '/';
  const auto state = wanted.state ? to_string(*wanted.state) : std::string_view();
  TRY_ASSIGN(auto rows, impl_->prepare(kList, words, wanted.received));
  rows.bind_text(6, prefix).bind_text(8, state).bind_text(9, wanted.control);
  rows.bind(7, wanted.earlier ? impl_->begin + static_cast<std::int64_t>(*wanted.earlier) : INT64_MAX);
  rows.bind(10, static_cast<std::int64_t>(wanted.most) + 1);
  Page out;
  std::vector<std::string> found;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    found.emplace_back(rows.text(0));
  }
  const bool more = found.size() > wanted.most;
  if (more) found.pop_back();
  for (const auto& resource : found) {
    TRY_ASSIGN(auto finding,
               impl_->read(resource, std::string_view(resource).substr(prefix.size()), wanted.received));
    if (finding) out.findings.push_back(std::move(*finding));
  }
  if (more && !out.findings.empty()) out.next = out.findings.back().first_seq;
  return out;
}

base::Result<Counts> FindingReader::count(const base::TenantId& tenant, const Received& received) {
  const auto words = words_of_findings(tenant), prefix = tenant.value() + '/';
  TRY_ASSIGN(auto rows, impl_->prepare(kCount, words, received));
  rows.bind_text(6, prefix);
  Counts out;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return out;
    auto& count = rows.integer(0) != 0 ? out.resolved : rows.integer(1) != 0 ? out.acknowledged : out.opened;
    ++count;
  }
}

base::Result<std::optional<Finding>> FindingReader::find(const base::TenantId& tenant, std::string_view id,
                                                         const Received& received) {
  if (!is_finding_id(id)) return std::optional<Finding>();
  return impl_->read(fmt::format("{}/{}", tenant.value(), id), id, received);
}

}  // namespace countersign::findings
