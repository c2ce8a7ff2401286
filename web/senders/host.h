#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::senders {

struct HostAndPort {
  std::string host;  ///< a name, or an address without brackets
  std::uint16_t port = 0;

  bool operator==(const HostAndPort&) const = default;
};

/// Reads `host:port`, `192.0.2.1:port` or `[2001:db8::1]:port`. invalid_argument: anything else.
base::Result<HostAndPort> parse_host_and_port(std::string_view text);

/// Whether a host is this machine, whatever its network is: `localhost`, 127.0.0.0/8, ::1.
bool is_loopback(std::string_view host);

/// As it stands in a URL: an IPv6 address in brackets.
std::string in_url(const std::string& host);

}  // namespace countersign::senders
