#include "reports/archive/zip.h"

#include "reports/archive/zip_fields.h"

#include <fmt/format.h>

#define ZLIB_CONST  // or it would take its input as bytes that it may change
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <numeric>

namespace countersign::archive {
namespace {

using base::Code;
using base::fail;

constexpr std::size_t kPieceBytes = 64 << 10;
constexpr std::size_t kNameBytesMax = 512;
constexpr std::uint64_t kRatioCountsFrom = 1 << 20;

tl::unexpected<base::Error> damaged(std::string_view what) {
  return fail(
      Code::invalid_argument,
      fmt::format("the file is a damaged zip archive: {}; open it where it was made and save it anew", what));
}

std::string lower(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// Whether a name stays below the archive: no absolute path, no `..`, no empty part, nothing that is not
/// shown.
bool is_plain_name(std::string_view name) {
  if (name.ends_with('/')) name.remove_suffix(1);
  if (name.empty() || name.size() > kNameBytesMax) return false;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\' || c == ':') return false;
  }
  for (std::size_t begin = 0; begin <= name.size();) {
    const auto end = std::min(name.find('/', begin), name.size());
    const auto part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

/// Puts the 64-bit values of a central record in the place of those that did not fit (APPNOTE 4.5.3).
base::Result<void> widen(ZipEntry& entry, std::string_view extra) {
  if (entry.inflated != UINT32_MAX && entry.packed != UINT32_MAX && entry.offset != UINT32_MAX) return {};
  auto field = extra_field(extra, kZip64Extra);
  if (!field) return damaged("a size is missing");
  for (auto* value : {&entry.inflated, &entry.packed, &entry.offset}) {
    if (*value != UINT32_MAX) continue;
    if (field->size() < 8) return damaged("a size is missing");
    *value = number_at<std::uint64_t>(*field, 0);
    field->remove_prefix(8);
  }
  return {};
}

}  // namespace

base::Result<Zip> Zip::open(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.file_bytes)
    return fail(Code::resource_exhausted, fmt::format("the file is larger than {} bytes", limits.file_bytes));
  Zip zip(bytes, limits);
  TRY(zip.find_directory());
  TRY(zip.read_directory());
  for (auto& entry : zip.entries_) TRY(zip.check_local(entry));
  TRY(zip.check_places());
  return zip;
}

base::Result<void> Zip::find_directory() {
  if (bytes_.size() < kEndBytes) return damaged("it has no end");
  std::size_t end = bytes_.size() - kEndBytes;
  const std::size_t lowest = end > UINT16_MAX ? end - UINT16_MAX : 0;
  const auto is_end = [&] {
    return number_at<std::uint32_t>(bytes_, end) == kEndSignature &&
           end + kEndBytes + number_at<std::uint16_t>(bytes_, end + 20) == bytes_.size();
  };
  for (; !is_end(); --end) {
    if (end == lowest) return damaged("it is cut off, or two files in one");
  }
  comment_ = bytes_.substr(end + kEndBytes);
  count_ = number_at<std::uint16_t>(bytes_, end + 10);
  std::uint64_t size = number_at<std::uint32_t>(bytes_, end + 12);
  directory_ = number_at<std::uint32_t>(bytes_, end + 16);
  directory_end_ = end;
  bool split =
      number_at<std::uint16_t>(bytes_, end + 4) != 0 || number_at<std::uint16_t>(bytes_, end + 8) != count_;
  if (end >= kLocator64Bytes + kEnd64Bytes &&
      number_at<std::uint32_t>(bytes_, end - kLocator64Bytes) == kLocator64Signature) {
    const auto record = number_at<std::uint64_t>(bytes_, end - kLocator64Bytes + 8);
    if (record != end - kLocator64Bytes - kEnd64Bytes ||
        number_at<std::uint32_t>(bytes_, record) != kEnd64Signature)
      return damaged("its end is not where it says");
    count_ = number_at<std::uint64_t>(bytes_, record + 32);
    size = number_at<std::uint64_t>(bytes_, record + 40);
    directory_ = number_at<std::uint64_t>(bytes_, record + 48);
    directory_end_ = record;
    split = number_at<std::uint64_t>(bytes_, record + 24) != count_;
  }
  if (split) return damaged("it is one part of several");
  if (directory_ > directory_end_ || size != directory_end_ - directory_)
    return damaged("its directory is not where it says");
  if (count_ > limits_.entries)
    return fail(Code::resource_exhausted, fmt::format("the file has more than {} parts", limits_.entries));
  return {};
}

base::Result<void> Zip::read_directory() {
  std::uint64_t at = directory_, total = 0;
  for (std::uint64_t i = 0; i < count_; ++i) {
    if (directory_end_ - at < kCentralBytes || number_at<std::uint32_t>(bytes_, at) != kCentralSignature)
      return damaged("its directory ends too early");
    const std::size_t name = number_at<std::uint16_t>(bytes_, at + 28),
                      extra = number_at<std::uint16_t>(bytes_, at + 30),
                      comment = number_at<std::uint16_t>(bytes_, at + 32);
    if (directory_end_ - at < kCentralBytes + name + extra + comment)
      return damaged("its directory ends too early");
    ZipEntry entry;
    entry.name = bytes_.substr(at + kCentralBytes, name);
    entry.flags = number_at<std::uint16_t>(bytes_, at + 8);
    entry.method = number_at<std::uint16_t>(bytes_, at + 10);
    entry.crc = number_at<std::uint32_t>(bytes_, at + 16);
    entry.packed = number_at<std::uint32_t>(bytes_, at + 20);
    entry.inflated = number_at<std::uint32_t>(bytes_, at + 24);
    entry.offset = number_at<std::uint32_t>(bytes_, at + 42);
    entry.central = at;
    at = entry.central_end = at + kCentralBytes + name + extra + comment;
    TRY(widen(entry, bytes_.substr(entry.central + kCentralBytes + name, extra)));
    if (!is_plain_name(entry.name))
      return damaged(fmt::format("the name of its part {} does not stay below it", i + 1));
    if ((entry.flags & kEncryptedFlag) != 0)
      return fail(Code::invalid_argument, "parts of the file are encrypted: save it without a password");
    if (entry.method != kStored && entry.method != kDeflated)
      return damaged("a part is packed in an unknown way");
    if (entry.inflated > limits_.part_bytes || (total += entry.inflated) > limits_.inflated_bytes)
      return fail(Code::resource_exhausted,
                  fmt::format("the file unpacks to more than {} bytes, or a part of it to more than {}",
                              limits_.inflated_bytes, limits_.part_bytes));
    if (entry.inflated > kRatioCountsFrom &&
        entry.inflated / std::max<std::uint64_t>(entry.packed, 1) > limits_.ratio)
      return fail(
          Code::resource_exhausted,
          fmt::format("a part of the file unpacks to more than {} times its size, as no document does",
                      limits_.ratio));
    if (!by_name_.emplace(lower(entry.name), entries_.size()).second)
      return damaged("it has two parts of one name");
    entries_.push_back(std::move(entry));
  }
  if (at != directory_end_) return damaged("its directory has more than its parts");
  return {};
}

base::Result<void> Zip::check_local(ZipEntry& entry) const {
  if (entry.offset > directory_ || directory_ - entry.offset < kLocalBytes ||
      number_at<std::uint32_t>(bytes_, entry.offset) != kLocalSignature)
    return damaged("a part is not where its directory says");
  const std::size_t name = number_at<std::uint16_t>(bytes_, entry.offset + 26),
                    extra = number_at<std::uint16_t>(bytes_, entry.offset + 28);
  entry.data = entry.offset + kLocalBytes + name + extra;
  if (entry.data > directory_ || entry.packed > directory_ - entry.data)
    return damaged("a part is not whole");
  const auto flags = number_at<std::uint16_t>(bytes_, entry.offset + 6);
  if (bytes_.substr(entry.offset + kLocalBytes, name) != entry.name || (flags & kEncryptedFlag) != 0 ||
      number_at<std::uint16_t>(bytes_, entry.offset + 8) != entry.method)
    return damaged("a part and its directory contradict each other");
  const auto packed = number_at<std::uint32_t>(bytes_, entry.offset + 18),
             inflated = number_at<std::uint32_t>(bytes_, entry.offset + 22);
  const bool said_later = (flags & kDescriptorFlag) != 0;
  if ((packed != entry.packed && packed != UINT32_MAX && !(said_later && packed == 0)) ||
      (inflated != entry.inflated && inflated != UINT32_MAX && !(said_later && inflated == 0)))
    return damaged("a part and its directory contradict each other");
  return {};
}

base::Result<void> Zip::check_places() {
  std::vector<std::size_t> order(entries_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return entries_[a].offset < entries_[b].offset; });
  if (order.empty()) return damaged("it is empty");
  if (entries_[order.front()].offset != 0)
    return damaged("it is two files in one, with other bytes in front");
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto& entry = entries_[order[i]];
    entry.end = i + 1 < order.size() ? entries_[order[i + 1]].offset : directory_;
    if (entry.data + entry.packed > entry.end) return damaged("two of its parts overlap");
  }
  return {};
}

