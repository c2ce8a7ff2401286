#include "web/auth/directory.h"

namespace countersign::auth {

void Directory::set(std::vector<Account> accounts) {
  auto fresh = std::make_shared<Map>();
  for (auto& account : accounts) {
    auto shared = std::make_shared<const Account>(std::move(account));
    (*fresh)[shared->id] = std::move(shared);
  }
  const std::lock_guard lock(mutex_);
  accounts_ = std::move(fresh);
}

std::shared_ptr<const Account> Directory::active(const std::string& id, base::Timestamp now) const {
  std::shared_ptr<const Map> accounts;
  {
    const std::lock_guard lock(mutex_);
    accounts = accounts_;
  }
  const auto found = accounts->find(id);
  return found != accounts->end() && found->second->is_active(now) ? found->second : nullptr;
}

}  // namespace countersign::auth
