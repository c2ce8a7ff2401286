#pragma once

#include "ledger/store/append.h"
#include "ledger/store/schema.h"
#include "ledger/vault/keys.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace countersign::apps {

/// Stands before a region's ledger: an event of a tenant that was moved here, and that a region of before has
/// a record of, is answered with that record instead of being stored again, as a repeated event is. All
/// others go through. What has to be looked up waits on a thread of its own, because the threads that
/// call do not read databases; its queue is bounded by the number of events.
class MovedEvents final : public store::Appender {
 public:
  /// A region that a tenant was pinned to before. `keys` outlives this.
  struct Earlier {
    store::RegionFiles files;
    const vault::VaultKeys* keys = nullptr;
  };
  using Tenants = std::map<base::TenantId, std::vector<Earlier>>;

  /// `ledger` outlives this.
  MovedEvents(store::Appender& ledger, std::size_t events_max) : ledger_(ledger), events_max_(events_max) {}
  ~MovedEvents() override { stop(); }

  /// From now on events of these tenants are looked up. The main thread.
  void follow(Tenants tenants);

  /// How many events may wait, from now on. Any thread.
  void set_events_max(std::size_t events_max);

  base::Result<void> submit(std::vector<record::PreparedEvent> events, store::AppendDone done) override;

  /// Answers what waits and takes nothing more. The main thread; the ledger must still run.
  void stop();

 private:
  struct Batch {
    std::vector<record::PreparedEvent> events;
    store::AppendDone done;
    Tenants tenants;  ///< as they were when it was handed over
  };
  void run();

  store::Appender& ledger_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::size_t events_max_;  ///< guarded by mutex_, as are the next
  Tenants tenants_;
  std::deque<Batch> waiting_;
  std::size_t waiting_events_ = 0;
  bool stopping_ = false;
  std::thread thread_;  ///< runs as soon as a tenant was moved; the main thread's
};

}  // namespace countersign::apps
