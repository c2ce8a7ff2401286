#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/vault/vault_reader.h"
#include "web/provisioning/roster.h"
#include "web/scim/store.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::provisioning {

/// A document that stands in the vault; absent where it was erased. data_loss where it is no document.
base::Result<std::optional<boost::json::object>> open_document(vault::VaultReader& vault,
                                                               const base::TenantId& tenant,
                                                               const base::Digest& token);

/// How much a source may have of one tenant.
struct Limits {
  std::uint64_t users = 100'000;
  std::uint64_t groups = 10'000;
  std::uint64_t memberships = 1'000'000;
};

/// The users and groups of one roster, whose users' documents are in the vault. What is written stays in the
/// roster until its owner settles or undoes it. For one request.
class VaultStore final : public scim::Store {
 public:
  /// All outlive the store. What would pass a limit is refused with resource_exhausted.
  VaultStore(Roster& roster, vault::VaultReader& vault, const base::TenantId& tenant, const Limits& limits)
      : roster_(roster), vault_(vault), tenant_(tenant), limits_(limits) {}

  base::Result<std::optional<boost::json::object>> find(scim::Kind kind, std::string_view id) override;
  base::Result<std::vector<boost::json::object>> find_by(scim::Kind kind,
                                                         const scim::IndexTerm& term) override;
  base::Result<void> scan(scim::Kind kind, std::uint64_t skip, const Visit& visit) override;
  base::Result<std::uint64_t> count(scim::Kind kind) override;
  base::Result<std::vector<scim::GroupName>> groups_of(std::string_view user_id) override;
  base::Result<void> create(scim::Kind kind, const boost::json::object& document) override;
  base::Result<void> replace(scim::Kind kind, const boost::json::object& document,
                             std::string_view expected) override;
  base::Result<void> remove(scim::Kind kind, std::string_view id, std::string_view expected) override;

  /// Users whose documents turned out to be erased. Where there are any, what was answered does not count:
  /// undo it, take them out of the roster, and answer again.
  const std::set<std::string>& erased() const { return erased_; }

 private:
  base::Result<std::optional<boost::json::object>> document_of(const Entry& entry);
  base::Result<void> check_name(const Entry& entry);
  base::Result<void> check_memberships(scim::Kind kind, const Entry& entry) const;
  /// The place of the resource, if it is there and of that version.
  base::Result<Roster::Place> place_of(scim::Kind kind, std::string_view id, std::string_view expected);

  Roster& roster_;
  vault::VaultReader& vault_;
  const base::TenantId& tenant_;
  const Limits limits_;
  std::set<std::string> erased_;
};

}  // namespace countersign::provisioning
