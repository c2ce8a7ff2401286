#include "web/notify/finding_feed.h"

#include "ledger/record/prepare.h"
#include "ledger/store/recorded.h"
#include "tests/support/test_region.h"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <fstream>

namespace countersign::notify {
namespace {

using testing::TestRegion;

class FindingFeedTest : public ::testing::Test {
 protected:
  FindingFeedTest() : writer_(region_.open_writer()) { record("ledger.started", {}); }
  ~FindingFeedTest() override { writer_->stop(); }

  record::PreparedEvent prepare(std::string_view type, boost::json::object action,
                                const std::string& reason = {}, const std::string& id = {}) {
    boost::json::object event{{"id", id.empty() ? "e" + std::to_string(++number_) : id},
                              {"time", "2026-01-31T09:30:00Z"},
                              {"type", type},
                              {"tenant", "_system"}};
    if (!action.empty()) event["action"] = std::move(action);
    if (!reason.empty()) event["outcome"] = {{"reason", reason}};
    const record::Sender sender{base::SourceName(std::string(store::kApplianceSource)), record::Proof::none};
    return record::prepare_event(event, sender, record::Vocabulary::system).value();
  }

  void record(std::string_view type, boost::json::object action, const std::string& reason = {},
              const std::string& id = {}) {
    ASSERT_TRUE(TestRegion::append(*writer_, {prepare(type, std::move(action), reason, id)}));
  }

  void open_finding(const std::string& finding = "0123456789abcdef", const std::string& tenant = "acme") {
    record("finding.opened",
           {{"name", "finding open"},
            {"resource", tenant + "/" + finding},
            {"context", "CODE-GUESSING v2 item=17 records=[17,18]"}},
           "10 failures", "finding.opened/" + tenant + "/" + finding);
  }

  FindingFeed open() { return FindingFeed::open(options()).value(); }

  FindingFeed::Options options() {
    return {region_.files().ledger(), DeliveryFolder::of(region_.files().folder),
            [](std::string_view id) -> std::optional<ControlFacts> {
              if (id != "CODE-GUESSING") return {};
              return ControlFacts{"Codes are not guessed", "high"};
            },
            [this](const std::string& what) { told_.push_back(what); },
            [](Notice& notice) {
              if (!notice.answer->questionnaire.empty()) notice.tenant = "globex";
              notice.title = notice.answer->answer.empty() ? "" : "Codes are good once";
            }};
  }

  void write_position(const std::string& text) {
    const auto folder = DeliveryFolder::of(region_.files().folder);
    std::filesystem::create_directories(folder.folder);
    std::ofstream(folder.position()) << text;
  }

  /// All that a feed has to tell.
  std::vector<Notice> read(FindingFeed& feed) {
    std::vector<Notice> out;
    const auto take = [&](const Notice& notice, std::string_view log,
                          std::uint64_t seq) -> base::Result<void> {
      if (disk_full_) return base::fail(base::Code::resource_exhausted, "the disk is full");
      EXPECT_TRUE(log.ends_with("/eu-1/_system")) << log;
      seqs_.push_back(seq);
      out.push_back(notice);
      return {};
    };
    for (;;) {
      const auto more = feed.step(take);
      if (!more || !*more) return out;
    }
  }

  TestRegion region_;
  std::unique_ptr<store::Writer> writer_;
  int number_ = 0;
  bool disk_full_ = false;
  std::vector<std::string> told_;
  std::vector<std::uint64_t> seqs_;
};

TEST_F(FindingFeedTest, TellsOfDocumentsThatExpire) {
  auto feed = open();
  const std::string id(32, 'a');
  record("document.expiring",
         {{"name", "remind"},
          {"resource", "soc2-type2/" + id + "/3"},
          {"context", "valid_until=2026-06-30 remind_days=30 left=29 title=A title=b c"}});
  record("document.expired", {{"name", "remind"},
                              {"resource", "soc2-type2/" + id + "/3"},
                              {"context", "valid_until=2026-06-30 title=A title=b c"}});
  record("document.added", {{"name", "add"}, {"resource", "soc2-type2/" + id}, {"context", "title=x"}});
  const auto told = read(feed);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].type, "document.expiring");
  EXPECT_EQ(told[0].title, "A title=b c");
  EXPECT_EQ(told[0].version, 3);
  EXPECT_EQ(told[0].severity, "medium");
  EXPECT_EQ(told[0].region, "eu-1");
  EXPECT_TRUE(told[0].log.ends_with("/eu-1/_system"));
  EXPECT_EQ(told[0].document, (DocumentNotice{id, "soc2-type2", "2026-06-30", 29}));
  EXPECT_EQ(told[1].severity, "high");
  EXPECT_EQ(told[1].document, (DocumentNotice{id, "soc2-type2", "2026-06-30", 0}));
}

