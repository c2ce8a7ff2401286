// How long a decision on step-up takes, beside what SQLite and an HMAC alone take to find one value in the
// same vault, and the way to another thread and back. Usage: decision_bench [ACTORS [DECISIONS]]. Each actor
// has a record, an id and an e-mail address; the last half hour has an event for every fifth. Every other
// decision comes right after an event of the actor's was appended, and must know it.

#include "ledger/projection/index.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_reader.h"
#include "ledger/vault/schema.h"
#include "tests/bench/measure.h"
#include "tests/support/test_region.h"
#include "web/decisions/decision_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace countersign;
using bench::must;
using bench::seconds_since;
using Steady = std::chrono::steady_clock;

constexpr std::uint64_t kBatch = 5'000;

record::PreparedEvent event_of(base::Timestamp time, std::uint64_t id, std::uint64_t actor,
                               const char* type) {
  const boost::json::object event{
      {"id", fmt::format("evt-{:09}", id)},
      {"time", base::format_rfc3339(time)},
      {"type", type},
      {"tenant", "acme"},
      {"actor",
       {{"id", fmt::format("user-{:08}", actor)}, {"email", fmt::format("person{:08}@example.com", actor)}}},
      {"challenge", {{"id", fmt::format("ch-{:09}", id)}, {"purpose", "step_up"}, {"factor", "totp"}}}};
  auto prepared = record::prepare_event(event, {base::SourceName("app"), record::Proof::token});
  if (!prepared) std::abort();
  return std::move(*prepared);
}

/// A region with its events, and a count that makes each event's id its own.
struct Bench {
  testing::TestRegion region;
  std::unique_ptr<store::Writer> writer = region.open_writer();
  std::uint64_t ids = 0;

  void append(std::uint64_t actor, const char* type) {
    std::vector<record::PreparedEvent> one{event_of(region.clock()(), ++ids, actor, type)};
    must(testing::TestRegion::append(*writer, std::move(one)));
  }

  /// Some batches are on their way while the next is made; each takes `seconds` of the region's time.
  template <class Make>
  void fill(std::uint64_t events, std::int64_t seconds, const Make& make) {
    constexpr std::size_t kUnderWay = 4;
    std::deque<std::future<store::AppendResult>> under_way;
    const auto take = [&] {
      must(under_way.front().get());
      under_way.pop_front();
    };
    for (std::uint64_t first = 0; first < events; first += kBatch) {
      std::vector<record::PreparedEvent> batch;
      for (std::uint64_t n = first; n < std::min(first + kBatch, events); ++n) batch.push_back(make(n));
      auto done = std::make_shared<std::promise<store::AppendResult>>();
      under_way.push_back(done->get_future());
      must(writer->submit(std::move(batch), [done](auto result) { done->set_value(std::move(result)); }));
      if (under_way.size() >= kUnderWay) take();
      region.pass(seconds);
    }
    while (!under_way.empty()) take();
  }
};

class Times {
 public:
  void add(Steady::time_point begun) {
    us_.push_back(std::chrono::duration<double, std::micro>(Steady::now() - begun).count());
  }
  void print(std::string_view what) {
    std::sort(us_.begin(), us_.end());
    const auto at = [&](double share) {
      return us_[std::min(us_.size() - 1, static_cast<std::size_t>(share * static_cast<double>(us_.size())))];
    };
    fmt::print("{:<44} p50 {:7.1f} us   p99 {:7.1f} us   p99.9 {:8.1f} us   max {:9.1f} us   ({} times)\n",
               what, at(0.5), at(0.99), at(0.999), us_.back(), us_.size());
  }
  bool is_within(double limit_us) const {
    return us_[static_cast<std::size_t>(0.99 * static_cast<double>(us_.size()))] < limit_us;
  }

 private:
  std::vector<double> us_;
};

std::uint64_t resident_mib() {
  std::uint64_t pages = 0, resident = 0;
  if (auto* file = std::fopen("/proc/self/statm", "r"); file != nullptr) {
    if (std::fscanf(file, "%lu %lu", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident / 256;
}

/// The floor: the HMAC of a value and one read of the vault by it, in a transaction of its own.
Times find_values(const testing::TestRegion& region, std::uint64_t actors, std::mt19937_64& random) {
  auto vault = must(sqlite::Connection::open(region.files().vault(), {}));
  auto by_lookup = must(vault.prepare("SELECT token FROM personal WHERE lookup=?1"));
  const auto keys = region.keys().newest();
  Times times;
  for (int i = 0; i < 100'000; ++i) {
    const auto value = fmt::format("person{:08}@example.com", random() % actors);
    const auto begun = Steady::now();
    const auto lookup = vault::lookup_of(keys->lookup, "acme", "email", value);
    by_lookup.bind_blob(1, lookup.view());
    if (!must(by_lookup.step())) std::abort();
    by_lookup.reset();
    times.add(begun);
  }
  return times;
}

/// What any answer from another thread costs on this machine: a request is handed over, and an empty answer
/// back.
Times hand_over(std::uint64_t times) {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::promise<void>*> waiting;
  bool stop = false;
  std::thread other([&] {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return stop || !waiting.empty(); });
      if (stop) return;
      auto* next = waiting.front();
      waiting.pop_front();
      lock.unlock();
      next->set_value();
      lock.lock();
    }
  });
  Times out;
  for (std::uint64_t n = 0; n < times; ++n) {
    const auto begun = Steady::now();
    std::promise<void> promise;
    {
      const std::lock_guard lock(mutex);
      waiting.push_back(&promise);
      changed.notify_all();
    }
    promise.get_future().get();
    out.add(begun);
  }
  {
    const std::lock_guard lock(mutex);
    stop = true;
    changed.notify_all();
  }
  other.join();
  return out;
}

