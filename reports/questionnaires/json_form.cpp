#include "reports/questionnaires/json_form.h"

#include "ledger/base/json.h"
#include "reports/answers/matcher.h"
#include "reports/questionnaires/json_patch.h"
#include "reports/questionnaires/relaxed_json.h"
#include "reports/questionnaires/words.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <span>

namespace countersign::questionnaires {
namespace {

namespace json = boost::json;

using base::Code;
using base::fail;

constexpr std::size_t kDepthMax = 64;
constexpr std::string_view kMark = "\xef\xbb\xbf";

using Names = std::span<const std::string_view>;
constexpr std::string_view kQuestionNames[] = {
    "question", "question_text", "questionText",  "Question",        "questionTitle", "QuestionText",
    "query",    "requirement",   "Question Text", "questionContent", "prompt"};
constexpr std::string_view kIdNames[] = {"id",         "ID",          "question_id", "questionId",
                                         "questionID", "Question ID", "ref",         "number",
                                         "key",        "code",        "identifier"};
constexpr std::string_view kAnswerNames[] = {"answer",          "Answer",         "response", "Response",
                                             "vendor_response", "vendorResponse", "value"};
constexpr std::string_view kCommentNames[] = {
    "comment", "Comment", "comments", "Comments", "notes", "explanation", "additional_information"};
constexpr std::string_view kHeadingNames[] = {"section", "domain", "category", "title",
                                              "name",    "group",  "topic"};
constexpr std::string_view kChoiceNames[] = {"choices", "options", "allowed_answers", "answers"};

/// The first of the names that an object has with a value of that kind.
const json::value* member(const json::object& object, Names names, json::kind kind) {
  for (const auto name : names) {
    const auto* found = object.if_contains(name);
    if (found != nullptr && found->kind() == kind) return found;
  }
  return nullptr;
}

std::string text_of(const json::object& object, Names names) {
  const auto* found = member(object, names, json::kind::string);
  return found == nullptr ? std::string() : std::string(trimmed(found->get_string()));
}

std::string text_of(const json::object& object, std::string_view name) {
  return text_of(object, Names(&name, 1));
}

/// Without marks of HTML, which VSAQ's texts hold: `<b>`, `<a href=…>`.
std::string without_marks(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool mark = text[at] == '<' && at + 1 < text.size() &&
                      (text[at + 1] == '/' || plain(text.substr(at + 1, 1)).size() == 1);
    const auto end = mark ? text.find('>', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += text[at++];
    } else {
      at = end + 1;
    }
  }
  return std::string(trimmed(out));
}

/// One object of the document, and the headings of those around it.
using Visit = std::function<void(const json::object&, std::uint32_t place, const std::string& section)>;

/// Goes through all objects in the order in which they stand, and counts them.
class Objects {
 public:
  Objects(const Visit& visit, Names headings) : visit_(visit), headings_(headings) {}

  void walk(const json::value& value, const std::string& section) {
    if (const auto* array = value.if_array(); array != nullptr) {
      for (const auto& element : *array) walk(element, section);
    }
    const auto* object = value.if_object();
    if (object == nullptr) return;
    visit_(*object, count_++, section);
    const auto heading = text_of(*object, headings_);
    const auto below = heading.empty() || section.empty() ? section + heading : section + " / " + heading;
    for (const auto& one : *object) walk(one.value(), below);
  }

 private:
  const Visit& visit_;
  const Names headings_;
  std::uint32_t count_ = 0;
};

void visit_objects(const json::value& document, Names headings, const Visit& visit) {
  Objects(visit, headings).walk(document, {});
}

constexpr std::string_view kInputs[] = {"line", "box", "radiogroup", "checkgroup", "yesno", "radio", "check"};
constexpr std::string_view kTextName[] = {"text"};
constexpr std::string_view kTitleName[] = {"title"};

/// The choices of an item: `[{"<id>":"<text>"}, …]`.
std::vector<std::pair<std::string, std::string>> vsaq_choices(const json::object& item) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto* choices = item.if_contains("choices");
  if (choices == nullptr || !choices->is_array()) return out;
  for (const auto& one : choices->get_array()) {
    if (!one.is_object()) continue;
    for (const auto& choice : one.get_object()) {
      if (choice.value().is_string())
        out.emplace_back(choice.key(), without_marks(choice.value().get_string()));
    }
  }
  return out;
}

