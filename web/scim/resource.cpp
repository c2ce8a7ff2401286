#include "web/scim/resource.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "web/scim/message.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace countersign::scim {
namespace {

namespace json = boost::json;

json::string_view key(std::string_view text) { return {text.data(), text.size()}; }

std::string_view text_of(const json::value& value) {
  return {value.get_string().data(), value.get_string().size()};
}

std::string_view name_of(const json::key_value_pair& member) {
  return {member.key().data(), member.key().size()};
}

auto refuse_value(const Attribute& attribute, std::string_view what) {
  return refuse(ScimType::invalid_value, fmt::format("{} must be {}", attribute.name, what));
}

Outcome<json::value> read_simple(const Attribute& attribute, const json::value& sent) {
  if (sent.is_null()) return json::value();
  if (attribute.type == Type::boolean) {
    if (sent.is_bool()) return json::value(sent.get_bool());
    if (sent.is_string() && same_folded(text_of(sent), "true")) return json::value(true);
    if (sent.is_string() && same_folded(text_of(sent), "false")) return json::value(false);
    return refuse_value(attribute, "true or false");
  }
  if (!sent.is_string()) return refuse_value(attribute, "a text");
  const auto text = text_of(sent);
  const bool controlled = std::any_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
  if (text.size() > kTextBytesMax || controlled)
    return refuse_value(attribute,
                        fmt::format("a text of at most {} bytes without control characters", kTextBytesMax));
  return json::value(json::string_view(text.data(), text.size()));
}

Outcome<json::value> read_complex(const Attribute& attribute, const json::value& sent) {
  if (sent.is_null()) return json::value();
  json::object out;
  if (sent.is_string()) {
    const auto* value = find(attribute.subs, "value");
    if (value == nullptr) return refuse_value(attribute, "an object");
    auto read = read_simple(*value, sent);
    if (!read) return tl::unexpected(read.error());
    out.emplace("value", std::move(*read));
    return json::value(std::move(out));
  }
  if (!sent.is_object()) return refuse_value(attribute, "an object");
  for (const auto& member : sent.get_object()) {
    const auto* sub = find(attribute.subs, name_of(member));
    // The address of a resource follows from its identifier, whatever was sent.
    if (sub == nullptr || sub->mutability == Mutability::read_only || sub->name == "$ref") continue;
    auto value = read_simple(*sub, member.value());
    if (!value) return tl::unexpected(value.error());
    if (!out.emplace(key(sub->name), std::move(*value)).second)
      return refuse_value(attribute, fmt::format("an object that has {} once", sub->name));
  }
  for (const auto& sub : attribute.subs) {
    const auto* value = out.if_contains(key(sub.name));
    if (value != nullptr && value->is_null() && sub.name != "value") out.erase(key(sub.name));
  }
  return json::value(in_order(attribute, out));
}

/// One of several values. Null where its `value` is nothing, as a client writes it that has none.
Outcome<json::value> read_element(const Attribute& attribute, const json::value& sent) {
  auto read = read_complex(attribute, sent);
  if (!read || read->is_null()) return read;
  auto& object = read->get_object();
  const auto* value = object.if_contains("value");
  if (value == nullptr) return refuse_value(attribute, "objects with a value");
  if (value->is_null() || text_of(*value).empty()) return json::value();
  if (attribute.name == "members") {
    const auto* type = object.if_contains("type");
    if (type != nullptr && !same_folded(text_of(*type), "User"))
      return refuse_value(attribute, "users: groups hold no groups");
    object.erase("type");
  }
  return read;
}

Outcome<json::value> read_several(const Attribute& attribute, const json::value& sent) {
  const auto max = attribute.name == "members" ? kMembersMax : kValuesMax;
  json::array one;
  if (!sent.is_array()) one.push_back(sent);
  const auto& array = sent.is_array() ? sent.get_array() : one;
  if (array.size() > max) return refuse_value(attribute, fmt::format("at most {} values", max));
  json::array out;
  std::unordered_set<std::string> seen;
  std::size_t primary = 0;
  for (const auto& element : array) {
    auto read = read_element(attribute, element);
    if (!read) return read;
    if (read->is_null() || !seen.insert(json::serialize(*read)).second) continue;
    const auto* flag = read->get_object().if_contains("primary");
    primary += flag != nullptr && flag->get_bool() ? 1 : 0;
    out.push_back(std::move(*read));
  }
  if (primary > 1) return refuse_value(attribute, "values of which one at most is primary");
  if (out.empty()) return json::value();
  return json::value(std::move(out));
}

Outcome<void> read_members(std::span<const Attribute> attributes, const json::object& sent,
                           json::object& out) {
  std::unordered_set<const Attribute*> seen;
  for (const auto& member : sent) {
    const auto* attribute = find(attributes, name_of(member));
    if (attribute == nullptr || attribute->mutability == Mutability::read_only) continue;
    if (!seen.insert(attribute).second)
      return refuse(ScimType::invalid_value, fmt::format("{} stands twice", attribute->name));
    auto value = read_value(*attribute, member.value());
    if (!value) return tl::unexpected(value.error());
    if (!value->is_null()) out.insert_or_assign(key(attribute->name), std::move(*value));
  }
  return {};
}

json::value arranged_value(const Attribute& attribute, const json::value& value) {
  if (const auto* array = value.if_array()) {
    json::array out;
    out.reserve(array->size());
    for (const auto& element : *array) out.push_back(arranged_value(attribute, element));
    return out;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return json::value(value, json::storage_ptr());
  return in_order(attribute, *object);
}

void arrange(std::span<const Attribute> attributes, const json::object& from, json::object& out) {
  for (const auto& attribute : attributes) {
    const auto* value = from.if_contains(key(attribute.name));
    if (value != nullptr && !value->is_null())
      out.emplace(key(attribute.name), arranged_value(attribute, *value));
  }
}

}  // namespace

Outcome<json::value> read_value(const Attribute& attribute, const json::value& sent) {
  if (attribute.multi_valued) return read_several(attribute, sent);
  if (attribute.type != Type::complex) return read_simple(attribute, sent);
  const auto* array = sent.if_array();
  if (array != nullptr && array->size() > 1) return refuse_value(attribute, "one object");
  if (array != nullptr && array->empty()) return json::value();
  auto read = read_complex(attribute, array == nullptr ? sent : array->front());
  if (!read || read->is_null()) return read;
  auto& object = read->get_object();
  if (const auto* value = object.if_contains("value"); value != nullptr && value->is_null())
    object.erase("value");
  if (object.empty()) return json::value();
  return read;
}

Outcome<json::object> read_resource(Kind kind, const json::value& sent) {
  const auto& core = core_schema(kind);
  if (!is_message(sent, core.urn))
    return refuse(ScimType::invalid_syntax,
                  fmt::format("the body must be an object whose schemas name {}", core.urn));
  json::object out;
  const auto& members = sent.get_object();
  if (auto read = read_members(core.attributes, members, out); !read) return tl::unexpected(read.error());
  if (auto read = read_members(shared_attributes(), members, out); !read) return tl::unexpected(read.error());
  if (const auto* extension = extension_schema(kind)) {
    json::object inner;
    for (const auto& member : members) {
      if (!same_folded(name_of(member), extension->urn) || member.value().is_null()) continue;
      if (!member.value().is_object())
        return refuse(ScimType::invalid_value, fmt::format("{} must be an object", extension->urn));
      auto read = read_members(extension->attributes, member.value().get_object(), inner);
      if (!read) return tl::unexpected(read.error());
    }
    if (!inner.empty()) out.emplace(key(extension->urn), std::move(inner));
  }
  if (const auto* missing = missing_attribute(kind, out))
    return refuse(ScimType::invalid_value, fmt::format("{} is required", missing->name));
  return arranged(kind, out);
}

json::object in_order(const Attribute& attribute, const json::object& value) {
  json::object out;
  for (const auto& sub : attribute.subs) {
    if (const auto* part = value.if_contains(key(sub.name))) out.emplace(key(sub.name), *part);
  }
  return out;
}

const Attribute* missing_attribute(Kind kind, const json::object& document) {
  for (const auto& attribute : core_schema(kind).attributes) {
    if (attribute.required && text_at(document, attribute.name).empty()) return &attribute;
  }
  return nullptr;
}

json::object arranged(Kind kind, const json::object& document) {
  json::object out;
  const auto* extension = extension_schema(kind);
  const auto* inner = extension == nullptr ? nullptr : document.if_contains(key(extension->urn));
  json::object extended;
  if (inner != nullptr) arrange(extension->attributes, inner->get_object(), extended);
  json::array schemas{key(core_schema(kind).urn)};
  if (!extended.empty()) schemas.emplace_back(key(extension->urn));
  out.emplace("schemas", std::move(schemas));
  for (const auto* name : {"id", "externalId"}) {
    const auto* value = document.if_contains(name);
    if (value != nullptr && !value->is_null()) out.emplace(name, *value);
  }
  arrange(core_schema(kind).attributes, document, out);
  if (!extended.empty()) out.emplace(key(extension->urn), std::move(extended));
  if (const auto* meta = document.if_contains("meta"))
    out.emplace("meta", arranged_value(*find(shared_attributes(), "meta"), *meta));
  return out;
}

bool is_active(const json::object& user) {
  const auto* active = user.if_contains("active");
  return active == nullptr || !active->is_bool() || active->get_bool();
}

std::string_view text_at(const json::object& document, std::string_view name) {
  const auto* value = document.if_contains(key(name));
  if (value == nullptr || !value->is_string()) return {};
  return text_of(*value);
}

std::vector<std::string_view> members_of(const json::object& group) {
  std::vector<std::string_view> out;
  const auto* members = group.if_contains("members");
  if (members == nullptr || !members->is_array()) return out;
  for (const auto& member : members->get_array()) out.push_back(text_at(member.as_object(), "value"));
  return out;
}

std::string entity_tag(const json::object& content) {
  const auto digest = crypto::sha256(json::serialize(content));
  return "W/\"" + base::to_hex(digest.view().first(16)) + "\"";
}

}  // namespace countersign::scim
