#pragma once

#include <filesystem>

namespace countersign::vault {

/// Where systemd has put the credentials of the daemon's unit (systemd.exec(5), LoadCredential=):
/// $CREDENTIALS_DIRECTORY, which the daemon has; else, for a command that is run beside it, `of_service`.
/// Empty where neither is there for this process's user.
std::filesystem::path credentials_folder(
    const std::filesystem::path& of_service = "/run/credentials/countersign.service");

}  // namespace countersign::vault
