#include "web/api/oidc_routes.h"

#include "collector/endpoints/answer.h"
#include "web/api/cookie.h"
#include "web/api/oidc_page.h"
#include "web/api/person_route.h"
#include "web/auth/throttle.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <optional>
#include <utility>

namespace countersign::api {
namespace {

namespace json = boost::json;

using One = OidcProviders::One;

constexpr std::uint64_t kLogoutBytesMax = 64u << 10;
constexpr std::string_view kTrouble =
    "the provider could not be asked, or does not agree with what is set for it here; the appliance's log "
    "says why";

std::pair<std::string, std::string> set_oidc_cookie(std::string_view secret) {
  return {"Set-Cookie", fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}", kOidcCookie,
                                    secret, secret.empty() ? 0 : OidcWaiting::kMostS)};
}

/// 400: the browser's answer is not good; 403: somebody said no; 502: the provider, or what is set of it.
int status_of(base::Code code) {
  if (code == base::Code::unauthenticated) return 400;
  return code == base::Code::permission_denied ? 403 : 502;
}

http::Response refused(int status, std::string_view sentence) {
  auto response = oidc_failure_page(status, sentence);
  response.headers.push_back(set_oidc_cookie({}));
  return response;
}

/// As JSON does not belong on a person's screen.
http::Response page_of(const auth::Refusal& refusal) {
  auto response = refused(refusal.status, refusal.detail);
  if (refusal.retry_after_s > 0)
    response.headers.emplace_back("Retry-After", fmt::to_string(refusal.retry_after_s));
  return response;
}

std::string too_many(std::int64_t wait_s) { return fmt::format("too many tries; wait {} seconds", wait_s); }

auto unknown_provider() {
  return endpoints::answer(
      {404, "about:blank", "there is no provider of that name; GET /v1/oidc lists them"});
}

void list(const OidcProviders& providers, const http::Respond& respond) {
  json::array out;
  for (const auto& one : providers.all())
    out.push_back({{"name", one->name},
                   {"display_name", one->display_name},
                   {"sign_in", fmt::format("/v1/oidc/{}/sign-in", one->name)}});
  respond(document(200, {{"providers", std::move(out)}}));
}

/// Sends the browser to the provider. A link of whatever site may lead here, as those of a provider's list of
/// applications do: to begin a sign-in gives nobody anything. A picture of another site may not.
void begin(One& one, OidcProviders& providers, const http::Request& request, const http::Respond& respond) {
  const auto purpose = request.header("Sec-Fetch-Dest");
  if (!purpose.empty() && purpose != "document")
    return respond(oidc_failure_page(403, "a sign-in begins with a page and not with a part of one"));
  one.desk.post(
      [&one, &providers, address = request.peer, earlier = cookie_of(request, kOidcCookie)] {
        auto begun = one.sign_in.begin();
        if (!begun) {
          spdlog::warn("no sign-in can begin with the provider {}: {}", one.name, begun.error().message);
          return refused(502, kTrouble);
        }
        const auto cookie = providers.waiting().put(one.name, std::move(begun->kept), address, earlier);
        http::Response response;
        response.status = 303;
        response.headers = {{"Location", std::move(begun->url)}, set_oidc_cookie(cookie)};
        return response;
      },
      respond);
}

/// What the person is shown, once it is known what the provider says of her.
http::Response end(auth::Access& access, const One& one, const base::Result<oidc::Identity>& who,
                   const auth::Peer& peer) {
  if (!who) {
    spdlog::warn("a sign-in with the provider {} failed: {}", one.name, who.error().message);
    const auto noted = auth::note_failed(access, one.name, who.error().code, peer);
    if (!noted) return page_of(noted.error());
    const auto status = status_of(who.error().code);
    return refused(status, status == 502 ? kTrouble : who.error().message);
  }
  const auto opened = auth::sign_in(access, one.rights, *who, peer);
  if (!opened) return page_of(opened.error());
  auto response = oidc_signed_in_page();
  response.headers.push_back(set_oidc_cookie({}));
  response.headers.push_back(set_session_cookie(opened->cookie));
  return response;
}

