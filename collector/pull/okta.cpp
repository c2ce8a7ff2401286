#include "collector/pull/puller.h"
#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

/// Okta's System Log. A request without `until` is a polling request: its answer always names the next one in
/// a Link field, also when there is no event yet, so the link is the cursor and nothing is asked for twice.
/// https://developer.okta.com/docs/reference/api/system-log/#polling-requests
namespace countersign::pull {
namespace {

constexpr std::int64_t kFirstLook_us = 7ll * 86'400 * 1'000'000;  ///< how far back the first request goes
constexpr std::int64_t kWaitMost_s = 3'600;
constexpr std::size_t kCursorMax = 4'096;

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Seconds until the window of the rate limit ends (X-Rate-Limit-Reset, POSIX seconds).
std::int64_t until_reset(const http::ClientResponse& response, const PullContext& context) {
  constexpr std::int64_t kUnknown_s = 60;
  const auto reset = number_of(response.header("X-Rate-Limit-Reset"));
  if (!reset) return kUnknown_s;
  return std::clamp<std::int64_t>(*reset - context.now.micros / 1'000'000 + 1, 1, kWaitMost_s);
}

/// One token may use at most half of an organisation's limit; the other half is for everybody else.
std::int64_t wait_of(const http::ClientResponse& response, const PullContext& context) {
  const auto limit = number_of(response.header("X-Rate-Limit-Limit"));
  const auto left = number_of(response.header("X-Rate-Limit-Remaining"));
  return limit && left && *left * 2 <= *limit ? until_reset(response, context) : 0;
}

/// The target of `<address>; rel="next"` in any of the Link fields (RFC 8288). An address of another host is
/// none: the credential goes to the provider alone.
std::string next_of(const http::ClientResponse& response, const PullContext& context) {
  for (const auto& [name, value] : response.headers) {
    if (!http::same_name(name, "Link")) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto open = rest.find('<'), close = rest.find('>', open);
      if (open == std::string_view::npos || close == std::string_view::npos) break;
      const auto end = std::min(rest.find(", <", close), rest.size());
      const auto parameters = rest.substr(close + 1, end - close - 1);
      auto target = own_target(rest.substr(open + 1, close - open - 1), context);
      if (!target.empty() && parameters.find("rel=\"next\"") != std::string_view::npos &&
          target.size() <= kCursorMax)
        return target;
      rest.remove_prefix(end);
    }
  }
  return {};
}

PullRequest request(std::string_view cursor, const PullContext& context) {
  std::string target(cursor);
  if (target.empty()) {
    const auto from = base::format_rfc3339({context.now.micros - kFirstLook_us});
    target = fmt::format("/api/v1/logs?since={}Z&sortOrder=ASCENDING&limit=1000", from.substr(0, 23));
  }
  return {std::move(target),
          {{"Accept", "application/json"}, {"Authorization", fmt::format("SSWS {}", context.credential)}}};
}

tl::expected<PullPage, PullFault> read(const http::ClientResponse& response, std::string_view cursor,
                                       const PullContext& context) {
  if (response.status == 429)
    return tl::unexpected(PullFault{"Okta's rate limit is used up", until_reset(response, context)});
  if (response.status == 401 || response.status == 403)
    return tl::unexpected(PullFault{
        fmt::format("Okta refuses the token with {}; it needs the scope of the System Log", response.status),
        0});
  if (response.status != 200)
    return tl::unexpected(PullFault{fmt::format("Okta answered {}", response.status), 0});
  auto parsed = base::parse_json(response.body, {.depth_max = 32});
  if (!parsed || !parsed->value.is_array())
    return tl::unexpected(
        PullFault{"the answer is not a list of events: is this the address of Okta's API?", 0});
  PullPage page;
  for (auto& event : parsed->value.get_array()) page.payloads.push_back(std::move(event));
  page.cursor = next_of(response, context);
  // Without a link the same request is made again; what it brings is then a duplicate.
  if (page.cursor.empty()) page.cursor = cursor;
  page.more = !page.payloads.empty() && page.cursor != cursor;
  page.wait_s = wait_of(response, context);
  return page;
}

}  // namespace

const Puller kOktaPuller{
    "okta", "an API token (SSWS) of an administrator who may read the System Log", {}, request, read};

}  // namespace countersign::pull
