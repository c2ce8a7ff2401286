#include "apps/config_changes.h"
#include "apps/config_table.h"
#include "apps/daemon/erasure_desk.h"
#include "apps/daemon/logging.h"
#include "apps/daemon/operations/access_log.h"
#include "apps/daemon/operations/clock_watch.h"
#include "apps/daemon/operations/process_metrics.h"
#include "apps/log_settings.h"
#include "ledger/base/request_scope.h"
#include "tests/apps/log_lines.h"
#include "tests/support/temp_dir.h"

#include <boost/json/serialize.hpp>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

namespace countersign::apps {
namespace {

using namespace std::chrono_literals;
using Time = Allowance::Time;

TEST(Allowance, AllowsABurstAndThenSoManyASecond) {
  Allowance allowance(2, 3);
  const auto start = Time(1h);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowance.take(start));
  EXPECT_FALSE(allowance.take(start));
  EXPECT_FALSE(allowance.take(start + 400ms));
  EXPECT_TRUE(allowance.take(start + 500ms));
  EXPECT_FALSE(allowance.take(start + 500ms));
  EXPECT_EQ(allowance.take_refused(), 3U);
  EXPECT_EQ(allowance.take_refused(), 0U);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowance.take(start + 1h));
  EXPECT_FALSE(allowance.take(start + 1h)) << "a quiet hour allows no more than a burst";
}

http::Exchange exchange(int status) {
  http::Exchange out;
  out.id = "0123456789abcdef0123456789abcdef";
  out.method = "POST";
  out.route = "/v1/hooks/{source}";
  out.peer = "192.0.2.7";
  out.status = status;
  out.took = 1'500us;
  return out;
}

TEST(Logging, WritesOneObjectALineWithTheRequestItIsOf) {
  const Lines lines;
  set_log_level(LogLevel::info);
  spdlog::info("a \"quoted\"\nline");
  {
    const base::RequestScope scope("abc");
    LogFields fields;
    fields.text("name", "a\"b").number("count", -3).decimal("ms", 0.1234).flag("on", true);
    log_event(spdlog::level::warn, "thing.happened", "a thing", fields);
  }
  spdlog::debug("not this one");
  spdlog::info("plain again");
  const auto written = lines.take();
  ASSERT_EQ(written.size(), 3U);
  EXPECT_EQ(written[0].at("message"), "a \"quoted\"\nline");
  EXPECT_EQ(written[0].at("level"), "info");
  EXPECT_TRUE(base::parse_rfc3339(std::string(written[0].at("time").as_string())));
  EXPECT_FALSE(written[0].contains("request"));
  EXPECT_FALSE(written[0].contains("event"));
  EXPECT_EQ(written[1].at("event"), "thing.happened");
  EXPECT_EQ(written[1].at("name"), "a\"b");
  EXPECT_EQ(written[1].at("count"), -3);
  EXPECT_EQ(written[1].at("ms"), 0.123);
  EXPECT_EQ(written[1].at("on"), true);
  EXPECT_EQ(written[1].at("request"), "abc");
  EXPECT_FALSE(written[2].contains("event"));
  EXPECT_FALSE(written[2].contains("request"));
}

TEST(Logging, EndsTheProcessWithALineWhereNobodyCatches) {
  EXPECT_EXIT(
      {
        log_as_the_daemon_does();
        std::thread([] { throw std::bad_alloc(); }).join();
      },
      ::testing::ExitedWithCode(1),
      R"(^\{"time":"20[0-9T:-]+\.[0-9]{3}Z","level":"critical","message":"[a-z ]+: std::bad_alloc","event":"process\.failed"\}.$)");
}

TEST(Logging, EndsTheProcessWithALineThatIsWholeWhateverTheFailureSays) {
  const auto what = "a \"quoted\"\nline " + std::string(2'000, 'x');
  EXPECT_EXIT(
      {
        log_as_the_daemon_does();
        std::thread([&] { throw std::runtime_error(what); }).join();
      },
      ::testing::ExitedWithCode(1), R"(: a \?quoted\?\?line x+","event":"process\.failed"\}.$)");
}

TEST(Logging, SaysThatALineWasLost) {
  const Lines lines;
  set_log_level(LogLevel::info);
  spdlog::info(fmt::runtime("{} and {}"), 1);
  const auto written = lines.take();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written[0].at("event"), "log.failed");
  EXPECT_EQ(written[0].at("level"), "error");
}

