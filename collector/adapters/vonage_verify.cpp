#include "collector/adapters/event_builder.h"

#include <fmt/format.h>

/// Vonage Verify v2 callbacks: an event of one channel (`type: event`), the summary of a request
/// (`type: summary`), and silent authentication's.
/// https://developer.vonage.com/en/verify/concepts/webhooks
namespace countersign::adapters {
namespace {

namespace json = boost::json;

std::string_view factor_of(std::string_view channel) {
  if (channel == "sms" || channel == "email" || channel == "voice") return channel;
  if (channel == "whatsapp" || channel == "whatsapp_interactive") return "whatsapp";
  return {};  // silent_auth has no counterpart
}

/// What became of a challenge, and why where the type does not say it.
struct Meaning {
  std::string_view type, reason;
};

Meaning meaning_of(std::string_view status) {
  if (status == "completed" || status == "verified") return {"challenge.verified", ""};
  if (status == "failed") return {"challenge.failed", "failed"};
  if (status == "expired") return {"challenge.expired", ""};
  if (status == "cancelled" || status == "canceled") return {"challenge.cancelled", ""};
  if (status == "blocked") return {"challenge.failed", "blocked"};
  if (status == "user_rejected" || status == "rejected") return {"challenge.failed", "user_rejected"};
  if (status == "unused") return {"challenge.cancelled", "unused"};
  return {};
}

/// The channel before the last one that was tried: a summary names all of them in their order.
std::string_view fallback_from(const json::value& item) {
  const auto* steps = find(item, {"workflow"});
  if (steps == nullptr || !steps->is_array() || steps->get_array().size() < 2) return {};
  const auto& all = steps->get_array();
  return factor_of(text_at(all[all.size() - 2], {"channel"}));
}

std::string_view channel_of(const json::value& item) {
  const auto channel = text_at(item, {"channel"});
  const auto* steps = find(item, {"workflow"});
  if (!channel.empty() || steps == nullptr || !steps->is_array() || steps->get_array().empty())
    return channel;
  return text_at(steps->get_array().back(), {"channel"});
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto request = text_at(item, {"request_id"});
  const auto status = text_at(item, {"status"}), type = text_at(item, {"type"});
  if (request.empty() || status.empty())
    return Refused{{{"request_id", "is required, with status: the payload must be a Verify v2 callback"}}};
  if (status == "action_pending")
    return Unmapped{"action_pending", "the device is asked to check itself, silently"};
  const auto meaning = meaning_of(status);
  if (meaning.type.empty()) return Unmapped{shown_type(status), {}};

  auto time = time_of(text_at(item, {"finalized_at"}));
  if (!time) time = time_of(text_at(item, {"triggered_at"}));
  // A summary says when the request was made, not when it ended.
  if (!time) time = time_received(context);
  const auto channel = channel_of(item);
  const auto own = text_at(item, {"client_ref"});
  EventBuilder event(context, meaning.type);
  event.id(fmt::format("{}/{}/{}/{}", request, type, channel, status), "request_id")
      .time(time, "finalized_at")
      .actor_name(text_at(item, {"to"}))
      .set(record::kChallengeId, own.empty() ? request : own)
      .set(record::kChallengeProviderId, own.empty() ? std::string_view{} : request)
      .set(record::kChallengeFactor, factor_of(channel))
      .set(record::kChallengeFallbackFrom, fallback_from(item))
      .set(record::kChallengeProvider, "vonage_verify")
      .reason(meaning.reason)
      .attribute("callback", type)
      .attribute("channel", channel);
  if (const auto price = text_at(item, {"price"}); !price.empty())
    event.set(record::kCostAmount, price).set(record::kCostCurrency, text_at(item, {"currency"}));
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kVonageVerify{"vonage_verify", "Vonage Verify v2 (callbacks)", adapt};

}  // namespace countersign::adapters
