#include "web/api/looks.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

namespace countersign::api {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class RecordedLooks : public ::testing::Test {
 protected:
  std::chrono::steady_clock::time_point now_{};
  Looks looks_{crypto::system_entropy(), [this] { return now_; }};
};

TEST_F(RecordedLooks, AreKnownForAQuarterOfAnHour) {
  const auto key = looks_.key_of({"session", "s1", "acme", "eu-1", "failed"});
  EXPECT_FALSE(looks_.is_recorded(key));
  looks_.note(key);
  EXPECT_TRUE(looks_.is_recorded(key));
  now_ += minutes(10);
  looks_.note(key);
  now_ += minutes(5) - seconds(1);
  EXPECT_TRUE(looks_.is_recorded(key));
  now_ += seconds(1);
  EXPECT_FALSE(looks_.is_recorded(key)) << "from when it was recorded, not from when it was made last";
}

TEST_F(RecordedLooks, AreThoseOfOneSessionOneTenantAndOneQuestion) {
  looks_.note(looks_.key_of({"session", "s1", "acme", "eu-1", "failed"}));
  EXPECT_FALSE(looks_.is_recorded(looks_.key_of({"token", "s1", "acme", "eu-1", "failed"})));
  EXPECT_FALSE(looks_.is_recorded(looks_.key_of({"session", "s2", "acme", "eu-1", "failed"})));
  EXPECT_FALSE(looks_.is_recorded(looks_.key_of({"session", "s1", "globex", "eu-1", "failed"})));
  EXPECT_FALSE(looks_.is_recorded(looks_.key_of({"session", "s1", "acme", "us-1", "failed"})));
  EXPECT_FALSE(looks_.is_recorded(looks_.key_of({"session", "s1", "acme", "eu-1", "fail"})));
  EXPECT_FALSE(looks_.is_recorded(looks_.key_of({"session", "s1a", "cme", "eu-1", "failed"})));
  EXPECT_TRUE(looks_.is_recorded(looks_.key_of({"session", "s1", "acme", "eu-1", "failed"})));
  Looks other;
  EXPECT_NE(other.key_of({"a"}), looks_.key_of({"a"})) << "the hash is keyed";
}

TEST_F(RecordedLooks, AreNotMoreThanItsMost) {
  const auto key = [&](std::size_t n) { return looks_.key_of({fmt::format("{}", n)}); };
  for (std::size_t n = 0; n <= Looks::kMost; ++n) looks_.note(key(n));
  EXPECT_FALSE(looks_.is_recorded(key(0))) << "the oldest is recorded again";
  EXPECT_TRUE(looks_.is_recorded(key(1)));
  EXPECT_TRUE(looks_.is_recorded(key(Looks::kMost)));
}

}  // namespace
}  // namespace countersign::api
