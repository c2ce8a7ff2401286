#pragma once

#include "ledger/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::auth {

/// What a new password must be: long enough, and not one that attackers try first (NIST SP 800-63B section
/// 5.1.1.2). Nothing is asked of its characters. const calls are thread-safe.
class PasswordRules {
 public:
  static constexpr std::size_t kCharactersMin = 12;
  static constexpr std::size_t kBytesMax = 1024;

  /// `breached` is a file of SHA-1 hashes of breached passwords, one a line in upper-case hexadecimal,
  /// sorted, with or without `:count` behind: the form in which haveibeenpwned.com gives its whole list to
  /// download. Empty: the list of 30,000 common passwords that is built in, alone.
  explicit PasswordRules(std::filesystem::path breached = {}) : breached_(std::move(breached)) {}

  /// invalid_argument says in one sentence, without the password, what it must be instead. `names` are words
  /// that the person is known by: the user name, parts of it, the product's. data_loss: the file of breached
  /// passwords is not sorted lines of hashes; unavailable: it cannot be read. Then no password is accepted.
  base::Result<void> check(std::string_view password, const std::vector<std::string>& names) const;

 private:
  base::Result<bool> is_breached(std::string_view password) const;

  std::filesystem::path breached_;
};

/// The built-in list: a word a line, in byte order, lower case for the most part.
extern const std::string_view kFrequentPasswords;

}  // namespace countersign::auth
