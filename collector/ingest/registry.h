#pragma once

#include "collector/ingest/access_policy.h"
#include "collector/ingest/attribute_policy.h"
#include "collector/ingest/author.h"
#include "collector/ingest/monitoring_policy.h"
#include "collector/ingest/move.h"
#include "collector/ingest/operators.h"
#include "collector/ingest/policy.h"
#include "collector/ingest/source.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"
#include "ledger/crypto/secret.h"
#include "ledger/retention/rules.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace countersign::ingest {

inline constexpr std::uint64_t kRegistryBytesMax = 16u << 20;

/// A customer of the vendor, and the region that its events may be stored in.
struct Tenant {
  base::TenantId id;
  base::RegionId region;
  base::Timestamp created;
  std::optional<std::string> moved_to;  ///< address of the appliance that serves it, where it is not this one
  SharingPolicy sharing = {};           ///< what of its personal values each role may be given
  AccessPolicy access = {};             ///< what it asks of its people's second factors
  AttributePolicy attributes = {};      ///< which values under `attributes` are not personal
  MonitoringPolicy monitoring = {};     ///< parameters of the controls that judge its evidence
  std::vector<Move> moves = {};         ///< oldest first; the last one leads to `region`
  Author added_by = {};                 ///< unknown of one of before
  /// How long its records are kept. From the book of retention, which is the one that says it: put here by
  /// who reads both, and never in the registry's file.
  retention::TenantRules retention = {};

  /// Whether what its admin sets (GET /v1/tenants/{tenant}/policy) is the same.
  bool has_policies_of(const Tenant& other) const {
    return sharing == other.sharing && access == other.access && attributes == other.attributes &&
           monitoring == other.monitoring && retention == other.retention;
  }

  /// The region that it was pinned to when it was added.
  const base::RegionId& first_region() const { return moves.empty() ? region : moves.front().from; }
  /// The region that it was pinned to at a time.
  const base::RegionId& region_at(base::Timestamp time) const {
    for (const auto& move : moves) {
      if (time < move.time) return move.from;
    }
    return region;
  }
  /// Whether the region ever was its pin.
  bool was_in(const base::RegionId& one) const {
    return region == one ||
           std::any_of(moves.begin(), moves.end(), [&](const Move& move) { return move.from == one; });
  }
};

/// The sources and tenants at one moment. Immutable once read, so any thread may look things up in a shared
/// one.
class Registry {
 public:
  /// Reads the file that the functions below write. Strict: a member that is unknown, missing or of the wrong
  /// type is named. Errors: not_found, resource_exhausted (over 16 MiB), invalid_argument.
  static base::Result<Registry> load(const std::filesystem::path& path);
  /// As load, from the file's text.
  static base::Result<Registry> parse(std::string_view text);

  /// Whose token it is, of a source that is not revoked; its source is null where it is nobody's. Takes the
  /// same time whichever source it is and whether there is one. The pointer is valid as long as the registry.
  struct Holder {
    const Source* source = nullptr;
    bool backfill = false;  ///< the token is the source's for history
  };
  Holder holder_of_token(std::string_view token) const;
  /// Whose certificate it is, of a source that is not revoked; null where it is nobody's.
  const Source* source_of_certificate(const base::Digest& sha256) const;
  const Source* source_by_name(const base::SourceName& name) const;
  /// A copy of the one of that name, to be changed. not_found; failed_precondition: it was revoked.
  base::Result<Source> active_source(const base::SourceName& name) const;
  const Tenant* tenant(const base::TenantId& id) const;
  /// Whose token it is, of an operator that is neither revoked nor expired; null where it is nobody's. As
  /// holder_of_token().
  const Operator* operator_of_token(std::string_view token, base::Timestamp now) const;
  const Operator* operator_by_name(std::string_view name) const;

  const std::vector<Source>& sources() const { return sources_; }
  std::vector<Source>& sources() { return sources_; }
  const std::vector<Tenant>& tenants() const { return tenants_; }
  const std::vector<Operator>& operators() const { return operators_; }

  /// The file's text. parse(to_text()) gives the same registry.
  std::string to_text() const;

