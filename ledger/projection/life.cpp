#include "ledger/projection/life.h"

#include "ledger/projection/columns.h"
#include "ledger/sqlite/connection.h"

#include <fmt/format.h>

namespace countersign::projection {

base::Result<Life> read_life(const std::filesystem::path& index_file, std::int64_t log,
                             std::string_view name) {
  TRY_ASSIGN(auto index, sqlite::Connection::open(index_file, {}));
  TRY_ASSIGN(const auto version, index.query_integer("PRAGMA user_version"));
  if (version != kIndexVersion)
    return base::fail(base::Code::unavailable, "the index is being made; try again in a moment");
  TRY_ASSIGN(auto sums,
             index.prepare("SELECT life, state, sources, sent, delivered, failed, verified FROM "
                           "challenge_lives WHERE log=?1 AND life=(SELECT life FROM challenge_names "
                           "WHERE log=?1 AND name=?2)"));
  sums.bind(1, log).bind_text(2, name);
  TRY_ASSIGN(const bool there, sums.step());
  if (!there)
    return base::fail(base::Code::not_found, fmt::format("no challenge of that tenant is called {}", name));
  Life life;
  life.state = sums.is_null(1) ? std::string("named only") : std::string(sums.text(1));
  life.sources = sums.integer(2);
  life.sent = sums.integer(3);
  life.delivered = sums.integer(4);
  life.failed = sums.integer(5);
  life.verified = sums.integer(6);
  TRY_ASSIGN(auto rows,
             index.prepare("SELECT seq, occurred, type, source, proof, challenge_factor, "
                           "outcome_reason FROM events WHERE life=?1 ORDER BY occurred, place LIMIT 1000"));
  rows.bind(1, sums.integer(0));
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return life;
    const auto text = [&](int column) {
      return rows.is_null(column) ? std::string() : std::string(rows.text(column));
    };
    life.events.push_back({static_cast<std::uint64_t>(rows.integer(0)),
                           {rows.integer(1)},
                           text(2),
                           text(3),
                           text(4),
                           text(5),
                           text(6)});
  }
}

}  // namespace countersign::projection
