#include "reports/questionnaires/headings.h"

#include <algorithm>
#include <span>
#include <string>

namespace countersign::questionnaires {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::string_view kQuestion[] = {"question",
                                          "questions",
                                          "question text",
                                          "question request",
                                          "control question",
                                          "ask",
                                          "security question",
                                          "assessment question",
                                          "query",
                                          "questionnaire item",
                                          "requirement",
                                          "requirements",
                                          "question description",
                                          "questions requests"};
constexpr std::string_view kQuestionPart[] = {"question"};
constexpr std::string_view kQuestionWeak[] = {"text",        "item",      "control",  "control description",
                                              "description", "statement", "criteria", "control requirement"};
constexpr std::string_view kQuestionNot[] = {"id",    "number", "num",      "no",    "nr",   "ref",
                                             "type",  "owner",  "category", "title", "code", "key",
                                             "score", "group",  "section",  "set",   "date"};

constexpr std::string_view kId[] = {"id",
                                    "no",
                                    "nr",
                                    "number",
                                    "ref",
                                    "reference",
                                    "item no",
                                    "sl no",
                                    "s no",
                                    "sr no",
                                    "sno",
                                    "serial number",
                                    "question id",
                                    "question number",
                                    "question no",
                                    "ques num",
                                    "question num",
                                    "question ref",
                                    "q no",
                                    "qid",
                                    "q id",
                                    "identifier",
                                    "index",
                                    "q",
                                    "req id",
                                    "req no",
                                    "requirement id",
                                    "requirement no",
                                    "requirement number",
                                    "requirement ref",
                                    "s n"};
constexpr std::string_view kIdWeak[] = {"control id", "control no", "control number", "control ref", "key",
                                        "item",       "code"};

constexpr std::string_view kAnswer[] = {"answer",
                                        "answers",
                                        "response",
                                        "responses",
                                        "vendor response",
                                        "vendor answer",
                                        "supplier response",
                                        "supplier answer",
                                        "your answer",
                                        "your response",
                                        "yes no",
                                        "yes no na",
                                        "yes no n a",
                                        "y n",
                                        "y n na",
                                        "y n n a",
                                        "reply",
                                        "csp caiq answer",
                                        "company response",
                                        "provider response",
                                        "solution provider response",
                                        "solution provider answer",
                                        "service provider response",
                                        "bidder response",
                                        "tenderer response",
                                        "contractor response",
                                        "company answer",
                                        "respondent answer",
                                        "y n partial",
                                        "yes no partial"};
constexpr std::string_view kAnswerPart[] = {"answer", "response", "yes no"};
constexpr std::string_view kAnswerWeak[] = {"compliant", "compliance", "compliance status",
                                            "status",    "in place",   "implemented"};
constexpr std::string_view kAnswerNot[] = {"analyst", "preferred", "expected", "guidance", "compliant",
                                           "score",   "owner",     "date",     "weight",   "type",
                                           "id",      "required",  "example",  "reviewer", "internal"};

constexpr std::string_view kComment[] = {"comment",
                                         "comments",
                                         "note",
                                         "notes",
                                         "remark",
                                         "remarks",
                                         "explanation",
                                         "details",
                                         "additional information",
                                         "evidence",
                                         "justification",
                                         "clarification",
                                         "supporting information",
                                         "additional notes",
                                         "additional details",
                                         "additional comments",
                                         "please explain",
                                         "explain",
                                         "supplier comments",
                                         "supplier comment",
                                         "provider comments",
                                         "bidder comments",
                                         "vendor comment",
                                         "vendor notes",
                                         "narrative",
                                         "description of implementation",
                                         "how is this met",
                                         "vendor comments"};
constexpr std::string_view kCommentPart[] = {
    "comment",  "explan",   "additional info", "implementation description",
    "evidence", "remark",   "notes",           "justification",
    "detail",   "elaborat", "clarification",   "supporting"};
constexpr std::string_view kCommentNot[] = {"analyst", "reviewer", "internal", "guidance",
                                            "score",   "assessor", "buyer",    "auditor"};

constexpr std::string_view kSection[] = {
    "section", "domain",  "category",         "topic",          "area",           "family",      "group",
    "theme",   "chapter", "ccm domain title", "control domain", "control family", "domain title"};
constexpr std::string_view kSectionPart[] = {"domain", "category", "section"};
constexpr std::string_view kSectionNot[] = {"id", "number", "no", "code", "weight", "score"};

constexpr std::string_view kTitle[] = {
    "title",        "name",        "subject",   "control title", "ccm control title",
    "sub category", "subcategory", "subsection"};

bool is_one_of(std::string_view text, Words words) { return std::ranges::find(words, text) != words.end(); }

bool has_word(std::string_view text, Words words) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    return (' ' + std::string(text) + ' ').find(' ' + std::string(word) + ' ') != std::string::npos;
  });
}

bool has_part(std::string_view text, Words parts) {
  return std::ranges::any_of(
      parts, [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

struct Vocabulary {
  Words usual, part, part_not, weak;
};

Vocabulary words_of(Role role) {
  switch (role) {
    case Role::question:
      return {kQuestion, kQuestionPart, kQuestionNot, kQuestionWeak};
    case Role::id:
      return {kId, {}, {}, kIdWeak};
    case Role::answer:
      return {kAnswer, kAnswerPart, kAnswerNot, kAnswerWeak};
    case Role::comment:
      return {kComment, kCommentPart, kCommentNot, {}};
    case Role::section:
      return {kSection, kSectionPart, kSectionNot, {}};
    case Role::title:
      return {kTitle, {}, {}, {}};
  }
  return {};
}

}  // namespace

int heading_score(Role role, std::string_view heading) {
  constexpr std::size_t kHeadingMax = 100;
  if (heading.empty() || heading.size() > kHeadingMax) return 0;
  const auto words = words_of(role);
  if (is_one_of(heading, words.usual)) return 3;
  if (has_part(heading, words.part) && !has_word(heading, words.part_not)) return 2;
  return is_one_of(heading, words.weak) ? 1 : 0;
}

}  // namespace countersign::questionnaires
