#include "collector/http/tls_context.h"

#include <boost/asio/ssl/host_name_verification.hpp>
#include <fmt/format.h>

#include <array>
#include <string_view>

namespace countersign::http {
namespace {

namespace ssl = boost::asio::ssl;

using ContextPtr = std::shared_ptr<ssl::context>;

constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";

constexpr long kClientChainBytesMax = 32L << 10;

/// Chooses http/1.1 from what the client offers, or ends the handshake.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                    const unsigned char* offered, unsigned int offered_size, void* /*unused*/) {
  static constexpr std::array<unsigned char, 9> kOnly{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  const int result =
      SSL_select_next_proto(&chosen, out_size, kOnly.data(), kOnly.size(), offered, offered_size);
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

auto failure(std::string_view doing, const std::filesystem::path& path, const boost::system::error_code& ec) {
  return base::fail(base::Code::invalid_argument,
                    fmt::format("cannot {} {}: {}", doing, path.string(), ec.message()));
}

base::Result<void> restrict_versions(ssl::context& context) {
  auto* handle = context.native_handle();
  SSL_CTX_set_options(handle, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(handle, kCiphers12) != 1)
    return base::fail(base::Code::internal,
                      "OpenSSL on this machine does not offer TLS 1.2 with ECDHE and AEAD");
  return {};
}

}  // namespace

base::Result<ContextPtr> make_server_context(const TlsFiles& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  TRY(restrict_versions(*context));
  auto* handle = context->native_handle();
  SSL_CTX_set_session_cache_mode(handle, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(handle, 0);
  SSL_CTX_set_alpn_select_cb(handle, choose_protocol, nullptr);
  boost::system::error_code ec;
  if (context->use_certificate_chain_file(files.certificate_pem.string(), ec); ec)
    return failure("use the TLS certificate", files.certificate_pem, ec);
  // OpenSSL refuses a key that does not belong to the certificate.
  if (context->use_private_key_file(files.key_pem.string(), ssl::context::pem, ec); ec)
    return failure("use the TLS key", files.key_pem, ec);
  return context;
}

void ask_for_certificates(ssl::context& context) {
  auto* handle = context.native_handle();
  SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nullptr);
  // In place of OpenSSL's check of the chain, which pinning does not need.
  SSL_CTX_set_cert_verify_callback(
      handle, [](X509_STORE_CTX*, void*) { return 1; }, nullptr);
  // The macro of this call casts in C's way.
  SSL_CTX_ctrl(handle, SSL_CTRL_SET_MAX_CERT_LIST, kClientChainBytesMax, nullptr);
}

base::Result<ContextPtr> make_client_context(const ClientTrust& trust, const std::string& host) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  TRY(restrict_versions(*context));
  if (!trust.check_chain) {
    context->set_verify_mode(ssl::verify_none);
    return context;
  }
  boost::system::error_code ec;
  if (trust.ca_file.empty()) {
    context->set_default_verify_paths(ec);
    if (ec) return failure("read", "the system's certificate authorities", ec);
  } else if (context->load_verify_file(trust.ca_file.string(), ec); ec) {
    return failure("use the certificate authorities in", trust.ca_file, ec);
  }
  context->set_verify_mode(ssl::verify_peer);
  context->set_verify_callback(ssl::host_name_verification(host));
  return context;
}

}  // namespace countersign::http
