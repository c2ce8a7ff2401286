#include "collector/http/limits.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace countersign::http {

base::Result<void> check(const Limits& limits) {
  struct Least {
    std::string_view name;
    std::uint64_t value;
    std::uint64_t least;
  };
  // A negative time becomes a huge number, so times are compared apart.
  struct Time {
    std::string_view name;
    std::int64_t value;
  };
  const std::array<Least, 7> sizes{{{"header_bytes_max", limits.head.header_bytes_max, 256},
                                    {"header_fields_max", limits.head.header_fields_max, 1},
                                    {"target_bytes_max", limits.head.target_bytes_max, 1},
                                    {"connections_max", limits.connections_max, 1},
                                    {"connections_per_address_max", limits.connections_per_address_max, 1},
                                    {"bodies_bytes_max", limits.bodies_bytes_max, 1},
                                    {"requests_per_connection_max", limits.requests_per_connection_max, 1}}};
  for (const auto& size : sizes) {
    if (size.value < size.least)
      return base::fail(
          base::Code::invalid_argument,
          fmt::format("the HTTP limit {} is {}; it must be at least {}", size.name, size.value, size.least));
  }
  const std::array<Time, 9> times{{{"handshake_timeout_ms", limits.handshake_timeout_ms},
                                   {"idle_timeout_ms", limits.idle_timeout_ms},
                                   {"header_timeout_ms", limits.header_timeout_ms},
                                   {"body_timeout_ms", limits.body_timeout_ms},
                                   {"handle_timeout_ms", limits.handle_timeout_ms},
                                   {"write_timeout_ms", limits.write_timeout_ms},
                                   {"linger_timeout_ms", limits.linger_timeout_ms},
                                   {"stop_grace_ms", limits.stop_grace_ms},
                                   {"connection_lifetime_ms", limits.connection_lifetime_ms}}};
  for (const auto& time : times) {
    if (time.value < 1)
      return base::fail(
          base::Code::invalid_argument,
          fmt::format("the HTTP limit {} is {}; it must be at least 1 ms", time.name, time.value));
  }
  return {};
}

}  // namespace countersign::http
