#include "web/decisions/decisions.h"

#include "collector/endpoints/answer.h"
#include "web/decisions/decision_body.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

namespace countersign::decisions {
namespace {

using base::Problem;
using endpoints::answer;

Problem misdirected(const ingest::Tenant& tenant) {
  auto detail =
      fmt::format("the tenant is pinned to the region {}, which is served elsewhere", tenant.region.value());
  if (tenant.moved_to) detail += fmt::format("; send it to {}", *tenant.moved_to);
  return {421, std::string(endpoints::kMisdirectedProblem), std::move(detail)};
}

void decide(const DecideCalls& calls, const endpoints::Asker& asker, const http::Request& request,
            const http::Respond& respond) {
  const auto tenant = endpoints::tenant_of(asker, request.parameter("tenant"));
  if (!tenant) return respond(answer(tenant.error()));
  if (!calls.decide || !calls.serves)
    return respond(answer(Problem{503, "about:blank", "this process decides nothing"}));
  if ((*tenant)->moved_to || !calls.serves((*tenant)->region)) return respond(answer(misdirected(**tenant)));
  if (!endpoints::is_json(request))
    return respond(answer(Problem{415, "about:blank", "send application/json, not compressed"}));
  auto body = read_decision(request.body);
  if (!body) return respond(answer(body.error()));
  // The tenant lives as long as the registry that has it.
  calls.decide((*tenant)->region,
               {std::shared_ptr<const ingest::Tenant>(asker.registry, *tenant), std::move(*body)}, respond);
}

}  // namespace

void add_decisions(http::Router& router, const endpoints::Reception& reception, DecideCalls calls) {
  const auto shared = std::make_shared<const DecideCalls>(std::move(calls));
  auto route = endpoints::operator_route(
      "POST", "/v1/tenants/{tenant}/step-up/decisions", reception,
      [shared](const ingest::Operator& who) -> std::optional<Problem> {
        if (shared->permit) return shared->permit(who);
        return Problem{403, "about:blank", "nobody may ask for decisions here"};
      },
      [shared](const endpoints::Asker& asker, const http::Request& request, const http::Respond& respond) {
        decide(*shared, asker, request, respond);
      });
  route.body_bytes_max = [] { return std::uint64_t{kDecisionBytesMax}; };
  router.add(std::move(route));
}

}  // namespace countersign::decisions
