#include "reports/questionnaires/layout.h"

#include "reports/questionnaires/headings.h"
#include "reports/questionnaires/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace countersign::questionnaires {
namespace {

using sheets::Sheet;

constexpr std::size_t kHeaderRowsLooked = 60;
constexpr std::size_t kRowsLooked = 400;
constexpr std::size_t kQuestionBytesMin = 12;  ///< on average: what is shorter are words, not questions
constexpr std::size_t kHeadingBytesMax = 120;
constexpr std::size_t kSentenceBytesMin = 30;

std::string_view text_at(const Sheet& sheet, std::uint32_t row, std::uint32_t column) {
  const auto* cell = column == 0 ? nullptr : sheet.find(row, column);
  return cell == nullptr ? std::string_view() : trimmed(cell->text);
}

/// As a person sees it: cells of a merged range show what its first one holds.
std::string_view shown_at(const Sheet& sheet, std::uint32_t row, std::uint32_t column) {
  const auto* range = sheet.merged_at(row, column);
  return range == nullptr ? text_at(sheet, row, column)
                          : text_at(sheet, range->first_row, range->first_column);
}

std::string heading(std::string_view text) { return text == "#" ? "no" : plain(text); }

struct Header {
  std::array<std::uint32_t, kRoles> columns{};
  std::array<int, kRoles> scores{};
  std::uint32_t last_row = 0;

  std::uint32_t column(Role role) const { return columns[static_cast<std::size_t>(role)]; }
  int total() const {
    int out = 0;
    for (const int score : scores) out += score;
    return out;
  }
};

/// Gives each role the column whose heading names it best; a column has one role.
Header judge(const std::map<std::uint32_t, std::string>& headings, std::uint32_t last_row) {
  Header out;
  out.last_row = last_row;
  for (int wanted = 3; wanted > 0; --wanted) {
    for (std::size_t role = 0; role < kRoles; ++role) {
      if (out.columns[role] != 0) continue;
      for (const auto& [column, text] : headings) {
        if (std::ranges::find(out.columns, column) != out.columns.end()) continue;
        if (heading_score(static_cast<Role>(role), text) != wanted) continue;
        out.columns[role] = column;
        out.scores[role] = wanted;
        break;
      }
    }
  }
  return out;
}

/// No heading, but what explains one.
bool is_sentence(std::string_view text) { return text.ends_with('.') && text.size() >= kSentenceBytesMin; }

/// Whether a row tells what a word means: it names nothing else, and holds a sentence.
bool explains(const sheets::Row& row, const Header& header) {
  const auto named = std::ranges::count_if(header.columns, [](std::uint32_t column) { return column != 0; });
  return named == 1 &&
         std::ranges::any_of(row.cells, [](const auto& cell) { return is_sentence(trimmed(cell.text)); });
}

std::map<std::uint32_t, std::string> headings_of(const sheets::Row& row) {
  std::map<std::uint32_t, std::string> out;
  for (const auto& cell : row.cells) {
    const auto shown = trimmed(cell.text);
    if (is_sentence(shown)) continue;
    if (auto text = heading(shown); !text.empty()) out[cell.column] = std::move(text);
  }
  return out;
}

/// The headings of two rows, where a range of the upper one stands over several columns: each column's own,
/// with what stands over it in front where there is nothing else.
std::optional<Header> judge_two(const Sheet& sheet, const sheets::Row& upper, const sheets::Row& lower) {
  if (lower.number != upper.number + 1) return std::nullopt;
  const bool spans = std::ranges::any_of(sheet.merged, [&](const sheets::Range& range) {
    return range.first_row == upper.number &&
           (range.last_column > range.first_column || range.last_row >= lower.number);
  });
  if (!spans) return std::nullopt;
  auto headings = headings_of(lower);
  for (const auto& [column, text] : headings_of(upper)) headings.try_emplace(column, text);
  return judge(headings, lower.number);
}

struct Column {
  std::size_t filled = 0, marks = 0, bytes = 0;
};

/// What stands below a row, by column.
std::map<std::uint32_t, Column> columns_below(const Sheet& sheet, std::uint32_t header_row) {
  std::map<std::uint32_t, Column> out;
  std::size_t rows = 0;
  for (const auto& row : sheet.rows) {
    if (row.number <= header_row) continue;
    if (++rows > kRowsLooked) break;
    for (const auto& cell : row.cells) {
      const auto text = trimmed(cell.text);
      if (text.empty()) continue;
      auto& column = out[cell.column];
      ++column.filled;
      column.bytes += text.size();
      if (text.ends_with('?')) ++column.marks;
    }
  }
  return out;
}

bool holds_questions(const Column& column) {
  return column.filled > 0 && (column.marks > 0 || column.bytes / column.filled >= kQuestionBytesMin);
}

Layout layout_of(const Sheet& sheet, const Header& header) {
  Layout out;
  out.sheet = sheet.name;
  out.header_row = header.last_row;
  out.question = header.column(Role::question);
  out.id = header.column(Role::id);
  out.section = header.column(Role::section);
  out.title = header.column(Role::title);
  out.answer = header.column(Role::answer);
  out.comment = header.column(Role::comment);
  return out;
}

/// By what stands in the cells: most question marks; the next column that is empty or has choices is for
/// answers.
Found find_by_texts(const Sheet& sheet) {
  const auto columns = columns_below(sheet, 0);
  const auto best = std::ranges::max_element(columns, {}, [](const auto& one) { return one.second.marks; });
  constexpr std::size_t kMarksMin = 2;
  if (best == columns.end() || best->second.marks < kMarksMin)
    return {std::nullopt,
            "no row names a column of questions, and no column holds texts that end with a question mark"};
  Layout out;
  out.sheet = sheet.name;
  out.question = best->first;
  const auto first = std::ranges::find_if(
      sheet.rows, [&](const auto& row) { return text_at(sheet, row.number, out.question).ends_with('?'); });
  out.header_row = first->number - 1;  // what stands above the first asks nothing
  for (auto column = out.question + 1; column < first_free_column(sheet) && out.answer == 0; ++column) {
    const auto filled = columns.find(column);
    const bool is_free = filled == columns.end() || filled->second.filled * 5 < best->second.filled;
    if (is_free || sheet.choices_at(first->number, column) != nullptr) out.answer = column;
  }
  return {out, fmt::format("column {} holds {} texts that end with a question mark",
                           sheets::column_letters(out.question), best->second.marks)};
}

/// Whether most texts of the column ask: then one that does not, alone in its row, heads others.
bool mostly_asks(const Sheet& sheet, const Layout& layout) {
  std::size_t texts = 0, asking = 0;
  for (const auto& row : sheet.rows) {
    if (row.number <= layout.header_row) continue;
    const auto text = text_at(sheet, row.number, layout.question);
    texts += text.empty() ? 0 : 1;
    asking += !text.empty() && asks(text) ? 1 : 0;
  }
  return asking * 2 >= texts;
}

/// A row that only heads those below it. `lone`: also for no other reason than that it stands alone.
bool heads(const Sheet& sheet, const sheets::Row& row, const Layout& layout, std::string_view text,
           bool lone) {
  if (asks(text) || text.size() > kHeadingBytesMax) return false;
  if (sheet.choices_at(row.number, layout.answer) != nullptr) return false;
  const auto* range = sheet.merged_at(row.number, layout.question);
  if (range != nullptr && range->last_column > range->first_column) return true;
  if (layout.id != 0) return text_at(sheet, row.number, layout.id).empty();
  return lone && row.cells.size() == 1;
}

/// Headings in order of their columns; a new one ends those below it.
std::string joined(std::string_view first, std::string_view second) {
  if (first.empty() || second.empty() || first == second) return std::string(first.empty() ? second : first);
  return fmt::format("{} / {}", first, second);
}

}  // namespace

