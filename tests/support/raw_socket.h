#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace countersign::testing {

/// An HTTP answer as it came over the wire.
struct RawResponse {
  int status = 0;      ///< 0: none came
  std::string header;  ///< status line and fields
  std::string body;

  bool has(std::string_view text) const { return header.find(text) != std::string::npos; }
};

/// A TCP connection to this machine over which a test sends exactly the bytes it wants.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port) : RawSocket() { connect(port); }
  /// Not connected yet.
  RawSocket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) std::abort();
  }
  ~RawSocket() { ::close(fd_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  void connect(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) std::abort();
  }

  /// False when the peer has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void end_sending() { ::shutdown(fd_, SHUT_WR); }

  /// The receive buffer of this side, so that a test can be a slow reader. Before connect().
  void set_receive_buffer(int bytes) { ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes); }

  /// The next answer, or status 0 when the connection ends or the time is over before it is whole.
  RawResponse read_response(bool head_only = false, int ms = 5'000) {
    const auto deadline = deadline_in(ms);
    RawResponse response;
    while (inbox_.find("\r\n\r\n") == std::string::npos) {
      if (!receive(deadline)) return response;
    }
    const auto header_size = inbox_.find("\r\n\r\n") + 4;
    const auto header = inbox_.substr(0, header_size);
    const auto length = head_only ? 0 : content_length(header);
    while (inbox_.size() < header_size + length) {
      if (!receive(deadline)) return response;
    }
    response.header = header;
    response.body = inbox_.substr(header_size, length);
    response.status = std::atoi(header.substr(header.find(' ') + 1, 3).c_str());
    inbox_.erase(0, header_size + length);
    return response;
  }

  /// Whether the peer closes the connection in that time, without sending another byte.
  bool is_closed_within(int ms) {
    const auto deadline = deadline_in(ms);
    while (receive(deadline)) {
    }
    return ended_ && inbox_.empty();
  }

  /// What has come and was not read as an answer.
  const std::string& rest() const { return inbox_; }

 private:
  using Time = std::chrono::steady_clock::time_point;

  static Time deadline_in(int ms) { return std::chrono::steady_clock::now() + std::chrono::milliseconds(ms); }

  bool receive(Time deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{fd_, POLLIN, 0};
    if (ended_ || ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) <= 0)
      return false;
    char piece[65536];
    const auto size = ::recv(fd_, piece, sizeof piece, 0);
    if (size <= 0) {
      ended_ = true;
      return false;
    }
    inbox_.append(piece, static_cast<std::size_t>(size));
    return true;
  }

  static std::size_t content_length(std::string header) {
    std::transform(header.begin(), header.end(), header.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    const auto at = header.find("\r\ncontent-length:");
    if (at == std::string::npos) return 0;
    return static_cast<std::size_t>(std::strtoull(header.c_str() + at + 17, nullptr, 10));
  }

  int fd_;
  bool ended_ = false;
  std::string inbox_;
};

}  // namespace countersign::testing
