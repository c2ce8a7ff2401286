#include "collector/protocols/otlp_native.h"

#include "collector/protocols/attributes.h"
#include "ledger/record/event_schema.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace countersign::protocols {
namespace {

namespace json = boost::json;

/// https://opentelemetry.io/docs/specs/semconv/registry/attributes/: where a name of theirs is one of ours.
/// The first that a record has counts.
struct Convention {
  std::string_view name;
  record::Field field;
};
constexpr std::array<Convention, 7> kConventions{{
    {"enduser.id", record::kActorId},
    {"user.id", record::kActorId},
    {"user.email", record::kActorEmail},
    {"user.name", record::kActorName},
    {"client.address", record::kDeviceIp},
    {"source.address", record::kDeviceIp},
    {"user_agent.original", record::kDeviceUserAgent},
}};

/// "If an id is provided, other log records with the same id will be considered duplicates."
/// https://opentelemetry.io/docs/specs/semconv/general/logs/
constexpr std::string_view kRecordUid = "log.record.uid";

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
std::string_view view(json::string_view text) { return {text.data(), text.size()}; }
json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

std::string_view text_at(const json::object& object, json::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? view(value->get_string()) : std::string_view();
}

/// The member of ours that has exactly this name, such as `challenge.factor`. Not the raw payload, which no
/// sender can set.
std::optional<record::Field> our_field(std::string_view name) {
  const auto dot = name.find('.');
  const auto object = dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
  const auto member = dot == std::string_view::npos ? name : name.substr(dot + 1);
  for (std::size_t i = 0; i < record::kEventFieldCount; ++i) {
    const auto& field = record::kEventFields[i];
    if (i != record::kDeliveryRaw && field.object == object && field.name == member)
      return static_cast<record::Field>(i);
  }
  return std::nullopt;
}

/// Builds one event; one use.
class Builder {
 public:
  explicit Builder(const OtlpRecord& record) : record_(record) {}

  json::object build(const OtlpCommon& resource, const OtlpCommon& scope, const Envelope& envelope) {
    for (const auto& member : record_.attributes) take_ours(view(member.key()), member.value());
    if (!record_uid_of(record_).empty()) taken_.emplace_back(kRecordUid);
    for (const auto& convention : kConventions) take_convention(convention);
    if (envelope.type) event_["type"] = *envelope.type;
    if (!resource.tenant.empty() && !event_.contains("tenant")) event_["tenant"] = resource.tenant;
    apply_envelope(event_, envelope);
    for (const auto& member : record_.attributes) {
      if (!is_taken(view(member.key())) && !member.value().is_null())
        add_attribute(attributes_, view(member.key()), member.value());
    }
    add_text("severity_text", record_.severity_text);
    add_text("trace_id", record_.trace_id);
    add_text("span_id", record_.span_id);
    values_ = count_values(attributes_);
    add_common("resource", resource.shown);
    add_common("scope", scope.shown);
    if (!attributes_.empty()) event_["attributes"] = std::move(attributes_);
    return std::move(event_);
  }

 private:
  bool is_taken(std::string_view name) const {
    return std::find(taken_.begin(), taken_.end(), name) != taken_.end();
  }

  json::value* slot(record::Field field) {
    const auto& known = record::kEventFields[field];
    if (known.object.empty()) return &event_[view(known.name)];
    auto& object = event_[view(known.object)];
    if (object.is_null()) object.emplace_object();
    return &object.get_object()[view(known.name)];
  }

  void take_ours(std::string_view name, const json::value& value) {
    // The event's name is already known, with its type in it.
    if (name == "event.name") taken_.emplace_back(name);
    const auto field = our_field(name);
    if (!field || value.is_null()) return;
    *slot(*field) = value;
    taken_.emplace_back(name);
  }

  void take_convention(const Convention& convention) {
    const auto* value = record_.attributes.if_contains(view(convention.name));
    if (value == nullptr || value->is_structured() || value->is_null()) return;
    auto* into = slot(convention.field);
    if (!into->is_null()) return;
    // Identifiers are written as numbers too.
    if (value->is_string()) {
      *into = *value;
    } else {
      *into = json::serialize(*value);
    }
    taken_.emplace_back(convention.name);
  }

  void add_text(std::string_view name, std::string_view text) {
    if (!text.empty()) add_attribute(attributes_, name, view(text));
  }

  /// Adds it where there is room: it never costs the event.
  void add_common(std::string_view name, const json::object& common) {
    const auto values = count_values(common);
    if (values == 0 || values_ + values > record::kAttributesMax) return;
    add_attribute(attributes_, name, common);
    values_ += values;
  }

  const OtlpRecord& record_;
  json::object event_;
  json::object attributes_;
  std::vector<std::string> taken_;
  std::size_t values_ = 0;
};

}  // namespace

std::string_view record_uid_of(const OtlpRecord& record) {
  const auto uid = text_at(record.attributes, view(kRecordUid));
  return uid.size() <= record::kEventFields[record::kId].max ? uid : std::string_view();
}

std::string_view event_name_of(const OtlpRecord& record) {
  if (!record.event_name.empty()) return record.event_name;
  const auto named = text_at(record.attributes, "event.name");
  return named.empty() ? text_at(record.attributes, "type") : named;
}

json::object native_of(const OtlpRecord& record, const OtlpCommon& resource, const OtlpCommon& scope,
                       const Envelope& envelope) {
  return Builder(record).build(resource, scope, envelope);
}

}  // namespace countersign::protocols
