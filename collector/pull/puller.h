#pragma once

#include "collector/http/client.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
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
};

/// One request of a poll.
struct PullRequest {
  std::string target;  ///< path and query
  http::Fields headers;
};

/// What an answer says.
struct PullPage {
  std::vector<boost::json::value> payloads;  ///< as the provider's adapter wants them
  std::string cursor;                        ///< where the next request goes on
  bool more = false;                         ///< another page waits
  std::int64_t wait_s = 0;  ///< before the next request, so that the provider's limit is kept
};

/// An answer that holds no events.
struct PullFault {
  std::string reason;       ///< for the operator; never a credential or an event
  std::int64_t wait_s = 0;  ///< what the provider asks for; 0: it says nothing
};

/// One provider's way of polling. Both functions are pure and thread-safe.
struct Puller {
  std::string_view adapter;     ///< whose payloads it fetches
  std::string_view credential;  ///< what the operator gives, for people
  PullRequest (*request)(std::string_view cursor, const PullContext& context);
  tl::expected<PullPage, PullFault> (*read)(const http::ClientResponse& response, std::string_view cursor,
                                            const PullContext& context);
};

/// The puller for an adapter, or null.
const Puller* find_puller(std::string_view adapter);

extern const Puller kOktaPuller;

}  // namespace countersign::pull
