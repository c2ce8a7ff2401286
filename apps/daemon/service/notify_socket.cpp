#include "apps/daemon/service/notify_socket.h"

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <utility>

namespace countersign::apps {
namespace {

constexpr timeval kSendTime{5, 0};

std::string system_words() { return std::generic_category().message(errno); }

}  // namespace

base::Result<NotifySocket> NotifySocket::open(const char* address) {
  std::string where = address == nullptr ? "" : address;
  if (where.empty()) return NotifySocket(-1, {});
  const bool abstract = where.front() == '@';
  if ((!abstract && where.front() != '/') || where.size() < 2 ||
      where.size() >= sizeof(sockaddr_un::sun_path))
    return base::fail(base::Code::invalid_argument,
                      "$NOTIFY_SOCKET is neither a path nor '@' and the name of an abstract socket");
  if (abstract) where.front() = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0)
    return base::fail(base::Code::unavailable,
                      fmt::format("cannot make a socket for $NOTIFY_SOCKET: {}", system_words()));
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &kSendTime, sizeof kSendTime);
  return NotifySocket(socket, std::move(where));
}

NotifySocket::~NotifySocket() {
  if (socket_ >= 0) ::close(socket_);
}

NotifySocket::NotifySocket(NotifySocket&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), address_(std::move(other.address_)) {}

base::Result<void> NotifySocket::send(std::string_view lines) const {
  if (socket_ < 0) return {};
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(&to.sun_path, address_.data(), address_.size());
  // An abstract name is as long as it is; a path ends with the zero behind it.
  const auto size = offsetof(sockaddr_un, sun_path) + address_.size() + (address_.front() == '\0' ? 0 : 1);
  // By address each time: a service manager that was started anew has another socket there.
  const auto sent = ::sendto(socket_, lines.data(), lines.size(), MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&to), static_cast<socklen_t>(size));
  if (sent == static_cast<ssize_t>(lines.size())) return {};
  return base::fail(base::Code::unavailable,
                    fmt::format("cannot send to $NOTIFY_SOCKET: {}", system_words()));
}

}  // namespace countersign::apps
