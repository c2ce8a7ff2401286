#include "web/procurement/questionnaire_wishes.h"

#include "collector/endpoints/query.h"
#include "reports/answers/matcher.h"
#include "reports/answers/read_answer.h"
#include "reports/documents/document.h"
#include "reports/questionnaires/stored_json.h"
#include "web/admin/wishes.h"
#include "web/api/body.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace countersign::procurement {
namespace {

namespace json = boost::json;

using admin::bad;
using base::Problem;

constexpr std::size_t kWishesMax = 5'000;
constexpr std::size_t kLayoutsMax = 256;
constexpr std::size_t kCitesMax = 50;
constexpr std::size_t kCiteBytesMax = 140;

/// The one array that a body holds.
tl::expected<json::array, Problem> array_of(const http::Request& request, std::string_view member,
                                            std::size_t most) {
  auto body = api::read_object(request);
  if (!body) return tl::unexpected(std::move(body.error()));
  if (auto known = admin::only(*body, {member}); !known) return tl::unexpected(std::move(known.error()));
  auto* found = body->if_contains(member);
  if (found == nullptr || !found->is_array()) return bad(fmt::format("{} is an array", member));
  if (found->get_array().size() > most) return bad(fmt::format("{} has {} elements at most", member, most));
  return std::move(found->get_array());
}

std::optional<std::uint32_t> question_number(const json::value* value) {
  if (value == nullptr || !value->is_int64() || value->get_int64() < 1 ||
      value->get_int64() > static_cast<std::int64_t>(questionnaires::kQuestionsMax))
    return std::nullopt;
  return static_cast<std::uint32_t>(value->get_int64());
}

/// A text that may have line feeds.
std::optional<std::string> words(const json::object& object, std::string_view member) {
  const auto* found = object.if_contains(member);
  if (found == nullptr) return std::string();
  if (!found->is_string()) return std::nullopt;
  const std::string_view text(found->get_string());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) return std::nullopt;
  }
  return std::string(text);
}

tl::expected<questionnaires::Wish, Problem> read_wish(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return bad("answers holds objects");
  if (auto known = admin::only(*object, {"number", "answer", "value", "text", "cites"}); !known)
    return tl::unexpected(std::move(known.error()));
  questionnaires::Wish out;
  const auto number = question_number(object->if_contains("number"));
  if (!number) return bad("number is that of a question");
  out.number = *number;
  auto answer = admin::text(*object, "answer");
  if (!answer) return tl::unexpected(std::move(answer.error()));
  if (!answer->empty()) out.answer = std::move(*answer);
  const bool own = object->contains("value") || object->contains("text") || object->contains("cites");
  if (!own) return out;
  if (out.answer) return bad("an answer is of the library, or in your own words");
  questionnaires::Wish::Own wish;
  auto text = words(*object, "text");
  if (!text) return bad("text is a text without control characters but line feeds");
  wish.text = std::move(*text);
  if (const auto* said = object->if_contains("value"); said != nullptr) {
    const auto known =
        said->is_string() ? answers::value_of(std::string_view(said->get_string())) : std::nullopt;
    if (!known) return bad("value is one of yes, no, partial, not-applicable and text");
    wish.value = *known;
  }
  auto cites = admin::texts(*object, "cites", kCitesMax, kCiteBytesMax);
  if (!cites) return tl::unexpected(std::move(cites.error()));
  wish.cites = std::move(*cites);
  out.own = std::move(wish);
  return out;
}

}  // namespace

tl::expected<questionnaires::NewQuestionnaire, Problem> read_new_questionnaire(
    const http::RequestHead& head) {
  const auto fields = endpoints::query_fields(head);
  if (!fields) return bad("the query cannot be read", 400);
  questionnaires::NewQuestionnaire out;
  std::set<std::string> seen;
  for (const auto& [name, value] : *fields) {
    if (!seen.insert(name).second) return bad("a parameter stands twice in the query");
    if (name == "name") {
      out.name = value;
    } else if (name == "file_name") {
      out.file_name = value;
    } else if (name == "tenant") {
      out.tenant = value;
    } else {
      return bad("there is a parameter that is not known; there are name, file_name and tenant");
    }
  }
  if (out.file_name.empty()) return bad("file_name is missing: what the file is called");
  if (out.tenant.empty()) return bad("tenant is missing: whose evidence answers it");
  if (out.name.empty()) out.name = out.file_name;
  return out;
}

