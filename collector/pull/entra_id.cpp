#include "collector/http/query.h"
#include "collector/pull/lists.h"
#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

/// Microsoft Entra ID through Microsoft Graph: sign-ins and directory audits, with an access token of the
/// client credentials flow (RFC 6749 section 4.4).
/// https://learn.microsoft.com/graph/api/signin-list
namespace countersign::pull {
namespace {

namespace json = boost::json;

constexpr std::string_view kNames[] = {"signIns", "directoryAudits"};
constexpr std::int64_t kWeek_s = 7 * 86'400;
constexpr ListRules kRules{kNames, kWeek_s, 3'600, 0};

constexpr Setting kSettings[] = {
    {"directory_id", true, "the directory (tenant) that the application is registered in"},
    {"client_id", true, "the application (client) id; --secret-file holds its client secret"},
    {"version", false, "beta (the default: only there a sign-in names its second factor) or v1.0"},
    {"login_url", false, "https://login.microsoftonline.com, or that of a national cloud"},
    {"overlap_s", false, "seconds that are asked for again, for events that Microsoft shows late (3600)"}};

/// Seconds are enough: the window's ends overlap.
std::string time_text(base::Timestamp time) { return base::format_rfc3339(time).substr(0, 19) + "Z"; }

PullRequest request(std::string_view cursor, const PullContext& context) {
  const auto turn = turn_of(cursor, kRules, context);
  const http::Fields fields{{"Accept", "application/json"},
                            {"Authorization", fmt::format("Bearer {}", context.access_token)}};
  if (!turn.next.empty()) return {turn.next, fields};
  auto version = setting(context, "version");
  if (version != "v1.0") version = "beta";
  const std::string_view member = turn.name == "signIns" ? "createdDateTime" : "activityDateTime";
  const auto filter = fmt::format("{0} ge {1} and {0} lt {2}", member, time_text(turn.window.from),
                                  time_text({turn.window.until.micros + 999'999}));
  return {fmt::format("/{}/auditLogs/{}?$filter={}&$top=1000", version, turn.name,
                      http::encode_component(filter)),
          fields};
}

std::string next_in(const json::value& document, const PullContext& context) {
  const auto* next = document.as_object().if_contains("@odata.nextLink");
  if (next == nullptr || !next->is_string()) return {};
  return own_target(next->get_string().c_str(), context);
}

tl::expected<PullPage, PullFault> read(const http::ClientResponse& response, std::string_view cursor,
                                       const PullContext& context) {
  if (response.status != 200)
    return tl::unexpected(
        refusal_of(response, "Microsoft Graph", "the application permission AuditLog.Read.All"));
  auto parsed = base::parse_json(response.body, {.depth_max = 32});
  json::value document = parsed ? std::move(parsed->value) : json::value();
  auto events = array_in(document, {"value"}, "Microsoft Graph");
  if (!events) return tl::unexpected(events.error());
  ListPage page;
  for (auto& event : *events) page.payloads.push_back(std::move(event));
  page.next = next_in(document, context);
  return after_page(cursor, kRules, context, std::move(page));
}

base::Result<TokenRequest> authorize(const PullContext& context) {
  auto login = setting(context, "login_url");
  if (login.empty()) login = "https://login.microsoftonline.com";
  return TokenRequest{
      fmt::format("{}/{}/oauth2/v2.0/token", login, http::encode_component(setting(context, "directory_id"))),
      http::encode_query({{"client_id", setting(context, "client_id")},
                          {"scope", context.base_url + "/.default"},
                          {"client_secret", context.credential},
                          {"grant_type", "client_credentials"}})};
}

}  // namespace

const Puller kEntraIdPuller{
    "entra_id", "the client secret of an application with the permission AuditLog.Read.All",
    kSettings,  request,
    read,       authorize};

}  // namespace countersign::pull
