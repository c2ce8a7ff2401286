#include "collector/http/query.h"
#include "collector/http/url.h"
#include "collector/pull/lists.h"
#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "ledger/crypto/mac.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <array>
#include <ctime>

/// Cisco Duo's Admin API: the authentication, telephony and activity logs (version 2).
/// https://duo.com/docs/adminapi#logs
namespace countersign::pull {
namespace {

namespace json = boost::json;

constexpr std::string_view kNames[] = {"authentication", "telephony", "activity"};
constexpr std::int64_t kWeek_s = 7 * 86'400;
constexpr std::int64_t kPage_s = 60;  ///< Duo asks that a log be read once a minute at most
/// Duo shows nothing of the last two minutes.
constexpr ListRules kRules{kNames, kWeek_s, 900, 120};

constexpr Setting kSettings[] = {
    {"overlap_s", false, "seconds that are asked for again, for events that Duo shows late (900)"}};

/// RFC 5322 date, as in `Tue, 21 Aug 2012 17:29:18 -0000`.
std::string date_of(base::Timestamp now) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = now.micros / 1'000'000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} -0000",
                     kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                     kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

/// https://duo.com/docs/adminapi#authentication: HMAC-SHA-512 under the secret key over date, method, host,
/// path, parameters, the hash of the empty body and that of no `X-Duo-` fields. `credential` is
/// `<integration key>:<secret key>`.
std::string authorization(std::string_view credential, std::string_view date, std::string_view host,
                          std::string_view path, std::string_view query) {
  const auto colon = std::min(credential.find(':'), credential.size());
  const auto key = credential.substr(0, colon);
  const auto secret = credential.substr(std::min(colon + 1, credential.size()));
  const auto nothing = base::to_hex(crypto::hash(crypto::Hash::sha512, ""));
  const auto canonical =
      fmt::format("{}\nGET\n{}\n{}\n{}\n{}\n{}", date, host, path, query, nothing, nothing);
  const auto mac = crypto::hmac(crypto::Hash::sha512, base::bytes_of(secret), canonical);
  return "Basic " + base::to_base64(base::bytes_of(fmt::format("{}:{}", key, base::to_hex(mac))));
}

PullRequest request(std::string_view cursor, const PullContext& context) {
  const auto turn = turn_of(cursor, kRules, context);
  const auto path = fmt::format("/admin/v2/logs/{}", turn.name);
  // Parameters are signed in the order of their names, so they are sent in it.
  const auto query = http::encode_query({{"limit", "1000"},
                                         {"maxtime", std::to_string(turn.window.until.micros / 1000)},
                                         {"mintime", std::to_string(turn.window.from.micros / 1000)},
                                         {"next_offset", turn.next},
                                         {"sort", "ts:asc"}});
  const auto url = http::parse_url(context.base_url);
  std::string host = url ? url->host : std::string();
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto date = date_of(context.now);
  return {fmt::format("{}?{}", path, query),
          {{"Accept", "application/json"},
           {"Date", date},
           {"Authorization", authorization(context.credential, date, host, path, query)}}};
}

std::string next_in(const json::value& document) {
  const auto* next = document.as_object().at("response").as_object().if_contains("metadata");
  if (next != nullptr && next->is_object()) next = next->get_object().if_contains("next_offset");
  if (next == nullptr) return {};
  if (next->is_string()) return std::string(next->get_string().c_str());
  if (!next->is_array()) return {};
  std::string out;  // of the authentication log: a time and an id
  for (const auto& part : next->get_array()) {
    if (!part.is_string()) return {};
    out += (out.empty() ? "" : ",") + std::string(part.get_string().c_str());
  }
  return out;
}

tl::expected<PullPage, PullFault> read(const http::ClientResponse& response, std::string_view cursor,
                                       const PullContext& context) {
  if (response.status != 200)
    return tl::unexpected(refusal_of(response, "Duo", "an Admin API application that may read the logs"));
  const auto turn = turn_of(cursor, kRules, context);
  auto parsed = base::parse_json(response.body, {.depth_max = 32});
  json::value document = parsed ? std::move(parsed->value) : json::value();
  auto events = array_in(document, {"response", turn.name == "authentication" ? "authlogs" : "items"}, "Duo");
  if (!events) return tl::unexpected(events.error());
  ListPage page;
  for (auto& event : *events) page.payloads.push_back(std::move(event));
  page.next = next_in(document);
  page.wait_s = kPage_s;
  return after_page(cursor, kRules, context, std::move(page));
}

}  // namespace

const Puller kCiscoDuoPuller{"cisco_duo",
                             "INTEGRATION_KEY:SECRET_KEY of an Admin API application that may read the logs",
                             kSettings, request, read};

}  // namespace countersign::pull
