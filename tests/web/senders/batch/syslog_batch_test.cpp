#include "web/senders/batch/syslog_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace countersign::senders {
namespace {

Item item(const std::string& text) {
  return {"aa", "log.example.com/eu-1/acme", 7, "login.failed", {1'769'851'800'000'000}, 5, text};
}

TEST(SyslogBatch, SaysWhereTheRecordStandsBesideTheEvent) {
  EXPECT_EQ(event_line(item("CEF:0|a|b|c|d|e|1|msg=x"), kLogAudit, "audit.example.com"),
            "<109>1 2026-01-31T09:30:00.000000Z audit.example.com countersign - login.failed "
            "[countersign@32473 id=\"aa\" "
            "log=\"log.example.com/eu-1/acme\" seq=\"7\"] CEF:0|a|b|c|d|e|1|msg=x");
}

TEST(SyslogBatch, KeepsTheHeaderWhole) {
  const auto line = event_line(item("x"), kLogAudit, "a host\nwith more");
  EXPECT_THAT(line, ::testing::StartsWith("<109>1 2026-01-31T09:30:00.000000Z ahostwithmore countersign - "));
}

TEST(SyslogBatch, RefusesWhatAReceiverWouldCut) {
  SyslogOptions options;
  options.transport = SyslogOptions::Transport::tcp;
  options.host = "127.0.0.1";
  options.port = 1;
  const std::vector<Item> items = {item(std::string(500, 'x'))};
  const auto outcome = syslog_batch(options, 480)(items, [] { return false; });
  EXPECT_EQ(outcome.kind, BatchOutcome::Kind::taken) << "nothing is left to be sent";
  EXPECT_THAT(outcome.refused, ::testing::ElementsAre(0));
  EXPECT_THAT(outcome.why, ::testing::HasSubstr("message_bytes_max"));
  EXPECT_EQ(syslog_batch(options, 1'000)(items, [] { return false; }).kind, BatchOutcome::Kind::failed);
}

}  // namespace
}  // namespace countersign::senders
