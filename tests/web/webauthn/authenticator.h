#pragma once

#include "ledger/base/types.h"
#include "web/webauthn/credential.h"
#include "web/webauthn/public_key.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace countersign::testing {

using ByteVector = std::vector<std::uint8_t>;

/// CBOR by hand: whatever a test wants, right or wrong.
ByteVector cbor_head(unsigned major, std::uint64_t argument);
ByteVector cbor_integer(std::int64_t value);
ByteVector cbor_bytes(base::Bytes value);
ByteVector cbor_text(std::string_view value);
/// One after another.
ByteVector join(std::initializer_list<base::Bytes> parts);

/// An authenticator and the browser before it, in software: makes one credential and answers as
/// `PublicKeyCredential.toJSON()` does. What goes into the next answer stands open, so that a test can make
/// any one thing wrong; what is left alone is right, signatures included.
class Authenticator {
 public:
  static constexpr unsigned kUserPresent = 0x01, kUserVerified = 0x04, kBackupEligible = 0x08,
                            kBackedUp = 0x10, kAttested = 0x40, kExtensions = 0x80;

  explicit Authenticator(webauthn::Algorithm algorithm = webauthn::Algorithm::es256);
  ~Authenticator();
  Authenticator(Authenticator&&) noexcept;
  Authenticator& operator=(Authenticator&&) noexcept;

  // What the browser says.
  std::string origin = "https://evidence.example.com:8443";
  std::string type{};  ///< of the client data; empty: that of the ceremony
  std::optional<bool> cross_origin = false;
  std::optional<std::string> top_origin{};
  boost::json::object more_client_data{};
  std::vector<std::string> transports{"internal", "hybrid"};
  std::optional<ByteVector> user_handle{};

  // What the authenticator says.
  std::string rp_id = "evidence.example.com";
  unsigned flags = kUserPresent | kUserVerified;  ///< kAttested comes by itself when registering
  std::uint32_t sign_count = 0;
  webauthn::Aaguid aaguid{};
  ByteVector id = ByteVector(32, 0x1d);
  ByteVector cose_key;          ///< made with the key
  ByteVector extension_data{};  ///< a map in CBOR; sets kExtensions
  ByteVector behind_data{};     ///< appended to the authenticator data
  std::string format = "none";
  std::optional<ByteVector> statement{};  ///< instead of the format's own
  ByteVector behind_object{};             ///< appended to the attestation object

  /// The parts of an answer before they are put into JSON, for tests that alter bytes after signing.
  struct Parts {
    std::string client_data{};
    ByteVector data{};       ///< authenticator data
    ByteVector signature{};  ///< of an assertion
    ByteVector object{};     ///< attestation object
  };
  Parts make(base::Bytes challenge) const;
  Parts get(base::Bytes challenge) const;

  boost::json::object registration(const Parts& parts) const;
  boost::json::object authentication(const Parts& parts) const;

  /// RegistrationResponseJSON and AuthenticationResponseJSON as text.
  std::string answer_make(base::Bytes challenge) const;
  std::string answer_get(base::Bytes challenge) const;

  /// What the relying party should have kept of answer_make().
  webauthn::Credential credential() const;

  ByteVector attestation_object(base::Bytes data, const std::string& client_data) const;
  ByteVector sign(base::Bytes data, std::string_view client_data) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  std::string client_data(std::string_view ceremony, base::Bytes challenge) const;
  ByteVector authenticator_data(bool attested) const;

  webauthn::Algorithm algorithm_;
  std::unique_ptr<evp_pkey_st, Free> key_;
};

}  // namespace countersign::testing
