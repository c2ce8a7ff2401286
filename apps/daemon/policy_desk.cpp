#include "apps/daemon/policy_desk.h"

#include "apps/policy_change.h"
#include "apps/policy_check.h"
#include "apps/policy_past.h"
#include "apps/policy_review.h"
#include "collector/endpoints/answer.h"
#include "ledger/base/request_scope.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

namespace countersign::apps {
namespace {

using base::Code;
using base::Problem;
using endpoints::answer;

http::Response busy() {
  return answer(Problem{503, "about:blank", "too much is being asked for; send it again"});
}

http::Response not_in_force() {
  return answer(Problem{503, "about:blank",
                        "the change is recorded and written, and not in force yet: read the policy again"});
}

http::Response full() {
  return answer(Problem{507, "about:blank", "the disk is full; send the request again when there is room"});
}

http::Response no_history(const base::Error& error) {
  // The index is being made, as when the daemon was started for the first time.
  if (error.code != Code::unavailable)
    spdlog::error("the history of a policy was not read: {}", error.message);
  return answer(Problem{503, "about:blank", "the history cannot be read just now; ask again"});
}

http::Response not_reviewed(const base::Error& error) {
  if (error.code == Code::not_found)
    return answer(Problem{404, "about:blank",
                          "there is no such change in the history of this policy, or not yet: what was "
                          "changed a moment ago is there in a second or two"});
  if (error.code == Code::failed_precondition)
    return answer(Problem{409, "about:blank", "you made that change: somebody else has to review it"});
  if (error.code != Code::resource_exhausted) return no_history(error);
  spdlog::error("a review of a policy was not recorded: {}", error.message);
  return full();
}

http::Response failure(const base::Error& error) {
  if (error.code == Code::aborted)
    return answer(Problem{412, "about:blank", "the policy has changed since; read it again"});
  if (error.code == Code::not_found)
    return answer(Problem{404, "about:blank", "no such tenant is registered here"});
  if (error.code == Code::permission_denied)
    return answer(Problem{403, "about:blank", "you may not change that policy any more"});
  if (error.code == Code::unavailable) return busy();
  // What the appliance's files have to do with it is for the operator of the machine.
  spdlog::error("a policy was not changed: {}", error.message);
  if (error.code == Code::resource_exhausted) return full();
  return answer(Problem{500, "about:blank", "the appliance failed; its log says why"});
}

}  // namespace

PolicyDesk::PolicyDesk(Config config, ingest::IngestService& service)
    : config_(std::move(config)), service_(service), thread_([this] { run(); }) {}

void PolicyDesk::change(endpoints::PolicyChange change, http::Respond respond) {
  {
    const std::lock_guard lock(mutex_);
    const auto of_tenant = std::count_if(waiting_.begin(), waiting_.end(), [&](const Waiting& one) {
      return one.change.tenant == change.tenant;
    });
    if (!stopping_ && waiting_.size() < kWaitingMax &&
        static_cast<std::size_t>(of_tenant) < kWaitingOfTenantMax) {
      waiting_.push_back({std::move(change), std::move(respond), std::string(base::current_request())});
      changed_.notify_all();
      return;
    }
  }
  respond(busy());
}

void PolicyDesk::look_back(const ingest::Tenant& tenant, endpoints::AnswerFromHistory wanted,
                           http::Respond respond) {
  readers_.post(
      [this, tenant, wanted = std::move(wanted)]() -> http::Response {
        const auto history = read_policy_history(config_, tenant);
        if (!history) return no_history(history.error());
        if (!wanted.authors) return wanted.make(*history, {});
        const auto authors = policy_authors(config_, *history);
        if (!authors)
          spdlog::error("the authors of a policy's history were not read: {}", authors.error().message);
        return wanted.make(*history, authors ? *authors : endpoints::PolicyAuthors());
      },
      std::move(respond));
}

void PolicyDesk::review(endpoints::PolicyReview review, http::Respond respond) {
  readers_.post(
      [this, review = std::move(review)]() -> http::Response {
        if (!review.still_may())
          return answer(Problem{403, "about:blank", "you may not review that policy any more"});
        const auto at = review_policy(config_, review.tenant, review.change, review.note,
                                      {PolicyAuthor::How::http, review.operator_name});
        return at ? endpoints::review_answer(review, *at) : not_reviewed(at.error());
      },
      std::move(respond));
}

endpoints::PolicyCalls PolicyDesk::calls() {
  return {[this](endpoints::PolicyChange asked, http::Respond respond) {
            change(std::move(asked), std::move(respond));
          },
          [this](const ingest::Tenant& tenant, endpoints::AnswerFromHistory wanted, http::Respond respond) {
            look_back(tenant, std::move(wanted), std::move(respond));
          },
          check_policy,
          [this](endpoints::PolicyReview asked, http::Respond respond) {
            review(std::move(asked), std::move(respond));
          }};
}

void PolicyDesk::stop() {
  readers_.stop();
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void PolicyDesk::run() {
  constexpr std::chrono::milliseconds kPause{20};
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto due = [this] { return stopping_ || !waiting_.empty(); };
    if (written_.empty()) {
      changed_.wait(lock, due);
    } else {
      changed_.wait_for(lock, kPause, due);
    }
    if (stopping_) break;
    std::optional<Waiting> next;
    if (!waiting_.empty()) {
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    lock.unlock();
    if (next) {
      const base::RequestScope scope(next->request);
      try {
        carry_out(*next);
      } catch (const std::exception& error) {
        next->respond(failure({Code::internal, error.what()}));
      }
    }
    answer_what_is_in_force();
    lock.lock();
  }
  const auto left = std::exchange(waiting_, {});
  lock.unlock();
  for (const auto& one : left) one.respond(busy());
  for (const auto& one : written_) one.respond(not_in_force());
  written_.clear();
}

void PolicyDesk::carry_out(const Waiting& waiting) {
  const auto& change = waiting.change;
  auto changed =
      change_policies(config_, change.tenant, {PolicyAuthor::How::http, change.operator_name},
                      [&](ingest::Tenant& tenant) -> base::Result<void> {
                        // While it waited the token may have been revoked, or the session ended.
                        if (!change.still_may())
                          return base::fail(Code::permission_denied, "may not act any more");
                        const auto now = endpoints::policy_etag(endpoints::policy_document(tenant));
                        if (!endpoints::names_etag(change.etags, now, endpoints::TagComparison::strong))
                          return base::fail(Code::aborted, "the policy has changed since");
                        change.wish.put_into(tenant);
                        return {};
                      });
  if (!changed) return waiting.respond(failure(changed.error()));
  written_.push_back(
      {std::move(changed->after), waiting.respond, std::chrono::steady_clock::now() + kPatience});
}

void PolicyDesk::answer_what_is_in_force() {
  const auto registry = service_.registry();
  std::set<base::TenantId> newer_holds;
  std::vector<Written> left;
  // What a later change of the same tenant took the place of was in force, too, before anybody could look.
  for (auto one = written_.rbegin(); one != written_.rend(); ++one) {
    const auto* known = registry->tenant(one->tenant.id);
    if (known != nullptr && known->has_policies_of(one->tenant)) newer_holds.insert(one->tenant.id);
    if (newer_holds.contains(one->tenant.id)) {
      one->respond(endpoints::policy_answer(one->tenant));
    } else if (one->until <= std::chrono::steady_clock::now()) {
      one->respond(not_in_force());
    } else {
      left.push_back(std::move(*one));
    }
  }
  written_.assign(std::make_move_iterator(left.rbegin()), std::make_move_iterator(left.rend()));
}

}  // namespace countersign::apps
