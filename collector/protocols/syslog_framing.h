#pragma once

#include "ledger/base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// How syslog messages are told apart in a stream of bytes: RFC 6587, and RFC 5425 for TLS. A framing is fed
/// with what arrives and gives the frames that are whole; nothing is copied twice. One thread at a time.
namespace countersign::protocols {

struct FramingLimits {
  std::size_t frame_bytes_max = 64 * 1024;
};

/// A frame, or absent where more bytes are needed; the view is valid until the next call of feed. An error
/// says that the framing is lost for good: where the next frame begins cannot be known, so the connection is
/// to be closed.
using Frame = base::Result<std::optional<std::string_view>>;

/// `MSG-LEN SP SYSLOG-MSG` (RFC 5425 section 4.3, RFC 6587 section 3.4.1): a length in decimal without a
/// leading zero, a space, and so many bytes.
class OctetCounting {
 public:
  explicit OctetCounting(const FramingLimits& limits) : limits_(limits) {}

  void feed(std::string_view bytes);
  /// invalid_argument: no length where one should stand. resource_exhausted: a length above the limit.
  Frame next();
  /// The connection has ended: invalid_argument where it did so within a frame.
  base::Result<void> finish() const;
  /// Bytes that wait for the rest of their frame.
  std::size_t pending() const { return inbox_.size() - at_; }

 private:
  FramingLimits limits_;
  std::string inbox_;
  std::size_t at_ = 0;
};

/// Messages that end with a line feed (RFC 6587 section 3.4.2), which a message then cannot hold. A carriage
/// return before it, and empty lines, are dropped.
class LineFraming {
 public:
  explicit LineFraming(const FramingLimits& limits) : limits_(limits) {}

  void feed(std::string_view bytes);
  /// resource_exhausted: a line above the limit.
  Frame next();
  /// The connection has ended: what is left is the last line, which has no line feed. Absent: nothing is
  /// left.
  std::optional<std::string_view> finish();
  std::size_t pending() const { return inbox_.size() - at_; }

 private:
  FramingLimits limits_;
  std::string inbox_;
  std::size_t at_ = 0;
  std::size_t searched_ = 0;  ///< no line feed before here
};

enum class Framings {
  octet_counting,  ///< over TLS (RFC 5425)
  either,          ///< by the first byte: a digit is octet counting, '<' is lines, for no message begins with
                   ///< a digit (RFC 6587 section 3.4)
};

/// The framing of one connection.
class StreamFraming {
 public:
  StreamFraming(const FramingLimits& limits, Framings accepted);

  void feed(std::string_view bytes);
  /// Also invalid_argument: the first byte belongs to neither framing.
  Frame next();
  /// The connection has ended: a last line, if any, or an error as of OctetCounting::finish.
  Frame finish();
  std::size_t pending() const;

 private:
  FramingLimits limits_;
  std::variant<std::monostate, OctetCounting, LineFraming> framing_;
  bool wrong_ = false;  ///< the first byte
};

}  // namespace countersign::protocols
