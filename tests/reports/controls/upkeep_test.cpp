#include "ledger/base/time.h"
#include "tests/reports/engine/tale.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kFrom = "2026-01-01T00:00:00Z";
constexpr const char* kUntil = "2026-01-11T00:00:00Z";

void start(Tale& tale, const char* time) { tale.system(time, "ledger.started", {}); }

std::uint64_t verify(Tale& tale, const std::string& time, const char* reason = "intact",
                     const char* log = "all") {
  return tale.system(time, "ledger.verified",
                     {{"action.name", "verify ledger"},
                      {"action.resource", log},
                      {"action.context", "records=17 logs=2 seconds=1"},
                      {"outcome.reason", reason}});
}

// --- LEDGER-VERIFIED

TEST(LedgerVerified, FindsADayWithoutAVerification) {
  Tale tale;
  start(tale, "2025-12-01T00:00:00Z");
  std::uint64_t last = 0;
  for (int day = 1; day <= 11; ++day) {
    if (day == 5) continue;
    const auto seq = verify(tale, fmt::format("2026-01-{:02}T03:00:00Z", day));
    if (day == 4) last = seq;
  }
  const auto result = tale.run("LEDGER-VERIFIED", kFrom, kUntil);
  EXPECT_EQ(result.population, 10u);
  ASSERT_THAT(items(result), ElementsAre("2026-01-05"));
  EXPECT_EQ(result.exceptions[0].observed,
            "at the end of the day the log had last been found intact 45 hours before");
  EXPECT_THAT(result.exceptions[0].system_records, ElementsAre(last));
  EXPECT_THAT(items(tale.run("LEDGER-VERIFIED", kFrom, kUntil, {{"every_days", std::int64_t{2}}})),
              IsEmpty());
}

TEST(LedgerVerified, AllowsARunThatDriftsOverMidnight) {
  Tale tale;
  start(tale, "2025-12-31T00:00:00Z");
  verify(tale, "2025-12-31T23:30:00Z");
  verify(tale, "2026-01-01T23:40:00Z");
  verify(tale, "2026-01-02T23:50:00Z");
  verify(tale, "2026-01-04T00:00:10Z");
  verify(tale, "2026-01-05T00:10:00Z");
  EXPECT_THAT(items(tale.run("LEDGER-VERIFIED", kFrom, kUntil)), IsEmpty());
  EXPECT_THAT(items(tale.run("LEDGER-VERIFIED", kFrom, kUntil, {{"slack_s", std::int64_t{599}}})),
              ElementsAre("2026-01-03"));
}

TEST(LedgerVerified, FindsAVerificationThatSaysOtherwiseAndNoneOfAnotherTenant) {
  Tale tale;
  start(tale, "2025-12-31T00:00:00Z");
  verify(tale, "2026-01-01T03:00:00Z");
  const auto wrong = verify(tale, "2026-01-01T04:00:00Z", "acme: record 17 is not what was signed");
  verify(tale, "2026-01-02T03:00:00Z");
  verify(tale, "2026-01-02T04:00:00Z", "globex: record 3 is not what was signed", "globex");
  verify(tale, "2026-01-03T03:00:00Z", "intact", "evidence.example.com/eu-1/acme");
  verify(tale, "2026-01-03T04:00:00Z", "a record is missing", "evidence.example.com/eu-1/_system");
  verify(tale, "2026-01-04T03:00:00Z", "intact", "globex");
  start(tale, "2026-01-05T00:00:00Z");
  const auto result = tale.run("LEDGER-VERIFIED", kFrom, kUntil);
  EXPECT_EQ(result.population, 4u);
  ASSERT_THAT(items(result), ElementsAre("2026-01-01", "2026-01-03", "2026-01-04"));
  EXPECT_EQ(result.exceptions[0].observed, "a verification said: acme: record 17 is not what was signed");
  EXPECT_THAT(result.exceptions[0].system_records, ElementsAre(wrong));
}

