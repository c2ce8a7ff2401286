#include "apps/daemon/policy_desk.h"

#include "apps/policy_events.h"
#include "collector/endpoints/answer.h"

#include <spdlog/spdlog.h>

#include <chrono>

namespace countersign::apps {
namespace {

using base::Code;
using base::Problem;
using endpoints::answer;

http::Response busy() {
  return answer(Problem{503, "about:blank", "too much is being asked for; send it again"});
}

http::Response failure(const base::Error& error) {
  if (error.code == Code::aborted)
    return answer(Problem{412, "about:blank", "the policy has changed since; read it again"});
  if (error.code == Code::not_found)
    return answer(Problem{404, "about:blank", "no such tenant is registered here"});
  // What the appliance's files have to do with it is for the operator of the machine.
  spdlog::error("a policy was not changed: {}", error.message);
  if (error.code == Code::resource_exhausted)
    return answer(Problem{507, "about:blank", "the disk is full; send the request again when there is room"});
  return answer(Problem{500, "about:blank", "the appliance failed; its log says why"});
}

}  // namespace

PolicyDesk::PolicyDesk(Config config, ingest::IngestService& service)
    : config_(std::move(config)), service_(service), thread_([this] { run(); }) {}

void PolicyDesk::change(endpoints::PolicyChange change, http::Respond respond) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && waiting_.size() < kWaitingMax) {
      waiting_.emplace_back(std::move(change), std::move(respond));
      changed_.notify_all();
      return;
    }
  }
  respond(busy());
}

void PolicyDesk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void PolicyDesk::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) break;
    auto [change, respond] = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    http::Response response;
    try {
      response = carry_out(change);
    } catch (const std::exception&) {
      response = answer(Problem{500, "about:blank", "the appliance failed"});
    }
    respond(std::move(response));
    lock.lock();
  }
  auto left = std::exchange(waiting_, {});
  lock.unlock();
  for (const auto& [change, respond] : left) respond(busy());
}

http::Response PolicyDesk::carry_out(const endpoints::PolicyChange& change) {
  ingest::Tenant after;
  const auto changed = ingest::change_policy(
      config_.registry(), change.tenant,
      [&](ingest::Tenant& tenant) -> base::Result<void> {
        if (change.etag != "*" && endpoints::policy_etag(endpoints::policy_document(tenant)) != change.etag)
          return base::fail(Code::aborted, "the policy has changed since");
        tenant.access = change.wish.access;
        tenant.sharing = change.wish.sharing;
        after = tenant;
        return {};
      },
      [&](const ingest::Tenant& before, const ingest::Tenant& now) {
        return note_policy_change(config_, before, now, change.operator_name);
      });
  return changed ? when_in_force(after) : failure(changed.error());
}

http::Response PolicyDesk::when_in_force(const ingest::Tenant& tenant) {
  constexpr std::chrono::milliseconds kPause{20};
  constexpr int kTries = 250;
  const auto written = endpoints::policy_document(tenant);
  std::unique_lock lock(mutex_);
  for (int tries = 0; tries < kTries && !stopping_; ++tries) {
    const auto registry = service_.registry();
    const auto* known = registry->tenant(tenant.id);
    if (known != nullptr && endpoints::policy_document(*known) == written) break;
    changed_.wait_for(lock, kPause);
  }
  return endpoints::policy_answer(tenant);
}

}  // namespace countersign::apps
