#include "web/api/overview.h"

#include "ledger/projection/index.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "tests/support/test_region.h"

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace countersign::api {
namespace {

using base::Timestamp;

constexpr std::int64_t kHour = 3'600'000'000, kDay = 24 * kHour;
const base::TenantId kAcme("acme");
const base::RegionId kRegion("eu-1");

/// A log of 40 days, of which some hours are without an event.
class OverviewOfALog : public ::testing::Test {
 protected:
  OverviewOfALog() {
    auto writer = region_.open_writer();
    for (std::uint64_t n = 0; n < 240; ++n) {
      if (n == 160) {
        // With a checkpoint of what there is.
        writer.reset();
        writer = region_.open_writer();
      }
      region_.pass(static_cast<std::int64_t>(n % 4 + 1) * 5'760);
      std::vector<record::PreparedEvent> batch;
      batch.push_back(testing::sample_event(n, "acme", n % 3 == 0 ? "shop" : "app"));
      EXPECT_TRUE(testing::TestRegion::append(*writer, std::move(batch)));
    }
    writer->stop();
    auto reader = store::LedgerReader::open(region_.files().ledger());
    EXPECT_TRUE(reader->read(*reader->log(kAcme), 0, 240, [&](base::Seq, std::string_view bytes) {
      received_.push_back(record::read_record(bytes)->received);
      return base::Result<void>();
    }));
    view_.tenant = kAcme;
    view_.region = kRegion;
    view_.files = region_.files();
    facts_.clock = [this] { return now_; };
    now_ = {received_.back().micros + kHour};
    registry_ = std::make_shared<ingest::Registry>();
    for (const auto* name : {"app", "quiet", "gone"}) {
      ingest::Source source;
      source.name = base::SourceName(name);
      source.adapter = "countersign";
      source.token_sha256.emplace();
      source.silent_after_s = 900;
      source.created = Timestamp{received_.front().micros};
      if (std::string_view(name) == "gone") source.revoked = now_;
      registry_->put(std::move(source));
    }
    who_ = std::make_shared<ingest::Operator>();
    who_->role = ingest::Role::analyst;
    index();
  }
  void index() {
    auto made = projection::Index::open(region_.files().index());
    auto ledger = store::LedgerReader::open(region_.files().ledger());
    ASSERT_TRUE(made && ledger && made->advance(*ledger, 1'000'000));
  }
  boost::json::object read() {
    const endpoints::Asker asker{registry_, who_, nullptr};
    auto out = overview_document(facts_, book_, asker, view_);
    EXPECT_TRUE(out) << (out ? "" : out.error().message);
    return out ? *out : boost::json::object();
  }
  /// By the day of receipt, of those that were received from then on and before.
  std::map<std::string, int> counted(Timestamp from, Timestamp before) const {
    std::map<std::string, int> out;
    for (const auto one : received_) {
      if (one >= from && one < before) ++out[base::format_rfc3339(one).substr(0, 10)];
    }
    return out;
  }
  /// That of an answer, without the days that had none.
  static std::map<std::string, int> days_of(const boost::json::object& answer) {
    std::map<std::string, int> out;
    for (const auto& day : answer.at("days").as_array()) {
      const auto events = day.at("events").to_number<int>();
      if (events > 0) out[std::string(day.at("day").as_string())] = events;
    }
    return out;
  }
  static boost::json::object source_of(const boost::json::object& answer, std::string_view name) {
    for (const auto& one : answer.at("sources").as_array()) {
      if (std::string_view(one.at("source").as_string()) == name) return one.as_object();
    }
    return {};
  }

  testing::TestRegion region_;
  std::vector<Timestamp> received_;
  ingest::SourceBook book_;
  OverviewFacts facts_;
  Timestamp now_;
  View view_;
  std::shared_ptr<ingest::Registry> registry_;
  std::shared_ptr<ingest::Operator> who_;
};

TEST_F(OverviewOfALog, CountsTheEventsOfThirtyDays) {
  const auto answer = read();
  EXPECT_EQ(answer.at("days").as_array().size(), 30u);
  const auto first = now_.micros / kDay * kDay - 29 * kDay;
  EXPECT_GT(first, received_.front().micros);
  EXPECT_EQ(days_of(answer), counted({first}, now_));
  EXPECT_EQ(answer.at("log").at("size").to_number<int>(), 240);
  EXPECT_EQ(answer.at("log").at("last_received").as_string(), base::format_rfc3339(received_.back()));
  EXPECT_EQ(answer.at("checkpoint").at("size").to_number<int>(), 240);
}

TEST_F(OverviewOfALog, TellsNothingThatLiesOutsideOfAPeriod) {
  const std::vector<ingest::Period> periods{{received_[50], received_[150]},
                                            {{received_[50].micros + 1}, {received_[150].micros + 1}},
                                            {received_[200], {now_.micros + 90 * kDay}},
                                            {{0}, received_[3]},
                                            {{0}, received_[0]},
                                            {{now_.micros + kDay}, {now_.micros + 2 * kDay}}};
  for (const auto& period : periods) {
    view_.period = period;
    const auto answer = read();
    const auto seen = counted(period.from, period.before);
    int sum = 0;
    for (const auto& [day, events] : seen) sum += events;
    EXPECT_EQ(answer.at("log").at("size").to_number<int>(), sum);
    const auto last = std::min(now_.micros, period.before.micros - 1);
    const auto first = Timestamp{std::max(period.from.micros, last / kDay * kDay - 29 * kDay)};
    EXPECT_EQ(days_of(answer), counted(first, period.before));
    if (sum == 0) {
      EXPECT_TRUE(answer.at("log").at("last_received").is_null());
    }
  }
  view_.period = periods[0];
  const auto answer = read();
  EXPECT_EQ(answer.at("log").at("last_received").as_string(), base::format_rfc3339(received_[149]));
  EXPECT_EQ(answer.at("checkpoint").at("size").to_number<int>(), 160) << "the first that covers it";
  view_.period = periods[4];
  EXPECT_TRUE(read().at("checkpoint").is_null());
}

TEST_F(OverviewOfALog, TellsOfNoRecordThatTheIndexDoesNotHaveToWhoHasAPeriod) {
  {
    auto writer = region_.open_writer();
    std::vector<record::PreparedEvent> batch;
    for (std::uint64_t n = 240; n < 250; ++n) batch.push_back(testing::sample_event(n));
    ASSERT_TRUE(testing::TestRegion::append(*writer, std::move(batch)));
    writer->stop();
  }
  EXPECT_EQ(read().at("log").at("size").to_number<int>(), 250);
  view_.period = ingest::Period{received_[200], {now_.micros - 2 * kHour}};
  const auto seen = counted(view_.period->from, view_.period->before);
  int sum = 0;
  for (const auto& [day, events] : seen) sum += events;
  EXPECT_EQ(read().at("log").at("size").to_number<int>(), sum);
  view_.period = ingest::Period{received_[200], {now_.micros + kDay}};
  EXPECT_EQ(read().at("log").at("size").to_number<int>(), 40);
  view_.period = ingest::Period{{now_.micros + kDay}, {now_.micros + 2 * kDay}};
  EXPECT_EQ(read().at("log").at("size").to_number<int>(), 0);
}

TEST_F(OverviewOfALog, EndsAtTheEdgesOfAPeriod) {
  // The minute in which it begins is not hers as a whole, and what was heard before covers none of hers.
  const auto heard = received_[100].micros / 60'000'000 * 60'000'000;
  const std::string name = 100 % 3 == 0 ? "shop" : "app";
  const auto coverage = [&](std::int64_t from, std::int64_t before) {
    view_.period = ingest::Period{{from}, {before}};
    const auto told = source_of(read(), name);
    const auto& coverage_of = told.at("coverage");
    return std::pair(coverage_of.at("minutes").to_number<int>(), coverage_of.at("covered").to_number<int>());
  };
  EXPECT_EQ(coverage(heard, heard + 600'000'000), std::pair(10, 10));
  EXPECT_EQ(coverage(heard + 1, heard + 600'000'000), std::pair(9, 0));
  EXPECT_EQ(coverage(heard + 120'000'000, heard + 600'000'000), std::pair(8, 0));
  // That it was revoked is told to whose period it lies in, or before.
  auto gone = *registry_->source_by_name(base::SourceName(name));
  gone.revoked = received_[150];
  registry_->put(std::move(gone));
  const auto revoked = [&](std::size_t before) {
    view_.period = ingest::Period{received_[50], received_[before]};
    return source_of(read(), name).at("revoked").as_bool();
  };
  EXPECT_FALSE(revoked(150));
  EXPECT_TRUE(revoked(200));
  EXPECT_FALSE(source_of(read(), "gone").empty()) << "it is revoked after the period";
}

TEST_F(OverviewOfALog, TellsOfEachSourceHowItIsHeard) {
  const auto answer = read();
  EXPECT_EQ(answer.at("sources").as_array().size(), 3u) << "one that was revoked and never heard is not told";
  const auto app = source_of(answer, "app"), quiet = source_of(answer, "quiet"),
             shop = source_of(answer, "shop");
  std::int64_t last = 0, events = 0;
  for (std::size_t n = 0; n < received_.size(); ++n) {
    if (n % 3 == 0) continue;
    last = received_[n].micros;
    if (last >= now_.micros - 7 * kDay) ++events;
  }
  EXPECT_EQ(app.at("last_heard").as_string(), base::format_rfc3339({last / 60'000'000 * 60'000'000}));
  EXPECT_EQ(app.at("events").to_number<std::int64_t>(), events);
  EXPECT_EQ(app.at("coverage").at("minutes").to_number<int>(), 7 * 24 * 60);
  EXPECT_EQ(app.at("coverage").at("covered").to_number<std::int64_t>(), events * 15);
  EXPECT_TRUE(quiet.at("last_heard").is_null());
  EXPECT_EQ(quiet.at("coverage").at("covered").to_number<int>(), 0);
  EXPECT_TRUE(shop.at("adapter").is_null()) << "it is not registered";
  EXPECT_FALSE(shop.at("silent").as_bool());
  view_.period = ingest::Period{received_[0], received_[10]};
  EXPECT_TRUE(source_of(read(), "app").at("silent").is_null()) << "the present is not for her";
  EXPECT_TRUE(source_of(read(), "app").at("gaps").is_null());
}

TEST_F(OverviewOfALog, SaysThatASourceIsSilentAsTheWatchDoes) {
  EXPECT_TRUE(source_of(read(), "quiet").at("silent").as_bool());
  book_.heard("quiet", {now_.micros - 900'000'000});
  EXPECT_FALSE(source_of(read(), "quiet").at("silent").as_bool());
  now_.micros += 1;
  EXPECT_TRUE(source_of(read(), "quiet").at("silent").as_bool());
  facts_.started = {now_.micros - 1};
  EXPECT_FALSE(source_of(read(), "quiet").at("silent").as_bool()) << "a stop of ours is no silence of theirs";
}

TEST_F(OverviewOfALog, TellsTheStandingOfControlsToWhoMaySeeItsPeriod) {
  EXPECT_TRUE(read().at("controls").is_null());
  facts_.standing = [&](const base::RegionId&,
                        const base::TenantId&) -> base::Result<std::optional<Standing>> {
    return std::optional(Standing{now_, received_[10], received_[20], 3, 2, 1});
  };
  EXPECT_EQ(read().at("controls").at("failing").to_number<int>(), 2);
  view_.period = ingest::Period{received_[10], received_[20]};
  EXPECT_FALSE(read().at("controls").is_null());
  view_.period = ingest::Period{{received_[10].micros + 1}, received_[20]};
  EXPECT_TRUE(read().at("controls").is_null());
  view_.period = ingest::Period{received_[10], {received_[20].micros - 1}};
  EXPECT_TRUE(read().at("controls").is_null());
}

TEST_F(OverviewOfALog, TellsThePrivacyRoleOfNoFindings) {
  EXPECT_FALSE(read().at("findings").is_null());
  who_->role = ingest::Role::privacy;
  EXPECT_TRUE(read().at("findings").is_null());
}

TEST_F(OverviewOfALog, IsEmptyWhereTheTenantHasNoLogYet) {
  view_.tenant = base::TenantId("globex");
  const auto answer = read();
  EXPECT_EQ(answer.at("log").at("name").as_string(), "log.example.com/eu-1/globex");
  EXPECT_EQ(answer.at("log").at("size").to_number<int>(), 0);
  EXPECT_TRUE(answer.at("checkpoint").is_null());
  EXPECT_TRUE(days_of(answer).empty());
}

TEST_F(OverviewOfALog, IsNotTheRightTimeWhileTheIndexIsMade) {
  ASSERT_TRUE(projection::remove_index(region_.files().index()));
  const endpoints::Asker asker{registry_, who_, nullptr};
  const auto out = overview_document(facts_, book_, asker, view_);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, base::Code::unavailable);
}

}  // namespace
}  // namespace countersign::api
