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
  int facility = kLogAudit;
  std::string own_host;  ///< for HOSTNAME
  std::int64_t timeout_ms = 10'000;
};

/// Sends a message, over a connection of its own. Syslog has no answer: over TCP and TLS a message counts as
/// taken when the other machine has acknowledged every byte, over UDP when no refusal came back at once.
notify::Send syslog(SyslogOptions options);

}  // namespace countersign::senders
