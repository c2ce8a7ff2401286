#include "tests/support/every.h"
#include "tests/web/webauthn/authenticator.h"
#include "tests/web/webauthn/expect.h"
#include "web/webauthn/verify.h"

#include <boost/json/serialize.hpp>

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
using testing::kHandle;
using testing::refused;

base::Result<Used> verify(std::string_view answer, const Credential& credential,
                          Owner owner = Owner::known_before) {
  return verify_authentication({testing::example_party(), kChallenge, credential, kHandle, owner}, answer);
}
base::Result<Used> verify(const Authenticator& from) {
  auto kept = from.credential();
  kept.sign_count = 0;
  return verify(from.answer_get(kChallenge), kept);
}

class EachAlgorithmSigns : public ::testing::TestWithParam<Algorithm> {};
INSTANTIATE_TEST_SUITE_P(Authentication, EachAlgorithmSigns, ::testing::ValuesIn(kAlgorithms),
                         testing::algorithm_name);

TEST_P(EachAlgorithmSigns, AndIsLetIn) {
  const Authenticator from(GetParam());
  const auto got = verify(from);
  ASSERT_TRUE(accepted(got));
  EXPECT_EQ(*got, Used{});
}

TEST_P(EachAlgorithmSigns, AndNobodyElseDoes) {
  const Authenticator from(GetParam());
  Authenticator other(GetParam());
  EXPECT_TRUE(refused(verify(other.answer_get(kChallenge), from.credential()), Code::unauthenticated,
                      "signature is wrong"));
}

TEST_P(EachAlgorithmSigns, AndEachFlippedByteIsNoticed) {
  Authenticator from(GetParam());
  from.user_handle = kHandle;
  from.sign_count = 7;
  from.extension_data = join({cbor_head(5, 1), cbor_text("x"), cbor_integer(1)});
  auto kept = from.credential();
  kept.sign_count = 6;
  const auto parts = from.get(kChallenge);
  ASSERT_TRUE(accepted(verify(json::serialize(from.authentication(parts)), kept)));
  const auto flip = [&](auto which) {
    for (std::size_t i = 0; i < (parts.*which).size(); i += testing::kEvery) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        auto changed = parts;
        auto& byte = (changed.*which)[i];
        byte = static_cast<std::remove_reference_t<decltype(byte)>>(byte ^ 1 << bit);
        EXPECT_FALSE(verify(json::serialize(from.authentication(changed)), kept)) << i << '.' << bit;
      }
    }
  };
  flip(&Authenticator::Parts::data);
  flip(&Authenticator::Parts::client_data);
  flip(&Authenticator::Parts::signature);
}

TEST(Authentication, NoticesEachFlipInTheIdAndTheHandle) {
  Authenticator from;
  from.user_handle = kHandle;
  const auto kept = from.credential();
  const auto parts = from.get(kChallenge);
  ASSERT_TRUE(accepted(verify(json::serialize(from.authentication(parts)), kept)));
  for (auto* which : {&from.id, &*from.user_handle}) {
    for (auto& byte : *which) {
      byte ^= 0x10U;
      EXPECT_FALSE(verify(json::serialize(from.authentication(parts)), kept));
      byte ^= 0x10U;
    }
  }
}

TEST(Authentication, WantsTheCeremonyThatAsks) {
  Authenticator from;
  from.type = "webauthn.create";
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "ceremony"));
  from.type = "payment.get";
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "ceremony"));
}

TEST(Authentication, WantsItsOwnChallenge) {
  const Authenticator from;
  auto other = kChallenge;
  other.front() ^= 0x80U;
  EXPECT_TRUE(refused(verify(from.answer_get(other), from.credential()), Code::unauthenticated, "challenge"));
  const ByteVector tiny(15, 1);
  EXPECT_TRUE(refused(verify_authentication({testing::example_party(), tiny, from.credential(), kHandle},
                                            from.answer_get(tiny)),
                      Code::internal, "challenge"));
}

