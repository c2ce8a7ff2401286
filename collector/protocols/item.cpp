#include "collector/protocols/item.h"

#include "collector/protocols/attributes.h"
#include "ledger/base/encoding.h"

#include <fmt/format.h>

namespace countersign::protocols {
namespace {

namespace json = boost::json;

void fill(json::object& event, json::string_view name, const std::optional<std::string>& value) {
  if (value && !event.contains(name)) event[name] = *value;
}

void fill_attributes(json::object& event, const json::object& attributes) {
  if (attributes.empty()) return;
  if (!event.contains("attributes")) event["attributes"].emplace_object();
  auto& own = event["attributes"];
  if (!own.is_object()) return;
  auto& into = own.get_object();
  std::size_t count = count_values(own);
  for (const auto& member : attributes) {
    const std::size_t more = count_values(member.value());
    if (into.contains(member.key()) || count + more > record::kAttributesMax) continue;
    into[member.key()] = member.value();
    count += more;
  }
  if (into.empty()) event.erase("attributes");
}

}  // namespace

void apply_envelope(json::object& event, const Envelope& envelope) {
  fill(event, "id", envelope.id);
  fill(event, "time", envelope.time);
  fill(event, "type", envelope.type);
  fill_attributes(event, envelope.attributes);
}

std::string_view event_type_of(std::string_view name) {
  for (const auto type : record::event_types()) {
    if (name == type) return type;
    if (name.size() > type.size() && name.ends_with(type) && name[name.size() - type.size() - 1] == '.')
      return type;
  }
  return {};
}

Item item_of(base::ParsedJson parsed, std::string_view prefix) {
  if (parsed.duplicates.empty()) return std::move(parsed.value);
  record::Faults faults;
  for (const auto& path : parsed.duplicates)
    faults.push_back({shown_path(fmt::format("{}{}", prefix, path)),
                      "stands twice; which of them counts cannot be known"});
  return faults;
}

}  // namespace countersign::protocols
