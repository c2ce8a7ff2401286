#include "reports/documents/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace countersign::documents {
namespace {

/// Whether bytes can begin what zlib has packed (RFC 1950 section 2.2): much is tried, and little is it.
bool begins_as_zlib(std::string_view bytes) {
  if (bytes.size() < 2) return false;
  const unsigned first = static_cast<unsigned char>(bytes[0]), second = static_cast<unsigned char>(bytes[1]);
  return (first & 0x0f) == Z_DEFLATED && (first << 8 | second) % 31 == 0;
}

}  // namespace

Inflated inflate(std::string_view bytes, std::size_t bytes_max) {
  constexpr std::size_t kStep = 64u << 10;
  if (!begins_as_zlib(bytes)) return {};
  z_stream stream{};
  if (::inflateInit(&stream) != Z_OK) return {};
  // zlib's interface takes a pointer to bytes that may change, and changes none.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max()));
  std::string out;
  int status = Z_OK;
  while (status == Z_OK && out.size() <= bytes_max) {
    const auto filled = out.size();
    out.resize(filled + kStep);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    stream.avail_out = kStep;
    status = ::inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  ::inflateEnd(&stream);
  const bool whole = status == Z_STREAM_END && out.size() <= bytes_max;
  return {std::move(out), whole};
}

}  // namespace countersign::documents
