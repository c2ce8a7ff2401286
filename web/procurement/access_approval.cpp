#include "web/procurement/access_approval.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace countersign::procurement {
namespace {

using base::Code;

/// Takes an account away that no request was decided with.
void take_away(trust::Requests& requests, const auth::Administrator& administrator, const std::string& id,
               const std::string& account) {
  const auto stored = requests.as_stored(id);
  if (stored ? stored->account == account : stored.error().code != Code::not_found) return;
  if (const auto removed = auth::remove(administrator, account); !removed)
    spdlog::error("the account {} was made for a request that was not approved, and not removed: {}", account,
                  removed.error().message);
}

}  // namespace

base::Result<ApprovedAccess> approve_access(trust::Requests& requests,
                                            const auth::Administrator& administrator, const documents::By& by,
                                            const std::string& id, auth::NewAccount wish) {
  TRY_ASSIGN(const auto request, requests.find(id));
  if (!request.wish) return base::fail(Code::failed_precondition, "the request is decided already");
  wish.name = request.wish->email;
  wish.display_name = request.wish->name;
  TRY_ASSIGN(auto invited, auth::add_account(administrator, wish));
  const auto& account = invited.account;
  const trust::Grant grant{account.id, wish.tenants.front().value(), wish.period->from, wish.period->before,
                           *wish.expires};
  auto approved = requests.approve(id, grant, by);
  if (!approved) {
    take_away(requests, administrator, id, account.id);
    return base::fail(approved.error());
  }
  return ApprovedAccess{std::move(*approved), std::move(invited)};
}

}  // namespace countersign::procurement
