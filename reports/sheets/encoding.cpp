#include "reports/sheets/encoding.h"

#include "reports/sheets/text.h"

#include <iconv.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <type_traits>

namespace countersign::sheets {
namespace {

using base::Code;
using base::fail;

const char* name_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf_16_le:
      return "UTF-16LE";
    case Encoding::utf_16_be:
      return "UTF-16BE";
    case Encoding::windows_1252:
      return "CP1252";
    case Encoding::utf_8:
      break;
  }
  return "UTF-8";
}

struct IconvCloser {
  void operator()(iconv_t handle) const { iconv_close(handle); }
};

base::Result<std::string> convert(std::string_view bytes, Encoding from, Encoding to) {
  const auto made = iconv_open(name_of(to), name_of(from));
  // NOLINTNEXTLINE(performance-no-int-to-ptr): how POSIX spells the failure.
  if (made == reinterpret_cast<iconv_t>(-1))
    return fail(
        Code::internal,
        "the C library lacks its tables of encodings; install those of the system (libc-bin, glibc-gconv)");
  const std::unique_ptr<std::remove_pointer_t<iconv_t>, IconvCloser> handle(made);
  std::string out;
  std::string input(bytes);
  char* in = input.data();
  std::size_t left = input.size();
  std::array<char, 16 << 10> piece{};
  while (left > 0) {
    char* next = piece.data();
    std::size_t room = piece.size();
    const auto result = iconv(handle.get(), &in, &left, &next, &room);
    out.append(piece.data(), piece.size() - room);
    if (result == static_cast<std::size_t>(-1) && errno != E2BIG)
      return fail(Code::invalid_argument, "the text has characters that its encoding has not");
  }
  return out;
}

base::Result<Decoded> decode_as(std::string_view bytes, Encoding encoding, bool mark) {
  Decoded out{{}, encoding, mark};
  if (encoding == Encoding::utf_8) {
    out.text = bytes;
  } else {
    auto text = convert(bytes, encoding, Encoding::utf_8);
    if (!text && text.error().code == Code::internal) return fail(text.error());
    if (!text)
      return fail(Code::invalid_argument,
                  "the file is neither UTF-8 nor UTF-16 nor Windows-1252: save it as CSV in UTF-8");
    out.text = std::move(*text);
  }
  if (out.text.find('\0') != std::string::npos)
    return fail(Code::invalid_argument,
                "the file is no text, or UTF-16 without a byte order mark: save it as CSV in UTF-8");
  return out;
}

}  // namespace

std::string_view byte_order_mark(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf_8:
      return "\xEF\xBB\xBF";
    case Encoding::utf_16_le:
      return "\xFF\xFE";
    case Encoding::utf_16_be:
      return "\xFE\xFF";
    case Encoding::windows_1252:
      break;
  }
  return "";
}

base::Result<Decoded> decode(std::string_view bytes) {
  for (const auto encoding : {Encoding::utf_8, Encoding::utf_16_le, Encoding::utf_16_be}) {
    const auto mark = byte_order_mark(encoding);
    if (!bytes.starts_with(mark)) continue;
    if (encoding == Encoding::utf_8 && !is_utf8(bytes))
      return fail(Code::invalid_argument,
                  "the file says that it is UTF-8, and is not: save it as CSV in UTF-8");
    return decode_as(bytes.substr(mark.size()), encoding, true);
  }
  return decode_as(bytes, is_utf8(bytes) ? Encoding::utf_8 : Encoding::windows_1252, false);
}

base::Result<std::string> encode(std::string_view text, Encoding encoding) {
  if (encoding == Encoding::utf_8) return std::string(text);
  return convert(text, Encoding::utf_8, encoding);
}

}  // namespace countersign::sheets
