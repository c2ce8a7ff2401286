#include "web/notify/notice.h"

#include "ledger/base/json.h"
#include "ledger/base/types.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace countersign::notify {
namespace {

namespace json = boost::json;

constexpr std::string_view kPrefix = "finding.";
constexpr std::size_t kObservedBytesMax = 4'000;

json::value or_null(const std::string& text) { return text.empty() ? json::value() : json::value(text); }

std::string text_of(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string body_of(const Notice& notice, json::object data) {
  return json::serialize(
      json::object{{"type", notice.type}, {"timestamp", notice.time}, {"data", std::move(data)}});
}

std::string document_body(const Notice& notice) {
  const auto& document = *notice.document;
  return body_of(notice, {{"document", document.id},
                          {"kind", document.kind},
                          {"version", notice.version},
                          {"title", or_null(notice.title)},
                          {"severity", notice.severity},
                          {"valid_until", document.valid_until},
                          {"left", document.left},
                          {"region", notice.region},
                          {"log", notice.log}});
}

std::int64_t number_of(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

/// Of a reminder; without an id where it is none.
DocumentNotice read_document(const json::object& from) {
  return {text_of(from, "document"), text_of(from, "kind"), text_of(from, "valid_until"),
          number_of(from, "left")};
}

bool is_of_document(std::string_view type) { return type == kExpiring || type == kExpired; }
bool is_of_answer(std::string_view type) { return type == kStale || type == kCurrent; }

std::string answer_body(const Notice& notice) {
  const auto& answer = *notice.answer;
  return body_of(notice, {{"tenant", or_null(notice.tenant)},
                          {"answer", or_null(answer.answer)},
                          {"title", or_null(notice.title)},
                          {"questionnaire", or_null(answer.questionnaire)},
                          {"questions", json::array(answer.questions.begin(), answer.questions.end())},
                          {"severity", notice.severity},
                          {"observed", or_null(notice.observed)},
                          {"region", notice.region},
                          {"log", notice.log}});
}

/// Of an answer; empty where the numbers are none.
std::optional<AnswerNotice> read_answer(const json::object& from) {
  AnswerNotice out{text_of(from, "answer"), text_of(from, "questionnaire"), {}};
  const auto* questions = from.if_contains("questions");
  if (questions == nullptr || !questions->is_array()) return std::nullopt;
  for (const auto& one : questions->get_array()) {
    std::error_code error;
    out.questions.push_back(one.to_number<std::uint32_t>(error));
    if (error) return std::nullopt;
  }
  if (out.answer.empty() == out.questionnaire.empty() || out.questionnaire.empty() != out.questions.empty())
    return std::nullopt;
  return out;
}

std::string request_body(const Notice& notice) {
  return body_of(notice, {{"request", notice.request},
                          {"severity", notice.severity},
                          {"region", notice.region},
                          {"log", notice.log}});
}

/// Whether it says what it is about: of the type that it has.
bool is_whole(const Notice& notice) {
  if (notice.type.empty() || notice.time.empty()) return false;
  if (is_of_document(notice.type)) return !notice.document->id.empty();
  if (is_of_answer(notice.type)) return notice.answer.has_value();
  if (notice.type == kRequested) return !notice.request.empty();
  return notice.type.starts_with(kPrefix) && !notice.tenant.empty();
}

}  // namespace

std::string to_body(const Notice& notice) {
  if (notice.document) return document_body(notice);
  if (notice.answer) return answer_body(notice);
  if (!notice.request.empty()) return request_body(notice);
  json::object data{{"finding", or_null(notice.finding)},
                    {"tenant", notice.tenant},
                    {"region", notice.region},
                    {"control", or_null(notice.control)},
                    {"version", notice.version == 0 ? json::value() : json::value(notice.version)},
                    {"title", or_null(notice.title)},
                    {"severity", or_null(notice.severity)},
                    {"item", or_null(notice.item)},
                    {"records", json::array(notice.records.begin(), notice.records.end())},
                    {"observed", or_null(notice.observed)},
                    {"log", notice.log},
                    {"note", or_null(notice.note)}};
  return body_of(notice, std::move(data));
}

base::Result<Notice> parse_body(std::string_view body) {
  const auto wrong = [] { return base::fail(base::Code::data_loss, "it holds no notice"); };
  const auto parsed = base::parse_json(body, {});
  if (!parsed || !parsed->value.is_object()) return wrong();
  const auto& top = parsed->value.get_object();
  const auto* data = top.if_contains("data");
  if (data == nullptr || !data->is_object()) return wrong();
  const auto& from = data->get_object();
  Notice out;
  out.type = text_of(top, "type");
  out.time = text_of(top, "timestamp");
  for (const auto& [name, into] : {std::pair("finding", &Notice::finding),
                                   {"request", &Notice::request},
                                   {"tenant", &Notice::tenant},
                                   {"region", &Notice::region},
                                   {"control", &Notice::control},
                                   {"title", &Notice::title},
                                   {"severity", &Notice::severity},
                                   {"item", &Notice::item},
                                   {"observed", &Notice::observed},
                                   {"log", &Notice::log},
                                   {"note", &Notice::note}})
    out.*into = text_of(from, name);
  if (is_of_document(out.type)) {
    out.document = read_document(from);
    out.tenant = base::kSystemTenant;
  }
  if (is_of_answer(out.type)) out.answer = read_answer(from);
  if (out.type == kRequested) out.tenant = base::kSystemTenant;
  if (!is_whole(out)) return wrong();
  out.version = number_of(from, "version");
  if (const auto* records = from.if_contains("records"); records != nullptr && records->is_array()) {
    for (const auto& one : records->get_array()) {
      std::error_code error;
      out.records.push_back(one.to_number<std::uint64_t>(error));
      if (error) return wrong();
    }
  }
  return out;
}

std::string_view step_of(const Notice& notice) {
  const std::string_view type = notice.type;
  return type.substr(type.find('.') + 1);
}

std::string days_of(const Notice& notice) {
  const auto document = notice.document.value_or(DocumentNotice());
  if (notice.type == kExpired) return "held until " + document.valid_until;
  return fmt::format("holds until {}, {} {} left", document.valid_until, document.left,
                     document.left == 1 ? "day is" : "days are");
}

std::string_view subject_of(const Notice& notice) {
  const std::string_view type = notice.type;
  return type.substr(0, type.find('.'));
}

std::string resource_of(const Notice& notice) {
  if (notice.document)
    return fmt::format("{}/{}/{}", notice.document->kind, notice.document->id, notice.version);
  if (!notice.request.empty()) return "access/" + notice.request;
  if (!notice.answer) return fmt::format("{}/{}", notice.tenant, notice.finding);
  const auto& answer = *notice.answer;
  if (answer.questionnaire.empty()) return fmt::format("{}/{}", notice.tenant, answer.answer);
  return answer.questions.size() == 1
             ? fmt::format("questionnaire/{}/{}", answer.questionnaire, answer.questions.front())
             : fmt::format("questionnaire/{}", answer.questionnaire);
}

std::string answers_of(const Notice& notice) {
  const auto answer = notice.answer.value_or(AnswerNotice());
  if (answer.questionnaire.empty()) return fmt::format("answer {} of {}", answer.answer, notice.tenant);
  return fmt::format("question{} {} of a questionnaire", answer.questions.size() == 1 ? "" : "s",
                     fmt::join(answer.questions, ", "));
}

bool add_to(Notice& to, const Notice& more) {
  if (!to.answer || !more.answer || to.type != more.type || to.answer->questionnaire.empty() ||
      to.answer->questionnaire != more.answer->questionnaire)
    return false;
  auto& questions = to.answer->questions;
  questions.insert(questions.end(), more.answer->questions.begin(), more.answer->questions.end());
  if (to.observed.find(more.observed) == std::string::npos && to.observed.size() < kObservedBytesMax)
    to.observed += "; " + more.observed;
  return true;
}

}  // namespace countersign::notify
