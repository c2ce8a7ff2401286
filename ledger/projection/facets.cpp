#include "ledger/projection/facets.h"

#include "ledger/store/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace countersign::projection {
namespace {

/// The names of kCountedColumns in a query.
constexpr std::array<std::string_view, kCountedFields> kPaths{"type",    "source",   "factor",
                                                              "purpose", "provider", "outcome.reason"};
/// Counts that are read before the time is looked at.
constexpr int kReadAtOnce = 4'096;
/// Later than any record, and the end of a day.
constexpr std::int64_t kEndOfTime = INT64_MAX / kHour_us / kHoursOfDay * kHoursOfDay;

bool is_counted_by(const Conditions& conditions) {
  return conditions.words.empty() &&
         std::all_of(conditions.members.begin(), conditions.members.end(), [](const auto& member) {
           return std::find(kCountedColumns.begin(), kCountedColumns.end(), member.column) !=
                  kCountedColumns.end();
         });
}

std::vector<ValueCount> most_frequent(const std::unordered_map<std::string, std::uint64_t>& counts) {
  std::vector<ValueCount> out;
  for (const auto& [value, events] : counts) out.push_back({value, events});
  std::sort(out.begin(), out.end(), [](const ValueCount& a, const ValueCount& b) {
    return a.events != b.events ? a.events > b.events : a.value < b.value;
  });
  out.resize(std::min(out.size(), Facets::kValuesMost));
  return out;
}

/// What there would be in all of `places`, if it were as frequent as where it was looked at.
std::uint64_t estimate(std::uint64_t counted, const Places& places, std::int64_t looked_to) {
  const auto all = static_cast<double>(places.high - places.low);
  const auto seen = static_cast<double>(std::max<std::int64_t>(1, places.high - looked_to));
  return static_cast<std::uint64_t>(static_cast<double>(counted) * all / seen);
}

}  // namespace

Facets Facets::none() {
  Facets out;
  for (const auto path : kPaths) out.fields.push_back({std::string(path), {}});
  return out;
}

bool FacetCount::is_late() const {
  return request_.budget && std::chrono::steady_clock::now() - begun_ >= *request_.budget;
}

base::Result<Facets> FacetCount::count(const FindToken& find_token) {
  TRY_ASSIGN(const auto conditions, Conditions::of(request_.terms, find_token));
  if (conditions && is_counted_by(*conditions)) {
    TRY(count_by_tables(*conditions));
  } else if (conditions) {
    TRY(count_records(*conditions, request_.from, request_.before));
  }
  for (const auto& [day, events] : days_) out_.days.push_back({day, events});
  for (std::size_t i = 0; i < kCountedFields; ++i) out_.fields[i].values = most_frequent(values_[i]);
  return std::move(out_);
}

/// The hours that lie in the request's time as a whole.
FacetCount::Hours FacetCount::whole_hours() const {
  Hours out{0, kEndOfTime};
  if (request_.from && request_.from->micros > 0) out.low = (request_.from->micros - 1) / kHour_us + 1;
  if (request_.before) out.high = std::max<std::int64_t>(0, request_.before->micros) / kHour_us;
  return out;
}

/// Whole days and hours by the tables, what the request's time cuts by the records, the newest first.
base::Result<void> FacetCount::count_by_tables(const Conditions& conditions) {
  const auto hours = whole_hours();
  if (hours.low >= hours.high) return count_records(conditions, request_.from, request_.before);
  TRY(read_combinations(conditions));
  const Hours days{(hours.low + kHoursOfDay - 1) / kHoursOfDay, hours.high / kHoursOfDay};
  if (days.low < days.high) {
    TRY(add_counted(kHoursOfDay, days));
    TRY(add_counted(1, {hours.low, days.low * kHoursOfDay}));
    TRY(add_counted(1, {days.high * kHoursOfDay, hours.high}));
  } else {
    TRY(add_counted(1, hours));
  }
  for (const auto& [id, combination] : combinations_) add_values(combination);
  if (request_.before)
    TRY(count_records(conditions, base::Timestamp{hours.high * kHour_us}, request_.before));
  if (request_.from) TRY(count_records(conditions, request_.from, base::Timestamp{hours.low * kHour_us}));
  return {};
}

