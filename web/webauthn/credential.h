#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace countersign::webauthn {

// Plain values of W3C Web Authentication Level 3 ("WebAuthn" below). Nothing here is a secret: a credential
// holds a public key. User handles and names are personal values.

/// WebAuthn section 4, "Credential ID".
inline constexpr std::size_t kCredentialIdBytesMax = 1023;
/// WebAuthn section 5.4.3: at least one byte.
inline constexpr std::size_t kUserHandleBytesMax = 64;
/// WebAuthn section 13.4.3. A challenge is random, used once, and forgotten after its time.
inline constexpr std::size_t kChallengeBytesMin = 16;
inline constexpr std::size_t kChallengeBytesMax = 64;

/// Who asks: the portal.
struct RelyingParty {
  std::string id{};    ///< the host that credentials are bound to, for example `evidence.example.com`
  std::string name{};  ///< shown to the person by some browsers
  /// The pages that may ask, `https://host` or `https://host:port` as browsers write them (WHATWG HTML,
  /// "serialization of an origin"): lower case, no slash at the end, no default port. Compared exactly.
  std::vector<std::string> origins{};
};

/// Whom a credential is made for.
struct User {
  std::vector<std::uint8_t> handle{};  ///< random, no personal value: authenticators give it to anybody
  std::string name{};                  ///< tells accounts apart, for example `ana@example.com`
  std::string display_name{};          ///< for people, can be empty
};

/// Model of the authenticator; all zero where it is not told.
using Aaguid = std::array<std::uint8_t, 16>;

/// What is kept of a registered authenticator: the credential record of WebAuthn section 4.
struct Credential {
  std::vector<std::uint8_t> id{};          ///< 1 to kCredentialIdBytesMax bytes, unique among all people
  std::vector<std::uint8_t> public_key{};  ///< COSE_Key (RFC 9052 section 7), as the authenticator wrote it
  std::uint32_t sign_count = 0;            ///< of the last success; 0 for ever where there is no counter
  bool backup_eligible = false;            ///< may be copied to other devices; never changes
  bool backed_up = false;                  ///< is copied now
  std::vector<std::string> transports{};   ///< how the browser reaches it, sorted; to be handed back to it
  Aaguid aaguid{};

  bool operator==(const Credential&) const = default;
};

}  // namespace countersign::webauthn
