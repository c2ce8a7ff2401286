#include "collector/ingest/certificates.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace countersign::ingest {

using base::Code;
using base::fail;
using base::Result;

Result<base::Digest> parse_fingerprint(std::string text) {
  std::erase(text, ':');
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  auto digest = base::digest_from_hex(text);
  if (!digest)
    return fail(Code::invalid_argument,
                "a fingerprint is a SHA-256 in hexadecimal, 64 digits with or without colons, as "
                "openssl x509 -noout -fingerprint -sha256 prints it");
  return digest;
}

std::string to_text(const std::vector<base::Digest>& certificates) {
  std::string out = "[";
  for (const auto& one : certificates) {
    if (out.back() != '[') out += ',';
    base::append_json_string(out, base::to_hex(one.view()));
  }
  return out + ']';
}

Result<std::vector<base::Digest>> parse_certificates(const boost::json::value& from,
                                                     const std::string& where) {
  const auto bad = [&](std::string_view why) {
    return fail(Code::invalid_argument, fmt::format("the registry is damaged: {} {}", where, why));
  };
  const auto* all = from.if_array();
  if (all == nullptr || all->empty() || all->size() > kCertificatesMax)
    return bad(fmt::format("must be an array of 1 to {}", kCertificatesMax));
  std::vector<base::Digest> out;
  for (const auto& one : *all) {
    const auto* text = one.if_string();
    if (text == nullptr) return bad("must hold strings");
    TRY_ASSIGN(const auto digest, base::digest_from_hex({text->data(), text->size()}));
    if (std::find(out.begin(), out.end(), digest) != out.end()) return bad("holds one twice");
    out.push_back(digest);
  }
  return out;
}

const Source* registered_for(const Registry& registry, const base::Digest& sha256) {
  const auto& all = registry.sources();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Source& source) { return source.has_certificate(sha256); });
  return found == all.end() ? nullptr : &*found;
}

Result<void> put_certificate(const Registry& registry, Source& source, const base::Digest& sha256) {
  if (!source.scheme.empty() || !source.pull_url.empty())
    return fail(Code::failed_precondition,
                fmt::format("the source {} proves itself in another way: a certificate takes the place of a "
                            "token, not of a scheme or a provider's credential",
                            source.name.value()));
  // One of a revoked source, too: its key may be what was lost.
  const auto* holder = source.has_certificate(sha256) ? &source : registered_for(registry, sha256);
  if (holder != nullptr)
    return fail(Code::already_exists,
                fmt::format("the certificate is registered for the source {} already", holder->name.value()));
  if (source.certificates.size() >= kCertificatesMax)
    return fail(Code::resource_exhausted,
                fmt::format("the source {} has {} certificates; remove one that is no longer used first",
                            source.name.value(), kCertificatesMax));
  source.certificates.push_back(sha256);
  return {};
}

Result<void> add_certificate(const std::filesystem::path& path, const base::SourceName& name,
                             const base::Digest& sha256) {
  return change_registry(path, [&](Registry& registry) -> Result<void> {
    TRY_ASSIGN(auto source, registry.active_source(name));
    TRY(put_certificate(registry, source, sha256));
    registry.put(std::move(source));
    return {};
  });
}

Result<void> remove_certificate(const std::filesystem::path& path, const base::SourceName& name,
                                const base::Digest& sha256) {
  return change_registry(path, [&](Registry& registry) -> Result<void> {
    TRY_ASSIGN(auto source, registry.active_source(name));
    if (std::erase(source.certificates, sha256) == 0)
      return fail(Code::not_found, fmt::format("the source {} has no such certificate", name.value()));
    if (source.certificates.empty() && !source.token_sha256)
      return fail(Code::failed_precondition,
                  fmt::format("it is the only proof of the source {}: add the next certificate first, or "
                              "revoke the source",
                              name.value()));
    registry.put(std::move(source));
    return {};
  });
}

}  // namespace countersign::ingest