std::uint32_t first_free_column(const Sheet& sheet) {
  std::uint32_t last = 0;
  for (const auto& row : sheet.rows) {
    if (!row.cells.empty()) last = std::max(last, row.cells.back().column);
  }
  for (const auto& range : sheet.merged) last = std::max(last, range.last_column);
  return last + 1;
}

Found find_layout(const Sheet& sheet) {
  std::optional<Header> best;
  const auto consider = [&](const std::optional<Header>& header) {
    if (!header || header->column(Role::question) == 0) return;
    if (best && best->total() >= header->total()) return;
    const auto below = columns_below(sheet, header->last_row);
    const auto questions = below.find(header->column(Role::question));
    if (questions != below.end() && holds_questions(questions->second)) best = header;
  };
  for (std::size_t i = 0; i < std::min(sheet.rows.size(), kHeaderRowsLooked); ++i) {
    auto header = judge(headings_of(sheet.rows[i]), sheet.rows[i].number);
    if (!explains(sheet.rows[i], header)) consider(header);
    if (i + 1 < sheet.rows.size()) consider(judge_two(sheet, sheet.rows[i], sheet.rows[i + 1]));
  }
  // One weak word alone may stand in any table.
  constexpr int kScoreMin = 2;
  if (!best || best->total() < kScoreMin) return find_by_texts(sheet);
  const auto out = layout_of(sheet, *best);
  return {out, fmt::format("row {} names the columns", out.header_row)};
}

std::vector<Question> questions_of(const Sheet& sheet, const Layout& layout, std::uint32_t first) {
  std::vector<Question> out;
  std::string heading_above;
  const bool lone = mostly_asks(sheet, layout);
  for (const auto& row : sheet.rows) {
    if (row.number <= layout.header_row || out.size() > kQuestionsMax) continue;
    const auto text = text_at(sheet, row.number, layout.question);
    if (text.empty()) {
      // A row that heads others may do so in the column of the numbers.
      const auto head = text_at(sheet, row.number, layout.id);
      if (row.cells.size() == 1 && !head.empty()) heading_above = head;
      continue;
    }
    if (heads(sheet, row, layout, text, lone)) {
      heading_above = text;
      continue;
    }
    Question question;
    question.number = first + static_cast<std::uint32_t>(out.size());
    question.id = text_at(sheet, row.number, layout.id);
    const auto section = std::string(shown_at(sheet, row.number, layout.section));
    question.section = joined(joined(heading_above, section), shown_at(sheet, row.number, layout.title));
    question.text = text;
    if (const auto* choices = sheet.choices_at(row.number, layout.answer); choices != nullptr)
      question.choices = choices->values;
    question.answer = text_at(sheet, row.number, layout.answer);
    question.comment = text_at(sheet, row.number, layout.comment);
    question.hidden = row.hidden || sheet.is_hidden_column(layout.question);
    question.sheet = sheet.name;
    question.place = row.number;
    out.push_back(std::move(question));
  }
  return out;
}

}  // namespace countersign::questionnaires
