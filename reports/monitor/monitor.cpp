#include "reports/monitor/monitor.h"

#include "reports/engine/responses.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::monitor {
namespace {

using base::Code;
using base::fail;
using base::Timestamp;

constexpr std::int64_t kMinute = 60'000'000;
/// How late a record may come and still be judged by what the longest look back shows.
constexpr std::int64_t kLateness = 86'400'000'000;
constexpr std::uint64_t kFindingsAtOnce = 1'000;  ///< of one detection

/// Stretches of time are judged a microsecond after each whole minute: most of them end with one, and so each
/// end lies between two judgements, never on one.
Timestamp judgement_before(Timestamp time) { return {(time.micros - 1) / kMinute * kMinute + 1}; }
Timestamp judgement_after(Timestamp time) { return {judgement_before(time).micros + kMinute}; }

}  // namespace

base::Result<Monitor> Monitor::open(Options options) {
  TRY_ASSIGN(auto recent, RecentEvidence::open(options.index_file, options.log, options.position.next));
  Monitor out(std::move(options), std::move(recent));
  TRY(out.prepare());
  TRY(out.read_back());
  return out;
}

base::Result<void> Monitor::prepare() {
  horizon_us_ = longest_look_back(options_.detections) + kLateness;
  for (const auto& one : options_.detections) {
    TRY_ASSIGN(auto query, DetectionQuery::prepare(recent_->guard(), one));
    queries_.push_back(std::move(query));
  }
  return {};
}

base::Result<void> Monitor::read_back() {
  const auto next = options_.position.next;
  if (next == 0) return {};
  TRY_ASSIGN(const auto last, recent_->received(next - 1, next));
  newest_ = last.value_or(options_.position.judged_until);
  const Timestamp since{newest_.micros - horizon_us_};
  TRY_ASSIGN(const auto wanted, recent_->first_received(since, 0, next));
  auto begin = wanted;
  if (next - wanted > options_.rows_max) {
    begin = next - options_.rows_max;
    rows_cut_ += begin - wanted;
  }
  TRY_ASSIGN(const auto first, recent_->received(begin, next));
  complete_from_ = begin > wanted || begin == 0 ? first.value_or(newest_) : since;
  while (begin < next) {
    if (options_.stopped && options_.stopped()) return fail(Code::aborted, "stopped while reading back");
    const auto end = std::min(next, begin + options_.records_at_once);
    TRY(recent_->take(begin, end, RecentEvidence::As::known, horizon_us_));
    TRY(recent_->set_aside());
    begin = end;
  }
  return recent_->forget_before(since, options_.position.judged_until);
}

reports::QueryScope Monitor::scope(Timestamp now) const {
  return {options_.tenant.value(), options_.position.judged_until, now,
          std::max(complete_from_, Timestamp{now.micros - horizon_us_}), now};
}

base::Result<std::vector<Finding>> Monitor::advance(std::uint64_t end) {
  std::vector<Finding> found;
  const auto begin = options_.position.next;
  if (begin >= end) return found;
  TRY_ASSIGN(const auto indexed, recent_->indexed());
  if (indexed < end)
    return fail(Code::unavailable, fmt::format("the index is {} records behind", end - indexed));
  end = std::min(end, begin + options_.records_at_once);
  TRY_ASSIGN(const auto first, recent_->received(begin, end));
  if (!first) {  // all of them were retired
    options_.position.next = end;
    return found;
  }
  TRY(judge_time(*first, found));
  TRY_ASSIGN(end, recent_->first_received(judgement_after(*first), begin, end));
  TRY(make_room(end - begin));
  complete_from_ = std::min(complete_from_, *first);
  TRY(recent_->take(begin, end, RecentEvidence::As::to_judge, horizon_us_));
  TRY_ASSIGN(const auto last, recent_->received(end - 1, end));
  newest_ = last.value_or(*first);
  for (auto& query : queries_) {
    if (!query.judges_time()) run(query, begin, end - begin, scope(newest_), found);
  }
  TRY(recent_->set_aside());
  options_.position.next = end;
  return found;
}

base::Result<std::vector<Finding>> Monitor::pass_time(Timestamp now) {
  std::vector<Finding> found;
  TRY(judge_time(now, found));
  return found;
}

base::Result<void> Monitor::judge_time(Timestamp now, std::vector<Finding>& found) {
  const auto until = judgement_before(now);
  if (until <= options_.position.judged_until) return {};
  for (auto& query : queries_) {
    if (query.judges_time()) run(query, 0, recent_->rows(), scope(until), found);
  }
  options_.position.judged_until = until;
  return recent_->forget_before({until.micros - horizon_us_}, until);
}

base::Result<void> Monitor::make_room(std::uint64_t records) {
  const auto rows = recent_->rows() + records;
  if (rows <= options_.rows_max) return {};
  const auto too_many = std::min(rows - options_.rows_max, recent_->rows());
  TRY(recent_->forget_oldest(too_many));
  rows_cut_ += too_many;
  TRY_ASSIGN(const auto oldest, recent_->oldest_received());
  complete_from_ = std::max(complete_from_, oldest.value_or(newest_));
  return {};
}

void Monitor::run(DetectionQuery& query, std::uint64_t first, std::uint64_t records,
                  const reports::QueryScope& scope, std::vector<Finding>& found) {
  const auto& definition = query.definition();
  std::vector<reports::Exception> exceptions;
  std::uint64_t count = 0;
  const auto done = query.run(scope, records, [&](reports::Exception one) {
    if (++count <= kFindingsAtOnce) exceptions.push_back(std::move(one));
  });
  if (!done) failures_.push_back({definition.id, done.error().message});
  if (count > kFindingsAtOnce)
    failures_.push_back({definition.id, fmt::format("{} findings at once: the first {} were opened; are its "
                                                    "parameters right?",
                                                    count, kFindingsAtOnce)});
  for (auto& one : exceptions) {
    if (is_found_already(definition.id, one, first)) continue;
    noted_.add(definition.id, one.records);
    found.push_back({reports::finding_id(options_.tenant.value(), definition.id, one.item), definition.id,
                     definition.version, definition.severity, reports::to_text(one.item),
                     std::move(one.records), std::move(one.observed)});
  }
}

/// Of an episode that was found, records that come late may make another one the record with which it was
/// full.
bool Monitor::is_found_already(const std::string& control, const reports::Exception& one,
                               std::uint64_t first) {
  const auto* item = std::get_if<std::int64_t>(&one.item);
  if (item == nullptr || !noted_.any_of(control, one.records)) return false;
  const auto seq = static_cast<std::uint64_t>(*item);
  return seq < first || recent_->is_late(seq).value_or(false);
}

}  // namespace countersign::monitor
