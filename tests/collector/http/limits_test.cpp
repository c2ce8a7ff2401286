#include "collector/http/limits.h"

#include "tests/collector/http/test_server.h"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <future>

namespace countersign::http {
namespace {

using testing::RawSocket;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

std::string post(std::size_t length, const std::string& more = "") {
  return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(length) + "\r\n" + more + "\r\n";
}

TEST(Limits, AreCheckedByName) {
  Limits limits;
  EXPECT_TRUE(check(limits));
  limits.body_timeout_ms = -1;
  ASSERT_FALSE(check(limits));
  EXPECT_NE(check(limits).error().message.find("body_timeout_ms is -1"), std::string::npos);
  limits = Limits();
  limits.head.header_bytes_max = 100;
  EXPECT_FALSE(check(limits));
}

TEST(Limits, HoldForTheHeaderAsConfigured) {
  auto limits = quick_limits();
  limits.head = {300, 3, 20};
  TestServer server(limits);
  const std::string begin = "GET / HTTP/1.1\r\nHost: x\r\n";
  const std::pair<std::string, int> cases[] = {
      {begin + "A: 1\r\nB: 2\r\n\r\n", 200},
      {begin + "A: 1\r\nB: 2\r\nC: 3\r\n\r\n", 431},
      {begin + "A: " + std::string(300, 'a') + "\r\n\r\n", 431},
      {"GET /" + std::string(19, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 200},
      {"GET /" + std::string(20, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
  };
  for (const auto& [bytes, status] : cases) {
    auto socket = server.connect();
    socket.send(bytes);
    EXPECT_EQ(socket.read_response().status, status) << bytes;
  }
}

TEST(Limits, CloseConnectionsBeyondTheCapAndCountThem) {
  auto limits = quick_limits();
  limits.connections_max = 2;
  TestServer server(limits);
  auto first = server.connect();
  auto second = server.connect();
  first.send(kGet);
  second.send(kGet);
  EXPECT_EQ(first.read_response().status, 200);
  EXPECT_EQ(second.read_response().status, 200);
  auto third = server.connect();
  EXPECT_TRUE(third.is_closed_within(2'000));
  EXPECT_EQ(server.metric("connections_refused_total", {{"reason", "total"}}), 1);
  EXPECT_EQ(server.metric("connections_open"), 2);

  first.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(first.read_response().has("Connection: close"));
  EXPECT_TRUE(server.reaches("connections_open", {}, 1));
  auto fourth = server.connect();
  fourth.send(kGet);
  EXPECT_EQ(fourth.read_response().status, 200);
}

TEST(Limits, BoundTheConnectionsOfOneAddress) {
  auto limits = quick_limits();
  limits.connections_per_address_max = 1;
  TestServer server(limits);
  auto first = server.connect();
  first.send(kGet);
  EXPECT_EQ(first.read_response().status, 200);
  auto second = server.connect();
  EXPECT_TRUE(second.is_closed_within(2'000));
  EXPECT_EQ(server.metric("connections_refused_total", {{"reason", "address"}}), 1);
}

TEST(Limits, CloseAnIdleConnection) {
  auto limits = quick_limits();
  limits.idle_timeout_ms = 100;
  TestServer server(limits);
  auto silent = server.connect();
  EXPECT_TRUE(silent.is_closed_within(2'000));
  auto once = server.connect();
  once.send(kGet);
  EXPECT_EQ(once.read_response().status, 200);
  EXPECT_TRUE(once.is_closed_within(2'000));
  EXPECT_TRUE(server.reaches("timeouts_total", {{"step", "idle"}}, 2));
}

TEST(Limits, CloseAConnectionThatFallsSilentWithinARequest) {
  auto limits = quick_limits();
  limits.idle_timeout_ms = 100;
  limits.header_timeout_ms = limits.body_timeout_ms = 60'000;
  TestServer server(limits);
  auto in_header = server.connect();
  in_header.send("GET / HT");
  EXPECT_TRUE(in_header.is_closed_within(2'000));
  EXPECT_TRUE(server.reaches("timeouts_total", {{"step", "header"}}, 1));
  auto in_body = server.connect();
  in_body.send(post(100) + "half");
  EXPECT_TRUE(in_body.is_closed_within(2'000));
  EXPECT_TRUE(server.reaches("timeouts_total", {{"step", "body"}}, 1));
  EXPECT_EQ(server.handled, 0);
}

/// Sends a byte every 20 ms until the server has enough of it.
bool is_cut_off(RawSocket& socket, int ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (std::chrono::steady_clock::now() < end) {
    if (!socket.send("a") || socket.is_closed_within(20)) return true;
  }
  return false;
}

TEST(Limits, EndAHeaderThatComesDropByDrop) {
  auto limits = quick_limits();
  limits.header_timeout_ms = 150;
  TestServer server(limits);
  auto socket = server.connect();
  socket.send("GET / HTTP/1.1\r\nHost: x\r\nX: ");
  EXPECT_TRUE(is_cut_off(socket, 3'000));
  EXPECT_TRUE(server.reaches("timeouts_total", {{"step", "header"}}, 1));
}

TEST(Limits, EndABodyThatComesDropByDrop) {
  auto limits = quick_limits();
  limits.body_timeout_ms = 150;
  TestServer server(limits);
  auto socket = server.connect();
  socket.send(post(10'000));
  EXPECT_TRUE(is_cut_off(socket, 3'000));
  EXPECT_TRUE(server.reaches("timeouts_total", {{"step", "body"}}, 1));
  EXPECT_EQ(server.handled, 0);
}

Handler with_body_max(std::uint64_t most) {
  Handler handler;
  handler.body_bytes_max = [most](const RequestHead& head) { return head.path == "/big" ? most * 10 : most; };
  handler.handle = [](const Request& request, const Respond& respond) {
    respond(TestServer::text(std::to_string(request.body.size())));
  };
  return handler;
}

TEST(Limits, AnswerATooLargeBodyBeforeReadingIt) {
  TestServer server(quick_limits(), with_body_max(100));
  auto socket = server.connect();
  socket.send(post(101));
  const auto answer = socket.read_response();
  EXPECT_EQ(answer.status, 413);
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_NE(answer.body.find("100 bytes"), std::string::npos);
}

TEST(Limits, LetTheSenderOfATooLargeBodyReadTheAnswer) {
  auto limits = quick_limits();
  limits.linger_timeout_ms = 3'000;
  TestServer server(limits, with_body_max(100));
  auto socket = server.connect();
  // More than the buffers of both sides hold. Closing at once would reset the connection, and with it the
  // answer could be lost.
  EXPECT_TRUE(socket.send(post(20'000'000) + std::string(20'000'000, 'x')));
  EXPECT_EQ(socket.read_response().status, 413);
}

TEST(Limits, DifferByPath) {
  TestServer server(quick_limits(), with_body_max(100));
  auto socket = server.connect();
  socket.send(post(100) + std::string(100, 'x'));
  EXPECT_EQ(socket.read_response().body, "100");
  socket.send("POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + std::string(1'000, 'x'));
  EXPECT_EQ(socket.read_response().body, "1000");
}

TEST(Limits, BoundTheMemoryOfAllBodiesTogether) {
  auto limits = quick_limits();
  limits.bodies_bytes_max = 1'000'000;
  auto handler = with_body_max(10'000'000);
  TestServer server(limits, handler);
  auto half_sent = server.connect();
  half_sent.send(post(900'000) + std::string(600'000, 'x'));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  auto refused = server.connect();
  refused.send(post(800'000) + std::string(800'000, 'x'));
  const auto answer = refused.read_response();
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.has("Retry-After: 1\r\n"));
  half_sent.send(std::string(300'000, 'x'));
  EXPECT_EQ(half_sent.read_response().body, "900000");
  // What was held is given back.
  auto again = server.connect();
  again.send(post(800'000) + std::string(800'000, 'x'));
  EXPECT_EQ(again.read_response().body, "800000");
}

TEST(Limits, EndTheWaitForAHandler) {
  auto limits = quick_limits();
  limits.handle_timeout_ms = 100;
  Respond kept;
  Handler handler;
  handler.handle = [&](const Request&, Respond respond) { kept = std::move(respond); };
  TestServer server(limits, handler);
  auto socket = server.connect();
  socket.send(kGet);
  const auto answer = socket.read_response();
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.has("Retry-After: 1\r\n"));
  EXPECT_TRUE(answer.has("Connection: close\r\n"));
  EXPECT_TRUE(server.reaches("timeouts_total", {{"step", "handle"}}, 1));
  kept(TestServer::text("too late"));
  EXPECT_TRUE(socket.is_closed_within(2'000)) << socket.rest();
}

TEST(Limits, EndAnAnswerThatNobodyReads) {
  auto limits = quick_limits();
  limits.write_timeout_ms = 200;
  Handler handler;
  handler.handle = [](const Request&, const Respond& respond) {
    respond(TestServer::text(std::string(50'000'000, 'x')));
  };
  TestServer server(limits, handler);
  RawSocket socket;
  socket.set_receive_buffer(4096);
  socket.connect(server.port());
  socket.send(kGet);
  EXPECT_TRUE(server.reaches("timeouts_total", {{"step", "write"}}, 1));
  EXPECT_TRUE(server.reaches("connections_open", {}, 0));
}

TEST(Limits, CloseAfterSoManyRequests) {
  auto limits = quick_limits();
  limits.requests_per_connection_max = 2;
  TestServer server(limits);
  auto socket = server.connect();
  socket.send(std::string(kGet) + std::string(kGet) + std::string(kGet));
  EXPECT_FALSE(socket.read_response().has("Connection: close"));
  EXPECT_TRUE(socket.read_response().has("Connection: close"));
  EXPECT_TRUE(socket.is_closed_within(2'000)) << socket.rest();
  EXPECT_EQ(server.handled, 2);
}

TEST(Limits, CloseAnOldConnectionWithItsNextAnswer) {
  auto limits = quick_limits();
  limits.connection_lifetime_ms = 50;
  TestServer server(limits);
  auto socket = server.connect();
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  socket.send(kGet);
  EXPECT_TRUE(socket.read_response().has("Connection: close"));
}

TEST(Limits, ChangeWhileTheServerRuns) {
  TestServer server;
  auto limits = quick_limits();
  limits.head.target_bytes_max = 4;
  ASSERT_TRUE(server.server->set_limits(limits));
  limits.idle_timeout_ms = 0;
  EXPECT_FALSE(server.server->set_limits(limits));
  auto socket = server.connect();
  socket.send("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(socket.read_response().status, 414);
}

TEST(Limits, EndALingeringPeer) {
  auto limits = quick_limits();
  limits.linger_timeout_ms = 100;
  TestServer server(limits);
  auto socket = server.connect();
  socket.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(socket.read_response().status, 200);
  // This side never closes.
  EXPECT_TRUE(server.reaches("connections_open", {}, 0));
}

TEST(Listener, GoesOnWhenDescriptorsHaveRunOut) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "UBSan opens a pipe to look at memory, and takes it for bad where it gets none";
#endif
  TestServer server;
  RawSocket early;
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  const int next = ::dup(0);
  ::close(next);
  rlimit tight{static_cast<rlim_t>(next), old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  early.connect(server.port());
  early.send(kGet);
  const bool failed = server.reaches("accept_errors_total", {}, 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(250));
  const auto failures = server.metric("accept_errors_total");
  ::setrlimit(RLIMIT_NOFILE, &old);
  EXPECT_TRUE(failed);
  EXPECT_LE(failures, 5) << "the listener spins";
  EXPECT_EQ(early.read_response().status, 200);
}

}  // namespace
}  // namespace countersign::http
