#include "web/standing/standing_book.h"

#include "ledger/base/encoding.h"
#include "ledger/base/file.h"
#include "ledger/crypto/digest.h"
#include "tests/support/temp_dir.h"
#include "web/standing/standing_documents.h"

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace countersign::standing {
namespace {

const base::TenantId kAcme("acme"), kGlobex("globex");

std::string report_text(int number) {
  return "{\"controls\": [{\"id\": \"OTP-LIFETIME\", \"kind\": \"control\", \"title\": \"Codes\","
         "\"population\": {\"unit\": \"codes\", \"count\": 9, \"sha256\": \"ab\", \"query\": {}},"
         "\"exceptions\": {\"count\": " +
         std::to_string(number) + ", \"query\": {}, \"list\": [{\"item\": 17, \"records\": [17]}]}}]}";
}

Run run_number(int number) {
  Run out;
  out.time = {1'767'225'600'000'000 + number};
  out.from = {1'764'547'200'000'000};
  out.until = out.time;
  out.records = 60;
  out.report_sha256 = base::to_hex(crypto::sha256(report_text(number)).view());
  out.controls["OTP-LIFETIME"] = {number > 0 ? "failing" : "passing", 9, static_cast<std::uint64_t>(number)};
  return out;
}

class StandingBook : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& name) const { return folder_ / "standing" / name; }

  testing::TempDir folder_;
  Book book_{folder_.path()};
};

TEST_F(StandingBook, KeepsTheLastReportAndALineOfEachTest) {
  EXPECT_FALSE(book_.newest(kAcme).value());
  EXPECT_FALSE(book_.report(kAcme).value());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(book_.put(kAcme, run_number(i), report_text(i)));
  const auto runs = book_.runs(kAcme, 2).value();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].controls.at("OTP-LIFETIME").exceptions, 1u);
  EXPECT_EQ(runs[1].time, run_number(2).time);
  EXPECT_EQ(runs[1].from, run_number(2).from);
  EXPECT_EQ(runs[1].until, run_number(2).until);
  EXPECT_EQ(runs[1].records, 60u);
  EXPECT_EQ(runs[1].report_sha256, run_number(2).report_sha256);
  EXPECT_EQ(*base::read_file(file("acme.json"), 1 << 20), report_text(2));
  const auto kept = book_.report(kAcme).value();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->run.time, run_number(2).time);
  EXPECT_FALSE(book_.newest(kGlobex).value()) << "another tenant's";
}

TEST_F(StandingBook, KeepsTheLastTestOfWatchedControlsApart) {
  EXPECT_FALSE(book_.watched(kAcme).value());
  ASSERT_TRUE(book_.put(kAcme, run_number(0), report_text(0)));
  for (int i = 1; i < 3; ++i) ASSERT_TRUE(book_.put_watched(kAcme, run_number(i)));
  EXPECT_EQ(book_.watched(kAcme).value()->time, run_number(2).time);
  EXPECT_EQ(book_.watched(kAcme).value()->controls.at("OTP-LIFETIME").exceptions, 2u);
  EXPECT_EQ(book_.runs(kAcme, 100).value().size(), 1u);
  EXPECT_EQ(book_.report(kAcme).value()->run.time, run_number(0).time);
  EXPECT_FALSE(book_.watched(kGlobex).value()) << "another tenant's";
  ASSERT_TRUE(base::write_file_durably(file("acme.watch.json"), "{", base::FileMode::secret));
  EXPECT_EQ(book_.watched(kAcme).error().code, base::Code::data_loss);
}

