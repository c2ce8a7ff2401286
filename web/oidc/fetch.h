#pragma once

#include "collector/http/client.h"
#include "ledger/base/result.h"

#include <filesystem>
#include <functional>
#include <string>

namespace countersign::oidc {

/// One request to a provider.
struct FetchRequest {
  std::string method = "GET";
  std::string url;
  http::Fields headers;
  std::string body;
};

/// How a provider is spoken to; passed in, so that tests need none. Blocks until the whole answer is there,
/// of whatever status; a redirection is an answer like any other and is never followed. Called from any
/// thread.
using Fetch = std::function<base::Result<http::ClientResponse>(const FetchRequest&)>;

/// Over http::Client: a connection for each request, 15 s and 1 MiB at most. `ca_file` may be empty. Fails as
/// Client::send, but with failed_precondition where the server's certificate is not trusted.
Fetch http_fetch(std::filesystem::path ca_file);

}  // namespace countersign::oidc
