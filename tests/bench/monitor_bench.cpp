// How fast the detections take a stream of ordinary events, beside what the same rows cost where they are
// only put into the same table with the same indexes.

#include "ledger/base/encoding.h"
#include "ledger/projection/columns.h"
#include "ledger/projection/record_rows.h"
#include "ledger/record/record.h"
#include "ledger/store/schema.h"
#include "reports/engine/workspace_sql.h"
#include "reports/monitor/monitor.h"
#include "reports/monitor/workspace_select.h"
#include "tests/bench/measure.h"
#include "tests/support/temp_dir.h"

#include <fmt/format.h>

#include <sys/resource.h>

#include <array>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace countersign::bench {
namespace {

constexpr std::int64_t kLog = 1;
constexpr int kPeople = 10'000;
constexpr std::uint64_t kAtOnce = 20'000;
constexpr std::int64_t kBegin = 1'767'225'600'000'000;  // 2026-01-01

/// A token, as records have it: 43 characters that are the same for the same value.
std::string token(std::string_view kind, int number) {
  std::mt19937_64 random(std::hash<std::string>{}(fmt::format("{}{}", kind, number)));
  std::array<std::uint8_t, 32> bytes{};
  for (auto& one : bytes) one = static_cast<std::uint8_t>(random());
  return base::to_base64url(bytes);
}

struct Person {
  std::string id, phone, device, ip, country;
};

/// Sign-ins of people: sent, delivered, now and then failed, verified, the login and an action. In the order
/// in which they are received, `apart_us` from one to the next; each happened up to `jitter_us` before.
class Stream {
 public:
  Stream(std::int64_t apart_us, std::int64_t jitter_us) : apart_us_(apart_us), jitter_us_(jitter_us) {
    for (int i = 0; i < kPeople; ++i)
      people_.push_back(
          {token("id", i), token("phone", i), token("device", i), token("ip", i), i % 9 ? "DE" : "FR"});
  }

  std::string next() {
    if (waiting_.empty()) sign_in();
    auto [type, event] = std::move(waiting_.back());
    waiting_.pop_back();
    const auto received = kBegin + static_cast<std::int64_t>(seq_) * apart_us_;
    const auto occurred =
        received -
        (jitter_us_ > 0 ? static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(jitter_us_)) : 0);
    const bool provider = type == "challenge.delivered";
    const auto record = fmt::format(
        R"({{"v":1,"log":"log.example.com/eu-1/acme","seq":{0},"prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","received":"{1}","source":"{2}","proof":"token","event":{{"id":"{2}-{0}","time":"{3}","type":"{4}","tenant":"acme",{5}}}}})",
        seq_, base::format_rfc3339({received}), provider ? "twilio" : "shop",
        base::format_rfc3339({occurred}), type, event);
    ++seq_;
    return record;
  }

 private:
  void sign_in() {
    const auto& who = people_[random_() % kPeople];
    const auto challenge = fmt::format("ch-{}", count_++);
    const char* factor = random_() % 3 ? "sms" : "totp";
    const auto actor =
        fmt::format(R"("actor":{{"id":"{}","phone":"{}","role":"member"}})", who.id, who.phone);
    const auto device = fmt::format(R"("device":{{"fingerprint":"{}","ip":"{}","country":"{}"}})", who.device,
                                    who.ip, who.country);
    const auto about = fmt::format(
        R"("challenge":{{"id":"{}","purpose":"login","factor":"{}","provider":"twilio","provider_id":"SM{}"}})",
        challenge, factor, challenge);
    const auto all = actor + "," + about + "," + device;
    // The last one comes first.
    waiting_.emplace_back("action.performed", actor + R"(,"action":{"name":"invoice.read"},)" + device);
    waiting_.emplace_back("login.succeeded", actor + "," + device);
    waiting_.emplace_back("challenge.verified", all);
    if (random_() % 12 == 0) waiting_.emplace_back("challenge.failed", all);
    waiting_.emplace_back("challenge.delivered", about);
    waiting_.emplace_back("challenge.sent", all);
  }

  const std::int64_t apart_us_, jitter_us_;
  std::vector<Person> people_;
  std::mt19937_64 random_{7};
  std::vector<std::pair<std::string, std::string>> waiting_;
  std::uint64_t seq_ = 0, count_ = 0;
};

void make_index(const std::filesystem::path& file, std::uint64_t events, Stream stream) {
  auto index = must(sqlite::Connection::open(file, {.access = sqlite::Access::create}));
  must(index.execute(projection::index_schema()));
  auto transaction = must(sqlite::Transaction::begin(index, sqlite::Transaction::Kind::write));
  auto rows = must(projection::RecordRows::prepare(index));
  for (std::uint64_t seq = 0; seq < events; ++seq)
    must(rows.add(kLog, store::place_of(kLog, seq), stream.next()));
  must(rows.flush());
  must(index.execute(fmt::format("INSERT INTO progress VALUES({}, {})", kLog, events)));
  must(transaction.commit());
}

