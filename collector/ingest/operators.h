#pragma once

#include "collector/ingest/author.h"
#include "collector/ingest/policy.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/crypto/entropy.h"

#include <boost/json/object.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace countersign::ingest {

/// The records that somebody may see: those received from then on and before.
struct Period {
  base::Timestamp from, before;
  bool operator==(const Period&) const = default;
};

/// Somebody, or a program of somebody's, who acts on the appliance over HTTP. Proves himself by a bearer
/// token of 256 random bits, of which only the SHA-256 is kept, as of a source's. What is not given is
/// denied.
struct Operator {
  std::string name;  ///< spelled as a source's
  Role role = Role::auditor;
  base::Digest token_sha256;
  std::vector<base::TenantId> tenants;  ///< for which he may act
  bool all_tenants = false;             ///< for any that is registered; then `tenants` is empty
  base::Timestamp created;
  std::optional<base::Timestamp> expires;  ///< from then on the token is worthless
  std::optional<base::Timestamp> revoked;
  std::optional<Period> period = {};      ///< nothing received outside of it is shown
  Author added_by = {}, revoked_by = {};  ///< unknown of those of before

  bool may_act_for(const base::TenantId& tenant) const;
  /// Whether it is bound as its role asks for: an auditor to one tenant, a period and an expiry. A registry
  /// of before may hold one that is not; its token is worthless.
  bool is_bound() const;
  bool is_active(base::Timestamp now) const { return !revoked && is_bound() && (!expires || now < *expires); }
};

/// One line of the registry's file, and back. invalid_argument for a member that is unknown, missing or not
/// as it must be.
std::string to_text(const Operator& one);
base::Result<Operator> parse_operator(const boost::json::object& from);

struct NewOperator {
  std::string name;
  Role role = Role::auditor;
  std::vector<base::TenantId> tenants = {};
  bool all_tenants = false;
  std::optional<base::Timestamp> expires = {};
  std::optional<Period> period = {};
  Author by = {};
};

/// Registers an operator in the registry at `path` and returns the token, `cso_` and 43 characters of
/// base64url, which is kept nowhere. Errors: already_exists (a revoked operator's name too, because the
/// system log carries it), not_found (a tenant), invalid_argument (the name; no tenant; a time that has
/// passed; a period that ends before it begins; an auditor without one tenant, a period and an expiry).
base::Result<std::string> add_operator(const std::filesystem::path& path, const NewOperator& one,
                                       const base::Clock& clock, const crypto::Entropy& entropy);

/// Makes an operator's token worthless for good. Errors: not_found, failed_precondition (it is already).
base::Result<void> revoke_operator(const std::filesystem::path& path, const std::string& name,
                                   const base::Clock& clock, const Author& by = {});

}  // namespace countersign::ingest
