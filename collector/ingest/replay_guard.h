#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

namespace countersign::ingest {

/// Remembers the signed requests that were taken until they would be stale anyway, so that none is taken
/// twice. It forgets with the process; what a replay after a restart brings is a duplicate in the ledger.
/// Thread-safe.
class ReplayGuard {
 public:
  /// `requests_max`: how many are remembered; beyond it those that would be stale first are forgotten.
  explicit ReplayGuard(std::size_t requests_max = 200'000) : requests_max_(requests_max) {}

  /// Holds a request's place while it is under way. Without keep() the place is given up, so that a request
  /// that could not be stored can be sent again as it was.
  class Ticket {
   public:
    Ticket(ReplayGuard& guard, std::string key, std::int64_t until_s)
        : guard_(guard), key_(std::move(key)), until_s_(until_s) {}
    ~Ticket();
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    void keep() { kept_ = true; }

   private:
    ReplayGuard& guard_;
    std::string key_;
    std::int64_t until_s_;
    bool kept_ = false;
  };

  /// A ticket for a request that is new; null for one that was taken or is under way. The guard outlives the
  /// ticket.
  std::shared_ptr<Ticket> enter(std::string_view source, std::string_view replay_id, std::int64_t until_s,
                                std::int64_t now_s);

 private:
  void forget(std::int64_t now_s);

  const std::size_t requests_max_;
  std::mutex mutex_;
  std::unordered_set<std::string> known_;               ///< digests; guarded by mutex_, as is the next
  std::multimap<std::int64_t, std::string> by_expiry_;  ///< those that were kept
};

}  // namespace countersign::ingest
