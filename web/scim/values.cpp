#include "web/scim/values.h"

#include "web/scim/resource.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace countersign::scim {
namespace {

namespace json = boost::json;

json::string_view key(std::string_view text) { return {text.data(), text.size()}; }

bool is_primary(const json::value& element) {
  const auto* flag = element.get_object().if_contains("primary");
  return flag != nullptr && flag->is_bool() && flag->get_bool();
}

/// What makes two values the same one: what it is, and what it is for.
std::string identity_of(const Attribute& attribute, const json::value& element) {
  const auto& object = element.get_object();
  const auto* sub = find(attribute.subs, "value");
  const auto value = text_at(object, "value");
  std::string out = sub->case_exact ? std::string(value) : folded(value);
  out.push_back('\0');
  return out.append(folded(text_at(object, "type")));
}

/// Reads one value as it shall stand; null where nothing is left of it.
Outcome<json::value> read_one(const Attribute& attribute, json::value candidate) {
  auto read = read_value(attribute, json::array{std::move(candidate)});
  if (!read || read->is_null()) return read;
  return std::move(read->get_array().front());
}

/// Makes the values that an operation has written the only ones that may be primary (RFC 7644 section 3.5.2).
Outcome<void> settle_primary(const Attribute& attribute, json::array& values,
                             const std::vector<bool>& written) {
  std::size_t primary = 0;
  for (std::size_t i = 0; i < values.size(); ++i) primary += written[i] && is_primary(values[i]) ? 1 : 0;
  if (primary > 1)
    return refuse(ScimType::invalid_value, fmt::format("one of {} at most can be primary", attribute.name));
  if (primary == 0) return {};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!written[i] && is_primary(values[i])) values[i].get_object()["primary"] = false;
  }
  return {};
}

/// What was changed may now be what stands there already.
json::array without_repetitions(json::array values) {
  json::array out;
  std::unordered_set<std::string> seen;
  for (auto& value : values) {
    if (seen.insert(json::serialize(value)).second) out.push_back(std::move(value));
  }
  return out;
}

Outcome<void> add_values(const Attribute& attribute, json::array& values, const json::array& added) {
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < values.size(); ++i) known.emplace(identity_of(attribute, values[i]), i);
  std::vector<bool> written(values.size());
  for (const auto& element : added) {
    const auto [at, is_new] = known.emplace(identity_of(attribute, element), values.size());
    if (is_new) {
      values.push_back(element);
      written.push_back(true);
    } else {
      values[at->second] = merged(attribute, values[at->second].get_object(), element.get_object());
      written[at->second] = true;
    }
  }
  return settle_primary(attribute, values, written);
}

void remove_values(const Attribute& attribute, json::array& values, const json::array& gone) {
  // A client that names only the value means it whatever it is for.
  std::unordered_set<std::string> names;
  const auto name_of_value = [&](const json::value& element) {
    const auto identity = identity_of(attribute, element);
    return identity.substr(0, identity.find('\0'));
  };
  for (const auto& element : gone) names.insert(name_of_value(element));
  json::array kept;
  for (auto& element : values) {
    if (!names.contains(name_of_value(element))) kept.push_back(std::move(element));
  }
  values = std::move(kept);
}

/// What one value becomes, before it is read.
json::value candidate_of(Operation operation, const Attribute& attribute, const Attribute* sub,
                         const json::object& element, const json::value* sent) {
  json::object out = element;
  if (sub != nullptr) {
    if (operation == Operation::remove)
      out[key(sub->name)] = nullptr;
    else
      out[key(sub->name)] = *sent;
    return out;
  }
  if (operation == Operation::remove) return nullptr;
  const auto* one =
      sent->if_array() != nullptr && sent->get_array().size() == 1 ? &sent->get_array().front() : sent;
  if (operation == Operation::add && one->is_object()) return merged(attribute, out, one->get_object());
  return *one;
}

Outcome<void> add_selected(const Attribute& attribute, const Attribute* sub, const ValueFilter& filter,
                           json::array& values, const json::value& sent) {
  const auto example = filter.example();
  if (!example)
    return refuse(ScimType::no_target, fmt::format("no value of {} fits the filter", attribute.name));
  auto read = read_one(attribute, candidate_of(Operation::add, attribute, sub, *example, &sent));
  if (!read) return tl::unexpected(read.error());
  if (read->is_null()) return {};
  return add_values(attribute, values, json::array{std::move(*read)});
}

}  // namespace

json::object merged(const Attribute& attribute, const json::object& base, const json::object& sent) {
  json::object out = base;
  for (const auto& member : sent) {
    const auto* sub = find(attribute.subs, {member.key().data(), member.key().size()});
    if (sub != nullptr && sub->mutability != Mutability::read_only && sub->name != "$ref")
      out[key(sub->name)] = member.value();
  }
  return in_order(attribute, out);
}

Outcome<void> change_values(Operation operation, const Attribute& attribute, json::array& values,
                            const json::value* sent) {
  if (sent == nullptr) {
    values.clear();
    return {};
  }
  auto read = read_value(attribute, *sent);
  if (!read) return tl::unexpected(read.error());
  const auto none = json::array();
  const auto& array = read->is_null() ? none : read->get_array();
  switch (operation) {
    case Operation::add:
      return add_values(attribute, values, array);
    case Operation::replace:
      values = array;
      return {};
    case Operation::remove:
      remove_values(attribute, values, array);
      return {};
  }
  return {};
}

Outcome<void> change_selected(Operation operation, const Attribute& attribute, const Attribute* sub,
                              const ValueFilter& filter, json::array& values, const json::value* sent) {
  json::array out;
  std::vector<bool> written;
  bool found = false, replaced = false;
  for (const auto& element : values) {
    if (!filter.matches(element.get_object())) {
      out.push_back(element);
      written.push_back(false);
      continue;
    }
    found = true;
    if (replaced) continue;
    auto read = read_one(attribute, candidate_of(operation, attribute, sub, element.get_object(), sent));
    if (!read) return tl::unexpected(read.error());
    // Values that are replaced as a whole would all be the same one.
    replaced = operation == Operation::replace && sub == nullptr;
    if (read->is_null()) continue;
    out.push_back(std::move(*read));
    written.push_back(operation != Operation::remove);
  }
  if (!found) {
    if (operation == Operation::add) return add_selected(attribute, sub, filter, values, *sent);
    if (operation == Operation::remove) return {};
    return refuse(ScimType::no_target, fmt::format("no value of {} fits the filter", attribute.name));
  }
  if (auto settled = settle_primary(attribute, out, written); !settled) return settled;
  values = without_repetitions(std::move(out));
  return {};
}

}  // namespace countersign::scim
