#include "tests/collector/syslog/test_syslog.h"

#include <gmock/gmock.h>

#include <array>
#include <future>
#include <stdexcept>

namespace countersign::syslog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(SyslogServer, TakesCountedMessagesInOrder) {
  TestSyslog server;
  auto socket = server.connect();
  socket.send(counted(message("one")) + counted(message("two\nlines")));
  EXPECT_TRUE(server.has(2));
  const auto third = counted(message("three"));
  for (const char c : third) socket.send(std::string_view(&c, 1));
  EXPECT_TRUE(server.has(3));
  EXPECT_THAT(server.texts(), ElementsAre("one", "two\nlines", "three"));
  EXPECT_TRUE(server.reaches("messages_total", {}, 3));
}

TEST(SyslogServer, TakesMessagesOnLines) {
  TestSyslog server;
  auto socket = server.connect();
  socket.send(message("one") + "\n" + message("two") + "\r\n\n" +
              message("the last, which has no line feed"));
  socket.end_sending();
  EXPECT_TRUE(server.has(3));
  EXPECT_THAT(server.texts(), ElementsAre("one", "two", "the last, which has no line feed"));
  EXPECT_TRUE(socket.is_closed_within(2'000));
}

TEST(SyslogServer, HandsOverWhatProtocolsMakeOfAMessage) {
  base::Metrics metrics;
  std::promise<protocols::Message> got;
  Handler handler;
  handler.take = [&](std::vector<protocols::Message> messages, const Done& done) {
    got.set_value(std::move(messages.at(0)));
    done(Outcome::taken);
  };
  const auto server = SyslogServer::start({}, quick_limits(), handler, metrics, 1);
  ASSERT_TRUE(server);
  testing::RawSocket socket((*server)->port());
  socket.send(counted(message(R"({"id":"e1","type":"login.failed"})")));
  const auto item = got.get_future().get();
  EXPECT_EQ(std::get<boost::json::value>(item.payload).at("id"), "e1");
  EXPECT_EQ(item.envelope.time, "2026-01-31T09:30:00Z");
  EXPECT_EQ(item.envelope.id->size(), 72u);
}

TEST(SyslogServer, CountsAMalformedMessageAndTellsItsFaultButNotItsContent) {
  TestSyslog server;
  auto socket = server.connect();
  socket.send(counted(message("one")) + counted("<34>Feb  5 17:32:18 h su: secret-words") +
              counted("<999>1 - - - - - - secret-words") + counted("<34>Feb  5 17:32:18 h again") +
              counted(message("two")));
  EXPECT_TRUE(server.has(2));
  EXPECT_THAT(server.texts(), ElementsAre("one", "two"));
  EXPECT_TRUE(server.reaches("malformed_total", {{"reason", "rfc3164"}}, 2));
  EXPECT_TRUE(server.reaches("malformed_total", {{"reason", "priority"}}, 1));
  EXPECT_THAT(server.log(), HasSubstr("127.0.0.1: a message was refused"));
  EXPECT_THAT(server.log(), HasSubstr("byte 4, rfc3164: this is a message of RFC 3164"));
  EXPECT_THAT(server.log(), Not(HasSubstr("secret-words")));
  const auto log = server.log();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << "one line for each sort: " << log;
}

TEST(SyslogServer, HandsNothingOverWhenAllIsMalformed) {
  TestSyslog server;
  auto socket = server.connect();
  socket.send(counted("x") + counted("y"));
  EXPECT_TRUE(server.reaches("malformed_total", {{"reason", "priority"}}, 2));
  EXPECT_TRUE(server.batch_sizes().empty());
  socket.send(counted(message("good")));
  EXPECT_TRUE(server.has(1));
}

TEST(SyslogServer, EndsAConnectionWhoseLengthsAreWrongButKeepsWhatCameBefore) {
  const auto one = message("one");
  for (const auto& wrong : {std::to_string(one.size() - 1) + " " + one + counted(one), "0 " + one,
                            std::string("nonsense"), counted(one) + "\n" + counted(one)}) {
    TestSyslog server;
    auto socket = server.connect();
    socket.send(counted(message("zero")) + wrong);
    EXPECT_TRUE(socket.is_closed_within(3'000)) << wrong;
    EXPECT_TRUE(server.reaches("framing_errors_total", {{"reason", "length"}}, 1)) << wrong;
    ASSERT_FALSE(server.texts().empty());
    EXPECT_EQ(server.texts().front(), "zero");
    EXPECT_THAT(server.log(), HasSubstr("127.0.0.1: closed: "));
  }
}

TEST(SyslogServer, RefusesAFirstByteOfAnotherProtocol) {
  TestSyslog server;
  auto socket = server.connect();
  socket.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(socket.is_closed_within(3'000));
  EXPECT_TRUE(server.reaches("framing_errors_total", {{"reason", "length"}}, 1));
  EXPECT_THAT(server.log(), HasSubstr("the first byte is neither"));
}

TEST(SyslogServer, BoundsTheLengthOfAFrame) {
  auto limits = quick_limits();
  limits.frame_bytes_max = 100;
  TestSyslog server(limits);
  const auto most = message(std::string(100 - message("").size(), 'x'));
  auto socket = server.connect();
  socket.send(counted(most));
  EXPECT_TRUE(server.has(1));
  socket.send(counted(most + "x"));
  EXPECT_TRUE(socket.is_closed_within(3'000));
  auto lines = server.connect();
  lines.send(most + "\n" + most + "x");
  EXPECT_TRUE(lines.is_closed_within(3'000));
  EXPECT_TRUE(server.has(2));
  EXPECT_TRUE(server.reaches("framing_errors_total", {{"reason", "too_long"}}, 2));
}

TEST(SyslogServer, CountsAMessageThatIsCutShort) {
  TestSyslog server;
  auto socket = server.connect();
  socket.send(counted(message("one")) + "500 " + message("half"));
  socket.end_sending();
  EXPECT_TRUE(server.reaches("framing_errors_total", {{"reason", "truncated"}}, 1));
  EXPECT_THAT(server.texts(), ElementsAre("one"));
}

TEST(SyslogServer, ReadsNothingMoreBeforeABatchIsTaken) {
  Waiting waiting;
  TestSyslog server(quick_limits(), {}, waiting.keep());
  auto socket = server.connect();
  socket.send(counted(message("one")));
  auto first = waiting.next();
  EXPECT_EQ(first.texts, Texts{"one"});
  socket.send(counted(message("two")) + counted(message("three")));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(waiting.empty());
  EXPECT_EQ(server.metric("messages_total"), 0);
  first.done(Outcome::taken);
  auto second = waiting.next();
  EXPECT_EQ(second.texts, (Texts{"two", "three"}));
  second.done(Outcome::taken);
  EXPECT_TRUE(server.reaches("messages_total", {}, 3));
  waiting.clear();
}

TEST(SyslogServer, StopsASenderWhoseMessagesAreNotTaken) {
  Waiting waiting;
  TestSyslog server(quick_limits(), {}, waiting.keep());
  auto socket = server.connect();
  std::atomic<std::size_t> sent{0};
  std::thread sender([&] {
    const auto bytes = counted(message(std::string(10'000, 'x')));
    for (int i = 0; i < 5'000 && socket.send(bytes); ++i) sent += bytes.size();
  });
  const auto held = waiting.next();
  std::size_t before = 0;
  for (int i = 0; i < 100 && (before == 0 || before != sent); ++i) {
    before = sent;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_LT(sent, 50'000'000u / 2) << "the kernel's buffers, and no more";
  held.done(Outcome::refused);
  sender.join();
  waiting.clear();
}

TEST(SyslogServer, TriesTheSameBatchAgainWithGrowingPauses) {
  int calls = 0;
  TestSyslog server(quick_limits(), {}, [&](const TestSyslog::Call& call) {
    call.done(++calls < 6 ? Outcome::try_again : Outcome::taken);
  });
  auto socket = server.connect();
  socket.send(counted(message("one")) + counted("malformed") + counted(message("two")));
  EXPECT_TRUE(server.has(12));
  EXPECT_TRUE(server.reaches("messages_total", {}, 2));
  const auto texts = server.texts();
  for (std::size_t i = 0; i < texts.size(); i += 2) {
    EXPECT_EQ(texts[i], "one");
    EXPECT_EQ(texts[i + 1], "two");
  }
  EXPECT_EQ(server.metric("retries_total"), 5);
  EXPECT_EQ(server.metric("malformed_total", {{"reason", "priority"}}), 1) << "counted once";
  const auto times = server.call_times();
  ASSERT_EQ(times.size(), 6u);
  const std::array<int, 5> least{10, 20, 40, 80, 80};
  for (std::size_t i = 0; i < least.size(); ++i)
    EXPECT_GE(times[i + 1] - times[i], std::chrono::milliseconds(least[i])) << i;
  EXPECT_LT(times[5] - times[4], std::chrono::milliseconds(160)) << "the longest pause";
  socket.send(counted(message("three")));
  EXPECT_TRUE(server.has(13));
}

TEST(SyslogServer, TriesAgainWhenTheHandlerFailsOrForgets) {
  int calls = 0;
  TestSyslog server(quick_limits(), {}, [&](const TestSyslog::Call& call) {
    ++calls;
    if (calls == 1) throw std::runtime_error("no");
    if (calls == 2) return;
    call.done(Outcome::taken);
    call.done(Outcome::refused);
  });
  auto socket = server.connect();
  socket.send(counted(message("one")));
  EXPECT_TRUE(server.has(3));
  EXPECT_TRUE(server.reaches("messages_total", {}, 1));
  EXPECT_EQ(server.metric("handler_failures_total"), 1);
  EXPECT_EQ(server.metric("retries_total"), 2);
}

TEST(SyslogServer, ClosesTheConnectionOfARefusedSenderAndCountsTheLoss) {
  TestSyslog server(quick_limits(), {}, [](const TestSyslog::Call& call) { call.done(Outcome::refused); });
  auto socket = server.connect();
  socket.send(counted(message("one")) + counted(message("two")));
  EXPECT_TRUE(socket.is_closed_within(3'000));
  EXPECT_TRUE(server.reaches("lost_total", {}, 2));
  EXPECT_EQ(server.metric("messages_total"), 0);
}

TEST(SyslogServer, HandsOverAtMostABatchAtOnce) {
  auto limits = quick_limits();
  limits.batch_messages_max = 10;
  TestSyslog server(limits);
  auto socket = server.connect();
  std::string all;
  Texts expected;
  for (int i = 0; i < 1'000; ++i) {
    all += counted(message(std::to_string(i)));
    expected.push_back(std::to_string(i));
  }
  socket.send(all);
  EXPECT_TRUE(server.has(1'000));
  EXPECT_EQ(server.texts(), expected);
  for (const auto size : server.batch_sizes()) EXPECT_LE(size, 10u);
}

TEST(SyslogServer, HandsOverWhatWaitsInPartsOnceABatchMayHoldLess) {
  // As a ledger does whose queue has become smaller: what is too much at once is never taken.
  TestSyslog server(quick_limits(), {}, [](const TestSyslog::Call& call) {
    call.done(call.texts.size() <= 3 ? Outcome::taken : Outcome::try_again);
  });
  auto socket = server.connect();
  std::string all;
  for (int i = 0; i < 10; ++i) all += counted(message(std::to_string(i)));
  socket.send(all + counted("malformed"));
  for (int i = 0; i < 300 && server.metric("retries_total") < 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_GE(server.metric("retries_total"), 2);
  EXPECT_EQ(server.metric("messages_total"), 0);
  server.server->set_batch({3, {}});
  EXPECT_TRUE(server.reaches("messages_total", {}, 10));
  const auto sizes = server.batch_sizes();
  ASSERT_GE(sizes.size(), 4u);
  EXPECT_THAT(std::vector(sizes.end() - 4, sizes.end()), ElementsAre(3, 3, 3, 1));
  const auto texts = server.texts();
  EXPECT_THAT(Texts(texts.end() - 10, texts.end()),
              ElementsAre("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
  EXPECT_EQ(server.metric("malformed_total", {{"reason", "priority"}}), 1) << "counted once";
  server.server->set_batch({0, {}});
  socket.send(all);
  EXPECT_TRUE(server.reaches("messages_total", {}, 20)) << "one after the other, at least";
}

TEST(SyslogServer, BoundsTheNumberOfConnections) {
  auto limits = quick_limits();
  limits.connections_max = 2;
  TestSyslog server(limits);
  auto one = server.connect(), two = server.connect();
  EXPECT_TRUE(server.reaches("connections_accepted_total", {}, 2));
  auto three = server.connect();
  EXPECT_TRUE(three.is_closed_within(2'000));
  EXPECT_EQ(server.metric("connections_refused_total"), 1);
  one.end_sending();
  EXPECT_TRUE(one.is_closed_within(2'000));
  for (int i = 0; i < 100 && server.metric("connections_open") > 1; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  auto four = server.connect();
  four.send(counted(message("four")));
  EXPECT_TRUE(server.has(1));
}

TEST(SyslogServer, ClosesAfterSilence) {
  auto limits = quick_limits();
  limits.idle_timeout_ms = 150;
  TestSyslog server(limits);
  auto socket = server.connect();
  for (int i = 0; i < 4; ++i) {
    socket.send(counted(message("x")));
    std::this_thread::sleep_for(std::chrono::milliseconds(70));
  }
  EXPECT_TRUE(server.has(4));
  EXPECT_TRUE(socket.is_closed_within(2'000));
  EXPECT_TRUE(server.reaches("timeouts_total", {{"step", "idle"}}, 1));
}

TEST(SyslogServer, BoundsTheTimeThatAMessageTakesButNotAStream) {
  auto limits = quick_limits();
  limits.frame_timeout_ms = 200;
  TestSyslog server(limits);
  auto slow = server.connect();
  // Each piece holds the end of a message and the beginning of the next: none takes long.
  const auto whole = counted(message("x"));
  slow.send(whole.substr(0, 5));
  for (int i = 0; i < 6; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    slow.send(whole.substr(5) + whole.substr(0, 5));
  }
  EXPECT_TRUE(server.has(6));
  EXPECT_TRUE(slow.is_closed_within(2'000));
  EXPECT_TRUE(server.reaches("timeouts_total", {{"step", "frame"}}, 1));
  EXPECT_EQ(server.metric("timeouts_total", {{"step", "idle"}}), 0);
}

base::Error refusal(const ListenOptions& options, const Limits& limits = quick_limits(),
                    bool with_handler = true) {
  base::Metrics metrics;
  Handler handler;
  if (with_handler) handler.take = [](const std::vector<protocols::Message>&, const Done&) {};
  const auto started = SyslogServer::start(options, limits, handler, metrics, 1);
  EXPECT_FALSE(started);
  return started ? base::Error() : started.error();
}

TEST(SyslogServer, ReceivesPlainTcpOnLoopbackOnly) {
  for (const auto* address : {"0.0.0.0", "::", "192.0.2.1"}) {
    const auto error = refusal({.address = address});
    EXPECT_EQ(error.code, base::Code::invalid_argument);
    EXPECT_THAT(error.message, HasSubstr("TLS certificate")) << address;
  }
}

TEST(SyslogServer, RefusesOptionsThatMakeNoSense) {
  EXPECT_THAT(refusal({.address = "localhost"}).message, HasSubstr("is not an IP address"));
  EXPECT_THAT(refusal({.client_fingerprints = {base::Digest()}}).message, HasSubstr("need TLS"));
  EXPECT_THAT(refusal({}, quick_limits(), false).message, HasSubstr("needs a handler"));
  auto limits = quick_limits();
  limits.frame_bytes_max = 0;
  EXPECT_THAT(refusal({}, limits).message, HasSubstr("frame_bytes_max must be more than 0"));
  TestSyslog first;
  const auto error = refusal({.port = first.server->port()});
  EXPECT_EQ(error.code, base::Code::unavailable);
}

}  // namespace
}  // namespace countersign::syslog
