#pragma once

#include "ledger/base/time.h"
#include "web/notify/notice.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::senders {

/// Of whom and to whom a mail is.
struct Envelope {
  std::string from;             ///< an address, see is_mail_address
  std::vector<std::string> to;  ///< addresses
};

/// Whether a text is an address that needs no quoting anywhere: `name@host.example` in ASCII, at most 254
/// bytes.
bool is_mail_address(std::string_view text);

/// The mail that tells of a notice: RFC 5322 with a body in quoted-printable. Whatever a record holds can
/// make no header field. The Message-ID is made of the finding, so that what follows on it threads, and
/// `delivery_id` is in a field of its own.
std::string compose(const notify::Notice& notice, std::string_view delivery_id, const Envelope& envelope,
                    base::Timestamp now);

/// A text as the value of a header field: as it is where it is printable ASCII, else as words of RFC 2047;
/// folded before 78 characters, of which `used` stand before it on the line.
std::string header_text(std::string_view text, std::size_t used);

/// RFC 2045 section 6.7, lines that end with CR LF; control characters become spaces.
std::string quoted_printable(std::string_view text);

}  // namespace countersign::senders
