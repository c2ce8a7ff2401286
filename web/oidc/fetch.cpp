#include "web/oidc/fetch.h"

#include "collector/http/url.h"

#include <utility>

namespace countersign::oidc {

Fetch http_fetch(std::filesystem::path ca_file) {
  return [ca_file = std::move(ca_file)](const FetchRequest& request) -> base::Result<http::ClientResponse> {
    TRY_ASSIGN(const auto url, http::parse_url(request.url));
    http::ClientOptions options;
    options.host = url.host;
    options.port = url.port;
    options.tls = url.tls;
    options.ca_file = ca_file;
    options.timeout_ms = 15'000;
    options.body_bytes_max = 1u << 20;
    auto headers = request.headers;
    headers.emplace_back("User-Agent", "Countersign");
    headers.emplace_back("Connection", "close");
    http::Client client(std::move(options));
    auto response = client.send(request.method, url.target, headers, request.body);
    // It is not the person who failed to prove itself, and trying again changes nothing.
    if (!response && response.error().code == base::Code::unauthenticated)
      return base::fail(base::Code::failed_precondition, response.error().message);
    return response;
  };
}

}  // namespace countersign::oidc
