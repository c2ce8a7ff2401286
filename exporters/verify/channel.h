#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace countersign::verify {

/// Hands things from one thread to the next in order; holds a few at most, so that a fast thread waits for a
/// slow one. Any thread may call.
template <class T>
class Channel {
 public:
  explicit Channel(std::size_t waiting_max) : waiting_max_(waiting_max) {}

  /// Waits for room. False where the channel was closed: nobody takes any more.
  bool push(T item) {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return closed_ || waiting_.size() < waiting_max_; });
    if (closed_) return false;
    waiting_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }

  /// Waits for the next; empty where the channel was closed and everything was taken.
  std::optional<T> pop() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return std::nullopt;
    std::optional<T> item(std::move(waiting_.front()));
    waiting_.pop_front();
    changed_.notify_all();
    return item;
  }

  /// No more is taken in; what waits can still be taken out.
  void close() {
    const std::lock_guard guard(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> waiting_;  ///< guarded, as is the next
  bool closed_ = false;
};

}  // namespace countersign::verify
