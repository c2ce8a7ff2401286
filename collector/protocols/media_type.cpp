#include "collector/protocols/media_type.h"

#include <algorithm>

namespace countersign::protocols {
namespace {

std::string plain(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  std::string out(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

}  // namespace

std::string media_type_of(std::string_view content_type) {
  return plain(content_type.substr(0, content_type.find(';')));
}

bool has_utf8_charset(std::string_view content_type) {
  while (true) {
    const auto semicolon = content_type.find(';');
    if (semicolon == std::string_view::npos) return true;
    content_type.remove_prefix(semicolon + 1);
    const auto parameter = plain(content_type.substr(0, content_type.find(';')));
    if (parameter.starts_with("charset=") && parameter != "charset=utf-8" && parameter != "charset=\"utf-8\"")
      return false;
  }
}

bool is_json_type(std::string_view content_type) {
  const auto type = media_type_of(content_type);
  return type.empty() || type.ends_with("/json") || type.ends_with("+json");
}

}  // namespace countersign::protocols
