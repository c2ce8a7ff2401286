#include "collector/mapping/mapping.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace countersign::mapping {
namespace {

namespace json = boost::json;

using record::FieldType;

std::string path_of(const record::EventField& field) {
  return field.object.empty() ? std::string(field.name) : fmt::format("{}.{}", field.object, field.name);
}

/// A cell as text; empty where there is none.
std::string text_of(const Row& row, std::string_view column) {
  const auto* cell = row.if_contains(json::string_view(column.data(), column.size()));
  if (cell == nullptr || cell->is_null()) return {};
  return cell->is_string() ? std::string(cell->get_string()) : json::serialize(*cell);
}

/// The value of a member of that type, or nothing where the text is none.
std::optional<json::value> typed(const std::string& text, FieldType type) {
  if (type == FieldType::integer) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return json::value(number);
  }
  if (type == FieldType::boolean) {
    std::string lower(text);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    if (lower == "true" || lower == "1" || lower == "yes" || lower == "t" || lower == "y")
      return json::value(true);
    if (lower == "false" || lower == "0" || lower == "no" || lower == "f" || lower == "n")
      return json::value(false);
    return std::nullopt;
  }
  return json::value(text);
}

void put(json::object& event, const record::EventField& field, json::value value) {
  const auto name = [](std::string_view text) { return json::string_view(text.data(), text.size()); };
  if (field.object.empty()) {
    event[name(field.name)] = std::move(value);
    return;
  }
  auto& object = event[name(field.object)];
  if (!object.is_object()) object.emplace_object();
  object.get_object()[name(field.name)] = std::move(value);
}

/// A column's name as an attribute's (record::prepare_event's rule).
std::string attribute_name(std::string_view column) {
  std::string out;
  for (const char c : column.substr(0, record::kAttributeNameMax)) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '.' || c == '-';
    out.push_back(good ? c : '_');
  }
  const bool letter =
      !out.empty() && (out[0] == '_' || (out[0] | 0x20) >= 'a') && (out[0] < '0' || out[0] > '9');
  return letter ? out : ("_" + out).substr(0, record::kAttributeNameMax);
}

bool is_secret(std::string_view column) {
  return record::names_a_secret(column) || record::names_a_secret(column.substr(column.rfind('.') + 1));
}

void flatten(const std::string& prefix, const json::object& object, Row& out) {
  for (const auto& member : object) {
    const std::string path = prefix + std::string(member.key());
    if (member.value().is_object()) {
      flatten(path + ".", member.value().get_object(), out);
    } else {
      out[path] = member.value();
    }
  }
}

}  // namespace

Row flattened(const json::object& object) {
  Row out;
  flatten("", object, out);
  return out;
}

bool Mapping::is_skipped(const Row& row) const {
  return std::any_of(skips_.begin(), skips_.end(), [&](const Skip& skip) {
    return std::find(skip.in.begin(), skip.in.end(), text_of(row, skip.column)) != skip.in.end();
  });
}

bool Mapping::uses(std::string_view column) const {
  const auto in = [&](const std::vector<std::string>& all) {
    return std::find(all.begin(), all.end(), column) != all.end();
  };
  return std::any_of(members_.begin(), members_.end(),
                     [&](const Member& m) { return in(m.value.columns); }) ||
         std::any_of(skips_.begin(), skips_.end(), [&](const Skip& skip) { return skip.column == column; });
}

void Mapping::add_unmapped(const Row& row, json::object& event, record::Faults& faults) const {
  if (unmapped_ == Unmapped::drop) return;
  for (const auto& cell : row) {
    const std::string_view column(cell.key().data(), cell.key().size());
    if (uses(column) || is_secret(column) || text_of(row, column).empty()) continue;
    if (unmapped_ == Unmapped::refuse) {
      faults.push_back({std::string(column.substr(0, 64)),
                        "is not in the mapping; map it, or say unmapped = \"attributes\" or \"drop\""});
      continue;
    }
    auto& attributes = event["attributes"];
    if (!attributes.is_object()) attributes.emplace_object();
    attributes.get_object()[attribute_name(column)] = cell.value();
  }
}

tl::expected<std::optional<json::object>, record::Faults> Mapping::apply(const Row& row) const {
  if (is_skipped(row)) return std::optional<json::object>();
  json::object event;
  record::Faults faults;
  for (const auto& member : members_) {
    const auto& value = member.value;
    const std::string shown = value.columns.empty() ? std::string() : value.columns.front();
    std::string text = value.constant;
    if (value.hash) text = record::content_id(crypto::sha256(json::serialize(row)));
    for (std::size_t i = 0; i < value.columns.size(); ++i)
      text += (i == 0 ? "" : "/") + text_of(row, value.columns[i]);
    if (!value.values.empty()) {
      const auto found = value.values.find(text);
      if (found == value.values.end() && !value.otherwise) {
        faults.push_back(
            {shown, "holds a value that the mapping's `map` does not name, and there is no `default`"});
        continue;
      }
      text = found == value.values.end() ? *value.otherwise : found->second;
    }
    if (text.empty()) continue;
    if (member.field == nullptr) {
      auto& attributes = event["attributes"];
      if (!attributes.is_object()) attributes.emplace_object();
      attributes.get_object()[member.name] = text;
      continue;
    }
    if (member.field->type == FieldType::time && value.time != "") {
      const auto time = time_of(text, value.time, value.zone);
      if (!time) {
        faults.push_back({shown, fmt::format("is no time of the form {}", value.time)});
        continue;
      }
      text = *time;
    }
    auto made = typed(text, member.field->type);
    if (!made) {
      faults.push_back({shown, fmt::format("cannot be {}", path_of(*member.field))});
      continue;
    }
    put(event, *member.field, std::move(*made));
  }
  add_unmapped(row, event, faults);
  if (!faults.empty()) return tl::unexpected(std::move(faults));
  return std::optional(std::move(event));
}

}  // namespace countersign::mapping
