#include "ledger/base/encoding.h"
#include "tests/collector/http/test_server.h"
#include "tests/collector/http/tls_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>

namespace countersign::http {
namespace {

class Tls : public ::testing::Test {
 protected:
  Tls() : files_(make_certificate(folder_, "localhost")) {}

  /// What `openssl s_client` says when it connects with those options and sends that request.
  static std::string s_client(const TestServer& server, const std::string& options,
                              const std::string& request =
                                  "GET /a HTTP/1.1\\r\\nHost: x\\r\\n"
                                  "Connection: close\\r\\n\\r\\n") {
    return output_of("printf '" + request + "' | timeout 5 openssl s_client -ign_eof -connect 127.0.0.1:" +
                     std::to_string(server.port()) + " " + options);
  }

  testing::TempDir folder_;
  TlsFiles files_;
};

TEST_F(Tls, ServesVersions12And13) {
  TestServer server(quick_limits(), {}, files_);
  for (const std::string version : {"-tls1_2", "-tls1_3"}) {
    const auto text = s_client(server, version);
    EXPECT_NE(text.find("GET /a "), std::string::npos) << text;
    EXPECT_NE(text.find("Strict-Transport-Security: max-age=31536000"), std::string::npos) << text;
    EXPECT_NE(text.find("Compression: NONE"), std::string::npos) << text;
  }
}

TEST_F(Tls, RefusesVersion11) {
  TestServer server(quick_limits(), {}, files_);
  const auto text = s_client(server, "-tls1_1 -cipher ALL:@SECLEVEL=0");
  EXPECT_NE(text.find("SSL alert number 70"), std::string::npos) << text;
  EXPECT_TRUE(server.reaches("handshake_failures_total", {}, 1));
}

TEST_F(Tls, OffersNoCipherWithoutForwardSecrecyOrAuthentication) {
  TestServer server(quick_limits(), {}, files_);
  for (const std::string cipher :
       {"AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA"}) {
    const auto text = s_client(server, "-tls1_2 -cipher " + cipher + ":@SECLEVEL=0");
    EXPECT_NE(text.find("SSL alert number 40"), std::string::npos) << cipher << text;
  }
}

TEST_F(Tls, SpeaksHttp11Only) {
  TestServer server(quick_limits(), {}, files_);
  EXPECT_NE(s_client(server, "-alpn h2").find("SSL alert number 120"), std::string::npos);
  EXPECT_NE(s_client(server, "-alpn h2,http/1.1").find("ALPN protocol: http/1.1"), std::string::npos);
}

TEST_F(Tls, DoesNotRenegotiate) {
  TestServer server(quick_limits(), {}, files_);
  // 'R' at the start of a line makes s_client ask for a renegotiation.
  const auto text = output_of(
      "( sleep 0.3; printf 'R\\n'; sleep 0.3 ) | timeout 5 openssl s_client -tls1_2 -connect "
      "127.0.0.1:" +
      std::to_string(server.port()));
  EXPECT_NE(text.find("RENEGOTIATING"), std::string::npos) << text;
  EXPECT_NE(text.find("no renegotiation"), std::string::npos) << text;
}

TEST_F(Tls, IssuesNoSessionTickets) {
  TestServer server(quick_limits(), {}, files_);
  EXPECT_EQ(s_client(server, "-tls1_3").find("New Session Ticket"), std::string::npos);
  EXPECT_EQ(s_client(server, "-tls1_2").find("session ticket:"), std::string::npos);
}

std::string fingerprint(const std::string& text) {
  return output_of("printf '%s' '" + text.substr(text.find("-----BEGIN")) +
                   "' | openssl x509 -noout -fingerprint");
}

TEST_F(Tls, ShowsANewCertificateToNewConnections) {
  TestServer server(quick_limits(), {}, files_);
  const auto old = fingerprint(s_client(server, "-tls1_2"));
  const auto replaced = make_certificate(folder_, "new.example");
  ASSERT_TRUE(server.server->reload_tls(replaced));
  const auto fresh = fingerprint(s_client(server, "-tls1_2"));
  EXPECT_NE(fresh.find("Fingerprint="), std::string::npos) << fresh;
  EXPECT_NE(old, fresh);
}

TEST_F(Tls, KeepsTheOldCertificateWhenTheNewOneIsOfNoUse) {
  TestServer server(quick_limits(), {}, files_);
  const auto other = make_certificate(folder_, "other");
  const auto mixed = server.server->reload_tls({files_.certificate_pem, other.key_pem});
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().code, base::Code::invalid_argument);
  EXPECT_FALSE(server.server->reload_tls({folder_ / "absent", files_.key_pem}));
  EXPECT_NE(s_client(server, "-tls1_3").find("GET /a "), std::string::npos);
}

TEST_F(Tls, IsNotTurnedOnLater) {
  TestServer server;
  EXPECT_EQ(server.server->reload_tls(files_).error().code, base::Code::failed_precondition);
}

TEST_F(Tls, StartsOnlyWithAUsableCertificate) {
  base::Metrics metrics;
  Handler handler;
  handler.handle = [](const Request&, const Respond&) {};
  const auto started = Server::start({"127.0.0.1", 0, TlsFiles{folder_ / "absent.pem", files_.key_pem}},
                                     Limits(), handler, metrics, 1);
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("absent.pem"), std::string::npos);
}

