#include "ledger/base/encoding.h"
#include "tests/web/auth/test_access.h"
#include "tests/web/webauthn/authenticator.h"
#include "web/auth/factors.h"
#include "web/auth/sign_in.h"

#include <boost/json/array.hpp>

namespace countersign::auth {
namespace {

using testing::Authenticator;
using testing::ByteVector;

Authenticator authenticator(std::uint8_t number = 0x1d) {
  Authenticator out;
  out.origin = "https://evidence.example.com";
  out.id = ByteVector(32, number);
  out.sign_count = 1;
  return out;
}

ByteVector challenge_of(const boost::json::object& options) {
  return *base::from_base64url(options.at("challenge").as_string());
}

/// The ids that options name in a member.
std::vector<std::string> ids(const boost::json::object& options, std::string_view member) {
  std::vector<std::string> out;
  for (const auto& one : options.at(member).as_array()) out.emplace_back(one.at("id").as_string());
  return out;
}

template <class T>
int status(const Outcome<T>& outcome) {
  return outcome ? 200 : outcome.error().status;
}

class PasskeyFactor : public AccessTest {
 protected:
  void SetUp() override {
    ana_ = add("ana@example.com");
    session_ = signed_in(ana_);
  }

  Session signed_in(const Account& account) {
    return session_of(*sign_in(access_, account.name, kPassword, peer_));
  }

  /// The session as the daemon knows it now.
  Session now(const Session& session) {
    return sessions_.change(session.id, [](Session& one) { return one; }).value();
  }

  Outcome<Enrolled> enrol(Session& session, const Authenticator& with, std::string_view name = "laptop") {
    const auto options = begin_passkey(access_, session);
    if (!options) return tl::unexpected(options.error());
    auto done = confirm_passkey(access_, session, name, with.answer_make(challenge_of(*options)));
    if (done) session = session_of(done->opened);
    return done;
  }

  /// The status of an answer to what begin_passkey() gave.
  int confirm(const Session& session, const Outcome<boost::json::object>& options,
              const Authenticator& with) {
    if (!options) return status(options);
    return status(confirm_passkey(access_, session, "key", with.answer_make(challenge_of(*options))));
  }

  int answer(Session& session, const std::string& challenge, const std::string& credential) {
    const auto done = answer_passkey(access_, session, challenge, credential);
    if (done) session = session_of(*done);
    return status(done);
  }

  int answer(Session& session, const Outcome<Challenge>& sent, const Authenticator& with) {
    if (!sent) return status(sent);
    return answer(session, sent->id, with.answer_get(challenge_of(sent->options)));
  }

  /// Answers a new challenge, with the next number of the counter.
  int show(Session& session, Authenticator& with) {
    ++with.sign_count;
    return answer(session, challenge_passkey(access_, session), with);
  }

  void enrol_app(Session& session) {
    ASSERT_TRUE(begin_totp(access_, session));
    const auto secret = now(session).pending->secret;
    const auto done =
        confirm_totp(access_, session, totp_code(*secret, now_.micros / 1'000'000 / kTotpStepS));
    ASSERT_TRUE(done) << done.error().detail;
    session = session_of(done->opened);
  }

  void suspend(std::size_t number) {
    ASSERT_TRUE(access_.store.change(ana_.id, [&](Account& one) {
      one.passkeys.at(number).suspended = true;
      return base::Result<void>();
    }));
  }

  boost::json::object last(std::string_view type) const {
    for (auto one = events_.rbegin(); one != events_.rend(); ++one) {
      if (one->first == type) return one->second;
    }
    ADD_FAILURE() << type << " was not recorded";
    return {};
  }

  std::string last_reason() const {
    return std::string(last("challenge.failed").at("outcome").at("reason").as_string());
  }

  void pass(std::int64_t seconds) { now_.micros += seconds * 1'000'000; }

