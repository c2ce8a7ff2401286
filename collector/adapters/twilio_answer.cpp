#include "collector/adapters/twilio_answer.h"

#include "collector/adapters/event_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::string_view kProvider = "twilio_verify";

struct Meaning {
  std::string_view status, type, reason;
};

std::optional<Meaning> meaning_of(std::span<const Meaning> meanings, std::string_view status) {
  const auto found = std::find_if(meanings.begin(), meanings.end(),
                                  [&](const Meaning& meaning) { return meaning.status == status; });
  if (found == meanings.end()) return std::nullopt;
  return *found;
}

/// A Verification (it tells its attempts to send) or the answer to a VerificationCheck (it does not).
Outcome adapt_verification(const json::value& item, std::string_view sid, const AdapterContext& context) {
  constexpr Meaning kMeanings[] = {
      {"approved", "challenge.verified", ""},
      {"canceled", "challenge.cancelled", ""},
      {"expired", "challenge.expired", ""},
      {"failed", "challenge.failed", ""},
      {"max_attempts_reached", "challenge.failed", "max_attempts_reached"},
  };
  const auto status = text_at(item, {"status"});
  const auto* attempts = find(item, {"send_code_attempts"});
  const bool sent = status == "pending" && attempts != nullptr && attempts->is_array();
  const bool wrong = status == "pending" && !sent;
  const auto meaning = sent    ? Meaning{status, "challenge.sent", ""}
                       : wrong ? Meaning{status, "challenge.failed", "wrong_code"}
                               : meaning_of(kMeanings, status).value_or(Meaning{});
  if (meaning.type.empty()) return Unmapped{shown_type(fmt::format("verification.{}", status)), {}};

  const json::value& sending = sent && !attempts->get_array().empty() ? attempts->get_array().back() : item;
  auto time = time_of(text_at(sending, {sent ? "time" : "date_updated"}));
  if (!time) time = time_of(text_at(item, {"date_updated"}));
  const auto attempt = text_at(sending, {"attempt_sid"});
  EventBuilder event(context, meaning.type);
  event
      .id(fmt::format("{}:{}:{}", sid, status, attempt.empty() ? time.value_or("") : std::string(attempt)),
          "sid")
      .time(time, "date_updated")
      .actor_name(text_at(item, {"to"}))
      .set(record::kChallengeId, sid)
      .set(record::kChallengeFactor, twilio_factor(text_at(sending, {"channel"})))
      .set(record::kChallengeProvider, kProvider)
      .reason(meaning.reason)
      .attribute("service_sid", text_at(item, {"service_sid"}))
      .attribute("attempt_sid", attempt);
  return event.finish(item);
}

/// A Challenge of a push, TOTP or passkey factor, or a push notification of it that was sent again.
Outcome adapt_challenge(const json::value& item, std::string_view sid, const AdapterContext& context) {
  constexpr Meaning kMeanings[] = {
      {"pending", "challenge.sent", ""},
      {"approved", "challenge.verified", ""},
      {"denied", "challenge.failed", "denied"},
      {"expired", "challenge.expired", ""},
  };
  const bool notification = sid.starts_with("NT");
  const auto status = notification ? std::string_view("pending") : text_at(item, {"status"});
  const auto meaning = meaning_of(kMeanings, status);
  if (!meaning) return Unmapped{shown_type(fmt::format("challenge.{}", status)), {}};

  const bool answered = status == "approved" || status == "denied";
  auto time = time_of(text_at(item, {answered              ? "date_responded"
                                     : status == "expired" ? "expiration_date"
                                                           : "date_created"}));
  if (!time) time = time_of(text_at(item, {"date_updated"}));
  EventBuilder event(context, meaning->type);
  event.id(fmt::format("{}:{}", sid, status), "sid")
      .time(time, "date_updated")
      .set(record::kActorId, text_at(item, {"identity"}))
      .set(record::kChallengeId, notification ? text_at(item, {"challenge_sid"}) : sid)
      .set(record::kChallengeFactor, notification ? "push" : twilio_factor(text_at(item, {"factor_type"})))
      .set(record::kChallengeProvider, kProvider)
      .set_time(record::kChallengeExpiresAt, time_of(text_at(item, {"expiration_date"})))
      .reason(meaning->reason)
      .attribute("details", text_at(item, {"details", "message"}))
      .attribute("service_sid", text_at(item, {"service_sid"}))
      .attribute("factor_sid", text_at(item, {"factor_sid"}));
  return event.finish(item);
}

/// One message of a verification, and what became of it.
Outcome adapt_attempt(const json::value& item, std::string_view sid, const AdapterContext& context) {
  constexpr Meaning kMeanings[] = {
      {"queued", "challenge.sent", ""},         {"sent", "challenge.sent", ""},
      {"delivered", "challenge.delivered", ""}, {"read", "challenge.delivered", "read"},
      {"failed", "challenge.undelivered", ""},  {"undelivered", "challenge.undelivered", ""},
  };
  const auto status = text_at(item, {"channel_data", "message_status"});
  const auto meaning = meaning_of(kMeanings, status);
  if (!meaning) return Unmapped{shown_type(fmt::format("attempt.{}", status)), {}};
  EventBuilder event(context, meaning->type);
  event.id(fmt::format("{}:{}", sid, status), "sid")
      .time(time_of(text_at(item, {"date_updated"})), "date_updated")
      .actor_name(text_at(item, {"channel_data", "to"}))
      .set(record::kChallengeId, text_at(item, {"verification_sid"}))
      .set(record::kChallengeFactor, twilio_factor(text_at(item, {"channel"})))
      .set(record::kChallengeProvider, kProvider)
      .reason(meaning->reason)
      .attribute("service_sid", text_at(item, {"service_sid"}))
      .attribute("attempt_sid", sid)
      .attribute("phone_country", text_at(item, {"channel_data", "country"}))
      .attribute("carrier", text_at(item, {"channel_data", "carrier"}));
  if (meaning->type == "challenge.undelivered") event.reason(words_at(item, {"channel_data", "error_code"}));
  if (const auto amount = text_at(item, {"price", "value"}); !amount.empty()) {
    std::string currency(text_at(item, {"price", "currency"}));
    for (char& c : currency) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    event.set(record::kCostAmount, amount).set(record::kCostCurrency, currency);
  }
  return event.finish(item);
}

