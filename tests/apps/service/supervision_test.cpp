#include "apps/daemon/service/supervision.h"

#include "ledger/store/ledger_call.h"
#include "tests/apps/service/notify_receiver.h"
#include "tests/support/test_region.h"

#include <gmock/gmock.h>

#include <unistd.h>

#include <future>
#include <map>

namespace countersign::apps {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Steady = Supervision::Steady;

/// A service manager, a region, and the time that passes between two looks.
class SupervisionTest : public ::testing::Test {
 protected:
  Supervision open(const char* watchdog_usec = "40000000", const std::string& watchdog_pid = {}) {
    const std::map<std::string, std::string> variables{
        {"NOTIFY_SOCKET", manager_.address()},
        {"WATCHDOG_USEC", watchdog_usec},
        {"WATCHDOG_PID", watchdog_pid.empty() ? std::to_string(::getpid()) : watchdog_pid}};
    auto opened = Supervision::open(
        [&](const char* name) -> const char* {
          const auto found = variables.find(name);
          return found == variables.end() ? nullptr : found->second.c_str();
        },
        ::getpid());
    EXPECT_TRUE(opened);
    return std::move(*opened);
  }

  std::vector<Supervision::Ledger> ledgers() {
    return {{"eu-1", [this](store::Work work) { return writer_->add_work(std::move(work)); }}};
  }

  /// What is told at a look after that time, once the ledger has done what it was asked.
  std::string after(Supervision& supervision, seconds passed, const std::vector<std::string>& wrong = {}) {
    now_ += passed;
    static_cast<void>(
        store::call_on_ledger(*writer_, [](store::LedgerThread&) { return base::Result<void>(); }));
    supervision.look(wrong, now_);
    return manager_.next();
  }

  /// Has the ledger's thread stand still until release().
  void hold() {
    std::promise<void> entered;
    auto gone = std::make_shared<std::shared_future<void>>(release_.get_future().share());
    ASSERT_TRUE(writer_->add_work(
        [gone, &entered](store::LedgerThread&) -> base::Result<std::optional<std::int64_t>> {
          entered.set_value();
          gone->wait();
          return std::optional<std::int64_t>();
        }));
    entered.get_future().wait();
  }
  void release() { release_.set_value(); }

  const testing::TempDir dir_;
  testing::NotifyReceiver manager_{(dir_ / "notify").string()};
  testing::TestRegion region_;
  std::unique_ptr<store::Writer> writer_ = region_.open_writer();
  std::promise<void> release_;
  Steady::time_point now_ = Steady::now();
};

TEST_F(SupervisionTest, TellsOfReadinessLifeAndState) {
  auto supervision = open();
  ASSERT_TRUE(testing::TestRegion::append(*writer_, {testing::sample_event(1)}));
  supervision.ready(ledgers(), now_);
  EXPECT_EQ(manager_.next(), "READY=1\nSTATUS=Serving\n");
  EXPECT_THAT(after(supervision, seconds(1)),
              AllOf(HasSubstr("WATCHDOG=1\n"), HasSubstr("STATUS=Serving 1 log in 1 region")));
  for (int i = 0; i < 8; ++i) EXPECT_EQ(after(supervision, seconds(1)), "") << "nothing is new";
  EXPECT_EQ(after(supervision, seconds(1)), "") << "the ledger is asked anew";
  EXPECT_THAT(after(supervision, seconds(1)), HasSubstr("WATCHDOG=1\n"));
  EXPECT_TRUE(supervision.sent());
  supervision.reloading(Steady::time_point(seconds(7)));
  EXPECT_EQ(manager_.next(), "RELOADING=1\nMONOTONIC_USEC=7000000\n");
  supervision.reloaded();
  EXPECT_EQ(manager_.next(), "READY=1\n");
  supervision.stopping();
  EXPECT_THAT(manager_.next(), HasSubstr("STOPPING=1\n"));
}

TEST_F(SupervisionTest, GivesNoSignOfLifeWhileALedgerStandsStill) {
  auto supervision = open();
  supervision.ready(ledgers(), now_);
  EXPECT_THAT(manager_.next(), HasSubstr("READY=1"));
  EXPECT_THAT(after(supervision, seconds(1)), HasSubstr("WATCHDOG=1\n"));
  hold();
  for (int i = 0; i < 60; ++i) {
    now_ += seconds(1);
    supervision.look({}, now_);
    if (i < 25) {
      EXPECT_TRUE(supervision.check(now_)) << "a slow disk is no fault yet";
    }
  }
  EXPECT_EQ(manager_.next(50), "");
  const auto late = supervision.check(now_);
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().message, HasSubstr("region eu-1"));
  release();
  EXPECT_THAT(after(supervision, seconds(1)), HasSubstr("WATCHDOG=1\n")) << "it gets on again";
  EXPECT_TRUE(supervision.check(now_));
}

