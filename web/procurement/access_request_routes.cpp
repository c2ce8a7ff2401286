#include "web/procurement/access_request_routes.h"

#include "collector/endpoints/answer.h"
#include "web/admin/own_accounts.h"
#include "web/api/person_route.h"
#include "web/auth/administration.h"
#include "web/auth/sign_in.h"
#include "web/procurement/access_approval.h"

#include <boost/json/array.hpp>

#include <memory>

namespace countersign::procurement {
namespace {

namespace json = boost::json;

using base::Code;

constexpr std::string_view kPath = "/v1/access-requests";

http::Response failed(const base::Error& error) {
  return admin::failure(error, {.not_found = "there is no such request",
                                .already_exists = "there is an account of that name: look at it first, and "
                                                  "remove it where this request shall make it anew",
                                .failed_precondition = error.message});
}

/// A token is not told who asks.
json::object document_of(const trust::Request& request, bool to_person) {
  json::object out{{"id", request.id},
                   {"asked", base::format_rfc3339(request.asked)},
                   {"state", std::string(trust::to_string(request.decision))}};
  if (request.wish && to_person) {
    out["name"] = request.wish->name;
    out["email"] = request.wish->email;
    out["company"] = request.wish->company;
    out["reason"] = request.wish->reason;
  }
  if (request.decided) out["decided"] = base::format_rfc3339(*request.decided);
  if (!request.account.empty()) out["account"] = request.account;
  if (request.expires) out["expires"] = base::format_rfc3339(*request.expires);
  return out;
}

documents::By by_of(const admin::Act& act) { return {act.author.id, act.members}; }

}  // namespace

http::Response AccessRequestRoutes::list(auth::Access& access, const Asker& asker,
                                         const json::object& members) {
  const auto requests = calls_.requests();
  auto all = requests ? (*requests)->list() : tl::unexpected(requests.error());
  // Nobody could ever ask.
  if (!all && all.error().code == Code::not_found) all = std::vector<trust::Request>();
  if (!all) return failed(all.error());
  json::array out;
  for (const auto& one : *all) out.push_back(document_of(one, asker.person != nullptr));
  if (asker.person) {
    if (const auto noted = access.record(nullptr, "personal.viewed", members); !noted)
      return failed(noted.error());
  }
  return api::document(200, {{"requests", std::move(out)}});
}

http::Response AccessRequestRoutes::approve(trust::Requests& requests, auth::Access& access,
                                            const admin::Act& act, const std::string& id,
                                            auth::NewAccount wish) {
  const auth::Administrator administrator{access.store, access.record, access.clock, access.entropy,
                                          act.members};
  const auto approved = approve_access(requests, administrator, by_of(act), id, std::move(wish));
  if (!approved) return failed(approved.error());
  const auto& [request, invited] = *approved;
  const base::Timestamp ends{access.clock().micros + auth::kInvitationS * 1'000'000};
  return api::document(201, {{"request", document_of(request, true)},
                             {"account", admin::user_document(act.asker, invited.account, access.clock())},
                             {"link", calls_.invitation_link(invited.token)},
                             {"invitation_expires", base::format_rfc3339(ends)}});
}

void AccessRequestRoutes::serve(admin::Act act, const http::Respond& respond, Work work) {
  people_.serve(
      [this, act = std::move(act), work = std::move(work)](auth::Access& access) {
        if (!act.still_may()) return admin::may_no_more();
        const auto requests = calls_.requests();
        return requests ? work(**requests, access, act) : failed(requests.error());
      },
      respond);
}

void AccessRequestRoutes::add_routes(http::Router& router, const endpoints::Reception& reception) {
  const std::string path(kPath);
  router.add(endpoints::operator_route(
      "GET", path, reception, admin::admins_of_all,
      [this](const Asker& asker, const http::Request& request, const http::Respond& respond) {
        json::object members{
            {"actor", {{"id", asker.who->name}, {"role", std::string(to_string(asker.who->role))}}},
            {"action", {{"name", "list requests"}, {"resource", "requests for access"}}},
            {"device", auth::device_of(api::peer_of(request))}};
        if (asker.person) members["session"] = {{"id", asker.person->session}};
        people_.serve([this, asker, members](auth::Access& access) { return list(access, asker, members); },
                      respond);
      }));
  router.add(admin::changing_route(
      "POST", path + "/{id}/approve", reception, people_, admin::admins_of_all,
      [this](admin::Act act, const http::Request& request, const http::Respond& respond) {
        auto wish = read_grant(request, act.asker, defaults_, people_.now());
        if (!wish) return respond(endpoints::answer(wish.error()));
        serve(std::move(act), respond,
              [this, id = std::string(request.parameter("id")), wish = std::move(*wish)](
                  trust::Requests& requests, auth::Access& access, const admin::Act& still) {
                return approve(requests, access, still, id, wish);
              });
      }));
  router.add(admin::changing_route(
      "POST", path + "/{id}/refuse", reception, people_, admin::admins_of_all,
      [this](admin::Act act, const http::Request& request, const http::Respond& respond) {
        auto reason = read_refusal(request);
        if (!reason) return respond(endpoints::answer(reason.error()));
        serve(std::move(act), respond,
              [id = std::string(request.parameter("id")), reason = std::move(*reason)](
                  trust::Requests& requests, auth::Access&, const admin::Act& still) {
                const auto refused = requests.refuse(id, reason, by_of(still));
                return refused ? api::document(200, document_of(*refused, true)) : failed(refused.error());
              });
      }));
  router.add(admin::changing_route(
      "DELETE", path + "/{id}", reception, people_, admin::admins_of_all,
      [this](admin::Act act, const http::Request& request, const http::Respond& respond) {
        serve(std::move(act), respond,
              [id = std::string(request.parameter("id"))](trust::Requests& requests, auth::Access&,
                                                          const admin::Act& still) {
                const auto removed = requests.remove(id, by_of(still));
                return removed ? http::Response{204, {}, {}, {}} : failed(removed.error());
              });
      }));
}

}  // namespace countersign::procurement
