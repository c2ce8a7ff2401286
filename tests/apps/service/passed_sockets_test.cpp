#include "apps/daemon/service/passed_sockets.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <string>

namespace countersign::apps {
namespace {

using ::testing::HasSubstr;

constexpr int kSelf = 4711;
/// Where the test puts sockets, as systemd does at 3: nothing else of this program is there.
constexpr int kFirst = 600;

struct Variables {
  std::map<std::string, std::string> values;

  Environment lookup() const {
    return [this](const char* name) -> const char* {
      const auto found = values.find(name);
      return found == values.end() ? nullptr : found->second.c_str();
    };
  }
};

Variables passes(int count, const std::string& names, int pid = kSelf) {
  return {{{"LISTEN_PID", std::to_string(pid)},
           {"LISTEN_FDS", std::to_string(count)},
           {"LISTEN_FDNAMES", names}}};
}

int at_place(int socket, int place) {
  EXPECT_EQ(::dup2(socket, place), place);
  ::close(socket);
  return place;
}

/// A listening socket on a port of its own, as descriptor `place`; the port.
std::uint16_t listen_at(int place, int family = AF_INET) {
  const int socket = at_place(::socket(family, SOCK_STREAM, 0), place);
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  if (family == AF_INET) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size = sizeof v4;
  } else {
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
  }
  EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::listen(socket, 4), 0);
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  return ntohs(address.sin6_port);  // at the same place in both
}

std::string refused(const Variables& variables) {
  const auto taken = PassedSockets::take(variables.lookup(), kSelf, kFirst);
  EXPECT_FALSE(taken);
  if (taken) return {};
  EXPECT_EQ(taken.error().code, base::Code::failed_precondition);
  return taken.error().message;
}

TEST(PassedSockets, AreNoneWithoutTheVariables) {
  auto taken = PassedSockets::take(Variables().lookup(), kSelf, kFirst);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->find(kHttpsSocket, "127.0.0.1", 8443).value(), std::nullopt);
  EXPECT_TRUE(taken->check_all_found());
}

TEST(PassedSockets, OfAnotherProcessAreNotTaken) {
  const auto port = listen_at(kFirst);
  const auto variables = passes(1, kHttpsSocket, kSelf + 1);
  {
    auto taken = PassedSockets::take(variables.lookup(), kSelf, kFirst);
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->find(kHttpsSocket, "127.0.0.1", port).value(), std::nullopt);
  }
  EXPECT_EQ(::close(kFirst), 0) << "it was closed all the same";
}

TEST(PassedSockets, AreFoundByNameAndPlace) {
  const auto https = listen_at(kFirst);
  const auto first = listen_at(kFirst + 1);
  const auto second = listen_at(kFirst + 2, AF_INET6);
  const auto variables = passes(3, "https:syslog-fw:syslog-fw");
  {
    auto taken = PassedSockets::take(variables.lookup(), kSelf, kFirst);
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_EQ(taken->find(syslog_socket("fw"), "0:0:0:0:0:0:0:1", second).value(), kFirst + 2);
    EXPECT_EQ(taken->find(syslog_socket("fw"), "127.0.0.1", first).value(), kFirst + 1);
    EXPECT_EQ(taken->find(syslog_socket("other"), "127.0.0.1", 6514).value(), std::nullopt);
    const auto left = taken->check_all_found();
    ASSERT_FALSE(left);
    EXPECT_THAT(left.error().message, HasSubstr(fmt::format("\"https\" on 127.0.0.1:{}", https)));
    EXPECT_EQ(taken->find(kHttpsSocket, "127.0.0.1", 0).value(), kFirst) << "any port will do";
    EXPECT_TRUE(taken->check_all_found());
    EXPECT_NE(::fcntl(kFirst, F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(::fcntl(kFirst, F_GETFD), -1) << "it is closed with its owner";
}

TEST(PassedSockets, ThatListenElsewhereAreRefusedWithTheLineToWrite) {
  const auto port = listen_at(kFirst);
  auto taken = PassedSockets::take(passes(1, kHttpsSocket).lookup(), kSelf, kFirst);
  ASSERT_TRUE(taken);
  const auto other_port = static_cast<std::uint16_t>(port + 1);
  auto found = taken->find(kHttpsSocket, "127.0.0.1", other_port);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, base::Code::failed_precondition);
  EXPECT_THAT(found.error().message, HasSubstr(fmt::format("listens on 127.0.0.1:{},", port)));
  EXPECT_THAT(found.error().message, HasSubstr(fmt::format("ListenStream=127.0.0.1:{} ", other_port)));
  found = taken->find(kHttpsSocket, "::", port);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr(fmt::format("ListenStream=[::]:{} ", port)));
}

TEST(PassedSockets, ThatDoNotListenOnTcpAreRefused) {
  const auto* none = "none that listens on TCP";
  at_place(::socket(AF_INET, SOCK_STREAM, 0), kFirst);  // not listening
  EXPECT_THAT(refused(passes(1, kHttpsSocket)), HasSubstr(none));
  at_place(::socket(AF_INET, SOCK_DGRAM, 0), kFirst);
  EXPECT_THAT(refused(passes(1, kHttpsSocket)), HasSubstr(none));
  const int local = at_place(::socket(AF_UNIX, SOCK_STREAM, 0), kFirst);
  sockaddr address{AF_UNIX, {}};
  ASSERT_EQ(::bind(local, &address, sizeof(sa_family_t)), 0);
  ASSERT_EQ(::listen(local, 1), 0);
  EXPECT_THAT(refused(passes(1, kHttpsSocket)), HasSubstr(none));
  ::close(kFirst);
}

TEST(PassedSockets, OfVariablesThatContradictAreRefused) {
  listen_at(kFirst);
  EXPECT_THAT(refused(passes(1, "https:more")), HasSubstr("has 2 names"));
  EXPECT_THAT(refused(passes(2, "https:https")), HasSubstr("file descriptor 601 is not open"));
  listen_at(kFirst);
  auto variables = passes(1, kHttpsSocket);
  for (const auto* count : {"", "x", "-1", "1 ", "99999999999", "5000"}) {
    variables.values["LISTEN_FDS"] = count;
    EXPECT_THAT(refused(variables), HasSubstr("no number")) << count;
  }
  ::close(kFirst);
}

TEST(PassedSockets, WithoutNamesBelongToNoListener) {
  const auto port = listen_at(kFirst);
  auto variables = passes(1, "");
  variables.values.erase("LISTEN_FDNAMES");
  auto taken = PassedSockets::take(variables.lookup(), kSelf, kFirst);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->find(kHttpsSocket, "127.0.0.1", port).value(), std::nullopt);
  const auto left = taken->check_all_found();
  ASSERT_FALSE(left);
  EXPECT_THAT(left.error().message, HasSubstr("FileDescriptorName="));
}

}  // namespace
}  // namespace countersign::apps
