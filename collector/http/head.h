#pragma once

#include "collector/http/message.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace countersign::http {

// Reading the head of a request. Beast 1.81 accepts shapes that a proxy in front may read otherwise (a folded
// field, Transfer-Encoding beside Content-Length, a repeated Host, chunked in HTTP/1.0), which is what
// request smuggling is made of. So the head is read here, by one grammar that is a strict subset of RFC 9112:
// what is not in it is refused, and nothing is repaired.

struct HeadLimits {
  std::size_t header_bytes_max = 16 * 1024;  ///< request line, fields and the empty line together
  std::size_t header_fields_max = 100;
  std::size_t target_bytes_max = 8 * 1024;  ///< path and query
};

/// Why a request is refused. The connection is closed after it: where the next request would begin is not
/// known.
struct Refusal {
  int status = 400;
  std::string detail;
};

/// Finds the end of a head in what has arrived so far, and refuses at the first byte that no head can hold,
/// so that a sender of rubbish does not have to be waited for.
class HeadScanner {
 public:
  enum class State { incomplete, complete, malformed };

  /// `bytes` is all that has arrived since the last request; it only grows between calls.
  State scan(std::string_view bytes);

  /// Complete: the size of the head with its empty line.
  std::size_t size() const { return position_; }

 private:
  std::size_t position_ = 0;
  std::size_t line_begin_ = 0;
};

/// Reads a whole head, as HeadScanner found it. Statuses of refusals: 400 malformed or ambiguous, 411 a
/// transfer coding other than chunked, 414 target too long, 417 an expectation other than 100-continue, 431
/// header too large or too many fields, 505 another version of HTTP. `peer` and `tls` are left for the
/// caller. Thread-safe.
std::variant<RequestHead, Refusal> parse_head(std::string_view bytes, const HeadLimits& limits);

/// What to say of a head that has not ended within header_bytes_max.
Refusal too_large(std::string_view bytes);

/// Whether `Connection` names that option (RFC 9110 section 7.6.1), over all its fields.
bool connection_has(const RequestHead& head, std::string_view option);

}  // namespace countersign::http
