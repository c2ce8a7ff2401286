#include "web/scim/change.h"

#include "web/scim/path.h"
#include "web/scim/resource.h"

#include <unordered_set>

namespace countersign::scim {
namespace {

namespace json = boost::json;

using What = Change::What;

json::string_view key(std::string_view text) { return {text.data(), text.size()}; }

const json::value* value_in(const json::object* object, std::string_view name) {
  return object == nullptr ? nullptr : object->if_contains(key(name));
}

bool same(const json::value* a, const json::value* b) {
  return a == nullptr || b == nullptr ? a == b : *a == *b;
}

const json::object* extension_of(const json::object& document) {
  const auto* value = document.if_contains(key(kEnterpriseSchema));
  return value == nullptr ? nullptr : value->if_object();
}

std::vector<std::string> changed_attributes(Kind kind, const json::object& before,
                                            const json::object& after) {
  std::vector<std::string> out;
  const auto compare = [&](const json::object* a, const json::object* b, const AttributePath& path) {
    if (!same(value_in(a, path.attribute->name), value_in(b, path.attribute->name)))
      out.push_back(to_string(path));
  };
  compare(&before, &after, {false, find(shared_attributes(), "externalId"), nullptr});
  for (const auto& attribute : core_schema(kind).attributes) {
    if (attribute.mutability == Mutability::read_only || attribute.name == "active" ||
        attribute.name == "members")
      continue;
    compare(&before, &after, {false, &attribute, nullptr});
  }
  if (const auto* extension = extension_schema(kind)) {
    for (const auto& attribute : extension->attributes)
      compare(extension_of(before), extension_of(after), {true, &attribute, nullptr});
  }
  return out;
}

void add_members(const json::object* present, const json::object* absent, What what, std::string_view group,
                 std::vector<Change>& out) {
  if (present == nullptr) return;
  std::unordered_set<std::string_view> others;
  if (absent != nullptr) {
    const auto members = members_of(*absent);
    others.insert(members.begin(), members.end());
  }
  for (const auto member : members_of(*present)) {
    if (!others.contains(member)) out.push_back({what, Kind::user, std::string(member), std::string(group)});
  }
}

}  // namespace

std::vector<Change> changes_between(Kind kind, const json::object* before, const json::object* after) {
  std::vector<Change> out;
  const auto& present = after == nullptr ? *before : *after;
  const auto id = text_at(present, "id");
  const auto add = [&](What what, std::vector<std::string> attributes) {
    out.push_back({what, kind, std::string(id), {}, std::move(attributes), present});
  };
  if (before == nullptr) {
    add(What::created, {});
  } else if (after == nullptr) {
    add(What::deleted, {});
  } else {
    if (kind == Kind::user && is_active(*before) != is_active(*after))
      add(is_active(*after) ? What::reactivated : What::deactivated, {});
    if (auto attributes = changed_attributes(kind, *before, *after); !attributes.empty())
      add(What::changed, std::move(attributes));
  }
  if (kind == Kind::group) {
    add_members(before, after, What::member_removed, id, out);
    add_members(after, before, What::member_added, id, out);
  }
  return out;
}

}  // namespace countersign::scim
