#include "ledger/store/writer.h"

#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/record/token.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/tree/proof.h"
#include "ledger/vault/vault_reader.h"
#include "tests/support/test_region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <set>

namespace countersign::store {
namespace {

using base::Code;
using ::testing::ElementsAre;
using testing::sample_event;
using testing::TestRegion;

std::vector<record::PreparedEvent> sample_batch(std::uint64_t first, std::uint64_t count,
                                                const std::string& tenant = "acme") {
  std::vector<record::PreparedEvent> events;
  for (std::uint64_t n = first; n < first + count; ++n) events.push_back(sample_event(n, tenant));
  return events;
}

std::vector<std::string> records_of(const TestRegion& region, const std::string& tenant) {
  auto reader = LedgerReader::open(region.files().ledger());
  EXPECT_TRUE(reader) << reader.error().message;
  const auto log = reader->log(base::TenantId(tenant));
  std::vector<std::string> records;
  if (!log) return records;
  const auto read =
      reader->read(*log, 0, log->size, [&](base::Seq, std::string_view bytes) -> base::Result<void> {
        records.emplace_back(bytes);
        return {};
      });
  EXPECT_TRUE(read) << read.error().message;
  return records;
}

TEST(LedgerWriter, ChainsRecordsAndAnswersWithTheirHashes) {
  TestRegion region;
  auto writer = region.open_writer();
  const auto result = TestRegion::append(*writer, sample_batch(0, 600));
  ASSERT_TRUE(result) << result.error().message;
  const auto records = records_of(region, "acme");
  ASSERT_EQ(records.size(), 600u);
  base::Digest prev;
  base::Timestamp received;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto view = record::read_record(records[i]);
    ASSERT_TRUE(view) << view.error().message;
    EXPECT_EQ(view->log, "log.example.com/eu-1/acme");
    EXPECT_EQ(base::index_of(view->seq), i);
    EXPECT_EQ(view->prev, prev);
    EXPECT_GE(view->received, received);
    prev = record::record_hash(records[i]);
    received = view->received;
    EXPECT_EQ((*result)[i].status, AppendStatus::appended);
    EXPECT_EQ((*result)[i].receipt.hash, prev);
    EXPECT_EQ((*result)[i].receipt.seq, view->seq);
  }
}

TEST(LedgerWriter, KeepsLogsOfTenantsApart) {
  TestRegion region;
  auto writer = region.open_writer();
  auto batch = sample_batch(0, 10, "acme");
  for (auto& event : sample_batch(10, 5, "globex")) batch.push_back(std::move(event));
  ASSERT_TRUE(TestRegion::append(*writer, std::move(batch)));
  EXPECT_EQ(records_of(region, "acme").size(), 10u);
  const auto globex = records_of(region, "globex");
  ASSERT_EQ(globex.size(), 5u);
  EXPECT_EQ(base::index_of(record::read_record(globex.front())->seq), 0u);
}

TEST(LedgerWriter, AnswersADuplicateWithTheReceiptOfTheFirst) {
  TestRegion region;
  Receipt first;
  {
    auto writer = region.open_writer();
    auto batch = sample_batch(0, 3);
    batch.push_back(sample_event(1));
    const auto result = TestRegion::append(*writer, std::move(batch));
    ASSERT_TRUE(result);
    EXPECT_EQ((*result)[3].status, AppendStatus::duplicate);
    EXPECT_EQ((*result)[3].receipt, (*result)[1].receipt);
    first = (*result)[2].receipt;
  }
  auto writer = region.open_writer();
  const auto again = TestRegion::append(*writer, sample_batch(2, 1));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->front().status, AppendStatus::duplicate);
  EXPECT_EQ(again->front().receipt, first);
  EXPECT_EQ(records_of(region, "acme").size(), 3u);
}

TEST(LedgerWriter, SaysWhereAnIdWasUsedForAnotherEvent) {
  TestRegion region;
  const auto other = [](std::string_view what) {
    auto json = testing::sample_event_json(1);
    if (what == "value") json["actor"].as_object()["email"] = "never.seen@example.com";
    if (what == "known value") json["actor"].as_object()["email"] = "sam@example.com";
    if (what == "time") json["time"] = "2026-02-01T00:00:00Z";
    return std::move(*record::prepare_event(json, {base::SourceName("app"), record::Proof::token}));
  };
  const auto statuses = [&](Writer& writer) {
    std::vector<record::PreparedEvent> batch;
    for (const auto* what : {"nothing", "value", "known value", "time", "nothing"})
      batch.push_back(other(what));
    const auto result = TestRegion::append(writer, std::move(batch));
    std::vector<AppendStatus> found;
    for (const auto& outcome : *result) found.push_back(outcome.status);
    return found;
  };
  auto sam = testing::sample_event_json(2);
  sam["actor"].as_object()["email"] = "sam@example.com";
  using enum AppendStatus;
  auto writer = region.open_writer();
  std::vector<record::PreparedEvent> first;
  first.push_back(std::move(*record::prepare_event(sam, {base::SourceName("app"), record::Proof::token})));
  ASSERT_TRUE(TestRegion::append(*writer, std::move(first)));
  EXPECT_THAT(statuses(*writer), ElementsAre(appended, differing, differing, differing, duplicate));
  EXPECT_THAT(statuses(*writer), ElementsAre(duplicate, differing, differing, differing, duplicate));
  EXPECT_EQ(records_of(region, "acme").size(), 2u);
}

