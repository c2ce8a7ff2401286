#include "web/senders/utf8.h"

namespace countersign::senders {

std::string without_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto rest = text.substr(i);
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_c1 =
        rest.starts_with('\xc2') && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xa0;
    const bool is_separator = rest.starts_with("\u2028") || rest.starts_with("\u2029");
    if (is_c1 || is_separator) {
      i += is_c1 ? 1 : 2;
      out += ' ';
    } else {
      out += byte < 0x20 || byte == 0x7f ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace countersign::senders
