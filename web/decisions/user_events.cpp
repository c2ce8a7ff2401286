#include "web/decisions/user_events.h"

#include "ledger/base/encoding.h"
#include "ledger/projection/columns.h"
#include "ledger/sqlite/connection.h"

#include <algorithm>

namespace countersign::decisions {
namespace {

using base::Code;
using base::fail;

/// Types are among the words of the full-text index, so these records are found without reading the others.
constexpr std::string_view kUserEvents =
    "SELECT e.log,e.seq,e.type,e.proof,e.received,e.occurred,e.actor_id,e.actor_email,e.actor_phone"
    " FROM words w JOIN events e ON e.place=w.rowid"
    " WHERE w.words MATCH '\"user deprovisioned\" OR \"user suspended\" OR \"user provisioned\"'"
    " AND e.type IN ('user.deprovisioned','user.suspended','user.provisioned') ORDER BY w.rowid";

base::Result<std::optional<Told>> read_row(const sqlite::Statement& row) {
  const auto kind = user_fact(row.text(2), row.text(3));
  if (!kind) return std::optional<Told>();
  Told told;
  told.fact.kind = *kind;
  told.fact.seq = static_cast<std::uint64_t>(row.integer(1));
  told.fact.received = {row.integer(4)};
  told.fact.time = std::min(base::Timestamp{row.integer(5)}, told.fact.received);
  for (int column = 6; column <= 8; ++column) {
    if (row.is_null(column)) continue;
    TRY_ASSIGN(const auto token, base::digest_from_base64url(row.text(column)));
    told.actor.add(token);
  }
  return std::optional(told);
}

}  // namespace

base::Result<void> read_user_events(
    const std::filesystem::path& index_file, const std::function<void(const Indexed&)>& begin,
    const std::function<base::Result<void>(std::int64_t log, const Told&)>& visit) {
  TRY_ASSIGN(auto index, sqlite::Connection::open(index_file, {}));
  // One view of the file for both, so that no record falls between them.
  TRY_ASSIGN(const auto view, sqlite::Transaction::begin(index, sqlite::Transaction::Kind::read));
  TRY_ASSIGN(const auto version, index.query_integer("PRAGMA user_version"));
  if (version == 0) return fail(Code::unavailable, "the index is being made");
  if (version != projection::kIndexVersion)
    return fail(Code::failed_precondition, "the index has another version");
  TRY_ASSIGN(auto progress, index.prepare("SELECT log,next FROM progress"));
  Indexed indexed;
  for (;;) {
    TRY_ASSIGN(const bool row, progress.step());
    if (!row) break;
    indexed[progress.integer(0)] = static_cast<std::uint64_t>(progress.integer(1));
  }
  begin(indexed);
  TRY_ASSIGN(auto rows, index.prepare(kUserEvents));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    TRY_ASSIGN(const auto told, read_row(rows));
    if (told) TRY(visit(rows.integer(0), *told));
  }
}

}  // namespace countersign::decisions