/// Takes the provider's answer. The provider is asked at its desk, and then the account is looked for at that
/// of everybody, which has the accounts.
void finish(One& one, OidcProviders& providers, People& people, const http::Request& request,
            const http::Respond& respond) {
  const auto peer = peer_of(request);
  const auto wait_s = people.begin_try({}, peer);
  if (wait_s > 0) {
    // What waits for this answer stays, for the next try.
    auto response = oidc_failure_page(429, too_many(wait_s));
    response.headers.emplace_back("Retry-After", fmt::to_string(wait_s));
    return respond(std::move(response));
  }
  auto kept = providers.waiting().take(cookie_of(request, kOidcCookie), one.name, people.now());
  if (!kept)
    return respond(
        refused(400, "in this browser no sign-in was begun, or it took longer than ten minutes; begin anew"));
  const auto who = std::make_shared<std::optional<base::Result<oidc::Identity>>>();
  one.desk.post(
      [&one, who, kept = std::move(*kept), query = request.query] {
        who->emplace(one.sign_in.finish(kept, query));
        return http::Response{};
      },
      [&one, &people, who, peer, respond](http::Response failure) {
        if (!*who) return respond(std::move(failure));
        people.serve([&one, who, peer](auth::Access& access) { return end(access, one, **who, peer); },
                     respond);
      });
}

/// OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8. Anybody can send what looks like it, so it is
/// counted as a try to sign in is.
void log_out(One& one, People& people, const http::Request& request, const http::Respond& respond) {
  const auto peer = peer_of(request);
  const auto wait_s = people.begin_try({}, peer);
  if (wait_s > 0) return respond(answer(auth::Refusal{429, too_many(wait_s), wait_s}));
  const auto notice = std::make_shared<std::optional<base::Result<oidc::LogoutNotice>>>();
  one.desk.post(
      [&one, notice, body = request.body] {
        notice->emplace(one.logout.receive(body));
        if (!**notice)
          spdlog::warn("a logout of the provider {} was refused: {}", one.name, (*notice)->error().message);
        return http::Response{};
      },
      [&one, &people, notice, peer, respond](http::Response failure) {
        if (!*notice) return respond(std::move(failure));
        if (!**notice) return respond(endpoints::answer({400, "about:blank", (*notice)->error().message}));
        people.serve(
            [&one, notice, peer](auth::Access& access) {
              access.addresses.take_back(auth::network_of(peer.address));
              const auto done = auth::end_sessions(access, one.name, ***notice);
              return done ? http::Response{} : answer(done.error());
            },
            respond);
      });
}

template <class Handle>
http::Route route(std::string method, std::string last, OidcProviders& providers, Handle handle) {
  http::Route out;
  out.method = std::move(method);
  out.pattern = "/v1/oidc/{name}/" + std::move(last);
  out.handle = [&providers, handle](const http::Request& request, const http::Respond& respond) {
    auto* one = providers.find(request.parameter("name"));
    if (one == nullptr) return respond(unknown_provider());
    handle(*one, request, respond);
  };
  return out;
}

}  // namespace

void add_oidc(http::Router& router, People& people, OidcProviders& providers) {
  http::Route all;
  all.method = "GET";
  all.pattern = "/v1/oidc";
  all.handle = [&providers](const http::Request&, const http::Respond& respond) { list(providers, respond); };
  router.add(std::move(all));
  router.add(
      route("GET", "sign-in", providers, [&providers](auto& one, const auto& request, const auto& respond) {
        begin(one, providers, request, respond);
      }));
  router.add(route("GET", "callback", providers,
                   [&providers, &people](auto& one, const auto& request, const auto& respond) {
                     finish(one, providers, people, request, respond);
                   }));
  auto logout = route("POST", "back-channel-logout", providers,
                      [&people](auto& one, const auto& request, const auto& respond) {
                        log_out(one, people, request, respond);
                      });
  logout.body_bytes_max = [] { return kLogoutBytesMax; };
  router.add(std::move(logout));
}

}  // namespace countersign::api
