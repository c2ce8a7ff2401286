#include "web/oidc/options.h"

#include "collector/http/url.h"

#include <algorithm>

namespace countersign::oidc {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kTextSizeMax = 512, kListSizeMax = 32, kRolesMax = 1'000;
constexpr std::int64_t kSkewMaxS = 300, kMaxAgeMaxS = 365 * 86'400;

bool is_visible(std::string_view text) {
  return !text.empty() && text.size() <= kTextSizeMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// A scope token (RFC 6749 section 3.3), and of what acr_values is made.
bool is_word(std::string_view text) {
  return is_visible(text) && text.find_first_of("\"\\") == std::string_view::npos;
}

bool are_words(const std::vector<std::string>& list) {
  return list.size() <= kListSizeMax && std::all_of(list.begin(), list.end(), is_word);
}

auto refuse(std::string_view what) { return fail(Code::invalid_argument, std::string(what)); }

base::Result<void> check_client(const Options& options) {
  if (!is_visible(options.client_id)) return refuse("client_id is missing, or is not visible ASCII");
  if (options.client_secret.size() > kTextSizeMax) return refuse("client_secret has more than 512 bytes");
  const bool asks_secret =
      options.client_auth == ClientAuth::basic || options.client_auth == ClientAuth::post;
  if (asks_secret && options.client_secret.empty())
    return refuse("client_secret is missing: the way of authentication that is set needs it");
  if (options.client_auth == ClientAuth::none && !options.client_secret.empty())
    return refuse("client_secret is given, but the way of authentication that is set sends none");
  return {};
}

}  // namespace

base::Result<void> check_address(std::string_view url, bool http_on_loopback) {
  const auto parsed = http::parse_url(url);
  if (!parsed) return fail(Code::invalid_argument, "an address is not an absolute URL of scheme https");
  const bool loopback = parsed->host == "localhost" || parsed->host == "127.0.0.1" || parsed->host == "::1";
  if (parsed->tls || (loopback && http_on_loopback)) return {};
  return fail(Code::invalid_argument, "an address does not begin with https://");
}

base::Result<void> check(const Options& options) {
  if (const auto good = check_address(options.issuer, options.http_on_loopback); !good)
    return fail("issuer", good.error());
  if (options.issuer.size() > kTextSizeMax || options.issuer.find('?') != std::string::npos)
    return refuse("issuer has a query, or more than 512 characters");
  if (options.issuer.find_first_of("{}") != std::string::npos)
    return refuse("issuer is a template: put the directory's own id in its place");
  TRY(check_client(options));
  if (const auto good = check_address(options.redirect_uri, true); !good)
    return fail("redirect_uri", good.error());
  if (!are_words(options.scopes) ||
      std::find(options.scopes.begin(), options.scopes.end(), "openid") == options.scopes.end())
    return refuse("scopes lack openid, or hold what is no scope");
  if (!is_word(options.external_id_claim)) return refuse("external_id_claim is no name of a claim");
  if (!are_words(options.acr_values)) return refuse("acr_values holds what is no such value");
  if (options.roles_claim.size() > kListSizeMax || options.roles.size() > kRolesMax)
    return refuse("roles_claim has more than 32 steps, or more than 1000 groups give roles");
  if (std::any_of(options.roles_claim.begin(), options.roles_claim.end(),
                  [](const auto& step) { return step.empty(); }))
    return refuse("roles_claim has an empty step");
  if (options.roles_claim.empty() && !options.roles.empty())
    return refuse("roles_claim is missing: groups cannot give roles without it");
  if (options.max_age_s && (*options.max_age_s < 0 || *options.max_age_s > kMaxAgeMaxS))
    return refuse("max_age is not between 0 seconds and a year");
  if (options.clock_skew_s < 0 || options.clock_skew_s > kSkewMaxS)
    return refuse("clock_skew is not between 0 and 300 seconds");
  return {};
}

}  // namespace countersign::oidc
