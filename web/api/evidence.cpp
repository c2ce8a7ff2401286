#include "web/api/evidence.h"

#include "collector/endpoints/answer.h"
#include "collector/endpoints/query.h"
#include "web/auth/factors.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::api {
namespace {

using base::Problem;

tl::unexpected<Problem> bad(int status, std::string detail, std::string_view type = "about:blank") {
  return tl::unexpected(Problem{status, std::string(type), std::move(detail)});
}

tl::expected<View, Problem> system_view(const endpoints::Asker& asker) {
  if (!asker.who->all_tenants) return bad(403, "you may not act for that tenant");
  View view;
  view.tenant = base::TenantId(std::string(base::kSystemTenant));
  view.allowance = ingest::SharingPolicy().of(asker.who->role);
  return view;
}

tl::expected<View, Problem> tenant_view(const endpoints::Asker& asker, std::string_view name,
                                        const std::optional<base::RegionId>& region) {
  const auto tenant = endpoints::tenant_of(asker, name);
  if (!tenant) return tl::unexpected(tenant.error());
  if (region && !(*tenant)->was_in(*region)) return bad(404, "the tenant never was in that region");
  View view;
  view.tenant = (*tenant)->id;
  view.policy = (*tenant)->access;
  view.allowance = (*tenant)->sharing.of(asker.who->role);
  view.region = region.value_or((*tenant)->region);
  return view;
}

bool may_serve(const ingest::AccessPolicy& policy, std::string_view factor) {
  return policy.allows(factor) || !(policy.allows("totp") || policy.allows("passkey"));
}

}  // namespace

tl::expected<View, Problem> view_of(const EvidenceAccess& access, const endpoints::Asker& asker,
                                    const http::Request& request) {
  const auto asked = endpoints::query_value(request, "region").value_or("");
  std::optional<base::RegionId> region;
  if (!asked.empty()) {
    auto parsed = base::parse_region(asked);
    if (!parsed) return bad(404, "the tenant never was in that region");
    region = std::move(*parsed);
  }
  const auto name = request.parameter("tenant");
  auto view = name == base::kSystemTenant ? system_view(asker) : tenant_view(asker, name, region);
  if (!view) return view;
  if (name == base::kSystemTenant) {
    if (!region) return bad(422, "say which region's system log: ?region=NAME");
    view->region = *region;
  }
  auto files = access.files(view->region);
  if (!files)
    return bad(421, fmt::format("the region {} is served elsewhere", view->region.value()),
               endpoints::kMisdirectedProblem);
  view->files = std::move(*files);
  view->period = asker.period();
  return view;
}

tl::expected<FreshProof, Problem> prove_look(People& people, const endpoints::Asker& asker,
                                             const View& view) {
  if (!asker.person)
    return bad(403, "a token shows no second factor; sign in to see personal values and bundles",
               kSecondFactorProblem);
  auto taken = people.take_proof(asker.person->session, view.policy.audit_window_s(),
                                 [&](std::string_view factor) { return may_serve(view.policy, factor); });
  if (!taken) {
    const auto window = view.policy.audit_window_s();
    return bad(403,
               window == 0
                   ? std::string("show a second factor: the tenant asks for one each time")
                   : fmt::format("show a second factor: the tenant asks for one within {} seconds", window),
               kSecondFactorProblem);
  }
  return FreshProof{std::move(taken->challenge), std::move(taken->factor)};
}

boost::json::object look_members(const endpoints::Asker& asker, const http::RequestHead& head,
                                 std::string_view action, std::string resource, std::string context,
                                 const FreshProof* proof) {
  constexpr std::size_t kContextMax = 1024;
  boost::json::object out;
  out["actor"] = {{"id", asker.who->name},
                  {"role", asker.person ? std::string(to_string(asker.who->role)) : std::string("operator")}};
  out["action"] = {{"name", std::string(action)}, {"resource", std::move(resource)}};
  if (!context.empty()) out["action"].as_object()["context"] = context.substr(0, kContextMax);
  out["device"] = auth::device_of(peer_of(head));
  if (asker.person) out["session"] = {{"id", asker.person->session}};
  if (proof != nullptr)
    out["challenge"] = {{"id", proof->challenge}, {"purpose", "audit_access"}, {"factor", proof->factor}};
  return out;
}

std::optional<Problem> readers_only(const ingest::Operator& who) {
  if (ingest::is_of_people(who.role)) return std::nullopt;
  return Problem{403, "about:blank", "only roles of people may see evidence"};
}

}  // namespace countersign::api
