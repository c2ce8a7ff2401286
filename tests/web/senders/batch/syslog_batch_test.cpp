#include "web/senders/batch/syslog_batch.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

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

TEST(SyslogBatch, WatchesAReceiverLongerThatHasNotJustTakenABatch) {
  namespace net = boost::asio;
  using std::chrono::milliseconds;
  net::io_context io;
  net::ip::tcp::acceptor acceptor(io, {net::ip::make_address("127.0.0.1"), 0});
  // A load balancer without a server, and then with one.
  std::thread serving([&] {
    for (const bool has_server : {false, true, true}) {
      auto connection = acceptor.accept();
      std::string got(4'096, '\0');
      boost::system::error_code error;
      while (!error && has_server) connection.read_some(net::buffer(got), error);
      if (has_server) continue;
      connection.read_some(net::buffer(got), error);
      std::this_thread::sleep_for(milliseconds(500));
    }
  });
  SyslogOptions options;
  options.transport = SyslogOptions::Transport::tcp;
  options.host = "127.0.0.1";
  options.port = acceptor.local_endpoint().port();
  const auto batch = syslog_batch(options, 8'192);
  const auto send = [&](milliseconds& lasted) {
    const auto began = std::chrono::steady_clock::now();
    const std::vector<Item> items = {item("x")};
    const auto out = batch(items, [] { return false; }).kind;
    lasted = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
    return out;
  };
  milliseconds lasted{};
  EXPECT_EQ(send(lasted), BatchOutcome::Kind::failed) << "the first";
  EXPECT_EQ(send(lasted), BatchOutcome::Kind::taken);
  EXPECT_GE(lasted, milliseconds(2'000)) << "the one after a failure";
  EXPECT_EQ(send(lasted), BatchOutcome::Kind::taken);
  EXPECT_GE(lasted, milliseconds(100));
  EXPECT_LT(lasted, milliseconds(1'900)) << "the one after a good one";
  serving.join();
}

}  // namespace
}  // namespace countersign::senders
