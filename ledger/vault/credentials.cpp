#include "ledger/vault/credentials.h"

#include <cstdlib>
#include <system_error>

namespace countersign::vault {

std::filesystem::path credentials_folder(const std::filesystem::path& of_service) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder != nullptr && *folder != '\0') return folder;
  std::error_code ec;
  const std::filesystem::directory_iterator readable(of_service, ec);
  return ec ? std::filesystem::path() : of_service;
}

}  // namespace countersign::vault
