#include "ledger/privacy/erasures.h"

#include "ledger/base/file.h"
#include "ledger/record/prepare.h"
#include "tests/support/temp_dir.h"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::privacy {
namespace {

using testing::TempDir;

Erasure sample(const std::string& id, std::int64_t seconds) {
  return {id,
          {seconds * 1'000'000},
          base::TenantId("acme"),
          "gdpr_art_17",
          7,
          {{"email", 1}, {"ip", 1}},
          {std::string(43, 'b'), std::string(43, 'a')}};
}

TEST(Erasures, AreRememberedByTime) {
  TempDir dir;
  Erasures erasures(dir.path() / "eu-1.erasures");
  EXPECT_TRUE(erasures.list()->empty());
  ASSERT_TRUE(erasures.add(sample("b2", 1'769'851'801)));
  ASSERT_TRUE(erasures.add(sample("c1", 1'769'851'800)));
  EXPECT_EQ(erasures.add(sample("c1", 1)).error().code, base::Code::already_exists);
  const auto all = erasures.list();
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(all->front().id, "c1");
  EXPECT_EQ(all->front().tokens, sample("", 0).tokens);
  EXPECT_EQ(all->front().kinds, sample("", 0).kinds);
  EXPECT_EQ(all->front().records, 7u);
  EXPECT_EQ(all->front().reason, "gdpr_art_17");
  EXPECT_EQ(all->front().tenant.value(), "acme");
}

TEST(Erasures, NameTheFileThatIsNone) {
  TempDir dir;
  const Erasures erasures(dir.path());
  for (
      const auto* text :
      {"", "{}", "[]",
       R"({"id":"x","time":"2026-01-31T09:30:00Z","tenant":"acme","reason":"Ana asked","records":1,"kinds":{},"tokens":[]})",
       R"({"id":"x","time":"2026-01-31T09:30:00Z","tenant":"acme","reason":"r","records":1,"kinds":{},"tokens":["short"]})"}) {
    ASSERT_TRUE(base::write_file_durably(dir.path() / "x.json", text, base::FileMode::secret));
    const auto all = erasures.list();
    ASSERT_FALSE(all) << text;
    EXPECT_EQ(all.error().code, base::Code::data_loss);
    EXPECT_THAT(all.error().message, ::testing::HasSubstr("x.json"));
  }
}

TEST(Erasures, LeaveCountsAndNothingPersonalInTheSystemLog) {
  const auto event = erasure_event(sample("c1", 1'769'851'800));
  // printf 'aaa…\nbbb…\n' | sha256sum, with 43 of each
  EXPECT_EQ(
      boost::json::serialize(event),
      R"({"id":"erasure/c1","time":"2026-01-31T09:30:00.000000Z","type":"erasure.performed","tenant":"_system",)"
      R"("action":{"name":"privacy erase","resource":"acme","context":"records=7 values=2 email=1 ip=1 tokens_sha256=)"
      R"(abc67baed569a7cc7b4e20a5fd9b6bf75938f473f8e0a6929920b9e5aad5e93d"},"outcome":{"reason":"gdpr_art_17"}})");
  const auto prepared = record::prepare_event(event, {base::SourceName("countersign"), record::Proof::none},
                                              record::Vocabulary::system);
  ASSERT_TRUE(prepared);
  EXPECT_TRUE(prepared->personal.empty());
}

TEST(Reason, IsACodeThatNamesNobody) {
  EXPECT_TRUE(is_reason("gdpr_art_17"));
  for (const auto* text : {"", "Ana asked", "ana@example.com", "A"}) EXPECT_FALSE(is_reason(text)) << text;
  EXPECT_FALSE(is_reason(std::string(65, 'a')));
}

}  // namespace
}  // namespace countersign::privacy
