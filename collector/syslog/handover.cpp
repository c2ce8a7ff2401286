#include "collector/syslog/handover.h"

#include <utility>

namespace countersign::syslog {
namespace {

/// Shared by the copies of one Done; speaks for a handler that forgot to.
class Ticket {
 public:
  explicit Ticket(std::shared_ptr<Handover> handover) : handover_(std::move(handover)) {}
  ~Ticket() { handover_->say(Outcome::try_again); }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  void say(Outcome outcome) { handover_->say(outcome); }

 private:
  std::shared_ptr<Handover> handover_;
};

}  // namespace

Done Handover::make_done(std::shared_ptr<Handover> handover) {
  return [ticket = std::make_shared<Ticket>(std::move(handover))](Outcome outcome) { ticket->say(outcome); };
}

bool Handover::begin_wait() {
  const std::lock_guard lock(mutex_);
  waiting_ = !outcome_;
  return waiting_;
}

std::optional<Outcome> Handover::take() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  wake_ = nullptr;
  return outcome_;
}

void Handover::abandon() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  // The handler may keep the handover for longer than the executor in here exists.
  wake_ = nullptr;
}

void Handover::say(Outcome outcome) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  closed_ = true;
  outcome_ = outcome;
  // Under the lock, so that whoever abandons the handover knows that the executor is no longer used.
  if (waiting_) wake_();
}

}  // namespace countersign::syslog