TEST(LedgerVerified, TestsWholeDaysOfWhichTheSystemLogTells) {
  Tale tale;
  start(tale, "2026-01-02T12:00:00Z");
  verify(tale, "2026-01-03T12:00:00Z");
  verify(tale, "2026-01-04T12:00:00Z");
  const auto result = tale.run("LEDGER-VERIFIED", kFrom, kUntil);
  EXPECT_EQ(result.population, 1u);
  EXPECT_THAT(items(result), IsEmpty());
  Tale never;
  start(never, "2026-01-01T00:00:00Z");
  start(never, "2026-01-02T00:00:00Z");
  const auto none = never.run("LEDGER-VERIFIED", kFrom, kUntil);
  ASSERT_THAT(items(none), ElementsAre("2026-01-01"));
  EXPECT_EQ(none.exceptions[0].observed, "the log had never been verified");
}

// --- BACKUP-ON-SCHEDULE

void back_up(Tale& tale, const char* time) {
  tale.system(time, "backup.performed", {{"action.name", "backup"}, {"action.resource", "snapshot"}});
}

TEST(BackupOnSchedule, FindsDaysOnWhichTheNewestBackupWasTooOld) {
  Tale tale;
  start(tale, "2025-11-01T00:00:00Z");
  back_up(tale, "2025-12-30T03:00:00Z");
  back_up(tale, "2026-01-08T03:00:00Z");
  start(tale, "2026-01-12T00:00:00Z");
  const auto result = tale.run("BACKUP-ON-SCHEDULE", kFrom, kUntil);
  EXPECT_EQ(result.population, 10u);
  ASSERT_THAT(items(result), ElementsAre("2026-01-06", "2026-01-07"));
  EXPECT_EQ(result.exceptions[0].observed, "at the end of the day the newest backup was 7 days old");
}

