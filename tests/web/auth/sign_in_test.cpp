#include "web/auth/sign_in.h"

#include "ledger/base/json.h"
#include "tests/web/auth/test_access.h"

#include <boost/json/serialize.hpp>

namespace countersign::auth {
namespace {

class SignIn : public AccessTest {
 protected:
  Outcome<Sessions::Opened> try_it(std::string_view name, std::string_view password) {
    if (const auto wait = begin_try(names_, addresses_, name, peer_, now_); wait > 0)
      return refuse(429, "too many tries", wait);
    return sign_in(access_, name, password, peer_);
  }
};

TEST_F(SignIn, OpensASessionForTheRightPassword) {
  const auto ana = add("ana@example.com");
  const auto opened = try_it("Ana@Example.com", kPassword);
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(session_of(*opened).account, ana.id);
  EXPECT_EQ(session_of(*opened).peer.address, "192.0.2.1");
  EXPECT_FALSE(session_of(*opened).proof);
  EXPECT_EQ(count("password.verified"), 1u);
  EXPECT_EQ(count("login.succeeded"), 0u) << "a password alone is not a sign-in yet";
}

TEST_F(SignIn, AnswersAlikeWhateverIsWrong) {
  add("ana@example.com");
  add("invited@example.com", "");
  auto disabled = add("disabled@example.com"), expired = add("expired@example.com");
  ASSERT_TRUE(access_.store.change(disabled.id, [&](Account& one) {
    one.disabled = now_;
    return base::Result<void>();
  }));
  ASSERT_TRUE(access_.store.change(expired.id, [&](Account& one) {
    one.expires = now_;
    return base::Result<void>();
  }));
  const std::tuple<std::string, std::string, std::string> tries[] = {
      {"ana@example.com", "wrong", "wrong_password"},     {"ana@example.com", "", "wrong_password"},
      {"nobody@example.com", kPassword, "unknown_user"},  {"no such name!", kPassword, "unknown_user"},
      {"invited@example.com", kPassword, "no_password"},  {"invited@example.com", "", "no_password"},
      {"disabled@example.com", kPassword, "disabled"},    {"expired@example.com", kPassword, "expired"},
      {"disabled@example.com", "wrong", "wrong_password"}};
  for (const auto& [name, password, reason] : tries) {
    const auto answer = try_it(name, password);
    ASSERT_FALSE(answer) << name;
    EXPECT_EQ(answer.error().status, 401);
    EXPECT_EQ(answer.error().detail, "the user name or the password is wrong");
    ASSERT_FALSE(events_.empty());
    EXPECT_EQ(events_.back().first, "login.failed");
    EXPECT_EQ(events_.back().second.at("outcome").at("reason").as_string(), reason);
    const auto text = boost::json::serialize(events_.back().second);
    EXPECT_EQ(text.find(kPassword), std::string::npos);
    EXPECT_EQ(text.find("nobody"), std::string::npos) << "what was typed could be a password";
  }
  EXPECT_EQ(sessions_.size(), 0u);
}

TEST_F(SignIn, SlowsGuessingDownForNamesThatThereAreAndAreNot) {
  add("ana@example.com");
  for (const std::string name : {"ana@example.com", "nobody@example.com"}) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(try_it(name, "wrong").error().status, 401) << name << i;
    const auto answer = try_it(name, kPassword);
    ASSERT_FALSE(answer) << "not even with the right one";
    EXPECT_EQ(answer.error().status, 429);
    EXPECT_EQ(answer.error().retry_after_s, 1);
  }
  now_.micros += 2'000'000;
  EXPECT_TRUE(try_it("ana@example.com", kPassword));
  EXPECT_EQ(try_it("ana@example.com", "wrong").error().status, 401) << "and the count starts anew";
}

TEST_F(SignIn, SlowsGuessingOfManyNamesFromOneAddressDown) {
  int refused = 0;
  for (int i = 0; i < 25; ++i) {
    const auto status = try_it("user" + std::to_string(i) + "@example.com", "wrong").error().status;
    refused += status == 429;
    EXPECT_TRUE(status == 401 || status == 429);
  }
  EXPECT_EQ(refused, 5);
  peer_.address = "192.0.2.2";
  EXPECT_EQ(try_it("user0@example.com", "wrong").error().status, 401);
}

TEST_F(SignIn, CountsFailuresOfAnAddressWhateverSucceedsBetween) {
  add("ana@example.com");
  int refused = 0;
  for (int i = 0; i < 30; ++i) {
    refused += !try_it("user" + std::to_string(i) + "@example.com", "wrong") &&
               begin_try(names_, addresses_, {}, peer_, now_) > 0;
    if (i % 5 == 0) static_cast<void>(try_it("ana@example.com", kPassword));
  }
  EXPECT_GT(refused, 0) << "a success of one's own makes nobody forget the guesses";
}

TEST_F(SignIn, TakesAHostsNetworkForItAndThisMachineForNobody) {
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2:ffff::1"));
  EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
  EXPECT_EQ(network_of("192.0.2.1"), "192.0.2.1");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(begin_try(names_, addresses_, {}, {"127.0.0.1", ""}, now_), 0);
}

TEST_F(SignIn, RecordsWhatABrowserSaysOfItselfHoweverItIsSpelled) {
  add("ana@example.com");
  for (const std::string& agent :
       {std::string("a\tb\x7f"), std::string("Jos\xe9"), std::string(1023, 'a') + "\xc3\xa9",
        std::string("\xed\xa0\x80"), std::string("\xc0\xaf")}) {
    peer_.user_agent = agent;
    EXPECT_EQ(try_it("ana@example.com", "wrong").error().status, 401);
    const auto& told = events_.back().second.at("device").at("user_agent").as_string();
    EXPECT_LE(told.size(), 1024u);
    EXPECT_EQ(told.find('\t'), boost::json::string::npos);
    EXPECT_TRUE(base::parse_json(boost::json::serialize(events_.back().second), {})) << "it is UTF-8";
    names_.succeeded("ana@example.com");
  }
}

TEST_F(SignIn, SetsNoPasswordThatCannotBeRecorded) {
  const auto ana = add("ana@example.com", "");
  const auto token = invite(access_.store, ana.id, now_, entropy_);
  records_fail_ = true;
  EXPECT_EQ(accept_invitation(access_, *token, kPassword, peer_).error().status, 507);
  EXPECT_TRUE(stored(ana).password.empty());
  records_fail_ = false;
  EXPECT_TRUE(accept_invitation(access_, *token, kPassword, peer_)) << "the link is still good";
  records_fail_ = true;
  EXPECT_EQ(try_it("ana@example.com", kPassword).error().status, 507)
      << "nor does a right password stay unseen";
}

TEST_F(SignIn, RefusesWhereTheFailureCannotBeRecorded) {
  add("ana@example.com");
  records_fail_ = true;
  EXPECT_EQ(try_it("ana@example.com", "wrong").error().status, 507);
}

TEST_F(SignIn, SetsThePasswordOfWhoWasInvitedOnce) {
  const auto ana = add("ana@example.com", "");
  const auto token = invite(access_.store, ana.id, now_, entropy_);
  ASSERT_TRUE(token);
  EXPECT_EQ(stored(ana).invitation->expires.micros - now_.micros, kInvitationS * 1'000'000);
  for (const std::string& wrong : {std::string(), *token + "A", token->substr(1)})
    EXPECT_EQ(accept_invitation(access_, wrong, kPassword, peer_).error().status, 404);
  EXPECT_EQ(accept_invitation(access_, *token, "short", peer_).error().status, 422);
  EXPECT_EQ(accept_invitation(access_, *token, "ana@example.com", peer_).error().status, 422)
      << "her own name";
  const auto opened = accept_invitation(access_, *token, kPassword, peer_);
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(session_of(*opened).account, ana.id);
  EXPECT_FALSE(stored(ana).invitation);
  EXPECT_EQ(count("password.set"), 1u);
  EXPECT_EQ(accept_invitation(access_, *token, "another good one", peer_).error().status, 404);
  EXPECT_TRUE(try_it("ana@example.com", kPassword));
}

TEST_F(SignIn, TakesNoInvitationThatHasExpiredOrWasReplaced) {
  const auto ana = add("ana@example.com", "");
  const auto first = invite(access_.store, ana.id, now_, entropy_),
             second = invite(access_.store, ana.id, now_, entropy_);
  EXPECT_EQ(accept_invitation(access_, *first, kPassword, peer_).error().status, 404);
  now_.micros += kInvitationS * 1'000'000;
  EXPECT_EQ(accept_invitation(access_, *second, kPassword, peer_).error().status, 404);
}

TEST_F(SignIn, ChangesAPasswordAndEndsTheOtherSessions) {
  add("ana@example.com");
  const auto here = try_it("ana@example.com", kPassword), elsewhere = try_it("ana@example.com", kPassword);
  ASSERT_TRUE(here && elsewhere);
  const auto session = session_of(*here);
  EXPECT_EQ(change_password(access_, session, "wrong", "lilac horn eleven").error().status, 403);
  EXPECT_EQ(change_password(access_, session, kPassword, "password1234").error().status, 422);
  ASSERT_TRUE(change_password(access_, session, kPassword, "lilac horn eleven"));
  EXPECT_TRUE(sessions_.find(here->cookie, now_));
  EXPECT_FALSE(sessions_.find(elsewhere->cookie, now_));
  EXPECT_EQ(try_it("ana@example.com", kPassword).error().status, 401);
  EXPECT_TRUE(try_it("ana@example.com", "lilac horn eleven"));
}

TEST_F(SignIn, EndsASessionAndRecordsIt) {
  add("ana@example.com");
  const auto opened = try_it("ana@example.com", kPassword);
  ASSERT_TRUE(sign_out(access_, session_of(*opened)));
  EXPECT_FALSE(sessions_.find(opened->cookie, now_));
  EXPECT_EQ(count("session.ended"), 1u);
}

}  // namespace
}  // namespace countersign::auth
