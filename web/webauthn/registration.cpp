#include "ledger/crypto/digest.h"
#include "web/webauthn/answer.h"
#include "web/webauthn/authenticator_data.h"
#include "web/webauthn/cbor.h"
#include "web/webauthn/client_data.h"
#include "web/webauthn/signature.h"
#include "web/webauthn/verify.h"

namespace countersign::webauthn {
namespace {

using base::Bytes;
using base::Code;
using base::fail;

/// WebAuthn section 6.5.4.
struct AttestationObject {
  std::string_view format;
  Bytes statement;  ///< a map, in CBOR
  Bytes authenticator_data;
};

base::Result<AttestationObject> read_attestation_object(Bytes bytes) {
  const auto broken = [] { return fail(Code::invalid_argument, "the attestation object does not read"); };
  CborReader reader(bytes);
  if (reader.map() != std::size_t{3}) return broken();
  std::optional<std::string_view> format;
  std::optional<Bytes> statement, data;
  for (int i = 0; i < 3; ++i) {
    const auto key = reader.text();
    if (!key) return broken();
    if (*key == "fmt" && !format) {
      format = reader.text();
      if (!format) return broken();
    } else if (*key == "attStmt" && !statement) {
      const auto from = reader.position();
      if (!reader.skip()) return broken();
      statement = bytes.subspan(from, reader.position() - from);
    } else if (*key == "authData" && !data) {
      data = reader.byte_string();
      if (!data) return broken();
    } else {
      return broken();
    }
  }
  if (!reader.at_end()) return fail(Code::invalid_argument, "something follows the attestation object");
  return AttestationObject{*format, *statement, *data};
}

/// Whether a `packed` statement is a self attestation by the key's own algorithm: `alg` and `sig`, no `x5c`.
bool is_self_statement(Bytes statement, Algorithm algorithm) {
  CborReader reader(statement);
  if (reader.map() != std::size_t{2}) return false;
  bool by_key = false, signature = false;
  for (int i = 0; i < 2; ++i) {
    const auto name = reader.text();
    if (name == "alg") {
      by_key = reader.integer() == static_cast<std::int64_t>(algorithm);
    } else if (name == "sig") {
      signature = reader.byte_string().has_value();
    } else {
      return false;
    }
  }
  return by_key && signature;
}

base::Result<void> check_attestation(const AttestationObject& object, const AuthenticatorData& data,
                                     const RelyingParty& rp, Bytes client_data) {
  if (object.format == "none") {
    CborReader reader(object.statement);
    if (reader.map() == std::size_t{0}) return {};
    return fail(Code::invalid_argument, "an attestation of the format none has a statement");
  }
  if (object.format != "packed" || !is_self_statement(object.statement, data.attested->key.algorithm))
    return fail(Code::invalid_argument,
                "the attestation is neither none nor a packed self attestation, and "
                "no other was asked for");
  return verify_self_attestation(rp.id, data, client_data, object.statement);
}

}  // namespace

base::Result<Credential> verify_registration(const RelyingParty& rp, Bytes challenge,
                                             std::string_view answer) {
  TRY_ASSIGN(auto read, read_registration_answer(answer));
  TRY(check_client_data(read.client_data, Ceremony::create, rp, challenge));
  TRY_ASSIGN(const auto object, read_attestation_object(read.attestation_object));
  TRY_ASSIGN(const auto data, read_authenticator_data(object.authenticator_data));
  TRY(check_authenticator_data(data, rp.id));
  if (!data.attested) return fail(Code::invalid_argument, "there is no attested credential data");
  if (!crypto::equal_in_constant_time(data.attested->credential_id, read.id))
    return fail(Code::invalid_argument, "the answer and the authenticator name different credentials");
  TRY(check_public_key(data.attested->key));
  TRY(check_attestation(object, data, rp, read.client_data));

  Credential out;
  out.id = std::move(read.id);
  out.public_key.assign(data.attested->cose_key.begin(), data.attested->cose_key.end());
  out.sign_count = data.sign_count;
  out.backup_eligible = data.backup_eligible;
  out.backed_up = data.backed_up;
  out.transports = std::move(read.transports);
  out.aaguid = data.attested->aaguid;
  return out;
}

}  // namespace countersign::webauthn
