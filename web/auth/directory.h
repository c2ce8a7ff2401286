#pragma once

#include "web/auth/account.h"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace countersign::auth {

/// The accounts as they were read last, for the threads that serve requests and read no file. Any thread.
class Directory {
 public:
  void set(std::vector<Account> accounts);

  /// The account of an id that may sign in at `now`; empty where there is none, or it may not.
  std::shared_ptr<const Account> active(const std::string& id, base::Timestamp now) const;

 private:
  using Map = std::unordered_map<std::string, std::shared_ptr<const Account>>;
  mutable std::mutex mutex_;
  std::shared_ptr<const Map> accounts_ = std::make_shared<const Map>();
};

}  // namespace countersign::auth