decisions::DecisionBody ask(std::uint64_t actor) {
  decisions::DecisionBody body;
  body.actor_id = fmt::format("user-{:08}", actor);
  body.actor_email = fmt::format("person{:08}@example.com", actor);
  body.action = "billing.refund";
  return body;
}

http::Response decide(decisions::DecisionDesk& desk, const std::shared_ptr<const ingest::Tenant>& tenant,
                      decisions::DecisionBody body) {
  std::promise<http::Response> promise;
  desk.decide({tenant, std::move(body)},
              [&promise](http::Response response) { promise.set_value(std::move(response)); });
  return promise.get_future().get();
}

std::shared_ptr<const ingest::Tenant> make_tenant() {
  ingest::Tenant tenant{base::TenantId("acme"), base::RegionId("eu-1"), {}, {}};
  tenant.access =
      must(ingest::AccessPolicy::parse({{"step_up", {{"actions", {"billing.*"}}, {"window_s", 900}}}}));
  return std::make_shared<const ingest::Tenant>(std::move(tenant));
}

}  // namespace

int main(int count, char** arguments) {
  const std::uint64_t actors = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000;
  const std::uint64_t decisions = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 100'000;
  auto begun = Steady::now();
  Bench bench;
  std::mt19937_64 random(7);
  bench.fill(actors, 60, [&](std::uint64_t n) {
    return event_of(bench.region.clock()(), ++bench.ids, n, "challenge.sent");
  });
  bench.region.pass(3'600);
  const auto recent = actors / 5;
  const auto batches = std::max<std::int64_t>(1, static_cast<std::int64_t>(recent / kBatch));
  bench.fill(recent, 1'800 / batches, [&](std::uint64_t n) {
    return event_of(bench.region.clock()(), ++bench.ids, random() % actors,
                    n % 3 == 0 ? "challenge.failed" : "challenge.verified");
  });
  fmt::print("{} actors, {} events, {} of them of the last half hour: stored in {:.0f} s\n", actors,
             bench.ids, recent, seconds_since(begun));
  {
    begun = Steady::now();
    auto index = must(projection::Index::open(bench.region.files().index()));
    auto ledger = must(store::LedgerReader::open(bench.region.files().ledger()));
    while (must(index.advance(ledger, 20'000)) > 0) {
    }
    fmt::print("indexed in {:.0f} s\n", seconds_since(begun));
  }
  const auto before_mib = resident_mib();
  begun = Steady::now();
  const auto tenant = make_tenant();
  base::Metrics metrics;
  decisions::DeskOptions options;
  options.decider = {bench.region.files(), &bench.region.keys(), bench.region.clock()};
  options.region = "eu-1";
  options.metrics = &metrics;
  decisions::DecisionDesk desk(options);
  while (decide(desk, tenant, ask(0)).status != 200)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  fmt::print("a desk is loaded in {:.2f} s and takes {} MiB\n\n", seconds_since(begun),
             resident_mib() - before_mib);
  auto floor = find_values(bench.region, actors, random);
  auto echo = hand_over(decisions);
  Times idle, after_append;
  for (std::uint64_t n = 0; n < decisions; ++n) {
    const auto actor = random() % actors;
    const bool writes = n % 2 == 1;
    if (writes) bench.append(actor, "challenge.verified");
    auto body = ask(actor);
    const auto asked = Steady::now();
    const auto response = decide(desk, tenant, std::move(body));
    (writes ? after_append : idle).add(asked);
    if (response.status != 200 ||
        (writes && response.body.find("\"decision\":\"allowed\"") == std::string::npos)) {
      fmt::print(stderr, "decision {} is wrong: {} {}\n", n, response.status, response.body);
      return 1;
    }
  }
  floor.print("SQLite and an HMAC find one value");
  echo.print("an answer of nothing from another thread");
  idle.print("a decision");
  after_append.print("a decision right after an append");
  const bool good = idle.is_within(1'000) && after_append.is_within(1'000);
  fmt::print("\np99 is {} one millisecond\n", good ? "within" : "NOT within");
  return good ? 0 : 1;
}
