#pragma once

#include "collector/http/message.h"
#include "ledger/base/types.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/strand.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::http {

namespace net = boost::asio;
using ErrorCode = boost::system::error_code;
using Strand = net::strand<net::io_context::executor_type>;
using Socket = net::basic_stream_socket<net::ip::tcp, Strand>;
using Endpoint = net::ip::tcp::endpoint;

/// Bytes that came, or why none did.
struct Transfer {
  Transfer(ErrorCode code, std::size_t moved) : error(code), size(moved) {}
  ErrorCode error;
  std::size_t size;
};

/// A TCP connection, with TLS or without, whose operations end at a deadline: the one place where a stream of
/// Beast or OpenSSL is touched, so that the rest compiles quickly and does not care which of the two it is.
/// After a deadline has passed the connection is closed. All calls on the strand of its socket.
class Transport {
 public:
  enum class Role { server, client };

  /// `tls` null: plain TCP.
  Transport(Socket socket, std::shared_ptr<net::ssl::context> tls);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  bool tls() const;

  /// The deadline of every operation started from now on, until it is set again.
  void expire_at(std::chrono::steady_clock::time_point deadline);
  void expire_in(std::int64_t ms);
  static bool timed_out(const ErrorCode& error);

  /// Connects to the first endpoint that answers.
  net::awaitable<ErrorCode> connect(const std::vector<Endpoint>& endpoints);
  /// TLS only; `server_name` is told to a server (RFC 6066 section 3), unless empty.
  net::awaitable<ErrorCode> handshake(Role role, const std::string& server_name);
  net::awaitable<Transfer> read_some(net::mutable_buffer into);
  /// Writes both, whole.
  net::awaitable<ErrorCode> write(std::string_view first, std::string_view second);
  /// Says goodbye and waits at most `linger_ms` for the peer to close, dropping what it still sends: closing
  /// at once would reset the connection and could destroy our last answer on its way.
  net::awaitable<void> close(std::int64_t linger_ms);

  /// Ends the operation that is pending, if any.
  void cancel();
  /// Closes without a word.
  void abort();
  /// Whether an idle connection is still usable: nothing has arrived, not even its end.
  bool is_quiet();

  /// After a handshake as server: the certificate that the client has shown, or null.
  std::shared_ptr<const ClientCertificate> client_certificate();
  /// After a handshake, on either side: SHA-256 of the peer's certificate in DER.
  std::optional<base::Digest> certificate_digest();
  /// Why the peer's certificate was not trusted, in OpenSSL's words; empty when it was.
  std::string distrust();

 private:
  struct Streams;
  std::unique_ptr<Streams> streams_;
};

}  // namespace countersign::http
