#pragma once

#include "apps/config.h"
#include "web/notify/notice.h"

#include <string>
#include <vector>

/// What notices of answers need and their records do not say, read from the vendor's stores and the accounts
/// as they are now: records and deliveries name no person. Each call opens what it needs; any thread.
namespace countersign::apps {

/// Adds the answer's title, and of a questionnaire whose evidence it goes by. Nothing where it cannot be
/// read.
void complete_answer(const Config& config, notify::Notice& notice);

/// The mail addresses of those who own what a notice is about: who stands for an answer, or has approved it.
/// An owner is an account that may sign in and is called by an address; where one is not, `otherwise` is in
/// their place. Empty of what nobody owns.
std::vector<std::string> addresses_of_owners(const Config& config, const notify::Notice& notice,
                                             const std::vector<std::string>& otherwise);

}  // namespace countersign::apps
