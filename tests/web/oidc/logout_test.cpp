#include "web/oidc/logout.h"

#include "tests/web/oidc/fake_provider.h"

#include <gtest/gtest.h>

#include <functional>

namespace countersign::oidc {
namespace {

using base::Code;
using Change = std::function<void(json::object&)>;

struct LogoutTest : ::testing::Test {
  json::object claims() {
    return {{"iss", text(kIssuer)},
            {"aud", text(kClientId)},
            {"iat", fake.now_s - 1},
            {"exp", fake.now_s + 119},
            {"jti", text("j-" + std::to_string(++tokens))},
            {"sub", "u-1"},
            {"sid", "s-1"},
            {"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object()}}}};
  }
  std::string body(const json::object& from, std::string_view type = "logout+jwt") {
    return "logout_token=" + sign_ed({{"alg", "EdDSA"}, {"kid", "one"}, {"typ", text(type)}}, from);
  }
  base::Result<LogoutNotice> receive(const Change& change) {
    auto changed = claims();
    change(changed);
    return logout.receive(body(changed));
  }

  FakeProvider fake;
  Options given = options();
  Provider provider{given.issuer, false, fake.fetch(), fake.clock()};
  BackChannelLogout logout{given, provider, fake.clock()};
  int tokens = 0;
};

TEST_F(LogoutTest, TellsWhoseSessionsEnd) {
  const auto both = receive([](auto&) {});
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_EQ(both->issuer, kIssuer);
  EXPECT_EQ(both->subject, "u-1");
  EXPECT_EQ(both->sid, "s-1");
  const auto person = receive([](auto& c) { c.erase("sid"); });
  EXPECT_EQ(person->subject + "|" + person->sid, "u-1|");
  const auto session = receive([](auto& c) { c.erase("sub"); });
  EXPECT_EQ(session->subject + "|" + session->sid, "|s-1");
}

TEST_F(LogoutTest, TakesATokenOnce) {
  const auto once = body(claims());
  EXPECT_TRUE(logout.receive(once));
  for (const auto later_s : {0, 60, 118}) {
    fake.now_s = kNowS + later_s;
    const auto again = logout.receive(once);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Code::already_exists);
  }
}

TEST_F(LogoutTest, RemembersATokenForAsLongAsItCouldBeTaken) {
  auto lasting = claims();
  lasting["iat"] = fake.now_s + 60;
  lasting["exp"] = fake.now_s + 100'000;
  const auto once = body(lasting);
  ASSERT_TRUE(logout.receive(once));
  bool refused_for_age = false;
  for (std::int64_t at = 0; at <= 900; at += 1) {
    fake.now_s = kNowS + at;
    const auto again = logout.receive(once);
    ASSERT_FALSE(again) << at;
    refused_for_age = again.error().code == Code::unauthenticated;
    ASSERT_TRUE(refused_for_age || again.error().code == Code::already_exists);
  }
  EXPECT_TRUE(refused_for_age);
}

TEST_F(LogoutTest, IsBoundedInWhatItRemembers) {
  auto one = claims();
  BackChannelLogout small{given, provider, fake.clock(), 20};
  for (int i = 0; i < 20; ++i) {
    one["jti"] = text("n-" + std::to_string(i));
    ASSERT_TRUE(small.receive(body(one)));
  }
  EXPECT_EQ(small.receive(body(claims())).error().code, Code::resource_exhausted);
  fake.now_s += 722;
  EXPECT_TRUE(small.receive(body(claims())));
}

/// Back-Channel Logout 1.0 section 2.6, each claim wrong in turn.
TEST_F(LogoutTest, RefusesEachClaimThatIsWrong) {
  const std::pair<const char*, Change> cases[] = {
      {"iss", [](auto& c) { c["iss"] = "https://evil.example"; }},
      {"iss", [](auto& c) { c.erase("iss"); }},
      {"aud", [](auto& c) { c["aud"] = "somebody-else"; }},
      {"aud", [](auto& c) { c.erase("aud"); }},
      {"iat", [](auto& c) { c["iat"] = kNowS + 61; }},
      {"iat", [](auto& c) { c["iat"] = kNowS - 661; }},
      {"iat", [](auto& c) { c.erase("iat"); }},
      {"iat",
       [](auto& c) {
         c["iat"] = kNowS - 181;
         c.erase("exp");
       }},
      {"exp", [](auto& c) { c["exp"] = kNowS - 60; }},
      {"exp", [](auto& c) { c["exp"] = "later"; }},
      {"events", [](auto& c) { c.erase("events"); }},
      {"events", [](auto& c) { c["events"] = json::object(); }},
      {"events", [](auto& c) { c["events"] = "http://schemas.openid.net/event/backchannel-logout"; }},
      {"events", [](auto& c) { c["events"] = {"http://schemas.openid.net/event/backchannel-logout"}; }},
      {"events",
       [](auto& c) {
         c["events"] = {{"http://schemas.openid.net/event/backchannel-logout", true}};
       }},
      {"nonce", [](auto& c) { c["nonce"] = "n"; }},
      {"nonce", [](auto& c) { c["nonce"] = nullptr; }},
      {"sub, sid",
       [](auto& c) {
         c.erase("sub");
         c.erase("sid");
       }},
      {"sub", [](auto& c) { c["sub"] = 7; }},
      {"sid", [](auto& c) { c["sid"] = ""; }},
      {"jti", [](auto& c) { c.erase("jti"); }},
      {"jti", [](auto& c) { c["jti"] = 7; }},
      {"jti", [](auto& c) { c["jti"] = json::string(257, 'j'); }},
  };
  for (const auto& [claim, change] : cases) {
    const auto notice = receive(change);
    ASSERT_FALSE(notice) << claim;
    EXPECT_EQ(notice.error().code, Code::unauthenticated);
    EXPECT_NE(notice.error().message.find(std::string("(") + claim + ")"), std::string::npos)
        << claim << ": " << notice.error().message;
  }
}

TEST_F(LogoutTest, TakesTheTokensOfProvidersThatLeaveTheExpiryOut) {
  EXPECT_TRUE(receive([](auto& c) { c.erase("exp"); }));
  EXPECT_TRUE(logout.receive(body(claims(), "JWT")));
}

TEST_F(LogoutTest, RefusesWhatIsNotTheProviders) {
  EXPECT_FALSE(logout.receive("logout_token=" + unsigned_token(header_of("none", ""), claims()) + "."));
  EXPECT_FALSE(logout.receive("logout_token=" + sign_ed(header_of("EdDSA", "one"), claims(), 2)));
  EXPECT_FALSE(logout.receive(
      "logout_token=" + sign_hs256(header_of("HS256", "rsa"), claims(), json::serialize(rsa_jwk("rsa")))));
  EXPECT_FALSE(logout.receive(body(claims(), "at+jwt")));
  EXPECT_FALSE(logout.receive(body(FakeProvider::claims("nonce"), "JWT")));
}

TEST_F(LogoutTest, RefusesABodyWithoutOneToken) {
  const auto good = body(claims());
  for (const auto& wrong : {std::string(), std::string("logout_token"), good + "&" + good, good + "&x=%z",
                            std::string("token=x"), "x=" + std::string(60'000, 'x') + "&" + good}) {
    const auto notice = logout.receive(wrong);
    ASSERT_FALSE(notice) << wrong.substr(0, 80);
  }
  EXPECT_EQ(logout.receive("token=x").error().code, Code::invalid_argument);
  EXPECT_TRUE(logout.receive(good));
}

}  // namespace
}  // namespace countersign::oidc
