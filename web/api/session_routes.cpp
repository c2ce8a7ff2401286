#include "collector/endpoints/answer.h"
#include "web/api/body.h"
#include "web/api/cookie.h"
#include "web/api/people.h"
#include "web/api/person_route.h"
#include "web/auth/sign_in.h"

#include <fmt/format.h>

#include <optional>

namespace countersign::api {
namespace {

using base::Problem;

/// A route for who has not signed in yet. No token can protect it; that it takes JSON alone, which a form of
/// another site cannot send, and the browser's word on where the request comes from do.
http::Route open_route(std::string pattern,
                       std::function<void(const http::Request&, const http::Respond&)> handle) {
  http::Route route;
  route.method = "POST";
  route.pattern = std::move(pattern);
  route.body_bytes_max = [] { return kBodyBytesMax; };
  route.admit = [](const http::RequestHead& head) -> std::optional<http::Response> {
    if (!is_cross_site(head)) return std::nullopt;
    return endpoints::answer(Problem{403, "about:blank", "this request comes from another site"});
  };
  route.handle = std::move(handle);
  return route;
}

using Open = auth::Outcome<auth::Sessions::Opened> (*)(auth::Access&, std::string_view, std::string_view,
                                                       const auth::Peer&);

/// Those that are tried too often wait before they cost a hash or take a place at the desk. A password that
/// is too long costs neither.
std::optional<http::Response> refuse_try(People& people, std::string_view name, std::string_view password,
                                         const auth::Peer& peer) {
  if (password.size() > auth::PasswordRules::kBytesMax)
    return answer(
        auth::Refusal{422, fmt::format("a password has at most {} bytes", auth::PasswordRules::kBytesMax)});
  const auto wait = people.begin_try(name, peer);
  if (wait == 0) return std::nullopt;
  return answer(auth::Refusal{429, fmt::format("too many tries; wait {} seconds", wait), wait});
}

/// Signs in with two texts of the body.
http::Route sign_in_route(std::string pattern, People& people, std::string_view who, Open open) {
  return open_route(
      std::move(pattern), [&people, who, open](const http::Request& request, const http::Respond& respond) {
        auto body = read_texts(request, {who, "password"});
        if (!body) return respond(endpoints::answer(body.error()));
        // The token of an invitation is no name: only the address counts.
        const auto name = who == "user" ? text_of(*body, who) : std::string_view();
        auto refused = refuse_try(people, name, text_of(*body, "password"), peer_of(request));
        if (refused) return respond(std::move(*refused));
        people.check_password(
            [body = std::move(*body), who, open, peer = peer_of(request)](auth::Access& access) {
              const auto opened = open(access, text_of(body, who), text_of(body, "password"), peer);
              return opened ? session_answer(201, access, *opened) : answer(opened.error());
            },
            respond);
      });
}

void show(People& people, const auth::Session& session, const http::Request&, const http::Respond& respond) {
  const auto account = people.account_of(session);
  respond(account ? document(200, session_document(*account, session))
                  : endpoints::answer(Problem{401, "about:blank", "sign in"}));
}

void end(People& people, const auth::Session& session, const http::Request&, const http::Respond& respond) {
  people.serve(
      [session](auth::Access& access) {
        const auto done = auth::sign_out(access, session);
        auto response = done ? http::Response{204, {}, {}, {}} : answer(done.error());
        response.headers.push_back(set_session_cookie({}));
        return response;
      },
      respond);
}

void change_password(People& people, const auth::Session& session, const http::Request& request,
                     const http::Respond& respond) {
  auto body = read_texts(request, {"present", "new"});
  if (!body) return respond(endpoints::answer(body.error()));
  const auto account = people.account_of(session);
  if (!account) return respond(endpoints::answer(Problem{401, "about:blank", "sign in"}));
  auto refused = refuse_try(people, account->name, text_of(*body, "present"), session.peer);
  if (refused) return respond(std::move(*refused));
  people.check_password(
      [session, body = std::move(*body)](auth::Access& access) {
        const auto done =
            auth::change_password(access, session, text_of(body, "present"), text_of(body, "new"));
        return done ? http::Response{204, {}, {}, {}} : answer(done.error());
      },
      respond);
}

}  // namespace

void add_session(http::Router& router, People& people) {
  router.add(sign_in_route("/v1/session", people, "user", auth::sign_in));
  router.add(sign_in_route("/v1/invitations", people, "token", auth::accept_invitation));
  router.add(person_route("GET", "/v1/session", people, show));
  router.add(person_route("DELETE", "/v1/session", people, end));
  router.add(person_route("PUT", "/v1/account/password", people, change_password));
}

}  // namespace countersign::api
