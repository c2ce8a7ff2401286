#include "web/scim/representation.h"

#include "web/scim/resource.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace countersign::scim {
namespace {

namespace json = boost::json;

/// Completes each value of `members` or `groups` with the address of what it names, and its `type`.
void complete_references(json::object& content, std::string_view name, std::string_view endpoint_url,
                         std::string_view type) {
  auto* values = content.if_contains(json::string_view(name.data(), name.size()));
  if (values == nullptr || !values->is_array()) return;
  for (auto& value : values->get_array()) {
    auto& object = value.get_object();
    object["$ref"] = fmt::format("{}/{}", endpoint_url, text_at(object, "value"));
    object["type"] = json::string_view(type.data(), type.size());
  }
}

}  // namespace

Outcome<json::object> with_groups(const json::object& user, Store& store) {
  const auto groups = store.groups_of(text_at(user, "id"));
  if (!groups) return tl::unexpected(refusal_of(groups.error()));
  json::array values;
  for (const auto& group : *groups)
    values.push_back(json::object{{"value", group.id}, {"display", group.display_name}});
  json::object out = user;
  out["groups"] = std::move(values);
  return out;
}

Outcome<Representation> represent(Kind kind, const json::object& document, Store& store,
                                  std::string_view base_url) {
  auto content = document;
  if (kind == Kind::user) {
    auto with = with_groups(document, store);
    if (!with) return tl::unexpected(with.error());
    content = std::move(*with);
  }
  Representation out;
  out.tag = entity_tag(content);
  out.location = fmt::format("{}{}/{}", base_url, endpoint_of(kind), text_at(document, "id"));
  complete_references(content, "members", fmt::format("{}{}", base_url, endpoint_of(Kind::user)), "User");
  complete_references(content, "groups", fmt::format("{}{}", base_url, endpoint_of(Kind::group)), "direct");
  auto& meta = content["meta"];
  if (!meta.is_object()) meta.emplace_object();
  meta.get_object()["location"] = out.location;
  meta.get_object()["version"] = out.tag;
  out.content = arranged(kind, content);
  return out;
}

bool names_tag(std::string_view field, std::string_view tag) {
  const auto opaque = [](std::string_view one) { return one.starts_with("W/") ? one.substr(2) : one; };
  while (!field.empty()) {
    if (field.front() == ' ' || field.front() == '\t' || field.front() == ',') {
      field.remove_prefix(1);
      continue;
    }
    if (field.front() == '*') return true;
    const auto open = field.starts_with("W/") ? std::size_t{2} : std::size_t{0};
    const auto close =
        field.size() > open && field[open] == '"' ? field.find('"', open + 1) : std::string_view::npos;
    if (close == std::string_view::npos) return false;
    if (opaque(field.substr(0, close + 1)) == opaque(tag)) return true;
    field.remove_prefix(close + 1);
  }
  return false;
}

}  // namespace countersign::scim
