#include "web/admin/source_test.h"

#include "collector/ingest/service.h"
#include "ledger/record/record.h"
#include "ledger/store/ledger_reader.h"
#include "tests/support/test_region.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace countersign::admin {
namespace {

const base::TenantId kAcme("acme");

TEST(SourceTest, IsTheAppliancesOwnRecordAndNoSignOfLifeOfTheSource) {
  testing::TestRegion region;
  const auto writer = region.open_writer();
  base::Metrics metrics;
  auto registry = std::make_shared<ingest::Registry>();
  ingest::Source shop;
  shop.name = base::SourceName("shop");
  shop.adapter = "okta";
  shop.tenants = {kAcme};
  registry->put(shop);
  ingest::Tenant tenant;
  tenant.id = kAcme;
  tenant.region = base::RegionId("eu-1");
  registry->put(std::move(tenant));
  ingest::IngestService service([&](const base::RegionId&) { return writer.get(); }, {}, metrics, registry);

  std::promise<std::vector<ingest::EventAnswer>> promise;
  service.take_whole(test_sender(registry),
                     {{test_event(shop, kAcme, "test/shop/1", base::system_clock()())}},
                     [&](auto answers) { promise.set_value(std::move(*answers)); });
  const auto answers = promise.get_future().get();
  ASSERT_EQ(answers.size(), 1u);
  ASSERT_EQ(answers[0].status, ingest::EventStatus::appended);

  auto ledger = store::LedgerReader::open(region.files().ledger());
  const auto bytes = ledger->record(*ledger->log(kAcme), answers[0].receipt.seq);
  ASSERT_TRUE(bytes);
  const auto record = record::read_record(*bytes);
  EXPECT_EQ(record->source, "countersign");
  EXPECT_EQ(record->proof, "none");
  EXPECT_NE(record->event.find(R"("id":"test/shop/1")"), std::string_view::npos);
  EXPECT_NE(record->event.find(R"("resource":"shop")"), std::string_view::npos);
  EXPECT_NE(record->event.find("the source did not send it"), std::string_view::npos);
  EXPECT_FALSE(service.book().last_heard("shop"));
}

}  // namespace
}  // namespace countersign::admin
