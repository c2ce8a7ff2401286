#include "collector/adapters/event_builder.h"
#include "ledger/base/json.h"

#include <algorithm>
#include <array>

/// AWS CloudTrail: a record, a log file (`Records`), EventBridge's envelope (`detail`), or the answer of
/// LookupEvents (`Events`). Of Amazon Cognito's hosted pages CloudTrail has an HTTP status and the user's
/// `sub`, but not what became of the challenge, so that is not claimed.
/// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-info-in-cloudtrail.html
namespace countersign::adapters {
namespace {

namespace json = boost::json;

constexpr std::string_view kPage = "a page of the hosted sign-in, which has a status and no outcome";
constexpr std::string_view kManagement = "a change of resources, no authentication";

struct Known {
  std::string_view source;  ///< of the event, before `.amazonaws.com`
  std::string_view name;
  std::string_view type;  ///< empty: no evidence
  std::string_view factor;
  std::string_view why;  ///< it is no evidence
};

constexpr std::array<Known, 47> kKnown{{
    {"cloudtrail", "DeleteTrail", "action.performed", "", ""},
    {"cloudtrail", "StopLogging", "action.performed", "", ""},
    {"cloudtrail", "UpdateTrail", "action.performed", "", ""},
    {"cognito-identity", "CreateIdentityPool", "", "", kManagement},
    {"cognito-idp", "AdminDeleteUser", "user.deprovisioned", "", ""},
    {"cognito-idp", "AdminDisableUser", "user.suspended", "", ""},
    {"cognito-idp", "AdminCreateUser", "user.provisioned", "", ""},
    {"cognito-idp", "AdminSetUserMFAPreference", "factor.enrolled", "", ""},
    {"cognito-idp", "Confirm_GET", "", "", kPage},
    {"cognito-idp", "Confirm_POST", "", "", kPage},
    {"cognito-idp", "CreateUserPool", "", "", kManagement},
    {"cognito-idp", "InitiateAuth", "", "", "a sign-in was begun; its outcome is another event"},
    {"cognito-idp", "AdminInitiateAuth", "", "", "a sign-in was begun; its outcome is another event"},
    {"cognito-idp", "Login_GET", "", "", kPage},
    {"cognito-idp", "Login_POST", "", "", kPage},
    {"cognito-idp", "Logout_GET", "", "", kPage},
    {"cognito-idp", "Mfa_GET", "", "", kPage},
    {"cognito-idp", "Mfa_POST", "", "", kPage},
    {"cognito-idp", "OAuth2Response_GET", "", "", kPage},
    {"cognito-idp", "OAuth2_Authorize_GET", "", "", kPage},
    {"cognito-idp", "ResendCode_POST", "challenge.sent", "", ""},
    {"cognito-idp", "ResendConfirmationCode", "challenge.sent", "", ""},
    {"cognito-idp", "SAML2Response_POST", "", "", kPage},
    {"cognito-idp", "SetUserMFAPreference", "factor.enrolled", "", ""},
    {"cognito-idp", "SetUserPoolMfaConfig", "policy.changed", "", ""},
    {"cognito-idp", "Signup_GET", "", "", kPage},
    {"cognito-idp", "Signup_POST", "", "", kPage},
    {"cognito-idp", "Token_POST", "", "", "a token was exchanged, no authentication of a person"},
    {"cognito-idp", "VerifySoftwareToken", "factor.enrolled", "totp", ""},
    {"iam", "AttachUserPolicy", "user.role_changed", "", ""},
    {"iam", "CreateAccessKey", "", "", kManagement},
    {"iam", "CreateLoginProfile", "", "", kManagement},
    {"iam", "CreateUser", "user.provisioned", "", ""},
    {"iam", "CreateVirtualMFADevice", "", "", "a device was made; it is enrolled by EnableMFADevice"},
    {"iam", "DeactivateMFADevice", "factor.removed", "", ""},
    {"iam", "DeleteUser", "user.deprovisioned", "", ""},
    {"iam", "DeleteVirtualMFADevice", "", "", "a device was deleted; it was removed by DeactivateMFADevice"},
    {"iam", "EnableMFADevice", "factor.enrolled", "", ""},
    {"iam", "ResyncMFADevice", "", "", "a clock was set, no authentication"},
    {"signin", "CheckMfa", "", "", "a second factor was asked for; its outcome is ConsoleLogin"},
    {"signin", "ConsoleLogin", "login.succeeded", "", ""},
    {"signin", "SwitchRole", "", "", "another role of somebody who is signed in"},
    {"sso", "Authenticate", "login.succeeded", "", ""},
    {"sts", "AssumeRole", "", "", "a role of a program, no authentication of a person"},
    {"sts", "AssumeRoleWithSAML", "", "", "a role of a program, no authentication of a person"},
    {"sts", "GetCallerIdentity", "", "", "a question, no authentication"},
    {"sts", "GetSessionToken", "", "", "a token of a program, no authentication of a person"},
}};

const Known* find_known(std::string_view source, std::string_view name) {
  const auto service = source.substr(0, source.find('.'));
  const auto* found = std::find_if(kKnown.begin(), kKnown.end(),
                                   [&](const Known& k) { return k.source == service && k.name == name; });
  return found == kKnown.end() ? nullptr : found;
}

/// A login fails by what the page answered; everything else by an error code.
std::string_view type_of(const Known& known, const json::value& item) {
  const bool failed = !text_at(item, {"errorCode"}).empty();
  if (known.type == "login.succeeded") {
    const auto answer = lowered(text_at(item, {"responseElements", known.name}));
    return failed || answer == "failure" ? "login.failed" : "login.succeeded";
  }
  if (!failed) return known.type;
  return known.type == "challenge.sent" ? "challenge.undelivered" : "action.blocked";
}

void describe_actor(const json::value& item, EventBuilder& event) {
  auto id = text_at(item, {"userIdentity", "arn"});
  if (id.empty()) id = text_at(item, {"userIdentity", "principalId"});
  if (const auto sub = text_at(item, {"additionalEventData", "sub"}); !sub.empty()) id = sub;
  auto name = text_at(item, {"userIdentity", "userName"});
  if (name.empty()) name = text_at(item, {"userIdentity", "sessionContext", "sessionIssuer", "userName"});
  event.set(record::kActorId, id)
      .actor_name(name)
      .set(record::kActorRole, text_at(item, {"userIdentity", "type"}))
      .set(record::kDeviceIp, text_at(item, {"sourceIPAddress"}))
      .set(record::kDeviceUserAgent, text_at(item, {"userAgent"}))
      .attribute("target_user", text_at(item, {"requestParameters", "userName"}))
      .attribute("target_username", text_at(item, {"requestParameters", "username"}));
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto source = text_at(item, {"eventSource"}), name = text_at(item, {"eventName"});
  if (source.empty() || name.empty())
    return Refused{{{"eventName", "is required, with eventSource: the payload must be of CloudTrail"}}};
  const auto* known = find_known(source, name);
  if (known == nullptr)
    return Unmapped{
        shown_type(source.substr(0, source.find('.')) == source
                       ? name
                       : std::string(source.substr(0, source.find('.'))) + "." + std::string(name)),
        {}};
  if (known->type.empty()) return Unmapped{shown_type(name), known->why};

  const auto type = type_of(*known, item);
  EventBuilder event(context, type);
  event.id(text_at(item, {"eventID"}), "eventID").time(time_of(text_at(item, {"eventTime"})), "eventTime");
  describe_actor(item, event);
  auto reason = text_at(item, {"errorCode"});
  event.reason(reason)
      .attribute("error_message", text_at(item, {"errorMessage"}))
      .attribute("aws_event", name)
      .attribute("aws_source", source)
      .attribute("aws_region", text_at(item, {"awsRegion"}))
      .attribute("account_id", text_at(item, {"recipientAccountId"}))
      .attribute("mfa_used", text_at(item, {"additionalEventData", "MFAUsed"}))
      .attribute("mfa_authenticated",
                 text_at(item, {"userIdentity", "sessionContext", "attributes", "mfaAuthenticated"}))
      .attribute("user_pool_id", text_at(item, {"requestParameters", "userPoolId"}));
  if (type.starts_with("challenge.") || type.starts_with("factor."))
    event.set(record::kChallengeFactor, known->factor)
        .set(record::kChallengeProvider, source.starts_with("cognito") ? "aws_cognito" : "aws");
  if (type.starts_with("challenge."))
    event.set(record::kChallengeId, text_at(item, {"additionalEventData", "requestContextId"}));
  if (type.starts_with("action.") || type == "policy.changed" || type == "user.role_changed")
    event.set(record::kActionName, name)
        .set(record::kActionResource, text_at(item, {"requestParameters", "name"}));
  return event.finish(item);
}

/// The records of LookupEvents, each a JSON document in a string.
Outcomes adapt_lookup(const json::array& events, const AdapterContext& context) {
  Outcomes out;
  for (const auto& event : events) {
    const auto parsed = base::parse_json(text_at(event, {"CloudTrailEvent"}), {.depth_max = 32});
    if (parsed && parsed->duplicates.empty()) {
      out.push_back(adapt_one(parsed->value, context));
    } else {
      out.push_back(Refused{{{"Events.CloudTrailEvent", "must be a JSON document in a string"}}});
    }
  }
  if (out.empty()) out.push_back(Refused{{{"Events", "the payload holds no event"}}});
  return out;
}

/// A record behind EventBridge's envelope, or as it is.
Outcome adapt_enveloped(const json::value& item, const AdapterContext& context) {
  const auto* detail = find(item, {"detail"});
  return adapt_one(detail != nullptr && detail->is_object() ? *detail : item, context);
}

Outcomes adapt(const json::value& payload, const AdapterContext& context) {
  if (const auto* events = find(payload, {"Events"}); events != nullptr && events->is_array())
    return adapt_lookup(events->get_array(), context);
  const auto* records = find(payload, {"Records"});
  return adapt_each(records != nullptr && records->is_array() ? *records : payload, context, adapt_enveloped);
}

}  // namespace

const Adapter kAwsCloudtrail{"aws_cloudtrail", "AWS CloudTrail (sign-in, IAM, Cognito)", adapt};

}  // namespace countersign::adapters
