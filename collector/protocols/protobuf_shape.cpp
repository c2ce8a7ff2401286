#include "collector/protocols/protobuf_shape.h"

#include "collector/protocols/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace countersign::protocols {
namespace {

/// A message of otlp_logs.proto, or what else a field can be.
enum class Shape : std::uint8_t {
  request,
  resource_logs,
  resource,
  scope_logs,
  scope,
  log_record,
  key_value,
  any_value,
  array_value,
  kvlist,
  text,
};

struct KnownField {
  Shape of;
  std::uint32_t number;
  Shape shape;
};

/// The fields of otlp_logs.proto that are messages or texts.
constexpr std::array<KnownField, 20> kFields{{
    {Shape::request, 1, Shape::resource_logs},
    {Shape::resource_logs, 1, Shape::resource},
    {Shape::resource_logs, 2, Shape::scope_logs},
    {Shape::resource, 1, Shape::key_value},
    {Shape::scope_logs, 1, Shape::scope},
    {Shape::scope_logs, 2, Shape::log_record},
    {Shape::scope, 1, Shape::text},
    {Shape::scope, 2, Shape::text},
    {Shape::scope, 3, Shape::key_value},
    {Shape::log_record, 3, Shape::text},
    {Shape::log_record, 5, Shape::any_value},
    {Shape::log_record, 6, Shape::key_value},
    {Shape::log_record, 12, Shape::text},
    {Shape::key_value, 1, Shape::text},
    {Shape::key_value, 2, Shape::any_value},
    {Shape::any_value, 1, Shape::text},
    {Shape::any_value, 5, Shape::array_value},
    {Shape::any_value, 6, Shape::kvlist},
    {Shape::array_value, 1, Shape::any_value},
    {Shape::kvlist, 1, Shape::key_value},
}};

std::optional<Shape> shape_of(Shape message, std::uint64_t number) {
  const auto* found = std::find_if(kFields.begin(), kFields.end(), [&](const KnownField& field) {
    return field.of == message && field.number == number;
  });
  return found == kFields.end() ? std::nullopt : std::optional(found->shape);
}

/// https://protobuf.dev/programming-guides/encoding/
enum WireType : std::uint64_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

class Checker {
 public:
  Checker(std::string_view bytes, const ShapeLimits& limits) : bytes_(bytes), limits_(limits) {}

  base::Result<void> run() { return message(Shape::request, bytes_.size(), 1); }

 private:
  tl::unexpected<base::Error> bad(std::size_t at, std::string_view why) const {
    return base::fail(base::Code::invalid_argument, fmt::format("invalid protobuf at byte {}: {}", at, why));
  }

  base::Result<std::uint64_t> varint(std::size_t end) {
    const auto begin = at_;
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (at_ == end) return bad(begin, "a number is cut short");
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    return bad(begin, "a number has more than 64 bits");
  }

  base::Result<void> skip(std::size_t size, std::size_t end) {
    if (end - at_ < size) return bad(at_, "a field is cut short");
    at_ += size;
    return {};
  }

  /// A field that has a length; it ends where `end` allows.
  base::Result<void> content(std::optional<Shape> shape, std::size_t end, std::size_t depth) {
    const auto begin = at_;
    TRY_ASSIGN(const auto length, varint(end));
    if (length > end - at_) return bad(begin, "a length reaches beyond the message around it");
    const auto size = static_cast<std::size_t>(length);
    if (shape && *shape != Shape::text) return message(*shape, at_ + size, depth + 1);
    if (shape && !is_utf8(bytes_.substr(at_, size))) return bad(at_, "a text is not UTF-8");
    return skip(size, end);
  }

  base::Result<void> field(Shape message, std::size_t end, std::size_t depth) {
    const auto begin = at_;
    TRY_ASSIGN(const auto tag, varint(end));
    const auto number = tag >> 3;
    if (number == 0 || number >= (1U << 29)) return bad(begin, "there is no such field");
    const auto shape = shape_of(message, number);
    const auto type = tag & 7;
    if (shape && type != kLength) return bad(begin, "a field is of the wrong type");
    switch (type) {
      case kVarint: {
        TRY_ASSIGN([[maybe_unused]] const auto value, varint(end));
        return {};
      }
      case kFixed64:
        return skip(8, end);
      case kLength:
        return content(shape, end, depth);
      case kFixed32:
        return skip(4, end);
      default:
        return bad(begin, "a field is of a type that OTLP does not use");
    }
  }

  base::Result<void> message(Shape shape, std::size_t end, std::size_t depth) {
    if (depth > limits_.depth_max) return bad(at_, "values nest too deep");
    if (++messages_ > limits_.messages_max)
      return base::fail(base::Code::resource_exhausted,
                        fmt::format("the request holds more than {} protobuf messages; send fewer log "
                                    "records at once",
                                    limits_.messages_max));
    while (at_ < end) TRY(field(shape, end, depth));
    return {};
  }

  std::string_view bytes_;
  const ShapeLimits& limits_;
  std::size_t at_ = 0;
  std::size_t messages_ = 0;
};

}  // namespace

base::Result<void> check_otlp_shape(std::string_view bytes, const ShapeLimits& limits) {
  return Checker(bytes, limits).run();
}

}  // namespace countersign::protocols
