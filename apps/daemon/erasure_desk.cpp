#include "apps/daemon/erasure_desk.h"

#include "apps/person.h"
#include "apps/system_events.h"
#include "collector/endpoints/answer.h"
#include "ledger/base/request_scope.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <system_error>

namespace countersign::apps {
namespace {

namespace json = boost::json;

using base::Code;
using base::Problem;
using endpoints::answer;
using endpoints::ErasureRequest;

constexpr std::string_view kPath = "/v1/privacy/erasures/";
constexpr std::chrono::milliseconds kPause{50};

http::Response document(int status, const json::object& data) {
  return {status, "application/json", {}, json::serialize(data)};
}

http::Response under_way(const std::string& id) {
  auto response = document(202, {{"id", id}, {"status", "running"}});
  response.headers.emplace_back("Location", std::string(kPath) + id);
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

http::Response busy(std::string detail) {
  auto response = answer(Problem{503, "about:blank", std::move(detail)});
  for (auto& [name, value] : response.headers) {
    if (name == "Retry-After") value.assign(1, '5');
  }
  return response;
}

http::Response refusal(int status, std::string_view type, std::string detail) {
  return answer(Problem{status, std::string(type), std::move(detail)});
}

http::Response failure(const base::Error& error) {
  if (error.code == Code::not_found)
    return refusal(404, endpoints::kNothingHeldProblem, "nothing is held of that person for this tenant");
  if (error.code == Code::aborted) return busy("the appliance is stopping; send the request again");
  // What the appliance's files have to do with it is for the operator of the machine.
  spdlog::error("an erasure that was asked for over HTTP failed: {}", error.message);
  if (error.code == Code::resource_exhausted)
    return refusal(507, "about:blank", "the disk is full; send the request again when there is room");
  return refusal(500, "about:blank", "the appliance failed; its log says why");
}

/// Where else the tenant has records: a person is erased region by region.
json::array others_holding(const Config& config, const base::TenantId& tenant, const base::RegionId& region) {
  json::array out;
  for (const auto& [other, records] : regions_holding(config, tenant)) {
    if (other != region) out.emplace_back(other.value());
  }
  return out;
}

http::Response unknown_id() {
  return refusal(404, "about:blank", "there is no erasure of that id, or its answer is no longer kept");
}

/// That the request was made: also a plan is a look at personal data.
base::Result<void> note_request(const Config& config, const std::string& id, const ErasureRequest& request) {
  auto event = system_event("request-" + id, "erasure.requested", base::system_clock()());
  event["action"] = {
      {"name", "privacy erase"},
      {"resource", request.body.tenant},
      {"context", fmt::format("operator {}, over HTTP, {}{}, erasure {}", request.operator_name,
                              request.body.dry_run ? "plan only" : "to be carried out",
                              request.body.only_named ? ", only what is named" : "", id)}};
  event["outcome"] = {{"reason", request.body.dry_run ? "dry_run" : request.body.reason}};
  return leave_in_outbox(config.region_files(request.region), event);
}

}  // namespace

ErasureDesk::ErasureDesk(Config config) : config_(std::move(config)) {
  for (const auto& region : config_.regions) desks_[region];
  tender_ = std::thread([this] { tend(); });
}

endpoints::ErasureCalls ErasureDesk::calls() {
  return {[this](ErasureRequest request, http::Respond respond) {
            erase(std::move(request), std::move(respond));
          },
          [this](std::string id, MayKnow may_know, const http::Respond& respond) {
            find(std::move(id), std::move(may_know), respond);
          }};
}

void ErasureDesk::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    for (auto& [region, desk] : desks_) threads.push_back(std::move(desk.thread));
    threads.push_back(std::move(tender_));
  }
  for (auto& thread : threads) {
    if (thread.joinable()) thread.join();
  }
}

