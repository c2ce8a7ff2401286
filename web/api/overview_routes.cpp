#include "web/api/overview_routes.h"

#include "collector/endpoints/answer.h"
#include "web/api/overview.h"
#include "web/api/person_route.h"

#include <spdlog/spdlog.h>

namespace countersign::api {
namespace {

using base::Code;
using endpoints::Asker;

http::Response failure(const base::Error& error) {
  if (error.code == Code::unavailable || error.code == Code::not_found)
    return refusal(503, "the index is being made; ask again in a moment");
  spdlog::error("an overview was not shown: {}", error.message);
  return refusal(503, "the appliance could not read that just now; its log says why");
}

}  // namespace

void add_overview(http::Router& router, const endpoints::Reception& reception, const EvidenceAccess& access,
                  const OverviewFacts& facts, Desk& desk) {
  router.add(endpoints::operator_route(
      "GET", "/v1/tenants/{tenant}/overview", reception, readers_only,
      [&access, &facts, &desk, &service = reception.service](const Asker& asker, const http::Request& request,
                                                             const http::Respond& respond) {
        // The system log is nobody's: it has no sources and no findings.
        const auto tenant = endpoints::tenant_of(asker, request.parameter("tenant"));
        if (!tenant) return respond(endpoints::answer(tenant.error()));
        auto view = view_of(access, asker, request);
        if (!view) return respond(endpoints::answer(view.error()));
        desk.post(
            [&facts, &service, asker, view = std::move(*view)] {
              const auto data = overview_document(facts, service.book(), asker, view);
              return data ? document(200, *data) : failure(data.error());
            },
            respond);
      }));
}

}  // namespace countersign::api
