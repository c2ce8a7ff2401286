#include "reports/archive/zip.h"
#include "reports/archive/zip_fields.h"

#include <fmt/format.h>

#define ZLIB_CONST  // or it would take its input as bytes that it may change
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace countersign::archive {
namespace {

using base::Code;
using base::fail;

/// Bytes packed with deflate, and what the headers say of them.
struct Packed {
  std::string bytes;
  std::uint32_t crc = 0, inflated = 0;
};

base::Result<Packed> pack(std::string_view bytes) {
  Packed out;
  if (bytes.size() > std::numeric_limits<std::uint32_t>::max() / 2)
    return fail(Code::resource_exhausted, "a sheet has become too large to be written");
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return fail(Code::internal, "zlib cannot start");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ender(&stream, deflateEnd);
  out.bytes.resize(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.bytes.data());
  stream.avail_out = static_cast<uInt>(out.bytes.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return fail(Code::internal, "zlib cannot pack a sheet");
  out.bytes.resize(stream.total_out);
  out.inflated = static_cast<std::uint32_t>(bytes.size());
  out.crc = static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
  return out;
}

/// A header with what has changed, without its descriptor and 64-bit sizes. `at` is where its flags stand.
void describe(std::string& header, std::size_t at, const Packed& packed) {
  put_number<std::uint16_t>(header, at, number_at<std::uint16_t>(header, at) & kUtf8Flag);
  put_number<std::uint16_t>(header, at + 2, kDeflated);
  put_number<std::uint32_t>(header, at + 8, packed.crc);
  put_number<std::uint32_t>(header, at + 12, static_cast<std::uint32_t>(packed.bytes.size()));
  put_number<std::uint32_t>(header, at + 16, packed.inflated);
}

std::string local_of(std::string_view bytes, const ZipEntry& entry, const Packed& packed) {
  std::string header(bytes.substr(entry.offset, kLocalBytes));
  const auto extra =
      extra_without_zip64(bytes.substr(entry.offset + kLocalBytes + entry.name.size(),
                                       entry.data - entry.offset - kLocalBytes - entry.name.size()));
  describe(header, 6, packed);
  put_number<std::uint16_t>(header, 28, static_cast<std::uint16_t>(extra.size()));
  return header + entry.name + extra + packed.bytes;
}

/// The record of an entry that now begins at `offset`; `packed` is null where it is as it was.
std::string central_of(std::string_view bytes, const ZipEntry& entry, std::uint32_t offset,
                       const Packed* packed) {
  std::string header(bytes.substr(entry.central, kCentralBytes));
  const std::size_t extra_bytes = number_at<std::uint16_t>(header, 30);
  const auto rest = bytes.substr(entry.central, entry.central_end - entry.central)
                        .substr(kCentralBytes + entry.name.size());
  const auto raw_extra = rest.substr(0, extra_bytes);
  const auto extra = extra_field(raw_extra, kZip64Extra) || packed != nullptr ? extra_without_zip64(raw_extra)
                                                                              : std::string(raw_extra);
  put_number<std::uint16_t>(header, 30, static_cast<std::uint16_t>(extra.size()));
  put_number<std::uint32_t>(header, 20, static_cast<std::uint32_t>(entry.packed));
  put_number<std::uint32_t>(header, 24, static_cast<std::uint32_t>(entry.inflated));
  put_number<std::uint32_t>(header, 42, offset);
  if (packed != nullptr) describe(header, 8, *packed);
  return header + entry.name + extra + std::string(rest.substr(extra_bytes));
}

}  // namespace

base::Result<std::string> Zip::with(const std::map<std::string, std::string>& replaced) const {
  std::map<std::string, Packed> packed;
  for (const auto& [name, content] : replaced) {
    TRY_ASSIGN(packed[name], pack(content));
  }
  const auto change_of = [&](const ZipEntry& entry) {
    const auto found = packed.find(entry.name);
    return found == packed.end() ? nullptr : &found->second;
  };
  std::vector<const ZipEntry*> order;
  for (const auto& entry : entries_) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->offset < b->offset; });
  std::string out;
  std::map<const ZipEntry*, std::uint64_t> places;
  for (const auto* entry : order) {
    places[entry] = out.size();
    if (const auto* change = change_of(*entry)) {
      out.append(local_of(bytes_, *entry, *change));
    } else {
      out.append(bytes_.substr(entry->offset, entry->end - entry->offset));
    }
  }
  const std::uint64_t directory = out.size();
  for (const auto& entry : entries_)
    out.append(central_of(bytes_, entry, static_cast<std::uint32_t>(places[&entry]), change_of(entry)));
  const std::uint64_t directory_bytes = out.size() - directory;
  if (out.size() > std::numeric_limits<std::uint32_t>::max() / 2 || entries_.size() >= UINT16_MAX)
    return fail(Code::resource_exhausted, "the file has become too large to be written");
  std::string end(kEndBytes, '\0');
  put_number<std::uint32_t>(end, 0, kEndSignature);
  put_number<std::uint16_t>(end, 8, static_cast<std::uint16_t>(entries_.size()));
  put_number<std::uint16_t>(end, 10, static_cast<std::uint16_t>(entries_.size()));
  put_number<std::uint32_t>(end, 12, static_cast<std::uint32_t>(directory_bytes));
  put_number<std::uint32_t>(end, 16, static_cast<std::uint32_t>(directory));
  put_number<std::uint16_t>(end, 20, static_cast<std::uint16_t>(comment_.size()));
  return out + end + std::string(comment_);
}

}  // namespace countersign::archive
