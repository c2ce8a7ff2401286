#pragma once

#include "ledger/base/result.h"
#include "web/auth/account.h"
#include "web/auth/provisioned.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::auth {

/// The accounts of one appliance, in a SQLite file of their own. The daemon and the command line write it at
/// the same time, so it has a rollback journal: two writers of a WAL could damage it (DESIGN.md, "Threads" of
/// the house style). Each change is on disk when the call returns. What was deleted is overwritten. One
/// thread at a time; several may each have one.
///
/// Errors of all calls: those of sqlite::Connection; data_loss also for an account that cannot be read.
class AccountStore {
 public:
  /// Makes the file where it is missing, for its owner alone. failed_precondition: it was made by a newer
  /// version.
  static base::Result<AccountStore> open(const std::filesystem::path& file);
  ~AccountStore();
  AccountStore(AccountStore&&) noexcept;
  AccountStore& operator=(AccountStore&&) noexcept;

  base::Result<std::optional<Account>> by_id(std::string_view id);
  base::Result<std::optional<Account>> by_name(std::string_view name);
  base::Result<std::optional<Account>> by_invitation(const base::Digest& token_sha256);
  /// Whom an identity platform has provisioned as the user `id`; and whom a provider calls `subject`.
  base::Result<std::optional<Account>> by_scim(std::string_view id);
  base::Result<std::optional<Account>> by_subject(std::string_view issuer, std::string_view subject);
  /// In the order of their names.
  base::Result<std::vector<Account>> all();

  /// already_exists: there is an account of that name, id, or issuer and subject.
  base::Result<void> add(const Account& account);

  /// Changes the account as it is on disk, with nobody in between; what `change` fails with is returned, and
  /// then nothing changes. The id stays. not_found: there is none. already_exists: the new name is another's.
  using Change = std::function<base::Result<void>(Account&)>;
  base::Result<Account> change(std::string_view id, const Change& change);

  /// As change(), for each of them, in one transaction.
  base::Result<void> change_all(const Change& change);

  /// not_found: there is none.
  base::Result<void> remove(std::string_view id);

  /// Runs `work`, in which all calls of this store, and those of the users and groups that it is given, are
  /// one transaction: kept where it gives true, undone where it gives false or fails.
  using Work = std::function<base::Result<bool>(Provisioned&)>;
  base::Result<void> together(const Work& work);

  /// A write that changes nothing and takes as long as one that does.
  base::Result<void> touch();

  /// A number that differs when the file was changed, by this connection or another one.
  base::Result<std::int64_t> version();

 private:
  struct Impl;
  explicit AccountStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::auth
