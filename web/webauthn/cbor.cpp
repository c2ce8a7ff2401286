#include "web/webauthn/cbor.h"

#include <algorithm>
#include <limits>

namespace countersign::webauthn {
namespace {

constexpr unsigned kLevelsMax = 4;

// Major types, RFC 8949 section 3.1.
constexpr unsigned kUnsigned = 0, kNegative = 1, kBytes = 2, kText = 3, kArray = 4, kMap = 5, kSimple = 7;

// Of the simple values there are false, true and null, and floats of 16, 32 and 64 bits.
constexpr unsigned kFalse = 20, kNull = 22, kFloat16 = 25, kFloat64 = 27;

}  // namespace

std::optional<CborReader::Head> CborReader::head() {
  if (at_end()) return std::nullopt;
  const std::uint8_t first = bytes_[position_++];
  const unsigned major = first >> 5U, info = first & 0x1fU;
  if (major == kSimple) {
    if (info >= kFalse && info <= kNull) return Head{major, info};
    if (info < kFloat16 || info > kFloat64) return std::nullopt;
    const std::size_t size = std::size_t{1} << (info - 24U);
    if (bytes_.size() - position_ < size) return std::nullopt;
    position_ += size;
    return Head{major, info};
  }
  if (info < 24) return Head{major, info};
  if (info > 27) return std::nullopt;
  const std::size_t size = std::size_t{1} << (info - 24U);
  if (bytes_.size() - position_ < size) return std::nullopt;
  std::uint64_t argument = 0;
  for (std::size_t i = 0; i < size; ++i) argument = argument << 8U | bytes_[position_++];
  // What would have fitted into half the bytes, or into the first one, was not written shortest.
  const std::uint64_t least = size == 1 ? 24 : std::uint64_t{1} << (size * 4U);
  if (argument < least) return std::nullopt;
  return Head{major, argument};
}

bool CborReader::next_is_false() const { return !at_end() && bytes_[position_] == (kSimple << 5U | kFalse); }

bool CborReader::next_is_integer() const { return !at_end() && bytes_[position_] >> 5U <= kNegative; }

std::optional<std::int64_t> CborReader::integer() {
  const auto read = head();
  if (!read || read->major > kNegative) return std::nullopt;
  if (read->argument > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return std::nullopt;
  const auto value = static_cast<std::int64_t>(read->argument);
  return read->major == kUnsigned ? value : -1 - value;
}

std::optional<base::Bytes> CborReader::string(unsigned major) {
  const auto read = head();
  if (!read || read->major != major || read->argument > bytes_.size() - position_) return std::nullopt;
  const auto size = static_cast<std::size_t>(read->argument);
  const auto out = bytes_.subspan(position_, size);
  position_ += size;
  return out;
}

std::optional<base::Bytes> CborReader::byte_string() { return string(kBytes); }

std::optional<std::string_view> CborReader::text() {
  const auto read = string(kText);
  if (!read) return std::nullopt;
  return base::text_of(*read);
}

std::optional<std::size_t> CborReader::map() {
  const auto read = head();
  // A member takes two bytes at least.
  if (!read || read->major != kMap || read->argument > (bytes_.size() - position_) / 2) return std::nullopt;
  return static_cast<std::size_t>(read->argument);
}

bool CborReader::skip_at(unsigned level) {
  const auto read = head();
  if (!read) return false;
  switch (read->major) {
    case kUnsigned:
    case kNegative:
    case kSimple:
      return true;
    case kBytes:
    case kText:
      if (read->argument > bytes_.size() - position_) return false;
      position_ += static_cast<std::size_t>(read->argument);
      return true;
    case kArray:
    case kMap: {
      if (level > kLevelsMax || read->argument > bytes_.size() - position_) return false;
      const std::uint64_t items = read->major == kMap ? read->argument * 2 : read->argument;
      for (std::uint64_t i = 0; i < items; ++i) {
        if (!skip_at(level + 1)) return false;
      }
      return true;
    }
    default:
      return false;
  }
}

}  // namespace countersign::webauthn
