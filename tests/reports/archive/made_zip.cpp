#include "tests/reports/archive/made_zip.h"

#include <zlib.h>

namespace countersign::archive {
namespace {

void put(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::string deflated(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// What both headers say: from the version on that is needed to the length of the extra fields.
std::string description(const MadeEntry& entry, const std::string& packed, const std::string& name,
                        std::size_t extra) {
  std::string out;
  put(out, 20, 2);
  put(out, entry.flags, 2);
  put(out, entry.deflated ? 8 : 0, 2);
  put(out, 0x21 + (std::uint64_t{0x5C21} << 16), 4);
  put(out,
      crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()), static_cast<uInt>(entry.content.size())),
      4);
  put(out, entry.zip64 ? UINT32_MAX : packed.size(), 4);
  put(out, entry.zip64 ? UINT32_MAX : (entry.claimed == UINT32_MAX ? entry.content.size() : entry.claimed),
      4);
  put(out, name.size(), 2);
  put(out, extra, 2);
  return out;
}

}  // namespace

std::string zip_of(const std::vector<MadeEntry>& entries, std::string_view comment) {
  std::string out, directory;
  for (const auto& entry : entries) {
    const auto packed = entry.deflated ? deflated(entry.content) : entry.content;
    const auto local_name = entry.local_name.empty() ? entry.name : entry.local_name;
    std::string extra;
    if (entry.zip64) {
      put(extra, 1, 2);
      put(extra, 16, 2);
      put(extra, entry.content.size(), 8);
      put(extra, packed.size(), 8);
    }
    put(directory, 0x02014B50, 4);
    put(directory, 20, 2);
    directory += description(entry, packed, entry.name, extra.size());
    directory.append(2 + 2 + 2 + 4, '\0');
    put(directory, out.size(), 4);
    directory += entry.name + extra;
    put(out, 0x04034B50, 4);
    out += description(entry, packed, local_name, extra.size()) + local_name + extra + packed;
  }
  const auto begin = out.size();
  out += directory;
  put(out, 0x06054B50, 4);
  put(out, 0, 4);
  put(out, entries.size(), 2);
  put(out, entries.size(), 2);
  put(out, directory.size(), 4);
  put(out, begin, 4);
  put(out, comment.size(), 2);
  return out + std::string(comment);
}

}  // namespace countersign::archive