void ErasureDesk::erase(ErasureRequest request, http::Respond respond) {
  auto subjects = read_subjects(request.body.subjects);
  if (!subjects) return respond(refusal(422, "about:blank", subjects.error().message));
  if (request.body.dry_run ? !request.body.reason.empty() && !privacy::is_reason(request.body.reason)
                           : !privacy::is_reason(request.body.reason))
    return respond(refusal(422, "about:blank",
                           "reason must be a code of a-z, 0-9 and '_', such as gdpr_art_17; it is recorded "
                           "in the clear, so it must not name anybody"));
  const auto id = crypto::random_id(crypto::system_entropy());
  const std::lock_guard lock(mutex_);
  const auto found = desks_.find(request.region);
  if (found == desks_.end())
    return respond(refusal(421, endpoints::kMisdirectedProblem,
                           fmt::format("the region {} is served elsewhere", request.region.value())));
  auto& desk = found->second;
  if (stopping_) return respond(busy("the appliance is stopping; send the request again"));
  if (desk.busy) return respond(busy("another person is being looked for; send the request again"));
  if (desk.thread.joinable()) desk.thread.join();  // it has finished
  desk.busy = true;
  Job job;
  job.tenant = base::TenantId(request.body.tenant);
  job.respond = std::move(respond);
  job.answer_by = std::chrono::steady_clock::now() + kPatience;
  jobs_.emplace(id, std::move(job));
  const auto run = [this, id, request = std::move(request), subjects = std::move(*subjects),
                    asked = std::string(base::current_request())] {
    const base::RequestScope scope(asked);
    http::Response response;
    try {
      response = work(id, request, subjects);
    } catch (const std::exception& error) {
      response = failure({Code::internal, error.what()});
    }
    finish(id, request.region, std::move(response));
  };
  try {
    desk.thread = std::thread(run);
  } catch (const std::system_error&) {
    desk.busy = false;
    respond = std::move(jobs_[id].respond);
    jobs_.erase(id);
    return respond(busy("the machine has no room for another thread; send the request again"));
  }
  changed_.notify_all();
}

http::Response ErasureDesk::work(const std::string& id, const ErasureRequest& request,
                                 const std::vector<privacy::Subject>& subjects) {
  if (const auto noted = note_request(config_, id, request); !noted) return failure(noted.error());
  privacy::SearchOptions options;
  options.follow = !request.body.only_named;
  options.cancelled = [this] { return stopping_.load(); };
  const base::TenantId tenant(request.body.tenant);
  const auto person = find_held(config_, request.region, tenant, subjects, options);
  if (!person) return failure(person.error());
  const auto order_of_person = person->order(tenant);
  const auto hold = privacy::Holds(config_.holds(request.region)).covering(order_of_person);
  if (!hold) return failure(hold.error());
  if (!request.body.dry_run) {
    if (*hold)
      return refusal(409, endpoints::kHeldProblem,
                     fmt::format("the hold {} covers what would be erased", (*hold)->name));
    return order(id, request, *person);
  }
  json::object plan{{"id", id},
                    {"status", "planned"},
                    {"dry_run", true},
                    {"erased", false},
                    {"region", request.region.value()},
                    {"also_held_in", others_holding(config_, tenant, request.region)}};
  for (auto& member : plan_of(*person)) plan[member.key()] = std::move(member.value());
  plan["would_erase"] = order_of_person.certain.size() + order_of_person.unless_shared.size();
  if (*hold) plan["held_by"] = (*hold)->name;
  return document(200, plan);
}

http::Response ErasureDesk::order(const std::string& id, const ErasureRequest& request,
                                  const privacy::Person& person) {
  const auto files = config_.region_files(request.region);
  privacy::Erasure erasure;
  erasure.id = id;
  erasure.time = base::system_clock()();
  erasure.tenant = base::TenantId(request.body.tenant);
  erasure.reason = request.body.reason;
  if (const auto left = leave_erasure_order(files, erasure, person); !left) return failure(left.error());
  for (;;) {
    const auto report = take_erasure_report(files, id);
    if (!report) return failure(report.error());
    if (*report && !(*report)->error.empty()) {
      // The hold was placed after it was looked for.
      const auto held =
          check_holds(privacy::Holds(config_.holds(request.region)), person.order(erasure.tenant));
      return held ? answer(Problem{500, "about:blank", "the erasure failed; nothing of it is half done"})
                  : refusal(409, endpoints::kHeldProblem, held.error().message);
    }
    if (*report)
      return document(200, {{"id", id},
                            {"status", "done"},
                            {"dry_run", false},
                            {"erased", true},
                            {"region", request.region.value()},
                            {"also_held_in", others_holding(config_, erasure.tenant, request.region)},
                            {"records", person.records},
                            {"erased_values", (*report)->values},
                            {"kept_values", (*report)->kept}});
    // The order stays, and is carried out when the daemon starts again.
    if (stopping_) return under_way(id);
    std::this_thread::sleep_for(kPause);
  }
}

