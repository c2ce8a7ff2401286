#include "collector/endpoints/answer.h"
#include "web/api/bundle_order.h"
#include "web/api/bundles.h"
#include "web/api/file_answer.h"
#include "web/api/person_route.h"
#include "web/auth/account.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace countersign::api {
namespace {

namespace json = boost::json;
using base::Code;
using base::Problem;
using endpoints::Asker;
using State = ShelvedBundle::State;

http::Response failure(const base::Error& error) {
  if (error.code == Code::not_found) return refusal(404, error.message);
  spdlog::error("a bundle was not given out: {}", error.message);
  if (error.code == Code::resource_exhausted) return refusal(507, "the disk is full");
  return refusal(503, "the appliance could not do that just now; its log says why");
}

json::object bundle_document(const ShelvedBundle& one, const std::optional<BundleProgress::Step>& step) {
  json::object out{{"id", one.id},
                   {"tenant", one.tenant},
                   {"from", one.from},
                   {"to", one.to},
                   {"filter", json::array(one.filter.begin(), one.filter.end())},
                   {"report", json::array(one.report.begin(), one.report.end())},
                   {"profile", std::string(record::to_string(one.profile))},
                   {"role", one.role},
                   {"asked_by", one.asked_by},
                   {"asked", base::format_rfc3339(one.asked)},
                   {"kept_until", base::format_rfc3339({one.asked.micros + BundleShelf::kKeptS * 1'000'000})},
                   {"state", std::string(to_string(one.state))}};
  if (!one.documents.empty()) out["documents"] = json::array(one.documents.begin(), one.documents.end());
  if (!one.questionnaire.empty()) out["questionnaire"] = one.questionnaire;
  if (!one.report.empty()) out["framework"] = one.framework.empty() ? "soc2" : one.framework;
  if (!one.approved_by.empty()) out["approved_by"] = one.approved_by;
  if (one.state == State::failed) out["why"] = one.why;
  if (one.state == State::ready) {
    out["bytes"] = one.bytes;
    out["records"] = one.records;
    out["seal"] = one.seal;
  }
  if (one.state == State::making && step) out["progress"] = {{"done", step->done}, {"total", step->total}};
  return out;
}

/// Whether a bundle shows no more than the asker may see.
bool shows_no_more(const View& view, const ShelvedBundle& one) {
  if (ingest::needed_for(one.profile, false) > view.allowance) return false;
  const auto from = base::parse_rfc3339(one.from), to = base::parse_rfc3339(one.to);
  return from && to && (!view.period || (*from >= view.period->from && *to <= view.period->before));
}

/// Makes the bundle and puts down what came of it.
void make(const BundleMaker& maker, const View& view, ShelvedBundle bundle, const json::object& members,
          BundleProgress& progress) {
  const BundleShelf shelf(view.files);
  progress.put(bundle.id, {});
  const auto made = maker(view.region, bundle, shelf.file(bundle.id), members,
                          [&](BundleProgress::Step step) { progress.put(bundle.id, step); });
  bundle.state = made ? State::ready : State::failed;
  if (made) {
    bundle.bytes = made->bytes;
    bundle.records = made->records;
    bundle.seal = made->seal;
  } else {
    spdlog::error("a bundle was not made: {}", made.error().message);
    const bool of_order =
        made.error().code == Code::invalid_argument || made.error().code == Code::permission_denied ||
        made.error().code == Code::not_found || made.error().code == Code::failed_precondition;
    bundle.why = of_order ? made.error().message : "the appliance could not make it; its log says why";
  }
  if (const auto put = shelf.put(bundle); !put)
    spdlog::error("a bundle's state was not kept: {}", put.error().message);
  progress.forget(bundle.id);
}

/// The account of an auditor who asks.
std::string auditor_of(const Asker& asker) {
  return asker.who->role == ingest::Role::auditor ? asker.who->name : std::string();
}

bool needs_approval(const View& view, const ShelvedBundle& bundle) {
  return view.policy.four_eyes() && bundle.profile == record::Profile::full;
}

}  // namespace

