#include "web/scim/selection.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::scim {
namespace {

namespace json = boost::json;

std::string_view name_of(const json::key_value_pair& member) {
  return {member.key().data(), member.key().size()};
}

bool is_empty_object(const json::value& value) { return value.is_object() && value.get_object().empty(); }

/// The value with those sub-attributes that `shows` says; of several values, those of which something is
/// left.
template <class Shows>
json::value reduced(const Attribute& attribute, const json::value& value, const Shows& shows) {
  if (const auto* array = value.if_array()) {
    json::array out;
    for (const auto& element : *array) {
      auto left = reduced(attribute, element, shows);
      if (!is_empty_object(left)) out.push_back(std::move(left));
    }
    return out;
  }
  if (!value.is_object()) return value;
  json::object out;
  for (const auto& member : value.get_object()) {
    const auto* sub = find(attribute.subs, name_of(member));
    if (sub != nullptr && shows(sub)) out.emplace(member.key(), member.value());
  }
  return out;
}

bool is_empty(const json::value& value) {
  return value.is_array() ? value.get_array().empty() : is_empty_object(value);
}

}  // namespace

Outcome<Selection> Selection::parse(Kind kind, std::string_view attributes, std::string_view excluded) {
  Selection out;
  if (!attributes.empty() && !excluded.empty())
    return refuse(ScimType::invalid_value, "attributes and excludedAttributes exclude each other");
  if (attributes.empty() && excluded.empty()) return out;
  out.mode_ = excluded.empty() ? Mode::only : Mode::without;
  auto rest = excluded.empty() ? attributes : excluded;
  for (std::size_t names = 1;; ++names) {
    if (names > kSelectedMax)
      return refuse(ScimType::invalid_value, fmt::format("at most {} attributes can be named", kSelectedMax));
    const auto comma = std::min(rest.find(','), rest.size());
    auto name = rest.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const auto path = read_path(kind, name);
    if (path && path->known == Known::kept) out.named_.push_back(path->path);
    if (comma == rest.size()) return out;
    rest.remove_prefix(comma + 1);
  }
}

/// Whether it is shown as a whole, or for a sub-attribute, by itself.
bool Selection::shows(const AttributePath& path) const {
  const bool named = std::find(named_.begin(), named_.end(), path) != named_.end();
  return mode_ == Mode::only ? named : !named;
}

json::object Selection::shown(Kind kind, const json::object& from, bool extension) const {
  json::object out;
  for (const auto& member : from) {
    const auto name = name_of(member);
    const auto* attribute =
        extension ? find(extension_schema(kind)->attributes, name) : find_core(kind, name);
    if (attribute == nullptr) continue;
    const bool whole = attribute->always_returned || shows({extension, attribute, nullptr});
    if (whole && mode_ == Mode::only) {
      out.emplace(member.key(), member.value());
    } else if (whole || mode_ == Mode::only) {
      auto value = reduced(*attribute, member.value(), [&](const Attribute* sub) {
        return shows({extension, attribute, sub});
      });
      if (whole || (!attribute->subs.empty() && !is_empty(value)))
        out.emplace(member.key(), std::move(value));
    }
  }
  return out;
}

json::object Selection::apply(Kind kind, const json::object& resource) const {
  if (mode_ == Mode::all) return resource;
  auto out = shown(kind, resource, false);
  const auto* extension = extension_schema(kind);
  if (extension == nullptr) return out;
  const json::string_view urn(extension->urn.data(), extension->urn.size());
  const auto* inner = resource.if_contains(urn);
  if (inner == nullptr) return out;
  const bool whole = shows({true, nullptr, nullptr});
  if (mode_ == Mode::without && !whole) return out;
  auto part = mode_ == Mode::only && whole ? inner->get_object() : shown(kind, inner->get_object(), true);
  if (!part.empty()) out.emplace(urn, std::move(part));
  return out;
}

}  // namespace countersign::scim
