#include "apps/policy_review.h"

#include "apps/policy_past.h"
#include "apps/system_events.h"
#include "ledger/crypto/entropy.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::apps {

using base::Code;
using base::fail;

base::Result<base::Timestamp> review_policy(const Config& config, const ingest::Tenant& tenant,
                                            const std::string& change, const std::string& note,
                                            const PolicyAuthor& by) {
  TRY_ASSIGN(const auto history, read_policy_history(config, tenant));
  const auto& versions = history.versions();
  const auto found = std::find_if(versions.begin(), versions.end(),
                                  [&](const policy::Version& one) { return one.change == change; });
  if (found == versions.end())
    return fail(Code::not_found,
                fmt::format("the policies of {} have no change of that id; the history names them, a change "
                            "of the last seconds perhaps not yet",
                            tenant.id.value()));
  TRY_ASSIGN(const auto author, author_of(config, *found));
  if (author && *author == by.name)
    return fail(Code::failed_precondition, "who made a change cannot review it: let somebody else do so");
  const auto time = base::system_clock()();
  auto event = system_event(crypto::random_id(crypto::system_entropy()), "policy.reviewed", time);
  event["actor"] = {{"id", by.name}, {"role", by.how == PolicyAuthor::How::http ? "operator" : "account"}};
  event["action"] = {{"name", "policy review"}, {"resource", tenant.id.value()}, {"context", change}};
  event["outcome"] = {{"reason", note}};
  for (const auto& region : regions_told(config, tenant))
    TRY(leave_in_outbox(config.region_files(region), event));
  return time;
}

}  // namespace countersign::apps
