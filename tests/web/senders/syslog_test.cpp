#include "web/senders/syslog.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

namespace countersign::senders {
namespace {

using Kind = notify::Outcome::Kind;

/// A socket on loopback that a test reads from.
class Receiver {
 public:
  explicit Receiver(int type) : socket_(::socket(AF_INET, type, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* plain = static_cast<sockaddr*>(static_cast<void*>(&address));
    if (::bind(socket_, plain, size) != 0 || ::getsockname(socket_, plain, &size) != 0) std::abort();
    if (type == SOCK_STREAM && ::listen(socket_, 1) != 0) std::abort();
    port_ = ntohs(address.sin_port);
  }
  ~Receiver() { ::close(socket_); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::uint16_t port() const { return port_; }
  int socket() const { return socket_; }

  /// All that comes over a connection, or one datagram.
  static std::string read_all(int from, bool datagram) {
    std::string out;
    char buffer[4096];
    for (;;) {
      const auto got = ::recv(from, static_cast<void*>(buffer), sizeof(buffer), 0);
      if (got <= 0) return out;
      out.append(static_cast<const char*>(buffer), static_cast<std::size_t>(got));
      if (datagram) return out;
    }
  }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

SyslogOptions options_for(SyslogOptions::Transport transport, std::uint16_t port) {
  SyslogOptions out;
  out.transport = transport;
  out.host = "127.0.0.1";
  out.port = port;
  out.own_host = "audit";
  out.watch_ms = 100;
  return out;
}

notify::Delivery delivery() {
  notify::Notice notice;
  notice.type = "finding.opened";
  notice.time = "2026-01-31T09:30:00.000000Z";
  notice.tenant = "acme";
  notice.finding = "0123456789abcdef";
  notice.observed = "Zürich";
  return {"1.json", "msg_1", notify::to_body(notice), 0, 0, {}, {}};
}

std::string expected() {
  return syslog_line(notify::parse_body(delivery().body).value(), "msg_1", kLogAudit, "audit");
}

bool never() { return false; }

TEST(Syslog, CountsTheOctetsOfAMessageOverTcp) {
  const Receiver receiver(SOCK_STREAM);
  std::string got;
  std::thread reading([&] {
    const int connection = ::accept(receiver.socket(), nullptr, nullptr);
    got = Receiver::read_all(connection, false);
    ::close(connection);
  });
  const auto outcome = syslog(options_for(SyslogOptions::Transport::tcp, receiver.port()))(delivery(), never);
  reading.join();
  EXPECT_EQ(outcome.kind, Kind::taken) << outcome.why;
  EXPECT_EQ(got, std::to_string(expected().size()) + " " + expected());
}

TEST(Syslog, SendsADatagramWithoutFraming) {
  const Receiver receiver(SOCK_DGRAM);
  const auto outcome = syslog(options_for(SyslogOptions::Transport::udp, receiver.port()))(delivery(), never);
  EXPECT_EQ(outcome.kind, Kind::taken) << outcome.why;
  EXPECT_EQ(Receiver::read_all(receiver.socket(), true), expected());
}

TEST(Syslog, FailsWhereNobodyListens) {
  for (const auto transport :
       {SyslogOptions::Transport::udp, SyslogOptions::Transport::tcp, SyslogOptions::Transport::tls}) {
    const auto outcome = syslog(options_for(transport, 1))(delivery(), never);
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_FALSE(outcome.why.empty());
  }
}

TEST(Syslog, FailsWhereTheOtherSideSpeaksNoTls) {
  const Receiver receiver(SOCK_STREAM);
  std::thread answering([&] {
    const int connection = ::accept(receiver.socket(), nullptr, nullptr);
    char byte = 0;
    static_cast<void>(::recv(connection, &byte, 1, 0));
    ::close(connection);
  });
  const auto outcome = syslog(options_for(SyslogOptions::Transport::tls, receiver.port()))(delivery(), never);
  answering.join();
  EXPECT_EQ(outcome.kind, Kind::failed);
}

TEST(Syslog, FailsWhereAMessageIsNotAcknowledged) {
  // Nobody accepts: the other machine's kernel takes a few bytes, and the rest waits.
  const Receiver receiver(SOCK_STREAM);
  const int small = 1;
  ASSERT_EQ(::setsockopt(receiver.socket(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
  auto options = options_for(SyslogOptions::Transport::tcp, receiver.port());
  options.timeout_ms = 300;
  auto large = delivery();
  auto notice = notify::parse_body(large.body).value();
  notice.observed = std::string(8 << 20, 'x');
  large.body = notify::to_body(notice);
  const auto outcome = syslog(options)(large, never);
  EXPECT_EQ(outcome.kind, Kind::failed);
}

/// What comes of a message to a receiver of which each connection is handed to `serve`, which closes it.
template <class Serve>
notify::Outcome send_to(Serve serve, std::int64_t timeout_ms = 10'000, std::int64_t watch_ms = 100) {
  const Receiver receiver(SOCK_STREAM);
  std::thread serving([&] { serve(::accept(receiver.socket(), nullptr, nullptr)); });
  auto options = options_for(SyslogOptions::Transport::tcp, receiver.port());
  options.timeout_ms = timeout_ms;
  options.watch_ms = watch_ms;
  const auto outcome = syslog(options)(delivery(), never);
  serving.join();
  return outcome;
}

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

TEST(Syslog, FailsWhereAConnectionIsClosedUnread) {
  for (const int ms : {0, 1, 20, 90, 150}) {
    const auto outcome = send_to([&](int connection) {
      sleep_ms(ms);
      ::close(connection);
    });
    EXPECT_EQ(outcome.kind, Kind::failed) << ms;
    EXPECT_FALSE(outcome.why.empty());
  }
}

TEST(Syslog, FailsWhereTheOtherSideEndsBeforeThisOne) {
  // As a load balancer does that has read the message and has nobody to give it to.
  const auto outcome = send_to(
      [&](int connection) {
        char buffer[4096];
        static_cast<void>(::recv(connection, static_cast<void*>(buffer), sizeof(buffer), 0));
        ::close(connection);
      },
      10'000, 5'000);
  EXPECT_EQ(outcome.kind, Kind::failed);
  EXPECT_NE(outcome.why.find("by itself"), std::string::npos) << outcome.why;
}

TEST(Syslog, FailsWhereTheOtherSideReadsAndDoesNotEnd) {
  const auto outcome = send_to(
      [&](int connection) {
        static_cast<void>(Receiver::read_all(connection, false));
        sleep_ms(4'000);
        ::close(connection);
      },
      3'000);
  EXPECT_EQ(outcome.kind, Kind::failed);
  EXPECT_NE(outcome.why.find("did not end"), std::string::npos) << outcome.why;
}

TEST(Syslog, WatchesNoLongerThanHalfOfItsTime) {
  const auto outcome = send_to(
      [&](int connection) {
        static_cast<void>(Receiver::read_all(connection, false));
        ::close(connection);
      },
      2'000, 60'000);
  EXPECT_EQ(outcome.kind, Kind::taken) << outcome.why;
}

TEST(Syslog, WaitsForAReceiverThatReadsLate) {
  const auto outcome = send_to([&](int connection) {
    sleep_ms(400);
    static_cast<void>(Receiver::read_all(connection, false));
    ::close(connection);
  });
  EXPECT_EQ(outcome.kind, Kind::taken) << outcome.why;
}

TEST(Syslog, StopsWhileItWaitsForTheEnd) {
  const Receiver receiver(SOCK_STREAM);
  int asked = 0;
  const auto outcome = syslog(options_for(SyslogOptions::Transport::tcp, receiver.port()))(
      delivery(), [&] { return ++asked > 20; });
  EXPECT_EQ(outcome.kind, Kind::stopped);
}

}  // namespace
}  // namespace countersign::senders
