#include "collector/http/client.h"

#include "ledger/base/encoding.h"
#include "tests/collector/http/test_server.h"
#include "tests/collector/http/tls_files.h"

#include <gtest/gtest.h>

namespace countersign::http {
namespace {

ClientOptions plain(std::uint16_t port) {
  ClientOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  options.tls = false;
  options.timeout_ms = 2'000;
  return options;
}

TEST(Client, KeepsItsConnection) {
  TestServer server;
  Client client(plain(server.port()));
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.send("POST", "/a", {{"X-A", "b"}}, "hello");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "POST /a hello");
    EXPECT_EQ(answer->header("content-type"), "text/plain");
  }
  EXPECT_EQ(server.metric("connections_accepted_total"), 1);
}

TEST(Client, ConnectsAgainWhenTheServerHasClosed) {
  auto limits = quick_limits();
  limits.idle_timeout_ms = 50;
  TestServer server(limits);
  Client client(plain(server.port()));
  ASSERT_TRUE(client.send("GET", "/a", {}, ""));
  ASSERT_TRUE(server.reaches("connections_open", {}, 0));
  EXPECT_TRUE(client.send("GET", "/a", {}, ""));
  EXPECT_EQ(server.metric("connections_accepted_total"), 2);
}

TEST(Client, ReadsTheAnswerOfAServerThatReadsNoBody) {
  Handler handler;
  handler.handle = [](const Request&, const Respond&) {};
  handler.body_bytes_max = [](const RequestHead&) { return std::uint64_t{10}; };
  TestServer server(quick_limits(), handler);
  Client client(plain(server.port()));
  const auto answer = client.send("POST", "/a", {}, std::string(1'000, 'x'));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 413);
}

TEST(Client, PassesOverAnInterimAnswer) {
  TestServer server;
  Client client(plain(server.port()));
  const auto answer = client.send("POST", "/a", {{"Expect", "100-continue"}}, "hello");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "POST /a hello");
}

TEST(Client, ReadsTheAnswerToHead) {
  TestServer server;
  Client client(plain(server.port()));
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.send("HEAD", "/a", {}, "");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->header("Content-Length"), "8");
    EXPECT_EQ(answer->body, "");
  }
}

TEST(Client, WaitsNoLongerThanItWasTold) {
  std::vector<Respond> kept;
  Handler handler;
  handler.handle = [&](const Request&, Respond respond) { kept.push_back(std::move(respond)); };
  auto limits = quick_limits();
  limits.stop_grace_ms = 100;
  TestServer server(limits, handler);
  auto options = plain(server.port());
  options.timeout_ms = 100;
  Client client(options);
  const auto answer = client.send("GET", "/a", {}, "");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::Code::unavailable);
  EXPECT_NE(answer.error().message.find("no answer within 100 ms"), std::string::npos)
      << answer.error().message;
}

TEST(Client, SaysWhereNobodyListens) {
  std::uint16_t port = 0;
  {
    TestServer server;
    port = server.port();
  }
  const auto answer = Client(plain(port)).send("GET", "/", {}, "");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::Code::unavailable);
  EXPECT_NE(answer.error().message.find("127.0.0.1 port " + std::to_string(port)), std::string::npos);
}

TEST(Client, BoundsTheAnswer) {
  TestServer server;
  auto options = plain(server.port());
  options.body_bytes_max = 5;
  const auto answer = Client(options).send("GET", "/a", {}, "");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::Code::resource_exhausted);
}

TEST(Client, SendsNoFieldThatWouldSplitTheRequest) {
  TestServer server;
  Client client(plain(server.port()));
  EXPECT_EQ(client.send("GET", "/a b", {}, "").error().code, base::Code::invalid_argument);
  EXPECT_EQ(client.send("GET /", "/", {}, "").error().code, base::Code::invalid_argument);
  EXPECT_EQ(client.send("GET", "/", {{"X", "a\r\nY: b"}}, "").error().code, base::Code::invalid_argument);
  EXPECT_EQ(server.handled, 0);
}

class TlsClient : public ::testing::Test {
 protected:
  ClientOptions options(const TestServer& server) const {
    auto made = plain(server.port());
    made.host = "localhost";
    made.tls = true;
    made.ca_file = files_.certificate_pem;
    return made;
  }

  testing::TempDir folder_;
  TlsFiles files_ = make_certificate(folder_, "localhost");
};

TEST_F(TlsClient, TrustsTheAuthorityItWasGiven) {
  TestServer server(quick_limits(), {}, files_);
  Client client(options(server));
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.send("POST", "/a", {}, std::string(200'000, 'x'));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body.size(), 200'000u + 8);
  }
  EXPECT_EQ(server.metric("connections_accepted_total"), 1);
}

TEST_F(TlsClient, TrustsNoCertificateThatTheSystemDoesNotKnow) {
  TestServer server(quick_limits(), {}, files_);
  auto without = options(server);
  without.ca_file.clear();
  const auto answer = Client(without).send("GET", "/a", {}, "");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::Code::unauthenticated) << answer.error().message;
  EXPECT_NE(answer.error().message.find("self-signed"), std::string::npos) << answer.error().message;
  EXPECT_EQ(server.handled, 0);
}

TEST_F(TlsClient, ChecksTheName) {
  TestServer server(quick_limits(), {}, files_);
  auto other = options(server);
  other.host = "127.0.0.1";
  const auto answer = Client(other).send("GET", "/a", {}, "");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::Code::unauthenticated) << answer.error().message;
}

TEST_F(TlsClient, ChecksAnAddressAsAName) {
  const auto for_address = make_certificate(folder_, "127.0.0.1");
  TestServer server(quick_limits(), {}, for_address);
  auto by_address = options(server);
  by_address.host = "127.0.0.1";
  by_address.ca_file = for_address.certificate_pem;
  const auto answer = Client(by_address).send("GET", "/a", {}, "");
  EXPECT_TRUE(answer) << answer.error().message;
}

TEST_F(TlsClient, TrustsThePinnedCertificateAndNoOther) {
  TestServer server(quick_limits(), {}, files_);
  const auto hex = output_of("openssl x509 -in " + files_.certificate_pem.string() +
                             " -outform DER | sha256sum | cut -d' ' -f1 | tr -d '\\n'");
  auto pinned = options(server);
  pinned.host = "127.0.0.1";
  pinned.ca_file.clear();
  pinned.certificate_sha256 = base::digest_from_hex(hex).value();
  const auto answer = Client(pinned).send("GET", "/a", {}, "");
  EXPECT_TRUE(answer) << answer.error().message;

  pinned.certificate_sha256->bytes[0] ^= 1;
  const auto refused = Client(pinned).send("GET", "/a", {}, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::unauthenticated);
  EXPECT_EQ(server.handled, 1);
}

TEST_F(TlsClient, SaysWhichAuthorityFileIsOfNoUse) {
  TestServer server(quick_limits(), {}, files_);
  auto broken = options(server);
  broken.ca_file = folder_ / "absent.pem";
  const auto answer = Client(broken).send("GET", "/a", {}, "");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::Code::invalid_argument);
  EXPECT_NE(answer.error().message.find("absent.pem"), std::string::npos);
}

}  // namespace
}  // namespace countersign::http