base::Result<void> FacetCount::read_combinations(const Conditions& conditions) {
  TRY_ASSIGN(auto rows, index_.prepare(fmt::format("SELECT id, {} FROM combinations WHERE log=?1 AND {}",
                                                   fmt::join(kCountedColumns, ", "), conditions.sql(2))));
  conditions.bind(rows.bind(1, request_.log), 2);
  for (;;) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) break;
    auto& values = combinations_[rows.integer(0)].values;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = rows.text(static_cast<int>(i) + 1);
  }
  TRY_ASSIGN(auto others, index_.prepare("SELECT id FROM combinations WHERE log=?1 AND challenge_provider=?2 "
                                         "AND outcome_reason=?2"));
  others.bind(1, request_.log).bind_text(2, kOthers);
  for (;;) {
    TRY_ASSIGN(const bool row, others.step());
    if (!row) return {};
    others_.insert(others.integer(0));
  }
}

base::Result<void> FacetCount::add_counted(std::int64_t hours, Hours within) {
  TRY_ASSIGN(auto rows, index_.prepare("SELECT begin, combination, events FROM counted WHERE log=?1 AND "
                                       "hours=?2 AND begin>=?3 AND begin<?4 ORDER BY begin DESC"));
  rows.bind(1, request_.log).bind(2, hours).bind(3, within.low).bind(4, within.high);
  for (int read = 1;; ++read) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    if (read % kReadAtOnce == 0 && is_late()) {
      out_.exact = false;
      return {};
    }
    // Some of those may be what is asked for, and nothing tells which.
    if (others_.contains(rows.integer(1))) out_.exact = false;
    const auto combination = combinations_.find(rows.integer(1));
    if (combination == combinations_.end()) continue;
    const auto events = static_cast<std::uint64_t>(rows.integer(2));
    combination->second.events += events;
    days_[hours == 1 ? rows.integer(0) / kHoursOfDay : rows.integer(0)] += events;
    out_.counted += events;
    out_.total += events;
  }
}

base::Result<void> FacetCount::count_records(const Conditions& conditions,
                                             std::optional<base::Timestamp> from,
                                             std::optional<base::Timestamp> before) {
  TRY_ASSIGN(const auto places, places_of(index_, received_, request_.log, from, before));
  if (places.empty()) return {};
  std::vector<std::string_view> columns(kCountedColumns.begin(), kCountedColumns.end());
  columns.emplace_back("received");
  TRY_ASSIGN(auto selection, Selection::make(index_, tokenizer_, conditions, places, columns));
  std::uint64_t counted = 0;
  bool ended = false;
  Combination one;
  one.events = 1;
  while (!ended) {
    TRY_ASSIGN(const auto step, selection.step());
    ended = step == Selection::Step::end;
    if (step == Selection::Step::record) {
      ++counted;
      ++days_[selection.number(kCountedFields) / kHour_us / kHoursOfDay];
      for (std::size_t i = 0; i < kCountedFields; ++i) one.values[i] = selection.value(i);
      add_values(one);
    }
    if (!ended && selection.looked_to() > places.low && is_late()) break;
  }
  out_.exact = out_.exact && ended;
  out_.counted += counted;
  out_.total += ended ? counted : estimate(counted, places, selection.looked_to());
  return {};
}

void FacetCount::add_values(const Combination& combination) {
  if (combination.events == 0) return;
  for (std::size_t i = 0; i < kCountedFields; ++i) {
    const auto& value = combination.values[i];
    if (!value.empty() && value != kOthers) values_[i][value] += combination.events;
  }
}

}  // namespace countersign::projection
