#include "web/notify/courier.h"

#include "tests/support/temp_dir.h"
#include "web/notify/deliveries.h"

#include <gtest/gtest.h>

#include <future>

namespace countersign::notify {
namespace {

using Kind = Outcome::Kind;

constexpr std::int64_t kSecond = 1'000'000;

class CourierTest : public ::testing::Test {
 protected:
  std::shared_ptr<DeliveryQueue> queue(const std::string& region = "eu-1",
                                       const std::string& name = "pager") {
    DeliveryQueue::Options options;
    options.folder = DeliveryFolder::of(dir_ / region);
    options.destination = name;
    options.on_dead = [this](const Delivery& delivery) -> base::Result<void> {
      dead_.push_back(delivery);
      return {};
    };
    return DeliveryQueue::open(std::move(options)).value();
  }

  Courier::Options options(std::vector<std::shared_ptr<DeliveryQueue>> queues) {
    Courier::Options out;
    out.destination.name = "pager";
    out.destination.retry_s = {10, 100};
    out.destination.send = [this](const Delivery& delivery, const Stop&) {
      sent_.push_back(delivery);
      return outcome_;
    };
    out.queues = std::move(queues);
    out.clock = [this] { return base::Timestamp{now_s_ * kSecond}; };
    out.entropy = [this](std::span<std::uint8_t> bytes) { std::fill(bytes.begin(), bytes.end(), random_); };
    out.log = [this](const std::string& what) { told_.push_back(what); };
    return out;
  }

  static Delivery delivery(std::uint64_t seq) {
    return {delivery_name(seq), delivery_id("log", seq), "{}", 0, 0, {0}, {}};
  }

  /// Turns until nothing is due.
  static void work(Courier& courier) {
    while (courier.turn() == 0) {
    }
  }

  std::int64_t metric(const std::string& name, base::Labels labels = {}) {
    labels.insert(labels.begin(), {"destination", "pager"});
    return metrics_.get(name, "", base::MetricType::counter, labels).value();
  }

