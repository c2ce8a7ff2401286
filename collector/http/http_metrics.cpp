#include "collector/http/http_metrics.h"

#include <algorithm>
#include <string>

namespace countersign::http {
namespace {

constexpr auto kCounter = base::MetricType::counter;

}  // namespace

HttpMetrics::HttpMetrics(base::Metrics& metrics)
    : open(
          metrics.get("countersign_http_connections_open", "HTTP connections open", base::MetricType::gauge)),
      accepted(
          metrics.get("countersign_http_connections_accepted_total", "HTTP connections accepted", kCounter)),
      framing_errors(metrics.get("countersign_http_framing_errors_total",
                                 "Requests refused for the shape of their header", kCounter)),
      handshake_failures(metrics.get("countersign_http_handshake_failures_total",
                                     "TLS handshakes that did not succeed", kCounter)),
      accept_errors(metrics.get("countersign_http_accept_errors_total",
                                "Connections that could not be accepted", kCounter)),
      handler_failures(metrics.get("countersign_http_handler_failures_total",
                                   "Requests whose handler failed or gave no usable answer", kCounter)) {
  constexpr std::array<const char*, 4> kClasses{"2xx", "3xx", "4xx", "5xx"};
  constexpr std::array<const char*, 6> kSteps{"handshake", "idle", "header", "body", "handle", "write"};
  constexpr std::array<const char*, 2> kReasons{"total", "address"};
  for (std::size_t i = 0; i < kClasses.size(); ++i)
    answers_[i] = &metrics.get("countersign_http_requests_total", "Requests answered, by class of status",
                               kCounter, {{"class", kClasses[i]}});
  for (std::size_t i = 0; i < kSteps.size(); ++i)
    timeouts_[i] = &metrics.get("countersign_http_timeouts_total", "Deadlines missed, by step", kCounter,
                                {{"step", kSteps[i]}});
  for (std::size_t i = 0; i < kReasons.size(); ++i)
    refused_[i] = &metrics.get("countersign_http_connections_refused_total",
                               "Connections closed at once because there were too many", kCounter,
                               {{"reason", kReasons[i]}});
}

void HttpMetrics::count_answer(int status) {
  answers_[static_cast<std::size_t>(std::clamp(status / 100, 2, 5) - 2)]->add();
}

}  // namespace countersign::http
