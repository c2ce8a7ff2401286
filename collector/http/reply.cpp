#include "collector/http/reply.h"

namespace countersign::http {
namespace {

/// Shared by the copies of one Respond; answers for a handler that forgot to.
class Ticket {
 public:
  explicit Ticket(std::shared_ptr<ReplySlot> slot) : slot_(std::move(slot)) {}
  ~Ticket() {
    slot_->answer(problem(500, "The request was not answered because of a fault in this server."));
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  void answer(Response response) { slot_->answer(std::move(response)); }

 private:
  std::shared_ptr<ReplySlot> slot_;
};

}  // namespace

Respond ReplySlot::make_respond(std::shared_ptr<ReplySlot> slot) {
  return [ticket = std::make_shared<Ticket>(std::move(slot))](Response response) {
    ticket->answer(std::move(response));
  };
}

bool ReplySlot::begin_wait() {
  const std::lock_guard lock(mutex_);
  waiting_ = !response_;
  return waiting_;
}

std::optional<Response> ReplySlot::take() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  wake_ = nullptr;
  return std::exchange(response_, std::nullopt);
}

void ReplySlot::abandon() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  // The handler may keep the slot for longer than the executor in here exists.
  wake_ = nullptr;
}

bool ReplySlot::answer(Response response) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  closed_ = true;
  response_ = std::move(response);
  // Under the lock, so that whoever abandons the slot knows that the executor is no longer used.
  if (waiting_) wake_();
  return true;
}

}  // namespace countersign::http
