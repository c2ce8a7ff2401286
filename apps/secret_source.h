#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/secret.h"

#include <filesystem>
#include <string>

namespace countersign::apps {

/// Where a secret of the configuration comes from: a file that only its owner can read, or a credential that
/// systemd hands over (LoadCredential=, systemd.exec(5)).
struct SecretSource {
  std::string member;          ///< the setting that names it, for messages
  std::filesystem::path file;  ///< empty: a credential
  std::string credential;
  std::string what = "the secret";  ///< that it is, for the advice to write it

  bool is_set() const { return !file.empty() || !credential.empty(); }
};

/// Reads a setting: `credential:NAME`, else a path from `folder`; nothing where it is empty.
base::Result<SecretSource> parse_secret_source(const std::string& member, const std::string& text,
                                               const std::filesystem::path& folder);

/// The secret, without the line's end behind it. Each error says what is wrong and how to mend it: not_found,
/// failed_precondition (others can read the file, no credentials folder), invalid_argument (empty).
base::Result<crypto::Secret> read_secret(const SecretSource& source);

}  // namespace countersign::apps
