#include "web/admin/source_test.h"

#include "collector/endpoints/answer.h"
#include "ledger/base/encoding.h"
#include "ledger/store/recorded.h"
#include "web/admin/administration.h"
#include "web/admin/own_sources.h"
#include "web/admin/wishes.h"
#include "web/api/body.h"
#include "web/api/person_route.h"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <utility>

namespace countersign::admin {

namespace json = boost::json;

using endpoints::Asker;

namespace {

constexpr std::string_view kWhat =
    "test made by the appliance for an administrator; the source did not send it";

/// The tenant that a body names, or the one that the source has; empty, with a refusal, where there is none.
Asked<base::TenantId> tenant_of(const Act& act, const ingest::Source& source, const http::Request& request) {
  json::object body;
  if (!request.body.empty()) {
    auto read = api::read_object(request);
    if (!read) return tl::unexpected(std::move(read.error()));
    body = std::move(*read);
  }
  if (auto fits = only(body, {"tenant"}); !fits) return tl::unexpected(std::move(fits.error()));
  auto name = text(body, "tenant");
  if (!name) return tl::unexpected(std::move(name.error()));
  if (name->empty() && source.tenants.size() == 1) *name = source.tenants.front().value();
  if (name->empty()) return bad("name the tenant: the source may send for several");
  const auto tenant = endpoints::tenant_of(act.asker, *name);
  if (!tenant) return tl::unexpected(tenant.error());
  if (!source.may_send_for((*tenant)->id)) return bad("the source may not send for that tenant");
  return (*tenant)->id;
}

http::Response answer_of(const tl::expected<std::vector<ingest::EventAnswer>, base::Problem>& answered,
                         const base::SourceName& source, const base::TenantId& tenant,
                         const std::string& id) {
  if (!answered) return endpoints::answer(answered.error());
  const auto& one = answered->front();
  if (one.status != ingest::EventStatus::appended) return endpoints::answer(*answered);
  return api::document(201, {{"source", source.value()},
                             {"tenant", tenant.value()},
                             {"id", id},
                             {"receipt",
                              {{"log", one.receipt.log.text},
                               {"seq", base::index_of(one.receipt.seq)},
                               {"hash", base::to_base64(one.receipt.hash.view())}}}});
}

}  // namespace

json::object test_event(const ingest::Source& source, const base::TenantId& tenant, const std::string& id,
                        base::Timestamp now) {
  return {{"id", id},
          {"time", base::format_rfc3339(now)},
          {"type", "source.heartbeat"},
          {"tenant", tenant.value()},
          {"action",
           {{"name", "test source"}, {"resource", source.name.value()}, {"context", std::string(kWhat)}}}};
}

ingest::Admitted test_sender(std::shared_ptr<const ingest::Registry> registry) {
  static const ingest::Source kAppliance = [] {
    ingest::Source out;
    out.name = base::SourceName(std::string(store::kApplianceSource));
    out.adapter = ingest::kNativeAdapter;
    return out;
  }();
  return {std::move(registry), &kAppliance, record::Proof::none, nullptr, true};
}

void Administration::add_source_test(http::Router& router, const endpoints::Reception& reception) {
  auto& service = reception.service;
  const auto run = [this, &service](const Act& act, const base::SourceName& name,
                                    const base::TenantId& tenant) {
    const auto registry = service.registry();
    const auto* source = registry->source_by_name(name);
    const auto* known = registry->tenant(tenant);
    if (source == nullptr || known == nullptr) return api::refusal(404, std::string(kNoSource));
    if (source->revoked) return api::refusal(409, "the source was revoked");
    const auto id = fmt::format("test/{}/{}", name.value(), people_.random_id());
    auto members = act.members;
    members["action"] = {{"name", "test source"},
                         {"resource", fmt::format("{}/{}", tenant.value(), name.value())},
                         {"context", id}};
    if (const auto noted = calls_.record(known->region, "source.tested", std::move(members));
        !noted && noted.error().code != base::Code::not_found)
      return failure(noted.error());
    using Answer = tl::expected<std::vector<ingest::EventAnswer>, base::Problem>;
    const auto promise = std::make_shared<std::promise<Answer>>();
    auto future = promise->get_future();
    service.take_whole(test_sender(registry), {{test_event(*source, tenant, id, people_.now())}},
                       [promise](Answer answer) { promise->set_value(std::move(answer)); });
    if (future.wait_for(kPatience) != std::future_status::ready)
      return api::refusal(503, "the ledger takes its time: whether the test is stored is not known yet");
    return answer_of(future.get(), name, tenant, id);
  };
  router.add(changing_route("POST", "/v1/admin/sources/{source}/test-event", reception, people_, admins,
                            [this, run](Act act, const http::Request& request, const http::Respond& respond) {
                              const auto* source = own_source(act.asker, request);
                              if (source == nullptr)
                                return respond(api::refusal(404, std::string(kNoSource)));
                              const auto tenant = tenant_of(act, *source, request);
                              if (!tenant) return respond(endpoints::answer(tenant.error()));
                              change(std::move(act), respond,
                                     [run, name = source->name, tenant = *tenant](const Act& still) {
                                       return run(still, name, tenant);
                                     });
                            }));
}

}  // namespace countersign::admin
