#include "ledger/projection/search.h"

#include "ledger/projection/index.h"
#include "ledger/projection/projector.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/vault_reader.h"
#include "tests/support/test_region.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

namespace countersign::projection {
namespace {

using testing::sample_event;
using testing::TestRegion;

class SearchIndex : public ::testing::Test {
 protected:
  void fill(std::uint64_t first, std::uint64_t count, const std::string& tenant = "acme") {
    auto writer = region_.open_writer();
    std::vector<record::PreparedEvent> batch;
    for (std::uint64_t n = first; n < first + count; ++n) batch.push_back(sample_event(n, tenant));
    ASSERT_TRUE(TestRegion::append(*writer, std::move(batch)));
  }
  std::uint64_t bring_level() {
    auto index = Index::open(region_.files().index());
    EXPECT_TRUE(index) << index.error().message;
    auto reader = store::LedgerReader::open(region_.files().ledger());
    std::uint64_t total = 0;
    for (;;) {
      const auto taken = index->advance(*reader, 70);
      EXPECT_TRUE(taken) << taken.error().message;
      if (!taken || *taken == 0) return total;
      total += *taken;
    }
  }
  std::vector<std::uint64_t> search(const std::string& query, const std::string& tenant = "acme") {
    auto reader = store::LedgerReader::open(region_.files().ledger());
    const auto log = reader->log(base::TenantId(tenant));
    auto vault = vault::VaultReader::open(region_.files().vault(), region_.keys());
    auto searcher = Searcher::open(region_.files().index());
    EXPECT_TRUE(searcher) << searcher.error().message;
    SearchRequest request;
    request.log = log->number;
    request.hits_max = 1000;
    auto terms = parse_query(query);
    EXPECT_TRUE(terms) << terms.error().message;
    request.terms = *terms;
    const auto hits = searcher->search(request, [&](record::Kind kind, std::string_view value) {
      return vault->find(base::TenantId(tenant), kind, value);
    });
    EXPECT_TRUE(hits) << hits.error().message;
    return hits->hits;
  }
  TestRegion region_;
};

TEST_F(SearchIndex, FindsByWordMemberAndPersonalValue) {
  fill(0, 200);
  EXPECT_EQ(bring_level(), 200u);
  EXPECT_EQ(search("type:challenge.failed").size(), 40u);
  EXPECT_EQ(search("challenge.failed").size(), 40u);
  EXPECT_EQ(search("challenge.factor:sms type:challenge.sent").size(), 14u);
  EXPECT_EQ(search("\"export users\"").size(), 40u);
  EXPECT_EQ(search("\"users export\"").size(), 0u);
  const std::vector<std::uint64_t> of_user{199, 102, 5};
  EXPECT_EQ(search("actor.email:user5@example.com"), of_user);
  EXPECT_EQ(search("actor.phone:+14155550005"), of_user);
  EXPECT_TRUE(search("actor.email:nobody@example.com").empty());
  EXPECT_EQ(search("device.new:true").size(), 29u);
  EXPECT_EQ(search("outcome.risk:3").size(), 2u);
  EXPECT_EQ(search("").size(), 200u);
  EXPECT_EQ(search("").front(), 199u) << "newest first";
}

TEST_F(SearchIndex, KeepsTenantsApart) {
  fill(0, 50);
  fill(50, 30, "globex");
  bring_level();
  EXPECT_EQ(search("", "acme").size(), 50u);
  EXPECT_EQ(search("", "globex").size(), 30u);
  EXPECT_TRUE(search("actor.email:user60@example.com", "acme").empty());
}

TEST_F(SearchIndex, TreatsOperatorsOfTheQueryLanguageAsText) {
  fill(0, 20);
  bring_level();
  for (const char* hostile :
       {"a OR b", "NEAR(x y)", "x*", "^sms", "-sms", "col : sms", "')--", "\"a\"\"b\""}) {
    auto searcher = Searcher::open(region_.files().index());
    SearchRequest request;
    const auto terms = parse_query(hostile);
    if (!terms) continue;
    request.terms = *terms;
    EXPECT_TRUE(searcher->search(request, [](record::Kind, std::string_view) {
      return std::optional<std::string>();
    })) << hostile;
  }
}

TEST_F(SearchIndex, NamesAMemberThatDoesNotExist) {
  const auto by_path = parse_query("challenge.factor:sms"), by_name = parse_query("factor:sms");
  ASSERT_TRUE(by_path && by_name);
  EXPECT_EQ(by_name->front().column, by_path->front().column);
  EXPECT_FALSE(parse_query("name:Ana")) << "a person and an action have a name";
  const auto terms = parse_query("actor.shoe:9");
  ASSERT_FALSE(terms);
  EXPECT_NE(terms.error().message.find("actor.email"), std::string::npos);
  EXPECT_FALSE(parse_query("type:"));
  EXPECT_FALSE(parse_query("\"open"));
}

TEST_F(SearchIndex, IsTheSameWhenItIsMadeAnew) {
  fill(0, 120);
  bring_level();
  const auto before = search("challenge.failed challenge.factor:totp");
  ASSERT_TRUE(remove_index(region_.files().index()));
  EXPECT_EQ(bring_level(), 120u);
  EXPECT_EQ(search("challenge.failed challenge.factor:totp"), before);
}

TEST_F(SearchIndex, IsMadeAnewWhereItsFileIsDamaged) {
  fill(0, 30);
  bring_level();
  {
    auto index = sqlite::Connection::open(region_.files().index(), {.access = sqlite::Access::read_write});
    ASSERT_TRUE(index->execute("PRAGMA user_version=99"));
  }
  EXPECT_EQ(bring_level(), 30u);
}

TEST_F(SearchIndex, HoldsNoPersonalValue) {
  fill(0, 100);
  bring_level();
  for (const auto& entry : std::filesystem::directory_iterator(region_.files().folder)) {
    if (!entry.path().filename().string().starts_with("index.")) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(content.find("@example.com"), std::string::npos) << entry.path();
    EXPECT_EQ(content.find("+1415"), std::string::npos) << entry.path();
  }
}

TEST_F(SearchIndex, FollowsTheLedgerByItself) {
  auto projector =
      Projector::start(region_.files().ledger(), region_.files().index(), "eu-1", region_.metrics());
  ASSERT_TRUE(projector);
  fill(0, 300);
  for (int tries = 0; tries < 200; ++tries) {
    if (region_.metrics().to_prometheus().find("countersign_index_records_total{region=\"eu-1\"} 300") !=
        std::string::npos)
      break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(search("").size(), 300u);
}

}  // namespace
}  // namespace countersign::projection
