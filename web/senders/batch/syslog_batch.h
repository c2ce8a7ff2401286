#pragma once

#include "web/senders/batch/batch.h"
#include "web/senders/syslog.h"

#include <cstddef>
#include <string>

namespace countersign::senders {

/// An event as a message of RFC 5424, without any framing: where its record stands as structured data, the
/// event as its text.
std::string event_line(const Item& item, int facility, const std::string& host);

/// Sends a batch over TCP or TLS, over a connection of its own. Taken as send_counted() says; who has just
/// taken one is watched for 100 ms instead of the options' time. A message of
/// more than `message_bytes_max` is refused here: receivers cut what is too long for them, and say nothing
/// (RFC 5425 section 4.3.1: 8,192 bytes should be taken).
SendBatch syslog_batch(SyslogOptions options, std::size_t message_bytes_max);

}  // namespace countersign::senders
