#include "apps/daemon/witness/exchange.h"

#include "web/senders/fetch.h"

#include <utility>

namespace countersign::apps {

constexpr std::size_t kAnswerBytesMax = 256 << 10;

witness::KnownWitness known_witness(const KnownWitnessSettings& settings) {
  return {settings.name, settings.key, settings.url};
}

witness::Exchange exchange_with(const KnownWitnessSettings& settings, notify::Stop stop,
                                senders::Connections& connections, std::int64_t timeout_ms) {
  return [ca_file = settings.ca_file, stop = std::move(stop), timeout_ms, &connections](
             const std::string& url, const std::string* body) -> base::Result<witness::HttpAnswer> {
    senders::FetchOptions options;
    options.url = url;
    options.ca_file = ca_file;
    options.timeout_ms = timeout_ms;
    options.connections = &connections;
    options.answer_bytes_max = kAnswerBytesMax;
    TRY_ASSIGN(auto answer, senders::fetch(options, body, stop));
    return witness::HttpAnswer{answer.status, std::move(answer.body)};
  };
}

witness::Exchange exchange_until(std::chrono::steady_clock::time_point until,
                                 const KnownWitnessSettings& settings, notify::Stop stop,
                                 senders::Connections& connections) {
  return [=, stop = std::move(stop), &connections](
             const std::string& url, const std::string* body) -> base::Result<witness::HttpAnswer> {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now())
            .count();
    if (left <= 0) return base::fail(base::Code::unavailable, "the time to ask it is over");
    return exchange_with(settings, stop, connections, left)(url, body);
  };
}

}  // namespace countersign::apps
