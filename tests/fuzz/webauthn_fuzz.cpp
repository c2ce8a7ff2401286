// What a browser answers to a request for a passkey: as JSON, as authenticator data, and as an attestation
// object in an answer that is good otherwise. Nobody without a key proves anything.

#include "ledger/base/encoding.h"
#include "tests/fuzz/property.h"
#include "web/webauthn/authenticator_data.h"
#include "web/webauthn/public_key.h"
#include "web/webauthn/signature.h"
#include "web/webauthn/verify.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace countersign;
using namespace countersign::webauthn;

namespace {

const RelyingParty kRelyingParty{"example.org", "Example", {"https://example.org"}};
const std::vector<std::uint8_t> kChallenge(32, 1);
const std::vector<std::uint8_t> kNoSignature(70, 0x30);

void check_data(base::Bytes bytes) {
  const auto data = read_authenticator_data(bytes);
  if (!data) return;
  if (!data->attested) {
    const PublicKey key{Algorithm::eddsa, std::vector<std::uint8_t>(32, 7)};
    PROPERTY(!verify_assertion("example.org", key, *data, bytes, kNoSignature));
    return;
  }
  const auto key = parse_public_key(data->attested->cose_key);
  PROPERTY(key.has_value());
  static_cast<void>(check_public_key(*key));
  PROPERTY(!verify_self_attestation("example.org", *data, bytes, kNoSignature));
}

void check_attestation(base::Bytes bytes) {
  const auto client_data = R"({"type":"webauthn.create","challenge":")" + base::to_base64url(kChallenge) +
                           R"(","origin":"https://example.org"})";
  const auto answer = R"({"id":"AQ","rawId":"AQ","type":"public-key","response":{"clientDataJSON":")" +
                      base::to_base64url(base::bytes_of(client_data)) + R"(","attestationObject":")" +
                      base::to_base64url(bytes) + R"("}})";
  const auto credential = verify_registration(kRelyingParty, kChallenge, answer);
  if (credential) PROPERTY(!credential->id.empty() && credential->id.size() <= kCredentialIdBytesMax);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::Bytes rest(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      static_cast<void>(verify_registration(kRelyingParty, kChallenge, base::text_of(rest)));
      static_cast<void>(read_claim(base::text_of(rest)));
      break;
    case 1:
      check_data(rest);
      break;
    default:
      check_attestation(rest);
  }
  return 0;
}
