#include "reports/questionnaires/questionnaire.h"

#include "ledger/base/utf8.h"
#include "reports/answers/matcher.h"
#include "reports/questionnaires/json_form.h"
#include "reports/questionnaires/sets.h"
#include "reports/questionnaires/words.h"
#include "reports/sheets/read.h"
#include "reports/sheets/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace countersign::questionnaires {
namespace {

using base::Code;
using base::fail;
using sheets::Sheet;
using sheets::Visibility;

constexpr std::size_t kHeadRowsLooked = 12;
constexpr std::uint32_t kPreviewColumns = 30;
constexpr std::size_t kPreviewBytes = 120;

bool is_json(std::string_view bytes) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
  const auto text = trimmed(bytes.substr(0, 64 << 10));
  return text.starts_with('{') || text.starts_with('[') || text.starts_with("//") || text.starts_with("/*");
}

base::Result<void> check_layout(const sheets::Table& table, const Layout& layout) {
  const auto* sheet = table.find(layout.sheet);
  if (sheet == nullptr) return fail(Code::invalid_argument, "a layout names a sheet that the file has not");
  if (layout.question == 0) return fail(Code::invalid_argument, "a layout names no column of questions");
  std::set<std::uint32_t> seen;
  for (const auto column :
       {layout.question, layout.id, layout.section, layout.title, layout.answer, layout.comment}) {
    if (column > sheets::kColumnsMax)
      return fail(Code::invalid_argument, "a layout names a column that no sheet has");
    if (column != 0 && !seen.insert(column).second)
      return fail(Code::invalid_argument, "a layout names one column for two things");
  }
  return {};
}

/// Texts that may name a set's version.
std::vector<std::string> words_beside(const sheets::Table& table, std::string_view file_name) {
  std::vector<std::string> out{std::string(file_name)};
  for (const auto& sheet : table.sheets) {
    out.push_back(sheet.name);
    for (std::size_t i = 0; i < std::min(sheet.rows.size(), kHeadRowsLooked); ++i) {
      for (const auto& cell : sheet.rows[i].cells) out.push_back(cell.text);
    }
  }
  return out;
}

tl::unexpected<base::Error> too_many() {
  return fail(Code::resource_exhausted,
              fmt::format("the file asks more than {} questions: send it in parts", kQuestionsMax));
}

base::Result<Questionnaire> read_sheets(const sheets::Table& table, std::string_view file_name,
                                        const std::vector<Layout>& chosen) {
  Questionnaire out;
  out.form = table.form == sheets::Form::workbook ? FileForm::workbook : FileForm::delimited;
  for (const auto& note : table.notes) out.notes.push_back(note.text);
  for (const auto& layout : chosen) TRY(check_layout(table, layout));
  for (const auto& sheet : table.sheets) {
    SheetFound found{sheet.name, sheet.visibility, sheet.rows.size(), first_free_column(sheet) - 1, {}, {}};
    if (!chosen.empty()) {
      const auto one = std::ranges::find_if(
          chosen, [&](const Layout& l) { return sheets::same_sheet(l.sheet, sheet.name); });
      if (one != chosen.end()) found.layout = *one;
      found.why = found.layout ? "as you chose" : "you did not choose it";
    } else if (sheet.visibility != Visibility::visible) {
      found.why = "it is hidden; choose its columns to read it all the same";
    } else {
      auto looked = find_layout(sheet);
      found.layout = std::move(looked.layout);
      found.why = std::move(looked.why);
    }
    if (found.layout) {
      auto questions =
          questions_of(sheet, *found.layout, static_cast<std::uint32_t>(out.questions.size() + 1));
      if (questions.empty())
        found = {
            found.name, found.visibility, found.rows, found.columns, {}, "its column of questions is empty"};
      std::ranges::move(questions, std::back_inserter(out.questions));
      if (out.questions.size() > kQuestionsMax) return too_many();
    }
    out.sheets.push_back(std::move(found));
  }
  if (out.questions.empty() && !chosen.empty())
    return fail(Code::invalid_argument, "there are no questions in the columns that you chose");
  if (out.questions.empty())
    out.notes.emplace_back("No questions could be told: choose the columns in which they stand.");
  out.set = find_set(out.questions, words_beside(table, file_name));
  return out;
}

base::Result<Questionnaire> read_document(std::string_view bytes, std::string_view file_name,
                                          const std::vector<Layout>& chosen, const ReadLimits& limits) {
  if (!chosen.empty()) return fail(Code::invalid_argument, "a JSON file has no columns to choose");
  if (bytes.size() > limits.json_bytes)
    return fail(Code::resource_exhausted,
                fmt::format("a JSON file may have {} bytes at most", limits.json_bytes));
  TRY_ASSIGN(auto read, read_json(bytes));
  if (read.questions.size() > kQuestionsMax) return too_many();
  Questionnaire out;
  out.form = FileForm::json;
  out.questions = std::move(read.questions);
  out.set =
      read.shape == JsonShape::vsaq ? Set{"vsaq", {}} : find_set(out.questions, {std::string(file_name)});
  if (read.shape == JsonShape::vsaq)
    out.notes.emplace_back("VSAQ keeps answers in a document of their own: that is what you get back");
  return out;
}

/// Where the answers of a sheet go; columns that the layout has not are new ones.
struct Target {
  const Sheet* sheet = nullptr;
  Layout layout;
  std::uint32_t answer = 0, comment = 0;
  bool new_answer = false;
};

Target target_of(const Sheet& sheet, const Layout& layout) {
  Target out{&sheet, layout, layout.answer, layout.comment, layout.answer == 0};
  const auto free = first_free_column(sheet);
  if (out.new_answer) out.answer = free;
  if (out.new_answer && out.comment == 0) out.comment = free + 1;
  return out;
}

