#include "reports/engine/run_control.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "reports/engine/build_report.h"
#include "reports/engine/report_json.h"
#include "reports/engine/responses.h"
#include "reports/engine/sample.h"
#include "tests/reports/engine/control_text.h"
#include "tests/reports/engine/tale.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace countersign::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kFrom = "2026-01-01T00:00:00Z";
constexpr const char* kUntil = "2026-02-01T00:00:00Z";

/// Five failed logins in the period, and one before it.
Tale told() {
  Tale tale;
  tale.say("2025-12-31T23:59:59Z", "login.failed", {{"actor.id", "ana"}});
  for (int i = 1; i <= 5; ++i)
    tale.say("2026-01-0" + std::to_string(i) + "T10:00:00Z", "login.failed", {{"actor.id", "ana"}});
  return tale;
}

base::Result<reports::ControlResult> run(const Tale& tale, const ControlText& control,
                                         reports::RunLimits limits = {}) {
  auto catalogue = control.read();
  if (!catalogue) return base::fail(catalogue.error());
  auto workspace = tale.workspace(kFrom, kUntil);
  return reports::run_control(workspace, catalogue->definitions().front(), limits);
}

std::string fault(const ControlText& control) {
  const auto result = run(told(), control);
  return result ? std::string() : result.error().message;
}

TEST(RunControl, CountsPopulationAndExceptionsAndNamesTheRecords) {
  const auto result = run(told(), {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->population, 5u);
  EXPECT_EQ(result->exceptions_total, 3u);
  EXPECT_THAT(items(*result), ElementsAre("3", "4", "5"));
  EXPECT_THAT(result->exceptions[0].records, ElementsAre(3));
  EXPECT_EQ(result->wording(), "Exception noted: 3 of 5 events.");
}

TEST(RunControl, HashesThePopulationAsStockToolsDo) {
  const auto result = run(told(), {});
  EXPECT_EQ(result->population_sha256, crypto::sha256("1\n2\n3\n4\n5\n"));
}

TEST(RunControl, CountsAllExceptionsAndTellsTheFirst) {
  const auto result = run(told(), {}, {.exceptions_shown = 2});
  EXPECT_EQ(result->exceptions_total, 3u);
  EXPECT_THAT(items(*result), ElementsAre("3", "4"));
}

TEST(RunControl, ExceptionsOutsideThePopulationAreAnError) {
  ControlText bad;
  bad.population = "SELECT seq AS item FROM evidence WHERE in_period AND seq < 4\n";
  EXPECT_THAT(fault(bad), HasSubstr("mine.sql:5: the exception '4' is not of the population of 3 events"));
  bad.population = "SELECT printf('%d', seq) AS item FROM evidence WHERE in_period\n";
  EXPECT_THAT(fault(bad), HasSubstr("is not of the population"));
}

TEST(RunControl, ItemsThatStandThereTwiceAreAnError) {
  ControlText bad;
  bad.population = "SELECT 7 AS item FROM evidence\n";
  EXPECT_THAT(fault(bad), HasSubstr("mine.sql:2: the item 7 stands in the population twice"));
  bad = {};
  bad.exceptions =
      "SELECT 3 AS item, seq AS records, 'x' AS observed FROM evidence WHERE seq > 3 AND :least > 0\n";
  EXPECT_THAT(fault(bad), HasSubstr("the exception '3' stands there twice"));
}

TEST(RunControl, ValuesThatDifferFromMachineToMachineAreAnError) {
  ControlText bad;
  bad.population = "SELECT seq * 0.5 AS item FROM evidence\n";
  EXPECT_THAT(fault(bad), HasSubstr("neither a whole number nor text"));
  bad = {};
  bad.exceptions = "SELECT 3 AS item, 'none' AS records, 'x' AS observed FROM evidence WHERE seq = :least\n";
  EXPECT_THAT(fault(bad), HasSubstr("'records' must hold a record's number or a JSON array"));
  bad.exceptions = "SELECT 3 AS item, seq AS records, 0.5 AS observed FROM evidence WHERE seq = :least\n";
  EXPECT_THAT(fault(bad), HasSubstr("holds a fraction"));
}

TEST(RunControl, AQueryThatTakesTooManyStepsIsStoppedWithItsPlace) {
  Tale tale;
  for (int i = 0; i < 900; ++i) tale.say("2026-01-01T10:00:00Z", "login.failed", {{"actor.id", "ana"}});
  ControlText dear;
  // Each condition is served by an index, which does not help: all records are of one person.
  dear.population =
      "SELECT count(*) AS item FROM evidence a JOIN evidence b ON b.person = a.person AND b.type = a.type\n"
      "JOIN evidence c ON c.person = b.person AND c.type = b.type\n";
  const auto result = run(tale, dear);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::Code::resource_exhausted);
  EXPECT_THAT(result.error().message, HasSubstr("mine.sql:2: the query was stopped"));
}

