// Questionnaires as others send them, read and given back with one answer. What is read again asks the same,
// holds the answer where one could be put, and nothing else.

#include "ledger/base/json.h"
#include "ledger/base/types.h"
#include "reports/questionnaires/json_form.h"
#include "reports/questionnaires/questionnaire.h"
#include "tests/fuzz/property.h"

#include <cstddef>
#include <cstdint>
#include <string>

using namespace countersign;

namespace {

void check(std::string_view bytes) {
  questionnaires::ReadLimits limits;
  limits.sheets.rows = 2'000;
  const auto read = questionnaires::read_questionnaire(bytes, "file", {}, limits);
  PROPERTY(read || !read.error().message.empty());
  if (!read) return;
  if (read->questions.empty()) {
    PROPERTY(read->form != questionnaires::FileForm::json && !read->notes.empty());
    return;
  }
  for (std::size_t i = 0; i < read->questions.size(); ++i) PROPERTY(read->questions[i].number == i + 1);
  const questionnaires::Filled filled{1, answers::Value::yes, "So it \"is\"\n{}", {"control X"}};
  const auto written = questionnaires::write_answers(bytes, *read, {filled}, limits);
  PROPERTY(written || !written.error().message.empty());
  if (!written) return;
  if (read->form == questionnaires::FileForm::json && read->set.name == "vsaq") {
    PROPERTY(base::parse_json(written->file, {}).has_value());
    return;
  }
  const auto again = questionnaires::read_questionnaire(written->file, "file", {}, limits);
  // New columns and words may make another table of delimited text.
  if (read->form == questionnaires::FileForm::delimited) return;
  PROPERTY(again && again->questions.size() == read->questions.size());
  for (std::size_t i = 0; i < read->questions.size(); ++i) {
    const auto &before = read->questions[i], &after = again->questions[i];
    PROPERTY(before.text == after.text && before.id == after.id);
    if (i > 0) PROPERTY(before.answer == after.answer && before.comment == after.comment);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(base::text_of({data, size}));
  return 0;
}
