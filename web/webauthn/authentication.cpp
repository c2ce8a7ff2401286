#include "ledger/crypto/digest.h"
#include "web/webauthn/answer.h"
#include "web/webauthn/authenticator_data.h"
#include "web/webauthn/client_data.h"
#include "web/webauthn/signature.h"
#include "web/webauthn/verify.h"

namespace countersign::webauthn {
namespace {

using base::Code;
using base::fail;

base::Result<void> check_owner(const AuthenticationCheck& check, const AuthenticationAnswer& answer) {
  if (check.user_handle.empty()) return fail(Code::internal, "the user handle to compare with is empty");
  if (!answer.user_handle) {
    if (check.owner == Owner::known_before) return {};
    return fail(Code::unauthenticated, "the answer does not say whose the credential is");
  }
  if (!crypto::equal_in_constant_time(*answer.user_handle, check.user_handle))
    return fail(Code::unauthenticated, "the answer says that the credential is somebody else's");
  return {};
}

}  // namespace

base::Result<Claim> read_claim(std::string_view answer) {
  TRY_ASSIGN(auto read, read_authentication_answer(answer));
  return Claim{std::move(read.id), std::move(read.user_handle)};
}

base::Result<Used> verify_authentication(const AuthenticationCheck& check, std::string_view answer) {
  TRY_ASSIGN(const auto read, read_authentication_answer(answer));
  const auto key = parse_public_key(check.credential.public_key);
  if (!key) return fail(Code::data_loss, "the credential's public key, as kept, does not read");
  if (!crypto::equal_in_constant_time(read.id, check.credential.id))
    return fail(Code::unauthenticated, "the answer is of another credential");
  TRY(check_owner(check, read));
  TRY(check_client_data(read.client_data, Ceremony::get, check.rp, check.challenge));
  TRY_ASSIGN(const auto data, read_authenticator_data(read.authenticator_data));
  TRY(check_authenticator_data(data, check.rp.id));
  // Section 6.1 has it for new credentials only, and libfido2 would look for extensions in its place.
  if (data.attested) return fail(Code::invalid_argument, "there is attested credential data in an assertion");
  if (data.backup_eligible != check.credential.backup_eligible)
    return fail(Code::unauthenticated,
                "the credential was made to be backed up, or not, and now says otherwise");
  TRY(verify_assertion(check.rp.id, *key, data, read.client_data, read.signature));

  // Last, so that nobody but the authenticator's holder, or of its copy, can raise the alarm.
  if ((data.sign_count != 0 || check.credential.sign_count != 0) &&
      data.sign_count <= check.credential.sign_count)
    return fail(Code::failed_precondition,
                "the signature counter has not grown: the authenticator may have "
                "been cloned");
  return Used{data.sign_count, data.backed_up};
}

}  // namespace countersign::webauthn