TEST_F(FindingFeedTest, TellsOfAnswersAndOfRequestsForAccess) {
  auto feed = open();
  record("answer.stale", {{"name", "judge answer"},
                          {"resource", "acme/otp-single-use"},
                          {"context", "control OTP-SINGLE-USE: passed, and failed now"}});
  record("answer.current",
         {{"name", "judge answer"}, {"resource", "questionnaire/q1/7"}, {"context", "shown again"}});
  record("answer.approved", {{"name", "adopt answer"}, {"resource", "acme/otp-single-use"}});
  record("access.requested", {{"name", "request access"}, {"resource", "access/r1"}});
  const auto told = read(feed);
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].answer, (AnswerNotice{"otp-single-use", "", {}}));
  EXPECT_EQ(told[0].tenant, "acme");
  EXPECT_EQ(told[0].title, "Codes are good once");
  EXPECT_EQ(told[0].severity, "medium");
  EXPECT_EQ(told[0].observed, "control OTP-SINGLE-USE: passed, and failed now");
  EXPECT_TRUE(told[0].log.ends_with("/eu-1/_system"));
  EXPECT_EQ(told[1].answer, (AnswerNotice{"", "q1", {7}}));
  EXPECT_EQ(told[1].tenant, "globex");
  EXPECT_EQ(told[1].severity, "low");
  EXPECT_EQ(told[2].request, "r1");
  EXPECT_EQ(told[2].tenant, "_system");
  EXPECT_EQ(told[2].region, "eu-1");
}

TEST_F(FindingFeedTest, TellsOfQuestionsOfOneQuestionnaireAtOnce) {
  const auto stale = [&](const std::string& resource, const std::string& why) {
    record("answer.stale", {{"name", "judge answer"}, {"resource", resource}, {"context", why}});
  };
  auto feed = open();
  stale("questionnaire/q1/4", "a");
  record("records.searched", {});
  stale("questionnaire/q1/7", "a");
  stale("questionnaire/q2/1", "a");
  open_finding();
  stale("questionnaire/q2/2", "b");
  disk_full_ = true;
  EXPECT_TRUE(read(feed).empty());
  disk_full_ = false;
  const auto told = read(feed);
  ASSERT_EQ(told.size(), 4u) << "what could not be kept comes again, all of it";
  EXPECT_EQ(told[0].answer, (AnswerNotice{"", "q1", {4, 7}}));
  EXPECT_EQ(told[0].observed, "a");
  EXPECT_EQ(told[1].answer, (AnswerNotice{"", "q2", {1}}));
  EXPECT_EQ(told[3].answer, (AnswerNotice{"", "q2", {2}}));
  EXPECT_EQ(seqs_, (std::vector<std::uint64_t>{3, 4, 5, 6})) << "each is of its last record";
  EXPECT_TRUE(read(feed).empty());
}

TEST_F(FindingFeedTest, PassesOverAnAnswerThatDoesNotSayWhich) {
  auto feed = open();
  for (const auto* resource : {"acme", "acme/", "/x", "Acme/x", "questionnaire/q1/x", "questionnaire/q1/0",
                               "questionnaire/q1/4294967296", "acme/x/1"})
    record("answer.stale", {{"name", "judge answer"}, {"resource", resource}, {"context", "a"}});
  for (const auto* resource : {"access", "access/", "other/r1", "access/r1/2"})
    record("access.requested", {{"name", "request access"}, {"resource", resource}});
  EXPECT_TRUE(read(feed).empty());
  EXPECT_EQ(told_.size(), 12u);
}

TEST_F(FindingFeedTest, PassesOverAReminderThatDoesNotSayOfWhat) {
  auto feed = open();
  for (const auto* resource : {"soc2-type2", "soc2-type2/a", "soc2-type2/a/b"})
    record("document.expired",
           {{"name", "remind"}, {"resource", resource}, {"context", "valid_until=2026-06-30 title=t"}});
  record("document.expired", {{"name", "remind"}, {"resource", "other/a/1"}, {"context", "title=t"}});
  record("document.expiring",
         {{"name", "remind"}, {"resource", "other/a/1"}, {"context", "valid_until=2026-06-30 title=t"}});
  EXPECT_TRUE(read(feed).empty());
  EXPECT_EQ(told_.size(), 5u);
}

TEST_F(FindingFeedTest, BeginsAtTheEndOfALogThatWasThereBefore) {
  open_finding("00000000000000aa");
  auto feed = open();
  EXPECT_TRUE(read(feed).empty());
  open_finding();
  const auto told = read(feed);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].type, "finding.opened");
  EXPECT_EQ(told[0].time, "2026-01-31T09:30:00Z");
  EXPECT_EQ(told[0].tenant, "acme");
  EXPECT_EQ(told[0].region, "eu-1");
  EXPECT_EQ(told[0].finding, "0123456789abcdef");
  EXPECT_EQ(told[0].control, "CODE-GUESSING");
  EXPECT_EQ(told[0].version, 2);
  EXPECT_EQ(told[0].title, "Codes are not guessed");
  EXPECT_EQ(told[0].severity, "high");
  EXPECT_EQ(told[0].item, "17");
  EXPECT_EQ(told[0].records, (std::vector<std::uint64_t>{17, 18}));
  EXPECT_EQ(told[0].observed, "10 failures");
  EXPECT_TRUE(told[0].log.ends_with("/eu-1/acme"));
}

