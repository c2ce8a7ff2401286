#include "collector/endpoints/erasures.h"

#include "collector/endpoints/answer.h"
#include "collector/endpoints/asker.h"
#include "collector/endpoints/routes.h"

#include <fmt/format.h>
#include <tl/expected.hpp>

namespace countersign::endpoints {
namespace {

using base::Problem;

/// Where the asker's tenant is kept: in the region that was asked for, if it ever was there, else in that of
/// its pin.
tl::expected<base::RegionId, Problem> find_region(const Asker& asker, const ErasureBody& body) {
  const auto found = tenant_of(asker, body.tenant);
  if (!found) return tl::unexpected(found.error());
  const auto* tenant = *found;
  if (!body.region.empty()) {
    const auto asked = base::parse_region(body.region);
    if (!asked || !tenant->was_in(*asked))
      return tl::unexpected(Problem{404, "about:blank", "the tenant never was in that region"});
    if (*asked != tenant->region || !tenant->moved_to) return *asked;
  }
  if (!tenant->moved_to) return tenant->region;
  return tl::unexpected(
      Problem{421, std::string(kMisdirectedProblem),
              fmt::format("the tenant is pinned to the region {}, which is served elsewhere; send it to {}",
                          tenant->region.value(), *tenant->moved_to)});
}

void erase(const Asker& asker, const ErasureCalls& calls, const http::Request& request,
           const http::Respond& respond) {
  if (!is_json(request))
    return respond(answer(Problem{415, "about:blank", "send application/json, not compressed"}));
  auto body = read_erasure(request.body);
  if (!body) return respond(answer(body.error()));
  const auto region = find_region(asker, *body);
  if (!region) return respond(answer(region.error()));
  calls.erase({asker.who->name, *region, std::move(*body)}, respond);
}

void find(const Asker& asker, const ErasureCalls& calls, const http::Request& request,
          const http::Respond& respond) {
  calls.find(
      std::string(request.parameter("id")),
      [asker](const base::TenantId& tenant) { return asker.who->may_act_for(tenant); }, respond);
}

std::optional<Problem> privacy_only(const ingest::Operator& who) {
  if (who.role == ingest::Role::privacy) return std::nullopt;
  return Problem{403, "about:blank", "only the role privacy may do this"};
}

using Handle = void (*)(const Asker&, const ErasureCalls&, const http::Request&, const http::Respond&);

http::Route route_of(std::string method, std::string pattern, const Reception& reception,
                     std::shared_ptr<const ErasureCalls> calls, Handle handle) {
  return operator_route(
      std::move(method), std::move(pattern), reception, privacy_only,
      [calls = std::move(calls), handle](const Asker& asker, const http::Request& request,
                                         const http::Respond& respond) {
        if (!calls->erase || !calls->find)
          return respond(answer(Problem{503, "about:blank", "this process keeps no vault"}));
        handle(asker, *calls, request, respond);
      });
}

}  // namespace

void add_erasures(http::Router& router, const Reception& reception, ErasureCalls calls) {
  const auto shared = std::make_shared<const ErasureCalls>(std::move(calls));
  auto post = route_of("POST", "/v1/privacy/erasures", reception, shared, &erase);
  post.body_bytes_max = [] { return std::uint64_t{kErasureBytesMax}; };
  router.add(std::move(post));
  router.add(route_of("GET", "/v1/privacy/erasures/{id}", reception, shared, &find));
}

}  // namespace countersign::endpoints
