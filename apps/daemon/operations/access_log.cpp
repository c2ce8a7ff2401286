#include "apps/daemon/operations/access_log.h"

#include "apps/daemon/logging.h"
#include "ledger/base/encoding.h"
#include "ledger/crypto/digest.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

namespace countersign::apps {
namespace {

using spdlog::level::level_enum;

level_enum level_of(std::string_view route, int status) {
  // Whoever asks that is told by the answer.
  if (route == "/readyz") return level_enum::debug;
  if (status >= 500) return level_enum::warn;
  return status >= 400 ? level_enum::info : level_enum::debug;
}

std::string_view message_of(level_enum level) {
  if (level == level_enum::warn) return "a request was not served";
  return level == level_enum::info ? "a request was refused" : "a request was served";
}

/// The method where it is one of RFC 9110 or PATCH: any other text is the sender's.
std::string_view method_of(std::string_view sent) {
  constexpr std::array<std::string_view, 9> kMethods{"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                                     "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  return std::find(kMethods.begin(), kMethods.end(), sent) == kMethods.end() ? "other" : sent;
}

}  // namespace

AccessLog::AccessLog(base::Metrics& metrics, const crypto::Entropy& entropy)
    : left_out_(metrics.get("countersign_log_left_out_total",
                            "Lines of requests that were left out of the log because there were too many",
                            base::MetricType::counter)) {
  entropy(key_);
}

std::string AccessLog::client_of(std::string_view peer) const {
  const auto digest = crypto::hmac_sha256(base::Bytes(key_), {peer});
  return base::to_hex(digest.view().first(4));
}

Allowance& AccessLog::allowance(level_enum level) {
  if (level == level_enum::warn) return failed_;
  return level == level_enum::info ? refused_ : served_;
}

void AccessLog::answered(const http::Exchange& exchange) {
  const auto level = level_of(exchange.route, exchange.status);
  if (!spdlog::should_log(level)) return;
  {
    const std::lock_guard lock(mutex_);
    if (!allowance(level).take(std::chrono::steady_clock::now())) {
      left_out_.add();
      return;
    }
  }
  LogFields fields;
  fields.text("request", exchange.id)
      .text("method", method_of(exchange.method))
      .text("route", exchange.route)
      .number("status", exchange.status)
      .decimal("duration_ms", static_cast<double>(exchange.took.count()) / 1'000);
  if (!exchange.peer.empty()) fields.text("client", client_of(exchange.peer));
  if (exchange.broken_off) fields.flag("broken_off", true);
  log_event(level, "http.request", message_of(level), fields);
}

void AccessLog::tell_left_out() {
  std::uint64_t left_out = 0;
  {
    const std::lock_guard lock(mutex_);
    left_out = refused_.take_refused() + failed_.take_refused() + served_.take_refused();
  }
  if (left_out == 0) return;
  LogFields fields;
  fields.number("lines", static_cast<std::int64_t>(left_out));
  log_event(level_enum::warn, "log.left_out",
            fmt::format("{} lines of requests were left out because there were too many", left_out), fields);
}

}  // namespace countersign::apps
