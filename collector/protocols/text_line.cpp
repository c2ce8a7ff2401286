#include "collector/protocols/text_line.h"

namespace countersign::protocols {
namespace {

namespace json = boost::json;

constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

void set(json::object& line, json::string_view name, std::string_view value) {
  if (!value.empty()) line[name] = json::string_view(value.data(), value.size());
}

}  // namespace

std::optional<Item> object_in_text(std::string_view text, std::size_t depth_max) {
  constexpr std::string_view kCookie = "@cee:";
  text = trimmed(text);
  if (text.starts_with(kCookie)) text = trimmed(text.substr(kCookie.size()));
  if (!text.starts_with('{')) return std::nullopt;
  auto parsed = base::parse_json(text, {.depth_max = depth_max});
  if (!parsed) return std::nullopt;
  return item_of(std::move(*parsed));
}

Item item_of_text(std::string_view text, const LineOrigin& origin, std::size_t depth_max) {
  if (auto object = object_in_text(text, depth_max)) return *std::move(object);
  json::object line;
  set(line, "message", trimmed(text));
  set(line, "id", origin.id);
  set(line, "time", origin.time);
  set(line, "host", origin.host);
  set(line, "app", origin.app);
  return json::value(std::move(line));
}

}  // namespace countersign::protocols
