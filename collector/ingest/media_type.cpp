#include "collector/ingest/media_type.h"

#include <algorithm>
#include <string>

namespace countersign::ingest {
namespace {

/// Lower-case, without the optional white space of RFC 9110 section 5.6.3 at either end.
std::string plain(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  std::string out(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

bool is_utf8_or_no_charset(std::string_view parameters) {
  while (!parameters.empty()) {
    const auto end = std::min(parameters.find(';'), parameters.size());
    const std::string parameter = plain(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    if (parameter.starts_with("charset=") && parameter != "charset=utf-8" && parameter != "charset=\"utf-8\"")
      return false;
  }
  return true;
}

}  // namespace

std::optional<BodyForm> form_of(std::string_view content_type) {
  const auto semicolon = content_type.find(';');
  const std::string type = plain(content_type.substr(0, semicolon));
  if (semicolon != std::string_view::npos && !is_utf8_or_no_charset(content_type.substr(semicolon + 1)))
    return std::nullopt;
  if (type == "application/x-ndjson") return BodyForm::ndjson;
  if (type == "application/json" || type == "application/cloudevents+json" ||
      type == "application/cloudevents-batch+json")
    return BodyForm::json;
  return std::nullopt;
}

std::optional<Compression> compression_of(std::string_view content_encoding) {
  const std::string coding = plain(content_encoding);
  if (coding.empty() || coding == "identity") return Compression::none;
  if (coding == "gzip" || coding == "x-gzip") return Compression::gzip;
  if (coding == "zstd") return Compression::zstd;
  return std::nullopt;
}

}  // namespace countersign::ingest
