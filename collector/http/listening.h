#pragma once

#include "collector/http/descriptors.h"
#include "collector/http/transport.h"
#include "ledger/base/metrics.h"
#include "ledger/base/result.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string_view>
#include <vector>

namespace countersign::http {

/// A socket that listens, and the loop that takes in who connects. It goes on whatever happens: without file
/// descriptors, or with too few left for the ledger, it waits, and who comes waits in the system's queue;
/// without memory it waits, too. Owned by a server, whose threads run `io`; one call at a time.
class Listening {
 public:
  /// `io` and `errors`, which counts what could not be accepted, outlive it.
  Listening(net::io_context& io, base::Metric& errors);

  /// Listens on `endpoint`, or takes over a copy of `passed`: a socket that listens there already and stays
  /// its owner's. `purpose` as in "cannot listen for syslog on …". unavailable: the address is taken, this
  /// process may not listen there, or `passed` cannot be used.
  base::Result<void> open(const Endpoint& endpoint, std::optional<int> passed, std::string_view purpose);

  /// That it was given by open().
  std::uint16_t port() const;

  /// Begins to accept. `take_in` is called on the threads of `io`, with one connection at a time, each on a
  /// strand, which it may share with few others; what it throws is counted as an error.
  void start(std::function<void(Socket)> take_in);

  /// Ends it, while `io` still runs: whatever was accepted has been taken in when it returns. A further call
  /// does nothing.
  void stop();

 private:
  net::awaitable<void> accept();
  net::awaitable<void> pause();

  /// For the next connection. All are made at the start: Boost 1.81 ends the process where a strand that it
  /// makes lacks memory half way.
  const Strand& next_strand();

  base::Metric& errors_;
  const std::vector<Strand> strands_;
  std::size_t next_ = 0;
  const DescriptorReserve descriptors_;
  net::basic_socket_acceptor<net::ip::tcp, Strand> acceptor_;
  std::function<void(Socket)> take_in_;
  bool accepting_ = false;
  std::promise<void> ended_;
};

}  // namespace countersign::http
