// Sends events to a running countersignd in batches of 1,000 over several keep-alive connections, and prints
// the rate at which they were acknowledged, which is the rate at which they became durable. Usage:
// load_driver PORT TOKEN EVENTS CONNECTIONS

#include "collector/http/client.h"
#include "tests/support/test_region.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

using namespace countersign;

constexpr std::uint64_t kBatch = 1000;

std::string batch_body(std::uint64_t first) {
  std::string body;
  for (std::uint64_t n = first; n < first + kBatch; ++n)
    body += boost::json::serialize(testing::sample_event_json(n)) + "\n";
  return body;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const std::string token = argv[2];
  const auto batches = std::strtoull(argv[3], nullptr, 10) / kBatch;
  const auto connections = std::strtoull(argv[4], nullptr, 10);
  // Bodies are made before the clock starts: the driver shares the processors with what it measures.
  std::vector<std::string> bodies;
  for (std::uint64_t b = 0; b < batches; ++b) bodies.push_back(batch_body(b * kBatch));
  std::atomic<std::uint64_t> next{0}, acknowledged{0}, refused{0};
  std::atomic<bool> failed{false};
  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (std::uint64_t c = 0; c < connections; ++c) {
    threads.emplace_back([&] {
      http::ClientOptions options;
      options.host = "127.0.0.1";
      options.port = port;
      options.tls = false;
      http::Client client(std::move(options));
      const http::Fields headers{{"Authorization", "Bearer " + token},
                                 {"Content-Type", "application/x-ndjson"}};
      for (std::uint64_t b = next++; b < batches && !failed; b = next++) {
        for (;;) {
          const auto response = client.send("POST", "/v1/events", headers, bodies[b]);
          if (response && response->status == 200) break;
          if (!response || response->status != 503) {
            fmt::print(stderr, "{}\n", response ? response->body.substr(0, 300) : response.error().message);
            failed = true;
            return;
          }
          ++refused;
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        acknowledged += kBatch;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  fmt::print("{} {} {:.3f}\n", acknowledged.load(), refused.load(), seconds);
  return failed ? 1 : 0;
}