struct Took {
  double seconds = 0, cpu = 0;
};

double cpu_now() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <class Work>
Took timed(const Work& work) {
  const auto begun = std::chrono::steady_clock::now();
  const auto cpu = cpu_now();
  work();
  return {seconds_since(begun), cpu_now() - cpu};
}

void print(std::string_view what, std::uint64_t events, const Took& took) {
  fmt::print("{:<58} {:>9.0f} events/s by the clock, {:>9.0f} by CPU time\n", what,
             static_cast<double>(events) / took.seconds, static_cast<double>(events) / took.cpu);
}

/// The limit: the same rows into the same table with the same indexes, and nothing else.
Took insert_alone(const std::filesystem::path& file, std::uint64_t events) {
  auto connection = must(sqlite::Connection::open_in_memory());
  must(connection.execute(projection::index_schema()));
  const auto zeros = [](sqlite::Statement& statement) {
    for (std::size_t i = 0; i < statement.parameter_names().size(); ++i)
      statement.bind(static_cast<int>(i) + 1, std::int64_t{0});
  };
  must(connection.run_script(reports::kEvidenceSql, zeros));
  must(connection.attach(file, "projection"));
  std::string columns;
  for (const auto& field : record::kEventFields) columns += ", " + projection::column_name(field);
  must(connection.execute(
      fmt::format("CREATE TEMP TABLE run(first INTEGER, beyond INTEGER); INSERT INTO run VALUES(0, 0); "
                  "CREATE TEMP VIEW events AS"
                  " SELECT place, +log AS log, +seq AS seq, received, occurred, source, proof, life{} FROM "
                  "projection.events"
                  " WHERE place >= (SELECT first FROM temp.run) AND place < (SELECT beyond FROM temp.run)",
                  columns)));
  auto insert = must(connection.prepare(
      fmt::format("INSERT INTO evidence {}", monitor::workspace_select(reports::kEvidenceSql, "evidence"))));
  const auto names = insert.parameter_names();
  return timed([&] {
    for (std::uint64_t first = 0; first < events; first += kAtOnce) {
      must(connection.execute(fmt::format("UPDATE run SET first = {}, beyond = {}",
                                          store::place_of(kLog, first),
                                          store::place_of(kLog, first + kAtOnce))));
      for (std::size_t i = 0; i < names.size(); ++i)
        insert.bind(static_cast<int>(i) + 1, names[i] == "log"                              ? kLog
                                             : names[i] == "end_seq" || names[i] == "until" ? INT64_MAX
                                                                                            : 0);
      must(insert.run());
    }
  });
}

std::uint64_t memory_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss);
}

void measure(std::string_view what, std::uint64_t events, std::uint64_t rows_max, Stream stream) {
  const testing::TempDir folder;
  const auto file = folder.path() / "index.sqlite";
  make_index(file, events, std::move(stream));
  fmt::print("\n{}, {} events of {} people\n", what, events, kPeople);
  print("  bare insert into the same table and indexes", events, insert_alone(file, events));
  monitor::Monitor::Options options{
      file, kLog, base::TenantId("acme"), {0, {kBegin}}, monitor::detections({}, {})};
  options.rows_max = rows_max;
  options.records_at_once = kAtOnce;
  auto monitor = must(monitor::Monitor::open(std::move(options)));
  std::uint64_t findings = 0;
  const auto took = timed([&] {
    while (monitor.position().next < events) findings += must(monitor.advance(events)).size();
  });
  print(fmt::format("  advance() with all {} detections", monitor::detections({}, {}).size()), events, took);
  for (const auto& one : monitor.take_failures()) fmt::print("  {} failed: {}\n", one.control, one.what);
  fmt::print("  {} findings, {} rows in memory, {} cut; the process had {} MiB at most\n", findings,
             monitor.rows(), monitor.rows_cut(), memory_kib() / 1024);
}

}  // namespace
}  // namespace countersign::bench

int main(int argc, char** argv) {
  using namespace countersign::bench;
  const std::uint64_t events = argc > 1 ? std::stoull(argv[1]) : 500'000;
  measure("50,000 events/s, in order", events, 1'000'000, Stream(20, 0));
  measure("50,000 events/s, up to 2 s late", events, 1'000'000, Stream(20, 2'000'000));
  measure("50,000 events/s, with room for a fifth of them", events, events / 5, Stream(20, 0));
  measure("a day's worth, one in 173 ms", events, 1'000'000, Stream(172'800, 0));
}
