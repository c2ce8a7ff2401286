#pragma once

#include "web/notify/destination.h"
#include "web/senders/syslog_line.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

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
};

/// A message with its length before it (RFC 6587 section 3.4.1).
std::string octet_counted(std::string_view line);

/// Sends messages that are octet-counted, over TCP or TLS and a connection of their own; taken when the other
/// machine has acknowledged every byte.
notify::Outcome send_counted(const SyslogOptions& options, std::string_view framed, const notify::Stop& stop);

/// Sends a message, over a connection of its own. Syslog has no answer: over TCP and TLS a message counts as
/// taken when the other machine has acknowledged every byte, over UDP when no refusal came back at once.
notify::Send syslog(SyslogOptions options);

}  // namespace countersign::senders