  testing::TempDir dir_;
  base::Metrics metrics_;
  Outcome outcome_;
  std::int64_t now_s_ = 1'000;
  std::uint8_t random_ = 0;
  std::vector<Delivery> sent_, dead_;
  std::vector<std::string> told_;
};

TEST_F(CourierTest, SendsWhatWaitsAndForgetsWhatIsTaken) {
  const auto waiting = queue();
  Courier courier(options({waiting}), metrics_);
  ASSERT_TRUE(waiting->add(delivery(1)));
  ASSERT_TRUE(waiting->add(delivery(2)));
  work(courier);
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_EQ(sent_[0].name, delivery_name(1));
  EXPECT_EQ(waiting->waiting(), 0u);
  EXPECT_EQ(metric("countersign_notify_attempts_total", {{"result", "taken"}}), 2);
  EXPECT_EQ(metric("countersign_notify_waiting"), 0);
}

TEST_F(CourierTest, TriesAgainLaterAndLaterAndThenGivesUp) {
  const auto waiting = queue();
  Courier courier(options({waiting}), metrics_);
  ASSERT_TRUE(waiting->add(delivery(1)));
  outcome_ = {Kind::failed, "it answered 500"};
  work(courier);
  now_s_ += 7;
  work(courier);
  EXPECT_EQ(sent_.size(), 1u);
  now_s_ += 1;  // 10 s, less a fifth
  work(courier);
  EXPECT_EQ(sent_.size(), 2u);
  now_s_ += 79;
  work(courier);
  EXPECT_EQ(sent_.size(), 2u);
  EXPECT_TRUE(dead_.empty());
  now_s_ += 1;
  work(courier);
  EXPECT_EQ(sent_.size(), 3u);
  ASSERT_EQ(dead_.size(), 1u);
  EXPECT_EQ(dead_[0].error, "it answered 500");
  EXPECT_EQ(dead_[0].attempts, 3u);
  EXPECT_EQ(waiting->waiting(), 0u);
  for (const auto& one : sent_) EXPECT_EQ(one.id, delivery(1).id) << "the same id each time";
  EXPECT_EQ(told_, std::vector<std::string>{"it answered 500"}) << "the log is told once";
}

TEST_F(CourierTest, SpreadsAttemptsByAFifthToEachSide) {
  const auto waiting = queue();
  Courier courier(options({waiting}), metrics_);
  ASSERT_TRUE(waiting->add(delivery(1)));
  outcome_ = {Kind::failed, "no"};
  random_ = 255;
  work(courier);
  EXPECT_EQ(waiting->next_due()->micros, (1'000 + 12) * kSecond);
}

TEST_F(CourierTest, WaitsAsLongAsTheDestinationAsks) {
  const auto waiting = queue();
  Courier courier(options({waiting}), metrics_);
  ASSERT_TRUE(waiting->add(delivery(1)));
  ASSERT_TRUE(waiting->add(delivery(2)));
  outcome_ = {Kind::failed, "it answered 429", 600};
  work(courier);
  EXPECT_EQ(sent_.size(), 1u) << "the others wait, too";
  now_s_ += 599;
  work(courier);
  EXPECT_EQ(sent_.size(), 1u);
  now_s_ += 1;
  outcome_ = {};
  work(courier);
  EXPECT_EQ(sent_.size(), 3u);
  EXPECT_EQ(told_, (std::vector<std::string>{"it answered 429", "goes on"}));
}

TEST_F(CourierTest, WaitsNoLongerThanADay) {
  const auto waiting = queue();
  Courier courier(options({waiting}), metrics_);
  ASSERT_TRUE(waiting->add(delivery(1)));
  outcome_ = {Kind::failed, "it answered 503", 1'000'000'000};
  work(courier);
  EXPECT_EQ(waiting->next_due()->micros, (1'000 + 86'400) * kSecond);
}

TEST_F(CourierTest, SendsNothingMoreToADestinationThatIsGone) {
  const auto waiting = queue();
  {
    Courier courier(options({waiting}), metrics_);
    ASSERT_TRUE(waiting->add(delivery(1)));
    outcome_ = {Kind::ended, "it answered 410"};
    work(courier);
    now_s_ += 1'000'000;
    ASSERT_TRUE(waiting->add(delivery(2)));
    work(courier);
    EXPECT_EQ(sent_.size(), 1u);
    EXPECT_EQ(metric("countersign_notify_ended"), 1);
    EXPECT_EQ(waiting->waiting(), 2u) << "nothing is lost";
  }
  Courier again(options({waiting}), metrics_);
  EXPECT_EQ(metric("countersign_notify_ended"), 0);
  outcome_ = {};
  work(again);
  EXPECT_EQ(sent_.size(), 3u) << "a restart begins anew";
}

TEST_F(CourierTest, CountsNoAttemptThatTheStopCutShort) {
  const auto waiting = queue();
  Courier courier(options({waiting}), metrics_);
  ASSERT_TRUE(waiting->add(delivery(1)));
  outcome_ = {Kind::stopped, ""};
  EXPECT_EQ(courier.turn(), 0);
  EXPECT_EQ(waiting->due({now_s_ * kSecond})->attempts, 0u);
}

TEST_F(CourierTest, LetsNoRegionWaitForAnother) {
  const auto one = queue("eu-1"), two = queue("us-1");
  Courier courier(options({one, two}), metrics_);
  for (const std::uint64_t seq : {1, 2, 3}) ASSERT_TRUE(one->add(delivery(seq)));
  ASSERT_TRUE(two->add(delivery(9)));
  EXPECT_EQ(courier.turn(), 0);
  EXPECT_EQ(courier.turn(), 0);
  EXPECT_EQ(sent_[1].name, delivery_name(9));
}

TEST_F(CourierTest, TriesATestOnceAndKeepsWhatCameOfIt) {
  const auto waiting = queue();
  Courier courier(options({waiting}), metrics_);
  auto test = delivery(1);
  test.name = test_name("0123");
  ASSERT_TRUE(leave_test(DeliveryFolder::of(dir_ / "eu-1"), "pager", test));
  outcome_ = {Kind::failed, "it answered 401"};
  for (int i = 0; i < 3; ++i) {
    work(courier);
    now_s_ += 1'000'000;
  }
  EXPECT_EQ(sent_.size(), 1u);
  const auto listed = list_deliveries(DeliveryFolder::of(dir_ / "eu-1"));
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].delivery.error, "it answered 401");
  EXPECT_TRUE(dead_.empty());
}

TEST_F(CourierTest, DoesNotHurryWhereAFileCannotBeChanged) {
  const auto waiting = queue();
  Courier courier(options({waiting}), metrics_);
  ASSERT_TRUE(waiting->add(delivery(1)));
  const auto folder = DeliveryFolder::of(dir_ / "eu-1").waiting("pager");
  // The lock cannot be taken any more.
  std::filesystem::remove(folder / ".lock");
  std::filesystem::create_directory(folder / ".lock");
  work(courier);
  EXPECT_EQ(sent_.size(), 1u) << "it was taken, but stays: the destination is not sent it in a loop";
  std::filesystem::remove(folder / ".lock");
  now_s_ += 60;
  work(courier);
  EXPECT_EQ(sent_.size(), 2u);
  EXPECT_EQ(waiting->waiting(), 0u);
}

TEST_F(CourierTest, DoesNotHoldUpAnotherDestination) {
  std::promise<void> let_go, reached;
  const auto slow_queue = queue("eu-1", "slow"), quick_queue = queue("eu-1", "quick");
  auto slow = options({slow_queue});
  slow.clock = base::system_clock();
  slow.destination.send = [&](const Delivery&, const Stop&) {
    let_go.get_future().wait();
    return Outcome();
  };
  auto quick = options({quick_queue});
  quick.destination.name = "quick";
  quick.clock = base::system_clock();
  quick.destination.send = [&](const Delivery&, const Stop&) {
    reached.set_value();
    return Outcome();
  };
  ASSERT_TRUE(slow_queue->add(delivery(1)));
  Courier first(std::move(slow), metrics_), second(std::move(quick), metrics_);
  first.start();
  second.start();
  ASSERT_TRUE(quick_queue->add(delivery(1)));
  second.wake();
  EXPECT_EQ(reached.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  let_go.set_value();
  first.stop();
  second.stop();
}

}  // namespace
}  // namespace countersign::notify
