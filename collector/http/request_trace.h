#pragma once

#include "collector/http/message.h"
#include "collector/http/server.h"

#include <chrono>
#include <string>
#include <string_view>

namespace countersign::http {

/// What is kept of the request that a connection is at until its answer is written, so that the answer can be
/// told of: the head itself goes to the handler. One thread at a time.
class RequestTrace {
 public:
  /// A request begins to arrive.
  void begin(std::string id);
  /// Its head has been read. An id that the sender gave takes the place of the one before.
  void take(const RequestHead& head);
  /// Its route is known.
  void find_route(const Handler& handler, const RequestHead& head);

  const std::string& id() const { return id_; }

  /// Tells Handler::answered; nothing where that is empty. False where it threw.
  bool tell(const Handler& handler, int status, bool whole) const;

 private:
  std::string id_, method_, peer_;
  std::string_view route_;
  std::chrono::steady_clock::time_point asked_;
};

}  // namespace countersign::http