TEST(LedgerWriter, TellsAnEventFromItsRepetitionsByItsContent) {
  TestRegion region;
  const auto event = [](std::string_view sent, std::string_view tenant = "acme") {
    auto json = testing::sample_event_json(1, std::string(tenant));
    json["id"] = record::content_id(crypto::sha256(sent));
    return std::move(*record::prepare_event(json, {base::SourceName("app"), record::Proof::token}));
  };
  using enum AppendStatus;
  {
    auto writer = region.open_writer();
    std::vector<record::PreparedEvent> batch;
    for (const auto* sent : {"one", "two", "one"}) batch.push_back(event(sent));
    batch.push_back(event("one", "globex"));
    const auto result = TestRegion::append(*writer, std::move(batch));
    ASSERT_TRUE(result) << result.error().message;
    std::vector<AppendStatus> found;
    for (const auto& outcome : *result) found.push_back(outcome.status);
    EXPECT_THAT(found, ElementsAre(appended, appended, duplicate, appended));
    EXPECT_EQ((*result)[2].receipt, (*result)[0].receipt);
  }
  auto writer = region.open_writer();
  std::vector<record::PreparedEvent> batch;
  batch.push_back(event("two"));
  const auto again = TestRegion::append(*writer, std::move(batch));
  EXPECT_EQ(again->front().status, duplicate);
  EXPECT_EQ(base::index_of(again->front().receipt.seq), 1u);

  const auto records = records_of(region, "acme");
  ASSERT_EQ(records.size(), 2u);
  const auto view = record::read_record(records[0]);
  const auto read = record::read_event(view->event);
  ASSERT_TRUE(read) << read.error().message;
  const std::string id(read->text(record::kId));
  ASSERT_TRUE(id.starts_with("content:")) << id;
  // The id is the token of what is kept under attributes, and nothing that can be computed from the content.
  const auto token = id.substr(8);
  EXPECT_NE(records[0].find("\"content_sha256\":\"" + token + "\""), std::string::npos) << records[0];
  EXPECT_EQ(records[0].find(base::to_hex(crypto::sha256("one").view())), std::string::npos);
  auto vault = vault::VaultReader::open(region.files().vault(), region.keys());
  const auto opened = vault->disclose(base::TenantId("acme"), token);
  ASSERT_TRUE(opened && *opened);
  EXPECT_EQ((*opened)->value, "\"" + base::to_hex(crypto::sha256("one").view()) + "\"");
  EXPECT_EQ(records_of(region, "globex").at(0).find(token), std::string::npos)
      << "another tenant, another token";
}

TEST(LedgerWriter, TakesTheSameIdFromTwoSourcesAsTwoEvents) {
  TestRegion region;
  auto writer = region.open_writer();
  std::vector<record::PreparedEvent> batch;
  batch.push_back(sample_event(1, "acme", "app"));
  batch.push_back(sample_event(1, "acme", "okta"));
  const auto result = TestRegion::append(*writer, std::move(batch));
  ASSERT_TRUE(result);
  EXPECT_EQ((*result)[1].status, AppendStatus::appended);
}

TEST(LedgerWriter, PutsTokensInPlaceOfPersonalValuesAndTheVaultOpensThem) {
  TestRegion region;
  auto writer = region.open_writer();
  ASSERT_TRUE(TestRegion::append(*writer, sample_batch(0, 100)));
  const auto records = records_of(region, "acme");
  auto vault = vault::VaultReader::open(region.files().vault(), region.keys());
  ASSERT_TRUE(vault) << vault.error().message;
  std::set<std::string> emails;
  for (const auto& bytes : records) {
    EXPECT_EQ(bytes.find("@example.com"), std::string::npos);
    EXPECT_EQ(bytes.find("+1415"), std::string::npos);
    EXPECT_EQ(bytes.find("192.0.2."), std::string::npos);
    const auto event = record::read_event(record::read_record(bytes)->event);
    ASSERT_TRUE(event);
    const auto token = std::string(event->plain(record::kActorEmail));
    const auto opened = vault->disclose(base::TenantId("acme"), token);
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_TRUE(opened->has_value());
    EXPECT_EQ((*opened)->kind, record::Kind::email);
    EXPECT_EQ(record::token_text((*opened)->kind, (*opened)->salt, (*opened)->value), token);
    emails.insert((*opened)->value);
    const auto other_tenant = vault->disclose(base::TenantId("globex"), token);
    ASSERT_TRUE(other_tenant);
    EXPECT_FALSE(other_tenant->has_value());
  }
  EXPECT_EQ(emails.size(), 97u);
  const auto found = vault->find(base::TenantId("acme"), record::Kind::email, "user5@example.com");
  ASSERT_TRUE(found && found->has_value());
  EXPECT_EQ(**found, record::read_event(record::read_record(records[5])->event)->plain(record::kActorEmail));
}

