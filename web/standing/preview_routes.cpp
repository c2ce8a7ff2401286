#include "web/standing/preview_routes.h"

#include "collector/endpoints/answer.h"
#include "web/api/person_route.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace countersign::standing {
namespace {

using base::Code;
using base::Problem;
using endpoints::Asker;

std::optional<Problem> admins_only(const ingest::Operator& who) {
  if (who.role == ingest::Role::admin) return std::nullopt;
  return Problem{403, "about:blank", "only the role admin may try a policy out"};
}

http::Response failure(const base::Error& error) {
  if (error.code == Code::not_found)
    return api::refusal(404, "the tenant has no records there, so nothing would have been flagged");
  if (error.code == Code::unavailable || error.code == Code::failed_precondition)
    return api::refusal(503, "the records cannot be read just now; ask again in a moment");
  spdlog::error("a policy was not tried out: {}", error.message);
  return api::refusal(503, "the appliance could not do that just now; its log says why");
}

}  // namespace

void Previews::begin(const Asker& asker, const http::Request& request, const http::Respond& respond) {
  const auto tenant = endpoints::tenant_of(asker, request.parameter("tenant"));
  if (!tenant) return respond(endpoints::answer(tenant.error()));
  const auto view = api::view_of(access_, asker, request);
  if (!view) return respond(endpoints::answer(view.error()));
  if (!endpoints::is_json(request))
    return respond(api::refusal(415, "send application/json, not compressed"));
  const auto wish = endpoints::read_policy(request.body, **tenant);
  if (!wish) return respond(endpoints::answer(wish.error()));
  if (check_) {
    if (const auto good = check_(*wish); !good) return respond(api::refusal(422, good.error().message));
  }
  if (busy_.exchange(true))
    return respond(api::refusal(503, "a policy is being tried out; ask again when that is done"));
  auto wished = **tenant;
  wish->put_into(wished);
  desk_.post([this, region = view->region, wished = std::move(wished)] { return make(region, wished); },
             [this, respond](http::Response response) {
               busy_ = false;
               respond(std::move(response));
             });
}

http::Response Previews::make(const base::RegionId& region, const ingest::Tenant& wished) const {
  const auto began = std::chrono::steady_clock::now();
  const auto judged = judge_(region, wished);
  if (!judged) return failure(judged.error());
  const auto took = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  spdlog::info("a policy of {} was tried out in {} ms", wished.id.value(), took.count());
  return api::document(200, difference_of(*judged));
}

void Previews::add_routes(http::Router& router, const endpoints::Reception& reception) {
  auto route =
      endpoints::operator_route("POST", "/v1/tenants/{tenant}/policy/preview", reception, admins_only,
                                [this](const Asker& asker, const http::Request& request,
                                       const http::Respond& respond) { begin(asker, request, respond); });
  route.body_bytes_max = [] { return endpoints::kPolicyBytesMax; };
  router.add(std::move(route));
}

}  // namespace countersign::standing
