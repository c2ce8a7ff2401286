#pragma once

#include "ledger/record/event_schema.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace countersign::record {

/// The smallest event that is accepted.
inline boost::json::object smallest_event() {
  return {{"id", "e-1"}, {"time", "2026-01-31T09:30:00Z"}, {"type", "challenge.sent"}, {"tenant", "acme"}};
}

/// A value that the field accepts.
inline boost::json::value good_value(const EventField& field) {
  switch (field.type) {
    case FieldType::text:
      return boost::json::string("t\xC3\xA9\"xt \\ of " + std::string(field.name));
    case FieldType::time:
      return "2026-01-31T09:30:00.123456789+05:30";
    case FieldType::event_type:
      return "login.succeeded";
    case FieldType::tenant:
      return "acme";
    case FieldType::purpose:
      return "step_up";
    case FieldType::factor:
      return "sms";
    case FieldType::integer:
      return field.max;
    case FieldType::boolean:
      return true;
    case FieldType::decimal:
      return "0.0075";
    case FieldType::currency:
      return "EUR";
  }
  return nullptr;
}

inline void put(boost::json::object& event, const EventField& field, boost::json::value value) {
  const auto name = [](std::string_view text) { return boost::json::string_view(text.data(), text.size()); };
  if (field.object.empty()) {
    event[name(field.name)] = std::move(value);
    return;
  }
  auto& object = event[name(field.object)];
  if (!object.is_object()) object.emplace_object();
  object.get_object()[name(field.name)] = std::move(value);
}

inline std::string path_of(const EventField& field) {
  return field.object.empty() ? std::string(field.name)
                              : std::string(field.object) + "." + std::string(field.name);
}

/// An event that has every member.
inline boost::json::object fullest_event() {
  auto event = smallest_event();
  for (const auto& field : kEventFields) {
    if (field.personal != Kind::raw) put(event, field, good_value(field));
  }
  event["attributes"] = {{"plan", "gold"}, {"list", {1, 2.5, {{"deep", nullptr}}}}, {"flag", true}};
  return event;
}

}  // namespace countersign::record
