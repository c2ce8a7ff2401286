#pragma once

#include "ledger/base/result.h"
#include "reports/questionnaires/filled.h"
#include "reports/questionnaires/layout.h"
#include "reports/questionnaires/question.h"
#include "reports/sheets/table.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::questionnaires {

enum class FileForm { workbook, delimited, json };
std::string_view to_string(FileForm form);  ///< `workbook` `delimited` `json`

/// A sheet of the file, for a person who chooses the columns.
struct SheetFound {
  std::string name;
  sheets::Visibility visibility = sheets::Visibility::visible;
  std::size_t rows = 0;          ///< that hold something
  std::uint32_t columns = 0;     ///< up to the last that does
  std::optional<Layout> layout;  ///< by which it was read; absent where it was not
  std::string why;               ///< how the layout was found, or why there is none
};

/// A file of questions that was read.
struct Questionnaire {
  FileForm form = FileForm::workbook;
  std::vector<SheetFound> sheets;  ///< none of JSON
  std::vector<Question> questions;
  Set set;
  std::vector<std::string> notes;  ///< what a person should know of how it was read
};

/// What a questionnaire may cost.
struct ReadLimits {
  sheets::Limits sheets;
  std::size_t json_bytes = 8 << 20;
};

/// Reads a questionnaire: by the layouts that a person has chosen, or, where there are none, by those that
/// are found in visible sheets. What kind of file it is says its content. invalid_argument, with the reason
/// and how to mend it, for a file that cannot be read safely (see sheets::read_table), for JSON without
/// questions, for a layout that does not fit or gives none; resource_exhausted where there is more of
/// something than the limits let. A table in which none are found has none: a person can choose the columns.
/// Pure.
base::Result<Questionnaire> read_questionnaire(std::string_view bytes, std::string_view file_name,
                                               const std::vector<Layout>& chosen, const ReadLimits& limits);

/// The first rows of a sheet as texts, for a person who chooses the columns: up to `rows` rows and 30
/// columns, texts cut at 120 bytes. invalid_argument and resource_exhausted as above; not_found for a sheet
/// that there is not.
base::Result<std::vector<std::vector<std::string>>> preview_of(std::string_view bytes, std::string_view name,
                                                               std::size_t rows, const ReadLimits& limits);

/// Gives the file with answers at their places; `questionnaire` is what it was read as. A cell that cannot be
/// written (a formula, a choice that says none of it) is left out and named. The words of a verdict go into
/// the column of answers, text and citations into that of comments; where that is missing, all into the
/// former.
base::Result<Written> write_answers(std::string_view original, const Questionnaire& questionnaire,
                                    const std::vector<Filled>& answers, const ReadLimits& limits);

}  // namespace countersign::questionnaires
