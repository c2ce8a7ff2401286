#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::sheets {

enum class Encoding : std::uint8_t { utf_8, utf_16_le, utf_16_be, windows_1252 };

/// A text file's characters and how they were spelled.
struct Decoded {
  std::string text;  ///< UTF-8, without the mark
  Encoding encoding = Encoding::utf_8;
  bool mark = false;  ///< a byte order mark stood in front
};

/// UTF-16 by its mark, UTF-8 where it is that, else Windows-1252. invalid_argument for what is none of them
/// or holds NUL.
base::Result<Decoded> decode(std::string_view bytes);

/// The bytes of a text without a mark. invalid_argument where the encoding lacks one of its characters.
base::Result<std::string> encode(std::string_view text, Encoding encoding);

std::string_view byte_order_mark(Encoding encoding);

}  // namespace countersign::sheets
