#include "web/oidc/back_channel.h"

#include "collector/http/query.h"
#include "ledger/base/encoding.h"
#include "web/oidc/claims.h"

#include <algorithm>
#include <utility>

namespace countersign::oidc {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::size_t kAccessTokenBytesMax = 16 * 1024;

base::Result<ClientAuth> way_of(const Options& options, const Metadata& metadata) {
  if (options.client_auth != ClientAuth::automatic) return options.client_auth;
  if (options.client_secret.empty()) return ClientAuth::none;
  if (metadata.takes_basic) return ClientAuth::basic;
  if (metadata.takes_post) return ClientAuth::post;
  return fail(
      Code::failed_precondition,
      "the provider announces neither client_secret_basic nor client_secret_post at its token endpoint");
}

/// The value of Authorization (RFC 6749 section 2.3.1): id and secret are form-encoded before they are
/// joined.
std::string basic_credentials(const Options& options) {
  const auto pair = http::encode_component(options.client_id) + ":" +
                    http::encode_component(base::text_of(options.client_secret.view()));
  return "Basic " + base::to_base64(base::bytes_of(pair));
}

/// A bearer token as it may stand in a header (RFC 6750 section 2.1, somewhat wider).
bool is_bearer(std::string_view text) {
  return !text.empty() && text.size() <= kAccessTokenBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool same_word(std::string_view a, std::string_view b) { return http::same_name(a, b); }

auto refusal(const http::ClientResponse& response) {
  const auto answer = read_object(response.body, "the answer");
  const auto error = answer ? text_of(*answer, "error") : std::string_view();
  const auto what = "the provider's token endpoint answers " + std::to_string(response.status) +
                    (error.empty() ? std::string() : ", " + shown_error(error));
  if (error == "invalid_grant") return fail(Code::unauthenticated, what + ": the sign-in must begin anew");
  if (error == "invalid_client" || response.status == 401)
    return fail(
        Code::failed_precondition,
        what + ": compare client_id, client_secret and the way of authentication with the provider's");
  if (response.status == 429 || response.status >= 500) return fail(Code::unavailable, what);
  return fail(Code::failed_precondition, what);
}

}  // namespace

std::string shown_error(std::string_view code) {
  const bool plain = !code.empty() && code.size() <= 64 && std::all_of(code.begin(), code.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
  });
  return plain ? std::string(code) : std::string("an unknown error");
}

base::Result<Tokens> redeem(const Options& options, const Metadata& metadata, const Fetch& fetch,
                            std::string_view code, std::string_view code_verifier) {
  TRY_ASSIGN(const auto way, way_of(options, metadata));
  const auto secret = way == ClientAuth::post ? base::text_of(options.client_secret.view()) : "";
  FetchRequest request;
  request.method = "POST";
  request.url = metadata.token_endpoint;
  request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  if (way == ClientAuth::basic) request.headers.emplace_back("Authorization", basic_credentials(options));
  request.body = http::encode_query({{"grant_type", "authorization_code"},
                                     {"code", code},
                                     {"redirect_uri", options.redirect_uri},
                                     {"code_verifier", code_verifier},
                                     {"client_id", way == ClientAuth::basic ? "" : options.client_id},
                                     {"client_secret", secret}});
  const auto response = fetch(request);
  if (!response) return fail("cannot redeem the code", response.error());
  if (response->status != 200) return refusal(*response);
  TRY_ASSIGN(const auto answer, read_object(response->body, "the answer of the provider's token endpoint"));
  Tokens out;
  out.id_token = text_of(answer, "id_token");
  if (out.id_token.empty())
    return fail(Code::data_loss, "the provider's token endpoint answers without an ID token");
  const auto access_token = text_of(answer, "access_token");
  if (same_word(text_of(answer, "token_type"), "Bearer") && is_bearer(access_token))
    out.access_token = access_token;
  return out;
}

base::Result<json::object> fetch_user_info(const Metadata& metadata, const Fetch& fetch,
                                           std::string_view access_token, std::string_view subject) {
  FetchRequest request;
  request.url = metadata.userinfo_endpoint;
  request.headers = {{"Accept", "application/json"},
                     {"Authorization", "Bearer " + std::string(access_token)}};
  const auto response = fetch(request);
  if (!response) return fail("cannot fetch the userinfo", response.error());
  if (response->status != 200)
    return fail(Code::unavailable,
                "the provider's userinfo endpoint answers " + std::to_string(response->status));
  TRY_ASSIGN(auto answer, read_object(response->body, "the answer of the provider's userinfo endpoint"));
  if (text_of(answer, "sub") != subject)
    return fail(Code::unauthenticated, "the provider's userinfo endpoint speaks of somebody else (sub)");
  return answer;
}

}  // namespace countersign::oidc
