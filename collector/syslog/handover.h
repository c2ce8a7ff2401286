#pragma once

#include "collector/syslog/server.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace countersign::syslog {

/// Where the handler's word on a batch, given from any thread at any time, meets the connection that waits
/// for it. The connection may go first: it abandons the handover, and the word is dropped.
class Handover {
 public:
  /// `wake` is called at most once, by the thread that speaks, and never after abandon() has returned.
  explicit Handover(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// What is handed to the handler. Keeps the handover; says try_again when its last copy goes unused.
  static Done make_done(std::shared_ptr<Handover> handover);

  /// The connection: false when the word is there already; otherwise `wake` will be called for it.
  bool begin_wait();
  /// The connection: the word, if it has come. Further words are dropped.
  std::optional<Outcome> take();
  void abandon();

  /// The handler.
  void say(Outcome outcome);

 private:
  std::mutex mutex_;
  std::function<void()> wake_;  ///< guarded by mutex_, as are those below
  std::optional<Outcome> outcome_;
  bool waiting_ = false;
  bool closed_ = false;  ///< spoken or abandoned
};

}  // namespace countersign::syslog
