#include "ledger/base/encoding.h"
#include "tests/collector/http/tls_files.h"
#include "tests/collector/syslog/test_syslog.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

namespace countersign::syslog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

base::Digest fingerprint_of(const http::TlsFiles& files) {
  const auto text =
      http::output_of("openssl x509 -noout -fingerprint -sha256 -in " + files.certificate_pem.string());
  std::string hex = text.substr(text.find('=') + 1, 95);
  hex.erase(std::remove(hex.begin(), hex.end(), ':'), hex.end());
  const auto digest = base::digest_from_hex(hex);
  EXPECT_TRUE(digest) << text;
  return digest ? *digest : base::Digest();
}

class SyslogTls : public ::testing::Test {
 protected:
  SyslogTls() : files_(http::make_certificate(folder_, "localhost")) {}

  ListenOptions options(std::vector<base::Digest> fingerprints = {}) const {
    return {.tls = files_, .client_fingerprints = std::move(fingerprints)};
  }

  /// Sends those bytes with `openssl s_client`, and returns what it says.
  std::string send(const TestSyslog& server, const std::string& bytes, const std::string& how = "") const {
    const auto file = folder_ / "bytes";
    std::ofstream(file, std::ios::binary) << bytes;
    return http::output_of("( cat " + file.string() +
                           "; sleep 0.3 ) | timeout 5 openssl s_client -connect 127.0.0.1:" +
                           std::to_string(server.server->port()) + " " + how);
  }

  static std::string certificate(const http::TlsFiles& files) {
    return "-cert " + files.certificate_pem.string() + " -key " + files.key_pem.string();
  }

  testing::TempDir folder_;
  http::TlsFiles files_;
};

TEST_F(SyslogTls, TakesCountedMessagesOverTls12And13) {
  TestSyslog server(quick_limits(), options());
  send(server, counted(message("one")) + counted(message("two")), "-tls1_2");
  EXPECT_TRUE(server.has(2));
  send(server, counted(message("three")), "-tls1_3");
  EXPECT_TRUE(server.has(3));
  EXPECT_THAT(server.texts(), ElementsAre("one", "two", "three"));
  EXPECT_THAT(send(server, "", "-tls1_1 -cipher ALL:@SECLEVEL=0"), HasSubstr("SSL alert number 70"));
  EXPECT_TRUE(server.reaches("handshake_failures_total", {}, 1));
}

TEST_F(SyslogTls, TakesAClientThatOffersAnApplicationProtocol) {
  TestSyslog server(quick_limits(), options());
  send(server, counted(message("one")), "-alpn syslog");
  EXPECT_TRUE(server.has(1));
}

TEST_F(SyslogTls, TakesOctetCountingOnly) {
  TestSyslog server(quick_limits(), options());
  send(server, message("one") + "\n");
  EXPECT_TRUE(server.reaches("framing_errors_total", {{"reason", "length"}}, 1));
  EXPECT_TRUE(server.texts().empty());
}

