#include "apps/daemon/service/notify_socket.h"

#include "tests/apps/service/notify_receiver.h"

#include <fmt/format.h>

namespace countersign::apps {
namespace {

using testing::NotifyReceiver;

TEST(NotifySocket, SendsToAPath) {
  const testing::TempDir dir;
  NotifyReceiver manager((dir / "notify").string());
  const auto socket = NotifySocket::open(manager.address().c_str());
  ASSERT_TRUE(socket);
  ASSERT_TRUE(socket->send("READY=1\nSTATUS=Serving\n"));
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=Serving\n");
}

TEST(NotifySocket, SendsToAnAbstractName) {
  NotifyReceiver manager(fmt::format("@countersign-test-{}", ::getpid()));
  const auto socket = NotifySocket::open(manager.address().c_str());
  ASSERT_TRUE(socket);
  ASSERT_TRUE(socket->send("STOPPING=1\n"));
  EXPECT_EQ(manager.next(), "STOPPING=1\n");
}

TEST(NotifySocket, SaysNothingWhereNobodyListens) {
  for (const char* address : {static_cast<const char*>(nullptr), ""}) {
    const auto socket = NotifySocket::open(address);
    ASSERT_TRUE(socket);
    EXPECT_FALSE(socket->is_open());
    EXPECT_TRUE(socket->send("READY=1\n"));
  }
}

TEST(NotifySocket, RefusesWhatIsNoAddress) {
  for (const auto& address : {std::string("run/notify"), std::string("@"), std::string("/"),
                              std::string("vsock:2:1234"), "/" + std::string(107, 'x')}) {
    const auto socket = NotifySocket::open(address.c_str());
    ASSERT_FALSE(socket) << address;
    EXPECT_EQ(socket.error().code, base::Code::invalid_argument);
  }
  EXPECT_TRUE(NotifySocket::open(("/" + std::string(106, 'x')).c_str()));
}

TEST(NotifySocket, SaysThatAManagerIsGoneAndFindsItsSuccessor) {
  const testing::TempDir dir;
  const auto path = (dir / "notify").string();
  const auto socket = NotifySocket::open(path.c_str());
  ASSERT_TRUE(socket);
  const auto sent = socket->send("READY=1\n");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, base::Code::unavailable);
  NotifyReceiver successor(path);
  EXPECT_TRUE(socket->send("WATCHDOG=1\n"));
  EXPECT_EQ(successor.next(), "WATCHDOG=1\n");
}

}  // namespace
}  // namespace countersign::apps
