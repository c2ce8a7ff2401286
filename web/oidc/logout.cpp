#include "web/oidc/logout.h"

#include "collector/signatures/form.h"
#include "web/oidc/claims.h"
#include "web/oidc/id_token.h"

#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace countersign::oidc {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::string_view kEvent = "http://schemas.openid.net/event/backchannel-logout";
constexpr std::size_t kBodyBytesMax = 3 * kTokenBytesMax, kIdBytesMax = 256;

auto doubt(std::string_view what) {
  return fail(Code::unauthenticated, "the logout token " + std::string(what));
}

base::Result<std::string> token_in(std::string_view body) {
  const auto pairs = body.size() > kBodyBytesMax ? std::nullopt : signatures::read_form(body, 8);
  const auto is_it = [](const auto& pair) { return pair.first == "logout_token"; };
  if (!pairs || std::count_if(pairs->begin(), pairs->end(), is_it) != 1)
    return fail(Code::invalid_argument, "the body is no form with one logout_token");
  return std::find_if(pairs->begin(), pairs->end(), is_it)->second;
}

base::Result<void> check_age(const json::object& claims, std::int64_t now_s, std::int64_t skew_s) {
  TRY(check_times(claims, now_s, skew_s));
  const auto age_s = now_s - seconds_of(claims, "iat").value_or(0);
  const auto most_s =
      claims.contains("exp") ? BackChannelLogout::kAgeMaxS : BackChannelLogout::kAgeWithoutExpiryS;
  if (age_s > most_s + skew_s) return doubt("was issued too long ago (iat)");
  return {};
}

/// What makes it a logout token and nothing else (section 2.4): above all an ID token is none.
base::Result<void> check_event(const json::object& claims) {
  const auto* events = claims.if_contains("events");
  const auto* event = events != nullptr && events->is_object()
                          ? events->get_object().if_contains(json::string_view(kEvent.data(), kEvent.size()))
                          : nullptr;
  if (event == nullptr || !event->is_object()) return doubt("tells of no logout (events)");
  if (claims.contains("nonce")) return doubt("is an ID token (nonce)");
  return {};
}

base::Result<LogoutNotice> notice_of(const json::object& claims, std::string_view issuer) {
  LogoutNotice out;
  out.issuer = issuer;
  out.subject = text_of(claims, "sub");
  out.sid = text_of(claims, "sid");
  if (claims.contains("sub") && !is_subject(out.subject)) return doubt("names nobody (sub)");
  if (claims.contains("sid") && (out.sid.empty() || out.sid.size() > kIdBytesMax))
    return doubt("names no session (sid)");
  if (out.subject.empty() && out.sid.empty()) return doubt("names neither a person nor a session (sub, sid)");
  return out;
}

}  // namespace

BackChannelLogout::BackChannelLogout(const Options& options, Provider& provider, base::Clock clock,
                                     std::size_t remembered_max)
    : options_(options), provider_(provider), clock_(std::move(clock)), remembered_max_(remembered_max) {}

base::Result<LogoutNotice> BackChannelLogout::receive(std::string_view body) {
  TRY_ASSIGN(const auto token, token_in(body));
  TRY_ASSIGN(const auto claims, provider_.verify(token, TokenKind::logout));
  const auto now_s = clock_().micros / 1'000'000;
  TRY(check_audience(claims, {options_.issuer, options_.client_id, options_.other_audiences}));
  TRY(check_age(claims, now_s, options_.clock_skew_s));
  TRY(check_event(claims));
  TRY_ASSIGN(auto notice, notice_of(claims, options_.issuer));
  const auto jti = text_of(claims, "jti");
  if (jti.empty() || jti.size() > kIdBytesMax) return doubt("has no usable name (jti)");
  TRY(remember(jti, now_s));
  return notice;
}

base::Result<void> BackChannelLogout::remember(std::string_view jti, std::int64_t now_s) {
  const std::lock_guard lock(mutex_);
  if (seen_.size() >= remembered_max_)
    std::erase_if(seen_, [&](const auto& entry) { return entry.second <= now_s; });
  const std::string name(jti);
  const auto found = seen_.find(name);
  if (found != seen_.end() && found->second > now_s)
    return fail(Code::already_exists, "the logout token was taken before (jti)");
  if (seen_.size() >= remembered_max_)
    return fail(Code::resource_exhausted, "more logout tokens came than can be remembered");
  // `iat` may be a skew ahead of us and the token be as old as it may: so long it could still be accepted.
  seen_[name] = now_s + kAgeMaxS + 2 * options_.clock_skew_s + 1;
  return {};
}

}  // namespace countersign::oidc
