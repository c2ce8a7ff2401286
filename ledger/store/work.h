#pragma once

#include "ledger/base/result.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

namespace countersign::vault {
class VaultWriter;
}

namespace countersign::store {

class LogBook;
class Publisher;
class Store;

/// What work on the ledger's thread may touch, between two groups: nothing is open.
struct LedgerThread {
  Store& store;
  vault::VaultWriter& vault;
  LogBook& book;
  Publisher& publisher;
};

/// Work for the ledger's thread, in portions that are short beside a commit. Gives the milliseconds after
/// which it wants to be called again, 0 for right after the next group; empty: it is done. A failure means
/// that the outcome of a write is unknown: the writer ends as after such a commit.
using Work = std::function<base::Result<std::optional<std::int64_t>>(LedgerThread&)>;

/// Work that waits. Guarded by its owner.
class WorkList {
 public:
  using Steady = std::chrono::steady_clock;

  void add(Work work, std::int64_t in_ms) {
    waiting_.push_back({std::move(work), Steady::now() + std::chrono::milliseconds(in_ms)});
  }
  bool is_due() const {
    const auto due = when();
    return due && *due <= Steady::now();
  }
  /// When the first is due.
  std::optional<Steady::time_point> when() const {
    std::optional<Steady::time_point> first;
    for (const auto& one : waiting_) {
      if (!first || one.due < *first) first = one.due;
    }
    return first;
  }
  std::deque<Work> take_due() {
    std::deque<Work> due;
    std::deque<Waiting> later;
    const auto now = Steady::now();
    for (auto& one : waiting_) {
      if (one.due <= now) {
        due.push_back(std::move(one.work));
      } else {
        later.push_back(std::move(one));
      }
    }
    waiting_ = std::move(later);
    return due;
  }
  void swap(WorkList& other) { waiting_.swap(other.waiting_); }

 private:
  struct Waiting {
    Work work;
    Steady::time_point due;
  };
  std::deque<Waiting> waiting_;
};

}  // namespace countersign::store
