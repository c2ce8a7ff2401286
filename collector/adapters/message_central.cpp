#include "collector/adapters/event_builder.h"

#include <fmt/format.h>

/// Message Central VerifyNow has no webhook: the application forwards the answers of the API, with the time
/// when it got each: `{"operation":"send","time":"…","channel":"SMS","response":{…}}`. The response is as the
/// API gave it. https://www.messagecentral.com/product/verify-now/api
namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::string_view kShape =
    "is required: forward each answer as {\"operation\":\"send\" or "
    "\"validate\",\"time\":…,\"response\":{…}}";

std::string_view factor_of(std::string_view channel) {
  const auto name = lowered(channel);
  if (name == "sms") return "sms";
  if (name == "whatsapp") return "whatsapp";
  if (name == "voice") return "voice";
  if (name == "email") return "email";
  return {};
}

/// 200 is success in both operations; other codes and their names stand in VerifyNow's own list.
std::string_view type_of(std::string_view operation, bool good) {
  if (operation == "send") return good ? "challenge.sent" : "challenge.undelivered";
  if (operation == "validate") return good ? "challenge.verified" : "challenge.failed";
  return {};
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto operation = text_at(item, {"operation"});
  const auto* response = find(item, {"response"});
  if (operation.empty() || response == nullptr || !response->is_object())
    return Refused{{{"operation", std::string(kShape)}}};
  const auto* data = find(*response, {"data"});
  const auto code = words_at(*response, {"responseCode"});
  const auto inner = data == nullptr ? std::string() : words_at(*data, {"responseCode"});
  const auto status = data == nullptr ? std::string_view{} : text_at(*data, {"verificationStatus"});
  const bool good = code == "200" && (inner.empty() || inner == "200") &&
                    (status.empty() || status == "VERIFICATION_COMPLETED");
  const auto type = type_of(operation, good);
  if (type.empty()) return Unmapped{shown_type(operation), {}};

  const json::value nothing;
  const json::value& answer = data == nullptr ? nothing : *data;
  const auto verification = words_at(answer, {"verificationId"});
  const auto time = time_of(text_at(item, {"time"}));
  auto reason = text_at(answer, {"errorMessage"});
  if (reason.empty() && !good) reason = text_at(*response, {"message"});
  EventBuilder event(context, type);
  event
      .id(verification.empty() || !time ? std::string()
                                        : fmt::format("{}/{}/{}", verification, operation, *time),
          "response.data.verificationId")
      .time(time, "time")
      .set(record::kActorPhone, words_at(answer, {"mobileNumber"}))
      .set(record::kActorId, text_at(item, {"user_id"}))
      .set(record::kChallengeId, text_at(item, {"challenge_id"}).empty() ? std::string_view(verification)
                                                                         : text_at(item, {"challenge_id"}))
      .set(record::kChallengeFactor, factor_of(text_at(item, {"channel"})))
      .set(record::kChallengeProvider, "message_central")
      .reason(good ? std::string_view{} : reason)
      .attribute("response_code", inner.empty() ? code : inner)
      .attribute("transaction_id", text_at(answer, {"transactionId"}));
  if (!text_at(item, {"challenge_id"}).empty()) event.set(record::kChallengeProviderId, verification);
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kMessageCentral{"message_central", "Message Central VerifyNow (forwarded answers)", adapt};

}  // namespace countersign::adapters
