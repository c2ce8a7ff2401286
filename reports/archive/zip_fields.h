#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::archive {

// The records of a zip archive (APPNOTE 4.3): signatures, sizes, and where their members stand. All are
// little-endian.
inline constexpr std::uint32_t kLocalSignature = 0x04034B50, kCentralSignature = 0x02014B50,
                               kEndSignature = 0x06054B50, kEnd64Signature = 0x06064B50,
                               kLocator64Signature = 0x07064B50;
inline constexpr std::size_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56,
                             kLocator64Bytes = 20;
inline constexpr std::uint16_t kEncryptedFlag = 1, kDescriptorFlag = 8, kUtf8Flag = 0x800;
inline constexpr std::uint16_t kStored = 0, kDeflated = 8;
inline constexpr std::uint16_t kZip64Extra = 1;

template <class T>
T number_at(std::string_view bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;)
    value =
        static_cast<T>((static_cast<std::uint64_t>(value) << 8) | static_cast<unsigned char>(bytes[at + i]));
  return value;
}

template <class T>
void put_number(std::string& bytes, std::size_t at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    bytes[at + i] = static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xFF);
}

/// The content of an extra field; absent where it is not there or the fields are damaged.
inline std::optional<std::string_view> extra_field(std::string_view extra, std::uint16_t wanted) {
  while (extra.size() >= 4) {
    const auto id = number_at<std::uint16_t>(extra, 0);
    const std::size_t size = number_at<std::uint16_t>(extra, 2);
    if (size > extra.size() - 4) return std::nullopt;
    if (id == wanted) return extra.substr(4, size);
    extra.remove_prefix(4 + size);
  }
  return std::nullopt;
}

/// The extra fields but for that of 64-bit sizes.
inline std::string extra_without_zip64(std::string_view extra) {
  std::string out;
  while (extra.size() >= 4) {
    const std::size_t size = 4 + std::size_t{number_at<std::uint16_t>(extra, 2)};
    if (size > extra.size()) break;
    if (number_at<std::uint16_t>(extra, 0) != kZip64Extra) out.append(extra.substr(0, size));
    extra.remove_prefix(size);
  }
  return out;
}

}  // namespace countersign::archive
