#include "ledger/retention/keep.h"

#include "ledger/base/file.h"
#include "ledger/record/event_view.h"
#include "ledger/record/prepare.h"
#include "ledger/record/record.h"
#include "ledger/retention/seal.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_call.h"
#include "ledger/store/recorded.h"
#include "ledger/store/verify_ledger.h"
#include "ledger/vault/vault_reader.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <thread>

namespace countersign::retention {
namespace {

using testing::sample_event;
using testing::TestRegion;

constexpr std::int64_t kDay = 86'400;

void fill(store::Writer& writer, std::uint64_t first, std::uint64_t count,
          const std::string& tenant = "acme") {
  for (std::uint64_t n = first; n < first + count;) {
    std::vector<record::PreparedEvent> batch;
    for (; n < first + count && batch.size() < 500; ++n) batch.push_back(sample_event(n, tenant));
    ASSERT_TRUE(TestRegion::append(writer, std::move(batch)));
  }
}

/// A region that keeps to rules.
struct Kept {
  explicit Kept(const TestRegion* copied = nullptr)
      : region(copied == nullptr ? TestRegion(1) : TestRegion(1, *copied)),
        holds(region.dir() / "eu-1.holds"),
        erasures(region.dir() / "eu-1.erasures") {}

  TestRegion region;
  RuleBook book;
  privacy::Holds holds;
  privacy::Erasures erasures;
  int ids = 0;

  void set(const std::string& rule, const std::string& keep, const std::string& at_hand,
           std::vector<TypeRule> types = {}) {
    ASSERT_TRUE(
        book.set(base::TenantId("acme"), {rule, *parse_span(keep), *parse_span(at_hand), std::move(types)}));
  }
  KeepReport keep(store::Writer& writer) {
    KeepReport report;
    KeepOptions options{region.files(),
                        &book,
                        &holds,
                        &erasures,
                        region.clock(),
                        [this] { return fmt::format("{:032x}", ++ids); },
                        {}};
    const auto done = keep_to_rules(writer, options, report);
    EXPECT_TRUE(done) << done.error().message;
    return report;
  }
  /// Appends with a writer that stops then, so that a checkpoint covers all.
  void fill_once(std::uint64_t first, std::uint64_t count) {
    auto writer = region.open_writer();
    fill(*writer, first, count);
  }
  /// Stops the writer, so that a checkpoint covers all; then keeps to the rules with a new one.
  KeepReport keep_once() {
    auto writer = region.open_writer();
    return keep(*writer);
  }
  std::string verify() {
    store::VerifyLedgerOptions options;
    options.threads = 2;
    const auto report = store::verify_ledger(region.files().ledger(), options, {});
    if (!report) return report.error().message;
    last_report = *report;
    return report->faults.empty() ? "" : report->faults.front().what;
  }
  store::LedgerReport last_report;

