#include "collector/http/listening.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

namespace countersign::http {
namespace {

using Acceptor = net::basic_socket_acceptor<net::ip::tcp, Strand>;

/// How long it waits when the process has no file descriptor or no memory left.
constexpr auto kPause = std::chrono::milliseconds(100);

ErrorCode open_new(Acceptor& acceptor, const Endpoint& endpoint) {
  ErrorCode ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(net::socket_base::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(net::socket_base::max_listen_connections, ec);
  return ec;
}

ErrorCode take_over(Acceptor& acceptor, const Endpoint& endpoint, int passed) {
  const int copy = ::fcntl(passed, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return {errno, boost::system::system_category()};
  ErrorCode ec;
  acceptor.assign(endpoint.protocol(), copy, ec);
  if (ec) ::close(copy);
  return ec;
}

std::vector<Strand> make_strands(net::io_context& io) {
  constexpr int kStrands = 1'024;
  std::vector<Strand> out;
  for (int i = 0; i < kStrands; ++i) out.push_back(net::make_strand(io));
  return out;
}

}  // namespace

Listening::Listening(net::io_context& io, base::Metric& errors)
    : errors_(errors), strands_(make_strands(io)), acceptor_(strands_.front()) {}

base::Result<void> Listening::open(const Endpoint& endpoint, std::optional<int> passed,
                                   std::string_view purpose) {
  const auto ec = passed ? take_over(acceptor_, endpoint, *passed) : open_new(acceptor_, endpoint);
  if (!ec) return {};
  return base::fail(base::Code::unavailable,
                    fmt::format("cannot listen{} on {} port {}: {}", purpose, endpoint.address().to_string(),
                                endpoint.port(), ec.message()));
}

std::uint16_t Listening::port() const { return acceptor_.local_endpoint().port(); }

void Listening::start(std::function<void(Socket)> take_in) {
  take_in_ = std::move(take_in);
  accepting_ = true;
  net::co_spawn(acceptor_.get_executor(), accept(), [this](const std::exception_ptr& failed) {
    if (failed) errors_.add();
    ended_.set_value();
  });
}

void Listening::stop() {
  if (!accepting_) return;
  accepting_ = false;
  net::post(acceptor_.get_executor(), [this] {
    ErrorCode ignored;
    acceptor_.close(ignored);
  });
  ended_.get_future().wait();
}

net::awaitable<void> Listening::pause() {
  net::steady_timer timer(acceptor_.get_executor());
  timer.expires_after(kPause);
  co_await timer.async_wait(net::as_tuple(net::use_awaitable));
}

const Strand& Listening::next_strand() { return strands_[++next_ % strands_.size()]; }

net::awaitable<void> Listening::accept() {
  while (acceptor_.is_open()) {
    bool out_of_memory = false;
    try {
      if (!descriptors_.leaves_room(acceptor_.native_handle())) {
        // Who comes waits in the system's queue.
        errors_.add();
        co_await pause();
        continue;
      }
      const Strand strand = next_strand();
      auto [ec, socket] = co_await acceptor_.async_accept(strand, net::as_tuple(net::use_awaitable));
      if (!ec) {
        take_in_(std::move(socket));
      } else if (ec != net::error::operation_aborted) {
        errors_.add();
        if (ec == net::error::connection_aborted) continue;
        // No descriptor or no memory: at once it would fail again.
        co_await pause();
      }
    } catch (...) {
      out_of_memory = true;
    }
    if (!out_of_memory) continue;
    errors_.add();
    // The listener goes on; a timer would take memory.
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace countersign::http
