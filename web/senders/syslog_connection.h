#pragma once

#include "web/notify/destination.h"
#include "web/senders/syslog.h"

#include <string>
#include <string_view>

namespace countersign::senders {

/// A message with its length before it (RFC 6587 section 3.4.1).
std::string octet_counted(std::string_view line);

/// Sends messages that are octet-counted, over TCP or TLS and a connection of their own. Syslog has no
/// answer, so the end of the connection is taken for one: this side ends first, over TLS with the
/// close_notify that RFC 5425 section 4.4 wants answered. Taken when every byte is acknowledged and the other
/// side has then ended in order, which a program does that has read all. Failed when it ends by itself
/// before, resets the connection, sends an alert (so refuses a certificate, which TLS 1.3 does behind the
/// handshake), or does not end within the options' time. Any thread; blocks.
notify::Outcome send_counted(const SyslogOptions& options, std::string_view framed, const notify::Stop& stop);

}  // namespace countersign::senders