TEST_F(SupervisionTest, GivesNoSignOfLifeForALedgerThatHasStopped) {
  auto supervision = open();
  supervision.ready(ledgers(), now_);
  EXPECT_THAT(manager_.next(), HasSubstr("READY=1"));
  EXPECT_THAT(after(supervision, seconds(1)), HasSubstr("WATCHDOG=1\n"));
  writer_->stop();
  EXPECT_EQ(after(supervision, seconds(10)), "");
  EXPECT_EQ(after(supervision, seconds(10)), "");
}

TEST_F(SupervisionTest, GivesSignsFourTimesAsOftenAsTheyAreAskedFor) {
  auto supervision = open("8000000");
  supervision.ready(ledgers(), now_);
  EXPECT_THAT(manager_.next(), HasSubstr("READY=1"));
  int signs = 0;
  for (int i = 0; i < 8; ++i) {
    if (after(supervision, seconds(1)).find("WATCHDOG=1\n") != std::string::npos) ++signs;
  }
  EXPECT_GE(signs, 2);
  EXPECT_LE(signs, 5);
}

TEST_F(SupervisionTest, GivesNoSignOfLifeWhereNobodyWatches) {
  ASSERT_TRUE(testing::TestRegion::append(*writer_, {testing::sample_event(1)}));
  for (const auto& [usec, pid] :
       {std::pair<const char*, std::string>{"", ""}, {"0", ""}, {"-5", ""}, {"x", ""}, {"40000000", "1"}}) {
    auto supervision = open(usec, pid);
    supervision.ready(ledgers(), now_);
    EXPECT_THAT(manager_.next(), HasSubstr("READY=1"));
    EXPECT_THAT(after(supervision, seconds(1)), AllOf(Not(HasSubstr("WATCHDOG")), HasSubstr("STATUS=")))
        << usec;
  }
}

TEST_F(SupervisionTest, SaysWhatIsWrongAndThatItIsWellAgain) {
  auto supervision = open();
  ASSERT_TRUE(testing::TestRegion::append(*writer_, {testing::sample_event(1)}));
  supervision.ready(ledgers(), now_);
  EXPECT_THAT(manager_.next(), HasSubstr("READY=1"));
  EXPECT_THAT(after(supervision, seconds(1), {"an order to erase waits", "the disk is full"}),
              HasSubstr("; but an order to erase waits; the disk is full\n"));
  EXPECT_THAT(after(supervision, seconds(1)), AllOf(HasSubstr("STATUS="), Not(HasSubstr("but"))));
  EXPECT_THAT(after(supervision, seconds(1), {std::string(5000, 'x')}),
              ::testing::SizeIs(::testing::Lt(600u)));
}

TEST_F(SupervisionTest, SaysWhyItDidNotStartOnOneLine) {
  auto supervision = open();
  supervision.failed("no ledger\nREADY=1");
  EXPECT_EQ(manager_.next(), "STATUS=Not started: no ledger READY=1\n");
}

}  // namespace
}  // namespace countersign::apps
