#include "collector/syslog/syslog_metrics.h"

namespace countersign::syslog {
namespace {

base::Metric& counter(base::Metrics& metrics, const std::string& listener, const char* name,
                      const char* help) {
  return metrics.get(std::string("countersign_syslog_") + name, help, base::MetricType::counter,
                     {{"listener", listener}});
}

}  // namespace

SyslogMetrics::SyslogMetrics(base::Metrics& metrics, const std::string& listener)
    : open(metrics.get("countersign_syslog_connections_open", "Syslog connections open",
                       base::MetricType::gauge, {{"listener", listener}})),
      accepted(counter(metrics, listener, "connections_accepted_total", "Syslog connections accepted")),
      refused(counter(metrics, listener, "connections_refused_total",
                      "Syslog connections closed at once because there were too many")),
      handshake_failures(counter(metrics, listener, "handshake_failures_total",
                                 "TLS handshakes of syslog senders that did not succeed")),
      accept_errors(
          counter(metrics, listener, "accept_errors_total", "Syslog connections that could not be accepted")),
      messages(counter(metrics, listener, "messages_total", "Syslog messages taken")),
      retries(counter(metrics, listener, "retries_total", "Batches of syslog messages to be tried again")),
      lost(counter(metrics, listener, "lost_total",
                   "Syslog messages read but not taken when the connection was ended")),
      handler_failures(counter(metrics, listener, "handler_failures_total",
                               "Batches of syslog messages whose handler failed")) {
  constexpr std::array<const char*, 3> kErrors{"length", "too_long", "truncated"};
  constexpr std::array<const char*, 3> kSteps{"handshake", "idle", "frame"};
  for (std::size_t i = 0; i < malformed_.size(); ++i)
    malformed_[i] =
        &metrics.get("countersign_syslog_malformed_total",
                     "Syslog messages refused, by the part that is wrong", base::MetricType::counter,
                     {{"listener", listener},
                      {"reason", std::string(protocols::to_string(static_cast<protocols::SyslogPart>(i)))}});
  for (std::size_t i = 0; i < framing_errors_.size(); ++i)
    framing_errors_[i] =
        &metrics.get("countersign_syslog_framing_errors_total", "Syslog connections whose framing was lost",
                     base::MetricType::counter, {{"listener", listener}, {"reason", kErrors[i]}});
  for (std::size_t i = 0; i < timeouts_.size(); ++i)
    timeouts_[i] = &metrics.get("countersign_syslog_timeouts_total", "Deadlines missed by syslog senders",
                                base::MetricType::counter, {{"listener", listener}, {"step", kSteps[i]}});
}

}  // namespace countersign::syslog
