#pragma once

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/base/types.h"
#include "ledger/crypto/secret.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace countersign::crypto {

/// An X.509 certificate (RFC 5280), kept as its DER bytes. A value; const calls are thread-safe.
class Certificate {
 public:
  /// Reads one certificate; invalid_argument where the bytes are not exactly one, in DER.
  static base::Result<Certificate> from_der(std::string_view der);
  /// Reads the first certificate of a PEM text; invalid_argument where there is none.
  static base::Result<Certificate> from_pem(std::string_view pem);

  const std::string& der() const { return der_; }
  std::string to_pem() const;
  /// SHA-256 over the DER bytes: what a person compares to recognise the certificate.
  base::Digest fingerprint() const;
  /// The subject in the spelling of RFC 2253, UTF-8, for example `CN=Acme evidence,O=Acme`.
  std::string subject() const;
  base::Timestamp not_before() const { return not_before_; }
  base::Timestamp not_after() const { return not_after_; }

  bool operator==(const Certificate& other) const { return der_ == other.der_; }

 private:
  Certificate(std::string der, base::Timestamp not_before, base::Timestamp not_after)
      : der_(std::move(der)), not_before_(not_before), not_after_(not_after) {}

  std::string der_;
  base::Timestamp not_before_;
  base::Timestamp not_after_;
};

/// All certificates of a PEM text, in order; invalid_argument where there is none.
base::Result<std::vector<Certificate>> read_certificates(std::string_view pem);

/// A private key for certificates: ECDSA on P-256. Signing is const and thread-safe.
class SigningKey {
 public:
  static base::Result<SigningKey> generate();
  /// Reads PKCS #8 or SEC 1 PEM without a passphrase; invalid_argument where it is not a P-256 key. The
  /// message of an error does not hold the key.
  static base::Result<SigningKey> from_pem(std::string_view pem);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;

  /// PKCS #8 PEM, not encrypted.
  Secret to_pem() const;
  /// Whether the certificate is for this key.
  bool belongs_to(const Certificate& certificate) const;
  /// OpenSSL's handle, for this folder's sources; owned by the key.
  evp_pkey_st* handle() const;

 private:
  struct Impl;
  explicit SigningKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What a certificate is for.
enum class CertificateUse {
  signing,     ///< digitalSignature, no extended use: `openssl cms -verify` accepts it
  tls_server,  ///< digitalSignature, extended use serverAuth
};

struct CertificateRequest {
  std::string common_name;
  base::Timestamp not_before;  ///< cut to seconds
  base::Timestamp not_after;   ///< cut to seconds
  CertificateUse use = CertificateUse::signing;
  std::vector<std::string> dns_names = {};     ///< subject alternative names
  std::vector<std::string> ip_addresses = {};  ///< "127.0.0.1", "::1"
};

/// Makes a self-signed certificate with a random serial number, signed with ECDSA and SHA-256.
/// invalid_argument for a common name that is empty or over 64 bytes, a validity that ends before it begins,
/// or a name that cannot be an alternative name.
base::Result<Certificate> make_self_signed(const SigningKey& key, const CertificateRequest& request);

/// Whether `signature` (DER for ECDSA, PKCS #1 v1.5 for RSA) over `message` with SHA-256 is by the public key
/// (SubjectPublicKeyInfo in DER). False for any other kind of key. Thread-safe.
bool verify_sha256_signature(std::string_view public_key_der, std::string_view message,
                             std::string_view signature);

}  // namespace countersign::crypto
