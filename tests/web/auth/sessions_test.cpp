#include "web/auth/sessions.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>

namespace countersign::auth {
namespace {

base::Timestamp at(std::int64_t seconds) { return {seconds * 1'000'000}; }

class SessionsTest : public testing::Test {
 protected:
  Sessions sessions_{crypto::system_entropy()};
};

TEST_F(SessionsTest, AreFoundByTheirCookieAlone) {
  const auto opened = sessions_.open("ana", {"192.0.2.1", "browser"}, at(0));
  const auto found = sessions_.find(opened.cookie, at(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->account, "ana");
  EXPECT_EQ(found->peer.address, "192.0.2.1");
  EXPECT_EQ(found->csrf, opened.session.csrf);
  EXPECT_FALSE(found->proof);
  EXPECT_EQ(opened.cookie.size(), 43u);
  std::set<std::string> secrets{opened.cookie, found->id, found->csrf};
  EXPECT_EQ(secrets.size(), 3u);
  for (const auto& wrong :
       {std::string(), found->id, found->csrf, opened.cookie.substr(1), opened.cookie + 'A'})
    EXPECT_FALSE(sessions_.find(wrong, at(1)));
}

TEST_F(SessionsTest, EndWhenTheirProviderCallsThemOff) {
  const std::string issuer = "https://id.example.com";
  const auto open = [&](const std::string& from, const std::string& subject, const std::string& sid) {
    return sessions_.open(subject, {}, at(0), OidcSession{from, subject, sid}).cookie;
  };
  const auto lives = [&](const std::string& cookie) { return sessions_.find(cookie, at(1)).has_value(); };
  const auto local = sessions_.open("ana", {}, at(0)).cookie;
  const auto elsewhere = open("https://other.example.com", "ana", "1");
  const auto first = open(issuer, "ana", "1"), second = open(issuer, "ana", "2");
  const auto unnamed = open(issuer, "ana", ""), bob = open(issuer, "bob", "3");

  EXPECT_TRUE(sessions_.close_of_oidc(issuer, "", "").empty());
  EXPECT_TRUE(sessions_.close_of_oidc(issuer, "nobody", "").empty());
  EXPECT_EQ(sessions_.close_of_oidc(issuer, "ana", "3").size(), 1u) << "the one whose sid is not known";
  EXPECT_FALSE(lives(unnamed));
  EXPECT_TRUE(lives(first) && lives(second) && lives(bob));
  const auto closed = sessions_.close_of_oidc(issuer, "", "1");
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed.front().account, "ana");
  EXPECT_FALSE(lives(first));
  EXPECT_TRUE(lives(second) && lives(bob));
  EXPECT_EQ(sessions_.close_of_oidc(issuer, "ana", "").size(), 1u);
  EXPECT_FALSE(lives(second));
  EXPECT_TRUE(lives(local) && lives(elsewhere) && lives(bob));
  EXPECT_EQ(sessions_.size(), 3u);
  EXPECT_FALSE(sessions_.renew(closed.front().id));
}

TEST_F(SessionsTest, EndWhenNobodyUsesThem) {
  const auto opened = sessions_.open("ana", {}, at(0));
  EXPECT_TRUE(sessions_.find(opened.cookie, at(Sessions::kIdleS - 1)));
  EXPECT_TRUE(sessions_.find(opened.cookie, at(2 * Sessions::kIdleS - 2)));
  EXPECT_FALSE(sessions_.find(opened.cookie, at(3 * Sessions::kIdleS - 2)));
  EXPECT_EQ(sessions_.size(), 0u);
}

TEST_F(SessionsTest, EndAfterTheLongestTimeHoweverTheyAreUsed) {
  const auto opened = sessions_.open("ana", {}, at(0));
  for (std::int64_t now = 0; now < Sessions::kLongestS; now += 600)
    ASSERT_TRUE(sessions_.find(opened.cookie, at(now)));
  EXPECT_FALSE(sessions_.find(opened.cookie, at(Sessions::kLongestS)));
}

TEST_F(SessionsTest, GetANewCookieThatMakesTheOldOneWorthless) {
  const auto opened = sessions_.open("ana", {}, at(0));
  sessions_.change(opened.session.id, [](Session& one) {
    one.proof = Proof{at(1), "totp", "c"};
    return 0;
  });
  const auto renewed = sessions_.renew(opened.session.id);
  ASSERT_TRUE(renewed);
  EXPECT_NE(renewed->cookie, opened.cookie);
  EXPECT_NE(renewed->session.csrf, opened.session.csrf);
  EXPECT_EQ(renewed->session.id, opened.session.id);
  EXPECT_FALSE(sessions_.find(opened.cookie, at(1)));
  const auto found = sessions_.find(renewed->cookie, at(1));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->proof->factor, "totp");
  EXPECT_EQ(found->csrf, renewed->session.csrf);
  EXPECT_FALSE(sessions_.renew("none"));
  EXPECT_FALSE(sessions_.change("none", [](Session&) { return 0; }));
}

TEST_F(SessionsTest, AreClosedOneByOneAndByAccount) {
  const auto one = sessions_.open("ana", {}, at(0)), two = sessions_.open("ana", {}, at(0)),
             three = sessions_.open("ana", {}, at(0)), bob = sessions_.open("bob", {}, at(0));
  sessions_.close(one.session.id);
  sessions_.close("none");
  EXPECT_FALSE(sessions_.find(one.cookie, at(1)));
  sessions_.close_others("ana", two.session.id);
  EXPECT_TRUE(sessions_.find(two.cookie, at(1)));
  EXPECT_FALSE(sessions_.find(three.cookie, at(1)));
  EXPECT_TRUE(sessions_.find(bob.cookie, at(1)));
  sessions_.keep_only([](const Session& session) { return session.account == "bob"; });
  EXPECT_FALSE(sessions_.find(two.cookie, at(1)));
  EXPECT_TRUE(sessions_.find(bob.cookie, at(1)));
  EXPECT_FALSE(sessions_.renew(two.session.id));
}

TEST_F(SessionsTest, OfOneAccountAreNotManyAndTheOneThatRestsLongestGoes) {
  std::vector<Sessions::Opened> opened;
  for (std::size_t i = 0; i < Sessions::kOfAccountMax; ++i)
    opened.push_back(sessions_.open("ana", {}, at(static_cast<std::int64_t>(i))));
  EXPECT_TRUE(sessions_.find(opened[0].cookie, at(100)));
  const auto further = sessions_.open("ana", {}, at(101));
  EXPECT_EQ(sessions_.size(), Sessions::kOfAccountMax);
  EXPECT_FALSE(sessions_.find(opened[1].cookie, at(102)));
  EXPECT_TRUE(sessions_.find(opened[0].cookie, at(102)));
  EXPECT_TRUE(sessions_.find(further.cookie, at(102)));
}

TEST_F(SessionsTest, OfWhoKnowsAPasswordAlonePushNobodyOutWhoHasShownMore) {
  const auto proven = sessions_.open("ana", {}, at(0));
  sessions_.change(proven.session.id, [](Session& one) {
    one.proof = Proof{at(0), "totp", "c"};
    return 0;
  });
  for (std::int64_t i = 1; i <= 40; ++i) static_cast<void>(sessions_.open("ana", {}, at(i)));
  EXPECT_EQ(sessions_.size(), Sessions::kOfAccountMax);
  EXPECT_TRUE(sessions_.find(proven.cookie, at(41)));
}

TEST(SessionsConcurrency, ManyThreadsMayUseThem) {
  Sessions sessions(crypto::system_entropy());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        auto opened = sessions.open("account" + std::to_string((t + i) % 3), {}, at(i));
        static_cast<void>(sessions.find(opened.cookie, at(i)));
        if (i % 3 == 0) static_cast<void>(sessions.renew(opened.session.id));
        if (i % 5 == 0) sessions.close(opened.session.id);
        if (i % 50 == 0) sessions.close_others(opened.session.account, opened.session.id);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(sessions.size(), 3 * Sessions::kOfAccountMax);
}

}  // namespace
}  // namespace countersign::auth
