#include "ledger/projection/challenge_use.h"

#include "ledger/base/json.h"
#include "ledger/projection/index.h"
#include "ledger/store/ledger_reader.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace countersign::projection {
namespace {

using testing::TestRegion;

base::Timestamp minute(int at) { return *base::parse_rfc3339(fmt::format("2026-01-01T00:{:02}:00Z", at)); }

class UseOfChallenges : public ::testing::Test {
 protected:
  /// An event that happened in that minute.
  void say(int at, const std::string& source, const std::string& type, const std::string& challenge,
           const std::string& tenant = "acme") {
    const auto text =
        fmt::format(R"({{"id":"{}","time":"2026-01-01T00:{:02}:00Z","type":"{}","tenant":"{}"{}}})", count_++,
                    at, type, tenant, challenge.empty() ? "" : ",\"challenge\":" + challenge);
    const auto parsed = base::parse_json(text, {});
    ASSERT_TRUE(parsed) << text;
    auto prepared =
        record::prepare_event(parsed->value.as_object(), {base::SourceName(source), record::Proof::hmac});
    ASSERT_TRUE(prepared) << text;
    std::vector<record::PreparedEvent> batch;
    batch.push_back(std::move(*prepared));
    ASSERT_TRUE(TestRegion::append(*writer_, std::move(batch)));
  }
  void bring_level() {
    auto index = Index::open(region_.files().index());
    auto reader = store::LedgerReader::open(region_.files().ledger());
    ASSERT_TRUE(index && reader);
    ASSERT_TRUE(index->advance(*reader, 100'000));
  }
  base::Result<ChallengeUse> use(int from, int before, std::int64_t log = 0) {
    return read_challenge_use(region_.files().index(), log, minute(from), minute(before));
  }

  TestRegion region_;
  std::unique_ptr<store::Writer> writer_ = region_.open_writer();
  int count_ = 0;
};

TEST_F(UseOfChallenges, CountsEachOnceAndTellsTheFactorsThatWerePassed) {
  say(1, "shop", "challenge.sent", R"({"id":"c1","factor":"sms","provider_id":"VE1"})");
  say(1, "twilio", "challenge.delivered", R"({"id":"VE1","factor":"sms"})");
  say(2, "shop", "challenge.verified", R"({"id":"c1","factor":"sms"})");
  say(3, "shop", "challenge.failed", R"({"id":"c2","factor":"email"})");
  say(4, "shop", "challenge.verified", R"({"factor":"passkey"})");
  say(5, "shop", "login.succeeded", "");
  say(6, "shop", "challenge.verified", R"({"id":"c3","factor":"totp"})");
  say(6, "shop", "challenge.verified", R"({"id":"c3","factor":"push"})", "globex");
  bring_level();
  const auto all = use(0, 59).value();
  EXPECT_EQ(all.challenges, 3u) << "what names none is none";
  EXPECT_EQ(all.factors, (std::vector<std::string>{"passkey", "sms", "totp"})) << "none that only failed";
  const auto some = use(2, 6).value();
  EXPECT_EQ(some.challenges, 2u);
  EXPECT_EQ(some.factors, (std::vector<std::string>{"passkey", "sms"}));
  EXPECT_EQ(use(7, 59).value().challenges, 0u);
  EXPECT_TRUE(use(7, 59).value().factors.empty());
  EXPECT_EQ(use(0, 59, 1).value().factors, std::vector<std::string>{"push"}) << "another tenant's";
}

TEST_F(UseOfChallenges, IsNotToldWithoutAnIndex) {
  const auto none = use(0, 59);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, base::Code::unavailable);
}

}  // namespace
}  // namespace countersign::projection
