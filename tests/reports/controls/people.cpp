#include "tests/reports/controls/people.h"

#include <boost/json/object.hpp>

namespace countersign::testing {
namespace {

namespace json = boost::json;

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

json::object event_of(std::string_view who, const Told& more, bool has_factor) {
  json::object out;
  const auto put = [&](std::string_view member, std::string_view value) {
    if (!value.empty()) out[view(member)] = view(value);
  };
  put("actor.id", who);
  put("actor.phone", more.phone);
  put("actor.role", more.role);
  put("challenge.id", more.challenge);
  put("challenge.purpose", more.purpose);
  if (has_factor) put("challenge.factor", more.factor);
  put("device.fingerprint", more.device);
  put("session.id", more.session);
  put("outcome.reason", more.reason);
  return out;
}

}  // namespace

Tale begin_tale() {
  Tale tale;
  tale.say("2025-07-01T00:00:00Z", "source.heartbeat", {});
  return tale;
}

void end_tale(Tale& tale) { tale.say("2026-02-05T00:00:00Z", "source.heartbeat", {}); }

std::uint64_t tell(Tale& tale, std::string_view time, std::string_view type, std::string_view who,
                   const Told& more) {
  const bool has_factor = type.starts_with("challenge.") || type.starts_with("factor.");
  return tale.say(time, type, event_of(who, more, has_factor), more.source);
}

std::uint64_t act(Tale& tale, std::string_view time, std::string_view who, std::string_view action,
                  const Told& more) {
  auto event = event_of(who, more, false);
  event["action.name"] = view(action);
  return tale.say(time, "action.performed", event, more.source);
}

reports::ControlResult in_january(
    const Tale& tale, std::string_view control,
    std::initializer_list<std::pair<std::string_view, reports::Cell>> parameters) {
  return tale.run(control, kFrom, kUntil, parameters);
}

}  // namespace countersign::testing