tl::expected<std::vector<questionnaires::Layout>, Problem> read_layouts(const http::Request& request) {
  const auto array = array_of(request, "layouts", kLayoutsMax);
  if (!array) return tl::unexpected(array.error());
  std::vector<questionnaires::Layout> out;
  for (const auto& one : *array) {
    auto layout = questionnaires::layout_from(one);
    if (!layout) return bad(layout.error().message);
    out.push_back(std::move(*layout));
  }
  return out;
}

tl::expected<std::vector<questionnaires::Wish>, Problem> read_wishes(const http::Request& request) {
  const auto array = array_of(request, "answers", kWishesMax);
  if (!array) return tl::unexpected(array.error());
  std::vector<questionnaires::Wish> out;
  for (const auto& one : *array) {
    auto wish = read_wish(one);
    if (!wish) return tl::unexpected(std::move(wish.error()));
    out.push_back(std::move(*wish));
  }
  return out;
}

tl::expected<std::set<std::uint32_t>, Problem> read_numbers(const http::Request& request) {
  const auto array = array_of(request, "numbers", kWishesMax);
  if (!array) return tl::unexpected(array.error());
  std::set<std::uint32_t> out;
  for (const auto& one : *array) {
    const auto number = question_number(&one);
    if (!number) return bad("numbers are those of questions");
    out.insert(*number);
  }
  return out;
}

tl::expected<answers::Answer, Problem> read_own_answer(const http::Request& request, std::string_view id) {
  auto body = api::read_object(request);
  if (!body) return tl::unexpected(std::move(body.error()));
  if (const auto* own = body->if_contains("id");
      own != nullptr && (!own->is_string() || std::string_view(own->get_string()) != id))
    return bad("id is that of the path");
  (*body)["id"] = json::string_view(id.data(), id.size());
  auto answer = answers::read_answer(*body, {answers::FactNames::built_in()});
  if (!answer) return bad(answer.error().message);
  return std::move(*answer);
}

tl::expected<Preview, Problem> read_preview(const http::Request& request) {
  const auto body = api::read_object(request);
  if (!body) return tl::unexpected(body.error());
  if (auto known = admin::only(*body, {"tenant", "answer"}); !known)
    return tl::unexpected(std::move(known.error()));
  auto tenant = admin::text(*body, "tenant");
  if (!tenant) return tl::unexpected(std::move(tenant.error()));
  const auto* written = body->if_contains("answer");
  if (tenant->empty() || written == nullptr || !written->is_object())
    return bad("tenant is whose evidence the answer goes by, and answer is an object");
  auto answer = answers::read_answer(written->get_object(), {answers::FactNames::built_in()});
  if (!answer) return bad(answer.error().message);
  if (const auto known = answers::check_words(*answer); !known) return bad(known.error().message);
  return Preview{std::move(*tenant), std::move(*answer)};
}

tl::expected<Adoption, Problem> read_adoption(const http::Request& request, const std::string& asker) {
  const auto body = api::read_texts(request, {"tenant"}, {"owner", "review_by"});
  if (!body) return tl::unexpected(body.error());
  Adoption out{std::string(api::text_of(*body, "tenant")), std::string(api::text_of(*body, "owner")), {}};
  if (out.owner.empty()) out.owner = asker;
  if (const auto day = api::text_of(*body, "review_by"); !day.empty()) {
    const auto read = documents::parse_day(day);
    if (!read) return bad("review_by " + read.error().message);
    out.review_by = documents::format_day(*read);
  }
  return out;
}

}  // namespace countersign::procurement
