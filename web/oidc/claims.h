#pragma once

#include "ledger/base/result.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::oidc {

/// Reads an object from a provider's JSON: no member twice in one object, 16 levels at most. data_loss
/// otherwise; `what` names the document in the message.
base::Result<boost::json::object> read_object(std::string_view text, std::string_view what);

/// A member's text; empty where it is not there or is no text. Valid as long as the object is.
std::string_view text_of(const boost::json::object& from, std::string_view name);

/// A member that a person may read: UTF-8 of at most `size_max` bytes without control characters; empty
/// otherwise.
std::string plain_text_of(const boost::json::object& from, std::string_view name, std::size_t size_max);

/// A NumericDate (RFC 7519 section 2) in whole seconds; absent where it is not there, is no number, or lies
/// beyond what a date can be.
std::optional<std::int64_t> seconds_of(const boost::json::object& from, std::string_view name);

/// The texts of a member that is a text or a list of texts; what is no text is left out.
std::vector<std::string> texts_of(const boost::json::object& from, std::string_view name);

/// For whom and from whom a token must be.
struct Audience {
  std::string_view issuer;
  std::string_view client_id;
  const std::vector<std::string>& others;
};

/// `iss`, `aud` and `azp` of a token (OpenID Connect Core 1.0 section 3.1.3.7, steps 2 to 5): the issuer to
/// the letter; ourselves among the audiences and nobody unknown beside us; with several audiences an `azp`,
/// and every `azp` is ourselves. unauthenticated names the claim, never its value.
base::Result<void> check_audience(const boost::json::object& claims, const Audience& audience);

/// `iat`, which must be there, and `nbf`: neither may lie in the future by more than the skew. `exp`, as far
/// as it is there, must not have passed by more than the skew.
base::Result<void> check_times(const boost::json::object& claims, std::int64_t now_s, std::int64_t skew_s);

}  // namespace countersign::oidc
