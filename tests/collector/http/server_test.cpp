#include "collector/http/server.h"

#include "collector/http/connection_table.h"
#include "tests/collector/http/test_server.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <stdexcept>

namespace countersign::http {
namespace {

using testing::RawSocket;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

Handler answering(std::function<void(Request, Respond)> handle) {
  Handler handler;
  handler.handle = std::move(handle);
  return handler;
}

base::Result<std::unique_ptr<Server>> start_on(const std::string& address, base::Metrics& metrics) {
  return Server::start({address, 0, std::nullopt}, Limits(), answering([](const Request&, const Respond&) {}),
                       metrics, 1);
}

TEST(Server, ServesPlainHttpOnLoopbackOnly) {
  base::Metrics metrics;
  for (const auto* address : {"0.0.0.0", "::", "192.0.2.1", "::ffff:127.0.0.1"}) {
    const auto started = start_on(address, metrics);
    ASSERT_FALSE(started) << address;
    EXPECT_EQ(started.error().code, base::Code::invalid_argument);
    EXPECT_NE(started.error().message.find("TLS certificate"), std::string::npos);
  }
  EXPECT_TRUE(start_on("127.0.0.2", metrics));
}

TEST(Server, SaysWhyItCannotListen) {
  base::Metrics metrics;
  EXPECT_EQ(start_on("localhost", metrics).error().code, base::Code::invalid_argument);
  TestServer first;
  const auto second = Server::start({"127.0.0.1", first.port(), std::nullopt}, Limits(),
                                    answering([](const Request&, const Respond&) {}), metrics, 1);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::Code::unavailable);
  EXPECT_NE(second.error().message.find(std::to_string(first.port())), std::string::npos);
  EXPECT_EQ(Server::start({}, Limits(), Handler(), metrics, 1).error().code, base::Code::invalid_argument);
}

TEST(Server, SendsTheSecurityFieldsWithEveryAnswer) {
  TestServer server;
  auto socket = server.connect();
  socket.send(kGet);
  const auto good = socket.read_response();
  socket.send("garbage\r\n\r\n");
  const auto bad = socket.read_response();
  for (const auto& answer : {good, bad}) {
    EXPECT_TRUE(answer.has("X-Content-Type-Options: nosniff\r\n"));
    EXPECT_TRUE(answer.has("Cache-Control: no-store\r\n"));
    EXPECT_TRUE(answer.has("\r\nDate: "));
    EXPECT_FALSE(answer.has("Server:"));
    EXPECT_FALSE(answer.has("Strict-Transport-Security"));
  }
}

TEST(Server, SendsAFileInPiecesAndBreaksOffWhereItIsShorter) {
  const testing::TempDir folder;
  std::string content;
  for (int i = 0; content.size() < 700'000; ++i) content += std::to_string(i) + '\n';
  std::ofstream(folder / "file", std::ios::binary) << content;
  TestServer server(quick_limits(), answering([&](const Request& request, const Respond& respond) {
                      Response response{200, "application/octet-stream", {}, {}};
                      response.file = FilePart{folder / "file", 0, content.size()};
                      if (request.path == "/part") response.file = FilePart{folder / "file", 1'000, 300'000};
                      if (request.path == "/short") response.file->size = content.size() + 1;
                      if (request.path == "/none") response.file->path = folder / "none";
                      respond(std::move(response));
                    }));
  auto socket = server.connect();
  socket.send("GET /whole HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(socket.read_response().body, content);
  socket.send("GET /part HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(socket.read_response().body, content.substr(1'000, 300'000)) << "and the connection goes on";
  for (const std::string path : {"/short", "/none"}) {
    auto other = server.connect();
    other.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(other.read_response().status, 0) << "closed before it was whole";
    const auto length = content.size() + (path == "/short" ? 1 : 0);
    EXPECT_NE(other.rest().find("Content-Length: " + std::to_string(length)), std::string::npos);
  }
}

TEST(Server, TellsTheHandlerWhoAsks) {
  TestServer server(
      quick_limits(), answering([](const Request& request, const Respond& respond) {
        respond(TestServer::text(request.peer + " " + request.query + " " +
                                 std::string(request.header("x-a")) + (request.tls ? " tls" : "")));
      }));
  auto socket = server.connect();
  socket.send("GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-A: d\r\n\r\n");
  EXPECT_EQ(socket.read_response().body, "127.0.0.1 b=c d");
}

TEST(Server, KeepsTheConnectionUntilToldToClose) {
  TestServer server;
  auto socket = server.connect();
  for (int i = 0; i < 3; ++i) {
    socket.send(kGet);
    EXPECT_EQ(socket.read_response().status, 200);
  }
  socket.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n" + std::string(kGet));
  EXPECT_TRUE(socket.read_response().has("Connection: close\r\n"));
  EXPECT_TRUE(socket.is_closed_within(2'000)) << socket.rest();
  EXPECT_EQ(server.metric("connections_accepted_total"), 1);
  EXPECT_EQ(server.metric("requests_total", {{"class", "2xx"}}), 4);
}

TEST(Server, AnswersHeadWithTheLengthOnly) {
  TestServer server;
  auto socket = server.connect();
  socket.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(kGet));
  EXPECT_TRUE(socket.read_response(true).has("Content-Length: 8\r\n"));
  EXPECT_EQ(socket.read_response().body, "GET /a ");
}

TEST(Server, SendsNoBodyWith204) {
  TestServer server(quick_limits(), answering([](const Request&, const Respond& respond) {
                      auto response = TestServer::text("not sent");
                      response.status = 204;
                      respond(std::move(response));
                    }));
  auto socket = server.connect();
  socket.send(kGet);
  const auto answer = socket.read_response();
  EXPECT_EQ(answer.status, 204);
  EXPECT_FALSE(answer.has("Content-Length"));
  EXPECT_FALSE(socket.is_closed_within(50));
  EXPECT_EQ(socket.rest(), "");
}

TEST(Server, AsksForTheBodyOnceTheHeaderIsAccepted) {
  TestServer server;
  auto socket = server.connect();
  socket.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n");
  const auto interim = socket.read_response();
  EXPECT_EQ(interim.status, 100);
  EXPECT_EQ(interim.header, "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("hello");
  EXPECT_EQ(socket.read_response().body, "POST /a hello");
}

TEST(Server, AsksForNoBodyThatItRefuses) {
  Handler handler = answering([](const Request&, const Respond& respond) { respond(TestServer::text("")); });
  handler.admit = [](const RequestHead& head) -> std::optional<Response> {
    if (head.header("Authorization").empty()) return problem(401, "A token is needed.");
    return std::nullopt;
  };
  TestServer server(quick_limits(), handler);
  auto socket = server.connect();
  socket.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  const auto answer = socket.read_response();
  EXPECT_EQ(answer.status, 401);
  EXPECT_TRUE(answer.has("Connection: close\r\n"));
  EXPECT_EQ(server.metric("framing_errors_total"), 0);
  // Without a body there is nothing in the way of the next request.
  auto again = server.connect();
  again.send(kGet);
  EXPECT_FALSE(again.read_response().has("Connection: close"));
  again.send("GET /a HTTP/1.1\r\nHost: x\r\nAuthorization: y\r\n\r\n");
  EXPECT_EQ(again.read_response().status, 200);
}

TEST(Server, TakesTheAnswerFromAnotherThread) {
  std::vector<std::thread> threads;
  TestServer server(quick_limits(), answering([&](Request request, Respond respond) {
                      threads.emplace_back([request = std::move(request), respond = std::move(respond)] {
                        std::this_thread::sleep_for(std::chrono::milliseconds(20));
                        respond(TestServer::text(request.path));
                        respond(TestServer::text("a second answer"));
                      });
                    }));
  auto socket = server.connect();
  socket.send(std::string(kGet) + "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(socket.read_response().body, "/a");
  EXPECT_EQ(socket.read_response().body, "/b");
  for (auto& thread : threads) thread.join();
}

TEST(Server, AnswersForAHandlerThatFails) {
  TestServer server(quick_limits(), answering([](const Request& request, const Respond& respond) {
                      if (request.path == "/throws") throw std::runtime_error("a secret");
                      if (request.path == "/forgets") return;
                      auto response = TestServer::text("x");
                      response.headers.emplace_back("Location", "a\r\nb: c");
                      respond(std::move(response));
                    }));
  auto socket = server.connect();
  for (const std::string path : {"/throws", "/forgets", "/splits"}) {
    socket.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = socket.read_response();
    EXPECT_EQ(answer.status, 500) << path;
    EXPECT_TRUE(answer.has("application/problem+json")) << path;
    EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  }
  EXPECT_EQ(server.metric("requests_total", {{"class", "5xx"}}), 3);
}

TEST(Server, AnswersForAnAdmissionThatFails) {
  Handler handler = answering([](const Request&, const Respond&) {});
  handler.admit = [](const RequestHead&) -> std::optional<Response> { throw std::runtime_error("x"); };
  TestServer server(quick_limits(), handler);
  auto socket = server.connect();
  socket.send(kGet);
  EXPECT_EQ(socket.read_response().status, 500);
}

TEST(ServerStop, ClosesIdleConnectionsAtOnce) {
  TestServer server;
  auto used = server.connect();
  used.send(kGet);
  EXPECT_EQ(used.read_response().status, 200);
  const auto begin = std::chrono::steady_clock::now();
  server.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(800));
  EXPECT_TRUE(used.is_closed_within(1'000));
  EXPECT_EQ(server.metric("connections_open"), 0);
  server.server->stop();
}

TEST(ServerStop, AnswersTheFirstRequestOfANewConnection) {
  TestServer server;
  auto fresh = server.connect();
  ASSERT_TRUE(server.reaches("connections_accepted_total", {}, 1));
  std::thread stopper([&] { server.server->stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  fresh.send(kGet);
  const auto answer = fresh.read_response();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.has("Connection: close\r\n"));
  stopper.join();
}

TEST(ServerStop, WaitsAMomentForANewConnectionThatSaysNothing) {
  TestServer server;
  auto fresh = server.connect();
  ASSERT_TRUE(server.reaches("connections_accepted_total", {}, 1));
  const auto begin = std::chrono::steady_clock::now();
  server.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2'500));
  EXPECT_TRUE(fresh.is_closed_within(1'000));
}

TEST(ServerStop, ServesConnectionsThatAreThereWhenItAcceptsNoMore) {
  TestServer server;
  auto before = server.connect();
  before.send(kGet);
  EXPECT_EQ(before.read_response().status, 200);
  server.server->stop_accepting();
  before.send(kGet);
  EXPECT_EQ(before.read_response().status, 200);
  server.server->stop_accepting();
}

TEST(ServerSocket, IsPassedFromOneServerToTheNextWithoutRefusingAnybody) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listening, 8), 0);
  ASSERT_EQ(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size), 0);
  base::Metrics metrics;
  ListenOptions options;
  options.port = ntohs(address.sin_port);
  options.socket = listening;
  const auto start = [&] {
    auto started = Server::start(
        options, quick_limits(),
        answering([](const Request&, const Respond& respond) { respond(TestServer::text("here")); }), metrics,
        1);
    EXPECT_TRUE(started) << started.error().message;
    return std::move(*started);
  };
  auto server = start();
  EXPECT_EQ(server->port(), options.port);
  server->stop();
  // Nobody serves now; the system keeps the connection for who comes next.
  testing::RawSocket between(options.port);
  between.send(kGet);
  server = start();
  EXPECT_EQ(between.read_response().body, "here");
  server.reset();
  ::close(listening);
}

TEST(ServerStop, LetsARequestInFlightFinish) {
  std::promise<void> entered;
  std::promise<Respond> kept;
  TestServer server(quick_limits(), answering([&](const Request&, Respond respond) {
                      kept.set_value(std::move(respond));
                      entered.set_value();
                    }));
  auto socket = server.connect();
  socket.send(kGet);
  entered.get_future().wait();
  auto sending = server.connect();
  std::thread stopper([&] { server.server->stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  kept.get_future().get()(TestServer::text("finished"));
  const auto answer = socket.read_response();
  EXPECT_EQ(answer.body, "finished");
  EXPECT_TRUE(answer.has("Connection: close\r\n"));
  stopper.join();
}

TEST(ServerStop, LetsABodyArriveInFull) {
  TestServer server;
  auto socket = server.connect();
  socket.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  std::thread stopper([&] { server.server->stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  socket.send("llo");
  EXPECT_EQ(socket.read_response().body, "POST /a hello");
  stopper.join();
}

TEST(ServerStop, EndsAfterItsGrace) {
  auto limits = quick_limits();
  limits.stop_grace_ms = 100;
  std::promise<Respond> kept;
  TestServer server(limits,
                    answering([&](const Request&, Respond respond) { kept.set_value(std::move(respond)); }));
  auto socket = server.connect();
  socket.send(kGet);
  auto respond = kept.get_future().get();
  server.server->stop();
  EXPECT_TRUE(socket.is_closed_within(1'000));
  server.server.reset();
  // The server is gone; the answer is dropped.
  respond(TestServer::text("too late"));
}

TEST(ServerStop, AcceptsNoMore) {
  TestServer server;
  const auto port = server.port();
  server.server->stop();
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_NE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
}

TEST(ConnectionTable, CountsAnIpv6NetworkAsOneAddress) {
  const auto address = [](const char* text) { return boost::asio::ip::make_address(text); };
  ConnectionTable table;
  Limits limits;
  limits.connections_per_address_max = 1;
  EXPECT_EQ(table.admit(address("2001:db8::1"), limits), std::nullopt);
  EXPECT_EQ(table.admit(address("2001:db8::2"), limits), Refused::address);
  EXPECT_EQ(table.admit(address("2001:db8:0:1::1"), limits), std::nullopt);
  EXPECT_EQ(table.admit(address("192.0.2.1"), limits), std::nullopt);
  EXPECT_EQ(table.admit(address("::ffff:192.0.2.1"), limits), Refused::address);
  table.release(address("2001:db8::1"));
  EXPECT_EQ(table.admit(address("2001:db8::2"), limits), std::nullopt);
  EXPECT_EQ(table.size(), 3u);
}

}  // namespace
}  // namespace countersign::http
