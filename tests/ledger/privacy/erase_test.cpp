#include "ledger/store/verify_ledger.h"
#include "ledger/vault/vault_reader.h"
#include "tests/ledger/privacy/people.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace countersign::privacy {
namespace {

using testing::bytes_on_disk;
using testing::erase;
using testing::event_of;
using testing::find;
using testing::holds_a_part;
using testing::prepared;
using testing::sealed_rows;
using testing::TestRegion;

const base::TenantId kAcme("acme");

std::vector<record::PreparedEvent> one(const boost::json::object& event) {
  std::vector<record::PreparedEvent> out;
  out.push_back(prepared(event));
  return out;
}

bool is_disclosed(const TestRegion& region, const std::string& token) {
  auto vault = vault::VaultReader::open(region.files().vault(), region.keys());
  return vault->disclose(kAcme, token)->has_value();
}

void expect_whole(const TestRegion& region) {
  const auto report = store::verify_ledger(region.files().ledger(), {}, {});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->faults.empty());
}

TEST(Erase, LeavesTheRecordsAndNothingOfTheValues) {
  TestRegion region;
  auto writer = region.open_writer();
  ASSERT_TRUE(TestRegion::append(
      *writer, one(event_of("1", {{"id", "u-1"}, {"email", "ana@example.com"}}, "192.0.2.7"))));
  ASSERT_TRUE(TestRegion::append(
      *writer, one(event_of("2", {{"id", "u-2"}, {"email", "bob@example.com"}}, "192.0.2.8"))));
  const auto ana = find(region, {"email=ana@example.com"}), bob = find(region, {"email=bob@example.com"});
  ASSERT_TRUE(ana && bob);
  const auto order = ana->order(kAcme);
  auto tokens = order.certain;
  tokens.insert(tokens.end(), order.unless_shared.begin(), order.unless_shared.end());
  ASSERT_EQ(tokens.size(), 3u);
  const auto rows = sealed_rows(region, tokens);
  ASSERT_EQ(rows.size(), 3u);
  const auto before = bytes_on_disk(region);
  for (const auto& row : rows) ASSERT_TRUE(holds_a_part(before, row)) << "the search finds what is there";

  std::vector<std::string> remembered;
  const auto result = erase(*writer, order, [&](const std::vector<std::string>& gone) -> base::Result<void> {
    remembered = gone;
    for (const auto& token : gone)
      EXPECT_TRUE(is_disclosed(region, token)) << "remembered before it is erased";
    return {};
  });
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->values, 3u);
  EXPECT_EQ(result->kept, 0u);
  EXPECT_EQ(std::set(remembered.begin(), remembered.end()), std::set(tokens.begin(), tokens.end()));
  for (const auto& token : tokens) EXPECT_FALSE(is_disclosed(region, token));
  for (const auto& row : rows) EXPECT_FALSE(holds_a_part(bytes_on_disk(region), row));
  for (const auto& held : bob->values) EXPECT_TRUE(is_disclosed(region, held.token));
  EXPECT_FALSE(find(region, {"email=ana@example.com"}));
  EXPECT_EQ(erase(*writer, order)->values, 0u) << "again is no harm";

  // The same person later is somebody new, and the same event again does not bring the values back.
  ASSERT_TRUE(TestRegion::append(
      *writer, one(event_of("1", {{"id", "u-1"}, {"email", "ana@example.com"}}, "192.0.2.7"))));
  EXPECT_FALSE(find(region, {"email=ana@example.com"}));
  ASSERT_TRUE(TestRegion::append(*writer, one(event_of("3", {{"email", "ana@example.com"}}))));
  const auto later = find(region, {"email=ana@example.com"});
  ASSERT_TRUE(later);
  EXPECT_EQ(later->records, 1u);
  EXPECT_EQ(std::count(tokens.begin(), tokens.end(), later->values.front().token), 0);
  writer->stop();
  expect_whole(region);
}

TEST(Erase, KeepsWhatAnotherPersonsRecordHasComeToHold) {
  TestRegion region;
  auto writer = region.open_writer();
  ASSERT_TRUE(TestRegion::append(*writer, one(event_of("1", {{"email", "ana@example.com"}}, "192.0.2.7"))));
  const auto order = find(region, {"email=ana@example.com"})->order(kAcme);
  ASSERT_EQ(order.unless_shared.size(), 1u) << "the address";
  ASSERT_TRUE(TestRegion::append(*writer, one(event_of("2", {{"email", "bob@example.com"}}, "192.0.2.7"))));
  const auto result = erase(*writer, order);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->values, 1u);
  EXPECT_EQ(result->kept, 1u);
  EXPECT_TRUE(is_disclosed(region, order.unless_shared.front()));
}