  /// Adds or replaces by name; for registry_change.cpp and tests.
  void put(Source source);
  void put(Tenant tenant);
  void put(Operator one);
  /// Gives each tenant its rules.
  void put(const retention::RuleBook& book);

 private:
  std::vector<Source> sources_;
  std::vector<Tenant> tenants_;
  std::vector<Operator> operators_;
  std::unordered_map<base::TenantId, std::size_t> tenant_at_;
};

/// The functions below change the file at `path`, which is made where there is none. Each holds a lock on
/// `<path>.lock` from reading to writing, so of two at once neither is lost, and is durable when it returns;
/// unavailable where another holds the lock for ten seconds, resource_exhausted above kRegistryBytesMax, and
/// where something is added above three quarters of that.
/// A running daemon sees the change when it reloads. Any thread, any process.

/// Reads the registry, lets `change` alter it, and writes it, unless `change` fails.
base::Result<void> change_registry(const std::filesystem::path& path,
                                   const std::function<base::Result<void>(Registry&)>& change);

struct NewSource {
  base::SourceName name;
  std::string adapter = std::string(kNativeAdapter);
  std::vector<base::TenantId> tenants = {};
  std::string scheme = {};                ///< empty: a bearer token
  std::vector<std::string> secrets = {};  ///< of the scheme, where the provider makes them
  std::string url = {};
  bool keep_raw = false;
  std::int64_t silent_after_s = 0;
  std::string pull_url = {};  ///< then `secrets` holds the API's credential, and there is no token
  std::map<std::string, std::string> pull_settings = {};
  std::vector<base::Digest> certificates = {};  ///< then there is no token; see certificates.h
  Author by = {};
};

/// Registers a source and returns what its sender must be given: a token (`cst_` and 43 characters of
/// base64url), or the secret that was made for its scheme; empty where the provider made it or a certificate
/// takes its place. `key` seals the secrets. Errors: already_exists (a revoked source's name too, because
/// records carry it), not_found (a tenant), invalid_argument (no such adapter or scheme; a provider's adapter
/// without exactly one tenant; a secret that is missing or not of the scheme; the appliance's own name).
base::Result<std::string> add_source(const std::filesystem::path& path, const NewSource& source,
                                     const crypto::Secret& key, const base::Clock& clock,
                                     const crypto::Entropy& entropy);

/// Puts other secrets in place of a source's; the old ones are worthless from then on, so during a change
/// both are given. Errors: not_found, failed_precondition (it has a token), invalid_argument.
base::Result<void> set_secrets(const std::filesystem::path& path, const base::SourceName& name,
                               const std::vector<std::string>& secrets, const crypto::Secret& key,
                               const crypto::Entropy& entropy);

/// Makes a token under which a source's history is imported, in place of the one before. Its records are
/// graded `backfill`. Errors: not_found, failed_precondition (the source is revoked).
base::Result<std::string> make_backfill_token(const std::filesystem::path& path, const base::SourceName& name,
                                              const crypto::Entropy& entropy);

/// Makes a source's token worthless for good. Errors: not_found, failed_precondition (it is revoked already).
base::Result<void> revoke_source(const std::filesystem::path& path, const base::SourceName& name,
                                 const base::Clock& clock, const Author& by = {});

/// Registers a tenant in a region. `moved_to` is an https address. Errors: already_exists, invalid_argument.
base::Result<void> add_tenant(const std::filesystem::path& path, const base::TenantId& id,
                              const base::RegionId& region, std::optional<std::string> moved_to,
                              const base::Clock& clock, const Author& by = {});

struct NewMove {
  base::RegionId to;
  std::optional<std::string> address = {};  ///< of the appliance that serves `to`, where it is not this one
  std::string reason;
  std::string by;
};

/// Pins a tenant to another region and keeps the change in its history; gives the change. Its time is
/// after that of the last one, whatever the clock says. Errors: not_found, already_exists (it is pinned there
/// already), invalid_argument (an address that is not https, a reason that is no code).
base::Result<Move> move_tenant(const std::filesystem::path& path, const base::TenantId& id,
                               const NewMove& move, const base::Clock& clock);

}  // namespace countersign::ingest
