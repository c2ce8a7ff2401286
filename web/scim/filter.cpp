#include "web/scim/filter.h"

#include "web/scim/filter_node.h"

#include <algorithm>

namespace countersign::scim {
namespace {

namespace json = boost::json;

using What = FilterNode::What;

json::string_view key(std::string_view text) { return {text.data(), text.size()}; }

bool ordered(Comparison comparison, std::strong_ordering order) {
  switch (comparison) {
    case Comparison::gt:
      return order > 0;
    case Comparison::ge:
      return order >= 0;
    case Comparison::lt:
      return order < 0;
    case Comparison::le:
      return order <= 0;
    case Comparison::ne:
      return order != 0;
    default:
      return order == 0;
  }
}

bool compare_text(Comparison comparison, std::string_view value, std::string_view literal) {
  switch (comparison) {
    case Comparison::co:
      return value.find(literal) != std::string_view::npos;
    case Comparison::sw:
      return value.starts_with(literal);
    case Comparison::ew:
      return value.ends_with(literal);
    default:
      return ordered(comparison, value <=> literal);
  }
}

/// A value that is there against the literal. Of another type than the literal: unequal.
bool compare(const FilterNode& node, const Attribute& leaf, const json::value& value) {
  const bool ne = node.comparison == Comparison::ne;
  if (const auto* literal = std::get_if<bool>(&node.literal))
    return value.is_bool() && value.get_bool() == *literal ? !ne : ne;
  if (!value.is_string()) return ne;
  const std::string_view text(value.get_string().data(), value.get_string().size());
  if (const auto* literal = std::get_if<std::string>(&node.literal))
    return leaf.case_exact ? compare_text(node.comparison, text, *literal)
                           : compare_text(node.comparison, folded(text), *literal);
  if (const auto* literal = std::get_if<base::Timestamp>(&node.literal)) {
    const auto time = base::parse_rfc3339(text);
    return time ? ordered(node.comparison, *time <=> *literal) : ne;
  }
  return ne;  // null and numbers equal no text
}

/// The parts of `value` that a path leads to, one call each.
template <class Visit>
void each_leaf(const AttributePath& path, const json::value& value, const Visit& visit) {
  const auto visit_one = [&](const json::value& one) {
    if (path.attribute->type != Type::complex) return visit(one);
    const auto* object = one.if_object();
    const auto* leaf = leaf_of(path);
    const auto* part = object == nullptr || leaf == nullptr ? nullptr : object->if_contains(key(leaf->name));
    if (part != nullptr) visit(*part);
  };
  if (const auto* array = value.if_array()) {
    for (const auto& one : *array) visit_one(one);
  } else {
    visit_one(value);
  }
}

/// Where the attribute of a path stands, or null.
const json::value* value_at(const AttributePath& path, const json::object& scope) {
  const auto* object = &scope;
  if (path.extension) {
    const auto* extension = scope.if_contains(key(kEnterpriseSchema));
    object = extension == nullptr ? nullptr : extension->if_object();
  }
  if (object == nullptr || path.attribute == nullptr) return nullptr;
  return object->if_contains(key(path.attribute->name));
}

bool is_present(const AttributePath& path, const json::object& scope) {
  if (path.extension && path.attribute == nullptr) return scope.contains(key(kEnterpriseSchema));
  const auto* value = value_at(path, scope);
  if (value == nullptr || value->is_null()) return false;
  if (path.sub == nullptr) return !value->is_array() || !value->get_array().empty();
  bool present = false;
  each_leaf(path, *value, [&](const json::value&) { present = true; });
  return present;
}

bool holds_comparison(const FilterNode& node, const json::object& scope) {
  if (node.comparison == Comparison::pr) return is_present(node.path, scope);
  if (std::holds_alternative<std::nullptr_t>(node.literal))
    return is_present(node.path, scope) == (node.comparison == Comparison::ne);
  const auto* leaf = leaf_of(node.path);
  const auto* value = value_at(node.path, scope);
  bool any = false, fits = false;
  if (leaf != nullptr && value != nullptr) {
    each_leaf(node.path, *value, [&](const json::value& one) {
      any = true;
      fits = fits || compare(node, *leaf, one);
    });
  }
  return any ? fits : node.comparison == Comparison::ne;
}

bool holds_for_some(const FilterNode& node, const json::object& scope) {
  const auto* value = value_at(node.path, scope);
  if (value == nullptr) return false;
  const auto fits = [&](const json::value& one) {
    return one.is_object() && holds(node.children.front(), one.get_object());
  };
  const auto* array = value->if_array();
  return array == nullptr ? fits(*value) : std::any_of(array->begin(), array->end(), fits);
}

bool mentions(const FilterNode& node, std::string_view name) {
  if (node.path.attribute != nullptr && node.path.attribute->name == name) return true;
  return std::any_of(node.children.begin(), node.children.end(),
                     [&](const FilterNode& child) { return mentions(child, name); });
}

std::optional<IndexTerm> index_term_of(const FilterNode& node) {
  if (node.what == What::all_of) {
    for (const auto& child : node.children) {
      if (auto term = index_term_of(child)) return term;
    }
    return std::nullopt;
  }
  const auto& path = node.path;
  if (node.what != What::comparison || node.comparison != Comparison::eq || path.extension ||
      path.attribute == nullptr || !std::holds_alternative<std::string>(node.literal))
    return std::nullopt;
  static const Attribute* const kGroupName = find_core(Kind::group, "displayName");
  const auto name = path.attribute->name;
  std::optional<Index> index;
  if (name == "id") index = Index::id;
  if (name == "userName") index = Index::user_name;
  if (name == "externalId") index = Index::external_id;
  if (path.attribute == kGroupName) index = Index::display_name;
  if (!index) return std::nullopt;
  return IndexTerm{*index, index_key(*index, node.spelt)};
}

bool add_equalities(const FilterNode& node, json::object& out) {
  if (node.what == What::all_of) {
    return std::all_of(node.children.begin(), node.children.end(),
                       [&](const FilterNode& child) { return add_equalities(child, out); });
  }
  if (node.what != What::comparison || node.comparison != Comparison::eq || node.path.attribute == nullptr)
    return false;
  const auto name = key(node.path.attribute->name);
  if (out.contains(name)) return false;
  if (const auto* flag = std::get_if<bool>(&node.literal)) {
    out.emplace(name, *flag);
  } else if (std::holds_alternative<std::string>(node.literal)) {
    out.emplace(name, node.spelt);
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string index_key(Index index, std::string_view value) {
  return index == Index::user_name || index == Index::display_name ? folded(value) : std::string(value);
}

bool holds(const FilterNode& node, const json::object& scope) {
  const auto holds_child = [&](const FilterNode& child) { return holds(child, scope); };
  switch (node.what) {
    case What::all_of:
      return std::all_of(node.children.begin(), node.children.end(), holds_child);
    case What::any_of:
      return std::any_of(node.children.begin(), node.children.end(), holds_child);
    case What::negation:
      return !holds(node.children.front(), scope);
    case What::value_path:
      return holds_for_some(node, scope);
    case What::comparison:
      return holds_comparison(node, scope);
  }
  return false;
}

bool Filter::matches(const json::object& resource) const { return holds(*root_, resource); }

std::optional<IndexTerm> Filter::index_term() const { return index_term_of(*root_); }

bool Filter::asks_for_groups() const { return mentions(*root_, "groups"); }

bool ValueFilter::matches(const json::object& value) const { return holds(*root_, value); }

std::optional<json::object> ValueFilter::example() const {
  json::object out;
  if (!add_equalities(*root_, out)) return std::nullopt;
  return out;
}

Outcome<PatchPath> read_patch_path(Kind kind, std::string_view text) {
  constexpr std::string_view kForm = "a path is name, name.sub, name[filter] or name[filter].sub";
  if (text.size() > kFilterBytesMax) return refuse(ScimType::invalid_path, "a path is too long");
  const auto name = text.substr(0, path_length(text));
  const auto named = read_path(kind, name);
  if (!named) return refuse(ScimType::invalid_path, std::string(kForm));
  text.remove_prefix(name.size());
  PatchPath out{named->known, named->path};
  if (text.empty()) return out;
  const auto* attribute = out.path.attribute;
  const bool filterable = out.known != Known::kept || (attribute != nullptr && attribute->multi_valued &&
                                                       !attribute->subs.empty() && out.path.sub == nullptr);
  if (!text.starts_with('[') || !filterable)
    return refuse(ScimType::invalid_path, std::string(kForm) + ", with a filter for several values only");
  text.remove_prefix(1);
  auto root = parse_value_filter(kind, attribute, text);
  if (root == nullptr)
    return refuse(ScimType::invalid_filter,
                  "what stands in the brackets of a path is not a filter of values");
  out.filter.emplace(std::move(root));
  if (text.empty()) return out;
  const bool dotted = text.starts_with('.');
  text.remove_prefix(1);
  if (!dotted || path_length(text) != text.size() || text.find_first_of(".:") != std::string_view::npos ||
      !read_path(kind, text))
    return refuse(ScimType::invalid_path, std::string(kForm));
  if (out.known != Known::kept) return out;
  out.path.sub = find(attribute->subs, text);
  if (out.path.sub == nullptr) out.known = Known::no;
  return out;
}

}  // namespace countersign::scim
