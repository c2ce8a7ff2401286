#include "collector/http/url.h"
#include "collector/pull/puller.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace countersign::pull {
namespace {

constexpr Setting kCommon[] = {
    {"interval_s", false, "seconds of pause when nothing waits (60)"},
    {"ca_file", false, "certificate authorities to trust instead of the system's"},
};

bool is_among(std::span<const Setting> known, std::string_view name) {
  return std::any_of(known.begin(), known.end(), [&](const Setting& one) { return one.name == name; });
}

}  // namespace

const Puller* find_puller(std::string_view adapter) {
  for (const auto* puller : {&kCiscoDuoPuller, &kEntraIdPuller, &kGoogleWorkspacePuller, &kOktaPuller}) {
    if (puller->adapter == adapter) return puller;
  }
  return nullptr;
}

std::span<const Setting> common_settings() { return kCommon; }

base::Result<void> check_settings(const Puller& puller, const std::map<std::string, std::string>& settings) {
  for (const auto& one : puller.settings) {
    if (one.required && !settings.contains(std::string(one.name)))
      return base::fail(base::Code::invalid_argument,
                        fmt::format("--pull-setting {}=… is needed: {}", one.name, one.about));
  }
  for (const auto& [name, value] : settings) {
    if (is_among(puller.settings, name) || is_among(kCommon, name)) continue;
    std::vector<std::string_view> known;
    for (const auto& list : {puller.settings, std::span<const Setting>(kCommon)})
      for (const auto& one : list) known.push_back(one.name);
    return base::fail(base::Code::invalid_argument,
                      fmt::format("there is no --pull-setting {} for the adapter {}; there are {}", name,
                                  puller.adapter, fmt::join(known, ", ")));
  }
  return {};
}

std::string setting(const PullContext& context, const std::string& name) {
  const auto found = context.settings.find(name);
  return found == context.settings.end() ? std::string() : found->second;
}

std::int64_t retry_after_s(const http::ClientResponse& response, std::int64_t otherwise) {
  constexpr std::int64_t kMost_s = 3'600;
  const auto text = response.header("Retry-After");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return otherwise;
  return std::clamp<std::int64_t>(seconds, 1, kMost_s);
}

std::string own_target(std::string_view address, const PullContext& context) {
  const auto url = http::parse_url(address), home = http::parse_url(context.base_url);
  const bool ours =
      url && home && url->host == home->host && url->port == home->port && url->tls == home->tls;
  return ours ? url->target : std::string();
}

PullFault refusal_of(const http::ClientResponse& response, std::string_view provider,
                     std::string_view needs) {
  if (response.status == 429)
    return {fmt::format("{}'s rate limit is used up", provider), retry_after_s(response, 60)};
  if (response.status == 401 || response.status == 403)
    return {fmt::format("{} refuses the credential with {}; it needs {}", provider, response.status, needs),
            0};
  return {fmt::format("{} answered {}", provider, response.status), retry_after_s(response, 0)};
}

}  // namespace countersign::pull
