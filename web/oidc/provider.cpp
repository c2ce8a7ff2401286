#include "web/oidc/provider.h"

#include <algorithm>
#include <utility>

namespace countersign::oidc {

using base::Code;
using base::fail;

Provider::Provider(std::string issuer, bool http_on_loopback, Fetch fetch, base::Clock clock,
                   CacheTimes times)
    : issuer_(std::move(issuer)),
      http_on_loopback_(http_on_loopback),
      fetch_(std::move(fetch)),
      metadata_(times, clock),
      keys_(times, std::move(clock)) {}

base::Result<std::string> Provider::fetch_document(const std::string& url, std::string_view what) const {
  constexpr std::size_t kBytesMax = 512 * 1024;
  FetchRequest request;
  request.url = url;
  request.headers = {{"Accept", "application/json"}};
  auto response = fetch_(request);
  if (!response) return fail("cannot fetch " + std::string(what), response.error());
  if (response->status != 200)
    return fail(Code::unavailable, "cannot fetch " + std::string(what) + ": the provider answers " +
                                       std::to_string(response->status));
  if (response->body.size() > kBytesMax)
    return fail(Code::resource_exhausted, std::string(what) + " is larger than 512 KiB");
  return std::move(response->body);
}

base::Result<std::shared_ptr<const Metadata>> Provider::metadata() {
  return metadata_.get(Want::usual, [this]() -> base::Result<Metadata> {
    TRY_ASSIGN(const auto text, fetch_document(metadata_url(issuer_), "the provider's metadata"));
    return parse_metadata(text, issuer_, http_on_loopback_);
  });
}

base::Result<std::shared_ptr<const KeySet>> Provider::keys(Want want, const Metadata& metadata) {
  return keys_.get(want, [&]() -> base::Result<KeySet> {
    TRY_ASSIGN(const auto text, fetch_document(metadata.jwks_uri, "the provider's key set"));
    return KeySet::parse(text);
  });
}

base::Result<boost::json::object> Provider::verify(std::string_view token, TokenKind kind) {
  TRY_ASSIGN(auto jws, parse_jws(token, kind));
  TRY_ASSIGN(const auto described, metadata());
  const auto& allowed = described->algorithms;
  if (std::find(allowed.begin(), allowed.end(), jws.algorithm) == allowed.end())
    return fail(Code::unauthenticated,
                "the provider's token is signed with an algorithm that it does not announce");
  TRY_ASSIGN(auto set, keys(Want::usual, *described));
  auto genuine = set->check(jws);
  if (genuine == Genuine::no_key) {
    TRY_ASSIGN(set, keys(Want::newer, *described));
    genuine = set->check(jws);
  }
  switch (genuine) {
    case Genuine::yes:
      return std::move(jws.claims);
    case Genuine::no:
      return fail(Code::unauthenticated, "the signature of the provider's token is wrong");
    case Genuine::no_key:
      break;
  }
  return fail(Code::unauthenticated,
              "the provider's token is not signed with a key that the provider publishes");
}

}  // namespace countersign::oidc