TEST(BackupOnSchedule, AllowsAWeekAndADriftAndAsksNothingOfTheFirstWeek) {
  Tale tale;
  start(tale, "2025-12-26T12:00:00Z");
  back_up(tale, "2026-01-02T23:30:00Z");
  back_up(tale, "2026-01-10T00:10:00Z");
  start(tale, "2026-01-12T00:00:00Z");
  const auto result = tale.run("BACKUP-ON-SCHEDULE", kFrom, kUntil);
  EXPECT_EQ(result.population, 9u);
  EXPECT_THAT(items(result), IsEmpty());
  EXPECT_THAT(items(tale.run("BACKUP-ON-SCHEDULE", kFrom, kUntil, {{"slack_s", std::int64_t{1'799}}})),
              ElementsAre("2026-01-09"));
}

TEST(BackupOnSchedule, FindsThatThereNeverWasABackup) {
  Tale tale;
  start(tale, "2025-12-25T12:00:00Z");
  start(tale, "2026-01-03T12:00:00Z");
  const auto result = tale.run("BACKUP-ON-SCHEDULE", kFrom, kUntil);
  ASSERT_THAT(items(result), ElementsAre("2026-01-01", "2026-01-02"));
  EXPECT_EQ(result.exceptions[0].observed, "no backup had ever been taken");
}

// --- KEY-ROTATION

std::uint64_t use_key(Tale& tale, const char* time) {
  return tale.system(time, "key.created",
                     {{"action.name", "use of a log key"},
                      {"action.resource", "evidence.example.com/eu-1/_system+0123abcd+AQID"}});
}

std::uint64_t rotate(Tale& tale, const char* time, const char* key) {
  return tale.system(
      time, "key.rotated",
      {{"action.name", "key rotate"}, {"action.resource", key}, {"action.context", "from a to b"}});
}

TEST(KeyRotation, FindsKeysThatWereInUseForTooLong) {
  Tale tale;
  const auto made = use_key(tale, "2024-12-01T00:00:00Z");
  rotate(tale, "2025-10-01T00:00:00Z", "log");
  rotate(tale, "2025-10-01T00:00:00Z", "vault");
  const auto late = rotate(tale, "2026-01-05T00:00:00Z", "clock");
  start(tale, "2026-03-01T00:00:00Z");
  const auto result = tale.run("KEY-ROTATION", kFrom, kUntil);
  EXPECT_EQ(result.population, 3u);
  ASSERT_THAT(items(result), ElementsAre("clock key 1"));
  EXPECT_EQ(result.exceptions[0].observed, "the key was in use for 400 days");
  EXPECT_THAT(result.exceptions[0].system_records, ElementsAre(made, late));
}

TEST(KeyRotation, AllowsTheTermAndTakesTheUseOfANewKeyForTheSameKey) {
  Tale tale;
  use_key(tale, "2025-01-05T00:00:00Z");
  rotate(tale, "2026-01-05T00:00:00Z", "log");
  rotate(tale, "2026-01-05T00:00:00Z", "clock");
  use_key(tale, "2026-01-09T00:00:00Z");
  start(tale, "2026-03-01T00:00:00Z");
  const auto result = tale.run("KEY-ROTATION", kFrom, kUntil);
  EXPECT_EQ(result.population, 4u);
  EXPECT_THAT(items(result), IsEmpty());
  EXPECT_THAT(items(tale.run("KEY-ROTATION", kFrom, kUntil, {{"days_most", std::int64_t{364}}})),
              ElementsAre("clock key 1", "log key 1"));
}

TEST(KeyRotation, FindsAKeyThatWasNotReplacedByTheEndOfThePeriod) {
  Tale tale;
  use_key(tale, "2025-01-09T00:00:00Z");
  start(tale, "2026-01-09T00:00:00Z");
  EXPECT_THAT(items(tale.run("KEY-ROTATION", kFrom, kUntil)), IsEmpty());
  start(tale, "2026-06-01T00:00:00Z");
  const auto result = tale.run("KEY-ROTATION", kFrom, kUntil);
  ASSERT_THAT(items(result), ElementsAre("clock key 1", "log key 1"));
  EXPECT_EQ(result.exceptions[1].observed, "the key was in use for 367 days and was not replaced");
}

// --- RETENTION-KEPT

std::uint64_t retire(Tale& tale, const std::string& rule) {
  return tale.system("2026-01-05T00:00:00Z", "records.retired",
                     {{"action.name", "retention retire"},
                      {"action.resource", "acme"},
                      {"action.context", "records 0 to 99, part 1: 100 records, root AAA=, rule " + rule}});
}

TEST(RetentionKept, FindsRecordsThatWentBeforeTheirTime) {
  Tale tale;
  for (const char* rule : {"pci_dss keeps 12 months", "hipaa keeps 6 years", "custom keeps 1 year",
                           "custom keeps 365 days", "custom keeps 31536000 seconds"})
    retire(tale, rule);
  const auto months = retire(tale, "custom keeps 11 months");
  retire(tale, "custom keeps 364 days");
  retire(tale, "custom keeps 1 second");
  const auto result = tale.run("RETENTION-KEPT", kFrom, kUntil);
  EXPECT_EQ(result.population, 8u);
  ASSERT_THAT(items(result), ElementsAre("5", "6", "7"));
  EXPECT_EQ(result.exceptions[0].observed,
            "records 0 to 99 went after they had been kept for 11 months; the least is 12 months");
  EXPECT_THAT(result.exceptions[0].system_records, ElementsAre(months));
  EXPECT_THAT(items(tale.run("RETENTION-KEPT", kFrom, kUntil, {{"retain_months_least", std::int64_t{72}}})),
              ElementsAre("0", "2", "3", "4", "5", "6", "7"));
}

TEST(RetentionKept, HasNothingToTestWhereNothingWasRetired) {
  Tale tale;
  start(tale, "2025-12-01T00:00:00Z");
  EXPECT_EQ(tale.run("RETENTION-KEPT", kFrom, kUntil).outcome, reports::Outcome::nothing_to_test);
}

}  // namespace
}  // namespace countersign::testing
