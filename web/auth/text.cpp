#include "web/auth/text.h"

#include "collector/protocols/utf8.h"
#include "ledger/base/utf8.h"

#include <algorithm>

namespace countersign::auth {
namespace {

bool continues_a_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::size_t count_characters(std::string_view text) {
  if (!protocols::is_utf8(text)) return 0;
  return text.size() -
         static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues_a_character));
}

std::string recordable(std::string_view text, std::size_t bytes_max) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }, '?');
  for (auto at = protocols::find_not_utf8(out); at != std::string::npos;) {
    out[at] = '?';
    const auto next = protocols::find_not_utf8(std::string_view(out).substr(at));
    at = next == std::string::npos ? next : at + next;
  }
  out.resize(base::cut(out, bytes_max).size());
  return out;
}

}  // namespace countersign::auth
