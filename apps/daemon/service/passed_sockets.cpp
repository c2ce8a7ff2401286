#include "apps/daemon/service/passed_sockets.h"

#include "collector/http/address.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace countersign::apps {
namespace {

constexpr int kSocketsMax = 1'000;

tl::unexpected<base::Error> bad(std::string message) {
  return base::fail(base::Code::failed_precondition, std::move(message));
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == ':') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

int option(int socket, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

std::string place(const std::string& address, std::uint16_t port) {
  return address.find(':') == std::string::npos ? fmt::format("{}:{}", address, port)
                                                : fmt::format("[{}]:{}", address, port);
}

/// As inet_ntop writes it, so that two spellings of an address are one.
std::string canonical(const std::string& address) {
  boost::system::error_code ec;
  const auto parsed = boost::asio::ip::make_address(address, ec);
  return ec ? address : parsed.to_string();
}

}  // namespace

std::string syslog_socket(const std::string& source) { return "syslog-" + source; }

base::Result<PassedSockets::Socket> PassedSockets::look_at(int descriptor, const std::string& name) {
  Socket out{descriptor, name, {}, 0, false};
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (option(descriptor, SO_TYPE) == SOCK_STREAM && option(descriptor, SO_ACCEPTCONN) == 1 &&
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    if (address.ss_family == AF_INET) {
      const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
      ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
      out.port = ntohs(v4.sin_port);
    } else if (address.ss_family == AF_INET6) {
      const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
      ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
      out.port = ntohs(v6.sin6_port);
    }
  }
  out.address = text.data();
  if (!out.address.empty()) return out;
  return bad(
      fmt::format("the socket \"{}\" that was passed on is none that listens on TCP; its .socket unit "
                  "needs ListenStream= with an address and a port, and Accept=no",
                  name));
}

base::Result<PassedSockets> PassedSockets::take(const Environment& environment, int self, int first) {
  PassedSockets out;
  const char* pid = environment("LISTEN_PID");
  const char* count_text = environment("LISTEN_FDS");
  if (pid == nullptr || count_text == nullptr || number(pid) != self) return out;
  const auto count = number(count_text);
  if (!count || *count > kSocketsMax) return bad("$LISTEN_FDS is no number of sockets");
  const char* names_text = environment("LISTEN_FDNAMES");
  const auto names = names_text == nullptr || *count == 0
                         ? std::vector<std::string>(static_cast<std::size_t>(*count), "unknown")
                         : split(names_text);
  if (names.size() != static_cast<std::size_t>(*count))
    return bad(
        fmt::format("$LISTEN_FDS says {} sockets, $LISTEN_FDNAMES has {} names", *count, names.size()));
  for (int i = 0; i < *count; ++i) {
    const int descriptor = first + i;
    const int flags = ::fcntl(descriptor, F_GETFD);
    if (flags < 0 || ::fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) < 0)
      return bad(
          fmt::format("$LISTEN_FDS says {} sockets, but file descriptor {} is not open", *count, descriptor));
    TRY_ASSIGN(auto socket, look_at(descriptor, names[static_cast<std::size_t>(i)]));
    out.sockets_.push_back(std::move(socket));
  }
  return out;
}

PassedSockets::~PassedSockets() {
  for (const auto& socket : sockets_) ::close(socket.descriptor);
}

base::Result<std::optional<int>> PassedSockets::find(const std::string& name, const std::string& address,
                                                     std::uint16_t port) {
  const Socket* elsewhere = nullptr;
  const auto wanted = canonical(address);
  for (auto& socket : sockets_) {
    if (socket.name != name || socket.found) continue;
    if (socket.address == wanted && (port == 0 || socket.port == port)) {
      socket.found = true;
      return std::optional(socket.descriptor);
    }
    elsewhere = &socket;
  }
  if (elsewhere == nullptr) return std::optional<int>();
  return bad(fmt::format(
      "the socket \"{}\" that was passed on listens on {}, but the configuration says {}; "
      "write ListenStream={} into its .socket unit, or change the configuration",
      name, place(elsewhere->address, elsewhere->port), place(wanted, port), place(wanted, port)));
}

base::Result<void> PassedSockets::check_all_found() const {
  const auto left =
      std::find_if(sockets_.begin(), sockets_.end(), [](const auto& one) { return !one.found; });
  if (left == sockets_.end()) return {};
  return bad(fmt::format(
      "a socket \"{}\" on {} was passed on, for which the configuration has no listener; FileDescriptorName= "
      "of its .socket unit must be {}, or syslog- and the source of a [[syslog]] listener",
      left->name, place(left->address, left->port), kHttpsSocket));
}

}  // namespace countersign::apps