Bundles::Bundles(People& people, EvidenceAccess access, BundleMaker maker, BundleVendor vendor)
    : people_(people),
      access_(std::move(access)),
      maker_(std::move(maker)),
      vendor_(std::move(vendor)),
      desk_(kWaitingMax, std::chrono::minutes(1), [this] { tidy(false); }) {
  tidy(true);
}

void Bundles::tidy(bool just_started) {
  for (const auto& region : access_.regions()) {
    if (const auto files = access_.files(region)) BundleShelf(*files).tidy(people_.now(), just_started);
  }
}

std::optional<Problem> Bundles::not_for(const Asker& asker, const View& view,
                                        const ShelvedBundle& one) const {
  if (!shows_no_more(view, one) || (!one.questionnaire.empty() && !may_have_questionnaires(*asker.who)))
    return Problem{403, "about:blank", "the bundle shows more than you may see"};
  const auto auditor = auditor_of(asker);
  if (one.documents.empty() || auditor.empty()) return std::nullopt;
  return vendor_.withheld(one, auditor);
}

http::Response Bundles::begin(const Asker& asker, const http::Request& request) {
  auto view = view_of(access_, asker, request);
  if (!view) return endpoints::answer(view.error());
  if (!asker.person)
    return refusal(403, "a token shows no second factor; sign in to make and download bundles",
                   kSecondFactorProblem);
  auto order = read_order(request, asker, *view, people_.now(), people_.random_id());
  if (!order) return endpoints::answer(order.error());
  if (!order->documents.empty() || !order->questionnaire.empty()) {
    if (const auto refused = vendor_.refused(*order, auditor_of(asker))) return endpoints::answer(*refused);
  }
  order->state = needs_approval(*view, *order) ? State::waits : State::making;
  const BundleShelf shelf(view->files);
  if (shelf.list(order->tenant).size() >= BundleShelf::kOfTenantMax)
    return refusal(429, "there are many bundles of this tenant already; they are kept for a day");
  if (const auto put = shelf.put(*order); !put) return failure(put.error());
  auto response = document(202, bundle_document(*order, std::nullopt));
  response.headers.emplace_back("Location",
                                fmt::format("/v1/tenants/{}/bundles/{}", order->tenant, order->id));
  const auto members = look_members(asker, request, "export", order->tenant, {}, nullptr);
  if (order->state == State::making) put_to_work(std::move(*view), std::move(*order), members);
  return response;
}

void Bundles::put_to_work(View view, ShelvedBundle order, json::object members) {
  const BundleShelf shelf(view.files);
  auto failed = order;
  failed.state = State::failed;
  failed.why = "too many bundles are being made; ask for it again later";
  desk_.post(
      [this, view = std::move(view), order = std::move(order), members = std::move(members)] {
        make(maker_, view, order, members, progress_);
        return http::Response();
      },
      [shelf, failed](const http::Response& response) {
        // The desk was full, or stops.
        if (response.status == 503) static_cast<void>(shelf.put(failed));
      });
}

http::Response Bundles::approve(const Asker& asker, const http::Request& request) {
  auto view = view_of(access_, asker, request);
  if (!view) return endpoints::answer(view.error());
  const BundleShelf shelf(view->files);
  auto bundle = shelf.find(view->tenant.value(), std::string(request.parameter("id")));
  if (!bundle) return failure(bundle.error());
  if (const auto why = not_for(asker, *view, *bundle)) return endpoints::answer(*why);
  if (bundle->state != State::waits) return refusal(409, "the bundle does not wait for an approval");
  if (asker.who->name == bundle->asked_by)
    return refusal(403, "another person than the one who asked must approve");
  const auto proof = prove_look(people_, asker, *view);
  if (!proof) return endpoints::answer(proof.error());
  auto members =
      look_members(asker, request, "approve export", fmt::format("{}/bundles/{}", bundle->tenant, bundle->id),
                   fmt::format("asked for by account {}", bundle->asked_by), &*proof);
  if (const auto noted = access_.record(view->region, "bundle.approved", members); !noted)
    return failure(noted.error());
  bundle->state = State::making;
  bundle->approved_by = asker.who->name;
  if (const auto put = shelf.put(*bundle); !put) return failure(put.error());
  auto response = document(202, bundle_document(*bundle, std::nullopt));
  put_to_work(std::move(*view), std::move(*bundle), std::move(members));
  return response;
}

