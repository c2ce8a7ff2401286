#include "ledger/base/encoding.h"
#include "tests/support/every.h"
#include "tests/web/webauthn/authenticator.h"
#include "tests/web/webauthn/expect.h"
#include "web/webauthn/verify.h"

#include <boost/json/serialize.hpp>

#include <set>

namespace countersign::webauthn {
namespace {

namespace json = boost::json;

using base::Code;
using testing::accepted;
using testing::Authenticator;
using testing::ByteVector;
using testing::cbor_bytes;
using testing::cbor_head;
using testing::cbor_integer;
using testing::cbor_text;
using testing::join;
using testing::kChallenge;
using testing::refused;

base::Result<Credential> verify(std::string_view answer) {
  return verify_registration(testing::example_party(), kChallenge, answer);
}
base::Result<Credential> verify(const Authenticator& from) { return verify(from.answer_make(kChallenge)); }

TEST(Attestation, WantsNothingBehindWhatItReads) {
  Authenticator from;
  from.behind_data = {0x00};
  EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "follows the authenticator data"));
  from.behind_data.clear();
  from.behind_object = {0x00};
  EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "follows the attestation object"));
}

TEST(Attestation, TakesNoStatementWithTheFormatNone) {
  Authenticator from;
  from.statement = join({cbor_head(5, 1), cbor_text("sig"), cbor_bytes({})});
  EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "none has a statement"));
  from.statement = ByteVector{0x80};
  EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "none has a statement"));
}

TEST(Attestation, TakesNoOtherAttestation) {
  Authenticator from;
  for (const std::string format :
       {"fido-u2f", "tpm", "android-key", "android-safetynet", "apple", "compound", "packed ", "NONE", ""}) {
    from.format = format;
    EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "no other was asked for")) << format;
  }
}

TEST(Attestation, TakesOfPackedStatementsTheSelfAttestationOnly) {
  Authenticator from(Algorithm::eddsa);  // signs the same twice
  from.format = "packed";
  const auto parts = from.make(kChallenge);
  const auto alg = join({cbor_text("alg"), cbor_integer(-8)});
  const auto sig = join({cbor_text("sig"), cbor_bytes(from.sign(parts.data, parts.client_data))});
  from.statement = join({cbor_head(5, 2), alg, sig});
  EXPECT_TRUE(accepted(verify(from)));
  const auto x5c = join({cbor_text("x5c"), cbor_head(4, 1), cbor_bytes(ByteVector(64, 0x30))});
  const auto other = join({cbor_text("alg"), cbor_integer(-7)});
  for (const auto& statement :
       {join({cbor_head(5, 3), alg, sig, x5c}), join({cbor_head(5, 2), other, sig}),
        join({cbor_head(5, 1), sig}), join({cbor_head(5, 1), alg}), join({cbor_head(5, 2), sig, sig}),
        join({cbor_head(5, 2), alg, alg}), join({cbor_head(5, 2), alg, x5c}), join({cbor_head(5, 0)})}) {
    from.statement = statement;
    EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "no other was asked for"))
        << base::to_hex(statement);
  }
}

TEST(Attestation, ChecksTheSignatureOfASelfAttestation) {
  Authenticator from, other;
  from.format = "packed";
  auto parts = from.make(kChallenge);
  const auto changed = other.sign(parts.data, parts.client_data);
  from.statement =
      join({cbor_head(5, 2), cbor_text("alg"), cbor_integer(-7), cbor_text("sig"), cbor_bytes(changed)});
  parts.object = from.attestation_object(parts.data, parts.client_data);
  EXPECT_TRUE(refused(verify(json::serialize(from.registration(parts))), Code::unauthenticated, "signature"));
}

TEST(Attestation, OfLongCredentialIdsIsTakenFromEcdsaAndRsaOnly) {
  // libfido2 gathers what Ed25519 signs in 1'024 bytes.
  for (const auto algorithm : kAlgorithms) {
    Authenticator from(algorithm);
    from.format = "packed";
    from.id = ByteVector(1023, 1);
    EXPECT_EQ(verify(from).has_value(), algorithm != Algorithm::eddsa);
    from.id = ByteVector(255, 1);
    EXPECT_TRUE(accepted(verify(from)));
  }
}

