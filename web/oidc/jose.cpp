#include "web/oidc/jose.h"

#include "ledger/base/encoding.h"
#include "web/oidc/claims.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace countersign::oidc {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

auto doubt(std::string_view what) {
  return fail(Code::unauthenticated, "the provider's token " + std::string(what));
}

base::Result<json::object> object_in(std::string_view base64url, std::string_view what) {
  const auto bytes = base::from_base64url(base64url);
  if (!bytes) return doubt("is not canonical base64url");
  auto object = read_object(base::text_of(*bytes), what);
  if (!object) return fail(Code::unauthenticated, object.error().message);
  return object;
}

/// Media types are compared without regard to case, and "application/" may be left out (RFC 7515
/// section 4.1.9).
std::string media_type(std::string_view text) {
  constexpr std::string_view kPrefix = "application/";
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out.starts_with(kPrefix) ? out.substr(kPrefix.size()) : out;
}

base::Result<void> check_header(const json::object& header, TokenKind kind) {
  for (const auto name : {"crit", "b64", "zip", "cty"})
    if (header.contains(name)) return doubt("uses an extension that is not known here");
  if (const auto* value = header.if_contains("typ")) {
    const auto type = value->is_string() ? media_type(text_of(header, "typ")) : std::string("?");
    if (type != "jwt" && !(kind == TokenKind::logout && type == "logout+jwt"))
      return doubt("is a token for another purpose (typ)");
  }
  if (const auto* value = header.if_contains("kid"); value != nullptr && !value->is_string())
    return doubt("names its key by something other than a text (kid)");
  return {};
}

}  // namespace

base::Result<Jws> parse_jws(std::string_view token, TokenKind kind) {
  if (token.size() > kTokenBytesMax) return doubt("is longer than 16 KiB");
  const auto dots = std::count(token.begin(), token.end(), '.');
  if (dots == 4) return doubt("is encrypted; have the provider sign it only");
  if (dots != 2) return doubt("is no signed token");
  const auto first = token.find('.'), second = token.rfind('.');
  TRY_ASSIGN(const auto header, object_in(token.substr(0, first), "the header of the provider's token"));
  TRY(check_header(header, kind));
  const auto algorithm = crypto::jws_algorithm(text_of(header, "alg"));
  if (!algorithm) return doubt("is not signed with an algorithm of public keys (alg)");
  Jws out;
  out.algorithm = *algorithm;
  out.kid = text_of(header, "kid");
  TRY_ASSIGN(out.claims,
             object_in(token.substr(first + 1, second - first - 1), "what the provider's token claims"));
  auto signature = base::from_base64url(token.substr(second + 1));
  if (!signature) return doubt("is not canonical base64url");
  out.signature = std::move(*signature);
  out.signed_text = token.substr(0, second);
  return out;
}

base::Result<KeySet> KeySet::parse(std::string_view text) {
  TRY_ASSIGN(const auto document, read_object(text, "the provider's key set"));
  const auto* list = document.if_contains("keys");
  if (list == nullptr || !list->is_array() || list->get_array().size() > kKeysMax)
    return fail(Code::data_loss, "the provider's key set has no list of at most 100 keys");
  KeySet out;
  for (const auto& one : list->get_array()) {
    if (!one.is_object()) continue;
    if (auto key = crypto::Jwk::parse(one.get_object())) out.keys_.push_back(std::move(*key));
  }
  return out;
}

Genuine KeySet::check(const Jws& jws) const {
  bool found = false;
  for (const auto& key : keys_) {
    if (!jws.kid.empty() && key.kid() != jws.kid) continue;
    if (!key.fits(jws.algorithm)) continue;
    if (key.verify(jws.algorithm, jws.signed_text, jws.signature)) return Genuine::yes;
    found = true;
  }
  return found && !jws.kid.empty() ? Genuine::no : Genuine::no_key;
}

}  // namespace countersign::oidc
