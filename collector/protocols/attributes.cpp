#include "collector/protocols/attributes.h"

#include "ledger/record/event_schema.h"

#include <algorithm>
#include <array>

namespace countersign::protocols {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownMax = 200;

/// https://opentelemetry.io/docs/specs/semconv/registry/attributes/code/, with the names it had before.
constexpr std::array<std::string_view, 10> kCodePlaces{
    "code.function",    "code.function.name", "code.filepath",      "code.file.path", "code.lineno",
    "code.line.number", "code.column",        "code.column.number", "code.namespace", "code.stacktrace"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

/// The part of a dotted name that names a secret, with its place; empty where none does.
std::string_view secret_in(std::string_view name) {
  if (std::find(kCodePlaces.begin(), kCodePlaces.end(), name) != kCodePlaces.end()) return {};
  std::size_t begin = 0;
  while (begin <= name.size()) {
    const auto end = std::min(name.find('.', begin), name.size());
    const auto part = name.substr(begin, end - begin);
    if (record::names_a_secret(part)) return part;
    begin = end + 1;
  }
  return {};
}

json::value made_fit(const json::value& value) {
  if (value.is_array()) {
    json::array out;
    out.reserve(value.get_array().size());
    for (const auto& element : value.get_array()) out.push_back(made_fit(element));
    return out;
  }
  if (!value.is_object()) return value;
  json::object out;
  for (const auto& member : value.get_object()) add_attribute(out, view(member.key()), member.value());
  return out;
}

void add_secret(json::object& into, std::string_view name, std::string_view secret) {
  // What it is worth is never stored, so it need not be carried along.
  const json::value removed = "removed";
  const auto prefix_size = static_cast<std::size_t>(secret.data() - name.data());
  if (prefix_size > 1) {
    auto& outer = into[view(name.substr(0, prefix_size - 1))];
    if (outer.is_null()) outer.emplace_object();
    if (outer.is_object()) {
      outer.get_object()[view(secret)] = removed;
      return;
    }
  }
  into[view(secret)] = removed;
}

}  // namespace

std::string attribute_name(std::string_view name) {
  std::string out(name.substr(0, record::kAttributeNameMax));
  for (char& c : out) {
    if (!is_letter(c) && !is_digit(c) && c != '_' && c != '.' && c != '-') c = '_';
  }
  if (!out.empty() && (is_letter(out.front()) || out.front() == '_')) return out;
  if (out.size() == record::kAttributeNameMax) out.pop_back();
  return "_" + out;
}

void add_attribute(json::object& into, std::string_view name, const json::value& value) {
  std::string fit = attribute_name(name);
  if (const auto secret = secret_in(fit); !secret.empty() && !record::names_a_secret(fit))
    return add_secret(into, fit, secret);
  while (into.contains(fit) && fit.size() < record::kAttributeNameMax) fit.push_back('_');
  if (!into.contains(fit)) into[fit] = made_fit(value);
}

std::size_t count_values(const json::value& value) {
  std::size_t count = 0;
  if (value.is_array()) {
    for (const auto& element : value.get_array()) count += count_values(element);
    return count;
  }
  if (!value.is_object()) return 1;
  for (const auto& member : value.get_object()) count += count_values(member.value());
  return count;
}

std::string shown_path(std::string_view path) {
  std::string out(path.substr(0, kShownMax));
  for (char& c : out) {
    const bool plain =
        is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-' || c == '[' || c == ']';
    if (!plain) c = '?';
  }
  return out;
}

}  // namespace countersign::protocols
