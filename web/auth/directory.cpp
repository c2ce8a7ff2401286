#include "web/auth/directory.h"

#include "web/auth/password_limit.h"

namespace countersign::auth {

void Directory::set(std::vector<Account> accounts) {
  auto fresh = std::make_shared<Accounts>();
  for (auto& account : accounts) {
    auto shared = std::make_shared<const Account>(std::move(account));
    fresh->by_name[shared->name] = shared;
    fresh->by_id[shared->id] = std::move(shared);
  }
  const std::lock_guard lock(mutex_);
  accounts_ = std::move(fresh);
}

std::shared_ptr<const Directory::Accounts> Directory::accounts() const {
  const std::lock_guard lock(mutex_);
  return accounts_;
}

std::shared_ptr<const Account> Directory::active(const std::string& id, base::Timestamp now) const {
  const auto all = accounts();
  const auto found = all->by_id.find(id);
  return found != all->by_id.end() && found->second->is_active(now) ? found->second : nullptr;
}

bool Directory::knows(std::string_view name, std::string_view address, base::Timestamp now) const {
  const auto spelled = parse_account_name(name);
  if (!spelled) return false;
  const auto all = accounts();
  const auto found = all->by_name.find(*spelled);
  return found != all->by_name.end() && is_known(*found->second, address, now);
}

}  // namespace countersign::auth