Outcome adapt_factor(const json::value& item, std::string_view sid, const AdapterContext& context) {
  const auto status = text_at(item, {"status"});
  if (status != "verified")
    return Unmapped{shown_type(fmt::format("factor.{}", status)),
                    status == "unverified" ? "an enrolment that is not finished" : ""};
  EventBuilder event(context, "factor.enrolled");
  event.id(fmt::format("{}:{}", sid, status), "sid")
      .time(time_of(text_at(item, {"date_updated"})), "date_updated")
      .set(record::kActorId, text_at(item, {"identity"}))
      .set(record::kChallengeFactor, twilio_factor(text_at(item, {"factor_type"})))
      .set(record::kChallengeProvider, kProvider)
      .attribute("service_sid", text_at(item, {"service_sid"}))
      .attribute("factor_sid", sid);
  return event.finish(item);
}

Outcome adapt_resource(const json::value& item, const AdapterContext& context) {
  const auto sid = text_at(item, {"sid"});
  if (sid.starts_with("VE")) return adapt_verification(item, sid, context);
  if (sid.starts_with("VL")) return adapt_attempt(item, sid, context);
  if (sid.starts_with("YC") || sid.starts_with("NT")) return adapt_challenge(item, sid, context);
  if (sid.starts_with("YF")) return adapt_factor(item, sid, context);
  return Unmapped{shown_type(sid.substr(0, 2)), sid.starts_with("YW") || sid.starts_with("VA")
                                                    ? "a setting of the service, no authentication"
                                                    : ""};
}

/// The parameters of a webhook: version 1 says `uuid` and `entity_identity`, version 2 `uid` and `identity`.
/// They carry no time, so the time of receipt stands for it.
Outcome adapt_webhook(const json::value& item, std::string_view type, const AdapterContext& context) {
  constexpr Meaning kMeanings[] = {
      {"challenge.approved", "challenge.verified", ""},
      {"challenge.denied", "challenge.failed", "denied"},
      {"factor.verified", "factor.enrolled", ""},
      {"factor.deleted", "factor.removed", ""},
  };
  const auto meaning = meaning_of(kMeanings, type);
  if (!meaning)
    return Unmapped{shown_type(type), type == "factor.created" ? "an enrolment that is not finished" : ""};
  const auto either = [&](std::string_view one, std::string_view other) {
    const auto text = text_at(item, {one});
    return text.empty() ? text_at(item, {other}) : text;
  };
  EventBuilder event(context, meaning->type);
  event.id(either("uid", "uuid"), "uid")
      .time_of_receipt()
      .set(record::kActorId, either("identity", "entity_identity"))
      .set(record::kChallengeId, text_at(item, {"challenge_sid"}))
      .set(record::kChallengeFactor, twilio_factor(text_at(item, {"factor_type"})))
      .set(record::kChallengeProvider, kProvider)
      .reason(meaning->reason)
      .attribute("service_sid", text_at(item, {"service_sid"}))
      .attribute("factor_sid", text_at(item, {"factor_sid"}));
  return event.finish(item);
}

}  // namespace

std::string_view twilio_factor(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kFactors[] = {
      {"sms", "sms"},           {"call", "voice"},      {"voice", "voice"},
      {"whatsapp", "whatsapp"}, {"email", "email"},     {"push", "push"},
      {"totp", "totp"},         {"passkey", "passkey"}, {"passkeys", "passkey"},
  };
  const auto plain = lowered(name);
  for (const auto& [twilio, ours] : kFactors) {
    if (plain == twilio) return ours;
  }
  return {};
}

std::optional<Outcomes> adapt_twilio_answer(const json::value& payload, const AdapterContext& context) {
  const auto type = text_at(payload, {"type"});
  if (type.starts_with("challenge.") || type.starts_with("factor."))
    return Outcomes{adapt_webhook(payload, type, context)};
  if (!text_at(payload, {"sid"}).empty()) return Outcomes{adapt_resource(payload, context)};
  if (const auto key = text_at(payload, {"meta", "key"}); !key.empty()) {
    const auto* list = find(payload, {key});
    if (list == nullptr || !list->is_array()) return std::nullopt;
    if (list->get_array().empty()) return Outcomes{Unmapped{"empty_list", "a list without entries"}};
    return adapt_each(*list, context, adapt_resource);
  }
  if (!text_at(payload, {"more_info"}).empty())
    return Outcomes{Unmapped{shown_type("error_" + words_at(payload, {"code"})),
                             "an error of the API, which names neither a user nor a challenge"}};
  if (find(payload, {"total_attempts"}) != nullptr)
    return Outcomes{Unmapped{"summary", "totals over many verifications"}};
  return std::nullopt;
}

}  // namespace countersign::adapters
