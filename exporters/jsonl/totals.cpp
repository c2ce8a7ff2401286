#include "exporters/jsonl/totals.h"

#include <algorithm>

namespace countersign::jsonl {

void Totals::Tally::add(std::string_view name, std::uint64_t count) {
  if (last_ >= counts_.size() || counts_[last_].first != name) {
    const auto found =
        std::find_if(counts_.begin(), counts_.end(), [&](const auto& one) { return one.first == name; });
    last_ = static_cast<std::size_t>(found - counts_.begin());
    if (found == counts_.end()) counts_.emplace_back(std::string(name), 0);
  }
  counts_[last_].second += count;
}

void Totals::Tally::merge(const Tally& other) {
  for (const auto& [name, count] : other.counts_) add(name, count);
}

boost::json::object Totals::Tally::to_json() const {
  auto sorted = counts_;
  std::sort(sorted.begin(), sorted.end());
  boost::json::object out;
  for (const auto& [name, count] : sorted) out[name] = count;
  return out;
}

void Totals::note_seq(std::uint64_t seq) {
  if (!first_) first_ = seq;
  last_ = seq;
}

void Totals::add_shown(std::uint64_t seq, const record::RecordView& record, const record::EventView& event,
                       std::size_t bytes, base::Timestamp occurred) {
  note_seq(seq);
  ++shown_;
  record_bytes_ += bytes;
  by_type_.add(event.plain(record::kType));
  by_source_.add(record.source);
  late_ += is_late(occurred, record.received) ? 1 : 0;
  occurred_before_ += occurred < period_.from ? 1 : 0;
  occurred_after_ += occurred >= period_.to ? 1 : 0;
}

void Totals::add_withheld(std::uint64_t seq) {
  note_seq(seq);
  ++withheld_;
}

void Totals::add_retired(std::uint64_t seq) {
  note_seq(seq);
  ++retired_;
}

void Totals::merge(const Totals& other) {
  if (other.first_) {
    if (!first_) first_ = other.first_;
    last_ = other.last_;
  }
  shown_ += other.shown_;
  withheld_ += other.withheld_;
  retired_ += other.retired_;
  disclosures_ += other.disclosures_;
  masks_ += other.masks_;
  record_bytes_ += other.record_bytes_;
  late_ += other.late_;
  occurred_before_ += other.occurred_before_;
  occurred_after_ += other.occurred_after_;
  by_type_.merge(other.by_type_);
  by_source_.merge(other.by_source_);
}

boost::json::object Totals::counts() const {
  boost::json::object out{
      {"records", records()}, {"shown", shown_}, {"withheld", withheld_}, {"disclosures", disclosures_}};
  // Bundles made before there were masks have no such member.
  if (masks_ > 0) out["masks"] = masks_;
  if (retired_ > 0) out["retired"] = retired_;
  return out;
}

boost::json::object Totals::totals() const {
  return {
      {"by_type", by_type_.to_json()}, {"by_source", by_source_.to_json()}, {"record_bytes", record_bytes_}};
}

boost::json::object Totals::gaps() const {
  boost::json::object out{{"first_seq", nullptr}, {"last_seq", nullptr}, {"missing", std::uint64_t{0}}};
  if (first_) {
    out["first_seq"] = *first_;
    out["last_seq"] = last_;
    out["missing"] = last_ - *first_ + 1 - records();
  }
  return out;
}

boost::json::object Totals::late_arrivals() const {
  return {{"late_after_seconds", kLateAfterSeconds},
          {"late", late_},
          {"occurred_before_period", occurred_before_},
          {"occurred_after_period", occurred_after_}};
}

}  // namespace countersign::jsonl
