#pragma once

#include "web/auth/account.h"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace countersign::auth {

/// The accounts as they were read last, for the threads that serve requests and read no file. Any thread.
class Directory {
 public:
  void set(std::vector<Account> accounts);

  /// The account of an id that may sign in at `now`; empty where there is none, or it may not.
  std::shared_ptr<const Account> active(const std::string& id, base::Timestamp now) const;

  /// Whether the account of that name has signed in from that network (see is_known).
  bool knows(std::string_view name, std::string_view address, base::Timestamp now) const;

 private:
  using Map = std::unordered_map<std::string, std::shared_ptr<const Account>>;
  struct Accounts {
    Map by_id, by_name;
  };
  std::shared_ptr<const Accounts> accounts() const;

  mutable std::mutex mutex_;
  std::shared_ptr<const Accounts> accounts_ = std::make_shared<const Accounts>();
};

}  // namespace countersign::auth
