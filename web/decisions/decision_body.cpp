#include "web/decisions/decision_body.h"

#include "ledger/base/json.h"
#include "ledger/record/characters.h"
#include "ledger/record/event_schema.h"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace countersign::decisions {
namespace {

namespace json = boost::json;

auto refuse(int status, std::string detail) {
  return tl::unexpected(base::Problem{status, "about:blank", std::move(detail)});
}

/// A member that is taken, and where it goes.
struct Taken {
  record::Field field;
  std::string DecisionBody::*to;
};
constexpr std::array kTaken{Taken{record::kActorId, &DecisionBody::actor_id},
                            Taken{record::kActorEmail, &DecisionBody::actor_email},
                            Taken{record::kActorPhone, &DecisionBody::actor_phone},
                            Taken{record::kActionName, &DecisionBody::action},
                            Taken{record::kSessionId, &DecisionBody::session},
                            Taken{record::kChallengeId, &DecisionBody::challenge}};

const record::EventField& field_of(const Taken& taken) { return record::kEventFields[taken.field]; }

std::string_view name_of(const json::key_value_pair& member) {
  return {member.key().data(), member.key().size()};
}

/// A member's name as it may be shown: it is the sender's text, so it is cut and cleaned.
std::string shown(std::string_view name) {
  constexpr std::size_t kShown = 64;
  std::string out;
  for (const char c : name.substr(0, kShown)) out.push_back(c >= ' ' && c <= '~' ? c : '?');
  return out;
}

bool is_text(std::string_view text, const record::EventField& field) {
  const auto characters = record::characters_of(text);
  return characters >= field.min && characters <= field.max && !record::has_control_character(text);
}

/// Reads the members of one object; the fault in words, or empty.
std::string read_members(std::string_view object, const json::object& members, DecisionBody& out) {
  for (const auto& member : members) {
    const auto name = name_of(member);
    const auto* found = std::find_if(kTaken.begin(), kTaken.end(), [&](const Taken& one) {
      return field_of(one).object == object && field_of(one).name == name;
    });
    if (found == kTaken.end()) return fmt::format("{}.{} is not known", object, shown(name));
    const auto& field = field_of(*found);
    const auto* text = member.value().if_string();
    if (text == nullptr || !is_text({text->data(), text->size()}, field))
      return fmt::format("{}.{} must be a string of {} to {} characters, none of them a control character",
                         object, name, field.min, field.max);
    (out.*found->to).assign(text->data(), text->size());
  }
  return {};
}

std::string read_object(const json::key_value_pair& member, DecisionBody& out) {
  const auto name = name_of(member);
  if (std::none_of(kTaken.begin(), kTaken.end(),
                   [&](const Taken& one) { return field_of(one).object == name; }))
    return fmt::format("{} is not known; there are actor, action, session and challenge", shown(name));
  const auto* object = member.value().if_object();
  if (object == nullptr) return fmt::format("{} must be an object", name);
  if (object->empty()) return fmt::format("{} must not be empty; leave it out", name);
  return read_members(name, *object, out);
}

}  // namespace

tl::expected<DecisionBody, base::Problem> read_decision(std::string_view body) {
  const auto parsed = base::parse_json(body, {.depth_max = 4});
  if (!parsed || !parsed->value.is_object() || !parsed->duplicates.empty())
    return refuse(400, "the body must be one JSON object in which no member stands twice");
  DecisionBody out;
  for (const auto& member : parsed->value.get_object()) {
    auto fault = read_object(member, out);
    if (!fault.empty()) return refuse(422, std::move(fault));
  }
  if (out.actor_id.empty() && out.actor_email.empty() && out.actor_phone.empty())
    return refuse(422, "actor is missing; it has one of id, email and phone at least");
  if (out.action.empty()) return refuse(422, "action.name is missing");
  return out;
}

}  // namespace countersign::decisions
