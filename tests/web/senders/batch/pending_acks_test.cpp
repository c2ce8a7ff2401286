#include "web/senders/batch/pending_acks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::senders {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

std::vector<Item> items(const std::vector<std::string>& ids) {
  std::vector<Item> out;
  for (const auto& id : ids) {
    out.emplace_back();
    out.back().id = id;
  }
  return out;
}

std::vector<std::string> not_posted(const PendingAcks& pending, const std::vector<std::string>& ids) {
  std::vector<std::string> out;
  for (const auto& item : pending.not_posted(items(ids))) out.push_back(item.id);
  return out;
}

PendingAcks::Time at(int second) { return PendingAcks::Time(std::chrono::seconds(second)); }

TEST(PendingAcks, HaveNothingPostedTwiceThatIsUnderWay) {
  PendingAcks pending;
  EXPECT_THAT(not_posted(pending, {"a", "b"}), ElementsAre("a", "b"));
  pending.posted(items({"a", "b"}), 0, at(10));
  EXPECT_THAT(not_posted(pending, {"a"}), IsEmpty()) << "half of it";
  EXPECT_THAT(not_posted(pending, {"a", "b", "c"}), ElementsAre("c")) << "with more behind it";
  pending.posted(items({"c"}), 1, at(10));
  EXPECT_THAT(pending.asked_for(items({"a", "b", "c"})), Optional(ElementsAre(0, 1)));
}

TEST(PendingAcks, RememberWhatIsSaidOnce) {
  PendingAcks pending;
  pending.posted(items({"a"}), 0, at(10));
  pending.posted(items({"b"}), 1, at(10));
  pending.indexed(0);
  EXPECT_THAT(pending.asked_for(items({"a"})), Optional(ElementsAre(1))) << "the other comes first";
  EXPECT_THAT(not_posted(pending, {"a", "b"}), IsEmpty());
  pending.indexed(1);
  EXPECT_THAT(pending.asked_for(items({"a", "b"})), Optional(IsEmpty()));
  pending.done(items({"a", "b"}));
  EXPECT_THAT(not_posted(pending, {"a", "b"}), ElementsAre("a", "b")) << "a rewind has them sent again";
  pending.done(items({"a"}));
}

TEST(PendingAcks, KeepANumberUntilItsLastEventIsTaken) {
  PendingAcks pending;
  pending.posted(items({"a", "b"}), 0, at(10));
  pending.indexed(0);
  pending.done(items({"a"}));
  EXPECT_THAT(pending.asked_for(items({"b"})), Optional(IsEmpty()));
}

TEST(PendingAcks, HaveSentAgainWhatIsNotIndexedInItsTime) {
  PendingAcks pending;
  pending.posted(items({"a"}), 0, at(10));
  pending.posted(items({"b"}), 1, at(20));
  pending.forget(at(9));
  EXPECT_THAT(not_posted(pending, {"a", "b"}), IsEmpty());
  pending.forget(at(10));
  EXPECT_THAT(not_posted(pending, {"a", "b"}), ElementsAre("a"));
}

TEST(PendingAcks, DoNotTakeANewCollectorsNumbersForTheOldOnes) {
  PendingAcks pending;
  pending.posted(items({"a"}), 5, at(10));
  pending.posted(items({"b"}), 0, at(10));
  EXPECT_THAT(not_posted(pending, {"a", "b"}), ElementsAre("a"));
  EXPECT_EQ(pending.asked_for(items({"a", "b"})), std::nullopt);
}

}  // namespace
}  // namespace countersign::senders
