#include "web/auth/factors.h"

#include "tests/web/auth/test_access.h"
#include "web/auth/recovery_codes.h"
#include "web/auth/sign_in.h"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>

namespace countersign::auth {
namespace {

class Factors : public AccessTest {
 protected:
  void SetUp() override {
    ana_ = add("ana@example.com");
    session_ = signed_in();
  }

  Session signed_in() { return session_of(*sign_in(access_, ana_.name, kPassword, peer_)); }

  /// Enrols an app, and keeps its secret as the app does: from the URI's text.
  std::vector<std::string> enrol() {
    const auto begun = begin_totp(access_, session_);
    EXPECT_TRUE(begun);
    secret_ = sessions_.change(session_.id, [](Session& one) { return one.pending->secret; }).value();
    EXPECT_EQ(begun->secret, totp_secret_text(*secret_));
    auto enrolled = confirm_totp(access_, session_, code());
    EXPECT_TRUE(enrolled);
    session_ = session_of(enrolled->opened);
    return enrolled->recovery_codes;
  }

  std::string code() { return totp_code(*secret_, now_.micros / 1'000'000 / kTotpStepS); }
  void pass(std::int64_t seconds) { now_.micros += seconds * 1'000'000; }

  std::string challenge() {
    const auto sent = challenge_totp(access_, session_);
    EXPECT_TRUE(sent) << sent.error().detail;
    return sent ? sent->id : "";
  }

  int answer(const std::string& id, const std::string& with) {
    const auto done = answer_totp(access_, session_, id, with);
    if (!done) return done.error().status;
    session_ = session_of(*done);
    return 200;
  }

