#include "collector/adapters/event_builder.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>

namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::size_t kAttributesKept = 32;
constexpr std::size_t kCodeMax = 64;

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

/// Members that describe; cut rather than refused.
bool is_descriptive(record::Field field) {
  switch (field) {
    case record::kActorName:
    case record::kActorRole:
    case record::kActionName:
    case record::kActionResource:
    case record::kActionContext:
    case record::kDeviceUserAgent:
    case record::kDeviceCountry:
    case record::kOutcomeReason:
      return true;
    default:
      return false;
  }
}

/// At most `characters_max` characters, without control characters.
std::string cut(std::string_view text, std::size_t characters_max) {
  std::string out;
  std::size_t characters = 0;
  for (const char c : text) {
    const bool starts = (c & '\xC0') != '\x80';
    if (starts && ++characters > characters_max) break;
    out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c);
  }
  return out;
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= kCodeMax && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

bool is_phone(std::string_view text) {
  return text.size() >= 8 && text.size() <= 20 && text.front() == '+' &&
         text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

std::string hash(std::string_view text) { return "sha256:" + base::to_hex(crypto::sha256(text).view()); }

std::string attribute_name(std::string_view name) {
  std::string out(name.substr(0, record::kAttributeNameMax - 1));
  for (char& c : out) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '.' || c == '-';
    if (!good) c = '_';
  }
  const bool letter = !out.empty() && ((out[0] >= 'a' && out[0] <= 'z') || (out[0] >= 'A' && out[0] <= 'Z'));
  return letter ? out : "_" + out;
}

}  // namespace

EventBuilder::EventBuilder(const AdapterContext& context, std::string_view type)
    : received_(context.received), keep_raw_(context.keep_raw) {
  event_["type"] = view(type);
  event_["tenant"] = context.tenant.value();
}

EventBuilder& EventBuilder::id(std::string_view text, std::string_view path) {
  if (text.empty()) {
    id_path_ = path;
  } else {
    event_["id"] = text.size() <= record::kEventFields[record::kId].max ? std::string(text) : hash(text);
  }
  return *this;
}

EventBuilder& EventBuilder::time(const std::optional<std::string>& rfc3339, std::string_view path) {
  if (rfc3339) {
    event_["time"] = *rfc3339;
    own_time_ = true;
  } else {
    faults_.push_back({std::string(path), "is required, and must be the time at which the event happened"});
  }
  return *this;
}

EventBuilder& EventBuilder::time_of_receipt() {
  if (received_.micros == 0) return time({}, "time");
  event_["time"] = base::format_rfc3339(received_);
  return *this;
}

json::object& EventBuilder::object_of(record::Field field) {
  const auto name = record::kEventFields[field].object;
  if (name.empty()) return event_;
  auto& value = event_[view(name)];
  if (!value.is_object()) value.emplace_object();
  return value.get_object();
}

EventBuilder& EventBuilder::set(record::Field field, std::string_view text) {
  if (text.empty()) return *this;
  const auto& known = record::kEventFields[field];
  if (is_descriptive(field)) {
    object_of(field)[view(known.name)] = cut(text, known.max);
  } else {
    object_of(field)[view(known.name)] = view(text);
  }
  return *this;
}

EventBuilder& EventBuilder::set(record::Field field, std::optional<std::int64_t> number) {
  const auto& known = record::kEventFields[field];
  if (!number || *number < 0) return *this;
  const auto whole = static_cast<std::uint64_t>(*number);
  if (whole >= known.min && whole <= known.max) object_of(field)[view(known.name)] = *number;
  return *this;
}

EventBuilder& EventBuilder::set_time(record::Field field, const std::optional<std::string>& rfc3339) {
  return rfc3339 ? set(field, std::string_view(*rfc3339)) : *this;
}

EventBuilder& EventBuilder::actor_name(std::string_view text) {
  if (text.find('@') != std::string_view::npos) return set(record::kActorEmail, text);
  return set(is_phone(text) ? record::kActorPhone : record::kActorName, text);
}

EventBuilder& EventBuilder::reason(std::string_view text) {
  if (is_code(text)) return set(record::kOutcomeReason, std::string_view(lowered(text)));
  return attribute("reason", text);
}

EventBuilder& EventBuilder::attribute(std::string_view name, const json::value& value) {
  const bool scalar = value.is_string() || value.is_number() || value.is_bool();
  const bool secret = record::names_a_secret(name.substr(name.rfind('.') + 1));
  if (scalar && !secret && attributes_.size() < kAttributesKept)
    attributes_[view(attribute_name(name))] = value;
  return *this;
}

EventBuilder& EventBuilder::attribute(std::string_view name, std::string_view text) {
  return text.empty() ? *this : attribute(name, json::value(view(text)));
}

EventBuilder& EventBuilder::harmless(std::string_view path) {
  harmless_.emplace_back(path);
  return *this;
}

EventBuilder& EventBuilder::content(const json::value& whole) {
  content_id_ = record::content_id(crypto::sha256(json::serialize(without_secrets(whole))));
  return *this;
}

Outcome EventBuilder::finish(const json::value& payload) {
  if (!event_.contains("id") && own_time_) {
    if (content_id_.empty()) content(payload);
    event_["id"] = content_id_;
  } else if (!event_.contains("id")) {
    faults_.insert(faults_.begin(),
                   {std::string(id_path_), "is required: it tells the event from its repetitions"});
  }
  if (!faults_.empty()) return Refused{std::move(faults_)};
  std::optional<std::string> raw;
  if (keep_raw_) raw = json::serialize(without_secrets(payload));
  if (raw && raw->size() > record::kRawBytesMax) {
    // An event is never lost because its payload is too large to be kept.
    attribute("raw_left_out_bytes", json::value(raw->size()));
    raw.reset();
  }
  if (!attributes_.empty()) event_["attributes"] = std::move(attributes_);
  auto secrets = secrets_of(payload);
  for (const auto& path : harmless_) std::erase(secrets, path);
  return Adapted{std::move(event_), std::move(secrets), std::move(raw)};
}

}  // namespace countersign::adapters
