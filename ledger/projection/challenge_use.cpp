#include "ledger/projection/challenge_use.h"

#include "ledger/projection/columns.h"
#include "ledger/sqlite/connection.h"

#include <set>
#include <unordered_set>

namespace countersign::projection {

base::Result<ChallengeUse> read_challenge_use(const std::filesystem::path& index_file, std::int64_t log,
                                              base::Timestamp from, base::Timestamp before) {
  auto opened = sqlite::Connection::open(index_file, {});
  if (!opened && opened.error().code == base::Code::not_found)
    return base::fail(base::Code::unavailable, "the index is being made; try again in a moment");
  TRY_ASSIGN(auto index, std::move(opened));
  TRY_ASSIGN(const auto version, index.query_integer("PRAGMA user_version"));
  if (version != kIndexVersion)
    return base::fail(base::Code::unavailable, "the index is being made; try again in a moment");
  TRY_ASSIGN(auto rows,
             index.prepare("SELECT life, CASE WHEN type='challenge.verified' THEN challenge_factor END FROM "
                           "events INDEXED BY events_by_occurred WHERE log=?1 AND occurred>=?2 AND "
                           "occurred<?3"));
  rows.bind(1, log).bind(2, from.micros).bind(3, before.micros);
  std::unordered_set<std::int64_t> lives;
  std::set<std::string, std::less<>> factors;
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    if (!rows.is_null(0)) lives.insert(rows.integer(0));
    if (!rows.is_null(1) && !factors.contains(rows.text(1))) factors.emplace(rows.text(1));
  }
  return ChallengeUse{lives.size(), {factors.begin(), factors.end()}};
}

}  // namespace countersign::projection
