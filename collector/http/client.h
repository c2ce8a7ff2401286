#pragma once

#include "collector/http/message.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::http {

struct ClientOptions {
  std::string host;  ///< a name or an address
  std::uint16_t port = 443;
  bool tls = true;
  /// Certificate authorities in PEM that are trusted instead of the system's.
  std::filesystem::path ca_file;
  /// SHA-256 of the server's certificate in DER. When given, that certificate is trusted, whoever signed it
  /// and whatever name it bears, and no other.
  std::optional<base::Digest> certificate_sha256;
  std::int64_t timeout_ms = 30'000;  ///< for one send() as a whole, but for the look-up of the name
  std::uint64_t body_bytes_max = 64u << 20;
};

struct ClientResponse {
  int status = 0;
  Fields headers;
  std::string body;

  /// The value of the first field of that name; empty when there is none.
  std::string_view header(std::string_view name) const;
};

/// A client for one server: HTTP/1.1 with keep-alive, one request at a time, blocking. With TLS the server's
/// certificate and name are verified; there is no way to turn that off but to name the certificate. One
/// thread at a time.
class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// Sends a request and waits for the whole answer, of whatever status. Connects when there is no connection
  /// or the server has closed it. A request is written once: after a failure the server may have acted on it.
  /// invalid_argument: a method, target or field that cannot be sent, a CA file that cannot be used.
  /// unavailable: no connection, a connection that broke, a deadline. unauthenticated: the server is not who
  /// it should be; nothing was sent. resource_exhausted: the answer is larger than body_bytes_max.
  base::Result<ClientResponse> send(std::string_view method, std::string_view target, const Fields& headers,
                                    std::string_view body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace countersign::http