TEST(Attestation, ReadsAnAttestationObjectOfThreeMembersInAnyOrder) {
  const Authenticator from;
  auto parts = from.make(kChallenge);
  const auto fmt = join({cbor_text("fmt"), cbor_text("none")});
  const auto statement = join({cbor_text("attStmt"), cbor_head(5, 0)});
  const auto data = join({cbor_text("authData"), cbor_bytes(parts.data)});
  const auto with = [&](ByteVector object) {
    parts.object = std::move(object);
    return verify(json::serialize(from.registration(parts)));
  };
  EXPECT_TRUE(accepted(with(join({cbor_head(5, 3), data, statement, fmt}))));
  const auto more = join({cbor_text("more"), cbor_integer(0)});
  for (const auto& object :
       {join({cbor_head(5, 2), fmt, data}), join({cbor_head(5, 4), fmt, statement, data, more}),
        join({cbor_head(5, 3), fmt, fmt, data}), join({cbor_head(5, 3), fmt, statement, more}),
        join({cbor_head(5, 3), fmt, statement}), join({cbor_head(4, 3), fmt, statement, data}),
        ByteVector{0xa0}, join({cbor_head(5, 3), cbor_text("fmt"), cbor_integer(1), statement, data}),
        join({cbor_head(5, 3), fmt, statement, cbor_text("authData"), cbor_text("x")})}) {
    EXPECT_TRUE(refused(with(object), Code::invalid_argument, "does not read")) << base::to_hex(object);
  }
}

/// Flips one bit of each byte and gives the places where that was not noticed.
std::set<std::size_t> unnoticed_flips(const Authenticator& from, const Authenticator::Parts& parts,
                                      ByteVector Authenticator::Parts::*which) {
  std::set<std::size_t> out;
  for (std::size_t i = 0; i < (parts.*which).size(); i += testing::kEvery) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto changed = parts;
      (changed.*which)[i] = static_cast<std::uint8_t>((changed.*which)[i] ^ 1U << bit);
      if (verify(json::serialize(from.registration(changed)))) out.insert(i);
    }
  }
  return out;
}

TEST(Attestation, NoticesEachFlipInASelfAttestedObject) {
  Authenticator from;
  from.format = "packed";
  from.aaguid.fill(0x77);
  const auto parts = from.make(kChallenge);
  EXPECT_TRUE(accepted(verify(json::serialize(from.registration(parts)))));
  EXPECT_EQ(unnoticed_flips(from, parts, &Authenticator::Parts::object), std::set<std::size_t>());
}

TEST(Attestation, NoticesFlipsInAnUnattestedObjectButInWhatNothingVouchesFor) {
  // Without an attestation nothing is signed at registration: TLS alone protects the answer. What is checked
  // against something else is still noticed, the key by its curve. The rest is what the authenticator may say
  // freely, and none of it lets anybody in: reserved bits and the backup bits, the counter, the model.
  Authenticator from;
  from.flags |= Authenticator::kBackupEligible | Authenticator::kBackedUp;
  const auto parts = from.make(kChallenge);
  const std::size_t flags = parts.object.size() - parts.data.size() + 32;
  std::set<std::size_t> free;
  for (std::size_t i = flags; i < flags + 1 + 4 + 16; i += 1) {
    if (i % testing::kEvery == 0) free.insert(i);
  }
  EXPECT_EQ(unnoticed_flips(from, parts, &Authenticator::Parts::object), free);
}

TEST(Attestation, NoticesEachFlipInSelfAttestedClientData) {
  Authenticator from;
  from.format = "packed";
  const auto parts = from.make(kChallenge);
  for (std::size_t i = 0; i < parts.client_data.size(); i += testing::kEvery) {
    auto changed = parts;
    changed.client_data[i] = static_cast<char>(changed.client_data[i] ^ 1);
    EXPECT_FALSE(verify(json::serialize(from.registration(changed)))) << i;
  }
}

TEST(Attestation, TakesNoCutOffObject) {
  const Authenticator from;
  const auto parts = from.make(kChallenge);
  for (std::size_t size = 0; size < parts.object.size(); ++size) {
    auto cut = parts;
    cut.object.resize(size);
    EXPECT_FALSE(verify(json::serialize(from.registration(cut)))) << size;
  }
  // And none whose authenticator data is cut off, but which is whole as CBOR.
  for (std::size_t size = 0; size < parts.data.size(); ++size) {
    auto cut = parts;
    cut.object = from.attestation_object(base::Bytes(parts.data).first(size), parts.client_data);
    EXPECT_TRUE(refused(verify(json::serialize(from.registration(cut))), Code::invalid_argument, "")) << size;
  }
}

}  // namespace
}  // namespace countersign::webauthn
