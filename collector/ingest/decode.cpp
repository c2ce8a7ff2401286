#include "collector/ingest/decode.h"

#include "collector/ingest/inflate.h"
#include "collector/ingest/media_type.h"
#include "ledger/base/json.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace countersign::ingest {
namespace {

namespace json = boost::json;

using Items = std::vector<Item>;

tl::unexpected<base::Problem> refuse(int status, std::string detail) {
  return tl::unexpected(base::Problem{status, "about:blank", std::move(detail)});
}

tl::unexpected<base::Problem> too_many(std::size_t events_max) {
  return refuse(413, fmt::format("the body holds more than {} events; send fewer at once", events_max));
}

Item with_duplicates(const std::vector<std::string>& paths) {
  record::Faults faults;
  for (const auto& path : paths)
    faults.push_back({path, "stands twice; which of them counts cannot be known"});
  return faults;
}

Item item_of(base::ParsedJson parsed) {
  return parsed.duplicates.empty() ? Item(std::move(parsed.value)) : with_duplicates(parsed.duplicates);
}

/// The text of each element of an array that is known to be well-formed.
std::vector<std::string_view> elements_of(std::string_view array) {
  std::vector<std::string_view> out;
  std::size_t depth = 0, begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const char c = array[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == ']' || c == '}') --depth;
    if ((c == ',' && depth == 1) || (c == ']' && depth == 0)) {
      out.push_back(array.substr(begin, i - begin));
      begin = i + 1;
    }
    if (c == '[' || c == '{') {
      if (depth++ == 0) begin = i + 1;
    }
  }
  return out;
}

tl::expected<Items, base::Problem> decode_json(std::string_view text, const IngestLimits& limits) {
  auto parsed = base::parse_json(text, {.depth_max = limits.depth_max});
  if (!parsed) return tl::unexpected(base::problem_of(parsed.error()));
  Items items;
  if (!parsed->value.is_array()) {
    items.push_back(item_of(std::move(*parsed)));
    return items;
  }
  auto& array = parsed->value.get_array();
  if (array.empty()) return refuse(400, "the body holds no event");
  if (array.size() > limits.events_max) return too_many(limits.events_max);
  items.reserve(array.size());
  if (parsed->duplicates.empty()) {
    for (auto& element : array) items.emplace_back(std::move(element));
    return items;
  }
  // The list of duplicates is bounded, so it cannot say which of many elements are clean: each is read by
  // itself.
  for (const auto element : elements_of(text)) {
    auto again = base::parse_json(element, {.depth_max = limits.depth_max});
    if (!again) return tl::unexpected(base::problem_of(again.error()));
    items.push_back(item_of(std::move(*again)));
  }
  return items;
}

tl::expected<Items, base::Problem> decode_ndjson(std::string_view text, const IngestLimits& limits) {
  Items items;
  std::size_t line_number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (items.size() == limits.events_max) return too_many(limits.events_max);
    auto parsed = base::parse_json(line, {.depth_max = limits.depth_max});
    if (parsed) {
      items.push_back(item_of(std::move(*parsed)));
    } else {
      items.emplace_back(
          record::Faults{{"", fmt::format("line {}: {}", line_number, parsed.error().message)}});
    }
  }
  if (items.empty()) return refuse(400, "the body holds no event");
  return items;
}

}  // namespace

tl::expected<std::string_view, base::Problem> plain_body(std::string_view content_encoding,
                                                         std::string_view body, const IngestLimits& limits,
                                                         std::string& storage) {
  const auto compression = compression_of(content_encoding);
  if (!compression) return refuse(415, "Content-Encoding may be gzip or zstd, one of them, or be left out");
  if (body.size() > limits.body_bytes_max)
    return refuse(413, fmt::format("the body is larger than {} bytes; send fewer events at once",
                                   limits.body_bytes_max));
  if (body.empty()) return refuse(400, "the body is empty");
  if (*compression == Compression::none) {
    if (body.size() > limits.decoded_bytes_max)
      return refuse(413, fmt::format("the body is larger than {} bytes; send fewer events at once",
                                     limits.decoded_bytes_max));
    return body;
  }
  auto inflated = inflate(body, *compression, limits.decoded_bytes_max);
  if (!inflated) return tl::unexpected(base::problem_of(inflated.error()));
  storage = std::move(*inflated);
  return std::string_view(storage);
}

tl::expected<Items, base::Problem> decode_body(std::string_view content_type,
                                               std::string_view content_encoding, std::string_view body,
                                               const IngestLimits& limits) {
  const auto form = form_of(content_type);
  if (!form)
    return refuse(415,
                  "send application/json or application/x-ndjson, in UTF-8, and name it in Content-Type");
  std::string storage;
  const auto plain = plain_body(content_encoding, body, limits, storage);
  if (!plain) return tl::unexpected(plain.error());
  return *form == BodyForm::json ? decode_json(*plain, limits) : decode_ndjson(*plain, limits);
}

}  // namespace countersign::ingest
