#include "web/oidc/metadata.h"

#include "web/oidc/claims.h"
#include "web/oidc/options.h"

#include <algorithm>

namespace countersign::oidc {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

auto refuse(std::string_view what) {
  return fail(Code::failed_precondition, "the provider's metadata " + std::string(what));
}

bool holds(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Whether a list that may be left out holds the text, or was left out.
bool allows(const json::object& from, std::string_view list, std::string_view text) {
  return !from.contains(json::string_view(list.data(), list.size())) || holds(texts_of(from, list), text);
}

base::Result<std::string> address(const json::object& from, std::string_view name, bool http_on_loopback) {
  std::string url(text_of(from, name));
  if (const auto good = check_address(url, http_on_loopback); !good)
    return refuse("has no usable " + std::string(name) + ": it must begin with https://");
  return url;
}

}  // namespace

std::string metadata_url(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

base::Result<Metadata> parse_metadata(std::string_view text, std::string_view issuer, bool http_on_loopback) {
  TRY_ASSIGN(const auto document, read_object(text, "the provider's metadata"));
  if (text_of(document, "issuer") != issuer)
    return refuse("is of another issuer than the one that is set; both must be equal to the letter");
  if (!allows(document, "response_types_supported", "code")) return refuse("has no authorization code flow");
  if (!allows(document, "code_challenge_methods_supported", "S256"))
    return refuse("has no PKCE with S256, which is needed");
  Metadata out;
  TRY_ASSIGN(out.authorization_endpoint, address(document, "authorization_endpoint", http_on_loopback));
  TRY_ASSIGN(out.token_endpoint, address(document, "token_endpoint", http_on_loopback));
  TRY_ASSIGN(out.jwks_uri, address(document, "jwks_uri", http_on_loopback));
  if (document.contains("userinfo_endpoint")) {
    TRY_ASSIGN(out.userinfo_endpoint, address(document, "userinfo_endpoint", http_on_loopback));
  }
  constexpr auto* kAlgorithms = "id_token_signing_alg_values_supported";
  for (const auto& name : texts_of(document, kAlgorithms))
    if (const auto algorithm = crypto::jws_algorithm(name)) out.algorithms.push_back(*algorithm);
  if (!document.contains(kAlgorithms)) out.algorithms = {crypto::JwsAlgorithm::rs256};
  if (out.algorithms.empty()) return refuse("names no algorithm for signatures that is known here");
  constexpr auto* kMethods = "token_endpoint_auth_methods_supported";
  out.takes_basic = allows(document, kMethods, "client_secret_basic");
  out.takes_post = holds(texts_of(document, kMethods), "client_secret_post");
  const auto* named = document.if_contains("authorization_response_iss_parameter_supported");
  out.names_itself = named != nullptr && named->is_bool() && named->get_bool();
  return out;
}

}  // namespace countersign::oidc
