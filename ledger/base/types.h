#pragma once

#include "ledger/base/result.h"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace countersign::base {

using Bytes = std::span<const std::uint8_t>;

/// The bytes of a text, viewed; valid as long as the text is.
inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Bytes viewed as text; valid as long as the bytes are.
inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A SHA-256 value: a record hash, a Merkle node, a root.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  Bytes view() const { return bytes; }
  auto operator<=>(const Digest&) const = default;
};

/// A wrapper that keeps two things of one underlying type from being swapped. Compare and hash as the value.
template <class Tag, class T>
class Strong {
 public:
  Strong() = default;
  explicit Strong(T value) : value_(std::move(value)) {}
  const T& value() const { return value_; }
  auto operator<=>(const Strong&) const = default;

 private:
  T value_{};
};

/// Position of a record in its log, from 0, without gaps.
enum class Seq : std::uint64_t {};
inline std::uint64_t index_of(Seq seq) { return static_cast<std::uint64_t>(seq); }
inline Seq seq_at(std::uint64_t index) { return static_cast<Seq>(index); }

using TenantId = Strong<struct TenantTag, std::string>;    ///< [a-z0-9][a-z0-9-]{0,62}, or "_system"
using RegionId = Strong<struct RegionTag, std::string>;    ///< [a-z0-9][a-z0-9-]{0,62}
using SourceName = Strong<struct SourceTag, std::string>;  ///< [a-z0-9][a-z0-9._-]{0,62}

/// The log of what was done to the appliance itself, one for each region.
inline constexpr std::string_view kSystemTenant = "_system";

/// The origin of a log: `<origin>/<region>/<tenant>` (C2SP tlog-checkpoint, origin line).
struct LogName {
  std::string text;

  auto operator<=>(const LogName&) const = default;
};

/// Builds a log's name. `origin` is a schemeless URL without a final slash, as C2SP recommends.
LogName log_name(std::string_view origin, const RegionId& region, const TenantId& tenant);

/// The tenant part of a log's name: what stands behind the last slash.
TenantId tenant_of(const LogName& log);

/// Checks the spelling of a tenant's name; `_system` is not one.
Result<TenantId> parse_tenant(std::string_view text);
/// As parse_tenant, and `_system`: whoever can have a log.
Result<TenantId> parse_log_owner(std::string_view text);
Result<RegionId> parse_region(std::string_view text);
Result<SourceName> parse_source(std::string_view text);
/// Checks an origin: 1 to 200 of [A-Za-z0-9./-], not beginning or ending with '/' and without an empty part.
Result<std::string> parse_origin(std::string_view text);

}  // namespace countersign::base

template <class Tag, class T>
struct std::hash<countersign::base::Strong<Tag, T>> {
  std::size_t operator()(const countersign::base::Strong<Tag, T>& value) const {
    return std::hash<T>{}(value.value());
  }
};
template <>
struct std::hash<countersign::base::LogName> {
  std::size_t operator()(const countersign::base::LogName& log) const {
    return std::hash<std::string>{}(log.text);
  }
};
