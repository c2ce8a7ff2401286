#include "collector/http/request_trace.h"

#include "collector/http/request_id.h"

#include <utility>

namespace countersign::http {

void RequestTrace::begin(std::string id) {
  id_ = std::move(id);
  method_.clear();
  peer_.clear();
  route_ = {};
  asked_ = std::chrono::steady_clock::now();
}

void RequestTrace::take(const RequestHead& head) {
  asked_ = std::chrono::steady_clock::now();
  method_ = head.method;
  peer_ = head.peer;
  if (auto given = id_from_sender(head)) id_ = *std::move(given);
}

void RequestTrace::find_route(const Handler& handler, const RequestHead& head) {
  if (handler.answered && handler.route) route_ = handler.route(head);
}

bool RequestTrace::tell(const Handler& handler, int status, bool whole) const {
  if (!handler.answered) return true;
  Exchange exchange;
  exchange.id = id_;
  exchange.method = method_;
  exchange.route = route_;
  exchange.peer = peer_;
  exchange.status = status;
  exchange.took =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - asked_);
  exchange.broken_off = !whole;
  try {
    handler.answered(exchange);
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace countersign::http
