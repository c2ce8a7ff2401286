#include "web/api/file_answer.h"

#include "web/api/body.h"

#include <fmt/format.h>

#include <optional>

namespace countersign::api {
namespace {

struct Range {
  std::uint64_t first = 0, last = 0;
};

enum class Asked { whole, part, outside };

/// One range in bytes; anything else that stands in Range is passed over, as RFC 9110 allows.
Asked read_range(std::string_view text, std::uint64_t size, Range& out) {
  constexpr std::string_view kUnit = "bytes=";
  if (!text.starts_with(kUnit)) return Asked::whole;
  text.remove_prefix(kUnit.size());
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return Asked::whole;
  const auto first = read_number(text.substr(0, dash)), last = read_number(text.substr(dash + 1));
  const bool open_end = dash + 1 == text.size();
  if (first) {
    if (!open_end && (!last || *last < *first)) return Asked::whole;
    if (*first >= size) return Asked::outside;
    out = {*first, last ? std::min(*last, size - 1) : size - 1};
    return Asked::part;
  }
  if (dash != 0 || !last) return Asked::whole;
  if (*last == 0 || size == 0) return Asked::outside;
  out = {size - std::min(*last, size), size - 1};
  return Asked::part;
}

}  // namespace

http::Response file_answer(const http::RequestHead& head, const std::filesystem::path& file,
                           const std::string& etag, const std::string& name) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return http::problem(404, "the file is no longer kept");
  http::Response response{200, "application/octet-stream", {}, {}};
  response.headers = {{"Accept-Ranges", "bytes"},
                      {"ETag", etag},
                      {"Content-Disposition", fmt::format("attachment; filename=\"{}\"", name)}};
  Range range;
  const auto condition = head.header("If-Range");
  const auto asked =
      condition.empty() || condition == etag ? read_range(head.header("Range"), size, range) : Asked::whole;
  if (asked == Asked::outside) {
    response = http::problem(416, "the range lies outside of the file");
    response.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
    return response;
  }
  response.file = http::FilePart{file, 0, size};
  if (asked == Asked::part) {
    response.status = 206;
    response.file = http::FilePart{file, range.first, range.last - range.first + 1};
    response.headers.emplace_back("Content-Range",
                                  fmt::format("bytes {}-{}/{}", range.first, range.last, size));
  }
  return response;
}

}  // namespace countersign::api
