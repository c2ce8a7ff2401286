#include "ledger/tree/entry_bundle.h"

#include "tests/ledger/crypto/vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::tree {
namespace {

using ::testing::ElementsAre;
using testing::read_data;

TEST(EntryBundle, IsThatOfOtherLogs) {
  std::string bundle;
  for (const auto* entry : {"one", "two", "three"}) ASSERT_TRUE(append_entry(bundle, entry));
  EXPECT_EQ(bundle, read_data("tessera-testlog/testdata/log/tile/entries/000.p/3"));
  EXPECT_THAT(read_entries(bundle, 3).value(), ElementsAre("one", "two", "three"));
}

TEST(EntryBundle, HoldsEntriesOfEveryLength) {
  std::string bundle;
  const std::string longest(kEntryBytesMax, 'x');
  ASSERT_TRUE(append_entry(bundle, ""));
  ASSERT_TRUE(append_entry(bundle, longest));
  EXPECT_THAT(read_entries(bundle, 2).value(), ElementsAre("", longest));
  const auto before = bundle;
  EXPECT_EQ(append_entry(bundle, longest + "x").error().code, base::Code::resource_exhausted);
  EXPECT_EQ(bundle, before);
}

TEST(EntryBundle, IsRefusedCutOffAtAnyByteAndWithMoreBehind) {
  std::string bundle;
  for (const auto* entry : {"one", "two"}) ASSERT_TRUE(append_entry(bundle, entry));
  for (std::size_t size = 0; size < bundle.size(); ++size)
    EXPECT_EQ(read_entries(bundle.substr(0, size), 2).error().code, base::Code::data_loss) << size;
  EXPECT_FALSE(read_entries(bundle + "x", 2));
  EXPECT_FALSE(read_entries(bundle, 1));
  EXPECT_THAT(read_entries(bundle, 1, Bundle::beginning).value(), ElementsAre("one"));
}

}  // namespace
}  // namespace countersign::tree
