#include "ledger/projection/heard.h"

#include "ledger/store/recorded.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace countersign::projection {
namespace {

constexpr std::int64_t kMinute_us = 60ll * 1'000'000;

}  // namespace

bool is_heard(std::string_view source, std::string_view proof) {
  return proof != record::to_string(record::Proof::backfill) && source != store::kApplianceSource;
}

base::Result<SourcesHeard> SourcesHeard::prepare(sqlite::Connection& index) {
  TRY_ASSIGN(auto put,
             index.prepare("INSERT INTO heard VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT DO UPDATE SET "
                           "events=events+?4, skew_min=min(skew_min,?5), skew_max=max(skew_max,?6)"));
  // The ranges that hold the number or touch it.
  TRY_ASSIGN(auto around, index.prepare("SELECT low, high FROM sequences WHERE log=?1 AND source=?2 AND "
                                        "low<=?3+1 AND high>=?3-1 ORDER BY low"));
  TRY_ASSIGN(auto remove, index.prepare("DELETE FROM sequences WHERE log=?1 AND source=?2 AND low=?3"));
  TRY_ASSIGN(auto insert, index.prepare("INSERT INTO sequences VALUES(?1,?2,?3,?4)"));
  return SourcesHeard(std::move(put), std::move(around), std::move(remove), std::move(insert));
}

base::Result<void> SourcesHeard::note(std::int64_t log, const record::RecordView& record,
                                      const record::EventView& event, std::int64_t occurred_us) {
  if (event.has(record::kDeliverySequence)) {
    const auto text = event.raw[record::kDeliverySequence];
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    TRY(note_sequence(log, record.source, number));
  }
  if (!is_heard(record.source, record.proof)) return {};
  auto& sum = sums_[{log, std::string(record.source), record.received.micros / kMinute_us}];
  const auto skew_ms = (record.received.micros - occurred_us) / 1000;
  ++sum.events;
  sum.skew_min_ms = std::min(sum.skew_min_ms, skew_ms);
  sum.skew_max_ms = std::max(sum.skew_max_ms, skew_ms);
  return {};
}

base::Result<void> SourcesHeard::note_sequence(std::int64_t log, std::string_view source,
                                               std::int64_t number) {
  std::int64_t low = number, high = number;
  std::vector<std::int64_t> replaced;
  around_.bind(1, log).bind_text(2, source).bind(3, number);
  for (;;) {
    TRY_ASSIGN(const bool row, around_.step());
    if (!row) break;
    low = std::min(low, around_.integer(0));
    high = std::max(high, around_.integer(1));
    replaced.push_back(around_.integer(0));
  }
  around_.reset();
  for (const auto old : replaced) TRY(remove_.bind(1, log).bind_text(2, source).bind(3, old).run());
  return insert_.bind(1, log).bind_text(2, source).bind(3, low).bind(4, high).run();
}

base::Result<void> SourcesHeard::flush() {
  for (const auto& [minute, sum] : sums_) {
    put_.bind(1, std::get<0>(minute)).bind_text(2, std::get<1>(minute)).bind(3, std::get<2>(minute));
    TRY(put_.bind(4, sum.events).bind(5, sum.skew_min_ms).bind(6, sum.skew_max_ms).run());
  }
  sums_.clear();
  return {};
}

}  // namespace countersign::projection
