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

constexpr Sayings kOfAToken{
    .not_found = "there is no token of that name",
    .already_exists = "there is a token of that name already, or was: choose another one",
    .failed_precondition = "the token was revoked already"};

}  // namespace

void Administration::add_tokens(http::Router& router, const endpoints::Reception& reception) {
  const std::string path = "/v1/admin/tokens";
  auto& service = reception.service;
  router.add(reading(path, reception, admins_of_all, [this](const Asker& asker) {
    json::array out;
    for (const auto& one : asker.registry->operators())
      out.push_back(token_document(one, calls_.token_used(one.name), people_.now()));
    return api::document(200, {{"tokens", std::move(out)}});
  }));
  const auto shown = [this, &service](const std::string& name, bool revoked) {
    const bool holds = in_force(service, [&](const ingest::Registry& registry) {
      const auto* found = registry.operator_by_name(name);
      return found != nullptr && found->revoked.has_value() == revoked;
    });
    json::object out{{"operator", name}};
    const auto registry = service.registry();
    if (const auto* found = registry->operator_by_name(name))
      out = token_document(*found, calls_.token_used(name), people_.now());
    out["in_force"] = holds;
    return out;
  };
  router.add(
      changing_route("POST", path, reception, people_, admins_of_all,
                     [this, shown](Act act, const http::Request& request, const http::Respond& respond) {
                       const auto body = api::read_object(request);
                       if (!body) return respond(endpoints::answer(body.error()));
                       auto wish = read_token(*body, act.asker);
                       if (!wish) return respond(endpoints::answer(wish.error()));
                       wish->by = act.author;
                       change(std::move(act), respond, [this, shown, wish = *wish](const Act&) {
                         const auto token = calls_.add_token(wish);
                         if (!token) return failure(token.error(), kOfAToken);
                         auto out = shown(wish.name, false);
                         out["token"] = *token;
                         return api::document(201, out);
                       });
                     }));
  router.add(
      changing_route("DELETE", path + "/{operator}", reception, people_, admins_of_all,
                     [this, shown](Act act, const http::Request& request, const http::Respond& respond) {
                       std::string name(request.parameter("operator"));
                       change(std::move(act), respond, [this, shown, name](const Act& still) {
                         if (const auto done = calls_.revoke_token(name, still.author); !done)
                           return failure(done.error(), kOfAToken);
                         return api::document(200, shown(name, true));
                       });
                     }));
}

}  // namespace countersign::admin