TEST(AccessLog, SaysWhatWasRefusedWithoutSayingByWhom) {
  const Lines lines;
  set_log_level(LogLevel::info);
  base::Metrics metrics;
  AccessLog log(metrics, crypto::system_entropy());
  log.answered(exchange(200));
  log.answered(exchange(401));
  auto odd = exchange(503);
  odd.method = "ANA";
  odd.peer = "192.0.2.8";
  odd.broken_off = true;
  log.answered(odd);
  const auto written = lines.take();
  ASSERT_EQ(written.size(), 2U) << "what was served is for debug";
  const auto& refused = written[0];
  EXPECT_EQ(refused.at("level"), "info");
  EXPECT_EQ(refused.at("event"), "http.request");
  EXPECT_EQ(refused.at("request").as_string(), exchange(0).id);
  EXPECT_EQ(refused.at("method"), "POST");
  EXPECT_EQ(refused.at("route"), "/v1/hooks/{source}");
  EXPECT_EQ(refused.at("status"), 401);
  EXPECT_EQ(refused.at("duration_ms"), 1.5);
  EXPECT_EQ(refused.at("client").as_string().size(), 8U);
  EXPECT_FALSE(refused.contains("broken_off"));
  EXPECT_EQ(boost::json::serialize(refused).find("192.0.2"), std::string::npos);
  EXPECT_EQ(written[1].at("level"), "warning");
  EXPECT_EQ(written[1].at("method"), "other") << "a method that nobody knows is the sender's text";
  EXPECT_NE(written[1].at("client"), refused.at("client"));
  EXPECT_EQ(written[1].at("broken_off"), true);
}

TEST(AccessLog, KnowsAClientAgainUntilTheNextStart) {
  const Lines lines;
  set_log_level(LogLevel::debug);
  base::Metrics metrics;
  AccessLog log(metrics, crypto::system_entropy()), later(metrics, crypto::system_entropy());
  log.answered(exchange(200));
  log.answered(exchange(404));
  later.answered(exchange(404));
  set_log_level(LogLevel::info);
  const auto written = lines.take();
  ASSERT_EQ(written.size(), 3U);
  EXPECT_EQ(written[0].at("level"), "debug");
  EXPECT_EQ(written[0].at("client"), written[1].at("client"));
  EXPECT_NE(written[1].at("client"), written[2].at("client"));
}

