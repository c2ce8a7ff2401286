#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"
#include "ledger/record/event_schema.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How a provider proves that a request is its own. A scheme is one function here and a line in the table of
/// scheme.cpp; an adapter's source uses one by name.
namespace countersign::signatures {

/// A request as far as a signature can cover it. The views outlive the call.
struct SignedRequest {
  std::string_view method;
  std::string_view path;   ///< as it was spelled, without the query
  std::string_view query;  ///< without '?'
  std::vector<std::string>
      urls;  ///< scheme and authority under which the sender may have called, likeliest first
  std::function<std::string_view(std::string_view name)> header;  ///< empty where there is none
  std::string_view body;                                          ///< as it came, still compressed
  std::int64_t now_s = 0;                                         ///< POSIX seconds
};

/// Why a request is not believed. to_string() is the label of the metric.
enum class Doubt {
  missing,    ///< it carries no signature of this scheme
  malformed,  ///< the signature cannot be read
  wrong,      ///< it is not the secret's, or not of this body
  stale,      ///< signed too long ago, or in the future
};
std::string_view to_string(Doubt doubt);

/// A request that is the provider's own.
struct Proven {
  std::string replay_id;            ///< distinct for each request that was signed; empty: the scheme has none
  std::int64_t replay_until_s = 0;  ///< POSIX seconds from which on the same request would be stale
};

using Verdict = tl::expected<Proven, Doubt>;

/// The secrets of a source: any of them may have signed, so that one can be replaced without a gap.
using Secrets = std::span<const crypto::Secret* const>;

/// How far a signed time may lie from ours, before and after: 5 minutes, as Standard Webhooks proposes.
inline constexpr std::int64_t kToleranceSeconds = 300;

/// One scheme. `verify` is pure and thread-safe and compares in constant time.
struct Scheme {
  std::string_view name;    ///< as in a source's registration
  std::string_view title;   ///< for people
  record::Proof proof;      ///< the grade of what it proves
  std::string_view secret;  ///< what the operator copies from the provider; empty: we make it
  /// Says whether a text can be a secret of this scheme; the message never holds it.
  base::Result<void> (*check_secret)(std::string_view secret);
  Verdict (*verify)(const SignedRequest& request, Secrets secrets);
};

/// The scheme of that name, or null.
const Scheme* find_scheme(std::string_view name);
std::span<const Scheme> all_schemes();

/// A new secret for a scheme whose secret we make.
std::string make_secret(const Scheme& scheme, const crypto::Entropy& entropy);

}  // namespace countersign::signatures
