#include "web/api/body.h"

#include "collector/endpoints/asker.h"
#include "ledger/base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace countersign::api {
namespace {

using base::Problem;

tl::unexpected<Problem> bad(int status, std::string detail) {
  return tl::unexpected(Problem{status, "about:blank", std::move(detail)});
}

}  // namespace

tl::expected<boost::json::object, Problem> read_object(const http::Request& request) {
  if (!endpoints::is_json(request)) return bad(415, "send application/json, not compressed");
  auto parsed = base::parse_json(request.body, {.depth_max = 8});
  if (!parsed) return bad(400, parsed.error().message);
  if (!parsed->duplicates.empty()) return bad(400, "a member stands twice in one object");
  if (!parsed->value.is_object()) return bad(400, "the body is a JSON object");
  return std::move(parsed->value.get_object());
}

tl::expected<boost::json::object, Problem> read_texts(const http::Request& request,
                                                      std::initializer_list<std::string_view> required,
                                                      std::initializer_list<std::string_view> optional) {
  auto object = read_object(request);
  if (!object) return object;
  const auto names = [](const auto& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (const auto& member : *object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (!names(required, name) && !names(optional, name))
      return bad(422,
                 fmt::format("the body holds an unknown member; it takes {}{}{}", fmt::join(required, ", "),
                             optional.size() > 0 ? " and, where wanted, " : "", fmt::join(optional, ", ")));
    if (!member.value().is_string()) return bad(422, fmt::format("{} must be a text", name));
  }
  for (const auto name : required) {
    if (!object->contains({name.data(), name.size()})) return bad(422, fmt::format("{} is missing", name));
  }
  return object;
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::string_view text_of(const boost::json::object& body, std::string_view member) {
  const auto* found = body.if_contains({member.data(), member.size()});
  if (found == nullptr) return {};
  return {found->get_string().data(), found->get_string().size()};
}

}  // namespace countersign::api
