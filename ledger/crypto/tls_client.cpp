#include "ledger/crypto/tls_client.h"

#include "ledger/crypto/owners.h"
#include "ledger/crypto/server_certificate.h"

#include <openssl/ssl.h>

#include <array>
#include <utility>

namespace countersign::crypto {
namespace {

using base::Code;
using base::fail;
using SslCtxPtr = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Freer<SSL_free>>;

base::Result<void> trust(SSL_CTX* context, const std::filesystem::path& ca_file) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // Who names an authority in the middle, or the other side's own certificate, trusts that.
  X509_STORE_set_flags(SSL_CTX_get_cert_store(context), X509_V_FLAG_PARTIAL_CHAIN);
  if (ca_file.empty()) {
    require(SSL_CTX_set_default_verify_paths(context));
  } else if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) {
    return openssl_error(Code::invalid_argument, "cannot read authorities in PEM from " + ca_file.string());
  }
  return {};
}

base::Result<void> show(SSL_CTX* context, const TlsClient::Options& options) {
  if (options.certificate.empty()) return {};
  // No passphrase is asked for on a terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate.c_str()) != 1)
    return openssl_error(Code::invalid_argument,
                         "cannot read a certificate in PEM from " + options.certificate.string());
  if (SSL_CTX_use_PrivateKey_file(context, options.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1)
    return openssl_error(Code::invalid_argument,
                         "cannot read the certificate's private key in PEM from " + options.key.string());
  return {};
}

}  // namespace

struct TlsClient::Handles {
  SslCtxPtr context;
  SslPtr ssl;
  BIO* in = nullptr;   ///< ssl's
  BIO* out = nullptr;  ///< ssl's

  /// What a call of ssl came to, which was not a success: nothing where it only waits for bytes.
  base::Result<void> judge(int returned) const {
    const int error = SSL_get_error(ssl.get(), returned);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return {};
    const auto reason = ERR_peek_error();
    const char* words = ERR_reason_error_string(reason);
    const std::string why = words == nullptr ? "it does not speak TLS as it should" : words;
    ERR_clear_error();
    if (const auto verified = SSL_get_verify_result(ssl.get()); verified != X509_V_OK)
      return fail(Code::unavailable,
                  std::string("its certificate is not trusted: ") + X509_verify_cert_error_string(verified));
    return fail(Code::unavailable, "TLS failed: " + why);
  }
};

TlsClient::TlsClient(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
TlsClient::TlsClient(TlsClient&&) noexcept = default;
TlsClient& TlsClient::operator=(TlsClient&&) noexcept = default;
TlsClient::~TlsClient() = default;

base::Result<TlsClient> TlsClient::make(const Options& options) {
  ERR_clear_error();
  auto handles = std::make_unique<Handles>();
  handles->context.reset(checked(SSL_CTX_new(TLS_client_method())));
  auto* context = handles->context.get();
  require(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 ? 1 : 0);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  TRY(trust(context, options.ca_file));
  TRY(show(context, options));
  handles->ssl.reset(checked(SSL_new(context)));
  auto* ssl = handles->ssl.get();
  if (is_address(options.host)) {
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), options.host.c_str()) != 1)
      return openssl_error(Code::invalid_argument, "not an address");
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // SSL_set_tlsext_host_name(3), whose macro has a cast that is not ours.
    auto name = options.host;
    if (SSL_set1_host(ssl, name.c_str()) != 1 ||
        SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) != 1)
      return openssl_error(Code::invalid_argument, "not a host's name");
  }
  handles->in = checked(BIO_new(BIO_s_mem()));
  handles->out = checked(BIO_new(BIO_s_mem()));
  SSL_set_bio(ssl, handles->in, handles->out);
  SSL_set_connect_state(ssl);
  return TlsClient(std::move(handles));
}

void TlsClient::receive(std::string_view bytes) {
  if (bytes.empty()) return;
  std::size_t written = 0;
  require(BIO_write_ex(handles_->in, bytes.data(), bytes.size(), &written));
}

std::string TlsClient::to_send() {
  std::string out(BIO_ctrl_pending(handles_->out), '\0');
  std::size_t read = 0;
  if (!out.empty()) require(BIO_read_ex(handles_->out, out.data(), out.size(), &read));
  out.resize(read);
  return out;
}

base::Result<bool> TlsClient::shake_hands() {
  ERR_clear_error();
  const int returned = SSL_do_handshake(handles_->ssl.get());
  if (returned == 1) return true;
  TRY(handles_->judge(returned));
  return false;
}

base::Result<void> TlsClient::write(std::string_view text) {
  if (text.empty()) return {};
  ERR_clear_error();
  std::size_t written = 0;
  const int returned = SSL_write_ex(handles_->ssl.get(), text.data(), text.size(), &written);
  // Memory takes all of it.
  if (returned == 1 && written == text.size()) return {};
  TRY(handles_->judge(returned));
  return fail(Code::unavailable, "TLS failed: it wants a new handshake");
}

void TlsClient::end() {
  ERR_clear_error();
  static_cast<void>(SSL_shutdown(handles_->ssl.get()));
  ERR_clear_error();
}

base::Result<bool> TlsClient::skip_to_end() {
  ERR_clear_error();
  std::array<char, 4'096> buffer;
  for (;;) {
    std::size_t got = 0;
    const int returned = SSL_read_ex(handles_->ssl.get(), buffer.data(), buffer.size(), &got);
    if (returned == 1) continue;
    if (SSL_get_error(handles_->ssl.get(), returned) == SSL_ERROR_ZERO_RETURN) return true;
    TRY(handles_->judge(returned));
    return false;
  }
}

}  // namespace countersign::crypto
