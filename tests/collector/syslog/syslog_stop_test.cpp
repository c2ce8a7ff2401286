#include "tests/collector/syslog/test_syslog.h"

#include <gmock/gmock.h>

namespace countersign::syslog {
namespace {

using ::testing::ElementsAre;

TEST(SyslogStop, TakesWhatTcpHasTaken) {
  Waiting waiting;
  TestSyslog server(quick_limits(), {}, waiting.keep_first());
  auto socket = server.connect();
  socket.send(counted(message("first")));
  const auto first = waiting.next();
  // The server reads nothing now: these wait in the kernel.
  for (int i = 0; i < 100; ++i) socket.send(counted(message(std::string(1'000, 'x'))));
  std::thread stopper([&] { server.server->stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  first.done(Outcome::taken);
  stopper.join();
  EXPECT_EQ(server.metric("messages_total"), 101);
  EXPECT_EQ(server.metric("lost_total"), 0);
  EXPECT_TRUE(socket.is_closed_within(1'000));
}

TEST(SyslogStop, WaitsAMomentForTheRestOfAMessage) {
  auto limits = quick_limits();
  limits.drain_quiet_ms = 1'000;
  TestSyslog server(limits);
  auto socket = server.connect();
  const auto second = counted(message("second"));
  socket.send(counted(message("first")) + second.substr(0, 20));
  EXPECT_TRUE(server.has(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  std::thread stopper([&] { server.server->stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  socket.send(second.substr(20));
  stopper.join();
  EXPECT_THAT(server.texts(), ElementsAre("first", "second"));
  EXPECT_EQ(server.metric("framing_errors_total", {{"reason", "truncated"}}), 0);
}

TEST(SyslogStop, ClosesQuietConnectionsAtOnce) {
  TestSyslog server;
  auto one = server.connect(), two = server.connect();
  one.send(counted(message("x")));
  EXPECT_TRUE(server.has(1));
  EXPECT_TRUE(server.reaches("connections_accepted_total", {}, 2));
  const auto begin = std::chrono::steady_clock::now();
  server.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(800));
  EXPECT_TRUE(one.is_closed_within(1'000));
  EXPECT_TRUE(two.is_closed_within(1'000));
  server.server->stop();
}

TEST(SyslogStop, WaitsForABatchThatIsTriedAgain) {
  auto limits = quick_limits();
  limits.retry_first_ms = limits.retry_most_ms = 60'000;
  std::atomic<int> calls{0};
  TestSyslog server(limits, {}, [&](const TestSyslog::Call& call) {
    call.done(++calls < 3 ? Outcome::try_again : Outcome::taken);
  });
  auto socket = server.connect();
  socket.send(counted(message("one")));
  EXPECT_TRUE(server.reaches("retries_total", {}, 1));
  server.server->stop();
  EXPECT_EQ(server.metric("messages_total"), 1) << "no longer pause than a stop has time for";
  EXPECT_EQ(server.metric("lost_total"), 0);
}

TEST(SyslogStop, EndsAfterItsGraceAndCountsWhatIsLost) {
  auto limits = quick_limits();
  limits.stop_grace_ms = 200;
  limits.batch_messages_max = 2;
  Waiting waiting;
  TestSyslog server(limits, {}, waiting.keep());
  auto socket = server.connect();
  socket.send(counted(message("one")) + counted(message("two")) + counted(message("three")));
  const auto stuck = waiting.next();
  EXPECT_THAT(stuck.texts, ElementsAre("one", "two"));
  const auto begin = std::chrono::steady_clock::now();
  server.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2'000));
  EXPECT_EQ(server.metric("lost_total"), 3);
  stuck.done(Outcome::taken);
  EXPECT_EQ(server.metric("messages_total"), 0) << "said too late";
}

TEST(SyslogStop, IsNotHeldUpByASenderThatNeverStops) {
  auto limits = quick_limits();
  limits.stop_grace_ms = 300;
  TestSyslog server(limits);
  auto socket = server.connect();
  std::atomic<bool> done{false};
  std::thread sender([&] {
    const auto bytes = counted(message("x"));
    while (!done && socket.send(bytes)) {
    }
  });
  EXPECT_TRUE(server.reaches("connections_accepted_total", {}, 1));
  const auto begin = std::chrono::steady_clock::now();
  server.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2'500));
  done = true;
  sender.join();
}

}  // namespace
}  // namespace countersign::syslog
