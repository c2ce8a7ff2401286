#include "ledger/sqlite/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace countersign::sqlite {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Guarded : public ::testing::Test {
 protected:
  Guarded() : connection_(Connection::open_in_memory().value()) {
    const auto made = connection_.execute(
        "CREATE TEMP TABLE evidence(seq INTEGER, person TEXT, occurred INTEGER);"
        "CREATE INDEX temp.by_person ON evidence(person, occurred);"
        "CREATE TEMP TABLE policy(valid_from INTEGER, factor TEXT);"
        "CREATE TABLE events(seq INTEGER);"
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<999) "
        "INSERT INTO evidence SELECT i, i%7, i FROM n");
    EXPECT_TRUE(made) << made.error().message;
  }

  /// Why a query is refused, with the line; empty where it is not.
  std::string refused(std::string_view sql) {
    Guard guard(connection_, rules_);
    Refusal refusal;
    const auto statement = guard.prepare(sql, refusal);
    return statement ? std::string() : std::to_string(refusal.line) + ": " + refusal.why;
  }

  const GuardRules rules_{
      {"evidence", "policy", "json_each"}, {"count", "lower", "max", "sum"}, {"evidence"}};
  Connection connection_;
};

TEST_F(Guarded, AQueryOverItsTablesRuns) {
  Guard guard(connection_, rules_);
  Refusal refusal;
  auto statement = guard.prepare("SELECT count(*) FROM evidence e WHERE person = :who", refusal);
  ASSERT_TRUE(statement) << refusal.why;
  statement->bind_text(1, "3");
  ASSERT_TRUE(statement->step().value());
  EXPECT_EQ(statement->integer(0), 143);
}

TEST_F(Guarded, WhatIsNoSelectIsRefusedWithItsLine) {
  EXPECT_THAT(refused("\nINSERT INTO evidence VALUES(1,2,3)"),
              HasSubstr("2: it is not a SELECT alone: INSERT"));
  EXPECT_THAT(refused("DELETE FROM evidence"), HasSubstr("DELETE"));
  EXPECT_THAT(refused("UPDATE evidence SET seq=1"), HasSubstr("UPDATE"));
  EXPECT_THAT(refused("-- a word\n\nATTACH 'x.sqlite' AS x"),
              HasSubstr("3: it is not a SELECT alone: ATTACH"));
  EXPECT_THAT(refused("PRAGMA user_version=7"), HasSubstr("PRAGMA"));
  EXPECT_THAT(refused("DETACH main"), HasSubstr("DETACH"));
  EXPECT_THAT(refused("DROP TABLE evidence"), HasSubstr("not a SELECT alone"));
  EXPECT_THAT(refused("CREATE TEMP TABLE x AS SELECT 1"), HasSubstr("not a SELECT alone"));
  EXPECT_THAT(refused("BEGIN"), HasSubstr("BEGIN"));
  EXPECT_THAT(refused("VACUUM"), HasSubstr("not a SELECT"));
  EXPECT_THAT(refused("REINDEX"), HasSubstr("not a SELECT"));
  EXPECT_THAT(refused("EXPLAIN SELECT seq FROM evidence"), HasSubstr("not a SELECT"));
  EXPECT_EQ(connection_.query_integer("SELECT count(*) FROM evidence").value(), 1000);
}

TEST_F(Guarded, ASecondStatementIsRefused) {
  EXPECT_THAT(refused("SELECT 1;\nSELECT 2"), HasSubstr("2: there is more than one statement"));
  EXPECT_THAT(refused("SELECT 1; -- and a word behind it\n"), IsEmpty());
  EXPECT_THAT(refused("  -- nothing\n"), HasSubstr("there is no query"));
}

TEST_F(Guarded, ATableThatIsNotBoundToThePeriodIsRefused) {
  EXPECT_THAT(refused("SELECT count(*)\nFROM events"), HasSubstr("2: it reads the table 'events'"));
  EXPECT_THAT(refused("SELECT sql FROM sqlite_schema"), HasSubstr("sqlite_"));
}

TEST_F(Guarded, AFunctionThatTellsTimeOrChanceIsRefused) {
  EXPECT_THAT(refused("SELECT\n random()"), HasSubstr("2: it calls random()"));
  EXPECT_THAT(refused("SELECT datetime('now')"), HasSubstr("datetime()"));
  EXPECT_THAT(refused("SELECT CURRENT_TIMESTAMP"), HasSubstr("it calls"));
  EXPECT_THAT(refused("SELECT load_extension('x')"), HasSubstr("load_extension"));
  EXPECT_THAT(refused("SELECT readfile('/etc/passwd')"), HasSubstr("readfile"));
}

TEST_F(Guarded, AnSqlErrorIsToldWithItsLine) {
  EXPECT_THAT(refused("SELECT seq\nFROM evidence\nWHERE nowhere = 1"),
              HasSubstr("3: SQL error: no such column: nowhere"));
  EXPECT_THAT(refused("SELECT seq\nFROM evidence WHERE WHERE"), HasSubstr("2: SQL error"));
}

TEST_F(Guarded, AQueryWithoutAnEndIsRefused) {
  EXPECT_THAT(refused("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n"),
              HasSubstr("recursive"));
  EXPECT_THAT(refused("SELECT count(*)\nFROM evidence a, evidence b"), HasSubstr("unbounded"));
  EXPECT_THAT(
      refused(
          "SELECT count(*) FROM evidence a WHERE EXISTS (SELECT 1 FROM evidence b WHERE b.seq = a.seq + 1)"),
      HasSubstr("unbounded"));
}

TEST_F(Guarded, AJoinThatAnIndexServesIsNotRefused) {
  EXPECT_THAT(refused("SELECT count(*) FROM evidence a JOIN evidence b ON b.person = a.person AND b.occurred "
                      "= a.occurred"),
              IsEmpty());
  EXPECT_THAT(refused("SELECT count(*) FROM evidence a JOIN policy ON a.occurred >= policy.valid_from"),
              IsEmpty());
  EXPECT_THAT(
      refused(
          "SELECT count(*) FROM evidence a WHERE lower(a.person) IN (SELECT value FROM json_each(:names))"),
      IsEmpty());
  EXPECT_THAT(
      refused(
          "SELECT a.seq FROM evidence a WHERE (SELECT count(*) FROM (SELECT 1 FROM evidence b WHERE b.person"
          " = a.person AND b.occurred < a.occurred LIMIT 5)) = 5"),
      IsEmpty());
}

TEST_F(Guarded, AQueryThatTakesTooManyStepsIsStopped) {
  Guard guard(connection_, rules_);
  Refusal refusal;
  auto statement =
      guard.prepare("SELECT sum(a.seq) FROM evidence a JOIN evidence b ON b.person = a.person", refusal);
  ASSERT_TRUE(statement) << refusal.why;
  guard.allow_steps(50'000);
  EXPECT_FALSE(statement->step());
  EXPECT_TRUE(guard.ran_out());
  guard.allow_steps(100'000'000);
  EXPECT_TRUE(statement->step());
  EXPECT_FALSE(guard.ran_out());
}

TEST_F(Guarded, TheConnectionIsFreeAgainAfterwards) {
  EXPECT_THAT(refused("DELETE FROM evidence"), HasSubstr("DELETE"));
  EXPECT_TRUE(connection_.execute("DELETE FROM evidence"));
}

}  // namespace
}  // namespace countersign::sqlite
