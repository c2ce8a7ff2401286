#include "web/procurement/given_document.h"

#include "ledger/base/encoding.h"
#include "web/api/file_answer.h"

#include <fmt/format.h>

#include <algorithm>

namespace countersign::procurement {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_';
}

/// With `_` for each character that is not plain.
std::string in_ascii(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if ((c & '\xC0') == '\x80') continue;  // not the first byte of a character
    out += is_plain(c) ? c : '_';
  }
  return out;
}

}  // namespace

std::string content_disposition(std::string_view file_name) {
  const auto plain = in_ascii(file_name);
  auto out = fmt::format("attachment; filename=\"{}\"", plain);
  if (plain == file_name) return out;
  out += "; filename*=UTF-8''";
  for (const char c : file_name)
    out += is_plain(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

http::Response give(const http::RequestHead& head, const documents::Version& version,
                    const std::filesystem::path& contents) {
  auto out = api::file_answer(head, contents, '"' + base::to_hex(version.sha256.view()) + '"',
                              in_ascii(version.file_name));
  if (!out.file) return out;
  const bool text = version.media_type.starts_with("text/");
  out.content_type = version.media_type + (text ? "; charset=utf-8" : "");
  const auto disposition =
      std::ranges::find(out.headers, "Content-Disposition", &http::Fields::value_type::first);
  if (disposition != out.headers.end()) disposition->second = content_disposition(version.file_name);
  // nosniff and no-store are in every answer.
  out.headers.emplace_back("Content-Security-Policy", "sandbox; default-src 'none'");
  return out;
}

}  // namespace countersign::procurement
