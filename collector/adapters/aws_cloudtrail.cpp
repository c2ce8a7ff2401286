#include "collector/adapters/aws_challenge.h"
#include "collector/adapters/done_to.h"
#include "ledger/base/json.h"

#include <fmt/format.h>

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
constexpr std::string_view kBegun = "a step of a sign-in that is neither a second factor nor its outcome";
constexpr std::string_view kPassword = "a password or another identity provider, no second factor";
constexpr std::string_view kManagement = "a change of resources, no authentication";

struct Known {
  std::string_view source;  ///< of the event, before `.amazonaws.com`
  std::string_view name;
  std::string_view type;  ///< empty: no evidence
  std::string_view factor;
  std::string_view why;  ///< it is no evidence
};

constexpr std::array<Known, 51> kKnown{{
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
    {"cognito-idp", "AdminInitiateAuth", "", "", kBegun},
    {"cognito-idp", "AdminRespondToAuthChallenge", "", "", kBegun},
    {"cognito-idp", "InitiateAuth", "", "", kBegun},
    {"cognito-idp", "Login_GET", "", "", kPage},
    {"cognito-idp", "Login_POST", "", "", kPage},
    {"cognito-idp", "Logout_GET", "", "", kPage},
    {"cognito-idp", "Mfa_GET", "", "", kPage},
    {"cognito-idp", "Mfa_POST", "", "", kPage},
    {"cognito-idp", "OAuth2Response_GET", "", "", kPage},
    {"cognito-idp", "OAuth2_Authorize_GET", "", "", kPage},
    {"cognito-idp", "ResendCode_POST", "challenge.sent", "", ""},
    {"cognito-idp", "RespondToAuthChallenge", "", "", kBegun},
    {"cognito-idp", "SAML2Response_POST", "", "", kPage},
    {"cognito-idp", "SetUserMFAPreference", "factor.enrolled", "", ""},
    {"cognito-idp", "SetUserPoolMfaConfig", "policy.changed", "", ""},
    {"cognito-idp", "SignUp", "user.provisioned", "", ""},
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
    {"signin", "CredentialChallenge", "", "", kPassword},
    {"signin", "CredentialVerification", "", "", kPassword},
    {"signin", "SwitchRole", "", "", "another role of somebody who is signed in"},
    {"sso", "Authenticate", "login.succeeded", "", ""},
    {"sts", "AssumeRole", "", "", "a role of a program, no authentication of a person"},
    {"sts", "AssumeRoleWithSAML", "", "", "a role of a program, no authentication of a person"},
    {"sts", "GetCallerIdentity", "", "", "a question, no authentication"},
    {"sts", "GetSessionToken", "", "", "a token of a program, no authentication of a person"},
}};

