#include "web/senders/batch/pending_acks.h"

namespace countersign::senders {

std::vector<Item> PendingAcks::not_posted(std::span<const Item> items) const {
  std::vector<Item> out;
  for (const auto& item : items)
    if (!events_.contains(item.id)) out.push_back(item);
  return out;
}

void PendingAcks::posted(std::span<const Item> items, std::int64_t ack, Time until) {
  if (ack <= newest_) {
    acks_.clear();
    events_.clear();
  }
  newest_ = ack;
  auto& one = acks_[ack];
  one.until = until;
  for (const auto& item : items)
    if (events_.emplace(item.id, ack).second) one.events += 1;
}

std::optional<std::vector<std::int64_t>> PendingAcks::asked_for(std::span<const Item> items) const {
  for (const auto& item : items)
    if (!events_.contains(item.id)) return {};
  std::vector<std::int64_t> out;
  for (const auto& [number, ack] : acks_)
    if (!ack.indexed) out.push_back(number);
  return out;
}

void PendingAcks::indexed(std::int64_t ack) { acks_.at(ack).indexed = true; }

void PendingAcks::done(std::span<const Item> items) {
  for (const auto& item : items) {
    const auto found = events_.find(item.id);
    if (found == events_.end()) continue;
    const auto ack = acks_.find(found->second);
    if (--ack->second.events == 0) acks_.erase(ack);
    events_.erase(found);
  }
}

void PendingAcks::forget(Time now) {
  std::erase_if(events_, [&](const auto& one) { return acks_.at(one.second).until <= now; });
  std::erase_if(acks_, [&](const auto& one) { return one.second.until <= now; });
}

}  // namespace countersign::senders
