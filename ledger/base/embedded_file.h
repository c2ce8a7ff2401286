#pragma once

#include <span>
#include <string_view>

namespace countersign::base {

/// A file that was built into the program. Valid for as long as the program runs; any thread.
struct EmbeddedFile {
  std::string_view name;          ///< below the folder that was packed, with '/'
  std::string_view content_type;  ///< by the name's ending
  std::string_view tag;           ///< 32 hexadecimal digits of the SHA-256 of the bytes
  std::string_view bytes, gzip;   ///< as it is, and compressed (RFC 1952)
};

}  // namespace countersign::base
