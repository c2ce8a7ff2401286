#include "ledger/projection/life.h"

#include "ledger/projection/columns.h"
#include "ledger/projection/received.h"
#include "ledger/projection/selection.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace countersign::projection {
namespace {

using base::Code;
using base::fail;

base::Result<sqlite::Connection> open_index(const std::filesystem::path& index_file) {
  auto opened = sqlite::Connection::open(index_file, {});
  if (!opened && opened.error().code == Code::not_found)
    return fail(Code::unavailable, "the index is being made; try again in a moment");
  TRY_ASSIGN(auto index, std::move(opened));
  TRY_ASSIGN(const auto version, index.query_integer("PRAGMA user_version"));
  if (version != kIndexVersion)
    return fail(Code::unavailable, "the index is being made; try again in a moment");
  return index;
}

/// How often each type stands there, of one source or as many as one source has of it.
using Counts = std::map<std::string, std::int64_t, std::less<>>;

std::int64_t count_of(const Counts& counts, std::string_view type) {
  const auto found = counts.find(type);
  return found == counts.end() ? 0 : found->second;
}

/// As the view challenge_lives has it.
std::string state_of(const Counts& most) {
  for (const auto* state : {"verified", "cancelled", "expired", "failed", "delivered"}) {
    if (count_of(most, fmt::format("challenge.{}", state)) > 0) return state;
  }
  const auto sent = count_of(most, "challenge.sent"), undelivered = count_of(most, "challenge.undelivered");
  if (undelivered > 0 && undelivered >= sent) return "undelivered";
  return sent > 0 ? "sent" : "named only";
}

/// Two sources that report the same send are no two sends, so of each count the largest that one source has
/// is taken.
base::Result<void> count_events(sqlite::Connection& index, std::int64_t life, const Places& told, Life& out) {
  // Nothing is read but the index by life: from one type of a source to the next.
  TRY_ASSIGN(auto next,
             index.prepare("SELECT source, type FROM events INDEXED BY events_by_life WHERE life=?1 AND "
                           "(source, type)>(?2, ?3) ORDER BY source, type LIMIT 1"));
  TRY_ASSIGN(auto counter,
             index.prepare("SELECT count(*) FROM (SELECT 1 FROM events INDEXED BY events_by_life WHERE "
                           "life=?1 AND source=?2 AND type=?3 AND place>=?4 AND place<?5 LIMIT ?6)"));
  std::map<std::string, Counts> by_source;
  for (std::string source, type;;) {
    TRY_ASSIGN(const bool another, next.bind(1, life).bind_text(2, source).bind_text(3, type).step());
    if (!another) break;
    std::string next_source(next.text(0)), next_type(next.text(1));
    next.reset();
    source = std::move(next_source);
    type = std::move(next_type);
    // Whether there is one at all is asked for in any case: the state depends on it.
    const auto most = std::max<std::int64_t>(1, Life::kReadMost - out.events_total);
    counter.bind(1, life).bind_text(2, source).bind_text(3, type);
    counter.bind(4, told.low).bind(5, told.high).bind(6, most + 1);
    TRY(counter.step());
    const auto events = counter.integer(0);
    counter.reset();
    if (events == 0) continue;
    out.more = out.more || events > most;
    by_source[source][type] = std::min(events, most);
    out.events_total += std::min(events, most);
  }
  Counts most;
  for (const auto& [source, counts] : by_source) {
    for (const auto& [type, count] : counts) most[type] = std::max(most[type], count);
  }
  out.state = state_of(most);
  out.sources = static_cast<std::int64_t>(by_source.size());
  out.sent = count_of(most, "challenge.sent");
  out.delivered = count_of(most, "challenge.delivered");
  out.failed = count_of(most, "challenge.failed");
  out.verified = count_of(most, "challenge.verified");
  return {};
}

base::Result<void> list_events(sqlite::Connection& index, std::int64_t life, const Places& told, Life& out) {
  TRY_ASSIGN(auto rows,
             index.prepare("SELECT seq, occurred, received, type, source, proof, challenge_factor, "
                           "outcome_reason FROM events WHERE place IN (SELECT place FROM events INDEXED BY "
                           "events_by_life WHERE life=?1 AND place>=?2 AND place<?3 LIMIT ?5) "
                           "ORDER BY occurred, place LIMIT ?4"));
  rows.bind(1, life).bind(2, told.low).bind(3, told.high);
  rows.bind(4, static_cast<std::int64_t>(Life::kEventsMax)).bind(5, Life::kReadMost);
  const auto text = [&](int column) {
    return rows.is_null(column) ? std::string() : std::string(rows.text(column));
  };
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    Life::Event event;
    event.seq = static_cast<std::uint64_t>(rows.integer(0));
    event.occurred = {rows.integer(1)};
    event.received = {rows.integer(2)};
    event.type = text(3);
    event.source = text(4);
    event.proof = text(5);
    event.factor = text(6);
    event.reason = text(7);
    out.events.push_back(std::move(event));
  }
}

base::Result<Life> read(sqlite::Connection& index, std::int64_t life, const Places& told) {
  Life out;
  TRY(count_events(index, life, told, out));
  TRY(list_events(index, life, told, out));
  return out;
}

}  // namespace

base::Result<Life> read_life(const std::filesystem::path& index_file, std::int64_t log,
                             std::string_view name) {
  TRY_ASSIGN(auto index, open_index(index_file));
  TRY_ASSIGN(auto find, index.prepare("SELECT life FROM challenge_names WHERE log=?1 AND name=?2"));
  find.bind(1, log).bind_text(2, name);
  TRY_ASSIGN(const bool there, find.step());
  if (!there) return fail(Code::not_found, fmt::format("no challenge of that tenant is called {}", name));
  return read(index, find.integer(0), {0, INT64_MAX});
}

base::Result<Life> read_life_of(const std::filesystem::path& index_file, std::int64_t log, std::uint64_t seq,
                                const Told& told) {
  if (seq >= store::kLogSizeMax) return fail(Code::not_found, "there is no such record");
  TRY_ASSIGN(auto index, open_index(index_file));
  // One transaction, because lives may be united between two questions.
  TRY(index.execute("BEGIN"));
  TRY_ASSIGN(auto find, index.prepare("SELECT received, life FROM events WHERE place=?1"));
  find.bind(1, store::place_of(log, seq));
  TRY_ASSIGN(const bool there, find.step());
  if (!there) {
    TRY_ASSIGN(auto next, index.prepare("SELECT next FROM progress WHERE log=?1"));
    next.bind(1, log);
    TRY_ASSIGN(const bool known, next.step());
    if (!known || static_cast<std::uint64_t>(next.integer(0)) <= seq)
      return fail(Code::unavailable, "the index has not come to that record; try again in a moment");
    return fail(Code::not_found, "that record is no longer kept");
  }
  const base::Timestamp received{find.integer(0)};
  if (received < told.from || received >= told.before || find.is_null(1))
    return fail(Code::not_found, "the record names no challenge");
  const auto life = find.integer(1);
  TRY_ASSIGN(auto received_at, ReceivedReader::open(index_file));
  TRY_ASSIGN(const auto places, places_of(index, received_at, log, told.from, told.before));
  return read(index, life, places);
}

}  // namespace countersign::projection
