#include "tests/web/scim/memory_store.h"

#include "web/scim/resource.h"

#include <algorithm>
#include <utility>

namespace countersign::scim {

namespace json = boost::json;

using base::Code;
using base::fail;

namespace {

auto position(std::vector<json::object>& all, std::string_view id) {
  return std::find_if(all.begin(), all.end(),
                      [&](const json::object& one) { return text_at(one, "id") == id; });
}

std::string_view attribute_of(Index index) {
  switch (index) {
    case Index::id:
      return "id";
    case Index::user_name:
      return "userName";
    case Index::external_id:
      return "externalId";
    case Index::display_name:
      return "displayName";
  }
  return "";
}

}  // namespace

base::Result<std::optional<json::object>> MemoryStore::find(Kind kind, std::string_view id) {
  if (failure) return fail(*failure);
  const auto at = position(all(kind), id);
  if (at == all(kind).end()) return std::optional<json::object>();
  return std::optional<json::object>(*at);
}

base::Result<std::vector<json::object>> MemoryStore::find_by(Kind kind, const IndexTerm& term) {
  ++lookups;
  std::vector<json::object> out;
  for (const auto& one : all(kind)) {
    if (index_key(term.index, text_at(one, attribute_of(term.index))) == term.value) out.push_back(one);
  }
  return out;
}

base::Result<void> MemoryStore::scan(Kind kind, std::uint64_t skip, const Visit& visit) {
  ++scans;
  if (failure) return fail(*failure);
  for (auto i = skip; i < all(kind).size(); ++i) {
    if (!visit(all(kind)[i])) break;
  }
  return {};
}

base::Result<std::uint64_t> MemoryStore::count(Kind kind) {
  if (failure) return fail(*failure);
  return all(kind).size();
}

base::Result<std::vector<GroupName>> MemoryStore::groups_of(std::string_view user_id) {
  std::vector<GroupName> out;
  for (const auto& group : groups_) {
    const auto members = members_of(group);
    if (std::find(members.begin(), members.end(), user_id) != members.end())
      out.push_back({std::string(text_at(group, "id")), std::string(text_at(group, "displayName"))});
  }
  return out;
}

bool MemoryStore::is_taken(Kind kind, const json::object& document) const {
  return kind == Kind::user && std::any_of(users_.begin(), users_.end(), [&](const json::object& other) {
           return text_at(other, "id") != text_at(document, "id") &&
                  same_folded(text_at(other, "userName"), text_at(document, "userName"));
         });
}

void MemoryStore::let_others_in() {
  if (const auto others = std::exchange(before_write, nullptr)) others();
}

base::Result<void> MemoryStore::create(Kind kind, const json::object& document) {
  let_others_in();
  if (is_taken(kind, document)) return fail(Code::already_exists, "the userName is taken");
  all(kind).push_back(document);
  return {};
}

base::Result<void> MemoryStore::replace(Kind kind, const json::object& document, std::string_view expected) {
  let_others_in();
  const auto at = position(all(kind), text_at(document, "id"));
  if (at == all(kind).end()) return fail(Code::not_found, "no such resource");
  if (entity_tag(*at) != expected) return fail(Code::aborted, "another version");
  if (is_taken(kind, document)) return fail(Code::already_exists, "the userName is taken");
  *at = document;
  return {};
}

base::Result<void> MemoryStore::remove(Kind kind, std::string_view id, std::string_view expected) {
  let_others_in();
  const auto at = position(all(kind), id);
  if (at == all(kind).end()) return fail(Code::not_found, "no such resource");
  if (entity_tag(*at) != expected) return fail(Code::aborted, "another version");
  all(kind).erase(at);
  return {};
}

}  // namespace countersign::scim
