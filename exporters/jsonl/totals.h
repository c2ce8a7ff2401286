#pragma once

#include "ledger/base/time.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::jsonl {

/// From `from` (included) to `to` (excluded), by the time at which the appliance received an event.
struct Period {
  base::Timestamp from;
  base::Timestamp to;

  bool contains(base::Timestamp time) const { return from <= time && time < to; }
};

/// An event that occurred longer than this before it was received is called late.
inline constexpr std::int64_t kLateAfterSeconds = 300;
inline bool is_late(base::Timestamp occurred, base::Timestamp received) {
  return received.micros - occurred.micros > kLateAfterSeconds * 1'000'000;
}

/// The figures of evidence.json: whoever has the records can count them again. Kept by the exporter while it
/// writes and by the verifier while it reads. One thread at a time.
class Totals {
 public:
  explicit Totals(const Period& period) : period_(period) {}

  /// Counts a record that is shown. `occurred` is the event's time.
  void add_shown(std::uint64_t seq, const record::RecordView& record, const record::EventView& event,
                 std::size_t bytes, base::Timestamp occurred);
  void add_withheld(std::uint64_t seq);
  void add_retired(std::uint64_t seq);
  void add_disclosures(std::uint64_t count) { disclosures_ += count; }
  void add_masks(std::uint64_t count) { masks_ += count; }
  /// Adds what was counted of a later part of the same records.
  void merge(const Totals& other);

  std::uint64_t records() const { return shown_ + withheld_ + retired_; }
  std::uint64_t shown() const { return shown_; }
  std::uint64_t withheld() const { return withheld_; }
  std::uint64_t retired() const { return retired_; }
  std::uint64_t disclosures() const { return disclosures_; }
  std::uint64_t masks() const { return masks_; }

  // The members of evidence.json that are made of nothing but the above.
  boost::json::object counts() const;
  boost::json::object totals() const;
  boost::json::object gaps() const;
  boost::json::object late_arrivals() const;

 private:
  /// Few different names, asked for very often: a list, of which the last hit is tried first.
  class Tally {
   public:
    void add(std::string_view name, std::uint64_t count = 1);
    boost::json::object to_json() const;
    void merge(const Tally& other);

   private:
    std::vector<std::pair<std::string, std::uint64_t>> counts_;
    std::size_t last_ = 0;
  };
  void note_seq(std::uint64_t seq);

  Period period_;
  std::uint64_t shown_ = 0;
  std::uint64_t withheld_ = 0;
  std::uint64_t retired_ = 0;
  std::uint64_t disclosures_ = 0;
  std::uint64_t masks_ = 0;
  std::uint64_t record_bytes_ = 0;
  std::uint64_t late_ = 0;
  std::uint64_t occurred_before_ = 0;
  std::uint64_t occurred_after_ = 0;
  std::optional<std::uint64_t> first_;
  std::uint64_t last_ = 0;
  Tally by_type_;
  Tally by_source_;
};

}  // namespace countersign::jsonl
