#include "web/webauthn/signature.h"

#include "ledger/crypto/digest.h"
#include "ledger/crypto/owners.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>

#include <memory>

namespace countersign::webauthn {
namespace {

using base::Code;
using base::fail;
using crypto::checked;

template <auto kFree>
struct Freer {
  template <class T>
  void operator()(T* handle) const {
    kFree(&handle);
  }
};
using AssertPtr = std::unique_ptr<fido_assert_t, Freer<fido_assert_free>>;
using CredPtr = std::unique_ptr<fido_cred_t, Freer<fido_cred_free>>;
using Es256Ptr = std::unique_ptr<es256_pk_t, Freer<es256_pk_free>>;
using EddsaPtr = std::unique_ptr<eddsa_pk_t, Freer<eddsa_pk_free>>;
using Rs256Ptr = std::unique_ptr<rs256_pk_t, Freer<rs256_pk_free>>;

int cose_of(Algorithm algorithm) { return static_cast<int>(algorithm); }

/// Calls `use` with libfido2's key, or gives the error of making it.
template <class Use>
int with_key(const PublicKey& key, const Use& use) {
  const auto* numbers = key.numbers.data();
  const auto size = key.numbers.size();
  int made = FIDO_ERR_UNSUPPORTED_ALGORITHM;
  switch (key.algorithm) {
    case Algorithm::es256: {
      const Es256Ptr made_key(checked(es256_pk_new()));
      made = es256_pk_from_ptr(made_key.get(), numbers, size);
      return made == FIDO_OK ? use(made_key.get()) : made;
    }
    case Algorithm::eddsa: {
      const EddsaPtr made_key(checked(eddsa_pk_new()));
      made = eddsa_pk_from_ptr(made_key.get(), numbers, size);
      return made == FIDO_OK ? use(made_key.get()) : made;
    }
    case Algorithm::rs256: {
      const Rs256Ptr made_key(checked(rs256_pk_new()));
      made = rs256_pk_from_ptr(made_key.get(), numbers, size);
      return made == FIDO_OK ? use(made_key.get()) : made;
    }
  }
  return made;
}

base::Result<void> result_of(int error) {
  if (error == FIDO_OK) return {};
  return fail(Code::unauthenticated, std::string("the signature is wrong: ") + fido_strerr(error));
}

// libfido2 refuses data with an extension that it was not told to expect, because it takes itself for the one
// who asked. We ask for none; an authenticator may add some all the same (credProtect is the usual one), and
// what they say decides nothing here. So it is told to expect whatever is there. It passes over what it does
// not know.

int expected_in_assertion(const AuthenticatorData& data) {
  int mask = 0;
  for (const auto& one : data.extensions) {
    if (one.name == "hmac-secret") mask |= FIDO_EXT_HMAC_SECRET;
    if (one.name == "credBlob") mask |= FIDO_EXT_CRED_BLOB;
  }
  return mask;
}

int expect_in_attestation(fido_cred_t* cred, const AuthenticatorData& data) {
  int mask = 0;
  for (const auto& one : data.extensions) {
    if (one.name == "hmac-secret" && !one.is_false) mask |= FIDO_EXT_HMAC_SECRET;
    if (one.name == "credBlob" && !one.is_false) mask |= FIDO_EXT_CRED_BLOB;
    if (one.name == "credProtect") mask |= FIDO_EXT_CRED_PROTECT;
    if (one.name == "minPinLength") mask |= FIDO_EXT_MINPINLEN;
  }
  int error = fido_cred_set_extensions(cred, mask);
  for (const auto& one : data.extensions) {
    if (error != FIDO_OK) break;
    const auto number = one.number.value_or(0);
    if (number < 0 || number > 255) continue;
    if (one.name == "credProtect") error = fido_cred_set_prot(cred, static_cast<int>(number));
    if (one.name == "minPinLength") error = fido_cred_set_pin_minlen(cred, static_cast<std::size_t>(number));
  }
  return error;
}

}  // namespace

base::Result<void> check_public_key(const PublicKey& key) {
  if (with_key(key, [](const void*) { return FIDO_OK; }) == FIDO_OK) return {};
  return fail(Code::invalid_argument, "the public key is not one of its algorithm");
}

base::Result<void> verify_assertion(const std::string& rp_id, const PublicKey& key,
                                    const AuthenticatorData& data, base::Bytes client_data,
                                    base::Bytes signature) {
  const auto hash = crypto::sha256(client_data);
  const AssertPtr assertion(checked(fido_assert_new()));
  auto* to = assertion.get();
  int error = fido_assert_set_count(to, 1);
  if (error == FIDO_OK) error = fido_assert_set_rp(to, rp_id.c_str());
  if (error == FIDO_OK) error = fido_assert_set_extensions(to, expected_in_assertion(data));
  if (error == FIDO_OK) error = fido_assert_set_clientdata_hash(to, hash.bytes.data(), hash.bytes.size());
  if (error == FIDO_OK) error = fido_assert_set_sig(to, 0, signature.data(), signature.size());
  if (error == FIDO_OK) error = fido_assert_set_authdata_raw(to, 0, data.bytes.data(), data.bytes.size());
  if (error != FIDO_OK) return fail(Code::invalid_argument, "libfido2 cannot read the authenticator data");
  return result_of(with_key(
      key, [&](const void* made) { return fido_assert_verify(to, 0, cose_of(key.algorithm), made); }));
}

base::Result<void> verify_self_attestation(const std::string& rp_id, const AuthenticatorData& data,
                                           base::Bytes client_data, base::Bytes statement) {
  if (!data.attested) return fail(Code::invalid_argument, "there is no attested credential data");
  const auto hash = crypto::sha256(client_data);
  const CredPtr credential(checked(fido_cred_new()));
  auto* to = credential.get();
  int error = fido_cred_set_type(to, cose_of(data.attested->key.algorithm));
  if (error == FIDO_OK) error = fido_cred_set_rp(to, rp_id.c_str(), nullptr);
  if (error == FIDO_OK) error = expect_in_attestation(to, data);
  if (error == FIDO_OK) error = fido_cred_set_clientdata_hash(to, hash.bytes.data(), hash.bytes.size());
  if (error == FIDO_OK) error = fido_cred_set_fmt(to, "packed");
  if (error == FIDO_OK) error = fido_cred_set_attstmt(to, statement.data(), statement.size());
  if (error == FIDO_OK) error = fido_cred_set_authdata_raw(to, data.bytes.data(), data.bytes.size());
  if (error != FIDO_OK) return fail(Code::invalid_argument, "libfido2 cannot read the attestation");
  return result_of(fido_cred_verify_self(to));
}

}  // namespace countersign::webauthn
