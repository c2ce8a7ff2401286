#include "tests/support/test_region.h"

#include "ledger/base/file.h"
#include "ledger/sqlite/connection.h"
#include "ledger/store/ledger_call.h"
#include "ledger/store/take_over.h"
#include "ledger/tree/checkpoint.h"
#include "ledger/vault/schema.h"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <random>
#include <thread>

namespace countersign::testing {
namespace {

crypto::Ed25519Key key_from(std::uint8_t byte) {
  const std::vector<std::uint8_t> seed(32, byte);
  return std::move(crypto::Ed25519Key::from_seed(seed)).value();
}

/// For set-up that cannot fail in a test that makes sense.
template <class T>
T must(base::Result<T> result) {
  if (!result) {
    fmt::print(stderr, "test set-up failed: {}\n", result.error().message);
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

TestRegion::TestRegion(std::uint64_t seed) : TestRegion(seed, nullptr) {}
TestRegion::TestRegion(std::uint64_t seed, const TestRegion& copied) : TestRegion(seed, &copied) {}

TestRegion::TestRegion(std::uint64_t seed, const TestRegion* copied)
    : log_key_(key_from(1)),
      clock_key_(key_from(2)),
      now_(std::make_shared<std::atomic<std::int64_t>>(1'767'225'600'000'000)),
      random_(std::make_shared<std::atomic<std::uint64_t>>(seed)),
      fatal_errors_(std::make_shared<std::atomic<int>>(0)) {
  identity_ = {"log.example.com", base::RegionId("eu-1"), std::string(base::text_of(log_key_.public_key())),
               std::string(base::text_of(clock_key_.public_key()))};
  const crypto::Secret kek(std::vector<std::uint8_t>(32, 3));
  if (copied != nullptr) {
    std::filesystem::copy(copied->dir().path(), dir_.path(), std::filesystem::copy_options::recursive);
    now_->store(copied->now_->load());
    identity_.rotations = copied->identity_.rotations;
    log_key_ = key_from(copied->log_key_.seed()[0]);
    clock_key_ = key_from(copied->clock_key_.seed()[0]);
  } else {
    must(base::make_folders_durably(files().folder));
    must(store::create_ledger(files().ledger(), identity_));
    must(vault::create_vault(files().vault(), kek, entropy()));
  }
  keys_ = must(vault::open_keys(files().vault(), kek));
}

void TestRegion::reopen_keys() {
  keys_ = must(vault::open_keys(files().vault(), crypto::Secret(std::vector<std::uint8_t>(32, 3))));
}

base::Clock TestRegion::clock() {
  return [now = now_] { return base::Timestamp{now->fetch_add(1000) + 1000}; };
}

crypto::Entropy TestRegion::entropy() {
  return [state = random_](std::span<std::uint8_t> out) {
    std::mt19937_64 random(state->fetch_add(1));
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  };
}

store::CheckpointSigner TestRegion::signer() const {
  return [this](const base::LogName& log, std::uint64_t size, const base::Digest& root, std::int64_t time) {
    return tree::sign_checkpoint({log, size, root}, log_key_, clock_key_, time);
  };
}

store::WriterOptions TestRegion::options() {
  store::WriterOptions options;
  options.files = files();
  options.head_memory = head_memory();
  options.limits.disk_reserve_bytes = 0;
  options.clock = clock();
  options.entropy = entropy();
  options.sign = signer();
  options.keys = &keys_;
  options.metrics = &metrics_;
  options.on_fatal = [count = fatal_errors_](const base::Error&) { ++*count; };
  return options;
}

std::unique_ptr<store::Writer> TestRegion::open_writer() { return must(store::Writer::open(options())); }

base::Result<void> TestRegion::take_over(store::Writer& writer, tree::CheckpointKey which,
                                         std::uint8_t seed) {
  const bool of_log = which == tree::CheckpointKey::log;
  auto fresh = key_from(seed);
  const auto log = std::make_shared<const crypto::Ed25519Key>(key_from(of_log ? seed : log_key_.seed()[0]));
  const auto clock =
      std::make_shared<const crypto::Ed25519Key>(key_from(of_log ? clock_key_.seed()[0] : seed));
  auto note = store::call_on_ledger(writer, [&](store::LedgerThread& here) {
    return store::take_over(here, {"log.example.com/eu-1", which, identity_.rotations.size() + 1, log_key_,
                                   of_log ? log_key_.public_key() : clock_key_.public_key(), fresh,
                                   [log, clock](const base::LogName& name, std::uint64_t size,
                                                const base::Digest& root, std::int64_t time) {
                                     return tree::sign_checkpoint({name, size, root}, *log, *clock, time);
                                   }});
  });
  if (!note) return base::fail(note.error());
  identity_.rotations.push_back(*note);
  (of_log ? log_key_ : clock_key_) = std::move(fresh);
  return {};
}

store::AppendResult TestRegion::append(store::Appender& writer, std::vector<record::PreparedEvent> events) {
  for (;;) {
    std::promise<store::AppendResult> promise;
    auto future = promise.get_future();
    auto copy = events;
    const auto taken = writer.submit(
        std::move(copy), [&](store::AppendResult result) { promise.set_value(std::move(result)); });
    if (taken) return future.get();
    if (taken.error().code != base::Code::unavailable) return base::fail(taken.error());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void tamper(const TestRegion& region, const std::string& sql) {
  auto ledger =
      must(sqlite::Connection::open(region.files().ledger(), {.access = sqlite::Access::read_write}));
  std::vector<std::string> triggers;
  for (const auto& statement : store::ledger_schema()) {
    if (!statement.starts_with("CREATE TRIGGER ")) continue;
    triggers.push_back(statement);
    must(ledger.execute("DROP TRIGGER " + statement.substr(15, statement.find(' ', 15) - 15)));
  }
  must(ledger.execute(sql));
  for (const auto& trigger : triggers) must(ledger.execute(trigger));
  must(ledger.empty_wal());
}

boost::json::object sample_event_json(std::uint64_t n, const std::string& tenant) {
  static constexpr const char* kTypes[] = {"challenge.sent", "challenge.delivered", "challenge.verified",
                                           "challenge.failed", "action.performed"};
  static constexpr const char* kFactors[] = {"sms", "whatsapp", "totp"};
  boost::json::object event{
      {"id", fmt::format("evt-{:08}", n)},
      {"time",
       fmt::format("2026-01-01T{:02}:{:02}:{:02}.{:03}Z", n / 3600 % 24, n / 60 % 60, n % 60, n % 1000)},
      {"type", kTypes[n % 5]},
      {"tenant", tenant},
      {"actor",
       {{"id", fmt::format("user-{}", n % 97)},
        {"email", fmt::format("user{}@example.com", n % 97)},
        {"phone", fmt::format("+1415555{:04}", n % 97)}}},
      {"challenge",
       {{"id", fmt::format("ch-{}", n / 5)},
        {"purpose", "login"},
        {"factor", kFactors[n % 3]},
        {"attempt", n % 3 + 1}}},
      {"device",
       {{"fingerprint", fmt::format("device-{}", n % 131)},
        {"ip", fmt::format("192.0.2.{}", n % 250)},
        {"new", n % 7 == 0}}},
  };
  if (n % 5 == 4)
    event["action"] = {{"name", "export users"}, {"resource", "/admin/users"}, {"context", "admin console"}};
  if (n % 5 == 3) event["outcome"] = {{"reason", "wrong code"}, {"risk", n % 100}};
  if (n % 11 == 0) event["attributes"] = {{"plan", "free"}, {"note", "a \"quoted\" word"}};
  return event;
}

record::PreparedEvent sample_event(std::uint64_t n, const std::string& tenant, const std::string& source) {
  auto prepared =
      record::prepare_event(sample_event_json(n, tenant), {base::SourceName(source), record::Proof::token});
  if (!prepared) std::abort();
  return std::move(*prepared);
}

}  // namespace countersign::testing
