#include "collector/http/query.h"
#include "collector/pull/lists.h"
#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/rsa.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

/// Google Workspace's Reports API: activities of sign-in, of users' own settings and of administrators, with
/// an access token for a service account that speaks for an administrator (RFC 7523 section 2.1).
/// https://developers.google.com/admin-sdk/reports/reference/rest/v1/activities/list
namespace countersign::pull {
namespace {

namespace json = boost::json;

constexpr std::string_view kNames[] = {"login", "user_accounts", "admin"};
constexpr std::int64_t kWeek_s = 7 * 86'400;
constexpr ListRules kRules{kNames, kWeek_s, 10'800, 0};
constexpr std::string_view kScope = "https://www.googleapis.com/auth/admin.reports.audit.readonly";

constexpr Setting kSettings[] = {
    {"subject", true, "e-mail address of the administrator for whom the service account speaks"},
    {"overlap_s", false, "seconds that are asked for again, for events that Google shows late (10800)"}};

PullRequest request(std::string_view cursor, const PullContext& context) {
  const auto turn = turn_of(cursor, kRules, context);
  return {
      fmt::format("/admin/reports/v1/activity/users/all/applications/{}?{}", turn.name,
                  http::encode_query({{"startTime", base::format_rfc3339(turn.window.from)},
                                      {"endTime", base::format_rfc3339(turn.window.until)},
                                      {"maxResults", "1000"},
                                      {"pageToken", turn.next}})),
      {{"Accept", "application/json"}, {"Authorization", fmt::format("Bearer {}", context.access_token)}}};
}

tl::expected<PullPage, PullFault> read(const http::ClientResponse& response, std::string_view cursor,
                                       const PullContext& context) {
  if (response.status != 200)
    return tl::unexpected(
        refusal_of(response, "Google", "domain-wide delegation for the scope admin.reports.audit.readonly"));
  auto parsed = base::parse_json(response.body, {.depth_max = 32});
  json::value document = parsed ? std::move(parsed->value) : json::value();
  ListPage page;
  // Without any activity the answer has no `items` at all.
  if (!document.is_object() || document.get_object().contains("items") ||
      !document.get_object().contains("kind")) {
    auto events = array_in(document, {"items"}, "Google");
    if (!events) return tl::unexpected(events.error());
    for (auto& event : *events) page.payloads.push_back(std::move(event));
  }
  if (const auto* next = document.get_object().if_contains("nextPageToken");
      next != nullptr && next->is_string())
    page.next = next->get_string().c_str();
  return after_page(cursor, kRules, context, std::move(page));
}

std::string part_of(const json::object& value) {
  return base::to_base64url(base::bytes_of(json::serialize(value)));
}

base::Result<TokenRequest> authorize(const PullContext& context) {
  constexpr std::int64_t kLifetime_s = 3'600;
  constexpr std::string_view kWrong =
      "--secret-file must be a service account's key file (JSON) with client_email, private_key and "
      "token_uri";
  const auto parsed = base::parse_json(context.credential, {.depth_max = 4});
  const auto text = [&](json::string_view name) {
    const auto* value =
        parsed && parsed->value.is_object() ? parsed->value.get_object().if_contains(name) : nullptr;
    return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : std::string();
  };
  const auto issuer = text("client_email"), key = text("private_key"), url = text("token_uri");
  if (issuer.empty() || key.empty() || url.empty())
    return base::fail(base::Code::invalid_argument, std::string(kWrong));
  const auto now = context.now.micros / 1'000'000;
  const json::object header{{"alg", "RS256"}, {"typ", "JWT"}};
  const json::object claims{{"iss", issuer},
                            {"sub", setting(context, "subject")},
                            {"scope", json::string_view(kScope.data(), kScope.size())},
                            {"aud", url},
                            {"iat", now},
                            {"exp", now + kLifetime_s}};
  const auto covered = part_of(header) + "." + part_of(claims);
  TRY_ASSIGN(const auto signature, crypto::sign_rs256(key, covered));
  const auto assertion = covered + "." + base::to_base64url(base::bytes_of(signature));
  return TokenRequest{url, http::encode_query({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
                                               {"assertion", assertion}})};
}

}  // namespace

const Puller kGoogleWorkspacePuller{
    "google_workspace",
    "a service account's key file (JSON) with domain-wide delegation for the Reports API",
    kSettings,
    request,
    read,
    authorize};

}  // namespace countersign::pull
