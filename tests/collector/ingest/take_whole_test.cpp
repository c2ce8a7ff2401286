#include "collector/ingest/service.h"
#include "ledger/store/ledger_reader.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace countersign::ingest {
namespace {

using testing::TestRegion;

/// A service whose source `idp` may send for `acme` alone; `globex` is kept here, too, `far` is not.
class TakeWhole : public ::testing::Test {
 protected:
  TakeWhole() {
    Source source;
    source.name = base::SourceName("idp");
    source.adapter = std::string(kNativeAdapter);
    source.tenants = {base::TenantId("acme"), base::TenantId("far")};
    registry_->put(std::move(source));
    for (const auto* name : {"acme", "globex", "far"}) {
      Tenant tenant;
      tenant.id = base::TenantId(name);
      tenant.region = base::RegionId(tenant.id.value() == "far" ? "us-1" : "eu-1");
      registry_->put(std::move(tenant));
    }
  }

  static MadeEvent made(const std::string& id, const std::string& tenant = "acme") {
    return {{{"id", id},
             {"time", "2026-01-31T09:30:00Z"},
             {"type", "user.provisioned"},
             {"tenant", tenant},
             {"actor", {{"id", "ana"}}}},
            R"({"userName":"ana"})"};
  }

  std::vector<EventAnswer> take(std::vector<MadeEvent> events) {
    Admitted sender;
    sender.registry = registry_;
    sender.source = registry_->source_by_name(base::SourceName("idp"));
    sender.proof = record::Proof::token;
    auto promise = std::make_shared<std::promise<std::vector<EventAnswer>>>();
    auto future = promise->get_future();
    service_.take_whole(sender, std::move(events),
                        [promise](auto answers) { promise->set_value(std::move(*answers)); });
    return future.get();
  }

  std::uint64_t records() {
    auto ledger = store::LedgerReader::open(region_.files().ledger());
    const auto log = ledger->log(base::TenantId("acme"));
    return log ? log->size : 0;
  }

  TestRegion region_;
  std::unique_ptr<store::Writer> writer_ = region_.open_writer();
  base::Metrics metrics_;
  std::shared_ptr<Registry> registry_ = std::make_shared<Registry>();
  IngestService service_{[this](const base::RegionId& id) -> store::Appender* {
                           return id.value() == "eu-1" ? writer_.get() : nullptr;
                         },
                         IngestLimits{.events_max = 2}, metrics_, registry_, region_.clock()};
};

TEST_F(TakeWhole, StoresAllHoweverMany) {
  const auto answers = take({made("1"), made("2"), made("3")});
  ASSERT_EQ(answers.size(), 3u);
  for (const auto& answer : answers) EXPECT_EQ(answer.status, EventStatus::appended);
  EXPECT_EQ(records(), 3u);
  EXPECT_EQ(service_.book().pages().at("idp").events.at("appended"), 3);
  EXPECT_TRUE(service_.book().last_heard("idp"));
}

TEST_F(TakeWhole, StoresNoneWhereOneCannotBeUsed) {
  auto wrong = made("2");
  wrong.event["type"] = "user.promoted";
  const auto answers = take({made("1"), wrong, made("3")});
  ASSERT_EQ(answers.size(), 3u);
  for (const auto& answer : answers) EXPECT_EQ(answer.status, EventStatus::rejected);
  EXPECT_TRUE(answers[0].faults.empty());
  ASSERT_EQ(answers[1].faults.size(), 1u);
  EXPECT_EQ(answers[1].faults[0].path, "type");
  EXPECT_EQ(records(), 0u);
}

TEST_F(TakeWhole, StoresNothingOfATenantThatIsNotTheSources) {
  EXPECT_EQ(take({made("1", "globex")})[0].status, EventStatus::rejected);
  EXPECT_EQ(take({made("1", "nobody")})[0].status, EventStatus::rejected);
  const auto away = take({made("1", "far")});
  EXPECT_EQ(away[0].status, EventStatus::misdirected);
  EXPECT_EQ(away[0].region, "us-1");
}

TEST_F(TakeWhole, SaysThatTheLedgerIsStopping) {
  writer_->stop();
  const auto answers = take({made("1"), made("2")});
  for (const auto& answer : answers) EXPECT_EQ(answer.failure, 503);
}

}  // namespace
}  // namespace countersign::ingest