TEST_F(FindingFeedTest, GoesOnWhereItStopped) {
  {
    auto feed = open();
    open_finding("00000000000000aa");
    EXPECT_EQ(read(feed).size(), 1u);
  }
  open_finding("00000000000000bb");
  auto again = open();
  const auto told = read(again);
  ASSERT_EQ(told.size(), 1u) << "neither twice nor left out";
  EXPECT_EQ(told[0].finding, "00000000000000bb");
}

TEST_F(FindingFeedTest, TellsAgainOfWhatCouldNotBeKept) {
  auto feed = open();
  open_finding();
  disk_full_ = true;
  EXPECT_TRUE(read(feed).empty());
  disk_full_ = false;
  auto again = open();
  EXPECT_EQ(read(again).size(), 1u) << "a crash in between loses nothing";
  EXPECT_EQ(read(feed).size(), 1u);
}

TEST_F(FindingFeedTest, TellsOfLaterStepsWithWhatWasFound) {
  open_finding();
  auto feed = open();
  const boost::json::object action{{"name", "finding acknowledge"}, {"resource", "acme/0123456789abcdef"}};
  record("finding.acknowledged", action, "we look at it");
  record("finding.answered", action);
  record("finding.resolved", action, "the account was locked");
  record("finding.undelivered", action);
  const auto told = read(feed);
  ASSERT_EQ(told.size(), 2u) << "an answer of management is for reports; what could not be told is not told";
  EXPECT_EQ(told[0].type, "finding.acknowledged");
  EXPECT_EQ(told[0].note, "we look at it");
  EXPECT_EQ(told[1].type, "finding.resolved");
  EXPECT_EQ(told[1].note, "the account was locked");
  for (const auto& one : told) {
    EXPECT_EQ(one.control, "CODE-GUESSING");
    EXPECT_EQ(one.severity, "high");
    EXPECT_EQ(one.item, "17");
    EXPECT_EQ(one.observed, "10 failures");
  }
}

TEST_F(FindingFeedTest, TellsOfAStepOfAFindingThatWasNeverOpened) {
  auto feed = open();
  record("finding.resolved", {{"name", "finding resolve"}, {"resource", "acme/0123456789abcdef"}}, "no need");
  const auto told = read(feed);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].control, "");
  EXPECT_EQ(told[0].severity, "");
  EXPECT_EQ(told[0].note, "no need");
}

TEST_F(FindingFeedTest, SaysOfWhichRecordNothingCanBeTold) {
  auto feed = open();
  record("finding.opened",
         {{"name", "finding open"}, {"resource", "acme"}, {"context", "X v1 item=1 records=[1]"}});
  record("finding.opened",
         {{"name", "finding open"}, {"resource", "acme/0123456789abcdef"}, {"context", "nothing"}});
  open_finding();
  EXPECT_EQ(read(feed).size(), 1u) << "what cannot be told does not hold up what can";
  ASSERT_EQ(told_.size(), 2u);
  EXPECT_NE(told_[0].find("record 1 of "), std::string::npos) << told_[0];
}

TEST_F(FindingFeedTest, BeginsAtTheEndOfALogThatIsShorterThanIsRemembered) {
  write_position("99");
  auto feed = open();
  open_finding();
  EXPECT_EQ(read(feed).size(), 1u);
}

TEST_F(FindingFeedTest, RefusesAPositionThatIsNone) {
  for (const auto* text : {"", "x", "1x", "-1", "1 2"}) {
    write_position(text);
    const auto feed = FindingFeed::open(options());
    ASSERT_FALSE(feed) << text;
    EXPECT_NE(feed.error().message.find("position"), std::string::npos);
  }
  FindingFeed::forget(DeliveryFolder::of(region_.files().folder));
  EXPECT_TRUE(FindingFeed::open(options()));
}

TEST_F(FindingFeedTest, WritesDownHowFarItCameAlsoWithoutAFinding) {
  auto feed = open();
  std::vector<record::PreparedEvent> many;
  for (int i = 0; i < 1'100; ++i) many.push_back(prepare("records.searched", {}));
  ASSERT_TRUE(TestRegion::append(*writer_, std::move(many)));
  EXPECT_TRUE(read(feed).empty());
  std::uint64_t position = 0;
  std::ifstream(DeliveryFolder::of(region_.files().folder).position()) >> position;
  EXPECT_EQ(position, 1'101u);
}

}  // namespace
}  // namespace countersign::notify
