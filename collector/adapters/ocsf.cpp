#include "collector/adapters/done_to.h"

#include <fmt/format.h>

/// OCSF events of any product: class 3002 Authentication and 3001 Account Change, one or an array.
/// https://schema.ocsf.io/1.8.0/classes/authentication
namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::int64_t kAuthentication = 3002;
constexpr std::int64_t kAccountChange = 3001;
constexpr std::int64_t kSuccess = 1;
constexpr std::int64_t kFailure = 2;

/// The first of `auth_factors` that has a counterpart: a password is a factor there, too.
struct Factor {
  std::string_view ours;
  bool second = false;  ///< any factor other than a password stands there
};

std::string_view factor_of(const json::value& factor, std::int64_t type) {
  const auto* totp = find(factor, {"is_totp"});
  switch (type) {
    case 1:
      return "sms";
    case 3:
      return "voice";
    case 5:
      return "push";
    case 7:
      return totp != nullptr && totp->is_bool() && totp->get_bool() ? "totp" : "";
    case 8:
      return "email";
    case 9:
    case 10:
      return "passkey";
    default:
      return {};
  }
}

Factor factor_in(const json::value& item) {
  constexpr std::int64_t kPassword = 11;
  Factor out;
  const auto* factors = find(item, {"auth_factors"});
  if (factors == nullptr || !factors->is_array()) return out;
  for (const auto& factor : factors->get_array()) {
    const auto type = number_at(factor, {"factor_type_id"}).value_or(0);
    if (type == kPassword || type == 0) continue;
    out.second = true;
    if (out.ours.empty()) out.ours = factor_of(factor, type);
  }
  return out;
}

/// Activity 6, Preauth, is the stage at which a second factor is asked for; what became of it says the
/// status.
std::string_view authentication_type(const json::value& item, const Factor& factor) {
  const auto activity = number_at(item, {"activity_id"}).value_or(0);
  const auto status = number_at(item, {"status_id"}).value_or(0);
  const auto* mfa = find(item, {"is_mfa"});
  const bool multi = factor.second || (mfa != nullptr && mfa->is_bool() && mfa->get_bool());
  if (activity == 6 && multi)
    return status == kSuccess   ? "challenge.verified"
           : status == kFailure ? "challenge.failed"
                                : "challenge.sent";
  if (activity != 1) return {};
  if (status == kFailure) return factor.second ? "challenge.failed" : "login.failed";
  return status == kSuccess ? "login.succeeded" : "";
}

std::string_view change_type(std::int64_t activity) {
  switch (activity) {
    case 1:
      return "user.provisioned";
    case 6:
      return "user.deprovisioned";
    case 5:
    case 9:
      return "user.suspended";
    case 7:
    case 8:
      return "user.role_changed";
    case 10:
      return "factor.enrolled";
    case 11:
      return "factor.removed";
    default:
      return {};
  }
}

/// `time` is milliseconds; some producers write seconds, which this side of 5138 cannot be mistaken.
std::optional<std::string> time_in(const json::value& item) {
  constexpr std::int64_t kMillisFrom = 100'000'000'000;
  if (auto time = time_of(text_at(item, {"time_dt"}))) return time;
  const auto number = number_at(item, {"time"});
  if (!number || *number < 0) return std::nullopt;
  return time_of_millis(*number < kMillisFrom ? *number * 1000 : *number);
}

/// The user, at `user` or `actor.user`, by the name that `login` is of.
Party party_at(const json::value& item, bool acting, std::string_view login) {
  return acting ? Party{text_at(item, {"actor", "user", "uid"}), text_at(item, {"actor", "user", login})}
                : Party{text_at(item, {"user", "uid"}), text_at(item, {"user", login})};
}

/// Who changed the account of another: then the source of the request is theirs.
std::optional<Party> other_doer(const json::value& item, std::string_view type) {
  const std::string_view login = party_at(item, true, "name").login.empty() ? "email_addr" : "name";
  const auto doer = party_at(item, true, login);
  if (!doer.is_told() || !is_by_other(type, party_at(item, false, login), doer, Untold::nobody))
    return std::nullopt;
  return doer;
}

void describe_client(const json::value& item, EventBuilder& event) {
  auto device = text_at(item, {"device", "uid"});
  if (device.empty()) device = text_at(item, {"src_endpoint", "uid"});
  auto session = text_at(item, {"session", "uid"});
  if (session.empty()) session = text_at(item, {"actor", "session", "uid"});
  event.set(record::kDeviceIp, text_at(item, {"src_endpoint", "ip"}))
      .set(record::kDeviceCountry, text_at(item, {"src_endpoint", "location", "country"}))
      .set(record::kDeviceAsn, number_at(item, {"src_endpoint", "autonomous_system", "number"}))
      .set(record::kDeviceUserAgent, text_at(item, {"http_request", "user_agent"}))
      .set(record::kDeviceFingerprint, device)
      .set(record::kSessionId, session)
      .attribute("acting_user_id", text_at(item, {"actor", "user", "uid"}));
}

void describe(const json::value& item, std::string_view type, EventBuilder& event) {
  event.set(record::kActorId, text_at(item, {"user", "uid"}))
      .set(record::kActorEmail, text_at(item, {"user", "email_addr"}))
      .actor_name(text_at(item, {"user", "name"}))
      .set(record::kActionResource, text_at(item, {"service", "name"}))
      .attribute("ocsf_type", text_at(item, {"type_name"}))
      .attribute("product", text_at(item, {"metadata", "product", "name"}))
      .attribute("event_code", text_at(item, {"metadata", "event_code"}))
      .attribute("message", text_at(item, {"message"}));
  if (const auto doer = other_doer(item, type)) {
    set_doer(event, *doer, text_at(item, {"src_endpoint", "ip"}));
  } else {
    describe_client(item, event);
  }
  const auto code = text_at(item, {"status_code"});
  event.reason(code.empty() ? text_at(item, {"status_detail"}) : code);
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto type_class = number_at(item, {"class_uid"});
  if (!type_class) return Refused{{{"class_uid", "is required: the payload must be an OCSF event"}}};
  if (*type_class != kAuthentication && *type_class != kAccountChange)
    return Unmapped{fmt::format("class.{}", *type_class),
                    "a class other than Authentication and Account Change"};
  const auto factor = factor_in(item);
  const auto activity = number_at(item, {"activity_id"}).value_or(0);
  const auto type =
      *type_class == kAuthentication ? authentication_type(item, factor) : change_type(activity);
  if (type.empty())
    return Unmapped{
        fmt::format("type.{}", number_at(item, {"type_uid"}).value_or(*type_class * 100 + activity)),
        "an activity or status that says nothing of a login or a factor"};

  const auto uid = text_at(item, {"metadata", "uid"});
  EventBuilder event(context, type);
  event.id(uid, "metadata.uid").time(time_in(item), "time");
  describe(item, type, event);
  if (type.starts_with("challenge.") || type.starts_with("factor."))
    event.set(record::kChallengeFactor, factor.ours)
        .set(record::kChallengeProvider, text_at(item, {"metadata", "product", "name"}));
  if (type.starts_with("challenge.")) {
    const auto correlation = text_at(item, {"metadata", "correlation_uid"});
    event.set(record::kChallengeId, correlation.empty() ? uid : correlation);
  }
  if (type == "user.role_changed") event.set(record::kActionName, text_at(item, {"activity_name"}));
  return event.finish(item);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  return adapt_each(payload, context, adapt_one);
}

}  // namespace

const Adapter kOcsf{"ocsf", "OCSF (Authentication, Account Change)", adapt};

}  // namespace countersign::adapters
