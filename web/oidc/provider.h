#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "web/oidc/cache.h"
#include "web/oidc/fetch.h"
#include "web/oidc/jose.h"
#include "web/oidc/metadata.h"

#include <memory>
#include <string>
#include <string_view>

namespace countersign::oidc {

/// One OpenID Provider: its metadata and its keys, fetched when first needed and kept (CacheTimes). A key
/// that the provider has withdrawn is believed for at most fresh_s more, or stale_s while it cannot be
/// reached; a new key is found by the first token that names it. Calls block for as long as the provider
/// takes to answer, so they belong on a worker thread and never on an I/O thread. Any thread; lives as long
/// as the program.
class Provider {
 public:
  /// `issuer` has passed check(Options).
  Provider(std::string issuer, bool http_on_loopback, Fetch fetch, base::Clock clock, CacheTimes times = {});

  const std::string& issuer() const { return issuer_; }

  /// unavailable: the provider cannot be reached, or answers otherwise than with 200. failed_precondition:
  /// its certificate is not trusted. Otherwise as parse_metadata.
  base::Result<std::shared_ptr<const Metadata>> metadata();

  /// Checks a token's signature with the provider's keys and gives what it claims; the claims themselves are
  /// not checked. A token that names a key that is not known has the keys fetched anew, but at most once in
  /// CacheTimes::again_s: anybody can make up such tokens. unauthenticated: as parse_jws, an algorithm that
  /// the provider does not announce, no such key, a wrong signature. unavailable: the keys cannot be fetched.
  base::Result<boost::json::object> verify(std::string_view token, TokenKind kind);

 private:
  base::Result<std::string> fetch_document(const std::string& url, std::string_view what) const;
  base::Result<std::shared_ptr<const KeySet>> keys(Want want, const Metadata& metadata);

  const std::string issuer_;
  const bool http_on_loopback_;
  const Fetch fetch_;
  Cache<Metadata> metadata_;
  Cache<KeySet> keys_;
};

}  // namespace countersign::oidc
