#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "web/webauthn/cbor.h"

#include <cstdint>
#include <vector>

namespace countersign::webauthn {

/// COSE algorithms (RFC 9053, RFC 8812) that are asked for, most wanted first.
enum class Algorithm : std::int16_t {
  es256 = -7,    ///< ECDSA on P-256 with SHA-256
  eddsa = -8,    ///< Ed25519
  rs256 = -257,  ///< RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits: what TPMs make
};
inline constexpr Algorithm kAlgorithms[] = {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256};

/// A credential's public key. A value.
struct PublicKey {
  Algorithm algorithm{};
  /// As libfido2 takes it: x and y, 32 bytes each; the 32 bytes of Ed25519; n of 256 bytes and e of 3.
  std::vector<std::uint8_t> numbers{};
};

/// Reads a COSE_Key with exactly the parameters of WebAuthn section 5.8.5 and RFC 9052 section 7: points not
/// compressed, RSA with 2048 bits (libfido2 checks no others) and the exponent 65537. Whether a point is on
/// its curve is for signature.h. invalid_argument.
base::Result<PublicKey> read_public_key(CborReader& from);

/// The same, of a key that fills `cose_key`.
base::Result<PublicKey> parse_public_key(base::Bytes cose_key);

}  // namespace countersign::webauthn
