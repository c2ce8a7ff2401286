#pragma once

#include "ledger/base/result.h"
#include "web/notify/destination.h"
#include "web/senders/connections.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace countersign::senders {

/// One HTTP request to another server, as Transfer makes them: no redirect, no proxy, its certificate
/// checked.
struct FetchOptions {
  std::string url;  ///< http or https; not shown in errors
  std::filesystem::path
      ca_file;  ///< authorities in PEM that are trusted instead of the system's; may be empty
  std::vector<std::string> headers = {};  ///< lines such as `Authorization: Bearer …`
  std::int64_t timeout_ms = 10'000;
  std::size_t answer_bytes_max = 1 << 20;  ///< of the body, once it is decompressed
  bool gzip = false;                       ///< an answer may come compressed
  Connections* connections = nullptr;      ///< kept open for the next request; null: closed
};

struct Fetched {
  long status = 0;
  std::string content_type;
  std::string body;
};

/// GETs the URL, or POSTs `body` to it where it is not null. Whatever status is answered is no error. Errors:
/// unavailable where no answer came, or the daemon stops; resource_exhausted where it is longer than
/// `answer_bytes_max`. Messages say nothing that the other side said. Blocks; any thread.
base::Result<Fetched> fetch(const FetchOptions& options, const std::string* body, const notify::Stop& stop);

}  // namespace countersign::senders
