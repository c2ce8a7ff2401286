#include "collector/endpoints/asker.h"

#include "collector/endpoints/answer.h"
#include "collector/endpoints/request.h"
#include "collector/ingest/media_type.h"

namespace countersign::endpoints {

using base::Problem;

namespace {

tl::expected<Asker, Problem> by_token(const Reception& reception, std::string_view token) {
  auto registry = reception.service.registry();
  const auto* who = registry->operator_of_token(token, reception.clock());
  if (who == nullptr) return tl::unexpected(Problem{401, "about:blank", "this token is not an operator's"});
  if (reception.used) reception.used(*who);
  std::shared_ptr<const ingest::Operator> shared(registry, who);
  return Asker{std::move(registry), std::move(shared), nullptr};
}

}  // namespace

tl::expected<Asker, Problem> ask(const Reception& reception, const http::RequestHead& head,
                                 const Permit& permit) {
  const auto unknown = [] {
    return tl::unexpected(
        Problem{401, "about:blank", "sign in, or send the token of an operator as a Bearer token"});
  };
  tl::expected<std::optional<Asker>, Problem> found;
  if (!head.header("Authorization").empty()) {
    const auto token = token_of(head);
    if (token.empty()) return unknown();
    auto asker = by_token(reception, token);
    if (!asker) return tl::unexpected(std::move(asker.error()));
    found = std::move(*asker);
  } else if (reception.by_session) {
    found = reception.by_session(head);
  }
  if (!found) return tl::unexpected(std::move(found.error()));
  if (!*found) return unknown();
  if (auto refused = permit(*(*found)->who)) return tl::unexpected(std::move(*refused));
  return std::move(**found);
}

http::Route operator_route(
    std::string method, std::string pattern, const Reception& reception, Permit permit,
    std::function<void(const Asker&, const http::Request&, const http::Respond&)> handle) {
  http::Route route;
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.admit = [reception, permit](const http::RequestHead& head) -> std::optional<http::Response> {
    const auto asker = ask(reception, head, permit);
    return asker ? std::nullopt : std::optional(answer(asker.error()));
  };
  route.handle = [reception, permit = std::move(permit), handle = std::move(handle)](
                     const http::Request& request, const http::Respond& respond) {
    const auto asker = ask(reception, request, permit);
    if (!asker) return respond(answer(asker.error()));
    handle(*asker, request, respond);
  };
  return route;
}

tl::expected<const ingest::Tenant*, Problem> tenant_of(const Asker& asker, std::string_view name) {
  const auto id = base::parse_tenant(name);
  if (!id || !asker.who->may_act_for(*id))
    return tl::unexpected(Problem{403, "about:blank", "you may not act for that tenant"});
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
