#include "collector/http/coding.h"

#include "collector/http/message.h"

#include <algorithm>

namespace countersign::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

bool takes_gzip(std::string_view accepted) {
  while (!accepted.empty()) {
    const auto end = std::min(accepted.find(','), accepted.size());
    const auto coding = trimmed(accepted.substr(0, end));
    accepted.remove_prefix(std::min(end + 1, accepted.size()));
    const auto semicolon = std::min(coding.find(';'), coding.size());
    if (!same_name(trimmed(coding.substr(0, semicolon)), "gzip")) continue;
    const auto weight = trimmed(coding.substr(std::min(semicolon + 1, coding.size())));
    return weight.empty() || weight.find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

}  // namespace countersign::http