TEST(Authentication, WantsTheOriginToTheLetter) {
  for (const std::string origin : {"https://evidence.example.com:8444", "http://evidence.example.com:8443",
                                   "https://evidence.example.org:8443", ""}) {
    Authenticator from;
    from.origin = origin;
    EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "origin")) << origin;
  }
}

TEST(Authentication, IsNotMadeWithinAnotherPage) {
  Authenticator from;
  from.cross_origin = true;
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "within another page"));
  from.cross_origin.reset();
  from.top_origin = from.origin;
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "within another page"));
}

TEST(Authentication, WantsTheRelyingPartysOwnId) {
  Authenticator from;
  from.rp_id = "example.com";
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "another relying party"));
}

TEST(Authentication, WantsPresenceAndVerification) {
  Authenticator from;
  from.flags = Authenticator::kUserVerified;
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "present"));
  from.flags = Authenticator::kUserPresent;
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "verify the person"));
}

TEST(Authentication, TellsWhetherTheCredentialIsBackedUpNow) {
  Authenticator from;
  from.flags |= Authenticator::kBackupEligible;
  const auto kept = from.credential();
  auto got = verify(from.answer_get(kChallenge), kept);
  ASSERT_TRUE(accepted(got));
  EXPECT_FALSE(got->backed_up);
  from.flags |= Authenticator::kBackedUp;
  got = verify(from.answer_get(kChallenge), kept);
  ASSERT_TRUE(accepted(got));
  EXPECT_TRUE(got->backed_up);
}

TEST(Authentication, LetsNoCredentialChangeWhetherItCanBeBackedUp) {
  Authenticator from;
  const auto bound = from.credential();
  from.flags |= Authenticator::kBackupEligible;
  const auto synced = from.credential();
  EXPECT_TRUE(refused(verify(from.answer_get(kChallenge), bound), Code::unauthenticated, "says otherwise"));
  from.flags &= ~Authenticator::kBackupEligible;
  EXPECT_TRUE(refused(verify(from.answer_get(kChallenge), synced), Code::unauthenticated, "says otherwise"));
  from.flags |= Authenticator::kBackedUp;
  EXPECT_TRUE(
      refused(verify(from.answer_get(kChallenge), bound), Code::unauthenticated, "that it cannot be"));
}

