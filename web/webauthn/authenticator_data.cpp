#include "web/webauthn/authenticator_data.h"

#include "ledger/crypto/digest.h"
#include "web/webauthn/cbor.h"

#include <algorithm>

namespace countersign::webauthn {
namespace {

using base::Bytes;
using base::Code;
using base::fail;

constexpr std::size_t kHashSize = 32, kHeaderSize = kHashSize + 1 + 4;
constexpr std::size_t kExtensionsMax = 16;

// Bits of the flags, WebAuthn section 6.1.
constexpr unsigned kUserPresent = 0x01, kUserVerified = 0x04, kBackupEligible = 0x08, kBackedUp = 0x10,
                   kAttested = 0x40, kExtensions = 0x80;

base::Result<Attested> read_attested(Bytes& rest) {
  Attested out;
  const std::size_t fixed = out.aaguid.size() + 2;
  if (rest.size() < fixed) return fail(Code::invalid_argument, "the attested credential data is cut off");
  std::copy_n(rest.begin(), out.aaguid.size(), out.aaguid.begin());
  const std::size_t id_size = std::size_t{rest[fixed - 2]} << 8U | rest[fixed - 1];
  if (id_size == 0 || id_size > kCredentialIdBytesMax)
    return fail(Code::invalid_argument, "the credential id is empty or longer than 1023 bytes");
  if (rest.size() - fixed < id_size) return fail(Code::invalid_argument, "the credential id is cut off");
  out.credential_id = rest.subspan(fixed, id_size);
  rest = rest.subspan(fixed + id_size);
  CborReader reader(rest);
  TRY_ASSIGN(out.key, read_public_key(reader));
  out.cose_key = rest.first(reader.position());
  rest = rest.subspan(reader.position());
  return out;
}

base::Result<std::vector<Extension>> read_extensions(Bytes& rest) {
  const auto broken = [] { return fail(Code::invalid_argument, "the extension data does not read"); };
  CborReader reader(rest);
  const auto count = reader.map();
  if (!count || *count > kExtensionsMax) return broken();
  std::vector<Extension> out;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto name = reader.text();
    if (!name) return broken();
    const bool again =
        std::any_of(out.begin(), out.end(), [&](const auto& one) { return one.name == *name; });
    if (again) return broken();
    Extension extension{*name, std::nullopt, reader.next_is_false()};
    if (reader.next_is_integer()) {
      extension.number = reader.integer();
      if (!extension.number) return broken();
    } else if (!reader.skip()) {
      return broken();
    }
    out.push_back(extension);
  }
  rest = rest.subspan(reader.position());
  return out;
}

}  // namespace

base::Result<AuthenticatorData> read_authenticator_data(Bytes bytes) {
  if (bytes.size() < kHeaderSize) return fail(Code::invalid_argument, "the authenticator data is cut off");
  const unsigned flags = bytes[kHashSize];
  AuthenticatorData out;
  out.bytes = bytes;
  out.rp_id_hash = bytes.first(kHashSize);
  out.user_present = (flags & kUserPresent) != 0;
  out.user_verified = (flags & kUserVerified) != 0;
  out.backup_eligible = (flags & kBackupEligible) != 0;
  out.backed_up = (flags & kBackedUp) != 0;
  for (std::size_t i = kHashSize + 1; i < kHeaderSize; ++i) out.sign_count = out.sign_count << 8U | bytes[i];
  auto rest = bytes.subspan(kHeaderSize);
  if ((flags & kAttested) != 0) {
    TRY_ASSIGN(out.attested, read_attested(rest));
  }
  if ((flags & kExtensions) != 0) {
    TRY_ASSIGN(out.extensions, read_extensions(rest));
  }
  if (!rest.empty()) return fail(Code::invalid_argument, "something follows the authenticator data");
  return out;
}

base::Result<void> check_authenticator_data(const AuthenticatorData& data, std::string_view rp_id) {
  if (!crypto::equal_in_constant_time(data.rp_id_hash, crypto::sha256(rp_id).view()))
    return fail(Code::unauthenticated, "the authenticator answered for another relying party");
  if (!data.user_present) return fail(Code::unauthenticated, "the authenticator did not see anybody present");
  if (!data.user_verified) return fail(Code::unauthenticated, "the authenticator did not verify the person");
  if (data.backed_up && !data.backup_eligible)
    return fail(Code::unauthenticated,
                "the authenticator says of a credential both that it is backed up and "
                "that it cannot be");
  return {};
}

}  // namespace countersign::webauthn
