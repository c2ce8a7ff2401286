#include "web/api/desk.h"

#include "collector/endpoints/answer.h"
#include "ledger/base/request_scope.h"

#include <spdlog/spdlog.h>

#include <exception>
#include <optional>
#include <utility>

namespace countersign::api {
namespace {

http::Response busy() {
  return endpoints::answer({503, "about:blank", "too much is being asked for; send the request again"});
}

http::Response answer_of(const Desk::Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    spdlog::error("a request failed: {}", error.what());
    return endpoints::answer({500, "about:blank", "the appliance failed; its log says why"});
  }
}

}  // namespace

Desk::Desk(std::size_t waiting_max, std::chrono::milliseconds pause, std::function<void()> rest)
    : waiting_max_(waiting_max), pause_(pause), rest_(std::move(rest)), thread_([this] { run(); }) {}

void Desk::post(Work work, http::Respond respond) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && waiting_.size() < waiting_max_) {
      waiting_.push_back({std::move(work), std::move(respond), std::string(base::current_request())});
      changed_.notify_all();
      return;
    }
  }
  respond(busy());
}

void Desk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  const std::lock_guard ending(ending_);
  if (thread_.joinable()) thread_.join();
}

void Desk::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_for(lock, pause_, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) break;
    std::optional<Waiting> next;
    if (!waiting_.empty()) {
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    lock.unlock();
    std::optional<http::Response> response;
    if (next) {
      const base::RequestScope scope(next->request);
      response = answer_of(next->work);
    }
    try {
      if (rest_) rest_();
    } catch (const std::exception& error) {
      spdlog::error("what is done between requests failed: {}", error.what());
    }
    if (next) next->respond(std::move(*response));
    lock.lock();
  }
  const auto left = std::exchange(waiting_, {});
  lock.unlock();
  for (const auto& one : left) one.respond(busy());
}

}  // namespace countersign::api
