#pragma once

#include "ledger/base/result.h"
#include "ledger/crypto/secret.h"
#include "ledger/mirror/authentic_tiles.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace countersign::tlog {

struct RemoteOptions {
  std::string url;                              ///< the log's prefix: `https://host/region/tenant`
  std::shared_ptr<const crypto::Secret> token;  ///< null: none is sent
  std::filesystem::path ca_file;                ///< authorities that are trusted instead of the system's
  std::int64_t timeout_ms = 20'000;             ///< of one request
  /// Asked often while one is under way: whether to give it up.
  std::function<bool()> stop = [] { return false; };
};

/// Where a log is served as C2SP tlog-tiles may be: over https, or on this machine. invalid_argument
/// otherwise, with what is wrong.
base::Result<void> check_log_url(const std::string& url);

/// Reads a log over HTTP, one request at a time; entries compressed or not. Errors of the fetch: not_found;
/// permission_denied, saying that the token is refused; resource_exhausted for an answer that is too large;
/// aborted once `stop` says so; unavailable for the rest. None repeats what the server said. One thread at a
/// time; copies share the connection.
base::Result<mirror::Fetch> remote_log(const RemoteOptions& options);

}  // namespace countersign::tlog