/// Why a cell cannot be written; empty where it can.
std::string why_not(const Sheet& sheet, std::uint32_t row, std::uint32_t column) {
  const auto place = sheets::address(sheet.name, row, column);
  const auto* cell = sheet.find(row, column);
  if (cell != nullptr && cell->formula) return place + " holds a formula";
  const auto* range = sheet.merged_at(row, column);
  if (range != nullptr && (range->first_row != row || range->first_column != column))
    return place + " lies within cells that are merged, and is not their first";
  return {};
}

/// What goes into the two fields of a question.
struct Fields {
  std::string answer, comment;
};

/// Empty where the question's choices cannot say it, and there is no comment to say it in.
Fields fields_of(const Question& question, const Filled& filled, bool has_comment, std::string& why) {
  Fields out;
  const auto words = std::string(words_for(filled.value));
  if (!question.choices.empty()) {
    const auto choice = answers::choice_for(filled.value, question.choices);
    if (choice) out.answer = question.choices[*choice];
    if (!choice) why = "none of the choices of its cell, or more than one, says that";
    if (has_comment) out.comment = comment_of(filled);
  } else if (has_comment) {
    out.answer = words.empty() ? filled.text : words;
    auto comment = filled;
    if (words.empty()) comment.text.clear();
    out.comment = comment_of(comment);
  } else {
    out.answer = words.empty() || filled.text.empty() ? words : words + ". ";
    out.answer += comment_of(filled);
  }
  return out;
}

void add_edits(const Target& target, const Question& question, const Filled& filled,
               std::vector<sheets::Edit>& edits, std::vector<LeftOut>& left_out) {
  std::string why;
  const auto fields = fields_of(question, filled, target.comment != 0, why);
  const auto put = [&](std::uint32_t column, const std::string& text) {
    if (text.empty()) return;
    auto refused = why_not(*target.sheet, question.place, column);
    if (refused.empty()) {
      edits.push_back({target.sheet->name, question.place, column,
                       std::string(base::cut(text, sheets::kCellCharactersMax))});
    } else {
      why = std::move(refused);
    }
  };
  put(target.answer, fields.answer);
  if (target.comment != 0) put(target.comment, fields.comment);
  if (!why.empty()) left_out.push_back({question.number, why});
}

}  // namespace

std::string_view to_string(FileForm form) {
  switch (form) {
    case FileForm::workbook:
      return "workbook";
    case FileForm::delimited:
      return "delimited";
    case FileForm::json:
      break;
  }
  return "json";
}

base::Result<Questionnaire> read_questionnaire(std::string_view bytes, std::string_view file_name,
                                               const std::vector<Layout>& chosen, const ReadLimits& limits) {
  if (is_json(bytes)) return read_document(bytes, file_name, chosen, limits);
  TRY_ASSIGN(const auto table, sheets::read_table(bytes, limits.sheets));
  return read_sheets(table, file_name, chosen);
}

base::Result<std::vector<std::vector<std::string>>> preview_of(std::string_view bytes, std::string_view name,
                                                               std::size_t rows, const ReadLimits& limits) {
  if (is_json(bytes)) return fail(Code::not_found, "a JSON file has no sheets");
  TRY_ASSIGN(const auto table, sheets::read_table(bytes, limits.sheets));
  const auto* sheet = table.find(name);
  if (sheet == nullptr) return fail(Code::not_found, "the file has no such sheet");
  std::vector<std::vector<std::string>> out;
  const auto columns = std::min(first_free_column(*sheet) - 1, kPreviewColumns);
  for (std::uint32_t number = 1; out.size() < rows; ++number) {
    if (sheet->rows.empty() || number > sheet->rows.back().number) break;
    std::vector<std::string> row;
    for (std::uint32_t column = 1; column <= columns; ++column) {
      const auto* cell = sheet->find(number, column);
      row.emplace_back(cell == nullptr ? std::string_view() : base::cut(cell->text, kPreviewBytes));
    }
    out.push_back(std::move(row));
  }
  return out;
}

base::Result<Written> write_answers(std::string_view original, const Questionnaire& questionnaire,
                                    const std::vector<Filled>& answers, const ReadLimits& limits) {
  if (questionnaire.form == FileForm::json) return write_json(original, answers);
  TRY_ASSIGN(const auto table, sheets::read_table(original, limits.sheets));
  std::map<std::string, Target> targets;
  for (const auto& found : questionnaire.sheets) {
    const auto* sheet = found.layout ? table.find(found.name) : nullptr;
    if (sheet != nullptr) targets[found.name] = target_of(*sheet, *found.layout);
  }
  Written out;
  std::vector<sheets::Edit> edits;
  std::set<std::string> with_heading;
  for (const auto& filled : answers) {
    if (filled.number == 0 || filled.number > questionnaire.questions.size())
      return fail(Code::invalid_argument, "there is no question of one of the numbers");
    const auto& question = questionnaire.questions[filled.number - 1];
    const auto target = targets.find(question.sheet);
    if (target == targets.end())
      return fail(Code::invalid_argument, "the file has no longer the sheet of a question");
    const auto& to = target->second;
    if (to.new_answer && to.layout.header_row != 0 && with_heading.insert(question.sheet).second) {
      edits.push_back({to.sheet->name, to.layout.header_row, to.answer, "Answer"});
      if (to.layout.comment == 0)
        edits.push_back({to.sheet->name, to.layout.header_row, to.comment, "Comment"});
    }
    add_edits(to, question, filled, edits, out.left_out);
  }
  if (edits.empty()) {
    out.file = original;
    return out;
  }
  TRY_ASSIGN(out.file, sheets::write_cells(original, edits, limits.sheets));
  return out;
}

}  // namespace countersign::questionnaires
