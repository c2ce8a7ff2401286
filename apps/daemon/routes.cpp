#include "apps/daemon/routes.h"

namespace countersign::apps {
http::Limits http_limits(const Config::Limits& limits) {
  http::Limits out;
  out.head.header_bytes_max = limits.header_bytes_max;
  out.connections_max = limits.connections_max;
  out.connections_per_address_max = limits.connections_per_address_max;
  out.idle_timeout_ms = static_cast<std::int64_t>(limits.idle_timeout_ms);
  return out;
}

ingest::IngestLimits ingest_limits(const Config::Limits& limits) {
  ingest::IngestLimits out;
  out.body_bytes_max = limits.body_bytes_max;
  out.decoded_bytes_max = limits.decoded_bytes_max;
  out.events_max = limits.events_max;
  out.depth_max = limits.json_depth_max;
  return out;
}

}  // namespace countersign::apps
