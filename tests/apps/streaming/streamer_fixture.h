#pragma once

#include "apps/daemon/streaming/streamer.h"
#include "ledger/record/prepare.h"
#include "ledger/store/recorded.h"
#include "tests/support/test_region.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace countersign::apps {

using countersign::testing::TestRegion;
using senders::BatchOutcome;
using senders::Item;
using Kind = senders::BatchOutcome::Kind;

/// A region with records, and a stream out of it to a destination that does as it is told. Time passes where
/// the test says so.
class StreamerTest : public ::testing::Test {
 protected:
  StreamerTest() {
    settings_.name = "siem";
    settings_.regions = {base::RegionId("eu-1")};
  }

  /// Events of a tenant, under a checkpoint.
  void record(const std::string& tenant, int count) {
    const auto writer = region_.open_writer();
    add(*writer, tenant, count);
    writer->stop();
  }
  void add(store::Writer& writer, const std::string& tenant, int count) {
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE(TestRegion::append(writer, {countersign::testing::sample_event(number_++, tenant)}));
  }
  void record_system(const boost::json::object& event) {
    const auto writer = region_.open_writer();
    const record::Sender sender{base::SourceName(std::string(store::kApplianceSource)), record::Proof::none};
    ASSERT_TRUE(TestRegion::append(
        *writer, {record::prepare_event(event, sender, record::Vocabulary::system).value()}));
    writer->stop();
  }
  static boost::json::object finding(const std::string& step, const std::string& tenant) {
    return {{"id", "finding." + step + "/" + tenant + "/0123456789abcdef"},
            {"time", "2026-01-31T09:30:00Z"},
            {"type", "finding." + step},
            {"tenant", "_system"},
            {"action",
             {{"name", "finding " + step},
              {"resource", tenant + "/0123456789abcdef"},
              {"context", step == "opened" ? "CODE-GUESSING v2 item=17 records=[1,2]" : "x"}}},
            {"outcome", {{"reason", "10 failures"}}}};
  }

  void begin() {
    auto book = StreamBook::open(region_.files().folder).value();
    auto reader = StreamReader::open(settings_, region_.files().ledger()).value();
    ASSERT_TRUE(book.begin("siem", {settings_.scope(), "", "", {}, {}}, reader.beginnings().value()));
  }
  void order_all() { ASSERT_TRUE(book().order_again("siem", book().parked("siem").value())); }
  StreamBook book() { return StreamBook::open(region_.files().folder).value(); }

  std::unique_ptr<Streamer> make() {
    Streamer::Options options;
    options.settings = settings_;
    options.regions = {{base::RegionId("eu-1"), region_.files()}};
    if (broken_)
      options.regions.insert(options.regions.begin(), {base::RegionId("us-1"), {region_.dir() / "us-1"}});
    options.clock = [this] { return now_; };
    options.pace = options.clock;
    options.entropy = [](std::span<std::uint8_t> out) {
      std::fill(out.begin(), out.end(), std::uint8_t{128});
    };
    options.alarm = [this](const std::string& what) { alarms_.push_back(what); };
    options.is_recorded = [this](const store::RegionFiles&) { return recorded_; };
    options.log = [this](const std::string& what) { said_.push_back(what); };
    options.record = [this](const store::RegionFiles&,
                            const boost::json::object& event) -> base::Result<void> {
      if (record_fails_) return base::fail(base::Code::resource_exhausted, "the disk is full");
      events_.push_back(event);
      return {};
    };
    options.send = [this](std::span<const Item> items, const notify::Stop&) { return answer(items); };
    return std::make_unique<Streamer>(std::move(options), metrics_);
  }

  BatchOutcome answer(std::span<const Item> items) {
    batches_.push_back(items.size());
    if (away_) return {Kind::failed, "it is away", asked_s_, {}};
    const bool too_soon = one_a_moment_ && std::exchange(last_, now_) == now_;
    if (forbids_ || too_soon) return {Kind::failed, "it answered 403", 0, {}, true};
    for (const auto& item : items) {
      if (down_.contains(item.log)) return {Kind::failed, "it answered 503", 0, {}};
      if (poison_.contains({item.log, item.seq})) return {Kind::failed, "it answered 403", 0, {}, true};
    }
    BatchOutcome out;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!refused_.contains({items[i].log, items[i].seq})) continue;
      out.why = "it answered 400";
      out.refused.push_back(i);
    }
    if (says_which_ || out.refused.empty()) {
      for (std::size_t i = 0; i < items.size(); ++i)
        if (std::ranges::find(out.refused, i) == out.refused.end()) got_.push_back(items[i]);
      return out;
    }
    return {Kind::refused, out.why, 0, {}};
  }

  /// Lets a second pass between turns, as many as it takes at most.
  void run_for(Streamer& streamer, int seconds) {
    for (int i = 0; i < seconds; ++i) {
      run(streamer);
      pass(1);
    }
    run(streamer);
  }
  /// Until there is nothing to do at once.
  void run(Streamer& streamer) {
    for (int i = 0; i < 500 && streamer.turn() == 0; ++i) {
    }
  }
  void pass(std::int64_t seconds) { now_.micros += seconds * 1'000'000; }

  std::vector<std::uint64_t> seqs(const std::string& tenant) const {
    std::vector<std::uint64_t> out;
    for (const auto& item : got_)
      if (base::tenant_of({item.log}).value() == tenant) out.push_back(item.seq);
    return out;
  }
  std::string log(const std::string& tenant) const { return region_.identity().origin + "/eu-1/" + tenant; }
  std::int64_t metric(const std::string& name) {
    return metrics_.get("countersign_stream_" + name, "", base::MetricType::gauge, {{"stream", "siem"}})
        .value();
  }

  TestRegion region_;
  StreamSettings settings_;
  base::Timestamp now_{1'800'000'000'000'000};
  base::Metrics metrics_;
  std::uint64_t number_ = 0;
  bool away_ = false, says_which_ = false, broken_ = false, recorded_ = true, record_fails_ = false;
  bool forbids_ = false;       ///< answers 403 to everything
  bool one_a_moment_ = false;  ///< and that to what comes while no time has passed
  base::Timestamp last_;
  std::int64_t asked_s_ = 0;
  std::set<std::pair<std::string, std::uint64_t>> refused_;
  std::set<std::pair<std::string, std::uint64_t>> poison_;  ///< a batch with one of them gets 403
  std::set<std::string> down_;                              ///< a batch with an event of them gets 503
  std::vector<Item> got_;
  std::vector<std::size_t> batches_;
  std::vector<std::string> said_, alarms_;
  std::vector<boost::json::object> events_;
};

inline std::vector<std::uint64_t> from_to(std::uint64_t begin, std::uint64_t end) {
  std::vector<std::uint64_t> out;
  for (; begin < end; ++begin) out.push_back(begin);
  return out;
}

}  // namespace countersign::apps
