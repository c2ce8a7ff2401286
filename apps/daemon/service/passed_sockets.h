#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace countersign::apps {

/// Looks up a variable of the environment; null where it is not set.
using Environment = std::function<const char*(const char*)>;

/// The names by which a .socket unit says what its socket is for (FileDescriptorName=).
inline constexpr const char* kHttpsSocket = "https";
std::string syslog_socket(const std::string& source);

/// Listening TCP sockets that whoever started the process passed on to it: systemd's socket activation
/// (sd_listen_fds(3): $LISTEN_PID, $LISTEN_FDS, $LISTEN_FDNAMES). It owns them and closes them with itself; a
/// listener works on a copy. One thread.
class PassedSockets {
 public:
  /// Those for process `self`, which are the file descriptors from `first` on; none where the variables are
  /// not set, or for another process. Programs that are started from here do not get them.
  /// failed_precondition: the variables contradict each other, or a socket is none that listens on TCP.
  static base::Result<PassedSockets> take(const Environment& environment, int self, int first = 3);
  ~PassedSockets();
  PassedSockets(PassedSockets&& other) noexcept : sockets_(std::move(other.sockets_)) {
    other.sockets_.clear();
  }
  PassedSockets& operator=(PassedSockets&&) = delete;

  /// The socket of that name that listens on an address and port, 0 for any port; empty where none has the
  /// name: the listener then makes its own. failed_precondition: those of that name listen elsewhere.
  base::Result<std::optional<int>> find(const std::string& name, const std::string& address,
                                        std::uint16_t port);

  /// failed_precondition names a socket that find() has not given: what connects to it would wait for ever.
  base::Result<void> check_all_found() const;

 private:
  struct Socket {
    int descriptor = -1;
    std::string name;
    std::string address;
    std::uint16_t port = 0;
    bool found = false;
  };
  PassedSockets() = default;
  static base::Result<Socket> look_at(int descriptor, const std::string& name);

  std::vector<Socket> sockets_;
};

}  // namespace countersign::apps
