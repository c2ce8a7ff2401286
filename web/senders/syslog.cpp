#include "web/senders/syslog.h"

#include "web/senders/syslog_connection.h"

#include <fmt/format.h>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace countersign::senders {
namespace {

using notify::Outcome;
using Transport = SyslogOptions::Transport;

constexpr int kRefusalMs = 200;  ///< for an ICMP message to come back

Outcome failed(std::string why) { return {Outcome::Kind::failed, std::move(why)}; }

short wait_for(int socket, short events, int ms) {
  pollfd one{socket, events, 0};
  ::poll(&one, 1, ms);
  return one.revents;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

Outcome send_datagram(const SyslogOptions& options, const std::string& line) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (const int error =
          ::getaddrinfo(options.host.c_str(), std::to_string(options.port).c_str(), &hints, &found);
      error != 0)
    return failed(fmt::format("Could not resolve host: {}", ::gai_strerror(error)));
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  auto outcome = failed("there is no address to send to");
  for (const auto* one = addresses.get(); one != nullptr; one = one->ai_next) {
    const int socket = ::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
    if (socket < 0) continue;
    const bool sent = ::connect(socket, one->ai_addr, one->ai_addrlen) == 0 &&
                      ::send(socket, line.data(), line.size(), 0) == static_cast<ssize_t>(line.size());
    outcome = sent ? Outcome() : failed(fmt::format("cannot send: {}", std::strerror(errno)));
    if (sent && (wait_for(socket, 0, kRefusalMs) & POLLERR) != 0)
      outcome = failed("nobody listens there: the datagram was refused");
    ::close(socket);
    if (outcome.kind == Outcome::Kind::taken) break;
  }
  return outcome;
}

Outcome attempt(const SyslogOptions& options, const notify::Delivery& delivery, const notify::Stop& stop) {
  const auto notice = notify::parse_body(delivery.body);
  if (!notice) return failed(notice.error().message);
  const auto line = syslog_line(*notice, delivery.id, options.facility, options.own_host);
  return options.transport == Transport::udp ? send_datagram(options, line)
                                             : send_counted(options, octet_counted(line), stop);
}

}  // namespace

notify::Send syslog(SyslogOptions options) {
  return [options = std::move(options)](const notify::Delivery& delivery, const notify::Stop& stop) {
    return attempt(options, delivery, stop);
  };
}

}  // namespace countersign::senders