TEST(LedgerWriter, GivesOneTokenToOneValueWithinATenantAndAnotherInTheNext) {
  TestRegion region;
  auto writer = region.open_writer();
  std::vector<record::PreparedEvent> batch;
  batch.push_back(sample_event(0, "acme"));
  batch.push_back(sample_event(97, "acme"));
  batch.push_back(sample_event(194, "globex"));
  ASSERT_TRUE(TestRegion::append(*writer, std::move(batch)));
  const auto acme = records_of(region, "acme");
  const auto globex = records_of(region, "globex");
  const auto phone = [](const std::string& bytes) {
    return std::string(record::read_event(record::read_record(bytes)->event)->plain(record::kActorPhone));
  };
  EXPECT_EQ(phone(acme[0]), phone(acme[1]));
  EXPECT_NE(phone(acme[0]), phone(globex[0]));
}

TEST(LedgerWriter, SignsACheckpointOfEveryLogWhenItStops) {
  TestRegion region;
  auto writer = region.open_writer();
  ASSERT_TRUE(TestRegion::append(*writer, sample_batch(0, 700)));
  writer->stop();
  auto reader = LedgerReader::open(region.files().ledger());
  ASSERT_TRUE(reader);
  const auto log = reader->log(base::TenantId("acme"));
  ASSERT_TRUE(log);
  const auto newest = reader->newest_checkpoint(*log);
  ASSERT_TRUE(newest && newest->has_value());
  EXPECT_EQ((*newest)->size, 700u);
  const auto root = tree::root_at(700, reader->nodes(*log));
  ASSERT_TRUE(root) << root.error().message;
  const auto body = tree::read_checkpoint_body((*newest)->note);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->root, *root);
  EXPECT_EQ(body->origin, log->name);
}

TEST(LedgerWriter, RefusesAStoreThatAnotherWriterHas) {
  TestRegion region;
  auto writer = region.open_writer();
  const auto second = Writer::open(region.options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::failed_precondition);
  EXPECT_NE(second.error().message.find("in use by process"), std::string::npos);
}

TEST(LedgerWriter, RefusesABatchAtOnceWhenItsQueueIsFull) {
  TestRegion region;
  auto options = region.options();
  options.limits.queue_events_max = 100;
  std::promise<void> release;
  auto released = release.get_future().share();
  // The clock is asked for each record: holding it holds the ledger's thread inside its first group.
  options.clock = [clock = region.clock(), released] {
    released.wait();
    return clock();
  };
  std::atomic<int> done{0};
  auto writer = Writer::open(std::move(options));
  ASSERT_TRUE(writer);
  const auto count = [&](AppendResult result) { done += result ? 1 : 0; };
  ASSERT_TRUE((*writer)->submit(sample_batch(0, 60), count));
  ASSERT_TRUE((*writer)->submit(sample_batch(60, 40), count));
  const auto refused = (*writer)->submit(sample_batch(100, 1), count);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  const auto too_large = (*writer)->submit(sample_batch(100, 101), count);
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().code, Code::resource_exhausted);
  release.set_value();
  (*writer)->stop();
  EXPECT_EQ(done, 2);
  EXPECT_EQ(records_of(region, "acme").size(), 100u);
}

TEST(LedgerWriter, WritesWhatWaitsBeforeItStopsAndTakesNothingAfter) {
  TestRegion region;
  auto writer = region.open_writer();
  std::atomic<int> appended{0};
  for (std::uint64_t n = 0; n < 50; ++n)
    ASSERT_TRUE(writer->submit(sample_batch(n * 10, 10), [&](AppendResult result) {
      appended += result ? static_cast<int>(result->size()) : 0;
    }));
  writer->stop();
  EXPECT_EQ(appended, 500);
  const auto late = writer->submit(sample_batch(500, 1), [](AppendResult) { FAIL(); });
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::unavailable);
}

