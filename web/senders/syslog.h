#pragma once

#include "web/notify/destination.h"
#include "web/senders/syslog_line.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace countersign::senders {

struct SyslogOptions {
  enum class Transport {
    udp,  ///< RFC 5426: nobody says whether it came
    tcp,  ///< RFC 6587, octet counting
    tls,  ///< RFC 5425
  };
  Transport transport = Transport::tls;
  std::string host;
  std::uint16_t port = 6514;
  std::filesystem::path ca_file;
  std::filesystem::path client_certificate = {}, client_key = {};  ///< tls: in PEM; empty: none is shown
  int facility = kLogAudit;
  std::string own_host;  ///< for HOSTNAME
  std::int64_t timeout_ms = 10'000;
  /// How long the other side is watched before this side ends, half of the time that is left at most: who
  /// takes connections and cannot serve them, such as a load balancer without a server behind it, ends by
  /// itself.
  std::int64_t watch_ms = 2'000;
};

/// Sends a message. Syslog has no answer: over TCP and TLS a message counts as taken as send_counted() says,
/// over UDP when no refusal came back at once.
notify::Send syslog(SyslogOptions options);

}  // namespace countersign::senders
