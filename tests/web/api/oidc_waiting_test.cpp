#include "web/api/oidc_waiting.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace countersign::api {
namespace {

base::Timestamp at(std::int64_t seconds) { return {seconds * 1'000'000}; }

oidc::Kept begun_at(std::int64_t seconds, std::string state = "state") {
  return {std::move(state), "nonce", "verifier", at(seconds)};
}

class OidcWaitingTest : public testing::Test {
 protected:
  std::string put(std::int64_t seconds, const std::string& address = "192.0.2.1", std::string earlier = "") {
    return waiting_.put("corp", begun_at(seconds), address, earlier);
  }
  OidcWaiting waiting_{crypto::system_entropy()};
};

TEST_F(OidcWaitingTest, ServesOnceTheCookieAndProviderThatItIsOf) {
  const auto cookie = put(0), other = put(0);
  EXPECT_NE(cookie, other);
  EXPECT_FALSE(waiting_.take("", "corp", at(1)));
  EXPECT_FALSE(waiting_.take("x", "corp", at(1)));
  const auto kept = waiting_.take(cookie, "corp", at(1));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->state + kept->nonce + kept->code_verifier, "statenonceverifier");
  EXPECT_FALSE(waiting_.take(cookie, "corp", at(1)));
  EXPECT_FALSE(waiting_.take(other, "another", at(1)));
  EXPECT_FALSE(waiting_.take(other, "corp", at(1))) << "a wrong try uses it up, too";
  EXPECT_EQ(waiting_.size(), 0u);
}

TEST_F(OidcWaitingTest, ForgetsAfterTenMinutes) {
  const auto in_time = put(0), late = put(0);
  EXPECT_TRUE(waiting_.take(in_time, "corp", at(OidcWaiting::kMostS - 1)));
  EXPECT_FALSE(waiting_.take(late, "corp", at(OidcWaiting::kMostS)));
  put(0);
  put(OidcWaiting::kMostS);
  EXPECT_EQ(waiting_.size(), 1u);
}

TEST_F(OidcWaitingTest, KeepsOneOfABrowser) {
  const auto first = put(0);
  const auto second = put(1, "192.0.2.1", first);
  EXPECT_EQ(waiting_.size(), 1u);
  EXPECT_FALSE(waiting_.take(first, "corp", at(2)));
  EXPECT_TRUE(waiting_.take(second, "corp", at(2)));
}

TEST_F(OidcWaitingTest, OneAddressPushesOutItsOwnOldest) {
  const auto other = put(0, "192.0.2.2");
  std::vector<std::string> cookies;
  for (std::size_t i = 0; i <= OidcWaiting::kOfAddressMax; ++i)
    cookies.push_back(put(1 + static_cast<std::int64_t>(i) / 10));
  EXPECT_EQ(waiting_.size(), OidcWaiting::kOfAddressMax + 1);
  EXPECT_TRUE(waiting_.take(other, "corp", at(60)));
  EXPECT_TRUE(waiting_.take(cookies.back(), "corp", at(60)));
  std::size_t gone = 0;
  for (std::size_t i = 0; i < 10; ++i) gone += waiting_.take(cookies[i], "corp", at(60)) ? 0 : 1;
  EXPECT_EQ(gone, 1u) << "one of those that began first";
}

}  // namespace
}  // namespace countersign::api
