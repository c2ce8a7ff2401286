// How long it takes to find and erase one person, beside the time in which SQLite alone reads the same files
// once. Usage: erase_bench [EVENTS]. A tenth as many persons as events, each with an e-mail address, a phone
// number, a user, a device and an address.

#include "ledger/privacy/person.h"
#include "tests/bench/measure.h"
#include "tests/support/test_region.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <future>
#include <memory>

namespace {

using namespace countersign;
using bench::must;
using bench::seconds_since;

record::PreparedEvent event_of(std::uint64_t n, std::uint64_t persons) {
  const auto person = n % persons;
  const boost::json::object event{
      {"id", fmt::format("evt-{:09}", n)},
      {"time", "2026-01-31T09:30:00.123Z"},
      {"type", n % 2 == 0 ? "challenge.sent" : "challenge.verified"},
      {"tenant", "acme"},
      {"actor",
       {{"id", fmt::format("user-{:08}", person)},
        {"email", fmt::format("person{:08}@example.com", person)},
        {"phone", fmt::format("+1415{:08}", person)}}},
      {"challenge", {{"id", fmt::format("ch-{:09}", n / 2)}, {"purpose", "login"}, {"factor", "sms"}}},
      {"device",
       {{"fingerprint", fmt::format("device-{:08}", person)},
        {"ip", fmt::format("2001:db8::{:x}", person)}}}};
  auto prepared = record::prepare_event(event, {base::SourceName("app"), record::Proof::token});
  if (!prepared) std::abort();
  return std::move(*prepared);
}

/// Some batches are on their way while the next is made.
void fill(testing::TestRegion& region, std::uint64_t events) {
  constexpr std::uint64_t kBatch = 5'000;
  constexpr std::size_t kUnderWay = 4;
  auto writer = region.open_writer();
  std::deque<std::future<store::AppendResult>> under_way;
  const auto take = [&] {
    if (!under_way.front().get()) std::abort();
    under_way.pop_front();
  };
  for (std::uint64_t first = 0; first < events; first += kBatch) {
    std::vector<record::PreparedEvent> batch;
    for (std::uint64_t n = first; n < std::min(first + kBatch, events); ++n)
      batch.push_back(event_of(n, std::max<std::uint64_t>(events / 10, 1)));
    auto done = std::make_shared<std::promise<store::AppendResult>>();
    under_way.push_back(done->get_future());
    must(writer->submit(std::move(batch), [done](auto result) { done->set_value(std::move(result)); }));
    if (under_way.size() >= kUnderWay) take();
    if (const auto done_events = first + kBatch; done_events % 1'000'000 == 0)
      fmt::print(stderr, "{} million events stored\n", done_events / 1'000'000);
  }
  while (!under_way.empty()) take();
}

/// SQLite alone, every row of both files once.
double read_all(const testing::TestRegion& region) {
  const auto begun = std::chrono::steady_clock::now();
  const auto sum = [](const std::filesystem::path& file, std::string_view sql) {
    auto connection = must(sqlite::Connection::open(file, {}));
    return must(connection.query_integer(sql));
  };
  if (sum(region.files().ledger(), "SELECT sum(length(record)) FROM records") +
          sum(region.files().vault(), "SELECT sum(length(sealed)) FROM personal") <
      0)
    std::abort();
  return seconds_since(begun);
}

}  // namespace

int main(int count, char** arguments) {
  const std::uint64_t events = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1'000'000;
  testing::TestRegion region;
  fill(region, events);
  const auto vault_bytes = std::filesystem::file_size(region.files().vault());
  read_all(region);  // so that both find the files in memory, as far as they fit
  const auto limit_s = read_all(region);
  auto begun = std::chrono::steady_clock::now();
  auto ledger = must(store::LedgerReader::open(region.files().ledger()));
  auto order = [&] {
    auto vault = must(vault::VaultReader::open(region.files().vault(), region.keys()));
    const std::vector subjects{must(privacy::parse_subject("email=person00000017@example.com"))};
    return must(privacy::find_person(ledger, vault, base::TenantId("acme"), subjects, {}))
        .order(base::TenantId("acme"));
  }();
  const auto search_s = seconds_since(begun);
  auto writer = region.open_writer();
  std::vector<double> erase_s;
  for (int run = 0; run < 2; ++run) {
    begun = std::chrono::steady_clock::now();
    std::promise<base::Result<store::ErasureResult>> promise;
    must(writer->erase(order, {}, [&](auto result) { promise.set_value(std::move(result)); }));
    must(promise.get_future().get());
    erase_s.push_back(seconds_since(begun));
  }
  fmt::print(
      "{} events of {} persons; the vault has {:.0f} MiB a million events\n\n"
      "SQLite alone reads both files once   {:8.2f} s\n"
      "a person is found                    {:8.2f} s   {:.1f} times that\n"
      "erased, and the vault scrubbed       {:8.2f} s   and {:.2f} s the next time, when little is left to "
      "scrub\n",
      events, events / 10, static_cast<double>(vault_bytes) / 1048576.0 / (static_cast<double>(events) / 1e6),
      limit_s, search_s, search_s / limit_s, erase_s[0], erase_s[1]);
}
