#include "ledger/base/types.h"
#include "ledger/crypto/x509.h"
#include "tests/support/temp_dir.h"
#include "web/senders/syslog_connection.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>
#include <thread>

namespace countersign::senders {
namespace {

namespace net = boost::asio;
using Kind = notify::Outcome::Kind;
using Stream = net::ssl::stream<net::ip::tcp::socket>;

constexpr base::Timestamp kBegin{1'767'225'600'000'000};  // 2026-01-01
constexpr base::Timestamp kEnd{4'102'444'800'000'000};    // 2100-01-01

bool never() { return false; }

/// Receivers on loopback, of one connection each, and certificates in a folder.
class SyslogTls : public ::testing::Test {
 protected:
  SyslogTls() {
    make("server", crypto::CertificateUse::tls_server, "localhost");
    make("elsewhere", crypto::CertificateUse::tls_server, "siem.example.com");
    for (const auto* name : {"client", "other"}) make(name, crypto::CertificateUse::signing, "localhost");
  }

  void make(const std::string& name, crypto::CertificateUse use, const std::string& host) const {
    const auto key = crypto::SigningKey::generate().value();
    const auto certificate = crypto::make_self_signed(key, {.common_name = name,
                                                            .not_before = kBegin,
                                                            .not_after = kEnd,
                                                            .use = use,
                                                            .dns_names = {host},
                                                            .ip_addresses = {}})
                                 .value();
    std::ofstream(file(name + ".pem")) << certificate.to_pem();
    std::ofstream(file(name + ".key")) << base::text_of(key.to_pem().view());
  }
  std::string file(const std::string& name) const { return (dir_.path() / name).string(); }

  /// What comes of `text` sent to a receiver. It reads to the end; then `then` has the connection.
  notify::Outcome send(const std::string& text, const std::function<void(Stream&)>& then,
                       const std::function<void(net::ssl::context&)>& settle = {}) {
    net::io_context io;
    net::ssl::context context(net::ssl::context::tls_server);
    context.use_certificate_chain_file(file(certificate_ + ".pem"));
    context.use_private_key_file(file(certificate_ + ".key"), net::ssl::context::pem);
    if (settle) settle(context);
    net::ip::tcp::acceptor acceptor(io, {net::ip::make_address("127.0.0.1"), 0});
    std::thread serving([&] {
      boost::system::error_code error;
      Stream stream(acceptor.accept(), context);
      stream.handshake(Stream::server, error);
      if (!error) {
        net::read(stream, net::dynamic_buffer(got_), error);
        then(stream);
      }
      stream.next_layer().close(error);
    });
    options_.port = acceptor.local_endpoint().port();
    auto out = send_counted(options_, text, never);
    serving.join();
    return out;
  }
  static void end_in_order(Stream& stream) {
    boost::system::error_code error;
    stream.shutdown(error);
  }
  void ask_for_certificates(net::ssl::context& context) const {
    context.set_verify_mode(net::ssl::verify_peer | net::ssl::verify_fail_if_no_peer_cert);
    context.load_verify_file(file("client.pem"));
  }

  testing::TempDir dir_;
  std::string certificate_ = "server", got_;
  SyslogOptions options_ = {.host = "localhost",
                            .ca_file = file("server.pem"),
                            .own_host = "audit",
                            .timeout_ms = 5'000,
                            .watch_ms = 100};
};

TEST_F(SyslogTls, TakesWhatAReceiverHasReadToItsEnd) {
  // More than a socket's buffers hold.
  const auto text = octet_counted(std::string(8 << 20, 'x'));
  const auto sent = send(text, end_in_order);
  EXPECT_EQ(sent.kind, Kind::taken) << sent.why;
  EXPECT_EQ(got_, text);
}

TEST_F(SyslogTls, TakesAnEndWithoutCloseNotify) {
  const auto sent = send(octet_counted("x"), [](Stream&) {});
  EXPECT_EQ(sent.kind, Kind::taken) << sent.why;
}

TEST_F(SyslogTls, ReadsWhateverAReceiverSays) {
  const auto sent = send(octet_counted("x"), [](Stream& stream) {
    boost::system::error_code error;
    net::write(stream, net::buffer(std::string(100'000, 'y')), error);
    end_in_order(stream);
  });
  EXPECT_EQ(sent.kind, Kind::taken) << sent.why;
}

TEST_F(SyslogTls, FailsWhereTheReceiverRefusesItsCertificateBehindTheHandshake) {
  const auto ask = [&](net::ssl::context& context) { ask_for_certificates(context); };
  for (int i = 0; i < 10; ++i) {
    const auto sent = send(octet_counted("x"), end_in_order, ask);
    EXPECT_EQ(sent.kind, Kind::failed) << i;
    EXPECT_NE(sent.why.find("certificate required"), std::string::npos) << sent.why;
  }
  options_.client_certificate = file("other.pem");
  options_.client_key = file("other.key");
  EXPECT_EQ(send(octet_counted("x"), end_in_order, ask).kind, Kind::failed);
  EXPECT_EQ(got_, "");
  options_.client_certificate = file("client.pem");
  options_.client_key = file("client.key");
  const auto sent = send(octet_counted("x"), end_in_order, ask);
  EXPECT_EQ(sent.kind, Kind::taken) << sent.why;
  EXPECT_EQ(got_, "1 x");
}

TEST_F(SyslogTls, SpeaksTls12Too) {
  const auto sent = send(octet_counted("x"), end_in_order, [](net::ssl::context& context) {
    context.set_options(net::ssl::context::no_tlsv1_3);
  });
  EXPECT_EQ(sent.kind, Kind::taken) << sent.why;
}

TEST_F(SyslogTls, SendsNothingToWhomItDoesNotTrust) {
  options_.ca_file = file("other.pem");
  const auto stranger = send(octet_counted("x"), end_in_order);
  EXPECT_EQ(stranger.kind, Kind::failed);
  EXPECT_NE(stranger.why.find("its certificate is not trusted"), std::string::npos) << stranger.why;
  options_.ca_file = file("elsewhere.pem");
  certificate_ = "elsewhere";
  EXPECT_EQ(send(octet_counted("x"), end_in_order).kind, Kind::failed) << "it is another's";
  options_.host = "127.0.0.1";
  options_.ca_file = file("server.pem");
  certificate_ = "server";
  EXPECT_EQ(send(octet_counted("x"), end_in_order).kind, Kind::failed) << "it has no address";
  EXPECT_EQ(got_, "");
}

TEST_F(SyslogTls, NamesAFileThatItCannotRead) {
  options_.client_certificate = file("client.pem");
  options_.client_key = file("other.key");
  const auto sent = send(octet_counted("x"), end_in_order);
  EXPECT_EQ(sent.kind, Kind::failed);
  EXPECT_NE(sent.why.find("other.key"), std::string::npos) << sent.why;
}

}  // namespace
}  // namespace countersign::senders