http::Response Bundles::list(const Asker& asker, const http::Request& request) {
  const auto view = view_of(access_, asker, request);
  if (!view) return endpoints::answer(view.error());
  json::array bundles;
  for (const auto& one : BundleShelf(view->files).list(view->tenant.value())) {
    if (!not_for(asker, *view, one)) bundles.push_back(bundle_document(one, progress_.find(one.id)));
  }
  return document(200, {{"bundles", std::move(bundles)}});
}

http::Response Bundles::show(const Asker& asker, const http::Request& request) {
  const auto view = view_of(access_, asker, request);
  if (!view) return endpoints::answer(view.error());
  const auto bundle =
      BundleShelf(view->files).find(view->tenant.value(), std::string(request.parameter("id")));
  if (!bundle) return failure(bundle.error());
  if (const auto why = not_for(asker, *view, *bundle)) return endpoints::answer(*why);
  return document(200, bundle_document(*bundle, progress_.find(bundle->id)));
}

http::Response Bundles::download(const Asker& asker, const http::Request& request) {
  auto view = view_of(access_, asker, request);
  if (!view) return endpoints::answer(view.error());
  const BundleShelf shelf(view->files);
  const auto bundle = shelf.find(view->tenant.value(), std::string(request.parameter("id")));
  if (!bundle) return failure(bundle.error());
  if (const auto why = not_for(asker, *view, *bundle)) return endpoints::answer(*why);
  if (bundle->state != State::ready) return refusal(409, "the bundle is not ready");
  const auto proof = prove_look(people_, asker, *view);
  if (!proof) return endpoints::answer(proof.error());
  const auto range = request.header("Range");
  auto members = look_members(asker, request, "download bundle",
                              fmt::format("{}/bundles/{}", bundle->tenant, bundle->id),
                              fmt::format("profile {}, seal {}{}", record::to_string(bundle->profile),
                                          bundle->seal, range.empty() ? "" : ", in part"),
                              &*proof);
  auto response = file_answer(request, shelf.file(bundle->id), '"' + bundle->seal + '"',
                              fmt::format("countersign-{}-{}.zip", bundle->tenant, bundle->id.substr(0, 8)));
  if (const auto noted = access_.record(view->region, "bundle.downloaded", std::move(members)); !noted)
    return failure(noted.error());
  return response;
}

void Bundles::add_routes(http::Router& router, const endpoints::Reception& reception) {
  using Handle = http::Response (Bundles::*)(const Asker&, const http::Request&);
  const auto add = [&](std::string method, std::string pattern, Handle handle) {
    const bool takes_body = method == "POST";
    auto route = endpoints::operator_route(
        std::move(method), std::move(pattern), reception, readers_only,
        [this, handle](const Asker& asker, const http::Request& request, const http::Respond& respond) {
          shelf_desk_.post([this, handle, asker, request] { return (this->*handle)(asker, request); },
                           respond);
        });
    if (takes_body) route.body_bytes_max = [] { return kBodyBytesMax; };
    router.add(std::move(route));
  };
  add("POST", "/v1/tenants/{tenant}/bundles", &Bundles::begin);
  add("GET", "/v1/tenants/{tenant}/bundles", &Bundles::list);
  add("GET", "/v1/tenants/{tenant}/bundles/{id}", &Bundles::show);
  add("GET", "/v1/tenants/{tenant}/bundles/{id}/content", &Bundles::download);
  add("POST", "/v1/tenants/{tenant}/bundles/{id}/approval", &Bundles::approve);
}

void Bundles::stop() {
  shelf_desk_.stop();
  desk_.stop();
}

}  // namespace countersign::api