TEST(Erase, ErasesNothingThatCannotBeRemembered) {
  TestRegion region;
  auto writer = region.open_writer();
  ASSERT_TRUE(TestRegion::append(*writer, one(event_of("1", {{"email", "ana@example.com"}}))));
  const auto order = find(region, {"email=ana@example.com"})->order(kAcme);
  const auto result = erase(*writer, order, [](const auto&) -> base::Result<void> {
    return base::fail(base::Code::resource_exhausted, "the disk is full");
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::Code::resource_exhausted);
  EXPECT_TRUE(is_disclosed(region, order.certain.front()));
  auto foreign = order;
  foreign.tenant = base::TenantId("globex");
  EXPECT_EQ(erase(*writer, foreign)->values, 0u) << "a tenant's tokens are its own";
  EXPECT_TRUE(is_disclosed(region, order.certain.front()));
}

TEST(Erase, SaysWhenAReaderKeepsOlderPages) {
  TestRegion region;
  auto writer = region.open_writer();
  ASSERT_TRUE(TestRegion::append(*writer, one(event_of("1", {{"email", "ana@example.com"}}))));
  const auto order = find(region, {"email=ana@example.com"})->order(kAcme);
  const auto rows = sealed_rows(region, order.certain);
  {
    auto reader = sqlite::Connection::open(region.files().vault(), {});
    auto transaction = sqlite::Transaction::begin(*reader, sqlite::Transaction::Kind::read);
    ASSERT_TRUE(reader->query_integer("SELECT count(*) FROM personal"));
    const auto result = erase(*writer, order);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, base::Code::unavailable);
  }
  EXPECT_TRUE(erase(*writer, order));
  for (const auto& row : rows) EXPECT_FALSE(holds_a_part(bytes_on_disk(region), row));
}

TEST(Erase, IsRefusedWhenTheLedgerStops) {
  TestRegion region;
  auto writer = region.open_writer();
  writer->stop();
  EXPECT_EQ(erase(*writer, {kAcme, {}, {}, 0}).error().code, base::Code::unavailable);
}

/// Whatever came before and between, no byte of an erased row is left, and everything else is.
class ErasedHistory : public ::testing::TestWithParam<unsigned> {};

TEST_P(ErasedHistory, LeavesNoByteOfWhatWasErased) {
  std::mt19937 random(GetParam());
  const auto below = [&](unsigned bound) {
    return std::uniform_int_distribution<unsigned>(0, bound - 1)(random);
  };
  TestRegion region(GetParam());
  auto writer = region.open_writer();
  std::vector<std::string> gone;
  std::set<unsigned> alive;
  unsigned next_event = 0;
  for (int step = 0; step < 15; ++step) {
    if (alive.empty() || below(3) > 0) {
      std::vector<record::PreparedEvent> batch;
      for (unsigned i = 0, count = 1 + below(400); i < count; ++i) {
        const auto person = below(200);
        alive.insert(person);
        auto event = event_of(
            fmt::format("e{}", next_event++),
            {{"id", fmt::format("user-{}", person)}, {"email", fmt::format("p{}@example.com", person)}},
            fmt::format("192.0.2.{}", below(250)));
        event["attributes"] = {{"long", std::string(below(3'000), 'x') + std::to_string(person)}};
        batch.push_back(prepared(event));
      }
      ASSERT_TRUE(TestRegion::append(*writer, std::move(batch)));
    } else {
      const auto person = *std::next(alive.begin(), below(static_cast<unsigned>(alive.size())));
      const auto found = find(region, {fmt::format("email=p{}@example.com", person)});
      ASSERT_TRUE(found) << found.error().message;
      const auto order = found->order(kAcme);
      for (const auto* tokens : {&order.certain, &order.unless_shared})
        for (auto& row : sealed_rows(region, *tokens)) gone.push_back(std::move(row));
      ASSERT_TRUE(erase(*writer, order));
      alive.erase(person);
    }
    if (below(4) == 0) {
      writer.reset();
      writer = region.open_writer();
    }
  }
  writer->stop();
  ASSERT_FALSE(gone.empty());
  const auto disk = bytes_on_disk(region);
  for (const auto& row : gone) EXPECT_FALSE(holds_a_part(disk, row));
  for (const auto person : alive) EXPECT_TRUE(find(region, {fmt::format("user=user-{}", person)})) << person;
  expect_whole(region);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ErasedHistory, ::testing::Range(1u, 9u));

}  // namespace
}  // namespace countersign::privacy
