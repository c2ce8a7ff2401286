#pragma once

#include "web/notify/notice.h"

#include <string>
#include <string_view>

namespace countersign::senders {

/// The SD-ID of what a message says: with the enterprise number that RFC 5612 sets aside for documents,
/// because the project has none of its own.
inline constexpr std::string_view kStructuredDataId = "countersign@32473";

/// Facility "log audit" (RFC 5424, table 1).
inline constexpr int kLogAudit = 13;

/// A notice as a message of RFC 5424, without any framing: facts as structured data, a sentence as its text.
/// `host` is this machine's name. Control characters become spaces, so it is one line whatever a record
/// holds.
std::string syslog_line(const notify::Notice& notice, std::string_view delivery_id, int facility,
                        std::string_view host);

}  // namespace countersign::senders