std::vector<Question> vsaq_questions(const json::value& document) {
  std::vector<Question> out;
  visit_objects(document, kTextName,
                [&](const json::object& item, std::uint32_t place, const std::string& section) {
                  if (std::ranges::find(kInputs, text_of(item, "type")) == std::end(kInputs)) return;
                  Question question;
                  question.id = text_of(item, "id");
                  question.section = without_marks(section);
                  question.text = without_marks(text_of(item, "text"));
                  for (auto& [id, text] : vsaq_choices(item)) question.choices.push_back(std::move(text));
                  question.place = place;
                  if (!question.text.empty()) out.push_back(std::move(question));
                });
  return out;
}

/// A control's statement, and of its parts nothing else: guidance says why, and asks nothing.
std::string statement_of(const json::object& control) {
  const auto* parts = control.if_contains("parts");
  if (parts == nullptr || !parts->is_array()) return {};
  for (const auto& part : parts->get_array()) {
    if (part.is_object() && text_of(part.get_object(), "name") == "statement")
      return text_of(part.get_object(), "prose");
  }
  return {};
}

std::vector<Question> catalog_questions(const json::value& document) {
  std::vector<Question> out;
  visit_objects(document, kTitleName,
                [&](const json::object& control, std::uint32_t place, const std::string& section) {
                  const auto statement = statement_of(control);
                  if (statement.empty()) return;
                  Question question;
                  question.id = text_of(control, "id");
                  const auto title = text_of(control, "title");
                  question.section =
                      section.empty() || title.empty() ? section + title : section + " / " + title;
                  question.text = statement;
                  question.place = place;
                  out.push_back(std::move(question));
                });
  return out;
}

std::vector<Question> listed_questions(const json::value& document) {
  std::vector<Question> out;
  visit_objects(document, kHeadingNames,
                [&](const json::object& object, std::uint32_t place, const std::string& section) {
                  const auto text = text_of(object, kQuestionNames);
                  if (text.empty()) return;
                  Question question;
                  question.id = text_of(object, kIdNames);
                  const auto own = text_of(object, kHeadingNames);
                  question.section = section.empty() || own.empty() ? section + own : section + " / " + own;
                  question.text = text;
                  if (const auto* choices = member(object, kChoiceNames, json::kind::array);
                      choices != nullptr) {
                    for (const auto& one : choices->get_array()) {
                      if (one.is_string()) question.choices.emplace_back(one.get_string());
                    }
                  }
                  question.answer = text_of(object, kAnswerNames);
                  question.comment = text_of(object, kCommentNames);
                  question.place = place;
                  out.push_back(std::move(question));
                });
  return out;
}

struct Document {
  json::value value;
  JsonQuestions read;
};

base::Result<Document> read_document(std::string_view text) {
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  Document out;
  auto parsed = base::parse_json(text, {.depth_max = kDepthMax});
  bool strict = parsed.has_value();
  if (!strict) {
    auto relaxed = base::parse_json(to_strict_json(text), {.depth_max = kDepthMax});
    const bool is_vsaq =
        relaxed && relaxed->value.is_object() && relaxed->value.get_object().contains("questionnaire");
    if (!is_vsaq) return fail(Code::invalid_argument, "the file is no JSON: " + parsed.error().message);
    parsed = std::move(relaxed);
  }
  if (!parsed->duplicates.empty())
    return fail(Code::invalid_argument,
                "a member stands twice in one object of the file, so it is not clear what it says");
  out.value = std::move(parsed->value);
  const auto* top = out.value.if_object();
  if (top != nullptr && top->contains("questionnaire")) out.read.questions = vsaq_questions(out.value);
  if (!out.read.questions.empty()) {
    out.read.shape = JsonShape::vsaq;
  } else if (!strict) {
    return fail(Code::invalid_argument, "the file is a questionnaire of VSAQ that asks nothing");
  } else if (top != nullptr && top->contains("catalog")) {
    out.read.shape = JsonShape::catalog;
    out.read.questions = catalog_questions(out.value);
  } else {
    out.read.questions = listed_questions(out.value);
  }
  return out;
}

}  // namespace

base::Result<JsonQuestions> read_json(std::string_view text) {
  TRY_ASSIGN(auto document, read_document(text));
  auto& questions = document.read.questions;
  if (questions.empty())
    return fail(
        Code::invalid_argument,
        "the file holds no questions: objects with a member `question`, an OSCAL catalog and VSAQ are known");
  for (std::size_t i = 0; i < questions.size(); ++i) questions[i].number = static_cast<std::uint32_t>(i + 1);
  return std::move(document.read);
}

