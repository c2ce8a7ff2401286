#include "ledger/crypto/x509.h"

#include "ledger/crypto/der.h"
#include "ledger/crypto/digest.h"
#include "ledger/crypto/owners.h"

#include <fmt/format.h>
#include <openssl/rsa.h>

#include <array>
#include <chrono>

namespace countersign::crypto {

using base::Code;
using base::fail;

namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

base::Result<base::Timestamp> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1)
    return fail(Code::invalid_argument, "the certificate's validity is not a time");
  const std::chrono::year_month_day date{std::chrono::year(parts.tm_year + 1900),
                                         std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
                                         std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
  const auto days = std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()};
  const std::int64_t seconds = days * 86400 + parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec;
  return base::Timestamp{seconds * kMicrosPerSecond};
}

X509Ptr parse(std::string_view der) {
  const auto* at = raw(der);
  X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  const bool whole = certificate && at == raw(der) + der.size();
  ERR_clear_error();
  return whole ? std::move(certificate) : nullptr;
}

}  // namespace

base::Result<Certificate> Certificate::from_der(std::string_view der) {
  const auto certificate = parse(der);
  if (!certificate || der_of<i2d_X509>(certificate.get()) != der)
    return fail(Code::invalid_argument, "not an X.509 certificate in DER");
  TRY_ASSIGN(const auto not_before, time_of(X509_get0_notBefore(certificate.get())));
  TRY_ASSIGN(const auto not_after, time_of(X509_get0_notAfter(certificate.get())));
  return Certificate(std::string(der), not_before, not_after);
}

base::Result<Certificate> Certificate::from_pem(std::string_view pem) {
  TRY_ASSIGN(auto all, read_certificates(pem));
  return std::move(all.front());
}

base::Result<std::vector<Certificate>> read_certificates(std::string_view pem) {
  std::vector<Certificate> all;
  const auto bio = memory_bio(pem);
  for (;;) {
    const X509Ptr certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    TRY_ASSIGN(auto one, Certificate::from_der(der_of<i2d_X509>(certificate.get())));
    all.push_back(std::move(one));
  }
  ERR_clear_error();
  if (all.empty())
    return fail(Code::invalid_argument, "there is no certificate (-----BEGIN CERTIFICATE-----) in the text");
  return all;
}

std::string Certificate::to_pem() const {
  const auto certificate = parsed(*this);
  const BioPtr bio(checked(BIO_new(BIO_s_mem())));
  require(PEM_write_bio_X509(bio.get(), certificate.get()));
  return std::string(content_of(bio.get()));
}

base::Digest Certificate::fingerprint() const { return sha256(der_); }

std::string Certificate::subject() const {
  const auto certificate = parsed(*this);
  const BioPtr bio(checked(BIO_new(BIO_s_mem())));
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate.get()), 0,
                     (XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)));
  return std::string(content_of(bio.get()));
}

struct SigningKey::Impl {
  PkeyPtr key;
};

SigningKey::SigningKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

base::Result<SigningKey> SigningKey::generate() {
  PkeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return openssl_error(Code::internal, "cannot make a P-256 key");
  return SigningKey(std::make_unique<Impl>(Impl{std::move(key)}));
}

base::Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  const auto bio = memory_bio(pem);
  // An empty passphrase instead of OpenSSL's question on the terminal.
  std::array<char, 1> no_passphrase{};
  PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_passphrase.data()));
  ERR_clear_error();
  char group[32] = {};
  if (!key || EVP_PKEY_is_a(key.get(), "EC") != 1 ||
      EVP_PKEY_get_group_name(key.get(), group, sizeof group, nullptr) != 1 ||
      std::string_view(group) != "prime256v1")
    return fail(Code::invalid_argument, "not a P-256 private key in PEM without a passphrase");
  return SigningKey(std::make_unique<Impl>(Impl{std::move(key)}));
}

Secret SigningKey::to_pem() const {
  const BioPtr bio(checked(BIO_new(BIO_s_secmem())));
  require(PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->key.get(), nullptr, nullptr, 0, nullptr, nullptr));
  return Secret(base::bytes_of(content_of(bio.get())));
}

