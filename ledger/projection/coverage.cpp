#include "ledger/projection/coverage.h"

#include "ledger/projection/columns.h"

#include <algorithm>

namespace countersign::projection {
namespace {

constexpr std::int64_t kMinute_us = 60ll * 1'000'000;
constexpr std::size_t kGapsMax = 100;

std::int64_t minute_of(base::Timestamp time) { return time.micros / kMinute_us; }

}  // namespace

base::Result<CoverageReader> CoverageReader::open(const std::filesystem::path& index_file) {
  TRY_ASSIGN(auto connection, sqlite::Connection::open(index_file, {}));
  TRY_ASSIGN(const auto version, connection.query_integer("PRAGMA user_version"));
  if (version != kIndexVersion)
    return base::fail(base::Code::unavailable, "the index is being made; try again in a moment");
  return CoverageReader(std::move(connection));
}

base::Result<Coverage> CoverageReader::read(const CoverageRequest& request) {
  Coverage out;
  TRY(read_minutes(request, out));
  TRY(read_gaps(request, out));
  return out;
}

base::Result<void> CoverageReader::read_minutes(const CoverageRequest& request, Coverage& out) {
  const std::int64_t begin = minute_of(request.from);
  const std::int64_t end = std::max(begin, minute_of({request.before.micros + kMinute_us - 1}));
  const std::int64_t reach = std::max<std::int64_t>(1, request.interval_s / 60);
  out.minutes = end - begin;
  // Of what was heard before, the newest reaches furthest; a reach may be a year.
  std::int64_t covered_to = begin;
  TRY_ASSIGN(auto earlier, connection_.prepare("SELECT max(minute) FROM heard WHERE log=?1 AND source=?2 AND "
                                               "minute>=?3 AND minute<?4"));
  earlier.bind(1, request.log).bind_text(2, request.source);
  earlier.bind(3, request.no_earlier ? begin : begin - reach).bind(4, begin);
  TRY_ASSIGN(const bool known, earlier.step());
  if (known && !earlier.is_null(0)) covered_to = std::max(begin, std::min(end, earlier.integer(0) + reach));
  out.minutes_covered = covered_to - begin;
  TRY_ASSIGN(auto rows,
             connection_.prepare("SELECT minute, events, skew_min, skew_max FROM heard WHERE "
                                 "log=?1 AND source=?2 AND minute>=?3 AND minute<?4 ORDER BY minute"));
  rows.bind(1, request.log).bind_text(2, request.source).bind(3, begin).bind(4, end);
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    const auto minute = rows.integer(0);
    const auto until = std::min(end, minute + reach);
    out.minutes_covered += std::max<std::int64_t>(0, until - std::max(covered_to, minute));
    covered_to = std::max(covered_to, until);
    out.events += rows.integer(1);
    out.skew_min_ms = std::min(out.skew_min_ms.value_or(INT64_MAX), rows.integer(2));
    out.skew_max_ms = std::max(out.skew_max_ms.value_or(INT64_MIN), rows.integer(3));
    if (!out.first_heard) out.first_heard = base::Timestamp{minute * kMinute_us};
    out.last_heard = base::Timestamp{minute * kMinute_us};
  }
}

base::Result<void> CoverageReader::read_gaps(const CoverageRequest& request, Coverage& out) {
  // Not by the view, which goes over all of them.
  TRY_ASSIGN(auto rows,
             connection_.prepare("SELECT low, high FROM sequences WHERE log=?1 AND source=?2 ORDER BY low"));
  rows.bind(1, request.log).bind_text(2, request.source);
  for (std::optional<std::int64_t> before;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    if (before) {
      out.gaps_more = out.gaps_total == Coverage::kGapsReadMost;
      if (out.gaps_more) return {};
      const SequenceGap gap{*before + 1, rows.integer(0) - 1};
      ++out.gaps_total;
      out.missing += gap.high - gap.low + 1;
      if (out.gaps.size() < kGapsMax) out.gaps.push_back(gap);
    }
    before = rows.integer(1);
  }
}

base::Result<std::vector<std::string>> CoverageReader::sources_of(std::int64_t log) {
  std::vector<std::string> out;
  // From one to the next by the table's key: a source has a row for each minute.
  TRY_ASSIGN(auto next, connection_.prepare(
                            "SELECT source FROM heard WHERE log=?1 AND source>?2 ORDER BY source LIMIT 1"));
  for (;;) {
    next.bind(1, log).bind_text(2, out.empty() ? std::string_view() : std::string_view(out.back()));
    TRY_ASSIGN(const bool there, next.step());
    if (!there) return out;
    std::string name(next.text(0));
    next.reset();
    out.push_back(std::move(name));
  }
}

base::Result<std::optional<base::Timestamp>> CoverageReader::last_heard_in(std::int64_t log,
                                                                           std::string_view source,
                                                                           base::Timestamp from,
                                                                           base::Timestamp before) {
  TRY_ASSIGN(auto row, connection_.prepare("SELECT max(minute) FROM heard WHERE log=?1 AND source=?2 AND "
                                           "minute>=?3 AND minute<?4"));
  row.bind(1, log).bind_text(2, source);
  row.bind(3, minute_of({from.micros + kMinute_us - 1})).bind(4, minute_of(before));
  TRY_ASSIGN(const bool there, row.step());
  if (!there || row.is_null(0)) return std::optional<base::Timestamp>();
  return std::optional(base::Timestamp{row.integer(0) * kMinute_us});
}

base::Result<std::optional<base::Timestamp>> CoverageReader::last_heard(std::string_view source) {
  TRY_ASSIGN(auto row, connection_.prepare("SELECT max(minute) FROM heard WHERE source=?1"));
  row.bind_text(1, source);
  TRY_ASSIGN(const bool there, row.step());
  if (!there || row.is_null(0)) return std::optional<base::Timestamp>();
  return std::optional(base::Timestamp{row.integer(0) * kMinute_us});
}

}  // namespace countersign::projection