TEST(Sample, OfRandomItemsIsWhatSha256sumAndSortGive) {
  reports::Population population;
  for (int i = 0; i < 1000; ++i) population.numbers.push_back(i);
  const auto sample =
      reports::draw(population, {"MINE", reports::SampleRequest::Method::random, 3, "2026-q1"});
  // for i in $(seq 0 999); do printf '2026-q1:%s' $i | sha256sum | sed "s/-/$i/"; done | sort | head -3
  ASSERT_THAT(sample.picks, SizeIs(3));
  std::set<std::string> keys;
  for (int i = 0; i < 1000; ++i)
    keys.insert(base::to_hex(crypto::sha256("2026-q1:" + std::to_string(i)).view()));
  auto key = keys.begin();
  for (const auto& pick : sample.picks) EXPECT_EQ(pick.key, *key++);
  EXPECT_EQ(sample.population, 1000u);
}

TEST(Sample, OfAnIntervalIsEvenlySpread) {
  reports::Population population;
  for (int i = 0; i < 100; ++i) population.numbers.push_back(i);
  const auto sample =
      reports::draw(population, {"MINE", reports::SampleRequest::Method::interval, 25, "seed"});
  ASSERT_THAT(sample.picks, SizeIs(25));
  for (std::size_t i = 1; i < 25; ++i)
    EXPECT_EQ(std::get<std::int64_t>(sample.picks[i].item) - std::get<std::int64_t>(sample.picks[i - 1].item),
              4);
}

TEST(Sample, OfASmallPopulationIsAllOfIt) {
  reports::Population population;
  population.texts = {"a", "b"};
  const auto sample = reports::draw(population, {"MINE", reports::SampleRequest::Method::random, 25, "seed"});
  EXPECT_THAT(sample.picks, SizeIs(2));
  EXPECT_THAT(reports::draw({}, {"MINE", reports::SampleRequest::Method::interval, 25, "seed"}).picks,
              IsEmpty());
}

TEST(Sample, IsReadAsItIsWritten) {
  const auto sample = reports::parse_sample("interval:40", "seed");
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->size, 40u);
  for (const auto* bad : {"25", "random", "random:", "random:0", "random:25x", "random:10001", "chance:5"})
    EXPECT_FALSE(reports::parse_sample(bad, "seed")) << bad;
}

base::Result<reports::Report> report_of(const Tale& tale, const ControlText& control,
                                        const char* from = kFrom, const char* until = kUntil) {
  const auto catalogue = control.read().value();
  auto workspace = tale.workspace(from, until);
  reports::ReportRequest request;
  request.region = "eu-1";
  request.log = "evidence.example.com/eu-1/acme";
  request.as_of = {
      request.log, tale.records().size(), {}, base::parse_rfc3339("2026-03-01T00:00:00Z").value()};
  request.system_log = reports::LogState{
      "evidence.example.com/eu-1/_system", tale.system_records().size(), {}, request.as_of.time};
  return reports::build_report(workspace, catalogue, request);
}

TEST(BuildReport, OfTheSameRecordsIsTheSameByteForByte) {
  const auto one = report_of(told(), {}), two = report_of(told(), {});
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(reports::to_json_text(*one), reports::to_json_text(*two));
}

TEST(BuildReport, SaysOnTheFirstPageThatThePeriodHasNoEventsOrLiesOutsideOfTheLog) {
  const auto empty = report_of(told(), {}, "2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z");
  EXPECT_THAT(empty->warnings, Contains(HasSubstr("No event in the period")));
  EXPECT_THAT(empty->warnings, Contains(HasSubstr("1 of 1 controls had nothing to test")));
  const auto early = report_of(told(), {}, "2025-06-01T00:00:00Z", "2026-02-02T00:00:00Z");
  EXPECT_THAT(
      early->warnings,
      ElementsAre(HasSubstr("begins before the records do: nothing is known of the time from 2025-06-01")));
  const auto late = report_of(told(), {}, kFrom, "2026-06-01T00:00:00Z");
  EXPECT_THAT(late->warnings, ElementsAre(HasSubstr("ends after the records do")));
  EXPECT_THAT(report_of(told(), {}, kFrom, kUntil)->warnings, IsEmpty());
}

TEST(BuildReport, JoinsExceptionsWithWhatManagementSaid) {
  auto tale = told();
  const auto id = reports::finding_id("acme", "MINE", std::int64_t{4});
  tale.system("2026-01-05T00:00:00Z", "finding.opened",
              {{"action.resource", "acme/" + id}, {"action.context", "MINE item=4"}});
  tale.system("2026-01-06T00:00:00Z", "finding.acknowledged",
              {{"action.resource", "acme/" + id}, {"actor.id", "anna"}});
  tale.system("2026-01-07T00:00:00Z", "finding.answered",
              {{"action.resource", "acme/" + id}, {"action.context", "A drill."}});
  tale.system("2026-01-08T00:00:00Z", "finding.resolved",
              {{"action.resource", "acme/" + id}, {"outcome.reason", "expected"}});
  const auto report = report_of(tale, {});
  ASSERT_TRUE(report) << report.error().message;
  const auto& exceptions = report->controls.front().exceptions;
  EXPECT_FALSE(exceptions[0].response);
  ASSERT_TRUE(exceptions[1].response);
  EXPECT_EQ(exceptions[1].response->state, "resolved");
  EXPECT_EQ(exceptions[1].response->text, "A drill.");
  EXPECT_EQ(exceptions[1].response->reason, "expected");
  EXPECT_EQ(base::format_rfc3339(*exceptions[1].response->acknowledged), "2026-01-06T00:00:00.000000Z");
}