TEST(LedgerWriter, RefusesWhenTheDiskIsNearlyFullAndGoesOnByItself) {
  TestRegion region;
  auto writer = region.open_writer();
  WriterLimits limits;
  limits.disk_reserve_bytes = UINT64_MAX;
  writer->set_limits(limits);
  const auto refused = TestRegion::append(*writer, sample_batch(0, 5));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::resource_exhausted);
  limits.disk_reserve_bytes = 0;
  writer->set_limits(limits);
  const auto taken = TestRegion::append(*writer, sample_batch(0, 5));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->front().status, AppendStatus::appended);
  EXPECT_EQ(region.fatal_errors(), 0);
}

TEST(LedgerWriter, RecognisesAnOlderCopyOfItsData) {
  TestRegion region;
  {
    auto writer = region.open_writer();
    ASSERT_TRUE(TestRegion::append(*writer, sample_batch(0, 300)));
  }
  const auto copy = region.dir() / "older";
  std::filesystem::copy(region.files().folder, copy, std::filesystem::copy_options::recursive);
  {
    auto writer = region.open_writer();
    ASSERT_TRUE(TestRegion::append(*writer, sample_batch(300, 50)));
  }
  std::filesystem::remove_all(region.files().folder);
  std::filesystem::rename(copy, region.files().folder);
  const auto opened = Writer::open(region.options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::data_loss);
  EXPECT_NE(opened.error().message.find("older copy"), std::string::npos) << opened.error().message;
}

TEST(LedgerWriter, RecognisesDataThatWasReplacedByAnotherHistory) {
  TestRegion region;
  const auto fresh = region.dir() / "fresh";
  std::filesystem::copy(region.files().folder, fresh, std::filesystem::copy_options::recursive);
  {
    auto writer = region.open_writer();
    ASSERT_TRUE(TestRegion::append(*writer, sample_batch(0, 20)));
  }
  std::filesystem::remove_all(region.files().folder);
  std::filesystem::rename(fresh, region.files().folder);
  auto options = region.options();
  options.head_memory = region.dir() / "no.heads";
  {
    auto writer = Writer::open(std::move(options));
    ASSERT_TRUE(writer);
    ASSERT_TRUE(TestRegion::append(**writer, sample_batch(500, 30)));
  }
  const auto opened = Writer::open(region.options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::data_loss);
  EXPECT_NE(opened.error().message.find("not those that were signed"), std::string::npos)
      << opened.error().message;
}

TEST(LedgerFile, RefusesToChangeOrDeleteWhatWasAppended) {
  TestRegion region;
  {
    auto writer = region.open_writer();
    ASSERT_TRUE(TestRegion::append(*writer, sample_batch(0, 300)));
  }
  auto ledger = sqlite::Connection::open(region.files().ledger(), {.access = sqlite::Access::read_write});
  ASSERT_TRUE(ledger);
  for (const std::string table : {"identity", "logs", "records", "tiles", "checkpoints", "idempotency"}) {
    const auto gone = ledger->execute("DELETE FROM " + table);
    ASSERT_FALSE(gone) << table;
    EXPECT_NE(gone.error().message.find("append-only"), std::string::npos) << gone.error().message;
  }
  EXPECT_FALSE(ledger->execute("UPDATE records SET record=x'00' WHERE place=1"));
  EXPECT_FALSE(ledger->execute("PRAGMA writable_schema=ON; DELETE FROM sqlite_schema WHERE type='trigger'"));
}

TEST(LedgerWriterConcurrency, GivesEachAcknowledgedEventOnePlaceUnderManyThreads) {
  TestRegion region;
  auto options = region.options();
  options.limits.checkpoint_interval_ms = 5;
  auto writer = Writer::open(std::move(options));
  ASSERT_TRUE(writer);
  constexpr int kThreads = 4;
  constexpr std::uint64_t kBatches = 40, kEach = 25;
  std::vector<std::thread> threads;
  std::atomic<std::uint64_t> appended{0}, duplicates{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t b = 0; b < kBatches; ++b) {
        // Neighbouring threads send half of their events twice.
        const auto first = static_cast<std::uint64_t>(t) * kBatches * kEach / 2 + b * kEach;
        const auto result =
            TestRegion::append(**writer, sample_batch(first, kEach, b % 2 == 0 ? "acme" : "globex"));
        ASSERT_TRUE(result);
        for (const auto& outcome : *result)
          ++(outcome.status == AppendStatus::appended ? appended : duplicates);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  (*writer)->stop();
  const auto stored = records_of(region, "acme").size() + records_of(region, "globex").size();
  EXPECT_EQ(appended, stored);
  EXPECT_EQ(appended + duplicates, kThreads * kBatches * kEach);
  EXPECT_GT(duplicates, 0u);
}

}  // namespace
}  // namespace countersign::store
