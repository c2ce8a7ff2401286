#include "web/provisioning/names.h"

#include "ledger/record/event_schema.h"
#include "web/scim/resource.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace countersign::provisioning {
namespace {

namespace json = boost::json;

/// The members that name one person.
constexpr const char* kNames[] = {"id", "email", "phone"};

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xC0') != '\x80'; }));
}

/// Whether a value fits into a member of an event: one that identifies is never cut.
bool fits(record::Field field, std::string_view text) {
  return !text.empty() && characters_of(text) <= record::kEventFields[field].max;
}

void set(json::object& actor, record::Field field, std::string_view text) {
  if (fits(field, text)) actor[view(record::kEventFields[field].name)] = view(text);
}

bool is_true(const json::object& value, const char* name) {
  const auto* found = value.if_contains(name);
  return found != nullptr && found->is_bool() && found->get_bool();
}

/// The primary e-mail address, or else the first.
std::string_view main_address(const json::object& user) {
  const auto* values = user.if_contains("emails");
  if (values == nullptr || !values->is_array()) return {};
  std::string_view first;
  for (const auto& value : values->get_array()) {
    if (!value.is_object()) continue;
    const auto text = scim::text_at(value.get_object(), "value");
    if (is_true(value.get_object(), "primary")) return text;
    if (first.empty()) first = text;
  }
  return first;
}

/// The first mobile number. Others may be an office's, and would make one person of all who sit there.
std::string_view mobile_number(const json::object& user) {
  const auto* values = user.if_contains("phoneNumbers");
  if (values == nullptr || !values->is_array()) return {};
  for (const auto& value : values->get_array()) {
    if (value.is_object() && scim::same_folded(scim::text_at(value.get_object(), "type"), "mobile"))
      return scim::text_at(value.get_object(), "value");
  }
  return {};
}

std::string shown_name(const json::object& user) {
  if (const auto name = scim::text_at(user, "displayName"); !name.empty()) return std::string(name);
  const auto* name = user.if_contains("name");
  if (name == nullptr || !name->is_object()) return {};
  if (const auto whole = scim::text_at(name->get_object(), "formatted"); !whole.empty())
    return std::string(whole);
  const auto given = scim::text_at(name->get_object(), "givenName");
  const auto family = scim::text_at(name->get_object(), "familyName");
  return fmt::format("{}{}{}", given, given.empty() || family.empty() ? "" : " ", family);
}

bool same(const json::object& one, const json::object& other, const char* name) {
  const auto *left = one.if_contains(name), *right = other.if_contains(name);
  return left != nullptr && right != nullptr && *left == *right;
}

}  // namespace

json::object actor_of(const json::object& user) {
  json::object actor;
  const auto user_name = scim::text_at(user, "userName");
  const bool is_address = user_name.find('@') != std::string_view::npos;
  set(actor, record::kActorId, scim::text_at(user, "externalId"));
  if (!actor.contains("id") && !is_address) set(actor, record::kActorId, user_name);
  if (is_address) set(actor, record::kActorEmail, user_name);
  if (!actor.contains("email")) set(actor, record::kActorEmail, main_address(user));
  set(actor, record::kActorPhone, mobile_number(user));
  if (!actor.contains("id") && !actor.contains("email") && !actor.contains("phone"))
    set(actor, record::kActorId, scim::text_at(user, "id"));
  set(actor, record::kActorName, shown_name(user));
  return actor;
}

std::string_view other_address(const json::object& user) {
  const auto address = main_address(user);
  const auto actor = actor_of(user);
  if (!fits(record::kActorEmail, address) || scim::text_at(actor, "email") == address) return {};
  return address;
}

bool has_new_name(const json::object& before, const json::object& after) {
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](const char* name) { return after.contains(name) && !same(before, after, name); });
}

std::optional<Link> link_between(const json::object& before, const json::object& after,
                                 std::string_view resource_id) {
  for (const char* name : kNames) {
    if (same(before, after, name)) return std::nullopt;
  }
  for (const char* old : kNames) {
    for (const char* now : kNames) {
      if (old != now && before.contains(old) && after.contains(now))
        return Link{{{old, before.at(old)}, {now, after.at(now)}}};
    }
  }
  for (const char* name : {"email", "phone"}) {
    if (before.contains(name) && after.contains(name))
      return Link{{{"id", view(resource_id)}, {name, before.at(name)}},
                  json::object{{"id", view(resource_id)}, {name, after.at(name)}}};
  }
  return std::nullopt;
}

}  // namespace countersign::provisioning
