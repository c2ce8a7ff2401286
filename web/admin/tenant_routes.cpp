#include "collector/endpoints/answer.h"
#include "web/admin/administration.h"
#include "web/admin/documents.h"
#include "web/admin/wishes.h"
#include "web/api/body.h"
#include "web/api/person_route.h"

#include <utility>

namespace countersign::admin {

namespace json = boost::json;

using endpoints::Asker;

namespace {

constexpr Sayings kOfATenant{
    .not_found =
        "this appliance does not keep that region; name one that it keeps, or that the configuration "
        "says who keeps",
    .already_exists = "there is a tenant of that name already"};

Asked<NewTenant> read_tenant(const json::object& body) {
  if (auto fits = only(body, {"tenant", "region", "moved_to"}); !fits)
    return tl::unexpected(std::move(fits.error()));
  auto name = text(body, "tenant"), region = text(body, "region"), moved_to = text(body, "moved_to");
  for (const auto* one : {&name, &region, &moved_to})
    if (!*one) return tl::unexpected(one->error());
  if (!base::parse_tenant(*name))
    return bad("tenant must be a name of a-z, 0-9 and '-', at most 63 characters");
  if (!region->empty() && !base::parse_region(*region))
    return bad("region must be a name of a-z, 0-9 and '-', at most 63 characters");
  return NewTenant{std::move(*name), std::move(*region), std::move(*moved_to), {}};
}

}  // namespace

void Administration::add_tenants(http::Router& router, const endpoints::Reception& reception) {
  const std::string path = "/v1/admin/tenants";
  auto& service = reception.service;
  router.add(reading(path, reception, admins, [this](const Asker& asker) {
    const auto records = calls_.records();
    if (!records) return failure(records.error());
    json::array out;
    for (const auto& tenant : asker.registry->tenants()) {
      if (!asker.who->may_act_for(tenant.id)) continue;
      const auto found = records->find(tenant.id);
      out.push_back(tenant_document(tenant));
      out.back().as_object()["records"] = found == records->end() ? 0 : found->second;
    }
    return api::document(200, {{"tenants", std::move(out)}});
  }));
  router.add(changing_route(
      "POST", path, reception, people_, admins_of_all,
      [this, &service](Act act, const http::Request& request, const http::Respond& respond) {
        const auto body = api::read_object(request);
        if (!body) return respond(endpoints::answer(body.error()));
        auto wish = read_tenant(*body);
        if (!wish) return respond(endpoints::answer(wish.error()));
        wish->by = act.author;
        change(std::move(act), respond, [this, &service, wish = *wish](const Act&) {
          if (const auto done = calls_.add_tenant(wish); !done) return failure(done.error(), kOfATenant);
          const base::TenantId id(wish.name);
          const bool holds = in_force(
              service, [&](const ingest::Registry& registry) { return registry.tenant(id) != nullptr; });
          json::object out{{"tenant", wish.name}};
          const auto registry = service.registry();
          if (const auto* found = registry->tenant(id)) out = tenant_document(*found);
          out["in_force"] = holds;
          return api::document(201, out);
        });
      }));
}

}  // namespace countersign::admin
