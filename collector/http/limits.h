#pragma once

#include "collector/http/head.h"
#include "ledger/base/result.h"

#include <cstddef>
#include <cstdint>

namespace countersign::http {

/// What one peer, and all of them together, may take of the server. Every step of a connection has a deadline
/// of its own for the whole step, so that sending one byte now and then does not keep it open; a peer that
/// sends nothing for idle_timeout_ms while it is to send is closed sooner. A new set of limits holds from a
/// connection's next request on.
struct Limits {
  HeadLimits head;

  /// Connections beyond these are closed as soon as they are accepted, before TLS and without an answer: at
  /// the cap an answer costs more than it helps. They are counted.
  std::size_t connections_max = 1'024;
  std::size_t connections_per_address_max = 256;  ///< IPv6: per /64 network

  /// Memory that bodies may hold together while they are read and handled. A request that does not fit is
  /// answered 503.
  std::uint64_t bodies_bytes_max = 256u << 20;

  std::int64_t handshake_timeout_ms = 10'000;  ///< TLS; then the connection is closed
  std::int64_t idle_timeout_ms = 30'000;    ///< between two requests, and of silence within one; then closed
  std::int64_t header_timeout_ms = 15'000;  ///< first byte to the end of the header; then closed
  std::int64_t body_timeout_ms = 60'000;    ///< the whole body; then closed, nothing is handled
  std::int64_t handle_timeout_ms = 60'000;  ///< until the handler answers; then 503
  std::int64_t write_timeout_ms = 30'000;   ///< one whole answer; then closed
  std::int64_t linger_timeout_ms = 2'000;   ///< for the peer to close after our last answer
  std::int64_t stop_grace_ms = 10'000;      ///< for requests in flight when the server stops

  std::size_t requests_per_connection_max = 1'000;
  std::int64_t connection_lifetime_ms = 3'600'000;  ///< after it the next answer closes the connection
};

/// invalid_argument names the limit that is zero, negative or too small to serve any request.
base::Result<void> check(const Limits& limits);

}  // namespace countersign::http