bool SigningKey::belongs_to(const Certificate& certificate) const {
  const bool belongs = X509_check_private_key(parsed(certificate).get(), impl_->key.get()) == 1;
  ERR_clear_error();
  return belongs;
}

evp_pkey_st* SigningKey::handle() const { return impl_->key.get(); }

namespace {

base::Result<void> add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1)
    return openssl_error(Code::invalid_argument, fmt::format("cannot put '{}' into a certificate", value));
  return {};
}

/// `DNS:` and `IP:` entries in the syntax of OpenSSL's extension configuration.
base::Result<std::string> alternative_names(const CertificateRequest& request) {
  std::string names;
  const auto add = [&](std::string_view kind, std::string_view name) {
    for (const char c : name) {
      const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         c == '.' || c == '-' || c == ':' || c == '*' || c == '_';
      if (!plain) return false;
    }
    names += fmt::format("{}{}:{}", names.empty() ? "" : ",", kind, name);
    return !name.empty();
  };
  for (const auto& name : request.dns_names) {
    if (!add("DNS", name))
      return fail(Code::invalid_argument, fmt::format("'{}' cannot be a host name in a certificate", name));
  }
  for (const auto& address : request.ip_addresses) {
    if (!add("IP", address))
      return fail(Code::invalid_argument, fmt::format("'{}' is not an IP address", address));
  }
  return names;
}

base::Result<void> add_extensions(X509* certificate, const CertificateRequest& request) {
  TRY_ASSIGN(const auto names, alternative_names(request));
  TRY(add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE"));
  TRY(add_extension(certificate, NID_key_usage, "critical,digitalSignature"));
  if (request.use == CertificateUse::tls_server)
    TRY(add_extension(certificate, NID_ext_key_usage, "serverAuth"));
  if (!names.empty()) TRY(add_extension(certificate, NID_subject_alt_name, names));
  return add_extension(certificate, NID_subject_key_identifier, "hash");
}

}  // namespace

base::Result<Certificate> make_self_signed(const SigningKey& key, const CertificateRequest& request) {
  if (request.common_name.empty() || request.common_name.size() > 64)
    return fail(Code::invalid_argument, "the common name of a certificate has 1 to 64 bytes");
  if (request.not_after <= request.not_before)
    return fail(Code::invalid_argument, "the validity of the certificate ends before it begins");
  const X509Ptr certificate(checked(X509_new()));
  require(X509_set_version(certificate.get(), X509_VERSION_3));
  // RFC 5280 section 4.1.2.2: positive and at most 20 octets; 127 random bits.
  const std::unique_ptr<BIGNUM, Freer<BN_free>> serial(checked(BN_new()));
  require(BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY));
  checked(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get())));
  checked(
      ASN1_TIME_set(X509_getm_notBefore(certificate.get()), request.not_before.micros / kMicrosPerSecond));
  checked(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), request.not_after.micros / kMicrosPerSecond));
  auto* name = X509_get_subject_name(certificate.get());
  if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, raw(request.common_name),
                                 static_cast<int>(request.common_name.size()), -1, 0) != 1)
    return openssl_error(Code::invalid_argument, "cannot use the common name in a certificate");
  require(X509_set_issuer_name(certificate.get(), name));
  require(X509_set_pubkey(certificate.get(), key.handle()));
  TRY(add_extensions(certificate.get(), request));
  if (X509_sign(certificate.get(), key.handle(), EVP_sha256()) <= 0)
    return openssl_error(Code::internal, "cannot sign a certificate");
  return Certificate::from_der(der_of<i2d_X509>(certificate.get()));
}

bool verify_sha256_signature(std::string_view public_key_der, std::string_view message,
                             std::string_view signature) {
  const auto* at = raw(public_key_der);
  const PkeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(public_key_der.size())));
  const bool usable = key && at == raw(public_key_der) + public_key_der.size() &&
                      (EVP_PKEY_is_a(key.get(), "EC") == 1 || EVP_PKEY_is_a(key.get(), "RSA") == 1);
  const MdCtxPtr context(checked(EVP_MD_CTX_new()));
  const bool genuine =
      usable && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
  ERR_clear_error();
  return genuine;
}

}  // namespace countersign::crypto
