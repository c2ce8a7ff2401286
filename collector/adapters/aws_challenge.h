#pragma once

#include "collector/adapters/payload.h"

/// The steps of a challenge that CloudTrail records: IAM Identity Center's and the console's sign-in events,
/// and Amazon Cognito's user pool API.
/// https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html
/// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RespondToAuthChallenge.html
namespace countersign::adapters {

struct AwsStep {
  std::string_view type;
  std::string_view factor;   ///< empty: it is not told, or none of ours
  std::string_view purpose;  ///< empty: it is not told
};

/// What a record says of a challenge or a login; absent where it says nothing of either. `service` is the
/// event's source before `.amazonaws.com`.
std::optional<AwsStep> aws_step(std::string_view service, std::string_view name,
                                const boost::json::value& record);

}  // namespace countersign::adapters
