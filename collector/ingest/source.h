#pragma once

#include "collector/ingest/author.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/crypto/secret.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::ingest {

/// The adapter of a source that sends events of the native shape.
inline constexpr std::string_view kNativeAdapter = "countersign";

/// How many client certificates a source has at most: the present one and the next are two.
inline constexpr std::size_t kCertificatesMax = 4;

/// A registered sender of events. It proves itself by a bearer token, by a client certificate (either will do
/// where it has both), or by what its provider's scheme asks for. Of a certificate the SHA-256 is kept, over
/// its DER bytes: who issued it does not matter. A token is shown once, when it is made; only the SHA-256 is
/// kept, which is enough: the token has 256 random bits, so there is nothing to guess that a slow hash would
/// protect. A scheme needs its secret itself, so that is kept sealed under the appliance's key-encryption
/// key.
struct Source {
  base::SourceName name;
  std::string adapter;                       ///< kNativeAdapter, or the name of a provider's adapter
  std::optional<base::Digest> token_sha256;  ///< absent: it has a scheme, or certificates alone
  std::vector<base::TenantId> tenants;       ///< for which it may send; empty: for any that is registered
  base::Timestamp created;
  std::optional<base::Timestamp> revoked;
  std::string scheme = {};  ///< of signatures::find_scheme; empty: a bearer token or a certificate
  std::vector<std::vector<std::uint8_t>> sealed = {};               ///< the scheme's secrets; see secrets.h
  std::vector<std::shared_ptr<const crypto::Secret>> secrets = {};  ///< opened; never in the file
  std::optional<base::Digest> backfill_sha256 = {};  ///< of the token under which history is imported
  std::string url = {};                              ///< under which the provider calls: scheme and authority
  bool keep_raw = false;                             ///< payloads are kept as they come, in the vault
  std::string pull_url = {};  ///< of the provider's log API, which is then polled; empty: the provider sends
  std::map<std::string, std::string> pull_settings = {};  ///< what else the puller needs, not secret
  std::int64_t silent_after_s = 0;                        ///< longer silence is a finding; 0: never
  std::vector<base::Digest> certificates = {};            ///< of its clients; any of them proves it
  Author added_by = {}, revoked_by = {};                  ///< unknown of those of before

  bool is_native() const { return adapter == kNativeAdapter; }
  bool may_send_for(const base::TenantId& tenant) const;
  bool has_certificate(const base::Digest& sha256) const;
  /// How it proves itself, in a word: `token`, `certificate`, `token, certificate`, or the scheme's name.
  std::string proof_name() const;
};

}  // namespace countersign::ingest
