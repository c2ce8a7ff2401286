#include "web/oidc/sign_in.h"

#include "collector/http/query.h"
#include "collector/signatures/form.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "web/oidc/back_channel.h"
#include "web/oidc/claims.h"
#include "web/oidc/id_token.h"
#include "web/oidc/roles.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace countersign::oidc {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::size_t kQueryBytesMax = 16 * 1024, kCodeBytesMax = 8 * 1024, kParametersMax = 32;
constexpr std::size_t kEmailBytesMax = 320, kNameBytesMax = 256, kSidBytesMax = 256, kAmrMax = 16;

/// The parameters of the provider's answer; an absent one is empty.
struct Answer {
  std::string state, code, error, iss;
  bool has_iss = false, has_error = false;
};

base::Result<Answer> read_answer(std::string_view query) {
  const auto pairs =
      query.size() > kQueryBytesMax ? std::nullopt : signatures::read_form(query, kParametersMax);
  if (!pairs) return fail(Code::unauthenticated, "the provider's answer through the browser is malformed");
  Answer out;
  const std::array<std::pair<std::string_view, std::string*>, 4> known = {
      {{"state", &out.state}, {"code", &out.code}, {"error", &out.error}, {"iss", &out.iss}}};
  for (const auto& parameter : known) {
    const auto is_it = [&](const auto& pair) { return pair.first == parameter.first; };
    // A parameter that stands twice is refused (RFC 6749 section 3.1): who reads it otherwise may read
    // another.
    if (std::count_if(pairs->begin(), pairs->end(), is_it) > 1)
      return fail(Code::unauthenticated, "the provider's answer through the browser has a parameter twice");
    const auto found = std::find_if(pairs->begin(), pairs->end(), is_it);
    if (found == pairs->end()) continue;
    *parameter.second = found->second;
    out.has_iss = out.has_iss || parameter.first == "iss";
    out.has_error = out.has_error || parameter.first == "error";
  }
  return out;
}

auto refusal(std::string_view error) {
  const auto what = "the provider answers " + shown_error(error);
  if (error == "access_denied") return fail(Code::permission_denied, what + ": nobody was signed in");
  if (error == "server_error" || error == "temporarily_unavailable") return fail(Code::unavailable, what);
  for (const auto* asks : {"login_required", "interaction_required", "consent_required",
                           "account_selection_required", "unmet_authentication_requirements"})
    if (error == asks) return fail(Code::unauthenticated, what);
  return fail(Code::failed_precondition,
              what + ": compare the settings of this client with those at the provider");
}

base::Result<void> check_answer(const Answer& answer, const Kept& kept, const Options& options,
                                base::Timestamp now) {
  if (kept.state.empty() ||
      !crypto::equal_in_constant_time(base::bytes_of(answer.state), base::bytes_of(kept.state)))
    return fail(Code::unauthenticated,
                "the answer belongs to no sign-in that began here (state); begin anew");
  const auto age_s = (now.micros - kept.begun.micros) / 1'000'000;
  if (age_s < -options.clock_skew_s || age_s > SignIn::kMostS)
    return fail(Code::unauthenticated, "the sign-in took longer than 15 minutes; begin anew");
  // Also where the provider does not announce it: an `iss` that is there and is another's is a mix-up.
  if (answer.has_iss && answer.iss != options.issuer)
    return fail(Code::unauthenticated,
                "the answer comes from another provider than the one that was asked (iss)");
  return {};
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= kCodeBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

/// Some providers write it as a text.
bool is_true(const json::object& claims, json::string_view name) {
  const auto* value = claims.if_contains(name);
  return value != nullptr &&
         (value->is_string() ? value->get_string() == "true" : *value == json::value(true));
}

/// Address and name of a person, as far as they are not known yet. What is said of an address is taken from
/// where the address is from.
void add_person(Identity& out, const json::object& claims) {
  if (out.email.empty()) {
    out.email = plain_text_of(claims, "email", kEmailBytesMax);
    out.email_verified = !out.email.empty() && is_true(claims, "email_verified");
  }
  for (const auto* name : {"name", "preferred_username"})
    if (out.name.empty()) out.name = plain_text_of(claims, name, kNameBytesMax);
}

}  // namespace

