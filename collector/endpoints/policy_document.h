#pragma once

#include "collector/ingest/registry.h"
#include "ledger/base/problem.h"
#include "ledger/retention/rules.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// A tenant's policies as the API shows and takes them. All functions are pure and thread-safe.
namespace countersign::endpoints {

inline constexpr std::uint64_t kPolicyBytesMax = 64u << 10;

/// `{"tenant","region","access","sharing","attributes","monitoring","retention"}`, every member spelled out:
/// equal policies have equal texts.
std::string policy_document(const ingest::Tenant& tenant);

/// The entity tag (RFC 9110 section 8.8.3) of a document, with its quotes.
std::string policy_etag(std::string_view document);

/// Whether a list of entity tags, as in If-Match, names one; `*` names all. Weak ones name nothing where
/// `strong` is asked for (RFC 9110 section 8.8.3.2).
enum class TagComparison { strong, weak };
bool names_etag(std::string_view list, std::string_view etag, TagComparison how);

/// The JSON Schema of what read_policy() takes.
std::string policy_schema();

/// What a document asks for.
struct PolicyWish {
  ingest::AccessPolicy access;
  ingest::SharingPolicy sharing;
  ingest::AttributePolicy attributes;
  ingest::MonitoringPolicy monitoring;
  std::optional<retention::TenantRules> retention;  ///< absent: stays as it is

  /// Puts it in place of the tenant's.
  void put_into(ingest::Tenant& tenant) const;
};

/// Reads a document for a tenant: what policy_document() writes, or a part of it; what is left out has its
/// default, but for the retention, which stays: it has a book of its own, and who leaves it out may not know
/// of it. 400 for what is no JSON object or has a member twice; 409 for another region than the tenant's,
/// because it moves by an operation of its own; 422, which names the member, for anything else.
tl::expected<PolicyWish, base::Problem> read_policy(std::string_view body, const ingest::Tenant& tenant);

}  // namespace countersign::endpoints
