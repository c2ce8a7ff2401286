#include "collector/adapters/event_builder.h"
#include "collector/adapters/twilio_answer.h"

#include <algorithm>
#include <array>

/// Twilio Verify: Event Streams' JSON arrays of CloudEvents, and what twilio_answer.h reads.
/// https://www.twilio.com/docs/events/event-types/verify
namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::string_view kPrefix = "com.twilio.accountsecurity.verify.";

struct Known {
  std::string_view twilio;  ///< behind kPrefix
  std::string_view type;
  std::string_view reason;       ///< where the type alone does not say it
  std::string_view time_member;  ///< of data, where the CloudEvent carries no time
};

constexpr std::array<Known, 10> kKnown{{
    {"verification.pending", "challenge.sent", "", "created_at"},
    {"verification.approved", "challenge.verified", "", "verified_at"},
    {"verification.canceled", "challenge.cancelled", "", "created_at"},
    {"verification.expired", "challenge.expired", "", "expired_at"},
    {"verification.max-attempts-reached", "challenge.failed", "max_attempts_reached", "created_at"},
    {"message.sent", "challenge.sent", "", "created_at"},
    {"message.delivered", "challenge.delivered", "", "created_at"},
    {"message.read", "challenge.delivered", "read", "created_at"},
    {"message.undelivered", "challenge.undelivered", "", "created_at"},
    {"message.failed", "challenge.undelivered", "", "created_at"},
}};

constexpr NotEvidence kNotEvidence[] = {
    {"com.twilio.accountsecurity.verify.attempt-dlr.*",
     "a receipt for some accounts only; verify.message.* says the same"},
    {"com.twilio.eventstreams.test-event", "Twilio's own test of the address"},
};

/// The last of the attempts to send, which is the one that the status speaks of; null where there is none.
const json::value* last_attempt(const json::value& data) {
  const auto* attempts = find(data, {"send_code_attempts", "attempts"});
  if (attempts == nullptr || !attempts->is_array() || attempts->get_array().empty()) return nullptr;
  return &attempts->get_array().back();
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto type = text_at(item, {"type"});
  if (type.empty()) return Refused{{{"type", "is required: the payload must be Twilio's CloudEvents"}}};
  if (!type.starts_with(kPrefix)) return Unmapped{shown_type(type), why_not(kNotEvidence, type)};
  const auto* known = std::find_if(kKnown.begin(), kKnown.end(),
                                   [&](const Known& k) { return k.twilio == type.substr(kPrefix.size()); });
  if (known == kKnown.end()) return Unmapped{shown_type(type), why_not(kNotEvidence, type)};

  const json::value nothing;
  const auto* found = find(item, {"data"});
  const json::value& data = found != nullptr ? *found : nothing;
  const auto* attempt = last_attempt(data);
  const bool message = known->twilio.starts_with("message.");
  const json::value& sending = message || attempt == nullptr ? data : *attempt;

  // The application's own id of the challenge, which it gave Twilio as a tag when it started it.
  const auto own = text_at(data, {"tags", "challenge_id"});
  EventBuilder event(context, known->type);
  auto time = time_of(text_at(item, {"time"}));
  if (!time) time = time_of(text_at(data, {known->time_member}));
  event.id(text_at(item, {"id"}), "id")
      .time(time, "time")
      .actor_name(text_at(data, {"to"}))
      .set(record::kChallengeId, own.empty() ? text_at(data, {"verification_sid"}) : own)
      .set(record::kChallengeProviderId,
           own.empty() ? std::string_view{} : text_at(data, {"verification_sid"}))
      .set(record::kChallengeFactor, twilio_factor(text_at(sending, {"channel"})))
      .set(record::kChallengeProvider, "twilio_verify")
      .set(record::kChallengeAttempt, number_at(data, {"send_code_attempts", "count"}))
      .set_time(record::kChallengeExpiresAt, time_of(text_at(data, {"expired_at"})))
      .reason(known->reason)
      .attribute("service_sid", text_at(data, {"service_sid"}))
      .attribute("attempt_sid", text_at(sending, {"attempt_sid"}))
      .attribute("phone_country", text_at(data, {"country"}));
  if (known->type == "challenge.undelivered") event.reason(words_at(sending, {"error_code"}));
  if (const auto* tags = find(data, {"tags"}); tags != nullptr && tags->is_object()) {
    for (const auto& tag : tags->get_object())
      event.attribute("tag." + std::string(tag.key().data(), tag.key().size()), tag.value());
  }
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  if (auto answer = adapt_twilio_answer(payload, context)) return std::move(*answer);
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kTwilioVerify{"twilio_verify", "Twilio Verify (Event Streams, webhooks, API answers)", adapt};

}  // namespace countersign::adapters