void ErasureDesk::finish(const std::string& id, const base::RegionId& region, http::Response response) {
  http::Respond respond;
  {
    const std::lock_guard lock(mutex_);
    desks_[region].busy = false;
    auto& job = jobs_[id];
    respond = std::move(job.respond);
    if (respond) {
      jobs_.erase(id);
    } else {
      job.result = response;
      job.finished = std::chrono::steady_clock::now();
    }
  }
  if (respond) respond(std::move(response));
}

void ErasureDesk::find(std::string id, MayKnow may_know, const http::Respond& respond) {
  constexpr std::size_t kQuestionsMax = 64;
  if (!crypto::is_random_id(id)) return respond(unknown_id());
  std::optional<http::Response> now;
  {
    const std::lock_guard lock(mutex_);
    const auto job = jobs_.find(id);
    if (stopping_ || questions_.size() >= kQuestionsMax) {
      now = busy("too much is being asked for, or the appliance is stopping; ask again");
    } else if (job == jobs_.end()) {
      questions_.push_back(
          {std::move(id), std::move(may_know), respond, std::string(base::current_request())});
      changed_.notify_all();
    } else if (!may_know(job->second.tenant)) {
      now = unknown_id();
    } else {
      now = job->second.result ? *job->second.result : under_way(id);
    }
  }
  if (now) respond(std::move(*now));
}

/// What the files of the regions tell of an erasure.
http::Response ErasureDesk::look_up(const Question& question) const {
  for (const auto& region : config_.regions) {
    const auto waiting = waiting_erasure(config_.region_files(region), question.id);
    if (waiting && *waiting)
      return question.may_know((*waiting)->tenant) ? under_way(question.id) : unknown_id();
    const auto all = privacy::Erasures(config_.erasures(region)).list();
    if (!all) return failure(all.error());
    const auto done = std::find_if(all->begin(), all->end(),
                                   [&](const privacy::Erasure& one) { return one.id == question.id; });
    if (done == all->end()) continue;
    if (!question.may_know(done->tenant)) return unknown_id();
    return document(200, {{"id", question.id},
                          {"status", "done"},
                          {"dry_run", false},
                          {"erased", true},
                          {"region", region.value()},
                          {"records", done->records},
                          {"erased_values", done->tokens.size()}});
  }
  return unknown_id();
}

void ErasureDesk::tend() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto now = std::chrono::steady_clock::now();
    auto wake = now + kKept;
    std::vector<std::pair<http::Respond, http::Response>> answers;
    for (auto at = jobs_.begin(); at != jobs_.end();) {
      auto& [id, job] = *at;
      if (job.respond && job.answer_by <= now) {
        answers.emplace_back(std::exchange(job.respond, {}), under_way(id));
      } else if (job.respond) {
        wake = std::min(wake, job.answer_by);
      }
      const bool gone = job.result && (job.finished + kKept <= now || jobs_.size() > kKeptMax);
      at = gone ? jobs_.erase(at) : std::next(at);
    }
    auto questions = std::exchange(questions_, {});
    if (answers.empty() && questions.empty()) {
      changed_.wait_until(lock, wake);
      continue;
    }
    lock.unlock();
    for (auto& [respond, response] : answers) respond(std::move(response));
    for (const auto& question : questions) {
      const base::RequestScope scope(question.request);
      question.respond(look_up(question));
    }
    lock.lock();
  }
  for (const auto& question : questions_) question.respond(busy("the appliance is stopping; ask again"));
  questions_.clear();
}

}  // namespace countersign::apps
