#include "web/provisioning/vault_store.h"

#include "ledger/base/encoding.h"
#include "ledger/base/json.h"
#include "web/scim/resource.h"

#include <iterator>
#include <utility>

namespace countersign::provisioning {

namespace json = boost::json;

using base::Code;
using base::fail;
using scim::Kind;

base::Result<std::optional<json::object>> open_document(vault::VaultReader& vault,
                                                        const base::TenantId& tenant,
                                                        const base::Digest& token) {
  TRY_ASSIGN(const auto opened, vault.disclose(tenant, base::to_base64url(token.view())));
  if (!opened) return std::optional<json::object>();
  auto parsed = base::parse_json(opened->value, {});
  if (!parsed || !parsed->value.is_object())
    return fail(Code::data_loss, "a user's document in the vault cannot be read");
  return std::optional(std::move(parsed->value.get_object()));
}

base::Result<std::optional<json::object>> VaultStore::document_of(const Entry& entry) {
  if (entry.document) return std::optional(*entry.document);
  TRY_ASSIGN(auto document, open_document(vault_, tenant_, entry.token));
  if (!document) erased_.insert(entry.id);
  return document;
}

base::Result<std::optional<json::object>> VaultStore::find(Kind kind, std::string_view id) {
  const auto number = roster_.number_of(kind, id);
  if (!number) return std::optional<json::object>();
  return document_of(*roster_.find({kind, *number}));
}

base::Result<std::vector<json::object>> VaultStore::find_by(Kind kind, const scim::IndexTerm& term) {
  std::vector<json::object> out;
  for (const auto number : roster_.found_by(kind, term)) {
    TRY_ASSIGN(auto document, document_of(*roster_.find({kind, number})));
    if (document) out.push_back(std::move(*document));
  }
  return out;
}

base::Result<void> VaultStore::scan(Kind kind, std::uint64_t skip, const Visit& visit) {
  const auto& entries = roster_.all(kind);
  if (skip >= entries.size()) return {};
  for (auto at = std::next(entries.begin(), static_cast<std::ptrdiff_t>(skip)); at != entries.end(); ++at) {
    TRY_ASSIGN(const auto document, document_of(at->second));
    if (document && !visit(*document)) break;
  }
  return {};
}

base::Result<std::uint64_t> VaultStore::count(Kind kind) { return roster_.all(kind).size(); }

base::Result<std::vector<scim::GroupName>> VaultStore::groups_of(std::string_view user_id) {
  std::vector<scim::GroupName> out;
  for (const auto number : roster_.groups_of(user_id)) {
    const auto& group = *roster_.find({Kind::group, number});
    out.push_back({group.id, std::string(scim::text_at(*group.document, "displayName"))});
  }
  return out;
}

/// That no other user has the name.
base::Result<void> VaultStore::check_name(const Entry& entry) {
  for (const auto number : roster_.found_by(Kind::user, {scim::Index::user_name, entry.name})) {
    const auto& other = *roster_.find({Kind::user, number});
    if (other.id == entry.id) continue;
    // One who was erased holds no name; erased() says so.
    TRY(document_of(other));
    return fail(Code::already_exists, "the userName is taken");
  }
  return {};
}

base::Result<void> VaultStore::check_memberships(Kind kind, const Entry& entry) const {
  if (kind == Kind::user) return {};
  const auto before = roster_.number_of(kind, entry.id);
  auto count = roster_.memberships() + scim::members_of(*entry.document).size();
  if (before) count -= scim::members_of(*roster_.find({kind, *before})->document).size();
  // Fewer than before are always welcome.
  if (count > limits_.memberships && count > roster_.memberships())
    return fail(Code::resource_exhausted, "the source's groups have as many members as they may have");
  return {};
}

base::Result<void> VaultStore::create(Kind kind, const json::object& document) {
  auto entry = entry_of(kind, document);
  if (kind == Kind::user) TRY(check_name(entry));
  TRY(check_memberships(kind, entry));
  if (roster_.all(kind).size() >= (kind == Kind::user ? limits_.users : limits_.groups))
    return fail(Code::resource_exhausted, "the source has as many resources as it may have");
  roster_.add(kind, std::move(entry));
  return {};
}

base::Result<Roster::Place> VaultStore::place_of(Kind kind, std::string_view id, std::string_view expected) {
  const auto number = roster_.number_of(kind, id);
  if (!number) return fail(Code::not_found, "no such resource");
  const Roster::Place place{kind, *number};
  TRY_ASSIGN(const auto document, document_of(*roster_.find(place)));
  if (!document) return fail(Code::not_found, "no such resource");
  if (scim::entity_tag(*document) != expected) return fail(Code::aborted, "another version");
  return place;
}

base::Result<void> VaultStore::replace(Kind kind, const json::object& document, std::string_view expected) {
  auto entry = entry_of(kind, document);
  TRY_ASSIGN(const auto place, place_of(kind, entry.id, expected));
  if (kind == Kind::user) TRY(check_name(entry));
  TRY(check_memberships(kind, entry));
  roster_.put(place, std::move(entry));
  return {};
}

base::Result<void> VaultStore::remove(Kind kind, std::string_view id, std::string_view expected) {
  TRY_ASSIGN(const auto place, place_of(kind, id, expected));
  roster_.remove(place);
  return {};
}

}  // namespace countersign::provisioning
