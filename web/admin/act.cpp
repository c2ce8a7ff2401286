#include "web/admin/act.h"

#include "collector/endpoints/answer.h"
#include "web/api/person_route.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace countersign::admin {

using base::Code;
using base::Problem;
using endpoints::Reception;

std::optional<Problem> admins(const ingest::Operator& who) {
  if (who.role == ingest::Role::admin) return std::nullopt;
  return Problem{403, "about:blank", "only the role admin may do that"};
}

std::optional<Problem> admins_of_all(const ingest::Operator& who) {
  if (auto refused = admins(who)) return refused;
  if (who.all_tenants) return std::nullopt;
  return Problem{403, "about:blank", "only the role admin of all tenants may do that"};
}

bool has_same_rights(const endpoints::Asker& now, const endpoints::Asker& before) {
  return now.who->name == before.who->name && now.who->role == before.who->role &&
         now.who->all_tenants == before.who->all_tenants && now.who->tenants == before.who->tenants &&
         now.period() == before.period();
}

tl::expected<Act, Problem> begin_act(const Reception& reception, api::People& people,
                                     const endpoints::Permit& permit, const http::RequestHead& head) {
  auto asker = endpoints::ask(reception, head, permit);
  if (!asker) return tl::unexpected(std::move(asker.error()));
  if (!asker->person)
    return tl::unexpected(Problem{403, "about:blank", "a token changes nothing here: sign in"});
  const auto proof =
      people.take_proof(asker->person->session, kWindowS, [](std::string_view) { return true; });
  if (!proof)
    return tl::unexpected(Problem{
        403, std::string(api::kSecondFactorProblem),
        fmt::format("show a second factor: what is changed here needs one within {} seconds", kWindowS)});
  Act act;
  act.author = {asker->who->name, std::string(to_string(asker->who->role)), proof->challenge, proof->factor};
  ingest::name_author(act.author, act.members);
  act.members["device"] = auth::device_of(api::peer_of(head));
  act.members["session"] = {{"id", asker->person->session}};
  act.still_may = [reception, permit, head = http::RequestHead(head), before = *asker] {
    const auto again = endpoints::ask(reception, head, permit);
    return again && has_same_rights(*again, before);
  };
  act.asker = std::move(*asker);
  return act;
}

http::Route changing_route(std::string method, std::string pattern, const Reception& reception,
                           api::People& people, endpoints::Permit permit, Change change) {
  http::Route route;
  if (method != "DELETE") route.body_bytes_max = [] { return api::kBodyBytesMax; };
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.admit = [reception, &people, permit](const http::RequestHead& head) -> std::optional<http::Response> {
    const auto act = begin_act(reception, people, permit, head);
    return act ? std::nullopt : std::optional(endpoints::answer(act.error()));
  };
  route.handle = [reception, &people, permit = std::move(permit), change = std::move(change)](
                     const http::Request& request, const http::Respond& respond) {
    auto act = begin_act(reception, people, permit, request);
    if (!act) return respond(endpoints::answer(act.error()));
    change(std::move(*act), request, respond);
  };
  return route;
}

http::Response may_no_more() { return api::refusal(403, "you may not do that any more"); }

http::Response failure(const base::Error& error, const Sayings& sayings) {
  const auto say = [](int status, std::string_view what) { return api::refusal(status, std::string(what)); };
  switch (error.code) {
    case Code::not_found:
      return say(404, sayings.not_found);
    case Code::already_exists:
      return say(409, sayings.already_exists);
    case Code::failed_precondition:
      return say(409, sayings.failed_precondition);
    case Code::invalid_argument:
      return say(422, error.message);
    case Code::unavailable:
      return say(503, "that cannot be read or changed just now; ask again in a moment");
    case Code::resource_exhausted:
      spdlog::error("something was not administered: {}", error.message);
      return say(507, "the disk is full; ask again when there is room");
    default:
      spdlog::error("something was not administered: {}", error.message);
      return say(500, "the appliance failed; its log says why");
  }
}

}  // namespace countersign::admin