  Account ana_;
  Session session_;
};

TEST_F(PasskeyFactor, IsEnrolledWithRecoveryCodesAndProvesTheSession) {
  const auto before = session_;
  const auto laptop = authenticator();
  const auto done = enrol(session_, laptop);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(done->recovery_codes.size(), kRecoveryCodes);
  EXPECT_EQ(session_.id, before.id);
  EXPECT_NE(session_.csrf, before.csrf);
  EXPECT_EQ(session_.proof->factor, "passkey");
  EXPECT_EQ(stored(ana_).passkeys,
            (std::vector<Passkey>{{laptop.credential(), "laptop", now_, std::nullopt, false}}));
  EXPECT_EQ(last("factor.enrolled").at("challenge").at("factor").as_string(), "passkey");
  EXPECT_EQ(count("login.succeeded"), 1u);

  const auto second = enrol(session_, authenticator(0x2d), "key");
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_TRUE(second->recovery_codes.empty()) << "those of the first stay good";
  EXPECT_EQ(count("login.succeeded"), 1u);
  const auto options = begin_passkey(access_, session_);
  ASSERT_TRUE(options);
  EXPECT_EQ(ids(*options, "excludeCredentials"), (std::vector{base::to_base64url(ByteVector(32, 0x1d)),
                                                              base::to_base64url(ByteVector(32, 0x2d))}));
}

TEST_F(PasskeyFactor, SignsInAndStepsUp) {
  auto laptop = authenticator();
  ASSERT_TRUE(enrol(session_, laptop));
  pass(60);
  session_ = signed_in(ana_);
  EXPECT_FALSE(session_.proof);
  EXPECT_EQ(show(session_, laptop), 200);
  EXPECT_EQ(last("challenge.verified").at("challenge").at("purpose").as_string(), "login");
  EXPECT_EQ(last("challenge.verified").at("challenge").at("factor").as_string(), "passkey");
  EXPECT_EQ(count("login.succeeded"), 2u) << "the first came with the enrolment";
  pass(60);
  const auto before = session_;
  EXPECT_EQ(show(session_, laptop), 200);
  EXPECT_EQ(last("challenge.verified").at("challenge").at("purpose").as_string(), "audit_access");
  EXPECT_EQ(count("login.succeeded"), 2u);
  EXPECT_NE(session_.csrf, before.csrf);
  EXPECT_EQ(session_.proof->time, now_);
  const auto kept = stored(ana_).passkeys.at(0);
  EXPECT_EQ(kept.credential.sign_count, laptop.sign_count);
  EXPECT_EQ(kept.last_used, now_);
}

TEST_F(PasskeyFactor, IsEnrolledByTheAnswerToWhatWasAskedAlone) {
  const auto laptop = authenticator();
  const auto options = begin_passkey(access_, session_);
  ASSERT_TRUE(options);
  const auto good = laptop.answer_make(challenge_of(*options));
  EXPECT_EQ(status(confirm_passkey(access_, session_, "", good)), 422);
  EXPECT_EQ(status(confirm_passkey(access_, session_, std::string(65, 'x'), good)), 422);
  EXPECT_EQ(confirm(session_, boost::json::object{{"challenge", std::string(43, 'A')}}, laptop), 403);
  EXPECT_EQ(status(confirm_passkey(access_, session_, "laptop", good)), 404) << "a second answer";
  auto unverified = authenticator();
  unverified.flags = Authenticator::kUserPresent;
  EXPECT_EQ(status(enrol(session_, unverified)), 403);
  auto elsewhere = authenticator();
  elsewhere.origin = "https://evidence.example.com:8443";
  EXPECT_EQ(status(enrol(session_, elsewhere)), 403);
  const auto late = begin_passkey(access_, session_);
  pass(kChallengeS);
  EXPECT_EQ(confirm(session_, late, laptop), 404);
  EXPECT_FALSE(stored(ana_).has_factor());
  EXPECT_EQ(count("factor.enrolled"), 0u);
}

TEST_F(PasskeyFactor, IsNotEnrolledWithoutAFreshProof) {
  ASSERT_TRUE(enrol(session_, authenticator()));
  auto other = signed_in(ana_);
  EXPECT_EQ(status(enrol(other, authenticator(0x2d))), 403) << "a password alone";
  const auto options = begin_passkey(access_, session_);
  pass(kOwnWindowS + 1);
  EXPECT_EQ(status(begin_passkey(access_, session_)), 403);
  EXPECT_EQ(confirm(session_, options, authenticator(0x2d)), 403);
  EXPECT_EQ(stored(ana_).passkeys.size(), 1u);
}

TEST_F(PasskeyFactor, IsNotTakenFromTheSessionThatDidNotAsk) {
  auto laptop = authenticator();
  ASSERT_TRUE(enrol(session_, laptop));
  auto here = signed_in(ana_);
  auto there = signed_in(ana_);
  const auto sent_here = challenge_passkey(access_, here), sent_there = challenge_passkey(access_, there);
  ASSERT_TRUE(sent_here && sent_there);
  ++laptop.sign_count;
  const auto signature = laptop.answer_get(challenge_of(sent_here->options));
  EXPECT_EQ(answer(there, sent_here->id, signature), 404);
  EXPECT_EQ(answer(there, sent_there->id, signature), 403);
  EXPECT_EQ(last_reason(), "wrong_passkey");
  EXPECT_FALSE(now(there).proof);
  EXPECT_EQ(answer(here, sent_here->id, signature), 200) << "and harmed nothing";
  EXPECT_TRUE(now(here).proof);
}

TEST_F(PasskeyFactor, AnswersAChallengeOnce) {
  auto laptop = authenticator();
  ASSERT_TRUE(enrol(session_, laptop));
  ++laptop.sign_count;
  const auto sent = challenge_passkey(access_, session_);
  const auto signature = laptop.answer_get(challenge_of(sent->options));
  EXPECT_EQ(answer(session_, sent->id, signature), 200);
  EXPECT_EQ(answer(session_, sent->id, signature), 404);
  const auto next = challenge_passkey(access_, session_);
  EXPECT_EQ(answer(session_, next->id, signature), 403) << "signed for another challenge";
  ++laptop.sign_count;
  EXPECT_EQ(answer(session_, next, laptop), 404) << "a right one after a wrong one";
  const auto late = challenge_passkey(access_, session_);
  pass(kChallengeS);
  EXPECT_EQ(answer(session_, late, laptop), 404);
}

TEST_F(PasskeyFactor, ProvesNothingWithoutTheUserOrFromAnotherPage) {
  auto laptop = authenticator();
  ASSERT_TRUE(enrol(session_, laptop));
  session_ = signed_in(ana_);
  laptop.flags = Authenticator::kUserPresent;
  EXPECT_EQ(show(session_, laptop), 403);
  laptop.flags |= Authenticator::kUserVerified;
  laptop.origin = "https://evidence.example.net";
  EXPECT_EQ(show(session_, laptop), 403);
  EXPECT_EQ(last_reason(), "wrong_passkey");
  EXPECT_EQ(stored(ana_).factor_failures, 2u);
  EXPECT_EQ(stored(ana_).passkeys.at(0).credential.sign_count, 1u) << "only what is proven moves the counter";
  const auto sent = challenge_passkey(access_, session_);
  EXPECT_EQ(answer(session_, sent->id, "{}"), 403);
  EXPECT_EQ(last_reason(), "not_readable");
  EXPECT_FALSE(now(session_).proof);
  laptop.origin = "https://evidence.example.com";
  EXPECT_EQ(show(session_, laptop), 200);
  EXPECT_EQ(stored(ana_).factor_failures, 0u);
}

TEST_F(PasskeyFactor, IsSuspendedWhenItsCounterGoesBack) {
  auto laptop = authenticator();
  ASSERT_TRUE(enrol(session_, laptop));
  enrol_app(session_);
  const auto counter = laptop.sign_count;
  ASSERT_EQ(show(session_, laptop), 200);
  ASSERT_EQ(show(session_, laptop), 200);
  auto thief = signed_in(ana_);
  laptop.sign_count = counter;  // as a copy that was made before, with the same key
  EXPECT_EQ(show(thief, laptop), 403);
  EXPECT_EQ(last_reason(), "cloned_authenticator");
  EXPECT_EQ(last("challenge.failed").at("challenge").at("factor").as_string(), "passkey");
  EXPECT_TRUE(stored(ana_).passkeys.at(0).suspended);
  EXPECT_EQ(stored(ana_).passkeys.at(0).credential.sign_count, counter + 2) << "the alarm moves no counter";
  EXPECT_FALSE(now(thief).proof);
  EXPECT_FALSE(sessions_.change(session_.id, [](Session&) { return true; })) << "other sessions end";
  session_ = signed_in(ana_);
  EXPECT_EQ(show(session_, laptop), 409) << "neither serves any more";
  EXPECT_TRUE(challenge_totp(access_, session_)) << "the other factor does";
}

TEST_F(PasskeyFactor, ThatIsSuspendedTakesBackWhatItHasProven) {
  auto laptop = authenticator();
  ASSERT_TRUE(enrol(session_, laptop));
  ASSERT_EQ(show(session_, laptop), 200);
  ASSERT_TRUE(now(session_).proof);
  --laptop.sign_count;  // which show() makes the number of before
  EXPECT_EQ(show(session_, laptop), 403);
  EXPECT_EQ(last_reason(), "cloned_authenticator") << "a counter that stands still";
  EXPECT_FALSE(now(session_).proof);
  EXPECT_EQ(status(begin_passkey(access_, now(session_))), 403);
  EXPECT_EQ(status(challenge_passkey(access_, now(session_))), 409);
}

TEST_F(PasskeyFactor, ThatWasSuspendedMeanwhileIsNotTaken) {
  auto laptop = authenticator();
  ASSERT_TRUE(enrol(session_, laptop));
  const auto sent = challenge_passkey(access_, session_);
  suspend(0);
  ++laptop.sign_count;
  EXPECT_EQ(answer(session_, sent, laptop), 403);
  EXPECT_EQ(last_reason(), "suspended_passkey");
}

TEST_F(PasskeyFactor, WithoutACounterIsNoClone) {
  auto synced = authenticator();
  synced.sign_count = 0;
  ASSERT_TRUE(enrol(session_, synced));
  for (int i = 0; i < 2; ++i) {
    synced.sign_count = 0xffffffff;  // which show() makes 0
    EXPECT_EQ(show(session_, synced), 200);
  }
  EXPECT_EQ(stored(ana_).passkeys.at(0).credential.sign_count, 0u);
}

TEST_F(PasskeyFactor, OfAnotherAccountIsNeitherTakenNorEnrolled) {
  auto anas = authenticator(), bobs = authenticator(0x2d);
  ASSERT_TRUE(enrol(session_, anas));
  const auto bob = add("bob@example.com");
  auto session = signed_in(bob);
  EXPECT_EQ(status(enrol(session, anas)), 409)
      << "attestations are not signed, so a page can hand on what it saw";
  EXPECT_FALSE(stored(bob).has_factor());
  ASSERT_TRUE(enrol(session, bobs));
  EXPECT_EQ(show(session, anas), 403);
  EXPECT_EQ(last_reason(), "unknown_passkey");
  bobs.user_handle = *base::from_hex(ana_.id);
  EXPECT_EQ(show(session, bobs), 403) << "it says that it is hers";
  bobs.user_handle = *base::from_hex(bob.id);
  EXPECT_EQ(show(session, bobs), 200);
}

TEST_F(PasskeyFactor, IsOneOfAFew) {
  ASSERT_TRUE(enrol(session_, authenticator()));
  for (std::uint8_t i = 1; i + 1u < kPasskeysMax; ++i)
    ASSERT_TRUE(enrol(session_, authenticator(static_cast<std::uint8_t>(0x40 + i))));
  const auto last_one = begin_passkey(access_, session_);
  ASSERT_TRUE(access_.store.change(ana_.id, [](Account& one) {
    one.passkeys.push_back(one.passkeys.back());
    one.passkeys.back().credential.id = ByteVector(32, 0x7f);
    return base::Result<void>();
  }));
  EXPECT_EQ(confirm(session_, last_one, authenticator(0x2d)), 409);
  EXPECT_EQ(status(begin_passkey(access_, session_)), 409);
  EXPECT_EQ(stored(ana_).passkeys.size(), kPasskeysMax);
}

TEST_F(PasskeyFactor, CountsFailuresUntilTheAccountIsLocked) {
  auto laptop = authenticator();
  ASSERT_TRUE(enrol(session_, laptop));
  session_ = signed_in(ana_);
  laptop.flags = Authenticator::kUserPresent;
  for (unsigned i = 1; i < kFactorFailuresMax; ++i) EXPECT_EQ(show(session_, laptop), 403);
  EXPECT_EQ(show(session_, laptop), 423);
  laptop.flags |= Authenticator::kUserVerified;
  EXPECT_EQ(show(session_, laptop), 423) << "also with a right one";
  EXPECT_EQ(count("challenge.failed"), kFactorFailuresMax);
}

TEST_F(PasskeyFactor, IsTakenOffWhileAnotherFactorServes) {
  auto laptop = authenticator();
  ASSERT_TRUE(enrol(session_, laptop));
  const auto id = base::to_base64url(laptop.id), other = base::to_base64url(ByteVector(32, 0x2d));
  EXPECT_EQ(status(remove_passkey(access_, session_, id)), 409) << "the only one stays";
  EXPECT_EQ(status(remove_passkey(access_, session_, other)), 404);
  EXPECT_EQ(status(remove_passkey(access_, session_, "?")), 404);
  ASSERT_TRUE(enrol(session_, authenticator(0x2d)));
  suspend(1);
  EXPECT_EQ(status(remove_passkey(access_, session_, id)), 409) << "a suspended one does not serve";
  EXPECT_TRUE(remove_passkey(access_, session_, other)) << "but can go";
  enrol_app(session_);
  pass(kOwnWindowS + 1);
  EXPECT_EQ(status(remove_passkey(access_, session_, id)), 403) << "without a fresh proof";
  EXPECT_EQ(show(session_, laptop), 200);
  EXPECT_TRUE(remove_passkey(access_, session_, id));
  EXPECT_TRUE(stored(ana_).passkeys.empty());
  EXPECT_EQ(count("factor.removed"), 2u);
  EXPECT_EQ(last("factor.removed").at("challenge").at("factor").as_string(), "passkey");
  EXPECT_EQ(status(challenge_passkey(access_, session_)), 409);
}

TEST_F(PasskeyFactor, ChangesNothingThatCannotBeRecorded) {
  auto laptop = authenticator();
  records_fail_ = true;
  EXPECT_EQ(status(enrol(session_, laptop)), 507);
  EXPECT_FALSE(stored(ana_).has_factor());
  records_fail_ = false;
  ASSERT_TRUE(enrol(session_, laptop));
  session_ = signed_in(ana_);
  const auto sent = challenge_passkey(access_, session_);
  records_fail_ = true;
  ++laptop.sign_count;
  EXPECT_EQ(answer(session_, sent, laptop), 507);
  EXPECT_FALSE(now(session_).proof);
  EXPECT_EQ(status(challenge_passkey(access_, session_)), 507);
}

TEST_F(PasskeyFactor, NeedsTheAddressOfTheAppliance) {
  access_.relying_party.reset();
  EXPECT_EQ(status(begin_passkey(access_, session_)), 409);
  EXPECT_EQ(status(challenge_passkey(access_, session_)), 409);
}

}  // namespace
}  // namespace countersign::auth
