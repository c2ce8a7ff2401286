#include "collector/adapters/event_builder.h"

#include <fmt/format.h>

/// Prelude Verify webhooks. https://docs.prelude.so/verify/v2/documentation/webhook
namespace countersign::adapters {
namespace {

namespace json = boost::json;

std::string_view type_of(std::string_view name, const json::value& payload) {
  if (name == "verify.authentication" || name == "verify.attempt") return "challenge.sent";
  if (name != "verify.delivery_status") return {};
  const auto status = text_at(payload, {"status"});
  if (status == "delivered") return "challenge.delivered";
  if (status == "undeliverable" || status == "undelivered") return "challenge.undelivered";
  return {};
}

std::string_view factor_of(std::string_view channel) {
  for (const std::string_view factor : {"sms", "whatsapp", "voice"}) {
    if (channel == factor) return factor;
  }
  return {};
}

std::string amount_of(const json::value& payload) {
  const auto* amount = find(payload, {"price", "amount"});
  if (amount == nullptr || !amount->is_number()) return {};
  const double number = amount->to_number<double>();
  if (number < 0 || number > 1e6) return {};
  std::string out = fmt::format("{:.6f}", number);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out;
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto name = text_at(item, {"type"});
  const auto* found = find(item, {"payload"});
  if (name.empty() || found == nullptr)
    return Refused{{{"type", "is required, with payload: the payload must be a Prelude webhook"}}};
  const json::value& payload = *found;
  const auto type = type_of(name, payload);
  if (type.empty()) return Unmapped{shown_type(name)};

  auto time = time_of(text_at(payload, {"time"}));
  if (!time) time = time_of(text_at(item, {"created_at"}));
  const bool phone = text_at(payload, {"target", "type"}) == "phone_number";
  const auto own = text_at(payload, {"metadata", "correlation_id"});
  EventBuilder event(context, type);
  event.id(text_at(item, {"id"}), "id")
      .time(time, "payload.time")
      .set(phone ? record::kActorPhone : record::kActorEmail, text_at(payload, {"target", "value"}))
      .set(record::kChallengeId, own.empty() ? text_at(payload, {"verification_id"}) : own)
      .set(record::kChallengeProviderId,
           own.empty() ? std::string_view{} : text_at(payload, {"verification_id"}))
      .set(record::kChallengeFactor, factor_of(text_at(payload, {"channel"})))
      .set(record::kChallengeProvider, "prelude")
      .set(record::kCostAmount, amount_of(payload))
      .attribute("prelude_type", name)
      .attribute("correlation_id", text_at(payload, {"metadata", "correlation_id"}));
  if (!amount_of(payload).empty()) event.set(record::kCostCurrency, text_at(payload, {"price", "currency"}));
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kPrelude{"prelude", "Prelude Verify (webhook)", adapt};

}  // namespace countersign::adapters