TEST_F(SyslogTls, TakesMessagesLongerThanATlsRecord) {
  TestSyslog server(quick_limits(), options());
  const std::string text(60'000, 'x');
  send(server, counted(message(text)) + counted(message("two")));
  EXPECT_TRUE(server.has(2));
  EXPECT_EQ(server.texts().at(0), text);
}

TEST_F(SyslogTls, MayListenOnEveryAddress) {
  auto every = options();
  every.address = "0.0.0.0";
  TestSyslog server(quick_limits(), every);
  send(server, counted(message("one")));
  EXPECT_TRUE(server.has(1));
}

TEST_F(SyslogTls, LetsInOnlyTheClientsWhoseCertificatesAreListed) {
  const auto known = http::make_certificate(folder_, "known"),
             other = http::make_certificate(folder_, "other");
  TestSyslog server(quick_limits(), options({fingerprint_of(known), base::Digest()}));
  for (const std::string version : {"-tls1_2 ", "-tls1_3 "}) {
    const auto before = server.texts().size();
    send(server, counted(message("known")), version + certificate(known));
    EXPECT_TRUE(server.has(before + 1)) << version;
    const auto failures = server.metric("handshake_failures_total");
    EXPECT_THAT(send(server, counted(message("other")), version + certificate(other)),
                HasSubstr("SSL alert number"));
    EXPECT_THAT(send(server, counted(message("none")), version), HasSubstr("SSL alert number"));
    EXPECT_TRUE(server.reaches("handshake_failures_total", {}, failures + 2)) << version;
    EXPECT_TRUE(server.has(before + 1)) << version;
  }
  EXPECT_THAT(server.log(), HasSubstr("127.0.0.1: the TLS handshake failed"));
}

TEST_F(SyslogTls, GoesByTheClientsCertificateAndNotByItsIssuer) {
  // A certificate that the listed one has issued is another one.
  const auto issuer = http::make_certificate(folder_, "issuer");
  const auto leaf = http::TlsFiles{folder_ / "leaf.pem", folder_ / "leaf.key"};
  http::output_of("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=leaf -keyout " +
                  leaf.key_pem.string() + " -out " + (folder_ / "leaf.csr").string() +
                  " && openssl x509 -req -days 2 -in " + (folder_ / "leaf.csr").string() + " -CA " +
                  issuer.certificate_pem.string() + " -CAkey " + issuer.key_pem.string() +
                  " -CAcreateserial -out " + leaf.certificate_pem.string());
  const auto chained = certificate(leaf) + " -cert_chain " + issuer.certificate_pem.string();
  TestSyslog strict(quick_limits(), options({fingerprint_of(issuer)}));
  EXPECT_THAT(send(strict, counted(message("leaf")), chained), HasSubstr("SSL alert number"));
  TestSyslog right(quick_limits(), options({fingerprint_of(leaf)}));
  send(right, counted(message("leaf")), chained);
  EXPECT_TRUE(right.has(1));
  EXPECT_TRUE(strict.texts().empty());
}

TEST_F(SyslogTls, EndsAHandshakeThatDoesNotCome) {
  auto limits = quick_limits();
  limits.handshake_timeout_ms = 100;
  TestSyslog server(limits, options());
  auto socket = server.connect();
  socket.send("\x16\x03\x01");
  EXPECT_TRUE(socket.is_closed_within(2'000));
  EXPECT_TRUE(server.reaches("timeouts_total", {{"step", "handshake"}}, 1));
}

TEST_F(SyslogTls, ShowsANewCertificateToNewConnections) {
  TestSyslog server(quick_limits(), options());
  EXPECT_THAT(send(server, ""), HasSubstr("CN = localhost"));
  const auto fresh = http::make_certificate(folder_, "fresh.example");
  ASSERT_TRUE(server.server->reload_tls(fresh));
  EXPECT_THAT(send(server, ""), HasSubstr("CN = fresh.example"));
  EXPECT_FALSE(server.server->reload_tls({files_.certificate_pem, fresh.key_pem}));
  EXPECT_THAT(send(server, ""), HasSubstr("CN = fresh.example"));
  TestSyslog plain;
  EXPECT_EQ(plain.server->reload_tls(fresh).error().code, base::Code::failed_precondition);
}

TEST_F(SyslogTls, TakesWhatWasSentBeforeItStops) {
  Waiting waiting;
  TestSyslog server(quick_limits(), options(), waiting.keep_first());
  std::string bytes;
  for (int i = 0; i < 2'000; ++i) bytes += counted(message(std::string(100, 'x') + std::to_string(i)));
  std::thread client([&] { send(server, bytes); });
  const auto first = waiting.next();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  std::thread stopper([&] { server.server->stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  first.done(Outcome::taken);
  stopper.join();
  client.join();
  EXPECT_EQ(server.metric("messages_total"), 2'000);
  EXPECT_EQ(server.metric("lost_total"), 0);
}

TEST_F(SyslogTls, WaitsAMomentForTheRestOfAMessageWhenItStops) {
  auto limits = quick_limits();
  limits.drain_quiet_ms = 2'000;
  TestSyslog server(limits, options());
  const auto second = counted(message("second"));
  std::thread client([&] {
    http::output_of("( printf '%s' '" + counted(message("first")) + second.substr(0, 20) +
                    "'; sleep 0.6; printf '%s' '" + second.substr(20) +
                    "'; sleep 0.2 ) | timeout 5 openssl s_client -connect 127.0.0.1:" +
                    std::to_string(server.server->port()));
  });
  EXPECT_TRUE(server.has(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  server.server->stop();
  client.join();
  EXPECT_THAT(server.texts(), ElementsAre("first", "second"));
}

TEST_F(SyslogTls, EndsAnIdleConnectionSoonWhenItStops) {
  TestSyslog server(quick_limits(), options());
  std::thread client([&] {
    http::output_of("sleep 1 | timeout 5 openssl s_client -connect 127.0.0.1:" +
                    std::to_string(server.server->port()));
  });
  EXPECT_TRUE(server.reaches("connections_accepted_total", {}, 1));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto begin = std::chrono::steady_clock::now();
  server.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1'000));
  client.join();
}

}  // namespace
}  // namespace countersign::syslog