const ZipEntry* Zip::find(std::string_view name) const {
  const auto found = by_name_.find(lower(name));
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

base::Result<void> Zip::inflate(const ZipEntry& entry, const Sink& sink) const {
  const auto packed = bytes_.substr(entry.data, entry.packed);
  uLong crc = crc32(0, nullptr, 0);
  std::uint64_t total = 0;
  const auto give = [&](std::string_view piece) -> base::Result<void> {
    total += piece.size();
    if (total > entry.inflated) return damaged("a part is larger than it says");
    crc = crc32(crc, reinterpret_cast<const Bytef*>(piece.data()), static_cast<uInt>(piece.size()));
    return sink(piece);
  };
  if (entry.method == kStored) {
    for (std::size_t at = 0; at < packed.size(); at += kPieceBytes) TRY(give(packed.substr(at, kPieceBytes)));
  } else {
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return fail(Code::internal, "zlib cannot start");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> ender(&stream, inflateEnd);
    stream.next_in = reinterpret_cast<const Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());
    std::array<char, kPieceBytes> piece{};
    for (int result = Z_OK; result != Z_STREAM_END;) {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = static_cast<uInt>(piece.size());
      result = ::inflate(&stream, Z_NO_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END) return damaged("a part cannot be unpacked");
      TRY(give({piece.data(), piece.size() - stream.avail_out}));
    }
    if (stream.avail_in != 0) return damaged("a part has more than it unpacks to");
  }
  if (total != entry.inflated || crc != entry.crc) return damaged("a part is not what its checksum says");
  return {};
}

base::Result<std::string> Zip::read(const ZipEntry& entry) const {
  std::string out;
  out.reserve(entry.inflated);
  TRY(inflate(entry, [&](std::string_view piece) -> base::Result<void> {
    out.append(piece);
    return {};
  }));
  return out;
}

}  // namespace countersign::archive
