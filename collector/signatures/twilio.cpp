#include "collector/signatures/compare.h"
#include "collector/signatures/form.h"
#include "collector/signatures/schemes.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/mac.h"

#include <algorithm>
#include <map>
#include <set>

namespace countersign::signatures {
namespace {

constexpr std::size_t kPairsMax = 1000;

/// The URL with and without the scheme's port: Twilio's servers are not of one mind.
std::vector<std::string> with_ports(const std::string& origin) {
  const bool tls = origin.starts_with("https://");
  const auto authority = origin.find("://") + 3;
  const auto bracket = origin.rfind(']');
  const auto colon = origin.find(':', bracket == std::string::npos ? authority : bracket);
  if (colon == std::string::npos) return {origin, origin + (tls ? ":443" : ":80")};
  return {origin, origin.substr(0, colon)};
}

/// A query as older senders spell it: decoded and encoded again with `-_.!~*'()` left alone.
std::string respelled(std::string_view query) {
  const auto pairs = read_form(query, kPairsMax);
  if (!pairs) return std::string(query);
  std::string out;
  const auto append = [&](std::string_view text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    for (const char c : text) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                         std::string_view("-_.!~*'()").find(c) != std::string_view::npos;
      const auto byte = static_cast<unsigned char>(c);
      plain ? void(out.push_back(c)) : void(out.append({'%', kHex[byte >> 4], kHex[byte & 15]}));
    }
  };
  for (const auto& [name, value] : *pairs) {
    if (!out.empty()) out.push_back('&');
    append(name);
    out.push_back('=');
    append(value);
  }
  return out;
}

/// Every URL that the sender may have signed.
std::vector<std::string> candidates(const SignedRequest& request) {
  std::vector<std::string> out;
  for (const auto& url : request.urls) {
    for (const auto& origin : with_ports(url)) {
      const std::string base = origin + std::string(request.path);
      if (request.query.empty()) {
        out.push_back(base);
        continue;
      }
      out.push_back(base + "?" + std::string(request.query));
      out.push_back(base + "?" + respelled(request.query));
    }
  }
  return out;
}

/// What is signed behind the URL: each parameter's name and value, sorted, each pair once.
std::optional<std::string> parameters_of(std::string_view body) {
  const auto pairs = read_form(body, kPairsMax);
  if (!pairs) return std::nullopt;
  std::map<std::string, std::set<std::string>> sorted;
  for (const auto& [name, value] : *pairs) sorted[name].insert(value);
  std::string out;
  for (const auto& [name, values] : sorted) {
    for (const auto& value : values) out.append(name).append(value);
  }
  return out;
}

bool is_form(std::string_view content_type) {
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  return content_type.size() >= kForm.size() &&
         std::equal(kForm.begin(), kForm.end(), content_type.begin(),
                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b | 0x20 : b); });
}

}  // namespace

Verdict verify_twilio(const SignedRequest& request, Secrets secrets) {
  const auto signature = request.header("X-Twilio-Signature");
  if (signature.empty()) return tl::unexpected(Doubt::missing);
  std::string parameters;
  if (is_form(request.header("Content-Type"))) {
    auto read = parameters_of(request.body);
    if (!read) return tl::unexpected(Doubt::malformed);
    parameters = std::move(*read);
  } else {
    // The URL carries the body's hash, and the signature covers the URL.
    const auto query = read_form(request.query, kPairsMax);
    if (!query) return tl::unexpected(Doubt::malformed);
    const auto hash = std::find_if(query->begin(), query->end(),
                                   [](const auto& pair) { return pair.first == "bodySHA256"; });
    if (hash == query->end()) return tl::unexpected(Doubt::missing);
    const auto body = base::to_hex(crypto::hash(crypto::Hash::sha256, request.body));
    if (!same_secret_text(body, hash->second)) return tl::unexpected(Doubt::wrong);
  }
  const bool good = any_secret(secrets, [&](std::string_view secret) {
    bool found = false;
    for (const auto& url : candidates(request)) {
      const auto mac = crypto::hmac(crypto::Hash::sha1, base::bytes_of(secret), url + parameters);
      found = same_secret_text(base::to_base64(mac), signature) || found;
    }
    return found;
  });
  if (!good) return tl::unexpected(Doubt::wrong);
  return Proven{};
}

}  // namespace countersign::signatures
