#include "web/senders/syslog.h"

#include "web/senders/host.h"
#include "web/senders/transfer.h"

#include <fmt/format.h>

#include <linux/sockios.h>
#include <netdb.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace countersign::senders {
namespace {

using notify::Outcome;
using Transport = SyslogOptions::Transport;

constexpr int kPollMs = 50;
constexpr int kRefusalMs = 200;  ///< for an ICMP message to come back
constexpr int kTicketsMs = 100;  ///< for what a TLS server says after the handshake

Outcome failed(std::string why) { return {Outcome::Kind::failed, std::move(why)}; }
Outcome stopped() { return {Outcome::Kind::stopped, "countersignd stops"}; }

/// How long is left of an attempt.
class Deadline {
 public:
  explicit Deadline(std::int64_t timeout_ms) : end_(Clock::now() + std::chrono::milliseconds(timeout_ms)) {}
  bool over() const { return Clock::now() >= end_; }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point end_;
};

short wait_for(int socket, short events, int ms) {
  pollfd one{socket, events, 0};
  ::poll(&one, 1, ms);
  return one.revents;
}

/// Reads what has come, such as TLS session tickets: a socket that is closed over unread bytes is reset, and
/// what the other side has not read yet is lost.
void drain(const Transfer& transfer, int socket) {
  char buffer[1024];
  std::size_t got = 0;
  wait_for(socket, POLLIN, kTicketsMs);
  while (curl_easy_recv(transfer.handle(), static_cast<void*>(buffer), sizeof(buffer), &got) == CURLE_OK &&
         got > 0) {
  }
}

/// Until the other machine has acknowledged every byte.
Outcome wait_until_acknowledged(int socket, const Deadline& deadline, const notify::Stop& stop) {
  for (;;) {
    int unacknowledged = 0;
    int fault = 0;
    socklen_t size = sizeof(fault);
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &fault, &size) != 0 || fault != 0)
      return failed("the connection broke before the message was acknowledged");
    if (::ioctl(socket, SIOCOUTQ, &unacknowledged) != 0)
      return failed("the system does not say whether the message was acknowledged");
    if (unacknowledged == 0) return {};
    if (stop()) return stopped();
    if (deadline.over()) return failed("the message was not acknowledged in time");
    // Only an error ends this wait early.
    wait_for(socket, 0, kPollMs);
  }
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

std::string octet_counted(std::string_view line) { return fmt::format("{} {}", line.size(), line); }

Outcome send_counted(const SyslogOptions& options, std::string_view framed, const notify::Stop& stop) {
  const bool tls = options.transport == Transport::tls;
  const Deadline deadline(options.timeout_ms);
  Transfer transfer({fmt::format("{}://{}:{}", tls ? "https" : "http", in_url(options.host), options.port),
                     options.timeout_ms, options.ca_file, options.client_certificate, options.client_key},
                    stop);
  transfer.set(CURLOPT_CONNECT_ONLY, 1L);
  transfer.set(CURLOPT_SSL_ENABLE_ALPN, 0L);
  if (const auto code = transfer.perform(); code != CURLE_OK) return transfer.failure(code);
  const auto socket = static_cast<int>(transfer.info<curl_socket_t>(CURLINFO_ACTIVESOCKET));
  if (socket < 0) return failed("the connection was closed at once");
  for (auto left = framed; !left.empty();) {
    std::size_t sent = 0;
    const auto code = curl_easy_send(transfer.handle(), left.data(), left.size(), &sent);
    if (code != CURLE_OK && code != CURLE_AGAIN) return transfer.failure(code);
    left.remove_prefix(sent);
    if (stop()) return stopped();
    if (deadline.over()) return failed("the other side did not take the message in time");
    if (code == CURLE_AGAIN) wait_for(socket, POLLOUT, kPollMs);
  }
  auto done = wait_until_acknowledged(socket, deadline, stop);
  if (done.kind == Outcome::Kind::taken) drain(transfer, socket);
  return done;
}

notify::Send syslog(SyslogOptions options) {
  return [options = std::move(options)](const notify::Delivery& delivery, const notify::Stop& stop) {
    return attempt(options, delivery, stop);
  };
}

}  // namespace countersign::senders