  std::vector<std::string> records() {
    auto reader = store::LedgerReader::open(region.files().ledger());
    std::vector<std::string> out;
    const auto log = reader->log(base::TenantId("acme"));
    const auto done = reader->read(
        *log, 0, log->size,
        [&](base::Seq, std::string_view bytes) -> base::Result<void> {
          out.emplace_back(bytes);
          return {};
        },
        [&](base::Seq) -> base::Result<void> {
          out.emplace_back();
          return {};
        });
    EXPECT_TRUE(done) << done.error().message;
    return out;
  }
  base::Digest root() {
    auto reader = store::LedgerReader::open(region.files().ledger());
    const auto log = reader->log(base::TenantId("acme"));
    return *tree::root_at(log->size, reader->nodes(*log));
  }
  std::int64_t count(const std::string& sql) {
    auto ledger = sqlite::Connection::open(region.files().ledger(), {});
    return *ledger->query_integer(sql);
  }
};

TEST(Sealing, MovesOldRecordsIntoFilesAndChangesNothingElse) {
  Kept kept;
  kept.fill_once(0, 70'000);
  const auto before = kept.records();
  const auto root = kept.root();
  kept.set("pci_dss", "12 months", "3 months");
  EXPECT_TRUE(kept.keep_once().sealed.empty()) << "all of it is hot";
  kept.region.pass(92 * kDay);
  {
    auto writer = kept.region.open_writer();
    const auto report = kept.keep(*writer);
    ASSERT_EQ(report.sealed.size(), 1u);
    EXPECT_EQ(report.sealed.front().records, kSegmentRecords);
    EXPECT_TRUE(report.retired.empty());
  }
  EXPECT_EQ(kept.count("SELECT count(*) FROM records"), 70'000 - 65'536);
  EXPECT_EQ(kept.records(), before);
  EXPECT_EQ(kept.root(), root);
  EXPECT_EQ(kept.verify(), "");
  EXPECT_EQ(kept.last_report.sealed, kSegmentRecords);
  // The rest is less than a segment: it waits until it could span a twelfth of the twelve months.
  kept.region.pass(32 * kDay);
  EXPECT_EQ(kept.keep_once().sealed.size(), 1u);
  EXPECT_EQ(kept.count("SELECT count(*) FROM records"), 0);
  EXPECT_EQ(kept.records(), before);
  EXPECT_EQ(kept.verify(), "");
  {
    auto writer = kept.region.open_writer();
    fill(*writer, 70'000, 1'000);
    const auto again = TestRegion::append(*writer, {});
    ASSERT_TRUE(again);
  }
  EXPECT_EQ(kept.verify(), "");
  EXPECT_EQ(kept.records().size(), 71'000u);
}

TEST(Sealing, AnswersARepeatedEventFromTheSealedRecord) {
  Kept kept;
  kept.set("custom", "10 days", "1 day");
  kept.fill_once(0, 300);
  kept.region.pass(2 * kDay);
  auto writer = kept.region.open_writer();
  ASSERT_EQ(kept.keep(*writer).sealed.size(), 1u);
  std::vector<record::PreparedEvent> batch;
  batch.push_back(sample_event(17));
  const auto result = TestRegion::append(*writer, std::move(batch));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->front().status, store::AppendStatus::duplicate);
  EXPECT_EQ(base::index_of(result->front().receipt.seq), 17u);
  kept.region.pass(10 * kDay);
  ASSERT_EQ(kept.keep(*writer).retired.size(), 1u);
  batch.clear();
  batch.push_back(sample_event(17));
  const auto after = TestRegion::append(*writer, std::move(batch));
  ASSERT_TRUE(after);
  EXPECT_EQ(after->front().status, store::AppendStatus::duplicate);
  EXPECT_EQ(after->front().receipt, result->front().receipt) << "its place and hash outlive what it said";
}

TEST(Retiring, LeavesHashesAndSaysWhatWentWhenAndUnderWhichRule) {
  Kept kept;
  kept.set("pci_dss", "12 months", "3 months");
  kept.fill_once(0, 1'000);
  kept.region.pass(200 * kDay);
  kept.fill_once(1'000, 700);
  const auto before = kept.records();
  const auto root = kept.root();
  EXPECT_EQ(kept.keep_once().sealed.size(), 1u);
  kept.region.pass(170 * kDay);
  const auto report = kept.keep_once();
  ASSERT_EQ(report.retired.size(), 1u);
  EXPECT_EQ(report.retired.front().begin, 0u);
  EXPECT_EQ(report.retired.front().end, 1'000u);
  EXPECT_EQ(report.retired.front().rule, "pci_dss");
  EXPECT_EQ(report.retired.front().keep, "12 months");
  EXPECT_TRUE(report.undeletable.empty());
  const auto after = kept.records();
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) ASSERT_EQ(after[i], i < 1'000 ? "" : before[i]);
  EXPECT_EQ(kept.root(), root);
  EXPECT_EQ(kept.verify(), "");
  ASSERT_EQ(kept.last_report.retired.size(), 1u);
  EXPECT_EQ(kept.last_report.retired.front(), report.retired.front());
  // One file of the 700 that are left.
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(kept.region.files().segments()))
    ++files;
  EXPECT_EQ(files, 1u);
  auto reader = store::LedgerReader::open(kept.region.files().ledger());
  const auto gone = reader->record(*reader->log(base::TenantId("acme")), base::seq_at(999));
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().message.find("under the rule pci_dss, which keeps 12 months"), std::string::npos);
}

TEST(Retiring, GoesByTypeOfEvent) {
  Kept kept;
  kept.set("hipaa", "6 years", "12 months", {{"challenge.*", "custom", *parse_span("90 days")}});
  kept.fill_once(0, 1'000);
  const auto before = kept.records();
  const auto root = kept.root();
  kept.region.pass(100 * kDay);
  const auto report = kept.keep_once();
  EXPECT_EQ(report.sealed.size(), 2u);
  ASSERT_EQ(report.retired.size(), 1u);
  EXPECT_EQ(report.retired.front().rule, "custom");
  EXPECT_EQ(report.retired.front().records, 800u);  // four of five types of the sample are challenges
  const auto after = kept.records();
  for (std::size_t i = 0; i < after.size(); ++i) ASSERT_EQ(after[i], i % 5 == 4 ? before[i] : "");
  EXPECT_EQ(kept.root(), root);
  EXPECT_EQ(kept.verify(), "");
}

TEST(Retiring, TakesTheValuesThatStandInNothingElse) {
  Kept kept;
  kept.set("custom", "10 days", "1 day");
  kept.fill_once(0, 60);  // user-0 to user-59
  kept.region.pass(8 * kDay);
  kept.fill_once(97, 30);  // user-0 to user-29 again
  const auto emails = [&] {
    auto vault = vault::VaultReader::open(kept.region.files().vault(), kept.region.keys());
    std::set<std::string> out;
    EXPECT_TRUE(vault->read_all(base::TenantId("acme"),
                                [&](record::Kind kind, std::string_view, std::string_view value) {
                                  if (kind == record::Kind::email) out.emplace(value);
                                  return base::Result<void>();
                                }));
    return out;
  };
  EXPECT_EQ(emails().size(), 60u);
  kept.region.pass(3 * kDay);
  auto writer = kept.region.open_writer();
  const auto report = kept.keep(*writer);
  ASSERT_EQ(report.retired.size(), 1u);
  ASSERT_EQ(report.erased.size(), 1u);
  EXPECT_EQ(report.erased.front().reason, "retention");
  EXPECT_EQ(report.erased.front().kinds.at("email"), 30u);
  const auto left = emails();
  EXPECT_EQ(left.size(), 30u);
  EXPECT_TRUE(left.contains("user29@example.com"));
  EXPECT_FALSE(left.contains("user30@example.com"));
  EXPECT_EQ(kept.erasures.list()->size(), 1u);
}

TEST(Retiring, StopsAtAHold) {
  Kept kept;
  kept.set("custom", "10 days", "1 day");
  kept.fill_once(0, 300);
  kept.region.pass(20 * kDay);
  const base::TenantId acme("acme");
  ASSERT_TRUE(kept.holds.add({"case-1", {}, acme, {}}));
  auto report = kept.keep_once();
  EXPECT_EQ(report.sealed.size(), 1u);
  EXPECT_TRUE(report.retired.empty());
  EXPECT_EQ(report.held, std::vector<std::string>{"case-1"});
  ASSERT_TRUE(kept.holds.release("case-1"));
  // A hold on one person keeps the file that holds the person's records.
  std::string token;
  auto reader = store::LedgerReader::open(kept.region.files().ledger());
  const auto bytes = *reader->record(*reader->log(acme), base::seq_at(5));
  const auto view = *record::read_record(bytes);
  ASSERT_TRUE(record::for_each_token(*record::read_event(view.event),
                                     [&](const record::TokenAt& at) { token = at.token; }));
  ASSERT_TRUE(kept.holds.add({"case-2", {}, acme, {token}}));
  EXPECT_EQ(kept.keep_once().held, std::vector<std::string>{"case-2"});
  ASSERT_TRUE(kept.holds.release("case-2"));
  EXPECT_EQ(kept.keep_once().retired.size(), 1u);
  EXPECT_EQ(kept.verify(), "");
}

TEST(Retiring, RetiresAWholeLogAndStillGoesOn) {
  Kept kept;
  kept.set("custom", "10 days", "1 day");
  kept.fill_once(0, 300);
  kept.region.pass(20 * kDay);
  EXPECT_EQ(kept.keep_once().retired.size(), 1u);
  EXPECT_EQ(kept.verify(), "");
  kept.fill_once(300, 300);
  EXPECT_EQ(kept.verify(), "");
  const auto records = kept.records();
  ASSERT_EQ(records.size(), 600u);
  EXPECT_EQ(records[299], "");
  EXPECT_EQ(base::index_of(record::read_record(records[300])->seq), 300u);
}

TEST(Retiring, MakesGoodWhatACrashLeft) {
  Kept kept;
  kept.set("custom", "10 days", "1 day");
  kept.fill_once(0, 300);
  const auto folder = kept.region.files().segments();
  ASSERT_TRUE(base::make_folders_durably(folder));
  std::ofstream(folder / "acme-0-299-custom-10-days.jsonl.zst") << "half of a file";
  std::ofstream(folder / "acme-0-299-custom-10-days.jsonl.zst.unfinished") << "less";
  std::ofstream(folder / "README") << "of the operator";
  kept.region.pass(5 * kDay);
  EXPECT_EQ(kept.keep_once().sealed.size(), 1u);
  EXPECT_EQ(kept.verify(), "");
  EXPECT_FALSE(std::filesystem::exists(folder / "acme-0-299-custom-10-days.jsonl.zst.unfinished"));
  EXPECT_TRUE(std::filesystem::exists(folder / "README"));
  // A copy of the file that came back after its retirement.
  std::filesystem::copy_file(folder / "acme-0-299-custom-10-days.jsonl.zst", kept.region.dir() / "copy");
  kept.region.pass(20 * kDay);
  EXPECT_EQ(kept.keep_once().retired.size(), 1u);
  std::filesystem::copy_file(kept.region.dir() / "copy", folder / "acme-0-299-custom-10-days.jsonl.zst");
  EXPECT_TRUE(kept.keep_once().retired.empty());
  EXPECT_FALSE(std::filesystem::exists(folder / "acme-0-299-custom-10-days.jsonl.zst"));
}

TEST(Sealing, DropsWhatACrashLeftInTheTable) {
  Kept kept;
  kept.set("custom", "10 days", "1 day");
  auto writer = kept.region.open_writer();
  fill(*writer, 0, 300);
  writer.reset();
  const auto before = kept.records();
  kept.region.pass(5 * kDay);
  writer = kept.region.open_writer();
  {
    auto reader = store::LedgerReader::open(kept.region.files().ledger());
    const auto log = *reader->log(base::TenantId("acme"));
    const auto rules = kept.book.of(base::TenantId("acme"));
    const auto now = kept.region.clock()();
    const auto range = next_to_seal(*reader, log, rules, now);
    ASSERT_TRUE(range && *range);
    const auto parts = write_segments(*reader, log, **range, rules, now, kept.region.files().segments());
    ASSERT_TRUE(parts) << parts.error().message;
    const auto sealed =
        store::call_on_ledger(*writer, [&](store::LedgerThread& here) { return here.store.seal(*parts); });
    ASSERT_TRUE(sealed) << sealed.error().message;
  }
  EXPECT_EQ(kept.count("SELECT count(*) FROM records"), 300) << "as if the process had ended here";
  EXPECT_EQ(kept.records(), before);
  EXPECT_EQ(kept.verify(), "");
  EXPECT_TRUE(kept.keep(*writer).sealed.empty());
  EXPECT_EQ(kept.count("SELECT count(*) FROM records"), 0);
  EXPECT_EQ(kept.records(), before);
  EXPECT_EQ(kept.verify(), "");
}

TEST(Sealing, BringsAFileOfTheFirstFormatToThisOne) {
  Kept kept;
  kept.fill_once(0, 300);
  {
    auto ledger =
        sqlite::Connection::open(kept.region.files().ledger(), {.access = sqlite::Access::read_write});
    ASSERT_TRUE(
        ledger->execute("DROP TABLE segments; DROP TABLE retirements; DROP TRIGGER records_refuses_DELETE"));
    for (const auto& statement : store::ledger_schema(1)) {
      const bool first = statement.starts_with("CREATE TRIGGER records_refuses_DELETE");
      ASSERT_TRUE(!first || ledger->execute(statement));
    }
    ASSERT_TRUE(ledger->execute("PRAGMA user_version=1"));
    ASSERT_TRUE(ledger->empty_wal());
  }
  EXPECT_EQ(kept.verify(), "") << "it is read and verified as it is";
  const auto before = kept.records();
  EXPECT_EQ(before.size(), 300u);
  kept.set("custom", "10 days", "1 day");
  kept.region.pass(5 * kDay);
  EXPECT_EQ(kept.keep_once().sealed.size(), 1u);
  EXPECT_EQ(kept.count("PRAGMA user_version"), 2);
  EXPECT_EQ(kept.records(), before);
  EXPECT_EQ(kept.verify(), "");
}

TEST(Retiring, FollowsALinkToOtherStorage) {
  Kept kept;
  kept.set("custom", "10 days", "1 day");
  kept.fill_once(0, 300);
  kept.region.pass(5 * kDay);
  ASSERT_EQ(kept.keep_once().sealed.size(), 1u);
  const auto name = kept.region.files().segments() / "acme-0-299-custom-10-days.jsonl.zst";
  const auto elsewhere = kept.region.dir() / "write-once.jsonl.zst";
  std::filesystem::rename(name, elsewhere);
  EXPECT_NE(kept.verify().find("No such file"), std::string::npos);
  std::filesystem::create_symlink(elsewhere, name);
  EXPECT_EQ(kept.verify(), "");
  kept.region.pass(20 * kDay);
  EXPECT_EQ(kept.keep_once().retired.size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(elsewhere));
  EXPECT_FALSE(std::filesystem::is_symlink(name));
}

TEST(SealedLedger, NoticesWhatWasDoneToItsFilesAndStatements) {
  Kept kept;
  kept.set("hipaa", "6 years", "12 months", {{"challenge.*", "custom", *parse_span("90 days")}});
  kept.fill_once(0, 600);
  kept.region.pass(100 * kDay);
  ASSERT_EQ(kept.keep_once().retired.size(), 1u);
  ASSERT_EQ(kept.verify(), "");
  const auto faults_after = [&](const std::string& sql) {
    Kept copy(&kept.region);
    testing::tamper(copy.region, sql);
    return copy.verify();
  };
  EXPECT_NE(faults_after("DELETE FROM segments WHERE part=0"), "");
  EXPECT_NE(faults_after("DELETE FROM segments"), "");
  EXPECT_NE(faults_after("DELETE FROM retirements"), "") << "a file that went without a rule";
  EXPECT_NE(faults_after("UPDATE segments SET members=zeroblob(length(members)) WHERE part=0"), "");
  EXPECT_NE(faults_after("UPDATE segments SET hashes=zeroblob(length(hashes)) WHERE part=0"), "");
  EXPECT_NE(
      faults_after("UPDATE segments SET statement=replace(statement,'\"records\":480','\"records\":481')"),
      "");
  EXPECT_NE(
      faults_after("UPDATE retirements SET statement=replace(statement,'\"records\":480','\"records\":1')"),
      "");
  EXPECT_NE(faults_after("INSERT INTO retirements SELECT first,part+7,statement FROM retirements"), "");
  // The other part is retired by hand: its file is there, and verifies, but the keys and times say the same.
  Kept copy(&kept.region);
  for (const auto& entry : std::filesystem::directory_iterator(copy.region.files().segments())) {
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100).put('x');
  }
  EXPECT_NE(copy.verify(), "");
}

/// As the daemon records what was done.
record::PreparedEvent event_of(const store::RecordedPart& part, const std::string& type) {
  auto prepared = record::prepare_event(
      {{"id", part.id},
       {"time", base::format_rfc3339(part.time)},
       {"type", type},
       {"tenant", base::kSystemTenant},
       {"action", {{"name", "retention"}, {"resource", "acme"}, {"context", part.context}}}},
      {base::SourceName(std::string(store::kApplianceSource)), record::Proof::none},
      record::Vocabulary::system);
  EXPECT_TRUE(prepared);
  return std::move(*prepared);
}

TEST(SealedLedger, HoldsItsStatementsToWhatWasRecorded) {
  Kept kept;
  kept.set("hipaa", "6 years", "12 months", {{"challenge.*", "custom", *parse_span("90 days")}});
  kept.fill_once(0, 600);
  kept.region.pass(100 * kDay);
  const auto report = kept.keep_once();
  ASSERT_EQ(report.retired.size(), 1u);
  ASSERT_EQ(report.sealed.size(), 2u);
  {
    auto writer = kept.region.open_writer();
    std::vector<record::PreparedEvent> batch;
    batch.push_back(event_of(store::recorded(report.sealed[0]), "records.sealed"));
    batch.push_back(event_of(store::recorded(report.sealed[1]), "records.sealed"));
    batch.push_back(event_of(store::recorded(report.retired[0]), "records.retired"));
    ASSERT_TRUE(TestRegion::append(*writer, std::move(batch)));
  }
  ASSERT_EQ(kept.verify(), "");
  const auto fault_after = [&](const std::string& table, const std::string& old, const std::string& with) {
    Kept copy(&kept.region);
    testing::tamper(copy.region,
                    fmt::format("UPDATE {} SET statement=replace(statement,'{}','{}')", table, old, with));
    return copy.verify();
  };
  const auto retired = base::format_rfc3339(report.retired[0].retired);
  for (const auto& [old, with] :
       {std::pair<std::string, std::string>("\"rule\":\"custom\"", "\"rule\":\"pci_dss\""),
        {"90 days", "30 days"},
        {retired, base::format_rfc3339({report.retired[0].retired.micros + 1})}})
    EXPECT_NE(fault_after("retirements", old, with).find("is not what was recorded"), std::string::npos)
        << old;
  EXPECT_NE(fault_after("segments", base::format_rfc3339(report.sealed[0].sealed),
                        base::format_rfc3339({report.sealed[0].sealed.micros + 1}))
                .find("is not what was recorded"),
            std::string::npos);
}

TEST(SealedLedger, ReadsSeveralRangesOfATileThatIsNotFull) {
  Kept kept;
  kept.set("custom", "20 days", "1 day");
  for (std::uint64_t n = 0; n < 4; ++n) {
    {
      auto writer = kept.region.open_writer();
      fill(*writer, n * 30, 30);
    }
    kept.region.pass(5 * kDay);
    kept.keep_once();
  }
  kept.region.pass(6 * kDay);
  ASSERT_FALSE(kept.keep_once().retired.empty());
  EXPECT_EQ(kept.verify(), "");
  const auto records = kept.records();
  ASSERT_EQ(records.size(), 120u);
  EXPECT_EQ(records.front(), "");
  EXPECT_NE(records.back(), "");
}

TEST(SealedLedger, NoticesRecordsThatAreGoneWithoutHavingBeenRetired) {
  Kept kept;
  kept.fill_once(0, 1'500);
  const auto number = kept.count("SELECT number FROM logs WHERE name LIKE '%/acme'") << store::kSeqBits;
  // A range that claims to reach beyond the log, so that its records can be taken away.
  store::SegmentStatement sealed;
  sealed.log.text = "log.example.com/eu-1/acme";
  sealed.begin = 1'000;
  sealed.end = std::uint64_t{1} << 39;
  sealed.records = 500;
  sealed.file = "none.jsonl.zst";
  const store::RetirementStatement retired{sealed.log, sealed.begin, sealed.end, 0,          500,
                                           {},         {1},          "pci_dss",  "12 months"};
  {
    auto ledger =
        sqlite::Connection::open(kept.region.files().ledger(), {.access = sqlite::Access::read_write});
    const auto run = [&](const std::string& sql) {
      const auto done = ledger->execute(sql);
      EXPECT_TRUE(done) << sql << ": " << done.error().message;
    };
    run(fmt::format("INSERT INTO segments VALUES({},0,{},'{}',x'',x'')", number + 1'000,
                    number + static_cast<std::int64_t>(sealed.end), store::format_segment(sealed)));
    run(fmt::format("INSERT INTO retirements VALUES({},0,'{}')", number + 1'000,
                    store::format_retirement(retired)));
    run(fmt::format("DELETE FROM records WHERE place>={} AND place<{}", number + 1'000, number + 1'499));
    run("DROP TRIGGER idempotency_refuses_DELETE");
    run(fmt::format("DELETE FROM idempotency WHERE place>={} AND place<{}", number + 1'000, number + 1'499));
    for (const auto& statement : store::ledger_schema()) {
      if (statement.starts_with("CREATE TRIGGER idempotency_refuses_DELETE")) run(statement);
    }
    EXPECT_TRUE(ledger->empty_wal());
  }
  EXPECT_NE(kept.verify(), "");
}

TEST(SealedLedger, NoticesAnotherRecordInTheTableOverASealedOne) {
  Kept kept;
  kept.set("custom", "100 days", "1 day");
  kept.fill_once(0, 300);
  kept.region.pass(20 * kDay);
  ASSERT_EQ(kept.keep_once().sealed.size(), 1u);
  ASSERT_EQ(kept.verify(), "");
  const auto before = kept.records();
  const auto number = kept.count("SELECT number FROM logs WHERE name LIKE '%/acme'") << store::kSeqBits;
  {
    auto ledger =
        sqlite::Connection::open(kept.region.files().ledger(), {.access = sqlite::Access::read_write});
    ASSERT_TRUE(
        ledger->execute(fmt::format("INSERT INTO records VALUES({},CAST('forged' AS BLOB))", number + 7)));
    EXPECT_TRUE(ledger->empty_wal());
  }
  EXPECT_NE(kept.verify().find("another record stands in the place"), std::string::npos) << kept.verify();
  auto reader = store::LedgerReader::open(kept.region.files().ledger());
  EXPECT_EQ(*reader->record(*reader->log(base::TenantId("acme")), base::seq_at(7)), before[7]);
}

TEST(SealedLedger, TakesEventsInWhileAFileCannotBeReached) {
  Kept kept;
  kept.set("custom", "100 days", "1 day");
  kept.fill_once(0, 300);
  kept.region.pass(20 * kDay);
  ASSERT_EQ(kept.keep_once().sealed.size(), 1u);
  const auto folder = kept.region.files().segments();
  std::filesystem::rename(folder, kept.region.dir() / "away");
  auto writer = kept.region.open_writer();
  std::vector<record::PreparedEvent> batch;
  batch.push_back(sample_event(17));
  batch.push_back(sample_event(1'000));
  const auto result = TestRegion::append(*writer, std::move(batch));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ((*result)[0].status, store::AppendStatus::duplicate);
  EXPECT_EQ((*result)[1].status, store::AppendStatus::appended);
  EXPECT_EQ(kept.region.fatal_errors(), 0);
}

TEST(SealedLedger, RefusesToDeleteWhatIsNotSealed) {
  Kept kept;
  kept.set("custom", "10 days", "1 day");
  kept.fill_once(0, 300);
  auto ledger =
      sqlite::Connection::open(kept.region.files().ledger(), {.access = sqlite::Access::read_write});
  EXPECT_FALSE(ledger->execute("DELETE FROM records WHERE place=5"));
  ledger = base::fail(base::Code::aborted, "closed");
  kept.region.pass(5 * kDay);
  ASSERT_EQ(kept.keep_once().sealed.size(), 1u);
  ledger = sqlite::Connection::open(kept.region.files().ledger(), {.access = sqlite::Access::read_write});
  EXPECT_FALSE(ledger->execute("DELETE FROM segments"));
  EXPECT_FALSE(ledger->execute("UPDATE segments SET behind=behind+1"));
}

TEST(SealedLedger, IsReadWhileItIsSealed) {
  Kept kept;
  kept.set("custom", "10 days", "1 day");
  kept.fill_once(0, 40'000);
  kept.region.pass(5 * kDay);
  const auto before = kept.records();
  auto writer = kept.region.open_writer();
  std::atomic<bool> done{false};
  std::vector<std::string> wrong;
  std::thread reading([&] {
    while (!done) {
      if (kept.records() != before) wrong.emplace_back("records differ");
    }
  });
  EXPECT_EQ(kept.keep(*writer).sealed.size(), 1u);
  EXPECT_EQ(kept.count("SELECT count(*) FROM records"), 0);
  done = true;
  reading.join();
  EXPECT_TRUE(wrong.empty());
}

TEST(FirstReceived, FindsTheBoundaryAroundWhatWasRetired) {
  Kept kept;
  kept.set("hipaa", "6 years", "12 months", {{"challenge.*", "custom", *parse_span("90 days")}});
  kept.fill_once(0, 500);
  std::vector<base::Timestamp> received;
  for (const auto& bytes : kept.records()) received.push_back(record::read_record(bytes)->received);
  kept.region.pass(100 * kDay);
  ASSERT_EQ(kept.keep_once().retired.size(), 1u);
  auto reader = store::LedgerReader::open(kept.region.files().ledger());
  const auto log = *reader->log(base::TenantId("acme"));
  using Unsure = store::LedgerReader::Unsure;
  for (std::size_t i = 0; i < received.size(); i += 7) {
    const auto earliest = *reader->first_received(log, received[i], log.size, Unsure::earliest);
    const auto latest = *reader->first_received(log, received[i], log.size, Unsure::latest);
    EXPECT_LE(earliest, i);
    EXPECT_GE(latest, i);
    EXPECT_LE(latest - earliest, 5u) << "every fifth record is left and tells where the boundary is";
  }
  EXPECT_EQ(*reader->first_received(log, {0}, log.size), 0u);
  EXPECT_EQ(*reader->first_received(log, {INT64_MAX}, log.size), log.size);
}

}  // namespace
}  // namespace countersign::retention
