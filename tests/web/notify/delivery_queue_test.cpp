#include "web/notify/delivery_queue.h"

#include "tests/support/temp_dir.h"
#include "web/notify/deliveries.h"

#include <gtest/gtest.h>

#include <fstream>

namespace countersign::notify {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

class DeliveryQueueTest : public ::testing::Test {
 protected:
  DeliveryFolder folder() const { return {dir_ / "deliveries"}; }

  std::unique_ptr<DeliveryQueue> open(std::size_t waiting_max = 100) {
    DeliveryQueue::Options options;
    options.folder = folder();
    options.destination = "pager";
    options.waiting_max = waiting_max;
    options.dead_max = 3;
    options.on_dead = [this](const Delivery& delivery) -> base::Result<void> {
      if (disk_full_) return base::fail(base::Code::resource_exhausted, "the disk is full");
      dead_.push_back(delivery.name + " " + delivery.error);
      return {};
    };
    return DeliveryQueue::open(std::move(options)).value();
  }

  static Delivery delivery(std::uint64_t seq, std::int64_t due_s = 0) {
    return {delivery_name(seq), delivery_id("log", seq), "{}", 0, 0, {due_s * kSecond}, {}};
  }

  std::vector<std::string> listed() const {
    std::vector<std::string> out;
    for (const auto& one : list_deliveries(folder()))
      out.push_back((one.dead ? "dead " : "waits ") + std::to_string(std::stoull(one.delivery.name)));
    return out;
  }

  Listed find(std::uint64_t seq) const {
    for (auto& one : list_deliveries(folder()))
      if (one.delivery.name == delivery_name(seq)) return one;
    return {};
  }

  testing::TempDir dir_;
  std::vector<std::string> dead_;
  bool disk_full_ = false;
};

TEST_F(DeliveryQueueTest, GivesTheOldestThatIsDue) {
  const auto queue = open();
  ASSERT_TRUE(queue->add(delivery(2)));
  ASSERT_TRUE(queue->add(delivery(1, 50)));
  ASSERT_TRUE(queue->add(delivery(3)));
  EXPECT_EQ(queue->due({10 * kSecond})->name, delivery_name(2));
  EXPECT_EQ(queue->due({50 * kSecond})->name, delivery_name(1));
  EXPECT_EQ(queue->next_due()->micros, 0);
  EXPECT_FALSE(queue->due({-1}));
}

TEST_F(DeliveryQueueTest, IsThereAgainAfterACrash) {
  ASSERT_TRUE(open()->add(delivery(1, 5)));
  const auto again = open();
  EXPECT_EQ(again->waiting(), 1u);
  EXPECT_EQ(again->due({5 * kSecond}).value(), delivery(1, 5));
  ASSERT_TRUE(again->taken(delivery(1)));
  EXPECT_EQ(open()->waiting(), 0u);
}

TEST_F(DeliveryQueueTest, GivesTheOldestUpWhenTooManyWait) {
  const auto queue = open(2);
  for (const std::uint64_t seq : {1, 2, 3, 4}) ASSERT_TRUE(queue->add(delivery(seq)));
  EXPECT_EQ(listed(), (std::vector<std::string>{"waits 3", "waits 4", "dead 1", "dead 2"}));
  EXPECT_EQ(dead_.size(), 2u) << "each is told of";
  EXPECT_EQ(find(1).delivery.error, "too many others were waiting");
}

TEST_F(DeliveryQueueTest, KeepsWhatCannotBeToldOfAsGivenUp) {
  const auto queue = open();
  ASSERT_TRUE(queue->add(delivery(1)));
  disk_full_ = true;
  EXPECT_FALSE(queue->bury(delivery(1), {0}));
  EXPECT_EQ(listed(), std::vector<std::string>{"waits 1"});
  ASSERT_TRUE(queue->look());
  EXPECT_FALSE(queue->due({59 * kSecond})) << "it is not tried at once again";
  EXPECT_TRUE(queue->due({60 * kSecond}));
  disk_full_ = false;
  EXPECT_TRUE(queue->bury(delivery(1), {0}));
  EXPECT_EQ(listed(), std::vector<std::string>{"dead 1"});
}

TEST_F(DeliveryQueueTest, KeepsSoManyThatWereGivenUp) {
  const auto queue = open();
  for (const std::uint64_t seq : {1, 2, 3, 4}) {
    ASSERT_TRUE(queue->add(delivery(seq)));
    ASSERT_TRUE(queue->bury(delivery(seq), {0}));
  }
  EXPECT_EQ(listed(), (std::vector<std::string>{"dead 2", "dead 3", "dead 4"}));
}

TEST_F(DeliveryQueueTest, SendsAgainWhatACommandOrders) {
  const auto queue = open();
  ASSERT_TRUE(queue->add(delivery(1)));
  auto tried = delivery(1);
  tried.attempts = 10;
  ASSERT_TRUE(queue->bury(tried, {0}));
  ASSERT_TRUE(send_again(folder(), find(1), {7 * kSecond}));
  EXPECT_FALSE(queue->due({7 * kSecond})) << "before it looks again";
  ASSERT_TRUE(queue->look());
  const auto again = queue->due({7 * kSecond});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attempts, 0u);
  EXPECT_EQ(again->round, 1u);
  EXPECT_EQ(again->id, delivery(1).id) << "the same event to its receiver";
  EXPECT_EQ(listed(), std::vector<std::string>{"waits 1"});
}

TEST_F(DeliveryQueueTest, LeavesAloneWhatACommandChangedDuringAnAttempt) {
  const auto queue = open();
  ASSERT_TRUE(queue->add(delivery(1)));
  ASSERT_TRUE(queue->add(delivery(2)));
  auto first = queue->due({0}).value();
  ASSERT_TRUE(drop(folder(), find(1)));
  ASSERT_TRUE(send_again(folder(), find(2), {0}));
  ASSERT_TRUE(queue->put_back(first)) << "what was dropped does not come back";
  auto second = delivery(2);
  second.attempts = 1;
  second.due = {99 * kSecond};
  ASSERT_TRUE(queue->put_back(second)) << "the order holds";
  EXPECT_EQ(listed(), std::vector<std::string>{"waits 2"});
  EXPECT_EQ(find(2).delivery.due.micros, 0);
  ASSERT_TRUE(queue->bury(second, {0}));
  EXPECT_EQ(listed(), std::vector<std::string>{"waits 2"});
  EXPECT_TRUE(dead_.empty());
}

TEST_F(DeliveryQueueTest, PutsAsideAFileThatIsNoDelivery) {
  const auto queue = open();
  std::ofstream(folder().waiting("pager") / "00000000000000000001.json") << "{";
  ASSERT_TRUE(queue->look());
  EXPECT_EQ(queue->waiting(), 0u);
  EXPECT_TRUE(std::filesystem::exists(folder().waiting("pager") / "00000000000000000001.json.refused"));
}

TEST_F(DeliveryQueueTest, IsForItsOwnerAlone) {
  ASSERT_TRUE(open()->add(delivery(1)));
  const auto permissions =
      std::filesystem::status(folder().waiting("pager") / delivery_name(1)).permissions();
  EXPECT_EQ(permissions & std::filesystem::perms(0077), std::filesystem::perms::none);
}

}  // namespace
}  // namespace countersign::notify
