#include "collector/pull/access_token.h"

#include "collector/http/url.h"
#include "ledger/base/json.h"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::pull {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::int64_t kHour_s = 3'600, kDay_s = 86'400, kMargin_s = 60;

std::string text_of(const json::object& from, json::string_view name) {
  const auto* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
}

/// An error code as it may be shown: lower-case words.
bool is_code(const std::string& text) {
  constexpr std::size_t kMost = 64;
  return !text.empty() && text.size() <= kMost &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool is_token(const std::string& text) {
  constexpr std::size_t kMost = 16'384;
  return !text.empty() && text.size() <= kMost &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

std::int64_t lifetime_s(const json::object& answer) {
  const auto* value = answer.if_contains("expires_in");
  const bool known = value != nullptr && value->is_int64();
  return std::clamp<std::int64_t>(known ? value->get_int64() : kHour_s, 2 * kMargin_s, kDay_s);
}

}  // namespace

base::Result<http::Client> client_for(const std::string& url,
                                      const std::map<std::string, std::string>& settings) {
  TRY_ASSIGN(const auto parts, http::parse_url(url));
  const bool loopback = parts.host == "localhost" || parts.host.starts_with("127.") || parts.host == "::1";
  if (!parts.tls && !loopback)
    return fail(Code::invalid_argument, "the provider's address must begin with https://");
  http::ClientOptions client;
  client.host = parts.host;
  client.port = parts.port;
  client.tls = parts.tls;
  if (const auto ca = settings.find("ca_file"); ca != settings.end()) client.ca_file = ca->second;
  client.timeout_ms = 15'000;
  return http::Client(std::move(client));
}

base::Result<AccessToken> fetch_token(const TokenRequest& request, const PullContext& context) {
  TRY_ASSIGN(const auto url, http::parse_url(request.url));
  TRY_ASSIGN(auto client, client_for(request.url, context.settings));
  TRY_ASSIGN(const auto response, client.send("POST", url.target,
                                              {{"Accept", "application/json"},
                                               {"Content-Type", "application/x-www-form-urlencoded"}},
                                              request.form));
  const auto parsed = base::parse_json(response.body, {.depth_max = 8});
  const json::object nothing;
  const auto& answer = parsed && parsed->value.is_object() ? parsed->value.get_object() : nothing;
  if (response.status != 200) {
    const auto code = text_of(answer, "error");
    return fail(Code::unauthenticated,
                fmt::format("{} gives no access token: {}{}", url.host, response.status,
                            is_code(code) ? ", " + code : std::string()));
  }
  auto token = text_of(answer, "access_token");
  if (!is_token(token))
    return fail(Code::data_loss, fmt::format("{} answers without an access token", url.host));
  return AccessToken{std::move(token), {context.now.micros + (lifetime_s(answer) - kMargin_s) * 1'000'000}};
}

}  // namespace countersign::pull