const Known* find_known(std::string_view service, std::string_view name) {
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

/// The first that names somebody.
std::string_view first_text(const json::value& item, std::initializer_list<Path> paths) {
  for (const auto& path : paths) {
    const auto text = text_at(item, path);
    if (!text.empty() && text != "Anonymous" && text != "HIDDEN_DUE_TO_SECURITY_REASONS") return text;
  }
  return {};
}

/// The ARN of the IAM user to whom it was done, of whom a request tells the name alone. It is that of a user
/// in the path `/`; names are unique in an account, so that it is never another's.
std::string iam_target(const json::value& item, std::string_view name) {
  if (const auto told = text_at(item, {"responseElements", "user", "arn"}); !told.empty())
    return std::string(told);
  if (name.empty()) return {};
  const auto own = text_at(item, {"userIdentity", "arn"});
  if (text_at(item, {"userIdentity", "type"}) == "IAMUser" &&
      text_at(item, {"userIdentity", "userName"}) == name)
    return std::string(own);
  const auto account = text_at(item, {"recipientAccountId"});
  if (account.empty()) return {};
  const auto partition = own.starts_with("arn:aws-") ? own.substr(4, own.find(':', 4) - 4) : "aws";
  return fmt::format("arn:{}:iam::{}:user/{}", partition, account, name);
}

/// Who acted. In Cognito's calls for administrators `sub` is the user, who acts in a login or a challenge
/// alone.
Party doer_of(const json::value& item, bool for_admins, std::string_view type) {
  const auto sub = first_text(item, {{"additionalEventData", "sub"}});
  const bool of_user =
      !sub.empty() && (!for_admins || type.starts_with("login.") || type.starts_with("challenge."));
  return {of_user ? sub
                  : first_text(item, {{"userIdentity", "arn"},
                                      {"userIdentity", "principalId"},
                                      {"userIdentity", "onBehalfOf", "userId"}}),
          first_text(item, {{"userIdentity", "userName"},
                            {"userIdentity", "sessionContext", "sessionIssuer", "userName"},
                            {"additionalEventData", "UserName"}})};
}

void describe_actor(const json::value& item, std::string_view service, std::string_view name,
                    std::string_view type, EventBuilder& event) {
  const bool for_admins = service == "cognito-idp" && name.starts_with("Admin");
  const auto doer = doer_of(item, for_admins, type);
  std::string iam_arn;
  Party target;
  if (for_admins) {
    target = {first_text(item, {{"additionalEventData", "sub"}}),
              first_text(item, {{"requestParameters", "username"}})};
  } else if (service == "iam") {
    // A name with spaces is no IAM user's: of the root user it is `AWS ROOT USER`.
    const auto user = first_text(item, {{"requestParameters", "userName"}});
    target.login = user.find(' ') == std::string_view::npos ? user : std::string_view{};
    iam_arn = iam_target(item, target.login);
    target.id = iam_arn;
  }
  const bool own = service == "iam" ? name.ends_with("MFADevice") : !for_admins;
  if (is_by_other(type, target, doer, own ? Untold::own : Untold::nobody)) {
    event.set(record::kActorId, target.id).actor_name(target.login);
    set_doer(event, doer, text_at(item, {"sourceIPAddress"}));
    return;
  }
  event.set(record::kActorId, doer.id)
      .actor_name(doer.login)
      .set(record::kActorRole, text_at(item, {"userIdentity", "type"}))
      .set(record::kDeviceIp, text_at(item, {"sourceIPAddress"}))
      .set(record::kDeviceUserAgent, text_at(item, {"userAgent"}))
      .attribute("target_user", first_text(item, {{"requestParameters", "userName"}}))
      .attribute("target_username", first_text(item, {{"requestParameters", "username"}}));
}

/// A service that has nothing to do with signing in is known as a whole.
Outcome unknown(std::string_view service, std::string_view name) {
  const bool concerns_us =
      std::any_of(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.source == service; });
  return Unmapped{shown_type(std::string(service) + "." + std::string(name)),
                  concerns_us ? "" : "a service other than sign-in, IAM, Cognito and CloudTrail"};
}

Outcome adapt_one(const json::value& item, const AdapterContext& context) {
  const auto source = text_at(item, {"eventSource"}), name = text_at(item, {"eventName"});
  if (source.empty() || name.empty())
    return Refused{{{"eventName", "is required, with eventSource: the payload must be of CloudTrail"}}};
  const auto service = source.substr(0, source.find('.'));
  auto step = aws_step(service, name, item);
  if (!step) {
    const auto* known = find_known(service, name);
    if (known == nullptr) return unknown(service, name);
    if (known->type.empty()) return Unmapped{shown_type(name), known->why};
    step = AwsStep{type_of(*known, item), known->factor, {}};
  }
  const auto type = step->type;
  EventBuilder event(context, type);
  event.id(text_at(item, {"eventID"}), "eventID").time(time_of(text_at(item, {"eventTime"})), "eventTime");
  describe_actor(item, service, name, type, event);
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
    event.set(record::kChallengeFactor, step->factor)
        .set(record::kChallengeProvider, source.starts_with("cognito") ? "aws_cognito" : "aws");
  if (type.starts_with("challenge.")) {
    auto id = text_at(item, {"additionalEventData", "requestContextId"});
    if (id.empty()) id = text_at(item, {"additionalEventData", "AuthWorkflowID"});
    event.set(record::kChallengeId, id).set(record::kChallengePurpose, step->purpose);
  }
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
