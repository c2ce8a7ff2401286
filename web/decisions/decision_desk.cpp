#include "web/decisions/decision_desk.h"

#include "collector/endpoints/answer.h"
#include "ledger/base/request_scope.h"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace countersign::decisions {
namespace {

using base::Problem;
using Steady = std::chrono::steady_clock;

http::Response refusal(const char* detail) { return endpoints::answer(Problem{503, "about:blank", detail}); }

constexpr const char* kBusy = "too much is being asked for; ask again";
constexpr const char* kLoading = "what happened lately is still being read from the ledger; ask again";
constexpr const char* kUnreadable = "what the decision rests on cannot be read now; ask again";
constexpr const char* kStopping = "the appliance is stopping; ask again";

}  // namespace

DecisionDesk::DecisionDesk(DeskOptions options) : options_(std::move(options)) {
  using enum base::MetricType;
  auto& metrics = *options_.metrics;
  const std::string region(options_.region);
  for (const auto outcome :
       {Outcome::allowed, Outcome::step_up_required, Outcome::locked_out, Outcome::blocked})
    decided_.at(static_cast<std::size_t>(outcome)) =
        &metrics.get("countersign_decisions_total", "Decisions on step-up that were given", counter,
                     {{"region", region}, {"decision", std::string(to_string(outcome))}});
  refused_ = &metrics.get("countersign_decisions_refused_total",
                          "Requests for a decision that were answered 503", counter, {{"region", region}});
  ready_ = &metrics.get("countersign_decisions_ready", "1 while decisions on step-up can be given", gauge,
                        {{"region", region}});
  options_.region = {};
  thread_ = std::thread([this] { run(); });
}

void DecisionDesk::decide(DecisionRequest request, http::Respond respond) {
  const char* why = kBusy;
  {
    const std::lock_guard lock(mutex_);
    const auto of_tenant = std::count_if(waiting_.begin(), waiting_.end(), [&](const Waiting& one) {
      return one.request.tenant->id == request.tenant->id;
    });
    if (stopping_) {
      why = kStopping;
    } else if (!loaded_) {
      why = kLoading;
    } else if (waiting_.size() < options_.waiting_max &&
               static_cast<std::size_t>(of_tenant) < options_.waiting_of_tenant_max) {
      waiting_.push_back({std::move(request), std::move(respond), std::string(base::current_request())});
      changed_.notify_all();
      return;
    }
  }
  refused_->add();
  respond(refusal(why));
}

void DecisionDesk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool DecisionDesk::is_stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void DecisionDesk::report(const base::Error& error) {
  constexpr std::chrono::minutes kBetween{1};
  const auto now = Steady::now();
  if (!options_.on_failure || (error.message == reported_ && now - reported_at_ < kBetween)) return;
  reported_ = error.message;
  reported_at_ = now;
  options_.on_failure(error);
}

base::Result<Decider> DecisionDesk::load() {
  TRY_ASSIGN(auto decider, Decider::open(options_.decider));
  TRY(decider.load([this] { return is_stopping(); }));
  return decider;
}

void DecisionDesk::run() {
  ::pthread_setname_np(::pthread_self(), "decisions");
  std::optional<Decider> decider;
  while (!decider && !is_stopping()) {
    auto loaded = load();
    if (loaded) {
      decider.emplace(std::move(*loaded));
      break;
    }
    if (is_stopping()) break;
    report(loaded.error());
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kRetryPause, [this] { return stopping_; });
  }
  if (decider) serve(*decider);
  ready_->set(0);
  std::unique_lock lock(mutex_);
  const auto left = std::exchange(waiting_, {});
  lock.unlock();
  for (const auto& one : left) {
    refused_->add();
    one.respond(refusal(kStopping));
  }
}

void DecisionDesk::serve(Decider& decider) {
  auto next_look = Steady::now();
  std::unique_lock lock(mutex_);
  loaded_ = true;
  ready_->set(1);
  for (;;) {
    changed_.wait_until(lock, next_look, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    std::optional<Waiting> next;
    if (!waiting_.empty()) {
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    lock.unlock();
    if (next) answer(decider, *next);
    if (const auto begun = Steady::now(); begun >= next_look) {
      const auto more = decider.keep_up();
      ready_->set(more ? 1 : 0);
      if (!more) report(more.error());
      // Where there is more to look at, requests have their turn as long as the look took.
      const auto ended = Steady::now();
      next_look = ended + (more && *more ? ended - begun : Steady::duration(kPause));
    }
    lock.lock();
  }
}

void DecisionDesk::answer(Decider& decider, const Waiting& waiting) {
  const base::RequestScope scope(waiting.asked);
  base::Result<Decided> decided = base::fail(base::Code::internal, "the decision failed");
  try {
    decided = decider.decide(waiting.request);
  } catch (const std::exception&) {
  }
  if (!decided) {
    refused_->add();
    report(decided.error());
    return waiting.respond(refusal(kUnreadable));
  }
  decided_.at(static_cast<std::size_t>(decided->outcome))->add();
  waiting.respond({200, "application/json", {}, std::move(decided->json)});
}

}  // namespace countersign::decisions