TEST_F(Tls, TellsEachRequestWhichCertificateTheClientShows) {
  Handler handler;
  handler.handle = [](const Request& request, const Respond& respond) {
    const auto& shown = request.certificate;
    respond(TestServer::text(
        shown ? "shown " + base::to_hex(shown->sha256.view()) + " for " +
                    std::to_string((shown->not_after.micros - shown->not_before.micros) / 86'400'000'000) +
                    " days"
              : "shown none"));
  };
  const auto client = make_certificate(folder_, "client");
  auto printed = output_of("openssl x509 -noout -fingerprint -sha256 -in " + client.certificate_pem.string());
  printed = printed.substr(printed.find('=') + 1, 95);
  std::erase(printed, ':');
  std::transform(printed.begin(), printed.end(), printed.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto with = " -cert " + client.certificate_pem.string() + " -key " + client.key_pem.string();
  const std::string one = "GET /a HTTP/1.1\\r\\nHost: x\\r\\n";
  const auto two = one + "\\r\\n" + one + "Connection: close\\r\\n\\r\\n";
  TestServer asking(quick_limits(), handler, files_, true);
  for (const std::string version : {"-tls1_2", "-tls1_3"}) {
    const auto text = s_client(asking, version + with, two);
    const auto first = text.find("shown " + printed + " for 2 days");
    ASSERT_NE(first, std::string::npos) << text;
    EXPECT_NE(text.find("shown " + printed, first + 1), std::string::npos) << text;
    EXPECT_NE(s_client(asking, version).find("shown none"), std::string::npos) << "who shows none is let in";
  }
  ASSERT_TRUE(asking.server->reload_tls(files_));
  EXPECT_NE(s_client(asking, with).find("shown " + printed), std::string::npos) << "after a reload";
  TestServer silent(quick_limits(), handler, files_);
  EXPECT_NE(s_client(silent, with).find("shown none"), std::string::npos) << "nobody is asked by default";
}

TEST_F(Tls, AsksForCertificatesOverTlsAlone) {
  base::Metrics metrics;
  Handler handler;
  handler.handle = [](const Request&, const Respond&) {};
  const auto started = Server::start({"127.0.0.1", 0, {}, true}, Limits(), handler, metrics, 1);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, base::Code::invalid_argument);
}

TEST_F(Tls, MayListenOnEveryAddress) {
  base::Metrics metrics;
  Handler handler;
  handler.handle = [](const Request&, const Respond&) {};
  EXPECT_TRUE(Server::start({"0.0.0.0", 0, files_}, Limits(), handler, metrics, 1));
}

TEST_F(Tls, EndsAHandshakeThatDoesNotCome) {
  auto limits = quick_limits();
  limits.handshake_timeout_ms = 100;
  TestServer server(limits, {}, files_);
  auto socket = server.connect();
  socket.send("\x16\x03\x01");
  EXPECT_TRUE(socket.is_closed_within(2'000));
  EXPECT_TRUE(server.reaches("timeouts_total", {{"step", "handshake"}}, 1));
}

TEST_F(Tls, GivesPlainHttpNoAnswer) {
  TestServer server(quick_limits(), {}, files_);
  auto socket = server.connect();
  socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  socket.is_closed_within(2'000);
  EXPECT_EQ(socket.rest().find("HTTP/"), std::string::npos);
  EXPECT_EQ(server.handled, 0);
}

TEST_F(Tls, ClosesIdleConnectionsWhenItStops) {
  TestServer server(quick_limits(), {}, files_);
  std::thread client([&] { s_client(server, "-tls1_3", "GET /a HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"); });
  EXPECT_TRUE(server.reaches("requests_total", {{"class", "2xx"}}, 1));
  const auto begin = std::chrono::steady_clock::now();
  server.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(800));
  client.join();
}

TEST_F(Tls, WaitsAMomentForAHandshakeWhenItStops) {
  TestServer server(quick_limits(), {}, files_);
  auto handshaking = server.connect();
  ASSERT_TRUE(server.reaches("connections_accepted_total", {}, 1));
  const auto begin = std::chrono::steady_clock::now();
  server.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2'500));
  EXPECT_TRUE(handshaking.is_closed_within(1'000));
}

}  // namespace
}  // namespace countersign::http
