#include "ledger/privacy/holds.h"

#include "ledger/base/file.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::privacy {
namespace {

using base::Code;
using testing::TempDir;

const base::TenantId kAcme("acme");

Hold hold(const std::string& name, std::vector<std::string> tokens, const base::TenantId& tenant = kAcme) {
  return {name, {1'769'851'800'000'000}, tenant, std::move(tokens)};
}

std::string covering(const Holds& holds, const store::ErasureOrder& order) {
  const auto found = holds.covering(order);
  EXPECT_TRUE(found) << found.error().message;
  return found && *found ? (*found)->name : "";
}

TEST(Holds, CoverTheirTokensInTheirTenant) {
  TempDir dir;
  Holds holds(dir.path() / "eu-1.holds");
  const std::string a(43, 'a'), b(43, 'b'), c(43, 'c');
  ASSERT_TRUE(holds.add(hold("case-1", {a, b})));
  ASSERT_TRUE(holds.add(hold("all-of-globex", {}, base::TenantId("globex"))));
  EXPECT_EQ(covering(holds, {kAcme, {b}, {}, 0}), "case-1");
  EXPECT_EQ(covering(holds, {kAcme, {c}, {a}, 0}), "case-1");
  EXPECT_EQ(covering(holds, {kAcme, {c}, {}, 0}), "");
  EXPECT_EQ(covering(holds, {base::TenantId("globex"), {c}, {}, 0}), "all-of-globex");
  EXPECT_EQ(holds.add(hold("case-1", {})).error().code, Code::already_exists);
  EXPECT_EQ(holds.list()->size(), 2u);
  ASSERT_TRUE(holds.release("case-1"));
  EXPECT_EQ(covering(holds, {kAcme, {b}, {}, 0}), "");
  EXPECT_EQ(holds.release("case-1").error().code, Code::not_found);
}

TEST(Holds, HaveNamesThatNameNobody) {
  TempDir dir;
  Holds holds(dir.path());
  for (const auto* name : {"", "Ana Example", "../case", "-a", "A", "a_b"}) {
    EXPECT_EQ(holds.add(hold(name, {})).error().code, Code::invalid_argument) << name;
    EXPECT_EQ(holds.release(name).error().code, Code::invalid_argument) << name;
  }
  EXPECT_FALSE(holds.add(hold(std::string(65, 'a'), {})));
  EXPECT_TRUE(holds.list()->empty());
}

TEST(Holds, AreNeverOverlookedBecauseAFileIsDamaged) {
  TempDir dir;
  const Holds holds(dir.path());
  for (const auto* text : {"", "[]", "{}", R"({"time":"2026-01-31T09:30:00Z","tenant":"acme"})",
                           R"({"time":"2026-01-31T09:30:00Z","tenant":"acme","tokens":["short"]})"}) {
    ASSERT_TRUE(base::write_file_durably(dir.path() / "case-1.json", text, base::FileMode::secret));
    const auto found = holds.covering({kAcme, {}, {}, 0});
    ASSERT_FALSE(found) << text;
    EXPECT_THAT(found.error().message, ::testing::HasSubstr("case-1.json"));
  }
}

}  // namespace
}  // namespace countersign::privacy
