#include "collector/endpoints/policies.h"

#include "collector/endpoints/answer.h"
#include "collector/endpoints/asker.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace countersign::endpoints {
namespace {

using base::Problem;

std::optional<Problem> anybody(const ingest::Operator& who) {
  if (ingest::is_of_people(who.role)) return std::nullopt;
  return Problem{403, "about:blank", "only roles of people may see a policy"};
}

std::optional<Problem> admins_only(const ingest::Operator& who) {
  if (who.role == ingest::Role::admin) return std::nullopt;
  return Problem{403, "about:blank", "only the role admin may change a policy"};
}

void look_back(const ReadHistory& read, const ingest::Tenant& tenant, AnswerFromHistory make,
               const http::Respond& respond) {
  if (!read) return respond(answer(Problem{503, "about:blank", "this process reads no history"}));
  read(tenant, std::move(make), respond);
}

void get(const ReadHistory& read, const base::Clock& clock, const Asker& asker, const http::Request& request,
         const http::Respond& respond) {
  const auto tenant = tenant_of(asker, request.parameter("tenant"));
  if (!tenant) return respond(answer(tenant.error()));
  const auto at = read_at(request, clock());
  if (!at) return respond(answer(at.error()));
  if (*at) {
    return look_back(read, **tenant,
                     {false, [tenant = **tenant, at = **at](
                                 const policy::TenantHistory& history,
                                 const PolicyAuthors&) { return policy_at(tenant, history, at); }},
                     respond);
  }
  auto response = policy_answer(**tenant);
  const auto known = request.header("If-None-Match");
  if (!known.empty() && names_etag(known, response.headers.front().second, TagComparison::weak)) {
    response.status = 304;
    response.body.clear();
  }
  respond(std::move(response));
}

void get_history(const ReadHistory& read, const Asker& asker, const http::Request& request,
                 const http::Respond& respond) {
  const auto tenant = tenant_of(asker, request.parameter("tenant"));
  if (!tenant) return respond(answer(tenant.error()));
  const auto page = read_page(request);
  if (!page) return respond(answer(page.error()));
  look_back(
      read, **tenant,
      // Who may change the policy is told who did.
      {asker.who->role == ingest::Role::admin,
       [tenant = **tenant, page = *page](const policy::TenantHistory& history, const PolicyAuthors& authors) {
         return policy_versions(tenant, history, authors, page);
       }},
      respond);
}

void put(const PolicyCalls& calls, const Reception& reception, const Asker& asker,
         const http::Request& request, const http::Respond& respond) {
  const auto tenant = tenant_of(asker, request.parameter("tenant"));
  if (!tenant) return respond(answer(tenant.error()));
  if (!is_json(request))
    return respond(answer(Problem{415, "about:blank", "send application/json, not compressed"}));
  const auto etag = request.header("If-Match");
  if (etag.empty())
    return respond(answer(Problem{
        428, "about:blank", "send If-Match with the ETag of the policy that this one takes the place of"}));
  auto wish = read_policy(request.body, **tenant);
  if (!wish) return respond(answer(wish.error()));
  if (calls.check) {
    if (const auto good = calls.check(*wish); !good)
      return respond(answer(Problem{422, "about:blank", good.error().message}));
  }
  if (!calls.change) return respond(answer(Problem{503, "about:blank", "this process changes no policy"}));
  auto still_may = [reception, head = static_cast<const http::RequestHead&>(request), id = (*tenant)->id] {
    const auto again = ask(reception, head, admins_only);
    return again && again->who->may_act_for(id);
  };
  calls.change({asker.who->name, std::move(still_may), (*tenant)->id, std::string(etag), std::move(*wish)},
               respond);
}

}  // namespace

http::Response policy_answer(const ingest::Tenant& tenant) {
  auto document = policy_document(tenant);
  auto etag = policy_etag(document);
  return {200, "application/json", {{"ETag", std::move(etag)}}, std::move(document)};
}

void add_policies(http::Router& router, const Reception& reception, PolicyCalls calls) {
  constexpr auto kPath = "/v1/tenants/{tenant}/policy";
  router.add(
      operator_route("GET", kPath, reception, anybody,
                     [read = calls.history, clock = reception.clock](
                         const Asker& asker, const http::Request& request, const http::Respond& respond) {
                       get(read, clock, asker, request, respond);
                     }));
  router.add(operator_route(
      "GET", std::string(kPath) + "/history", reception, anybody,
      [read = calls.history](const Asker& asker, const http::Request& request, const http::Respond& respond) {
        get_history(read, asker, request, respond);
      }));
  auto change_it = operator_route(
      "PUT", kPath, reception, admins_only,
      [calls, reception](const Asker& asker, const http::Request& request, const http::Respond& respond) {
        put(calls, reception, asker, request, respond);
      });
  change_it.body_bytes_max = [] { return kPolicyBytesMax; };
  router.add(std::move(change_it));
  add_policy_review(router, reception, std::move(calls.review));
  http::Route schema;
  schema.method = "GET";
  schema.pattern = "/v1/policy-schema";
  schema.handle = [text = policy_schema()](const http::Request&, const http::Respond& respond) {
    respond({200, "application/schema+json", {}, text});
  };
  router.add(std::move(schema));
}

}  // namespace countersign::endpoints
