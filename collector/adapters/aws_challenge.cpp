#include "collector/adapters/aws_challenge.h"

#include <algorithm>
#include <utility>

namespace countersign::adapters {
namespace {

namespace json = boost::json;

using Factor = std::pair<std::string_view, std::string_view>;

/// Names that AWS gives to what is more than a password, and ours; empty where we have none.
constexpr Factor kFactors[] = {
    {"EMAIL", "email"},
    {"EMAIL_MFA", "email"},
    {"EMAIL_OTP", "email"},
    {"HARDWARE_TOTP", "totp"},
    {"RESYNC_TOTP", "totp"},
    {"SMARTCARD", ""},
    {"SMS", "sms"},
    {"SMS_MFA", "sms"},
    {"SMS_OTP", "sms"},
    {"SOFTWARE_TOKEN", "totp"},
    {"SOFTWARE_TOKEN_MFA", "totp"},
    {"SW_TOTP", "totp"},
    {"TOTP", "totp"},
    {"U2F", "passkey"},
    {"WEBAUTHN", "passkey"},
    {"WEB_AUTHN", "passkey"},
};

std::optional<std::string_view> factor_of(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFactors), std::end(kFactors),
                                   [&](const Factor& factor) { return factor.first == name; });
  if (found == std::end(kFactors)) return std::nullopt;
  return found->second;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

/// AWS sign-in: each credential is asked for (CredentialChallenge) and tried (CredentialVerification); a
/// password that was right is no evidence yet. UserAuthentication says that all were passed; there is none
/// where one was not.
std::optional<AwsStep> sign_in_step(std::string_view name, const json::value& record) {
  if (name == "UserAuthentication") {
    const bool failed = lowered(text_at(record, {"serviceEventDetails", name})) == "failure";
    return AwsStep{failed ? "login.failed" : "login.succeeded", "", "login"};
  }
  if (!is_one_of(name, {"CredentialChallenge", "CredentialVerification"})) return std::nullopt;
  const auto outcome = lowered(text_at(record, {"serviceEventDetails", name}));
  const auto factor = factor_of(text_at(record, {"additionalEventData", "CredentialType"}));
  if (!factor) {
    const bool refused = name == "CredentialVerification" && outcome == "failure";
    return refused ? std::optional(AwsStep{"login.failed", "", "login"}) : std::nullopt;
  }
  if (name == "CredentialChallenge") return AwsStep{"challenge.sent", *factor, "login"};
  if (outcome == "success") return AwsStep{"challenge.verified", *factor, "login"};
  if (outcome == "failure") return AwsStep{"challenge.failed", *factor, "login"};
  return std::nullopt;
}

/// The factor of the message that an answer says was sent.
std::string_view delivered_by(const json::value& record) {
  return factor_of(text_at(record, {"responseElements", "codeDeliveryDetails", "deliveryMedium"}))
      .value_or("");
}

/// What the answer to a sign-in, or to one of its steps, says next.
std::optional<AwsStep> answered(const json::value& record) {
  if (const auto next = factor_of(text_at(record, {"responseElements", "challengeName"})))
    return AwsStep{"challenge.sent", *next, "login"};
  if (find(record, {"responseElements", "authenticationResult"}) != nullptr)
    return AwsStep{"login.succeeded", "", "login"};
  return std::nullopt;
}

std::optional<AwsStep> cognito_step(std::string_view name, const json::value& record) {
  const bool failed = !text_at(record, {"errorCode"}).empty();
  const auto outcome = failed ? "challenge.failed" : "challenge.verified";
  const auto sending = failed ? "challenge.undelivered" : "challenge.sent";
  if (is_one_of(name, {"RespondToAuthChallenge", "AdminRespondToAuthChallenge"})) {
    if (const auto factor = factor_of(text_at(record, {"requestParameters", "challengeName"})))
      return AwsStep{outcome, *factor, "login"};
    return failed ? AwsStep{"login.failed", "", "login"} : answered(record);
  }
  if (is_one_of(name, {"InitiateAuth", "AdminInitiateAuth"}))
    return failed ? AwsStep{"login.failed", "", "login"} : answered(record);
  if (name == "ConfirmSignUp") return AwsStep{outcome, "", "signup"};
  if (is_one_of(name, {"ConfirmForgotPassword", "VerifyUserAttribute"})) return AwsStep{outcome, "", ""};
  if (name == "ResendConfirmationCode") return AwsStep{sending, delivered_by(record), "signup"};
  if (is_one_of(name, {"ForgotPassword", "GetUserAttributeVerificationCode"}))
    return AwsStep{sending, delivered_by(record), ""};
  if (name == "SignUp" && !delivered_by(record).empty())
    return AwsStep{"challenge.sent", delivered_by(record), "signup"};
  return std::nullopt;
}

}  // namespace

std::optional<AwsStep> aws_step(std::string_view service, std::string_view name, const json::value& record) {
  if (service == "signin") return sign_in_step(name, record);
  return service == "cognito-idp" ? cognito_step(name, record) : std::nullopt;
}

}  // namespace countersign::adapters
