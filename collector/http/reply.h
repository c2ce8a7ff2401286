#pragma once

#include "collector/http/server.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace countersign::http {

/// Where a handler's answer, given from any thread at any time, meets the connection that waits for it. The
/// connection may go first (timeout, end of the server): it abandons the slot, and the answer is dropped.
class ReplySlot {
 public:
  /// `wake` is called at most once, by the thread that answers, and never after abandon() has returned.
  explicit ReplySlot(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// What is handed to the handler. Keeps the slot; answers 500 when its last copy goes unused.
  static Respond make_respond(std::shared_ptr<ReplySlot> slot);

  /// The connection: false when the answer is there already; otherwise `wake` will be called for it.
  bool begin_wait();
  /// The connection: the answer, if it has come. Further answers are dropped.
  std::optional<Response> take();
  void abandon();

  /// The handler. False: this was not the first answer, or nobody waits any more.
  bool answer(Response response);

 private:
  std::mutex mutex_;
  std::function<void()> wake_;  ///< guarded by mutex_, as are those below
  std::optional<Response> response_;
  bool waiting_ = false;
  bool closed_ = false;  ///< answered or abandoned
};

}  // namespace countersign::http