namespace {

/// The name under which a text goes: one that stands there for texts, or else `name`, or one like it where
/// that holds something else.
std::string name_of(const json::object& object, Names names, std::string_view name) {
  for (const auto one : names) {
    const auto* found = object.if_contains(one);
    if (found != nullptr && (found->is_string() || found->is_null())) return std::string(one);
  }
  std::string out(name);
  while (object.contains(out)) out += "_text";
  return out;
}

/// An answer in one field: the choice's own words, or the verdict's.
std::optional<std::string> field_of(const Question& question, const Filled& filled) {
  if (question.choices.empty()) {
    const auto words = words_for(filled.value);
    return words.empty() ? filled.text : std::string(words);
  }
  const auto choice = answers::choice_for(filled.value, question.choices);
  if (!choice) return std::nullopt;
  return question.choices[*choice];
}

constexpr const char* kNoChoice = "none of the question's choices, or more than one, says that";

JsonChange change_of(const json::object& object, const Question& question, const Filled& filled,
                     JsonShape shape, std::vector<LeftOut>& left_out) {
  JsonChange out;
  if (shape == JsonShape::catalog) {
    json::object part{{"name", "response"}, {"prose", comment_of(filled)}};
    if (filled.value != answers::Value::text)
      part["props"] =
          json::array{json::object{{"name", "answer"}, {"value", json::string(words_for(filled.value))}}};
    out.elements["parts"] = std::move(part);
    return out;
  }
  const auto field = field_of(question, filled);
  if (field) {
    out.members[name_of(object, kAnswerNames, "answer")] = json::string(*field);
  } else {
    left_out.push_back({question.number, kNoChoice});
  }
  const auto comment = comment_of(filled);
  if (!comment.empty() && (!field || comment != *field))
    out.members[name_of(object, kCommentNames, "comment")] = json::string(comment);
  return out;
}

void add_vsaq_answer(const json::object& item, const Question& question, const Filled& filled,
                     json::object& answers, std::vector<LeftOut>& left_out) {
  const auto choices = vsaq_choices(item);
  if (!choices.empty()) {
    const auto choice = answers::choice_for(filled.value, question.choices);
    if (!choice) return left_out.push_back({question.number, kNoChoice});
    answers[choices[*choice].first] = "checked";
    return;
  }
  if (question.id.empty()) return left_out.push_back({question.number, "the item has no id to answer under"});
  const auto type = text_of(item, "type");
  const bool yes_no = type == "yesno";
  if (yes_no && filled.value != answers::Value::yes && filled.value != answers::Value::no)
    return left_out.push_back({question.number, kNoChoice});
  answers[question.id] =
      yes_no ? std::string(filled.value == answers::Value::yes ? "yes" : "no") : comment_of(filled);
}

}  // namespace

base::Result<Written> write_json(std::string_view text, const std::vector<Filled>& answers) {
  TRY_ASSIGN(const auto document, read_document(text));
  const auto& questions = document.read.questions;
  std::map<std::uint32_t, std::pair<const Question*, const Filled*>> by_place;
  for (const auto& one : answers) {
    if (one.number == 0 || one.number > questions.size())
      return fail(Code::invalid_argument, "there is no question of one of the numbers");
    const auto& question = questions[one.number - 1];
    by_place[question.place] = {&question, &one};
  }
  Written out;
  json::object vsaq;
  std::map<std::size_t, JsonChange> changes;
  visit_objects(document.value, {}, [&](const json::object& object, std::uint32_t place, const std::string&) {
    const auto found = by_place.find(place);
    if (found == by_place.end()) return;
    auto question = *found->second.first;
    question.number = found->second.second->number;
    if (document.read.shape == JsonShape::vsaq) {
      add_vsaq_answer(object, question, *found->second.second, vsaq, out.left_out);
    } else {
      changes[place] = change_of(object, question, *found->second.second, document.read.shape, out.left_out);
    }
  });
  if (document.read.shape == JsonShape::vsaq) {
    out.file = base::to_indented(vsaq);
    return out;
  }
  const bool marked = text.starts_with(kMark);
  out.file = std::string(marked ? kMark : std::string_view()) +
             patch_json(text.substr(marked ? kMark.size() : 0), changes);
  return out;
}

}  // namespace countersign::questionnaires
