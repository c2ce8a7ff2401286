#include "web/api/person_route.h"

#include "collector/endpoints/answer.h"
#include "ledger/base/encoding.h"
#include "web/api/cookie.h"
#include "web/auth/factors.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace countersign::api {
namespace {

namespace json = boost::json;

json::object second_factor(const auth::Account& account, const auth::Session& session) {
  json::array enrolled;
  if (account.totp) enrolled.emplace_back("totp");
  if (!account.passkeys.empty()) enrolled.emplace_back("passkey");
  json::array passkeys;
  for (const auto& one : account.passkeys) {
    json::object entry{{"id", base::to_base64url(one.credential.id)},
                       {"name", one.name},
                       {"enrolled", base::format_rfc3339(one.enrolled)},
                       {"backed_up", one.credential.backed_up},
                       {"suspended", one.suspended}};
    if (one.last_used) entry["last_used"] = base::format_rfc3339(*one.last_used);
    passkeys.emplace_back(std::move(entry));
  }
  json::value shown;
  if (session.proof)
    shown = {{"factor", session.proof->factor}, {"time", base::format_rfc3339(session.proof->time)}};
  return {{"enrolled", std::move(enrolled)},
          {"passkeys", std::move(passkeys)},
          {"shown", std::move(shown)},
          {"recovered", session.recovered},
          {"recovery_codes_left", account.recovery_codes.size()},
          {"locked", account.factor_failures >= auth::kFactorFailuresMax}};
}

}  // namespace

http::Route person_route(std::string method, std::string pattern, People& people, HandlePerson handle) {
  http::Route route;
  if (method != "GET") route.body_bytes_max = [] { return kBodyBytesMax; };
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.admit = [&people](const http::RequestHead& head) -> std::optional<http::Response> {
    const auto session = people.session_of(head);
    return session ? std::nullopt : std::optional(endpoints::answer(session.error()));
  };
  route.handle = [&people, handle = std::move(handle)](const http::Request& request,
                                                       const http::Respond& respond) {
    const auto session = people.session_of(request);
    if (!session) return respond(endpoints::answer(session.error()));
    handle(people, *session, request, respond);
  };
  return route;
}

json::object session_document(const auth::Account& account, const auth::Session& session) {
  json::array tenants;
  for (const auto& tenant : account.tenants) tenants.emplace_back(tenant.value());
  json::object who{{"id", account.id},
                   {"user", account.name},
                   {"display_name", account.display_name},
                   {"role", std::string(to_string(account.role))},
                   {"tenants", std::move(tenants)},
                   {"all_tenants", account.all_tenants}};
  if (account.period)
    who["period"] = {{"from", base::format_rfc3339(account.period->from)},
                     {"before", base::format_rfc3339(account.period->before)}};
  if (account.expires) who["expires"] = base::format_rfc3339(*account.expires);
  const auto ends = std::min(session.last_seen.micros + auth::Sessions::kIdleS * 1'000'000,
                             session.opened.micros + auth::Sessions::kLongestS * 1'000'000);
  return {{"account", std::move(who)},
          {"csrf_token", session.csrf},
          {"second_factor", second_factor(account, session)},
          {"ends", base::format_rfc3339({ends})}};
}

http::Response session_answer(int status, auth::Access& access, const auth::Sessions::Opened& opened,
                              json::object more) {
  const auto account = auth::account_of(access, opened.session);
  if (!account) return answer(account.error());
  auto data = session_document(*account, opened.session);
  for (auto& member : more) data[member.key()] = std::move(member.value());
  auto response = document(status, data);
  response.headers.push_back(set_session_cookie(opened.cookie));
  return response;
}

http::Response refusal(int status, std::string detail, std::string_view type) {
  return endpoints::answer(base::Problem{status, std::string(type), std::move(detail)});
}

http::Response document(int status, const json::object& data) {
  return {status, "application/json", {}, json::serialize(data)};
}

}  // namespace countersign::api