TEST(Authentication, RefusesACounterThatHasNotGrown) {
  Authenticator from;
  const auto with = [&](std::uint32_t kept_count, std::uint32_t count) {
    auto kept = from.credential();
    kept.sign_count = kept_count;
    from.sign_count = count;
    return verify(from.answer_get(kChallenge), kept);
  };
  for (const auto& [kept, now] : {std::pair{5U, 5U}, {5U, 4U}, {5U, 0U}, {1U, 0U}, {0xffff'ffffU, 0U}}) {
    EXPECT_TRUE(refused(with(kept, now), Code::failed_precondition, "cloned")) << kept << ' ' << now;
  }
  for (const auto& [kept, now] : {std::pair{0U, 0U}, {0U, 1U}, {5U, 6U}, {5U, 500U}, {0U, 0xffff'ffffU}}) {
    const auto got = with(kept, now);
    ASSERT_TRUE(accepted(got)) << kept << ' ' << now;
    EXPECT_EQ(got->sign_count, now);
  }
}

TEST(Authentication, RaisesTheCloneAlarmForAGoodSignatureOnly) {
  const Authenticator from;
  Authenticator other;
  auto kept = from.credential();
  kept.sign_count = 9;
  other.sign_count = 3;
  EXPECT_TRUE(refused(verify(other.answer_get(kChallenge), kept), Code::unauthenticated, "signature"));
}

TEST(Authentication, LeavesTheHandleOutOnlyWhereThePersonIsKnown) {
  Authenticator from;
  const auto kept = from.credential();
  EXPECT_TRUE(accepted(verify(from.answer_get(kChallenge), kept, Owner::known_before)));
  EXPECT_TRUE(
      refused(verify(from.answer_get(kChallenge), kept, Owner::claimed), Code::unauthenticated, "whose"));
  from.user_handle = kHandle;
  EXPECT_TRUE(accepted(verify(from.answer_get(kChallenge), kept, Owner::known_before)));
  EXPECT_TRUE(accepted(verify(from.answer_get(kChallenge), kept, Owner::claimed)));
}

TEST(Authentication, TakesNobodyElsesHandle) {
  Authenticator from;
  const auto kept = from.credential();
  for (const auto& handle : {ByteVector(16, 0xa8), ByteVector(15, 0xa7), ByteVector(17, 0xa7)}) {
    from.user_handle = handle;
    for (const auto owner : {Owner::known_before, Owner::claimed}) {
      EXPECT_TRUE(
          refused(verify(from.answer_get(kChallenge), kept, owner), Code::unauthenticated, "somebody else"));
    }
  }
  EXPECT_TRUE(refused(
      verify_authentication({testing::example_party(), kChallenge, kept, {}}, from.answer_get(kChallenge)),
      Code::internal, "handle"));
}

TEST(Authentication, TakesNoOtherCredential) {
  const Authenticator from;
  auto kept = from.credential();
  kept.id.push_back(0);
  EXPECT_TRUE(
      refused(verify(from.answer_get(kChallenge), kept), Code::unauthenticated, "another credential"));
}

TEST(Authentication, TellsOfAKeptKeyThatDoesNotRead) {
  const Authenticator from;
  auto kept = from.credential();
  kept.public_key.push_back(0);
  EXPECT_TRUE(refused(verify(from.answer_get(kChallenge), kept), Code::data_loss, "as kept"));
  kept.public_key.clear();
  EXPECT_TRUE(refused(verify(from.answer_get(kChallenge), kept), Code::data_loss, "as kept"));
}

TEST(Authentication, ToleratesExtensions) {
  Authenticator from;
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, ByteVector>>{
           {"hmac-secret", cbor_bytes(ByteVector(48, 1))},
           {"credBlob", cbor_bytes(ByteVector(32, 1))},
           {"credProtect", {0x02}},
           {"uvm", {0x81, 0x83, 0x01, 0x02, 0x03}},
           {"example.com/later", {0xf6}}}) {
    from.extension_data = join({cbor_head(5, 1), cbor_text(name), value});
    EXPECT_TRUE(accepted(verify(from))) << name;
  }
}

TEST(Authentication, WantsNothingBehindTheData) {
  Authenticator from;
  from.behind_data = {0x00};
  EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "follows the authenticator data"));
  from.behind_data.clear();
  from.flags |= Authenticator::kExtensions;  // and none there
  EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "extension data"));
}

TEST(Authentication, TakesNoNewCredential) {
  Authenticator from;
  from.flags |= Authenticator::kAttested;
  EXPECT_TRUE(refused(verify(from), Code::invalid_argument, "attested"));
}

TEST(Authentication, TakesNoCutOffData) {
  const Authenticator from;
  const auto parts = from.get(kChallenge);
  for (std::size_t size = 0; size < parts.data.size(); ++size) {
    auto cut = parts;
    cut.data.resize(size);
    EXPECT_TRUE(refused(verify(json::serialize(from.authentication(cut)), from.credential()),
                        Code::invalid_argument, ""));
  }
}

TEST(Authentication, ReadsTheClaimAndProvesNothing) {
  Authenticator from;
  auto claim = read_claim(from.answer_get(kChallenge));
  ASSERT_TRUE(accepted(claim));
  EXPECT_EQ(claim->credential_id, from.id);
  EXPECT_FALSE(claim->user_handle);
  from.user_handle = kHandle;
  claim = read_claim(from.answer_get(kChallenge));
  ASSERT_TRUE(accepted(claim));
  EXPECT_EQ(claim->user_handle, kHandle);
  EXPECT_TRUE(refused(read_claim("{}"), Code::invalid_argument, "type"));
}

}  // namespace
}  // namespace countersign::webauthn
