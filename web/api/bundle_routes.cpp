#include "collector/endpoints/answer.h"
#include "reports/engine/catalogue.h"
#include "web/api/body.h"
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

/// What is wrong with the report that is asked for.
std::optional<std::string> fault_of_report(const ShelvedBundle& order, record::Profile profile) {
  if (order.report.empty())
    return order.framework.empty() ? std::nullopt
                                   : std::optional<std::string>("framework is of a report: give report, too");
  if (!order.filter.empty() || profile == record::Profile::none)
    return "a report is made of all records of the period: leave out the filter, and take another profile "
           "than none";
  const auto framework = order.framework.empty() ? std::string("soc2") : order.framework;
  if (reports::framework_title(framework).empty())
    return fmt::format("framework is one of {}", fmt::join(reports::frameworks(), ", "));
  if (order.report == std::vector<std::string>{"all"}) return std::nullopt;
  const auto& known = reports::Catalogue::built_in().definitions();
  for (const auto& clause : order.report) {
    const bool supported = std::any_of(known.begin(), known.end(),
                                       [&](const auto& one) { return one.supports(framework, clause); });
    if (!supported)
      return fmt::format("report: no control supports '{}' of {}", clause,
                         reports::framework_title(framework));
  }
  return std::nullopt;
}

tl::expected<ShelvedBundle, Problem> read_order(const http::Request& request, const Asker& asker,
                                                const View& view, base::Timestamp now, std::string id) {
  const auto bad = [](std::string detail) {
    return tl::unexpected(Problem{422, "about:blank", std::move(detail)});
  };
  auto body = read_object(request);
  if (!body) return tl::unexpected(body.error());
  ShelvedBundle out;
  for (const auto& member : *body) {
    const std::string_view name(member.key().data(), member.key().size());
    if (name == "filter" || name == "report") {
      auto& texts = name == "filter" ? out.filter : out.report;
      const auto wrong = name == "filter" ? "filter is a list of member=value"
                                          : "report is a list of clauses such as CC6.1, or of the word all";
      if (!member.value().is_array()) return bad(wrong);
      for (const auto& one : member.value().get_array()) {
        if (!one.is_string()) return bad(wrong);
        texts.emplace_back(one.get_string());
      }
      continue;
    }
    const bool known = name == "from" || name == "to" || name == "profile" || name == "query" ||
                       name == "recipient" || name == "destination" || name == "framework";
    if (!known)
      return bad(
          "there is a member that is not known; there are from, to, filter, profile, query, report, "
          "framework, "
          "recipient and destination");
    if (!member.value().is_string()) return bad(fmt::format("{} must be a text", name));
  }
  const auto from = base::parse_rfc3339(text_of(*body, "from")),
             to = base::parse_rfc3339(text_of(*body, "to"));
  if (!from) return bad("from: " + from.error().message);
  if (!to) return bad("to: " + to.error().message);
  if (*to <= *from) return bad("the period ends before it begins");
  if (view.period && (*from < view.period->from || *to > view.period->before))
    return tl::unexpected(Problem{
        403, "about:blank",
        fmt::format("your access covers records from {} before {}: ask for a period within it",
                    base::format_rfc3339(view.period->from), base::format_rfc3339(view.period->before))});
  const auto profile = text_of(*body, "profile");
  const auto chosen =
      profile.empty() ? ingest::most_of(view.allowance, false) : record::parse_profile(profile);
  if (!chosen) return bad("profile is one of none, pseudonymous, masked and full");
  if (ingest::needed_for(*chosen, false) > view.allowance)
    return tl::unexpected(
        Problem{403, "about:blank",
                fmt::format("the tenant's policy gives your role {} at most", to_string(view.allowance))});
  out.id = std::move(id);
  out.tenant = view.tenant.value();
  out.from = text_of(*body, "from");
  out.to = text_of(*body, "to");
  out.query = text_of(*body, "query");
  out.framework = text_of(*body, "framework");
  if (auto wrong = fault_of_report(out, *chosen)) return bad(std::move(*wrong));
  out.recipient = text_of(*body, "recipient");
  out.destination = text_of(*body, "destination");
  out.profile = *chosen;
  out.role = to_string(asker.who->role);
  out.asked_by = asker.who->name;
  out.asked = now;
  return out;
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
    const bool of_order = made.error().code == Code::invalid_argument ||
                          made.error().code == Code::permission_denied ||
                          made.error().code == Code::failed_precondition;
    bundle.why = of_order ? made.error().message : "the appliance could not make it; its log says why";
  }
  if (const auto put = shelf.put(bundle); !put)
    spdlog::error("a bundle's state was not kept: {}", put.error().message);
  progress.forget(bundle.id);
}

bool needs_approval(const View& view, const ShelvedBundle& bundle) {
  return view.policy.four_eyes() && bundle.profile == record::Profile::full;
}

}  // namespace

Bundles::Bundles(People& people, EvidenceAccess access, BundleMaker maker)
    : people_(people),
      access_(std::move(access)),
      maker_(std::move(maker)),
      desk_(kWaitingMax, std::chrono::minutes(1), [this] { tidy(false); }) {
  tidy(true);
}

void Bundles::tidy(bool just_started) {
  for (const auto& region : access_.regions()) {
    if (const auto files = access_.files(region)) BundleShelf(*files).tidy(people_.now(), just_started);
  }
}

http::Response Bundles::begin(const Asker& asker, const http::Request& request) {
  auto view = view_of(access_, asker, request);
  if (!view) return endpoints::answer(view.error());
  if (!asker.person)
    return refusal(403, "a token shows no second factor; sign in to make and download bundles",
                   kSecondFactorProblem);
  auto order = read_order(request, asker, *view, people_.now(), people_.random_id());
  if (!order) return endpoints::answer(order.error());
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
  if (!shows_no_more(*view, *bundle)) return refusal(403, "the bundle shows more than you may see");
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
    if (shows_no_more(*view, one)) bundles.push_back(bundle_document(one, progress_.find(one.id)));
  }
  return document(200, {{"bundles", std::move(bundles)}});
}

http::Response Bundles::show(const Asker& asker, const http::Request& request) {
  const auto view = view_of(access_, asker, request);
  if (!view) return endpoints::answer(view.error());
  const auto bundle =
      BundleShelf(view->files).find(view->tenant.value(), std::string(request.parameter("id")));
  if (!bundle) return failure(bundle.error());
  if (!shows_no_more(*view, *bundle)) return refusal(403, "the bundle shows more than you may see");
  return document(200, bundle_document(*bundle, progress_.find(bundle->id)));
}

http::Response Bundles::download(const Asker& asker, const http::Request& request) {
  auto view = view_of(access_, asker, request);
  if (!view) return endpoints::answer(view.error());
  const BundleShelf shelf(view->files);
  const auto bundle = shelf.find(view->tenant.value(), std::string(request.parameter("id")));
  if (!bundle) return failure(bundle.error());
  if (!shows_no_more(*view, *bundle)) return refusal(403, "the bundle shows more than you may see");
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
