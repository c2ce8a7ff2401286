// Costs of the parts of an event's way, for one thread.

#include "ledger/base/json.h"
#include "ledger/record/event_view.h"
#include "ledger/record/record.h"
#include "ledger/record/token.h"
#include "ledger/tree/merkle.h"
#include "ledger/vault/schema.h"
#include "tests/support/test_region.h"

#include <benchmark/benchmark.h>
#include <boost/json/serialize.hpp>

namespace countersign {
namespace {

std::string sample_text() { return boost::json::serialize(testing::sample_event_json(3)); }

std::string sample_record() {
  const auto event = testing::sample_event(3);
  std::string bytes;
  record::write_record({"log.example.com/eu-1/acme",
                        base::seq_at(3),
                        {},
                        {1'767'225'600'000'000},
                        "app",
                        "token",
                        nullptr,
                        event.json},
                       bytes);
  return bytes;
}

void ParseJson(benchmark::State& state) {
  const auto text = sample_text();
  for (auto _ : state) benchmark::DoNotOptimize(base::parse_json(text, {}));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(ParseJson);

void PrepareEvent(benchmark::State& state) {
  const auto event = testing::sample_event_json(3);
  const record::Sender sender{base::SourceName("app"), record::Proof::token};
  for (auto _ : state) benchmark::DoNotOptimize(record::prepare_event(event, sender));
}
BENCHMARK(PrepareEvent);

void LookUpKey(benchmark::State& state) {
  const crypto::Secret key(std::vector<std::uint8_t>(32, 1));
  for (auto _ : state) benchmark::DoNotOptimize(vault::lookup_of(key, "acme", "email", "ana@example.com"));
}
BENCHMARK(LookUpKey);

void MakeToken(benchmark::State& state) {
  const record::Salt salt{};
  for (auto _ : state)
    benchmark::DoNotOptimize(record::token_digest(record::Kind::email, salt, "ana@example.com"));
}
BENCHMARK(MakeToken);

void HashRecord(benchmark::State& state) {
  const auto bytes = sample_record();
  for (auto _ : state) benchmark::DoNotOptimize(record::record_hash(bytes));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(HashRecord);

void HashNode(benchmark::State& state) {
  base::Digest left, right;
  for (auto _ : state) benchmark::DoNotOptimize(left = tree::node_hash(left, right));
}
BENCHMARK(HashNode);

void ReadRecord(benchmark::State& state) {
  const auto bytes = sample_record();
  for (auto _ : state) benchmark::DoNotOptimize(record::read_record(bytes));
}
BENCHMARK(ReadRecord);

void ReadEvent(benchmark::State& state) {
  const auto bytes = sample_record();
  const auto view = record::read_record(bytes).value();
  for (auto _ : state) benchmark::DoNotOptimize(record::read_event(view.event));
}
BENCHMARK(ReadEvent);

}  // namespace
}  // namespace countersign

BENCHMARK_MAIN();
