#pragma once

#include "collector/signatures/scheme.h"

#include <optional>

namespace countersign::signatures {

/// Whether one of the secrets says of `matches` that it made the signature. Asks each of them.
template <class Matches>
bool any_secret(Secrets secrets, Matches matches) {
  bool found = false;
  for (const auto* secret : secrets) found = matches(base::text_of(secret->view())) || found;
  return found;
}

/// Constant-time comparison of two texts.
bool same_secret_text(std::string_view a, std::string_view b);

/// A whole number of digits alone, at most 15 of them.
std::optional<std::int64_t> digits(std::string_view text);

/// Whether a signed time is near enough to ours.
bool is_fresh(std::int64_t signed_s, std::int64_t now_s);

/// What a scheme with a signed time gives: a second request with the same id and time is a replay.
Proven proven_once(std::string_view id, std::int64_t signed_s);

}  // namespace countersign::signatures
