#include "collector/protocols/otlp_record.h"

#include "collector/protocols/attributes.h"
#include "collector/protocols/epoch_time.h"
#include "collector/protocols/otlp_native.h"
#include "collector/protocols/text_line.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>

namespace countersign::protocols {
namespace {

namespace json = boost::json;

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

std::string_view text_at(const json::object& object, json::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? view(value->get_string()) : std::string_view();
}

/// What a resource or scope may add to each of its records, in values and bytes of JSON.
constexpr std::size_t kShownValuesMax = 32, kShownBytesMax = 2048;

bool is_simple(const json::value& value) {
  if (!value.is_array()) return !value.is_object() && !value.is_null();
  const auto& array = value.get_array();
  return std::none_of(array.begin(), array.end(),
                      [](const json::value& element) { return element.is_structured(); });
}

/// What fits of it.
json::object shown_of(const json::object& attributes) {
  json::object out;
  std::size_t values = 0, bytes = 0;
  for (const auto& member : attributes) {
    if (!is_simple(member.value())) continue;
    const auto more_values = count_values(member.value());
    const auto more_bytes = member.key().size() + json::serialize(member.value()).size();
    if (values + more_values > kShownValuesMax || bytes + more_bytes > kShownBytesMax) continue;
    add_attribute(out, view(member.key()), member.value());
    values += more_values;
    bytes += more_bytes;
  }
  return out;
}

/// The same record always has the same digest; when it was observed counts only where nothing else says when
/// it happened, since that may be another time when it is sent again.
base::Digest digest_of(const OtlpRecord& record, const OtlpCommon& resource, const OtlpCommon& scope) {
  const json::array parts{
      record.time_unix_nano,  record.time_unix_nano == 0 ? record.observed_time_unix_nano : 0,
      record.severity_number, record.severity_text,
      record.event_name,      record.trace_id,
      record.span_id,         record.body,
      record.attributes};
  crypto::Sha256 hash;
  return hash.update(resource.digest.view())
      .update(scope.digest.view())
      .update(json::serialize(parts))
      .finish();
}

Envelope envelope_of(const OtlpRecord& record, const OtlpCommon& resource, const OtlpCommon& scope) {
  Envelope out;
  const auto uid = record_uid_of(record);
  out.id = uid.empty() ? record::content_id(digest_of(record, resource, scope)) : std::string(uid);
  const auto nanos = record.time_unix_nano != 0 ? record.time_unix_nano : record.observed_time_unix_nano;
  if (nanos != 0) out.time = time_of_nanos(nanos);
  if (const auto name = event_name_of(record); !name.empty()) {
    const auto type = event_type_of(name);
    out.type = std::string(type.empty() ? name : type);
  }
  return out;
}

Item payload_of(OtlpRecord& record, const OtlpCommon& resource, const OtlpCommon& scope,
                const Envelope& envelope, std::size_t depth_max) {
  if (record.body.is_object()) return std::move(record.body);
  if (!record.body.is_string()) return json::value(native_of(record, resource, scope, envelope));
  const auto text = view(record.body.get_string());
  if (auto object = object_in_text(text, depth_max)) return *std::move(object);
  if (!event_name_of(record).empty()) return json::value(native_of(record, resource, scope, envelope));
  return item_of_text(
      text, {envelope.id.value_or(""), envelope.time.value_or(""), resource.host, resource.app}, depth_max);
}

}  // namespace

std::string otlp_id(base::Bytes id, std::size_t size) {
  const bool zero = std::all_of(id.begin(), id.end(), [](std::uint8_t byte) { return byte == 0; });
  return id.size() == size && !zero ? base::to_hex(id) : std::string();
}

json::value otlp_number(double number) {
  if (std::isfinite(number)) return number;
  return std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
}

OtlpCommon resource_of(const json::object& attributes, record::Faults faults) {
  OtlpCommon out;
  out.digest = crypto::sha256(json::serialize(attributes));
  out.faults = std::move(faults);
  out.tenant = text_at(attributes, "tenant");
  out.host = text_at(attributes, "host.name");
  out.app = text_at(attributes, "service.name");
  out.shown = shown_of(attributes);
  out.shown.erase("tenant");
  return out;
}

OtlpCommon scope_of(std::string_view name, std::string_view version, const json::object& attributes,
                    record::Faults faults) {
  OtlpCommon out;
  json::object all;
  if (!name.empty()) all["name"] = json::string_view(name.data(), name.size());
  if (!version.empty()) all["version"] = json::string_view(version.data(), version.size());
  for (const auto& member : attributes) add_attribute(all, view(member.key()), member.value());
  out.digest = crypto::sha256(json::serialize(all));
  out.faults = std::move(faults);
  out.shown = shown_of(all);
  return out;
}

Message message_of(OtlpRecord record, const OtlpCommon& resource, const OtlpCommon& scope,
                   const ProtocolLimits& limits) {
  auto faults = std::move(record.faults);
  faults.insert(faults.end(), resource.faults.begin(), resource.faults.end());
  faults.insert(faults.end(), scope.faults.begin(), scope.faults.end());
  if (!faults.empty()) return {std::move(faults), {}};
  auto envelope = envelope_of(record, resource, scope);
  auto payload = payload_of(record, resource, scope, envelope, limits.depth_max);
  return {std::move(payload), std::move(envelope)};
}

}  // namespace countersign::protocols
