#include "collector/adapters/event_builder.h"

#include <fmt/format.h>

/// Sinch Verification's callbacks. They carry no time of their own, so the time of receipt stands for it, and
/// no id of the event, so it is made of the verification and the event.
/// https://developers.sinch.com/docs/verification/api-reference/verification/tag/Verification-callbacks/
namespace countersign::adapters {
namespace {

namespace json = boost::json;

std::string_view factor_of(std::string_view method) {
  const auto name = lowered(method);
  if (name == "sms") return "sms";
  if (name == "callout" || name == "flashcall" || name == "flashcalls") return "voice";
  if (name == "whatsapp") return "whatsapp";
  return {};
}

std::string_view type_of(std::string_view event, std::string_view status) {
  if (event == "VerificationRequestEvent") return "challenge.sent";
  if (event != "VerificationResultEvent") return {};
  if (status == "SUCCESSFUL") return "challenge.verified";
  if (status == "FAIL" || status == "DENIED" || status == "ERROR") return "challenge.failed";
  if (status == "ABORTED") return "challenge.cancelled";
  return {};
}

std::string decimal(const json::value* amount) {
  if (amount == nullptr) return {};
  if (amount->is_string()) return std::string(amount->get_string());
  if (amount->is_double() && amount->get_double() >= 0 && amount->get_double() < 1e6)
    return fmt::format("{}", amount->get_double());
  return amount->is_int64() && amount->get_int64() >= 0 ? fmt::format("{}", amount->get_int64())
                                                        : std::string();
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto name = text_at(item, {"event"}), status = text_at(item, {"status"});
  const auto verification = words_at(item, {"id"});
  if (name.empty())
    return Refused{{{"event", "is required: the payload must be a Sinch Verification callback"}}};
  const auto type = type_of(name, status);
  if (type.empty()) return Unmapped{shown_type(status.empty() ? name : status), {}};

  const auto own = text_at(item, {"reference"});
  EventBuilder event(context, type);
  event.id(verification.empty() ? std::string() : fmt::format("{}/{}", verification, name), "id")
      .time_of_receipt()
      .actor_name(text_at(item, {"identity", "endpoint"}))
      .set(record::kChallengeId, own.empty() ? std::string_view(verification) : own)
      .set(record::kChallengeProviderId, own.empty() ? std::string_view{} : std::string_view(verification))
      .set(record::kChallengeFactor, factor_of(text_at(item, {"method"})))
      .set(record::kChallengeProvider, "sinch")
      .reason(type == "challenge.failed" ? text_at(item, {"reason"}) : std::string_view{})
      .attribute("sinch_status", status);
  const auto amount = decimal(find(item, {"price", "amount"}));
  if (!amount.empty() && amount.find('e') == std::string::npos)
    event.set(record::kCostAmount, std::string_view(amount))
        .set(record::kCostCurrency, text_at(item, {"price", "currencyId"}));
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kSinchVerification{"sinch_verification", "Sinch Verification (callbacks)", adapt};

}  // namespace countersign::adapters