  Account ana_;
  Session session_;
  std::shared_ptr<const crypto::Secret> secret_;
};

TEST_F(Factors, SayWhatBecameOfAChallengeThatNobodyAnswered) {
  enrol();
  const auto first = challenge();
  const auto second = challenge();
  ASSERT_EQ(count("challenge.cancelled"), 1u);
  const auto cancelled = std::find_if(events_.begin(), events_.end(),
                                      [](const auto& one) { return one.first == "challenge.cancelled"; });
  EXPECT_EQ(cancelled->second.at("challenge").at("id").as_string(), first);
  EXPECT_EQ(cancelled->second.at("outcome").at("reason").as_string(), "replaced");
  EXPECT_EQ(answer(first, code()), 404);
  pass(kChallengeS);
  EXPECT_EQ(answer(second, code()), 404) << "too late";
  ASSERT_EQ(count("challenge.expired"), 1u);
  EXPECT_EQ(events_.back().second.at("challenge").at("id").as_string(), second);
  EXPECT_EQ(answer(second, code()), 404);
  EXPECT_EQ(count("challenge.expired"), 1u) << "once";
  challenge();
  pass(kChallengeS);
  const auto fourth = challenge();
  EXPECT_EQ(count("challenge.expired"), 2u);
  EXPECT_EQ(answer(fourth, code()), 200);
  challenge();
  EXPECT_EQ(count("challenge.cancelled"), 1u) << "what was answered is over";
  records_fail_ = true;
  EXPECT_FALSE(challenge_totp(access_, session_));
}

TEST_F(Factors, EnrolAnAppAndGiveTheSessionANewCookieAndAProof) {
  const auto before = session_;
  const auto codes = enrol();
  EXPECT_EQ(codes.size(), kRecoveryCodes);
  EXPECT_EQ((std::set<std::string>(codes.begin(), codes.end()).size()), kRecoveryCodes);
  EXPECT_EQ(session_.id, before.id);
  EXPECT_NE(session_.csrf, before.csrf);
  ASSERT_TRUE(session_.proof);
  EXPECT_EQ(session_.proof->factor, "totp");
  EXPECT_EQ(count("factor.enrolled"), 1u);
  EXPECT_EQ(count("login.succeeded"), 1u);
  const auto kept = to_text(stored(ana_));
  EXPECT_EQ(kept.find(totp_secret_text(*secret_)), std::string::npos);
  for (const auto& one : codes) EXPECT_EQ(kept.find(one), std::string::npos);
  for (const auto& [type, members] : events_) {
    EXPECT_EQ(boost::json::serialize(members).find(totp_secret_text(*secret_)), std::string::npos);
    EXPECT_EQ(members.at("actor").at("id").as_string(), ana_.id) << type;
    EXPECT_EQ(members.at("device").at("ip").as_string(), "192.0.2.1");
  }
}

TEST_F(Factors, EnrolNothingWithAWrongCode) {
  ASSERT_TRUE(begin_totp(access_, session_));
  for (unsigned i = 0; i < kAttemptsMax; ++i)
    EXPECT_EQ(confirm_totp(access_, session_, "000000").error().status, 403);
  EXPECT_EQ(confirm_totp(access_, session_, "000000").error().status, 404) << "begin anew";
  EXPECT_FALSE(stored(ana_).totp);
  ASSERT_TRUE(begin_totp(access_, session_));
  pass(2 * kChallengeS);
  EXPECT_EQ(confirm_totp(access_, session_, "000000").error().status, 404) << "expired";
}

TEST_F(Factors, ProveAfreshWithACodeThatCountsOnce) {
  enrol();
  pass(60);
  session_ = signed_in();
  EXPECT_FALSE(session_.proof);
  const auto first = challenge(), good = code();
  EXPECT_EQ(answer(first, good), 200);
  ASSERT_TRUE(session_.proof);
  EXPECT_EQ(session_.proof->challenge, first);
  EXPECT_EQ(session_.proof->time, now_);
  EXPECT_EQ(answer(first, good), 404) << "the challenge is over";
  EXPECT_EQ(answer(challenge(), good), 403) << "the code was used";
  pass(30);
  EXPECT_EQ(answer(challenge(), code()), 200);
  std::vector<std::string> purposes;
  for (const auto& [type, members] : events_) {
    if (type != "challenge.verified") continue;
    purposes.emplace_back(members.at("challenge").at("purpose").as_string());
    EXPECT_EQ(members.at("challenge").at("factor").as_string(), "totp");
  }
  EXPECT_EQ(purposes, (std::vector<std::string>{"login", "audit_access"}));
  EXPECT_EQ(count("challenge.sent"), 3u);
  EXPECT_EQ(count("challenge.failed"), 1u);
}

TEST_F(Factors, DoNotTakeACodeOfOneSessionInAnother) {
  enrol();
  pass(60);
  session_ = signed_in();
  const auto other = signed_in();
  const auto here = challenge();
  const auto there = challenge_totp(access_, other);
  ASSERT_TRUE(there);
  EXPECT_EQ(answer_totp(access_, other, here, code()).error().status, 404);
  EXPECT_EQ(answer(here, code()), 200);
  EXPECT_EQ(answer_totp(access_, other, there->id, code()).error().status, 403)
      << "used in the other session";
}

TEST_F(Factors, LimitTheAnswersToOneChallengeAndOfTheAccount) {
  enrol();
  pass(60);
  unsigned failures = 0;
  auto id = challenge();
  for (; failures < kAttemptsMax; ++failures) EXPECT_EQ(answer(id, "000000"), 403);
  EXPECT_EQ(answer(id, code()), 404) << "a right one comes too late";
  id = challenge();
  for (; failures < kFactorFailuresMax - 1; ++failures) EXPECT_EQ(answer(id, "000000"), 403);
  EXPECT_EQ(answer(id, "000000"), 423);
  EXPECT_EQ(answer(id, code()), 423) << "locked, also with a right one";
  EXPECT_EQ(challenge_totp(access_, session_).error().status, 423);
  EXPECT_EQ(recover(access_, session_, "x").error().status, 423);
  EXPECT_EQ(count("challenge.failed"), kFactorFailuresMax);
  ASSERT_TRUE(access_.store.change(ana_.id, [](Account& one) {
    one.factor_failures = 0;
    return base::Result<void>();
  }));
  EXPECT_EQ(answer(challenge(), code()), 200);
}

TEST_F(Factors, ForgetFailuresAfterASuccess) {
  enrol();
  pass(60);
  EXPECT_EQ(answer(challenge(), "000000"), 403);
  EXPECT_EQ(stored(ana_).factor_failures, 1u);
  EXPECT_EQ(answer(challenge(), code()), 200);
  EXPECT_EQ(stored(ana_).factor_failures, 0u);
}

TEST_F(Factors, LetAChallengeExpire) {
  enrol();
  pass(60);
  const auto id = challenge();
  pass(kChallengeS);
  EXPECT_EQ(answer(id, code()), 404);
}

TEST_F(Factors, ProveNothingThatCannotBeRecorded) {
  enrol();
  pass(60);
  session_ = signed_in();
  const auto id = challenge();
  records_fail_ = true;
  EXPECT_EQ(challenge_totp(access_, session_).error().status, 507);
  EXPECT_EQ(answer(id, code()), 507);
  EXPECT_FALSE(sessions_.change(session_.id, [](Session& one) { return one.proof.has_value(); }).value());
}

TEST_F(Factors, AreNotChangedWithoutAFreshOne) {
  enrol();
  pass(60);
  const auto fresh = session_;
  session_ = signed_in();
  EXPECT_EQ(begin_totp(access_, session_).error().status, 403);
  EXPECT_EQ(renew_recovery_codes(access_, session_).error().status, 403);
  EXPECT_EQ(remove_totp(access_, session_).error().status, 403);
  session_ = fresh;
  EXPECT_TRUE(begin_totp(access_, session_));
  EXPECT_TRUE(renew_recovery_codes(access_, session_));
  EXPECT_EQ(remove_totp(access_, session_).error().status, 409) << "the only one stays";
  pass(kOwnWindowS);
  EXPECT_EQ(begin_totp(access_, session_).error().status, 403);
}

TEST_F(Factors, AreReplacedWithARecoveryCodeThatCountsOnce) {
  const auto codes = enrol();
  pass(60);
  session_ = signed_in();
  EXPECT_EQ(recover(access_, session_, "aaaa-aaaa-aaaa-aaaa").error().status, 403);
  auto spelled = codes[3];
  for (char& c : spelled) c = c == '-' ? ' ' : static_cast<char>(std::toupper(c));
  const auto recovered = recover(access_, session_, spelled);
  ASSERT_TRUE(recovered) << recovered.error().detail;
  session_ = session_of(*recovered);
  EXPECT_TRUE(session_.recovered);
  EXPECT_FALSE(session_.proof) << "sees nothing";
  EXPECT_TRUE(stored(ana_).totp)
      << "until another takes its place, so that nobody enrols one by the password alone";
  {
    const auto thief = signed_in();
    EXPECT_EQ(begin_totp(access_, thief).error().status, 403);
    sessions_.close(thief.id);
  }
  EXPECT_EQ(stored(ana_).recovery_codes.size(), kRecoveryCodes - 1);
  EXPECT_EQ(count("factor.reset"), 1u);
  EXPECT_EQ(recover(access_, session_, codes[3]).error().status, 403);
  const auto next = enrol();
  EXPECT_TRUE(session_.proof);
  EXPECT_FALSE(session_.recovered);
  session_ = signed_in();
  EXPECT_EQ(recover(access_, session_, codes[4]).error().status, 403) << "those of before are worthless";
  EXPECT_TRUE(recover(access_, session_, next[4]));
}

TEST_F(Factors, DoNotServeASessionThatHasEndedMeanwhile) {
  enrol();
  pass(60);
  const auto copy = session_;
  sessions_.close(session_.id);
  EXPECT_EQ(challenge_totp(access_, copy).error().status, 401);
  EXPECT_EQ(begin_totp(access_, copy).error().status, 401);
  EXPECT_EQ(remove_totp(access_, copy).error().status, 401);
  EXPECT_EQ(renew_recovery_codes(access_, copy).error().status, 401);
  EXPECT_EQ(change_password(access_, copy, kPassword, "lilac horn eleven").error().status, 401);
}

TEST_F(Factors, ProtectThePassword) {
  enrol();
  pass(60);
  session_ = signed_in();
  EXPECT_EQ(change_password(access_, session_, kPassword, "lilac horn eleven").error().status, 403);
  EXPECT_EQ(answer(challenge(), code()), 200);
  EXPECT_TRUE(change_password(access_, session_, kPassword, "lilac horn eleven"));
}

TEST_F(Factors, AreNotAskedForWithoutEnd) {
  enrol();
  pass(60);
  for (unsigned i = 0; i < kChallengeThrottle.free; ++i) EXPECT_TRUE(challenge_totp(access_, session_)) << i;
  EXPECT_EQ(challenge_totp(access_, session_).error().status, 429);
  pass(1);
  EXPECT_EQ(answer(challenge(), code()), 200);
  pass(60);
  EXPECT_EQ(answer(challenge(), code()), 200) << "an answer begins the count anew";
}

TEST_F(Factors, OfAnotherAccountDoNotCount) {
  const auto codes = enrol();
  const auto bob = add("bob@example.com");
  const auto session = session_of(*sign_in(access_, bob.name, kPassword, peer_));
  EXPECT_EQ(recover(access_, session, codes[0]).error().status, 403);
  EXPECT_EQ(challenge_totp(access_, session).error().status, 409);
}

TEST_F(Factors, AreFreshForTheWindowAndOnceForAWindowOfZero) {
  EXPECT_FALSE(is_fresh(std::nullopt, 900, now_));
  EXPECT_FALSE(is_fresh(Proof{{now_.micros + 1}, "totp", "c"}, 900, now_)) << "a clock that was set back";
  Proof proof{now_, "totp", "c"};
  EXPECT_TRUE(is_fresh(proof, 900, {now_.micros + 900'000'000}));
  EXPECT_FALSE(is_fresh(proof, 900, {now_.micros + 900'000'001}));
  EXPECT_TRUE(is_fresh(proof, 0, now_));
  proof.used = true;
  EXPECT_FALSE(is_fresh(proof, 0, now_));
  EXPECT_TRUE(is_fresh(proof, 900, now_));
}

TEST_F(Factors, AreResealedUnderANewKey) {
  enrol();
  std::vector<crypto::Secret> keys;
  keys.emplace_back(std::vector<std::uint8_t>(crypto::Aead::kKeySize, 8));
  keys.emplace_back(std::vector<std::uint8_t>(crypto::Aead::kKeySize, 7));
  const vault::Kek both(std::move(keys), {});
  ASSERT_TRUE(reseal_totp(access_.store, both, entropy_));
  key_ = crypto::Secret(std::vector<std::uint8_t>(crypto::Aead::kKeySize, 8));
  pass(60);
  EXPECT_EQ(answer(challenge(), code()), 200);
  key_ = crypto::Secret(std::vector<std::uint8_t>(crypto::Aead::kKeySize, 9));
  pass(60);
  EXPECT_EQ(answer(challenge(), code()), 503) << "a wrong key is told in the log and harms nothing";
}

}  // namespace
}  // namespace countersign::auth
