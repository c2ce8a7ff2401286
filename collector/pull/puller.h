#pragma once

#include "collector/http/client.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Fetching a provider's log where a webhook does not carry the evidence.
namespace countersign::pull {

/// What a provider's way of polling is given besides the cursor.
struct PullContext {
  std::string base_url;  ///< scheme and authority of the provider's API
  std::string_view credential;
  std::map<std::string, std::string> settings;
  base::Timestamp now;
  std::string_view access_token = {};  ///< what authorize() brought; empty for a puller without it
};

/// One request of a poll.
struct PullRequest {
  std::string target;  ///< path and query
  http::Fields headers;
};

/// What an answer says.
struct PullPage {
  std::vector<boost::json::value> payloads;  ///< as the provider's adapter wants them
  std::string cursor;                        ///< where the next request goes on; one line
  bool more = false;                         ///< another page waits
  std::int64_t wait_s = 0;  ///< before the next request, so that the provider's limit is kept
};

/// An answer that holds no events.
struct PullFault {
  std::string reason;       ///< for the operator; never a credential or an event
  std::int64_t wait_s = 0;  ///< what the provider asks for; 0: it says nothing
};

/// A request for an access token (RFC 6749 section 4): a form that is posted to the token endpoint.
struct TokenRequest {
  std::string url;
  std::string form;
};

/// What the operator may or must say with --pull-setting.
struct Setting {
  std::string_view name;
  bool required = false;
  std::string_view about;  ///< for people
};

/// One provider's way of polling. All functions are pure and thread-safe.
struct Puller {
  std::string_view adapter;     ///< whose payloads it fetches
  std::string_view credential;  ///< what the operator gives, for people
  std::span<const Setting> settings;
  PullRequest (*request)(std::string_view cursor, const PullContext& context);
  tl::expected<PullPage, PullFault> (*read)(const http::ClientResponse& response, std::string_view cursor,
                                            const PullContext& context);
  /// Null where the credential itself goes with each request. invalid_argument: the credential or a setting
  /// cannot be used.
  base::Result<TokenRequest> (*authorize)(const PullContext& context) = nullptr;
};

/// The puller for an adapter, or null.
const Puller* find_puller(std::string_view adapter);

/// Settings that every puller knows.
std::span<const Setting> common_settings();

/// invalid_argument, naming the setting, where one is not known to the puller or a required one is missing.
base::Result<void> check_settings(const Puller& puller, const std::map<std::string, std::string>& settings);

/// The setting's text; empty where it is not set.
std::string setting(const PullContext& context, const std::string& name);

/// Seconds of a Retry-After field (RFC 9110 section 10.2.3), at most an hour; `otherwise` where there is none
/// of that form.
std::int64_t retry_after_s(const http::ClientResponse& response, std::int64_t otherwise);

/// The target of an address that the provider gave for the next page; empty where it is none, or one of
/// another server: the credential goes to the provider alone.
std::string own_target(std::string_view address, const PullContext& context);

/// What an answer other than 200 means for the operator. `provider` is its name, `needs` what the credential
/// must be allowed to.
PullFault refusal_of(const http::ClientResponse& response, std::string_view provider, std::string_view needs);

extern const Puller kCiscoDuoPuller, kEntraIdPuller, kGoogleWorkspacePuller, kOktaPuller;

}  // namespace countersign::pull
