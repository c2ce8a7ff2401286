// Counts by day and value, over random records, against what a test counts by itself; and what is left of
// them when records are retired.

#include "ledger/projection/index.h"
#include "ledger/retention/keep.h"
#include "ledger/retention/rules.h"
#include "tests/ledger/projection/made_index.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace countersign::projection {
namespace {

using testing::find_any_token;
using testing::Made;
using testing::MadeIndex;
using testing::random_records;

using Meets = std::function<bool(const Made&)>;
using Counts = std::map<std::string, std::uint64_t>;

FacetRequest request_of(const std::string& query) {
  FacetRequest out;
  out.log = 1;
  auto terms = parse_query(query);
  EXPECT_TRUE(terms) << query;
  out.terms = *terms;
  return out;
}

Facets count(Searcher& searcher, const FacetRequest& request) {
  auto facets = searcher.count(request, find_any_token);
  EXPECT_TRUE(facets) << (facets ? "" : facets.error().message);
  return *facets;
}

Counts of_field(const Facets& facets, std::string_view path) {
  Counts out;
  for (const auto& field : facets.fields) {
    if (field.path != path) continue;
    for (const auto& one : field.values) out[one.value] = one.events;
  }
  return out;
}

Counts of_days(const Facets& facets) {
  Counts out;
  for (const auto& day : facets.days) out[std::to_string(day.number)] = day.events;
  return out;
}

/// A query, and what meets it; the first ones name nothing but members that are counted by.
struct Asked {
  std::string text;
  Meets meets;
};
const std::vector<Asked>& queries() {
  static const std::vector<Asked> kQueries{
      {"", [](const Made&) { return true; }},
      {"factor:sms", [](const Made& made) { return made.factor == "sms"; }},
      {"-factor:sms", [](const Made& made) { return made.factor != "sms"; }},
      {"type:challenge.failed -provider:own",
       [](const Made& made) { return made.type == "challenge.failed" && made.provider != "own"; }},
      {"outcome.reason:\"wrong code\" source:shop",
       [](const Made& made) { return made.reason == "wrong code" && made.source == "shop"; }},
      {"outage", [](const Made& made) { return made.reason == "carrier outage"; }},
      {"actor.email:person7 -outage",
       [](const Made& made) { return made.email == "person7" && made.reason != "carrier outage"; }},
      {"outcome.risk:3", [](const Made& made) { return made.risk == 3; }},
      {"actor.email:nobody", [](const Made&) { return false; }},
  };
  return kQueries;
}

class FacetCounts : public ::testing::Test {
 protected:
  void expect_counted(const Facets& facets, const FacetRequest& request, const Meets& meets,
                      const std::string& about) const {
    Counts days, types, sources, factors, purposes, providers, reasons;
    std::uint64_t total = 0;
    for (const auto& made : records_) {
      if (made.log != request.log || (request.from && made.received_us < request.from->micros) ||
          (request.before && made.received_us >= request.before->micros) || !meets(made))
        continue;
      ++total;
      ++days[std::to_string(made.received_us / 86'400'000'000)];
      ++types[made.type];
      ++sources[made.source];
      if (!made.factor.empty()) ++factors[made.factor];
      if (!made.purpose.empty()) ++purposes[made.purpose];
      if (!made.provider.empty()) ++providers[made.provider];
      if (!made.reason.empty()) ++reasons[made.reason];
    }
    EXPECT_TRUE(facets.exact) << about;
    EXPECT_EQ(facets.total, total) << about;
    EXPECT_EQ(facets.counted, total) << about;
    EXPECT_EQ(of_days(facets), days) << about;
    EXPECT_EQ(of_field(facets, "type"), types) << about;
    EXPECT_EQ(of_field(facets, "source"), sources) << about;
    EXPECT_EQ(of_field(facets, "factor"), factors) << about;
    EXPECT_EQ(of_field(facets, "purpose"), purposes) << about;
    EXPECT_EQ(of_field(facets, "provider"), providers) << about;
    EXPECT_EQ(of_field(facets, "outcome.reason"), reasons) << about;
    ASSERT_EQ(facets.fields.size(), 6u);
    for (const auto& field : facets.fields) {
      EXPECT_TRUE(std::is_sorted(field.values.begin(), field.values.end(),
                                 [](const auto& a, const auto& b) { return a.events > b.events; }));
    }
  }

  std::mt19937_64 random_{7};
  // About six days, with several records in each hour.
  std::vector<Made> records_ = random_records(random_, 2'000, 3, 1'200'000'000);
  MadeIndex index_{records_};
};

TEST_F(FacetCounts, AreThoseOfTheRecords) {
  auto searcher = index_.searcher();
  for (const auto& query : queries())
    expect_counted(count(searcher, request_of(query.text)), request_of(query.text), query.meets, query.text);
}

TEST_F(FacetCounts, AreThoseOfTheRecordsOfAnyTime) {
  auto searcher = index_.searcher();
  const auto some = [&]() -> std::int64_t {
    const auto time =
        records_[random_() % records_.size()].received_us + static_cast<std::int64_t>(random_() % 3) - 1;
    const std::int64_t to = random_() % 3 == 0 ? 1 : random_() % 2 == 0 ? 3'600'000'000 : 86'400'000'000;
    return time / to * to;
  };
  for (int i = 0; i < 300; ++i) {
    const auto& query = queries()[random_() % queries().size()];
    auto request = request_of(query.text);
    if (random_() % 4 != 0) request.from = base::Timestamp{some()};
    if (random_() % 4 != 0) request.before = base::Timestamp{some()};
    expect_counted(count(searcher, request), request, query.meets,
                   fmt::format("{} from {} before {}", query.text, request.from ? request.from->micros : 0,
                               request.before ? request.before->micros : 0));
    if (HasFailure()) return;
  }
}

TEST_F(FacetCounts, SayWhereTheTimeWasTooShort) {
  auto searcher = index_.searcher();
  auto request = request_of("outcome.risk:3");
  request.budget = std::chrono::microseconds(0);
  const auto facets = count(searcher, request);
  EXPECT_FALSE(facets.exact);
  EXPECT_LT(facets.counted, 50u);
  EXPECT_GE(facets.total, facets.counted);
  request = request_of("type:challenge.failed");
  request.budget = std::chrono::microseconds(0);
  EXPECT_TRUE(count(searcher, request).exact) << "that is counted already";
}

TEST_F(FacetCounts, SayWhereTheTimeWasTooShortEvenForWhatIsCounted) {
  std::vector<Made> records;
  for (std::int64_t day = 0; day < 5'000; ++day) {
    Made made;
    made.seq = static_cast<std::uint64_t>(day);
    made.received_us += day * 86'400'000'000;
    records.push_back(std::move(made));
  }
  const MadeIndex index(records);
  auto searcher = index.searcher();
  auto request = request_of("");
  EXPECT_EQ(count(searcher, request).total, 5'000u);
  request.budget = std::chrono::microseconds(0);
  const auto facets = count(searcher, request);
  EXPECT_FALSE(facets.exact);
  EXPECT_LT(facets.counted, 5'000u);
  ASSERT_FALSE(facets.days.empty());
  EXPECT_EQ(facets.days.back().number, records.back().received_us / 86'400'000'000) << "the newest are there";
  EXPECT_EQ(facets.days.size(), facets.counted);
}

TEST_F(FacetCounts, HaveTheFiftyMostFrequentValues) {
  std::vector<Made> records;
  for (int i = 0; i < 70; ++i) {
    for (int times = 0; times <= i; ++times) {
      Made made;
      made.seq = records.size();
      made.reason = fmt::format("reason {}", i);
      records.push_back(std::move(made));
    }
  }
  const MadeIndex index(records);
  auto searcher = index.searcher();
  const auto facets = count(searcher, request_of(""));
  const auto& reasons = facets.fields.back().values;
  ASSERT_EQ(reasons.size(), 50u);
  EXPECT_EQ(reasons.front().value, "reason 69");
  EXPECT_EQ(reasons.front().events, 70u);
  EXPECT_EQ(reasons.back().events, 21u);
  EXPECT_EQ(facets.total, records.size());
}

TEST_F(FacetCounts, StayFewWhereASourceWritesAnythingIntoAReason) {
  std::vector<Made> records;
  for (std::uint64_t seq = 0; seq < 100; ++seq) {
    Made made;
    made.seq = seq;
    made.reason = fmt::format("reason {}", seq);
    records.push_back(std::move(made));
  }
  const MadeIndex index(records, 10);
  auto connection = sqlite::Connection::open(index.file(), {}).value();
  EXPECT_EQ(connection.query_integer("SELECT count(*) FROM combinations").value(), 11);
  auto searcher = index.searcher();
  const auto facets = count(searcher, request_of(""));
  EXPECT_FALSE(facets.exact);
  EXPECT_EQ(facets.total, 100u);
  EXPECT_EQ(of_field(facets, "type"), (Counts{{"challenge.sent", 100}}));
  EXPECT_EQ(of_field(facets, "outcome.reason").size(), 10u);
  EXPECT_FALSE(count(searcher, request_of("outcome.reason:\"reason 5\"")).exact);
  auto request = request_of("");
  request.from = base::Timestamp{testing::kBegin_us + 3'600'000'000};
  EXPECT_TRUE(count(searcher, request).exact) << "of a time in which there is none of them nothing is told";
}

TEST(RetiredRecords, LeaveTheCountsAndTheWords) {
  countersign::testing::TestRegion region;
  retention::RuleBook book;
  privacy::Holds holds(region.dir() / "eu-1.holds");
  privacy::Erasures erasures(region.dir() / "eu-1.erasures");
  ASSERT_TRUE(book.set(base::TenantId("acme"),
                       {"custom", *retention::parse_span("40 days"), *retention::parse_span("10 days"), {}}));
  int ids = 0;
  const auto append = [&](std::uint64_t first, std::uint64_t many) {
    auto writer = region.open_writer();
    std::vector<record::PreparedEvent> batch;
    for (auto n = first; n < first + many; ++n) batch.push_back(countersign::testing::sample_event(n));
    ASSERT_TRUE(countersign::testing::TestRegion::append(*writer, std::move(batch)));
  };
  const auto keep = [&] {
    auto writer = region.open_writer();
    retention::KeepReport report;
    const auto done = retention::keep_to_rules(*writer,
                                               {region.files(),
                                                &book,
                                                &holds,
                                                &erasures,
                                                region.clock(),
                                                [&] { return fmt::format("{:032x}", ++ids); },
                                                {}},
                                               report);
    EXPECT_TRUE(done) << done.error().message;
    return report.retired.size();
  };
  auto index = Index::open(region.files().index());
  ASSERT_TRUE(index);
  const auto follow = [&] {
    auto reader = store::LedgerReader::open(region.files().ledger());
    while (index->advance(*reader, 70).value() > 0) {
    }
    return index->forget_retired(*reader).value();
  };
  append(0, 200);
  region.pass(20ll * 86'400);
  keep();
  append(200, 30);
  follow();
  const auto facets = [&](const std::string& query) {
    auto searcher = Searcher::open(region.files().index());
    auto reader = store::LedgerReader::open(region.files().ledger());
    auto request = request_of(query);
    request.log = reader->log(base::TenantId("acme"))->number;
    return count(*searcher, request);
  };
  ASSERT_EQ(facets("").total, 230u);
  ASSERT_EQ(facets("").days.size(), 2u);
  region.pass(30ll * 86'400);
  ASSERT_EQ(keep(), 1u);
  EXPECT_EQ(follow(), 200u);
  EXPECT_EQ(facets("").total, 30u);
  EXPECT_EQ(facets("").days.size(), 1u);
  EXPECT_EQ(of_field(facets(""), "type"), (Counts{{"action.performed", 6},
                                                  {"challenge.delivered", 6},
                                                  {"challenge.failed", 6},
                                                  {"challenge.sent", 6},
                                                  {"challenge.verified", 6}}));
  EXPECT_EQ(of_days(facets("evt")), of_days(facets("")));
  auto connection = sqlite::Connection::open(region.files().index(), {}).value();
  EXPECT_EQ(connection.query_integer("SELECT count(*) FROM counted WHERE events<=0").value(), 0);
  EXPECT_EQ(connection.query_integer("SELECT count(*) FROM words_at WHERE doc<200").value(), 0)
      << "and every word of theirs is forgotten";
}

}  // namespace
}  // namespace countersign::projection
