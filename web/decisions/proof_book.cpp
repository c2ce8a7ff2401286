#include "web/decisions/proof_book.h"

#include <algorithm>
#include <functional>

namespace countersign::decisions {

void ProofBook::heard(std::int64_t log, base::Timestamp received) {
  auto& heard = logs_[log].heard;
  heard = std::max(heard, received);
}

base::Timestamp ProofBook::time_of(std::int64_t log, base::Timestamp now) const {
  const auto found = logs_.find(log);
  return found == logs_.end() ? now : std::max(now, found->second.heard);
}

void ProofBook::set_block(const Told& told) {
  for (const auto& token : told.actor.view()) {
    if (told.fact.kind == FactKind::blocked) {
      auto& since = blocked_[token];
      since = std::max(since, told.fact.time);
    } else if (const auto found = blocked_.find(token);
               found != blocked_.end() && found->second <= told.fact.time) {
      // One that tells of the time before, and comes late, lifts nothing.
      blocked_.erase(found);
    }
  }
}

void ProofBook::note(std::int64_t number, const Told& told) {
  auto& log = logs_[number];
  log.heard = std::max(log.heard, told.fact.received);
  if (told.fact.kind == FactKind::blocked || told.fact.kind == FactKind::unblocked) set_block(told);
  if (told.fact.kind == FactKind::unblocked) return;
  forget_past_of(log, log.heard);
  if (told.fact.received.micros <= log.heard.micros - kKeptUs) return;
  if (size_ >= facts_max_) make_room();
  const auto number_here = log.first + log.entries.size();
  auto& entry = log.entries.emplace_back();
  entry.fact = told.fact;
  ++size_;
  std::size_t at = 0;
  for (const auto& token : told.actor.view()) {
    auto& trail = *log.trails.try_emplace(token, 0).first;
    entry.trails[at] = &trail;
    entry.before[at] = std::exchange(trail.second, number_here);
    ++at;
  }
}

void ProofBook::drop_first(Log& log) {
  for (const auto* trail : log.entries.front().trails) {
    if (trail == nullptr || trail->second != log.first) continue;
    const auto token = trail->first;
    log.trails.erase(token);
  }
  log.entries.pop_front();
  ++log.first;
  --size_;
}

void ProofBook::forget_past_of(Log& log, base::Timestamp now) {
  while (!log.entries.empty() && log.entries.front().fact.received.micros <= now.micros - kKeptUs)
    drop_first(log);
}

void ProofBook::forget_past(base::Timestamp now) {
  for (auto& [number, log] : logs_) forget_past_of(log, std::max(now, log.heard));
}

/// Drops the oldest of the log that has most, and remembers that it did.
void ProofBook::make_room() {
  const auto most = std::max_element(logs_.begin(), logs_.end(), [](const auto& one, const auto& other) {
    return one.second.entries.size() < other.second.entries.size();
  });
  auto& log = most->second;
  log.dropped = log.entries.front().fact.received;
  drop_first(log);
}

bool ProofBook::is_complete(std::int64_t log, base::Timestamp now) const {
  const auto found = logs_.find(log);
  return found == logs_.end() || found->second.dropped.micros == INT64_MIN ||
         found->second.dropped.micros <= now.micros - kKeptUs;
}

std::size_t ProofBook::tokens(std::int64_t log) const {
  const auto found = logs_.find(log);
  return found == logs_.end() ? 0 : found->second.trails.size();
}

Known ProofBook::find(std::int64_t number, std::span<const base::Digest> tokens) const {
  Known known;
  known.blocked = std::any_of(tokens.begin(), tokens.end(),
                              [&](const base::Digest& token) { return blocked_.contains(token); });
  const auto found = logs_.find(number);
  if (found == logs_.end()) return known;
  const auto& log = found->second;
  std::vector<std::uint64_t> numbers;
  for (const auto& token : tokens) {
    const auto trail = log.trails.find(token);
    if (trail == log.trails.end()) continue;
    auto at = trail->second;
    for (std::size_t count = 0; at >= log.first && count < kFactsOfPersonMax; ++count) {
      numbers.push_back(at);
      const auto& entry = log.entries[at - log.first];
      const auto which = std::find(entry.trails.begin(), entry.trails.end(), &*trail) - entry.trails.begin();
      at = entry.before[static_cast<std::size_t>(which)];
    }
  }
  std::sort(numbers.begin(), numbers.end(), std::greater<>());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  if (numbers.size() > kFactsOfPersonMax) numbers.resize(kFactsOfPersonMax);
  for (const auto at : numbers) known.facts.push_back(log.entries[at - log.first].fact);
  return known;
}

}  // namespace countersign::decisions
