#include "collector/endpoints/asker.h"

#include "collector/endpoints/answer.h"
#include "collector/endpoints/request.h"
#include "collector/ingest/media_type.h"

namespace countersign::endpoints {

using base::Problem;

tl::expected<Asker, Problem> ask(ingest::IngestService& service, const base::Clock& clock,
                                 const http::RequestHead& head, const Permit& permit) {
  const auto token = token_of(head);
  auto registry = service.registry();
  const auto* who = token.empty() ? nullptr : registry->operator_of_token(token, clock());
  if (who == nullptr)
    return tl::unexpected(Problem{401, "about:blank", "send the token of an operator as a Bearer token"});
  if (auto refused = permit(*who)) return tl::unexpected(std::move(*refused));
  return Asker{std::move(registry), who};
}

http::Route operator_route(
    std::string method, std::string pattern, ingest::IngestService& service, const base::Clock& clock,
    Permit permit, std::function<void(const Asker&, const http::Request&, const http::Respond&)> handle) {
  http::Route route;
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.admit = [&service, clock, permit](const http::RequestHead& head) -> std::optional<http::Response> {
    const auto asker = ask(service, clock, head, permit);
    return asker ? std::nullopt : std::optional(answer(asker.error()));
  };
  route.handle = [&service, clock, permit = std::move(permit), handle = std::move(handle)](
                     const http::Request& request, const http::Respond& respond) {
    const auto asker = ask(service, clock, request, permit);
    if (!asker) return respond(answer(asker.error()));
    handle(*asker, request, respond);
  };
  return route;
}

tl::expected<const ingest::Tenant*, Problem> tenant_of(const Asker& asker, std::string_view name) {
  const auto id = base::parse_tenant(name);
  if (!id || !asker.who->may_act_for(*id))
    return tl::unexpected(Problem{403, "about:blank", "this operator may not act for that tenant"});
  if (const auto* tenant = asker.registry->tenant(*id)) return tenant;
  return tl::unexpected(Problem{404, "about:blank", "no such tenant is registered here"});
}

bool is_json(const http::Request& request) {
  const auto type = request.header("Content-Type");
  const auto coding = request.header("Content-Encoding");
  return http::same_name(type.substr(0, type.find(';')), "application/json") &&
         ingest::form_of(type) == ingest::BodyForm::json && (coding.empty() || coding == "identity");
}

}  // namespace countersign::endpoints
