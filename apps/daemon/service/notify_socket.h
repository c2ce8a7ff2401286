#pragma once

#include "ledger/base/result.h"

#include <string>
#include <string_view>

namespace countersign::apps {

/// Where a service manager listens for what its services say of themselves: a datagram of lines, each
/// `VARIABLE=value`, to an AF_UNIX socket (sd_notify(3)). One thread at a time.
class NotifySocket {
 public:
  /// `address` as $NOTIFY_SOCKET has it: a path, or `@` and an abstract name; null or empty where nobody
  /// listens, and then nothing is sent. invalid_argument: it is neither, or longer than such an address can
  /// be.
  static base::Result<NotifySocket> open(const char* address);
  ~NotifySocket();
  NotifySocket(NotifySocket&& other) noexcept;
  NotifySocket& operator=(NotifySocket&&) = delete;

  bool is_open() const { return socket_ >= 0; }

  /// Waits at most a few seconds where the receiver is busy. unavailable: it was not sent.
  base::Result<void> send(std::string_view lines) const;

 private:
  NotifySocket(int socket, std::string address) : socket_(socket), address_(std::move(address)) {}

  int socket_ = -1;
  std::string address_;  ///< as in sun_path: an abstract one begins with a zero
};

}  // namespace countersign::apps
