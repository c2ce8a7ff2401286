#include "web/senders/batch/syslog_batch.h"

#include "web/senders/syslog_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace countersign::senders {
namespace {

using Kind = BatchOutcome::Kind;

constexpr std::size_t kHostMax = 255, kMessageIdMax = 32;
constexpr int kSeverities = 8;
constexpr std::int64_t kWatchAfterGoodMs = 100;

/// Printable ASCII without spaces, `-` where there is none (RFC 5424 section 6).
std::string header_field(std::string_view text, std::size_t bytes_max) {
  std::string out(text.substr(0, bytes_max));
  std::erase_if(out, [](char c) { return c <= 0x20 || c >= 0x7f; });
  return out.empty() ? "-" : out;
}

}  // namespace

std::string event_line(const Item& item, int facility, const std::string& host) {
  // A log's name and an id have nothing that is escaped in structured data. The text begins with no mark of
  // UTF-8, which readers of CEF would take for a part of it (MSG-ANY).
  return fmt::format("<{}>1 {} {} countersign - {} [{} id=\"{}\" log=\"{}\" seq=\"{}\"] {}",
                     facility * kSeverities + item.severity, base::format_rfc3339(item.time),
                     header_field(host, kHostMax), header_field(item.type, kMessageIdMax), kStructuredDataId,
                     item.id, item.log, item.seq, item.text);
}

SendBatch syslog_batch(SyslogOptions options, std::size_t message_bytes_max) {
  return [options = std::move(options), message_bytes_max, was_good = false](
             std::span<const Item> items, const notify::Stop& stop) mutable {
    BatchOutcome out;
    std::string framed;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto line = event_line(items[i], options.facility, options.own_host);
      if (line.size() > message_bytes_max) {
        out.why = fmt::format("it has {} bytes as a message, and message_bytes_max is {}", line.size(),
                              message_bytes_max);
        out.refused.push_back(i);
      } else {
        framed += octet_counted(line);
      }
    }
    if (framed.empty()) return out;
    auto now = options;
    if (was_good) now.watch_ms = std::min(now.watch_ms, kWatchAfterGoodMs);
    const auto sent = send_counted(now, framed, stop);
    was_good = sent.kind == notify::Outcome::Kind::taken;
    if (was_good) return out;
    return BatchOutcome{
        sent.kind == notify::Outcome::Kind::stopped ? Kind::stopped : Kind::failed, sent.why, 0, {}};
  };
}

}  // namespace countersign::senders
