#include "ledger/projection/received.h"

#include "ledger/projection/columns.h"
#include "ledger/store/schema.h"

namespace countersign::projection {

base::Result<ReceivedReader> ReceivedReader::open(const std::filesystem::path& index_file) {
  auto opened = sqlite::Connection::open(index_file, {});
  if (!opened && opened.error().code == base::Code::not_found)
    return base::fail(base::Code::unavailable, "the index is being made; try again in a moment");
  TRY_ASSIGN(auto index, std::move(opened));
  TRY_ASSIGN(const auto version, index.query_integer("PRAGMA user_version"));
  if (version != kIndexVersion)
    return base::fail(base::Code::unavailable, "the index is being made; try again in a moment");
  TRY_ASSIGN(auto next, index.prepare("SELECT place, received FROM events WHERE place>=?1 AND place<?2 "
                                      "ORDER BY place LIMIT 1"));
  TRY_ASSIGN(auto last, index.prepare("SELECT received FROM events WHERE place>=?1 AND place<?2 "
                                      "ORDER BY place DESC LIMIT 1"));
  return ReceivedReader(std::move(index), std::move(next), std::move(last));
}

base::Result<std::uint64_t> ReceivedReader::first_at(std::int64_t log, base::Timestamp time,
                                                     std::uint64_t size) {
  std::uint64_t low = 0, high = size;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    next_.bind(1, store::place_of(log, middle)).bind(2, store::place_of(log, high));
    TRY_ASSIGN(const bool there, next_.step());
    const bool early = there && next_.integer(1) < time.micros;
    const auto found = there ? store::index_of_place(next_.integer(0)) : high;
    next_.reset();
    if (early) {
      low = found + 1;
    } else {
      high = middle;
    }
  }
  // Those behind the last early one may have been retired.
  next_.bind(1, store::place_of(log, low)).bind(2, store::place_of(log, size));
  TRY_ASSIGN(const bool there, next_.step());
  const auto found = there ? store::index_of_place(next_.integer(0)) : size;
  next_.reset();
  return found;
}

base::Result<std::uint64_t> ReceivedReader::known(std::int64_t log) {
  TRY_ASSIGN(auto next, connection_.prepare("SELECT next FROM progress WHERE log=?1"));
  TRY_ASSIGN(const bool there, next.bind(1, log).step());
  return there ? static_cast<std::uint64_t>(next.integer(0)) : 0;
}

base::Result<std::optional<base::Timestamp>> ReceivedReader::last_in(std::int64_t log, std::uint64_t begin,
                                                                     std::uint64_t end) {
  last_.bind(1, store::place_of(log, begin)).bind(2, store::place_of(log, end));
  TRY_ASSIGN(const bool there, last_.step());
  std::optional<base::Timestamp> out;
  if (there) out = base::Timestamp{last_.integer(0)};
  last_.reset();
  return out;
}

}  // namespace countersign::projection
