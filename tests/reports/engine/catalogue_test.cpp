#include "reports/engine/catalogue.h"

#include "ledger/base/file.h"
#include "reports/engine/clauses.h"
#include "reports/engine/parameters.h"
#include "tests/reports/engine/control_text.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace countersign::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

void spoil(std::string& text, std::string_view what, std::string_view with) {
  const auto at = text.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  text.replace(at, what.size(), with);
}

TEST(Catalogue, TakesAControlThatIsRight) { EXPECT_THAT(ControlText().fault(), IsEmpty()); }

TEST(Catalogue, NamesFileAndLineOfAHeaderThatIsWrong) {
  ControlText bad;
  spoil(bad.toml, "severity = \"low\"", "severity = \"dire\"");
  EXPECT_THAT(bad.fault(), StartsWith("mine.toml:8: 'severity' must be one of low, medium, high"));
  bad = {};
  spoil(bad.toml, "unit = ", "uint = ");
  EXPECT_THAT(bad.fault(), StartsWith("mine.toml:6: 'uint' is no member that is known here"));
  bad = {};
  spoil(bad.toml, "unit = \"events\"\n", "");
  EXPECT_THAT(bad.fault(), StartsWith("mine.toml:1: 'unit' must be a text"));
  bad = {};
  spoil(bad.toml, "severity", "colour = \"red\"\nseverity");
  EXPECT_THAT(bad.fault(), StartsWith("mine.toml:8: 'colour' is no member"));
  bad = {};
  spoil(bad.toml, "soc2 = [", "sox = [");
  EXPECT_THAT(bad.fault(), StartsWith("mine.toml:11: 'sox' is no framework"));
  bad = {};
  spoil(bad.toml, "kind = \"control\"", "kind = \"control");
  EXPECT_THAT(bad.fault(), StartsWith("mine.toml:1: it is no TOML"));
  bad = {};
  spoil(bad.toml, "default = 3", "default = 3.5");
  EXPECT_THAT(bad.fault(), StartsWith("mine.toml:13: the parameter 'least' needs a 'default'"));
}

TEST(Catalogue, NamesFileAndLineOfAQueryThatIsWrong) {
  ControlText bad;
  spoil(bad.exceptions, "in_period", "in_perod");
  EXPECT_THAT(bad.fault(), StartsWith("mine.sql:6: SQL error: no such column: in_perod"));
  bad = {};
  bad.population = "DELETE FROM evidence\n";
  EXPECT_THAT(bad.fault(), StartsWith("mine.sql:2: it is not a SELECT alone: DELETE"));
  bad = {};
  bad.population = "ATTACH 'other.sqlite' AS other\n";
  EXPECT_THAT(bad.fault(), StartsWith("mine.sql:2: it is not a SELECT alone: ATTACH"));
  bad = {};
  bad.population = "PRAGMA table_info(evidence)\n";
  EXPECT_THAT(bad.fault(), StartsWith("mine.sql:2:"));
  bad = {};
  bad.population = "SELECT a.seq AS item\nFROM evidence a, evidence b\n";
  EXPECT_THAT(bad.fault(), HasSubstr("unbounded"));
  bad = {};
  bad.population = "SELECT seq AS item FROM events\n";
  EXPECT_THAT(bad.fault(), StartsWith("mine.sql:2: it reads the table 'events'"));
}

TEST(Catalogue, PutsAWithThatIsSharedInFrontOfBothQueriesAndKnowsItsLines) {
  const std::string with =
      "-- with\nWITH failed AS (\n  SELECT seq FROM evidence WHERE type = 'login.failed' AND in_period)\n\n";
  const std::string population = "-- population\nSELECT seq AS item FROM failed\n\n";
  const std::string exceptions =
      "-- exceptions\nSELECT seq AS item, seq AS records, 'seen' AS observed FROM failed\nWHERE seq >= "
      ":least\n";
  const auto read = [](const std::string& sql) {
    return reports::Catalogue::read({{"mine.toml", ControlText().toml}, {"mine.sql", sql}});
  };
  const auto fault = [&](const std::string& sql) {
    const auto catalogue = read(sql);
    return catalogue ? std::string() : catalogue.error().message;
  };
  const auto catalogue = read(with + population + exceptions);
  ASSERT_TRUE(catalogue) << catalogue.error().message;
  const auto& mine = catalogue->definitions().front();
  EXPECT_EQ(mine.population.sql,
            "WITH failed AS (\n  SELECT seq FROM evidence WHERE type = 'login.failed' AND in_period)\n"
            "SELECT seq AS item FROM failed\n");
  EXPECT_EQ(mine.exceptions.line_in_file(2), 3u);
  EXPECT_EQ(mine.exceptions.line_in_file(3), 9u);
  auto bad = with;
  spoil(bad, "in_period", "in_perod");
  EXPECT_THAT(fault(bad + population + exceptions),
              StartsWith("mine.sql:3: SQL error: no such column: in_perod"));
  bad = exceptions;
  spoil(bad, ":least", ":lest");
  EXPECT_THAT(fault(with + population + bad), StartsWith("mine.sql:10: the parameter :lest"));
  EXPECT_THAT(fault(with + with + population + exceptions), HasSubstr("'-- with' stands there twice"));
}

