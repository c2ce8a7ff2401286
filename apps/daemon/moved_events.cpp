#include "apps/daemon/moved_events.h"

#include "ledger/store/event_lookup.h"

#include <pthread.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace countersign::apps {
namespace {

using base::Code;
using base::fail;
using Outcomes = std::vector<store::AppendOutcome>;

/// The regions of before, each opened when it is first asked.
class Lookups {
 public:
  base::Result<std::optional<store::AppendOutcome>> find(const record::PreparedEvent& event,
                                                         const std::vector<MovedEvents::Earlier>& regions) {
    for (const auto& region : regions) {
      auto opened = opened_.find(region.files.folder.string());
      if (opened == opened_.end()) {
        TRY_ASSIGN(auto lookup, store::EventLookup::open(region.files, *region.keys));
        opened = opened_.emplace(region.files.folder.string(), std::move(lookup)).first;
      }
      TRY_ASSIGN(auto found, opened->second.find(event));
      if (found) return found;
    }
    return std::optional<store::AppendOutcome>();
  }

 private:
  std::map<std::string, store::EventLookup> opened_;
};

/// What is known of a batch's events, and which of them are left to be stored.
struct Sifted {
  Outcomes outcomes;
  std::vector<std::size_t> left;  ///< indexes
  std::vector<record::PreparedEvent> events;
};

base::Result<Sifted> sift(std::vector<record::PreparedEvent> events, const MovedEvents::Tenants& tenants,
                          Lookups& lookups) {
  Sifted out;
  out.outcomes.resize(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (const auto moved = tenants.find(events[i].tenant); moved != tenants.end()) {
      TRY_ASSIGN(auto found, lookups.find(events[i], moved->second));
      if (found) {
        out.outcomes[i] = std::move(*found);
        continue;
      }
    }
    out.left.push_back(i);
    out.events.push_back(std::move(events[i]));
  }
  return out;
}

void hand_on(store::Appender& ledger, Sifted sifted, store::AppendDone done) {
  if (sifted.events.empty()) return done(std::move(sifted.outcomes));
  const auto shared =
      std::make_shared<std::pair<Sifted, store::AppendDone>>(std::move(sifted), std::move(done));
  const auto taken =
      ledger.submit(std::exchange(shared->first.events, {}), [shared](store::AppendResult stored) {
        auto& [sifted_events, answer] = *shared;
        if (!stored) return answer(fail(std::move(stored).error()));
        if (stored->size() != sifted_events.left.size())
          return answer(fail(Code::internal, "the ledger did not answer for each event"));
        for (std::size_t i = 0; i < stored->size(); ++i)
          sifted_events.outcomes[sifted_events.left[i]] = std::move((*stored)[i]);
        answer(std::move(sifted_events.outcomes));
      });
  if (!taken) shared->second(fail(Code::unavailable, taken.error().message));
}

}  // namespace

void MovedEvents::follow(Tenants tenants) {
  const std::lock_guard lock(mutex_);
  tenants_ = std::move(tenants);
  if (!tenants_.empty() && !thread_.joinable() && !stopping_) thread_ = std::thread([this] { run(); });
}

void MovedEvents::set_events_max(std::size_t events_max) {
  const std::lock_guard lock(mutex_);
  events_max_ = events_max;
}

base::Result<void> MovedEvents::submit(std::vector<record::PreparedEvent> events, store::AppendDone done) {
  {
    const std::lock_guard lock(mutex_);
    const bool moved = !tenants_.empty() &&
                       std::any_of(events.begin(), events.end(),
                                   [this](const auto& event) { return tenants_.contains(event.tenant); });
    if (moved) {
      if (events.size() > events_max_)
        return fail(Code::resource_exhausted, "the batch holds more events than may wait");
      if (stopping_ || waiting_events_ + events.size() > events_max_)
        return fail(Code::unavailable, "too many events of moved tenants wait");
      waiting_events_ += events.size();
      waiting_.push_back({std::move(events), std::move(done), tenants_});
      wake_.notify_one();
      return {};
    }
  }
  return ledger_.submit(std::move(events), std::move(done));
}

void MovedEvents::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void MovedEvents::run() {
  ::pthread_setname_np(::pthread_self(), "moved");
  Lookups lookups;
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    auto batch = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_events_ -= batch.events.size();
    lock.unlock();
    auto sifted = sift(std::move(batch.events), batch.tenants, lookups);
    if (!sifted) {
      // Rather not now than twice. A file that was replaced is opened anew.
      lookups = {};
      batch.done(fail(Code::unavailable, sifted.error().message));
      continue;
    }
    hand_on(ledger_, std::move(*sifted), std::move(batch.done));
  }
}

}  // namespace countersign::apps
