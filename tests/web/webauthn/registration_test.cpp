#include "tests/web/webauthn/authenticator.h"
#include "tests/web/webauthn/expect.h"
#include "web/webauthn/verify.h"

namespace countersign::webauthn {
namespace {

using base::Code;
using testing::accepted;
using testing::Authenticator;
using testing::ByteVector;
using testing::kChallenge;
using testing::refused;

base::Result<Credential> verify(std::string_view answer) {
  return verify_registration(testing::example_party(), kChallenge, answer);
}
base::Result<Credential> verify(const Authenticator& from) { return verify(from.answer_make(kChallenge)); }

class EachAlgorithm : public ::testing::TestWithParam<Algorithm> {};
INSTANTIATE_TEST_SUITE_P(Registration, EachAlgorithm, ::testing::ValuesIn(kAlgorithms),
                         testing::algorithm_name);

TEST_P(EachAlgorithm, GivesTheCredentialWithoutAttestation) {
  Authenticator from(GetParam());
  from.flags |= Authenticator::kBackupEligible | Authenticator::kBackedUp;
  from.sign_count = 0x01020304;
  from.aaguid.fill(0x77);
  const auto got = verify(from);
  ASSERT_TRUE(accepted(got));
  EXPECT_EQ(*got, from.credential());
}

TEST_P(EachAlgorithm, GivesTheCredentialWithSelfAttestation) {
  Authenticator from(GetParam());
  from.format = "packed";
  const auto got = verify(from);
  ASSERT_TRUE(accepted(got));
  EXPECT_EQ(*got, from.credential());
}

TEST(Registration, WantsTheCeremonyThatMakes) {
  Authenticator from;
  from.type = "webauthn.get";
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "ceremony"));
}

TEST(Registration, WantsItsOwnChallenge) {
  const Authenticator from;
  auto other = kChallenge;
  other.back() ^= 1U;
  EXPECT_TRUE(refused(verify(from.answer_make(other)), Code::unauthenticated, "challenge"));
  other.pop_back();
  EXPECT_TRUE(refused(verify(from.answer_make(other)), Code::unauthenticated, "challenge"));
  EXPECT_TRUE(refused(verify(from.answer_make({})), Code::invalid_argument, "challenge"));
}

TEST(Registration, NeverComparesWithAChallengeTooShortToBeOne) {
  const Authenticator from;
  for (const std::size_t size : {0U, 1U, 15U}) {
    const ByteVector tiny(size, 1);
    EXPECT_TRUE(refused(verify_registration(testing::example_party(), tiny, from.answer_make(tiny)),
                        Code::internal, "challenge"));
  }
}

TEST(Registration, TakesAPageOfEachOrigin) {
  for (const auto& origin : testing::example_party().origins) {
    Authenticator from;
    from.origin = origin;
    EXPECT_TRUE(accepted(verify(from))) << origin;
  }
}

TEST(Registration, WantsTheOriginToTheLetter) {
  for (const std::string origin :
       {"http://evidence.example.com", "https://evidence.example.com/", "https://evidence.example.com:443",
        "https://Evidence.example.com", "https://evidence.example.com.example.org", "https://example.com",
        "https://x.evidence.example.com", "evidence.example.com", "null", ""}) {
    Authenticator from;
    from.origin = origin;
    EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "origin")) << origin;
  }
}

TEST(Registration, IsNotMadeWithinAnotherPage) {
  Authenticator from;
  from.cross_origin = true;
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "within another page"));
  from.cross_origin = false;
  from.top_origin = from.origin;
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "within another page"));
  from.cross_origin.reset();
  from.top_origin.reset();
  EXPECT_TRUE(accepted(verify(from)));
}

TEST(Registration, WantsTheRelyingPartysOwnId) {
  Authenticator from;
  for (const std::string id : {"example.com", "evidence.example.com.", "EVIDENCE.example.com", ""}) {
    from.rp_id = id;
    EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "another relying party")) << id;
  }
}

TEST(Registration, WantsPresenceAndVerification) {
  Authenticator from;
  from.flags = Authenticator::kUserVerified;
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "present"));
  from.flags = Authenticator::kUserPresent;
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "verify the person"));
}

TEST(Registration, KnowsThatWhatCannotBeBackedUpIsNot) {
  Authenticator from;
  from.flags |= Authenticator::kBackedUp;
  EXPECT_TRUE(refused(verify(from), Code::unauthenticated, "backed up"));
  from.flags |= Authenticator::kBackupEligible;
  EXPECT_TRUE(accepted(verify(from)));
  from.flags &= ~Authenticator::kBackedUp;
  EXPECT_TRUE(accepted(verify(from)));
}

}  // namespace
}  // namespace countersign::webauthn