TEST_F(StandingBook, ForgetsTheOldestTests) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(book_.put(kAcme, run_number(i), report_text(i)));
  std::string history;
  for (int i = 0; i < static_cast<int>(Book::kRunsKept); ++i) history += to_line(run_number(i)) + "\n";
  ASSERT_TRUE(base::write_file_durably(file("acme.history.jsonl"), history, base::FileMode::secret));
  ASSERT_TRUE(book_.put(kAcme, run_number(7'000), report_text(7'000)));
  const auto runs = book_.runs(kAcme, 10'000).value();
  ASSERT_EQ(runs.size(), Book::kRunsKept);
  EXPECT_EQ(runs.front().time, run_number(1).time);
  EXPECT_EQ(runs.back().time, run_number(7'000).time);
}

TEST_F(StandingBook, ForgetsDaysOnlyWhereThereAreTooMany) {
  constexpr std::int64_t kDay = 86'400'000'000;
  std::string history;
  for (int day = 0; day < 100; ++day) {
    for (int hour = 0; hour < 4; ++hour) {
      auto run = run_number(day * 4 + hour);
      run.time = {1'767'225'600'000'000 + day * kDay + hour * kDay / 24};
      history += to_line(run) + "\n";
    }
  }
  std::filesystem::create_directories(folder_.path() / "standing");
  ASSERT_TRUE(base::write_file_durably(file("acme.history.jsonl"), history, base::FileMode::secret));
  for (int n = 0; n < 20; ++n) {
    auto run = run_number(1'000 + n);
    run.time = {1'767'225'600'000'000 + 100 * kDay + n * 60'000'000};
    ASSERT_TRUE(book_.put(kAcme, run, report_text(1'000 + n)));
  }
  const auto kept = book_.runs(kAcme, 10'000).value();
  ASSERT_EQ(kept.size(), Book::kRunsKept);
  std::set<std::string> days;
  for (const auto& run : kept) days.insert(base::format_rfc3339(run.time).substr(0, 10));
  EXPECT_EQ(days.size(), 101u) << "none is forgotten";
  EXPECT_EQ(kept.front().controls.at("OTP-LIFETIME").exceptions, 3u) << "the last of the first day";
  const auto shown = book_.runs(kAcme, 90).value();
  ASSERT_EQ(shown.size(), 90u);
  EXPECT_EQ(shown.back().controls.at("OTP-LIFETIME").exceptions, 1'019u);
  EXPECT_EQ(shown[88].controls.at("OTP-LIFETIME").exceptions, 99u * 4 + 3) << "the last of the day before";
  EXPECT_EQ(shown.front().controls.at("OTP-LIFETIME").exceptions, 11u * 4 + 3) << "the oldest day of 90";
}

TEST_F(StandingBook, TakesNoHalfOfATestForAWholeOne) {
  ASSERT_TRUE(book_.put(kAcme, run_number(1), report_text(1)));
  EXPECT_TRUE(book_.is_whole(kAcme).value());
  ASSERT_TRUE(base::write_file_durably(file("acme.json"), report_text(2), base::FileMode::secret));
  EXPECT_FALSE(book_.is_whole(kAcme).value());
  EXPECT_FALSE(book_.report(kAcme).value());
  EXPECT_TRUE(book_.newest(kAcme).value()) << "what was tested before is known";
  std::filesystem::remove(file("acme.json"));
  EXPECT_FALSE(book_.is_whole(kAcme).value());
}

TEST_F(StandingBook, RefusesALineThatItDidNotWrite) {
  ASSERT_TRUE(book_.put(kAcme, run_number(1), report_text(1)));
  const auto good = to_line(run_number(1));
  EXPECT_TRUE(read_line(good));
  for (const auto& bad : {good.substr(1), std::string("{}"), std::string("[]"), std::string(),
                          good.substr(0, good.find("\"records\"")) + "\"records\":-1}"}) {
    const auto read = read_line(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, base::Code::data_loss);
  }
  ASSERT_TRUE(base::write_file_durably(file("acme.history.jsonl"), good + "\n{}\n", base::FileMode::secret));
  EXPECT_EQ(book_.runs(kAcme, 5).error().code, base::Code::data_loss);
}

TEST_F(StandingBook, IsToldInTheCataloguesOrderWithWhatWasBefore) {
  auto first = run_number(0), last = run_number(2);
  last.controls["STEP-UP-MISSING"] = {"nothing_to_test", 0, 0};
  last.controls["OF-ANOTHER-VERSION"] = {"passing", 1, 0};
  const auto told = controls_of(reports::Catalogue::built_in(), {first, last});
  const auto& controls = told.at("controls").as_array();
  ASSERT_EQ(controls.size(), 2u);
  EXPECT_EQ(controls[0].at("id").as_string(), "OTP-LIFETIME");
  EXPECT_EQ(controls[0].at("state").as_string(), "failing");
  EXPECT_EQ(controls[0].at("history").as_array().size(), 2u);
  EXPECT_EQ(controls[0].at("history").at(0).at("exceptions").to_number<int>(), 0);
  EXPECT_EQ(controls[1].at("history").as_array().size(), 1u) << "it was not tested before";
}

TEST_F(StandingBook, TellsOneControlWithItsExceptions) {
  ASSERT_TRUE(book_.put(kAcme, run_number(2), report_text(2)));
  const auto kept = book_.report(kAcme).value();
  ASSERT_TRUE(kept);
  const auto told = control_of(*kept, {kept->run}, "OTP-LIFETIME");
  ASSERT_TRUE(told);
  const auto& control = told->at("control");
  EXPECT_EQ(control.at("exceptions").to_number<int>(), 2);
  EXPECT_EQ(control.at("items").at(0).at("item").to_number<int>(), 17);
  EXPECT_EQ(control.at("unit").as_string(), "codes");
  EXPECT_FALSE(control_of(*kept, {kept->run}, "NONE"));
}

}  // namespace
}  // namespace countersign::standing