TEST(Catalogue, RefusesOtherColumnsAndParametersThanTheHeaderHas) {
  ControlText bad;
  spoil(bad.exceptions, "AS observed", "AS seen");
  EXPECT_THAT(bad.fault(), StartsWith("mine.sql:5: its columns are item, records, seen, and must be"));
  bad = {};
  spoil(bad.exceptions, ":least", ":lest");
  EXPECT_THAT(bad.fault(), StartsWith("mine.sql:6: the parameter :lest is not in the header"));
  bad = {};
  spoil(bad.exceptions, ":least", "3");
  EXPECT_THAT(bad.fault(), HasSubstr("the parameter 'least' of the header is not used"));
  bad = {};
  spoil(bad.exceptions, ":least", "?");
  EXPECT_THAT(bad.fault(), HasSubstr("must have a name"));
}

TEST(Catalogue, RefusesAnIdThatStandsThereTwiceAndAHeaderWithoutSql) {
  const ControlText one;
  const auto twice = reports::Catalogue::read(
      {{"mine.toml", one.toml}, {"mine.sql", one.sql()}, {"twin.toml", one.toml}, {"twin.sql", one.sql()}});
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message, HasSubstr("twin.toml:1: the id MINE is used by another"));
  const auto alone = reports::Catalogue::read({{"mine.toml", one.toml}});
  ASSERT_FALSE(alone);
  EXPECT_THAT(alone.error().message, HasSubstr("there is no mine.sql beside it"));
}

TEST(Catalogue, TakesControlsOfAFolderBesideItsOwn) {
  TempDir folder;
  const ControlText mine;
  ASSERT_TRUE(base::write_file_durably(folder / "mine.toml", mine.toml, base::FileMode::readable));
  ASSERT_TRUE(base::write_file_durably(folder / "mine.sql", mine.sql(), base::FileMode::readable));
  const auto catalogue = reports::Catalogue::with_folder(folder / "");
  ASSERT_TRUE(catalogue) << catalogue.error().message;
  EXPECT_NE(catalogue->find("MINE"), nullptr);
  EXPECT_NE(catalogue->find("STEP-UP-MISSING"), nullptr);
  EXPECT_FALSE(reports::Catalogue::with_folder(folder / "nowhere"));
}

TEST(Catalogue, OfTheProgramHasWhatIsAskedOfIt) {
  const auto& all = reports::Catalogue::built_in().definitions();
  const auto count = [&](reports::Kind kind) {
    return std::count_if(all.begin(), all.end(), [&](const auto& one) { return one.kind == kind; });
  };
  EXPECT_GE(count(reports::Kind::control), 25);
  EXPECT_GE(count(reports::Kind::detection), 9);
  EXPECT_GE(count(reports::Kind::listing), 8);
  for (const auto& clause : {"CC6.1", "CC6.2", "CC6.3", "CC6.6", "CC7.1", "CC7.2", "CC7.3"}) {
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const auto& one) {
      return one.supports("soc2", clause);
    })) << clause;
  }
  for (const auto& framework : reports::frameworks()) {
    for (const auto& one : all) {
      const auto found = one.criteria.find(framework);
      if (found == one.criteria.end()) continue;
      for (const auto& clause : found->second)
        EXPECT_THAT(std::string(reports::clause_title(framework, clause)), ::testing::Not(IsEmpty()))
            << framework << " " << clause << " of " << one.id;
    }
  }
}

TEST(Parameters, AreSetAsThePolicyHasThemWithinTheirBounds) {
  auto definitions = ControlText().read().value().definitions();
  ASSERT_TRUE(reports::set_parameters(definitions, {"MINE.least=7"}));
  EXPECT_EQ(definitions.front().parameters.front().value, reports::Cell(std::int64_t{7}));
  const auto fault = [&](const std::string& setting) {
    const auto done = reports::set_parameters(definitions, {setting});
    return done ? std::string() : done.error().message;
  };
  EXPECT_THAT(fault("MINE.least=10"), HasSubstr("at least 1 and at most 9"));
  EXPECT_THAT(fault("MINE.least=seven"), HasSubstr("whole number"));
  EXPECT_THAT(fault("MINE.most=7"), HasSubstr("has no parameter most"));
  EXPECT_THAT(fault("THEIRS.least=7"), HasSubstr("no control THEIRS"));
  EXPECT_THAT(fault("least 7"), HasSubstr("is not CONTROL.parameter=value"));
}

TEST(NaturalOrder, CountsNumbers) {
  std::vector<std::string> clauses{"A.8.15", "A.5.17",   "A.8.2",   "10.2.1", "8.3.11",
                                   "8.3.4",  "AU-10(1)", "AU-9(3)", "AU-10"};
  std::sort(clauses.begin(), clauses.end(), reports::NaturalOrder());
  EXPECT_THAT(clauses, ::testing::ElementsAre("8.3.4", "8.3.11", "10.2.1", "A.5.17", "A.8.2", "A.8.15",
                                              "AU-9(3)", "AU-10", "AU-10(1)"));
}

}  // namespace
}  // namespace countersign::testing