SignIn::SignIn(const Options& options, Provider& provider, Fetch fetch, base::Clock clock,
               crypto::Entropy entropy)
    : options_(options),
      provider_(provider),
      fetch_(std::move(fetch)),
      clock_(std::move(clock)),
      entropy_(std::move(entropy)) {}

base::Result<Begun> SignIn::begin() {
  TRY_ASSIGN(const auto metadata, provider_.metadata());
  Begun out;
  // 256 bits each: enough for `state` and `nonce`, and what RFC 7636 section 7.1 wants of a verifier.
  out.kept = {crypto::random_token(entropy_), crypto::random_token(entropy_), crypto::random_token(entropy_),
              clock_()};
  const auto challenge = base::to_base64url(crypto::sha256(out.kept.code_verifier).view());
  const auto scope = fmt::format("{}", fmt::join(options_.scopes, " "));
  const auto strengths = fmt::format("{}", fmt::join(options_.acr_values, " "));
  const auto max_age = options_.max_age_s ? fmt::to_string(*options_.max_age_s) : std::string();
  const auto& endpoint = metadata->authorization_endpoint;
  out.url = endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") +
            http::encode_query({{"response_type", "code"},
                                {"client_id", options_.client_id},
                                {"redirect_uri", options_.redirect_uri},
                                {"scope", scope},
                                {"state", out.kept.state},
                                {"nonce", out.kept.nonce},
                                {"code_challenge", challenge},
                                {"code_challenge_method", "S256"},
                                {"max_age", max_age},
                                {"acr_values", strengths}});
  return out;
}

base::Result<Identity> SignIn::finish(const Kept& kept, std::string_view query) {
  TRY_ASSIGN(const auto answer, read_answer(query));
  TRY(check_answer(answer, kept, options_, clock_()));
  TRY_ASSIGN(const auto metadata, provider_.metadata());
  if (metadata->names_itself && !answer.has_iss)
    return fail(Code::unauthenticated, "the answer does not say which provider it comes from (iss)");
  if (answer.has_error) return refusal(answer.error);
  if (!is_code(answer.code)) return fail(Code::unauthenticated, "the provider's answer holds no code");
  TRY_ASSIGN(const auto tokens, redeem(options_, *metadata, fetch_, answer.code, kept.code_verifier));
  TRY_ASSIGN(const auto claims, provider_.verify(tokens.id_token, TokenKind::id));
  TRY(check_id_token(claims, options_, {kept.nonce, clock_().micros / 1'000'000}));
  return identity_of(claims, tokens.access_token, *metadata);
}

base::Result<Identity> SignIn::identity_of(const json::object& claims, std::string_view access_token,
                                           const Metadata& metadata) const {
  Identity out;
  out.issuer = options_.issuer;
  out.subject = text_of(claims, "sub");
  out.external_id = plain_text_of(claims, options_.external_id_claim, kNameBytesMax);
  out.sid = plain_text_of(claims, "sid", kSidBytesMax);
  out.auth_time_s = seconds_of(claims, "auth_time");
  out.acr = plain_text_of(claims, "acr", kNameBytesMax);
  out.amr = texts_of(claims, "amr");
  if (out.amr.size() > kAmrMax) out.amr.resize(kAmrMax);
  add_person(out, claims);
  auto groups = groups_in(claims, options_.roles_claim, options_.roles);
  if (is_left_out(claims, options_.roles_claim))
    return fail(
        Code::failed_precondition,
        "the provider left the groups out because there are too many; have it send only those that are "
        "assigned to this application, or application roles");
  const bool lacks_groups = !groups && !options_.roles_claim.empty();
  if ((lacks_groups || out.email.empty()) && !access_token.empty() && !metadata.userinfo_endpoint.empty()) {
    TRY_ASSIGN(const auto info, fetch_user_info(metadata, fetch_, access_token, out.subject));
    add_person(out, info);
    if (lacks_groups) groups = groups_in(info, options_.roles_claim, options_.roles);
  }
  if (groups) out.groups = std::move(*groups);
  out.roles = roles_of(out.groups, options_.roles);
  return out;
}

}  // namespace countersign::oidc
