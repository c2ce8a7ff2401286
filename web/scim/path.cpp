#include "web/scim/path.h"

#include <algorithm>

namespace countersign::scim {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_name_character(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

/// ATTRNAME of RFC 7643 section 2.1, and `$ref`.
bool is_name(std::string_view text) {
  if (text.starts_with('$')) text.remove_prefix(1);
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_name_character);
}

NamedPath named_in(std::span<const Attribute> attributes, bool extension, std::string_view name,
                   std::string_view sub) {
  const auto* attribute = find(attributes, name);
  if (attribute == nullptr) return {};
  if (sub.empty()) return {Known::kept, {extension, attribute, nullptr}};
  const auto* part = find(attribute->subs, sub);
  if (part == nullptr) return {};
  return {Known::kept, {extension, attribute, part}};
}

}  // namespace

std::size_t path_length(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), [](char c) {
    return is_name_character(c) || c == ':' || c == '.' || c == '$';
  });
  return static_cast<std::size_t>(end - text.begin());
}

std::optional<NamedPath> read_path(Kind kind, std::string_view text) {
  const auto* extension = extension_schema(kind);
  if (extension != nullptr && same_folded(text, extension->urn))
    return NamedPath{Known::kept, {true, nullptr, nullptr}};
  std::string_view urn;
  if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
    urn = text.substr(0, colon);
    text.remove_prefix(colon + 1);
    if (!same_folded(urn.substr(0, 4), "urn:")) return std::nullopt;
  }
  const auto dot = text.find('.');
  const auto name = text.substr(0, dot);
  const auto sub = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  if (!is_name(name) || (dot != std::string_view::npos && !is_name(sub))) return std::nullopt;

  if (urn.empty() || same_folded(urn, core_schema(kind).urn)) {
    if (is_disregarded(kind, name)) return NamedPath{Known::disregarded};
    const auto found = find_core(kind, name);
    if (found != nullptr) {
      const bool shared = find(core_schema(kind).attributes, name) == nullptr;
      return named_in(shared ? shared_attributes() : core_schema(kind).attributes, false, name, sub);
    }
    if (!urn.empty() || extension == nullptr) return NamedPath{};
    return named_in(extension->attributes, true, name, sub);
  }
  if (extension != nullptr && same_folded(urn, extension->urn))
    return named_in(extension->attributes, true, name, sub);
  return NamedPath{};
}

std::string to_string(const AttributePath& path) {
  std::string out;
  if (path.extension) out.append(kEnterpriseSchema);
  if (path.attribute == nullptr) return out;
  if (path.extension) out.push_back(':');
  return out.append(path.attribute->name);
}

}  // namespace countersign::scim
