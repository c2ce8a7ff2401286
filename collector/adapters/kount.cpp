#include "collector/adapters/event_builder.h"

/// Kount's MFA status webhook. It carries neither a time nor the user, so the time of receipt stands for it.
/// https://developer.kount.com/hc/en-us/articles/40415720933908
namespace countersign::adapters {
namespace {

namespace json = boost::json;

/// Kount's page shows this one status; others are counted by name until their meaning is known.
std::string_view type_of(std::string_view status) { return status == "VERIFIED" ? "challenge.verified" : ""; }

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto name = text_at(item, {"eventType"});
  if (name.empty()) return Refused{{{"eventType", "is required: the payload must be a Kount webhook"}}};
  if (name != "MFA.StatusUpdate") return Unmapped{shown_type(name), {}};
  const auto status = text_at(item, {"mfaStatus"});
  const auto type = type_of(status);
  if (type.empty()) return Unmapped{shown_type(status.empty() ? name : status), {}};
  EventBuilder event(context, type);
  event.id(text_at(item, {"id"}), "id")
      .time_of_receipt()
      .set(record::kChallengeId, text_at(item, {"mfaId"}))
      .set(record::kChallengeAttempt, number_at(item, {"sendAttempts"}))
      .set(record::kChallengeProvider, "kount")
      .attribute("verification_attempts", words_at(item, {"verificationAttempts"}))
      .attribute("client_id", text_at(item, {"clientId"}));
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kKount{"kount", "Kount (MFA status webhook)", adapt};

}  // namespace countersign::adapters
