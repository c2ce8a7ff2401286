#include "apps/daemon/moved_events.h"

#include "tests/support/test_region.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace countersign::apps {
namespace {

using base::Code;
using store::AppendStatus;
using testing::sample_event;
using testing::TestRegion;

/// A tenant `acme` that was moved here from another region, which has its events 0 to 9.
class MovedTenant : public ::testing::Test {
 protected:
  MovedTenant() {
    const auto writer = before_.open_writer();
    std::vector<record::PreparedEvent> events;
    for (std::uint64_t n = 0; n < 10; ++n) events.push_back(sample_event(n));
    events.push_back(sample_event(0, "other", "app-of-other"));
    EXPECT_TRUE(TestRegion::append(*writer, std::move(events)));
    writer->stop();
    writer_ = here_.open_writer();
  }
  ~MovedTenant() override { writer_->stop(); }

  std::unique_ptr<MovedEvents> make(std::size_t events_max = 1'000) {
    auto out = std::make_unique<MovedEvents>(*writer_, events_max);
    out->follow({{base::TenantId("acme"), {{before_.files(), &before_.keys()}}}});
    return out;
  }
  static std::vector<record::PreparedEvent> events(std::initializer_list<std::uint64_t> numbers,
                                                   const std::string& tenant = "acme") {
    std::vector<record::PreparedEvent> out;
    for (const auto n : numbers) out.push_back(sample_event(n, tenant));
    return out;
  }

  TestRegion before_{1}, here_{2};
  std::unique_ptr<store::Writer> writer_;
};

TEST_F(MovedTenant, IsAnsweredWithTheRecordOfBefore) {
  const auto moved = make();
  const auto answers = TestRegion::append(*moved, events({3, 20, 9, 21}));
  ASSERT_TRUE(answers) << answers.error().message;
  ASSERT_EQ(answers->size(), 4u);
  EXPECT_EQ((*answers)[0].status, AppendStatus::duplicate);
  EXPECT_EQ(base::index_of((*answers)[0].receipt.seq), 3u);
  EXPECT_EQ((*answers)[1].status, AppendStatus::appended);
  EXPECT_EQ(base::index_of((*answers)[1].receipt.seq), 0u) << "the first of this region";
  EXPECT_EQ(base::index_of((*answers)[2].receipt.seq), 9u);
  EXPECT_EQ(base::index_of((*answers)[3].receipt.seq), 1u);
  EXPECT_EQ((*TestRegion::append(*moved, events({3})))[0].status, AppendStatus::duplicate)
      << "nothing is left";
}

TEST_F(MovedTenant, IsToldThatAnEventSaysSomethingElse) {
  const auto moved = make();
  auto changed = testing::sample_event_json(3);
  changed["actor"].as_object()["email"] = "somebody.else@example.com";
  auto prepared = record::prepare_event(changed, {base::SourceName("app"), record::Proof::token});
  ASSERT_TRUE(prepared);
  std::vector<record::PreparedEvent> batch;
  batch.push_back(std::move(*prepared));
  const auto answers = TestRegion::append(*moved, std::move(batch));
  ASSERT_TRUE(answers);
  EXPECT_EQ((*answers)[0].status, AppendStatus::differing);
  EXPECT_EQ(base::index_of((*answers)[0].receipt.seq), 3u);
}

TEST_F(MovedTenant, HidesNoEventOfAnother) {
  const auto moved = make();
  EXPECT_EQ((*TestRegion::append(*moved, events({3}, "other")))[0].status, AppendStatus::appended)
      << "other was not moved";
  std::vector<record::PreparedEvent> same_key;
  same_key.push_back(sample_event(0, "acme", "app-of-other"));
  EXPECT_EQ((*TestRegion::append(*moved, std::move(same_key)))[0].status, AppendStatus::appended)
      << "the key is that of a record of another tenant";
}

TEST_F(MovedTenant, IsRefusedWhereTooManyWaitOrItStops) {
  const auto moved = make(2);
  const auto never = [](store::AppendResult) { ADD_FAILURE() << "nothing was taken"; };
  EXPECT_EQ(moved->submit(events({20, 21, 22}), never).error().code, Code::resource_exhausted);
  EXPECT_TRUE(TestRegion::append(*moved, events({20, 21})));
  moved->set_events_max(1);
  EXPECT_EQ(moved->submit(events({22, 23}), never).error().code, Code::resource_exhausted);
  moved->set_events_max(3);
  EXPECT_TRUE(TestRegion::append(*moved, events({22, 24, 25})));
  moved->stop();
  EXPECT_EQ(moved->submit(events({23}), never).error().code, Code::unavailable);
  EXPECT_TRUE(TestRegion::append(*moved, events({23}, "other"))) << "who was not moved is not concerned";
}

TEST_F(MovedTenant, IsNotStoredWhereTheRegionOfBeforeCannotBeRead) {
  MovedEvents moved(*writer_, 10);
  moved.follow({{base::TenantId("acme"), {{{before_.dir() / "nowhere"}, &before_.keys()}}}});
  std::promise<store::AppendResult> promise;
  ASSERT_TRUE(
      moved.submit(events({20}), [&](store::AppendResult result) { promise.set_value(std::move(result)); }));
  EXPECT_EQ(promise.get_future().get().error().code, Code::unavailable);
}

TEST_F(MovedTenant, IsAnsweredOnceByManyThreads) {
  const auto moved = make();
  std::atomic<int> known{0}, stored{0};
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < 25; ++i) {
        const auto answers = TestRegion::append(*moved, events({i % 10, 1'000 + t * 100 + i}));
        ASSERT_TRUE(answers);
        known += (*answers)[0].status == AppendStatus::duplicate ? 1 : 0;
        stored += (*answers)[1].status == AppendStatus::appended ? 1 : 0;
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    moved->follow({{base::TenantId("acme"), {{before_.files(), &before_.keys()}}}});
    std::this_thread::yield();
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(known, 100);
  EXPECT_EQ(stored, 100);
}

}  // namespace
}  // namespace countersign::apps
