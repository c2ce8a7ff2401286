#pragma once

#include "apps/config.h"
#include "ledger/base/result.h"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Whom the appliance's files belong to, and how a command is run as that user. What is run as root makes
/// files of root, which the daemon then cannot write. Any thread, but for the look-ups of accounts.
namespace countersign::apps {

/// The account that a package makes and the unit runs as.
inline constexpr std::string_view kServiceUser = "countersign";
/// Makes that account where no package did.
inline constexpr std::string_view kMakeServiceUser =
    "useradd --system --user-group --home-dir /var/lib/countersign --shell /usr/sbin/nologin countersign";

struct Account {
  std::string name;
  ::uid_t uid = 0;
  ::gid_t gid = 0;
};

/// Empty where the system has no such account.
std::optional<Account> account_named(const std::string& name);
/// The account's name, else `#` and the number: what sudo and runuser take.
std::string user_name(::uid_t uid);

/// Whose a file or folder is; where it is not there, the nearest folder above that is. Empty where nothing
/// can be looked at.
std::optional<::uid_t> owner_of(const std::filesystem::path& path);

/// A word that a POSIX shell reads as `text`.
std::string shell_word(std::string_view text);
/// A command line that a POSIX shell reads as these words. What follows an option that takes a secret is
/// shown as `…`.
std::string shell_command(const std::vector<std::string>& words);
/// The command line that runs another as a user: with sudo, or with runuser where there is none.
std::string as_user(const std::string& user, const std::string& command);

/// permission_denied, with the command to run instead, where `runs_as` is root and the data folder is
/// somebody else's. `words` is the command line as it was given; one that took its configuration from the
/// environment gets it as an option, because sudo hands no environment on.
base::Result<void> check_not_root(const Config& config, ::uid_t runs_as, std::vector<std::string> words);

/// Loads a configuration for who opens the appliance's files. Errors: those of load_config and
/// check_not_root.
base::Result<Config> load_own_config(const std::filesystem::path& file, ::uid_t runs_as,
                                     std::vector<std::string> words);

}  // namespace countersign::apps
