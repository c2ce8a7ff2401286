#include "collector/protocols/cloudevents.h"

#include "collector/protocols/attributes.h"
#include "collector/protocols/cloudevents_check.h"
#include "collector/protocols/json_cutter.h"
#include "collector/protocols/media_type.h"
#include "collector/protocols/utf8.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::protocols {
namespace {

namespace json = boost::json;

constexpr std::string_view kFieldPrefix = "ce-";

tl::unexpected<base::Problem> refuse(int status, std::string detail) {
  return tl::unexpected(base::Problem{status, "about:blank", std::move(detail)});
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

std::string_view text_of(const json::object& event, json::string_view name) {
  const auto* value = event.if_contains(name);
  return value != nullptr && value->is_string() ? view(value->get_string()) : std::string_view();
}

std::string native_id(std::string_view id, std::string_view source) {
  constexpr std::size_t kPlainIdMax = 84;  // and '@' and the 43 characters of a digest: 128
  const auto digest = base::to_base64url(crypto::sha256(source).view());
  if (id.size() <= kPlainIdMax) return fmt::format("{}@{}", id, digest);
  return fmt::format("{}#{}", base::to_base64url(crypto::sha256(id).view()), digest);
}

Envelope envelope_of(const json::object& event) {
  Envelope out;
  const auto id = text_of(event, "id"), source = text_of(event, "source");
  if (!id.empty() && !source.empty()) out.id = native_id(id, source);
  if (const auto time = text_of(event, "time"); !time.empty()) out.time = std::string(time);
  if (const auto name = text_of(event, "type"); !name.empty()) {
    const auto type = event_type_of(name);
    out.type = std::string(type.empty() ? name : type);
  }
  return out;
}

Message message_of(json::object event, record::Faults faults) {
  if (!faults.empty()) return {std::move(faults), {}};
  auto envelope = envelope_of(event);
  return {json::value(std::move(event)), std::move(envelope)};
}

/// One CloudEvent of the structured form.
tl::expected<Message, base::Problem> read_event(std::string_view text, const ProtocolLimits& limits) {
  auto parsed = base::parse_json(text, {.depth_max = limits.depth_max});
  if (!parsed) return tl::unexpected(base::problem_of(parsed.error()));
  auto item = item_of(std::move(*parsed));
  if (auto* faults = std::get_if<record::Faults>(&item)) return Message{std::move(*faults), {}};
  auto& value = std::get<json::value>(item);
  if (!value.is_object()) return Message{record::Faults{{"", "must be a JSON object"}}, {}};
  auto& event = value.get_object();
  auto faults = check_cloudevent(event);
  if (faults.empty()) faults = unfold_data(event, limits.depth_max);
  return message_of(std::move(event), std::move(faults));
}

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The attribute that a field stands for, in lower case; empty where it stands for none.
std::string attribute_of(std::string_view field) {
  std::string name(field);
  std::transform(name.begin(), name.end(), name.begin(), lowered);
  return name.starts_with(kFieldPrefix) ? name.substr(kFieldPrefix.size()) : std::string();
}

bool is_attribute(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

void read_field(const HeaderField& field, json::object& event, record::Faults& faults) {
  const auto name = attribute_of(field.name);
  if (name.empty()) return;
  const auto path = shown_path(std::string(kFieldPrefix) + name);
  if (!is_attribute(name) || name == "data" || name == "datacontenttype") {
    faults.push_back({path, "is no attribute that can stand in a field of its own"});
  } else if (event.contains(name)) {
    faults.push_back({path, "stands twice; which of them counts cannot be known"});
  } else if (auto value = decode_field_value(field.value)) {
    event[name] = *value;
  } else {
    faults.push_back({path, value.error().message});
  }
}

/// Puts a body into the event. A Problem where it should be JSON and is not.
tl::expected<record::Faults, base::Problem> put_body(std::string_view body, std::string_view content_type,
                                                     json::object& event, std::size_t depth_max) {
  if (body.empty()) return {};
  if (is_json_type(content_type)) {
    auto parsed = base::parse_json(body, {.depth_max = depth_max});
    if (!parsed) return tl::unexpected(base::problem_of(parsed.error()));
    auto item = item_of(std::move(*parsed), "data.");
    if (auto* faults = std::get_if<record::Faults>(&item)) return std::move(*faults);
    event["data"] = std::move(std::get<json::value>(item));
  } else if (is_utf8(body)) {
    event["data"] = view(body);
  } else {
    event["data_base64"] = base::to_base64(base::bytes_of(body));
  }
  return {};
}

}  // namespace

std::optional<CloudEventsMode> cloudevents_mode(std::string_view content_type) {
  const auto type = media_type_of(content_type);
  if (!type.starts_with("application/cloudevents")) return CloudEventsMode::binary;
  if (!has_utf8_charset(content_type)) return std::nullopt;
  if (type == "application/cloudevents+json") return CloudEventsMode::structured;
  if (type == "application/cloudevents-batch+json") return CloudEventsMode::batch;
  return std::nullopt;
}

tl::expected<Items, base::Problem> decode_structured(std::string_view body, const ProtocolLimits& limits) {
  auto message = read_event(body, limits);
  if (!message) return tl::unexpected(std::move(message.error()));
  Items items;
  items.push_back(std::move(*message));
  return items;
}

tl::expected<Items, base::Problem> decode_batch(std::string_view body, const ProtocolLimits& limits) {
  Items items;
  JsonCutter cutter(body, JsonCutter::Form::array);
  while (true) {
    const auto text = cutter.next();
    if (!text) return tl::unexpected(base::problem_of(text.error()));
    if (!*text) return items;
    if (items.size() == limits.events_max)
      return refuse(
          413, fmt::format("the batch holds more than {} events; send fewer at once", limits.events_max));
    auto message = read_event(**text, limits);
    if (!message)
      return refuse(message.error().status, fmt::format("the value at byte {} of the batch: {}",
                                                        cutter.offset(), message.error().detail));
    items.push_back(std::move(*message));
  }
}

tl::expected<Items, base::Problem> decode_binary(std::span<const HeaderField> fields,
                                                 std::string_view content_type, std::string_view body,
                                                 const ProtocolLimits& limits) {
  json::object event;
  record::Faults faults;
  for (const auto& field : fields) read_field(field, event, faults);
  if (!content_type.empty()) event["datacontenttype"] = view(content_type);
  auto faults_of_body = put_body(body, content_type, event, limits.depth_max);
  if (!faults_of_body) return tl::unexpected(std::move(faults_of_body.error()));
  faults.insert(faults.end(), faults_of_body->begin(), faults_of_body->end());
  const auto wrong = check_cloudevent(event);
  faults.insert(faults.end(), wrong.begin(), wrong.end());
  Items items;
  items.push_back(message_of(std::move(event), std::move(faults)));
  return items;
}

bool has_cloudevents_fields(std::span<const HeaderField> fields) {
  return std::any_of(fields.begin(), fields.end(),
                     [](const HeaderField& field) { return attribute_of(field.name) == "specversion"; });
}

json::object native_of_cloudevent(const json::object& event) {
  json::object native;
  if (const auto* data = event.if_contains("data"); data != nullptr && data->is_object())
    native = data->get_object();
  apply_envelope(native, envelope_of(event));
  return native;
}

}  // namespace countersign::protocols
