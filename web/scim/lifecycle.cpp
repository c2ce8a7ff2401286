#include "web/scim/lifecycle.h"

#include "ledger/base/encoding.h"
#include "web/scim/resource.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <array>
#include <iterator>
#include <unordered_set>

namespace countersign::scim {

namespace json = boost::json;

Outcome<Written> Lifecycle::create(Kind kind, json::object document) const {
  if (auto checked = check_members(nullptr, document); !checked) return tl::unexpected(checked.error());
  const auto name = name_of(kind);
  const auto time = now();
  document["id"] = new_id();
  document["meta"] = json::object{{"resourceType", json::string_view(name.data(), name.size())},
                                  {"created", time},
                                  {"lastModified", time}};
  if (kind == Kind::user && !document.contains("active")) document.emplace("active", true);
  Written out{arranged(kind, document), {}};
  if (auto created = store_.create(kind, out.document); !created)
    return tl::unexpected(refusal_of(created.error()));
  out.changes = changes_between(kind, nullptr, &out.document);
  return out;
}

Outcome<Written> Lifecycle::replace(Kind kind, const json::object& before, json::object after) const {
  after["id"] = before.at("id");
  after["meta"] = before.at("meta");
  if (kind == Kind::user && !after.contains("active")) after["active"] = is_active(before);
  Written out{arranged(kind, after), {}};
  if (out.document == before) return out;
  if (auto checked = check_members(&before, after); !checked) return tl::unexpected(checked.error());
  out.document["meta"].as_object()["lastModified"] = now();
  if (auto replaced = store_.replace(kind, out.document, entity_tag(before)); !replaced)
    return tl::unexpected(refusal_of(replaced.error()));
  out.changes = changes_between(kind, &before, &out.document);
  return out;
}

Outcome<Written> Lifecycle::remove(Kind kind, const json::object& document) const {
  Written out{document, {}};
  const auto id = text_at(document, "id");
  if (kind == Kind::user) {
    if (auto left = leave_groups(id, out.changes); !left) return tl::unexpected(left.error());
  }
  if (auto removed = store_.remove(kind, id, entity_tag(document)); !removed)
    return tl::unexpected(refusal_of(removed.error()));
  auto changes = changes_between(kind, &document, nullptr);
  out.changes.insert(out.changes.begin(), std::make_move_iterator(changes.begin()),
                     std::make_move_iterator(changes.end()));
  return out;
}

/// That each member who was none before is a user.
Outcome<void> Lifecycle::check_members(const json::object* before, const json::object& after) const {
  std::unordered_set<std::string_view> known;
  if (before != nullptr) {
    const auto members = members_of(*before);
    known.insert(members.begin(), members.end());
  }
  for (const auto member : members_of(after)) {
    if (!known.insert(member).second) continue;
    const auto user = store_.find(Kind::user, member);
    if (!user) return tl::unexpected(refusal_of(user.error()));
    if (!*user) return refuse(ScimType::invalid_value, "members must be the identifiers of users");
  }
  return {};
}

Outcome<void> Lifecycle::leave_groups(std::string_view user_id, std::vector<Change>& changes) const {
  const auto groups = store_.groups_of(user_id);
  if (!groups) return tl::unexpected(refusal_of(groups.error()));
  for (const auto& name : *groups) {
    const auto group = store_.find(Kind::group, name.id);
    if (!group) return tl::unexpected(refusal_of(group.error()));
    if (!*group) continue;
    json::object after = **group;
    json::array members;
    for (const auto& member : after["members"].as_array()) {
      if (text_at(member.as_object(), "value") != user_id) members.push_back(member);
    }
    if (members.empty())
      after.erase("members");
    else
      after["members"] = std::move(members);
    auto replaced = replace(Kind::group, **group, std::move(after));
    if (!replaced) return tl::unexpected(replaced.error());
    std::move(replaced->changes.begin(), replaced->changes.end(), std::back_inserter(changes));
  }
  return {};
}

/// A random UUID (RFC 4122 section 4.4).
std::string Lifecycle::new_id() const {
  std::array<std::uint8_t, 16> bytes{};
  options_.entropy(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  const auto hex = base::to_hex(bytes);
  const std::string_view text = hex;
  return fmt::format("{}-{}-{}-{}-{}", text.substr(0, 8), text.substr(8, 4), text.substr(12, 4),
                     text.substr(16, 4), text.substr(20));
}

json::string Lifecycle::now() const {
  const auto text = base::format_rfc3339(options_.clock());
  return json::string(json::string_view(text.data(), text.size()));
}

}  // namespace countersign::scim