TEST(BuildReport, TellsTheRecordsThatExceptionsName) {
  const auto tale = told();
  const auto report = report_of(tale, {});
  ASSERT_TRUE(report) << report.error().message;
  std::vector<std::uint64_t> named, cited;
  for (const auto& one : report->controls.front().exceptions)
    named.insert(named.end(), one.records.begin(), one.records.end());
  for (const auto& one : report->cited) {
    cited.push_back(one.seq);
    const auto& record = tale.records()[one.seq];
    EXPECT_THAT(record, HasSubstr("\"type\":\"" + one.type + "\""));
    EXPECT_THAT(record, HasSubstr(one.person));
    EXPECT_EQ(one.source, "shop");
  }
  ASSERT_FALSE(named.empty());
  EXPECT_THAT(cited,
              ::testing::UnorderedElementsAreArray(std::set<std::uint64_t>(named.begin(), named.end())));
}

TEST(BuildReport, TakesParametersFromThePolicyOfTheEndOfThePeriod) {
  auto tale = told();
  tale.policy("2025-12-01T00:00:00Z", "monitoring.parameters", boost::json::array(),
              boost::json::array{"MINE.least=5"});
  const auto report = report_of(tale, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->controls.front().exceptions_total, 1u);
  EXPECT_EQ(report->controls.front().control.parameters.front().value, reports::Cell(std::int64_t{5}));
}

TEST(BuildReport, SaysWhichParametersOfThePolicyItCannotUse) {
  auto tale = told();
  tale.policy("2025-12-01T00:00:00Z", "monitoring.parameters", boost::json::array(),
              boost::json::array{"GONE.least=5", "MINE.least=99"});
  const auto report = report_of(tale, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->warnings, ElementsAre(HasSubstr("'GONE.least=5': there is no control GONE"),
                                            HasSubstr("'MINE.least=99': the value must be")));
  EXPECT_EQ(report->controls.front().control.parameters.front().value, reports::Cell(std::int64_t{3}));
}

TEST(BuildReport, RefusesAClauseThatNoControlSupportsAndSaysWhichThereAre) {
  const auto catalogue = ControlText().read().value();
  auto workspace = told().workspace(kFrom, kUntil);
  reports::ReportRequest request;
  request.criteria = {"CC6.1", "CC9.9"};
  const auto report = reports::build_report(workspace, catalogue, request);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("no control supports 'CC9.9' of SOC 2; known are CC6.1"));
  request.framework = "sox";
  EXPECT_FALSE(reports::build_report(workspace, catalogue, request));
}

TEST(BuildReport, TestsNoControlsButThoseThatAreAskedFor) {
  const auto& catalogue = reports::Catalogue::built_in();
  auto workspace = told().workspace(kFrom, kUntil);
  reports::ReportRequest request;
  request.listings = false;
  request.only = {"OTP-LIFETIME", "PRIVILEGED-MFA"};
  const auto report = reports::build_report(workspace, catalogue, request);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->controls.size(), 2u);
  EXPECT_EQ(report->controls[0].control.id, "OTP-LIFETIME");
  EXPECT_EQ(report->controls[1].control.id, "PRIVILEGED-MFA");
  EXPECT_TRUE(report->listings.empty());
  for (const auto& clause : report->clauses) {
    for (const auto& id : clause.controls) EXPECT_TRUE(request.only.contains(id)) << id;
  }
  request.only = {"OTP-LIFETIME", "GONE"};
  EXPECT_THAT(reports::build_report(workspace, catalogue, request).error().message,
              HasSubstr("there is no control 'GONE'"));
}

TEST(Differences, NameEachFigureThatDiffers) {
  const auto a =
      boost::json::parse(R"({"controls":[{"id":"A","population":{"count":5}},{"id":"B"}],"rows":[1,2]})");
  const auto b = boost::json::parse(
      R"({"controls":[{"id":"B"},{"id":"A","population":{"count":6}}],"rows":[1,2,3],"more":true})");
  const auto found = reports::differences(a, b);
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].where, "controls/A/population/count");
  EXPECT_EQ(found[0].stated, "5");
  EXPECT_EQ(found[0].recomputed, "6");
  EXPECT_EQ(found[1].where, "rows/2");
  EXPECT_EQ(found[1].stated, "");
  EXPECT_EQ(found[2].where, "more");
  EXPECT_THAT(reports::differences(a, a), IsEmpty());
}

}  // namespace
}  // namespace countersign::testing
