#include "collector/http/listening.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace countersign::http {
namespace {

ErrorCode open(Acceptor& acceptor, const Endpoint& endpoint) {
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

}  // namespace

base::Result<void> listen(Acceptor& acceptor, const Endpoint& endpoint, std::optional<int> passed,
                          std::string_view purpose) {
  const auto ec = passed ? take_over(acceptor, endpoint, *passed) : open(acceptor, endpoint);
  if (!ec) return {};
  return base::fail(base::Code::unavailable,
                    fmt::format("cannot listen{} on {} port {}: {}", purpose, endpoint.address().to_string(),
                                endpoint.port(), ec.message()));
}

}  // namespace countersign::http
