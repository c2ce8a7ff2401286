#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::http {

/// An http or https address, taken apart.
struct Url {
  bool tls = false;
  std::string host;  ///< a name, or an address without brackets
  std::uint16_t port = 0;
  std::string target;  ///< path and query, percent-encoded; at least "/"

  bool operator==(const Url&) const = default;
};

/// Reads an absolute URL (RFC 3986) of scheme http or https. The port is the scheme's when none is given.
/// invalid_argument: another scheme, no host, a name and password (they would end in logs), a fragment.
base::Result<Url> parse_url(std::string_view text);

/// The decoded text of a percent-encoded piece of a path; invalid_argument when it is malformed or holds a
/// NUL byte.
base::Result<std::string> decode_segment(std::string_view text);

}  // namespace countersign::http