TEST(AccessLog, LeavesLinesOutInAFloodAndSaysHowMany) {
  const Lines lines;
  set_log_level(LogLevel::info);
  base::Metrics metrics;
  AccessLog log(metrics, crypto::system_entropy());
  for (int i = 0; i < 5'000; ++i) log.answered(exchange(404));
  log.tell_left_out();
  log.tell_left_out();
  const auto written = lines.take();
  ASSERT_GE(written.size(), 101U);
  EXPECT_LT(written.size(), 150U) << "100 at once and 5 a second";
  EXPECT_EQ(written.back().at("event"), "log.left_out");
  const auto left_out = written.back().at("lines").as_int64();
  EXPECT_EQ(left_out + static_cast<std::int64_t>(written.size()) - 1, 5'000);
  EXPECT_NE(metrics.to_prometheus().find("countersign_log_left_out_total " + std::to_string(left_out)),
            std::string::npos);
}

TEST(AccessLog, SaysWhatWasNotServedHoweverMuchIsRefused) {
  const Lines lines;
  set_log_level(LogLevel::info);
  base::Metrics metrics;
  AccessLog log(metrics, crypto::system_entropy());
  for (int i = 0; i < 5'000; ++i) log.answered(exchange(404));
  log.answered(exchange(503));
  const auto written = lines.take();
  ASSERT_FALSE(written.empty());
  EXPECT_EQ(written.back().at("status"), 503);
}

TEST(ErasureDesk, NamesTheRequestInTheLineThatSaysWhyItFailed) {
  const Lines lines;
  const testing::TempDir dir;
  Config config;
  config.regions = {base::RegionId("eu-1")};
  config.places[config.regions.front()] = {"/dev/null/eu-1", false};
  config.heads = dir / "heads";
  ErasureDesk desk(config);
  std::promise<http::Response> answered;
  {
    const base::RequestScope scope("0123456789abcdef0123456789abcdef");
    endpoints::ErasureRequest request{"privacy", config.regions.front(), {}};
    request.body.tenant = "acme";
    request.body.subjects = {"email=ana@example.com"};
    request.body.dry_run = true;
    desk.calls().erase(std::move(request),
                       [&](http::Response response) { answered.set_value(std::move(response)); });
  }
  EXPECT_EQ(answered.get_future().get().status, 500);
  desk.stop();
  const auto written = lines.take();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written[0].at("level"), "error");
  EXPECT_EQ(written[0].at("request"), "0123456789abcdef0123456789abcdef");
}

TEST(ClockWatch, SeesTheClockBeSetAndNotThatTimePasses) {
  const Lines lines;
  base::Metrics metrics;
  ClockWatch watch(metrics);
  const auto at = [&](std::int64_t clock_s, std::chrono::seconds uptime) {
    return watch.look({{clock_s * 1'000'000}, uptime});
  };
  EXPECT_FALSE(at(1'000, 10s)) << "there is nothing to compare with";
  EXPECT_FALSE(at(1'001, 11s));
  EXPECT_FALSE(at(1'601, 611s)) << "a stop of the whole machine is none of its clock";
  EXPECT_FALSE(at(1'603, 612s)) << "a correction by a second";
  EXPECT_EQ(at(4'604, 613s), 3'000s);
  EXPECT_EQ(at(1'000, 614s), -3'605s);
  EXPECT_FALSE(at(1'001, 615s));
  const auto text = metrics.to_prometheus();
  EXPECT_NE(text.find("countersign_clock_jumps_total{direction=\"back\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("countersign_clock_jumps_total{direction=\"forward\"} 1"), std::string::npos) << text;
  const auto written = lines.take();
  ASSERT_EQ(written.size(), 2U);
  EXPECT_EQ(written[1].at("event"), "clock.jumped");
  EXPECT_EQ(written[1].at("seconds").to_number<double>(), -3605.0);
}

TEST(ProcessMetrics, TellOfThisProcess) {
  base::Metrics metrics;
  ProcessMetrics process(metrics);
  const auto value = [&](const char* name) { return metrics.get(name, "", base::MetricType::gauge).value(); };
  const auto before = value("process_open_fds");
  EXPECT_GT(before, 2);
  const int more = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  process.look();
  EXPECT_EQ(value("process_open_fds"), before + 1);
  ::close(more);
  EXPECT_GT(value("process_max_fds"), before);
  EXPECT_GT(value("process_resident_memory_bytes"), 1 << 20);
  EXPECT_GE(value("process_virtual_memory_bytes"), value("process_resident_memory_bytes"));
  EXPECT_GE(value("process_threads"), 1);
  const auto now = base::system_clock()().micros / 1'000'000;
  EXPECT_LE(value("process_start_time_seconds"), now + 1);
  EXPECT_GT(value("process_start_time_seconds"), now - 3'600);
}

ConfigMembers members(std::string_view text) {
  const auto parsed = toml::parse(text);
  EXPECT_TRUE(parsed);
  return members_of(parsed.table());
}

using Names = std::vector<std::string>;

TEST(ConfigChanges, TellWhatHoldsNowAndWhatNeedsARestart) {
  auto in_force = members(
      "origin = \"a\"\n[limits]\nevents_max = 5\nmonitored_records_max = 20000\n[log]\n"
      "level = \"info\"\n[[notify]]\nname = \"x\"\n[[notify]]\nname = \"y\"\n");
  const auto file = members(
      "origin = \"b\"\n[limits]\nevents_max = 6\nmonitored_records_max = 30000\n[[notify]]\n"
      "name = \"z\"\n[verification]\nevery_hours = 1.5\n");
  const auto changes = take_changes(in_force, file);
  EXPECT_EQ(changes.taken, (Names{"limits.events_max", "log.level"}));
  EXPECT_EQ(changes.waiting, (Names{"limits.monitored_records_max", "notify", "notify.name", "origin",
                                    "verification.every_hours"}));
  const auto again = take_changes(in_force, file);
  EXPECT_TRUE(again.taken.empty()) << "that is in force";
  EXPECT_EQ(again.waiting, changes.waiting) << "that still is not";
}

TEST(LogSettings, KnowFourLevels) {
  const auto read = [](std::string_view text) {
    const auto parsed = toml::parse(text);
    Table top(&parsed.table(), "");
    return read_log(top);
  };
  EXPECT_EQ(read("")->level, LogLevel::info);
  EXPECT_EQ(read("[log]\nlevel = \"debug\"")->level, LogLevel::debug);
  EXPECT_EQ(read("[log]\nlevel = \"warning\"")->level, LogLevel::warning);
  EXPECT_EQ(read("[log]\nlevel = \"error\"")->level, LogLevel::error);
  for (const auto* wrong : {"[log]\nlevel = \"trace\"", "[log]\nlevel = 3", "[log]\nlevle = \"info\""})
    EXPECT_FALSE(read(wrong)) << wrong;
}

}  // namespace
}  // namespace countersign::apps
