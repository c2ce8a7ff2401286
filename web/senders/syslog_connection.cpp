#include "web/senders/syslog_connection.h"

#include "ledger/crypto/tls_client.h"
#include "web/senders/host.h"
#include "web/senders/transfer.h"

#include <fmt/format.h>

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace countersign::senders {
namespace {

using notify::Outcome;
using Clock = std::chrono::steady_clock;

constexpr int kPollMs = 50;
constexpr std::chrono::milliseconds kNap{10};
constexpr std::chrono::seconds kHandshakeMost{30};
constexpr std::size_t kPiece = 64 << 10;

Outcome failed(std::string why) { return {Outcome::Kind::failed, std::move(why)}; }
bool is_good(const Outcome& outcome) { return outcome.kind == Outcome::Kind::taken; }

/// A connection from its beginning to its end. Each step says what it came to; `taken` is good.
class Connection {
 public:
  Connection(const SyslogOptions& options, const notify::Stop& stop)
      : options_(options),
        stop_(stop),
        end_(Clock::now() + std::chrono::milliseconds(options.timeout_ms)),
        transfer_({fmt::format("http://{}:{}", in_url(options.host), options.port), options.timeout_ms, {}},
                  stop) {}

  Outcome open() {
    transfer_.set(CURLOPT_CONNECT_ONLY, 1L);
    if (const auto code = transfer_.perform(); code != CURLE_OK) return transfer_.failure(code);
    socket_ = static_cast<int>(transfer_.info<curl_socket_t>(CURLINFO_ACTIVESOCKET));
    if (socket_ < 0) return failed("the connection was closed at once");
    return options_.transport == SyslogOptions::Transport::tls ? shake_hands() : Outcome();
  }

  Outcome send(std::string_view bytes) {
    if (!tls_) return put(bytes);
    for (; !bytes.empty(); bytes.remove_prefix(std::min(kPiece, bytes.size()))) {
      if (auto written = tls_->write(bytes.substr(0, kPiece)); !written)
        return failed(written.error().message);
      if (auto out = put(tls_->to_send()); !is_good(out)) return out;
    }
    return {};
  }

  /// Ends, and waits until the other side does.
  Outcome end() {
    const auto now = Clock::now();
    const auto watched =
        now + std::min<Clock::duration>(std::chrono::milliseconds(options_.watch_ms), (end_ - now) / 2);
    while (Clock::now() < watched || unacknowledged() != 0) {
      if (auto out = check("it did not acknowledge the messages in time"); !is_good(out)) return out;
      bool ended = false;
      if (auto out = read(ended); !is_good(out)) return out;
      if (ended) return failed("it ended the connection by itself, perhaps before it had read the messages");
    }
    if (tls_) {
      tls_->end();
      if (auto out = put(tls_->to_send()); !is_good(out)) return out;
    }
    if (::shutdown(socket_, SHUT_WR) != 0) return broken();
    for (bool ended = false; !ended || unacknowledged() != 0;) {
      if (auto out = check("it did not end the connection when this side had, as a receiver does that has "
                           "read all");
          !is_good(out))
        return out;
      if (ended) {
        std::this_thread::sleep_for(kNap);
        if (has_fault()) return broken();
      } else if (auto out = read(ended); !is_good(out)) {
        return out;
      }
    }
    return has_fault() ? broken() : Outcome();
  }

 private:
  Outcome shake_hands() {
    auto made = crypto::TlsClient::make(
        {options_.host, options_.ca_file, options_.client_certificate, options_.client_key});
    if (!made) return failed(made.error().message);
    tls_.emplace(std::move(*made));
    const auto most = Clock::now() + kHandshakeMost;
    for (;;) {
      const auto done = tls_->shake_hands();
      const auto out = put(tls_->to_send());
      if (!done) return failed(done.error().message);
      if (!is_good(out) || *done) return out;
      if (auto over = check("the TLS handshake was not done in time"); !is_good(over)) return over;
      if (Clock::now() > most) return failed("the TLS handshake was not done in time");
      bool ended = false;
      if (auto got = receive(ended); !is_good(got)) return got;
      if (ended) return failed("it ended the connection within the TLS handshake");
    }
  }

  /// Whether to go on.
  Outcome check(std::string_view late) const {
    if (stop_()) return {Outcome::Kind::stopped, "countersignd stops"};
    return Clock::now() < end_ ? Outcome() : failed(std::string(late));
  }

  void wait_for(short events) const {
    pollfd one{socket_, events, 0};
    ::poll(&one, 1, kPollMs);
  }

  Outcome put(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
        continue;
      }
      if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return broken();
      if (auto out = check("it did not take the messages in time"); !is_good(out)) return out;
      wait_for(POLLOUT);
    }
    return {};
  }

  /// Takes what comes within a moment; `ended`: the other side sends no more.
  Outcome receive(bool& ended) {
    std::array<char, 4'096> buffer;
    wait_for(POLLIN);
    const auto got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Outcome() : broken();
    ended = got == 0;
    if (tls_) tls_->receive({buffer.data(), static_cast<std::size_t>(got)});
    return {};
  }

  /// The same, and looks for an alert in it.
  Outcome read(bool& ended) {
    if (auto out = receive(ended); !is_good(out) || !tls_) return out;
    const auto skipped = tls_->skip_to_end();
    return skipped ? Outcome() : failed(skipped.error().message);
  }

  /// Why it broke, if an alert that came before says it.
  Outcome broken() {
    std::array<char, 4'096> buffer;
    for (ssize_t got = 1; tls_ && got > 0;) {
      got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got > 0) tls_->receive({buffer.data(), static_cast<std::size_t>(got)});
    }
    if (tls_) {
      if (const auto skipped = tls_->skip_to_end(); !skipped) return failed(skipped.error().message);
    }
    return failed("it broke the connection before it had read the messages");
  }

  bool has_fault() const {
    int fault = 0;
    socklen_t size = sizeof(fault);
    return ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &fault, &size) != 0 || fault != 0;
  }

  /// Bytes that the other machine has not acknowledged; not 0 where the system does not say it.
  int unacknowledged() const {
    int bytes = -1;
    return ::ioctl(socket_, SIOCOUTQ, &bytes) == 0 ? bytes : -1;
  }

  const SyslogOptions& options_;
  const notify::Stop& stop_;
  const Clock::time_point end_;
  Transfer transfer_;  ///< has the socket
  int socket_ = -1;
  std::optional<crypto::TlsClient> tls_;
};

}  // namespace

std::string octet_counted(std::string_view line) { return fmt::format("{} {}", line.size(), line); }

Outcome send_counted(const SyslogOptions& options, std::string_view framed, const notify::Stop& stop) {
  Connection connection(options, stop);
  auto out = connection.open();
  if (is_good(out)) out = connection.send(framed);
  return is_good(out) ? connection.end() : out;
}

}  // namespace countersign::senders
