#pragma once

#include "collector/protocols/item.h"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The syslog protocol's message, RFC 5424.
namespace countersign::protocols {

struct StructuredData {
  std::string id;                                               ///< SD-ID, such as `exampleSDID@32473`
  std::vector<std::pair<std::string, std::string>> parameters;  ///< in order; values without escapes
};

/// A message taken apart. A NILVALUE is an empty string.
struct SyslogMessage {
  int facility = 0;  ///< 0 to 23
  int severity = 0;  ///< 0 (emergency) to 7 (debug)
  std::string time;  ///< RFC 3339
  std::string host;
  std::string app;
  std::string process;
  std::string message_id;
  std::vector<StructuredData> data;
  std::string text;  ///< MSG without its byte order mark; UTF-8
  std::string id;    ///< record::content_id of the whole message
};

/// What is wrong with a message, by the part of it.
enum class SyslogPart {
  priority,
  rfc3164,  ///< a message of the old BSD protocol, RFC 3164, which is not taken
  version,
  timestamp,
  header,
  structured_data,
  text,
};
std::string_view to_string(SyslogPart part);

struct SyslogFault {
  SyslogPart part = SyslogPart::priority;
  std::size_t offset = 0;  ///< the byte of the message
  std::string reason;      ///< what is wrong there; never a value

  /// "byte 12, timestamp: …"
  std::string to_string() const;
};

/// Reads one message by the grammar of RFC 5424 section 6, and stricter in one point: a MSG that is not UTF-8
/// is refused also where it has no byte order mark, for it could not be kept as it is. Line ends behind the
/// message are no part of it: whether a sender adds one depends on its framing. Thread-safe.
tl::expected<SyslogMessage, SyslogFault> parse_syslog(std::string_view message);

/// MSG as a payload by the rules of item_of_text; the id in the envelope tells the message from its
/// repetitions.
Message message_of(const SyslogMessage& syslog, const ProtocolLimits& limits = {});

}  // namespace countersign::protocols
